"""What the index holds of a memory's neighbours: what was said before and after it in the same conversation.

"Yes, on Tuesday" is found by the question before it. The two active memories on each side by position lend their
words to the column `context`; whoever writes one brings its neighbours' columns in line, in one statement a session.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from memories.models import Memory

#: Further apart than this, two positions are no neighbours; it bounds what one statement reads.
FAR = 8


class _Session(NamedTuple):
    project_id: UUID | None
    session_id: str


def surround(written: Sequence[tuple[Memory, Mapping[str, Any]]]) -> None:
    """Bring the neighbours' words in line around memories that were written (see memories.kinds.Kind.surround)."""
    touched: dict[_Session, list[int]] = {}
    for row, before in written:
        for session, position in _places(row, before):
            touched.setdefault(session, []).append(position)
    for session, positions in touched.items():
        _write(session, min(positions), max(positions))


def _places(row: Memory, before: Mapping[str, Any]) -> list[tuple[_Session, int]]:
    """Return where the memory stands in a conversation, and where it stood if it moved."""
    past = before.get("project", row.project_id)
    places = [
        (_Session(row.project_id, row.session_id), row.position),
        (
            _Session(UUID(past) if isinstance(past, str) else past, before.get("session_id", row.session_id)),
            before.get("position", row.position),
        ),
    ]
    known = ((session, position) for session, position in dict.fromkeys(places) if position is not None)
    return [(session, position) for session, position in known if session.session_id]


_AROUND = """
    WITH near AS (
        SELECT id, position, SUBSTR(content, 1, 2000) AS content FROM memories
        WHERE session_id = %(session)s AND {project} AND status = 'active' AND position BETWEEN %(low)s AND %(high)s
    ), around AS (
        SELECT id, position,
            COALESCE(LAG(content, 2) OVER places || ' ', '') || COALESCE(LAG(content) OVER places || ' ', '')
            || COALESCE(LEAD(content) OVER places || ' ', '') || COALESCE(LEAD(content, 2) OVER places, '') AS words
        FROM near WINDOW places AS (ORDER BY position, id)
    )
    UPDATE search_rows SET context = around.words FROM around
    WHERE search_rows.kind = 'memory' AND search_rows.record_id = around.id AND search_rows.context <> around.words
        AND around.position BETWEEN %(least)s AND %(most)s
"""


def _write(session: _Session, low: int, high: int) -> None:
    project = "project_id = %(project)s" if session.project_id else "project_id IS NULL"
    values: dict[str, Any] = {
        "session": session.session_id,
        "low": low - 2 * FAR,
        "high": high + 2 * FAR,
        "least": low - FAR,
        "most": high + FAR,
    }
    if session.project_id:
        values["project"] = Memory._meta.pk.get_db_prep_value(session.project_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(_AROUND.format(project=project), values)
