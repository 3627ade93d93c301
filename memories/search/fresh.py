"""Near duplicates among records that are about to be written together, which the index does not hold yet."""

from collections import Counter, defaultdict, deque
from functools import partial

from memories.kinds import Kind, Row
from memories.search.index import MOST_COMPARED, sketch_of
from memories.text import overlap

#: Of those that share bands, how many that share most are compared word by word: the nearest are among them.
_COMPARED = 8


class Fresh:
    """The word sets of what came so far, by the bands of their sketches."""

    def __init__(self) -> None:
        newest = partial(deque[frozenset[str]], maxlen=MOST_COMPARED)
        self._sharing: defaultdict[tuple[int, int], deque[frozenset[str]]] = defaultdict(newest)

    def nearest(self, kind: Kind, row: Row) -> float:
        """Return the greatest word overlap of a record with those that came before it, 0..1, and take it in."""
        words, bands = sketch_of(kind, row)
        shared = Counter(other for place in enumerate(bands) for other in self._sharing[place])
        for place in enumerate(bands):
            self._sharing[place].append(words)
        return max((overlap(words, other) for other, _ in shared.most_common(_COMPARED)), default=0.0)
