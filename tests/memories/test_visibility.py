"""Who sees what: every queryset starts from it, so it is tested once for every kind and role."""

import pytest
from django.db.models import Model

from engineering.models import Relationship
from memories import permissions
from memories.actors import Actor, Principal
from memories.choices import Role
from memories.errors import NotFound
from memories.models import AuditEntry, Interaction, Memory, Project
from memories.queries import records
from memories.services import capture, edit, lifecycle, people
from tests import factories as make

pytestmark = pytest.mark.django_db


def seen(model: type[Model], actor: Actor) -> set[object]:
    return set(permissions.for_principal(model._base_manager.all(), actor).values_list("pk", flat=True))


def test_memories_by_role() -> None:
    own_agent, other_agent = make.agent("one"), make.agent("two")
    mine = make.memory("Mine.", by=own_agent)
    theirs = make.memory("Theirs.", by=other_agent)
    active = make.memory("Active.", active=True)
    gone = make.memory("Gone.", active=True)
    lifecycle.invalidate(gone, actor=make.SETUP)

    assert seen(Memory, make.person(Role.READER)) == {active.pk}
    assert seen(Memory, own_agent) == {active.pk, mine.pk}
    assert seen(Memory, make.person(Role.REVIEWER)) == {mine.pk, theirs.pk, active.pk, gone.pk}
    assert seen(Memory, Actor.user("stranger", Principal())) == set()


def test_a_role_on_one_project_shows_that_project_and_what_belongs_to_none() -> None:
    local = make.project("p05-neighbour", aliases=())
    here = make.memory("Here.", project="p05-neighbour", active=True)
    make.memory("There.", active=True)
    everyones = make.memory("For all.", project=None, active=True)
    waiting = make.memory("For all, waiting.", project=None)
    reviewer = make.person(Role.REVIEWER, on=local)
    assert seen(Memory, reviewer) == {here.pk, everyones.pk}
    assert waiting.pk not in seen(Memory, reviewer)
    assert seen(Project, reviewer) == {local.pk}


def test_a_relationship_is_seen_where_both_its_ends_are() -> None:
    local = make.project("p05-neighbour", aliases=())
    here, there = make.entity("Here", project="p05-neighbour"), make.entity("There")
    across = make.relationship(here, "depends_on", there)
    within = make.relationship(here, "depends_on", make.entity("Near", project="p05-neighbour"))
    assert seen(Relationship, make.person(Role.REVIEWER, on=local)) == {within.pk}
    assert seen(Relationship, make.person(Role.READER)) == {across.pk, within.pk}


def test_interactions_are_for_reviewers_and_for_who_captured_them() -> None:
    make.project()
    one = make.agent("one")
    row = capture.capture({"prompt": "Why?", "response": "Because.", "project": "p04"}, actor=one)
    assert seen(Interaction, one) == {row.pk}
    assert seen(Interaction, make.agent("two")) == set()
    assert seen(Interaction, make.person(Role.READER)) == set()
    assert seen(Interaction, make.person()) == {row.pk}


def test_capture_keeps_a_row_whose_project_is_unknown() -> None:
    row = capture.capture({"prompt": "Why?", "project": "no-such"}, actor=make.agent())
    assert (row.project, row.project_text) == (None, "no-such")


def test_audit_of_people_is_for_admins() -> None:
    make.memory(active=True)
    kinds = AuditEntry.objects.filter(pk__in=list(seen(AuditEntry, make.person()))).values_list(
        "entity_kind", flat=True
    )
    assert "memory" in kinds
    assert not set(kinds) & {"user", "membership", "token"}
    everything = AuditEntry.objects.filter(pk__in=list(seen(AuditEntry, make.person(Role.ADMIN))))
    assert everything.filter(entity_kind="user").exists()


def test_an_audit_row_is_seen_where_all_its_projects_are() -> None:
    """Of a link that leads into another project not even the title, nor where a record stood before it moved here."""
    local = make.project("p05-neighbour", aliases=())
    here, there = make.entity("Here", project="p05-neighbour"), make.entity("Hidden name")
    for source, target in ((here, there), (there, here)):
        make.relationship(source, "depends_on" if source is here else "interfaces_with", target)
    moved = make.memory("It came from there.", active=True)
    edit.update(moved, {"project": "p05-neighbour"}, actor=make.person(Role.ADMIN))
    titles: dict[str, list[str]] = {}
    for role, on in ((Role.READER, local), (Role.REVIEWER, local), (Role.READER, None)):
        rows = permissions.for_principal(AuditEntry.objects.all(), make.person(role, on=on))
        titles[f"{role}{on}"] = [f"{row.action} {row.title}" for row in rows]
    for confined in (titles[f"reader{local}"], titles[f"reviewer{local}"]):
        assert any("Here" in title for title in confined)
        assert not any("Hidden" in title or "came from" in title for title in confined)
    assert len([title for title in titles["readerNone"] if "Hidden" in title]) == 3
    assert "update It came from there." in titles["readerNone"]


def test_what_may_not_be_seen_is_not_found() -> None:
    row = make.memory()
    with pytest.raises(NotFound):
        records.get("memory", row.pk, make.person(Role.READER))
    with pytest.raises(NotFound):
        records.get("memory", "no-id", make.person())


def test_a_role_taken_away_counts_at_the_next_request() -> None:
    holder, row = make.user(Role.REVIEWER), make.memory()
    assert seen(Memory, permissions.actor_for_user(holder)) == {row.pk}
    people.end_membership(holder.memberships.get(), actor=make.SETUP)
    assert seen(Memory, permissions.actor_for_user(holder)) == set()


def test_a_token_is_never_more_than_its_owner() -> None:
    project = make.project()
    owner = Principal(Role.REVIEWER, {project.pk: Role.ADMIN})
    capped = owner.capped(Role.AGENT, None)
    assert capped.role_on(project.pk) == Role.AGENT
    confined = owner.capped(Role.ADMIN, frozenset({project.pk}))
    assert (confined.role_on(project.pk), confined.role_on(None)) == (Role.ADMIN, None)
