"""Drawings: nothing overlaps, what belongs together stands together, the same graph is drawn the same twice."""

import random
from itertools import combinations

from engineering.drawing import neighbours, tree, words
from engineering.drawing.shapes import WIDTH, Arrow, Box, Drawing, Node

PART = "component"


def branch(name: str, *below: tree.Branch) -> tree.Branch:
    """A branch of a tree."""
    return tree.Branch(Node(name, name, PART), list(below))


def overlapping(drawing: Drawing) -> list[tuple[str, str]]:
    """Boxes that stand on one another."""

    def apart(a: Box, b: Box) -> bool:
        return a.right <= b.x or b.right <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y

    return [(a.node.id, b.node.id) for a, b in combinations(drawing.boxes, 2) if not apart(a, b)]


def place(drawing: Drawing, name: str) -> Box:
    """The box of a node."""
    return next(box for box in drawing.boxes if box.node.id == name)


def grown(chance: random.Random, left: list[int], deep: int = 0) -> tree.Branch:
    """A tree of any shape, long names among the short ones."""
    left[0] -= 1
    made = branch(f"{left[0]} " + "Thermal strap of the detector head " * chance.randrange(3))
    while left[0] > 0 and deep < 6 and chance.random() < 0.6:
        made.below.append(grown(chance, left, deep + 1))
    return made


def test_a_whole_stands_left_of_its_parts_in_the_middle_of_them() -> None:
    drawing = tree.draw([branch("bench", branch("cell"), branch("mount"))])
    bench, cell, mount = (place(drawing, name) for name in ("bench", "cell", "mount"))
    assert bench.right < cell.x == mount.x
    assert bench.middle == (cell.middle + mount.middle) / 2
    assert [stroke.title for stroke in drawing.strokes] == ["cell part of bench", "mount part of bench"]


def test_no_two_boxes_of_a_tree_meet_whatever_its_shape() -> None:
    for seed in range(60):
        chance = random.Random(seed)
        drawing = tree.draw([grown(chance, [25]), grown(chance, [25])])
        assert overlapping(drawing) == [], seed
        assert all(box.x >= 0 and box.right <= drawing.width for box in drawing.boxes)
        assert all(box.y >= 0 and box.y + box.height <= drawing.height for box in drawing.boxes)


def test_what_points_to_it_stands_left_and_what_it_points_to_right() -> None:
    nodes = [Node(name, name, PART) for name in ("cell", "bench", "need", "far")]
    arrows = [Arrow("cell", "bench", "part of"), Arrow("need", "cell", "based on"), Arrow("bench", "far", "part of")]
    drawing = neighbours.draw("cell", nodes, {"cell": 0, "bench": 1, "need": 1, "far": 2}, arrows)
    assert place(drawing, "need").right < place(drawing, "cell").x
    assert place(drawing, "cell").right < place(drawing, "bench").x < place(drawing, "far").x
    assert drawing.boxes[0].main


def test_two_edges_between_the_same_two_are_one_stroke_with_both_words_and_heads() -> None:
    nodes = [Node(name, name, PART) for name in ("cell", "bench")]
    arrows = [Arrow("cell", "bench", "part of"), Arrow("bench", "cell", "depends on")]
    drawing = neighbours.draw("cell", nodes, {"cell": 0, "bench": 1}, arrows)
    (stroke,) = drawing.strokes
    assert (stroke.label, stroke.start_head, stroke.end_head) == ("depends on, part of", True, True)


def test_a_symmetric_edge_has_no_head() -> None:
    nodes = [Node(name, name, PART) for name in ("cell", "bench")]
    drawing = neighbours.draw("cell", nodes, {"cell": 0, "bench": 1}, [Arrow("cell", "bench", "interfaces with", True)])
    assert not drawing.strokes[0].start_head
    assert not drawing.strokes[0].end_head


def test_no_two_boxes_of_a_neighbourhood_meet_and_two_runs_agree() -> None:
    for seed in range(60):
        chance = random.Random(seed)
        nodes = [Node(str(one), f"Node {one} " * chance.randrange(1, 5), PART) for one in range(40)]
        steps = {"0": 0} | {str(one): 1 for one in range(1, 15)} | {str(one): 2 for one in range(15, 40)}
        near = [(str(one), "0") for one in range(1, 15)]
        far = [(str(one), str(chance.randrange(1, 15))) for one in range(15, 40)]
        arrows = [Arrow(*(pair if chance.random() < 0.5 else pair[::-1]), "depends on") for pair in near + far]
        arrows += [Arrow("3", "5", "satisfies"), Arrow("4", "4", "refers to")]
        drawing = neighbours.draw("0", nodes, steps, arrows)
        assert overlapping(drawing) == [], seed
        chance.shuffle(arrows)
        chance.shuffle(nodes)
        assert neighbours.draw("0", nodes, steps, arrows) == drawing


def test_long_names_are_broken_and_shortened_and_never_wider_than_their_box() -> None:
    for name in ("Schwingungsdämpferbefestigungsplatte", "光学ベンチ" * 9, "A " * 60, "W" * 80, ""):
        for line in words.lines(name, 12, WIDTH - 28):
            assert words.width(line, 12) <= WIDTH - 28
    assert words.lines("Cooling at 21 °C ambient, second run", 12, WIDTH - 28) == [
        "Cooling at 21 °C",
        "ambient, second run",
    ]
    assert words.lines("one two three four five six seven eight nine ten", 12, 90)[-1].endswith("…")
