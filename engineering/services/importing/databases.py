"""An older AtoCore database becomes records here: ids, times, statuses and history kept, one `import` audit row each.

First every row is decided (taken, here already, refused), then all are written in one transaction. A row that is here
already is never written again: running twice changes nothing.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models, transaction

from engineering.importers.legacy.desk import Refused
from engineering.importers.legacy.reading import Reading, Taken, read
from engineering.importers.legacy.source import TABLES, Source
from engineering.models import Entity
from engineering.services.importing import history, places
from engineering.services.importing.tables import TABLE, Built, Table
from engineering.services.importing.world import World, chunks
from memories import permissions
from memories.actors import Actor
from memories.choices import LIVE, Role
from memories.findings import Finding
from memories.kinds import kinds
from memories.models import AuditEntry, Interaction
from memories.outcome import Outcome, Say, silent
from memories.services import audit, packs
from memories.services._write import Batch, serialise


def import_database(
    source: Source,
    shown: str,
    *,
    actor: Actor,
    default_project: str | None = None,
    dry_run: bool = False,
    say: Say = silent,
) -> Outcome:
    """Take everything an older database holds.

    Args:
        source: the open database.
        shown: how findings name it.
        actor: an administrator; stands in every `import` audit row.
        default_project: project of rows older than the project column.
        dry_run: do everything and take it back.
        say: told how far it is.

    Raises:
        UnknownProject: neither database has the default project.
    """
    permissions.require(actor, Role.ADMIN, None)
    with transaction.atomic():
        with Batch(actor) as batch:
            serialise("import database")
            reading = read(source, shown, places.names(), default_project, batch.at)
            outcome = _Import(World(batch), reading, shown).run(say)
        outcome.dry_run = dry_run
        transaction.set_rollback(dry_run)
    return outcome


class _Import:
    def __init__(self, world: World, reading: Reading, shown: str) -> None:
        self.world, self.reading, self.shown = world, reading, shown
        self.outcome = Outcome(findings=list(reading.findings), facts={"phase": reading.phase})
        for table in TABLES:
            self.outcome.tally(table)
        for finding in reading.findings:
            if finding.outcome == "refused":
                self.outcome.tally(finding.kind).refused += 1

    def run(self, say: Say) -> Outcome:
        self._count("projects", *places.write_projects(self.world, self.reading))
        decided = {name: self._decide(name, table) for name, table in TABLE.items()}
        self._settle_sources(decided)
        new, here = history.split(self.reading)
        self.world.batch.keep([history.entry(taken, self.world) for taken in new])
        self._count("memory_audit", new, here)
        for name, rows in decided.items():
            say(name, 0, len(rows))
            self._write(TABLE[name], rows)
            say(name, len(rows), len(rows))
        self.outcome.findings += places.write_aliases(self.world, self.reading, self.shown)
        for table, number in self.reading.read.items():
            self.outcome.tally(table).read = number
        return self.outcome

    def _decide(self, name: str, table: Table) -> list[tuple[Taken, Built]]:
        """Return the rows of a table that are to be written; count and report the others."""
        taken = self.reading.taken[name]
        present = self._present(table, [record.values["id"] for record in taken])
        imported = _imported(table, present)
        built: list[tuple[Taken, Built]] = []
        here: list[Taken] = []
        for record in taken:
            try:
                row = present.get(record.values["id"])
                if row is None:
                    built.append((record, table.build(self.world, record.values)))
                else:
                    self._compare(table, record, row, imported)
                    here.append(record)
            except Refused as refusal:
                self._refuse(record, refusal.rule, refusal.reason, refusal.instead)
        kept = self._without_twins(table, built)
        self._count(name, [record for record, _ in kept], here)
        return kept

    def _present(self, table: Table, ids: Iterable[UUID]) -> dict[UUID, Built]:
        """Return the rows that are here already, by id."""
        select = kinds.named(table.kind).select if table.kind in kinds else ()
        found: dict[UUID, Built] = {}
        for some in chunks(ids):
            rows = table.model._base_manager.filter(pk__in=some).select_related(*select)
            found |= {row.pk: row for row in rows}
        for row_id, row in found.items():
            if isinstance(row, Entity):
                self.world.entities[row_id] = row
            if table.kind in ("document", "conflict"):
                self.world.places[row_id] = row.project
        return found

    def _compare(self, table: Table, record: Taken, row: Built, imported: dict[str, dict[str, Any]]) -> None:
        """Leave a row that is here as it is; refuse one whose id belongs to another. Raises Refused."""
        was = imported.get(str(row.pk)) or audit.snapshot(row)
        differing = [
            name
            for name, value in record.values.items()
            if name not in ("project", "source_refs", "properties")
            and audit.json_value(value) != was.get(name.removesuffix("_id"), was.get(name))
        ]
        if set(differing) & set(table.identity):
            raise Refused("id_taken", f"a row of that id is here with another {', '.join(differing)}; it was kept")
        if differing:
            reason = f"here already; the source now has another {', '.join(differing)}, which was not taken"
            self._find("note", record, "differs", reason)

    def _without_twins(self, table: Table, built: list[tuple[Taken, Built]]) -> list[tuple[Taken, Built]]:
        """Refuse live rows that repeat a live row; what points at them is led to that one."""
        column = {"memory": "dedupe_key", "entity": "dedupe_key", "relationship": "canonical_key"}.get(table.kind)
        if column is None:
            return built
        for _, row in built:
            kinds.named(table.kind).refresh(row)
        live = [(record, row) for record, row in built if row.status in LIVE]
        standing: dict[str, UUID] = {}
        for some in chunks(getattr(row, column) for _, row in live):
            same = table.model._base_manager.filter(**{f"{column}__in": some}, status__in=LIVE)
            standing |= dict(same.values_list(column, "pk"))
        for record, row in live:
            other = standing.setdefault(getattr(row, column), row.pk)
            if other != row.pk:
                self._refuse(record, "repeats_live_row", f"the live {table.kind} {other} says the same", other)
        return [(record, row) for record, row in built if row.pk not in self.world.moved]

    def _settle_sources(self, decided: dict[str, list[tuple[Taken, Built]]]) -> None:
        """Lead source_refs to the rows as they are found here, now that all are decided."""
        for name in ("entities", "relationships"):
            for _, row in decided[name]:
                row.source_refs = self.world.sources(row.source_refs)

    def _write(self, table: Table, rows: list[tuple[Taken, Built]]) -> None:
        """Insert rows with their audit rows; the note of each says what was repaired."""
        by_note: dict[str, list[Built]] = {}
        for record, row in rows:
            by_note.setdefault(self._words(record), []).append(row)
        for note, some in by_note.items():
            if table.kind in kinds:
                self.world.batch.insert_many(kinds.named(table.kind), some, note=note)
            else:
                self._insert_plain(table, some, note)

    def _insert_plain(self, table: Table, rows: list[models.Model], note: str) -> None:
        table.model._base_manager.bulk_create(rows, batch_size=500)
        packs.note_all([row for row in rows if isinstance(row, Interaction)])
        for row in rows:
            entry = self.world.batch.log(row, "import", kind_name=table.kind, note=note)
            project = table.project_of(self.world, row)
            entry.project_id, entry.project_name = (project.pk, project.name) if project else (None, "")

    def _repairs(self, record: Taken) -> list[tuple[str, str]]:
        found: UUID | None = record.values.get("id")  # history has no id of its own
        return [*record.repairs, *(self.world.repairs.get(found, ()) if found else ())]

    def _words(self, record: Taken) -> str:
        return "; ".join(words for _, words in self._repairs(record))

    def _count(self, name: str, written: list[Taken], here: list[Taken]) -> None:
        tally = self.outcome.tally(name)
        tally.unchanged += len(here)
        for record in written:
            repairs = self._repairs(record)
            tally.repaired += bool(repairs)
            tally.created += not repairs
            for rule, words in repairs:
                self._find("repaired", record, rule, words)

    def _refuse(self, record: Taken, rule: str, reason: str, instead: UUID | None) -> None:
        """Report a row; what points at it is led to the row that stands for it, or loses its pointer."""
        self.outcome.tally(record.table).refused += 1
        self._find("refused", record, rule, reason)
        if instead is None:
            self.world.refused.add(record.values["id"])
        else:
            self.world.moved[record.values["id"]] = instead

    def _find(self, outcome: str, record: Taken, rule: str, reason: str) -> None:
        self.outcome.findings.append(Finding(outcome, record.table, record.ref, rule, reason, record.place, record.row))


def _imported(table: Table, present: dict[UUID, Built]) -> dict[str, dict[str, Any]]:
    """Return the rows as an earlier import wrote them, by id."""
    found: dict[str, dict[str, Any]] = {}
    for some in chunks(str(row_id) for row_id in present):
        entries = AuditEntry.objects.filter(entity_kind=table.kind, record_id__in=some, action="import")
        found |= dict(entries.values_list("record_id", "after_json"))
    return found
