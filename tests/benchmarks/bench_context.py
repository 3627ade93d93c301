"""Making context packs among many rows, with words as frequent as in prose. Aim: p95 at most 150 ms at 100,000 rows.

Usage: python -m tests.benchmarks.bench_context [--rows 100000]
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.live import ROOT, installation


def main() -> None:
    """Fill an installation of its own and time packs in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as app:
        command = [sys.executable, "-m", "tests.benchmarks.context_inside", str(options.rows)]
        subprocess.run(command, env=app.environment, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
