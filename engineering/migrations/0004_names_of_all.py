"""Rows of every status stand in the index of names, so that a decision writes nothing there; and who replaced whom is
found by an index that holds only what was replaced."""

from typing import Any

from django.db import migrations, models

from engineering.slots import sentences
from memories.text import normalise

_AT_ONCE = 1_000
_LENGTH = 400


def index_names(apps: Any, schema_editor: Any) -> None:
    """Enter the names of entities, and the subjects of memories that claim a property, which are not active."""
    subject = apps.get_model("engineering", "SlotSubject")
    names: set[tuple[Any, Any, str, str]] = set()
    entities = apps.get_model("engineering", "Entity").objects.exclude(status="active")
    for pk, project, *texts in entities.values_list("pk", "project_id", "name", "external_ref").iterator():
        names |= {(pk, project, normalise(text)[:_LENGTH], "entity") for text in texts if text}
    remembered = apps.get_model("memories", "Memory").objects.exclude(status="active").filter(project__isnull=False)
    for pk, project, content in remembered.values_list("pk", "project_id", "content").iterator():
        if said := sentences.said(content):
            names.add((pk, project, said.subject[:_LENGTH], "memory"))
    rows = [subject(member_id=pk, project_id=project, name=name, member_kind=kind) for pk, project, name, kind in names]
    subject.objects.bulk_create(rows, batch_size=_AT_ONCE, ignore_conflicts=True)


def keep_names(apps: Any, schema_editor: Any) -> None:
    """Nothing: more names than there were before do no harm."""


class Migration(migrations.Migration):
    dependencies = [("engineering", "0003_audit_other_project")]

    operations = [
        migrations.AddIndex(
            model_name="entity",
            index=models.Index(
                condition=models.Q(("superseded_by__isnull", False)), fields=["superseded_by"], name="entities_replaced"
            ),
        ),
        migrations.RunPython(index_names, keep_names, elidable=False),
    ]
