"""Q-016 and Q-017 against drawn graphs, the answers written out."""

from uuid import uuid4

from engineering.models import Entity
from engineering.queries.evidence import evidence
from engineering.queries.impact import impact
from memories.choices import Role
from memories.models._guard import writing
from tests import factories
from tests.engineering.queries.drawing import Drawing, groups, named


def test_the_impact_of_a_change(sheet: Drawing) -> None:
    """
    req1 changes:
      req2 - derived_from -> req1      suspect      c2 - satisfies -> req2     suspect, two links away
      c1   - satisfies    -> req1      suspect      sys contains c1            suspect: a part of it changed
      doc1 - refers_to    -> req1      informative, and nothing goes on from doc1
      doc2 - refers_to    -> doc1      not reached
      dec1 - supersedes   -> req9      carries nothing
    """
    sheet.draw("req2 derived_from req1", "c2 satisfies req2", "c1 satisfies req1", "c1 part_of sys")
    sheet.draw("doc1 refers_to req1", "doc2 refers_to doc1", "req1 supersedes req9")
    answer = sheet.ask(impact, "req1")
    assert groups(answer) == {"suspect": ["c1", "req2", "c2", "sys"], "informative": ["doc1"]}
    assert sheet.names(named(answer, "sys").data["path"]) == ["req1", "c1", "sys"]
    assert answer.counts == {"suspect": 4, "informative": 1, "pending": 0}


def test_evidence_that_is_lost_makes_its_claim_certainly_affected(sheet: Drawing) -> None:
    """
    res1 - supports -> claim1 - supports -> claim2
    """
    sheet.draw("res1 supports claim1", "claim1 supports claim2")
    assert groups(sheet.ask(impact, "res1")) == {"suspect": ["claim1", "claim2"]}
    assert groups(sheet.ask(impact, "res1", change="lost")) == {"certain": ["claim1"], "suspect": ["claim2"]}


def test_impact_stops_in_rings_and_after_five_links(sheet: Drawing) -> None:
    """
    c1 <- c2 <- c3 <- c1 (a ring of depends_on);  d1 <- d2 <- ... <- d7: cut after d6, frontier d7
    """
    sheet.draw("c2 depends_on c1", "c3 depends_on c2", "c1 depends_on c3")
    ring = sheet.ask(impact, "c1")
    assert [one.name for one in ring.items] == ["c2", "c3"]
    assert [sorted(sheet.names(one)) for one in ring.cycles] == [["c1", "c2", "c3"]]
    sheet.draw(*(f"d{number + 1} depends_on d{number}" for number in range(1, 7)))
    far = sheet.ask(impact, "d1")
    assert [one.name for one in far.items] == ["d2", "d3", "d4", "d5", "d6"]
    assert (far.truncated, [one.name for one in far.frontier]) == (True, ["d7"])


def test_the_evidence_chain(sheet: Drawing) -> None:
    """
    claim1 <- supports - claim2 -> validated_by -> res1 (failed) -> described_by -> doc1      evidence
           -> evidenced_by -> res2 (invalid)                                                  missing
           -> based_on_assumption -> asm1                                                     assumption
           <- supports - c1                                                                   undeveloped
    doc1 names a memory that is there and one that is not
    """
    memory = factories.memory("The vendor measured 12 nm.", active=True)
    gone = uuid4()
    sheet.put("res1", properties={"passed": False})
    sheet.put("doc1", source_refs=[f"memory:{memory.pk}", "doc:notes/a.md#top"])
    with writing():  # the verbs refuse a reference to nothing; older databases hold some
        Entity.objects.filter(pk=sheet.at["doc1"].pk).update(
            source_refs=[f"memory:{memory.pk}", f"memory:{gone}", "doc:notes/a.md#top"]
        )
    sheet.draw("claim2 supports claim1", "claim2 validated_by res1", "res1 described_by doc1")
    sheet.draw("claim1 evidenced_by res2", "claim1 based_on_assumption asm1", "c1 supports claim1")
    sheet.end("res2")
    answer = sheet.ask(evidence, "claim1")
    assert {name: sorted(held) for name, held in groups(answer).items()} == {
        "link": ["claim2", "doc1", "res1"],
        "assumption": ["asm1"],
        "undeveloped": ["c1"],
        "missing": [f"memory:{gone}", "res2"],
        "evidence": ["The vendor measured 12 nm.", "notes/a.md#top"],
    }
    assert named(answer, "res1").flags == ["failed"]
    assert named(answer, f"memory:{gone}").flags == ["dangling"]
    assert (answer.counts["failed"], answer.counts["missing"]) == (1, 2)


def test_what_a_reader_may_not_read_is_not_missing(sheet: Drawing) -> None:
    """
    claim1 rests on a memory that still waits: a reader learns that it is there, not what it says
    """
    waiting = factories.memory("Secret.")
    sheet.put("claim1", source_refs=[f"memory:{waiting.pk}"])
    answer = sheet.ask(evidence, "claim1", actor=factories.person(Role.READER))
    assert [(one.type, one.name) for one in answer.items] == [("memory", "(a memory you may not read)")]
