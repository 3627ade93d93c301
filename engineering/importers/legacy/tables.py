"""Which function reads which table."""

from collections.abc import Callable

from engineering.importers.legacy import engineering, evidence
from engineering.importers.legacy.context import Context, Values
from engineering.importers.legacy.desk import Desk

READERS: dict[str, Callable[[Desk, Context], Values]] = {
    "projects": evidence.projects,
    "source_documents": evidence.source_documents,
    "source_chunks": evidence.source_chunks,
    "interactions": evidence.interactions,
    "entities": engineering.entities,
    "memories": evidence.memories,
    "relationships": engineering.relationships,
    "conflicts": engineering.conflicts,
    "conflict_members": engineering.conflict_members,
    "memory_audit": evidence.memory_audit,
}
