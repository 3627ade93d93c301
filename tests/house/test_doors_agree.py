"""Each verb leaves the same audit rows by each door: service, REST, triage tab and admin differ in who and when alone.

Every door acts on the very same record: what it did is read off and rolled back before the next one tries.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from engineering.models import Entity, Relationship
from memories import permissions
from memories.choices import Role
from memories.kinds import kinds
from memories.models import AuditEntry, Memory, User
from memories.queries import history
from memories.services import edit, lifecycle, tokens, undo
from tests import factories as make

pytestmark = pytest.mark.django_db

REASON = "checked on the bench"
Row = Memory | Entity | Relationship
Verb = Callable[["Doors", Row], None]


class Doors:
    """One person with every role, and the ways they may come in."""

    def __init__(self) -> None:
        self.user: User = make.user(Role.ADMIN, "mara")
        self.browser = Client()
        self.browser.force_login(self.user)
        _, text = tokens.create_token("script", role="admin", actor=make.SETUP, owner=self.user)
        self.rest = Client(headers={"Authorization": f"Bearer {text}"})

    def call(self, row: Row, verb: str, **body: Any) -> None:
        """Do a verb over REST."""
        kind = kinds.of(row)
        address = f"/api/v1/{kind.plural}/{row.pk}/{verb}"
        answer = self.rest.post(address, {"version": row.version, "note": REASON, **body}, "application/json")
        assert answer.status_code == 200, answer.content

    def click(self, row: Row, verb: str, **form: Any) -> None:
        """Do a verb on the record's card or page, as a form without a script does."""
        kind = kinds.of(row)
        answer = self.browser.post(f"/{kind.plural}/{row.pk}/{verb}/", {"version": row.version, "note": REASON, **form})
        assert answer.status_code == 302, answer.content[:2_000]

    def correct(self, row: Row, verb: str, **form: Any) -> None:
        """Do a verb in the admin."""
        options = type(row)._meta
        address = f"/admin/{options.app_label}/{options.model_name}/{row.pk}/do/{verb}/"
        answer = self.browser.post(address, {"seen_version": row.version, "reason": REASON, **form})
        assert answer.status_code == 302, answer.content[:2_000]

    def actor(self) -> Any:
        """Return the person as the service sees them."""
        return permissions.actor_for_user(self.user)


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def trace(act: Callable[[], object]) -> list[dict[str, Any]]:
    """Return what an act wrote into the log, less who, when, and under which ids."""
    since = AuditEntry.objects.latest("seq").seq
    with rolled_back():
        act()
        written = list(AuditEntry.objects.filter(seq__gt=since).order_by("entity_kind", "record_id"))
        assert len({entry.request_id for entry in written}) == 1
        assert len({entry.decision_id for entry in written}) == 1
    varying = ("seq", "actor", "timestamp", "request_id", "decision_id", "_state")
    rows = [{name: value for name, value in vars(entry).items() if name not in varying} for entry in written]
    for row in rows:
        row["after_json"] = {name: value for name, value in row["after_json"].items() if not name.endswith("_at")}
        row["before_json"] = {name: value for name, value in row["before_json"].items() if not name.endswith("_at")}
    return rows


def candidate(kind: str) -> Row:
    if kind == "memory":
        return make.memory("The grating has 1200 lines per mm.")
    if kind == "entity":
        return make.entity("Grating", active=False)
    return make.relationship(make.entity("Grating"), "depends_on", make.entity("Mount"), active=False)


def standing(kind: str, status: str) -> Row:
    row = candidate(kind)
    if status == "active":
        lifecycle.promote(row, actor=make.SETUP)
    elif status == "invalid":
        lifecycle.reject(row, actor=make.SETUP)
    return row.fresh()


@pytest.mark.parametrize("kind", ["memory", "entity", "relationship"])
@pytest.mark.parametrize(
    ("verb", "status"),
    [
        ("promote", "candidate"),
        ("reject", "candidate"),
        ("invalidate", "active"),
        ("restore", "invalid"),
        ("annotate", "active"),
    ],
)
def test_plain_verbs(kind: str, verb: str, status: str) -> None:
    doors, row = Doors(), standing(kind, status)
    rest = {"version": None} if verb == "annotate" else {}
    ways: dict[str, Callable[[], object]] = {
        "service": lambda: getattr(lifecycle, verb)(row.fresh(), actor=doors.actor(), note=REASON),
        "triage": lambda: doors.click(row, verb),
        "admin": lambda: doors.correct(row, verb),
    }
    left = {name: trace(act) for name, act in ways.items()}
    left["rest"] = trace(lambda: _rest_plain(doors, row, verb, bool(rest)))
    assert [entry["action"] for entry in left["service"]] == [verb]
    assert left["service"][0]["note"] == REASON
    for name, rows in left.items():
        assert rows == left["service"], name


def _rest_plain(doors: Doors, row: Row, verb: str, bare: bool) -> None:
    kind = kinds.of(row)
    body = {"note": REASON} if bare else {"note": REASON, "version": row.version}
    answer = doors.rest.post(f"/api/v1/{kind.plural}/{row.pk}/{verb}", body, "application/json")
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("kind", ["memory", "entity"])
def test_promoting_in_place_of_another(kind: str) -> None:
    doors, new = Doors(), candidate(kind)
    old = (
        make.memory("The grating has 1180 lines per mm.", active=True)
        if kind == "memory"
        else make.entity("Old grating")
    )
    form = {"supersedes": str(old.pk), "supersedes_version": old.version}
    left = {
        "service": trace(
            lambda: lifecycle.promote(new.fresh(), actor=doors.actor(), note=REASON, supersedes=old.fresh())
        ),
        "rest": trace(lambda: doors.call(new, "promote", **form)),
        "triage": trace(lambda: doors.click(new, "promote", **form)),
        "admin": trace(lambda: doors.correct(new, "promote", supersedes=str(old.pk))),
    }
    assert sorted(entry["action"] for entry in left["service"]) == ["promote", "supersede"]
    for name, rows in left.items():
        assert rows == left["service"], name


@pytest.mark.parametrize("kind", ["memory", "entity"])
def test_correcting_a_field(kind: str) -> None:
    doors, row = Doors(), standing(kind, "active")
    field = "content" if kind == "memory" else "description"
    address = f"/api/v1/{kinds.of(row).plural}/{row.pk}"

    def over_rest() -> None:
        body = {field: "Corrected text.", "version": row.version, "note": REASON}
        assert doors.rest.patch(address, body, "application/json").status_code == 200

    service = trace(lambda: edit.update(row.fresh(), {field: "Corrected text."}, actor=doors.actor(), note=REASON))
    assert [entry["action"] for entry in service] == ["update"]
    assert trace(over_rest) == service
    assert trace(lambda: _in_admin(doors, row, field)) == service


def _in_admin(doors: Doors, row: Row, field: str) -> None:
    options = type(row)._meta
    address = f"/admin/{options.app_label}/{options.model_name}/{row.pk}/change/"
    shown = doors.browser.get(address).context["adminform"].form
    form = {name: "" if value is None else value for name, value in ((n, shown[n].value()) for n in shown.fields)}
    answer = doors.browser.post(address, {**form, field: "Corrected text.", "reason": REASON})
    assert answer.status_code == 302, answer.content[:3_000]


@pytest.mark.parametrize("kind", ["memory", "entity", "relationship"])
def test_undo(kind: str) -> None:
    doors, row = Doors(), candidate(kind)
    lifecycle.reject(row, actor=doors.actor())
    row = row.fresh()
    entry = history.of_record(kind, row.pk).first()
    assert entry is not None

    def over_rest() -> None:
        answer = doors.rest.post(f"/api/v1/audit/{entry.seq}/undo", {"note": REASON}, "application/json")
        assert answer.status_code == 200, answer.content

    service = trace(lambda: undo.undo(entry, actor=doors.actor(), note=REASON))
    assert [made["action"] for made in service] == ["undo"]
    assert trace(over_rest) == service
    assert trace(lambda: doors.correct(row, "undo")) == service
