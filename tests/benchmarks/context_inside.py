"""What bench_context does inside an installation: fill it with words as frequent as in prose, and time packs.

Usage: python -m tests.benchmarks.context_inside ROWS
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import accumulate

import django

_BATCH = 5_000
_WORDS = 20_000
_ROUNDS = 60
#: Of a hundred rows so many are entities; the others are memories, of which one in five hundred is identity.
_ENTITIES = 15


class Speaker:
    """Makes sentences of a vocabulary whose words are as frequent as Zipf's law has them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        syllables = [first + vowel for first in "bdfgklmnprstvz" for vowel in "aeiou"]
        self.words = ["".join(self.chance.choices(syllables, k=3)) + str(number % 7) for number in range(_WORDS)]
        self.weights = list(accumulate(1 / rank for rank in range(1, _WORDS + 1)))

    def say(self, words: int) -> str:
        """Return a sentence of so many words."""
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=words)).capitalize() + "."


def fill(rows: int, speaker: Speaker) -> None:
    """Bring in so many active rows."""
    from engineering.models import Entity
    from memories.actors import Actor
    from memories.kinds import kinds
    from memories.models import Memory
    from memories.services import projects
    from memories.services._write import Batch

    actor = Actor.system("import")
    home = [projects.register(f"p{number:02}-bench", actor=actor) for number in range(4)]

    def memories(number: int) -> Iterator[Memory]:
        for place in range(number):
            kind = "identity" if place % 500 == 0 else "knowledge"
            tags = [f"tag{place % 12}"]
            yield Memory(
                memory_type=kind, content=speaker.say(16), status="active", project=home[place % 4], domain_tags=tags
            )

    def entities(number: int) -> Iterator[Entity]:
        for place in range(number):
            held = {"mass": f"{place} g"}
            name = f"{speaker.say(2)[:-1]} {place}"
            yield Entity(entity_type="component", name=name, status="active", project=home[place % 4], properties=held)

    parts = rows * _ENTITIES // 100
    for name, made in (("memory", memories(rows - parts)), ("entity", entities(parts))):
        while some := [row for row, _ in zip(made, range(_BATCH), strict=False)]:
            with Batch(actor) as batch:
                batch.insert_many(kinds.named(name), some)


def measure(speaker: Speaker) -> None:
    """Time packs of prompts of ten words."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from engineering.context.asked import asked
    from engineering.context.pack import build
    from memories.actors import Actor

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    actor, spent, queries = Actor.system("cron"), [], 0
    for number in range(_ROUNDS + 5):
        given = {"prompt": speaker.say(10), "project": f"p{number % 4:02}-bench"}
        began = time.perf_counter()
        pack = build(asked(given, actor), actor)
        spent.append((time.perf_counter() - began) * 1_000)
        if number < 5:
            with CaptureQueriesContext(connection) as caught:
                build(asked(given, actor), actor)
            queries = max(queries, len(caught))
    times = sorted(spent[5:])
    p95 = times[int(len(times) * 0.95)]
    print(f"a pack: p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms (at most 150)")
    print(f"{queries} queries, {len(pack.items)} lines, {pack.tokens:,} tokens; {connection.vendor}")


def main() -> None:
    """Fill and measure."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atocore_site.settings")
    django.setup()
    rows, speaker = int(sys.argv[1]), Speaker(7)
    began = time.perf_counter()
    fill(rows, speaker)
    print(f"{rows:,} rows in {time.perf_counter() - began:.0f} s")
    measure(speaker)


if __name__ == "__main__":
    main()
