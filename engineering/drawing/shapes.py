"""Boxes and arrows: what a drawing is made of, and the outline that tells a type apart without colour."""

from dataclasses import dataclass

from engineering.drawing.words import lines

WIDTH, LINE, PAD = 168.0, 14.0, 6.0
NAME, CAPTION = 12.0, 10.5
#: How far an outline's slanted or rounded ends reach inwards.
_END = 9.0

_BOX, _HEXAGON, _CUT, _ARROW, _SLANT, _PILL, _FOLD, _ROUND = range(8)
_OUTLINES = {
    "interface": _HEXAGON,
    "requirement": _CUT,
    "constraint": _CUT,
    "decision": _ARROW,
    "assumption": _SLANT,
    "result": _PILL,
    "validation_claim": _PILL,
    "analysis_model": _PILL,
    "artifact": _FOLD,
    "session": _FOLD,
    "material": _ROUND,
    "parameter": _ROUND,
    "vendor": _ROUND,
    "process": _ROUND,
}


@dataclass(frozen=True)
class Node:
    """What is drawn as a box; `hint` is said beside its type (a status, a number of parts)."""

    id: str
    name: str
    type: str
    hint: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Arrow:
    """An edge from A to B with its word; `plain` ones have no head (symmetric types)."""

    source: str
    target: str
    label: str
    plain: bool = False


@dataclass(frozen=True)
class Box:
    """A node with its place: the upper left corner of its box."""

    node: Node
    x: float
    y: float
    words: tuple[str, ...]
    main: bool = False

    @property
    def height(self) -> float:
        """How high it is."""
        return height(self.words)

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + WIDTH

    @property
    def text_x(self) -> float:
        """Where its words begin."""
        return self.x + 14

    @property
    def rows(self) -> list[tuple[float, str]]:
        """Its name, each line with the height it stands on."""
        return [(self.y + PAD + 11 + LINE * place, line) for place, line in enumerate(self.words)]

    @property
    def caption_y(self) -> float:
        """The height on which its type stands."""
        return self.y + PAD + 10 + LINE * len(self.words)

    @property
    def caption(self) -> str:
        """Its type and what is said beside it."""
        kind = self.node.type.replace("_", " ")
        return f"{kind} · {self.node.hint}" if self.node.hint else kind

    @property
    def outline(self) -> str:
        """Its outline as an SVG path."""
        return outline(self.node.type, self.x, self.y, self.height)


@dataclass(frozen=True)
class Stroke:
    """An arrow with its place; `heads` says at which ends it has a head."""

    path: str
    label: str
    label_x: float
    label_y: float
    title: str
    start_head: bool = False
    end_head: bool = False


@dataclass(frozen=True)
class Drawing:
    """Boxes and strokes on a sheet of a size."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    strokes: tuple[Stroke, ...]


def broken(name: str) -> tuple[str, ...]:
    """Return a name as the lines of its box."""
    return tuple(lines(name, NAME, WIDTH - 28))


def height(words: tuple[str, ...]) -> float:
    """Return how high a box with these lines is."""
    return LINE * (len(words) + 1) + 2 * PAD


def outline(kind: str, x: float, y: float, tall: float) -> str:
    """Return the outline of a type: what belongs together by its shape looks alike."""
    right, low, half, end = x + WIDTH, y + tall, y + tall / 2, _END
    shape = _OUTLINES.get(kind, _BOX)
    points = {
        _BOX: [(x, y), (right, y), (right, low), (x, low)],
        _HEXAGON: [(x + end, y), (right - end, y), (right, half), (right - end, low), (x + end, low), (x, half)],
        _CUT: [(x + end, y), (right, y), (right, low - end), (right - end, low), (x, low), (x, y + end)],
        _ARROW: [(x, y), (right - end, y), (right, half), (right - end, low), (x, low)],
        _SLANT: [(x + end, y), (right, y), (right - end, low), (x, low)],
        _FOLD: [(x, y), (right - end, y), (right, y + end), (right, low), (x, low)],
    }.get(shape)
    if points is not None:
        return "M" + " L".join(f"{a:g} {b:g}" for a, b in points) + " Z"
    curve = tall / 2 if shape == _PILL else end
    arc = f"A{curve:g} {curve:g} 0 0 1"
    return (
        f"M{x + curve:g} {y:g} H{right - curve:g} {arc} {right:g} {y + curve:g} V{low - curve:g} "
        f"{arc} {right - curve:g} {low:g} H{x + curve:g} {arc} {x:g} {low - curve:g} V{y + curve:g} "
        f"{arc} {x + curve:g} {y:g} Z"
    )
