"""The planner's statistics come by themselves as a database grows."""

import pytest
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from memories.services import upkeep
from tests import factories


@pytest.mark.needs_sqlite
@pytest.mark.django_db
def test_a_database_that_grows_gets_its_statistics(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    monkeypatch.setattr(upkeep, "_growth", {"rows": 0, "look": 20})
    looks: list[int] = []
    monkeypatch.setattr(upkeep, "refresh_statistics", lambda: looks.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(19):
            factories.memory()
        assert not looks
        for _ in range(5):
            factories.memory()
    assert looks == [1]


@pytest.mark.needs_sqlite
@pytest.mark.django_db
def test_statistics_tell_of_the_tables() -> None:
    for _ in range(30):
        factories.memory()
    upkeep.refresh_statistics()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'memories'")
        assert cursor.fetchone()[0]
