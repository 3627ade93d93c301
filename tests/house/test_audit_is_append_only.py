"""The audit log refuses to be changed by any way there is, on both databases, and a check notices lost triggers."""

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, connection, transaction

from memories.checks import missing_triggers
from memories.errors import StrayWrite
from memories.models import AuditEntry, Memory
from memories.models._guard import writing
from tests import factories as make

pytestmark = pytest.mark.django_db

_COPIED = "title, status, project_name, before_json, after_json, note, timestamp, request_id, decision_id, external_ref"
INSERT = f"(seq, entity_kind, record_id, action, actor, {_COPIED})"
VALUES = f"SELECT seq, entity_kind, record_id, action, 'mallory', {_COPIED} FROM memory_audit LIMIT 1"
ANY_DATABASE = [
    "UPDATE memory_audit SET actor = 'mallory'",
    "UPDATE memory_audit SET note = note",
    "DELETE FROM memory_audit",
    "DELETE FROM memory_audit WHERE seq = (SELECT max(seq) FROM memory_audit)",
    f"INSERT INTO memory_audit {INSERT} {VALUES}",
]
SQLITE = [
    f"INSERT OR REPLACE INTO memory_audit {INSERT} {VALUES}",
    f"REPLACE INTO memory_audit {INSERT} {VALUES}",
    f"INSERT INTO memory_audit {INSERT} {VALUES} ON CONFLICT (seq) DO UPDATE SET actor = 'mallory'",
    "UPDATE OR REPLACE memory_audit SET seq = seq + 1",
]
POSTGRES = [
    "TRUNCATE memory_audit",
    "TRUNCATE memory_audit CASCADE",
    f"INSERT INTO memory_audit {INSERT} {VALUES} ON CONFLICT (seq) DO UPDATE SET actor = 'mallory'",
]


def refused(statement: str) -> None:
    make.memory()
    before = list(AuditEntry.objects.order_by("seq").values_list())
    sql = statement.replace("FROM memory_audit LIMIT 1", "FROM memory_audit WHERE TRUE LIMIT 1")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert list(AuditEntry.objects.order_by("seq").values_list()) == before


@pytest.mark.parametrize("statement", ANY_DATABASE)
def test_raw_sql(statement: str) -> None:
    refused(statement)


@pytest.mark.needs_sqlite
@pytest.mark.parametrize("statement", SQLITE)
def test_raw_sql_of_sqlite(statement: str) -> None:
    refused(statement)


@pytest.mark.needs_postgres
@pytest.mark.parametrize("statement", POSTGRES)
def test_raw_sql_of_postgres(statement: str) -> None:
    refused(statement)


def test_the_orm_even_inside_the_write_path() -> None:
    make.memory()
    entry = AuditEntry.objects.latest("seq")
    with writing():
        for attempt in (
            lambda: AuditEntry.objects.update(note="x"),
            lambda: AuditEntry.objects.all().delete(),
            lambda: AuditEntry.objects.bulk_update([entry], ["note"]),
            lambda: AuditEntry.objects.bulk_create([entry], ignore_conflicts=True),
            entry.delete,
            entry.save,
        ):
            with pytest.raises(StrayWrite):
                attempt()


def test_guarded_rows_outside_the_write_path() -> None:
    row = make.memory()
    for attempt in (
        lambda: Memory.objects.filter(pk=row.pk).update(status="active"),
        lambda: Memory.objects.filter(pk=row.pk).delete(),
        lambda: Memory.objects.create(memory_type="knowledge", content="x"),
        lambda: Memory.objects.get_or_create(memory_type="knowledge", content="x"),
        lambda: Memory.objects.bulk_create([Memory(memory_type="knowledge", content="x")]),
        lambda: Memory._base_manager.filter(pk=row.pk)._raw_delete(None),
        row.save,
        row.delete,
    ):
        with pytest.raises(StrayWrite):
            attempt()
    assert row.fresh().status == "candidate"


def test_lost_triggers_are_noticed() -> None:
    assert not missing_triggers()
    statement = (
        "DROP TRIGGER memory_audit_no_update"
        if connection.vendor == "sqlite"
        else "DROP TRIGGER memory_audit_append_only ON memory_audit"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert "atocore.E001" in [message.id for message in run_checks(databases=["default"])]
