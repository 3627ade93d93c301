"""The benchmarks, one after the other: `make bench`, or `make bench ARGS="server writes"` for some."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
#: Installs other makers' servers: only where it is named.
ASKED_FOR = {"memory_servers"}


def main() -> int:
    """Run bench_*.py each in a process of its own; the exit code says whether all ran."""
    found = {path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py")}
    names = sys.argv[1:] or sorted(found - ASKED_FOR)
    failed = []
    for name in names:
        print(f"\n== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.benchmarks.bench_{name}"], cwd=HERE.parents[1]).returncode:
            failed.append(name)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
