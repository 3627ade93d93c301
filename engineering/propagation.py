"""How a change travels along relationships, and how each type is walked: data beside the ontology's relationship types.

Pure: walks read these tables; no rule of propagation stands anywhere else.
"""

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """The direction in which a stored edge `A type B` is walked."""

    OUT = "out"  # from A to B
    IN = "in"  # from B to A


@dataclass(frozen=True)
class Step:
    """One relationship type, walked one way."""

    type: str
    way: Way


class Effect(StrEnum):
    """What a change makes of the entity it reaches, the strongest first."""

    CERTAIN = "certain"
    SUSPECT = "suspect"
    INFORMATIVE = "informative"


@dataclass(frozen=True)
class Rule:
    """A change at one end of an edge and what it makes of the other end.

    Attributes:
        step: from the end that changed to the end it reaches.
        effect: what becomes of the end reached when the content changed.
        lost: what becomes of it when the changed end is invalid or superseded.
        why: the rule as a person reads it.
    """

    step: Step
    effect: Effect
    lost: Effect
    why: str


def _target_changed(*types: str) -> tuple[Rule, ...]:
    words = "the target changed, so what points to it is suspect"
    return tuple(Rule(Step(name, Way.IN), Effect.SUSPECT, Effect.SUSPECT, words) for name in types)


#: Q-016: every way by which a change travels. Types that are not named carry nothing, or are merely INFORMING.
RULES: tuple[Rule, ...] = (
    *_target_changed(
        "derived_from",
        "satisfies",
        "constrained_by",
        "affected_by_decision",
        "based_on_assumption",
        "depends_on",
        "analyzed_by",
        "described_by",
    ),
    Rule(Step("satisfies", Way.OUT), Effect.SUSPECT, Effect.SUSPECT, "what satisfies it changed: verify it again"),
    Rule(Step("validated_by", Way.OUT), Effect.SUSPECT, Effect.SUSPECT, "what was validated changed: verify it again"),
    Rule(Step("supports", Way.OUT), Effect.SUSPECT, Effect.CERTAIN, "the evidence for it changed"),
    Rule(Step("evidenced_by", Way.IN), Effect.SUSPECT, Effect.CERTAIN, "the evidence for it changed"),
    Rule(Step("part_of", Way.OUT), Effect.SUSPECT, Effect.SUSPECT, "a part of it changed"),
    Rule(Step("interfaces_with", Way.OUT), Effect.SUSPECT, Effect.SUSPECT, "the other end of its interface changed"),
    Rule(Step("interfaces_with", Way.IN), Effect.SUSPECT, Effect.SUSPECT, "the other end of its interface changed"),
)

#: Types that carry no change but tell of a connection: reached by one of them, an entity is worth a look.
INFORMING: tuple[Step, ...] = (
    Step("refers_to", Way.IN),
    Step("uses_material", Way.IN),
    Step("supplied_by", Way.IN),
    Step("generated_by", Way.IN),
    Step("validated_by", Way.IN),
)

#: Types that carry nothing at all.
SILENT: frozenset[str] = frozenset({"supersedes", "conflicts_with", "updated_by_session", "summarized_in", "member_of"})

UP: tuple[Step, ...] = (Step("part_of", Way.OUT),)
DOWN: tuple[Step, ...] = (Step("part_of", Way.IN),)
REFINES: tuple[Step, ...] = (Step("derived_from", Way.OUT),)
REFINED_BY: tuple[Step, ...] = (Step("derived_from", Way.IN),)
PEERS: tuple[Step, ...] = (Step("interfaces_with", Way.OUT), Step("interfaces_with", Way.IN))

#: Q-009: how a decision comes to rest on an assumption.
RESTS_ON: tuple[Step, ...] = (
    Step("based_on_assumption", Way.OUT),
    Step("depends_on", Way.OUT),
    Step("supports", Way.IN),
)
#: Q-010, Q-011: from a claim to what stands for it.
EVIDENCE: tuple[Step, ...] = (
    Step("supports", Way.IN),
    Step("evidenced_by", Way.OUT),
    Step("validated_by", Way.OUT),
)
#: Q-017: from anything to what it was made out of.
GROUNDS: tuple[Step, ...] = (
    *EVIDENCE,
    Step("based_on_assumption", Way.OUT),
    Step("analyzed_by", Way.OUT),
    Step("generated_by", Way.OUT),
    Step("described_by", Way.OUT),
    Step("updated_by_session", Way.OUT),
    Step("summarized_in", Way.OUT),
)


def turned(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the steps walked the other way."""
    return tuple(Step(step.type, Way.IN if step.way is Way.OUT else Way.OUT) for step in steps)
