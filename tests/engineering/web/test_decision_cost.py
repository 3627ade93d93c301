"""A decision takes at most twelve queries, what detection looks up and writes included (triage-ux)."""

from typing import Any

import pytest
from django.test import Client

from engineering.models import Conflict
from memories.choices import Role
from tests import factories as make
from tests.memories.web.test_query_counts import SCRIPT, populate, queries

pytestmark = pytest.mark.django_db
MOST = 12
#: What it takes more to tell a person whom their decision contradicts, once it is made.
TELLING = 7


@pytest.fixture
def reviewer(db: None) -> Client:
    """A reviewer of every project."""
    client = Client()
    client.force_login(make.user(Role.REVIEWER, "rosa"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def taken(reviewer: Client, path: str, row: Any, **form: Any) -> int:
    """Post one decision; return how many queries it took."""
    answers = []
    form |= {"version": row.fresh().version}
    number = queries(lambda: answers.append(reviewer.post(path, form, headers=SCRIPT)))
    assert answers[0].status_code == 200, answers[0].content
    return number


@pytest.fixture
def lid(reviewer: Client) -> Any:
    """A part of a bench, with a mass, among others."""
    populate()
    part = make.entity("Lid", properties={"mass": "5 kg"})
    make.relationship(part, "part_of", make.entity("Bench", "system"))
    return part


def test_promoting_an_entity_with_a_link(reviewer: Client, lid: Any) -> None:
    part = make.entity("Plate", active=False, properties={"mass": "5 kg"})
    link = make.relationship(part, "part_of", make.entity("Stage", "subsystem"), active=False)
    assert taken(reviewer, f"/entities/{part.pk}/promote/", part, partner=f"{link.pk}:1") <= MOST
    assert link.fresh().status == "active"


def test_promoting_a_link(reviewer: Client, lid: Any) -> None:
    link = make.relationship(make.entity("Plate"), "part_of", lid, active=False)
    assert taken(reviewer, f"/relationships/{link.pk}/promote/", link) <= MOST


def test_promoting_a_link_that_gives_a_second_parent(reviewer: Client, lid: Any) -> None:
    link = make.relationship(lid, "part_of", make.entity("Stage", "subsystem"), active=False)
    assert taken(reviewer, f"/relationships/{link.pk}/promote/", link) <= MOST + TELLING
    assert Conflict.objects.get().slot_kind == "component.part_of"


@pytest.mark.parametrize(("mass", "conflicts"), [("5 kg", 0), ("7 kg", 1)])
def test_promoting_a_memory_that_speaks_of_a_part(reviewer: Client, lid: Any, mass: str, conflicts: int) -> None:
    memory = make.memory(f"Lid mass is {mass}")
    assert taken(reviewer, f"/memories/{memory.pk}/promote/", memory) <= MOST + TELLING * conflicts
    assert Conflict.objects.count() == conflicts


def test_promoting_an_entity_that_another_contradicts(reviewer: Client, lid: Any) -> None:
    twin = make.entity("Lid", active=False, properties={"mass": "7 kg"})
    assert taken(reviewer, f"/entities/{twin.pk}/promote/", twin) <= MOST + TELLING
    assert Conflict.objects.count() == 2


@pytest.mark.parametrize("kind", ["entity", "memory"])
def test_superseding(reviewer: Client, lid: Any, kind: str) -> None:
    old = make.entity("Old") if kind == "entity" else make.memory("Old mass is 5 kg", active=True)
    new = make.entity("New", active=False) if kind == "entity" else make.memory("Old mass is 6 kg")
    path = "entities" if kind == "entity" else "memories"
    form = {"supersedes": str(old.pk), "supersedes_version": 1}
    assert taken(reviewer, f"/{path}/{new.pk}/promote/", new, **form) <= MOST


def test_ending_a_conflict(reviewer: Client, lid: Any) -> None:
    memory = make.memory("Lid mass is 7 kg", active=True)
    assert Conflict.objects.get().status == "open"
    assert taken(reviewer, f"/memories/{memory.pk}/invalidate/", memory) <= MOST
    assert Conflict.objects.get().status == "resolved"
