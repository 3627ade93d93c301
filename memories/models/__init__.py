"""Models of the ground floor. They hold columns and constraints; rules and writes live in services."""

from memories.models._guard import GuardedModel, GuardedQuerySet, Record
from memories.models.access import ApiToken, IdempotencyKey, Membership, User
from memories.models.audit import AuditEntry
from memories.models.baseline import Baseline, ReviewMark
from memories.models.document import SourceChunk, SourceDocument
from memories.models.index import IndexRow
from memories.models.interaction import Interaction
from memories.models.memory import Memory
from memories.models.project import Project, ProjectAlias

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Baseline",
    "GuardedModel",
    "GuardedQuerySet",
    "IdempotencyKey",
    "IndexRow",
    "Interaction",
    "Membership",
    "Memory",
    "Project",
    "ProjectAlias",
    "Record",
    "ReviewMark",
    "SourceChunk",
    "SourceDocument",
    "User",
]
