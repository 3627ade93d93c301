"""ReqIF (OMG, 1.0 to 1.2): spec objects, their place in the specifications, and the relations between them."""

from pathlib import Path
from typing import Any

from engineering.importers.mapping import Columns, Mapping
from engineering.importers.records import ForeignItem, ForeignLink, Tree
from engineering.importers.reqif_files import documents
from engineering.importers.reqif_own import DESCRIPTION, MADE, NAME, REF, UNPLACED, Own, said, shown_role
from engineering.importers.reqif_values import Vocabulary, first, free_name, reference, title
from engineering.ontology import ENTITY_TYPES, RELATIONSHIP_TYPES
from memories.findings import InputFault, Place

_CHAPTER = "ReqIF.ChapterName"
_OFF = {"false", "no", "0", "off", "inactive"}


def read(path: Path, mapping: Mapping) -> Tree:
    """Return what a .reqif file or a .reqifz archive holds.

    Args:
        path: the file.
        mapping: which attribute is which; its types tell a heading from an object of a type that it names.

    Raises:
        InputFault: what spoils the whole file (reqif_files), or a declaration that cannot be read.
    """
    tree, refs = Tree(mapping.tool or "reqif"), dict[str, str]()
    readers = []
    for shown, root in documents(path):
        content = first(root, "CORE-CONTENT", "REQ-IF-CONTENT")
        if content is None:
            raise InputFault(shown, "it has no REQ-IF-CONTENT.", root.sourceline or 0)
        readers.append(_Reader(tree, mapping, shown, content, refs))
    for reader in readers:
        reader.read_records()
    for reader in readers:  # a file of an archive may link to what stands in another
        reader.read_links()
    return tree


class _Reader:
    """Reads one file into the tree; `refs` is that of all files of an archive: the ref of each identifier."""

    def __init__(self, tree: Tree, mapping: Mapping, shown: str, content: Any, refs: dict[str, str]) -> None:
        self.tree, self.mapping, self.shown, self.content, self.refs = tree, mapping, shown, content, refs
        self.words = Vocabulary()
        self.places: dict[str, dict[str, str]] = {}  # identifier of an object -> document and position
        self.specifications = self._section(content, "SPECIFICATIONS")

    def read_records(self) -> None:
        """Add specifications and objects. Raises InputFault for a declaration that cannot be read."""
        try:
            self.words.learn(self.content)
        except ValueError as error:
            raise InputFault(self.shown, f"a default value cannot be read: {error}.") from None
        specifications = [one for one in self.specifications if self._mark(one) != UNPLACED]
        for specification in specifications:
            self._locate(specification)
        for specification in specifications:
            self._specification(specification)
        for element in self._section(self.content, "SPEC-OBJECTS"):
            self._object(element)

    def read_links(self) -> None:
        """Add what stands in a specification or below another object, and the relations."""
        for specification in self.specifications:
            known = (specification.get("IDENTIFIER") or "").strip()
            top = "" if self._mark(specification) == UNPLACED else known
            self._hierarchy(specification, self.refs.get(known, top), "document")
        for relation in self._section(self.content, "SPEC-RELATIONS"):
            self._relation(relation)

    def _section(self, content: Any, name: str) -> list[Any]:
        found = first(content, name)
        return [] if found is None else list(found)

    def _place(self, element: Any) -> Place:
        return Place(self.shown, element.sourceline or 0)

    def _mark(self, element: Any) -> str:
        """Return the entity type that an element's type declares in a file of AtoCore's own making, or UNPLACED."""
        mark = self.words.own.get(reference(element, "TYPE"), "")
        return mark if mark == UNPLACED or mark in ENTITY_TYPES else ""

    def _locate(self, specification: Any) -> None:
        """Note the first place of each object: its specification, and its number there as in 2.1."""
        document, waiting = self._ref_of(specification), [(specification, "")]
        while waiting:
            at, number = waiting.pop()
            if number and not said(at):
                self.places.setdefault(reference(at, "OBJECT"), {"document": document, "position": number})
            below = enumerate(self._section(at, "CHILDREN"), 1)
            places = [(child, f"{number}.{count}" if number else str(count)) for count, child in below]
            waiting += reversed(places)

    def _specification(self, element: Any) -> None:
        ref, place = (element.get("IDENTIFIER") or "").strip(), self._place(element)
        if self._mark(element):
            self._own(element, ref)
            return
        values = self._values(element, ref)
        if values is not None:
            self.refs[ref] = ref
            text = (element.get("DESC") or "").strip()
            properties = _beside(_renamed(values, self.mapping.columns), {"file": self.shown})
            self.tree.add(ForeignItem(ref, "document", title(element), place, text, properties))

    def _values(self, element: Any, ref: str) -> dict[str, Any] | None:
        """Return the values; None where the element was refused."""
        place = self._place(element)
        if not ref:
            self.tree.refuse_item("", "no_ref", "it has no IDENTIFIER", place)
            return None
        try:
            return self.words.values(element)
        except ValueError as error:
            self.tree.refuse_item(ref, "unreadable_value", str(error), place)
            return None

    def _object(self, element: Any) -> None:
        known, place = (element.get("IDENTIFIER") or "").strip(), self._place(element)
        if self._mark(element):
            self._own(element, known)
            return
        values, columns = self._values(element, known), self.mapping.columns
        if values is None:
            self.tree.complete = self.tree.complete and not columns.ref  # refused under another name than its ref
            return
        ref = str(_take(values, columns.ref) or known)
        foreign = self._type(element, values)
        name, text = _take(values, columns.name), _take(values, columns.description)
        if columns.type and (named := _take(values, columns.type)):
            foreign = str(named)
        switch = _take(values, columns.active)  # may be False or 0
        active = switch is None or str(switch).strip().casefold() not in _OFF
        properties = _beside(_renamed(values, columns), self.places.get(known, {}))
        if ref != known:
            properties["reqif_id"] = known
        self.refs[known] = ref
        shown_name = str(element.get("LONG-NAME") or "" if name is None else name).strip()
        shown_text = "" if text is None else str(text).strip()
        self.tree.add(ForeignItem(ref, foreign, shown_name, place, shown_text, properties, active))

    def _own(self, element: Any, known: str) -> None:
        """Take an object or specification that AtoCore wrote: each field and property as it was."""
        place = self._place(element)
        if not known:
            self.tree.refuse_item("", "no_ref", "it has no IDENTIFIER", place)
            return
        try:
            held = self.words.own_of(element) or Own()
        except ValueError as error:
            self.tree.refuse_item(known, "unreadable_value", str(error), place)
            self.tree.complete = False  # its ref may be another, and is not known
            return
        fields, mark = held.fields, self._mark(element)
        ref = fields.get(REF) or known
        properties = _beside(held.properties, self.places.get(known, {}))
        if ref != known and not MADE.fullmatch(known):
            properties["reqif_id"] = known
        self.refs[known] = ref
        name, text = fields.get(NAME) or title(element) or known, fields.get(DESCRIPTION, "")
        self.tree.add(ForeignItem(ref, mark, name, place, text, properties, declared=mark))

    def _ref_of(self, specification: Any) -> str:
        """Return the ref that a specification will have: one of ours may carry it as an attribute."""
        known = (specification.get("IDENTIFIER") or "").strip()
        if not self._mark(specification):
            return known
        try:
            held = self.words.own_of(specification)
        except ValueError:
            return known
        return (held.fields.get(REF) if held else "") or known

    def _type(self, element: Any, values: dict[str, Any]) -> str:
        """Return the type's name; a chapter of a type that the mapping does not name is a heading."""
        known = reference(element, "TYPE")
        name = self.words.types.get(known, known)
        texts = any(values.get(column) for column in self.mapping.columns.description)
        return "heading" if name not in self.mapping.types and values.get(_CHAPTER) and not texts else name

    def _hierarchy(self, above: Any, parent: str, role: str) -> None:
        for child in self._section(above, "CHILDREN"):
            known = reference(child, "OBJECT")
            ref, place = self.refs.get(known, known), self._place(child)
            if mark := said(child):
                self._declared(child, ref, parent, mark)
            elif ref and parent:
                self.tree.link(ForeignLink(ref, role, parent, place))
            else:
                self.tree.refuse_link(ref, "no_ends", "a place in the hierarchy without an object or above none", place)
            self._hierarchy(child, ref, "child")

    def _declared(self, child: Any, ref: str, parent: str, mark: str) -> None:
        """Take the link that a place of ours says; one that only shows its object says none."""
        if mark in RELATIONSHIP_TYPES and ref and parent:
            role = (child.get("LONG-NAME") or "").strip()
            self.tree.link(ForeignLink(ref, role, parent, self._place(child), declared=mark))

    def _relation(self, element: Any) -> None:
        place, known = self._place(element), reference(element, "TYPE")
        ends = [reference(element, end) for end in ("SOURCE", "TARGET")]
        if not all(ends):
            self.tree.refuse_link(element.get("IDENTIFIER", ""), "no_ends", "a relation without two ends", place)
            return
        source, target = (self.refs.get(end, end) for end in ends)
        role = self.words.types.get(known, known) or "relation"
        declared = self.words.own.get(known, "")
        if declared not in RELATIONSHIP_TYPES:
            declared = ""
        elif role == shown_role(declared):
            role = ""
        self.tree.link(ForeignLink(source, role, target, place, declared=declared))


def _take(values: dict[str, Any], names: tuple[str, ...]) -> Any:
    """Return the first attribute that holds something, and take it out; the others stay among the properties."""
    for name in names:
        if values.get(name) not in (None, "", []):
            return values.pop(name)
    return None


def _beside(values: dict[str, Any], ours: dict[str, str]) -> dict[str, Any]:
    """Return the properties with those that we add; one of the file's own by such a name is kept by another."""
    theirs = dict(values)
    for name in ours.keys() & values.keys():
        theirs[free_name(name, values)] = theirs.pop(name)
    return {**theirs, **ours}


def _renamed(values: dict[str, Any], columns: Columns) -> dict[str, Any]:
    ours = {theirs: name for name, theirs in columns.properties.items()}
    return {
        ours.get(name, name): value
        for name, value in values.items()
        if name not in columns.leave_out and value not in ("", [])
    }
