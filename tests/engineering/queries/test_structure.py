"""Q-001 to Q-004 against drawn graphs, the answers written out."""

from engineering.queries.contents import ancestors, contents, interfaces, system_map
from engineering.queries.envelope import Limits
from tests.engineering.queries.drawing import Drawing, groups, named


def test_contents(sheet: Drawing) -> None:
    """
    sys                          asked about
    +-- sub1                     (sys contains sub1: the other spelling)
    |   +-- c1 -- interfaces_with -- c2      internal
    |   |    \\- uses_material -> mat1
    |   +-- c2
    |   +-- if1 -- interfaces_with -- x1     x1 stands outside: boundary
    +-- c3                       names its material in a property
    +~~ c4                       a candidate link: pending
    """
    sheet.put("c3", properties={"material": "Zerodur"})
    sheet.draw("sys contains sub1", "c1 part_of sub1", "c2 part_of sub1", "if1 part_of sub1", "c3 part_of sys")
    sheet.draw("c1 interfaces_with c2", "if1 interfaces_with x1", "c1 uses_material mat1")
    sheet.draw("c4 part_of sys", active=False)
    answer = sheet.ask(contents, "sys")
    assert sorted(groups(answer)["part"]) == ["c1", "c2", "c3", "if1", "sub1"]
    assert groups(answer)["outside"] == ["x1"]
    assert {one.name: one.depth for one in answer.group("part")} == {"sub1": 1, "c3": 1, "c1": 2, "c2": 2, "if1": 2}
    assert [one["name"] for one in named(answer, "c1").data["materials"]] == ["mat1"]
    assert [one["name"] for one in named(answer, "c3").data["materials"]] == ["Zerodur"]
    assert named(answer, "if1").flags == ["boundary"]
    counts = answer.counts
    assert (counts["parts"], counts["internal_interfaces"], counts["boundary_interfaces"]) == (5, 1, 1)
    assert [one.name for one in answer.pending] == ["c4 part of sys"]
    assert not answer.truncated
    assert {(sheet.name_of(one.source), one.type, sheet.name_of(one.target)) for one in answer.edges} >= {
        ("sub1", "part_of", "sys")
    }


def test_a_superseded_part_is_a_dead_end(sheet: Drawing) -> None:
    """
    sys <- c1 (invalid) <- c2        the walk stops at c1, and says so
    """
    sheet.draw("c1 part_of sys", "c2 part_of c1")
    sheet.end("c1")
    answer = sheet.ask(contents, "sys")
    assert not answer.items
    assert [one.flags for one in answer.edges] == [("dead_end",)]


def test_caps_say_what_is_left_out(sheet: Drawing) -> None:
    """
    sys <- c0 <- c1 <- c2 <- c3      cut by depth, and by the number of entities
    """
    sheet.draw("c0 part_of sys", "c1 part_of c0", "c2 part_of c1", "c3 part_of c2")
    for limits in (Limits(depth=2), Limits(nodes=3)):
        answer = sheet.ask(contents, "sys", limits=limits)
        assert [one.name for one in answer.items] == ["c0", "c1"]
        assert answer.truncated
        assert [one.name for one in answer.frontier] == ["c2"]
    assert not sheet.ask(contents, "sys", limits=Limits(depth=4, nodes=5)).truncated


def test_ancestors_and_a_second_parent(sheet: Drawing) -> None:
    """
    sys <- sub1 <- c1
    sub2 <--------/          c1 has two parents; sub2 is the second
    """
    sheet.draw("sub1 part_of sys", "c1 part_of sub1", "sub2 contains c1")
    answer = sheet.ask(ancestors, "c1")
    assert [(one.name, one.depth, one.flags) for one in answer.items] == [
        ("sub1", 1, []),
        ("sub2", 1, ["second_parent"]),
        ("sys", 2, []),
    ]
    assert answer.counts == {"ancestors": 3, "second_parents": 1, "pending": 0}


def test_interfaces_through_an_interface_entity(sheet: Drawing) -> None:
    """
    c1 -- if1 -- c2          behind the interface stands c2
    c1 -- c3                 a direct peer, drawn from c3
    if1 -- c4 (invalid)      flagged
    """
    sheet.draw("c1 interfaces_with if1", "c2 interfaces_with if1", "c3 interfaces_with c1", "if1 interfaces_with c4")
    sheet.end("c4")
    answer = sheet.ask(interfaces, "c1")
    assert groups(answer) == {"peer": ["c3", "c2", "c4"], "interface": ["if1"]}
    assert named(answer, "c2").data["between"] == str(sheet.at["if1"].pk)
    assert named(answer, "c4").flags == ["dead_end"]
    assert answer.counts == {"interfaces": 1, "peers": 3, "pending": 0}


def test_the_map_of_a_project(sheet: Drawing) -> None:
    """
    sys <- sub1 <- c1        sub2 <- c2       c3            if1, doc1, proc1 <- proc2
    a root with its tree     another root     alone         unplaced (proc1 holds proc2, but is no root)
    """
    sheet.draw("sub1 part_of sys", "c1 part_of sub1", "c2 part_of sub2", "proc2 part_of proc1")
    for name in ("c3", "if1", "doc1", "req1"):
        sheet.put(name)
    answer = sheet.about_project(system_map)
    assert groups(answer) == {
        "root": ["sys", "sub2", "c3"],
        "part": ["sub1", "c2", "c1"],
        "unplaced": ["if1", "proc1", "doc1"],
    }
    assert [one.name for one in answer.items if "alone" in one.flags] == ["c3"]
    assert answer.counts == {"roots": 3, "parts_shown": 3, "unplaced": 3, "pending": 0}
    page = sheet.about_project(system_map, limits=Limits(nodes=2))
    assert groups(page)["root"] == ["sys", "sub2"]
    assert page.truncated
    assert page.next == 2
    rest = sheet.about_project(system_map, limits=Limits(nodes=2, offset=2))
    assert groups(rest) == {"root": ["c3"], "unplaced": ["doc1"]}
    assert rest.next is None
