"""The lifecycle: one transition table and one rule, pure. It knows words, not models.

Source of the table: the domain's lifecycle section. `to=None` leaves the status as it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from memories.choices import Role, Status

C, A, S, I, G = Status.CANDIDATE, Status.ACTIVE, Status.SUPERSEDED, Status.INVALID, Status.GRADUATED  # noqa: E741 - the table reads best in one-letter columns


@dataclass(frozen=True)
class Transition:
    """One verb: from which statuses, to which, and what role it takes.

    Attributes:
        action: the verb; the same word in service, REST, MCP, audit and button.
        sources: statuses from which it applies.
        to: status afterwards; None for the same.
        role: least role.
        decides: whether it is a decision a person may undo.
        bumps: whether the version counts up.
    """

    action: str
    sources: frozenset[str]
    to: Enum | None
    role: Role
    decides: bool = True
    bumps: bool = True

    def target(self, present: str) -> str:
        """Return the status after the verb for a row that stands at `present`."""
        return str(self.to.value) if self.to else present


def _verb(
    action: str, sources: Iterable[Status], to: Status | None, role: Role = Role.REVIEWER, **more: bool
) -> Transition:
    return Transition(action, frozenset(sources), to, role, **more)


EVERY = (C, A, S, I, G)

_COMMON = (
    _verb("update", (C, A), None),
    _verb("promote", (C,), A),
    _verb("auto_promote", (C,), A, Role.ADMIN),
    _verb("reject", (C,), I),
    _verb("supersede", (A,), S),
    _verb("merge", (C, A), S),
    _verb("invalidate", (A,), I),
    _verb("expire", (C, A), I, Role.ADMIN),
    _verb("restore", (S, I, G), C),
    _verb("undo", EVERY, None),
    _verb("annotate", EVERY, None, decides=False, bumps=False),
)


class Lifecycle:
    """The verbs of one kind of record."""

    def __init__(self, *transitions: Transition) -> None:
        self._verbs: Mapping[str, Transition] = {verb.action: verb for verb in transitions}

    def __contains__(self, action: str) -> bool:
        return action in self._verbs

    def __iter__(self) -> Iterator[Transition]:
        return iter(self._verbs.values())

    def verb(self, action: str) -> Transition:
        """Return the transition of an action. Raises KeyError where the kind has no such verb."""
        return self._verbs[action]

    def allowed(self, action: str, status: str) -> bool:
        """Tell whether the action applies to a row of that status."""
        return action in self._verbs and status in self._verbs[action].sources

    def actions_from(self, status: str) -> list[str]:
        """Return the actions that apply to a row of that status, in the table's order."""
        return [verb.action for verb in self._verbs.values() if status in verb.sources]


def common(*without: str) -> tuple[Transition, ...]:
    """Return the verbs that all records share, less the named ones."""
    return tuple(verb for verb in _COMMON if verb.action not in without)


MEMORY = Lifecycle(
    *common(),
    _verb("graduate", (C, A), G),
    _verb("reinforce", (C, A), None, decides=False, bumps=False),
)

DOCUMENT = Lifecycle(
    *common("auto_promote", "supersede", "merge", "invalidate", "expire", "restore"),
    # The next version of its text; no decision, since the text before is not kept.
    _verb("ingest", (C, A, I), None, Role.AGENT, decides=False),
    _verb("remove", (C, A), I, Role.REVIEWER),
)
