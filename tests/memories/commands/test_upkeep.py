"""What mends an installation: triggers that a table rebuild dropped, an index that missed changes."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from memories.checks import POSTGRES_TRIGGERS, SQLITE_TRIGGERS, guards_in_place, missing_triggers
from memories.models import IndexRow, Memory
from memories.queries import triage
from memories.services import edit
from tests import factories

pytestmark = pytest.mark.django_db


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _drop(name: str) -> None:
    _run(f"DROP TRIGGER {name} ON memory_audit" if connection.vendor == "postgresql" else f"DROP TRIGGER {name}")


@pytest.mark.parametrize("number", range(6))
def test_a_missing_trigger_is_reported_and_made_again(number: int) -> None:
    names = sorted(SQLITE_TRIGGERS if connection.vendor == "sqlite" else POSTGRES_TRIGGERS)
    name = names[number % len(names)]
    _drop(name)
    [fault] = guards_in_place(databases=["default"])
    assert name in fault.msg
    assert "restore_guards" in str(fault.hint)
    call_command("restore_guards", stderr=StringIO())
    assert not missing_triggers()


def test_all_of_them_are_made_again_and_refuse() -> None:
    factories.memory()
    for name in SQLITE_TRIGGERS if connection.vendor == "sqlite" else POSTGRES_TRIGGERS:
        _drop(name)
    said = StringIO()
    call_command("restore_guards", stderr=said)
    assert "Made again" in said.getvalue()
    for sql in ("DELETE FROM memory_audit", "UPDATE memory_audit SET note = 'x'"):
        with pytest.raises(DatabaseError), transaction.atomic():
            _run(sql)
    call_command("restore_guards", stderr=said)
    assert "Every trigger is in place" in said.getvalue()


@pytest.mark.needs_postgres
def test_a_disabled_trigger_counts_as_missing() -> None:
    _run("ALTER TABLE memory_audit DISABLE TRIGGER memory_audit_append_only")
    call_command("restore_guards", stderr=StringIO())
    assert not missing_triggers()


def test_reindex_finds_again_what_the_index_had_lost() -> None:
    kept = factories.memory("The cryostat window is fused silica.", active=True)
    factories.entity("Cryostat")
    asked = factories.memory("The cryostat window is fused quartz.")
    IndexRow.objects.all().delete()
    assert not triage.similar(asked, factories.person())
    said, out = StringIO(), StringIO()
    call_command("reindex", "--json", stdout=out, stderr=said)
    assert json.loads(out.getvalue()) == {"indexed": {"memories": 2, "entities": 1, "documents": 0}}
    assert [alike.row for alike in triage.similar(asked, factories.person())] == [kept]


@pytest.mark.needs_sqlite
def test_reindex_mends_an_index_that_missed_changes() -> None:
    row = factories.memory("The grating has 600 lines.", active=True)
    asked = factories.memory("The echelle has 79 lines on its grating.")
    _drop("search_rows_au")
    edit.update(Memory.objects.get(pk=row.pk), {"content": "An echelle with 79 lines."}, actor=factories.person())
    call_command("restore_guards", stderr=StringIO())
    call_command("reindex", stderr=StringIO())
    assert [alike.row for alike in triage.similar(asked, factories.person())] == [row]
    _run("INSERT INTO search_fts(search_fts, rank) VALUES ('integrity-check', 1)")
