"""The lists that people and programs ask for are walked over an index, never scanned and sorted (EXPLAIN says so)."""

import pytest
from django.db import connection
from django.db.models import QuerySet

from engineering.models import Entity
from memories import permissions
from memories.choices import Role
from memories.kinds import kinds
from memories.models import AuditEntry, Memory
from memories.models._guard import writing
from memories.queries import history, triage
from tests import factories as make

pytestmark = pytest.mark.django_db
ROWS = 2_000


@pytest.fixture
def many() -> None:
    project = make.project()
    kind = kinds.named("memory")
    rows = [
        Memory(
            memory_type="knowledge",
            content=f"row {number}",
            project=project,
            status="candidate" if number % 2 else "active",
        )
        for number in range(ROWS)
    ]
    for row in rows:
        kind.refresh(row)
    with writing():
        Memory.objects.bulk_create(rows)
        AuditEntry.objects.bulk_create(
            AuditEntry(entity_kind="memory", record_id=str(row.pk), action="create", actor="import") for row in rows
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def plan(rows: "QuerySet[Memory] | QuerySet[Entity] | QuerySet[AuditEntry]") -> str:
    return rows.explain()


def walks_an_index(text: str) -> bool:
    if connection.vendor == "postgresql":
        return "Index" in text and "Sort" not in text and "Seq Scan on memor" not in text
    return "USING" in text and "TEMP B-TREE FOR ORDER BY" not in text and "SCAN memories\n" not in text


@pytest.mark.usefixtures("many")
def test_the_triage_queue() -> None:
    boss = make.person(Role.ADMIN)
    assert walks_an_index(plan(triage.queue("memory", boss)[:50]))
    assert walks_an_index(plan(triage.queue("memory", boss, project_id=make.project().pk)[:50]))


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    "order", [("created_at", "pk"), ("-created_at", "-pk"), ("updated_at", "pk"), ("-updated_at", "-pk")]
)
def test_lists_by_time(order: tuple[str, str]) -> None:
    rows = permissions.for_principal(Memory.objects.all(), make.person(Role.ADMIN))
    assert walks_an_index(plan(rows.order_by(*order)[:50]))
    if "created" in order[0]:
        assert walks_an_index(plan(rows.filter(status="active").order_by(*order)[:50]))


@pytest.mark.usefixtures("many")
def test_the_history_of_a_record_and_of_a_request() -> None:
    row = Memory.objects.first()
    assert row is not None
    assert "audit_record" in plan(history.of_record("memory", row.pk)[:20])
    assert "audit_request" in plan(AuditEntry.objects.filter(request_id="abc"))


@pytest.mark.usefixtures("many")
def test_the_look_up_of_a_twin() -> None:
    kind = kinds.named("memory")
    row = Memory.objects.first()
    assert row is not None
    twin = Memory.objects.filter(dedupe_key=row.dedupe_key, status__in=["candidate", "active"])
    assert "memories_dedupe" in plan(twin) or "memories_live_unique" in plan(twin)
    assert kind.find_twin(row) is None
