"""What says the same enters once: the first, which stands in the most trusted section."""

from engineering.context.sections import Gathered, LeftOut, Line
from memories.text import terms

#: From this share of common words on, two statements count as one, unless they differ in a number or a negation.
SAME = 0.9
_TURNS = frozenset({"no", "not", "never", "none", "neither", "nor", "without", "cannot", "only", "except", "unless"})


def once(found: Gathered) -> Gathered:
    """Leave out what a unit before it says already; the sides of a conflict all stay."""
    held: dict[int, list[frozenset[str]]] = {}
    made = Gathered(left_out=list(found.left_out))
    for unit in found.units:
        said = [terms(line.text) for line in unit.lines]
        if not unit.conflicts and _repeats(said[0], held):
            made.left_out.append(_repeated(unit.lines[0]))
            continue
        made.units.append(unit)
        for words in said:
            held.setdefault(len(words), []).append(words)
    return made


def _repeats(words: frozenset[str], held: dict[int, list[frozenset[str]]]) -> bool:
    """Tell whether something held says the same; only sets of about the same size can."""
    if not words:
        return False
    least, most = int(len(words) * SAME / (2 - SAME)), int(len(words) * (2 - SAME) / SAME) + 1
    near = (other for size in range(least, most + 1) for other in held.get(size, ()))
    # The measure of memories.text.overlap, spelt out: it is asked thousands of times a pack.
    return any(
        2 * len(words & other) >= SAME * (len(words) + len(other)) and not _turned(words ^ other) for other in near
    )


def _turned(difference: frozenset[str]) -> bool:
    return any(word in _TURNS or word.endswith(("n't", "n’t")) or any(map(str.isdigit, word)) for word in difference)


def _repeated(line: Line) -> LeftOut:
    return LeftOut(line.kind, line.row, "duplicate", "another line says the same")
