"""Suspect links where people meet them: what changed since a review, confirming one or many, taking it back."""

import re

import pytest
from django.test import Client

from engineering.models import Entity, Relationship
from memories.choices import Role
from memories.models import AuditEntry
from memories.services import edit, lifecycle
from tests import factories
from tests.memories.web.conftest import signed_in, words

PAGE = "/projects/p04-gigabit/suspect-links/"


@pytest.fixture
def reviewer(db: None) -> Client:
    """A reviewer of every project."""
    return signed_in(factories.user(Role.REVIEWER, "rosa"))


@pytest.fixture
def need(db: None) -> Entity:
    """A requirement that two parts satisfy, changed since."""
    row = factories.entity("Mass limit", "requirement", properties={"threshold": "12 kg", "level": "system"})
    for name in ("Cell", "Baffle"):
        factories.relationship(factories.entity(name), "satisfies", row)
    changed = {"properties": {"threshold": "11 kg", "level": "system"}, "description": "With the cover."}
    edit.update(row.fresh(), changed, actor=factories.person(name="tomas"), note="the crane is smaller")
    return row


def items(page: str) -> list[str]:
    """What the page's check boxes stand for."""
    return re.findall(r'type="checkbox" name="item" value="([^"]+)"', page)


def test_both_ends_say_what_changed_by_whom_and_why(reviewer: Client, need: Entity) -> None:
    part = Entity.objects.get(name="Cell")
    for page in (f"/entities/{need.pk}/", f"/entities/{part.pk}/", PAGE):
        content = reviewer.get(page).content
        said = words(content)
        assert "Cell satisfies Mass limit" in said
        assert "threshold" in said
        assert "<del>12</del>\u2009<ins>11</ins>" in content.decode()
        assert "Changed by tomas" in said
        assert "the crane is smaller" in said
        assert "level" not in said.partition("Suspect links")[2].partition("Changed by")[0]


def test_a_change_that_was_taken_back_leaves_nothing_suspect(reviewer: Client, need: Entity) -> None:
    edit.update(need.fresh(), {"properties": {"threshold": "12 kg", "level": "system"}, "description": ""},
                actor=factories.person())  # fmt: skip
    assert "Suspect links" not in words(reviewer.get(f"/entities/{need.pk}/").content)
    assert "All clear" in words(reviewer.get(PAGE).content)


def test_a_project_without_reviewed_links_is_not_called_clear(reviewer: Client) -> None:
    factories.project()
    said = words(reviewer.get(PAGE).content)
    assert "Nothing to check yet" in said
    assert "All clear" not in said


def test_one_is_confirmed_from_the_entity_s_page(reviewer: Client, need: Entity) -> None:
    here = f"/entities/{need.pk}/"
    item = re.findall(r'name="item" value="([^"]+)" aria-label="Confirm: Cell', reviewer.get(here).content.decode())
    answer = reviewer.post("/relationships/confirm/", {"item": item, "next": here}, follow=True)
    assert answer.redirect_chain == [(here, 302)]
    said = words(answer.content)
    assert "1 link confirmed. Undo" in said
    assert "Baffle satisfies Mass limit" in said
    assert "Cell satisfies Mass limit" not in said


def test_many_are_confirmed_in_one_request_and_taken_back_in_one(reviewer: Client, need: Entity) -> None:
    page = reviewer.get(PAGE).content.decode()
    assert len(items(page)) == 2
    answer = reviewer.post(
        "/relationships/confirm/", {"item": items(page), "next": PAGE, "note": "weighed"}, follow=True
    )
    rows = AuditEntry.objects.filter(action="confirm")
    assert (rows.count(), len({row.request_id for row in rows}), {row.note for row in rows}) == (2, 1, {"weighed"})
    assert "All clear" in words(answer.content)
    done = reviewer.get(f"{PAGE}?done={rows[0].request_id}")
    assert "You confirmed 2 of them" in words(done.content)
    reviewer.post("/triage/undo/", {"request": rows[0].request_id, "next": PAGE})
    assert len(items(reviewer.get(PAGE).content.decode())) == 2


def test_all_on_the_page_are_confirmed_without_ticking(reviewer: Client, need: Entity) -> None:
    shown = re.findall(r'name="shown" value="([^"]+)"', reviewer.get(PAGE).content.decode())
    reviewer.post("/relationships/confirm/", {"shown": shown, "all": "1", "next": PAGE})
    assert AuditEntry.objects.filter(action="confirm").count() == 2


def test_what_changed_again_after_it_was_shown_is_not_confirmed(reviewer: Client, need: Entity) -> None:
    ticked = items(reviewer.get(PAGE).content.decode())
    edit.update(need.fresh(), {"description": "Without the cover."}, actor=factories.person())
    answer = reviewer.post("/relationships/confirm/", {"item": ticked, "next": PAGE}, follow=True)
    assert "changed again after it was shown" in words(answer.content)
    assert not AuditEntry.objects.filter(action="confirm").exists()


def test_links_to_the_dead_and_candidates_are_not_suspect(reviewer: Client, need: Entity) -> None:
    lifecycle.invalidate(need.fresh(), actor=factories.person())
    assert "All clear" not in words(reviewer.get(PAGE).content)
    assert items(reviewer.get(PAGE).content.decode()) == []


#: The same at every run, for it names the tests.
NOBODY = "0e2a6c1e-7f6b-4c56-9f5e-2b1f3a9d8c70"


@pytest.mark.parametrize("item", ["", "x", f"{NOBODY}:x:", f"{NOBODY}:1:\x00"])
def test_nonsense_is_refused_in_words(reviewer: Client, item: str) -> None:
    assert reviewer.post("/relationships/confirm/", {"item": item} if item else {}).status_code == 400
    assert reviewer.get(f"{PAGE}?offset=-1").status_code in (400, 404)


def test_a_reader_sees_what_is_suspect_and_is_told_who_confirms(need: Entity) -> None:
    reader = signed_in(factories.user(Role.READER, "ruth"))
    said = words(reader.get(PAGE).content)
    assert "Cell satisfies Mass limit" in said
    assert "takes the role reviewer" in said
    assert reader.post("/relationships/confirm/", {"item": f"{Relationship.objects.all()[0].pk}:1:"}).status_code == 403


def test_another_person_s_request_is_not_offered_to_be_taken_back(reviewer: Client, need: Entity) -> None:
    reviewer.post("/relationships/confirm/", {"item": items(reviewer.get(PAGE).content.decode())})
    request_id = AuditEntry.objects.filter(action="confirm")[0].request_id
    other = signed_in(factories.user(Role.REVIEWER, "ben"))
    assert "You confirmed" not in words(other.get(f"{PAGE}?done={request_id}").content)
