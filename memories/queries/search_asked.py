"""A search as doors receive it: words by name become a Search, or a refusal that says what is taken."""

from collections.abc import Mapping, Sequence

from memories.actors import Actor
from memories.errors import FieldError, Invalid, UnknownProject
from memories.models import Project
from memories.queries import projects
from memories.queries.search import Search, searched
from memories.text import text_fault

#: Parameters that may come several times; each also takes several words with commas.
REPEATABLE = ("kinds", "tags", "types")
PARAMS = ("q", "project", *REPEATABLE, "candidates", "limit")
MOST, MOST_TEXT, MOST_WORDS = 200, 10_000, 50
_LIMIT = 20


def asked(given: Mapping[str, Sequence[str]], actor: Actor) -> Search:
    """Return the search that parameters ask for.

    Args:
        given: the values of each parameter that was sent, of PARAMS: q (the question), project (a name or alias; "none"
            for rows of no project), kinds, tags, types (words), candidates (true or false), limit (1 to 200).
        actor: who asks.

    Raises:
        Invalid: one fault a parameter, naming what is taken.
        UnknownProject: the actor knows no such project.
    """
    faults: list[FieldError] = []
    text = _text(given, faults)
    kinds = _words(given, "kinds", faults)
    if unknown := [kind for kind in kinds if kind not in searched()]:
        faults.append(_fault("kinds", f"“{unknown[0]}” is not one of {', '.join(searched())}."))
    tags, types = _words(given, "tags", faults), _words(given, "types", faults)
    candidates, limit = _flag(given, faults), _limit(given, faults)
    if faults:
        raise Invalid(faults)
    places = _projects(given, actor)
    return Search(text, kinds, places, tags, types, candidates=candidates, limit=limit)


def _fault(name: str, detail: str) -> FieldError:
    return FieldError(f"?{name}", "invalid", detail)


def _text(given: Mapping[str, Sequence[str]], faults: list[FieldError]) -> str:
    text = (given.get("q") or [""])[0].strip()
    if not text:
        faults.append(FieldError("?q", "required", "Say with “q” what to search for."))
    elif fault := text_fault(text, most=MOST_TEXT):
        faults.append(FieldError("?q", fault.code, fault.detail))
    return text


def _words(given: Mapping[str, Sequence[str]], name: str, faults: list[FieldError]) -> list[str]:
    words = [word.strip() for value in given.get(name, ()) for word in value.split(",")]
    kept = list(dict.fromkeys(word for word in words if word))
    if len(kept) > MOST_WORDS or any(text_fault(word, most=200) for word in kept):
        faults.append(_fault(name, f"At most {MOST_WORDS} words of at most 200 plain characters are taken."))
        return []
    return kept


def _flag(given: Mapping[str, Sequence[str]], faults: list[FieldError]) -> bool:
    word = (given.get("candidates") or ["false"])[0]
    if word not in ("true", "false", ""):
        faults.append(_fault("candidates", "“true” or “false” is taken."))
    return word == "true"


def _limit(given: Mapping[str, Sequence[str]], faults: list[FieldError]) -> int:
    text = (given.get("limit") or [""])[0] or str(_LIMIT)
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST):
        faults.append(_fault("limit", f"A number from 1 to {MOST} is taken."))
        return _LIMIT
    return int(text)


def _projects(given: Mapping[str, Sequence[str]], actor: Actor) -> list[Project | None]:
    name = (given.get("project") or [""])[0].strip()
    if not name:
        return []
    if name.casefold() == "none":
        return [None]
    try:
        found = projects.resolve(name, actor)
    except UnknownProject as unknown:
        raise UnknownProject(name, unknown.data["closest"], "?project") from None
    return [found] if found else []
