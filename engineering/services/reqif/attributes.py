"""What each type of object carries in a ReqIF file: its attributes, in a fixed order, and the values of a record."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from engineering.importers.reqif_own import DESCRIPTION, JSON, MORE, NAME, PROPERTY, REF, STATEMENT
from engineering.models import Entity
from engineering.services.importing.origin import OWN

#: Kinds of ReqIF attributes.
STRING, XHTML, BOOLEAN, INTEGER, REAL = "STRING", "XHTML", "BOOLEAN", "INTEGER", "REAL"
_KINDS: dict[type, str] = {bool: BOOLEAN, int: INTEGER, float: REAL, str: STRING}
#: XML 1.0 takes no other characters.
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: What a place in the hierarchy says again.
PLACE = ("document", "position")


@dataclass(frozen=True)
class Attribute:
    """An attribute of a type.

    Attributes:
        identifier: in the file.
        name: as other tools show it: of the implementation guide for fields, the property's own else.
        kind: of ReqIF.
        what: what it holds (engineering.importers.reqif_own).
    """

    identifier: str
    name: str
    kind: str
    what: str


@dataclass
class Carried:
    """What the records of one type carry, gathered before the first is written.

    Attributes:
        prefix: of identifiers.
        named: the attribute that holds the name; empty where LONG-NAME does.
        kinds: of each property.
        stated: whether any has a statement.
        fields: fields that any has.
    """

    prefix: str
    named: str
    kinds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    stated: bool = False
    fields: set[str] = field(default_factory=set)

    def see(self, entity: Entity, ref: str, left_out: Iterable[str]) -> None:
        """Take note of a record: `ref` is its external_ref where its identifier is another, else empty."""
        self.fields |= {REF} if ref else set()
        self.fields |= {DESCRIPTION} if entity.description else set()
        for name, value in properties_of(entity, left_out):
            if keeps(name):
                self.kinds[name].add(kind_of(value))
            else:
                self.fields.add(MORE)
        self.stated = self.stated or statement_of(entity) is not None

    def attributes(self) -> list[Attribute]:
        """Return the attributes, the fields first, properties by name."""
        rows = [(self.named, STRING, NAME)] if self.named else []
        rows += [("ReqIF.Text", XHTML, STATEMENT)] if self.stated else []
        if DESCRIPTION in self.fields:
            rows.append(("ReqIF.Description" if self.stated else "ReqIF.Text", XHTML, DESCRIPTION))
        rows += [("ReqIF.ForeignID", STRING, REF)] if REF in self.fields else []
        for name in sorted(self.kinds):
            only = next(iter(self.kinds[name])) if len(self.kinds[name]) == 1 else JSON
            rows.append((name, STRING, JSON) if only == JSON else (name, only, PROPERTY))
        rows += [("AtoCore properties", STRING, MORE)] if MORE in self.fields else []
        return [Attribute(f"{self.prefix}.{number}", *row) for number, row in enumerate(rows, 1)]


def keeps(name: str) -> bool:
    """Tell whether an attribute may bear the name of a property: readers take the blanks around it off."""
    return bool(name) and name == name.strip() and not _NO_XML.search(name)


def kind_of(value: Any) -> str:
    """Return the kind of ReqIF that holds a value exactly, JSON for none."""
    kind = _KINDS.get(type(value), JSON)
    if kind == STRING and _NO_XML.search(value):
        return JSON
    # The import keeps a longer number as text.
    return JSON if kind == INTEGER and len(str(value)) > 15 else kind


def statement_of(entity: Entity) -> str | None:
    """Return the statement of a record, None where it has none or one that is no text."""
    said = entity.properties.get(STATEMENT)
    return said if isinstance(said, str) else None


def properties_of(entity: Entity, left_out: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield the properties that are written as such."""
    without = {*OWN, *left_out} | ({STATEMENT} if statement_of(entity) is not None else set())
    return ((name, value) for name, value in entity.properties.items() if name not in without)


def values_of(
    entity: Entity, ref: str, attributes: Iterable[Attribute], left_out: Iterable[str]
) -> Iterator[tuple[Attribute, str]]:
    """Yield each attribute that a record has, with its value as it is written."""
    own = dict(properties_of(entity, left_out))
    fields = {NAME: entity.name, STATEMENT: statement_of(entity), DESCRIPTION: entity.description or None}
    fields[REF] = ref or None
    more = {name: value for name, value in own.items() if not keeps(name)}
    fields[MORE] = json.dumps(more) if more else None
    for attribute in attributes:
        if attribute.what in fields:
            if (value := fields[attribute.what]) is not None:
                yield attribute, written(value)
        elif attribute.name in own:
            value = own[attribute.name]
            yield attribute, json.dumps(value) if attribute.what == JSON else _plain(value)


def written(text: str) -> str:
    """Return a text as XML takes it."""
    return _NO_XML.sub("\ufffd", text)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)
