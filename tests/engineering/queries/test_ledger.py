"""Q-013, Q-019, Q-020, Q-101, Q-102, Q-105 and Q-106 against drawn graphs, the answers written out."""

import pytest

from engineering.models import Conflict, Entity
from engineering.queries import disputes
from engineering.queries.changes import changes
from engineering.queries.envelope import Limits
from engineering.queries.health import health
from engineering.queries.overview import overview
from engineering.queries.overview_text import as_markdown
from engineering.queries.suspects import suspects
from engineering.queries.tables import as_csv
from engineering.queries.uses import uses
from engineering.queries.verification import coverage, verification_matrix
from engineering.services import relationships
from memories.errors import Invalid
from memories.models._guard import writing
from memories.services import edit
from tests import factories
from tests.engineering.queries.drawing import Drawing, groups, named


def change(sheet: Drawing, name: str, **fields: object) -> None:
    """Change an entity as a reviewer would."""
    edit.update(Entity.objects.get(pk=sheet.at[name].pk), dict(fields), actor=sheet.actor)


def test_changes_are_told_by_request_as_old_and_new(sheet: Drawing) -> None:
    sheet.put("c1")
    change(sheet, "c1", description="of glass")
    answer = sheet.about_project(changes)
    newest = answer.items[0]
    assert newest.name == f"{sheet.actor.label}: update 1 entity (c1)"
    assert newest.data["rows"][0]["changes"] == [{"field": "description", "old": "", "new": "of glass"}]
    page = sheet.about_project(changes, limits=Limits(nodes=1))
    assert (page.truncated, page.counts["rows"]) == (True, 1)
    rest = sheet.about_project(changes, cursor=page.next)
    seqs = [row["seq"] for one in rest.items for row in one.data["rows"]]
    assert newest.data["rows"][0]["seq"] not in seqs
    assert len(seqs) == answer.counts["rows"] - 1
    beyond = ("0001-01-01T00:00:00+23:59~1", "9999-12-31T23:59:59-23:59~1")
    for nonsense in ("yesterday", "2026-01-01T00:00:00Z~x", "2026-13-01T00:00:00Z~1", "~", *beyond):
        with pytest.raises(Invalid):
            changes(sheet.project, sheet.actor, cursor=nonsense)


def test_where_a_material_is_used(sheet: Drawing) -> None:
    """
    c1 - uses_material -> mat1;  c2 names mat1 in a property (another project);  a memory became mat1
    """
    factories.project("p05", ())
    sheet.draw("c1 uses_material mat1")
    sheet.put("c2", project="p05", properties={"material": "MAT1"})
    memory = factories.memory("mat1 is cheap", active=True)
    sheet.put("mat1-b", graduates_memory=str(memory.pk), active=False)
    answer = sheet.ask(uses, "mat1")
    assert [(one.name, one.data["reads"]) for one in answer.items] == [
        ("c1", "uses material"),
        ("c2", "names it as material"),
    ]
    assert groups(sheet.ask(uses, "mat1-b")) == {"memory": ["mat1 is cheap"]}


def test_the_verification_matrix(sheet: Drawing) -> None:
    """
    req1 (test) -> res1 passed, doc1      passed, two rows
    req2 -> res2 failed                   failed
    req3 -> proc1                         evidenced
    req4                                  open
    """
    sheet.put("req1", properties={"verification_method": "test"})
    sheet.put("res1", properties={"passed": True, "value": "=1+1"})
    sheet.put("res2", properties={"passed": False})
    sheet.put("req4", external_ref="SYS-4")
    sheet.draw("req1 validated_by res1", "req1 evidenced_by doc1", "req2 validated_by res2", "req3 validated_by proc1")
    answer = sheet.about_project(verification_matrix)
    assert {name: sorted(set(held)) for name, held in groups(answer).items()} == {
        "passed": ["req1"],
        "failed": ["req2"],
        "evidenced": ["req3"],
        "open": ["req4"],
    }
    assert answer.counts == {"requirements": 4, "passed": 1, "failed": 1, "evidenced": 1, "open": 1, "pending": 0}
    lines = as_csv(answer).splitlines()
    assert lines[0].startswith("external_ref,name,method,link,evidence_type,evidence,value,passed,date,verdict")
    assert ",req1,test,validated_by,result,res1,'=1+1,True,,passed," in "\n".join(lines)
    assert len(lines) == 1 + 5


def test_a_row_of_the_matrix_holds_its_own_result_beside_the_requirements_verdict(sheet: Drawing) -> None:
    """
    req1 -> res1 passed, res2 failed      failed, though one of its results passed
    """
    sheet.put("res1", properties={"passed": True})
    sheet.put("res2", properties={"passed": False})
    sheet.draw("req1 validated_by res1", "req1 validated_by res2")
    answer = sheet.about_project(verification_matrix)
    assert {one.data["evidence"]["name"]: (one.data["passed"], one.data["verdict"]) for one in answer.items} == {
        "res1": (True, "failed"),
        "res2": (False, "failed"),
    }


def test_coverage_shallow_and_deep(sheet: Drawing) -> None:
    """
    req0 <- req1 (satisfied, verified), req2 (satisfied);  req3 (verified by a failed result: not)
    """
    sheet.put("res2", properties={"passed": False})
    sheet.draw("req1 derived_from req0", "req2 derived_from req0", "c1 satisfies req1", "c1 satisfies req2")
    sheet.draw("req1 validated_by res1", "req3 validated_by res2")
    answer = sheet.about_project(coverage)
    assert {one.id: (one.data["numerator"], one.data["denominator"]) for one in answer.items} == {
        "satisfied.shallow": (2, 4),
        "satisfied.deep": (3, 4),
        "verified.shallow": (1, 4),
        "verified.deep": (1, 4),
    }
    assert "0.75" in as_csv(answer)


def test_a_failed_result_is_not_made_good_by_what_is_derived(sheet: Drawing) -> None:
    """
    req0 (its own test failed) <- req1 (verified);  req2 <- req3 (verified)
    """
    sheet.put("res0", properties={"passed": False})
    sheet.draw("req1 derived_from req0", "req0 validated_by res0", "req1 validated_by res1")
    sheet.draw("req3 derived_from req2", "req3 validated_by res1")
    reached = {one.id: one.data["numerator"] for one in sheet.about_project(coverage).items}
    assert (reached["verified.shallow"], reached["verified.deep"]) == (2, 3)
    page = as_markdown(sheet.project, sheet.about_project(overview))
    assert "| req0 | no | contradicted |" in page
    assert "| req2 | no | by its children |" in page


def test_suspect_links(sheet: Drawing) -> None:
    """
    c1 - satisfies -> req1: req1 changes, so the link is suspect until it is confirmed
    """
    (link, _) = sheet.draw("c1 satisfies req1", "c2 satisfies req2")
    assert not sheet.about_project(suspects).items
    change(sheet, "req1", description="It shall be lighter.")
    answer = sheet.about_project(suspects)
    assert [(one.name, one.data["changed"]["name"]) for one in answer.items] == [("c1", "req1")]
    assert answer.items[0].via is not None
    assert answer.items[0].via.relationship == str(link.pk)
    relationships.confirm(link, actor=sheet.actor)
    assert sheet.about_project(suspects).counts == {"checked": 2, "suspect": 0, "pending": 0}


def test_graph_health(sheet: Drawing) -> None:
    """
    c1 -> c2 -> c3 -> c1 (depends_on)      a ring
    c4 part of sub1 and sub2               two parents
    c5 depends on c6 (invalid)             a dead edge, and nothing else: isolated
    c7 names a memory that is not there    dangling, isolated
    req2 <- req1 <- req0                   three levels
    """
    sheet.draw("c1 depends_on c2", "c2 depends_on c3", "c3 depends_on c1", "c4 part_of sub1", "sub2 contains c4")
    sheet.draw("c5 depends_on c6", "req0 derived_from req1", "req1 derived_from req2")
    sheet.put("c7")
    sheet.end("c6")
    with writing():  # the verbs refuse such a reference; older databases hold some
        Entity.objects.filter(pk=sheet.at["c7"].pk).update(source_refs=["memory:0190f0f0-0000-7000-8000-000000000000"])
    answer = sheet.about_project(health)
    assert groups(answer) == {
        "in_ring": ["c1", "c2", "c3"],
        "two_parents": ["c4"],
        "dead_edge": ["c5"],
        "dangling_source": ["c7"],
        "isolated": ["c5", "c7"],
    }
    (ended,) = named(answer, "c5").data["linked"]
    assert (ended["name"], ended["status"]) == ("c6", "invalid")
    assert [sorted(sheet.names(ring)) for ring in answer.cycles] == [["c1", "c2", "c3"]]
    assert (answer.counts["derivation_levels"], answer.counts["largest_cycle"]) == (3, 3)
    assert sheet.about_project(health, role="nothing").counts["relationships"] == 0


def test_health_lists_quantities_that_cannot_be_read(sheet: Drawing) -> None:
    """
    c1: mass TBD, length of another dimension;  c2: a mass, and a name for what is declared no quantity;  res1: f/3.3
    """
    sheet.put("c1", properties={"mass": "TBD", "length": "5 kg", "power": "5 W"})
    sheet.put("c2", properties={"mass": "2 kg", "part_number": "TBD"})
    sheet.put("res1", properties={"value": "f/3.3"})
    sheet.draw("c1 depends_on c2", "c1 validated_by res1")
    answer = sheet.about_project(health)
    assert groups(answer) == {"unparsed": ["c1", "res1"]}
    assert named(answer, "c1").data["values"] == {"length": "5 kg", "mass": "TBD"}
    assert answer.counts["unparsed"] == 2


def test_the_overview_calls_a_conflict_what_its_page_calls_it(sheet: Drawing) -> None:
    sheet.put("dec1", project="p04")
    sheet.draw("dec1 conflicts_with res1")
    sheet.put("c1", properties={"material": "glass"})
    factories.memory("c1 material is steel", active=True)
    factories.memory("c1 material is brass", active=True)
    answer = sheet.about_project(overview)
    shown = sorted(one.name for one in answer.items if one.type == "conflict")
    assert shown == ["c1 – three values for material", "dec1 and res1 – related as contradicting each other"]
    told = disputes.told(list(Conflict.objects.filter(status="open")), sheet.actor)
    assert shown == sorted(one.title for one in told)


def test_the_overview_reads_as_a_page_and_is_the_same_twice(sheet: Drawing) -> None:
    sheet.put("dec1", properties={"statement": "Use *glass*.", "date": "2026-01-01"})
    sheet.draw("sub1 part_of sys", "c1 part_of sub1", "c1 satisfies req1")
    sheet.put("req2")
    sheet.put("claim1")
    answer = overview(sheet.project, sheet.actor)
    page = as_markdown(sheet.project, answer)
    for text in (
        "# p04-gigabit\n",
        "- sys (system)\n  - sub1 (subsystem)\n    - c1 (component)\n",
        "- **dec1** (2026-01-01): Use \\*glass\\*.\n",
        "\n1 of 2 requirements satisfied, 0 verified. 1 decision in force, none at risk. 1 of 1 validation claims with",
        "- Requirements that nothing satisfies\n  - req2\n",
        "- Claims without any evidence\n  - claim1\n",
        "| req1 | yes | no |\n| req2 | no | no |\n",
        " import created 7 entities (c1, claim1, dec1, …), created 3 relationships, registered 1 project\n",
        "## Open conflicts\n\nNone.\n",
    ):
        assert text in page
    assert as_markdown(sheet.project, overview(sheet.project, sheet.actor)) == page
    assert named(answer, "sub1").data["section"] == "map"
