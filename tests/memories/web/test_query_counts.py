"""How many queries a page takes: no more than its baseline, and no more for twenty rows than for ten.

The baselines stand in query_counts.json; a change of them is a change to review. What a decision may take is a
promise (triage-ux), not a baseline.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories

BASELINES = json.loads((Path(__file__).parent / "query_counts.json").read_text())
#: Words that frame a transaction; they are no round trip of their own work.
FRAME = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT")
SCRIPT = {"HX-Request": "true"}


def queries(work: Callable[[], object]) -> int:
    """Count the queries that some work takes, the transaction's frame left out."""
    with CaptureQueriesContext(connection) as seen:
        work()
    return sum(not query["sql"].startswith(FRAME) for query in seen.captured_queries)


def populate() -> None:
    """Ten more of everything, waiting and active."""
    bench = factories.entity(entity_type="system")
    for _ in range(10):
        factories.memory(active=True)
        factories.memory()
        factories.entity(active=False)
        factories.relationship(factories.entity(), "part_of", bench, active=False)


@pytest.mark.parametrize("path", sorted(BASELINES))
def test_a_page_takes_what_it_took_however_many_rows_there_are(reviewer: Client, path: str) -> None:
    populate()
    reviewer.get(path)
    ten = queries(lambda: reviewer.get(path))
    populate()
    reviewer.get(path)  # figures that are kept are made anew after a write
    twenty = queries(lambda: reviewer.get(path))
    assert ten == twenty
    assert ten <= BASELINES[path], f"{path} took {ten} queries"


@pytest.mark.parametrize("verb", ["promote", "reject"])
def test_a_decision_takes_at_most_twelve(reviewer: Client, verb: str) -> None:
    memory = factories.memory()
    populate()
    taken = queries(lambda: reviewer.post(f"/memories/{memory.pk}/{verb}/", {"version": 1}, headers=SCRIPT))
    assert taken <= 12
    assert memory.fresh().version == 2


def test_superseding_and_taking_back_stay_within_it_too(reviewer: Client) -> None:
    old, new = factories.memory(active=True), factories.memory()
    populate()
    form = {"version": 1, "supersedes": str(old.pk), "supersedes_version": 1}
    assert queries(lambda: reviewer.post(f"/memories/{new.pk}/promote/", form, headers=SCRIPT)) <= 12
