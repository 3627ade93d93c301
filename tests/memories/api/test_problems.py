"""Every refusal is problem+json: ours, the REST framework's and Django's own."""

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from rest_framework.test import APIClient

from memories.choices import Role
from memories.queries import records
from tests import factories
from tests.rest import API, bearer, client_of, is_problem, raw, token

CONTENT = b'{"memory_type": "knowledge", "content": %s}'


def test_who_sends_nothing_is_asked_for_a_token(db: None) -> None:
    response = client_of(None).get(f"{API}/memories")
    assert is_problem(response, 401)["code"] == "not_authenticated"
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("text", ["atc_wrong", "", "wrong", "atc_" + "x" * 5000, "atc_ä\x00"])
def test_a_bad_token_is_no_token(db: None, text: str) -> None:
    assert is_problem(bearer(text).get(f"{API}/memories"), 401)["code"] == "bad_token"


def test_a_revoked_token_fails_at_the_next_request(db: None) -> None:
    from memories.services import tokens
    from tests.rest import SYSTEM

    made, text = token(Role.READER)
    assert bearer(text).get(f"{API}/memories").status_code == 200
    tokens.revoke(made, actor=SYSTEM)
    is_problem(bearer(text).get(f"{API}/memories"), 401)


def test_a_session_is_a_person_and_needs_its_csrf_token(db: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(factories.user(Role.REVIEWER, "ada"))
    assert browser.get(f"{API}/memories").status_code == 200
    is_problem(raw(browser, "POST", "/memories", CONTENT % b'"x"'), 403)
    browser.cookies["atocore_csrf"] = "a" * 32
    response = raw(browser, "POST", "/memories", CONTENT % b'"x"', **{"X-CSRFToken": "a" * 32})
    assert response.status_code == 201, response.content
    assert response.json()["created_by"] == "user:ada"


def test_a_person_without_any_role_is_told_which_is_needed(db: None) -> None:
    browser = Client()
    member = factories.user(Role.READER, "eve")
    from memories.services import people
    from tests.rest import SYSTEM

    people.end_membership(member.memberships.get(), actor=SYSTEM)
    browser.force_login(member)
    assert is_problem(browser.get(f"{API}/memories"), 403)["data"]["role_needed"] == "reader"


def test_unknown_addresses_and_ids(reviewer: APIClient) -> None:
    is_problem(reviewer.get(f"{API}/nowhere"), 404)
    for path in ("/memories/x", "/memories/%00", "/memories/00000000-0000-0000-0000-000000000000", "/projects/none"):
        is_problem(reviewer.get(f"{API}{path}"), 404)
    for path in ("/audit/0", f"/audit/{'9' * 30}", "/interactions/x", "/conflicts/x", "/projects/%00", "/projects/%ff"):
        is_problem(reviewer.get(f"{API}{path}"), 404)


def test_methods_an_address_does_not_know(reviewer: APIClient) -> None:
    for method in ("put", "delete", "options", "patch"):
        response = getattr(reviewer, method)(f"{API}/memories", {})
        is_problem(response, 405)
        assert response["Allow"] == "GET, HEAD, POST"


def test_only_json_is_answered_and_taken(reviewer: APIClient) -> None:
    is_problem(reviewer.get(f"{API}/memories", headers={"accept": "text/csv"}), 406)
    is_problem(reviewer.post(f"{API}/memories", "a=1", content_type="application/x-www-form-urlencoded"), 415)
    is_problem(reviewer.post(f"{API}/memories", b"<a/>", content_type="text/xml"), 415)


BAD_BODIES = {
    "not json": (b"{", 400),
    "empty text": (b'""', 400),
    "a list": (b"[]", 400),
    "null": (b"null", 400),
    "latin-1": (b'{"content": "\xe9"}', 400),
    "NaN": (CONTENT % b'"x", "confidence": NaN', 400),
    "Infinity": (CONTENT % b'"x", "confidence": -Infinity', 400),
    "1e400": (CONTENT % b'"x", "confidence": 1e400', 400),
    "a key twice": (CONTENT % b'"x", "content": "y"', 400),
    "a key twice inside": (CONTENT % b'"x", "domain_tags": [{"a": 1, "a": 2}]', 400),
    "lone surrogate": (CONTENT % b'"\\ud800"', 400),
    "lone surrogate as a key": (b'{"\\ud800": 1}', 400),
    "NUL": (CONTENT % b'"\\u0000"', 400),
    "2**63": (CONTENT % b'"x", "position": 9223372036854775808', 400),
    "5,000 digits": (CONTENT % (b'"x", "position": ' + b"9" * 5000), 400),
    "100,000 deep": (b'{"content": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 413),
    "100,000 open": (b'{"a":' * 100_000, 413),
    "35 deep": (b'{"a":' * 35 + b"1" + b"}" * 35, 413),
    "text too long": (CONTENT % (b'"' + b"x" * 20_001 + b'"'), 413),
    "unclosed text": (b'"' + b'\\"' * 200_000, 400),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_bodies_that_cannot_be_taken(reviewer: APIClient, name: str) -> None:
    body, status = BAD_BODIES[name]
    is_problem(raw(reviewer, "POST", "/memories", body), status)
    assert reviewer.get(f"{API}/memories").json()["results"] == []


def test_a_body_over_the_limit_is_too_large(reviewer: APIClient) -> None:
    is_problem(raw(reviewer, "POST", "/memories", CONTENT % (b'"' + b"x" * (10 * 1024 * 1024) + b'"')), 413)


def test_a_body_of_unknown_length_is_asked_for_it(reviewer: APIClient) -> None:
    response = reviewer.generic(
        "POST", f"{API}/memories", "", content_type="application/json", HTTP_TRANSFER_ENCODING="chunked"
    )
    is_problem(response, 411)


def test_a_busy_database_is_worth_another_try(reviewer: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*args: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(records, "get", locked)
    response = reviewer.get(f"{API}/memories/{factories.memory().pk}")
    assert is_problem(response, 503)["retryable"] is True
    assert int(response["Retry-After"]) >= 1


def test_a_fault_of_ours_is_a_problem_too(reviewer: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(records, "get", broken)
    reviewer.raise_request_exception = False
    is_problem(reviewer.get(f"{API}/memories/{factories.memory().pk}"), 500)


def test_too_many_requests_are_told_when_to_come_back(reviewer: APIClient, settings: Any) -> None:
    settings.ATOCORE_API_RATE = 2
    answers = [reviewer.get(f"{API}/memories") for _ in range(4)]
    assert [answer.status_code for answer in answers][-1] == 429
    assert is_problem(answers[-1], 429)["retryable"] is True
    assert 1 <= int(answers[-1]["Retry-After"]) <= 61


def test_the_request_id_of_the_client_is_kept(reviewer: APIClient) -> None:
    response = reviewer.get(f"{API}/memories/x", headers={"x-request-id": "from-the-client.1"})
    assert is_problem(response, 404)["request_id"] == "from-the-client.1"


def test_what_the_client_sent_never_breaks_the_answer(reviewer: APIClient) -> None:
    response = raw(reviewer, "POST", "/memories", json.dumps({"\u202e \U0001f600": 1, "b" * 500: 2}).encode())
    assert is_problem(response, 400)["code"] == "invalid"
