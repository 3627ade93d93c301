"""What text and JSON may enter, checked at one place for every door.

Why each rule exists: a lone surrogate or a NUL is stored by SQLite and then breaks every list; PostgreSQL refuses
it with a server error; JSON nested thousands deep exhausts the stack; NaN and infinity are no JSON; an integer above
2**53 reaches a JavaScript client as another number.
"""

import math
import re
import unicodedata
from collections.abc import Set
from typing import Any

from memories.errors import FieldError, Invalid, TooLarge

MAX_TEXT = 200_000
MAX_NAME = 300
MAX_DEPTH = 32
MAX_NODES = 10_000
MAX_JSON_TEXT = 1_000_000
MAX_INTEGER = 2**53

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
#: Words that hold a sentence together and say nothing by themselves. Negations are none: they turn a statement over.
_GLUE = frozenset(
    re.findall(
        r"\w+",
        "a about also an and are as at be been but by can could did do does for from had has have how i if in into is "
        "it its may of on or our so than that the their then there these they this those to was we were what when "
        "where which while who will with would you your",
    )
)
# A full stop inside a number or a name (12.7, M1.2) ends no sentence.
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?!\s)[^.!?\n]*)*(?:[.!?]+(?=\s|$)|\n+|$)")
_WORD = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")


def text_fault(value: str, *, most: int = MAX_TEXT) -> FieldError | None:
    """Return what is wrong with a text (pointer empty), or None.

    Args:
        value: the text.
        most: how many characters are taken.
    """
    if len(value) > most:
        return FieldError("", "too_large", f"At most {most:,} characters are taken; this has {len(value):,}.")
    if _SURROGATE.search(value):
        return FieldError("", "not_unicode", "The text holds a lone surrogate, which is no Unicode character.")
    if found := _CONTROL.search(value):
        return FieldError("", "control_character", f"The control character U+{ord(found[0]):04X} is not taken.")
    return None


def clean_text(value: object, field: str, *, most: int = MAX_TEXT, blank: bool = False, single: bool = False) -> str:
    """Return the text, trimmed, or raise Invalid naming the field.

    Args:
        value: what the door received.
        field: the field's name, for the error's pointer.
        most: characters taken at most.
        blank: whether an empty text is allowed.
        single: whether it must be one line (names, ids).
    """
    if not isinstance(value, str):
        raise Invalid.field(field, f"Text is expected, not {type(value).__name__}.", "not_text")
    if fault := text_fault(value, most=most):
        error = FieldError(f"/{field}", fault.code, fault.detail)
        raise (TooLarge if fault.code == "too_large" else Invalid)([error])
    text = value.strip()
    if not text and not blank:
        raise Invalid.field(field, "This must not be empty.", "blank")
    if single and re.search(r"[\r\n\u2028\u2029]", text):
        raise Invalid.field(field, "This must be a single line.", "line_break")
    return text


def clean_json(value: object, field: str) -> Any:
    """Return a JSON value as it came, or raise Invalid with the pointer of the first fault.

    Bounds: depth 32, 10,000 nodes, 1,000,000 characters of text in all.
    """
    stack: list[tuple[object, str, int]] = [(value, f"/{field}" if field else "", 1)]
    nodes = size = 0
    while stack:
        node, pointer, depth = stack.pop()
        nodes += 1
        if depth > MAX_DEPTH or nodes > MAX_NODES or size > MAX_JSON_TEXT:
            raise TooLarge([FieldError(pointer[:200], "too_large", _too_large(depth, nodes))])
        size += _check_scalar(node, pointer)
        stack.extend(_children(node, pointer, depth + 1))
    return value


def _too_large(depth: int, nodes: int) -> str:
    if depth > MAX_DEPTH:
        return f"JSON may be nested {MAX_DEPTH} deep at most."
    if nodes > MAX_NODES:
        return f"At most {MAX_NODES:,} values are taken in one JSON field."
    return f"At most {MAX_JSON_TEXT:,} characters are taken in one JSON field."


def _children(node: object, pointer: str, depth: int) -> list[tuple[object, str, int]]:
    if isinstance(node, dict):
        pairs = [(key, item) for key, item in node.items()]
        keys = [(key, f"{pointer}/{str(key)[:40]}", depth) for key, _ in pairs]
        return keys + [(item, f"{pointer}/{str(key)[:40]}", depth) for key, item in pairs]
    if isinstance(node, list | tuple):
        return [(item, f"{pointer}/{index}", depth) for index, item in enumerate(node)]
    return []


def _check_scalar(node: object, pointer: str) -> int:
    fault: FieldError | None = None
    if isinstance(node, str):
        fault = text_fault(node)
    elif isinstance(node, float) and not math.isfinite(node):
        fault = FieldError("", "not_finite", "NaN and infinite numbers are no JSON.")
    elif isinstance(node, int) and abs(node) > MAX_INTEGER:
        fault = FieldError("", "integer_range", "Integers beyond 2**53 lose digits on the way: send them as text.")
    elif not isinstance(node, str | float | int | bool | dict | list | tuple | None):
        fault = FieldError("", "not_json", f"{type(node).__name__} is no JSON value.")
    if fault:
        raise Invalid([FieldError(pointer[:200].encode(errors="replace").decode(), fault.code, fault.detail)])
    return len(node) if isinstance(node, str) else 0


def normalise(text: str) -> str:
    """Return the form by which two texts count as the same: casefolded, white space folded, NFC.

    Not NFKC: it would turn 10² into 102.
    """
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()
    return " ".join(folded.split())


def shortened(text: str, most: int = 120) -> str:
    """Return a text, or its beginning up to the end of a word and an ellipsis; `most` characters at most."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    whole = cut if text[most - 1].isspace() else cut.rsplit(None, 1)[0]
    # a word as long as that is cut
    return (whole if len(whole) > most // 2 else cut).rstrip() + "…"


_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>#|"})


def plain_markdown(text: str) -> str:
    """Return a text as one line in which Markdown sees no markup."""
    return " ".join(text.split()).translate(_MARKUP)


def tokens(text: str) -> list[str]:
    """Return the words of a text in order, casefolded; numbers keep their decimals ("12.7")."""
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


def terms(text: str) -> frozenset[str]:
    """Return the distinct words of a text that say something."""
    return frozenset(tokens(text)) - _GLUE


def sentences(text: str) -> list[str]:
    """Return the sentences and lines of a text; joined they are the text again."""
    return [piece for piece in _SENTENCE.findall(text) if piece]


def overlap(one: Set[str], other: Set[str]) -> float:
    """Return the Sørensen-Dice coefficient of two token sets, 0..1 (Dice 1945)."""
    if not one or not other:
        return 0.0
    return 2 * len(one & other) / (len(one) + len(other))
