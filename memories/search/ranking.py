"""From a score to an order: what else speaks for a hit, one profile a kind. Pure; knows no database.

Measured on dialogues (see docs/search.md): a name that question and text share, a text long enough to say something,
and what was said before it being a hit, too, speak for it; a text that is itself a question speaks against it. What was
said in conversations is ordered by fitted weights, among the places that it holds together, so that it stays mixed with
the rest as it was. State (confidence, recency, use) moves a hit by a tenth at most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import mul
from uuid import UUID

from memories.search import fitted, words
from memories.search.features import Place, Question, vectors
from memories.search.ranked import Scored


@dataclass(frozen=True)
class Profile:
    """What counts beside the score, which is 1 for the best hit of the pool.

    Attributes:
        named: added where the text holds all names of the question (in part for some of them).
        question: taken off where the text asks.
        length: added for a text of `long` words, in part for shorter ones.
        long: words from which on a text counts as long.
        before: added for a hit just before it in its conversation, by that one's score; half of it for the one before.
        meaning: weight of the likeness in meaning (the semantic extra), 0..1.
    """

    named: float = 0.0
    question: float = 0.0
    length: float = 0.0
    long: int = 20
    before: float = 0.0
    meaning: float = 0.0


PROFILES: Mapping[str, Profile] = {
    "memory": Profile(named=0.15, question=0.1, length=0.15, before=0.1, meaning=0.3),
    "chunk": Profile(),
}
#: Of kinds that have none of their own.
COMMON = Profile(named=0.15, meaning=0.3)
#: The most that a record's state moves it, up or down together.
STATE = 0.1


@dataclass
class Hit:
    """A row with what speaks for it.

    Attributes:
        row: as the index found it.
        score: by which the list is ordered.
        named: names of the question that the text holds.
        meaning: likeness in meaning, 0 without the semantic extra.
    """

    row: Scored
    score: float
    named: frozenset[str] = field(default_factory=frozenset)
    meaning: float = 0.0


@dataclass(frozen=True)
class Pool:
    """Rows that were found for a question, and what is known of them.

    Attributes:
        rows: best first.
        meanings: likeness in meaning of each, 0..1; empty without the semantic extra.
        places: where rows stand in conversations, by record id.
    """

    rows: Sequence[Scored]
    meanings: Sequence[float] = ()
    places: Mapping[UUID, Place] = field(default_factory=dict)


def order(question: Question, pool: Pool, *, fit: bool = True) -> list[Hit]:
    """Return the rows of a pool as hits, best first; ties by id.

    Args:
        question: what was asked.
        pool: what was found.
        fit: whether fitted weights order what was said in conversations.
    """
    top = max((row.score for row in pool.rows), default=0.0) or 1.0
    likeness = pool.meanings or [0.0] * len(pool.rows)
    beside = {place: row.score / top for row in pool.rows if (place := pool.places.get(row.record_id))}
    hits = [
        _hit(question, row, top, meaning, _before(pool.places.get(row.record_id), beside))
        for row, meaning in zip(pool.rows, likeness, strict=True)
    ]
    if fit:
        _refit(question, pool, hits)
    return sorted(hits, key=lambda hit: (-hit.score, str(hit.row.record_id)))


def _refit(question: Question, pool: Pool, hits: Sequence[Hit]) -> None:
    """Give what was said in conversations the scores they hold together, in the fitted order."""
    own = [number for number, hit in enumerate(hits) if hit.row.record_id in pool.places]
    if not own:
        return
    made = vectors(question, pool.rows, pool.meanings, pool.places)
    weights = fitted.WITH_MEANING if pool.meanings else fitted.WITHOUT
    worth = {number: sum(map(mul, weights, made[number])) for number in own}
    scores = sorted((hits[number].score for number in own), reverse=True)
    best = sorted(own, key=lambda number: (-worth[number], str(hits[number].row.record_id)))
    for number, score in zip(best, scores, strict=True):
        hits[number].score = score


def _before(place: Place | None, scores: Mapping[Place, float]) -> float:
    if place is None:
        return 0.0
    one, two = (scores.get(Place(place.thread, place.position - step), 0.0) for step in (1, 2))
    return one + two / 2


def _hit(question: Question, row: Scored, top: float, meaning: float, before: float) -> Hit:
    profile = PROFILES.get(row.kind, COMMON)
    held = words.runs(f"{row.lead} {row.text}") if profile.named or profile.length else []
    named = question.names & set(held)
    score = row.score / top + profile.meaning * meaning + profile.before * before
    if question.names:
        score += profile.named * len(named) / len(question.names)
    if row.text.rstrip().endswith("?"):
        score -= profile.question
    score += profile.length * min(len(held), profile.long) / profile.long
    return Hit(row, score, named, meaning)
