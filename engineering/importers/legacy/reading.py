"""A whole older database turned into records to write and findings to report. Every row read ends as one of the two."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from engineering.importers.cycles import drop_cycles
from engineering.importers.legacy.context import Context, Values
from engineering.importers.legacy.desk import Desk, Refused
from engineering.importers.legacy.names import Names
from engineering.importers.legacy.source import TABLES, Row, Source
from engineering.importers.legacy.tables import READERS
from engineering.ontology import acyclic_group, canonical_edge
from memories.errors import UnknownProject
from memories.findings import Finding, Place
from memories.ids import adopt_id
from memories.projects import closest, fold


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that can be written.

    Attributes:
        table: where it stood.
        ref: its id as it was written there.
        values: model attributes; `project` is a canonical name.
        repairs: (rule, words) of what was repaired.
        place: file and row number.
        row: the row as it was read.
    """

    table: str
    ref: str
    values: Values
    repairs: tuple[tuple[str, str], ...]
    place: Place
    row: Row


@dataclass(slots=True)
class Reading:
    """What was found in an older database.

    Attributes:
        phase: its schema phase.
        taken: rows to write, by table, in order.
        findings: refused rows and notes.
        read: rows read, by table.
        aliases: names to register, alias -> canonical name.
    """

    phase: str
    taken: dict[str, list[Taken]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    aliases: dict[str, str] = field(default_factory=dict)


def read(source: Source, shown: str, known: Mapping[str, str], default_project: str | None, now: datetime) -> Reading:
    """Return everything an older database holds, repaired or refused row by row.

    Args:
        source: the open database.
        shown: how the report names the file.
        known: canonical names of the new database by folded name or alias.
        default_project: name of the project of rows older than the project column; one of either database.
        now: time of the import, for rows without a time.

    Raises:
        UnknownProject: neither database has the default project.
    """
    return _Reader(source, shown, Names(dict(known)), default_project, now).run()


class _Reader:
    def __init__(self, source: Source, shown: str, names: Names, default_project: str | None, now: datetime) -> None:
        columns = frozenset(table for table in TABLES if source.has(table, "project"))
        self.source, self.shown, self.now = source, shown, now
        written = frozenset(source.ids("memories") | source.ids("source_chunks"))
        self.context = Context(names, None, columns, written=written)
        self.wanted = default_project
        self.reading = Reading(source.phase)

    def run(self) -> Reading:
        for table in TABLES:
            self._table(table)
            if table == "projects":
                self._learn_names()
                self._settle_default()
        self._check_sources()
        self._break_rings()
        for table, count in self.source.others.items():
            reason = f"no version of AtoCore has the table {table!r}; its {count} rows were left where they are"
            self._note(table, "unknown_table", reason)
        self.reading.aliases = dict(self.context.names.learned)
        return self.reading

    def _table(self, table: str) -> None:
        kept = self.reading.taken.setdefault(table, [])
        for number, row in self.source.rows(table):
            self.reading.read[table] += 1
            place, ref = Place(f"{self.shown}:{table}", number), str(row.get("id") or "")
            desk = Desk(row, self.now)
            try:
                values = READERS[table](desk, self.context)
                self._admit(table, values)
            except Refused as refusal:
                finding = Finding("refused", table, ref, refusal.rule, refusal.reason, place, row)
                self.reading.findings.append(finding)
                continue
            kept.append(Taken(table, ref, values, tuple(desk.repairs), place, row))

    def _admit(self, table: str, values: Values) -> None:
        """Remember a row, so that others may point at it. Raises Refused for an id that was read before."""
        ref = values.get("id")
        if not isinstance(ref, UUID):
            return
        ids = self.context.taken.setdefault(table, set())
        if ref in ids:
            raise Refused("repeated_id", f"the id {ref} was read before, written in another way")
        ids.add(ref)
        if table in ("memories", "entities"):
            self.context.places[ref] = values["project"]
        if table == "relationships":
            self.context.places[ref] = self.context.places.get(values["source_entity_id"])

    def _settle_default(self) -> None:
        names = self.context.names
        if self.wanted is not None:
            self.context.default_project, _ = names.resolve(self.wanted)
            if self.context.default_project is None:
                known = sorted(set(names.known.values()))
                raise UnknownProject(self.wanted, closest(self.wanted, known) or known[:3], "/default_project")
        elif "memories" not in self.context.project_column:
            reason = "rows of this phase name no project, so they came in without one; --default-project names one"
            self._note("memories", "no_project_column", reason)

    def _note(self, table: str, rule: str, reason: str) -> None:
        self.reading.findings.append(Finding("note", table, "", rule, reason, Place(self.shown)))

    def _learn_names(self) -> None:
        """Learn aliases from interactions, which have a project's name and its id side by side."""
        evidence: dict[str, set[str]] = {}
        for _, row in self.source.rows("interactions"):
            text, ref = row.get("project"), row.get("project_id")
            canonical = self.context.project_ids.get(adopt_id(str(ref))) if ref else None
            if isinstance(text, str) and fold(text) and canonical:
                evidence.setdefault(fold(text), set()).add(canonical)
        self.context.names.learn(evidence)

    def _check_sources(self) -> None:
        """Leave out source_refs that point at nothing, once all rows are known."""
        for table in ("entities", "relationships"):
            taken = self.reading.taken[table]
            for index, record in enumerate(taken):
                kept, repairs = self._sources(record.values["source_refs"])
                values = {**record.values, "source_refs": kept}
                taken[index] = replace(record, values=values, repairs=record.repairs + repairs)

    def _sources(self, refs: list[str]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
        kept, repairs = [], []
        for ref in refs:
            kind, _, rest = ref.partition(":")
            table = _SOURCE_TABLES.get(kind)
            if kind in ("doc", "http", "https") and rest:
                kept.append(ref)
            elif table is None:
                kept.append(f"doc:{' '.join(ref.split())}")
                repairs.append(("bad_source", f"source_refs: {ref!r} is no source by its form; it became {kept[-1]!r}"))
            elif self.context.holds(table, adopt_id(rest.strip())):
                kept.append(f"{kind}:{adopt_id(rest.strip())}")
            else:
                repairs.append(("dangling_pointer", f"source_refs: there is no {ref!r}; it was left out"))
        return kept, tuple(repairs)

    def _break_rings(self) -> None:
        """Turn each link that would close a forbidden ring into refers_to; refuse one that repeats another."""
        taken: dict[tuple[str, str, str], Taken] = {}
        for record in self.reading.taken["relationships"]:
            self._keep_link(record, taken)
        groups: dict[tuple[str, ...], list[tuple[str, str, str]]] = {}
        for edge, record in taken.items():
            if group := acyclic_group(record.values["relationship_type"]):
                groups.setdefault(group, []).append(edge)
        for edges in groups.values():
            for edge, ring in drop_cycles((), edges):
                record = taken.pop(edge)
                repair = ("closes_ring", f"it closes a ring: {' → '.join(ring)}; it became refers_to")
                values = {**record.values, "relationship_type": "refers_to", "origin_role": edge[0]}
                self._keep_link(replace(record, values=values, repairs=(*record.repairs, repair)), taken)
        self.reading.taken["relationships"] = list(taken.values())

    def _keep_link(self, record: Taken, taken: dict[tuple[str, str, str], Taken]) -> None:
        values = record.values
        ends = str(values["source_entity_id"]), str(values["target_entity_id"])
        name, source, target = canonical_edge(values["relationship_type"], *ends)
        edge = (f"{name}:{values['origin_role']}" if name == "refers_to" else name, source, target)
        if edge not in taken:
            taken[edge] = record
            return
        reason = f"it says what the link {taken[edge].ref} says"
        finding = Finding("refused", "relationships", record.ref, "repeated_link", reason, record.place, record.row)
        self.reading.findings.append(finding)


_SOURCE_TABLES = {"memory": "memories", "entity": "entities", "interaction": "interactions", "chunk": "source_chunks"}
