"""What cards and pages of records say about the open conflicts that concern them.

A record in force stands in a conflict itself. A candidate claims nothing yet: its card speaks of what it would
replace, a link's card of its two ends.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from engineering.queries import disputes
from engineering.queries.disputes import Member, Told
from memories.actors import Actor
from memories.choices import Status
from memories.kinds import Row, kinds
from memories.web.faces import Notice
from memories.web.memory_faces import MEMORY


def contested(rows: Sequence[Row], actor: Actor) -> dict[UUID, list[Notice]]:
    """Return, for records of one kind, the open conflicts that concern them, each with the other sides."""
    concerned = {row.pk: dict(_concerned(row)) for row in rows}
    found = disputes.of_records({member for held in concerned.values() for member in held}, actor)
    sides = [(told, member) for member, some in found.items() for told in some]
    others = disputes.other_titles(sides, actor)
    return {
        pk: [
            _notice(who, told, others.get((told.row.pk, member), []))
            for member, who in held.items()
            for told in found.get(member, [])
        ]
        for pk, held in concerned.items()
    }


def _concerned(row: Row) -> Iterable[tuple[Member, str]]:
    """Yield the records whose conflicts matter to one, with the words for it."""
    name = kinds.of(row).name
    if row.status == Status.ACTIVE:
        yield (name, row.pk), "In"
    elif row.status == Status.CANDIDATE and name == "relationship":
        for end in (row.source_entity, row.target_entity):
            yield ("entity", end.pk), f"{end.name} is in"
    elif row.status == Status.CANDIDATE and row.proposed_supersedes_id:
        yield (name, row.proposed_supersedes_id), "What it would replace is in"


def _notice(who: str, told: Told, others: Sequence[str]) -> Notice:
    shown = "; ".join(f"“{title[:80]}”" for title in others[:3])
    with_whom = f" with {shown}{' and others' if len(others) > 3 else ''}" if others else ""
    return Notice(f"{who} an open conflict{with_whom}:", told.title, told.url)


MEMORY.notices.append(contested)
MEMORY.news.append(contested)
