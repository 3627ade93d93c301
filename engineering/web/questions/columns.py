"""Which columns a query's answer has beside name, type and status: data, one tuple a query."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engineering.queries.envelope import Item
from engineering.web.questions.cells import Around, Cell, Piece, path, reached, text
from memories.templatetags.atocore import quantities, who, words

Reader = Callable[[Item, Around], Cell]


@dataclass(frozen=True)
class Column:
    """A column: its heading, and how an item's cell is read."""

    label: str
    read: Reader
    number: bool = False


def fact(label: str, name: str, *, number: bool = False) -> Column:
    """A value that stands in the item's data."""

    def read(one: Item, around: Around) -> Cell:
        value = one.data.get(name)
        return text(quantities(value)) if value not in (None, "", [], {}) else []

    return Column(label, read, number)


def word(label: str, name: str) -> Column:
    """An identifier of the item's data, as words."""
    return Column(label, lambda one, around: text(words(one.data.get(name) or "")))


def linked(label: str, name: str) -> Column:
    """Entities in the item's data, as {id, name} or a mere id, one a line."""

    def read(one: Item, around: Around) -> Cell:
        value = one.data.get(name)
        held = value if isinstance(value, list) else [value] if value else []
        return [[_entity(other, around)] for other in held]

    return Column(label, read)


def _entity(other: Any, around: Around) -> Piece:
    if not isinstance(other, dict):
        return around.piece(str(other))
    name = str(other.get("name") or "")
    return around.piece(other["id"], name) if other.get("id") else Piece(name)


def _assumptions(one: Item, around: Around) -> Cell:
    return [
        [Piece(f"{shaky['reason']}:", hush=True), *path(shaky["path"], around)]
        for shaky in one.data.get("assumptions", [])
    ]


def _proofs(one: Item, around: Around) -> Cell:
    lines: Cell = []
    for proof in one.data.get("evidence") or []:
        # supports leads from the evidence to the claim; the other types from the claim to its evidence.
        reads = "supported by" if proof["link"] == "supports" else words(proof["link"])
        found = [Piece(reads, hush=True), around.piece(proof["id"])]
        marks = ["failed"] if proof.get("passed") is False else []
        marks += [proof["status"]] if proof["status"] != "active" else []
        lines.append([*found, Piece(f"({', '.join(marks)})", hush=True)] if marks else found)
    return lines


def _bound(one: Item, around: Around) -> Cell:
    bound = dict(one.data.get("bound") or {})
    statement = bound.pop("statement", "")
    lines = text(statement)
    figures = [f"{words(name)} {quantities(value)}" for name, value in bound.items()]
    return lines + text(", ".join(figures))


def _present(one: Item, around: Around) -> Cell:
    return [[Piece(quantities(met["value"])), around.piece(met["id"])] for met in one.data.get("present", [])]


def _amount(one: Item, around: Around) -> Cell:
    """An amount in its unit: a sum with its ends, the ends of a bound, or a part's own."""
    data, unit = one.data, one.data.get("unit", "")
    ends = [
        f"{word} {_figure(data[name])}" for name, word in (("low", "at least"), ("high", "at most")) if name in data
    ]
    if "sum" in data:
        spread = data.get("low") != data.get("high")
        return text(quantities(f"{_figure(data['sum'])} {unit}")) + text(", ".join(ends) if spread else "")
    if "in_unit" in data:
        return text(quantities(f"{_figure(data['in_unit'])} {unit}"))
    return text(quantities(f"{', '.join(ends)} {unit}")) if ends else []


def _figure(number: float) -> str:
    return f"{number:.6g}"


def _margin(one: Item, around: Around) -> Cell:
    margin = one.data.get("margin")
    return text(quantities(f"{_figure(margin)} {one.data.get('unit', '')}")) if margin is not None else []


def _why(one: Item, around: Around) -> Cell:
    steps = [words(step) for step in dict.fromkeys(one.data.get("why", []))]
    return [path(one.data.get("path", []), around), [Piece("; ".join(steps), hush=True)]]


def _evidence(one: Item, around: Around) -> Cell:
    proof = one.data.get("evidence")
    if not proof:
        return []
    return [[around.piece(proof["id"], proof["name"]), Piece(words(proof["type"]), hush=True)]]


def _ended(one: Item, around: Around) -> Cell:
    return [
        [_entity(other, around), Piece(words(other["status"]), mark=other["status"])]
        for other in one.data.get("linked") or []
    ]


def _unread(one: Item, around: Around) -> Cell:
    values = one.data.get("values") or {}
    return [[Piece(words(name), hush=True), Piece(str(value))] for name, value in values.items()]


def _disagree(one: Item, around: Around) -> Cell:
    return text(" and ".join(one.data.get("disagree_in") or []))


def _actor(one: Item, around: Around) -> Cell:
    return text(who(one.data["actor"])) if one.data.get("actor") else []


def day(label: str, name: str) -> Column:
    """A day, or a moment to the minute."""

    def read(one: Item, around: Around) -> Cell:
        value = str(one.data.get(name) or "")[:16].replace("T", " ")
        return [[Piece(value, time=True)]] if value else []

    return Column(label, read)


#: A verdict looks like the status that says the same.
_MARKS = {"passed": "active", "failed": "invalid", "evidenced": "superseded", "open": "open"}
_MARKS |= {"met": "active", "met_so_far": "superseded", "at_risk": "superseded", "violated": "invalid"}


def _verdict(one: Item, around: Around) -> Cell:
    verdict = str(one.data.get("verdict") or "")
    return [[Piece(words(verdict), mark=_MARKS.get(verdict, "open"))]] if verdict else []


def _passed(one: Item, around: Around) -> Cell:
    passed = one.data.get("passed")
    words = {True: Piece("passed", mark="active"), False: Piece("failed", mark="invalid")}
    return [[words[passed]]] if isinstance(passed, bool) else []


def _link(one: Item, around: Around) -> Cell:
    return text(words(one.via.type)) if one.via else []


def _changed(one: Item, around: Around) -> Cell:
    changed, via = one.data.get("changed") or {}, one.via
    if not changed or via is None:
        return []
    return [
        [
            Piece(words(via.type), hush=True),
            around.piece(changed["id"], changed["name"]),
            Piece("the link", f"/relationships/{via.relationship}/"),
        ]
    ]


def _of_all(one: Item, around: Around) -> Cell:
    numerator, denominator = one.data.get("numerator"), one.data.get("denominator")
    return text(f"{numerator} of {denominator}") if denominator else []


REACHED = Column("Reached by", reached)
DEPTH = Column("Steps", lambda one, around: text(one.depth), number=True)
REFERENCE = fact("In its tool", "external_ref")
_GAPS = (
    REFERENCE,
    fact("Level", "level"),
    fact("Refined by", "children", number=True),
)
_RESULT = (fact("Value", "value"), Column("Verdict", _passed), day("Date", "date"))
_LEANS = Column("Rests on", _assumptions)
_OUTSIDE = Column("Present value", _present)
_SPOKEN = Column("What speaks for it", _proofs)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "Q-001": (REACHED, linked("Materials", "materials"), DEPTH),
    "Q-002": (REACHED, DEPTH),
    "Q-003": (REACHED, linked("Across", "between")),
    "Q-004": (REACHED,),
    "Q-005": (REACHED, DEPTH),
    "Q-006": _GAPS,
    "Q-007": (
        Column("Bound", _bound),
        Column("Present value", _present),
        Column("Margin", _margin),
        Column("Verdict", _verdict),
        fact("On", "on"),
    ),
    "Q-008": (fact("On", "on"), linked("Replaced", "replaced")),
    "Q-009": (_LEANS,),
    "Q-010": (*_RESULT, REACHED),
    "Q-011": (_SPOKEN,),
    "Q-012": (*_RESULT, Column("They disagree in", _disagree)),
    "Q-014": (
        day("Date", "date"),
        fact("Outcome", "outcome"),
        fact("Why", "rationale"),
        linked("Replaced", "supersedes"),
        linked("Replaced by", "superseded_by"),
    ),
    "Q-016": (Column("Path, and why", _why), DEPTH),
    "Q-017": (REACHED, DEPTH),
    "Q-018": (linked("Replaced by", "replaced_by"), day("When", "at"), Column("Who", _actor), fact("Why", "why")),
    "Q-019": (fact("How", "reads"), fact("Severity", "severity"), word("Memory", "memory_type")),
    "Q-020": (Column("Of all", _of_all), _LEANS, _SPOKEN, fact("Severity", "severity")),
    "Q-101": (
        REFERENCE,
        fact("Method", "method"),
        Column("Evidence", _evidence),
        Column("Link", _link),
        fact("Value", "value"),
        Column("Result", _passed),
        day("Date", "date"),
        Column("Requirement", _verdict),
    ),
    "Q-102": (Column("Its link, whose target changed", _changed),),
    "Q-106": (Column("No longer true", _ended), Column("As written", _unread)),
    "Q-107": (
        Column("Amount", _amount),
        fact("As written", "value"),
        fact("Times", "quantity", number=True),
        Column("Margin", _margin),
        Column("Verdict", _verdict),
        _OUTSIDE,
    ),
    "gaps": (*_GAPS, _LEANS, _SPOKEN, _OUTSIDE),
}
