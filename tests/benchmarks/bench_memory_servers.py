"""AtoCore beside other memory servers. Run: .venv/bin/python -m tests.benchmarks.bench_memory_servers

Each is driven over standard input and output by the same client, with the same rows: writes one after the other and
searches, on 1,000 rows and on 10,000, and 20 writes at once. The others are installed into a temporary folder from npm
and PyPI; one that cannot be installed or started is left out, and said so. An empty tool stands beside them: what the
SDK takes for a call before anything is done. Runs for some minutes.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.memory_servers import AtoCore, EmptyTool, MemoryService, Peer, ServerMemory, Unavailable

#: The rows of the table, each with a figure a server.
Table = dict[str, dict[str, float]]
FOUND = "of "
Kinds = type[AtoCore] | type[ServerMemory] | type[MemoryService] | type[EmptyTool]
KINDS: tuple[Kinds, ...] = (AtoCore, ServerMemory, MemoryService, EmptyTool)
PARALLEL = 20


def main() -> None:
    """Install, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--writes", type=int, default=1_000)
    parser.add_argument("--searches", type=int, default=200)
    parser.add_argument("--installed", type=Path, help="folder to install into, and to find installed; else a new one")
    options = parser.parse_args()
    with _folder(options.installed) as tools, tempfile.TemporaryDirectory() as data, ExitStack() as stack:
        peers = list(_started(tools, Path(data), stack))
        show(measured(peers, options.sizes, options.writes, options.searches))


def _started(tools: Path, data: Path, stack: ExitStack) -> Iterator[Peer]:
    for number, kind in enumerate(KINDS):
        try:
            yield stack.enter_context(kind(tools, data / str(number)).ready())
        except Unavailable as fault:
            print(f"{kind.title} is left out: {fault}")


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given:
        given.mkdir(parents=True, exist_ok=True)
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def measured(peers: list[Peer], sizes: list[int], writes: int, searches: int) -> Table:
    """Return the rows of the table: milliseconds a call (the median), or how many were found; a column a server.

    The servers take turns at each call, so that whatever else the machine does falls on all of them.
    """
    table: Table = {}
    have = 0
    for size in sizes:
        for peer in peers:
            print(f"{peer.title}: filling up to {size:,} rows ...", flush=True)
            peer.fill(range(have, size))
        have = size
        more = range(10_000_000 + size, 10_000_000 + size + writes)
        table[f"write at {size:,}"], _ = _in_turn(peers, more, lambda peer, number: peer.write(number))
        asked = [number * size // searches for number in range(searches)]
        times, found = _in_turn(peers, asked, lambda peer, number: peer.finds(number))
        table[f"search at {size:,}"], table[f"{FOUND}{searches} searched at {size:,}"] = times, found
    at_once = range(20_000_000, 20_000_000 + PARALLEL)
    for peer in peers:
        peer.write_at_once(at_once)
    table[f"{FOUND}{PARALLEL} written at once"] = {
        peer.title: sum(peer.finds(number) for number in at_once) for peer in peers
    }
    return table


def _in_turn(
    peers: list[Peer], numbers: Iterable[int], act: Callable[[Peer, int], bool | None]
) -> tuple[dict[str, float], dict[str, float]]:
    times: dict[str, list[float]] = {peer.title: [] for peer in peers}
    done: dict[str, float] = {peer.title: 0 for peer in peers}
    for number in numbers:
        for peer in peers:
            start = time.perf_counter()
            done[peer.title] += act(peer, number) is True
            times[peer.title].append((time.perf_counter() - start) * 1000)
    return {title: statistics.median(taken) for title, taken in times.items()}, done


def show(table: Table) -> None:
    """Print the table, and how many times as long as AtoCore the others take."""
    titles = list(next(iter(table.values())))
    print(f"\n{'ms a call (median)':28}" + "".join(f"{title:>24}" for title in titles))
    for name, row in table.items():
        shown = "{0:.0f} found" if name.startswith(FOUND) else "{0:.2f}  x{1:.2f}"
        cells = (shown.format(row[title], row[title] / (row[AtoCore.title] or 1)) for title in titles)
        print(f"{name:28}" + "".join(f"{cell:>24}" for cell in cells))


if __name__ == "__main__":
    main()
