"""From a score to an order, without a database."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from memories.search.features import NAMES, Place, Question, vectors
from memories.search.ranked import Scored
from memories.search.ranking import Pool, order


def row(number: int, text: str, score: float = 1.0, kind: str = "memory", context: str = "") -> Scored:
    return Scored(kind, UUID(int=number), score, "", text, context)


def ids(question: str, pool: Pool, *, fit: bool = True) -> list[int]:
    return [hit.row.record_id.int for hit in order(Question.of(question), pool, fit=fit)]


def said(*texts: str, scores: tuple[float, ...] = ()) -> Pool:
    rows = [row(number, text, scores[number] if scores else 1.0) for number, text in enumerate(texts)]
    return Pool(rows, places={one.record_id: Place(("s",), number) for number, one in enumerate(rows)})


def test_what_follows_a_hit_in_a_conversation_is_lifted() -> None:
    pool = said("Has the etalon come?", "Tuesday, they say.", scores=(5.0, 1.0))
    apart = Pool(pool.rows)
    by_score = {hit.row.record_id.int: hit.score for hit in order(Question.of("etalon"), apart, fit=False)}
    lifted = {hit.row.record_id.int: hit.score for hit in order(Question.of("etalon"), pool, fit=False)}
    assert lifted[1] > by_score[1]
    assert lifted[0] == by_score[0]


def test_the_fitted_order_moves_only_what_was_said_in_conversations() -> None:
    turns = said("Mara: The etalon sits on Invar feet.", "Does the etalon sit?", scores=(4.0, 5.0))
    note = row(9, "Etalon feet.", 4.5, kind="chunk")
    mixed = Pool(sorted([*turns.rows, note], key=lambda one: -one.score), places=turns.places)
    assert ids("What does Mara say the etalon sits on?", mixed)[0] == 0
    by_hand, fitted = (
        {hit.row.record_id: hit.score for hit in order(Question.of("etalon feet"), mixed, fit=fit)}
        for fit in (False, True)
    )
    assert by_hand[note.record_id] == fitted[note.record_id]
    assert sorted(by_hand.values()) == sorted(fitted.values())


@given(st.lists(st.tuples(st.text(max_size=80), st.floats(0, 50)), max_size=20), st.text(max_size=80))
def test_any_pool_has_one_order(found: list[tuple[str, float]], question: str) -> None:
    pool = said(*(text for text, _ in found), scores=tuple(score for _, score in found))
    backwards = Pool(pool.rows, places=dict(reversed(list(pool.places.items()))))
    assert sorted(ids(question, pool)) == list(range(len(found)))
    assert ids(question, pool) == ids(question, backwards)


@given(st.lists(st.text(max_size=80), max_size=8), st.text(max_size=80))
def test_features_are_as_many_as_their_names_and_small(texts: list[str], question: str) -> None:
    pool = said(*texts)
    for vector in vectors(Question.of(question), pool.rows, (), pool.places):
        assert len(vector) == len(NAMES)
        assert all(0 <= value <= 1.0001 for value in vector)
