"""The lexical index: one row a searchable record.

On SQLite triggers keep an FTS5 table in step with this one; on PostgreSQL a generated tsvector column is (see the
migration `search_index`). The write path upserts rows here and nothing else touches them.
"""

from django.db import models


class IndexRow(models.Model):
    """What the index holds of one record.

    Attributes:
        lead: words it is found by that are not its own: heading, date, names it is linked to. They count like its own
            words in a search, and not at all in likeness.
        text: the record's own words.
        context: words of its neighbours.
        marks: single tokens to narrow by, inside the index: kind, status, project, type and tags.
        band_0 to band_7: the near-duplicate sketch (see memories.search.sketch); NULL where there is none.
    """

    kind = models.CharField(max_length=16)
    record_id = models.UUIDField()
    lead = models.TextField(default="", db_default="", blank=True)
    text = models.TextField()
    context = models.TextField(default="", blank=True)
    marks = models.TextField()
    band_0 = models.BigIntegerField(null=True, blank=True, editable=False)
    band_1 = models.BigIntegerField(null=True, blank=True, editable=False)
    band_2 = models.BigIntegerField(null=True, blank=True, editable=False)
    band_3 = models.BigIntegerField(null=True, blank=True, editable=False)
    band_4 = models.BigIntegerField(null=True, blank=True, editable=False)
    band_5 = models.BigIntegerField(null=True, blank=True, editable=False)
    band_6 = models.BigIntegerField(null=True, blank=True, editable=False)
    band_7 = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        db_table = "search_rows"
        # The id goes with each, so that the newest of a band are read off the index, however many share it.
        indexes = [
            models.Index(
                fields=[f"band_{number}", "id"],
                condition=models.Q(**{f"band_{number}__isnull": False}),
                name=f"search_rows_band_{number}",
            )
            for number in range(8)
        ]
        constraints = [models.UniqueConstraint(fields=["kind", "record_id"], name="search_rows_unique")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.record_id}"
