"""The SQL of the walk in `around`: its steps, and what is read of the nodes it came by. Nothing here runs.

Each step says what a node leads to, as (columns of the next node, tables, condition over the node `n`). SQLite takes
the steps as terms of the recursion; PostgreSQL, which allows one such term, as a lateral union.
"""

from functools import cache

from engineering.queries.facts import OF_SOURCE, OF_TARGET, SLOT_LINKS
from engineering.queries.trust import UNATTENDED_VERB, VOUCHING

#: What the answer's rows are, in its first column.
PARTS = ("node", "thing", "memory", "link", "audit", "alias")
_BOTH = tuple(name for name in OF_SOURCE if name in OF_TARGET)
#: Columns of a row of the answer behind its part.
_WIDTH = 8


def _in(names: tuple[str, ...]) -> str:
    return "({})".format(", ".join(f"'{name}'" for name in names))


_NO_ID, _NO_NAME = "CAST(NULL AS uuid)", "CAST(NULL AS text)"
_OWNER = "n.what IN ('entity', 'moved')"
_PLACED = "n.what IN ('entity', 'moved', 'end', 'other', 'chain', 'above')"
_ACTIVE = "r.status = 'active'"
_STANDS = "cm.left_at IS NULL"
_OTHER_END = (
    "CASE WHEN r.relationship_type = 'supersedes' THEN 'chain'"
    f" WHEN r.relationship_type IN {_in(_BOTH)} THEN 'other' ELSE 'end' END"
)
_IS_ACTIVE = (
    "(EXISTS (SELECT 1 FROM entities x WHERE x.id = s.member_id AND x.status = 'active')"
    " OR EXISTS (SELECT 1 FROM memories x WHERE x.id = s.member_id AND x.status = 'active'))"
)


def _node(what: str, pk: str, *, hop: str = "0", via: str = _NO_ID, name: str = _NO_NAME) -> str:
    return f"CAST({what} AS text), {hop}, {pk}, {via}, {name}"


_RELATED, _MEMBERS = "relationships r", "conflict_members cm"
_STEPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    # Names, and whoever goes by them.
    (
        _node("'name'", _NO_ID, hop="n.hop", via="s.project_id", name="CAST(s.name AS text)"),
        ("slot_subjects s",),
        "n.what IN ('entity', 'moved', 'memory') AND s.member_id = n.id",
    ),
    (
        _node("s.member_kind", "s.member_id", hop="n.hop"),
        ("slot_subjects s",),
        "n.what = 'name' AND s.name = n.name"
        f" AND (s.project_id = n.via OR (s.project_id IS NULL AND n.via IS NULL)) AND {_IS_ACTIVE}",
    ),
    # Conflicts of what was touched, and all who stand in them.
    (
        _node("'conflict'", "cm.conflict_id", hop="1"),
        (_MEMBERS,),
        "n.hop = 1 AND n.what IN ('entity', 'moved', 'memory', 'relationship') AND cm.member_id = n.id"
        f" AND cm.member_kind = CASE WHEN n.what = 'moved' THEN 'entity' ELSE n.what END AND {_STANDS}",
    ),
    (
        _node("cm.member_kind", "cm.member_id", hop="2"),
        (_MEMBERS,),
        f"n.what = 'conflict' AND cm.conflict_id = n.id AND cm.member_kind <> 'relationship' AND {_STANDS}",
    ),
    (
        _node("'entity'", "r.source_entity_id", hop="2"),
        (_MEMBERS, _RELATED),
        f"n.what = 'conflict' AND cm.conflict_id = n.id AND cm.member_kind = 'relationship' AND {_STANDS}"
        f" AND r.id = cm.member_id AND r.relationship_type IN {_in(OF_SOURCE)}",
    ),
    (
        _node("'entity'", "r.target_entity_id", hop="2"),
        (_MEMBERS, _RELATED),
        f"n.what = 'conflict' AND cm.conflict_id = n.id AND cm.member_kind = 'relationship' AND {_STANDS}"
        f" AND r.id = cm.member_id AND r.relationship_type IN {_in(OF_TARGET)}",
    ),
    # Links of which the slots are made, and the conflicts they stand in.
    (
        _node(_OTHER_END, "r.target_entity_id", via="r.id"),
        (_RELATED,),
        f"{_OWNER} AND r.source_entity_id = n.id AND r.relationship_type IN {_in(OF_SOURCE)} AND {_ACTIVE}",
    ),
    (
        _node(_OTHER_END, "r.source_entity_id", via="r.id"),
        (_RELATED,),
        f"{_OWNER} AND r.target_entity_id = n.id AND r.relationship_type IN {_in(OF_TARGET)} AND {_ACTIVE}",
    ),
    (
        _node("'linked'", "cm.conflict_id"),
        (_MEMBERS,),
        f"n.what = 'end' AND cm.member_kind = 'relationship' AND cm.member_id = n.via AND {_STANDS}",
    ),
    # Chains of replacements, both ways.
    (
        _node("'chain'", "p.id"),
        ("entities p",),
        "n.what IN ('entity', 'moved', 'chain') AND p.superseded_by_id = n.id",
    ),
    (
        _node("'chain'", "p.superseded_by_id"),
        ("entities p",),
        "n.what IN ('entity', 'moved', 'chain') AND p.id = n.id AND COALESCE(p.superseded_by_id, p.id) <> p.id",
    ),
    (
        _node("'chain'", "r.target_entity_id", via="r.id"),
        (_RELATED,),
        f"n.what = 'chain' AND r.source_entity_id = n.id AND r.relationship_type = 'supersedes' AND {_ACTIVE}",
    ),
    (
        _node("'chain'", "r.source_entity_id", via="r.id"),
        (_RELATED,),
        f"n.what = 'chain' AND r.target_entity_id = n.id AND r.relationship_type = 'supersedes' AND {_ACTIVE}",
    ),
    # The wholes above, by which a subject is called.
    (
        _node("'above'", "r.target_entity_id", via="r.id"),
        (_RELATED,),
        f"{_PLACED} AND r.source_entity_id = n.id AND r.relationship_type = 'part_of' AND {_ACTIVE}",
    ),
    (
        _node("'above'", "r.source_entity_id", via="r.id"),
        (_RELATED,),
        f"{_PLACED} AND r.target_entity_id = n.id AND r.relationship_type = 'contains' AND {_ACTIVE}",
    ),
    # All below what moved, and the neighbours of what changed.
    (
        _node("'moved'", "r.source_entity_id", hop="n.hop"),
        (_RELATED,),
        f"n.what = 'moved' AND r.target_entity_id = n.id AND r.relationship_type = 'part_of' AND {_ACTIVE}",
    ),
    (
        _node("'moved'", "r.target_entity_id", hop="n.hop"),
        (_RELATED,),
        f"n.what = 'moved' AND r.source_entity_id = n.id AND r.relationship_type = 'contains' AND {_ACTIVE}",
    ),
    (
        _node("'entity'", "r.target_entity_id", hop="1"),
        (_RELATED,),
        f"n.what = 'near' AND r.source_entity_id = n.id AND r.relationship_type IN {_in(SLOT_LINKS)} AND {_ACTIVE}",
    ),
    (
        _node("'entity'", "r.source_entity_id", hop="1"),
        (_RELATED,),
        f"n.what = 'near' AND r.target_entity_id = n.id AND r.relationship_type IN {_in(SLOT_LINKS)} AND {_ACTIVE}",
    ),
)

_VALID = "CASE WHEN t.status = 'active' AND (t.valid_until IS NULL OR t.valid_until > %s) THEN 'yes' ELSE '' END"
_NODES = "what IN ('entity', 'moved', 'memory', 'chain', 'conflict', 'linked')"
#: What is read of the nodes: part, columns, the nodes' ids, a table with its join.
_READS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    (
        "node",
        ("n.id", "n.what"),
        f"SELECT DISTINCT id, what FROM walk WHERE {_NODES} UNION SELECT via, what FROM walk WHERE what = 'name'",  # noqa: S608 - words of this module
        "",
    ),
    (
        "thing",
        (
            "t.id",
            "t.project_id",
            "t.entity_type",
            "t.name",
            "t.external_ref",
            "t.properties",
            _VALID,
            "t.superseded_by_id",
        ),
        "SELECT DISTINCT id FROM walk WHERE what IN ('entity', 'moved', 'end', 'other', 'chain', 'above')",
        "entities t ON t.id = n.id",
    ),
    (
        "memory",
        ("t.id", "t.project_id", "t.content", _VALID),
        "SELECT DISTINCT id FROM walk WHERE what = 'memory'",
        "memories t ON t.id = n.id",
    ),
    (
        "link",
        ("t.id", "t.relationship_type", "t.source_entity_id", "t.target_entity_id"),
        "SELECT DISTINCT via AS id FROM walk WHERE via IS NOT NULL AND what <> 'name'",
        "relationships t ON t.id = n.id",
    ),
    (
        "audit",
        ("t.record_id", "t.entity_kind", "t.action", "t.actor"),
        "SELECT DISTINCT CASE WHEN what = 'memory' THEN what ELSE 'entity' END AS what, id FROM walk"
        " WHERE what IN ('entity', 'moved', 'memory')"
        " UNION SELECT 'relationship', via FROM walk WHERE what IN ('end', 'other')",
        "memory_audit t ON t.entity_kind = n.what AND t.record_id = {record}"
        f" AND t.action || '' IN {_in((*VOUCHING, UNATTENDED_VERB))}",
    ),
    (
        "alias",
        ("t.id", "t.project_id", "t.text", "t.stands_for", "t.created_at"),
        "SELECT DISTINCT via AS id FROM walk WHERE what = 'name'",
        "value_aliases t ON t.removed_at IS NULL AND (t.project_id = n.id OR t.project_id IS NULL)",
    ),
)

_DASHED = "||'-'||".join(
    f"substr(n.id, {start}, {length})" for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
)


@cache
def statement(vendor: str) -> str:
    """Return the query for a database; its parameters are the seeds as JSON, then twice the time."""
    return f"WITH RECURSIVE walk(what, hop, id, via, name) AS MATERIALIZED ({_walk(vendor)}) {_answer(vendor)}"


def _walk(vendor: str) -> str:
    if vendor == "postgresql":
        ids = "CAST(s->>1 AS uuid), CAST(s->>2 AS uuid)"
        seed = f"SELECT s->>0, 1, {ids}, s->>3 FROM jsonb_array_elements(CAST(%s AS jsonb)) s"  # noqa: S608 - ours
        union = " UNION ALL ".join(
            f"SELECT {columns} FROM {' CROSS JOIN '.join(tables)} WHERE {where}"  # noqa: S608 - words of this module
            for columns, tables, where in _STEPS
        )
        step = f"LATERAL ({union}) step(what, hop, id, via, name)"
        return f"{seed} UNION SELECT step.* FROM walk n CROSS JOIN {step}"  # noqa: S608 - words of this module
    seed = "SELECT value->>0, 1, value->>1, value->>2, value->>3 FROM json_each(%s)"
    terms = [
        f"SELECT {columns} FROM walk n CROSS JOIN {' CROSS JOIN '.join(tables)} WHERE {where}"  # noqa: S608 - as above
        for columns, tables, where in _STEPS
    ]
    return " UNION ".join([seed, *terms])


def _answer(vendor: str) -> str:
    return " UNION ALL ".join(_read(vendor, *parts) for parts in _READS)


def _read(vendor: str, part: str, columns: tuple[str, ...], nodes: str, joined: str) -> str:
    """Return what is read for one part; the nodes are gone through first, whatever the planner expects of them."""
    postgres = vendor == "postgresql"
    texts = [f"CAST({column} AS text)" for column in columns] + [_NO_NAME] * (_WIDTH - len(columns))
    listed = f"SELECT '{part}', {', '.join(texts)} FROM ({nodes}) n"  # noqa: S608 - words of this module
    if not joined:
        return listed
    table, _, condition = joined.partition(" ON ")
    condition = condition.format(record="CAST(n.id AS text)" if postgres else _DASHED)
    if postgres:
        return f"{listed} CROSS JOIN LATERAL (SELECT t.* FROM {table} WHERE {condition} OFFSET 0) t"  # noqa: S608 - as above
    return f"{listed} CROSS JOIN {table} WHERE {condition}"
