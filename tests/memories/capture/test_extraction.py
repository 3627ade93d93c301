"""What an exchange states is proposed once, with the words it rests on; what is no news is not proposed."""

from typing import Any

import pytest

from engineering.models import Entity
from memories.actors import Actor
from memories.choices import Role
from memories.errors import Blocked, Forbidden
from memories.extraction import rules
from memories.models import AuditEntry, ExtractionRun, Finding, Interaction, Memory
from memories.queries import extractions
from memories.services import lifecycle
from memories.services.capture import assign, capture
from memories.services.extraction import extract
from tests import factories as make

pytestmark = pytest.mark.django_db
SAID = "I looked it up.\n\nDecision: mill the bench from Al 6061-T6.\n\nThe detector cooler draws 22 W at full power."
COOLER = "The detector cooler draws 22 W at full power."


def exchange(by: Actor, response: str = SAID, **fields: Any) -> Interaction:
    return capture(
        {"prompt": "And now?", "response": response, "project": "p04", "session_id": "s1", **fields}, actor=by
    )


@pytest.fixture
def scribe() -> Actor:
    make.project()
    return make.agent("scribe")


def outcomes(said: Interaction) -> list[str]:
    return [found.outcome for found in Finding.objects.filter(interaction=said).order_by("start")]


def test_capture_proposes_memories_and_entities_with_their_words(scribe: Actor) -> None:
    said = exchange(scribe)
    memory, entity = Memory.objects.get(), Entity.objects.get()
    assert (memory.content, memory.memory_type, memory.status) == (COOLER, "knowledge", "candidate")
    assert (memory.source_interaction, memory.session_id, memory.observed_at) == (said, "s1", said.created_at)
    assert (memory.created_by, memory.project.name if memory.project else "") == ("agent:scribe", "p04-gigabit")
    assert (entity.entity_type, entity.status, entity.source_refs) == (
        "decision",
        "candidate",
        [f"interaction:{said.pk}"],
    )
    assert entity.description == "mill the bench from Al 6061-T6."
    spans = {found.record_id: said.response[found.start : found.end] for found in said.findings.all()}
    assert spans == {memory.pk: COOLER, entity.pk: entity.description}
    run = said.extraction_runs.get()
    assert (run.extractor, run.outcome, run.found, run.proposed) == ("rules", "done", 2, 2)
    assert AuditEntry.objects.filter(record_id=str(run.pk), action="extract", actor="agent:scribe").count() == 1
    assert memory.confidence <= 0.9


def test_running_it_again_makes_no_second_row(scribe: Actor) -> None:
    said, boss = exchange(scribe), make.person()
    lifecycle.reject(Memory.objects.get(), actor=boss)
    lifecycle.promote(Entity.objects.get(), actor=boss)
    for _ in range(2):
        run = extract(said, actor=boss)
        assert (run.found, run.proposed) == (2, 0)
    assert (Memory.objects.count(), Entity.objects.count(), Finding.objects.count()) == (1, 1, 2)


def test_what_is_known_is_not_proposed_but_found(scribe: Actor) -> None:
    row = make.memory(COOLER, active=True)
    nearly = make.memory("The bench interface plate draws 5 W at full power.", active=True)
    said = exchange(scribe, f"{SAID} The bench interface plate now draws 5 W at full power.")
    assert Memory.objects.count() == 2
    found = {one.record_id: one.outcome for one in said.findings.filter(record_kind="memory")}
    assert found == {row.pk: "known", nearly.pk: "known"}


@pytest.mark.parametrize(
    "pack",
    [f"- {COOLER}", {"sections": [{"lines": [COOLER]}]}, "the detector cooler, at full power, draws 22 W"],
)
def test_what_the_pack_said_is_no_news(scribe: Actor, pack: Any) -> None:
    said = exchange(scribe, context_pack=pack)
    assert not Memory.objects.exists()
    assert Entity.objects.count() == 1
    assert "fed by the context pack" in said.extraction_runs.get().refused[0]


def test_what_was_rejected_comes_back_with_new_evidence_only_and_says_so(scribe: Actor) -> None:
    exchange(scribe)
    lifecycle.reject(Memory.objects.get(), actor=make.person())
    again = exchange(scribe, f"Once more: {SAID}")
    assert outcomes(again) == ["known", "rejected"]
    assert Memory.objects.count() == 1
    other = exchange(make.agent("other"), session_id="s2")
    assert outcomes(other) == ["known", "proposed"]
    back = Memory.objects.get(status="candidate")
    assert back.rejected_before


def test_evidence_without_a_session_is_that_of_its_principal(scribe: Actor) -> None:
    exchange(scribe, session_id="")
    lifecycle.reject(Memory.objects.get(), actor=make.person())
    exchange(scribe, f"Again. {SAID}", session_id="")
    assert Memory.objects.count() == 1
    exchange(make.agent("other"), session_id="")
    assert Memory.objects.filter(status="candidate").count() == 1


def test_what_became_an_entity_is_known(scribe: Actor) -> None:
    exchange(scribe)
    row = Memory.objects.get()
    lifecycle.graduate(row, actor=make.person(), entity_id=make.entity().pk)
    later = exchange(make.agent("other"), session_id="s2")
    assert outcomes(later)[-1] == "known"
    assert Memory.objects.count() == 1


def test_nothing_is_proposed_under_an_unknown_name_before_it_is_assigned(scribe: Actor) -> None:
    said, boss = exchange(scribe, project="p99-nowhere"), make.person()
    assert not Memory.objects.exists()
    with pytest.raises(Blocked):
        extract(said, actor=boss)
    assert said not in extractions.pending("rules")
    fact = make.memory("The cooler of the detector draws 22 W at full power.", active=True)
    assign(said, make.project(), actor=boss)
    assert Interaction.objects.get(pk=said.pk).project == make.project()
    assert Memory.objects.get(pk=fact.pk).reference_count == 1
    assert said.findings.filter(outcome="proposed").count() == 1
    written = AuditEntry.objects.get(record_id=str(said.pk), action="assign")
    assert (written.before_json, written.after_json["project"]) == ({"project": None}, str(make.project().pk))
    with pytest.raises(Blocked):
        assign(said, make.project("p05-other", ()), actor=boss)


def test_assigning_takes_a_reviewer_of_both_places(scribe: Actor) -> None:
    said = exchange(scribe, project="p99-nowhere")
    for actor in (scribe, make.person(Role.AGENT), make.person(on=make.project())):
        with pytest.raises(Forbidden):
            assign(said, make.project(), actor=actor)


def test_a_client_of_one_project_proposes_nothing_for_all() -> None:
    local = make.agent("local", on=make.project())
    said = exchange(local, project="")
    assert not said.extraction_runs.exists()
    with pytest.raises(Forbidden):
        extract(said, actor=local)


def test_a_fault_of_the_rules_keeps_no_exchange_out(scribe: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str, place: str) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(rules, "find", fail)
    said = exchange(scribe)
    run = said.extraction_runs.get()
    assert (run.outcome, run.proposed) == ("failed", 0)
    assert "rules failed" in run.error
    assert said in extractions.pending("rules")


def test_it_can_be_switched_off(scribe: Actor, settings: Any) -> None:
    settings.ATOCORE_EXTRACT_ON_CAPTURE = "off"
    said = exchange(scribe)
    assert not ExtractionRun.objects.exists()
    assert said in extractions.pending("rules")
    assert extract(said, actor=scribe).proposed == 2


def test_one_bad_statement_costs_only_itself(scribe: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    from memories.extraction import statements

    made = statements.sorts()["decision"]
    monkeypatch.setitem(
        statements._SORTS,
        "decision",
        statements.Sort("decision", made.meaning, lambda said: statements.Proposal("entity", {"entity_type": "none"})),
    )
    said = exchange(scribe)
    run = said.extraction_runs.get()
    assert (run.found, run.proposed) == (2, 1)
    assert "mill the bench" in run.refused[0]


def test_where_records_were_found_is_one_query(scribe: Actor, django_assert_num_queries: Any) -> None:
    exchange(scribe)
    row = Memory.objects.get()
    with django_assert_num_queries(1):
        places = extractions.places_of("memory", [row.pk])
    assert [found.place for found in places[row.pk]] == ["response"]
