"""Extraction: what an exchange states is proposed as candidates, each with the words it rests on.

Looking comes first and outside of any transaction, by rule or by a model; what was found is then written in one: the
pass, its candidates and where they stand. A pass that failed is kept too, and changes nothing else.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.errors import Blocked, DomainError, Invalid
from memories.extraction import asking, rules
from memories.extraction.statements import MOST, Statement, sorts
from memories.kinds import kinds
from memories.models import ExtractionRun, Extractor, Finding, Interaction
from memories.queries import extractions
from memories.queries.repeats import Fed
from memories.services import chat, edit
from memories.services._write import Batch, serialise

logger = logging.getLogger(__name__)
_MOST_REFUSALS = 20


@dataclass(frozen=True)
class Looked:
    """What an extractor found, before anything is written.

    Attributes:
        extractor: which.
        statements: what it found, at most MOST.
        refused: what it did not take, each with its reason.
        model: the model that was asked.
        error: why it failed, "" where it did not.
    """

    extractor: str
    statements: tuple[Statement, ...] = ()
    refused: tuple[str, ...] = ()
    model: str = ""
    error: str = ""


def look(interaction: Interaction, extractor: str = Extractor.RULES, *, ask: chat.Chat | None = None) -> Looked:
    """Return what an extractor finds in an exchange, without writing anything.

    Args:
        interaction: the exchange.
        extractor: "rules", or "llm" for the model that the settings name.
        ask: another model than that.

    Raises:
        Invalid: there is no such extractor, or no model is configured.
        StrayWrite: a model would be asked inside a transaction.
    """
    texts = {"response": interaction.response, "prompt": interaction.prompt}
    if extractor == Extractor.RULES:
        found = [said for place, text in texts.items() for said in rules.find(text, place)]
        return Looked(extractor, tuple(found[:MOST]))
    if extractor != Extractor.LLM:
        raise Invalid.field("extractor", f"An extractor is {' or '.join(Extractor.values)}.", "invalid_choice")
    model = ask or chat.configured()
    if model is None:
        raise Invalid.field("extractor", "No model is configured (ATOCORE_LLM_URL, ATOCORE_LLM_MODEL).", "no_llm")
    return _ask(model, texts)


def first_look(interaction: Interaction, actor: Actor) -> Looked | None:
    """Return what the rules find in an exchange that is being captured, or None where nothing is to be proposed.

    Nothing here keeps an exchange out: a fault of an extractor becomes a pass that failed.
    """
    if settings.ATOCORE_EXTRACT_ON_CAPTURE not in ("rules", "both"):
        return None
    try:
        admit(interaction, actor=actor, extractor=Extractor.RULES)
    except DomainError:
        return None
    try:
        return look(interaction)
    except Exception:
        logger.exception("the rules failed over an exchange of %s", actor.label)
        return Looked(Extractor.RULES, error="The rules failed; the log of the server says why.")


def ask_later(interaction: Interaction, actor: Actor) -> None:
    """Have the model look through an exchange once it is kept, where the settings say so."""
    if settings.ATOCORE_EXTRACT_ON_CAPTURE in ("llm", "both") and chat.configured():
        transaction.on_commit(partial(_ask_now, interaction, actor), robust=True)


def _ask_now(interaction: Interaction, actor: Actor) -> None:
    try:
        _admit_project(interaction, Role.AGENT, actor)
        keep(interaction, look(interaction, Extractor.LLM), actor=actor)
    except DomainError as refusal:
        logger.info("no extraction from %s: %s", interaction.pk, refusal.message)


def _ask(model: chat.Chat, texts: Mapping[str, str]) -> Looked:
    try:
        answer = model.ask(asking.messages(texts, f"<<<{secrets.token_hex(16)}>>>"), asking.schema())
        judged = asking.judge(answer, texts)
    except (chat.ChatFailed, asking.NotUnderstood) as fault:
        logger.warning("extraction by %s failed: %s", model.model, fault.message)
        return Looked(Extractor.LLM, model=model.model, error=fault.message)
    cut = [
        f"the {place} beyond {most:,} characters"
        for place, most in asking.MOST_SHOWN.items()
        if len(texts[place]) > most
    ]
    return Looked(Extractor.LLM, tuple(judged.statements), (*judged.refused, *cut), model.model)


def extract(
    interaction: Interaction, *, actor: Actor, extractor: str = Extractor.RULES, looked: Looked | None = None
) -> ExtractionRun:
    """Propose what an exchange states; what was found in it before is not proposed again.

    Args:
        interaction: the exchange, as kept and as the actor sees it.
        actor: who proposes; asking a model takes a reviewer, for it costs.
        extractor: "rules" or "llm".
        looked: what `look` found already.

    Returns:
        The pass, also where it failed.

    Raises:
        Forbidden: the actor's role does not reach.
        Blocked: the exchange names a project that is not known yet; assign it first.
    """
    admit(interaction, actor=actor, extractor=extractor)
    seen = looked or look(interaction, extractor)
    return keep(interaction, seen, actor=actor)


def admit(interaction: Interaction, *, actor: Actor, extractor: str) -> None:
    """Ask whether the actor may have an exchange looked through (see `extract`)."""
    _admit_project(interaction, Role.REVIEWER if extractor == Extractor.LLM else Role.AGENT, actor)


def _admit_project(interaction: Interaction, least: Role, actor: Actor) -> None:
    permissions.require(actor, least, interaction.project_id)
    if interaction.project_id is None and interaction.project_text:
        raise Blocked(
            f"The exchange speaks of a project “{interaction.project_text}” that is not known. Assign it to one first.",
            blockers=[str(interaction.pk)],
            status="unassigned",
        )


def first_extract(interaction: Interaction, extractor: str, *, actor: Actor) -> ExtractionRun | None:
    """Look through an exchange unless that was done; None where somebody did it meanwhile.

    For commands that may run twice at once. Arguments and errors as for `extract`.
    """
    admit(interaction, actor=actor, extractor=extractor)
    if extractions.is_done(interaction, extractor):
        return None
    looked = look(interaction, extractor)
    with Batch(actor) as batch:
        serialise(f"extraction {interaction.pk}")
        if extractions.is_done(interaction, extractor):
            return None
        return keep(interaction, looked, actor=actor, within=batch)


def rehearse(interaction: Interaction, *, actor: Actor) -> ExtractionRun:
    """Return the pass that the rules would make over an exchange, and take everything back."""
    with transaction.atomic():
        run = extract(interaction, actor=actor)
        transaction.set_rollback(True)
    return run


def keep(interaction: Interaction, looked: Looked, *, actor: Actor, within: Batch | None = None) -> ExtractionRun:
    """Write what was found: the pass, its candidates, and where each statement stands. One transaction."""
    with Batch(actor, within=within) as batch:
        serialise(f"extraction {interaction.pk}")
        run = ExtractionRun(
            interaction=interaction,
            extractor=looked.extractor,
            outcome=ExtractionRun.Outcome.FAILED if looked.error else ExtractionRun.Outcome.DONE,
            llm_model=looked.model,
            found=len(looked.statements),
            error=looked.error,
            created_by=actor.label,
            created_at=batch.at,
        )
        settled = _Pass(batch, interaction, run)
        for statement in looked.statements:
            settled.take(statement)
        run.proposed = sum(finding.outcome == Finding.Outcome.PROPOSED for finding in settled.findings)
        run.refused = [*looked.refused, *settled.refused][:_MOST_REFUSALS]
        run.save(force_insert=True)
        Finding.objects.bulk_create(settled.findings)
        batch.log(run, "extract", kind_name="extraction")
    return run


@dataclass
class _Pass:
    """The statements of one pass as they are settled, one by one."""

    batch: Batch
    interaction: Interaction
    run: ExtractionRun
    findings: list[Finding] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.before = list(Finding.objects.filter(interaction=self.interaction))
        self.named = {(found.record_kind, found.record_id) for found in self.before}
        self.fed = Fed(self.interaction)
        self.repeated = extractions.repeated_texts(self.interaction)

    def take(self, said: Statement) -> None:
        """Propose a statement, unless it is no news."""
        if any(said.covers(found.place, found.start, found.end) for found in self.before):
            return
        if self.fed.holds(said.text):
            self.refused.append(f"fed by the context pack: {said.text[:80]}")
        elif known := extractions.same_as(said.text, self.repeated):
            self._find(said, Finding.Outcome.KNOWN, "memory", known)
        else:
            self._propose(said)

    def _propose(self, said: Statement) -> None:
        kind_name, fields = sorts()[said.sort].propose(said)
        try:
            row = edit.prepare(kind_name, {**fields, **_home(self.interaction, kind_name)}, actor=self.batch.actor)
            # Who was captured proposes it, whoever had it looked through; the audit row says who did.
            row.created_by = self.interaction.created_by or row.created_by
            kinds.named(kind_name).refresh(row)
            if past := extractions.not_new(row, self.interaction):
                outcome = Finding.Outcome.KNOWN if past.known else Finding.Outcome.REJECTED
                self._find(said, outcome, kind_name, past.record_id)
                return
            made = edit.insert_in(self.batch, kinds.named(kind_name), row, note=_found_by(said))
        except DomainError as refusal:
            self.refused.append(f"{refusal.message[:120]}: {said.text[:80]}")
        else:
            self._find(said, _outcome(made.created), kind_name, made.row.pk)

    def _find(self, said: Statement, outcome: str, kind_name: str, record_id: UUID) -> None:
        if (kind_name, record_id) in self.named:
            return
        self.named.add((kind_name, record_id))
        self.findings.append(
            Finding(
                run=self.run,
                interaction=self.interaction,
                outcome=outcome,
                record_kind=kind_name,
                record_id=record_id,
                place=said.place,
                start=said.start,
                end=said.end,
                rule=said.rule,
                created_at=self.batch.at,
            )
        )


def _home(interaction: Interaction, kind_name: str) -> dict[str, Any]:
    """Return the fields by which a proposal belongs to its exchange."""
    home = interaction.project.name if interaction.project else None
    if not hasattr(kinds.named(kind_name).model, "source_interaction"):
        return {"project": home, "source_refs": [f"interaction:{interaction.pk}"]}
    return {
        "project": home,
        "source_interaction": interaction.pk,
        "session_id": interaction.session_id,
        "observed_at": interaction.created_at,
    }


def _found_by(said: Statement) -> str:
    return "found by the model" if said.rule == asking.RULE else f"found by the rule “{said.rule}”"


def _outcome(created: bool) -> str:
    return Finding.Outcome.PROPOSED if created else Finding.Outcome.KNOWN
