"""Makes a project of any size for the benchmarks of the queries: a product tree with requirements, decisions, claims.

Rows are written directly in bulk; they are what the verbs would have left, without the audit log.
"""

import random
from collections.abc import Iterator, Sequence

from engineering.models import Entity, Relationship
from engineering.ontology import canonical_edge
from memories.actors import Actor
from memories.models import Project
from memories.models._guard import writing
from memories.services import projects

#: Of 1,000 entities so many are of each type.
SHARES = {
    "system": 1,
    "subsystem": 19,
    "component": 420,
    "interface": 50,
    "requirement": 200,
    "decision": 50,
    "assumption": 30,
    "validation_claim": 60,
    "result": 100,
    "artifact": 60,
    "material": 10,
}
#: (type, source, target, links for 1,000 entities); trees are made apart.
LINKS = (
    ("interfaces_with", "component", "interface", 240),
    ("interfaces_with", "component", "component", 160),
    ("satisfies", "component", "requirement", 330),
    ("constrained_by", "component", "requirement", 200),
    ("affected_by_decision", "component", "decision", 240),
    ("based_on_assumption", "decision", "assumption", 70),
    ("depends_on", "component", "component", 400),
    ("depends_on", "decision", "decision", 60),
    ("supports", "result", "validation_claim", 120),
    ("supports", "validation_claim", "validation_claim", 40),
    ("validated_by", "requirement", "result", 160),
    ("evidenced_by", "validation_claim", "artifact", 80),
    ("described_by", "component", "artifact", 280),
    ("uses_material", "component", "material", 200),
)
BATCH = 2_000
Nodes = dict[str, list[Entity]]


def make(name: str, size: int) -> tuple[Project, int, int]:
    """Make a project of about `size` entities; return it with the entities and relationships made."""
    chance = random.Random(size)
    project = projects.register(name, actor=Actor.system("import"))
    nodes = {kind: _entities(project, kind, size * share // 1_000 or 1, chance) for kind, share in SHARES.items()}
    with writing():
        Entity.objects.bulk_create((row for rows in nodes.values() for row in rows), batch_size=BATCH)
    links = {link.canonical_key: link for link in _links(nodes, size, chance)}
    with writing():
        Relationship.objects.bulk_create(links.values(), batch_size=BATCH)
    return project, sum(map(len, nodes.values())), len(links)


def _entities(project: Project, kind: str, number: int, chance: random.Random) -> list[Entity]:
    return [
        Entity(
            entity_type=kind,
            name=f"{kind} {place:06}",
            project=project,
            status=_status(kind, chance),
            created_by="import",
            dedupe_key=f"{project.name} {kind} {place}",
            properties=_properties(kind, chance),
            confidence=0.9,
        )
        for place in range(number)
    ]


def _status(kind: str, chance: random.Random) -> str:
    dead = chance.random() < (0.1 if kind in ("assumption", "decision") else 0.01)
    return chance.choice(("superseded", "invalid")) if dead and kind != "system" else "active"


def _properties(kind: str, chance: random.Random) -> dict[str, object]:
    if kind == "result":
        return {"value": f"{chance.random():.3f} mm", "passed": chance.random() > 0.05, "date": "2026-01-01"}
    if kind == "requirement":
        return {"level": "L1" if chance.random() < 0.1 else "L2", "statement": "It shall hold " + "x" * 80}
    return {"mass": f"{chance.random():.2f} kg", "supplier": "someone"} if kind == "component" else {}


def _links(nodes: Nodes, size: int, chance: random.Random) -> Iterator[Relationship]:
    wholes = [*nodes["system"], *nodes["subsystem"]]
    yield from _tree("part_of", nodes["subsystem"], nodes["system"], chance, 6)
    yield from _tree("part_of", nodes["component"], wholes, chance, 4)
    for row in nodes["interface"]:
        yield _link("part_of", row, chance.choice(wholes))
    yield from _tree("derived_from", nodes["requirement"], [], chance, 3)
    for word, source, target, share in LINKS:
        for _ in range(size * share // 1_000):
            a, b = chance.choice(nodes[source]), chance.choice(nodes[target])
            if a is not b and (word != "supports" or source != target or a.name > b.name):
                yield _link(word, a, b)


def _tree(
    word: str, rows: Sequence[Entity], roots: Sequence[Entity], chance: random.Random, fan: int
) -> Iterator[Relationship]:
    """Hang each row under a root or an earlier row, so that the tree grows about log(fan) deep."""
    for place, row in enumerate(rows):
        if roots and chance.random() < 0.1:
            yield _link(word, row, chance.choice(roots))
        elif place:
            yield _link(word, row, rows[max(0, place // fan - chance.randrange(3))])
        elif roots:
            yield _link(word, row, roots[0])


def _link(word: str, a: Entity, b: Entity) -> Relationship:
    name, source, target = canonical_edge(word, str(a.pk), str(b.pk))
    return Relationship(
        source_entity=a,
        target_entity=b,
        relationship_type=word,
        status="active",
        canonical_key=f"{name}:{source}:{target}",
        created_by="import",
        confidence=0.9,
        reviewed_fingerprint="0" * 16,
    )
