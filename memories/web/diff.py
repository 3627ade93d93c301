"""Word by word: what one text says that another does not. Pure."""

import difflib
import re
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_PIECE = re.compile(r"\s+|[^\s]+")
#: Above this many words a comparison would take long; the texts are then shown one after the other.
_MOST = 4_000


class Run(NamedTuple):
    """Some text that both sides share (`equal`), or only the old one (`del`) or the new one (`ins`) has."""

    op: str
    text: str


def runs(old: str, new: str) -> list[Run]:
    """Return the texts as runs of words, in reading order."""
    before, after = _PIECE.findall(old), _PIECE.findall(new)
    if len(before) + len(after) > _MOST:
        return [Run("del", old), Run("ins", new)]
    found: list[Run] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Run("equal", "".join(before[i1:i2])))
            continue
        found += [Run("del", "".join(before[i1:i2]))] if i2 > i1 else []
        found += [Run("ins", "".join(after[j1:j2]))] if j2 > j1 else []
    return _joined(found)


def _joined(found: list[Run]) -> list[Run]:
    """Return the runs with single spaces between two changes taken into the changes, so that phrases stay whole."""
    joined: list[Run] = []
    old = new = ""
    for place, run in enumerate(found):
        between = run.op == "equal" and not run.text.strip() and (old or new) and place + 1 < len(found)
        if run.op == "equal" and not between:
            joined += _change(old, new)
            joined.append(run)
            old = new = ""
        else:
            old += run.text if run.op != "ins" else ""
            new += run.text if run.op != "del" else ""
    return joined + _change(old, new)


def _change(old: str, new: str) -> list[Run]:
    return [run for run in (Run("del", old), Run("ins", new)) if run.text]


def html(old: str, new: str) -> SafeString:
    """Return the texts as one, with <del> and <ins>; a thin space stands between what goes and what comes."""
    pieces: list[SafeString | str] = []
    before = ""
    for op, text in runs(old, new):
        if op == "equal":
            pieces.append(text)
        else:
            pieces.append(format_html("{}<{}>{}</{}>", "\u2009" if before == "del" else "", op, text, op))
        before = op
    return format_html_join("", "{}", ((piece,) for piece in pieces))
