"""Detection on every mutation finds what a full scan finds, whatever people do in whatever order."""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engineering import ontology
from engineering.models import Conflict, Entity, Relationship
from engineering.queries import facts
from engineering.queries.aliases import Aliases
from engineering.services.conflicts.scan import detect
from engineering.slots.claims import claims
from engineering.slots.compare import Result
from engineering.slots.judge import judge
from memories.errors import DomainError
from memories.models import AuditEntry, Memory
from memories.queries import history
from memories.services import edit, lifecycle, undo
from tests import factories as make

pytestmark = pytest.mark.django_db
ACTOR = make.SETUP
NAMES = ["Bracket", "bracket", "Stage", "Lid"]
TYPES = ["component", "component", "subsystem", "requirement", "result", "decision", "material", "validation_claim"]
MASSES = ["5 kg", "5000 g", "6 kg", "5 ± 1 kg", "TBD", None]
LINKS = [*facts.SLOT_LINKS, "part_of", "part_of", "contains"]
Row = Any
#: More of them where somebody asks: HYPOTHESIS_EXAMPLES=500.
EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "25"))


class Nothing(Exception):
    """There is no row that the step could be done on."""


def expected() -> set[tuple[str, str, str]]:
    """What a scan with fresh eyes says: read without the code that detection on mutations uses."""
    found = facts.whole(timezone.now())
    verdicts = {
        slot: judge(said, Aliases(slot.project), found.replaced)
        for slot, said in claims(found).items()
        if len(said) > 1
    }
    return {
        (slot.kind, slot.key, verdict.result.severity)
        for slot, verdict in verdicts.items()
        if verdict.result is not Result.SAME
    }


def standing() -> set[tuple[str, str, str]]:
    return set(Conflict.objects.filter(status="open").values_list("slot_kind", "slot_key", "severity"))


def some(rows: Any, number: int) -> Row:
    """Return one of the rows, the oldest first. Raises Nothing where there is none."""
    listed = list(rows.order_by("created_at", "pk"))
    if not listed:
        raise Nothing
    return listed[number % len(listed)]


def properties(kind: str, number: int) -> dict[str, Any]:
    found: dict[str, Any] = {"scope": "as-built"} if number % 5 == 4 and kind in ("component", "subsystem") else {}
    if kind in ("component", "subsystem"):
        found |= {"material": ["Al", "Ti"][number % 2], "mass": MASSES[number % len(MASSES)]}
    if kind == "requirement":
        found |= {"statement": ["It shall weigh 5 kg.", "It shall weigh 6 kg.", "It should weigh 5 kg."][number % 3]}
    if kind == "result":
        found |= {"passed": number % 2 == 0}
    return {name: value for name, value in found.items() if value is not None}


def create(a: int, b: int, c: int) -> None:
    kind = TYPES[a % len(TYPES)]
    given = {"entity_type": kind, "name": NAMES[b % len(NAMES)], "project": "p04-gigabit", "description": str(c)}
    ref = {"external_ref": f"Ref-{c % 3}"} if c % 7 == 0 else {}
    edit.create("entity", {**given, **ref, "properties": properties(kind, c)}, actor=ACTOR, status="active")


def remember(a: int, b: int, c: int) -> None:
    text = f"{NAMES[b % len(NAMES)]} {['mass is 6 kg', 'mass is 5 kg', 'material: Ti'][a % 3]}"
    edit.create(
        "memory", {"memory_type": "knowledge", "content": text, "project": "p04-gigabit"}, actor=ACTOR, status="active"
    )


def relate(a: int, b: int, c: int) -> None:
    source, target = some(Entity.objects.filter(status="active"), a), some(Entity.objects.filter(status="active"), b)
    if source == target:
        return
    allowed = [name for name in LINKS if ontology.ends_allowed(name, source.entity_type, target.entity_type)]
    make.relationship(source, allowed[c % len(allowed)], target)


def rename(a: int, b: int, c: int) -> None:
    row = some(Entity.objects.filter(status="active"), a)
    edit.update(row, {"name": NAMES[b % len(NAMES)]}, actor=ACTOR)


def nest(a: int, b: int, c: int) -> None:
    """Put two of one name and unlike values into one whole: what they disagree on goes by where they stand."""
    whole = some(Entity.objects.filter(status="active", entity_type__in=("component", "subsystem")), a)
    tray = make.entity(f"Tray {b}")
    make.relationship(tray, "part_of", whole)
    for number in (c, c + 1):
        screw = make.entity("Screw", description=f"{b} {number}", properties=properties("component", number))
        make.relationship(screw, "part_of", tray)


def rename_whole(a: int, b: int, c: int) -> None:
    held = Relationship.objects.filter(status="active", relationship_type="part_of").values("target_entity")
    whole = some(Entity.objects.filter(status="active", pk__in=held), a)
    edit.update(whole, {"name": NAMES[b % len(NAMES)]}, actor=ACTOR)


def correct(a: int, b: int, c: int) -> None:
    row = some(Entity.objects.filter(status="active"), a)
    edit.update(row, {"properties": properties(row.entity_type, b)}, actor=ACTOR)


def retype(a: int, b: int, c: int) -> None:
    row = some(Entity.objects.filter(entity_type="component"), a)
    edit.update(row, {"entity_type": "subsystem"}, actor=ACTOR)


def drop(a: int, b: int, c: int) -> None:
    model = (Entity, Relationship, Memory)[b % 3]
    lifecycle.invalidate(some(model.objects.filter(status="active"), a), actor=ACTOR)


def bring_back(a: int, b: int, c: int) -> None:
    model = (Entity, Relationship, Memory)[b % 3]
    row = some(model.objects.filter(status__in=["invalid", "superseded"]), a)
    lifecycle.promote(lifecycle.restore(row, actor=ACTOR).fresh(), actor=ACTOR)


def replace(a: int, b: int, c: int) -> None:
    active = Entity.objects.filter(status="active")
    old, new = some(active, a), some(active, b)
    if c % 3:
        lifecycle.supersede(old, by=new, actor=ACTOR)
    else:
        lifecycle.merge(old, new, actor=ACTOR)


def take_back(a: int, b: int, c: int) -> None:
    entries = [entry for entry in AuditEntry.objects.order_by("-seq")[:30] if history.is_decision(entry)]
    if entries:
        undo.undo(entries[a % len(entries)], actor=ACTOR)


OPERATIONS: list[Callable[[int, int, int], None]] = [
    *(create, create, create, remember, relate, relate, relate),
    *(rename, correct, retype, drop, bring_back, replace, take_back),
    *(nest, rename_whole),
]
STEP = st.tuples(st.sampled_from(OPERATIONS), *[st.integers(0, 40)] * 3)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEP, min_size=4, max_size=22))
def test_every_mutation_finds_what_a_scan_finds(
    steps: list[tuple[Callable[[int, int, int], None], int, int, int]],
) -> None:
    with transaction.atomic():
        make.project()
        for number in range(4):
            create(0, number % 2, number)
        for act, *numbers in steps:
            with suppress(DomainError, Nothing), transaction.atomic():
                act(*numbers)
            assert standing() == expected(), act.__name__
        outcome = detect(actor=ACTOR)
        assert (outcome.opened, outcome.changed, outcome.closed) == (0, 0, 0)
        transaction.set_rollback(True)
