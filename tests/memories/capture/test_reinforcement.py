"""What an answer repeats is counted once, with the exchange as evidence; what the pack had fed is not."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.errors import StrayWrite
from memories.models import AuditEntry, Interaction, Memory, Reinforcement
from memories.queries.reinforcements import independent_sessions, of_interaction, of_memory
from memories.queries.repeats import Said
from memories.services import lifecycle
from memories.services.capture import capture
from memories.services.reinforcement import reinforce
from memories.text import sentences, terms
from tests import factories as make

pytestmark = pytest.mark.django_db
FACT = "The primary mirror M1 is polished to 12.7 nm rms."
ANSWER = "As measured in March, the primary mirror M1 was polished to 12.7 nm rms, which is enough."


def exchange(by: Actor, response: str = ANSWER, session: str = "s1", **fields: Any) -> Interaction:
    sent = {"prompt": "How smooth is M1?", "response": response, "session_id": session, "project": "p04", **fields}
    return capture(sent, actor=by)


def count(row: Memory) -> int:
    return Memory.objects.get(pk=row.pk).reference_count


def test_an_active_memory_and_a_candidate_and_a_global_one_are_reinforced_and_nothing_else() -> None:
    other = make.project("p05-other", ())
    active, waiting = make.memory(FACT, active=True), make.memory("Mirror M1 polished to 12.7 nm rms by CCP.")
    everyones = make.memory("Primary mirror polished: 12.7 nm rms.", project=None, active=True)
    elsewhere = make.memory(FACT, project=other.name, active=True)
    dead = make.memory("Mirror M1 polished 12.7 nm.", active=True)
    lifecycle.invalidate(dead, actor=make.SETUP)
    said = exchange(make.agent())
    assert [count(row) for row in (active, waiting, everyones, elsewhere, dead)] == [1, 1, 1, 0, 0]
    assert set(said.reinforcements.values_list("memory", flat=True)) == {active.pk, waiting.pk, everyones.pk}
    stored = Memory.objects.get(pk=active.pk)
    assert (stored.version, stored.last_referenced_at) == (active.version, said.created_at)


def test_the_audit_row_says_who_was_captured_and_the_client_cannot_read_it() -> None:
    """Else a client could guess at a candidate it may not see, and read it whole in the log."""
    scribe, row = make.agent("scribe"), make.memory(FACT)
    said = exchange(scribe)
    written = AuditEntry.objects.get(record_id=str(row.pk), action="reinforce")
    assert (written.actor, written.request_id) == ("capture", scribe.request_id)
    assert f"interaction:{said.pk}" in written.note
    assert "agent:scribe" in written.note
    assert not permissions.for_principal(AuditEntry.objects.filter(pk=written.pk), scribe).exists()
    assert not of_interaction(said, scribe).exists()
    assert [found.memory_id for found in of_interaction(said, make.person())] == [row.pk]


def test_another_number_is_another_statement() -> None:
    row = make.memory(FACT, active=True)
    exchange(make.agent(), ANSWER.replace("12.7", "13.5"))
    assert count(row) == 0


def test_a_number_that_stands_somewhere_else_in_the_answer_is_none_of_the_statement() -> None:
    row = make.memory(FACT, active=True)
    filler = " ".join(f"filler{number}" for number in range(100))
    exchange(make.agent(), f"{ANSWER.replace('12.7', '13.5')} {filler} The slit is 12.7 mm.")
    assert count(row) == 0


def test_words_scattered_over_an_answer_repeat_nothing() -> None:
    row = make.memory("The dome motor draws peak current while braking hard.", active=True)
    filler = " ".join(f"filler{number}" for number in range(100))
    exchange(make.agent(), f" {filler} ".join(terms(row.content)))
    assert count(row) == 0
    exchange(make.agent(), "Yes: while braking hard the dome motor draws its peak current.")
    assert count(row) == 1


def test_one_sentence_among_many_longer_ones_is_found_by_its_likeness_or_its_numbers() -> None:
    plain = make.memory("The dome motor stalls while braking against wind.", active=True)
    numbered = make.memory("Shutter vane torque reached 4.25 Nm.", active=True)
    long = [" ".join(f"w{number}x{place}" for place in "abcdefghijklmn") + "." for number in range(30)]
    exchange(make.agent(), " ".join([*long, "Dome motor stalls while braking against wind.", *long[:3]]))
    exchange(make.agent(), f"{long[0]} We saw that the torque at the shutter vane reached 4.25 Nm there. {long[1]}")
    assert (count(plain), count(numbered)) == (1, 1)


@pytest.mark.parametrize("short", ["M1.", "Mirror polished.", "It is what it was."])
def test_a_memory_of_too_few_words_is_never_reinforced(short: str) -> None:
    row = make.memory(short, active=True)
    exchange(make.agent(), f"{ANSWER} {short}")
    assert count(row) == 0


@pytest.mark.parametrize(
    "fed",
    [
        lambda row: {"memories_used": [str(row.pk)]},
        lambda row: {"memories_used": [f"memory:{row.pk}"]},
        lambda row: {"context_pack": f"- M1 is smooth [memory:{row.pk}]"},
        lambda row: {"context_pack": {"items": [{"id": str(row.pk)}]}},
        lambda row: {"context_pack": {"text": f"What is known:\n- {row.content}"}},
        lambda row: {"context_pack": {str(row.pk): "used"}},
    ],
)
def test_what_the_pack_had_fed_is_not_counted(fed: Any) -> None:
    row = make.memory(FACT, active=True)
    exchange(make.agent(), **fed(row))
    assert count(row) == 0
    exchange(make.agent(), memories_used=[str(uuid4())])
    assert count(row) == 1


def test_running_it_again_counts_nothing_twice() -> None:
    row, boss = make.memory(FACT, active=True), make.person()
    said = exchange(make.agent())
    assert reinforce(said, actor=boss) == []
    late = make.memory("M1 was measured in March, polished to 12.7 nm.", active=True)
    assert [made.memory_id for made in reinforce(said, actor=boss)] == [late.pk]
    assert (count(row), count(late)) == (1, 1)


def test_the_same_words_sent_again_by_a_session_count_once() -> None:
    row, scribe = make.memory(FACT, active=True), make.agent()
    for _ in range(3):
        exchange(scribe)
    exchange(scribe, ANSWER.upper())
    assert count(row) == 1
    exchange(scribe, session="s2")
    exchange(scribe, f"Again: {ANSWER}")
    assert count(row) == 3


def test_an_exchange_does_not_reinforce_what_came_out_of_it() -> None:
    said = exchange(make.agent())
    row = make.memory(FACT, source_interaction=str(said.pk))
    assert reinforce(said, actor=make.person()) == []
    assert count(row) == 0


def test_independent_sessions_are_those_of_others() -> None:
    proposer, one, two = make.agent("proposer"), make.agent("one"), make.agent("two")
    row, lonely = make.memory(FACT, by=proposer, session_id="home"), make.memory("Nobody speaks of the old coolant.")
    for by, session in (
        (proposer, "s1"),  # its own proposer
        (one, "home"),  # the session it came from
        (one, "s2"),
        (one, "s2"),
        (one, "s3"),
        (two, "s3"),  # one session, whoever speaks in it
        (two, ""),
        (two, ""),  # without a session: one of that principal
    ):
        exchange(by, f"{ANSWER} {uuid4()}", session)
    assert independent_sessions([row.pk, lonely.pk]) == {row.pk: 3, lonely.pk: 0}
    assert of_memory(row, make.person()).count() == 8


def test_who_was_captured_counts_as_proposer_whoever_ran_the_extraction() -> None:
    scribe = make.agent("scribe")
    source = exchange(scribe, "Nothing said.", "home")
    row = make.memory(FACT, by=make.person(), source_interaction=str(source.pk))
    exchange(scribe, session="s5")
    exchange(make.agent("other"), session="home")
    assert independent_sessions([row.pk]) == {row.pk: 0}
    exchange(make.agent("third"), session="s6")
    assert independent_sessions([row.pk]) == {row.pk: 1}


def test_evidence_is_written_by_capture_only() -> None:
    row, said = make.memory(FACT), exchange(make.agent())
    with pytest.raises(StrayWrite):
        Reinforcement(memory=row, interaction=said, said_key="x").save()
    with pytest.raises(StrayWrite):
        said.reinforcements.all().delete()


def test_who_sees_a_reinforcement() -> None:
    row, scribe = make.memory(FACT, active=True), make.agent("scribe")
    said = exchange(scribe)
    seen = {
        "scribe": of_interaction(said, scribe).count(),
        "other": of_memory(row, make.agent("other")).count(),
        "reader": of_memory(row, make.person(Role.READER)).count(),
        "reviewer": of_memory(row, make.person()).count(),
        "elsewhere": of_memory(row, make.person(on=make.project("p05-other", ()))).count(),
    }
    assert seen == {"scribe": 1, "other": 0, "reader": 0, "reviewer": 1, "elsewhere": 0}


WORDS = st.lists(
    st.sampled_from(["mirror", "cell", "dome", "12.7", "kg", "pump", "the", "of", "is", "not", "valve"]), max_size=12
)


@given(WORDS, WORDS, WORDS)
def test_a_text_that_holds_a_statement_repeats_all_of_it(before: list[str], said: list[str], after: list[str]) -> None:
    content = " ".join(said)
    share = Said(" ".join([*before, *said, *after])).share_of(content)
    assert share == (1.0 if len(terms(content)) >= 3 else 0.0)


@given(st.text(), st.text())
def test_a_share_is_a_share(text: str, content: str) -> None:
    assert 0 <= Said(text).share_of(content) <= 1
    assert "".join(sentences(text)) == text
