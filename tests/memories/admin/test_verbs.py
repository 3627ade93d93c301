"""The buttons of the administration are the verbs of the service: the same rows, the same refusals."""

from collections.abc import Callable
from typing import Any

import pytest

from memories.actors import Actor
from memories.choices import Role, Status
from memories.models import Memory, Project
from memories.queries import history
from memories.services import lifecycle, projects
from memories.services.undo import undo
from tests import factories
from tests.memories.admin import address, by_service, do, enter, last, written_by

pytestmark = pytest.mark.django_db

NOTE = "seen on the drawing"
Act = Callable[[Memory, Actor], Any]


def _last(row: Memory) -> Any:
    return history.of_record("memory", row.pk).first()


SERVICES: dict[str, tuple[bool, Act]] = {
    "promote": (False, lambda row, actor: lifecycle.promote(row, actor=actor, note=NOTE)),
    "reject": (False, lambda row, actor: lifecycle.reject(row, actor=actor, note=NOTE)),
    "invalidate": (True, lambda row, actor: lifecycle.invalidate(row, actor=actor, note=NOTE)),
    "supersede": (True, lambda row, actor: lifecycle.supersede(row, actor=actor, note=NOTE)),
    "annotate": (True, lambda row, actor: lifecycle.annotate(row, actor=actor, note=NOTE)),
}


@pytest.mark.parametrize("verb", SERVICES)
def test_a_button_leaves_the_rows_that_the_service_leaves(verb: str) -> None:
    active, act = SERVICES[verb]
    row = factories.memory(active=active)
    client, someone = enter(name="anna"), factories.person()
    expected = by_service(lambda: act(Memory.objects.get(pk=row.pk), someone))
    assert f'action="{address(row, "verb", verb)}"' in client.get(address(row)).content.decode()
    assert written_by(lambda: do(client, row, verb)) == expected
    assert len(expected) == 1
    assert last().actor == "admin:anna"


def test_what_was_rejected_is_restored_and_a_decision_undone() -> None:
    row = factories.memory()
    client, someone = enter(), factories.person()
    lifecycle.reject(row, actor=someone)
    expected = by_service(lambda: lifecycle.restore(Memory.objects.get(pk=row.pk), actor=someone, note=NOTE))
    assert written_by(lambda: do(client, row, "restore")) == expected
    row = row.fresh()
    expected = by_service(lambda: undo(_last(row), actor=someone, note=NOTE))
    assert written_by(lambda: do(client, row, "undo")) == expected
    assert row.fresh().status == Status.INVALID


def test_a_successor_is_named_by_its_id() -> None:
    old, new = factories.memory(active=True), factories.memory(active=True)
    client = enter()
    wrong = do(client, old, "supersede", by="no id")
    assert wrong.status_code == 422
    assert "by" in wrong.context["deed"]["form"].errors
    assert do(client, old, "supersede", by=str(new.pk)).status_code == 302
    assert old.fresh().superseded_by_id == new.pk


def test_a_candidate_is_promoted_in_place_of_an_active_record_in_one_decision() -> None:
    old, new = factories.memory(active=True), factories.memory()
    do(enter(), new, "promote", supersedes=str(old.pk))
    assert (old.fresh().status, new.fresh().status) == (Status.SUPERSEDED, Status.ACTIVE)
    assert len(history.of_decision(last().decision_id)) == 2


def test_a_refused_verb_names_who_was_first_and_keeps_the_reason() -> None:
    row = factories.memory()
    lifecycle.reject(Memory.objects.get(pk=row.pk), actor=factories.person(name="bob"))
    page = do(enter(), row, "promote", reason="I am sure of it")
    assert page.status_code == 409
    assert "user:bob" in page.content.decode()
    assert "I am sure of it" in page.content.decode()


def test_a_decision_that_came_after_the_page_was_opened_is_not_undone_unseen() -> None:
    row = factories.memory()
    lifecycle.promote(row, actor=factories.person())
    seen = str(row.version)
    lifecycle.invalidate(row, actor=factories.person(name="bob"))
    page = do(enter(), row, "undo", seen_version=seen)
    assert page.status_code == 409
    assert row.fresh().status == Status.INVALID


def test_a_verb_wants_a_reason_and_a_name_that_it_has() -> None:
    row = factories.memory()
    client = enter()
    assert do(client, row, "reject", reason=" ").status_code == 422
    assert client.post(address(row, "verb", "delete"), {"reason": "x"}).status_code == 404
    assert client.get(address(row, "verb", "reject")).status_code == 200
    assert row.fresh().status == Status.CANDIDATE


def test_a_project_keeps_its_verbs_reasons() -> None:
    row = factories.project()
    client, someone = enter(), factories.person(Role.MAINTAINER)

    def fresh() -> Project:
        return Project.objects.get(pk=row.pk)

    expected = by_service(lambda: projects.rename(fresh(), "p04-gigabyte", actor=someone, note=NOTE))
    assert written_by(lambda: do(client, row, "rename", name="P04-Gigabyte")) == expected
    assert do(client, fresh(), "add_alias", alias="four").status_code == 302
    assert do(client, fresh(), "remove_alias", alias="four").status_code == 302
    expected = by_service(lambda: projects.archive(fresh(), actor=someone, note=NOTE))
    assert written_by(lambda: do(client, fresh(), "archive")) == expected
