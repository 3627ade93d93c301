"""The lexical index: one row a searchable record.

On SQLite triggers keep an FTS5 table in step with this one; on PostgreSQL a generated tsvector column is (see the
migration `search_index`). The write path upserts rows here and nothing else touches them.
"""

from django.db import models


class IndexRow(models.Model):
    """What the index holds of one record.

    Attributes:
        text: the record's own words.
        context: words of its neighbours (filled by search).
        marks: single tokens to narrow by, inside the index: project, kind, status and near-duplicate sketches.
    """

    kind = models.CharField(max_length=16)
    record_id = models.UUIDField()
    text = models.TextField()
    context = models.TextField(default="", blank=True)
    marks = models.TextField()

    class Meta:
        db_table = "search_rows"
        constraints = [models.UniqueConstraint(fields=["kind", "record_id"], name="search_rows_unique")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.record_id}"
