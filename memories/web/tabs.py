"""The tabs of what waits for people: the kinds with a queue here, and queues that another floor adds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from memories.actors import Actor
from memories.kinds import kinds


@dataclass(frozen=True)
class Tab:
    """A queue with pages of its own.

    Attributes:
        name: its word in an address.
        label: its word on the page.
        url: where it is.
        count: how much waits there for an actor.
    """

    name: str
    label: str
    url: str
    count: Callable[[Actor], int]


class _Tabs:
    def __init__(self) -> None:
        self._by_name: dict[str, Tab] = {}

    def register(self, tab: Tab) -> Tab:
        """Add or replace a tab."""
        self._by_name[tab.name] = tab
        return tab

    def named(self, name: str) -> Tab | None:
        """Return the tab of a name, or None."""
        return self._by_name.get(name)

    def __iter__(self) -> Iterator[Tab]:
        return iter(self._by_name.values())


tabs = _Tabs()


def waiting(request: HttpRequest, actor: Actor) -> dict[str, int]:
    """Return how much waits in each added tab, by its name; counted once a request."""
    known: dict[str, int] | None = getattr(request, "_atocore_waiting", None)
    if known is None:
        known = {tab.name: tab.count(actor) for tab in tabs}
        setattr(request, "_atocore_waiting", known)  # noqa: B010 - HttpRequest declares no such attribute
    return known


def bar(counts: Mapping[str, int], here: str, project: str = "") -> list[dict[str, Any]]:
    """Return the tabs above a queue, the neighbours of the present one with their keys.

    Args:
        counts: what waits, by the tab's word.
        here: the word of the present one.
        project: the project that narrows them, by name.
    """
    named = {"project": project} if project else {}
    listed = [
        (kind.plural, kind.plural.capitalize(), f"{reverse('triage')}?{urlencode({'tab': kind.plural, **named})}")
        for kind in kinds.triaged()
    ]
    listed += [(tab.name, tab.label, tab.url + (f"?{urlencode(named)}" if named else "")) for tab in tabs]
    place = [name for name, _, _ in listed].index(here)
    keys = {(place - 1) % len(listed): "[", (place + 1) % len(listed): "]"}
    return [
        {
            "label": label,
            "url": url,
            "count": counts[name],
            "here": name == here,
            "key": keys.get(number, "") if number != place else "",
        }
        for number, (name, label, url) in enumerate(listed)
    ]
