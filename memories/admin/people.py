"""People, their roles and their tokens: for administrators, by the verbs of people and tokens.

A token's text and a sign-in link are shown once, in the answer to the form that made them; neither is stored, nor put
into a message or a session.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from memories.actors import Actor
from memories.admin.correcting import Correcting
from memories.admin.fields import OneLine, ProjectChoice
from memories.admin.filters import ProjectFilter, word_filter
from memories.admin.forms import CorrectionForm, NewRecordForm
from memories.admin.verbs import BareForm, Deed, Verb, WithVerbs
from memories.adminsite import actor_of
from memories.choices import Role
from memories.errors import Invalid
from memories.models import ApiToken, Membership, Project, User
from memories.services import people, sign_in, tokens

_SECRET = "_atocore_secret"  # noqa: S105 - the name of an attribute, not a secret


class Projects(forms.ModelMultipleChoiceField[Project]):
    """Some of the projects; none of them means all."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Project.objects.order_by("name"), required=False, **options)


class NewForm(NewRecordForm):
    """A person or a token: no reason and no status."""

    reason = None  # type: ignore[assignment]  # the verb keeps none
    start_as = None  # type: ignore[assignment]  # it has no lifecycle


class PeopleAdmin(WithVerbs[Any], Correcting[Any]):
    """What only administrators see; changed by verbs alone, never by a form."""

    least_role = Role.ADMIN
    form = CorrectionForm

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        """Show all of it: who may read it at all is an administrator."""
        return rows

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: verbs change it."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Lay out what is asked for, or what is known."""
        return [(None, {"fields": self.added if obj is None else self.facts})]

    def shown_once(self, request: HttpRequest, **context: Any) -> HttpResponse:
        """Answer with a secret. The page is not stored, and asking for it again does not show it again."""
        page = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, "admin/shown_once.html", page, headers={"Cache-Control": "no-store"})


class NewUserForm(NewForm):
    """A new person."""

    username = OneLine()
    role = forms.ChoiceField(choices=Role.choices)
    projects = Projects(help_text="None chosen: all projects.")


class GrantForm(BareForm):
    """A role somewhere."""

    role = forms.ChoiceField(choices=Role.choices)
    project = ProjectChoice(help_text="None chosen: all projects.")


def _grant(row: User, deed: Deed) -> Membership:
    return people.grant(row, deed.values["role"], deed.values["project"], actor=deed.actor)


def _active(active: bool) -> Any:
    return lambda row, deed: people.set_active(row, active, actor=deed.actor)


def _link(row: User, deed: Deed) -> User:
    return row  # the answer makes the link: it leads to the address that the administrator came by


@admin.register(User)
class UserAdmin(PeopleAdmin):
    """People and service accounts."""

    kind_name = "user"
    add_form = NewUserForm
    ordering = ("username",)
    list_display = ("username", "is_active", "is_service", "last_login", "date_joined")
    list_filter = ("is_active", "is_service", "memberships__role")
    search_fields = ("username", "first_name", "last_name", "email")
    added = ("username", "role", "projects")
    facts = ("username", "roles", "is_active", "is_service", "last_login", "date_joined")
    verbs = (
        Verb("grant", "Grant a role", _grant, lambda row, actor: True, GrantForm),
        Verb("link", "Make a sign-in link", _link, lambda row, actor: row.is_active and not row.is_service, BareForm),
        Verb("deactivate", "Deactivate", _active(False), lambda row, actor: row.is_active, BareForm),
        Verb("activate", "Activate", _active(True), lambda row, actor: not row.is_active, BareForm),
    )

    def create(self, request: HttpRequest, form: CorrectionForm) -> User:
        """Create the person."""
        data = form.cleaned_data
        return people.create_user(
            data["username"], actor=actor_of(request), role=data["role"], projects=list(data["projects"])
        )

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """Show the link by which the new person signs in."""
        return self._link_page(request, obj)

    def done(self, request: HttpRequest, row: User, verb: Verb, result: Any) -> HttpResponse:
        """Show a link that was made; go back to the person otherwise."""
        if verb.name == "link":
            return self._link_page(request, row)
        return super().done(request, row, verb, result)

    def _link_page(self, request: HttpRequest, row: User) -> HttpResponse:
        address = sign_in.link_address(request.build_absolute_uri("/"), row)
        words = f"{row} can sign in once within {settings.ATOCORE_LINK_MINUTES} minutes by this link."
        return self.shown_once(request, title="Sign-in link", words=words, secret=address, original=row)

    @admin.display(description="Roles")
    def roles(self, row: User) -> SafeString | str:
        """Return the roles held now."""
        held = row.memberships.filter(ended_at__isnull=True).select_related("project")
        return format_html_join("; ", "{} on {}", ((each.role, each.project or "all projects") for each in held)) or "-"


def _end(row: Membership, deed: Deed) -> Membership:
    return people.end_membership(row, actor=deed.actor)


@admin.register(Membership)
class MembershipAdmin(PeopleAdmin):
    """Roles, those of the past too."""

    kind_name = "membership"
    list_display = ("user", "role", "project", "created_at", "ended_at")
    list_filter = ("role", ProjectFilter, ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "project")
    search_fields = ("user__username", "project__name")
    facts = ("user", "role", "project", "created_at", "ended_at")
    verbs = (Verb("end", "End", _end, lambda row, actor: row.ended_at is None, BareForm),)


class NewTokenForm(NewForm):
    """A new token."""

    name = OneLine(help_text="The history says agent:NAME.")
    role = forms.ChoiceField(choices=Role.choices, initial=Role.AGENT)
    owner = OneLine(required=False, help_text="User name; empty: a service account of that role.")
    projects = Projects(help_text="None chosen: all of its owner's.")
    days = forms.IntegerField(required=False, min_value=1, help_text="Days until it expires; empty: never.")


def _revoke(row: ApiToken, deed: Deed) -> ApiToken:
    return tokens.revoke(row, actor=deed.actor)


@admin.register(ApiToken)
class TokenAdmin(PeopleAdmin):
    """Tokens. Only a digest is stored, and not even that is shown."""

    kind_name = "token"
    add_form = NewTokenForm
    ordering = ("-created_at",)
    list_display = ("name", "owner", "role", "created_at", "expires_at", "revoked_at", "last_used_at")
    list_filter = ("role", word_filter("owner__username", "owner"), ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("owner",)
    search_fields = ("name", "owner__username")
    added = ("name", "role", "owner", "projects", "days")
    facts = ("name", "owner", "role", "confined_to", "created_at", "expires_at", "revoked_at", "last_used_at")
    verbs = (Verb("revoke", "Revoke", _revoke, lambda row, actor: row.revoked_at is None, BareForm),)

    def create(self, request: HttpRequest, form: CorrectionForm) -> ApiToken:
        """Make the token; its text goes into the answer and nowhere else."""
        data = form.cleaned_data
        token, text = tokens.create_token(
            data["name"],
            role=data["role"],
            actor=actor_of(request),
            owner=_owner(data["owner"]),
            projects=list(data["projects"]),
            days=data["days"],
        )
        setattr(request, _SECRET, text)
        return token

    def response_add(self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None) -> HttpResponse:
        """Show the token's text, this once."""
        words = f"The token “{obj}” acts as {obj.role} for {obj.owner}. Copy it now: it is not shown again."
        secret = getattr(request, _SECRET, "")
        return self.shown_once(request, title="New token", words=words, secret=secret, original=obj)

    @admin.display(description="Confined to")
    def confined_to(self, row: ApiToken) -> str:
        """Return the projects it is confined to."""
        if row.project_ids is None:
            return "all of its owner's projects"
        return ", ".join(Project.objects.filter(pk__in=row.project_ids).values_list("name", flat=True))


def _owner(name: str) -> User | None:
    if not name:
        return None
    owner = User.objects.filter(username__iexact=name, is_active=True).first()
    if owner is None:
        raise Invalid.field("owner", f"There is nobody called {name}.", "dangling")
    return owner
