"""The history of an older database: appended as it came, once."""

from engineering.importers.legacy.reading import Reading, Taken
from engineering.services.importing.world import World, chunks
from memories.models import AuditEntry


def split(reading: Reading) -> tuple[list[Taken], list[Taken]]:
    """Return (history to append, history that is here already), told apart by the entry's old id."""
    taken = reading.taken["memory_audit"]
    here: set[str] = set()
    for some in chunks(record.values["external_ref"] for record in taken):
        here |= set(AuditEntry.objects.filter(external_ref__in=some).values_list("external_ref", flat=True))
    new = [record for record in taken if record.values["external_ref"] not in here]
    return new, [record for record in taken if record.values["external_ref"] in here]


def entry(record: Taken, world: World) -> AuditEntry:
    """Build the audit row of an old one: its actor, time and values as they came."""
    values = {name: value for name, value in record.values.items() if name != "project"}
    project = world.project(record.values["project"])
    return AuditEntry(
        **values, project_id=project.pk if project else None, project_name=project.name if project else ""
    )
