"""What an export says of itself: the format, and of each table its columns, how many rows, and their digest."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from memories.errors import Invalid
from memories.services.exchange.tables import FORMAT

NAME = "manifest.json"
_MOST_BYTES = 1_000_000


@dataclass
class Table:
    """One table of an export.

    Attributes:
        rows: how many lines its file has.
        sha256: of its file.
        columns: the keys of each line, in order.
    """

    rows: int
    sha256: str
    columns: list[str]


@dataclass
class Manifest:
    """A whole export.

    Attributes:
        format: of its files.
        projects: those asked for; none for all.
        secrets: whether passwords' and tokens' digests are in it.
        tables: by name; the file of each is NAME.jsonl.
        elsewhere: rows of other projects that came along, by table.
    """

    format: int = FORMAT
    projects: list[str] = field(default_factory=list)
    secrets: bool = False
    tables: dict[str, Table] = field(default_factory=dict)
    elsewhere: dict[str, int] = field(default_factory=dict)

    def text(self) -> str:
        """Return it as it stands in its file; it names no time, so that the same rows give the same bytes."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        return {name: table.rows for name, table in self.tables.items()}


def read(folder: Path) -> Manifest:
    """Return the manifest of an export. Raises Invalid where the folder has none that can be read."""
    path = folder / NAME
    try:
        with path.open("rb") as stream:
            found = json.loads(stream.read(_MOST_BYTES))
        tables = {str(name): Table(**table) for name, table in found.pop("tables").items()}
        manifest = Manifest(**found, tables=tables)
    except OSError as fault:
        raise refusal(f"{path} cannot be read: {fault.strerror}. An export is a folder with that file in it.") from None
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise refusal(f"{path} is no manifest of an export: {fault}.") from None
    if manifest.format != FORMAT:
        raise refusal(f"{path} names format {manifest.format}; this version of AtoCore reads format {FORMAT}.")
    return manifest


def refusal(detail: str) -> Invalid:
    """Return what is raised where a folder is no export that this version reads."""
    return Invalid.field("path", detail, "bad_export")
