"""Doorstop's documents: folders with .doorstop.yml and one YAML or Markdown file an item. The format is public
(doorstop.readthedocs.io); this reader parses it with PyYAML and takes no part of Doorstop itself.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engineering.importers.records import ForeignItem, ForeignLink, Tree
from memories.files import jsonable, linked_folders, parse_yaml, read_text, walk
from memories.findings import InputFault, Place

CONFIG = ".doorstop.yml"
SKIP = ".doorstop.skip"
_SUFFIXES = {"yaml": (".yml", ".yaml"), "markdown": (".md",)}
_KNOWN = {"active", "derived", "header", "level", "links", "normative", "ref", "references", "reviewed", "text"}
_HEADER = re.compile(r"#\s+(.*)")
_NUMBERED = re.compile(r"(.*?)[-_.]?0*(\d+)$")


@dataclass(frozen=True, slots=True)
class Document:
    """A Doorstop document: the folder, its prefix and what its configuration says."""

    folder: Path
    prefix: str
    parent: str
    suffixes: tuple[str, ...]
    title: str
    reviewed_keys: tuple[str, ...]
    place: Place


def read(root: Path) -> Tree:
    """Return all documents, items and parent links below a folder.

    Args:
        root: the folder of a Doorstop project (or of one document).

    Raises:
        InputFault: no such folder, no document in it, or a broken .doorstop.yml.
    """
    tree = Tree("doorstop")
    documents = {}
    for folder, _ in walk(root):
        if (folder / CONFIG).is_file() and not (folder / SKIP).exists():
            documents[folder] = _document(root, folder)
    if not documents:
        raise InputFault(str(root), f"no Doorstop document ({CONFIG}) is in it.")
    for folder in linked_folders(root):
        tree.note("", "linked_folder", "a link to a folder is not followed", Place(str(folder.relative_to(root))))
    stamps: dict[str, str] = {}
    for document in documents.values():
        _read_document(tree, root, document, set(documents), stamps)
    _settle_links(tree, stamps)
    return tree


def _document(root: Path, folder: Path) -> Document:
    shown = _shown(root, folder / CONFIG)
    data = parse_yaml(read_text(folder / CONFIG, shown), shown)
    settings, attributes = _part(data, "settings", shown), _part(data, "attributes", shown)
    defaults = _part(attributes, "defaults", shown)
    about = _part(defaults, "doc", shown)
    prefix = str(settings.get("prefix") or "").strip()
    style = str(settings.get("itemformat") or "yaml").strip()
    if not prefix:
        raise InputFault(shown, "settings.prefix is missing.")
    if style not in _SUFFIXES:
        raise InputFault(shown, f"settings.itemformat is {style!r}; known: {', '.join(_SUFFIXES)}.")
    reviewed = attributes.get("reviewed") or []
    title = str(about.get("title") or about.get("name") or f"Document {prefix}")
    keys = tuple(map(str, reviewed)) if isinstance(reviewed, list) else (str(reviewed),)
    return Document(
        folder, prefix, str(settings.get("parent") or "").strip(), _SUFFIXES[style], title, keys, Place(shown)
    )


def _part(data: dict[str, Any], name: str, shown: str) -> dict[str, Any]:
    value = data.get(name) or {}
    if not isinstance(value, dict):
        raise InputFault(shown, f"{name}: a mapping is expected.")
    return value


def _shown(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _read_document(tree: Tree, root: Path, document: Document, folders: set[Path], stamps: dict[str, str]) -> None:
    properties = {"prefix": document.prefix, **({"parent": document.parent} if document.parent else {})}
    tree.add(ForeignItem(document.prefix, "document", document.title, document.place, properties=properties))
    for folder, files in walk(document.folder):
        owner = next(parent for parent in (folder, *folder.parents) if parent in folders)
        if owner != document.folder:
            continue
        for path in files:
            if _is_item(path, document):
                _read_item(tree, root, document, path, stamps)
            elif path.suffix in document.suffixes and path.name not in (CONFIG, "index.yml"):
                tree.note(
                    path.stem, "no_item", f"not an item of {document.prefix}: another name", Place(_shown(root, path))
                )


def _is_item(path: Path, document: Document) -> bool:
    rest = path.stem[len(document.prefix) :]
    named = path.stem.casefold().startswith(document.prefix.casefold()) and bool(re.fullmatch(r"[-_.]?\w+", rest))
    return path.suffix in document.suffixes and named and (rest[0] in "-_." or rest.isdigit())


def _read_item(tree: Tree, root: Path, document: Document, path: Path, stamps: dict[str, str]) -> None:
    ref, place = path.stem, Place(_shown(root, path))
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            raise InputFault(place.path, "it is a link that leaves the folder.")
        data = _load(path, place.path)
        properties = _properties(data, document)
    except InputFault as fault:
        tree.refuse_item(ref, "unreadable_file", fault.reason, Place(place.path, fault.line))
        return
    except (ValueError, RuntimeError, OSError) as error:
        tree.refuse_item(ref, "unreadable_file", str(error), place)
        return
    stamps[ref] = _stamp(ref, data) if not document.reviewed_keys else ""
    header, text = _text(data, "header"), str(data.get("text") or "").strip("\n")
    active = data.get("active", True) is not False
    tree.add(ForeignItem(ref, _type(data), header.replace("\n", " "), place, text, properties, active))
    tree.link(ForeignLink(ref, "document", document.prefix, place))
    for link in _links(data):
        if isinstance(link, ForeignLink):
            tree.link(ForeignLink(ref, "parent", link.target, place, link.stamp))
        else:
            tree.refuse_link(ref, "unreadable_link", f"a link is a UID or `UID: fingerprint`, not {link}", place)


def _load(path: Path, shown: str) -> dict[str, Any]:
    text = read_text(path, shown)
    if path.suffix != ".md":
        return parse_yaml(text, shown)
    lines = text.splitlines(keepends=True)
    if not lines or lines[0].strip() != "---":
        raise InputFault(shown, "a Markdown item begins with front matter (---).", 1)
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.strip() == "---"), 0)
    if not end:
        raise InputFault(shown, "the front matter is not closed (---).", 1)
    data = parse_yaml("".join(lines[1:end]), shown, first_line=2)
    header, body = _split("".join(lines[end + 1 :]))
    return {**data, **({"header": header} if header else {}), "text": body}


def _split(content: str) -> tuple[str, str]:
    """Return the header (a first line `# …`) and the text of a Markdown item."""
    stripped = content.lstrip("\r\n ")
    first, _, rest = stripped.partition("\n")
    if match := _HEADER.match(first.strip()):
        return match[1].strip(), rest
    return "", stripped


def _text(data: dict[str, Any], key: str) -> str:
    """Return a text as Doorstop reads it: no blank lines around it, no white space at line ends."""
    value = re.sub(r"^\n+|\n+$", "", str(data.get(key) or ""))
    return "\n".join(line.rstrip() for line in value.split("\n"))


def _type(data: dict[str, Any]) -> str:
    if data.get("normative", True) is not False:
        return "item"
    return "heading" if str(data.get("level", "1")).endswith(".0") else "text"


def _properties(data: dict[str, Any], document: Document) -> dict[str, Any]:
    result = {key: jsonable(value) for key, value in data.items() if key not in _KNOWN and value not in (None, "", [])}
    result["level"] = str(data.get("level", "1"))
    result["document"] = document.prefix
    for key in ("derived", "ref", "references", "reviewed"):
        if data.get(key):
            result[key] = jsonable(data[key])
    if data.get("active", True) is False:
        result["active"] = False
    return result


def _links(data: dict[str, Any]) -> list[ForeignLink | str]:
    """Return the parent links (only target and fingerprint are set), or what is no link, as text."""
    listed = data.get("links") or []
    if not isinstance(listed, list):
        return [repr(listed)]
    return [_link(entry) for entry in listed]


def _link(entry: Any) -> ForeignLink | str:
    nowhere = Place("")
    if isinstance(entry, str) and entry.strip():
        target, _, stamp = entry.partition(":")
        return ForeignLink("", "parent", target.strip(), nowhere, stamp.strip())
    if isinstance(entry, dict) and len(entry) == 1:
        [(target, stamp)] = entry.items()
        return ForeignLink("", "parent", str(target).strip(), nowhere, stamp if isinstance(stamp, str) else "")
    return repr(entry)


def _stamp(ref: str, data: dict[str, Any]) -> str:
    """Return the fingerprint Doorstop gives an item: SHA-256 over UID, text, ref and references."""
    values = [ref, _text(data, "text"), str(data.get("ref") or "").strip()]
    if data.get("references"):
        values.append(str(data["references"]))
    return urlsafe_b64encode(hashlib.sha256("".join(values).encode()).digest()).decode()


def _same(uid: str) -> str:
    """Return the form by which Doorstop compares UIDs: REQ1, REQ-001 and req001 are one item."""
    match = _NUMBERED.match(uid.casefold())
    return f"{match[1]}{match[2]}" if match else uid.casefold()


def _settle_links(tree: Tree, stamps: dict[str, str]) -> None:
    """Spell link targets as the items are named, and compare the stored fingerprints."""
    spelled = {_same(ref): ref for ref in stamps}
    for index, link in enumerate(tree.links):
        if link.role != "parent":
            continue
        target = link.target if link.target in stamps else spelled.get(_same(link.target), link.target)
        present = stamps.get(target, "")
        suspect = present != link.stamp if link.stamp and present else None
        tree.links[index] = ForeignLink(link.source, link.role, target, link.place, link.stamp, suspect)
