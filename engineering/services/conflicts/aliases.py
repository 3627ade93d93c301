"""Value aliases: two texts that mean one value. A change of them re-checks what it may decide."""

from django.db import IntegrityError, transaction

from engineering.models import ConflictMember, ValueAlias
from engineering.services.conflicts.scan import detect
from engineering.services.conflicts.settle import program
from engineering.services.conflicts.touched import check
from memories import permissions
from memories.actors import Actor
from memories.choices import ConflictStatus, Role
from memories.errors import Duplicate, Invalid
from memories.models import Project
from memories.services._write import Batch
from memories.text import clean_text, normalise


def add_alias(text: str, stands_for: str, *, actor: Actor, project: Project | None = None) -> ValueAlias:
    """Let a text stand for another wherever values are compared; open conflicts that this settles close themselves.

    Args:
        text: what is written ("SS304").
        stands_for: what it means ("AISI 304").
        actor: a maintainer of the project, or of all.
        project: where it holds; None for everywhere.

    Raises:
        Invalid: both are the same text, or the second already stands for the first.
        Duplicate: the text stands for something already.
    """
    permissions.require(actor, Role.MAINTAINER, project.pk if project else None)
    one, other = (normalise(clean_text(value, name, most=200, single=True)) for value, name in _named(text, stands_for))
    if one == other:
        raise Invalid.field("stands_for", "The two texts are compared as one already.", "same")
    with Batch(actor) as batch:
        row = ValueAlias(project=project, text=one, stands_for=other, created_by=actor.label, created_at=batch.at)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Duplicate(f"“{one}” stands for something already.") from None
        batch.log(row, "create", kind_name="value_alias")
        open_rows = ConflictMember.objects.filter(conflict__status=ConflictStatus.OPEN, left_at__isnull=True)
        if project:
            open_rows = open_rows.filter(conflict__project=project)
        ids = {
            pk
            for pk, value in open_rows.values_list("conflict_id", "value_snapshot")
            if normalise(value) in (one, other)
        }
        with Batch(program(actor, batch.at)) as writing:
            check(writing, ids)
    return row


def remove_alias(row: ValueAlias, *, actor: Actor) -> ValueAlias:
    """Take an alias back, and scan its project (or everything) for what disagrees without it."""
    permissions.require(actor, Role.MAINTAINER, row.project_id)
    with Batch(actor) as batch:
        row.removed_at = batch.at
        row.save(update_fields=["removed_at"])
        batch.log(row, "remove", kind_name="value_alias", before={"removed_at": None})
        detect(row.project, actor=actor)
    return row


def _named(text: str, stands_for: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (text, "text"), (stands_for, "stands_for")
