"""Projects and the names they go by."""

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from memories.choices import ProjectStatus
from memories.ids import new_id
from memories.models._guard import GuardedModel


class Project(GuardedModel):
    """What a team works on; `name` is its canonical slug."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    description = models.TextField(default="", blank=True)
    status = models.CharField(max_length=16, choices=ProjectStatus.choices, default=ProjectStatus.ACTIVE)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta(GuardedModel.Meta):
        db_table = "projects"
        ordering = ["name"]
        indexes = [models.Index(fields=["status", "name"], name="projects_status_name")]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="projects_name_unique"),
            models.CheckConstraint(condition=models.Q(status__in=ProjectStatus.values), name="projects_status_known"),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectAlias(GuardedModel):
    """A name a project goes by.

    The canonical name stands here too (`canonical`), so that one unique rule covers names and aliases alike and one
    look-up resolves either.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="names")
    alias = models.CharField(max_length=80)
    canonical = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(GuardedModel.Meta):
        db_table = "project_aliases"
        ordering = ["alias"]
        verbose_name_plural = "project aliases"
        indexes = [models.Index(fields=["alias"], name="project_aliases_alias")]
        constraints = [
            models.UniqueConstraint(
                Lower("alias"), condition=models.Q(removed_at__isnull=True), name="project_aliases_unique"
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(canonical=True, removed_at__isnull=True),
                name="project_aliases_one_canonical",
            ),
        ]

    def __str__(self) -> str:
        return self.alias
