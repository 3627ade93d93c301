"""Conflicts as people read them: whom each is about, what its sides say, which records stand in one. Set-based."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Lower

from engineering.models import Conflict, ConflictMember, Entity, Relationship
from engineering.queries import conflicts
from engineering.queries.conflicts import Side
from engineering.slots import wording
from memories import permissions
from memories.actors import Actor
from memories.choices import ConflictSeverity, ConflictStatus
from memories.kinds import kinds
from memories.models import AuditEntry
from memories.queries import history, records

_BY_RECORD = ("identity", "head", "conflicts_with")
Member = tuple[str, UUID]


@dataclass(frozen=True)
class Told:
    """A conflict in words.

    Attributes:
        row: the conflict.
        subject: whom it is about.
        rule: what is wrong.
        said: what its sides say as they were found, each answer once; only those that the reader may see.
    """

    row: Conflict
    subject: str
    rule: str
    said: Sequence[str]

    @property
    def title(self) -> str:
        """Subject and rule in one line."""
        return f"{self.subject} – {self.rule}"

    @property
    def url(self) -> str:
        """Its permanent address."""
        return kinds.of(self.row).url(self.row.pk)


def standing(actor: Actor, *, review: bool = False) -> QuerySet[Conflict]:
    """Return the open conflicts that wait for the actor's eyes; with `review`, those that may be none."""
    rows = conflicts.visible(actor).filter(status=ConflictStatus.OPEN)
    if review:
        return rows.filter(severity=ConflictSeverity.REVIEW)
    return rows.exclude(severity=ConflictSeverity.REVIEW)


def told(rows: Sequence[Conflict], actor: Actor) -> list[Told]:
    """Return conflicts in words, in their order; three queries whatever their number."""
    found: dict[UUID, list[ConflictMember]] = defaultdict(list)
    for member in conflicts.members(actor).filter(conflict__in=[row.pk for row in rows]):
        found[member.conflict_id].append(member)
    names = _names([member for members in found.values() for member in members])
    return [tell(row, found[row.pk], names) for row in rows]


def tell(row: Conflict, members: Collection[ConflictMember], names: Mapping[Member, dict[str, str]]) -> Told:
    """Return one conflict in words.

    Args:
        row: the conflict.
        members: its sides.
        names: for each side what the entities at it are called, by what a key may call them.
    """
    word = row.slot_kind.rpartition(".")[2]
    said = list({member.value_snapshot.casefold(): member.value_snapshot for member in members}.values())
    near = {called: name for member in members for called, name in names.get(_key(member), {}).items()}
    subject = (
        " and ".join(said) if word == "conflicts_with" and said else wording.subject(row.slot_key, wording.called(near))
    )
    count = len(members) if word in _BY_RECORD else len(said)
    return Told(row, subject, wording.rule(row.slot_kind, count), said)


def briefly(rows: QuerySet[Conflict], actor: Actor, names: Mapping[str, str]) -> list[Told]:
    """Return conflicts in words by names that are known already; one query, where `told` takes three.

    Args:
        rows: the conflicts, in order.
        actor: only sides that they may read are counted and quoted, the first and the last of them.
        names: what records nearby are called, by what a key may call them.
    """
    sides = conflicts.members(actor).filter(conflict=OuterRef("pk")).order_by("value_snapshot", "pk")
    said, held = Count(Lower("value_snapshot"), distinct=True), Count("pk")
    tally = sides.order_by().values("conflict").annotate(said=said, held=held)
    counted = rows.annotate(
        first=Subquery(sides.values("value_snapshot")[:1]),
        last=Subquery(sides.reverse().values("value_snapshot")[:1]),
        said=Subquery(tally.values("said")),
        held=Subquery(tally.values("held")),
    )
    forms = wording.called(names)
    return [_brief(row, forms) for row in counted]


def _brief(row: Any, names: Mapping[str, str]) -> Told:
    word = row.slot_kind.rpartition(".")[2]
    ends = list(dict.fromkeys(filter(None, (row.first, row.last))))
    subject = " and ".join(ends) if word == "conflicts_with" and ends else wording.subject(row.slot_key, names)
    count = (row.held if word in _BY_RECORD else row.said) or 0
    return Told(row, subject, wording.rule(row.slot_kind, count), ends)


def of_records(members: Collection[Member], actor: Actor) -> dict[Member, list[Told]]:
    """Return the open conflicts in which records stand, by record, the gravest first."""
    held = [
        (member.conflict_id, _key(member))
        for kind in dict.fromkeys(kind for kind, _ in members)
        for member in conflicts.members(actor).filter(
            member_kind=kind,
            member_id__in=[pk for name, pk in members if name == kind],
            conflict__status=ConflictStatus.OPEN,
        )
    ]
    if not held:
        return {}
    rows = conflicts.visible(actor).filter(pk__in={pk for pk, _ in held}).order_by("severity", "detected_at", "pk")
    result: dict[Member, list[Told]] = defaultdict(list)
    for one in told(list(rows), actor):
        for pk, member in held:
            if pk == one.row.pk:
                result[member].append(one)
    return dict(result)


def other_titles(pairs: Sequence[tuple[Told, Member]], actor: Actor) -> dict[tuple[UUID, Member], list[str]]:
    """Return for each (conflict, side) what the other sides are called, as far as the actor may read them."""
    if not pairs:
        return {}
    held = list(conflicts.members(actor).filter(conflict__in={one.row.pk for one, _ in pairs}))
    titles: dict[Member, str] = {}
    for name in dict.fromkeys(member.member_kind for member in held):
        kind = kinds.named(name)
        ids = [member.member_id for member in held if member.member_kind == name]
        titles |= {(name, row.pk): kind.title(row) for row in records.visible(name, actor).filter(pk__in=ids)}
    result: dict[tuple[UUID, Member], list[str]] = {}
    for one, side in pairs:
        keys = [_key(member) for member in held if member.conflict_id == one.row.pk]
        result[one.row.pk, side] = [titles[key] for key in keys if key != side and key in titles]
    return result


def _key(member: ConflictMember) -> Member:
    return member.member_kind, member.member_id


def _names(members: Collection[ConflictMember]) -> dict[Member, dict[str, str]]:
    ids: dict[str, set[UUID]] = defaultdict(set)
    for member in members:
        ids[member.member_kind].add(member.member_id)
    found: dict[Member, dict[str, str]] = {}
    if ids["entity"]:
        rows = Entity.objects.filter(pk__in=ids["entity"]).values_list("pk", "name", "external_ref")
        found |= {("entity", pk): _called(name, ref) for pk, name, ref in rows}
    if ids["relationship"]:
        ends = (
            "source_entity__name",
            "source_entity__external_ref",
            "target_entity__name",
            "target_entity__external_ref",
        )
        for pk, source, ref, target, other in Relationship.objects.filter(pk__in=ids["relationship"]).values_list(
            "pk", *ends
        ):
            found["relationship", pk] = _called(source, ref) | _called(target, other)
    return found


def _called(name: str, ref: str | None) -> dict[str, str]:
    return {name: name} | ({ref: name} if ref else {})


def as_found(row: Conflict, actor: Actor) -> list[Side]:
    """Return the sides of a conflict as they were when it was last found, with their records as they stand now."""
    members = {_key(member): member for member in conflicts.members(actor).filter(conflict=row)}
    found = []
    for name in dict.fromkeys(kind for kind, _ in members):
        ids = [pk for kind, pk in members if kind == name]
        for record in records.visible(name, actor).filter(pk__in=ids):
            member = members[name, record.pk]
            said = member.value_snapshot
            found.append(Side(name, record, said, said, member.member_layer_trust, record.updated_at))
    return sorted(found, key=lambda side: (-side.trust, side.since, side.row.pk))


def readable(row: Conflict, sides: Sequence[Side], actor: Actor) -> list[Side]:
    """Return those sides of a conflict whose records stand in projects that the actor may read."""
    seen = set(conflicts.members(actor).filter(conflict=row).values_list("member_kind", "member_id"))
    return [side for side in sides if (side.kind, side.row.pk) in seen]


def opened_by(row: Conflict, actor: Actor) -> AuditEntry | None:
    """Return the change of a member in whose request the conflict was last found; None where a scan found it."""
    found = history.of_record("conflict", row.pk).filter(action="detect").values_list("request_id", flat=True).first()
    if not found:
        return None
    members = conflicts.members(actor).filter(conflict=row).values_list("member_id", flat=True)
    same = permissions.for_principal(history.of_request(found), actor).exclude(entity_kind="conflict")
    entry: AuditEntry | None = same.filter(record_id__in=[str(pk) for pk in members]).order_by("-seq").first()
    return entry
