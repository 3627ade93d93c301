"""The sample's files hold together: references, times, the ontology's ends, and what was planted for people to find."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from engineering import ontology
from engineering.sample import files
from engineering.sample.files import Record, Sample, SampleError
from engineering.sample.timeline import Event, events
from memories.choices import MemoryType, Status
from memories.lifecycle import MEMORY
from memories.text import overlap, tokens

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@cache
def sample() -> Sample:
    return files.read(NOW)


def replay() -> Iterator[tuple[Event, dict[str, str]]]:
    """Give each event with the statuses as they stand before it."""
    status: dict[str, str] = {}
    before: dict[str, str] = {}
    for event in events(sample().records.values()):
        yield event, status
        if event.step is None:
            status[event.record.key] = event.record.status
        elif event.step.verb == "undo":
            status[event.record.key] = before[event.record.key]
        else:
            before[event.record.key] = status[event.record.key]
            status[event.record.key] = MEMORY.verb(event.step.verb).target(status[event.record.key])
            graduated = event.record.fields.get("graduates")
            if graduated and event.step.verb == "promote":
                status[graduated] = Status.GRADUATED


@cache
def final() -> dict[str, str]:
    *_, (_, status) = replay()
    return status


def standing(kind: str, *types: str, status: str = "active") -> list[Record]:
    found = [record for record in sample().of(kind) if final()[record.key] == status]
    return [record for record in found if not types or record.fields["type"] in types]


def references(record: Record) -> Iterator[str]:
    fields = record.fields
    yield from fields.get("sources", ())
    yield from fields.get("memories_used", ())
    yield from (fields[name] for name in ("from", "replaces", "graduates", "source", "target") if name in fields)
    if "chunk" in fields:
        yield fields["chunk"].partition(" > ")[0]


def alike(left: str, right: str) -> float:
    """The overlap that triage shows for two memories, by their keys."""
    one, two = (sample().records[key].fields for key in (left, right))
    return overlap(*(set(tokens(" ".join([memory["content"], *memory["tags"]]))) for memory in (one, two)))


def test_the_sample_has_the_size_of_a_real_team_s_first_weeks() -> None:
    assert 15 <= len(sample().of("interaction")) <= 20
    assert 55 <= len(sample().of("memory")) - len(standing("memory", status="candidate")) <= 65
    assert 15 <= len(standing("memory", status="candidate")) <= 20
    assert 80 <= len(standing("entity")) <= 95
    assert 10 <= len(standing("entity", status="candidate")) <= 14
    assert len(standing("relationship")) >= 150
    assert 8 <= len(standing("relationship", status="candidate")) <= 12


def test_every_kind_of_thing_occurs() -> None:
    assert {record.fields["type"] for record in standing("entity")} == set(ontology.ENTITY_TYPES)
    assert {record.fields["type"] for record in standing("memory")} == set(MemoryType.values)
    declared = set(ontology.RELATIONSHIP_TYPES) - {"supersedes"}  # derived from superseded_by
    assert {record.fields["type"] for record in standing("relationship")} == declared
    assert {spec.family for spec in ontology.RELATIONSHIP_TYPES.values()} == set(ontology.Family)
    assert set(final().values()) >= set(Status.values)


def test_nothing_points_at_what_is_not_there_yet() -> None:
    for event, status in replay():
        wanted = [*references(event.record)] if event.step is None else [event.step.partner]
        wanted += event.step.values.get("sources", ()) if event.step else ()
        for key in filter(None, wanted):
            if not key.startswith("doc:"):
                assert key in status, f"{event.record.key} points at {key} too early or in vain"


def test_every_step_is_one_the_lifecycle_allows_at_that_moment() -> None:
    for event, status in replay():
        if event.step is not None:
            now = status[event.record.key]
            assert MEMORY.allowed(event.step.verb, now), f"{event.record.key}: {event.step.verb} from {now}"
            if event.step.partner:
                assert status[event.step.partner] == Status.ACTIVE


def test_links_join_live_ends_that_the_ontology_lets_stand() -> None:
    seen = set()
    for event, status in replay():
        link = event.record.fields
        if event.record.kind != "relationship" or event.step is not None:
            continue
        source, target = (sample().records[link[end]] for end in ("source", "target"))
        assert ontology.ends_allowed(link["type"], source.fields["type"], target.fields["type"]), event.record.key
        live = {"candidate", "active"} if event.record.status == "candidate" else {"active"}
        assert {status[source.key], status[target.key]} <= live, event.record.key
        edge = ontology.canonical_edge(link["type"], source.key, target.key)
        assert edge not in seen, f"{event.record.key} stands twice"
        seen.add(edge)


def test_what_an_assistant_wrote_was_decided_by_a_person() -> None:
    for record in sample().records.values():
        if record.by.startswith("agent:"):
            assert record.status == "candidate"
            assert record.fields.get("confidence", 0) <= 0.9, record.key
        assert all(step.who.removeprefix("user:") in sample().people for step in record.steps)


def test_the_words_a_memory_was_taken_from_stand_in_its_source() -> None:
    for memory in sample().of("memory"):
        excerpt = memory.fields.get("excerpt", memory.fields["content"])
        if "from" in memory.fields:
            assert excerpt in sample().records[memory.fields["from"]].fields["response"], memory.key
        if "chunk" in memory.fields:
            name, _, heading = memory.fields["chunk"].partition(" > ")
            assert excerpt in dict(files.sections(files.text_of(sample().records[name], NOW)))[heading], memory.key


def test_documents_named_as_sources_have_the_heading() -> None:
    known = {record.fields["path"]: record for record in sample().of("document")}
    for record in sample().records.values():
        for source in record.fields.get("sources", ()):
            if source.startswith("doc:"):
                path, _, heading = source.removeprefix("doc:").partition("#")
                text = files.text_of(known[path], NOW)
                assert not heading or dict(files.sections(text))[heading]


def test_only_declared_words_are_used_for_declared_choices() -> None:
    for entity in sample().of("entity"):
        for name, value in entity.fields.get("properties", {}).items():
            spec = ontology.declared(entity.fields["type"]).get(name)
            assert value is not None, f"{entity.key}.{name}: a comma cut its text"
            if spec and spec.choices:
                assert value in spec.choices
            if spec:
                assert isinstance(value, list) == spec.multi, f"{entity.key}.{name}"


# What was planted.


def test_near_duplicates_wait() -> None:
    assert 0.9 <= alike("m73", "m25") < 1
    assert 0.6 <= alike("m74", "m28") < 0.9
    assert {"m73", "m74"} <= {memory.key for memory in standing("memory", status="candidate")}


def test_contradictions_stand_side_by_side() -> None:
    contents = {memory.key: memory.fields["content"] for memory in standing("memory")}
    assert contents["m08"] == "Camera barrel material is Al 6061-T6."
    assert contents["m20"] == "Camera barrel material is Ti-6Al-4V."
    edges = [(r.fields["source"], r.fields["target"]) for r in standing("relationship") if "uses_material" in r.key]
    assert [target for source, target in edges if source == "camera-barrel"] == ["al6061", "ti64"]


def test_a_candidate_proposes_to_replace_an_active_one() -> None:
    for key, target in (("m77", "m27"), ("batteries-160", "batteries")):
        assert sample().records[key].fields["replaces"] == target
        assert (final()[key], final()[target]) == ("candidate", "active")


def properties(key: str) -> dict[str, str]:
    """The properties of an entity after its last correction."""
    entity = sample().records[key]
    values = [
        entity.fields["properties"],
        *(step.values["properties"] for step in entity.steps if "properties" in step.values),
    ]
    return dict(values[-1])


def parts(name: str) -> list[str]:
    """The values that HERON's components in force give for a property."""
    keys = [part.key for part in standing("entity", "component") if part.fields["project"] == "p21-heron"]
    return [properties(key)[name] for key in keys if name in properties(key)]


def kilograms(text: str) -> float:
    match = re.fullmatch(r"([\d.]+) (k?g)", text)
    return float(match[1]) * (1 if match[2] == "kg" else 0.001) if match else 0.0


def test_the_mass_budget_nearly_breaks_and_the_waiting_packs_break_it() -> None:
    total = sum(map(kilograms, parts("mass")))
    assert total == pytest.approx(17.60)
    assert "TBD" in parts("mass")
    # A budget counts a part with its mass times its quantity: the pair of packs states its mass as one.
    assert set(parts("quantity")) <= {1}
    old, new = (kilograms(properties(key)["mass"]) for key in ("batteries", "batteries-160"))
    assert total < kilograms(properties("req-mass")["threshold"]) < total - old + new


def test_the_power_budget_is_what_the_memories_say() -> None:
    total = sum(float(power.removesuffix(" W")) for power in parts("power"))
    assert total == pytest.approx(46.8)
    assert 2 * 120 / total == pytest.approx(5.1, abs=0.05)


def sources_of(kind: str, target: str) -> list[str]:
    links = [record.fields for record in standing("relationship", kind)]
    return [link["source"] for link in links if link["target"] == target]


def test_the_forgotten_things_are_there_to_be_found() -> None:
    assert sources_of("satisfies", "req-humidity") == []
    assert "dec-beam" in sources_of("based_on_assumption", "asm-frd")
    assert (final()["dec-beam"], final()["asm-frd"]) == ("active", "invalid")
    assert sources_of("supports", "claim-shock") == []
    assert sources_of("supports", "claim-focus") == []
    assert sources_of("supports", "claim-setup") == ["claim-training"]
    against = [sample().records[key].fields["properties"]["passed"] for key in sources_of("supports", "claim-cooling")]
    assert sorted(against) == [False, True]
    label = sample().records["req-label"].fields["properties"]
    assert "no verification" in label["justification"]
    assert "verification_method" not in label


# The notation of the files.


def test_durations_and_dates_count_back_from_the_load() -> None:
    assert files.duration("12d 4h") == timedelta(days=12, hours=4)
    assert files.with_dates({"date": ["on {{2d}}", "by {{+3d}}"]}, NOW) == {"date": ["on 2026-05-30", "by 2026-06-04"]}
    for wrong in ("", "soon", "4x"):
        with pytest.raises(SampleError):
            files.duration(wrong)
