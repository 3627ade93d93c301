"""What AtoCore writes into ReqIF beside what every tool reads, so that its own files come back without a difference.

It stands in DESC, which other tools show as a comment: of a spec type the type that it is ("AtoCore:component"), of an
attribute definition what it holds, of a place in a hierarchy the type of the link to what stands above (LONG-NAME is
its role), or that it only shows an object and says nothing of it. Pure.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from memories.files import parse_json

MARK = "AtoCore:"
#: What attributes hold: fields of a record; a property as it is, or as JSON where no kind of ReqIF holds it; as a JSON
#: object the properties whose names XML does not keep.
NAME, REF, STATEMENT, DESCRIPTION, PROPERTY, JSON = "name", "ref", "statement", "description", "property", "json"
MORE = "more"
#: A specification that is no record: it holds what stands in no document.
UNPLACED = "unplaced"
#: A place that says nothing of its object, whose links are all relations.
SHOWN = "shown"
#: An identifier that was made because there was none, or one that XML does not take.
MADE = re.compile(r"_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(slots=True)
class Own:
    """What an object of ours holds: the fields of its record by their names, and its properties."""

    fields: dict[str, str] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)

    def take(self, what: str, name: str, value: Any) -> None:
        """Take the value of an attribute: of one that another tool added, too. Raises ValueError: it is no JSON."""
        if what == JSON:
            self.properties[name] = _json(value)
        elif what == MORE:
            more = _json(value)
            if not isinstance(more, dict):
                raise ValueError("it is no JSON object")
            self.properties |= more
        elif what in (STATEMENT, PROPERTY):
            self.properties[STATEMENT if what == STATEMENT else name] = value
        elif what in (NAME, REF, DESCRIPTION):
            self.fields[what] = str(value)
        elif value not in ("", []):
            self.properties.setdefault(name, value)


def _json(text: Any) -> Any:
    if not isinstance(text, str):
        raise ValueError("it is no text that holds JSON")
    return parse_json(text)


def shown_role(relationship_type: str) -> str:
    """Return the name that a relation without a role of its own shows in other tools."""
    return relationship_type.replace("_", " ").capitalize()


def said(element: Any) -> str:
    """Return what the mark of an element says, empty for none."""
    text = (element.get("DESC") or "").strip()
    return text.removeprefix(MARK) if text.startswith(MARK) else ""


def exact_text(element: Any) -> str | None:
    """Return the text of a formatted value that is one preformatted block and nothing else, None for any other."""
    inside = list(element)
    while len(inside) == 1 and not (element.text or "").strip() and not (inside[0].tail or "").strip():
        if etree.QName(inside[0]).localname == "pre":
            return None if len(inside[0]) else (inside[0].text or "")
        element, inside = inside[0], list(inside[0])
    return None
