"""StrictDoc's .sdoc files, read by StrictDoc's own grammar (its package) compiled with textX.

Only the grammar module of the package is imported: it needs nothing but itself. Texts are taken from the file by the
positions that the parser gives, so that links and anchors inside them stay as they were written.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from engineering.importers.records import ForeignItem, ForeignLink, Tree
from memories.files import read_text, walk
from memories.findings import InputFault, Place

_FIELDS = {"STATUS": "tool_status", "RATIONALE": "justification"}
_NODES = ("SDocNode", "SDocCompositeNode")


def read(path: Path) -> Tree:
    """Return the nodes and relations of one .sdoc file, or of all below a folder.

    Raises:
        InputFault: no such file, none in the folder, or one that the grammar does not accept (with its line): a file
            that cannot be read as a whole would make all its requirements look deleted.
    """
    tree = Tree("strictdoc")
    files = _files(path)
    for file in files:
        shown = file.relative_to(path).as_posix() if path.is_dir() else file.name
        _Reader(tree, read_text(file, shown), shown).read()
    if not files:
        raise InputFault(str(path), "no .sdoc file is in it.")
    _add_files(tree)
    return tree


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return [file for _, files in walk(path) for file in files if file.suffix == ".sdoc"]


@lru_cache(maxsize=1)
def _grammar() -> Any:
    """Return the compiled grammar. Raises InputFault where the two packages are not installed."""
    try:
        from strictdoc.backend.sdoc.grammar.grammar_builder import SDocGrammarBuilder
        from textx import metamodel_from_str
    except ImportError as error:
        hint = "pip install textX && pip install --no-deps -r requirements-grammar.txt"
        raise InputFault("StrictDoc", f"its grammar is not installed ({error.name}): {hint}.") from None
    return metamodel_from_str(SDocGrammarBuilder.create_grammar(), use_regexp_group=True)


def _parse(text: str, shown: str) -> Any:
    from textx import TextXSemanticError, TextXSyntaxError

    model = _grammar()
    try:
        return model.model_from_str(text)
    except (TextXSyntaxError, TextXSemanticError) as error:
        raise InputFault(shown, f"StrictDoc's grammar does not accept it: {error.message}", error.line or 0) from None
    except RecursionError:
        raise InputFault(shown, "its sections are nested too deep.") from None


class _Reader:
    """Reads one document into the tree."""

    def __init__(self, tree: Tree, text: str, shown: str) -> None:
        self.tree, self.text, self.shown = tree, text, shown
        self.model = _parse(text, shown)
        self.ref = (getattr(self.model.config, "uid", "") or self.model.mid or shown).strip()  # config may be None

    def read(self) -> None:
        """Add the document, its nodes and their relations."""
        narrative: list[str] = []
        nodes = list(self._nodes(self.model.section_contents, ()))
        for node, _ in nodes:
            if node.node_type == "TEXT":
                narrative.append(self._fields(node).get("STATEMENT", ""))
        version = getattr(self.model.config, "version", "")
        about = {"file": self.shown, **({"version": version} if version else {})}
        place, text = Place(self.shown, 1), "\n\n".join(filter(None, narrative))
        self.tree.add(ForeignItem(self.ref, "document", self.model.title.strip(), place, text, about))
        for node, sections in nodes:
            if node.node_type not in ("TEXT", "SECTION"):
                self._take(node, sections)

    def _nodes(self, contents: Any, sections: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
        for node in contents:
            name = type(node).__name__
            if name in _NODES:
                yield node, sections
            title = node.title.strip() if name == "SDocSection" else ""
            if name == "SDocCompositeNode":
                title = self._fields(node).get("TITLE", "")
            yield from self._nodes(getattr(node, "section_contents", ()), (*sections, title) if title else sections)

    def _line(self, node: Any) -> int:
        return int(self.model._tx_parser.pos_to_linecol(node._tx_position)[0])

    def _fields(self, node: Any) -> dict[str, str]:
        """Return a node's fields by name; one that stands several times is joined by blank lines."""
        result: dict[str, str] = {}
        for field in node.fields:
            raw = self.text[field._tx_position : field._tx_position_end].split(":", 1)[1].strip()
            value = raw.removeprefix(">>>").removesuffix("<<<").strip() if raw.startswith(">>>") else raw
            known = result.get(field.field_name)
            result[field.field_name] = f"{known}\n\n{value}" if known else value
        return result

    def _take(self, node: Any, sections: tuple[str, ...]) -> None:
        fields, place = self._fields(node), Place(self.shown, self._line(node))
        mid, title, text = fields.pop("MID", ""), fields.pop("TITLE", ""), fields.pop("STATEMENT", "")
        ref = fields.pop("UID", "") or mid
        if not ref:
            ref = f"{self.ref}#{title or text[:80]}"
            self.tree.note(ref, "no_uid", "it has neither UID nor MID, so it is known by its title", place)
        properties: dict[str, Any] = {_FIELDS.get(name, name.lower()): value for name, value in fields.items()}
        properties.update({"document": self.ref, **({"mid": mid} if mid else {})})
        if sections:
            properties["section"] = " > ".join(sections)
        if node.node_type != "REQUIREMENT":
            properties["kind"] = node.node_type
        active = fields.get("STATUS", "").casefold() != "deleted"
        self.tree.add(ForeignItem(ref, node.node_type, title, place, text, properties, active))
        self.tree.link(ForeignLink(ref, "document", self.ref, place))
        for relation in node.relations:
            self._relate(ref, relation)

    def _relate(self, ref: str, relation: Any) -> None:
        place = Place(self.shown, self._line(relation))
        role = type(relation).__name__.removesuffix("Reference").removesuffix("Req")
        if role == "File":
            entry = relation.g_file_entry
            target = (entry.g_file_path or entry.g_deprecated_file_path or "").strip()
        else:
            target = relation.ref_uid.strip()
        if target:
            self.tree.link(ForeignLink(ref, role, target, place))
        else:
            self.tree.refuse_link(ref, "no_ends", f"a {role} relation without a target", place)


def _add_files(tree: Tree) -> None:
    """Add one item for each file that a File relation names."""
    known = {item.ref for item in tree.items}
    for link in tree.links:
        if link.role == "File" and link.target not in known:
            known.add(link.target)
            tree.add(ForeignItem(link.target, "file", link.target, link.place, properties={"path": link.target}))
