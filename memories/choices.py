"""The enumerations of the domain. Words only: no rule and no model lives here."""

from django.db.models import TextChoices


class Status(TextChoices):
    """Where a record stands in its lifecycle."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    INVALID = "invalid"
    GRADUATED = "graduated"


#: Statuses in which a record can still be edited, merged or reinforced.
LIVE = (Status.CANDIDATE, Status.ACTIVE)


class MemoryType(TextChoices):
    """What kind of thing a memory remembers."""

    IDENTITY = "identity"
    PREFERENCE = "preference"
    PROJECT = "project"
    EPISODIC = "episodic"
    KNOWLEDGE = "knowledge"
    ADAPTATION = "adaptation"


class ProjectStatus(TextChoices):
    """Whether a project still takes new work."""

    ACTIVE = "active"
    ARCHIVED = "archived"


class ConflictSeverity(TextChoices):
    """How bad a disagreement is (conflicts.md, result classes)."""

    CONFLICT = "conflict"
    SOFT = "soft"
    REVIEW = "review"


class ConflictStatus(TextChoices):
    """Where a conflict stands."""

    OPEN = "open"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


class Role(TextChoices):
    """What a person or token may do; each role includes the ones before it."""

    READER = "reader"
    AGENT = "agent"
    REVIEWER = "reviewer"
    MAINTAINER = "maintainer"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Position in the order of roles, 0 for the least."""
        return _ROLE_ORDER[self.value]

    def includes(self, other: "Role") -> bool:
        """Tell whether this role may do everything that the other may."""
        return self.rank >= other.rank


_ROLE_ORDER = {role: rank for rank, role in enumerate(Role.values)}
