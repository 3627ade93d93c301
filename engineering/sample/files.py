"""The sample's files, read into records.

Owns the notation of the files: keys, defaults, durations and dates. It touches no model and no service, and refuses
what it does not know, so that a typing error in a file is an error and not a missing field.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent

_COMMON = frozenset({"key", "by", "ago", "status", "accepted", "then"})
_KEYS: Mapping[str, frozenset[str]] = {
    "project": frozenset({"name", "aliases", "description"}),
    "document": frozenset({"project", "file", "path"}),
    "interaction": frozenset(
        {
            *("project", "client", "session", "prompt", "response", "summary", "context_pack", "memories_used"),
            "looked_through",
        }
    ),
    "memory": frozenset(
        {
            *("project", "type", "content", "tags", "confidence", "valid_until", "replaces"),
            *("from", "excerpt", "chunk", "observed"),
        }
    ),
    "entity": frozenset(
        {"project", "type", "name", "description", "properties", "sources", "confidence", "replaces", "graduates"}
    ),
    "relationship": frozenset({"source", "type", "target", "sources", "confidence"}),
}
_STEP_KEYS = frozenset({"verb", "who", "ago", "with", "note", "set"})

_DURATION = re.compile(r"(?:(\d+)d)? ?(?:(\d+)h)? ?(?:(\d+)m)?")
_DATE = re.compile(r"\{\{(\+?)([^}]+)\}\}")
_ACCEPTED = re.compile(r"(?P<who>\w+)(?: after (?P<after>.+))?")
_HEADING = re.compile(r"^#+ ", re.MULTILINE)


class SampleError(ValueError):
    """A file of the sample says something that cannot be."""


@dataclass(frozen=True)
class Step:
    """Something that happened to a record after it was written.

    Attributes:
        verb: the verb of the lifecycle.
        who: the actor's label, `user:<name>`.
        ago: how long before the load.
        partner: key of the record that replaces this one or that it is merged into; empty for none.
        note: the reason given.
        values: for `update`, the fields set, in the notation of the files.
    """

    verb: str
    who: str
    ago: timedelta
    partner: str = ""
    note: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """One record of the sample as its file gives it.

    Attributes:
        kind: project, document, interaction, memory, entity or relationship.
        key: its local name, unique over all kinds.
        by: the label of the actor that wrote it.
        ago: how long before the load it was written.
        status: `active` where a reviewer wrote it as true, `candidate` else.
        fields: the rest, in the notation of the files.
        steps: what happened to it later.
        group: records of one group were written in one request; empty for a request of its own.
    """

    kind: str
    key: str
    by: str
    ago: timedelta
    status: str
    fields: Mapping[str, Any]
    steps: tuple[Step, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class Sample:
    """All records by key, the main project's name, and the people with what they look after."""

    main: str
    people: Mapping[str, str]
    records: Mapping[str, Record]

    def of(self, kind: str) -> list[Record]:
        """Return the records of a kind in the order of the files."""
        return [record for record in self.records.values() if record.kind == kind]


def duration(text: str) -> timedelta:
    """Return the length of "12d 4h 30m"; any of the three may be absent, not all. Raises SampleError."""
    match = _DURATION.fullmatch(text.strip())
    if not match or not any(match.groups()):
        raise SampleError(f"{text!r} is no duration such as 12d 4h")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def with_dates(value: Any, now: datetime) -> Any:
    """Return a value with every {{12d}} or {{+10d}} in its texts written out as that day's date."""
    if isinstance(value, str):
        return _DATE.sub(lambda match: _day(match, now), value)
    if isinstance(value, dict):
        return {key: with_dates(part, now) for key, part in value.items()}
    if isinstance(value, list):
        return [with_dates(part, now) for part in value]
    return value


def _day(match: re.Match[str], now: datetime) -> str:
    length = duration(match[2])
    return (now + length if match[1] else now - length).date().isoformat()


def read(now: datetime) -> Sample:
    """Read the whole sample.

    Args:
        now: the moment that `ago` counts back from; aware.

    Raises:
        SampleError: an unknown key, a record twice, a duration that is none.
    """
    top = _yaml(FOLDER / "projects.yaml", now)
    documents = _yaml(FOLDER / "documents.yaml", now)
    found = [
        *(_record("project", {"key": row["name"], **row}, {}) for row in top["projects"]),
        *(_record("document", row, {}) for row in documents["documents"]),
    ]
    for kind, folder in (("interaction", "interactions"), ("memory", "memories"), ("entity", "entities")):
        for path in sorted((FOLDER / folder).glob("*.yaml")):
            found += _records(kind, folder, _yaml(path, now))
    for path in sorted((FOLDER / "relationships").glob("*.yaml")):
        found += _links(path.stem, _yaml(path, now))
    records: dict[str, Record] = {}
    for record in _placed(found):
        if record.key in records:
            raise SampleError(f"{record.key} stands in the sample twice")
        records[record.key] = record
    return Sample(top["main"], top["people"], records)


def text_of(document: Record, now: datetime) -> str:
    """Return the Markdown of a document record, its dates written out."""
    text = (FOLDER / "documents" / document.fields["file"]).read_text(encoding="utf-8")
    return str(with_dates(text, now))


def sections(text: str) -> list[tuple[str, str]]:
    """Return (heading, what stands under it to the next heading) of a Markdown text, in order."""
    parts = (part.partition("\n") for part in _HEADING.split(text)[1:])
    return [(heading.strip(), body) for heading, _, body in parts]


def _yaml(path: Path, now: datetime) -> dict[str, Any]:
    loaded = with_dates(yaml.safe_load(path.read_text(encoding="utf-8")), now)
    if not isinstance(loaded, dict):
        raise SampleError(f"{path.name} holds no mapping")
    return loaded


def _records(kind: str, part: str, file: dict[str, Any]) -> Iterator[Record]:
    for row in file[part]:
        yield _record(kind, row, file.get("defaults", {}))


def _links(stem: str, file: dict[str, Any]) -> Iterator[Record]:
    for number, group in enumerate(file["groups"]):
        shared = {name: group[name] for name in ("by", "ago", "confidence") if name in group}
        for link in group["links"]:
            row = dict(link) if isinstance(link, dict) else {"link": link}
            text = row.pop("link")
            source, kind, target = text.split()
            ends = {"key": text, "source": source, "type": kind, "target": target}
            defaults = {"status": file.get("status", "active"), **shared}
            yield _record("relationship", {**ends, **row}, defaults, group=f"{stem}/{number}")


def _record(kind: str, row: dict[str, Any], defaults: dict[str, Any], group: str = "") -> Record:
    values = {**defaults, **row}
    unknown = set(values) - _COMMON - _KEYS[kind]
    if unknown:
        raise SampleError(f"{row.get('key')}: unknown {', '.join(sorted(unknown))}")
    fields = {name: value for name, value in values.items() if name not in _COMMON}
    status = values.get("status") or "candidate"
    ago = duration(values["ago"]) if "ago" in values else timedelta.max
    steps = tuple(_steps(values, status))
    return Record(kind, values["key"], _label(values, fields), ago, status, fields, steps, group)


def _label(values: dict[str, Any], fields: dict[str, Any]) -> str:
    by = str(values.get("by") or f"agent:{fields.get('client')}")
    return by if ":" in by else f"user:{by}"


def _steps(values: dict[str, Any], status: str) -> Iterator[Step]:
    accepted = _ACCEPTED.fullmatch(values.get("accepted", "")) if status == "candidate" else None
    if accepted:
        # Counted from when the record was written; `_placed` turns it into time before the load.
        yield Step("promote", f"user:{accepted['who']}", -duration(accepted["after"] or "6h"))
    for row in values.get("then", ()):
        if set(row) - _STEP_KEYS:
            raise SampleError(f"{values['key']}: unknown step key in {sorted(row)}")
        yield Step(
            verb=row["verb"],
            who=f"user:{row['who']}",
            ago=duration(row["ago"]),
            partner=row.get("with", ""),
            note=row.get("note", ""),
            values=row.get("set", {}),
        )


def _placed(records: list[Record]) -> Iterator[Record]:
    """Give a memory without `ago` its time, a few minutes after the conversation it came from."""
    spoken = {record.key: record for record in records if record.kind == "interaction"}
    followers: dict[str, int] = {}
    for record in records:
        ago = record.ago
        if ago == timedelta.max:
            origin = record.fields.get("from", "")
            if origin not in spoken:
                raise SampleError(f"{record.key} says neither when nor where it comes from")
            followers[origin] = followers.get(origin, 0) + 1
            ago = spoken[origin].ago - timedelta(minutes=10 + followers[origin])
        yield _at(record, ago)


def _at(record: Record, ago: timedelta) -> Record:
    steps = tuple(
        Step(step.verb, step.who, ago + step.ago) if step.ago < timedelta(0) else step for step in record.steps
    )
    return Record(record.kind, record.key, record.by, ago, record.status, record.fields, steps, record.group)
