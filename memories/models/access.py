"""People, what they may do where, and the tokens that act for them."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from memories.choices import Role
from memories.ids import new_id
from memories.models._guard import GuardedModel
from memories.models.project import Project


class User(AbstractUser):
    """A person, or a service account that tokens belong to (`is_service`)."""

    single_keys = models.BooleanField(
        "single-key shortcuts", default=True, help_text="WCAG 2.1.4: single-character keys can be turned off"
    )
    is_service = models.BooleanField(default=False)

    class Meta(AbstractUser.Meta):
        constraints = [models.UniqueConstraint(Lower("username"), name="users_name_unique")]


class Membership(GuardedModel):
    """A role of a user on one project, or on all (`project` null)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(GuardedModel.Meta):
        db_table = "memberships"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "project"],
                condition=models.Q(ended_at__isnull=True, project__isnull=False),
                name="memberships_unique",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(ended_at__isnull=True, project__isnull=True),
                name="memberships_unique_all",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="memberships_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} on {self.project or 'all projects'}"


class ApiToken(GuardedModel):
    """A token of the REST and MCP doors. Its text is shown once; only an HMAC of it is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tokens")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.AGENT)
    digest = models.CharField(max_length=64, unique=True)
    project_ids = models.JSONField(
        null=True, blank=True, help_text="projects it is confined to; null for all of its owner's"
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta(GuardedModel.Meta):
        db_table = "api_tokens"
        constraints = [
            models.UniqueConstraint(
                Lower("name"), condition=models.Q(revoked_at__isnull=True), name="api_tokens_name_unique"
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="api_tokens_role_known"),
        ]

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """The stored answer to a POST that carried an Idempotency-Key; kept 24 hours."""

    principal = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "idempotency_keys"
        constraints = [models.UniqueConstraint(fields=["principal", "key"], name="idempotency_keys_unique")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_keys_created")]

    def __str__(self) -> str:
        return self.key
