"""The transition tables of the engineering kinds: the common verbs, and what is their own. Pure."""

from memories.choices import ConflictStatus, Role, Status
from memories.lifecycle import Lifecycle, Transition, common

ENTITY = Lifecycle(*common())

RELATIONSHIP = Lifecycle(
    *common("merge"),
    Transition("confirm", frozenset({Status.ACTIVE}), None, Role.REVIEWER),
)

_OPEN, _RESOLVED, _DISMISSED = ConflictStatus.OPEN, ConflictStatus.RESOLVED, ConflictStatus.DISMISSED
_EVERY = frozenset({_OPEN, _RESOLVED, _DISMISSED})

#: Detection opens (again) and closes; what a person decides is resolve, dismiss and reopen.
CONFLICT = Lifecycle(
    Transition("detect", _EVERY, _OPEN, Role.ADMIN, decides=False),
    Transition("close", frozenset({_OPEN}), _RESOLVED, Role.ADMIN, decides=False),
    Transition("resolve", frozenset({_OPEN}), _RESOLVED, Role.REVIEWER),
    Transition("dismiss", frozenset({_OPEN}), _DISMISSED, Role.REVIEWER),
    Transition("reopen", frozenset({_DISMISSED}), _OPEN, Role.REVIEWER),
    Transition("undo", _EVERY, None, Role.REVIEWER),
    Transition("annotate", _EVERY, None, Role.REVIEWER, decides=False, bumps=False),
)
