"""The transition table: every pair of verb and status does what the domain says, or is refused without a trace."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.choices import Role, Status
from memories.errors import DomainError, Forbidden, StateConflict
from memories.lifecycle import MEMORY
from memories.models import AuditEntry, Memory
from memories.services import edit, lifecycle
from tests import factories as make

#: The domain's table, written out once more by hand.
EXPECTED = {
    "promote": {"candidate": "active"},
    "reject": {"candidate": "invalid"},
    "supersede": {"active": "superseded"},
    "invalidate": {"active": "invalid"},
    "expire": {"candidate": "invalid", "active": "invalid"},
    "restore": {"superseded": "candidate", "invalid": "candidate", "graduated": "candidate"},
    "reinforce": {"candidate": "candidate", "active": "active"},
    "annotate": {status: status for status in Status.values},
}
CALLS: dict[str, dict[str, Any]] = {"annotate": {"note": "seen"}}


def row_in(status: str) -> Memory:
    """Return a memory that stands at a status, brought there by verbs."""
    row = make.memory(active=status in ("active", "superseded", "graduated"))
    actor = make.person(Role.ADMIN)
    if status == "superseded":
        lifecycle.supersede(row, actor=actor)
    elif status == "invalid":
        lifecycle.reject(row, actor=actor)
    elif status == "graduated":
        lifecycle.graduate(row, actor=actor, entity_id=make.entity().pk)
    return row.fresh()


@pytest.mark.django_db
@pytest.mark.parametrize("action", EXPECTED)
@pytest.mark.parametrize("status", Status.values)
def test_verb_from_status(action: str, status: str) -> None:
    row, admin = row_in(status), make.person(Role.ADMIN)
    before, version = AuditEntry.objects.count(), row.version
    verb = getattr(lifecycle, action)
    if status in EXPECTED[action]:
        verb(row, actor=admin, **CALLS.get(action, {}))
        assert row.fresh().status == EXPECTED[action][status]
        assert AuditEntry.objects.count() == before + 1
        assert row.fresh().version == version + (0 if action in ("annotate", "reinforce") else 1)
    else:
        with pytest.raises(StateConflict) as refusal:
            verb(row, actor=admin, **CALLS.get(action, {}))
        assert refusal.value.data["status"] == status
        assert (row.fresh().status, AuditEntry.objects.count()) == (status, before)


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["superseded", "invalid", "graduated"])
def test_a_dead_row_is_not_edited(status: str) -> None:
    row = row_in(status)
    with pytest.raises(DomainError):
        edit.update(row, {"content": "changed"}, actor=make.person())
    assert row.fresh().content != "changed"


@pytest.mark.django_db
def test_reinforcing_counts_and_keeps_the_version_and_no_client_may_count_itself_up() -> None:
    row = make.memory(active=True)
    with pytest.raises(Forbidden):
        lifecycle.reinforce(row, actor=make.agent())
    lifecycle.reinforce(row, actor=make.person())
    stored = Memory.objects.get(pk=row.pk)
    assert (stored.reference_count, stored.version) == (1, 1)
    assert stored.last_referenced_at is not None


@given(st.sampled_from(Status.values), st.lists(st.sampled_from([verb.action for verb in MEMORY]), max_size=12))
def test_no_walk_over_the_table_reaches_active_but_by_a_promotion_an_undo_or_staying_there(
    status: str, walk: list[str]
) -> None:
    for action in walk:
        if MEMORY.allowed(action, status):
            after = MEMORY.verb(action).target(status)
            if after == Status.ACTIVE and status != Status.ACTIVE:
                assert action in ("promote", "auto_promote")
            status = after
