"""Query parameters are taken strictly: a misspelt filter must not answer with everything."""

from collections.abc import Collection
from difflib import get_close_matches

from django.http import QueryDict

from memories.errors import FieldError, Invalid
from memories.text import text_fault

MAX_VALUE = 2000


def check(given: QueryDict, known: Collection[str], repeatable: Collection[str] = ()) -> None:
    """Refuse what is unknown, said twice, empty or no text.

    Args:
        given: the parameters of a request.
        known: names that are taken.
        repeatable: names that may come several times.

    Raises:
        Invalid: with one error for each fault, naming the known parameters.
    """
    faults = [fault for name, values in given.lists() if (fault := _fault(name, values, known, repeatable))]
    if faults:
        raise Invalid(faults)


def _fault(name: str, values: list[str], known: Collection[str], repeatable: Collection[str]) -> FieldError | None:
    place = f"?{name[:80]}"
    if name not in known:
        return FieldError(place, "unknown_parameter", _unknown(name, known))
    if len(values) > 1 and name not in repeatable:
        return FieldError(place, "repeated", f"“{name}” is taken once.")
    for value in values:
        if not value.strip():
            return FieldError(place, "blank", f"“{name}” is empty; leave it out to have everything.")
        if fault := text_fault(value, most=MAX_VALUE):
            return FieldError(place, fault.code, fault.detail)
    return None


def _unknown(name: str, known: Collection[str]) -> str:
    names = sorted(known)
    near = get_close_matches(name[:80], names, n=1)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    listed = f"Known: {', '.join(names)}." if names else "This address takes none."
    return f"There is no parameter “{name[:80]}”.{hint} {listed}"
