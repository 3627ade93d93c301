"""The dashboard on a project's page: the figures with their links, and the trends as drawings. Reads only."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.urls import NoReverseMatch, reverse

from engineering.queries.dashboard import dashboard
from memories.actors import Actor
from memories.kinds import kinds
from memories.models import Project
from memories.web.panels import Panel, register

#: Where a card's whole list stands as a page: the address's name, its further parts, what follows.
_PAGES: dict[str, tuple[tuple[str, tuple[str, ...], str], ...]] = {
    "orphan-requirements": (("project-query", ("orphan-requirements",), "?verdict=orphan"),),
    "risky-decisions": (("project-query", ("risky-decisions",), ""),),
    "unsupported-claims": (("project-query", ("unsupported-claims",), ""),),
    "unverified-requirements": (("project-query", ("verification-matrix",), "?verdict=open"),),
    "suspect-links": (("suspect-links", (), ""), ("project-query", ("suspects",), "")),
    "graph-health": (("project-query", ("health",), ""),),
}
#: Where else to look at a project.
_PLACES = (
    ("Overview", ("project-overview", (), "")),
    ("System map", ("project-map", (), "")),
    ("All questions", ("project-queries", (), "")),
    ("Changed since your last review", ("changes", (), "")),
    ("Baselines", ("baselines", (), "")),
)
#: The series of the trends: their key, heading and what the number at the end of the line says.
_SERIES = (
    ("came", "Candidates in", "this week"),
    ("promoted", "Promoted", "this week"),
    ("rejected", "Rejected", "this week"),
    ("active", "Active entities", "now"),
)
WIDTH, HEIGHT = 240, 40


def panel(project: Project, actor: Actor) -> dict[str, Any]:
    """Return what the dashboard shows: {cards, coverage, waiting, sparks, weeks, reviewing, rest}."""
    found = dashboard(project, actor)
    return {
        "cards": [{**card, **_linked(project, card)} for card in found["cards"]],
        "coverage": _bars(found["coverage"]),
        "coverage_page": first_page(project, (("project-query", ("coverage",), ""),)),
        "waiting": found["waiting"],
        "sparks": [spark for spark in (_spark(found["trends"], *one) for one in _SERIES) if spark],
        "weeks": found["trends"],
        "reviewing": found["reviewing"],
        "rest": f"/api/v1/projects/{quote(project.name)}/dashboard",
        "places": [(label, page) for label, *where in _PLACES if (page := first_page(project, where))],
        "project": project,
    }


def first_page(project: Project, pages: Sequence[tuple[str, tuple[str, ...], str]]) -> str:
    """Return the first of some pages of a project that this installation has; "" for none."""
    for name, further, tail in pages:
        try:
            return reverse(name, args=[project.name, *further]) + tail
        except NoReverseMatch:
            continue
    return ""


def _linked(project: Project, card: dict[str, Any]) -> dict[str, Any]:
    """Return where a card leads: its whole list as pages, or as JSON where there is no page; its rows."""
    rows = [{**row, "url": kinds.named(row["kind"]).url(row["id"])} for row in card["items"]]
    name = quote(project.name)
    lists = {
        "open-conflicts": [("Show all", f"/conflicts/?project={name}&severity=any")],
        "without-provenance": [
            (kind.capitalize(), f"/{kind}/?project={name}&status=active&without_source=true")
            for kind in ("memories", "entities")
        ],
    }
    page = first_page(project, _PAGES.get(card["name"], ()))
    return {"items": rows, "lists": lists.get(card["name"]) or [("Show all", page or card["queries"][0])]}


def _bars(shares: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the deep shares, each with what its own links alone give."""
    by_name = {one["name"]: one for one in shares}
    words = (("satisfied", "Satisfied"), ("verified", "Verified"))
    return [
        {**by_name[f"{name}_deep"], "label": label, "own": by_name[f"{name}_shallow"]["numerator"]}
        for name, label in words
    ]


def _spark(weeks: list[dict[str, Any]], key: str, label: str, when: str) -> dict[str, Any] | None:
    """Return a series as a line of twelve points, with the same in words; None where it is not for the actor."""
    values = [week[key] for week in weeks]
    if None in values:
        return None
    top = max(*values, 1)
    step = WIDTH / (len(values) - 1)
    points = " ".join(
        f"{place * step:.0f},{HEIGHT - 3 - value / top * (HEIGHT - 6):.1f}" for place, value in enumerate(values)
    )
    total = "" if key == "active" else f", {sum(values)} in twelve weeks"
    words = f"{label}: {values[-1]} {when}{total}; between {min(values)} and {max(values)} a week"
    if key == "active":
        words = f"{label}: {values[0]} twelve weeks ago, {values[-1]} now"
    return {
        "label": label,
        "points": points,
        "last": values[-1],
        "when": when,
        "total": sum(values),
        "words": words,
        "key": key,
    }


DASHBOARD = register(Panel("dashboard", "engineering/dashboard.html", panel))
