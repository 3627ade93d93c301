"""What a step of housekeeping is, the registry of steps, and what a run gives each of them."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from memories.actors import Actor
from memories.kinds import kinds

#: What a step did, or would do: numbers by their words.
Counts = Mapping[str, int]
#: Last words of numbers that tell how things are, or of notes taken; all others tell what was changed.
NOTED = ("waiting", "left", "open", "cold", "written")
#: Told how far a step is: (step, done, of).
Tell = Callable[[str, int, int], None]
#: Rows of one transaction; seconds between two, in which those get their turn who waited for the write lock.
BATCH, PAUSE = 200, 0.05


def silent(step: str, done: int, of: int) -> None:
    """Tell nobody."""


@dataclass
class Keeping:
    """One run, as its steps see it.

    Attributes:
        at: the moment of the run; every threshold counts from it.
        request_id: groups the audit rows of the run.
        dry_run: say what would be done, and do nothing.
        clock: the time to record instead of now (see Actor).
        most: rows that a step may change; None for no bound.
        tell: told how far the run is.
        rehearsals: what steps of a dry run would have written, for later steps that build on it.
        leaving: candidates that a step of a dry run would have decided; later ones do not count them as waiting.
        longest: seconds of the longest transaction.
    """

    at: datetime
    request_id: str
    dry_run: bool = False
    clock: datetime | None = None
    most: int | None = None
    tell: Tell = silent
    rehearsals: list[Callable[[], None]] = field(default_factory=list)
    leaving: set[UUID] = field(default_factory=set)
    longest: float = 0.0

    def actor(self, way: str = "cron") -> Actor:
        """Return the program itself, acting in this run."""
        return Actor.system(way, self.request_id, self.clock)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measure a transaction."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.longest = max(self.longest, time.perf_counter() - start)

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Let a step of a dry run write, after what earlier steps would have written, and take all of it back."""
        with transaction.atomic():
            for act in self.rehearsals:
                act()
            yield
            transaction.set_rollback(True)


@dataclass(frozen=True)
class Step:
    """One piece of housekeeping.

    Attributes:
        name: its word in reports.
        title: what it does, as a heading.
        place: its place in the order.
        act: does it.
    """

    name: str
    title: str
    place: int
    act: Callable[[Keeping], Counts]


def changed(counts: Counts) -> int:
    """Return how much of what a step tells was changed by it."""
    return sum(number for word, number in counts.items() if word.rpartition("_")[2] not in NOTED)


def counted(word: str, number: int) -> str:
    """Return what a number counts, in words: `memories_expired` is “memory expired” for one."""
    words = word.replace("_", " ")
    if number == 1:
        for plural, single in (*((kind.plural, kind.name) for kind in kinds), *_SINGLE):
            words = words.replace(plural, single)
    return words


_SINGLE = (("keys", "key"), ("sessions", "session"), ("runs", "run"))


class _Steps:
    def __init__(self) -> None:
        self._by_name: dict[str, Step] = {}

    def register(self, step: Step) -> Step:
        """Add or replace a step."""
        self._by_name[step.name] = step
        return step

    def named(self, name: str) -> Step | None:
        """Return the step of a name, or None (a run of an older version may have had others)."""
        return self._by_name.get(name)

    def __iter__(self) -> Iterator[Step]:
        return iter(sorted(self._by_name.values(), key=lambda step: step.place))


steps = _Steps()
