"""Guarded models: nothing writes them but the write path.

The write path opens the gate with `writing()`; everywhere else save, update, delete and the bulk methods raise
StrayWrite, the ORM's and the admin's own included.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn, Self, TypeVar

from django.db import models
from django.utils import timezone

from memories.choices import Status
from memories.errors import StrayWrite
from memories.ids import new_id

_open: ContextVar[bool] = ContextVar("atocore_writing", default=False)


@contextmanager
def writing() -> Iterator[None]:
    """Open the gate for the write path (memories.services._write and the services that own a table)."""
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


def insist(model: type[models.Model], method: str) -> None:
    """Raise StrayWrite unless the gate is open."""
    if not _open.get():
        raise StrayWrite(f"{model.__name__}.{method}() outside the write path: call a verb of services instead.")


_M = TypeVar("_M", bound=models.Model)


class GuardedQuerySet(models.QuerySet[_M]):
    """A queryset that reads freely and writes only inside the write path; it never deletes."""

    def update(self, **values: Any) -> int:
        """Update inside the write path only."""
        insist(self.model, "update")
        return super().update(**values)

    def bulk_create(self, *args: Any, **options: Any) -> list[_M]:
        """Insert many inside the write path only."""
        insist(self.model, "bulk_create")
        return super().bulk_create(*args, **options)

    def bulk_update(self, *args: Any, **options: Any) -> int:
        """Update many inside the write path only."""
        insist(self.model, "bulk_update")
        return super().bulk_update(*args, **options)

    def delete(self) -> NoReturn:
        """Refuse: nothing is deleted, it is rejected, invalidated or removed."""
        raise StrayWrite(f"{self.model.__name__} rows are never deleted.")

    def _raw_delete(self, using: str | None) -> NoReturn:
        self.delete()


class GuardedModel(models.Model):
    """A model that only the write path saves and nobody deletes."""

    objects = GuardedQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **options: Any) -> None:
        """Save inside the write path only."""
        insist(type(self), "save")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse: nothing is deleted."""
        raise StrayWrite(f"{type(self).__name__} rows are never deleted.")


class Record(GuardedModel):
    """What every record with a lifecycle has."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.CANDIDATE)
    created_by = models.CharField(max_length=200, default="", blank=True, help_text="label of the actor who made it")
    version = models.PositiveIntegerField(default=1)
    triage_rank = models.IntegerField(default=0, help_text="review value: less is sooner (derived)")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta(GuardedModel.Meta):
        abstract = True

    def fresh(self) -> Self:
        """Return the row as the database holds it now."""
        return type(self)._base_manager.get(pk=self.pk)
