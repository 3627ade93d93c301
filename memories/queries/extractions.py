"""What was learnt from which exchange: passes, findings and their places; and whether a statement is news."""

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from memories import permissions
from memories.actors import Actor
from memories.choices import LIVE, Status
from memories.kinds import Row, kinds
from memories.models import ExtractionRun, Finding, Interaction, Reinforcement
from memories.queries.keys import holders
from memories.text import overlap, terms

#: From this share of common words on, a statement only says again what an answer was counted for repeating.
SAME = 0.8

Texts = list[tuple[UUID, frozenset[str]]]


def runs_of(interaction: Interaction, actor: Actor) -> QuerySet[ExtractionRun]:
    """Return the passes over an exchange, the newest first, as far as the actor may see."""
    rows = ExtractionRun.objects.filter(interaction=interaction)
    return permissions.for_principal(rows, actor).order_by("-created_at", "-pk")


def findings_of(interaction: Interaction, actor: Actor) -> QuerySet[Finding]:
    """Return what was found in an exchange, in the order of its text, as far as the actor may see."""
    rows = Finding.objects.filter(interaction=interaction).select_related("run")
    return permissions.for_principal(rows, actor).order_by("-place", "start", "pk")


def places_of(kind_name: str, record_ids: Collection[UUID]) -> dict[UUID, list[Finding]]:
    """Return where some records were found, the first place first; one query."""
    found: dict[UUID, list[Finding]] = {}
    if not record_ids:
        return found
    for finding in Finding.objects.filter(record_kind=kind_name, record_id__in=record_ids).order_by("created_at", "pk"):
        found.setdefault(finding.record_id, []).append(finding)
    return found


def pending(extractor: str) -> QuerySet[Interaction]:
    """Return the exchanges that an extractor has not looked through yet, the oldest first.

    What speaks of an unknown project waits until somebody assigns it.
    """
    done = ExtractionRun.objects.filter(extractor=extractor, outcome=ExtractionRun.Outcome.DONE)
    waiting = Interaction.objects.exclude(project__isnull=True, project_text__gt="")
    return waiting.exclude(pk__in=done.values("interaction")).order_by("created_at", "pk")


def is_done(interaction: Interaction, extractor: str) -> bool:
    """Tell whether an extractor has looked through an exchange."""
    done = ExtractionRun.objects.filter(interaction=interaction, extractor=extractor)
    return done.filter(outcome=ExtractionRun.Outcome.DONE).exists()


def repeated_texts(interaction: Interaction) -> Texts:
    """Return the memories that an exchange was counted for repeating, each with its terms."""
    rows = Reinforcement.objects.filter(interaction=interaction).values_list("memory_id", "memory__content")
    return [(pk, terms(content)) for pk, content in rows]


def same_as(text: str, repeated: Texts) -> UUID | None:
    """Return the memory that a statement only says again, or None."""
    words = terms(text)
    return next((pk for pk, others in repeated if overlap(words, others) >= SAME), None)


class Past(NamedTuple):
    """A dead record of the same content; `known` where it lives on as an entity."""

    record_id: UUID
    known: bool


def not_new(row: Row, interaction: Interaction) -> Past | None:
    """Return the dead record that keeps a proposal from coming back, or None where nothing does.

    What was turned down comes back only with new evidence: from a session in which nobody had said it.

    Args:
        row: the proposal, its derived columns filled in, unsaved.
        interaction: the exchange that states it.
    """
    kind = kinds.of(row)
    held = [(pk, status) for pk, status in holders(kind.model, row.dedupe_key) if pk != row.pk]
    if any(status in LIVE for _, status in held):
        return None  # the write path answers the live one
    for pk, status in held:
        if status == Status.GRADUATED:
            return Past(pk, known=True)
    heard = _evidence(kind.name, kind.model, [pk for pk, _ in held])
    return Past(held[0][0], known=False) if _session(interaction.session_id, interaction.created_by) in heard else None


def _evidence(kind_name: str, model: Any, record_ids: list[UUID]) -> set[str]:
    """Return the sessions in which some records were said; for those of no exchange, that of who proposed them."""
    if not record_ids:
        return set()
    rows = model._base_manager.filter(pk__in=record_ids)
    heard = {_session("", by) for by in rows.values_list("created_by", flat=True)}
    found = Finding.objects.filter(record_kind=kind_name, record_id__in=record_ids)
    heard |= {_session(*pair) for pair in found.values_list("interaction__session_id", "interaction__created_by")}
    if hasattr(model, "source_interaction"):
        named = rows.filter(source_interaction__isnull=False)
        heard |= {
            _session(*pair)
            for pair in named.values_list("source_interaction__session_id", "source_interaction__created_by")
        }
    return heard


def _session(session_id: str, principal: str) -> str:
    return session_id or f"of {principal}"
