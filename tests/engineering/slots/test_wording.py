"""What slots, subjects and normal forms are called by people."""

import pytest

from engineering.slots import wording
from engineering.slots.compare import Sort, normal_form


@pytest.mark.parametrize(
    ("written", "dimension", "read"),
    [
        ("3 inch", "length", "0.0762 m"),
        ("10 ± 0.1 mm", "length", "0.0099 to 0.0101 m"),
        ("<= 5 W", "power", "at most 5 W"),
        (">= 3 MPa", "pressure", "at least 3000000 Pa"),
        ("27.5 lb", "mass", "12.4738 kg"),
        ("20 °C", "temperature", "293.15 K"),
        ("5 Hz", "frequency", "5 Hz"),
        ("12 Ohm", "", "12 Ω"),
        ("f/3.3", "length", "f/3.3"),
    ],
)
def test_a_quantity_reads_in_si(written: str, dimension: str, read: str) -> None:
    assert wording.readable(normal_form(written, Sort("quantity", dimension, {}))) == read


def test_the_rule_is_said_in_words() -> None:
    assert wording.rule("component.clear_aperture", 3) == "three values for clear aperture"
    assert wording.rule("component.part_of") == "two parents at once"
    assert wording.rule("component.identity", 12) == "12 entities for one subject"


def test_a_subject_goes_by_its_record_name_where_the_key_names_it() -> None:
    names = {"M1": "M1", "M1 mirror": "M1 mirror", "PN-7": "Cell"}
    assert wording.subject("m1 mirror in telescope / head", wording.called(names)) == "M1 mirror"
    assert wording.subject("m1 mirror @ as-designed", wording.called(names)) == "M1 mirror (as-designed)"
    assert wording.subject("PN-7", wording.called(names)) == "Cell"
    assert wording.subject("m10", wording.called(names)) == "m10"
