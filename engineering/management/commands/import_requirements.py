"""`manage.py import_requirements`: another tool's items and links become entities and relationships."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from engineering.importers import doorstop, mapping, reqif, strictdoc, tabular
from engineering.importers.records import Tree
from engineering.services.importing import Outcome, import_tree
from memories.actors import Actor
from memories.management.importing import ImportCommand
from memories.models import Project
from memories.queries import projects

FORMATS = ("doorstop", "strictdoc", "reqif", "csv", "jsonl")
TOOLS = ("doorstop", "strictdoc", "reqif")  # these bring their links and a mapping of their own


class Command(ImportCommand):
    """Reads the files, calls the import verb, reports."""

    help = "Import requirements: Doorstop, StrictDoc or ReqIF, or any tool's items and links as CSV or JSONL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Format, path, project, mapping."""
        parser.add_argument("format", choices=FORMATS)
        parser.add_argument("path", type=Path, help="folder or file (csv, jsonl: the items)")
        parser.add_argument("--links", type=Path, metavar="FILE", help="csv, jsonl: links as source, role, target")
        parser.add_argument("--map", type=Path, metavar="FILE.yaml", help="how types, roles and columns are mapped")
        parser.add_argument("--project", required=True, help="the project they belong to, by name or alias")
        parser.add_argument("--source", default="", metavar="NAME", help="tells two trees of one tool apart")
        parser.add_argument("--active", action="store_true", help="new records are active instead of candidates")
        super().add_arguments(parser)

    def run_import(self, **options: Any) -> tuple[str, Outcome]:
        """Read everything, then write. Wrong use exits 2."""
        if options["links"] and options["format"] in TOOLS:
            raise CommandError(f"--links is for csv and jsonl; {options['format']} has its links.", returncode=2)
        actor = Actor.system("import")
        project = self._project(options["project"], actor)
        used = self._mapping(options["format"], options["map"])
        tree = self._read(options["format"], options["path"], used, options["links"])
        self.say("read", len(tree.items), len(tree.items))
        outcome = import_tree(
            tree,
            used,
            project=project,
            actor=actor,
            active=options["active"],
            source=options["source"].strip(),
            dry_run=options["dry_run"],
            say=self.say,
        )
        return tree.tool, outcome

    def _project(self, name: str, actor: Actor) -> Project:
        project = projects.resolve(name, actor)
        if project is None:
            raise CommandError("--project must name a project.", returncode=2)
        return project

    def _mapping(self, tool: str, wanted: Path | None) -> mapping.Mapping:
        if wanted is not None:
            return mapping.load(wanted)
        return mapping.shipped(tool) if tool in TOOLS else mapping.PLAIN

    def _read(self, tool: str, path: Path, used: mapping.Mapping, links: Path | None) -> Tree:
        if tool == "doorstop":
            return doorstop.read(path)
        if tool == "strictdoc":
            return strictdoc.read(path)
        if tool == "reqif":
            return reqif.read(path, used)
        return (tabular.read_csv if tool == "csv" else tabular.read_jsonl)(path, used, links)
