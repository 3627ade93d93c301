"""The command that proposes entities for memories: once each, by words that say something, never promoting."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from engineering.models import Entity
from memories.models import AuditEntry
from memories.services import lifecycle
from tests import factories

pytestmark = pytest.mark.django_db


def run(**options: Any) -> dict[str, Any]:
    """Run the command; returns its counts."""
    out = StringIO()
    call_command("graduate_memories", json=True, stdout=out, stderr=StringIO(), **options)
    counts: dict[str, Any] = json.loads(out.getvalue())
    return counts


def test_what_memories_say_is_proposed_and_nothing_promoted() -> None:
    bench = factories.memory("Optical bench mass is 5.62 kg.", active=True, confidence=0.8)
    need = factories.memory("Requirement: the bench weighs at most 6 kg.", active=True, memory_type="project")
    factories.memory("Frost formed on the window.", active=True)
    factories.memory("Camera barrel mass is 480 g.")  # a candidate
    factories.memory("Optical bench mass is 5.62 kg.", active=True, memory_type="preference")
    counts = run()
    assert (counts["proposed"], counts["by_type"]) == (2, {"component": 1, "requirement": 1})
    assert (counts["read"], counts["unclear"]) == (3, 1)
    made = Entity.objects.get(graduates_memory=bench)
    assert (made.status, made.name, made.properties) == ("candidate", "Optical bench", {"mass": "5.62 kg"})
    assert (made.created_by, made.confidence, made.source_refs) == ("cron", 0.8, [f"memory:{bench.pk}"])
    assert {bench.fresh().status, need.fresh().status} == {"active"}


def test_a_second_run_proposes_nothing_not_even_what_was_rejected() -> None:
    for place in range(3):
        factories.memory(f"Lamp {place} mass is {place + 1} kg.", active=True)
    assert run()["proposed"] == 3
    lifecycle.reject(Entity.objects.order_by("pk")[0], actor=factories.person())
    lifecycle.promote(Entity.objects.order_by("pk")[1], actor=factories.person())
    written = AuditEntry.objects.count()
    counts = run()
    assert (counts["proposed"], counts["proposed_before"], AuditEntry.objects.count()) == (0, 2, written)


def test_a_dry_run_writes_nothing_and_names_what_would_be() -> None:
    factories.memory("Optical bench mass is 5.62 kg.", active=True)
    written, out = AuditEntry.objects.count(), StringIO()
    call_command("graduate_memories", dry_run=True, stdout=out, stderr=StringIO())
    assert "component: Optical bench" in out.getvalue()
    assert "1 would be proposed (1 component)" in out.getvalue()
    assert run(dry_run=True)["dry_run"] is True
    assert (Entity.objects.count(), AuditEntry.objects.count()) == (0, written)


def test_it_is_narrowed_by_project_type_and_number() -> None:
    factories.project("p05-other", ("p05",))
    for place in range(4):
        factories.memory(f"Lamp {place} mass is {place + 1} kg.", active=True, project="p05-other")
    factories.memory("We decided to buy lamps.", active=True, memory_type="project", project="p05-other")
    factories.memory("Optical bench mass is 5.62 kg.", active=True)
    assert run(project="p05", limit=1)["proposed"] == 1
    assert run(project="P05", type="project")["by_type"] == {"decision": 1}
    assert run(project="p05-other", limit=2)["proposed"] == 2
    assert set(Entity.objects.values_list("project__name", flat=True)) == {"p05-other"}
    with pytest.raises(CommandError, match="no project"):
        run(project="p99")


def test_what_stands_already_is_left_and_unclear_ones_wait_for_the_word() -> None:
    factories.entity("Optical bench", properties={"mass": "5.62 kg"})
    factories.memory("Optical bench mass is 5.62 kg.", active=True)
    factories.memory("Frost formed on the window.", active=True, memory_type="episodic")
    counts = run(all=True)
    assert (counts["standing"], counts["by_type"]) == (1, {"result": 1})


def test_reading_more_takes_no_more_memory_than_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engineering.services.graduating._AT_ONCE", 2)
    for place in range(5):
        factories.memory(f"Lamp {place} mass is {place + 1} kg.", active=True)
    assert run()["proposed"] == 5
