"""What templates say in words: ages, numbers, actors, confidence, addresses, and the frame's navigation.

Owns wording only. It reads through queries and writes nothing.
"""

import re
from datetime import datetime
from typing import Any, cast

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from memories import permissions
from memories.choices import Role
from memories.kinds import kinds
from memories.models import Project, User
from memories.queries import history, projects, triage
from memories.queries.history import FieldChange
from memories.queries.past import live
from memories.web import diff
from memories.web.door import actor_of
from memories.web.tabs import tabs, waiting

register = template.Library()

_THIN = "\u202f"
_QUANTITY = re.compile(r"(?<=\d) (?=[A-Za-zµμΩ°%])")
_STEPS = ((60, "s", 1), (3600, "min", 60), (86_400, "h", 3600), (86_400 * 60, "days", 86_400))
_SURE = ((0.9, "very sure"), (0.75, "fairly sure"), (0.5, "likely"), (0.25, "unsure"), (0.0, "a guess"))


@register.filter
def ago(moment: datetime | None) -> str:
    """Return a time's age in words, such as “8 s ago”; the date when it is older than 60 days."""
    if moment is None:
        return ""
    seconds = max(0, int((timezone.now() - moment).total_seconds()))
    for below, word, size in _STEPS:
        if seconds < below:
            number = seconds // size
            unit = "day" if word == "days" and number == 1 else word
            return f"{number}{_THIN}{unit} ago"
    return f"{moment:%-d %b %Y}"


@register.filter
def stamp(moment: datetime | None) -> str:
    """Return a time to the minute, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


@register.filter
def moment(text: str) -> str:
    """Return an ISO time as `stamp` shows it; any other text as it is."""
    try:
        return stamp(datetime.fromisoformat(text))
    except ValueError:
        return text


@register.filter
def percent(share: float) -> str:
    """Return a share from 0 to 1 as a percentage."""
    return f"{round(share * 100)}{_THIN}%"


@register.filter
def thousands(number: int) -> str:
    """Return a whole number with thin spaces between its groups of three digits."""
    return f"{number:,}".replace(",", _THIN)


@register.filter
def confidence_words(share: float) -> str:
    """Return what a confidence means in words."""
    return next(words for least, words in _SURE if share >= least)


@register.filter
def quantities(value: object) -> str:
    """Return a value as text, numbers and units kept together by a thin space; lists and flags in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, list):
        return ", ".join(quantities(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {quantities(item)}" for name, item in value.items())
    return "—" if value is None or value == "" else _QUANTITY.sub(_THIN, str(value))


_WAYS = {"cron": "housekeeping", "import": "an import", "capture": "what was captured"}


@register.filter
def who(label: str) -> str:
    """Return an actor's label as people say it."""
    way, _, name = label.partition(":")
    if not name:
        return _WAYS.get(way, way or "somebody")
    return {"agent": f"{name} (assistant)", "admin": f"{name} (admin)"}.get(way, name)


@register.filter
def words(name: str) -> str:
    """Return an identifier as words (“part_of” as “part of”)."""
    return str(name).replace("_", " ")


_PAST = {
    "create": "created",
    "update": "edited",
    "promote": "promoted",
    "auto_promote": "promoted automatically",
    "reject": "rejected",
    "supersede": "superseded",
    "merge": "merged",
    "invalidate": "invalidated",
    "expire": "expired",
    "graduate": "graduated",
    "ingest": "given a new version",
    "propose": "proposed",
    "support": "given another source",
    "reinforce": "reinforced",
    "confirm": "confirmed",
    "restore": "restored",
    "undo": "took back",
    "annotate": "noted on",
    "import": "imported",
    "capture": "captured",
    "extract": "looked through with",
    "assign": "assigned",
    "name": "named",
    "review": "reviewed",
    "remove": "removed",
    "register": "registered",
    "rename": "renamed",
    "add_alias": "gave another name to",
    "remove_alias": "took a name from",
    "archive": "archived",
    "unarchive": "reopened",
    "grant": "granted",
    "end": "ended",
    "revoke": "revoked",
    "activate": "opened",
    "deactivate": "closed",
    "detect": "found",
    "close": "closed",
    "resolve": "settled",
    "dismiss": "dismissed",
    "reopen": "opened again",
}


@register.filter
def past(action: str) -> str:
    """Return an audit action as what somebody did."""
    return _PAST.get(action, words(action))


@register.simple_tag
def word_diff(old: object, new: object) -> str:
    """Return two texts as one with what was taken out and put in marked."""
    return diff.html(*(quantities(side) if side not in (None, "") else "" for side in (old, new)))


@register.simple_tag
def changes(entry: Any, full: bool = False) -> list[FieldChange]:
    """Return what an audit row changed; the fields of a new record only where the page shows them in full."""
    if not entry.before_json and not full:
        return []
    found = [part for change in history.diff(entry) for part in _parts(change)]
    if any(change.name == "project" for change in found):
        ids = {str(value) for change in found if change.name == "project" for value in change[1:] if value}
        names = {str(pk): name for pk, name in Project.objects.filter(pk__in=ids).values_list("pk", "name")}
        found = [_named(change, names) if change.name == "project" else change for change in found]
    return found


def _parts(change: FieldChange) -> list[FieldChange]:
    """Return a change of a field that holds several named values as one change a name."""
    old, new = change.old, change.new
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [change]
    names = [*new, *(name for name in old if name not in new)]
    return [FieldChange(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]


def _named(change: FieldChange, names: dict[str, str]) -> FieldChange:
    return FieldChange("project", *(names.get(str(value), value) for value in (change.old, change.new)))


@register.filter
def address(entry: Any) -> str:
    """Return the permanent address of the record an audit row speaks of, empty where it has no page."""
    if entry.entity_kind == "interaction":
        return reverse("interaction", args=[entry.record_id])
    if entry.entity_kind == "extraction":
        return reverse("interaction", args=[entry.after_json["interaction"]])
    if entry.entity_kind == "project":
        return reverse("project", args=[entry.title]) if entry.title else ""
    return kinds.named(entry.entity_kind).url(entry.record_id) if entry.entity_kind in kinds else ""


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> dict[str, Any]:
    """Return what the frame of every page shows: tabs with the waiting count, projects, the person's settings."""
    request = context.get("request")
    theme = request.COOKIES.get("atocore_theme", "") if request else ""
    nav: dict[str, Any] = {"theme": theme if theme in ("system", "light", "dark") else "system", "single_keys": True}
    if request is None or not request.user.is_authenticated:
        return nav
    with live():
        return nav | _frame(context, request)


def _frame(context: template.Context, request: HttpRequest) -> dict[str, Any]:
    """Return what the frame shows to somebody who is signed in; always as it stands now."""
    actor = actor_of(request)
    names = list(projects.visible(actor).order_by("name").values_list("name", flat=True))
    chosen = request.GET.get("project", "") or _of_path(request.path, names)
    suffix = f"?project={chosen}" if chosen in names else ""
    counts = context.get("counts") or triage.counts(actor)
    return {
        "single_keys": cast(User, request.user).single_keys,
        "projects": names,
        "project": chosen,
        "switch_base": request.path if request.path in _narrowed() else "/triage/",
        "tabs": _tabs(request.path, suffix, sum(counts.values()), waiting(request, actor)),
        "may_administer": actor.principal.reaches(Role.MAINTAINER),
        "may_keep": permissions.reaches_all(actor, Role.MAINTAINER),
    }


def _of_path(path: str, names: list[str]) -> str:
    """Return the project whose own pages an address belongs to, or ""."""
    place = path.removeprefix("/projects/").split("/")[0] if path.startswith("/projects/") else ""
    return place if place in names else ""


def _narrowed() -> set[str]:
    """Lists that a project narrows; from any other page the switcher leads to triage."""
    listed = {f"/{kind.plural}/" for kind in kinds.triaged()} | {tab.url for tab in tabs}
    return {"/triage/", "/search/", "/interactions/", "/audit/"} | listed


def _tabs(path: str, suffix: str, candidates: int, further: dict[str, int]) -> list[dict[str, Any]]:
    places: list[tuple[str, str, int | None]] = [("Triage", "/triage/", candidates), ("Projects", "/projects/", None)]
    places.append(("Search", "/search/", None))
    places += [(tab.label, tab.url, further[tab.name]) for tab in tabs]
    places += [
        (kind.plural.capitalize(), f"/{kind.plural}/", None) for kind in kinds.triaged() if kind.name != "document"
    ]
    places += [("Interactions", "/interactions/", None), ("Documents", "/documents/", None), ("Audit", "/audit/", None)]
    return [
        {
            "label": label,
            "url": url + ("" if url == "/projects/" else suffix),
            "count": count,
            "falls": url == "/triage/",
            "here": path.startswith(url),
        }
        for label, url, count in places
    ]
