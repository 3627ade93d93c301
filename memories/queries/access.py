"""Reads of tokens: those that somebody looks after, and when each was last used."""

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.models import ApiToken, User


def live_tokens(user: User, actor: Actor) -> QuerySet[ApiToken]:
    """Return the tokens that can be used now, a person's own, an administrator's all.

    The last used first; one that was never used counts as used when it was made, so that a new one is on top.
    """
    rows = ApiToken.objects.select_related("owner").filter(revoked_at__isnull=True, owner__is_active=True)
    rows = rows.exclude(expires_at__lte=timezone.now())
    if not permissions.reaches_all(actor, Role.ADMIN):
        rows = rows.filter(owner=user)
    return rows.order_by(Coalesce("last_used_at", "created_at").desc(), "-created_at", "pk")
