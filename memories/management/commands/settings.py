"""`manage.py settings`: every setting there is, with its present value, where that comes from, and what it means."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Lists the settings; secrets are masked."""

    help = "List every setting with its present value, source and meaning."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--json for programs."""
        parser.add_argument("--json", action="store_true", help="as a JSON list")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if options["json"]:
            self.stdout.write(json.dumps([asdict(setting) for setting in settings.ATOCORE_SETTINGS], indent=2))
            return
        for setting in settings.ATOCORE_SETTINGS:
            self.stdout.write(f"{setting.name} = {setting.value or '(not set)'}  [{setting.source}]")
            self.stdout.write(f"    {setting.meaning}")
