"""Source documents and the chunks they were cut into."""

from django.db import models
from django.utils import timezone

from memories.choices import Status
from memories.ids import new_id
from memories.models._guard import GuardedModel, Record
from memories.models.project import Project


class SourceDocument(Record):
    """A document that evidence was read from; a candidate until accepted when an assistant brought it."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="documents")
    file_path = models.CharField(max_length=1000)
    file_hash = models.CharField(max_length=64)
    title = models.CharField(max_length=500, default="", blank=True)
    doc_type = models.CharField(max_length=40, default="markdown")
    tags = models.JSONField(default=list, blank=True)
    dated = models.DateField(null=True, blank=True, help_text="the day that its front matter gives")
    origin = models.CharField(
        max_length=300, default="", blank=True, help_text="the tree it is read from; empty where it came by itself"
    )
    ingested_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta(Record.Meta):
        db_table = "source_documents"
        indexes = [
            models.Index(fields=["status", "triage_rank", "id"], name="documents_triage"),
            models.Index(fields=["project", "status"], name="documents_project_status"),
            models.Index(fields=["file_hash"], name="documents_hash"),
            models.Index(fields=["ingested_at", "id"], name="documents_ingested"),
            models.Index(fields=["project", "file_path"], name="documents_path"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "file_path"],
                condition=models.Q(project__isnull=False, removed_at__isnull=True),
                name="documents_path_unique",
            ),
            models.UniqueConstraint(
                fields=["file_path"],
                condition=models.Q(project__isnull=True, removed_at__isnull=True),
                name="documents_path_unique_global",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=[Status.CANDIDATE, Status.ACTIVE, Status.INVALID]),
                name="documents_status_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.file_path


class SourceText(GuardedModel):
    """The whole text of a document: what its page shows, and what the spans of its chunks count in.

    It stands apart so that no list reads it and no audit row repeats it; the document's file_hash is on record.
    """

    document = models.OneToOneField(
        SourceDocument, on_delete=models.PROTECT, primary_key=True, related_name="source", editable=False
    )
    text = models.TextField(editable=False)

    class Meta(GuardedModel.Meta):
        db_table = "source_texts"

    def __str__(self) -> str:
        return self.text[:80]


class SourceChunk(GuardedModel):
    """A piece of a document, cut along its headings; content is `text[span_start:span_end]` of its document."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(SourceDocument, on_delete=models.PROTECT, related_name="chunks")
    chunk_index = models.PositiveIntegerField()
    content = models.TextField()
    content_hash = models.CharField(max_length=64, default="", blank=True)
    heading_path = models.CharField(max_length=1000, default="", blank=True)
    char_count = models.PositiveIntegerField()
    span_start = models.PositiveIntegerField(null=True, blank=True)
    span_end = models.PositiveIntegerField(null=True, blank=True)
    line_start = models.PositiveIntegerField(null=True, blank=True)
    line_end = models.PositiveIntegerField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta(GuardedModel.Meta):
        db_table = "source_chunks"
        ordering = ["document", "chunk_index"]
        indexes = [models.Index(fields=["document", "chunk_index"], name="chunks_document_index")]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "chunk_index"],
                condition=models.Q(removed_at__isnull=True),
                name="chunks_place_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.heading_path or f"chunk {self.chunk_index}"
