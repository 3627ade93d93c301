"""Models of the ground floor. They hold columns and constraints; rules and writes live in services."""

from memories.models._guard import GuardedModel, GuardedQuerySet, Record
from memories.models.access import ApiToken, IdempotencyKey, Membership, User
from memories.models.audit import AuditEntry
from memories.models.baseline import Baseline, ReviewMark
from memories.models.document import SourceChunk, SourceDocument, SourceText
from memories.models.extraction import ExtractionRun, Extractor, Finding
from memories.models.index import IndexRow
from memories.models.interaction import Interaction
from memories.models.memory import Memory
from memories.models.pack import ContextPack, PackItem
from memories.models.project import Project, ProjectAlias
from memories.models.reinforcement import Reinforcement
from memories.models.upkeep import DailyFigures, HousekeepingRun

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Baseline",
    "ContextPack",
    "DailyFigures",
    "ExtractionRun",
    "Extractor",
    "Finding",
    "GuardedModel",
    "GuardedQuerySet",
    "HousekeepingRun",
    "IdempotencyKey",
    "IndexRow",
    "Interaction",
    "Membership",
    "Memory",
    "PackItem",
    "Project",
    "ProjectAlias",
    "Record",
    "Reinforcement",
    "ReviewMark",
    "SourceChunk",
    "SourceDocument",
    "SourceText",
    "User",
]
