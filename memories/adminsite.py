"""The administration site: who may enter it and what it is called.

Open to maintainers and above, by the same memberships as everything else; Django's own permissions and groups play no
part. People sign in and out on the site's own pages. It registers nothing (the admin packages of the apps do).
"""

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from memories import permissions
from memories.actors import NOBODY, Actor
from memories.choices import Role
from memories.models import AuditEntry, User

View = Callable[..., HttpResponseBase]

_KEPT = "_atocore_admin_actor"


def actor_of(request: HttpRequest) -> Actor:
    """Return the person who corrects in this request (label `admin:<name>`); one query, once a request."""
    known: Actor | None = getattr(request, _KEPT, None)
    if known is None:
        user = request.user
        principal = permissions.principal_of(user) if isinstance(user, User) else NOBODY
        known = Actor.admin(user.get_username(), principal, getattr(request, "request_id", None))
        setattr(request, _KEPT, known)
    return known


class AtoCoreSite(AdminSite):
    """Django's admin over our verbs: for corrections, by maintainers and administrators."""

    site_header = "AtoCore administration"
    site_title = "AtoCore administration"
    index_title = "Records, people and history"

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether the person is a maintainer of anything."""
        return actor_of(request).principal.reaches(Role.MAINTAINER)

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """Register a model; Django's groups stay out, since roles come from memberships."""
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else list(model_or_iterable)
        super().register([model for model in models if model is not Group], admin_class, **options)

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # type: ignore[override]  # stubs: a TypeVar
        """Wrap a view: who is signed in without the role is refused at once, not sent to sign in again."""
        guarded = super().admin_view(view, cacheable)

        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied("The administration needs the role maintainer.")
            return guarded(request, *args, **kwargs)

        return update_wrapper(answer, guarded)

    def get_urls(self) -> list[Any]:
        """Leave out Django's way to a record's page by any id: no model has one, and an id that is none breaks it."""
        return [found for found in super().get_urls() if getattr(found, "name", None) != "view_on_site"]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people to the site's own sign-in page, and back."""
        target = request.GET.get("next", "") or reverse("admin:index", current_app=self.name)
        if request.user.is_authenticated:
            return redirect("admin:index")
        return redirect_to_login(target)

    def password_change(  # type: ignore[override]  # the stubs know only Django's own page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send people to their own settings, where a password is set."""
        return redirect("account:profile")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """List what there is, with the person's last corrections beside it."""
        mine = AuditEntry.objects.filter(actor=actor_of(request).label).order_by("-seq")
        recent = mine.defer("before_json", "after_json")[:10]
        return super().index(request, {"recent": recent, **(extra_context or {})})
