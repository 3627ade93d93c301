"""What a memory's words make of it. Whatever they are, the guess is one that the ontology takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineering.drafts import LONGEST_NAME, draft
from engineering.ontology import ENTITY_TYPES
from engineering.services.properties import clean_properties
from memories.choices import MemoryType

CASES = [
    ("Optical bench mass is 5.62 kg.", "component", "Optical bench", {"mass": "5.62 kg"}),
    ("The carry case weighs 4.6 kg.", "component", "Carry case", {"mass": "4.6 kg"}),
    ("HERON draws 46.8 W with the cooler at full power.", "component", "HERON", {"power": "46.8 W"}),
    ("The slit is 4.37 mm long.", "component", "Slit", {"length": "4.37 mm"}),
    ("Camera barrel material is Ti-6Al-4V.", "component", "Camera barrel", {"material": "Ti-6Al-4V"}),
    (
        "Bench material is Al 6061-T6; at 500 x 320 mm it weighs 5.4 kg.",
        "component",
        "Bench",
        {"material": "Al 6061-T6", "mass": "5.4 kg"},
    ),
    ("Invar 36 density is 8.05 g/cm³.", "material", "Invar 36", {"density": "8.05 g/cm³"}),
    (
        "Fibre cable minimum bend radius is 60 mm.",
        "parameter",
        "Fibre cable minimum bend radius",
        {"value": "60 mm"},
    ),
    ("The lens mount's mass: 120 g", "component", "Lens mount", {"mass": "120 g"}),
    (
        "Requirement: HERON without its case weighs at most 18 kg.",
        "requirement",
        "HERON without its case weighs at most 18 kg",
        {
            "statement": "HERON without its case weighs at most 18 kg.",
            "threshold": "18 kg",
            "comparator": "<=",
        },
    ),
    (
        "The lid must be removable, verified by inspection.",
        "requirement",
        "Lid must be removable",
        {"statement": "The lid must be removable, verified by inspection.", "verification_method": "inspection"},
    ),
    (
        "We decided to fill the head with argon instead of pumping it.",
        "decision",
        "Fill the head with argon",
        {
            "statement": "We decided to fill the head with argon instead of pumping it.",
            "alternatives": ["pumping it"],
        },
    ),
    (
        "We assume that the dew point stays below 14 °C.",
        "assumption",
        "Dew point stays below 14 °C",
        {"statement": "We assume that the dew point stays below 14 °C."},
    ),
    (
        "Measured throughput is 43 % at 550 nm on 2026-03-01; the test passed.",
        "result",
        "Measured throughput",
        {"value": "43 %", "date": "2026-03-01", "passed": True},
    ),
    (
        "A traveller carries at most 23 kg.",
        "constraint",
        "Traveller carries at most 23 kg",
        {"statement": "A traveller carries at most 23 kg.", "max": "23 kg"},
    ),
]


@pytest.mark.parametrize(("content", "entity_type", "name", "properties"), CASES)
def test_words_say_what_it_is(content: str, entity_type: str, name: str, properties: dict[str, object]) -> None:
    found = draft(content, "knowledge")
    assert (found.entity_type, found.name, found.sure) == (entity_type, name, True)
    if entity_type == "constraint":
        properties = dict(properties)
    assert found.properties == properties


def test_where_they_say_nothing_the_memorys_type_does() -> None:
    for memory_type, entity_type in (("project", "decision"), ("knowledge", "parameter"), ("episodic", "result")):
        found = draft("Frost formed on the window.", memory_type)
        assert (found.entity_type, found.sure) == (entity_type, False)


def test_a_chosen_type_is_filled_in_for_itself() -> None:
    found = draft("Optical bench mass is 5.62 kg.", "knowledge", "parameter")
    assert (found.name, found.properties) == ("Optical bench mass", {"value": "5.62 kg"})


PIECES = st.sampled_from(
    [" is ", " = ", ": ", " mass ", "at most ", "5.4", " kg", " quantity ", "Requirement:", "±", "because ", "it ", "×"]
)


@given(
    st.lists(PIECES | st.text(max_size=12), max_size=12).map("".join),
    st.sampled_from(MemoryType.values),
    st.sampled_from(["", *ENTITY_TYPES]),
)
def test_every_guess_is_one_that_is_taken(content: str, memory_type: str, entity_type: str) -> None:
    found = draft(content, memory_type, entity_type)
    assert found.entity_type == entity_type or (not entity_type and found.entity_type in ENTITY_TYPES)
    assert len(found.name) <= LONGEST_NAME
    printable = {name: value for name, value in found.properties.items() if content.isprintable()}
    assert clean_properties(printable, found.entity_type) == printable
