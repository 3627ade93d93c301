"""The retrieval questions hold together: what they call an answer exists, is in force, and is what they promise."""

from collections import Counter
from itertools import pairwise

import pytest

from engineering.models import Entity
from engineering.sample import files, loader
from memories.models import Memory, SourceChunk
from memories.text import tokens
from tests.benchmarks.retrieval.own import load
from tests.engineering.test_sample_data import standing

KINDS = {
    *("fact", "paraphrase", "number", "why", "depends", "requirement", "part", "abbreviation"),
    *("across", "date", "negative"),
}
DIALOGUE_KINDS = {"single", "multi", "temporal", "follow-up", "open"}
#: Words that a question and a turn share without speaking of the same thing.
SMALL = set(
    tokens(
        "a about after and any are at be by did do does for from had has have he her his how in is it many much of on "
        "or s she that the their them they this to was were what when where which who whom whose why with"
    )
)


def turns() -> dict[str, load.Turn]:
    return {turn.external_ref: turn for spoken in load.dialogues().values() for turn in spoken}


def shared(question: load.DialogueQuestion) -> int:
    """How many words that mean something the question shares with the turn that has most of them."""
    words = set(tokens(question.question)) - SMALL
    return max(len(words & set(tokens(turns()[ref].text))) for ref in question.gold)


# The sample.


@pytest.mark.django_db
def test_what_answers_is_in_the_sample_and_in_force() -> None:
    rows = load.rows(loader.load(load.MOMENT).ids)
    gold = {name for question in load.questions() for name in question.gold}
    assert gold <= rows.keys()
    in_force = {
        "memory": set(Memory.objects.filter(status="active").values_list("pk", flat=True)),
        "entity": set(Entity.objects.filter(status="active").values_list("pk", flat=True)),
        "chunk": set(SourceChunk.objects.filter(document__status="active").values_list("pk", flat=True)),
    }
    assert [name for name in sorted(gold) if rows[name] not in in_force[name.partition(":")[0]]] == []


def test_all_decisions_of_a_month_are_gold() -> None:
    made = {record.key: record.fields.get("properties", {}) for record in files.read(load.MOMENT).of("entity")}
    gold = {question.id: set(question.gold) for question in load.questions()}
    for asked, month in (("A107", "2025-03"), ("A111", "2025-02")):
        in_force = [record.key for record in standing("entity", "decision")]
        assert gold[asked] == {f"entity:{key}" for key in in_force if made[key]["date"].startswith(month)}


def test_there_are_questions_of_every_kind() -> None:
    counted = Counter(question.kind for question in load.questions())
    assert counted.keys() == KINDS
    assert min(counted.values()) >= 6
    assert counted.total() >= 70


def test_only_negative_questions_have_no_answer() -> None:
    assert all((question.kind == "negative") == (not question.gold) for question in load.questions())


def test_all_three_kinds_of_record_answer() -> None:
    counted = Counter(name.partition(":")[0] for question in load.questions() for name in question.gold)
    assert counted.keys() == {"memory", "entity", "chunk"}
    assert min(counted.values()) >= 20


def test_no_question_stands_twice() -> None:
    asked: list[load.Question | load.DialogueQuestion] = [*load.questions(), *load.dialogue_questions()]
    assert len({question.id for question in asked}) == len(asked)
    assert len({question.question for question in asked}) == len(asked)
    assert all(len(set(question.gold)) == len(question.gold) for question in asked)


# The conversations.


def test_the_conversations_are_as_long_as_promised() -> None:
    assert len(load.dialogues()) == 5
    for spoken in load.dialogues().values():
        sessions = Counter(turn.session_id for turn in spoken)
        assert 8 <= len(sessions) <= 12
        assert all(12 <= number <= 20 for number in sessions.values())
        assert len({turn.speaker for turn in spoken}) == 2


def test_turns_are_named_by_where_they_stand() -> None:
    for name, spoken in load.dialogues().items():
        sessions = Counter[str]()
        for turn in spoken:
            sessions[turn.session_id] += 1
            assert turn.session_id == f"{name}:S{len(sessions)}"
            assert turn.external_ref == f"{turn.session_id}:{turn.position}"
            assert turn.position == sessions[turn.session_id]


def test_time_runs_forward_through_a_conversation() -> None:
    for spoken in load.dialogues().values():
        assert all(before.observed_at < after.observed_at for before, after in pairwise(spoken))
        assert {turn.observed_at.year for turn in spoken} == {2025}
        assert (spoken[-1].observed_at - spoken[0].observed_at).days > 200


def test_nobody_says_the_same_twice() -> None:
    said = Counter(turn.content for turn in turns().values())
    assert [content for content, times in said.items() if times > 1] == []


def test_questions_about_a_conversation_are_answered_in_it() -> None:
    order = {ref: place for place, ref in enumerate(turns())}
    for question in load.dialogue_questions():
        assert 1 <= len(question.gold) <= 4
        assert all(ref in order and ref.startswith(f"{question.dialogue}:") for ref in question.gold), question.id
        assert list(question.gold) == sorted(question.gold, key=order.__getitem__), question.id
        assert question.answer


def test_each_conversation_is_asked_about_in_every_way() -> None:
    asked = Counter((question.dialogue, question.kind) for question in load.dialogue_questions())
    assert asked.keys() == {(name, kind) for name in load.dialogues() for kind in DIALOGUE_KINDS}
    assert min(Counter(question.dialogue for question in load.dialogue_questions()).values()) >= 30
    assert len(load.dialogue_questions()) >= 150


def test_single_and_multi_are_what_they_say() -> None:
    for question in load.dialogue_questions():
        if question.kind in ("single", "multi"):
            assert (len(question.gold) > 1) == (question.kind == "multi"), question.id


def test_a_follow_up_is_understood_only_with_its_neighbour() -> None:
    questions = load.dialogue_questions()
    found = [question for question in questions if question.kind == "follow-up"]
    assert 0.10 <= len(found) / len(questions) <= 0.20
    assert [question.id for question in found if shared(question) > 1] == []
    # The others can be found by their words, or the set would measure little else than neighbours.
    rest = [shared(question) for question in questions if question.kind != "follow-up"]
    assert sum(number > 0 for number in rest) / len(rest) >= 0.75


def test_what_is_fitted_on_does_not_check_the_fit() -> None:
    assert {*load.FIT, *load.CHECK} == load.dialogues().keys()
    assert not {*load.FIT} & {*load.CHECK}
