"""API tokens: made, shown once, checked by their HMAC, revoked.

A token is 32 random bytes behind the prefix `atc_`; the table holds HMAC-SHA256 of it under a key derived from the
installation's secret (django.utils.crypto.salted_hmac), so that a copy of the table opens nothing.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from django.utils import timezone
from django.utils.crypto import salted_hmac

from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.errors import Duplicate, Forbidden, Invalid, StateConflict
from memories.models import ApiToken, Project, User
from memories.services import people
from memories.services._write import Batch
from memories.text import clean_text

PREFIX = "atc_"
_TOUCH = timedelta(minutes=1)


def create_token(
    name: str,
    *,
    role: str,
    actor: Actor,
    owner: User | None = None,
    projects: Sequence[Project] = (),
    days: int | None = None,
) -> tuple[ApiToken, str]:
    """Make a token; its text is returned here and never again.

    Args:
        name: unique among live tokens; audit rows say `agent:<name>`.
        role: at most its owner's.
        actor: an admin, or the owner for a token of their own.
        owner: whose rights it acts under; None makes a service account of that role.
        projects: projects it is confined to; none for all of its owner's.
        days: days until it expires; None for never.

    Raises:
        Forbidden: the role is above the owner's, or the actor may not make it.
        Duplicate: a live token has that name.
        Invalid: name, role or days are no good.
    """
    label = clean_text(name, "name", most=80, single=True)
    _check(label, role, actor, owner, days)
    text = PREFIX + secrets.token_urlsafe(32)
    with Batch(actor) as batch:
        holder = owner or _service_account(label, role, projects, actor)
        _check_reach(role, holder, projects)
        token = ApiToken(name=label, owner=holder, role=role, digest=digest(text), created_at=batch.at)
        token.project_ids = [str(project.pk) for project in projects] or None
        token.expires_at = batch.at + timedelta(days=days) if days else None
        token.save(force_insert=True)
        batch.log(token, "create", kind_name="token")
    return token, text


def free_name(base: str) -> str:
    """Return a name that no live token has: the given one, or it with the next number."""
    alike = ApiToken.objects.filter(name__istartswith=base, revoked_at__isnull=True).values_list("name", flat=True)
    taken = {name.casefold() for name in alike}
    names = (base if number == 1 else f"{base}-{number}" for number in count(1))
    return next(name for name in names if name.casefold() not in taken)


def _service_account(label: str, role: str, projects: Sequence[Project], actor: Actor) -> User:
    name = f"service.{_slug(label)}.{secrets.token_hex(3)}"
    return people.create_user(name, actor=actor, role=role, projects=list(projects), is_service=True)


def revoke(token: ApiToken, *, actor: Actor) -> ApiToken:
    """End a token; the next request that carries it is refused. Its owner or an admin may."""
    if actor.label not in (f"user:{token.owner.username}", f"admin:{token.owner.username}"):
        permissions.require(actor, Role.ADMIN, None)
    if token.revoked_at:
        raise StateConflict(f"The token “{token.name}” is revoked already.", status="revoked")
    with Batch(actor) as batch:
        token.revoked_at, token.version = batch.at, token.version + 1
        token.save(update_fields=["revoked_at", "version"])
        batch.log(token, "revoke", kind_name="token", before={"revoked_at": None})
    return token


def digest(text: str) -> str:
    """Return the HMAC under which a token is stored (64 hex digits)."""
    return salted_hmac("atocore.token", text, algorithm="sha256").hexdigest()


def authenticate(text: str) -> ApiToken | None:
    """Return the live token of that text, or None; notes when it was last used, at most once a minute."""
    if not text.startswith(PREFIX) or len(text) > 100:
        return None
    now = timezone.now()
    token = ApiToken.objects.select_related("owner").filter(digest=digest(text), revoked_at__isnull=True).first()
    if token is None or not token.owner.is_active or (token.expires_at and token.expires_at <= now):
        return None
    touch(token)
    return token


def touch(token: ApiToken) -> None:
    """Note that a token was used, at most once a minute."""
    from memories.models._guard import writing

    now = timezone.now()
    if token.last_used_at is not None and now - token.last_used_at <= _TOUCH:
        return
    token.last_used_at = now
    with writing():
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=token.last_used_at)


def _check(name: str, role: str, actor: Actor, owner: User | None, days: int | None) -> None:
    if role not in Role.values:
        raise Invalid.field("role", f"A role is one of {', '.join(Role.values)}.", "invalid_choice")
    if days is not None and not 1 <= days <= 3_650:
        raise Invalid.field("days", "A token lasts 1 to 3,650 days.", "integer_range")
    if owner is None or actor.label not in (f"user:{owner.username}", f"admin:{owner.username}"):
        permissions.require(actor, Role.ADMIN, None)
    if ApiToken.objects.filter(name__iexact=name, revoked_at__isnull=True).exists():
        raise Duplicate(f"There is a live token “{name}” already; revoke it or choose another name.")


def _check_reach(role: str, holder: User, projects: Sequence[Project]) -> None:
    principal = permissions.principal_of(holder)
    wanted = Role(role)
    for project in projects:
        has = principal.role_on(project.pk)
        if has is None or not has.includes(wanted):
            raise Forbidden(f"{holder.username} has not the role {role} on {project.name}.", role_needed=role)
    if not projects and not principal.reaches(wanted):
        raise Forbidden(
            f"{holder.username} has not the role {role}; a token is no higher than its owner.", role_needed=role
        )


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower())[:60].strip("-") or "token"
