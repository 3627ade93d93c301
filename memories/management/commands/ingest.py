"""`manage.py ingest PATH --project P`: Markdown files become documents of a project."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from memories.actors import Actor
from memories.findings import InputFault
from memories.management.importing import ImportCommand
from memories.markdown.folder import Root, markdown, path_fault
from memories.models import Project
from memories.outcome import Outcome
from memories.queries import projects
from memories.services.ingest import Source, ingest_tree, most_bytes


class Command(ImportCommand):
    """Finds the folder, calls the verb, reports."""

    help = "Take in a folder of Markdown files, or one file. Run it again whenever they changed: only that is done."
    stopped = "The run was cut off; what was taken in until then is whole, and running it again does the rest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Path, project, and how the tree is known."""
        parser.add_argument("path", type=Path, help="folder, or one .md or .markdown file")
        parser.add_argument("--project", required=True, help="the project they belong to, by name or alias")
        parser.add_argument("--root", type=Path, metavar="FOLDER", help="count paths from here, not from PATH")
        parser.add_argument("--prefix", default="", metavar="PATH", help="put this before every path")
        parser.add_argument(
            "--source", default="", metavar="NAME", help="the tree's name, instead of one from its place"
        )
        status = parser.add_mutually_exclusive_group()
        status.add_argument("--active", action="store_true", help="they count at once (the default)")
        status.add_argument("--candidate", action="store_true", help="a reviewer accepts them first")
        super().add_arguments(parser)

    def run_import(self, **options: Any) -> tuple[str, Outcome]:
        """Read and write. Wrong use exits 2."""
        actor = Actor.system("import")
        project = self._project(options["project"], actor)
        path, folder = _places(options["path"], options["root"])
        root = Root(folder, most_bytes())
        try:
            source = Source(
                root,
                options["source"].strip()[:300] or origin(folder),
                project,
                only=path,
                prefix=_prefix(options["prefix"]),
                status="candidate" if options["candidate"] else "active",
            )
            return "ingest", ingest_tree(source, actor=actor, dry_run=options["dry_run"], say=self.say)
        finally:
            root.close()

    def _project(self, name: str, actor: Actor) -> Project:
        project = projects.resolve(name, actor)
        if project is None:
            raise CommandError("--project must name a project.", returncode=2)
        return project


def origin(folder: Path) -> str:
    """Return the name of a tree: its folder's, and a mark of where that is, without telling where."""
    place = folder.resolve()
    return f"{place.name or 'root'}@{hashlib.sha256(bytes(place)).hexdigest()[:8]}"


def _places(path: Path, root: Path | None) -> tuple[str, Path]:
    """Return what is read, as a path below the root, and the root. Raises InputFault."""
    shown = str(path)
    if not path.is_dir():
        if not path.is_file():
            raise InputFault(shown, "there is no such folder or regular file.")
        if not markdown(path.name):
            raise InputFault(shown, "only .md and .markdown files are taken.")
    folder = root or (path if path.is_dir() else path.parent)
    try:
        below = path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        raise CommandError(f"{shown} is not below {folder}.", returncode=2) from None
    return "" if below == "." else below, folder


def _prefix(text: str) -> str:
    prefix = text.strip().strip("/")
    if prefix and (fault := path_fault(prefix)):
        raise CommandError(f"--prefix: {fault}", returncode=2)
    return f"{prefix}/" if prefix else ""
