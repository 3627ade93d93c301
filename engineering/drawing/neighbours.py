"""What stands around a node, in columns: what points to it on the left, what it points to on the right."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from engineering.drawing.shapes import WIDTH, Arrow, Box, Drawing, Node, Stroke, broken, height

#: Room between two columns: the stub that carries an arrow's word, and the bend before it.
STUB, BEND = 112.0, 38.0
GAP, MARGIN = 12.0, 4.0
#: How far a stroke within one column swings out.
SWING = 26.0
Pairs = Mapping[frozenset[str], list[Arrow]]


def draw(centre: str, nodes: Sequence[Node], steps: Mapping[str, int], arrows: Iterable[Arrow]) -> Drawing:
    """Return the drawing of a neighbourhood.

    Args:
        centre: id of the node in the middle.
        nodes: everything that is drawn, the middle one included.
        steps: how far each stands from the middle.
        arrows: the edges between them.
    """
    pairs = _pairs(arrows)
    column = _columns(centre, nodes, steps, pairs)
    boxes = _placed(centre, nodes, column, pairs)
    strokes = [stroke for ends, held in pairs.items() if len(ends) == 2 for stroke in _strokes(held, boxes, column)]
    wide = max(box.right for box in boxes.values()) + MARGIN + SWING
    low = max(box.y + box.height for box in boxes.values()) + MARGIN
    ordered = sorted(boxes.values(), key=lambda box: (box.node.id != centre, abs(column[box.node.id]), box.x, box.y))
    return Drawing(wide, low, tuple(ordered), tuple(strokes))


def _pairs(arrows: Iterable[Arrow]) -> dict[frozenset[str], list[Arrow]]:
    found: dict[frozenset[str], list[Arrow]] = defaultdict(list)
    for arrow in sorted(arrows, key=lambda one: (one.label, one.source, one.target)):
        found[frozenset((arrow.source, arrow.target))].append(arrow)
    return dict(found)


def _columns(centre: str, nodes: Sequence[Node], steps: Mapping[str, int], pairs: Pairs) -> dict[str, int]:
    """Return each node's column: negative on the left."""
    column = {centre: 0}
    for node in sorted(nodes, key=lambda one: (steps[one.id], one.name.casefold(), one.id)):
        if node.id in column:
            continue
        inner = _inner(node.id, steps, pairs)
        points_out = any(arrow.source == inner for arrow in pairs.get(frozenset((inner, node.id)), []))
        side = (1 if points_out else -1) if steps[node.id] == 1 else (1 if column.get(inner, 1) > 0 else -1)
        column[node.id] = side * steps[node.id]
    return column


def _inner(node: str, steps: Mapping[str, int], pairs: Pairs) -> str:
    """Return the node one step nearer to the middle by which a node is reached."""
    near = [other for ends in pairs if node in ends for other in ends - {node} if steps[other] < steps[node]]
    return min(near, default=node)


def _placed(centre: str, nodes: Sequence[Node], column: Mapping[str, int], pairs: Pairs) -> dict[str, Box]:
    stacks: dict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        stacks[column[node.id]].append(node)
    tall = {place: sum(height(broken(node.name)) + GAP for node in stack) for place, stack in stacks.items()}
    most, first = max(tall.values()), min(stacks)
    boxes: dict[str, Box] = {}
    for place in sorted(stacks, key=abs):
        top = MARGIN + (most - tall[place]) / 2
        left = MARGIN + SWING * (first < 0) + (place - first) * (WIDTH + STUB + BEND)
        for node in sorted(stacks[place], key=lambda one: _order(one, place, boxes, pairs)):
            boxes[node.id] = Box(node, left, top, broken(node.name), node.id == centre)
            top += boxes[node.id].height + GAP
    return boxes


def _order(node: Node, place: int, boxes: Mapping[str, Box], pairs: Pairs) -> tuple[float, str, str, str, str]:
    """In its column a node stands beside what it hangs on, then by the word of its arrow, its type and its name."""
    held = [(ends, arrows) for ends, arrows in pairs.items() if node.id in ends]
    beside = [boxes[other].middle for ends, _ in held for other in ends - {node.id} if other in boxes]
    label = min((arrow.label for _, arrows in held for arrow in arrows), default="")
    return (min(beside, default=0.0) if abs(place) > 1 else 0.0, label, node.type, node.name.casefold(), node.id)


def _strokes(arrows: list[Arrow], boxes: Mapping[str, Box], column: Mapping[str, int]) -> list[Stroke]:
    """Return one stroke for all arrows between two nodes."""
    a, b = sorted({arrows[0].source, arrows[0].target}, key=lambda one: (abs(column[one]), one))
    inner, outer = boxes[a], boxes[b]
    label = ", ".join(dict.fromkeys(arrow.label for arrow in arrows))
    title = "; ".join(f"{boxes[one.source].node.name} {one.label} {boxes[one.target].node.name}" for one in arrows)
    to_outer = any(arrow.target == outer.node.id and not arrow.plain for arrow in arrows)
    to_inner = any(arrow.target == inner.node.id and not arrow.plain for arrow in arrows)
    if abs(column[a] - column[b]) == 1 and abs(column[b]) > abs(column[a]):
        path, at = _across(inner, outer, 1 if column[b] > 0 else -1)
    else:
        path, at, label = _around(inner, outer, column[a], column[b]), (0.0, 0.0), ""
    return [Stroke(path, label, at[0], at[1], title, start_head=to_inner, end_head=to_outer)]


def _across(inner: Box, outer: Box, side: int) -> tuple[str, tuple[float, float]]:
    """Return a stroke between neighbouring columns: a bend, then a straight stub that carries the word."""
    start, end = (inner.right, outer.x) if side > 0 else (inner.x, outer.right)
    knee = end - side * STUB
    room = inner.height / 2 - 6
    leave = inner.middle + max(-room, min(room, (outer.middle - inner.middle) / 12))
    half = (start + knee) / 2
    path = f"M{start:g} {leave:g} C{half:g} {leave:g} {half:g} {outer.middle:g} {knee:g} {outer.middle:g} H{end:g}"
    return path, (end - side * (STUB / 2 + 2), outer.middle - 4)


def _around(inner: Box, outer: Box, here: int, there: int) -> str:
    """Return a stroke within a column, swinging outwards, or one that passes the middle; its word is in its title."""
    if (here > 0) == (there > 0):
        side = 1 if there > 0 else -1
        start, end = (inner.right, outer.right) if side > 0 else (inner.x, outer.x)
        far = (max if side > 0 else min)(start, end) + side * SWING
        return (
            f"M{start:g} {inner.middle:g} C{far:g} {inner.middle:g} {far:g} {outer.middle:g} {end:g} {outer.middle:g}"
        )
    start, end = (inner.right, outer.x) if here < there else (inner.x, outer.right)
    half = (start + end) / 2
    return f"M{start:g} {inner.middle:g} C{half:g} {inner.middle:g} {half:g} {outer.middle:g} {end:g} {outer.middle:g}"
