"""Older databases: every row comes in, is repaired by a stated rule, or is refused with its reason."""

import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engineering.importers.legacy import source
from engineering.models import Conflict, ConflictMember, Entity, Relationship
from engineering.services.importing import Outcome, import_database
from memories.actors import SYSTEM, Actor
from memories.errors import UnknownProject
from memories.findings import InputFault
from memories.ids import adopt_id
from memories.models import AuditEntry, Interaction, Memory, Project, SourceChunk, SourceDocument
from memories.queries import projects
from memories.services import edit
from memories.services import projects as project_verbs
from tests.engineering.importers.builders import PHASES, old_database, optics, uid

pytestmark = pytest.mark.django_db

IMPORT = Actor.system("import")
PERSON = Actor.user("grace", SYSTEM)
MODELS = (Project, SourceDocument, SourceChunk, Interaction, Entity, Memory, Relationship, Conflict, ConflictMember)


@pytest.fixture
def bring(tmp_path: Path) -> Callable[..., Outcome]:
    """Write an older database with the rows given and import it; `again` imports the last one once more."""
    path = tmp_path / "old.sqlite3"

    def run(phase: str = "p5", *, again: bool = False, default: str | None = None, **tables: Any) -> Outcome:
        if not again:
            path.unlink(missing_ok=True)
            old_database(path, phase, **{"projects": [optics()], **tables})
        with source.opened(path) as database:
            outcome = import_database(database, path.name, actor=IMPORT, default_project=default)
        assert outcome.total().balanced
        assert all(tally.balanced for tally in outcome.tallies.values())
        return outcome

    return run


def rules(outcome: Outcome, word: str) -> list[tuple[str, str]]:
    return [(found.ref, found.rule) for found in outcome.findings if found.outcome == word]


def state() -> list[Any]:
    rows = [list(model._base_manager.order_by("pk").values()) for model in MODELS]
    return [*rows, AuditEntry.objects.count()]


def memory(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": uid(number), "content": f"Fact {number}.", "project": "optics", **fields}


def entity(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": uid(number), "name": f"Part {number}", **fields}


def link(number: int, start: int, end: int, kind: str = "depends_on", **fields: Any) -> dict[str, Any]:
    ends = {"source_entity_id": uid(start), "target_entity_id": uid(end)}
    return {"id": uid(number), "relationship_type": kind, **ends, **fields}


@pytest.mark.parametrize("phase", PHASES)
def test_the_phase_is_told_by_the_columns(tmp_path: Path, phase: str) -> None:
    with source.opened(old_database(tmp_path / "old.sqlite3", phase)) as database:
        assert database.phase == phase


def test_a_whole_database_comes_in_with_ids_times_statuses_and_history(bring: Callable[..., Outcome]) -> None:
    outcome = bring(
        source_documents=[{"id": uid(10), "file_path": "vault/optics/a.md", "updated_at": "2024-03-02 08:00:00"}],
        source_chunks=[{"id": uid(11), "document_id": uid(10), "content": "Stiff.", "char_count": 6}],
        interactions=[{"id": uid(12), "project_id": uid(1), "project": "optics", "memories_used": f'["{uid(20)}"]'}],
        entities=[entity(30), entity(31, status="candidate"), entity(32, source_refs=f'["memory:{uid(20)}"]')],
        memories=[
            memory(20, status="graduated", graduated_to_entity_id=uid(30), source_chunk_id=uid(11)),
            memory(21, status="superseded", updated_at="2024-05-01T10:00:00+02:00", valid_until="2025-01-01"),
            memory(22, status="candidate", domain_tags='["Optics", "mount"]', reference_count=3),
        ],
        relationships=[link(40, 30, 32), link(41, 30, 31)],
        conflicts=[{"id": uid(50), "slot_key": uid(30)}],
        conflict_members=[{"id": uid(51), "conflict_id": uid(50), "member_id": uid(30)}],
        memory_audit=[
            {"id": uid(60), "memory_id": uid(21), "action": "create", "after_json": '{"status": "candidate"}'},
            {"id": uid(61), "memory_id": uid(21), "action": "promote", "actor": "human-triage"},
        ],
    )
    assert outcome.total().created == outcome.total().read == 16
    first = Memory.objects.get(pk=uid(20))
    assert (first.status, str(first.graduated_to_entity_id), str(first.source_chunk_id)) == (
        "graduated",
        uid(30),
        uid(11),
    )
    second = Memory.objects.get(pk=uid(21))
    assert second.updated_at.isoformat() == "2024-05-01T08:00:00+00:00"
    assert second.valid_until is not None
    assert Memory.objects.get(pk=uid(22)).domain_tags == ["optics", "mount"]
    assert SourceDocument.objects.get(pk=uid(10)).project == Project.objects.get(name="optics")
    assert Entity.objects.get(pk=uid(32)).source_refs == [f"memory:{uid(20)}"]
    assert {str(row.pk): row.status for row in Relationship.objects.all()} == {uid(40): "active", uid(41): "candidate"}
    assert Conflict.objects.get(pk=uid(50)).members.count() == 1
    entries = list(AuditEntry.objects.filter(record_id=uid(21)).order_by("seq"))
    assert [(row.action, row.actor, row.external_ref) for row in entries] == [
        ("create", "api", uid(60)),
        ("promote", "human-triage", uid(61)),
        ("import", "import", ""),
    ]
    assert entries[0].timestamp.isoformat() == "2024-03-01T08:00:00+00:00"
    assert entries[2].after_json["content"] == "Fact 21."


def test_every_record_has_its_import_row(bring: Callable[..., Outcome]) -> None:
    bring(
        entities=[entity(30), entity(31)],
        memories=[memory(20)],
        relationships=[link(40, 30, 31)],
        interactions=[{"id": uid(12)}],
        source_documents=[{"id": uid(10), "file_path": "optics/a.md"}],
        source_chunks=[{"id": uid(11), "document_id": uid(10), "content": "x"}],
    )
    imported = set(AuditEntry.objects.filter(action="import").values_list("record_id", flat=True))
    assert imported == {str(row.pk) for model in MODELS for row in model._base_manager.all()}


def test_running_twice_changes_nothing(bring: Callable[..., Outcome]) -> None:
    bring(
        entities=[entity(30), entity(31), {**entity(32), "id": "odd"}],
        memories=[memory(20, confidence=1.7), memory(21, project="nobody"), {**memory(22), "id": "not-a-uuid"}],
        relationships=[link(40, 30, 31)],
        conflicts=[{"id": uid(50), "slot_key": uid(30)}],
        conflict_members=[{"id": uid(51), "conflict_id": uid(50), "member_id": uid(30)}],
        memory_audit=[{"id": uid(60), "memory_id": uid(20), "before_json": "not json"}],
        interactions=[{"id": uid(12), "project": "opt", "project_id": uid(1)}],
        source_documents=[{"id": uid(10), "file_path": "optics/a.md"}],
        source_chunks=[{"id": uid(11), "document_id": uid(10), "content": "x"}],
    )
    before = state()
    outcome = bring(again=True)
    assert state() == before
    total = outcome.total()
    assert (total.created, total.changed, total.repaired, total.refused) == (0, 0, 0, 1)
    assert total.unchanged == total.read - 1


def test_what_people_changed_after_the_import_stays(bring: Callable[..., Outcome]) -> None:
    bring(memories=[memory(20)])
    edit.update(Memory.objects.get(pk=uid(20)), {"content": "Corrected."}, actor=PERSON)
    assert bring(again=True).total().unchanged == 2
    assert Memory.objects.get(pk=uid(20)).content == "Corrected."


def test_the_file_stays_as_it_was_byte_for_byte(tmp_path: Path, bring: Callable[..., Outcome]) -> None:
    path = tmp_path / "old.sqlite3"
    old_database(path, "p5", projects=[optics()], memories=[memory(20)])
    path.chmod(0o444)
    before = hashlib.sha256(path.read_bytes()).hexdigest(), sorted(entry.name for entry in tmp_path.iterdir())
    bring(again=True)
    assert (hashlib.sha256(path.read_bytes()).hexdigest(), sorted(entry.name for entry in tmp_path.iterdir())) == before


def test_rows_that_only_the_write_ahead_log_holds_are_not_lost(tmp_path: Path, bring: Callable[..., Outcome]) -> None:
    path = old_database(tmp_path / "old.sqlite3", "p5", projects=[optics()])
    busy = sqlite3.connect(path)
    busy.execute("PRAGMA journal_mode=WAL")
    busy.execute(
        "INSERT INTO memories (id, memory_type, content, status) VALUES (?, 'knowledge', 'Late.', 'active')", [uid(20)]
    )
    busy.commit()
    before = source.checksum(path)
    bring(again=True)
    assert source.checksum(path) == before
    assert Memory.objects.get(pk=uid(20)).content == "Late."
    busy.close()


def test_a_write_that_was_cut_off_is_rolled_back_in_a_copy(tmp_path: Path, bring: Callable[..., Outcome]) -> None:
    rows = [memory(1000 + number, content=f"Fact {number}. {'x' * 3000}") for number in range(100)]
    path = old_database(tmp_path / "a.sqlite3", "p5", projects=[optics()], memories=rows)
    busy = sqlite3.connect(path)
    busy.execute("PRAGMA cache_size=1")
    busy.execute("BEGIN")
    busy.execute("UPDATE memories SET content = 'half' || content")
    torn = tmp_path / "old.sqlite3"
    torn.write_bytes(path.read_bytes())
    (tmp_path / "old.sqlite3-journal").write_bytes((tmp_path / "a.sqlite3-journal").read_bytes())
    busy.rollback()
    busy.close()
    assert b"halfFact" in torn.read_bytes()
    before = source.checksum(torn)
    bring(again=True)
    assert source.checksum(torn) == before
    assert not Memory.objects.filter(content__startswith="half").exists()
    assert Memory.objects.count() == 100


MEMORY_REPAIRS: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"confidence": 1.7}, "confidence_range", {"confidence": 1.0}),
    ({"confidence": -3}, "confidence_range", {"confidence": 0.0}),
    ({"confidence": "high"}, "bad_number", {"confidence": 1.0}),
    ({"reference_count": -2}, "bad_number", {"reference_count": 0}),
    ({"domain_tags": "optics, mechanics"}, "bad_json", {"domain_tags": ["optics", "mechanics"]}),
    ({"domain_tags": '["a", 3, {"b": 1}]'}, "bad_json", {"domain_tags": ["a"]}),
    ({"domain_tags": '"optics"'}, "bad_json", {"domain_tags": ['"optics"']}),
    ({"memory_type": "fact"}, "unknown_type", {"memory_type": "knowledge", "status": "candidate"}),
    ({"memory_type": "Knowledge"}, "spelling", {"memory_type": "knowledge", "status": "active"}),
    ({"status": "archived"}, "unknown_status", {"status": "candidate"}),
    ({"source_chunk_id": "no-such-chunk"}, "dangling_pointer", {"source_chunk_id": None}),
    ({"status": "graduated"}, "graduated_to_nothing", {"status": "candidate"}),
    ({"valid_until": "next summer"}, "bad_time", {"valid_until": None}),
    ({"content": "a\x00b"}, "control_characters", {"content": "a\ufffdb"}),
]


@pytest.mark.parametrize(("fields", "rule", "expected"), MEMORY_REPAIRS)
def test_a_memory_is_repaired_by_a_stated_rule(
    bring: Callable[..., Outcome], fields: dict[str, Any], rule: str, expected: dict[str, Any]
) -> None:
    outcome = bring(memories=[memory(20, **fields)])
    row = Memory.objects.get(pk=uid(20))
    assert {name: getattr(row, name) for name in expected} == expected
    assert (uid(20), rule) in rules(outcome, "repaired")
    assert (outcome.tallies["memories"].repaired, outcome.tallies["memories"].created) == (1, 0)
    assert AuditEntry.objects.get(record_id=uid(20), action="import").note


def test_bytes_that_are_no_utf_8_are_shown_as_such(tmp_path: Path, bring: Callable[..., Outcome]) -> None:
    path = old_database(tmp_path / "old.sqlite3", "p5", projects=[optics()], memories=[memory(20)])
    connection = sqlite3.connect(path)
    connection.execute("UPDATE memories SET content = CAST(x'6d66ff' AS TEXT)")
    connection.commit()
    connection.close()
    bring(again=True)
    assert Memory.objects.get(pk=uid(20)).content == "mf\ufffd"


MEMORY_REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"project": "p99-unknown"}, "unknown_project"),
    ({"content": "  "}, "empty"),
    ({"content": None}, "empty"),
    ({"content": "x" * 200_001}, "too_large"),
    ({"id": ""}, "no_id"),
]


@pytest.mark.parametrize(("fields", "rule"), MEMORY_REFUSALS)
def test_a_memory_that_cannot_be_taken_is_refused_with_its_row(
    bring: Callable[..., Outcome], fields: dict[str, Any], rule: str
) -> None:
    outcome = bring(memories=[memory(20, **fields)])
    assert not Memory.objects.exists()
    [found] = [each for each in outcome.findings if each.outcome == "refused"]
    assert found.rule == rule
    assert found.row["memory_type"] == "knowledge"
    assert found.place.path == "old.sqlite3:memories"


def test_a_refused_row_comes_in_once_its_project_is_there(bring: Callable[..., Outcome]) -> None:
    bring(memories=[memory(20, project="laser")])
    project_verbs.register("laser", actor=IMPORT)
    assert bring(again=True).tallies["memories"].created == 1
    assert Memory.objects.get(pk=uid(20)).project == Project.objects.get(name="laser")


def test_an_id_that_is_no_uuid_becomes_one_everywhere(bring: Callable[..., Outcome]) -> None:
    bring(
        memories=[{**memory(20), "id": "mem-7"}],
        entities=[entity(30, source_refs='["memory:mem-7"]'), {**entity(31), "id": "ent-1"}],
        relationships=[{**link(40, 30, 31), "target_entity_id": "ent-1"}],
        memory_audit=[{"id": uid(60), "memory_id": "mem-7"}],
        interactions=[{"id": uid(12), "memories_used": '["mem-7", "some note"]'}],
    )
    new = adopt_id("mem-7")
    assert Memory.objects.get(pk=new).external_ref == "mem-7"
    assert Entity.objects.get(pk=uid(30)).source_refs == [f"memory:{new}"]
    assert Relationship.objects.get(pk=uid(40)).target_entity_id == adopt_id("ent-1")
    assert AuditEntry.objects.get(external_ref=uid(60)).record_id == str(new)
    assert Interaction.objects.get(pk=uid(12)).memories_used == [str(new), "some note"]


def test_sources_that_lead_nowhere_are_left_out_and_free_words_are_kept(bring: Callable[..., Outcome]) -> None:
    refs = f'["memory:{uid(99)}", "https://example.org/a", "doc:notes.md#Mass", "lab book 7"]'
    outcome = bring(entities=[entity(30, source_refs=refs)])
    assert Entity.objects.get(pk=uid(30)).source_refs == [
        "https://example.org/a",
        "doc:notes.md#Mass",
        "doc:lab book 7",
    ]
    assert rules(outcome, "repaired") == [(uid(30), "dangling_pointer"), (uid(30), "bad_source")]


def test_aliases_are_learned_from_ids_and_from_the_start_of_a_name(bring: Callable[..., Outcome]) -> None:
    outcome = bring(
        projects=[optics(name="p04-gigabit"), {"id": uid(2), "name": "p05-interferometer"}],
        interactions=[{"id": uid(12), "project": "Fizeau", "project_id": uid(2)}],
        memories=[memory(20, project="P04"), memory(21, project="fizeau"), memory(22, project="p0")],
    )
    assert Memory.objects.get(pk=uid(20)).project == projects.find("p04-gigabit")
    assert Memory.objects.get(pk=uid(21)).project == projects.find("p05-interferometer")
    assert rules(outcome, "refused") == [(uid(22), "unknown_project")]
    found = projects.find("p04"), projects.find("fizeau")
    assert [project.name for project in found if project] == ["p04-gigabit", "p05-interferometer"]
    assert AuditEntry.objects.filter(entity_kind="project", action="add_alias").count() == 2


def test_a_known_alias_leads_to_its_project(bring: Callable[..., Outcome]) -> None:
    project_verbs.register("optical-bench", actor=IMPORT, aliases=["optics"])
    outcome = bring(memories=[memory(20)])
    row = Memory.objects.select_related("project").get(pk=uid(20))
    assert row.project is not None
    assert row.project.name == "optical-bench"
    assert Project.objects.count() == 1
    assert rules(outcome, "repaired") == [(uid(20), "project_alias")]


def test_an_interaction_is_never_lost_for_its_project(bring: Callable[..., Outcome]) -> None:
    outcome = bring(interactions=[{"id": uid(12), "project": "p99", "prompt": "?"}])
    row = Interaction.objects.get(pk=uid(12))
    assert (row.project, row.project_text) == (None, "p99")
    assert rules(outcome, "repaired") == [(uid(12), "unknown_project")]


def test_rows_older_than_the_project_column_take_the_default_project(bring: Callable[..., Outcome]) -> None:
    outcome = bring("p0", memories=[memory(20)])
    assert Memory.objects.get(pk=uid(20)).project is None
    assert rules(outcome, "note") == [("", "no_project_column")]
    bring("p0", default="optics", memories=[memory(21)])
    assert Memory.objects.get(pk=uid(21)).project == Project.objects.get(name="optics")
    with pytest.raises(UnknownProject):
        bring("p0", default="nothing", memories=[memory(22)])
    assert Memory.objects.count() == 2


def test_an_unknown_entity_type_or_relationship_is_kept_as_something_that_fits(bring: Callable[..., Outcome]) -> None:
    outcome = bring(
        entities=[entity(30, entity_type="gadget"), entity(31, properties="{broken"), entity(32)],
        relationships=[link(40, 31, 32, "glued_to"), link(41, 31, 32, "satisfies"), link(42, 31, 32, "depends_on")],
    )
    gadget = Entity.objects.get(pk=uid(30))
    assert (gadget.entity_type, gadget.properties, gadget.status) == ("artifact", {"kind": "gadget"}, "candidate")
    assert Entity.objects.get(pk=uid(31)).properties == {"unparsed": "{broken"}
    kept = {str(row.pk): (row.relationship_type, row.origin_role) for row in Relationship.objects.all()}
    assert kept == {
        uid(40): ("refers_to", "glued_to"),
        uid(41): ("refers_to", "satisfies"),
        uid(42): ("depends_on", ""),
    }
    assert (uid(41), "ends_not_allowed") in rules(outcome, "repaired")


def test_links_that_cannot_stand_are_refused_or_turned(bring: Callable[..., Outcome]) -> None:
    outcome = bring(
        entities=[entity(30), entity(31), entity(32)],
        relationships=[
            link(40, 30, 31, "part_of"),
            link(41, 31, 30, "contains"),
            link(42, 31, 32, "part_of"),
            link(43, 32, 30, "part_of"),
            link(44, 30, 30),
            link(45, 30, 99),
        ],
    )
    assert rules(outcome, "refused") == [
        (uid(44), "self_link"),
        (uid(45), "dangling_pointer"),
        (uid(41), "repeated_link"),
    ]
    assert rules(outcome, "repaired") == [(uid(43), "closes_ring")]
    assert Relationship.objects.get(pk=uid(43)).relationship_type == "refers_to"


def test_history_without_its_record_and_with_broken_json_stays(bring: Callable[..., Outcome]) -> None:
    outcome = bring(memory_audit=[{"id": uid(60), "memory_id": "gone", "before_json": "not json", "actor": "cron"}])
    row = AuditEntry.objects.get(external_ref=uid(60))
    assert (row.record_id, row.actor, row.before_json) == ("gone", "cron", {"unparsed": "not json"})
    assert rules(outcome, "repaired") == [(uid(60), "dangling_record"), (uid(60), "bad_json")]


def test_a_live_row_that_repeats_a_live_row_is_refused_and_pointers_follow(bring: Callable[..., Outcome]) -> None:
    project_verbs.register("optics", actor=IMPORT)
    fields = {"memory_type": "knowledge", "content": "Fact 20.", "project": "optics"}
    there = edit.create("memory", fields, actor=PERSON).row
    outcome = bring(
        memories=[memory(20), memory(21, content="fact  20."), memory(22, content="Fact 20.", status="invalid")],
        entities=[entity(30, source_refs=f'["memory:{uid(20)}"]')],
    )
    assert rules(outcome, "refused") == [(uid(20), "repeats_live_row"), (uid(21), "repeats_live_row")]
    assert Entity.objects.get(pk=uid(30)).source_refs == [f"memory:{there.pk}"]
    assert Memory.objects.filter(pk=uid(22)).exists()


def test_an_id_that_another_row_has_is_refused_and_that_row_kept(bring: Callable[..., Outcome]) -> None:
    bring(memories=[memory(20)])
    outcome = bring(memories=[memory(20, content="Something else.")])
    assert rules(outcome, "refused") == [(uid(20), "id_taken")]
    assert Memory.objects.get(pk=uid(20)).content == "Fact 20."


def test_a_document_that_is_here_already_keeps_its_id_and_chunks_follow(bring: Callable[..., Outcome]) -> None:
    document = {"id": uid(10), "file_path": "optics/a.md"}
    chunk = {"id": uid(11), "document_id": uid(10), "content": "Stiff."}
    bring(source_documents=[document], source_chunks=[chunk])
    outcome = bring(
        source_documents=[{**document, "id": uid(13)}],
        source_chunks=[{**chunk, "id": uid(14), "document_id": uid(13)}],
        memories=[memory(20, source_chunk_id=uid(14))],
    )
    assert rules(outcome, "refused") == [(uid(13), "path_taken"), (uid(14), "path_taken")]
    assert str(Memory.objects.get(pk=uid(20)).source_chunk_id) == uid(11)


def test_chunks_and_members_of_what_was_refused_are_refused_too(bring: Callable[..., Outcome]) -> None:
    outcome = bring(
        source_chunks=[{"id": uid(11), "document_id": uid(99), "content": "x"}],
        conflicts=[{"id": uid(50), "slot_key": "a"}, {"id": uid(52), "slot_key": "a"}],
        conflict_members=[
            {"id": uid(51), "conflict_id": uid(52), "member_id": uid(30)},
            {"id": uid(53), "conflict_id": uid(50), "member_id": uid(98)},
            {"id": uid(54), "conflict_id": uid(50), "member_id": uid(30), "member_kind": "rumour"},
        ],
        entities=[entity(30)],
    )
    assert sorted(rules(outcome, "refused")) == [
        (uid(11), "dangling_pointer"),
        (uid(51), "dangling_pointer"),
        (uid(52), "slot_taken"),
        (uid(53), "dangling_pointer"),
        (uid(54), "unknown_type"),
    ]


def test_tables_that_no_version_has_are_named_and_left(tmp_path: Path, bring: Callable[..., Outcome]) -> None:
    path = old_database(tmp_path / "old.sqlite3", "p5", projects=[optics()])
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE plugin_data (x)")
    connection.commit()
    connection.close()
    assert rules(bring(again=True), "note") == [("", "unknown_table")]


def test_a_file_that_is_no_atocore_database_is_refused(tmp_path: Path) -> None:
    text, other, torn = tmp_path / "a.txt", tmp_path / "b.sqlite3", tmp_path / "c.sqlite3"
    text.write_text("hello")
    sqlite3.connect(other).execute("CREATE TABLE things (x)").connection.commit()
    torn.write_bytes(old_database(tmp_path / "d.sqlite3").read_bytes()[:5000])
    for path, words in (
        (tmp_path / "none", "no such file"),
        (text, "no SQLite database"),
        (other, "no AtoCore database"),
        (torn, "damaged"),
    ):
        with pytest.raises(InputFault, match=words), source.opened(path):
            pass
