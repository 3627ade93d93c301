"""The history of an older database: appended as it came, once."""

from engineering.importers.legacy.reading import Reading, Taken
from engineering.services.importing.world import World
from memories.models import AuditEntry


def split(reading: Reading) -> tuple[list[Taken], list[Taken]]:
    """Return (history to append, history that is here already), told apart by the entry's old id."""
    taken = reading.taken["memory_audit"]
    wanted = {record.values["external_ref"] for record in taken}
    here: set[str] = set()
    if wanted:  # one pass over what was imported before: the column has no index of its own
        came = AuditEntry.objects.exclude(external_ref="").values_list("external_ref", flat=True)
        here = wanted.intersection(came.iterator(chunk_size=10_000))
    new = [record for record in taken if record.values["external_ref"] not in here]
    return new, [record for record in taken if record.values["external_ref"] in here]


def entry(record: Taken, world: World) -> AuditEntry:
    """Build the audit row of an old one: its actor, time and values as they came."""
    values = {name: value for name, value in record.values.items() if name != "project"}
    project = world.project(record.values["project"])
    after = record.values.get("after_json")
    return AuditEntry(
        **values,
        status=str(after.get("status") or "")[:16] if isinstance(after, dict) else "",
        project_id=project.pk if project else None,
        project_name=project.name if project else "",
    )
