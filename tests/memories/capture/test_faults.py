"""A capture that is cut off at any statement left nothing behind, and doing it again does it whole."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from engineering.models import Entity
from memories.models import (
    AuditEntry,
    ExtractionRun,
    Finding,
    IndexRow,
    Interaction,
    Memory,
    Reinforcement,
)
from memories.services.capture import assign, capture
from memories.services.extraction import extract
from memories.services.reinforcement import reinforce
from tests import factories as make

pytestmark = pytest.mark.django_db
FACT = "The detector cooler draws 22 W at full power."
SENT = {
    "prompt": "We decided to keep the cooler. How much does it draw?",
    "response": f"{FACT} The bench plate weighs 5.4 kg. Decision: take two packs.\n\nRequirement:\n- draw 40 W at most",
    "session_id": "s1",
    "project": "p04",
}


#: They frame the transactions of a capture, which are savepoints here: the test is one transaction itself.
_FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK")


class Cut(BaseException):
    """The process ends here."""


@contextmanager
def cut_at(number: int) -> Iterator[list[str]]:
    """Let the statement of that number be the last one; yields those that were begun."""
    begun: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(_FRAME):
            return execute(sql, params, many, context)
        begun.append(sql)
        if len(begun) == number:
            raise Cut(sql[:80])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield begun


def state() -> dict[str, Any]:
    """All that a capture may write, without ids and times."""
    return {
        "interactions": sorted(Interaction.objects.values_list("prompt", "project__name", "version")),
        "memories": sorted(Memory.objects.values_list("content", "status", "reference_count", "near_overlap")),
        "entities": sorted(Entity.objects.values_list("name", "entity_type", "status")),
        "repeats": sorted(Reinforcement.objects.values_list("memory__content", "share")),
        "runs": sorted(ExtractionRun.objects.values_list("extractor", "outcome", "found", "proposed")),
        "findings": sorted(Finding.objects.values_list("place", "start", "end", "outcome", "record_kind", "rule")),
        "audit": sorted(AuditEntry.objects.values_list("entity_kind", "action", "actor", "title")),
        "index": sorted(IndexRow.objects.values_list("kind", "text")),
    }


def check_every_cut(act: Callable[[], object]) -> int:
    """Cut an act off at each of its statements in turn; return how many it has."""
    before = state()
    with transaction.atomic():
        with cut_at(0) as begun:
            act()
        whole = state()
        transaction.set_rollback(True)
    assert state() == before != whole
    for number in range(1, len(begun) + 1):
        with transaction.atomic():
            with pytest.raises(Cut), cut_at(number):
                act()
            assert state() == before, f"cut at {begun[number - 1][:80]}"
            if number % 5 == 0 or number == len(begun):  # every fifth: the state before is the same for all
                act()
                assert state() == whole, f"again after {begun[number - 1][:80]}"
            transaction.set_rollback(True)
    return len(begun)


@pytest.fixture
def scene() -> dict[str, Any]:
    make.project()
    make.memory(FACT, active=True)
    make.memory("Its bench plate weighs 5.4 kg today.")
    return {"scribe": make.agent("scribe"), "boss": make.person()}


def test_a_capture(scene: dict[str, Any]) -> None:
    assert check_every_cut(lambda: capture(SENT, actor=scene["scribe"])) > 30
    capture(SENT, actor=scene["scribe"])
    assert Memory.objects.get(content=FACT).reference_count == 1
    assert (Finding.objects.filter(outcome="proposed").count(), Reinforcement.objects.count()) == (3, 2)


def test_a_later_extraction_and_reinforcement(scene: dict[str, Any]) -> None:
    said = capture(SENT, actor=scene["scribe"], learn=False)
    make.memory("At full power the cooler of the detector draws 22 W.", active=True)
    check_every_cut(lambda: extract(said, actor=scene["boss"]))
    check_every_cut(lambda: reinforce(said, actor=scene["boss"]))


def test_giving_it_a_project(scene: dict[str, Any]) -> None:
    said = capture({**SENT, "project": "nobody knows it"}, actor=scene["scribe"])

    def act() -> None:
        assign(Interaction.objects.get(pk=said.pk), make.project(), actor=scene["boss"])

    check_every_cut(act)
