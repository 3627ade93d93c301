"""Owns the ways in: the setup token of an empty installation, single-use links, passwords and personal settings.

A link is good once and for ATOCORE_LINK_MINUTES. Looking at it (a mail scanner, a chat preview) must not use it up:
only `redeem` and `set_up` do, and doors call them on POST alone.
"""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from sesame.utils import get_query_string, get_user

from memories.choices import Role
from memories.models import User
from memories.services import people

_SALT = "atocore.setup"


def needs_setup() -> bool:
    """Whether nobody exists yet who could ever sign in."""
    return not get_user_model().objects.filter(is_service=False).exists()


def first_admin() -> User | None:
    """The longest-standing person with the role admin on all projects; None where there is none."""
    admins = User.objects.filter(
        is_active=True,
        is_service=False,
        memberships__role=Role.ADMIN,
        memberships__project=None,
        memberships__ended_at=None,
    )
    return admins.order_by("pk").first()


def setup_token() -> str:
    """A token that lets its holder become the first admin. It is dead as soon as anybody exists."""
    return signing.dumps("setup", salt=_SALT)


def setup_token_is_good(token: str) -> bool:
    """Whether the token is ours, young enough, and the installation still without a person."""
    try:
        signing.loads(token, salt=_SALT, max_age=settings.ATOCORE_LINK_MINUTES * 60)
    except signing.BadSignature:
        return False
    return needs_setup()


def set_up(token: str, username: str, *, request_id: str) -> User | None:
    """Make the first admin. Returns None when the token is no longer good.

    Raises StateConflict when somebody else was first, Invalid for a user name that cannot be.
    """
    if not setup_token_is_good(token):
        return None
    return people.first_admin(username, request_id=request_id)


def whose_link(token: str) -> User | None:
    """The person a link is for, without using it up; None when it is spent, too old, or not ours."""
    user = get_user(token, update_last_login=False)
    return user if isinstance(user, User) and not user.is_service else None


def redeem(token: str) -> User | None:
    """Use a link up. Of two requests with the same link exactly one gets the person, the other None."""
    user = whose_link(token)
    if user is None:
        return None
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # SQLite holds its write lock from the start of the block
        fresh = whose_link(token)
        if fresh is not None:
            fresh.last_login = timezone.now()
            fresh.save(update_fields=["last_login"])
    return fresh


def set_password(user: User, password: str) -> None:
    """Give the person a password, in place of the one they had. The caller has checked its strength."""
    user.set_password(password)
    user.save(update_fields=["password"])


def set_single_keys(user: User, on: bool) -> None:
    """Switch the person's single-key shortcuts on or off."""
    user.single_keys = on
    user.save(update_fields=["single_keys"])


def link_address(base: str, user: User) -> str:
    """The whole single-use address for `user`; `base` is the address people reach AtoCore by."""
    return f"{base.rstrip('/')}{reverse('account:link')}{get_query_string(user)}"


def setup_address(base: str) -> str:
    """The whole address of the setup page with a fresh token."""
    return f"{base.rstrip('/')}{reverse('account:welcome')}?{urlencode({'token': setup_token()})}"
