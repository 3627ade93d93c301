"""The XML of ReqIF files and archives, read without trusting them. Nothing is unpacked to disk or fetched."""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from lxml import etree

from memories.files import MAX_BYTES, read_bytes
from memories.findings import InputFault

MAX_ENTRIES = 2_000
MAX_RATIO = 250
_SMALL = 1024 * 1024  # a short file of many blanks may shrink further than MAX_RATIO


def documents(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the name and the root element of a .reqif file, or of each one in a .reqifz archive.

    Raises:
        InputFault: missing, too large, no ReqIF, broken XML, a document type, or an archive that breaks a bound.
    """
    data = read_bytes(path, path.name)
    if not zipfile.is_zipfile(io.BytesIO(data)):
        yield path.name, parse(data, path.name)
        return
    for name, content in _entries(data, path.name):
        yield name, parse(content, name)


def parse(data: bytes, shown: str) -> Any:
    """Return the root element. No entity is expanded, no document type taken, nothing loaded from elsewhere.

    Raises:
        InputFault: broken XML, a document type, nested deeper than 256, or another root than REQ-IF.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputFault(shown, f"broken XML: {error.msg}.", error.lineno or 0) from None
    if root.getroottree().docinfo.doctype:
        raise InputFault(shown, "it declares a document type, which a ReqIF file has no use for; remove it.")
    if etree.QName(root).localname != "REQ-IF":
        raise InputFault(shown, f"its root is {etree.QName(root).localname}, not REQ-IF.", root.sourceline or 0)
    return root


def _entries(data: bytes, shown: str) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _check(infos, shown)
            left = MAX_BYTES
            for info in infos:
                if info.filename.lower().endswith(".reqif"):
                    content = _content(archive, info, left, shown)
                    left -= len(content)
                    yield info.filename, content
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError) as error:
        raise InputFault(shown, f"the archive cannot be read: {error}.") from None


def _check(infos: list[zipfile.ZipInfo], shown: str) -> None:
    if len(infos) > MAX_ENTRIES:
        raise InputFault(shown, f"the archive has more than {MAX_ENTRIES:,} entries.")
    names = [info.filename for info in infos]
    if len(set(names)) < len(names):
        raise InputFault(shown, "a name stands twice in the archive.")
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match("[A-Za-z]:", name):
            raise InputFault(shown, f"the entry {name!r} leads out of the archive.")
    if not any(name.lower().endswith(".reqif") for name in names):
        raise InputFault(shown, "no .reqif file is in the archive.")


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int, shown: str) -> bytes:
    """Return an entry's bytes, bounded by what comes out and not by what its header says."""
    if info.flag_bits & 1:
        raise InputFault(shown, f"the entry {info.filename!r} is encrypted.")
    with archive.open(info) as stream:
        content = stream.read(left + 1)
    if len(content) > left:
        raise InputFault(shown, f"it unpacks to more than {MAX_BYTES // (1024 * 1024)} MB.")
    if len(content) > max(_SMALL, MAX_RATIO * info.compress_size):
        raise InputFault(shown, f"the entry {info.filename!r} unpacks to more than {MAX_RATIO} times its size.")
    return content
