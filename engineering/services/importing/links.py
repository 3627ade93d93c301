"""The links of a requirement tree: written in bulk, once each, beside those that the project has."""

from engineering.importers.plan import Plan, PlannedLink
from engineering.models import Entity, Relationship
from engineering.services.importing import origin
from engineering.services.relationship_rules import canonical_key
from memories.choices import LIVE, Status
from memories.findings import Finding, Place
from memories.kinds import kinds
from memories.models import AuditEntry, Project
from memories.outcome import Say, Tally
from memories.services._write import Batch

CONFIDENCE = 0.9


def source_ref(place: Place, ref: str) -> str:
    """Return the source reference of a record: the file it was read from, and its id there."""
    return f"doc:{' '.join(place.path.split())}#{ref}"


def stamps(plan: Plan) -> dict[str, dict[str, str]]:
    """Return the fingerprints that a tool stored with its links: by item, then by target."""
    found: dict[str, dict[str, str]] = {}
    for link in plan.links:
        if link.stamp:
            found.setdefault(link.source, {})[link.target] = link.stamp
    return found


class LinkWriter:
    """Writes the planned links of one import.

    Attributes:
        findings: links that could not be written, with the reason.
    """

    def __init__(self, batch: Batch, project: Project, label: str, ends: dict[str, Entity], active: bool) -> None:
        self.batch, self.project, self.label, self.ends, self.active = batch, project, label, ends, active
        self.kind = kinds.named("relationship")
        self.findings: list[Finding] = []
        self.keys: set[str] = set()
        standing = Relationship.objects.filter(source_entity__project=project)
        self.standing = set(standing.values_list("canonical_key", flat=True))

    def write(self, plan: Plan, say: Say) -> Tally:
        """Insert the links that are not there yet; return the counts."""
        tally = Tally(read=plan.read["link"])
        tally.refused = sum(1 for found in plan.findings if found.outcome == "refused" and found.kind == "link")
        rows: list[Relationship] = []
        new = set()
        for planned in plan.links:
            row = self._row(planned)
            if row is None:
                tally.refused += 1
                continue
            self.keys.add(row.canonical_key)
            if row.canonical_key in self.standing:
                tally.unchanged += 1
                continue
            rows.append(row)
            new.add(planned.edge)
            tally.repaired += planned.edge in plan.repaired_edges
            tally.created += planned.edge not in plan.repaired_edges
        tally.repaired += sum(1 for edge in plan.folded if edge in new)
        tally.unchanged += sum(1 for edge in plan.folded if edge not in new)
        say("links", 0, len(rows))
        self.batch.insert_many(self.kind, rows)
        say("links", len(rows), len(rows))
        return tally

    def _row(self, planned: PlannedLink) -> Relationship | None:
        source, target = self.ends.get(planned.source), self.ends.get(planned.target)
        if source is None or target is None:
            reason = f"{planned.target if source else planned.source!r} was rejected or refused"
            row = {"source": planned.source, "role": planned.origin_role, "target": planned.target}
            self.findings.append(Finding("refused", "link", planned.source, "dead_end", reason, planned.place, row))
            return None
        live = self.active and source.status == target.status == Status.ACTIVE
        row_made = Relationship(
            source_entity=source,
            target_entity=target,
            relationship_type=planned.type,
            origin_role=planned.origin_role,
            confidence=CONFIDENCE,
            source_refs=[source_ref(planned.place, planned.source)],
            status=Status.ACTIVE if live else Status.CANDIDATE,
            reviewed_fingerprint=f"{self.label}:{planned.stamp}"[:64] if live and planned.suspect else "",
            created_by=self.batch.actor.label,
            created_at=self.batch.at,
            updated_at=self.batch.at,
        )
        row_made.canonical_key = canonical_key(row_made)
        return row_made

    def mark_vanished(self, plan: Plan) -> int:
        """Note on links of this source that it no longer has them, once; their status stays, a person decides."""
        if not plan.complete:
            return 0
        live = Relationship.objects.filter(source_entity__project=self.project, status__in=LIVE)
        keys = live.exclude(origin_role="").values_list("pk", "canonical_key")
        missing = [pk for pk, key in keys if key not in self.keys]
        rows = live.filter(pk__in=missing).select_related(*self.kind.select) if missing else []
        gone = [row for row in rows if self._is_ours(row, plan)]
        note = f"no longer in {self.label}"
        told = AuditEntry.objects.filter(
            entity_kind=self.kind.name, action="annotate", note=note, record_id__in=[str(row.pk) for row in gone]
        )
        known = set(told.values_list("record_id", flat=True))
        fresh = [row for row in gone if str(row.pk) not in known]
        for row in fresh:
            self.batch.change(self.kind, row, "annotate", {}, note=note)
        return len(fresh)

    def _is_ours(self, row: Relationship, plan: Plan) -> bool:
        ends = (row.source_entity, row.target_entity)
        unread = {str(end.external_ref) for end in ends} & plan.present
        return not unread and all(origin.tool_of(end) == self.label for end in ends)
