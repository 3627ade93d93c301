"""ETag and If-Match."""

import pytest
from rest_framework.test import APIClient

from memories.models import AuditEntry
from tests import factories
from tests.rest import API, is_problem


def test_a_stale_if_match_is_412_and_writes_nothing(reviewer: APIClient) -> None:
    row = factories.memory()
    path = f"{API}/memories/{row.pk}"
    assert reviewer.patch(path, {"content": "First."}, headers={"if-match": '"1"'}).status_code == 200
    count = AuditEntry.objects.count()
    for verb in ("promote", "reject", "annotate", "reinforce"):
        response = reviewer.post(f"{path}/{verb}", {"note": "x"}, headers={"if-match": '"1"'})
        assert is_problem(response, 412)["data"]["version"] == 2
        assert response["ETag"] == '"2"'
    is_problem(reviewer.patch(path, {"content": "Second."}, headers={"if-match": '"1"'}), 412)
    assert AuditEntry.objects.count() == count


def test_a_matching_if_match_decides(reviewer: APIClient) -> None:
    row = factories.memory()
    response = reviewer.post(f"{API}/memories/{row.pk}/promote", headers={"if-match": '"1"'})
    assert (response.status_code, response["ETag"]) == (200, '"2"')
    assert reviewer.post(f"{API}/memories/{row.pk}/invalidate", headers={"if-match": "*"}).status_code == 200


def test_a_stale_version_in_the_body_is_409_naming_who(reviewer: APIClient) -> None:
    row = factories.memory()
    reviewer.patch(f"{API}/memories/{row.pk}", {"content": "First."})
    body = is_problem(reviewer.post(f"{API}/memories/{row.pk}/promote", {"version": 1}), 409)
    assert body["code"] == "stale"
    assert (body["data"]["version"], body["data"]["by"]) == (2, "agent:reviewer")


@pytest.mark.parametrize("tag", ["1", 'W/"1"', '"1", "2"', '"x"', '"99999999999"'])
def test_an_if_match_that_is_none_of_ours_is_refused(reviewer: APIClient, tag: str) -> None:
    row = factories.memory()
    is_problem(reviewer.post(f"{API}/memories/{row.pk}/promote", headers={"if-match": tag}), 400)


def test_if_match_and_version_must_agree(reviewer: APIClient) -> None:
    row = factories.memory()
    response = reviewer.post(f"{API}/memories/{row.pk}/promote", {"version": 2}, headers={"if-match": '"1"'})
    is_problem(response, 400)
