"""Reading files that others wrote: bounded, UTF-8, with the line named when something is wrong.

It opens files for reading only, follows no link out of the folder it was given, and never loops.
"""

import json
import math
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import yaml

from memories.findings import InputFault
from memories.text import MAX_INTEGER, MAX_NODES

MAX_BYTES = 64 * 1024 * 1024
MAX_LINE = 1024 * 1024


def read_bytes(path: Path, shown: str, most: int = MAX_BYTES) -> bytes:
    """Return a file's bytes.

    Args:
        path: the file.
        shown: how messages name it.
        most: bytes taken at most.

    Raises:
        InputFault: missing, unreadable, no file, a loop of links, or too large.
    """
    with _opened(path, shown) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise InputFault(shown, f"it is larger than {most // (1024 * 1024)} MB.")
    return data


@contextmanager
def _opened(path: Path, shown: str) -> Iterator[IO[bytes]]:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputFault(shown, "it is no regular file.")
        with path.open("rb") as stream:
            yield stream
    except FileNotFoundError:
        raise InputFault(shown, "there is no such file.") from None
    except OSError as error:
        raise InputFault(shown, f"it cannot be read: {error.strerror or error}.") from None


def read_lines(path: Path, shown: str, most: int = MAX_LINE) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file of any size with their numbers, blank ones left out.

    Args:
        path: the file.
        shown: how messages name it.
        most: bytes of a line; of a longer one these and one more are given, and the rest of it is passed over.

    Raises:
        InputFault: missing, unreadable or no file.
    """
    with _opened(path, shown) as stream:
        number = 0
        while line := stream.readline(most + 1):
            number += 1
            if line.strip():
                yield number, line
            while len(line) > most and not line.endswith(b"\n"):
                line = stream.readline(most + 1)


def decode(data: bytes, shown: str) -> str:
    """Return UTF-8 text (a byte order mark is dropped) or raise InputFault naming the line."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputFault(shown, f"byte {error.start} (0x{data[error.start]:02x}) is no UTF-8.", line) from None


def read_text(path: Path, shown: str, most: int = MAX_BYTES) -> str:
    """Return a UTF-8 file's text. Raises InputFault."""
    return decode(read_bytes(path, shown, most), shown)


def walk(root: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Yield each folder below `root` with its files, in name order; links to folders are not followed.

    Raises:
        InputFault: `root` is no folder.
    """
    if not root.is_dir():
        raise InputFault(str(root), "there is no such folder.")
    for folder, folders, files in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in {".git", ".hg", ".svn", "node_modules"})
        yield Path(folder), [Path(folder, name) for name in sorted(files)]


def linked_folders(root: Path) -> list[Path]:
    """Return the links to folders below `root`, which walk() leaves out."""
    entries = (path for folder, _ in walk(root) for path in sorted(folder.iterdir()))
    return [path for path in entries if path.is_symlink() and path.is_dir()]


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key standing twice and keeps what a tag of the tool holds as plain data."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        word = str(key.value)
        if word in seen and word != "<<":
            raise yaml.MarkedYAMLError(problem=f"the key “{word}” stands twice", problem_mark=key.start_mark)
        seen.add(word)
    loader.flatten_mapping(node)
    return {
        str(loader.construct_object(key, deep=True)): loader.construct_object(value, deep=True)
        for key, value in node.value
    }


def _plain(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return _mapping(loader, node) if isinstance(node, yaml.MappingNode) else None


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_multi_constructor("!", _plain)


class _WithoutAliases(_Loader):
    """The same, but no part of the text may stand for another: a few lines of those can write out to gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias, take every other node."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs leave it out
            raise yaml.MarkedYAMLError(problem="aliases are not taken", problem_mark=mark)
        return super().compose_node(parent, index)


def parse_yaml(text: str, shown: str, first_line: int = 1, *, aliases: bool = True) -> dict[str, Any]:
    """Return a YAML mapping ({} for an empty text).

    Args:
        text: the YAML.
        shown: how messages name the file.
        first_line: the file's line on which the text begins.
        aliases: whether a part may be named and repeated.

    Raises:
        InputFault: broken, nested too deep, or no mapping.
    """
    try:
        loaded = yaml.load(text, Loader=_Loader if aliases else _WithoutAliases)  # noqa: S506 - both are SafeLoaders
    except yaml.MarkedYAMLError as error:
        last = len(text.splitlines()) - 1  # a text that ends too early stops behind its last line
        line = min(error.problem_mark.line, last) + first_line if error.problem_mark else 0
        raise InputFault(shown, f"broken YAML: {error.problem or error.context}.", line) from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise InputFault(shown, f"broken YAML: {str(error).splitlines()[0]}.") from None
    except RecursionError:
        raise InputFault(shown, "the YAML is nested too deep.") from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise InputFault(shown, f"a mapping is expected, not {type(loaded).__name__}.", first_line)
    return {str(key): value for key, value in loaded.items()}


def _refuse_constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large a number")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise ValueError(f"the key “{key}” stands twice")
        result[key] = value
    return result


def parse_json(text: str) -> Any:
    """Return a JSON value. Raises ValueError in words: broken, nested too deep, NaN, or a key that stands twice."""
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise ValueError(f"broken JSON at column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise ValueError("the JSON is nested too deep") from None


def jsonable(value: Any) -> Any:
    """Return a value as JSON can hold it: dates and other YAML scalars become text, sets become lists.

    Raises:
        ValueError: more than 10,000 values or nested too deep (YAML anchors can write both in a few lines).
    """
    try:
        return _jsonable(value, iter(range(MAX_NODES)))
    except RecursionError:
        raise ValueError("the value is nested too deep") from None


def _jsonable(value: Any, budget: Iterator[int]) -> Any:
    if next(budget, None) is None:
        raise ValueError(f"it holds more than {MAX_NODES:,} values")
    if isinstance(value, dict):
        return {str(key): _jsonable(item, budget) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_jsonable(item, budget) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return value if abs(value) <= MAX_INTEGER else str(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
