"""The verbs on points of a project's history: naming a baseline, and saying how far one has reviewed."""

import re

from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.errors import Duplicate, Invalid
from memories.models import AuditEntry, Baseline, Project, ReviewMark
from memories.queries import moments
from memories.services._write import Batch, quiet_log, serialise
from memories.services.lifecycle import clean_note
from memories.text import clean_text

_NAME = re.compile(r"[^\W_][^/\\?#]*")


def name_baseline(project: Project, name: str, *, actor: Actor, at: str = "", note: str = "") -> Baseline:
    """Give a moment of a project a name. A baseline is never changed.

    Args:
        project: whose moment.
        name: unique in the project, in any case; no time and no number, so that `as_of` can take either.
        actor: a reviewer.
        at: a time, or the number of an audit row; "" for now.
        note: what it stands for.

    Raises:
        Duplicate: the project has a baseline of that name.
        Invalid: name or moment are no good.
    """
    permissions.require(actor, Role.REVIEWER, project.pk)
    word, words = _clean_name(name), clean_note(note)
    chosen = moments.moment_of(at, pointer="/at") if at.strip() else None
    with Batch(actor) as batch:
        quiet_log()
        serialise(f"baselines of {project.pk}")
        if moments.baselines(project.pk).filter(name__iexact=word).exists():
            raise Duplicate(f"{project.name} has a baseline “{word}” already; a baseline is never moved.", name=word)
        newest = AuditEntry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
        made = Baseline(
            project=project,
            name=word,
            at=chosen.at if chosen else batch.at,
            seq=chosen.seq if chosen and chosen.seq else newest,
            note=words,
            created_by=actor.label,
            created_at=batch.at,
        )
        made.save(force_insert=True)
        batch.log(made, "name", kind_name="baseline", note=words)
    return made


def _clean_name(name: str) -> str:
    word = clean_text(name, "name", most=80, single=True).strip()
    if word.casefold() == moments.NOW or word.isdigit() or moments.time_of(word) or not _NAME.fullmatch(word):
        raise Invalid.field(
            "name",
            "A baseline begins with a letter or digit, has no slash, and is neither a number, a time nor “now”.",
            "bad_name",
        )
    return word


def mark_reviewed(project: Project, *, actor: Actor, seq: int | None = None) -> ReviewMark:
    """Say that the actor has reviewed the changes of a project up to a row of the log. The mark may go back, too.

    Args:
        project: whose changes.
        actor: a reader; it is their own mark.
        seq: the last row that was reviewed, 0 for none; None for the newest there is.

    Raises:
        Invalid: the log has no such row.
    """
    permissions.require(actor, Role.READER, project.pk)
    newest = AuditEntry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    if seq is not None and not 0 <= seq <= newest:
        raise Invalid.field("seq", f"The audit log has rows 1 to {newest}; 0 forgets what was reviewed.", "no_such_row")
    with Batch(actor) as batch:
        serialise(f"review of {project.pk} by {actor.label}")
        mark, _ = ReviewMark.objects.get_or_create(project=project, reviewer=actor.label)
        before, mark.seq, mark.moved_at = mark.seq, newest if seq is None else seq, batch.at
        mark.save()
        batch.log(mark, "review", kind_name="review_mark", before={"seq": before})
    return mark
