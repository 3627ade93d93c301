"""Whether the claims of one slot agree, and which of them ought to win."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from engineering.slots.compare import SAME, Result, Sort, Verdict, compare
from engineering.slots.facts import Claim

Pairs = Collection[tuple[UUID, UUID]]
#: More different answers than this are not compared pair by pair: the slot is contested anyway.
MOST_ANSWERS = 60

#: What the layers of trust are called in a proposal's reason.
LAYERS = {
    60: "approved or corrected by a person",
    50: "a measured result",
    40: "an entity from a document",
    30: "a memory that a person approved",
    20: "promoted without a person",
    10: "a candidate",
    0: "extracted",
}


def against(one: Claim, other: Claim, aliases: Mapping[str, str]) -> Verdict:
    """Compare two claims of one slot."""
    if "token" in (one.sort, other.sort):
        same = one.token == other.token and one.sort == other.sort
        return SAME if same else Verdict(Result.CONFLICT, "they cannot both stand")
    return compare(one.value, other.value, Sort(one.sort, one.dimension, aliases))


def judge(said: Sequence[Claim], aliases: Mapping[str, str], replaced: Pairs = ()) -> Verdict:
    """Return the worst that comparing the claims of a slot pair by pair comes to.

    Args:
        said: the claims.
        aliases: the project's.
        replaced: (older, newer) pairs; two claims so joined do not conflict.
    """
    worst = SAME
    answers: dict[tuple[str, str], list[Claim]] = {}
    for claim in said:
        answers.setdefault((claim.value, claim.token), []).append(claim)
    groups = list(answers.values())[:MOST_ANSWERS]
    for ours, theirs in combinations(groups, 2):
        if worst.result is Result.CONFLICT:
            break
        found = against(ours[0], theirs[0], aliases)
        if found.result > worst.result and not _all_replaced(ours, theirs, replaced):
            worst = found
    return worst


def _all_replaced(ours: Sequence[Claim], theirs: Sequence[Claim], replaced: Pairs) -> bool:
    if not replaced:
        return False
    pairs = [(one.member_id, other.member_id) for one in ours for other in theirs]
    return all(pair in replaced or pair[::-1] in replaced for pair in pairs)


class Standing(NamedTuple):
    """A member as a proposal weighs it: its layer's trust, and since when it says so."""

    member_id: UUID
    trust: int
    since: datetime


class Proposal(NamedTuple):
    """Whom the layers of trust favour, and why; nobody where all stand in one layer."""

    member_id: UUID | None
    reason: str


def propose(standings: Sequence[Standing]) -> Proposal:
    """Propose a winner: the highest layer, in it the newest; members of one layer get none."""
    layers = {standing.trust for standing in standings}
    if len(layers) < 2:
        return Proposal(None, "All of them stand in one layer of trust: a person decides.")
    top, second = sorted(layers, reverse=True)[:2]
    best = [standing for standing in standings if standing.trust == top]
    winner = max(best, key=lambda standing: (standing.since, standing.member_id))
    newest = " and the newest of its layer" if len(best) > 1 else ""
    reason = f"It is {_layer(top)} ({top}){newest}; the next is {_layer(second)} ({second})."
    return Proposal(winner.member_id, reason)


def _layer(trust: int) -> str:
    return LAYERS.get(trust, "of unknown origin")
