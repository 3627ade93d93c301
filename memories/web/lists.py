"""Lists of records of any kind, and each record's own page. Reads only."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.errors import FieldError, Invalid
from memories.filters import Filter
from memories.kinds import Kind, Row
from memories.queries import history, moments, projects, records
from memories.queries.moments import Moment, looking_back
from memories.web import cards, paging
from memories.web.door import page
from memories.web.faces import Face, faces

SIZE = 50
#: Labels of filter fields where their name does not read well.
LABELS = {
    "created_by": "Proposed by",
    "band": "Confidence",
    "has_similar": "Near duplicate",
    "has_conflict": "In a conflict",
    "proposes": "Replaces one",
    "cold": "Gone cold",
    "confidence_min": "Confidence from",
    "doc_type": "Type",
    "file_path": "Path contains",
    "removed": "Removed",
    "external_ref": "Id in its tool",
    "origin_role": "Role in its tool",
    "name": "Exact name",
    "record": "Record’s id",
    "request": "Request’s id",
    "decision": "Decision’s id",
    "since": "From",
    "until": "Before",
    "session_id": "Session",
    "learned": "With candidates",
    "created_after": "After",
    "created_before": "Before",
}
NEWEST = paging.Order("newest", "newest", ("-created_at", "-pk"))
CHANGED = paging.Order("changed", "last changed", ("-updated_at", "-pk"))
OLDEST = paging.Order("oldest", "oldest", ("created_at", "pk"))


def filtered(request: HttpRequest, made: Filter, own: set[str]) -> Filter:
    """Return the filter when the address names only what it knows. Raises Invalid naming what it does not."""
    unknown = sorted(set(request.GET) - set(made.filters) - own)
    if unknown:
        raise Invalid.field(
            unknown[0], f"There is no filter “{unknown[0][:60]}”. Known: {', '.join(made.filters)}.", "unknown_filter"
        )
    if not made.is_valid():
        raise Invalid(
            [FieldError(f"/{name}", "invalid", f"{name}: {faults[0]}") for name, faults in made.errors.items()]
        )
    return made


def next_address(request: HttpRequest, after: str) -> str:
    """Return the address of the next page, empty where there is none."""
    kept = [(key, value) for key, values in request.GET.lists() for value in values if key != "after" and value]
    return "?" + urlencode([*kept, ("after", after)]) if after else ""


def shown_fields(made: Filter, names: tuple[str, ...]) -> list[Any]:
    """Return the filter's fields that a page shows, in order, under the words a person knows them by."""
    shown = [made.form[name] for name in names if name in made.form.fields]
    for field in shown:
        field.label = LABELS.get(field.name, field.name.replace("_", " ").capitalize())
    return shown


@page("GET")
def listing(request: HttpRequest, actor: Actor, kind: Kind) -> HttpResponse:
    """All records of a kind that the person may see, newest first; with `as_of` as they stood then."""
    moment = _moment_of_list(request, actor)
    with looking_back(moment):
        return _listing(request, actor, kind, moment)


def _moment_of_list(request: HttpRequest, actor: Actor) -> Moment | None:
    text, name = request.GET.get("as_of", ""), request.GET.get("project", "")
    if not text:
        return None
    if known := [one for one in moments.LIVE_ONLY if request.GET.get(one)]:
        raise Invalid.field(known[0], f"“{known[0]}” is known for now only; leave out as_of.", "live_only")
    project = projects.resolve(name, actor)
    return moments.moment_of(text, project=project.pk if project else None)


def _listing(request: HttpRequest, actor: Actor, kind: Kind, moment: Moment | None) -> HttpResponse:
    face = faces.of(kind)
    rows = records.visible(kind.name, actor)
    made = filtered(request, face.list_filter(_single(request), rows, actor=actor), {"sort", "after", "as_of"})
    orders = [NEWEST, CHANGED, OLDEST]
    order = paging.chosen(orders, request.GET.get("sort", ""))
    listed = paging.page(made.qs, order, after=request.GET.get("after", ""), size=SIZE)
    context = {
        "kind": kind,
        "items": [cards.row_of(kind, row) for row in listed.rows],
        "fields": shown_fields(made, face.shown),
        "orders": orders,
        "order": order,
        "next": next_address(request, listed.after),
        "moment": moment,
    }
    return render(request, "memories/list.html", context)


def _single(request: HttpRequest) -> Any:
    # A choice left open in a form arrives as an empty word; a repeatable filter would take it for a wrong one.
    query = request.GET.copy()
    for name in list(query):
        query.setlist(name, [value for value in query.getlist(name) if value])
    return query


@page("GET")
def detail(request: HttpRequest, actor: Actor, kind: Kind, pk: UUID) -> HttpResponse:
    """A record's permanent page, or with `as_of` the record as it stood then."""
    moment = moment_of(request, actor, kind, pk)
    with looking_back(moment):
        row = records.get(kind.name, pk, actor)
        face = faces.of(kind)
        past = list(permissions.for_principal(history.of_record(kind.name, pk), actor)[:8])
        may_decide = moment is None and _decides(kind, row, actor)
        context = {
            "item": cards.Item(
                row,
                kind,
                face,
                sources=face.sources(row, actor, cards.places_of(kind, [row]).get(row.pk, [])),
                history=past,
                notices=face.told([row], actor).get(row.pk, []),
            ),
            "row": row,
            "kind": kind,
            "may_decide": may_decide,
            "actions": _actions(kind, face, row) if may_decide else [],
            "moment": moment,
            **face.detail(row, actor),
            **face.asked(row, actor, request.GET.dict()),
        }
        return render(request, face.page, context)


def moment_of(request: HttpRequest, actor: Actor, kind: Kind, pk: UUID) -> Moment | None:
    """Return the moment that a record's address asks about, None for now. Raises Invalid."""
    text = request.GET.get("as_of", "")
    if not text:
        return None
    held = kind.model._base_manager.filter(pk=pk).values_list(f"{kind.project_paths[0]}_id", flat=True).first()
    return moments.moment_of(text, project=held if held and actor.principal.role_on(held) else None)


def _decides(kind: Kind, row: Row, actor: Actor) -> bool:
    role = actor.principal.role_on(kind.project_id_of(row))
    return role is not None and role.includes(Role.REVIEWER)


def _actions(kind: Kind, face: Face, row: Row) -> list[str]:
    """Return the verbs that a person can do on the record's page, in the lifecycle's order."""
    offered = ("promote", "reject", "invalidate", "restore", "supersede", *face.verbs)
    return [verb for verb in kind.lifecycle.actions_from(row.status) if verb in offered]
