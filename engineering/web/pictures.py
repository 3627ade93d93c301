"""Drawings with their links: what the pure layout placed, ready for its template."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from engineering.drawing import MOST_NODES, neighbours, tree
from engineering.drawing.shapes import Arrow, Box, Drawing, Node, Stroke
from engineering.models import Entity
from engineering.ontology import RELATIONSHIP_TYPES, canonical_edge
from engineering.queries.neighbourhood import Neighbourhood
from engineering.queries.parts import Part
from memories.choices import Status


@dataclass(frozen=True)
class Picture:
    """A drawing with what it is called; `shown` of `of` entities stand on it."""

    name: str
    drawing: Drawing
    shown: int
    of: int

    @property
    def boxes(self) -> Iterable[tuple[Box, str]]:
        """The boxes, each with the address its link leads to."""
        return [(box, f"/entities/{box.node.id}/") for box in self.drawing.boxes]

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """The arrows."""
        return self.drawing.strokes


def of_parts(name: str, roots: Sequence[Part], of: int) -> Picture | None:
    """Return the drawing of some parts with what stands below them, the nearest MOST_NODES; None for nothing."""
    kept: dict[str, tree.Branch] = {}
    top: list[tree.Branch] = []
    level: list[tuple[Part, list[tree.Branch]]] = [(part, top) for part in roots]
    while level and len(kept) < MOST_NODES:
        following: list[tuple[Part, list[tree.Branch]]] = []
        for part, beside in level[: MOST_NODES - len(kept)]:
            branch = tree.Branch(_node_of_part(part))
            kept[branch.node.id] = branch
            beside.append(branch)
            following += [(below, branch.below) for below in part.below]
        level = following
    return Picture(name, tree.draw(top), len(kept), max(of, len(kept))) if kept else None


def _node_of_part(part: Part) -> Node:
    hidden = part.parts - len(part.below)
    hint = f"{part.parts} parts" if part.parts > 1 and not part.below else f"{hidden} more" if hidden > 0 else ""
    return Node(part.id, part.node.name, part.node.type, hint)


def of_neighbours(centre: Entity, found: Neighbourhood, names: Mapping[UUID, str]) -> Picture:
    """Return the drawing of what stands around an entity, each under the name that the person may see."""
    nodes = [_node(entity, names[entity.pk]) for entity in found.entities]
    steps = {str(key): step for key, step in found.steps.items()}
    arrows = []
    for link in found.links:
        word, source, target = canonical_edge(
            link.relationship_type, str(link.source_entity_id), str(link.target_entity_id)
        )
        waits = " (waits)" if link.status == Status.CANDIDATE else ""
        spec = RELATIONSHIP_TYPES[word]
        arrows.append(Arrow(source, target, spec.label + waits, spec.symmetric))
    drawing = neighbours.draw(str(centre.pk), nodes, steps, arrows)
    return Picture(f"What stands around {centre.name}", drawing, len(nodes), found.of)


def _node(entity: Entity, name: str) -> Node:
    known = entity.status == Status.ACTIVE
    return Node(str(entity.pk), name, entity.entity_type, "" if known else entity.status, not known)
