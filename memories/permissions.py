"""Who may see and do what. Every queryset of a door starts here; every verb asks here first."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from memories.actors import Actor, Principal
from memories.choices import Role, Status
from memories.errors import Forbidden
from memories.kinds import kinds
from memories.models import (
    ApiToken,
    AuditEntry,
    ContextPack,
    ExtractionRun,
    Finding,
    Interaction,
    Project,
    Reinforcement,
    SourceChunk,
    SourceText,
    User,
)
from memories.models.access import Membership

_M = TypeVar("_M", bound=Model)

#: Kinds of audit rows about people: only an administrator sees them.
PERSONAL_KINDS = ("user", "membership", "token", "review_mark")


def principal_of(user: User) -> Principal:
    """Return what a user may do, from their memberships (one query). Nobody, where inactive or anonymous."""
    if not user.is_authenticated or not user.is_active:
        return Principal()
    if user.is_superuser:
        return Principal(everywhere=Role.ADMIN)
    held = Membership.objects.filter(user=user, ended_at__isnull=True).values_list("project_id", "role")
    roles: dict[UUID | None, Role] = {project: Role(role) for project, role in held}
    return Principal(roles.get(None), {project: role for project, role in roles.items() if project})


def actor_for_user(user: User, request_id: str | None = None) -> Actor:
    """Return the actor for a person with a session."""
    return Actor.user(user.get_username(), principal_of(user), request_id)


def actor_for_token(token: ApiToken, request_id: str | None = None) -> Actor:
    """Return the actor for a program with a token: its owner's rights under the token's limits."""
    return Actor.agent(token.name, principal_for_token(token), request_id)


def principal_for_token(token: ApiToken) -> Principal:
    """Return what may be done with a token: its owner's rights under its limits (one query)."""
    only = None if token.project_ids is None else frozenset(UUID(project) for project in token.project_ids)
    return principal_of(token.owner).capped(Role(token.role), only)


def require(actor: Actor, role: Role, project_id: UUID | None) -> None:
    """Raise Forbidden unless the actor has the role on the project (None: rows of no project)."""
    has = actor.principal.role_on(project_id)
    if has is None or not has.includes(role):
        where = "this project" if project_id else "all projects (the record belongs to none)"
        raise Forbidden(
            f"This needs the role {role.value} on {where}; you have {has.value if has else 'none'}. "
            "An administrator can grant it.",
            role_needed=role.value,
        )


def require_anywhere(actor: Actor, role: Role) -> None:
    """Raise Forbidden unless the actor has the role on some project."""
    if not actor.principal.reaches(role):
        raise Forbidden(f"This needs the role {role.value}.", role_needed=role.value)


def reaches_all(actor: Actor, role: Role) -> bool:
    """Tell whether the actor has the role on all projects."""
    has = actor.principal.everywhere
    return has is not None and has.includes(role)


def within(path: str, principal: Principal, role: Role) -> Q | None:
    """Return the condition that a row's project is one where the role is reached; None for every row.

    Rows of no project are readable to every reader; other roles reach them by an all-projects membership only.
    """
    if principal.reaches_all(role):
        return None
    condition = Q(**{f"{path}__in": principal.projects_with(role)})
    if role is Role.READER and principal.reaches(Role.READER):
        return either(condition, Q(**{f"{path}__isnull": True}))
    return condition


def either(*conditions: Q) -> Q:
    """Return the condition that one of several holds, so worded that lists stay fast.

    The double "not" keeps SQLite from reading "this or that" off two indexes and sorting all it found: a list wants the
    first rows of its own order. PostgreSQL takes it away again.
    """
    if len(conditions) == 1:
        return conditions[0]
    return ~Q(~reduce(or_, conditions))


def _records(actor: Actor, paths: tuple[str, ...], at: str = "") -> Q | None:
    """Return the condition for records with a lifecycle; `at` leads to them from the rows that are filtered."""

    def all_within(role: Role) -> Q | None:
        total: Q | None = None
        for condition in (within(at + path, actor.principal, role) for path in paths):
            total = condition if total is None else (total if condition is None else total & condition)
        return total

    reviewed = all_within(Role.REVIEWER)
    if reviewed is None:
        return None
    read, own = all_within(Role.READER), all_within(Role.AGENT)
    active, mine = Q(**{f"{at}status": Status.ACTIVE}), Q(**{f"{at}created_by": actor.label})
    seen = [active if read is None else active & read]
    if actor.principal.reaches(Role.REVIEWER):
        seen.append(reviewed)
    if actor.principal.reaches(Role.AGENT):
        seen.append(mine if own is None else mine & own)
    return either(*seen)


def _audit(actor: Actor) -> Q | None:
    principal = actor.principal
    if principal.everywhere is Role.ADMIN:
        return None
    open_kinds = ~Q(entity_kind__in=PERSONAL_KINDS)
    reviewed, read = _audit_within(principal, Role.REVIEWER), _audit_within(principal, Role.READER)
    if reviewed is None:
        return open_kinds
    seen = [Q(status=Status.ACTIVE) & (Q() if read is None else read)]
    if principal.reaches(Role.REVIEWER):
        seen.append(reviewed)
    if principal.reaches(Role.AGENT):
        seen.append(Q(actor=actor.label))
    return open_kinds & either(*seen)


def _audit_within(principal: Principal, role: Role) -> Q | None:
    """Return the condition that a row's project, and the second one it speaks of, are where the role is reached."""
    own, other = within("project_id", principal, role), within("other_project_id", principal, role)
    if own is None or other is None:
        return None
    return own & either(other, Q(other_project_id__isnull=True))


def _interactions(actor: Actor, at: str = "") -> Q | None:
    reviewed = within(f"{at}project", actor.principal, Role.REVIEWER)
    if reviewed is None:
        return None
    own = Q(**{f"{at}created_by": actor.label})
    return either(reviewed, own) if actor.principal.reaches(Role.AGENT) else reviewed


def _packs(actor: Actor) -> Q | None:
    """A pack is seen by who asked for it, and by who reviews its project."""
    reviewed = within("project", actor.principal, Role.REVIEWER)
    return None if reviewed is None else either(reviewed, Q(created_by=actor.label))


def _reinforcements(actor: Actor) -> Q | None:
    """A reinforcement is seen where the exchange and the memory both are."""
    exchange, memory = _interactions(actor, "interaction__"), _records(actor, ("project",), "memory__")
    if exchange is None or memory is None:
        return None
    return exchange & memory


def _projects(actor: Actor) -> Q | None:
    if actor.principal.everywhere:
        return None
    return Q(pk__in=actor.principal.projects_with(Role.READER))


def _of_document(actor: Actor) -> Q | None:
    """Return the condition that a row's document is seen, for its chunks and its text."""
    reviewed = within("document__project", actor.principal, Role.REVIEWER)
    if reviewed is None:
        return None
    read, own = (within("document__project", actor.principal, role) for role in (Role.READER, Role.AGENT))
    seen = [reviewed, Q(document__status=Status.ACTIVE) & (Q() if read is None else read)]
    if actor.principal.reaches(Role.AGENT):
        mine = Q(document__created_by=actor.label)
        seen.append(mine if own is None else mine & own)
    return either(*seen)


def _through_interaction(actor: Actor) -> Q | None:
    return _interactions(actor, "interaction__")


_SPECIAL: dict[type[Model], Callable[[Actor], Q | None]] = {
    AuditEntry: _audit,
    ContextPack: _packs,
    ExtractionRun: _through_interaction,
    Finding: _through_interaction,
    Interaction: _interactions,
    Project: _projects,
    Reinforcement: _reinforcements,
    SourceChunk: _of_document,
    SourceText: _of_document,
}


def _condition(model: type[Model], actor: Actor) -> Q | None:
    if rule := _SPECIAL.get(model):
        return rule(actor)
    for kind in kinds:
        if kind.model is model:
            if kind.always_visible:
                return within(kind.project_paths[0], actor.principal, Role.READER)
            return _records(actor, kind.project_paths)
    raise LookupError(f"{model.__name__} has no visibility rule")


def for_principal(queryset: "QuerySet[_M]", actor: Actor) -> "QuerySet[_M]":
    """Return the rows of a queryset that the actor may see.

    Args:
        queryset: of a registered kind, or with a rule of its own above.
        actor: who asks.

    Raises:
        LookupError: the model has no visibility rule (a fault in the program).
    """
    if not actor.principal.reaches(Role.READER):
        return queryset.none()
    condition = _condition(queryset.model, actor)
    return queryset if condition is None else queryset.filter(condition)
