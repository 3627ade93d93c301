"""The registry of kinds: what is written once for every kind of record asks here what it needs to know.

Pure: it holds the model classes that the apps register, and imports none. memories registers memory and document,
engineering registers entity, relationship and conflict, each in its AppConfig.ready.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from memories.lifecycle import Lifecycle

if TYPE_CHECKING:
    from django.db import models

    from memories.actors import Actor

Row = Any  # a guarded model instance; its class is known only to the app that registered it


@dataclass(frozen=True)
class Change:
    """One mutation that was just written, as hooks see it (inside its transaction).

    Attributes:
        kind: the record's kind.
        row: the record as it is now.
        action: the verb.
        before: previous values of what changed ({} for create), JSON-ready.
        actor: who did it.
        decision_id: groups the rows of one decision.
        batch: the open write (memories.services._write.Batch), for hooks that change further rows.
    """

    kind: "Kind"
    row: Row
    action: str
    before: Mapping[str, Any]
    actor: "Actor"
    decision_id: UUID
    batch: Any


Hook = Callable[[Change], None]


@dataclass(frozen=True)
class IndexText:
    """What the lexical index holds of a record.

    Attributes:
        text: its own words; likeness is measured by them.
        lead: further words it is found by (a date, names it is linked to, values).
        marks: single tokens a search may narrow by (memories.search.marks).
    """

    text: str
    lead: str = ""
    marks: tuple[str, ...] = ()


def _nothing(row: Row) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Kind:
    """All that code over several kinds needs to know of one.

    Attributes:
        name: singular word of audit rows and source_refs ("memory").
        plural: word of REST paths and tabs ("memories").
        model: the model class (fields: id, status, version, created_by, created_at, updated_at, triage_rank).
        lifecycle: its verbs.
        clean: turns what a door received into model values; `partial` for an update. Raises Invalid.
        editable: names that update takes, as doors spell them.
        title: one line that names a record to a person.
        project_paths: ORM paths from the model to its projects, its own first; a row is seen where all of them are.
        refresh: recomputes derived columns on an unsaved row (keys, ranks) before it is written.
        index_text: what the index holds; None for kinds that are not searched.
        surround: brings what the index holds of the neighbours' words in line after rows were written; it gets each row
            with the previous values of what changed.
        check: raises a DomainError when the row as it will be breaks a rule across rows.
        effects: further values that a verb writes in the same mutation (a link's fingerprint at promotion).
        blockers: (id, words) of live records that rest on an active row (asked before its activation is undone).
        key: what is equal for records that repeat one another, "" where nothing is; two who write it do so in turn.
        find_twin: returns the live row that a new one would repeat, or None.
        union: list fields that merge unites; `choosable`: fields of which merge takes one side.
        hidden: columns that the audit snapshot leaves out because they are derived from others.
        card: template of the triage card, empty for kinds that are not triaged.
        url: permanent address of a record in the web app.
        select: relations that a list or card reads (for select_related).
        unsourced: condition (Q) that no source is recorded; None where a kind has none to record.
        always_visible: readers see rows of every status (conflicts).
        project_of: returns a row's project (or None), without a query when `select` was used.
        hooks: run after each mutation, inside its transaction.
        conditions: what filters ask of a record that only another floor can tell, as functions that return a Q by name.
    """

    name: str
    plural: str
    model: "type[models.Model]"
    lifecycle: Lifecycle
    clean: Callable[..., dict[str, Any]]
    editable: tuple[str, ...] = ()
    title: Callable[[Row], str] = str
    project_paths: tuple[str, ...] = ("project",)
    refresh: Callable[[Row], None] = _nothing
    index_text: Callable[[Row], IndexText] | None = None
    surround: Callable[[Sequence[tuple[Row, Mapping[str, Any]]]], None] | None = None
    check: Callable[[Row, str], None] = lambda row, action: None
    effects: Callable[[Row, str], Mapping[str, Any]] = lambda row, action: {}
    blockers: Callable[[Row], list[tuple[str, str]]] = lambda row: []
    key: Callable[[Row], str] = lambda row: ""
    find_twin: Callable[[Row], Row | None] = _nothing
    union: tuple[str, ...] = ()
    choosable: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    card: str = ""
    url: Callable[[UUID], str] = lambda record_id: ""
    select: tuple[str, ...] = ()
    unsourced: Any = None
    always_visible: bool = False
    project_of: Callable[[Row], Any] = attrgetter("project")
    hooks: list[Hook] = field(default_factory=list)
    conditions: dict[str, Callable[[], Any]] = field(default_factory=dict)

    def project_id_of(self, row: Row) -> UUID | None:
        """Return the id of a row's project; None where it has none."""
        project = self.project_of(row)
        return project.pk if project else None


class Registry:
    """The kinds by name, by plural and by model."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}

    def register(self, kind: Kind) -> Kind:
        """Add a kind. Raises ValueError when the name is taken."""
        if kind.name in self._kinds:
            raise ValueError(f"kind {kind.name!r} is registered already")
        self._kinds[kind.name] = kind
        return kind

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    def __contains__(self, name: str) -> bool:
        return name in self._kinds

    def named(self, name: str) -> Kind:
        """Return a kind by its singular or plural name. Raises KeyError."""
        for kind in self._kinds.values():
            if name in (kind.name, kind.plural):
                return kind
        raise KeyError(name)

    def of(self, row: Row) -> Kind:
        """Return the kind of a record. Raises KeyError."""
        for kind in self._kinds.values():
            if isinstance(row, kind.model):
                return kind
        raise KeyError(type(row).__name__)

    def triaged(self) -> Sequence[Kind]:
        """Return the kinds that have candidates for a person to decide."""
        return [kind for kind in self._kinds.values() if kind.card]


kinds = Registry()
