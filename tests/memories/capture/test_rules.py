"""What the rules find in a text: by table, with the span of its words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.extraction import rules
from memories.extraction.statements import MOST, MOST_CONFIDENT, sorts

#: (text, [(sort, statement)]).
SAID = [
    ("Decision: take the 50 µm fibre.", [("decision", "take the 50 µm fibre.")]),
    ("**Decision:** take the 50 µm fibre.", [("decision", "take the 50 µm fibre.")]),
    ("No. Requirement: HERON weighs at most 18 kg. Why?", [("requirement", "HERON weighs at most 18 kg.")]),
    (
        "## Decisions\n\n- **Use** the VPH grating\n2. [x] Mill it from `Al 6061`\n\n## Other\n- nothing is said here",
        [
            ("decision", "Use the VPH grating"),
            ("decision", "Mill it from Al 6061"),
        ],
    ),
    (
        "Requirements:\n* weigh at most 6 kg\n* draw at most 40 W\nThat is all there is.\n* not one of them",
        [
            ("requirement", "weigh at most 6 kg"),
            ("requirement", "draw at most 40 W"),
        ],
    ),
    ("Assumption: the fibre leaves at f/3.8.", [("assumption", "the fibre leaves at f/3.8.")]),
    ("Lessons learned\n- clean the fibre end first", [("adaptation", "clean the fibre end first")]),
    ("We decided to use two packs. It rained.", [("decision", "We decided to use two packs.")]),
    ("The bench shall weigh less than 6 kg.", [("requirement", "The bench shall weigh less than 6 kg.")]),
    ("The pump draws 3.5 A at 24 V.", [("knowledge", "The pump draws 3.5 A at 24 V.")]),
    ("The mirror is 200 mm wide, as ordered.", [("knowledge", "The mirror is 200 mm wide, as ordered.")]),
    ("Always torque the M3 screws to 0.6 Nm.", [("preference", "Always torque the M3 screws to 0.6 Nm.")]),
    ("We prefer metric screws.", [("preference", "We prefer metric screws.")]),
    ("We measured a throughput of 43 % in May.", [("episodic", "We measured a throughput of 43 % in May.")]),
]
NOTHING = [
    "Shall we go on with titanium?",
    "Decision: what about titanium?",
    "It is 5 mm.",
    "```\nDecision: in code this is an example\n```",
    "> Decision: somebody else said this",
    "| Decision: | cut out of a row |",
    "Decision: ok",
    "The decision is not easy to make.",
    "",
]


@pytest.mark.parametrize(("text", "found"), SAID, ids=[text[:30] for text, _ in SAID])
def test_what_is_said_is_found(text: str, found: list[tuple[str, str]]) -> None:
    assert [(said.sort, said.text) for said in rules.find(text, "response")] == found


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_not_said_is_not_found(text: str) -> None:
    assert rules.find(text, "response") == []


def test_a_pass_takes_fifty_at_most_and_none_twice() -> None:
    text = "Decision: the same thing twice.\n" * 3 + "\n".join(f"Decision: use part number {n}." for n in range(80))
    found = rules.find(text, "prompt")
    assert len(found) == MOST
    assert len({said.text for said in found}) == MOST


PIECES = st.sampled_from([*(text for text, _ in SAID), *NOTHING, "\r\n", "  - ", "**", "¶", "x" * 50, "\u2028"])


@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=12).map("\n".join))
def test_every_statement_stands_where_it_says(text: str) -> None:
    for said in rules.find(text, "response"):
        span = text[said.start : said.end]
        assert span == span.strip()
        assert said.text.replace("*", "").replace("`", "").replace("_", "") == (
            span.replace("*", "").replace("`", "").replace("_", "")
        )
        assert said.sort in sorts()
        assert 0 < said.confidence <= MOST_CONFIDENT


def test_a_long_line_costs_no_more_than_its_length() -> None:
    """No rule runs away on text made to make it."""
    started = time.process_time()
    for text in (
        "a " * 60_000,
        "is 5 " * 40_000,
        "decision" * 20_000,
        "*" * 150_000,
        "shall " * 30_000,
        "x " * 50_000 + "is 5 kg",
    ):
        rules.find(text, "response")
    assert time.process_time() - started < 10
