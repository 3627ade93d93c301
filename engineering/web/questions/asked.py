"""What a page's address asks of the catalogue: which query, with which limits and parameters."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from engineering.models import Entity
from engineering.queries.catalogue import QUERIES, Choice, Other, Query, Scope
from engineering.queries.envelope import DEPTH_LIMIT, NODE_LIMIT, Limits
from memories.actors import Actor
from memories.errors import Invalid, NotFound
from memories.models import Project
from memories.queries import records

#: Items of a list on a page, and entities of a walk, unless the address says otherwise.
ROWS, WALKED = 100, 300
#: Questions that a page of their own answers, by the name of its address.
OWN_PAGES = {"Q-004": "project-map", "Q-102": "suspect-links", "Q-103": "differences", "Q-104": "changes"}
_MOST_OFFSET = 10_000_000


def slug(query: Query) -> str:
    """Return a query's word in addresses."""
    return query.name.replace("_", "-")


def query_of(scope: Scope, word: str) -> Query:
    """Return the query of a word in an address, or raise NotFound."""
    for query in QUERIES:
        if query.scope is scope and word.replace("_", "-") in (slug(query), query.path.rpartition("/")[2]):
            return query
    raise NotFound("There is no such question here.")


def address(query: Query, subject: Project | Entity) -> str:
    """Return the page of a query about a project or an entity."""
    if isinstance(subject, Project):
        if query.id in OWN_PAGES:
            return reverse(OWN_PAGES[query.id], args=[subject.name])
        return reverse("project-query", args=[subject.name, slug(query)])
    return reverse("entity-query", args=[subject.pk, slug(query)])


def rest_address(query: Query, subject: Project | Entity, suffix: str = "") -> str:
    """Return the address of the same question at the REST door, or of its answer as a file."""
    name = f"query-{query.name}" + (f"-{suffix}" if suffix else "")
    return reverse(name, args=[subject.name if isinstance(subject, Project) else subject.pk])


def given(request: HttpRequest) -> dict[str, str]:
    """Return what an address names; what was left open is left out."""
    return {name: str(value) for name, value in request.GET.items() if value}


def check(query: Query, asked: Mapping[str, str]) -> None:
    """Raise Invalid where an address names a parameter that the query does not take."""
    known = {"limit", *(["depth"] if query.depth else []), *(["offset"] if query.lists else [])}
    known |= {param.name for param in query.params} | ({"as_of"} if query.looks_back else set())
    for name in asked:
        if name not in known:
            detail = f"This question takes no “{name[:60]}”. It takes {', '.join(sorted(known))}."
            raise Invalid.field(name, detail, "unknown_filter")


def limits_of(query: Query, asked: Mapping[str, str]) -> Limits:
    """Return the caps that an address asks for. Raises Invalid."""
    usual = ROWS if query.lists else WALKED
    return Limits(
        whole(asked, "depth", query.depth or Limits().depth, 1, DEPTH_LIMIT),
        whole(asked, "limit", usual, 1, NODE_LIMIT),
        whole(asked, "offset", 0, 0, _MOST_OFFSET),
    )


def whole(asked: Mapping[str, str], name: str, usual: int, least: int, most: int) -> int:
    """Return a parameter that is a whole number. Raises Invalid."""
    text = asked.get(name) or str(usual)
    if not (text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most):
        raise Invalid.field(name, f"{name} takes a whole number from {least} to {most}.", "invalid")
    return int(text)


def chosen(query: Query, asked: Mapping[str, str], actor: Actor) -> dict[str, Any]:
    """Return the values of a query's own parameters. Raises Invalid or NotFound."""
    found: dict[str, Any] = {}
    for param in query.params:
        text = asked.get(param.name, "")
        if isinstance(param, Other):
            found[param.name] = records.get("entity", text, actor) if text else None
        elif isinstance(param, Choice):
            if text and text not in param.words:
                words = ", ".join(filter(None, param.words))
                raise Invalid.field(param.name, f"{param.name} takes one of {words}.", "invalid_choice")
            found[param.name] = text or param.words[0]
        else:
            found[param.name] = text
    return found


def with_params(base: str, asked: Mapping[str, Any], **changed: Any) -> str:
    """Return an address with parameters, some of them changed; empty ones are left out."""
    kept = {name: value for name, value in {**asked, **changed}.items() if value not in ("", None)}
    return f"{base}?{urlencode(kept)}" if kept else base
