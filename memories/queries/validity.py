"""Whether what a record says is still in time; housekeeping ends what is not, a day later at most."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone


def in_time(at: datetime | None = None) -> Q:
    """Return the condition that a memory or entity is not past its time at a moment; now where none is given."""
    return Q(valid_until__isnull=True) | Q(valid_until__gt=at or timezone.now())
