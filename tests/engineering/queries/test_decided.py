"""Q-007, Q-008, Q-014 and Q-018 against drawn graphs, the answers written out."""

from engineering.models import Entity
from engineering.queries.constraints import constraints
from engineering.queries.decided import decision_history, decisions
from engineering.queries.succession import succession
from memories.services import lifecycle
from tests.engineering.queries.drawing import Drawing, groups, named


def replace(sheet: Drawing, old: str, new: str, why: str) -> None:
    """Supersede one entity by another that stands already."""
    row, by = (Entity.objects.get(pk=sheet.at[name].pk) for name in (old, new))
    lifecycle.supersede(row, by=by, actor=sheet.actor, note=why)


def test_what_constrains_a_part(sheet: Drawing) -> None:
    """
    c1 -> con1 (max 12 kg), against which stand par1 (11.2 kg) and res1 (11.4 kg)
    sys (c1 is part of it) -> req1 (<= 300 K)        inherited
    """
    sheet.put("con1", properties={"max": "12 kg"})
    sheet.put("par1", properties={"value": "11.2 kg"})
    sheet.put("res1", properties={"value": "11.4 kg"})
    sheet.put("req1", properties={"threshold": "300 K", "comparator": "<="})
    sheet.draw("c1 part_of sys", "c1 constrained_by con1", "par1 satisfies con1", "con1 validated_by res1")
    sheet.draw("sys constrained_by req1")
    answer = sheet.ask(constraints, "c1")
    assert groups(answer) == {"own": ["con1"], "inherited": ["req1"]}
    assert named(answer, "con1").data["bound"] == {"max": "12 kg"}
    assert {one["name"]: (one["value"], one["margin"]) for one in named(answer, "con1").data["present"]} == {
        "par1": ("11.2 kg", 0.8),
        "res1": ("11.4 kg", 0.6),
    }
    assert (named(answer, "con1").data["margin"], named(answer, "con1").data["verdict"]) == (0.6, "met")
    assert named(answer, "req1").data == {
        "bound": {"threshold": "300 K", "comparator": "<="},
        "high": 300.0,
        "unit": "K",
        "present": [],
        "on": "sys",
        "verdict": "unknown",
    }


def test_decisions_that_affect_a_part(sheet: Drawing) -> None:
    """
    c1 -> dec1                       its own
    sub1 -> dec2 (superseded by dec3)   of its whole: dec3 is in force
    c2 (interface peer) -> dec4      of a peer
    req1 (c1 satisfies it) -> dec5   of a requirement
    c3 (peer of sub1 only) -> dec6   not ours
    c1 ~> dec7                       a candidate link: pending
    """
    sheet.draw("c1 part_of sub1", "c1 interfaces_with c2", "c1 satisfies req1", "sub1 interfaces_with c3")
    sheet.draw(
        "c1 affected_by_decision dec1",
        "sub1 affected_by_decision dec2",
        "c2 affected_by_decision dec4",
        "req1 affected_by_decision dec5",
        "c3 affected_by_decision dec6",
    )
    sheet.put("dec3")
    sheet.draw("c1 affected_by_decision dec7", active=False)
    replace(sheet, "dec2", "dec3", "the vendor stopped")
    answer = sheet.ask(decisions, "c1")
    assert groups(answer) == {"part": ["dec1"], "ancestor": ["dec3"], "requirement": ["dec5"], "peer": ["dec4"]}
    assert [one["name"] for one in named(answer, "dec3").data["replaced"]] == ["dec2"]
    assert [one.name for one in answer.pending] == ["c1 affected by decision dec7"]


def test_the_history_of_decisions(sheet: Drawing) -> None:
    """
    c1 -> dec1 (2025), superseded by dec2 (2026) because the vendor stopped
    """
    sheet.put("dec1", properties={"date": "2025-03-01", "outcome": "gold"})
    sheet.put("dec2", properties={"date": "2026-01-01", "outcome": "silver"})
    sheet.draw("c1 affected_by_decision dec1")
    replace(sheet, "dec1", "dec2", "the vendor stopped")
    answer = sheet.ask(decision_history, "c1")
    assert [(one.name, one.data["date"], one.flags) for one in answer.items] == [
        ("dec1", "2025-03-01", ["dead_end"]),
        ("dec2", "2026-01-01", []),
    ]
    (replaced,) = answer.items[1].data["supersedes"]
    assert (sheet.name_of(replaced["id"]), replaced["why"], replaced["actor"]) == (
        "dec1",
        "the vendor stopped",
        sheet.actor.label,
    )
    assert answer.counts == {"decisions": 2, "in_force": 1, "pending": 0}


def test_what_replaced_what(sheet: Drawing) -> None:
    """
    dec1, dec2 -> dec3 -> dec4          asked about dec3; dec1 and dec2 both became dec3
    """
    for name in ("dec1", "dec2", "dec3", "dec4"):
        sheet.put(name)
    replace(sheet, "dec1", "dec3", "too heavy")
    replace(sheet, "dec2", "dec3", "merged")
    replace(sheet, "dec3", "dec4", "cheaper")
    answer = sheet.ask(succession, "dec3")
    assert {name: sorted(held) for name, held in groups(answer).items()} == {
        "before": ["dec1", "dec2"],
        "this": ["dec3"],
        "after": ["dec4"],
    }
    assert answer.items[-1].name == "dec4"
    assert named(answer, "dec3").data["why"] == "cheaper"
    assert sheet.name_of(named(answer, "dec1").data["replaced_by"]) == "dec3"
