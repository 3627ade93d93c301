"""Q-005 and Q-006 against drawn graphs, the answers written out."""

from engineering.queries.envelope import Limits
from engineering.queries.requirements import orphan_requirements, requirements
from tests.engineering.queries.drawing import Drawing, groups, named


def test_the_requirements_of_a_component(sheet: Drawing) -> None:
    """
    req0 <- derived_from - req1 <- satisfies - c1        direct req1, inherited req0
                           req2 <- satisfies - sub1      allocated: c1 is part of sub1
                           con1 <- constrained_by - c1   a constraint, apart
                           req3 <- constrained_by - c1   direct
                           req4 <~ satisfies ~ c1        a candidate: pending
    """
    sheet.draw("c1 part_of sub1", "c1 satisfies req1", "req1 derived_from req0", "sub1 satisfies req2")
    sheet.draw("c1 constrained_by con1", "c1 constrained_by req3")
    sheet.draw("c1 satisfies req4", active=False)
    answer = sheet.ask(requirements, "c1")
    assert groups(answer) == {
        "direct": ["req1", "req3"],
        "allocated": ["req2"],
        "constraint": ["con1"],
        "inherited": ["req0"],
    }
    assert [one.name for one in answer.pending] == ["c1 satisfies req4"]


def tree(sheet: Drawing) -> None:
    """
    req0 (level 1)        covered: both children are
    +-- req1              covered: its only child is satisfied
    |   +-- req2          satisfied by c1
    +-- req3              satisfied by c2
    req4 (level 1)        partial: req5 is satisfied, req6 is not
    +-- req5              satisfied by c1
    +-- req6              orphan
    req7                  justified: says why nothing satisfies it
    req8 (level 2)        orphan, and derived from nothing though it is not top level
    """
    sheet.put("req0", properties={"level": "1"})
    sheet.put("req4", properties={"level": "1"})
    sheet.put("req7", properties={"justification": "heritage"})
    sheet.put("req8", properties={"level": "2"})
    sheet.draw("req1 derived_from req0", "req3 derived_from req0", "req2 derived_from req1")
    sheet.draw("req5 derived_from req4", "req6 derived_from req4")
    sheet.draw("c1 satisfies req2", "c2 satisfies req3", "c1 satisfies req5")


def test_orphan_requirements(sheet: Drawing) -> None:
    tree(sheet)
    answer = sheet.about_project(orphan_requirements)
    assert groups(answer) == {
        "orphan": ["req6", "req8"],
        "partial": ["req4"],
        "justified": ["req7"],
        "no_parent": ["req7", "req8"],
    }
    assert answer.counts == {
        "requirements": 9,
        "satisfied": 3,
        "covered": 2,
        "partial": 1,
        "orphan": 2,
        "justified": 1,
        "no_parent": 2,
        "without_parent": 4,
        "pending": 0,
    }
    only = sheet.about_project(orphan_requirements, verdict="orphan", limits=Limits(nodes=1))
    assert groups(only) == {"orphan": ["req6"]}
    assert (only.next, only.counts) == (1, answer.counts)


def test_which_requirements_nothing_refines(sheet: Drawing) -> None:
    tree(sheet)
    answer = sheet.about_project(orphan_requirements, basis="derived_from")
    assert groups(answer)["unrefined"] == ["req2", "req3", "req5", "req6", "req7", "req8"]
    assert (answer.counts["refined"], answer.counts["unrefined"]) == (3, 6)


def test_only_active_edges_between_active_ends_count(sheet: Drawing) -> None:
    """
    req1 <- satisfies - c1 (superseded)      orphan: the end is out of force
    req2 <~ satisfies ~ c2                   orphan: a candidate, pending
    req3 <- satisfies - c3~                  orphan: the component is a candidate itself
    """
    sheet.put("c3", active=False)
    sheet.draw("c1 satisfies req1")
    sheet.draw("c2 satisfies req2", "c3 satisfies req3", active=False)
    sheet.end("c1", "supersede")
    answer = sheet.about_project(orphan_requirements)
    assert groups(answer)["orphan"] == ["req1", "req2", "req3"]
    assert [one.name for one in answer.pending] == ["c2 satisfies req2", "c3 satisfies req3", "c3"]


def test_of_one_document(sheet: Drawing) -> None:
    sheet.draw("req1 member_of doc1", "req2 member_of doc2", "req1 derived_from req2")
    answer = sheet.about_project(orphan_requirements, group=sheet.at["doc1"])
    assert groups(answer)["orphan"] == ["req1"]
    assert (answer.counts["requirements"], answer.counts["without_parent"]) == (1, 0)


def test_a_requirement_covered_by_another_project(sheet: Drawing) -> None:
    """
    req1 <- derived_from - req2 of another project, which a part of that project satisfies
    """
    from tests import factories

    factories.project("p05", ())
    sheet.put("req2", project="p05")
    sheet.put("c1", project="p05")
    sheet.draw("req2 derived_from req1", "c1 satisfies req2")
    answer = sheet.about_project(orphan_requirements)
    assert (answer.counts["covered"], answer.items) == (1, [])
    assert named(sheet.ask(requirements, "c1"), "req1").group == "inherited"


def test_top_is_the_level_that_others_derive_from_whatever_its_name(sheet: Drawing) -> None:
    """Top: req1 and req2, though “system” stands before “top” in the alphabet; of the system's, req4 has no parent."""
    for name, level in (("req1", "top"), ("req2", "top"), ("req3", "system"), ("req4", "system")):
        sheet.put(name, properties={"level": level})
    sheet.draw("req3 derived_from req1")
    assert groups(sheet.about_project(orphan_requirements))["no_parent"] == ["req4"]
