"""Q-009, Q-010, Q-011, Q-012 and `gaps` against drawn graphs, the answers written out."""

from datetime import timedelta
from itertools import pairwise

from django.utils import timezone

from engineering.queries.claims import unsupported_claims
from engineering.queries.decisions import risky_decisions
from engineering.queries.gaps import gaps
from engineering.queries.results import conflicting_results, results_of
from memories.choices import Role
from tests import factories
from tests.engineering.queries.drawing import Drawing, groups, named


def test_risky_decisions(sheet: Drawing) -> None:
    """
    dec1 -> asm1 (invalid)                  high
    dec2 -> asm2 (superseded)               medium
    dec3 -> asm3 (flagged)                  medium
    dec4 -> asm4 (past its date)            medium
    dec5 -> c1 -> asm1                      low: through c1 only
    dec6 -> asm5                            sound
    dec7 (invalid) -> asm1                  no decision in force
    dec8 <- supports - asm2                 medium
    """
    sheet.put("asm3", properties={"flagged": True})
    sheet.put("asm4", valid_until=(timezone.now() - timedelta(days=1)).isoformat())
    sheet.draw(*(f"dec{number} based_on_assumption asm{number}" for number in (1, 2, 3, 4)))
    sheet.draw("dec5 depends_on c1", "c1 based_on_assumption asm1", "dec6 based_on_assumption asm5")
    sheet.draw("dec7 based_on_assumption asm1", "asm2 supports dec8")
    sheet.end("asm1")
    sheet.end("asm2", "supersede")
    sheet.end("dec7")
    answer = sheet.about_project(risky_decisions)
    assert groups(answer) == {"high": ["dec1"], "medium": ["dec2", "dec3", "dec4", "dec8"], "low": ["dec5"]}
    assert answer.counts == {"risky": 6, "high": 1, "medium": 4, "low": 1, "pending": 0}
    reasons = {one.name: one.data["assumptions"][0]["reason"] for one in answer.items}
    assert reasons == {
        "dec1": "invalid",
        "dec2": "superseded",
        "dec3": "flagged",
        "dec4": "expired",
        "dec5": "invalid",
        "dec8": "superseded",
    }
    assert sheet.names(named(answer, "dec5").data["assumptions"][0]["path"]) == ["dec5", "c1", "asm1"]
    assert groups(sheet.about_project(risky_decisions, verdict="high")) == {"high": ["dec1"]}


def test_risk_reaches_five_links_far(sheet: Drawing) -> None:
    """
    dec1 -> c1 -> c2 -> c3 -> c4 -> asm1      five links: low
    dec2 -> dec1                              six: not risky by this
    """
    chain = ["dec1", "c1", "c2", "c3", "c4"]
    sheet.draw(*(f"{a} depends_on {b}" for a, b in pairwise(chain)), "dec2 depends_on dec1")
    sheet.draw("c4 based_on_assumption asm1")
    sheet.end("asm1")
    assert groups(sheet.about_project(risky_decisions)) == {"low": ["dec1"]}


def test_a_reader_gets_the_same_verdicts_but_no_names_of_what_is_dead(sheet: Drawing) -> None:
    sheet.draw("dec1 based_on_assumption asm1")
    sheet.end("asm1")
    answer = sheet.about_project(risky_decisions, actor=factories.person(Role.READER))
    assert groups(answer) == {"high": ["dec1"]}
    assert answer.items[0].data["assumptions"][0]["name"] == "(invalid assumption)"


def test_unsupported_claims(sheet: Drawing) -> None:
    """
    claim1 <- supports - res1                          supported
    claim2 <- supports - claim1                        supported, through claim1
    claim3 <-> claim4 support each other               unsupported: a ring
    claim5                                             nothing at all
    claim6 <~ supports ~ res2                          only a candidate
    claim7 -> evidenced_by -> res3 (invalid)           only dead evidence
    claim8 -> validated_by -> res4 (failed)            contradicted
    claim9 <- supports - res1, conflicts_with claim1   contradicted, and so is claim1
    claim10 <- supports - res5 (confidence 0.1)        weak
    """
    sheet.put("res4", properties={"passed": False})
    sheet.put("res5", confidence=0.1)
    sheet.draw("res1 supports claim1", "claim1 supports claim2", "claim3 supports claim4", "claim4 supports claim3")
    sheet.put("claim5")
    sheet.draw("res2 supports claim6", active=False)
    sheet.draw("claim7 evidenced_by res3", "claim8 validated_by res4", "res1 supports claim9")
    sheet.draw("claim9 conflicts_with claim1", "res5 supports claim10")
    sheet.end("res3")
    answer = sheet.about_project(unsupported_claims)
    assert groups(answer) == {
        "contradicted": ["claim1", "claim8", "claim9"],
        "none": ["claim5"],
        "only_dead": ["claim7"],
        "only_unsupported": ["claim3", "claim4"],
        "only_candidates": ["claim6"],
        "weak": ["claim10"],
    }
    assert [sorted(sheet.names(ring)) for ring in answer.cycles] == [["claim3", "claim4"]]
    assert (answer.counts["claims"], answer.counts["unsupported"], answer.counts["pending"]) == (10, 9, 1)
    evidence = named(answer, "claim8").data["evidence"]
    assert [(one["type"], one["link"], one["passed"]) for one in evidence] == [("result", "validated_by", False)]


def test_assumptions_and_decisions_are_no_evidence(sheet: Drawing) -> None:
    """
    claim1 <- supports - asm1              unsupported: an assumption proves nothing
    claim2 <- supports - req1 <- res1      supported: the requirement is
    """
    sheet.draw("asm1 supports claim1", "req1 supports claim2", "res1 supports req1")
    assert groups(sheet.about_project(unsupported_claims)) == {"only_unsupported": ["claim1"]}


def test_a_claim_that_leans_on_another_project(sheet: Drawing) -> None:
    """
    claim1 <- supports - claim2 (another project) <- supports - res1      supported
    """
    factories.project("p05", ())
    sheet.put("claim2", project="p05")
    sheet.draw("claim2 supports claim1", "res1 supports claim2")
    assert sheet.about_project(unsupported_claims).counts["unsupported"] == 0


def test_results_and_those_that_disagree(sheet: Drawing) -> None:
    """
    claim1: res1 passed 1.2 mm, res2 failed 1.4 mm, res3 (invalid); analysed by nothing else
    claim2: res4 and res5 both passed with "3 kg" and "3kg"
    claim3: res6 3 in, res7 76.2 mm: one value; claim4: res6 and res8, 80 ± 1 mm: two
    """
    sheet.put("res1", properties={"passed": True, "value": "1.2 mm", "date": "2026-01-02"})
    sheet.put("res2", properties={"passed": False, "value": "1.4 mm", "date": "2026-01-01"})
    sheet.put("res4", properties={"passed": True, "value": "3 kg"})
    sheet.put("res5", properties={"passed": True, "value": "3KG"})
    sheet.draw("res1 supports claim1", "claim1 validated_by res2", "claim1 evidenced_by res3")
    sheet.draw("res4 supports claim2", "res5 supports claim2")
    for name, value in {"res6": "3 in", "res7": "76.2 mm", "res8": "80 ± 1 mm"}.items():
        sheet.put(name, properties={"value": value})
    sheet.draw("res6 supports claim3", "res7 supports claim3", "res6 supports claim4", "res8 supports claim4")
    sheet.end("res3")
    answer = sheet.ask(results_of, "claim1")
    assert [(one.name, one.data["passed"], one.flags) for one in answer.items] == [
        ("res3", None, ["dead_end"]),
        ("res2", False, []),
        ("res1", True, []),
    ]
    assert answer.counts == {"pending": 0, "results": 2, "passed": 1, "failed": 1}
    disagree = sheet.ask(conflicting_results, "claim1")
    assert [one.name for one in disagree.items] == ["res2", "res1"]
    assert disagree.items[0].data["disagree_in"] == ["verdict", "value"]
    assert not sheet.ask(conflicting_results, "claim2").items
    assert not sheet.ask(conflicting_results, "claim3").items
    assert [one.data["disagree_in"] for one in sheet.ask(conflicting_results, "claim4").items] == [["value"], ["value"]]


def test_gaps_are_the_three_in_one(sheet: Drawing) -> None:
    sheet.put("req1")
    sheet.draw("dec1 based_on_assumption asm1")
    sheet.put("claim1")
    sheet.draw("c1 satisfies req1", active=False)
    sheet.end("asm1")
    answer = sheet.about_project(gaps)
    assert [(one.data["query"], one.group, one.name) for one in answer.items] == [
        ("Q-006", "orphan", "req1"),
        ("Q-006", "no_parent", "req1"),
        ("Q-009", "high", "dec1"),
        ("Q-011", "none", "claim1"),
    ]
    assert answer.counts["Q-006.orphan"] == 1
    assert answer.counts["pending"] == 1
