"""The index of names: who goes by a name, or speaks of one. Kept up by the write path, rebuilt by the full scan.

Rows of every status stand in it, so that a decision, which changes a status, writes nothing here.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from engineering.models import Entity, SlotSubject
from engineering.queries.facts import chunks
from engineering.slots import sentences
from memories.kinds import Change
from memories.models import Memory
from memories.text import normalise

NAME_LENGTH = 400
#: What of a record its names depend on.
_READ = {"entity": ("name", "external_ref", "project"), "memory": ("content", "project")}
Named = tuple[str, UUID | None, frozenset[str]]


def names_of(kind: str, values: Mapping[str, Any]) -> Named:
    """Return (kind, project, names) of an entity or memory, given what its names depend on."""
    project = UUID(str(values["project"])) if values["project"] else None
    if kind == "entity":
        texts = [normalise(text) for text in (values["name"], values["external_ref"]) if text]
    else:
        said = sentences.said(values["content"]) if project else None
        texts = [said.subject] if said else []
    return kind, project, frozenset(text[:NAME_LENGTH] for text in texts)


def of_change(change: Change) -> tuple[Named, Named | None]:
    """Return a changed record's names as they are and, where they may have been others, as they were."""
    kind = change.kind.name
    now = {name: getattr(change.row, "project_id" if name == "project" else name) for name in _READ[kind]}
    if not change.before.keys() & now.keys():
        return names_of(kind, now), None
    return names_of(kind, now), names_of(kind, {**now, **{name: change.before.get(name, now[name]) for name in now}})


def write(names: Mapping[UUID, Named], renamed: Collection[UUID]) -> None:
    """Write the names of new records and of those that changed theirs, set-based.

    The latter are read again: a change that was noted may have been refused after all.
    """
    for some in chunks(renamed):
        SlotSubject.objects.filter(member_id__in=some).delete()
    again = {pk: named for some in chunks(renamed) for pk, named in _all(Q(pk__in=some))}
    rows = [row for pk, named in {**names, **again}.items() for row in _rows(pk, named)]
    if rows:
        SlotSubject.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def _rows(pk: UUID, named: Named) -> Iterable[SlotSubject]:
    kind, project, names = named
    return [SlotSubject(member_id=pk, project_id=project, name=name, member_kind=kind) for name in sorted(names)]


class Differences(NamedTuple):
    """What the index lacks, and the keys of what it holds for nothing."""

    missing: list[SlotSubject]
    gone: list[int]


def rebuild(project: UUID | None = None) -> None:
    """Bring the index up to date with what stands in the tables, of one project or of all."""
    mend(differences(project))


def differences(project: UUID | None = None) -> Differences:
    """Return where the index differs from what stands in the tables."""
    held: dict[tuple[UUID, UUID | None, str], int] = {}
    rows = SlotSubject.objects.filter(project_id=project) if project else SlotSubject.objects.all()
    for pk, member, place, name in rows.values_list("pk", "member_id", "project_id", "name").iterator():
        held[member, place, name] = pk
    missing = []
    for member, named in _all(Q(project=project) if project else Q()):
        for row in _rows(member, named):
            if held.pop((member, row.project_id, row.name), None) is None:
                missing.append(row)
    return Differences(missing, list(held.values()))


def mend(found: Differences) -> None:
    """Write what the index lacks and take out what it holds for nothing."""
    for some in chunks(found.gone):
        SlotSubject.objects.filter(pk__in=some).delete()
    SlotSubject.objects.bulk_create(found.missing, batch_size=500, ignore_conflicts=True)


def _all(condition: Q) -> Iterable[tuple[UUID, Named]]:
    for kind, model in (("entity", Entity), ("memory", Memory)):
        for values in model._base_manager.filter(condition).values("pk", *_READ[kind]).iterator():
            yield values["pk"], names_of(kind, values)
