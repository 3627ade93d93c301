"""What tests of the administration share: a signed-in person, and forms filled in as a browser would."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from memories.choices import Role
from memories.models import AuditEntry, Project
from tests import factories

#: What of an audit row depends on the door, the person or the moment.
_OF_THE_DOOR = {"seq", "actor", "timestamp", "request_id", "decision_id", "_state"}
_OF_THE_MOMENT = {"updated_at", "removed_at"}


def enter(role: Role = Role.MAINTAINER, name: str = "", on: Project | None = None) -> Client:
    """Return a browser in which somebody of that role is signed in."""
    client = Client()
    client.force_login(factories.user(role, name, on))
    return client


def address(row: Model | type[Model], view: str = "change", *more: str) -> str:
    """Return the address of a record's page (of a model's page for a class)."""
    arguments = () if isinstance(row, type) else (row.pk, *more)
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{view}", args=arguments)


def form_on(client: Client, url: str) -> dict[str, str]:
    """Return what the form of a page holds, as a browser would send it untouched."""
    form = client.get(url).context["adminform"].form
    held: dict[str, str] = {}
    for field in form:
        value = "" if field.value() is None else str(field.value())
        held[field.html_name] = value
        if field.field.show_hidden_initial:
            held[field.html_initial_name] = value
    return held


def save(client: Client, row: Model, **typed: str) -> Any:
    """Open a record's form, type over some fields, save."""
    url = address(row)
    return client.post(url, {**form_on(client, url), "reason": "a typing error", **typed})


def do(client: Client, row: Model, verb: str, **typed: str) -> Any:
    """Send the form of a verb as it stands on the record's page, with a reason."""
    url = address(row, "verb", verb)
    held = {"seen_version": str(getattr(row, "version", "")), "reason": "seen on the drawing"}
    return client.post(url, {**held, **typed})


def last() -> AuditEntry:
    """Return the newest audit row."""
    entry = AuditEntry.objects.order_by("-seq").first()
    assert entry is not None
    return entry


def told(entry: AuditEntry) -> dict[str, Any]:
    """Return what an audit row says, whoever did it by whatever door and whenever."""
    said = {name: value for name, value in vars(entry).items() if name not in _OF_THE_DOOR}
    for side in ("before_json", "after_json"):
        said[side] = {name: value for name, value in said[side].items() if name not in _OF_THE_MOMENT}
    return said


def by_service(verb: Callable[[], object]) -> list[dict[str, Any]]:
    """Do a verb by its service, note the audit rows it left, and take it back."""
    with transaction.atomic():
        rows = written_by(verb)
        transaction.set_rollback(True)
    return rows


def written_by(act: Callable[[], object]) -> list[dict[str, Any]]:
    """Return what the audit rows say that something wrote."""
    newest = last().seq
    act()
    return [told(entry) for entry in AuditEntry.objects.filter(seq__gt=newest).order_by("seq")]
