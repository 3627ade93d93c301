"""The transition tables of the engineering kinds: the common verbs, and what is their own. Pure."""

from memories.choices import Role, Status
from memories.lifecycle import Lifecycle, Transition, common

ENTITY = Lifecycle(*common())

RELATIONSHIP = Lifecycle(
    *common("merge"),
    Transition("confirm", frozenset({Status.ACTIVE}), None, Role.REVIEWER),
)

#: Conflicts are found by detection and settled by a person; their verbs arrive with detection.
CONFLICT = Lifecycle()
