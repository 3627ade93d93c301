"""A record as one line of a pack. Pure.

What comes out of memory is data. A text is folded into one line, and what a model could take for the pack's own marks
(a reference, a heading, a fence, a tag) is written so that it cannot be: only the pack itself writes `[kind:id]`.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

#: Characters of one text that enter a line.
MOST = 4_000
_BRACKETS = str.maketrans({"[": "(", "]": ")", "［": "(", "］": ")", "【": "(", "】": ")", "〔": "(", "〕": ")"})
_MARKED = re.compile(r"[\[［【〔][^\[\]［］【】〔〕]*(?::|：)[^\[\]［］【】〔〕]*[\]］】〕]?")
_TAG = re.compile(r"<(?=[/!?|a-zA-Z])")
_FENCE = re.compile(r"`{3,}|~{3,}")
_CELLS = re.compile(r"\|(?:[\s|:-]*\|)+")
_RULE = re.compile(r"(?:(?<=\s)|^)(?:#{1,6}|[-=_*]{3,}|>+)(?=\s|$)")


def fold(text: str, most: int = MOST) -> str:
    """Return a text as one line that cannot be taken for anything but text."""
    plain = text[: 2 * most]
    if not plain.isprintable():
        plain = "".join(" " if _breaks(letter) else letter for letter in plain if not _hidden(letter))
    plain = _FENCE.sub("'''", _TAG.sub("‹", plain))
    plain = _MARKED.sub(lambda found: found[0].translate(_BRACKETS), plain)
    plain = " ".join(_RULE.sub(" ", _CELLS.sub("|", plain)).split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def _breaks(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) in ("Zl", "Zp", "Cc")


def _hidden(letter: str) -> bool:
    """Tell whether a character shows nothing and only turns or joins others (bidi, zero width, tags)."""
    return unicodedata.category(letter) in ("Cf", "Cs", "Co", "Cn")


def line(text: str, kind: str, record_id: object, *, deep: bool = False) -> str:
    """Return a line that ends with its reference; `text` is folded already."""
    return f"{'  ' if deep else ''}- {text} [{kind}:{record_id}]"


def values(properties: Mapping[str, Any], *, but: tuple[str, ...] = ()) -> str:
    """Return properties as `name = value; …`, in the order of their names."""
    shown = ((name, properties[name]) for name in sorted(properties) if name not in but)
    return "; ".join(f"{name.replace('_', ' ')} = {_value(value)}" for name, value in shown if value not in (None, ""))


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(value[name])}" for name in sorted(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
