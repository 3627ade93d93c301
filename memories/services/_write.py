"""The write path: the only code that writes guarded rows.

A `Batch` is one transaction of one actor. Each change is a conditional UPDATE on id, version and status
(compare-and-set, because row locks do not exist on SQLite) and one audit row; audit and index rows are flushed in bulk
at the end. Nothing here calls the network.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from memories.actors import Actor
from memories.errors import Duplicate, Stale
from memories.ids import new_id
from memories.kinds import Change, Kind, Row
from memories.models import AuditEntry
from memories.models._guard import writing
from memories.models._statements import insert_rows
from memories.queries.keys import forget
from memories.search import index
from memories.services import audit, upkeep

_FLUSH_AT = 500
_NEVER_INDEXED = frozenset({"reinforce", "annotate", "confirm"})


class Batch:
    """One transaction of one actor over any number of records.

    Use as a context manager. All rows of a batch share the actor's request id; `decision()` groups the rows that one
    decision changes together, and undoes them when it is refused. A batch `within` another writes in its transaction,
    and its audit rows go with that one's.
    """

    def __init__(self, actor: Actor, *, within: "Batch | None" = None) -> None:
        self.actor = actor
        self._within = within
        self.at: datetime = actor.clock or timezone.now()
        self._entries: list[AuditEntry] = []
        self._indexed: dict[tuple[str, UUID], index.Written] = {}
        self._decision: UUID = new_id()
        self._closing: dict[str, Callable[[Batch], None]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if self._within is None:
            self._stack.enter_context(transaction.atomic())
        self._stack.enter_context(writing())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> bool | None:
        if kind is None:
            try:
                for act in self._closing.values():
                    act(self)
                self._finish()
            except BaseException as failure:
                self._stack.__exit__(type(failure), failure, failure.__traceback__)
                raise
        return self._stack.__exit__(kind, error, trace)

    def at_close(self, name: str, make: "Callable[[], Callable[[Batch], None]]") -> Any:
        """Return the closing act of a name, made when a hook first asks for it.

        It runs once, when every row of the batch is written (the audit rows follow), still inside its transaction: what
        follows from many changes together is done there, set-based.
        """
        if name not in self._closing:
            self._closing[name] = make()
        return self._closing[name]

    @contextmanager
    def decision(self, *, savepoint: bool = False) -> Iterator[UUID]:
        """Group the changes inside under one decision id; with `savepoint`, a refusal undoes just them."""
        kept, entries, indexed = self._decision, len(self._entries), dict(self._indexed)
        self._decision = new_id()
        try:
            with transaction.atomic() if savepoint else _no_savepoint():
                yield self._decision
        except BaseException:
            del self._entries[entries:]
            self._indexed = indexed
            raise
        finally:
            self._decision = kept

    def insert(self, kind: Kind, row: Row, *, action: str = "create", note: str = "", refreshed: bool = False) -> None:
        """Insert one new record with its audit row (`refreshed`: its derived columns are right already).

        Raises:
            Duplicate: a unique rule refuses it.
        """
        if not refreshed:
            kind.refresh(row)
        try:
            with _survivable():
                insert_rows(kind.model, [row])
        except IntegrityError as error:
            raise _as_duplicate(kind, row, error) from error
        self._note(kind, row, action, {}, note)

    def insert_many(self, kind: Kind, rows: Sequence[Row], *, action: str = "import", note: str = "") -> None:
        """Insert many new records with one audit row each, set-based. IntegrityError passes through."""
        for row in rows:
            kind.refresh(row)
        insert_rows(kind.model, rows)
        for row in rows:
            self._note(kind, row, action, {}, note)

    def change(self, kind: Kind, row: Row, action: str, values: Mapping[str, Any], *, note: str = "") -> None:
        """Write values to one record if it still stands at the version and status of `row`.

        Args:
            kind: the record's kind.
            row: the record as it was read; brought up to date by this call.
            action: the verb; its transition says whether the version counts up.
            values: new values by attribute name.
            note: reason.

        Raises:
            Stale: somebody changed the record since it was read.
            Duplicate: a unique rule refuses the result.
        """
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        before = {name: getattr(row, name) for name in changed}
        if kind.lifecycle.verb(action).bumps:
            changed |= {"version": row.version + 1, "updated_at": self.at}
        if changed:
            self._compare_and_set(kind, row, changed)
        self._note(kind, row, action, _by_name(row, before), note)

    def _compare_and_set(self, kind: Kind, row: Row, changed: dict[str, Any]) -> None:
        seen = {"pk": row.pk, "version": row.version, "status": row.status}
        if "reference_count" in changed:
            seen["reference_count"] = row.reference_count
        derived = _derived(row)
        previous = {name: getattr(row, name) for name in (*changed, *derived)}
        for name, value in changed.items():
            setattr(row, name, value)
        kind.refresh(row)
        # A column in SET costs its indexes even where its value stays: name only those that moved.
        moved = {name: getattr(row, name) for name in derived if getattr(row, name) != previous[name]}
        try:
            with transaction.atomic():
                hit = kind.model._base_manager.filter(**seen).update(**changed, **moved)
        except IntegrityError as error:
            refusal = _as_duplicate(kind, row, error)  # before the row is put back: its new key finds the twin
            _put_back(row, previous)
            raise refusal from error
        if not hit:
            _put_back(row, previous)
            raise stale(kind, row)

    def log(
        self, row: models.Model, action: str, *, kind_name: str, before: Mapping[str, Any] | None = None, note: str = ""
    ) -> AuditEntry:
        """Add the audit row of a record that is no kind (project, token, membership, interaction, user)."""
        made = audit.entry(
            row,
            action,
            actor=self.actor,
            decision_id=self._decision,
            at=self.at,
            before=before or {},
            note=note,
            kind_name=kind_name,
        )
        self._entries.append(made)
        return made

    def keep(self, entries: Sequence[AuditEntry]) -> None:
        """Append imported history as it came."""
        self._entries.extend(entries)

    def _note(self, kind: Kind, row: Row, action: str, before: Mapping[str, Any], note: str) -> None:
        self._entries.append(
            audit.entry(
                row,
                action,
                actor=self.actor,
                decision_id=self._decision,
                at=self.at,
                before=before,
                note=note,
                kind=kind,
            )
        )
        if kind.index_text and action not in _NEVER_INDEXED:
            earlier = self._indexed.get((kind.name, row.pk))
            self._indexed[kind.name, row.pk] = index.Written(
                kind, row, {**before, **(earlier.before if earlier else {})}
            )
        for hook in kind.hooks:
            hook(Change(kind, row, action, before, self.actor, self._decision, self))
        if action == "import" and len(self._entries) >= _FLUSH_AT * 4:
            self._flush()

    def _finish(self) -> None:
        if self._within is None:
            self._flush()
            return
        self._within._entries += self._entries
        self._within._indexed |= self._indexed

    def _flush(self) -> None:
        if self._entries:
            insert_rows(AuditEntry, self._entries)
            upkeep.grown(len(self._entries))
            self._entries = []
        if self._indexed:
            index.upsert(list(self._indexed.values()))
            self._indexed = {}


def _survivable() -> AbstractContextManager[Any]:
    """Let a transaction outlive a statement that a rule refused: SQLite does so itself, PostgreSQL by a savepoint."""
    return transaction.atomic() if connection.vendor == "postgresql" else nullcontext()


@contextmanager
def _no_savepoint() -> Iterator[None]:
    yield


def _derived(row: Row) -> list[str]:
    names = ("triage_rank", "dedupe_key", "near_overlap", "rejected_before", "canonical_key")
    return [name for name in names if hasattr(row, name)]


def _put_back(row: Row, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _by_name(row: Row, values: Mapping[str, Any]) -> dict[str, Any]:
    names = {column.attname: column.name for column in type(row)._meta.concrete_fields}
    return {names[name]: audit.json_value(value) for name, value in values.items()}


def stale(kind: Kind, row: Row) -> Stale:
    """Build the refusal for a record that changed since it was read: what stands now and who made it so."""
    from memories.services.refusals import present_state

    state = present_state(kind, row.fresh())
    return Stale(f"This {kind.name} changed since you saw it: {state['words']}.", **state)


def _as_duplicate(kind: Kind, row: Row, error: IntegrityError) -> Exception:
    from memories.services.refusals import present_state

    forget(row)
    twin = kind.find_twin(row)
    if twin is None or twin.pk == row.pk:
        return Duplicate(f"Another {kind.name} already has what must be unique ({_rule(error)}).", rule=_rule(error))
    state = present_state(kind, twin)
    return Duplicate(f"A live {kind.name} with the same content exists: {twin.pk}.", **state)


def _rule(error: IntegrityError) -> str:
    text = str(error.__cause__ or error)
    return text.split("\n")[0].removeprefix("UNIQUE constraint failed: ")[:200]


def quiet_log() -> None:
    """Wait until no other write is under way, and let none begin before this transaction ends.

    PostgreSQL numbers audit rows before they are committed: without this a lower number could still come.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE memory_audit IN SHARE ROW EXCLUSIVE MODE")


def serialise(key: str) -> None:
    """Let one transaction at a time pass this point for a key (PostgreSQL; SQLite writes are serial already)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(key)])


def lock_number(key: str) -> int:
    """Return the number by which PostgreSQL locks a key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
