"""A tree, drawn from left to right: wholes on the left, each level a column, a whole beside the middle of its parts."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engineering.drawing.shapes import WIDTH, Box, Drawing, Node, Stroke, broken, height

STEP, GAP, MARGIN = WIDTH + 40, 8.0, 4.0


@dataclass
class Branch:
    """A node and what stands below it."""

    node: Node
    below: list["Branch"] = field(default_factory=list)


@dataclass
class _Sheet:
    boxes: list[Box] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    free: float = MARGIN
    deep: int = 0

    def put(self, branch: Branch, level: int) -> Box:
        """Place a branch; returns its box. What is below comes first, for it decides the place."""
        begun = self.free
        below = [self.put(one, level + 1) for one in branch.below]
        words = broken(branch.node.name)
        middle = (below[0].middle + below[-1].middle) / 2 if below else begun + height(words) / 2
        top = max(middle - height(words) / 2, begun)
        box = Box(branch.node, MARGIN + level * STEP, top, words)
        self.free = max(self.free, top + height(words) + GAP)
        self.deep = max(self.deep, level)
        self.boxes.append(box)
        self.strokes += [_stroke(part, box) for part in below]
        return box


def _stroke(part: Box, whole: Box) -> Stroke:
    bend = whole.right + (STEP - WIDTH) / 2
    path = f"M{part.x:g} {part.middle:g} H{bend:g} V{whole.middle:g} H{whole.right + 2:g}"
    return Stroke(path, "", 0, 0, f"{part.node.name} part of {whole.node.name}", end_head=True)


def draw(roots: Iterable[Branch]) -> Drawing:
    """Return the drawing of some trees, one under the other, in the order given."""
    sheet = _Sheet()
    for root in roots:
        sheet.put(root, 0)
    wide = 2 * MARGIN + sheet.deep * STEP + WIDTH
    boxes = sorted(sheet.boxes, key=lambda box: (box.y, box.x))
    return Drawing(wide, sheet.free - GAP + MARGIN, tuple(boxes), tuple(sheet.strokes))
