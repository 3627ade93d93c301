"""ReqIF's data types, attribute definitions and values, in plain words and JSON."""

import math
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from lxml import etree

from engineering.importers.reqif_own import Own, exact_text, said

_BLOCKS = {
    "p",
    "div",
    "tr",
    "table",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "pre",
    "blockquote",
    *(f"h{n}" for n in range(1, 7)),
}
_UNSEEN = {"script", "style"}
_BLANKS = re.compile(r"[ \t\r\n]+")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_REAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN")


def local(element: Any) -> str:
    """Return an element's name without its namespace, empty for an entity that was not expanded."""
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def first(element: Any, *path: str) -> Any:
    """Return the element at a path of local names below `element`, or None."""
    for name in path:
        element = next((child for child in element if local(child) == name), None)
        if element is None:
            return None
    return element


def reference(element: Any, *path: str) -> str:
    """Return the id that the first child of the element at `path` holds, empty for none."""
    found = first(element, *path)
    return (found[0].text or "").strip() if found is not None and len(found) else ""


def title(element: Any) -> str:
    """Return the LONG-NAME, or the identifier where there is none."""
    return (element.get("LONG-NAME") or element.get("IDENTIFIER") or "").strip()


def xhtml_text(element: Any) -> str:
    """Return what a formatted value says, as plain text: paragraphs and list items on lines of their own.

    A value that is one preformatted block is taken as it stands.
    """
    exact = exact_text(element)
    if exact is not None:
        return exact
    lines = "".join(_pieces(element)).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip(" \t\r") for line in lines)).strip()


def _pieces(element: Any, kept: bool = False) -> list[str]:
    """Return what an element and its tail say; `kept`: it stands in a preformatted block, where line breaks count."""
    name, tail = local(element), _folded(element.tail, kept)
    if name in _UNSEEN or not name:
        return [tail]
    keep = kept or name == "pre"
    words = [_folded(element.text, keep)]
    for child in element:
        words += _pieces(child, keep)
    if name == "object" and not "".join(words).strip():
        words = [f"[{element.get('data') or 'object'}]"]
    if name == "li":
        words = ["\n- ", *words]
    elif name == "br":
        words = ["\n"]
    elif name in _BLOCKS:
        words = ["\n", *words, "\n"]
    return [*words, tail]


def _folded(text: str | None, keep: bool) -> str:
    return (text or "") if keep else _BLANKS.sub(" ", text or "")


def free_name(name: str, taken: Container[str]) -> str:
    """Return the name with the next number that is free: “Note (2)”."""
    return next(free for number in count(2) if (free := f"{name} ({number})") not in taken)


@dataclass(slots=True)
class Vocabulary:
    """What a file declares: names by identifier.

    Attributes:
        types: of spec types (of objects, relations, specifications).
        attributes: of attribute definitions.
        choices: of enumeration values.
        defaults: by identifier of a spec type, the values of attributes that an object leaves out.
        own: what the marks of types and attribute definitions say, in a file of AtoCore's own making.
    """

    types: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, dict[str, Any]] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)

    def learn(self, content: Any) -> None:
        """Take the DATATYPES and SPEC-TYPES of REQ-IF-CONTENT. Raises ValueError: a default that is no such value."""
        for value in content.iter("{*}ENUM-VALUE"):
            self.choices[value.get("IDENTIFIER", "")] = title(value)
        declared = first(content, "SPEC-TYPES")
        for kind in declared if declared is not None else ():
            known = kind.get("IDENTIFIER", "")
            self.types[known] = title(kind)
            self._mark(kind)
            definitions = first(kind, "SPEC-ATTRIBUTES")
            for definition in definitions if definitions is not None else ():
                self.attributes[definition.get("IDENTIFIER", "")] = title(definition)
                self._mark(definition)
                default = first(definition, "DEFAULT-VALUE")
                if default is not None and len(default):
                    self._default(known, title(definition), default[0])

    def _default(self, known: str, name: str, element: Any) -> None:
        try:
            value = self.value(element)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        if value is not None:
            self.defaults.setdefault(known, {})[name] = value

    def _mark(self, element: Any) -> None:
        if mark := said(element):
            self.own[element.get("IDENTIFIER", "")] = mark

    def own_of(self, element: Any) -> Own | None:
        """Return what an object of a type of ours holds, None for any other. Raises ValueError as `values` does."""
        if reference(element, "TYPE") not in self.own:
            return None
        result = Own()
        for name, known, value in self._held(element):
            try:
                if (got := self.value(value, exact=True)) is not None:
                    result.take(self.own.get(known, ""), name, got)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        return result

    def _held(self, element: Any) -> Iterator[tuple[str, str, Any]]:
        holder = first(element, "VALUES")
        for value in holder if holder is not None else ():
            known = reference(value, "DEFINITION")
            yield self.attributes.get(known, known), known, value

    def values(self, element: Any) -> dict[str, Any]:
        """Return an object's values by attribute name. Raises ValueError naming the attribute that cannot be read."""
        result = dict(self.defaults.get(reference(element, "TYPE"), {}))
        told: set[str] = set()
        for name, _, value in self._held(element):
            try:
                got = self.value(value)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
            if got is None or (name in told and got in ("", [], result[name])):
                continue
            # of two attributes of one name the second is no second value of the first
            free = free_name(name, result) if name in told and result[name] not in ("", []) else name
            told.add(free)
            result[free] = got
        return result

    def value(self, element: Any, *, exact: bool = False) -> Any:
        """Return one ATTRIBUTE-VALUE-… as JSON holds it, None for a number, date or truth value that says nothing.

        A date and a number of many digits stay as they are written.

        Args:
            element: the value.
            exact: whether white space around a text counts.
        """
        kind = local(element).removeprefix("ATTRIBUTE-VALUE-")
        if kind == "XHTML":
            held = first(element, "THE-VALUE")
            return xhtml_text(held) if held is not None else ""
        if kind == "ENUMERATION":
            chosen = first(element, "VALUES")
            ids = [(ref.text or "").strip() for ref in chosen] if chosen is not None else []
            names = [self.choices.get(known, known) for known in ids]
            return names[0] if len(names) == 1 else names
        written = element.get("THE-VALUE") or ""
        if kind == "STRING":
            return written if exact else written.strip()
        return _plain(kind, written.strip()) if written.strip() else None


def _plain(kind: str, text: str) -> Any:
    if kind == "BOOLEAN":
        if text not in ("true", "false", "1", "0"):
            raise ValueError(f"{text!r} is neither true nor false")
        return text in ("true", "1")
    if kind == "INTEGER":
        if not _INTEGER.fullmatch(text):
            raise ValueError(f"{text!r} is no integer")
        return int(text) if len(text) < 16 else text  # a longer one is kept as written
    if kind == "REAL":
        if not _REAL.fullmatch(text):
            raise ValueError(f"{text!r} is no number")
        return float(text) if math.isfinite(float(text)) else text
    return text
