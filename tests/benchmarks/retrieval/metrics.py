"""Measures of a ranked list (Manning, Raghavan and Schütze 2008, ch. 8). Pure."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

CUTS = (5, 10, 20)
COVERED = (2_000, 4_000, 8_000)


def recall(found: Sequence[str], gold: Collection[str], most: int) -> float:
    """Return the share of the gold among the first `most`."""
    return len(set(gold) & set(found[:most])) / len(gold)


def reciprocal(found: Sequence[str], gold: Collection[str]) -> float:
    """Return one over the rank of the first that is gold, 0 where none is."""
    return next((1 / rank for rank, one in enumerate(found, 1) if one in gold), 0.0)


def ndcg(found: Sequence[str], gold: Collection[str], most: int = 10) -> float:
    """Return the normalised discounted cumulative gain of the first `most`, gold counting 1."""
    gain = sum(1 / math.log2(rank + 1) for rank, one in enumerate(found[:most], 1) if one in gold)
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(most, len(gold)) + 1))


Span = tuple[int, int]


def covered(texts: Sequence[Span | None], gold: Sequence[Span], most: int) -> float:
    """Return the share of the gold's characters that the first `most` characters of the list hold.

    Args:
        texts: the span of each hit in the gold's text, in order; None, with no overlap, for a hit of another text.
        gold: spans that answer.
        most: characters that are read; the hit that goes beyond is cut.
    """
    read = 0
    held: set[int] = set()
    for span in texts:
        start, end = span or (0, 800)
        end = min(end, start + most - read)
        if end <= start:
            break
        read += end - start
        if span:
            held.update(place for low, high in gold for place in range(max(low, start), min(high, end)))
    return len(held) / sum(high - low for low, high in gold)


@dataclass
class Tally:
    """Means over questions.

    Attributes:
        sums: the sum of each measure.
        questions: how many were counted.
        seconds: how long each answer took.
    """

    sums: dict[str, float] = field(default_factory=dict)
    questions: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, found: Sequence[str], gold: Collection[str], seconds: float = 0.0, **more: float) -> None:
        """Count one question."""
        values = {f"recall@{most}": recall(found, gold, most) for most in CUTS}
        values |= {"MRR": reciprocal(found, gold), "nDCG@10": ndcg(found, gold), **more}
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
        self.questions += 1
        self.seconds.append(seconds)

    def mean(self, name: str) -> float:
        """Return the mean of a measure."""
        return self.sums.get(name, 0.0) / max(1, self.questions)

    def latency(self, share: float) -> float:
        """Return a quantile of the time an answer took, milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def line(self) -> str:
        """Return the means as one line of a table."""
        names = [*(f"recall@{most}" for most in CUTS), "MRR", "nDCG@10"]
        names += [name for name in self.sums if name.startswith("covered")]
        figures = "  ".join(f"{name} {self.mean(name):.3f}" for name in names)
        return (
            f"{figures}  p50 {self.latency(0.5):.0f} ms  p95 {self.latency(0.95):.0f} ms  ({self.questions} questions)"
        )
