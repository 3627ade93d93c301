"""Writes the pages anew. They are made in a process of its own, which neither settings nor data folders reach."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference"
#: What would change a default or a message: AtoCore's settings, Django's and Python's own, the terminal, the language.
FOREIGN = ("ATOCORE_", "DATABASE_URL", "DJANGO_", "PYTHON", "COLUMNS", "LINES", "LANG", "LC_")


def made() -> dict[str, str]:
    """Make every page.

    Returns: the text of each by its file's name.
    Raises RuntimeError with the maker's words if it fails, or if a page names the data folder in use.
    """
    with tempfile.TemporaryDirectory() as data:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        clean = {**kept, "DJANGO_SETTINGS_MODULE": "atocore_site.settings", "ATOCORE_DATA": data}
        command = [sys.executable, "-m", "tests.reference.pages"]
        done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError(f"the reference could not be made:\n{done.stderr}")
        pages: dict[str, str] = json.loads(done.stdout)
        if named := [name for name, text in pages.items() if data in text]:
            raise RuntimeError(f"{named[0]} names the data folder in use")
        return pages


def outdated(pages: dict[str, str]) -> list[str]:
    """Return the names of files in the folder that are not what was made: changed, missing, or left over."""
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    return sorted(name for name in there.keys() | pages.keys() if there.get(name) != pages.get(name))


def main() -> int:
    """Write what changed, and say what that was."""
    pages = made()
    FOLDER.mkdir(parents=True, exist_ok=True)
    changed = outdated(pages)
    for name in changed:
        if name in pages:
            (FOLDER / name).write_text(pages[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    sys.stderr.write(f"docs/reference: {', '.join(changed) or 'nothing'} changed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
