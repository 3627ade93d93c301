"""The sample in order of time: everything that happened, oldest first.

Pure: it knows records and durations, no model and no service.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from engineering.sample.files import Record, Step

#: At one moment the evidence is there before what is made of it.
_ORDER = ("project", "document", "interaction", "memory", "entity", "relationship")


@dataclass(frozen=True)
class Event:
    """A record being written (`step` is None) or something happening to it."""

    ago: timedelta
    record: Record
    step: Step | None = None


def events(records: Iterable[Record]) -> list[Event]:
    """Return what happened to the records, oldest first; at one moment in the order of the files."""
    found = []
    for record in records:
        found.append(Event(record.ago, record))
        found += [Event(step.ago, record, step) for step in record.steps]
    return sorted(found, key=_place)


def _place(event: Event) -> tuple[timedelta, int, int]:
    return -event.ago, 0 if event.step is None else 1, _ORDER.index(event.record.kind)
