"""Who gets into the administration, what they see there, and that nothing can be deleted from it."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from memories.choices import Role
from memories.models import ApiToken, AuditEntry, IdempotencyKey, IndexRow, Membership, Memory, SourceDocument, User
from memories.services import documents, projects, tokens
from tests import factories
from tests.memories.admin import address, do, enter, save

pytestmark = pytest.mark.django_db

PERSONAL = (User, Membership, ApiToken, IndexRow, IdempotencyKey)
MODELS = list(admin.site._registry)


@pytest.fixture
def one_of_each() -> dict[type[Model], Model]:
    """Return a record of most models."""
    one, two = (factories.entity(active=True, entity_type=kind) for kind in ("component", "subsystem"))
    factories.relationship(one, "part_of", two)
    factories.memory(active=True)
    actor = factories.person(Role.ADMIN)
    documents.ingest({"file_path": "a.md", "project": "p04", "text": "Some words."}, actor=actor)
    tokens.create_token("claude", role="agent", actor=actor)
    rows = ((model, model._base_manager.first()) for model in MODELS)
    return {model: row for model, row in rows if row is not None}


@pytest.mark.parametrize("role", [Role.READER, Role.AGENT, Role.REVIEWER])
def test_below_maintainer_nobody_gets_in(role: Role) -> None:
    client = enter(role)
    row = factories.memory()
    for url in (reverse("admin:index"), address(Memory, "changelist"), address(row), reverse("admin:login")):
        assert client.get(url, follow=True).status_code == 403
    assert client.post(address(row, "verb", "reject"), {"reason": "no"}).status_code == 403
    assert row.fresh().status == "candidate"


def test_a_stranger_is_asked_to_sign_in_on_our_own_page() -> None:
    answer = Client().get(reverse("admin:index"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account:sign_in"))
    assert "next=/admin/" in answer.redirect_chain[-1][0]


def test_every_model_is_listed_searched_and_shown(one_of_each: dict[type[Model], Model]) -> None:
    client = enter(Role.ADMIN)
    for model in MODELS:
        assert client.get(address(model, "changelist")).status_code == 200, model
        assert client.get(address(model, "changelist"), {"q": "lens 12"}).status_code == 200, model
        assert admin.site._registry[model].search_fields, model
    for row in one_of_each.values():
        assert client.get(address(row)).status_code == 200, row


def test_every_model_of_ours_is_there_and_groups_are_not() -> None:
    from django.apps import apps

    ours = {model for name in ("memories", "engineering") for model in apps.get_app_config(name).get_models()}
    assert ours == set(MODELS)
    assert not admin.site.is_registered(Group)


def test_nothing_can_be_deleted(one_of_each: dict[type[Model], Model]) -> None:
    client = enter(Role.ADMIN)
    for row in one_of_each.values():
        for view in ("delete", "change"):
            page = client.get(address(row, "change")).content.decode()
            assert "deletelink" not in page
            client.post(address(row, view), {"post": "yes", "_delete": "yes"})
        assert client.post(address(row, "delete"), {"post": "yes"}).status_code == 403
        many = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"}
        client.post(address(type(row), "changelist"), many)
        assert type(row)._base_manager.filter(pk=row.pk).exists()


def test_a_list_takes_as_many_queries_for_many_rows_as_for_one(
    one_of_each: dict[type[Model], Model], django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        link = factories.entity(active=True), "interfaces_with", factories.entity(active=True)
        factories.relationship(*link)
        factories.memory()
    client = enter(Role.ADMIN)
    for model in MODELS:
        with django_assert_max_num_queries(7):
            client.get(address(model, "changelist"))


def test_a_maintainer_of_one_project_sees_and_corrects_that_one() -> None:
    here, there = factories.memory(), None
    other = projects.register("p05-bolometer", actor=factories.SETUP)
    there = factories.memory(project="p05-bolometer", by=factories.person(Role.ADMIN))
    nowhere = factories.memory(project=None, active=True)
    client = enter(on=factories.project())
    rows = client.get(address(Memory, "changelist")).context["cl"].queryset
    assert set(rows) == {here, nowhere}
    assert client.get(address(there)).status_code == 302
    assert do(client, there, "reject").status_code == 404
    assert 'name="content"' not in client.get(address(nowhere)).content.decode()
    assert save(client, here, content="Mine to correct.").status_code == 302
    assert save(client, here, project=str(other.pk)).status_code == 422
    entries = client.get(address(AuditEntry, "changelist")).context["cl"].queryset
    assert not entries.filter(project_id=other.pk).exists()
    assert not entries.filter(entity_kind__in=("user", "membership", "token")).exists()


def test_people_and_tokens_are_for_administrators_of_everything() -> None:
    factories.project()
    for client in (enter(), enter(Role.ADMIN, on=factories.project())):
        for model in PERSONAL:
            assert client.get(address(model, "changelist")).status_code == 403, model
    assert enter(Role.ADMIN).get(address(User, "changelist")).status_code == 200


def test_no_log_of_djangos_own_is_written() -> None:
    save(enter(), factories.memory(), content="Corrected.")
    assert not LogEntry.objects.exists()


def test_odd_input_is_refused_and_breaks_no_page() -> None:
    row = factories.memory()
    client = enter(Role.ADMIN)
    for query in ({"q": "a\x00b"}, {"actor": "\x00"}, {"project": "x"}, {"p": "9999999"}, {"p": "x"}, {"o": "9.x"},
                  {"day": "9999-12-31"}, {"day": "x"}, {"timestamp_within": "x"}, {"q": "a b " * 20_000}):  # fmt: skip
        assert client.get(address(AuditEntry, "changelist"), query).status_code in (200, 302), query
    for name in ("0", "\x00", "a" * 5000, "../../x"):
        assert client.get(reverse("admin:memories_memory_change", args=(name,))).status_code in (302, 404), name
    for text in ("a\x00b", "bidi \u202e text", "\ud800", "x" * 300_000):
        answer = save(client, row, content=text.encode("utf-8", "replace").decode())
        assert answer.status_code in (302, 422)
    assert client.get(address(Memory, "changelist")).status_code == 200
    assert client.get(address(SourceDocument, "add")).status_code == 403


def test_a_list_is_asked_what_its_filters_offer_and_nothing_else() -> None:
    client = enter(Role.ADMIN)
    for model, query in (
        (User, {"password__startswith": "a"}),
        (ApiToken, {"digest__startswith": "a"}),
        (Memory, {"content__regex": "("}),
        (Memory, {"created_at__year": "99999"}),
        (AuditEntry, {"after_json__status": "active"}),
    ):
        assert client.get(address(model, "changelist"), query).status_code == 400, query
    row = factories.memory()
    found = client.get(address(Memory, "changelist"), {"status__exact": "candidate", "created_at_within": "7"})
    assert list(found.context["cl"].queryset) == [row]


def test_a_form_without_the_version_that_was_seen_is_not_taken() -> None:
    row = factories.memory()
    client = enter()
    assert save(client, row, content="Blind.", seen_version="").status_code == 422
    assert do(client, row, "reject", seen_version="").status_code == 422
    assert save(client, row, content="Blind.", seen_version="9" * 40).status_code == 409
    assert row.fresh().version == row.version
