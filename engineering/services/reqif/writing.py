"""Writes a project as a ReqIF file, or as a .reqifz archive of one."""

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.db.models import Q
from lxml import etree
from lxml.builder import ElementMaker

from engineering.importers.reqif_own import MADE, MARK, SHOWN, UNPLACED, shown_role
from engineering.importers.reqif_values import xhtml_text
from engineering.models import Entity, Relationship
from engineering.services.reqif.attributes import (
    BOOLEAN,
    INTEGER,
    PLACE,
    REAL,
    STRING,
    XHTML,
    Attribute,
    Carried,
    values_of,
    written,
)
from engineering.services.reqif.naming import OURS, foreign, identifiers, made
from engineering.services.reqif.placing import SPECIFICATION, Places, place
from memories.choices import Status
from memories.errors import Invalid
from memories.models import Project
from memories.services.backups.copy import drafted
from memories.services.exchange.leaving import snapshot

REQIF = "http://www.omg.org/spec/ReqIF/20110401/reqif.xsd"
XHTML_SPACE = "http://www.w3.org/1999/xhtml"
SUFFIXES = (".reqif", ".reqifz")
_BOUNDS = {
    STRING: {"MAX-LENGTH": "1000000"},
    INTEGER: {"MIN": "-999999999999999", "MAX": "999999999999999"},
    REAL: {"ACCURACY": "17", "MIN": "-1.7976931348623157e308", "MAX": "1.7976931348623157e308"},
}
_E = ElementMaker(namespace=REQIF, nsmap={None: REQIF})
_X = ElementMaker(namespace=XHTML_SPACE, nsmap={"xhtml": XHTML_SPACE})
Tell = Callable[[str, int], None]


def write(path: Path, project: Project, *, tell: Tell | None = None) -> dict[str, int]:
    """Write the active entities of a project and the active relationships between them.

    The file gets its name only when it is whole. The same rows give the same bytes.

    Args:
        path: a file that does not exist yet, in a folder that does; .reqifz for an archive.
        project: whose.
        tell: is told what is written and how many.

    Returns:
        How many objects, specifications, relations and places that say a link were written, and how many links were
        left out, since they lead to other projects or to what is not active.

    Raises:
        Invalid: the file exists, its folder does not, its name ends otherwise, or there is nothing to write.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise Invalid.field(
            "file", f"A ReqIF file ends with {' or '.join(SUFFIXES)}; {path.name} does not.", "bad_file"
        )
    with drafted(path) as draft, snapshot():
        draft.touch(mode=0o600)
        document = _Document(project, tell or (lambda what, number: None))
        with _opened(draft, path) as stream:
            return document.write(stream)


@contextmanager
def _opened(draft: Path, path: Path) -> Iterator[IO[bytes]]:
    if path.suffix.lower() == ".reqif":
        with draft.open("wb") as plain:
            yield plain
        return
    name = re.sub(r"[\\/:]", "_", path.stem)  # which no reader would take for a place of its own
    inside = zipfile.ZipInfo(f"{name}.reqif")  # of 1980: the same rows give the same bytes
    inside.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(draft, "w") as archive, archive.open(inside, "w", force_zip64=True) as packed:
        yield packed


class _Document:
    def __init__(self, project: Project, tell: Tell) -> None:
        self.project, self.tell = project, tell
        entities = Entity.objects.filter(project=project, status=Status.ACTIVE)
        self.entities: list[Entity] = list(entities.order_by("created_at", "pk"))
        if not self.entities:
            raise Invalid.field("project", f"{project.name} has no active entity to write.", "nothing")
        self.identifiers = identifiers(self.entities)
        ends = ("source_entity", "target_entity")
        from_here, to_here = (Q(**{f"{end}__project": project, f"{end}__status": Status.ACTIVE}) for end in ends)
        links = Relationship.objects.filter(status=Status.ACTIVE)
        self.links: list[Relationship] = list(links.filter(from_here, to_here).order_by("created_at", "pk"))
        self.left_out = links.filter(from_here | to_here).count() - len(self.links)
        self.places: Places = place(self.entities, self.links)
        told = self.places.told()
        self.relations = sorted((link for link in self.links if link.pk not in told), key=self._order)
        self.roots = {entity.pk for entity in self.places.specifications}
        self.carried: dict[str, Carried] = {}
        for entity in self.entities:
            self._carried(entity).see(entity, self._ref(entity), self._left_out(entity))
        self.attributes = {key: carried.attributes() for key, carried in sorted(self.carried.items())}
        roles = sorted({(link.relationship_type, link.origin_role) for link in self.relations})
        self.roles = {role: number for number, role in enumerate(roles)}
        self.at = max(row.updated_at for row in (*self.entities, *self.links))

    def _order(self, link: Relationship) -> tuple[str, ...]:
        ends = (self.identifiers[link.source_entity_id], self.identifiers[link.target_entity_id])
        return (ends[0], link.relationship_type, link.origin_role, ends[1])

    def _ref(self, entity: Entity) -> str:
        return "" if entity.external_ref == self.identifiers[entity.pk] else entity.external_ref or ""

    def _left_out(self, entity: Entity) -> tuple[str, ...]:
        place = PLACE if entity.pk in self.places.plain else ()
        known = self.identifiers[entity.pk]
        # one that looks like those that are made is not taken back from where it stands
        carried = self._ref(entity) and known == foreign(entity) and not MADE.fullmatch(known)
        return (*place, "reqif_id") if carried else place

    def _key(self, entity: Entity) -> str:
        return f"spec.{entity.entity_type}" if entity.pk in self.roots else f"type.{entity.entity_type}"

    def _carried(self, entity: Entity) -> Carried:
        key = self._key(entity)
        chapter = "ReqIF.ChapterName" if entity.entity_type == SPECIFICATION else "ReqIF.Name"
        return self.carried.setdefault(key, Carried(OURS + key, "" if entity.pk in self.roots else chapter))

    def write(self, stream: IO[bytes]) -> dict[str, int]:
        """Write everything and return how much."""
        specifications = [*map(self._specification, self.places.specifications), *self._unplaced()]
        with etree.xmlfile(stream, encoding="UTF-8") as xml:
            xml.write_declaration()
            with xml.element(f"{{{REQIF}}}REQ-IF", nsmap={None: REQIF, "xhtml": XHTML_SPACE}):
                xml.write(self._header())
                with xml.element(f"{{{REQIF}}}CORE-CONTENT"), xml.element(f"{{{REQIF}}}REQ-IF-CONTENT"):
                    xml.write(self._datatypes())
                    xml.write(self._types())
                    self._many(xml, "SPEC-OBJECTS", (self._object(one) for one in self._objects()))
                    self._many(xml, "SPEC-RELATIONS", map(self._relation, self.relations))
                    self._many(xml, "SPECIFICATIONS", iter(specifications))
        return {
            "objects": len(self.entities) - len(self.roots),
            "specifications": len(self.roots),
            "relations": len(self.relations),
            "places": len(self.places.up),
            "left_out": self.left_out,
        }

    def _many(self, xml: Any, name: str, elements: Iterator[Any]) -> None:
        with xml.element(f"{{{REQIF}}}{name}"):
            for number, element in enumerate(elements, 1):
                xml.write(element)
                if not number % 500:
                    self.tell(name.lower(), number)

    def _objects(self) -> Iterator[Entity]:
        return (entity for entity in self.entities if entity.pk not in self.roots)

    def _header(self) -> Any:
        about = {
            "CREATION-TIME": _time(self.at),
            "REQ-IF-TOOL-ID": "AtoCore",
            "REQ-IF-VERSION": "1.0",  # what 1.2 writes, too
            "SOURCE-TOOL-ID": "AtoCore",
            "TITLE": self.project.name,
        }
        lines = [_E(name, text) for name, text in about.items()]
        return _E("THE-HEADER", _E("REQ-IF-HEADER", *lines, IDENTIFIER=f"{OURS}header"))

    def _datatypes(self) -> Any:
        return _E(
            "DATATYPES",
            *(
                _E(f"DATATYPE-DEFINITION-{kind}", **self._named(f"data.{kind.lower()}", kind), **_BOUNDS.get(kind, {}))
                for kind in (STRING, XHTML, BOOLEAN, INTEGER, REAL)
            ),
        )

    def _named(self, identifier: str, name: str, mark: str = "", at: datetime | None = None) -> dict[str, str]:
        told = {"IDENTIFIER": OURS + identifier, "LAST-CHANGE": _time(at or self.at), "LONG-NAME": written(name)}
        return {**told, **({"DESC": MARK + mark} if mark else {})}

    def _types(self) -> Any:
        types = []
        for key, attributes in self.attributes.items():
            kind, _, entity_type = key.partition(".")
            tag = "SPECIFICATION-TYPE" if kind == "spec" else "SPEC-OBJECT-TYPE"
            named = self._named(key, entity_type.replace("_", " ").capitalize(), entity_type)
            types.append(
                _E(tag, *([_E("SPEC-ATTRIBUTES", *map(self._definition, attributes))] if attributes else []), **named)
            )
        if self.places.unplaced:
            types.append(_E("SPECIFICATION-TYPE", **self._named("unplaced", "Not in a document", UNPLACED)))
        for (name, role), number in self.roles.items():
            types.append(_E("SPEC-RELATION-TYPE", **self._named(f"role.{number}", role or shown_role(name), name)))
        return _E("SPEC-TYPES", *types)

    def _definition(self, attribute: Attribute) -> Any:
        kind = attribute.kind
        given = self._named(attribute.identifier.removeprefix(OURS), attribute.name, attribute.what)
        refers = _E("TYPE", _E(f"DATATYPE-DEFINITION-{kind}-REF", f"{OURS}data.{kind.lower()}"))
        return _E(f"ATTRIBUTE-DEFINITION-{kind}", refers, **given)

    def _values(self, entity: Entity) -> Any:
        left_out = self._left_out(entity)
        attributes = self.attributes[self._key(entity)]
        return _E("VALUES", *(_value(*pair) for pair in values_of(entity, self._ref(entity), attributes, left_out)))

    def _object(self, entity: Entity) -> Any:
        refers = _E("TYPE", _E("SPEC-OBJECT-TYPE-REF", OURS + self._key(entity)))
        told = {"IDENTIFIER": self.identifiers[entity.pk], "LAST-CHANGE": _time(entity.updated_at)}
        return _E("SPEC-OBJECT", refers, self._values(entity), **told)

    def _relation(self, link: Relationship) -> Any:
        number = self.roles[link.relationship_type, link.origin_role]
        return _E(
            "SPEC-RELATION",
            _E("TYPE", _E("SPEC-RELATION-TYPE-REF", f"{OURS}role.{number}")),
            _E("SOURCE", _E("SPEC-OBJECT-REF", self.identifiers[link.source_entity_id])),
            _E("TARGET", _E("SPEC-OBJECT-REF", self.identifiers[link.target_entity_id])),
            **{"IDENTIFIER": made(*self._order(link)), "LAST-CHANGE": _time(link.updated_at)},
        )

    def _specification(self, entity: Entity) -> Any:
        told = {
            "IDENTIFIER": self.identifiers[entity.pk],
            "LAST-CHANGE": _time(entity.updated_at),
            "LONG-NAME": written(entity.name),
        }
        refers = _E("TYPE", _E("SPECIFICATION-TYPE-REF", OURS + self._key(entity)))
        return _E("SPECIFICATION", refers, self._values(entity), self._children(entity.pk), **told)

    def _unplaced(self) -> Iterator[Any]:
        if self.places.unplaced:
            refers = _E("TYPE", _E("SPECIFICATION-TYPE-REF", f"{OURS}unplaced"))
            children = _E("CHILDREN", *(self._place(one) for one in self.places.unplaced))
            yield _E("SPECIFICATION", refers, children, **self._named("rest", "Not in a document"))

    def _children(self, above: UUID) -> Any:
        return _E("CHILDREN", *(self._place(one) for one in self.places.below.get(above, ())))

    def _place(self, entity: Entity) -> Any:
        told = {"IDENTIFIER": made("place", self.identifiers[entity.pk]), "LAST-CHANGE": _time(entity.updated_at)}
        if entity.pk not in self.places.plain:
            link = self.places.up.get(entity.pk)
            told["DESC"] = MARK + (link.relationship_type if link else SHOWN)
            if link and link.origin_role:
                told["LONG-NAME"] = written(link.origin_role)
        refers = _E("OBJECT", _E("SPEC-OBJECT-REF", self.identifiers[entity.pk]))
        below = [self._children(entity.pk)] if entity.pk in self.places.below else []
        return _E("SPEC-HIERARCHY", refers, *below, **told)


def _value(attribute: Attribute, value: str) -> Any:
    kind = attribute.kind
    refers = _E("DEFINITION", _E(f"ATTRIBUTE-DEFINITION-{kind}-REF", attribute.identifier))
    if kind == XHTML:
        return _E("ATTRIBUTE-VALUE-XHTML", refers, _formatted(value))
    return _E(f"ATTRIBUTE-VALUE-{kind}", refers, **{"THE-VALUE": value})


def _formatted(text: str) -> Any:
    """Return a text as paragraphs and line breaks; as one preformatted block where its white space says more."""
    paragraphs = []
    for words in text.split("\n\n"):
        first, *others = words.split("\n")
        made = _X("p", first)
        for line in others:
            made.append(_X("br"))
            made[-1].tail = line
        paragraphs.append(made)
    value = _E("THE-VALUE", _X("div", *paragraphs))
    return value if xhtml_text(value) == text else _E("THE-VALUE", _X("div", _X("pre", text)))


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
