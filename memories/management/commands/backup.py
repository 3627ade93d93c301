"""`manage.py backup`: a copy of the database, taken while people work and looked at before it is announced."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from memories.errors import DomainError
from memories.services import backups


class Command(BaseCommand):
    """Copies, checks, then prints the file's name on standard output. Exit code 1 leaves no file behind."""

    help = "Copy the database consistently under load, check the copy, then say where it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to; how many to keep."""
        parser.add_argument(
            "file", nargs="?", help="default: atocore-<time>.sqlite3 (or .tar.gz) in backups/ of the data folder"
        )
        parser.add_argument(
            "--keep", type=int, metavar="N", help="afterwards remove all but the newest N of that folder"
        )
        parser.add_argument("--json", action="store_true", help="print what was found as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError (exit 1) when no whole copy could be made, exit 2 for wrong use."""
        keep = options["keep"]
        if keep is not None and (keep < 1 or options["file"]):
            raise CommandError("--keep takes 1 or more, and no file: it tidies the folder of backups.", returncode=2)
        try:
            done = backups.back_up(self._target(options["file"]))
        except (DomainError, OSError) as fault:
            raise CommandError(getattr(fault, "message", str(fault))) from fault
        self._announce(done, options["json"])
        for old in sorted(done.path.parent.glob(f"atocore-*{backups.suffix()}"))[:-keep] if keep else []:
            old.unlink()
            self.stderr.write(f"Removed {old.name}.")

    def _target(self, given: str | None) -> Path:
        if given:
            return Path(given).expanduser().resolve()
        folder = settings.ATOCORE_DATA / "backups"
        folder.mkdir(mode=0o700, exist_ok=True)
        return Path(folder / backups.named())

    def _announce(self, done: backups.Copy, as_json: bool) -> None:
        told = {"file": str(done.path), "bytes": done.bytes, "records": done.records, "audit_rows": done.audit_rows}
        self.stdout.write(json.dumps(told) if as_json else str(done.path))
        self.stderr.write(
            f"{done.bytes / 1e6:,.1f} MB, whole: {done.records:,} records as their audit rows say, {done.audit_rows:,} "
            f"audit rows. Keep the file secret_key with it: tokens are good only with it."
        )
