"""The kinds of the engineering floor, and the hooks that run inside the verbs of all kinds."""

from django.db.models import Q

from engineering import lifecycle
from engineering.models import Conflict, Entity, Relationship
from engineering.queries.contested import in_conflict
from engineering.services import entity_rules, graduation, relationship_rules, relationships
from engineering.services.conflicts import touched
from memories.kinds import Kind, kinds
from memories.services.kinds_of_memory import find_twin

ENTITY = kinds.register(
    Kind(
        name="entity",
        plural="entities",
        model=Entity,
        lifecycle=lifecycle.ENTITY,
        clean=entity_rules.clean,
        editable=tuple(name for name in entity_rules.FIELDS if name not in ("external_ref", "graduates_memory")),
        title=lambda row: row.name,
        refresh=entity_rules.refresh,
        index_text=entity_rules.index_text,
        check=entity_rules.check,
        blockers=entity_rules.blockers,
        key=entity_rules.key_of,
        find_twin=find_twin,
        union=("source_refs",),
        choosable=("name", "entity_type", "description", "properties", "confidence", "valid_until"),
        card="engineering/cards/entity.html",
        url=lambda record_id: f"/entities/{record_id}/",
        select=("project", "proposed_supersedes", "superseded_by", "graduates_memory"),
        unsourced=Q(source_refs=[], graduates_memory__isnull=True),
        hooks=[graduation.follow_entity, touched.note],
    )
)

RELATIONSHIP = kinds.register(
    Kind(
        name="relationship",
        plural="relationships",
        model=Relationship,
        lifecycle=lifecycle.RELATIONSHIP,
        clean=relationship_rules.clean,
        editable=("origin_role", "confidence", "source_refs"),
        title=relationship_rules.title,
        project_paths=("source_entity__project", "target_entity__project"),
        project_of=lambda row: row.source_entity.project,
        refresh=relationship_rules.refresh,
        check=relationship_rules.check,
        effects=relationship_rules.effects,
        key=relationship_rules.canonical_key,
        find_twin=relationship_rules.find_twin,
        union=("source_refs",),
        card="engineering/cards/relationship.html",
        url=lambda record_id: f"/relationships/{record_id}/",
        select=("source_entity__project", "target_entity__project"),
        hooks=[relationships.supersede_by_edge, touched.note],
    )
)

CONFLICT = kinds.register(
    Kind(
        name="conflict",
        plural="conflicts",
        model=Conflict,
        lifecycle=lifecycle.CONFLICT,
        clean=lambda fields, **context: {},
        always_visible=True,
        url=lambda record_id: f"/conflicts/{record_id}/",
        select=("project",),
        hooks=[touched.note],
    )
)

kinds.named("memory").hooks.append(touched.note)
for name in ("memory", "entity", "relationship"):
    kinds.named(name).conditions["in_conflict"] = in_conflict(name)
