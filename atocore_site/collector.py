"""How often the server looks for garbage in rings.

An answer of thousands of records makes thousands of small tuples, none of which is garbage; with Python's own
thresholds the collector goes through all of the program's objects several times meanwhile (of a long walk, a sixth of
the time: `python -m tests.benchmarks.bench_queries` without the call of `calm`).
"""

import gc

#: New objects before the youngest are looked through, and how many such rounds before the next older ones.
THRESHOLDS = (50_000, 20, 50)


def calm() -> None:
    """Leave out what was loaded at the start, which stays, and look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
