"""The overview of a project as Markdown: what an engineer would send to somebody who was away.

No time of asking stands in it: the same data gives the same bytes.
"""

from collections import Counter

from engineering.queries.envelope import Answer, Item
from engineering.queries.overview import SHOWN, sections, tally
from memories.kinds import kinds
from memories.models import Project
from memories.text import plain_markdown

#: Why an item stands among the gaps, in words.
REASONS = {
    "orphan": "Requirements that nothing satisfies",
    "partial": "Requirements satisfied only in part",
    "justified": "Requirements left open on purpose",
    "no_parent": "Requirements derived from nothing, though not at the top",
    "high": "Decisions on an assumption that turned out wrong",
    "medium": "Decisions on an assumption in doubt",
    "low": "Decisions that lean on doubtful ones",
    "contradicted": "Claims that the evidence contradicts",
    "none": "Claims without any evidence",
    "only_dead": "Claims whose evidence no longer holds",
    "only_unsupported": "Claims that lean on unsupported claims only",
    "only_candidates": "Claims whose evidence waits for review",
    "weak": "Claims with weak evidence",
}
_WORDS = {
    "satisfied": "yes",
    "covered": "by its children",
    "partial": "in part",
    "justified": "on purpose not",
    "contradicted": "contradicted",
}


def as_markdown(project: Project, answer: Answer) -> str:
    """Return an overview as Markdown."""
    parts = sections(answer)
    lines = [f"# {_text(project.name)}", ""]
    if project.description:
        lines += [_text(project.description), ""]
    lines += [standing(answer), ""]
    lines += _section("Needs attention", _gaps(parts["gap"]), clear(answer))
    lines += _section("Open conflicts", _many([_conflict(one) for one in parts["conflict"]]), "None.")
    lines += _section("Decisions in force", _many([_decision(one) for one in parts["decision"]]), "None recorded yet.")
    lines += _section("Requirements", _requirements(answer, parts["requirement"]), "None recorded yet.")
    lines += _section("System", _tree(parts["map"]), "No system is recorded yet.")
    lines += _section("Last changes", [_day(*one) for one in days(parts["change"])], "None.")
    if answer.truncated:
        lines += ["_Long lists are cut: the queries gaps and map hold all of them._", ""]
    return "\n".join(lines).rstrip() + "\n"


def standing(answer: Answer) -> str:
    """Return where a project stands, in one paragraph."""
    figures = tally(answer)
    said = []
    if figures["requirements"]:
        said.append("{satisfied} of {requirements} requirements satisfied, {verified} verified.".format(**figures))
    if figures["decisions"]:
        said.append(f"{_number(figures['decisions'], 'decision')} in force, {figures['risky'] or 'none'} at risk.")
    if figures["claims"]:
        said.append("{unsupported} of {claims} validation claims without support.".format(**figures))
    said.append(f"{_number(figures['conflicts'], 'open conflict')}." if figures["conflicts"] else "No open conflict.")
    return " ".join(said)


def _number(number: int, word: str) -> str:
    return f"{number} {word if number == 1 else word + 's'}"


def clear(answer: Answer) -> str:
    """Return what stands where there is no gap: all was checked, or there was nothing to check."""
    figures = tally(answer)
    if figures["requirements"] + figures["decisions"] + figures["claims"]:
        return "All clear: every requirement is satisfied, every claim supported, no decision at risk."
    return "Nothing to check yet: no requirement, decision or claim is recorded."


def _text(words: object) -> str:
    return plain_markdown(str(words))


def _section(title: str, lines: list[str], empty: str) -> list[str]:
    return [f"## {title}", "", *(lines or [empty]), ""]


def _many(lines: list[str]) -> list[str]:
    return [*lines, "- …"] if len(lines) == SHOWN else lines


def _gaps(items: list[Item]) -> list[str]:
    """Return the gaps under the reason they share."""
    by_reason: dict[str, list[str]] = {}
    for one in items:
        why = because(one)
        by_reason.setdefault(one.group, []).append(f"  - {_named(one)}{': ' + _text(why) if why else ''}")
    lines: list[str] = []
    for reason, found in by_reason.items():
        lines += [f"- {REASONS.get(reason, _text(reason))}", *found]
    return lines


def _named(one: Item) -> str:
    external = one.data.get("external_ref")
    return f"{_text(external)} {_text(one.name)}" if external else _text(one.name)


def because(one: Item) -> str:
    """Return what a gap comes from, in its own words; "" where its reason says all."""
    names = [found["name"] for found in one.data.get("assumptions", ())]
    return f"“{names[0]}”{' and others' if len(names) > 1 else ''}" if names else ""


def _conflict(one: Item) -> str:
    return f"- {_text(one.name)}" + ("" if one.data["severity"] == "conflict" else f" ({one.data['severity']})")


def _decision(one: Item) -> str:
    date = f" ({_text(one.data['date'])})" if one.data.get("date") else ""
    statement = f": {_text(one.data['statement'])}" if one.data.get("statement") else ""
    risk = f" **At risk ({one.data['risk']}).**" if one.data.get("risk") else ""
    return f"- **{_text(one.name)}**{date}{statement}{risk}"


def _requirements(answer: Answer, items: list[Item]) -> list[str]:
    if not items:
        return []
    rows = [f"| {_named(one)} | {met(one.group)} | {met(one.data['verified'])} |" for one in items]
    lines = [reached(answer), "", "| Requirement | Satisfied | Verified |", "| --- | --- | --- |", *rows]
    more = answer.counts["requirements"] - len(items)
    return [*lines, "", f"{more} more."] if more > 0 else lines


def reached(answer: Answer) -> str:
    """Return which shares of the requirements are satisfied and verified, with what counts."""
    shares = {one.id: one.data for one in sections(answer)["coverage"]}
    said = []
    for word in ("satisfied", "verified"):
        deep, own = shares[f"{word}.deep"], shares[f"{word}.shallow"]["numerator"]
        through = f", {deep['numerator'] - own} of them through their children" if deep["numerator"] > own else ""
        said.append(f"{deep['numerator']} of {deep['denominator']} {word} ({deep['share'] or 0:.0%}{through})")
    return f"{'; '.join(said)}."


def met(verdict: str) -> str:
    """Return a requirement's verdict as a word of a table."""
    return _WORDS.get(verdict, "no")


def _tree(items: list[Item]) -> list[str]:
    """Return the map as a nested list, each part under its whole."""
    return [f"{'  ' * depth}- {_text(one.name)} ({one.type.replace('_', ' ')})" for depth, one in nested(items)]


def nested(items: list[Item]) -> list[tuple[int, Item]]:
    """Return the parts of a map in reading order, each with how deep it stands."""
    below: dict[str, list[Item]] = {}
    for one in items:
        below.setdefault(one.via.source if one.via else "", []).append(one)
    found: list[tuple[int, Item]] = []
    open_items = [(0, one) for one in reversed(below.get("", []))]
    while open_items:
        depth, one = open_items.pop()
        found.append((depth, one))
        children = sorted(below.get(one.id, []), key=lambda child: (child.name.casefold(), child.id), reverse=True)
        open_items += [(depth + 1, child) for child in children]
    return found


def _day(day: str, who: str, did: str) -> str:
    return f"- {day} {_text(who)} {_text(did)}"


def days(items: list[Item]) -> list[tuple[str, str, str]]:
    """Return the last changes as (day, who, what they did): what one did on a day is told once, the newest first."""
    done: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
    named: dict[tuple[str, str, str, str], list[str]] = {}
    for one in items:
        who = one.data["actor"]
        for row in one.data["rows"]:
            key, deed = (row["at"][:10], who), (_did(row["action"], who), row["kind"])
            done.setdefault(key, Counter())[deed] += 1
            if row["kind"] == "entity":
                named.setdefault((*key, *deed), []).append(row["title"])
    found = []
    for (day, who), deeds in done.items():
        told = [_deed(number, deed, named.get((day, who, *deed), [])) for deed, number in sorted(deeds.items())]
        found.append((day, who.partition(":")[2] or who, ", ".join(told)))
    return found


def _deed(number: int, deed: tuple[str, str], names: list[str]) -> str:
    verb, kind = deed
    if kind == "extraction":  # its record is the reading of an exchange, not what came of it
        return f"looked through {_number(number, 'exchange')}"
    many = kinds.named(kind).plural if kind in kinds else f"{kind}s"
    shown = f" ({', '.join(sorted(set(names))[:3])}{', …' if len(set(names)) > 3 else ''})" if names else ""
    return f"{verb} {number} {kind if number == 1 else many}{shown}"


def _did(action: str, who: str) -> str:
    """Return an audit action as what somebody did; a program can only propose."""
    if action == "create" and who.startswith("agent:"):
        return "proposed"
    if action == "undo":
        return "took back"
    plain = action.replace("_", " ")
    return f"{plain}d" if plain.endswith("e") else f"{plain}ed"
