"""What extractors looked at and what they found where: the provenance of a candidate, down to its words."""

from django.db import models
from django.utils import timezone

from memories.ids import new_id
from memories.models._guard import GuardedModel
from memories.models.interaction import Interaction
from memories.models.project import Project


class Extractor(models.TextChoices):
    """What looks for statements in an exchange."""

    RULES = "rules"
    LLM = "llm"


class ExtractionRun(GuardedModel):
    """One pass of an extractor over an exchange, also one that failed. It is never changed."""

    class Outcome(models.TextChoices):
        """How a pass ended."""

        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, related_name="extraction_runs")
    extractor = models.CharField(max_length=16, choices=Extractor.choices)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    llm_model = models.CharField(max_length=200, default="", blank=True, help_text="the model asked, where one was")
    found = models.PositiveIntegerField(default=0, help_text="statements found")
    proposed = models.PositiveIntegerField(default=0, help_text="of these, new candidates")
    refused = models.JSONField(default=list, blank=True, help_text="what was not taken, each with its reason")
    error = models.TextField(default="", blank=True, help_text="why it failed")
    created_by = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(GuardedModel.Meta):
        db_table = "extraction_runs"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(extractor__in=Extractor.values), name="extraction_runs_extractor_known"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["done", "failed"]), name="extraction_runs_outcome_known"
            ),
        ]
        indexes = [models.Index(fields=["extractor", "outcome", "interaction"], name="extraction_runs_done")]

    def __str__(self) -> str:
        return f"{self.extractor}: {self.proposed} of {self.found} proposed" if not self.error else self.error[:80]

    @property
    def project(self) -> Project | None:
        """The project of the exchange."""
        return self.interaction.project


class Finding(GuardedModel):
    """One statement of an exchange, where it stands, and the record that it is. It is never changed.

    `record_kind` and `record_id` name a candidate that was proposed from it, or a record that said it already.
    """

    class Outcome(models.TextChoices):
        """What became of a statement."""

        PROPOSED = "proposed"
        KNOWN = "known"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(ExtractionRun, on_delete=models.PROTECT, related_name="findings")
    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, related_name="findings", db_index=False)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    record_kind = models.CharField(max_length=32)
    record_id = models.UUIDField()
    place = models.CharField(max_length=16, help_text="prompt or response")
    start = models.PositiveIntegerField(help_text="first character in that text")
    end = models.PositiveIntegerField(help_text="the character after the last")
    rule = models.CharField(max_length=80, default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(GuardedModel.Meta):
        db_table = "findings"
        indexes = [models.Index(fields=["record_kind", "record_id"], name="findings_record")]
        constraints = [
            models.UniqueConstraint(fields=["interaction", "record_kind", "record_id"], name="findings_once"),
            models.CheckConstraint(condition=models.Q(place__in=["prompt", "response"]), name="findings_place_known"),
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="findings_span"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["proposed", "known", "rejected"]), name="findings_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_kind} in the {self.place} of {self.interaction_id}, {self.start} to {self.end}"
