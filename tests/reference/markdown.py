"""Markdown that reads as text, too: words that cannot become markup, and tables."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

MADE = "<!-- Written by `make reference`; changes made here are lost. -->"
_CODE = re.compile(r"(`[^`]*`)")


def words(text: str) -> str:
    """Return a text on one line, in which only `code` is markup."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(part if part.startswith("`") else re.sub(r"([\\*<\[])", r"\\\1", part) for part in parts)


def code(text: object) -> str:
    """Return a value as code."""
    shown = str(text)
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


def slug(title: str) -> str:
    """Return the anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def link(title: str) -> str:
    """Return a link to a heading of the same page."""
    return f"[{title}](#{slug(title)})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table and an empty one; none where there are no rows. Empty columns are left out."""
    held = [list(row) for row in rows]
    shown = [at for at in range(len(head)) if any(row[at] for row in held)]
    if not held:
        return []
    lines = [[head[at] for at in shown], ["---"] * len(shown), *([row[at] for at in shown] for row in held)]
    return [*(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines), ""]


def page(title: str, about: str, lines: Iterable[str]) -> str:
    """Return a whole page. Raises ValueError where two headings have one anchor: links to the second would miss it."""
    held = list(lines)
    anchors = Counter(slug(line.lstrip("# ")) for line in held if line.startswith("#"))
    if twice := [anchor for anchor, times in anchors.items() if times > 1]:
        raise ValueError(f"{title}: more than one heading is #{', #'.join(twice)}")
    return "\n".join([MADE, "", f"# {title}", "", about, "", *held]).rstrip() + "\n"
