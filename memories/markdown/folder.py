"""Finds and reads the Markdown files of a folder: confined to it, bounded, and never blocked by what is no file.

A name is looked up from its folder's own handle and no symbolic link is followed below the root, so that a link put in
place of a file meanwhile leads nowhere. What cannot be read is reported with its reason; the rest goes on.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from memories.files import decode
from memories.findings import InputFault

SUFFIXES = (".md", ".markdown")
MOST_FILES = 20_000
MOST_ENTRIES = 200_000
MOST_DEPTH = 40
#: Folders that hold no documents of the project.
SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file or folder that was not taken: its path below the root, the rule's name, the reason in words."""

    path: str
    rule: str
    reason: str


@dataclass(slots=True)
class Found:
    """What a folder holds.

    Attributes:
        files: paths of the Markdown files, below the root, in order.
        refused: what was not taken.
        closed: folders whose content is not known: nothing below them counts as gone.
        complete: False when the walk stopped at a bound.
    """

    files: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    complete: bool = True

    def may_hold(self, path: str) -> bool:
        """Tell whether a file of that path may be there though it was not found."""
        return not self.complete or any(path.startswith(f"{folder}/") for folder in self.closed)


class Root:
    """A folder (or one file in it) that documents are read from."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        """Open it.

        Args:
            folder: the folder; it may itself be a link, what is below it may not.
            most_bytes: largest file taken.

        Raises:
            InputFault: there is no such folder, or it cannot be read.
        """
        self.folder, self._most = folder, most_bytes
        try:
            self._handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise InputFault(str(folder), f"it cannot be read as a folder: {error.strerror}.") from None

    def close(self) -> None:
        """Let go of it."""
        os.close(self._handle)

    def walk(self, below: str = "") -> Found:
        """Return the Markdown files below the root, or below one folder of it."""
        found, left = Found(), iter(range(MOST_ENTRIES))
        folders = [below]
        while folders:
            folder = folders.pop()
            for path in self._list(folder, found):
                if next(left, None) is None or len(found.files) >= MOST_FILES:
                    found.complete = False
                    found.refused.append(Refusal(folder or ".", "too_many", _too_many()))
                    return found
                self._sort(path, folders, found)
        found.files.sort()
        return found

    def _list(self, folder: str, found: Found) -> Iterator[str]:
        try:
            handle = self._open_folder(folder)
        except OSError as error:
            found.closed.append(folder)
            found.refused.append(Refusal(shown(folder), "unreadable", f"The folder cannot be read: {error.strerror}."))
            return
        try:
            names = sorted(os.listdir(handle), reverse=True)
        finally:
            os.close(handle)
        for name in names:
            yield f"{folder}/{name}" if folder else name

    def _sort(self, path: str, folders: list[str], found: Found) -> None:
        """Put one entry where it belongs: a folder to read, a file to take, or a refusal."""
        name = path.rpartition("/")[2]
        try:
            mode = self._status(path).st_mode
        except OSError as error:
            found.refused.append(Refusal(shown(path), "unreadable", f"It cannot be looked at: {error.strerror}."))
            return
        if stat.S_ISDIR(mode):
            self._enter(path, name, folders, found)
        elif stat.S_ISLNK(mode) and (markdown(name) or self._leads_to_folder(path)):
            found.refused.append(Refusal(shown(path), "link", "It is a symbolic link; links are not followed."))
        elif markdown(name) and not stat.S_ISLNK(mode):
            self._take(path, mode, found)

    def _enter(self, path: str, name: str, folders: list[str], found: Found) -> None:
        if name in SKIPPED:
            return
        if path.count("/") >= MOST_DEPTH:
            found.closed.append(path)
            found.refused.append(Refusal(shown(path), "too_deep", f"Folders are read {MOST_DEPTH} deep at most."))
            return
        folders.append(path)

    def _take(self, path: str, mode: int, found: Found) -> None:
        if not stat.S_ISREG(mode):
            found.refused.append(Refusal(shown(path), "no_file", "It is no regular file (a pipe, device or socket)."))
        elif fault := path_fault(path):
            found.refused.append(Refusal(shown(path), "bad_path", fault))
        else:
            found.files.append(path)

    def read(self, path: str) -> str:
        """Return the text of a file below the root; a byte order mark is dropped. Raises InputFault."""
        try:
            handle = self._open(path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            raise InputFault(shown(path), f"it cannot be read: {error.strerror}.") from None
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise InputFault(shown(path), "it is no regular file (a pipe, device or socket).")
            data = stream.read(self._most + 1)
        if len(data) > self._most:
            raise InputFault(shown(path), f"it is larger than {self._most:,} bytes.")
        return decode(data, shown(path))

    def _status(self, path: str) -> os.stat_result:
        folder, _, name = path.rpartition("/")
        handle = self._open_folder(folder)
        try:
            return os.stat(name, dir_fd=handle, follow_symlinks=False)
        finally:
            os.close(handle)

    def _leads_to_folder(self, path: str) -> bool:
        return Path(self.folder, path).is_dir()

    def _open_folder(self, folder: str) -> int:
        return self._open(folder, os.O_RDONLY | os.O_DIRECTORY)

    def _open(self, path: str, flags: int) -> int:
        """Open a path part by part, each from the handle of the one before, none of them a link."""
        handle = os.dup(self._handle)
        parts = [part for part in path.split("/") if part]
        for place, part in enumerate(parts):
            last = place == len(parts) - 1
            how = flags if last else os.O_RDONLY | os.O_DIRECTORY
            try:
                if part == "..":
                    raise PermissionError(1, "“..” leads out of the folder")
                opened = os.open(part, how | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=handle)
            finally:
                os.close(handle)
            handle = opened
        return handle


def markdown(name: str) -> bool:
    """Tell whether a file of that name is Markdown."""
    return name.lower().endswith(SUFFIXES)


def path_fault(path: str) -> str:
    """Return what is wrong with a path that a document would be kept under, "" where nothing is."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or "\\" in path or any(part in ("..", ".") for part in path.split("/")):
        return "A path is relative to its tree, with / between its parts and without “.” and “..”."
    if len(path) > 1_000:
        return "A path may have 1,000 characters."
    if path != path.strip() or "//" in path or path.endswith("/"):
        return "A path has no empty part, and no white space at its ends."
    return "" if path.isprintable() else "A path has no control character and nothing that is no Unicode."


def shown(path: str) -> str:
    """Return a path as a message can hold it, whatever its bytes are."""
    text = path.encode("utf-8", "backslashreplace").decode()
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)[:1_000] or "."


def digest(text: str) -> str:
    """Return the hash by which a text is known: of its UTF-8, as `sha256sum` gives it for a file without a mark."""
    return hashlib.sha256(text.encode()).hexdigest()


def _too_many() -> str:
    return (
        f"The walk ended here: at most {MOST_FILES:,} files and {MOST_ENTRIES:,} entries are read. Nothing is removed."
    )
