"""Searching among many rows, through REST. Aims: p95 at most 50 ms at 10,000 rows and 100 ms at 100,000.

Usage: python -m tests.benchmarks.bench_search [--rows 10000 100000] [--filtered]
On PostgreSQL where DATABASE_URL says so. With --filtered the search is called in process, within one of a
hundred projects. Aim: 60 ms at 1,000,000.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.live import ROOT, installation


def main() -> None:
    """Fill an installation for each size and time searches in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--filtered", action="store_true", help="in process, within a project, over memories alone")
    options = parser.parse_args()
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder, installation(Path(folder), ATOCORE_API_RATE="0") as app:
            environment = app.environment | {
                "BENCH_TOKEN": app.create_token("bench", "reader"),
                "DJANGO_SETTINGS_MODULE": "atocore_site.settings",
            }
            command = [sys.executable, "-m", "tests.benchmarks.search_inside", str(rows)]
            command += ["--filtered"] if options.filtered else []
            subprocess.run(command, env=environment, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
