"""One older row on the desk: each field is read by a rule that repairs what it can and says what it did."""

import json
import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from engineering.importers.legacy.source import Row
from memories.errors import Invalid
from memories.files import parse_json
from memories.ids import adopt_id
from memories.text import MAX_TEXT, clean_json

_UNTAKEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Refused(Exception):
    """A row cannot be taken; `rule` names why, `instead` the row that stands for it where there is one."""

    def __init__(self, rule: str, reason: str, instead: UUID | None = None) -> None:
        super().__init__(reason)
        self.rule, self.reason, self.instead = rule, reason, instead


class Desk:
    """Reads the fields of one row.

    Attributes:
        row: the row as it was read.
        repairs: (rule, what was wrong and what was done) of this row, in order.
    """

    def __init__(self, row: Row, now: datetime) -> None:
        self.row, self.now = row, now
        self.repairs: list[tuple[str, str]] = []

    def repair(self, rule: str, reason: str) -> None:
        """Remember a repair."""
        self.repairs.append((rule, reason))

    def text(self, name: str, default: str = "", *, most: int = MAX_TEXT) -> str:
        """Return a text; control characters and bytes that are no UTF-8 become U+FFFD, the rest stays."""
        value = self.row.get(name)
        if value is None:
            return default
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
            self.repair("not_text", f"{name} held bytes, read as UTF-8")
        text = str(value)
        if _UNTAKEN.search(text):
            text = _UNTAKEN.sub("\ufffd", text)
            self.repair("control_characters", f"{name}: characters that cannot be stored became U+FFFD")
        if len(text) > most:
            raise Refused("too_large", f"{name} has {len(text):,} characters; {most:,} are taken")
        return text

    def filled(self, name: str, *, most: int = MAX_TEXT) -> str:
        """Return a text that must hold something. Raises Refused."""
        text = self.text(name, most=most)
        if not text.strip():
            raise Refused("empty", f"{name} is empty")
        return text

    def line(self, name: str, default: str = "", *, most: int = 200) -> str:
        """Return one line of at most `most` characters; a longer one is cut."""
        text = " ".join(self.text(name, default).split())
        if len(text) > most:
            self.repair("cut", f"{name}: {most} characters are taken; it was {text!r}")
            text = f"{text[: most - 1]}…"
        return text

    def own_id(self, kept: str = "this report alone") -> tuple[UUID, str]:
        """Return the row's id and, where that is no UUID, the id as it was written. Raises Refused for none.

        Args:
            kept: where the written id is kept.
        """
        text = self.text("id").strip()
        if not text:
            raise Refused("no_id", "the row has no id")
        adopted = adopt_id(text)
        if _is_uuid(text):
            return adopted, ""
        self.repair("id_not_uuid", f"the id {text!r} is no UUID: it became {adopted}, the original is kept in {kept}")
        return adopted, text

    def choice(self, name: str, known: Collection[str], instead: str, rule: str) -> tuple[str, bool]:
        """Return (a known word, whether it stood there); an unknown one becomes `instead`."""
        word = self.text(name).strip()
        if word in known:
            return word, True
        if word.casefold() in known:
            self.repair("spelling", f"{name}: {word!r} was read as {word.casefold()!r}")
            return word.casefold(), True
        self.repair(rule, f"{name}: {word!r} is not known; it became {instead!r}")
        return instead, False

    def share(self, name: str, default: float) -> float:
        """Return a number 0..1; what lies outside is moved to the nearer end."""
        value = self.row.get(name)
        if value is None:
            return default
        number = _number(value)
        if number is None:
            self.repair("bad_number", f"{name}: {value!r} is no number; it became {default}")
            return default
        if not 0 <= number <= 1:
            clamped = min(max(number, 0.0), 1.0)
            self.repair("confidence_range", f"{name}: {value!r} is outside 0..1; it became {clamped}")
            return clamped
        return number

    def count(self, name: str, default: int = 0) -> int:
        """Return a whole number of 0 or more."""
        value = self.row.get(name)
        if value is None:
            return default
        number = _number(value)
        if number is None or number < 0 or number > 2**31 - 1 or number != int(number):
            self.repair("bad_number", f"{name}: {value!r} is no count; it became {default}")
            return default
        return int(number)

    def time(self, name: str) -> datetime | None:
        """Return an aware time, UTC where the row says no zone; None for none or one that cannot be read."""
        value = self.row.get(name)
        if value in (None, ""):
            return None
        moment = _moment(value)
        if moment is None:
            self.repair("bad_time", f"{name}: {value!r} is no time; it was left out")
        return moment

    def moment(self, name: str, *others: str) -> datetime:
        """Return a time that must be there: the first of the fields that has one, else the time of the import."""
        for field in (name, *others):
            if (moment := self.time(field)) is not None:
                return moment
        return self.now

    def words(self, name: str) -> list[str]:
        """Return a list of lower-case words; what is no JSON is split at commas."""
        found = self.json(
            name, list, lambda text: [word.strip() for word in re.split(r"[,;]", text)], "split at commas"
        )
        words = [word.strip().lower() for word in found if isinstance(word, str) and word.strip()]
        if len(words) != len([word for word in found if word != ""]):
            self.repair("bad_json", f"{name}: {self.row[name]!r} holds more than words; the words were taken")
        return list(dict.fromkeys(words))

    def object(self, name: str) -> dict[str, Any]:
        """Return a JSON object; what is none is kept as text under `unparsed`."""
        return dict(self.json(name, dict, lambda text: {"unparsed": text}, "kept as text under `unparsed`"))

    def strings(self, name: str) -> list[str]:
        """Return a JSON list of texts; what is no JSON becomes one text."""
        found = self.json(name, list, lambda text: [text], "kept as one text")
        return [item if isinstance(item, str) else json.dumps(item) for item in found]

    def json(self, name: str, shape: type, otherwise: Callable[[str], Any], words: str) -> Any:
        """Return a JSON value of a shape, or what `otherwise` makes of the text."""
        text = self.text(name, most=10 * MAX_TEXT).strip()
        if not text:
            return shape()
        try:
            value = clean_json(parse_json(text), name)
        except (ValueError, Invalid) as error:
            self.repair("bad_json", f"{name}: {text[:200]!r} cannot be read ({error}); it was {words}")
            return otherwise(text)
        if isinstance(value, shape):
            return value
        self.repair("bad_json", f"{name}: {text[:200]!r} is no {_SHAPES[shape]}; it was {words}")
        return otherwise(text)


_SHAPES: dict[type, str] = {list: "list", dict: "object"}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number and abs(number) != float("inf") else None


def _moment(value: Any) -> datetime | None:
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(str(value).strip().replace(" UTC", "+00:00"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
