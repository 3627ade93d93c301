"""Where the records of a project stand in the specifications of a ReqIF file. Pure: it reads no database."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from engineering.models import Entity, Relationship
from engineering.ontology import ends_allowed

#: The roles by which the import notes a place: an object in its specification, and below another object.
DOCUMENT, CHILD = "document", "child"
SPECIFICATION = "artifact"
#: Levels of a hierarchy at most: readers refuse XML that is nested deeper than 256, and a level is two elements.
DEEPEST = 80
#: What leads up, the more telling the sooner. A `contains` is stored from the other end.
_UP = {"part_of": 1, "contains": 1, "member_of": 2}


@dataclass
class Places:
    """The hierarchy.

    Attributes:
        specifications: roots that are specifications, in order.
        unplaced: roots that stand in none, in order.
        below: the children of each, in order.
        up: the link that a place says, by what stands there; a place without one only shows its object.
        plain: records of whose place the import makes the same properties and the same link again.
    """

    specifications: list[Entity] = field(default_factory=list)
    unplaced: list[Entity] = field(default_factory=list)
    below: dict[UUID, list[Entity]] = field(default_factory=lambda: defaultdict(list))
    up: dict[UUID, Relationship] = field(default_factory=dict)
    plain: set[UUID] = field(default_factory=set)

    def told(self) -> set[UUID]:
        """Return the links that places say, so that no relation has to."""
        return {link.pk for link in self.up.values()}


def place(entities: Sequence[Entity], links: Sequence[Relationship]) -> Places:
    """Return where each entity stands.

    Args:
        entities: of one project, in the order they were made.
        links: between them.
    """
    held = {entity.pk: entity for entity in entities}
    chosen = _chosen(held, links)
    above = {below: _other(link, below) for below, link in chosen.items()}
    _cut_rings(above, held)
    _cut_deep(above, held)
    found = Places(up={below: link for below, link in chosen.items() if link.source_entity_id == below in above})
    for entity in sorted(entities, key=_position):
        if entity.pk in above:
            found.below[above[entity.pk]].append(entity)
    related = _ends(links, found.told())
    for entity in entities:
        if entity.pk not in above:
            whole = _is_specification(entity, found) and entity.pk not in related
            (found.specifications if whole else found.unplaced).append(entity)
    for root in found.specifications:
        for entity, parent, number in _inside(found, root):
            says_place = _noted(entity) == (root.external_ref or f"_{root.pk}", number)
            if says_place and _says_link(found.up.get(entity.pk), entity, parent, parent is root):
                found.plain.add(entity.pk)
    return found


def _ends(links: Iterable[Relationship], told: Collection[UUID]) -> set[UUID]:
    """Return what relations join: a relation cannot end at a specification."""
    return {end for link in links if link.pk not in told for end in (link.source_entity_id, link.target_entity_id)}


def _noted(entity: Entity) -> tuple[object, object]:
    return entity.properties.get("document"), entity.properties.get("position")


def _chosen(held: Mapping[UUID, Entity], links: Iterable[Relationship]) -> dict[UUID, Relationship]:
    """Return the link that leads up from each entity: one that an import noted as its place, else the most telling."""
    order = {key: number for number, key in enumerate(held)}
    best: dict[UUID, tuple[tuple[bool, int, int], Relationship]] = {}
    for link in links:
        if link.relationship_type in _UP:
            below = link.target_entity_id if link.relationship_type == "contains" else link.source_entity_id
            noted = link.origin_role in (DOCUMENT, CHILD)
            rank = (not noted, _UP[link.relationship_type], order[_other(link, below)])
            if below not in best or rank < best[below][0]:
                best[below] = (rank, link)
    return {below: link for below, (_, link) in best.items()}


def _other(link: Relationship, end: UUID) -> UUID:
    return link.target_entity_id if link.source_entity_id == end else link.source_entity_id


def _cut_rings(above: dict[UUID, UUID], held: Mapping[UUID, Entity]) -> None:
    """Make a root of the first member of each ring."""
    known: set[UUID] = set()
    for start in held:
        path: dict[UUID, None] = {}
        at: UUID | None = start
        while at is not None and at not in known and at not in path:
            path[at] = None
            at = above.get(at)
        if at is not None and at in path:
            del above[at]
        known |= path.keys()


def _cut_deep(above: dict[UUID, UUID], held: Mapping[UUID, Entity]) -> None:
    """Make a root of whatever stands too deep."""
    depth: dict[UUID, int] = {}
    for start in held:
        path = [start]
        while path[-1] in above and above[path[-1]] not in depth:
            path.append(above[path[-1]])
        for one in reversed(path):
            depth[one] = depth[above[one]] + 1 if one in above else 0
            if depth[one] > DEEPEST:
                del above[one]
                depth[one] = 0


def _position(entity: Entity) -> tuple[bool, list[int]]:
    """Sort by the numbers of the place that an import noted ("2.10" after "2.9"); others follow as they were made."""
    written = str(entity.properties.get("position", ""))
    numbers = written.split(".")
    good = bool(written) and all(part.isascii() and part.isdigit() and len(part) < 9 for part in numbers)
    return not good, [int(part) for part in numbers] if good else []


def _is_specification(entity: Entity, found: Places) -> bool:
    return entity.entity_type == SPECIFICATION and (entity.pk in found.below or "file" in entity.properties)


def _inside(found: Places, root: Entity) -> Iterator[tuple[Entity, Entity, str]]:
    """Yield what stands in a specification, with what it stands below and its number there, as in 2.1."""
    waiting = [(root, "")]
    while waiting:
        parent, number = waiting.pop()
        for count, below in enumerate(found.below.get(parent.pk, ()), 1):
            here = f"{number}.{count}" if number else str(count)
            yield below, parent, here
            waiting.append((below, here))


def _says_link(link: Relationship | None, below: Entity, above: Entity, in_specification: bool) -> bool:
    """Tell whether the import makes the very same link of a place."""
    if link is None:
        return False
    if in_specification:
        return (link.origin_role, link.relationship_type) == (DOCUMENT, "member_of")
    fits = "part_of" if ends_allowed("part_of", below.entity_type, above.entity_type) else "member_of"
    return (link.origin_role, link.relationship_type) == (CHILD, fits)
