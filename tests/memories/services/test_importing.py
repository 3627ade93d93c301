"""Many memories at once: the rules of one, a row and an audit row each, and a second run that changes nothing."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memories.choices import Role
from memories.errors import Forbidden, Invalid
from memories.models import AuditEntry, IndexRow, Memory
from memories.services import edit, importing, lifecycle
from memories.services.importing import Imported, import_memories
from tests import factories as make

pytestmark = pytest.mark.django_db


def item(content: str, ref: str | None = None, **fields: Any) -> dict[str, Any]:
    named = {"external_ref": ref} if ref else {}
    return {"memory_type": "knowledge", "content": content, "project": "P04", **named, **fields}


def outcomes(results: list[Imported]) -> list[str]:
    return [result.outcome for result in results]


@pytest.fixture(autouse=True)
def _project() -> None:
    make.project()


def test_each_new_memory_has_its_audit_row_and_its_index_row_under_one_request() -> None:
    actor = make.agent()
    turns = [
        item(
            f"The shutter of camera {number} closes in {number} ms.", f"turn-{number}", session_id="s1", position=number
        )
        for number in range(3)
    ]
    results = import_memories(turns, actor=actor, note="from the lab book")
    assert outcomes(results) == ["created"] * 3
    rows = list(Memory.objects.order_by("position"))
    assert [(row.status, row.created_by, row.project and row.project.name, row.session_id) for row in rows] == [
        ("candidate", "agent:claude", "p04-gigabit", "s1")
    ] * 3
    entries = AuditEntry.objects.filter(request_id=actor.request_id).order_by("seq")
    assert [(entry.record_id, entry.action, entry.note, entry.project_name) for entry in entries] == [
        (str(row.pk), "create", "from the lab book", "p04-gigabit") for row in rows
    ]
    assert entries[0].after_json["content"] == rows[0].content
    assert set(IndexRow.objects.values_list("record_id", flat=True)) == {row.pk for row in rows}


def test_a_second_run_changes_nothing() -> None:
    turns = [item("Coolant is changed twice a year.", "a"), item("The dewar holds 40 l.")]
    import_memories(turns, actor=make.agent())
    before = list(Memory.objects.order_by("pk").values())
    again = import_memories([*turns, item("Coolant is changed weekly.", "a")], actor=make.person())
    assert outcomes(again) == ["existing"] * 3
    assert [result.differs for result in again] == [(), (), ("content",)]
    assert list(Memory.objects.order_by("pk").values()) == before
    assert AuditEntry.objects.filter(entity_kind="memory").count() == 2


def test_what_is_there_is_brought_up_to_date_only_where_asked_and_allowed() -> None:
    theirs, mine = make.agent("claude"), make.agent("codex")
    import_memories([item("The pump runs at 10 Hz.", "a"), item("The pump weighs 3 kg.", "b")], actor=mine)
    lifecycle.promote(Memory.objects.get(external_ref="b"), actor=make.person())
    newer = [item("The pump runs at 12 Hz.", "a", domain_tags=["Pump"]), item("The pump weighs 4 kg.", "b")]
    assert outcomes(import_memories(newer, actor=theirs, update_existing=True)) == ["refused", "refused"]
    results = import_memories(newer, actor=mine, update_existing=True)
    assert outcomes(results) == ["changed", "refused"]
    assert (results[0].differs, results[1].refusal and results[1].refusal.code) == (
        ("content", "domain_tags"),
        "forbidden",
    )
    assert outcomes(import_memories(newer, actor=make.person(), update_existing=True)) == ["existing", "changed"]
    row = Memory.objects.get(external_ref="a")
    assert (row.content, row.domain_tags, row.version) == ("The pump runs at 12 Hz.", ["pump"], 2)
    entry = AuditEntry.objects.filter(record_id=str(row.pk)).latest("seq")
    assert (entry.action, entry.before_json["content"]) == ("update", "The pump runs at 10 Hz.")


def test_a_refused_item_says_why_and_the_others_go_on() -> None:
    bad: list[Any] = [
        item("Active from an agent.", status="active"),
        item("Too sure.", confidence=0.95),
        item("Nowhere.") | {"project": "p99"},
        item("") | {"project": "p04"},
        item("Of no type.") | {"memory_type": "gossip"},
        item("Unknown field.", colour="red"),
        item("Bad status.", status=7),
        {"content": "Of no type at all.", "project": "p04"},
        "a text",
        None,
        item("\ud800"),
    ]
    results = import_memories([*bad, item("The last one is good.")], actor=make.agent())
    assert outcomes(results) == ["refused"] * len(bad) + ["created"]
    codes = [result.refusal.code for result in results if result.refusal]
    assert codes == ["forbidden", "invalid", "unknown_project", *["invalid"] * 8]
    assert Memory.objects.count() == 1


def test_a_reviewer_brings_active_ones_and_only_where_the_role_reaches() -> None:
    elsewhere = make.project("p05-neighbour", aliases=("p05",))
    local = make.person(Role.REVIEWER, on=make.project())
    given_items = [item("Flange is M12.", status="active"), item("Flange is M10.", status="active", project="p05")]
    results = import_memories(given_items, actor=local)
    assert outcomes(results) == ["created", "refused"]
    assert [row.status for row in Memory.objects.all()] == ["active"]
    assert not Memory.objects.filter(project=elsewhere).exists()


def test_items_of_one_request_know_each_other() -> None:
    turns = [
        item("The collimator mirror is figured to 20 nm RMS over its clear aperture."),
        item("The collimator  mirror is figured to 20 nm rms over its clear aperture."),
        item("The collimator mirror is figured to 25 nm RMS over its clear aperture."),
        item("Cable chains come from Lyon.", "x"),
        item("Cable chains come from Nantes.", "x"),
    ]
    results = import_memories(turns, actor=make.agent())
    assert outcomes(results) == ["created", "existing", "created", "created", "existing"]
    assert results[1].row == results[0].row
    near = [result.row.near_overlap for result in results if result.row and result.outcome == "created"]
    assert near[0] == 0
    assert near[1] > 0.9
    assert near[2] < 0.6


def test_a_candidate_like_one_that_is_there_or_was_rejected_says_so_as_if_it_came_alone() -> None:
    make.memory("The grating has 1200 lines per mm, blazed at 500 nm.")
    rejected = make.memory("The tower leans to the left.")
    lifecycle.reject(rejected, actor=make.person())
    texts = ["The grating has 1200 lines per mm, blazed at 510 nm.", "The tower leans to the left."]
    many = [result.row for result in import_memories([item(text) for text in texts], actor=make.agent()) if result.row]
    assert many[0].near_overlap > 0.8
    assert many[1].rejected_before is True
    alone = make.memory("The grating has 1200 lines per mm, blazed at 520 nm.")
    assert (alone.near_overlap > 0.8, alone.triage_rank) == (True, many[0].triage_rank)


def test_names_of_entities_are_kept_and_found_by() -> None:
    tower = make.entity("Azimuth tower")
    given_items = [item("It leans.", entities=["Dome", str(tower.pk), "Dome"]), item("It stands.", entities=[7])]
    results = import_memories(given_items, actor=make.person())
    assert outcomes(results) == ["created", "refused"]
    assert results[0].row
    assert results[0].row.entities == ["Dome", "Azimuth tower"]
    assert IndexRow.objects.get(record_id=results[0].row.pk).lead == "Dome Azimuth tower"
    gone = import_memories([item("It fell.", entities=[str(results[0].row.pk)])], actor=make.person())
    assert gone[0].refusal
    assert gone[0].refusal.code == "invalid"


def test_what_somebody_else_wrote_between_reading_and_writing_is_found_at_the_next_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns = [item("Coolant is changed twice a year.", "a"), item("The dewar holds 40 l.", "b")]
    import_memories(turns[:1], actor=make.agent())
    read, tries = importing._known, []

    def late(items: Any) -> Any:
        tries.append(len(items))
        return read(items) if len(tries) > 1 else importing._Known()

    monkeypatch.setattr(importing, "_known", late)
    assert outcomes(import_memories(turns, actor=make.agent())) == ["existing", "created"]
    assert tries == [2, 2]
    assert AuditEntry.objects.filter(entity_kind="memory").count() == 2


def test_how_many_and_by_whom() -> None:
    for items in ([], [item("x")] * 501):
        with pytest.raises(Invalid):
            import_memories(items, actor=make.agent())
    with pytest.raises(Forbidden):
        import_memories([item("x")], actor=make.person(Role.READER))


def test_many_items_ask_the_database_hardly_more_than_few() -> None:
    asked = []
    for many in (10, 40):
        turns = [item(f"Bolt {many} {number} is torqued to {number} Nm.", f"{many}-{number}") for number in range(many)]
        with CaptureQueriesContext(connection) as seen:
            import_memories(turns, actor=make.agent("bench"))
        # On SQLite each candidate looks once for its neighbours, on PostgreSQL all of them at once.
        asked.append(len(seen) - (many if connection.vendor == "sqlite" else 0))
    assert asked[0] == asked[1] < 25


@given(st.lists(st.sampled_from(["Alpha one.", "Beta two.", "alpha  ONE.", "Gamma three."]), min_size=1, max_size=6))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_together_they_come_to_the_same_as_one_after_the_other(texts: list[str]) -> None:
    start = Memory.objects.count()
    one, other = make.project("p06-one", aliases=()), make.project("p07-other", aliases=())
    import_memories([item(text, project="p06-one") for text in texts], actor=make.SETUP)
    for text in texts:
        edit.create("memory", item(text, project="p07-other"), actor=make.SETUP)
    shown = ("content", "status", "triage_rank", "near_overlap", "rejected_before", "version", "created_by")
    together = list(Memory.objects.filter(project=one).order_by("pk").values(*shown))
    assert together == list(Memory.objects.filter(project=other).order_by("pk").values(*shown))
    assert Memory.objects.count() >= start
