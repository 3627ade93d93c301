"""`manage.py doctor`: whether the installation is well, line by line. Changes nothing."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from memories.management import doctor


class Command(BaseCommand):
    """Looks at everything it can and says what to do about what is wrong."""

    help = "Look whether database, files, history and index are well. Changes nothing."
    # It reports what the checks report, and goes on.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--quick leaves out what reads the whole database; --json for programs."""
        parser.add_argument("--quick", action="store_true", help="leave out what reads the whole database")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Exit codes: 0 well (warnings included), 1 when something is wrong."""
        chosen = doctor.QUICK if options["quick"] else (*doctor.QUICK, *doctor.THOROUGH)
        absent = doctor.nothing_there()
        found = [absent] if absent else [finding for check in chosen for finding in self._asked(check)]
        if options["json"]:
            self.stdout.write(json.dumps([finding._asdict() for finding in found]))
        else:
            for finding in found:
                self.stdout.write(f"{finding.level:<5} {finding.name}: {finding.words}")
        if any(finding.level == doctor.FAIL for finding in found):
            sys.exit(1)

    def _asked(self, check: doctor.Check) -> list[doctor.Finding]:
        try:
            return list(check())
        except Exception as fault:  # one that cannot be made must not hide the others
            return [doctor.Finding(doctor.FAIL, check.__name__, f"{type(fault).__name__}: {fault}"[:300])]
