"""The verbs on people and their roles. Admins only, but for the first admin of an empty installation."""

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from memories import permissions
from memories.actors import SYSTEM, Actor
from memories.choices import Role
from memories.errors import Duplicate, Invalid, StateConflict
from memories.models import Membership, Project, User
from memories.services._write import Batch, serialise
from memories.text import clean_text


def create_user(
    username: str,
    *,
    actor: Actor,
    role: str,
    projects: list[Project] | None = None,
    password: str | None = None,
    is_service: bool = False,
) -> User:
    """Create a person (or a service account) with a role on all projects, or on the given ones.

    Raises:
        Invalid: the name or the role is no good.
        Duplicate: the name is taken.
    """
    permissions.require(actor, Role.ADMIN, None)
    user = _new_user(username, is_service)
    user.set_password(password)
    with Batch(actor) as batch:
        user.is_staff = _role(role).includes(Role.MAINTAINER) and not projects
        try:
            user.save(force_insert=True)
        except IntegrityError as error:
            raise Duplicate(f"There is a user “{user.username}” already.") from error
        batch.log(user, "create", kind_name="user")
        targets: list[Project | None] = [*projects] if projects else [None]
        for project in targets:
            _grant(batch, user, _role(role), project)
    return user


def first_admin(username: str, *, request_id: str | None = None) -> User:
    """Create the first user of an empty installation, as admin of all projects.

    Raises:
        StateConflict: a person exists already; of two simultaneous calls one succeeds.
    """
    actor = Actor(f"user:{username.strip()[:150]}", SYSTEM, request_id or Actor.system("setup").request_id)
    with Batch(actor):
        serialise("first admin")
        if User.objects.filter(is_service=False).exists():
            raise StateConflict("The first administrator exists already.")
        return create_user(username, actor=actor, role=Role.ADMIN.value)


def grant(user: User, role: str, project: Project | None, *, actor: Actor) -> Membership:
    """Give a user a role on a project (None: all projects), in place of the one they had there."""
    permissions.require(actor, Role.ADMIN, None)
    with Batch(actor) as batch:
        return _grant(batch, user, _role(role), project)


def end_membership(membership: Membership, *, actor: Actor) -> Membership:
    """Take a role away."""
    permissions.require(actor, Role.ADMIN, None)
    with Batch(actor) as batch:
        _end(batch, membership)
        _refresh_staff(membership.user)
    return membership


def set_active(user: User, active: bool, *, actor: Actor) -> User:
    """Open or close an account; a closed one's sessions and tokens stop at the next request."""
    permissions.require(actor, Role.ADMIN, None)
    if user.is_active == active:
        return user
    with Batch(actor) as batch:
        user.is_active = active
        user.save(update_fields=["is_active"])
        batch.log(user, "activate" if active else "deactivate", kind_name="user", before={"is_active": not active})
    return user


def _grant(batch: Batch, user: User, role: Role, project: Project | None) -> Membership:
    held = user.memberships.filter(project=project, ended_at__isnull=True).first()
    if held and held.role == role.value:
        return held
    if held:
        _end(batch, held)
    membership = Membership(user=user, project=project, role=role.value, created_at=batch.at)
    membership.save(force_insert=True)
    batch.log(membership, "grant", kind_name="membership", before={"role": held.role} if held else {})
    _refresh_staff(user)
    return membership


def _end(batch: Batch, membership: Membership) -> None:
    membership.ended_at, membership.version = batch.at, membership.version + 1
    membership.save(update_fields=["ended_at", "version"])
    batch.log(membership, "end", kind_name="membership", before={"ended_at": None})


def _refresh_staff(user: User) -> None:
    user.is_staff = permissions.principal_of(user).reaches(Role.MAINTAINER)
    user.save(update_fields=["is_staff"])


def _role(role: str) -> Role:
    if role not in Role.values:
        raise Invalid.field("role", f"A role is one of {', '.join(Role.values)}.", "invalid_choice")
    return Role(role)


def _new_user(username: str, is_service: bool) -> User:
    name = User.normalize_username(clean_text(username, "username", most=150, single=True))
    try:
        UnicodeUsernameValidator()(name)
    except ValidationError as error:
        raise Invalid.field("username", " ".join(error.messages)) from error
    if User.objects.filter(username__iexact=name).exists():
        raise Duplicate(f"There is a user “{name}” already.")
    return User(username=name, is_service=is_service)
