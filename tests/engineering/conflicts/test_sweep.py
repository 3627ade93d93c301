"""The scan of housekeeping reads before it takes the lock, and trusts what it saw only where nobody wrote meanwhile."""

from typing import Any

import pytest

from engineering.models import Conflict
from engineering.services.conflicts import scan
from memories.queries import figures
from memories.services import lifecycle
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_it_finds_what_the_full_scan_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    make.entity("Stage", properties={"mass": "5 kg"})
    with monkeypatch.context() as patch:
        patch.setattr("engineering.services.conflicts.touched.Touched.__call__", lambda self, batch: None)
        make.memory("Stage mass is 6 kg.", active=True)
    assert not Conflict.objects.exists()
    assert scan.sweep(actor=make.SETUP, keep=False).opened == 1
    assert not Conflict.objects.exists()
    assert scan.sweep(actor=make.SETUP).opened == 1
    again = scan.sweep(actor=make.SETUP)
    assert (again.opened, again.closed, Conflict.objects.count()) == (0, 0, 1)


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_written_while_it_looked_is_seen(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Somebody retires a side while the scan reads: it must not open a conflict with what is no more."""
    make.entity("Stage", properties={"mass": "5 kg"})
    with monkeypatch.context() as patch:
        patch.setattr("engineering.services.conflicts.touched.Touched.__call__", lambda self, batch: None)
        rows = [make.memory(f"Stage mass is {number + 6} kg.", active=True) for number in range(times)]
    really, left = scan._look, list(rows)

    def meanwhile(*args: Any) -> Any:
        seen = really(*args)
        if left:
            lifecycle.invalidate(left.pop(), actor=make.person())
        return seen

    monkeypatch.setattr(scan, "_look", meanwhile)
    scan.sweep(actor=make.SETUP)
    assert not left
    assert not Conflict.objects.exists()


def test_somebody_in_the_middle_of_a_write_makes_it_look_under_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    make.entity("Stage", properties={"mass": "5 kg"})
    make.memory("Stage mass is 6 kg.", active=True)
    monkeypatch.setattr(figures, "at_rest", lambda: False)
    assert scan.sweep(actor=make.SETUP).slots == scan.detect(actor=make.SETUP).slots
