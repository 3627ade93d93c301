"""The words of an answer: headings of groups, names of figures and flags. A word that is not here says itself."""

from memories.templatetags.atocore import words

#: Headings of groups, by query and group, or by group alone; after " – " what it means.
GROUPS: dict[str, str] = {
    "part": "Inside it",
    "outside": "Beyond its boundary",
    "ancestor": "What it is part of, nearest first",
    "Q-003.interface": "Interfaces",
    "Q-003.peer": "What it is joined to",
    "root": "Roots",
    "unplaced": "Without a place",
    "direct": "Its own",
    "allocated": "Through a whole that it is part of",
    "constraint": "Constraints",
    "Q-005.inherited": "What those are derived from",
    "Q-007.inherited": "From a whole that it is part of",
    "own": "Its own",
    "orphan": "Orphans – nothing satisfies them",
    "partial": "Covered in part – some of what is derived from them is satisfied",
    "justified": "Justified – nothing satisfies them, and they say why",
    "unrefined": "Not refined – nothing is derived from them",
    "no_parent": "Derived from nothing, and not top level",
    "high": "High – directly on an assumption that is invalid",
    "medium": "Medium – directly on an assumption that is flagged, superseded, expired or contested",
    "low": "Low – through something else",
    "Q-008.part": "On it",
    "Q-008.ancestor": "On a whole that it is part of",
    "Q-008.peer": "On what it interfaces with",
    "Q-008.requirement": "On its requirements",
    "Q-010.result": "Results",
    "Q-012.result": "Results that disagree",
    "other": "Other evidence",
    "contradicted": "Contradicted – a result failed, or something conflicts with it",
    "none": "Nothing speaks for them",
    "only_dead": "Only what is superseded or invalid speaks for them",
    "only_unsupported": "Only claims that are unsupported themselves speak for them",
    "only_candidates": "Only candidates speak for them",
    "weak": "Weak – the best evidence is not sure enough",
    "certain": "Certain – this falls with it",
    "suspect": "Suspect – look at it again",
    "Q-102.suspect": "Links to confirm again",
    "informative": "Worth a look – connected, but no change travels there",
    "link": "Steps between",
    "evidence": "Evidence",
    "assumption": "Assumptions",
    "undeveloped": "Undeveloped – nothing stands behind it",
    "missing": "Missing – what it named is gone or no longer true",
    "total": "All of it",
    "Q-107.bound": "What bounds it",
    "counted": "Counted",
    "included": "Included in a whole that counts",
    "Q-107.missing": "Missing – no value that can be added up",
    "violated": "Bounds that a value is outside of",
    "before": "Before it",
    "this": "It",
    "after": "After it",
    "beside": "Beside it",
    "Q-014.decision": "Decisions, oldest first",
    "entity": "Entities",
    "memory": "Memories it was made of",
    "conflict": "Conflicts",
    "answer": "Answers that relied on it – exchanges that were given it",
    "pack": "Context packs with it",
    "added": "Added",
    "changed": "Changed",
    "removed": "Removed – superseded, invalid, or moved to another project",
    "gaps.orphan": "Orphan requirements – nothing satisfies them",
    "gaps.partial": "Requirements covered in part – some of what is derived from them is satisfied",
    "gaps.justified": "Requirements left open on purpose – nothing satisfies them, and they say why",
    "gaps.no_parent": "Requirements derived from nothing, and not top level",
    "gaps.high": "Decisions at high risk – directly on an assumption that is invalid",
    "gaps.medium": "Decisions at medium risk – directly on one that is flagged, superseded, expired or contested",
    "gaps.low": "Decisions at low risk – on such an assumption through something else",
    "gaps.contradicted": "Claims that are contradicted – a result failed, or something conflicts with them",
    "gaps.none": "Claims that nothing speaks for",
    "gaps.only_dead": "Claims that only superseded or invalid evidence speaks for",
    "gaps.only_unsupported": "Claims that only unsupported claims speak for",
    "gaps.only_candidates": "Claims that only candidates speak for",
    "gaps.weak": "Claims with weak evidence – the best is not sure enough",
    "in_ring": "In a ring",
    "two_parents": "Part of two wholes",
    "dead_edge": "Linked to something that is no longer true",
    "dangling_source": "Its source is gone",
    "isolated": "Without any link",
    "Q-106.unparsed": "Quantities that cannot be read – kept as they were written, but never compared or added up",
    "satisfied": "Satisfied",
    "verified": "Verified",
    "linked": "Linked",
    "in_force": "Decisions in force",
    "open": "Open conflicts",
    "request": "Last changes",
}

#: Figures that a page shows, by query; other queries show all they count.
FIGURES: dict[str, tuple[str, ...]] = {
    "Q-001": ("parts", "subsystem", "component", "interface", "internal_interfaces", "boundary_interfaces"),
    "Q-006": (
        "requirements", "satisfied", "covered", "refined", "orphan", "unrefined", "partial", "justified", "no_parent",
    ),
    "Q-101": ("requirements", "passed", "failed", "evidenced", "open"),
    "Q-105": (),
    "Q-020": ("requirements", "Q-006.orphan", "Q-009.risky", "Q-011.unsupported", "map.roots", "map.unplaced"),
    "Q-107": ("counted", "missing", "violated"),
    "gaps": ("Q-006.orphan", "Q-006.partial", "Q-009.risky", "Q-011.unsupported", "Q-107.violated"),
}  # fmt: skip
#: Figures that read better under other words.
NAMES = {
    "Q-006.orphan": "orphan requirements",
    "Q-006.partial": "covered in part",
    "Q-009.risky": "risky decisions",
    "Q-011.unsupported": "unsupported claims",
    "Q-107.violated": "violated bounds",
    "map.roots": "roots of the map",
    "map.unplaced": "without a place",
    "orphan": "orphans",
    "partial": "in part",
    "no_parent": "derived from nothing",
    "only_dead": "only dead evidence",
    "none": "without evidence",
    "own": "its own",
    "in_force": "in force",
    "rows": "rows of the log",
    "unparsed": "unreadable quantities",
    "in_ring": "in a ring",
    "two_parents": "in two wholes",
    "derivation_levels": "levels of derivation",
    "cycles": "rings",
    "largest_cycle": "in the largest ring",
    "link": "steps between",
    "informative": "worth a look",
    "dead_edge": "dead ends",
    "dangling_source": "sources gone",
    "unplaced": "without a place",
}
#: Figures that lead to another question's page.
LEADS = {
    "Q-006.orphan": "Q-006",
    "Q-006.partial": "Q-006",
    "Q-009.risky": "Q-009",
    "Q-011.unsupported": "Q-011",
    "map.roots": "Q-004",
    "map.unplaced": "Q-004",
}
FLAGS = {
    "dead_end": "no longer true",
    "second_parent": "second parent",
    "failed": "failed",
    "dangling": "source gone",
    "alone": "contains nothing",
}
#: What is said where nothing is listed. An empty list of faults is good news; an empty list of facts is a beginning.
GOOD_NEWS = ("Q-006", "Q-009", "Q-011", "Q-012", "Q-102", "Q-106", "gaps")


def heading(query: str, group: str) -> tuple[str, str]:
    """Return a group's heading and what it means."""
    said = GROUPS.get(f"{query}.{group}") or GROUPS.get(group) or words(group).capitalize()
    title, _, meaning = said.partition(" – ")
    return title, meaning


def figure(key: str, number: int) -> str:
    """Return the words of a figure: “3 orphan requirements”, “1 orphan requirement”."""
    said = NAMES.get(key) or words(key)
    if number != 1 or not said.endswith("s"):
        return said
    return f"{said[:-3]}y" if said.endswith("ies") else said[:-1]


def flag(name: str) -> str:
    """Return a flag in words."""
    return FLAGS.get(name) or words(name)
