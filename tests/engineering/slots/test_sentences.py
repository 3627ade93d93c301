"""Which memories claim a property, and what they claim."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineering.slots.sentences import said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Camera barrel material is Ti-6Al-4V.", ("camera barrel", "material", "Ti-6Al-4V")),
        ("The optical bench mass is 5.62 kg.", ("optical bench", "mass", "5.62 kg")),
        ("Bench mass = 5.6 ± 0.1 kg", ("bench", "mass", "5.6 ± 0.1 kg")),
        ("Bench mass: at most 6 kg", ("bench", "mass", "at most 6 kg")),
        ("The cooler's power is 22 W", ("cooler", "power", "22 W")),
        ("Cooler temperature max is 85 degC.", ("cooler", "temperature_max", "85 degC")),
        ("Detector part number is TD-4109.", ("detector", "part_number", "TD-4109")),
    ],
)
def test_a_claim(text: str, expected: tuple[str, str, str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "HERON power is limited by the cooler.",
        "Bench mass is 5 kg. It is heavy.",
        "The mass is 5 kg.",
        "Bench material is not aluminium.",
        "Bench colour is black.",
        "HERON draws 46.8 W with the cooler at full power.",
        "Decision: the barrel material is titanium because the focus moves too far otherwise",
    ],
)
def test_no_claim(text: str) -> None:
    assert said(text) is None


@given(st.text(max_size=400))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    found = said(text)
    assert found is None or (found.subject and found.value)
