"""Who acts, by what way, and what they may do. Pure values: a door builds an Actor, a verb reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from memories.choices import Role
from memories.ids import new_id


@dataclass(frozen=True)
class Principal:
    """What somebody may do: a role on every project, and roles on some.

    Attributes:
        everywhere: role on all projects and on rows without a project; None for none.
        by_project: role on single projects, by project id.
    """

    everywhere: Role | None = None
    by_project: Mapping[UUID, Role] = field(default_factory=dict)

    def role_on(self, project_id: UUID | None) -> Role | None:
        """Return the highest role on a project (None: a row of no project)."""
        local = self.by_project.get(project_id) if project_id else None
        return max(filter(None, (self.everywhere, local)), key=lambda role: role.rank, default=None)

    def projects_with(self, role: Role) -> list[UUID]:
        """Return the projects on which the role is reached by an own membership."""
        return [project for project, has in self.by_project.items() if has.includes(role)]

    def reaches(self, role: Role) -> bool:
        """Tell whether the role is reached anywhere at all."""
        return self.reaches_all(role) or bool(self.projects_with(role))

    def reaches_all(self, role: Role) -> bool:
        """Tell whether the role is reached on all projects and on rows without one."""
        return self.everywhere is not None and self.everywhere.includes(role)

    def capped(self, most: Role, only: frozenset[UUID] | None) -> "Principal":
        """Return what is left of this under a token's limits.

        Args:
            most: no role above this.
            only: projects the token is confined to; None for no such limit.
        """

        def cap(role: Role) -> Role:
            return role if most.includes(role) else most

        local = {project: cap(role) for project, role in self.by_project.items()}
        if only is None:
            return Principal(cap(self.everywhere) if self.everywhere else None, local)
        kept = {project: role for project in only if (role := self.role_on(project))}
        return Principal(None, {project: cap(role) for project, role in kept.items()})


#: The program itself: imports, the housekeeping command, the auto-triage rule.
SYSTEM = Principal(everywhere=Role.ADMIN)
NOBODY = Principal()


@dataclass(frozen=True)
class Actor:
    """Who does something, for the permission check and for the audit row.

    Attributes:
        label: `user:<name>`, `agent:<token name>`, `admin:<name>`, `auto-triage`, `cron`, `import` or `capture`.
        principal: what they may do.
        request_id: groups the audit rows of one request.
        clock: the time to record instead of now; only imports and the sample set it.
    """

    label: str
    principal: Principal
    request_id: str = field(default_factory=lambda: str(new_id()))
    clock: datetime | None = None

    @classmethod
    def user(cls, name: str, principal: Principal, request_id: str | None = None) -> "Actor":
        """Return a person acting in the browser or over REST by their own session."""
        return cls(f"user:{name}", principal, request_id or str(new_id()))

    @classmethod
    def admin(cls, name: str, principal: Principal, request_id: str | None = None) -> "Actor":
        """Return a person correcting in the Django admin."""
        return cls(f"admin:{name}", principal, request_id or str(new_id()))

    @classmethod
    def agent(cls, token_name: str, principal: Principal, request_id: str | None = None) -> "Actor":
        """Return a program acting by an API token."""
        return cls(f"agent:{token_name}", principal, request_id or str(new_id()))

    @classmethod
    def system(cls, way: str, request_id: str | None = None, clock: datetime | None = None) -> "Actor":
        """Return the program itself; `way` is `import`, `cron`, `auto-triage` or `capture`."""
        return cls(way, SYSTEM, request_id or str(new_id()), clock)

    @property
    def is_person(self) -> bool:
        """Tell whether a person acts (a session, not a token and not the program)."""
        return self.label.startswith(("user:", "admin:"))
