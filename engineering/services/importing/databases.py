"""An older AtoCore database becomes records here: ids, times, statuses and history kept, one `import` audit row each.

One transaction over all tables. A row that is here already is never written again: running twice changes nothing.
"""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from engineering.importers.legacy.reading import Reading, Taken, read
from engineering.importers.legacy.source import TABLES, Source
from engineering.importers.records import Finding, Place
from engineering.services.importing.desk import Gate, Verdict
from engineering.services.importing.outcome import Outcome, Say, silent
from engineering.services.importing.tables import WRITERS, World
from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.errors import DomainError
from memories.models import ProjectAlias
from memories.queries import projects
from memories.services import projects as project_verbs
from memories.services._write import Batch, serialise


def import_database(
    source: Source,
    shown: str,
    *,
    actor: Actor,
    default_project: str | None = None,
    dry_run: bool = False,
    say: Say = silent,
) -> Outcome:
    """Take everything an older database holds.

    Args:
        source: the open database.
        shown: how findings name it.
        actor: an administrator; stands in every `import` audit row.
        default_project: project of rows older than the project column.
        dry_run: do everything and take it back.
        say: told how far it is.

    Raises:
        UnknownProject: neither database has the default project.
    """
    permissions.require(actor, Role.ADMIN, None)
    with transaction.atomic():
        with Batch(actor) as batch:
            serialise("import database")
            reading = read(source, shown, _names(), default_project, batch.at)
            outcome = _Import(World(batch), reading, shown).run(say)
        outcome.dry_run = dry_run
        transaction.set_rollback(dry_run)
    return outcome
