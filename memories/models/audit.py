"""The audit log: one row a mutation, kept forever. Triggers refuse to change it (see the migrations)."""

from collections.abc import Iterable
from typing import Any, NoReturn

from django.db import models
from django.utils import timezone

from memories.errors import StrayWrite
from memories.ids import new_id
from memories.models._guard import GuardedModel, GuardedQuerySet

#: Columns that no audit row holds: they are derived from others, or secret.
UNLOGGED = frozenset(
    {"triage_rank", "dedupe_key", "near_overlap", "rejected_before", "canonical_key", "digest", "password"}
)


class AuditQuerySet(GuardedQuerySet["AuditEntry"]):
    """Reads, and appends inside the write path; never updates."""

    def update(self, **values: Any) -> NoReturn:
        """Refuse: history is append-only."""
        raise StrayWrite("audit rows are append-only")

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse: history is append-only."""
        raise StrayWrite("audit rows are append-only")

    def bulk_create(self, objs: Iterable["AuditEntry"], *args: Any, **options: Any) -> "list[AuditEntry]":
        """Append inside the write path; refuse every upsert option."""
        if options.get("update_conflicts") or options.get("ignore_conflicts"):
            raise StrayWrite("audit rows are append-only")
        return super().bulk_create(objs, *args, **options)


class AuditEntry(GuardedModel):
    """What one verb did to one record.

    `before_json` holds the previous values of what changed, `after_json` the full record with its version. Names are
    copied (`project_name`, `title`), so that a row reads well after its subject was renamed.
    """

    seq = models.BigAutoField(primary_key=True)
    entity_kind = models.CharField(max_length=32)
    record_id = models.CharField(max_length=64)
    action = models.CharField(max_length=32)
    actor = models.CharField(max_length=200)
    title = models.CharField(max_length=200, default="", blank=True)
    project_id = models.UUIDField(
        null=True, blank=True, help_text="the record's project at the time; no foreign key, history outlives rows"
    )
    other_project_id = models.UUIDField(
        null=True, blank=True, help_text="where a link's other end stood, or where the record stood before a move"
    )
    status = models.CharField(max_length=16, default="", blank=True, help_text="the record's status afterwards")
    project_name = models.CharField(max_length=80, default="", blank=True)
    before_json = models.JSONField(default=dict, blank=True)
    after_json = models.JSONField(default=dict, blank=True)
    note = models.TextField(default="", blank=True)
    timestamp = models.DateTimeField(default=timezone.now)
    request_id = models.CharField(max_length=64, default="", blank=True)
    decision_id = models.UUIDField(default=new_id, help_text="groups the rows that one decision changed together")
    external_ref = models.CharField(
        max_length=200, default="", blank=True, help_text="its id in the log it was imported from"
    )

    objects = AuditQuerySet.as_manager()  # type: ignore[misc]  # django-stubs sees the parent's manager as a class variable

    class Meta:
        db_table = "memory_audit"
        ordering = ["-seq"]
        base_manager_name = "objects"
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["entity_kind", "record_id", "seq"], name="audit_record"),
            models.Index(fields=["timestamp", "seq"], name="audit_time"),
            models.Index(fields=["project_id", "timestamp", "seq"], name="audit_project_time"),
            models.Index(fields=["actor", "seq"], name="audit_actor"),
            models.Index(fields=["request_id"], name="audit_request"),
            models.Index(fields=["decision_id"], name="audit_decision"),
            models.Index(fields=["action", "seq"], name="audit_action"),
            models.Index(
                fields=["other_project_id", "project_id"],
                condition=models.Q(other_project_id__isnull=False),
                name="audit_other_project",
            ),
            models.Index(fields=["external_ref"], condition=~models.Q(external_ref=""), name="audit_external_ref"),
        ]

    def __str__(self) -> str:
        return f"#{self.seq} {self.action} {self.entity_kind} {self.title}"

    def save(self, *args: Any, **options: Any) -> None:
        """Append only: a row that has a number is never saved again."""
        if self.pk is not None:
            raise StrayWrite("audit rows are append-only")
        super().save(*args, **options)
