"""Parsers of single fields, shared by all kinds: what a door received becomes a model value or a named fault."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime

from memories import permissions
from memories.actors import Actor
from memories.errors import FieldError, Invalid
from memories.ids import as_uuid
from memories.kinds import kinds
from memories.models import Project
from memories.queries import projects, records
from memories.text import MAX_NAME, clean_json, clean_text

#: Takes (value, field name, actor); returns the model value. Raises Invalid.
Parser = Callable[[Any, str, Actor], Any]


def clean_all(
    spec: Mapping[str, tuple[str, Parser]], fields: Mapping[str, Any], *, actor: Actor, required: Sequence[str] = ()
) -> dict[str, Any]:
    """Parse a mapping of fields; report every fault at once.

    Args:
        spec: field name as doors spell it -> (model attribute, parser).
        fields: what the door received.
        actor: who asks (references are resolved as far as they may see).
        required: names that must be there.

    Returns:
        Model values by attribute name, only for the fields that were given.

    Raises:
        Invalid: one FieldError a fault.
    """
    faults: list[FieldError] = [
        FieldError(f"/{name}", "required", "This field is required.") for name in required if name not in fields
    ]
    values: dict[str, Any] = {}
    for name, value in fields.items():
        if name not in spec:
            faults.append(
                FieldError(f"/{_shown(name)}", "unknown_field", f"There is no such field; known are {', '.join(spec)}.")
            )
            continue
        attribute, parse = spec[name]
        try:
            values[attribute] = parse(value, name, actor)
        except Invalid as error:
            faults.extend(error.errors)
    if faults:
        raise _joined(faults)
    return values


def _shown(name: object) -> str:
    return str(name)[:80].encode(errors="replace").decode()


def _joined(faults: list[FieldError]) -> Invalid:
    from memories.errors import TooLarge, UnknownProject

    if all(fault.code == "too_large" for fault in faults):
        return TooLarge(faults)
    if len(faults) == 1 and faults[0].code == UnknownProject.code:
        error = Invalid(faults)
        error.code = UnknownProject.code
        return error
    return Invalid(faults)


def text(most: int, *, blank: bool = False, single: bool = False) -> Parser:
    """Return a parser of text of at most `most` characters."""
    return lambda value, name, actor: clean_text(value, name, most=most, blank=blank, single=single)


def optional_text(most: int) -> Parser:
    """Return a parser of a one-line text that may be missing: null and "" become None."""

    def parse(value: Any, name: str, actor: Actor) -> str | None:
        return None if value is None else clean_text(value, name, most=most, blank=True, single=True) or None

    return parse


def choice(words: Sequence[str]) -> Parser:
    """Return a parser of one of the words."""

    def parse(value: Any, name: str, actor: Actor) -> str:
        word = clean_text(value, name, most=80, single=True)
        if word not in words:
            raise Invalid.field(name, f"“{word}” is not one of {', '.join(words)}.", "invalid_choice")
        return word

    return parse


def confidence(value: Any, name: str, actor: Actor) -> float:
    """Parse a confidence, 0..1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value <= 1:
        raise Invalid.field(name, "A confidence is a number from 0 to 1.", "confidence_range")
    return float(value)


def integer(least: int, most: int) -> Parser:
    """Return a parser of a whole number in a range, or null."""

    def parse(value: Any, name: str, actor: Actor) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Invalid.field(name, f"A whole number from {least} to {most} is expected.", "integer_range")
        return value

    return parse


def moment(value: Any, name: str, actor: Actor) -> datetime | None:
    """Parse an ISO 8601 time with its zone, or a date (its midnight UTC), or null; answers in UTC."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        found: datetime | None = value
    else:
        found = _parse_moment(clean_text(value, name, most=64, single=True))
    if found is None:
        raise Invalid.field(
            name, "A time is written like 2026-03-01T09:30:00Z, or a date like 2026-03-01.", "invalid_time"
        )
    if found.tzinfo is None:
        raise Invalid.field(name, "A time needs its zone: 2026-03-01T09:30:00Z or +01:00.", "zone_missing")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise Invalid.field(name, "That time lies outside the years 1 to 9999.", "invalid_time") from None


def _parse_moment(value: str) -> datetime | None:
    try:
        if day := parse_date(value):
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        return parse_datetime(value)
    except ValueError:
        return None


def tags(value: Any, name: str, actor: Actor) -> list[str]:
    """Parse a list of at most 50 tags; they become lower case, once each."""
    if not isinstance(value, list) or len(value) > 50:
        raise Invalid.field(name, "A list of at most 50 words is expected.", "not_a_list")
    cleaned = [clean_text(item, f"{name}/{place}", most=80, single=True).lower() for place, item in enumerate(value)]
    return list(dict.fromkeys(cleaned))


def json_object(value: Any, name: str, actor: Actor) -> dict[str, Any]:
    """Parse a JSON object within the bounds of memories.text."""
    if not isinstance(value, dict):
        raise Invalid.field(name, "A JSON object is expected.", "not_an_object")
    cleaned: dict[str, Any] = clean_json(value, name)
    return cleaned


def project(value: Any, name: str, actor: Actor) -> Project | None:
    """Parse a project by name or alias; null or "" for none. Who looked many names up at once hands over the row."""
    if value is None or value == "" or isinstance(value, Project):
        return value or None
    return projects.resolve(clean_text(value, name, most=200, blank=True), actor, pointer=f"/{name}")


def by_id(values: dict[str, Any]) -> dict[str, Any]:
    """Return parsed values as an update takes them, the project by its id (a new row carries the project itself)."""
    if "project" not in values:
        return values
    found = values.pop("project")
    return {**values, "project_id": found.pk if found else None}


def names(value: Any, name: str, actor: Actor) -> list[str]:
    """Parse what a record speaks of: at most 50 names of entities; an id is taken for the name of that entity."""
    if not isinstance(value, list) or len(value) > 50:
        raise Invalid.field(name, "A list of at most 50 names is expected.", "not_a_list")
    found = [_named(item, f"{name}/{place}", actor) for place, item in enumerate(value)]
    return list(dict.fromkeys(found))


def _named(value: Any, pointer: str, actor: Actor) -> str:
    word = clean_text(value, pointer, most=MAX_NAME, single=True)
    wanted = as_uuid(word) if "entity" in kinds else None
    if wanted is None:
        return word
    row = records.visible("entity", actor).filter(pk=wanted).first()
    if row is None:
        raise Invalid.field(pointer, f"There is no entity {wanted} that you may see.", "dangling")
    return kinds.of(row).title(row)


def uuid(value: Any, name: str) -> UUID:
    """Parse an id. Raises Invalid."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(clean_text(value, name, most=64, single=True))
    except ValueError:
        raise Invalid.field(name, "An id (UUID) is expected.", "not_an_id") from None


def record(kind_name: str) -> Parser:
    """Return a parser of a reference to a record of a kind that the actor may see, or null."""

    def parse(value: Any, name: str, actor: Actor) -> UUID | None:
        if value is None or value == "":
            return None
        wanted = uuid(value, name)
        if not records.visible(kind_name, actor).filter(pk=wanted).exists():
            raise Invalid.field(name, f"There is no {kind_name} {wanted} that you may see.", "dangling")
        return wanted

    return parse


def model_row(model: Any) -> Parser:
    """Return a parser of a reference to a row of a model with a visibility rule (interaction, chunk), or null."""

    def parse(value: Any, name: str, actor: Actor) -> UUID | None:
        if value is None or value == "":
            return None
        wanted = uuid(value, name)
        if not permissions.for_principal(model._base_manager.filter(pk=wanted), actor).exists():
            raise Invalid.field(name, f"There is no {model._meta.verbose_name} {wanted} that you may see.", "dangling")
        return wanted

    return parse


_REF_MODELS = {"interaction": "Interaction", "chunk": "SourceChunk"}


def source_refs(value: Any, name: str, actor: Actor) -> list[str]:
    """Parse sources: `memory:<id>`, `entity:<id>`, `interaction:<id>`, `chunk:<id>`, `doc:<path>#<heading>` or a URL.

    An id that does not exist, or that the actor may not see, is refused.
    """
    if not isinstance(value, list) or len(value) > 100:
        raise Invalid.field(name, "A list of at most 100 sources is expected.", "not_a_list")
    refs = [clean_text(item, f"{name}/{place}", most=2_000, single=True) for place, item in enumerate(value)]
    for place, ref in enumerate(refs):
        _check_ref(ref, f"{name}/{place}", actor)
    return list(dict.fromkeys(refs))


def _check_ref(ref: str, name: str, actor: Actor) -> None:
    from memories import models

    word, _, rest = ref.partition(":")
    if word in ("http", "https") or (word == "doc" and rest):
        return
    if word in _REF_MODELS:
        model_row(getattr(models, _REF_MODELS[word]))(rest, name, actor)
    elif word in kinds and word in ("memory", "entity"):
        record(word)(rest, name, actor)
    else:
        raise Invalid.field(
            name,
            "A source is memory:, entity:, interaction: or chunk: and an id, doc: and a path, or a URL.",
            "bad_source",
        )
