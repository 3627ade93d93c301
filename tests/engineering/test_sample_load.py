"""Loading the sample: through the ordinary verbs, with a history that is true to life, once."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from engineering.models import Entity, Relationship
from engineering.sample import files, loader
from memories.actors import Actor
from memories.errors import Duplicate, StateConflict
from memories.models import AuditEntry, ExtractionRun, Finding, Interaction, Memory, Project, Reinforcement, SourceChunk
from memories.queries import projects, triage
from memories.services import lifecycle
from memories.services import projects as project_verbs

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
REVIEWER = Actor.system("import")


def counts() -> dict[str, int]:
    models = {"memories": Memory, "entities": Entity, "relationships": Relationship, "audit": AuditEntry}
    return {name: model._base_manager.count() for name, model in models.items()}


def test_the_loaded_history_is_true_to_life() -> None:
    loaded = loader.load(NOW)
    assert loaded.records["memories"] == Memory.objects.count()
    assert loaded.records["relationships"] == Relationship.objects.count()

    entries = list(AuditEntry.objects.order_by("seq"))
    times = [entry.timestamp for entry in entries]
    assert times == sorted(times), "the log reads in order of time"
    assert times[0] == NOW - timedelta(days=42)
    assert NOW - timedelta(days=1) < times[-1] <= NOW

    by_programs = {entry.action for entry in entries if entry.actor.startswith("agent:")}
    assert by_programs == {"create", "capture"}, "programs only propose"
    decided = {entry.actor for entry in entries if entry.action in ("promote", "reject", "supersede", "merge", "undo")}
    assert decided == {"user:ines", "user:tomas", "user:priya"}
    for kind, model in (("memory", Memory), ("entity", Entity), ("relationship", Relationship)):
        for row in model._base_manager.all():
            history = [entry for entry in entries if entry.entity_kind == kind and entry.record_id == str(row.pk)]
            assert history[0].action == "create"
            assert history[0].timestamp == row.created_at
            assert history[-1].after_json["status"] == row.status
            assert history[-1].after_json["version"] == row.version


def test_everything_a_page_shows_is_connected() -> None:
    loader.load(NOW)
    heron = projects.get("HERON", REVIEWER)
    assert heron == projects.get("p21", REVIEWER)
    assert {name for name in projects.names(REVIEWER) if name.startswith("p2")} == {
        *("p20-common", "p21-heron", "p21", "p22-plover", "p22"),
    }

    barrel = Memory.objects.get(content="Camera barrel material is Ti-6Al-4V.")
    origin = barrel.source_interaction
    assert origin is not None
    assert barrel.content.rstrip(".") in origin.response
    assert (barrel.session_id, barrel.observed_at) == (origin.session_id, origin.created_at)
    pitch = Memory.objects.get(content__startswith="The fibres stand at a pitch")
    assert pitch.source_chunk is not None
    assert pitch.content in pitch.source_chunk.content
    assert pitch.source_chunk.heading_path == "Optical design note > First-order layout"
    assert SourceChunk.objects.filter(document__project=heron, document__status="active").count() > 5

    used = Interaction.objects.exclude(memories_used=[]).first()
    assert used is not None
    shown = Memory.objects.filter(pk__in=used.memories_used)
    assert len(shown) == len(used.memories_used)
    assert all(f"[memory:{memory.pk}]" in str(used.context_pack) for memory in shown)
    assert Interaction.objects.get(project_text="heron-field").project is None

    dark = Entity.objects.get(name="Dark current", entity_type="requirement")
    assert dark.graduates_memory is not None
    assert (dark.graduates_memory.status, dark.graduates_memory.graduated_to_entity) == ("graduated", dark)
    for entity in Entity.objects.exclude(source_refs=[]):
        for kind, _, record_id in (ref.partition(":") for ref in entity.source_refs):
            if kind == "memory":
                assert Memory.objects.filter(pk=record_id).exists()


def test_the_queue_shows_one_of_everything() -> None:
    loader.load(NOW)
    waiting = list(triage.queue("memory", REVIEWER))
    assert waiting[0].proposed_supersedes is not None, "what proposes a correction comes first"
    assert sum(row.near_overlap >= 0.9 for row in waiting) == 1
    assert sum(row.near_overlap >= 0.6 for row in waiting) >= 3
    assert [row.content[:6] for row in waiting if row.rejected_before] == ["Argon "]
    assert {row.created_by for row in waiting} >= {"agent:bench-assistant", "agent:mail-digest"}
    assert any(not row.source_interaction_id and not row.source_chunk_id for row in waiting)
    assert any(row.valid_until for row in waiting)

    packs = Entity.objects.get(name="Battery packs", status="candidate")
    lifecycle.promote(packs, actor=REVIEWER)
    assert set(Entity.objects.filter(name="Battery packs").values_list("status", "properties__mass")) == {
        ("active", "2.10 kg"),
        ("superseded", "1.65 kg"),
    }


def test_a_second_load_is_refused_and_changes_nothing() -> None:
    out = StringIO()
    call_command("load_sample", "--json", stdout=out)
    summary = json.loads(out.getvalue())
    before = counts()
    assert (summary["memories"], summary["entities"]) == (before["memories"], before["entities"])
    with pytest.raises(CommandError, match="p21-heron is there already") as refusal:
        call_command("load_sample")
    assert refusal.value.returncode == 1
    assert counts() == before


def test_a_team_s_own_project_of_that_name_is_left_alone() -> None:
    project_verbs.register("heron-field", actor=REVIEWER, aliases=["p21-HERON"])
    with pytest.raises(Duplicate):
        loader.load(NOW)
    assert list(Project.objects.values_list("name", flat=True)) == ["heron-field"]


def test_a_load_that_fails_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise StateConflict("somebody said no")

    monkeypatch.setattr(lifecycle, "merge", refuse)
    with pytest.raises(CommandError, match="somebody said no"):
        call_command("load_sample")
    assert not any(counts().values())
    assert not Project.objects.exists()


def test_a_fault_in_the_files_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = shutil.copytree(files.FOLDER, tmp_path / "sample")
    with (broken / "memories" / "5-waiting.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {key: m99, type: knowledge, ago: 1h, content: Red, is: the colour}\n")
    monkeypatch.setattr(files, "FOLDER", broken)
    with pytest.raises(CommandError, match="m99: unknown is"):
        call_command("load_sample")
    assert not any(counts().values())


def test_what_the_sample_says_twice_is_counted_and_what_was_looked_through_is_known() -> None:
    loader.load(NOW)
    assert Reinforcement.objects.filter(share__gte=0.7).count() >= 3
    runs = ExtractionRun.objects.all()
    assert {(run.outcome, run.proposed) for run in runs} == {("done", 0)}
    assert all(run.found for run in runs)
    assert set(Finding.objects.values_list("outcome", flat=True)) == {"known"}
