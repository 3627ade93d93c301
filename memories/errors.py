"""One family of refusals. An error knows its code, its words and its data, and nothing of HTTP.

Doors map each class once: REST to problem+json, pages to a form message, MCP to a tool error.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class FieldError:
    """One fault in the input: where (JSON pointer), what kind, and in words."""

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """A refusal of the domain.

    Attributes:
        code: stable word a program can switch on.
        message: one sentence for a person: what was wrong and what is allowed.
        data: further facts (JSON-serialisable).
    """

    code = "refused"

    def __init__(self, message: str, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class Invalid(DomainError):
    """The input breaks a rule; nothing was written."""

    code = "invalid"

    def __init__(self, errors: Sequence[FieldError], message: str = "") -> None:
        super().__init__(message or "; ".join(error.detail for error in errors))
        self.errors = tuple(errors)
        self.data = {"errors": [asdict(error) for error in errors]}

    @classmethod
    def field(cls, name: str, detail: str, code: str = "invalid") -> "Invalid":
        """Build the error for one field; `name` is its name or path ("properties/mass")."""
        return cls([FieldError(f"/{name}" if name else "", code, detail)])


class TooLarge(Invalid):
    """The input is larger than what is taken."""

    code = "too_large"


class UnknownProject(Invalid):
    """A project name that nobody registered, or that the caller may not see."""

    code = "unknown_project"

    def __init__(self, name: str, closest: Sequence[str], pointer: str = "/project") -> None:
        hint = f" Closest known: {', '.join(closest)}." if closest else " No project by a similar name is known."
        detail = f"There is no project “{name[:80]}”.{hint}"
        super().__init__([FieldError(pointer, self.code, detail)])
        self.data["closest"] = list(closest)


class Forbidden(DomainError):
    """The actor's role does not reach."""

    code = "forbidden"

    def __init__(self, message: str, *, role_needed: str) -> None:
        super().__init__(message, role_needed=role_needed)


class NotFound(DomainError):
    """No such record, or none that the actor may see."""

    code = "not_found"


class StateConflict(DomainError):
    """The record stands where the verb does not apply.

    data: id, kind, action, status (present), version, and by, at, did: who brought it there.
    """

    code = "wrong_state"


class Stale(StateConflict):
    """The record changed after the actor had seen it."""

    code = "stale"


class Blocked(StateConflict):
    """Another record stands in the way; data names it under `blockers`."""

    code = "blocked"


class Duplicate(StateConflict):
    """The write would make a second live row of the same content."""

    code = "duplicate"


class StrayWrite(RuntimeError):
    """Somebody tried to write a guarded model outside the write path: a fault in the program."""
