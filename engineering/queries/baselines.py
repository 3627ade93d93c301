"""What differs between two moments of a project (Q-103): added, removed and changed, old -> new."""

from collections import Counter
from typing import Any

from engineering.ontology import RELATIONSHIP_TYPES
from engineering.queries.envelope import Answer, Item, Limits
from engineering.queries.graph import Graph
from memories.actors import Actor
from memories.models import Project
from memories.queries import moments
from memories.queries.comparing import ADDED, CHANGED, REMOVED, Difference, between
from memories.queries.moments import Moment

CHANGES = (ADDED, CHANGED, REMOVED)
KINDS = ("entity", "relationship", "memory")
_ENDS = ("source_entity", "target_entity")


def differences(
    project: Project,
    actor: Actor,
    limits: Limits | None = None,
    *,
    since: str = "",
    until: str = "",
    change: str = "",
    kind: str = "",
) -> Answer:
    """Return what was true at one of two moments and not, or otherwise, at the other (Q-103).

    Active records of the project are compared; a record that was moved to another project was removed.

    Args:
        project: whose records; a link belongs to the project of its source.
        actor: links that lead into projects they may not read are left out.
        limits: the page of the list; counts are of the whole.
        since: a baseline, a time or the number of an audit row; "" for the newest baseline, or else the beginning.
        until: the same, or `now`; "" for now.
        change: only these differences are listed: added, changed or removed.
        kind: only records of this kind are listed: entity, relationship or memory.

    Raises:
        Invalid: a moment is none, or lies in the future.
    """
    first, second = _first(project, since), _second(project, until)
    rule = "Active records of the project at both moments; counters, times of writing and digests are not compared."
    answer = Answer("Q-103", _params(project, first, second, change, kind), second.at, rule)
    answer.partial = moments.partial(first, project.pk)
    found = _readable(between(project.pk, first, second, KINDS), actor)
    answer.counts = _counts(found)
    listed = (one for one in found if change in ("", one.change) and kind in ("", one.kind))
    answer.items = sorted(map(_item, listed), key=_place)
    answer.wait([])
    return answer.page(limits or Limits())


def _first(project: Project, text: str) -> Moment:
    if text:
        return moments.moment_of(text, project=project.pk, pointer="?since") or _now()
    newest = moments.baselines(project.pk).first()
    # Without a baseline everything is new since the project began.
    return moments.of_baseline(newest) if newest else Moment(project.created_at, seq=0)


def _second(project: Project, text: str) -> Moment:
    return (moments.moment_of(text, project=project.pk, pointer="?until") if text else None) or _now()


def _now() -> Moment:
    return Moment(moments.asked_at(), name=moments.NOW)


def _params(project: Project, first: Moment, second: Moment, change: str, kind: str) -> dict[str, Any]:
    def said(moment: Moment) -> dict[str, Any]:
        return {"at": moment.at.isoformat(), "seq": moment.seq, "name": moment.name}

    return {"project": project.name, "since": said(first), "until": said(second), "change": change, "kind": kind}


def _readable(found: list[Difference], actor: Actor) -> list[Difference]:
    """Leave out links with an end in a project the actor may not read. One query."""
    ends = {str(one.state.get(name)) for one in found if one.kind == "relationship" for name in _ENDS}
    if not ends:
        return found
    there = Graph(actor).readable(ends)
    return [one for one in found if one.kind != "relationship" or {str(one.state.get(name)) for name in _ENDS} <= there]


def _counts(found: list[Difference]) -> dict[str, int]:
    """Return how many were added, changed and removed, in all and for each kind."""
    whole = Counter(one.change for one in found)
    by_kind = Counter(f"{one.kind}.{one.change}" for one in found)
    return {change: whole[change] for change in CHANGES} | dict(sorted(by_kind.items()))


def _item(one: Difference) -> Item:
    kind = str(one.state.get(f"{one.kind}_type", ""))
    fields = [{"field": change.name, "old": change.old, "new": change.new} for change in one.fields]
    data: dict[str, Any] = {"kind": one.kind, "changes": fields}
    if one.kind == "relationship":
        data |= {"reads": RELATIONSHIP_TYPES[kind].label, **{name: str(one.state.get(name)) for name in _ENDS}}
    return Item(one.record, kind, one.title, one.status, group=one.change, data=data)


def _place(one: Item) -> tuple[int, str, str, str, str]:
    return KINDS.index(one.data["kind"]), one.type, one.name.casefold(), one.id, one.group
