"""Q-107 and Q-007 against drawn graphs, the answers written out: sums, margins and bounds that are passed."""

import random

import pytest

from engineering.queries.budget import budget
from engineering.queries.constraints import constraints
from engineering.queries.gaps import gaps
from memories.errors import Invalid
from tests.engineering.queries.drawing import Drawing, groups, named


def bench(sheet: Drawing) -> None:
    """
    sys1             at most 10 kg (req1)
    +-- sub1         states 4.5 kg
    |   +-- c1       2 kg                included in sub1
    |   +-- c2       (none)              below one that counts
    +-- sub2         (none)
    |   +-- c3       500 g, 3 times
    |   +-- c4       TBD                 missing
    +-- c5           8 lb ± 1 lb
    +-- c6           (none)              missing
    """
    sheet.put("req1", properties={"threshold": "10 kg", "comparator": "<="})
    sheet.put("sub1", properties={"mass": "4.5 kg"})
    sheet.put("c1", properties={"mass": "2 kg"})
    sheet.put("c3", properties={"mass": "500 g", "quantity": 3})
    sheet.put("c4", properties={"mass": "TBD"})
    sheet.put("c5", properties={"mass": "8 ± 1 lb"})
    sheet.draw("sub1 part_of sys1", "sub2 part_of sys1", "c5 part_of sys1", "sys1 contains c6")
    sheet.draw("c1 part_of sub1", "c2 part_of sub1", "c3 part_of sub2", "c4 part_of sub2")
    sheet.draw("sys1 satisfies req1")


def test_a_budget(sheet: Drawing) -> None:
    bench(sheet)
    answer = sheet.ask(budget, "sys1")
    assert groups(answer) == {
        "total": ["sys1"],
        "bound": ["req1"],
        "counted": ["c5", "sub1", "c3"],
        "missing": ["c6", "c4"],
        "included": ["c1"],
    }
    total = named(answer, "sys1").data
    # 4.5 + 3 * 0.5 + 8 lb (3.628739 kg), ± 1 lb (0.453592 kg)
    assert (total["sum"], total["unit"], total["complete"]) == (pytest.approx(9.62873896), "kg", False)
    assert (total["low"], total["high"]) == (pytest.approx(9.17514659), pytest.approx(10.0823313))
    bound = named(answer, "req1").data
    assert (bound["high"], bound["unit"], bound["verdict"]) == (10.0, "kg", "at_risk")
    assert bound["margin"] == pytest.approx(0.37126104)
    assert named(answer, "c3").data == {"value": "500 g", "quantity": 3.0, "in_unit": 0.5, "unit": "kg"}
    assert named(answer, "c4").flags == ["unparsed"]
    assert answer.counts == {"counted": 3, "included": 1, "missing": 2, "bound": 1, "violated": 0, "pending": 0}


def test_a_budget_in_another_unit_and_of_another_property(sheet: Drawing) -> None:
    bench(sheet)
    assert named(sheet.ask(budget, "sys1", unit="g"), "sys1").data["sum"] == pytest.approx(9628.73896)
    power = sheet.ask(budget, "sys1", property="power")
    assert power.counts["missing"] == 6
    assert "sum" not in named(power, "sys1").data
    with pytest.raises(Invalid):
        sheet.ask(budget, "sys1", unit="W")


def test_a_budget_that_is_passed_and_one_that_is_kept(sheet: Drawing) -> None:
    """sys1 states 1 kg; its parts c1 (2 kg) and, twice, sub1 with c2 (1 kg) come to 4 kg."""
    sheet.put("req1", properties={"threshold": "3.9 kg", "comparator": "<"})
    sheet.put("con1", properties={"min": "1 kg", "max": "4 kg"})
    sheet.put("sys1", properties={"mass": "1 kg"})
    sheet.put("sub1", properties={"quantity": 2})
    sheet.put("c1", properties={"mass": "2 kg"})
    sheet.put("c2", properties={"mass": "1000 g"})
    sheet.draw("sys1 satisfies req1", "sys1 constrained_by con1")
    sheet.draw("c1 part_of sys1", "sub1 part_of sys1", "c2 part_of sub1")
    answer = sheet.ask(budget, "sys1")
    total = named(answer, "sys1").data
    assert (total["sum"], total["complete"], total["states_in_unit"]) == (4.0, True, 1.0)
    assert {one.name: (one.data["verdict"], one.data["margin"]) for one in answer.group("bound")} == {
        "req1": ("violated", pytest.approx(-0.1)),
        "con1": ("met", 0.0),
    }


@pytest.mark.parametrize("seed", range(4))
def test_a_sum_is_what_counting_by_hand_gives(sheet: Drawing, seed: int) -> None:
    dice = random.Random(seed)
    above = {number: dice.randrange(number) for number in range(1, 25)}
    grams = {number: dice.choice([None, None, 250, 500, 750]) for number in above}
    pieces = {number: dice.choice([1, 1, 2]) for number in above}
    for number in range(25):
        given = {} if not grams.get(number) else {"mass": f"{grams[number]} g"}
        sheet.put(f"c{number}", properties={**given, "quantity": pieces.get(number, 1)})
    sheet.draw(*(f"c{number} part_of c{whole}" for number, whole in above.items()))

    def by_hand(whole: int) -> int:
        below = [number for number, parent in above.items() if parent == whole]
        return sum(pieces[number] * (grams[number] or by_hand(number)) for number in below)

    total = named(sheet.ask(budget, "c0", unit="g"), "c0").data
    assert total["sum"] == pytest.approx(by_hand(0))


def test_a_bound_that_a_part_or_a_result_is_outside_of(sheet: Drawing) -> None:
    """
    c1 (diameter 101.7 mm) constrained_by con1 (diameter at most 4 in)     outside: 101.6 mm
    c2 (mass 1 kg) constrained_by con1                                     says nothing of it
    req1 (at least 50 Hz) validated_by res1 (48 Hz), res2 (0.06 kHz)       res1 is outside
    """
    sheet.put("con1", properties={"max": "4 in", "statement": "The diameter is at most 4 in."})
    sheet.put("c1", properties={"diameter": "101.7 mm", "thickness": "2 mm"})
    sheet.put("c2", properties={"mass": "1 kg"})
    sheet.put("req1", properties={"threshold": "50 Hz", "comparator": ">="})
    sheet.put("res1", properties={"value": "48 Hz"})
    sheet.put("res2", properties={"value": "0.06 kHz"})
    sheet.draw("c1 constrained_by con1", "c2 constrained_by con1", "req1 validated_by res1", "req1 validated_by res2")
    sheet.draw("c1 part_of sys1", "c2 part_of sys1")
    found = {one.name: one.data for one in gaps(sheet.project, sheet.actor).items if one.group == "violated"}
    assert {name: [one["name"] for one in data["present"]] for name, data in found.items()} == {
        "con1": ["c1"],
        "req1": ["res1"],
    }
    assert found["req1"]["present"][0] | {"id": ""} == {
        "id": "",
        "name": "res1",
        "property": "value",
        "value": "48 Hz",
        "in_unit": 48.0,
        "margin": -2.0,
        "verdict": "violated",
    }
    assert groups(sheet.ask(budget, "sys1"))["violated"] == ["con1"]


def test_the_margin_of_a_constraint(sheet: Drawing) -> None:
    """c1 <= 30 °C (con1, own), with par1 at 300 K; sub1 above it at least 2 N·m (con2, inherited), nothing known."""
    sheet.put("con1", properties={"max": "30 °C"})
    sheet.put("con2", properties={"min": "2 N·m"})
    sheet.put("par1", properties={"value": "300 K"})
    sheet.draw("c1 constrained_by con1", "par1 satisfies con1", "c1 part_of sub1", "sub1 constrained_by con2")
    answer = sheet.ask(constraints, "c1")
    own = named(answer, "con1").data
    assert (own["bound"], own["high"], own["unit"], own["verdict"]) == ({"max": "30 °C"}, 30.0, "°C", "met")
    assert (own["margin"], own["present"][0]["in_unit"]) == (pytest.approx(3.15), pytest.approx(26.85))
    assert named(answer, "con2").data["verdict"] == "unknown"
