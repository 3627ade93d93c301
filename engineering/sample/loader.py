"""Plays the sample through the ordinary verbs: programs propose, people decide, each at its own time.

Owns the translation from the files' notation to what the verbs take. It writes no row itself; what a verb refuses
stops the load, and nothing of it stays.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from engineering.sample import files
from engineering.sample.files import Record, Sample, Step
from engineering.sample.timeline import Event, events
from engineering.services import graduation
from memories.actors import Actor, Principal
from memories.choices import Role
from memories.errors import Duplicate
from memories.ids import new_id
from memories.kinds import Row
from memories.models import Interaction
from memories.queries import history, projects, records
from memories.services import capture, edit, extraction, lifecycle, undo
from memories.services import documents as document_verbs
from memories.services import projects as project_verbs

_PEOPLE = Principal(everywhere=Role.MAINTAINER)
_PROGRAMS = Principal(everywhere=Role.AGENT)
_READER = Actor.system("import")
_PLURALS = {
    "project": "projects",
    "document": "documents",
    "interaction": "interactions",
    "memory": "memories",
    "entity": "entities",
    "relationship": "relationships",
}
_PLAIN: Mapping[str, Callable[..., Any]] = {
    "promote": lifecycle.promote,
    "reject": lifecycle.reject,
    "invalidate": lifecycle.invalidate,
    "restore": lifecycle.restore,
    "annotate": lifecycle.annotate,
}


@dataclass(frozen=True)
class Loaded:
    """What a load wrote.

    Attributes:
        project: the main project's name.
        records: how many of each kind, by its plural.
        decisions: how many verbs were done on them afterwards.
        ids: the row of each record by its key in the files, that of a chunk by `document > heading`.
    """

    project: str
    records: Mapping[str, int]
    decisions: int
    ids: Mapping[str, UUID]


@transaction.atomic
def load(now: datetime | None = None) -> Loaded:
    """Load the sample.

    Args:
        now: the moment that ages count back from; the present one without it.

    Returns:
        How much was written.

    Raises:
        Duplicate: the sample's main project is there already.
        SampleError: a file says something that cannot be.
        DomainError: a verb refused.
    """
    moment = now or timezone.now()
    sample = files.read(moment)
    if projects.find(sample.main):
        raise Duplicate(f"The project {sample.main} is there already; the sample is loaded once.")
    return _Player(sample, moment).play()


class _Player:
    """One load: the ids given so far, and the request each group of records shares."""

    def __init__(self, sample: Sample, now: datetime) -> None:
        self._sample = sample
        self._now = now
        self._ids: dict[str, UUID] = {}
        self._requests: dict[str, str] = {}
        self._turns: Counter[str] = Counter()
        self._turn_of: dict[str, int] = {}

    def play(self) -> Loaded:
        """Do everything in order of time."""
        happened = events(self._sample.records.values())
        for event in happened:
            actor = self._actor(event)
            if event.step is None:
                self._ids[event.record.key] = self._write(event.record, actor)
            else:
                self._decide(event.record, event.step, actor)
        self._look_through()
        written = {plural: len(self._sample.of(kind)) for kind, plural in _PLURALS.items()}
        decisions = sum(event.step is not None for event in happened)
        return Loaded(self._sample.main, written, decisions, self._ids)

    def _look_through(self) -> None:
        """Have the rules look through the exchanges that say so. All that they state stands in the sample already."""
        actor = replace(Actor.system("cron"), clock=self._now)
        for record in self._sample.of("interaction"):
            if record.fields.get("looked_through"):
                said = Interaction.objects.select_related("project").get(pk=self._ids[record.key])
                extraction.extract(said, actor=actor)

    def _actor(self, event: Event) -> Actor:
        label = event.step.who if event.step else event.record.by
        group = event.record.group if event.step is None else ""
        request = self._requests.setdefault(group, str(new_id())) if group else str(new_id())
        way, _, name = label.partition(":")
        person = way == "user"
        actor = Actor.user(name, _PEOPLE, request) if person else Actor.agent(name, _PROGRAMS, request)
        return replace(actor, clock=self._now - event.ago)

    def _write(self, record: Record, actor: Actor) -> UUID:
        if record.kind == "project":
            text = record.fields["description"]
            made: Row = project_verbs.register(
                record.key, actor=actor, description=text, aliases=record.fields["aliases"]
            )
        elif record.kind == "document":
            made = self._bring(record, actor)
        elif record.kind == "interaction":
            made = capture.capture(self._interaction(record), actor=actor, learn=False)
        elif "graduates" in record.fields:
            memory = self._row("memory", record.fields["graduates"])
            made = graduation.propose(memory, self._entity(record), actor=actor).row
        else:
            made = edit.create(record.kind, self._fields(record), actor=actor, status=record.status).row
        return UUID(str(made.pk))

    def _bring(self, record: Record, actor: Actor) -> Row:
        text = files.text_of(record, self._now)
        fields = {"file_path": record.fields["path"], "project": record.fields["project"], "text": text}
        made = document_verbs.ingest(fields, actor=actor).row
        for chunk in made.chunks.order_by("chunk_index"):
            self._ids.setdefault(f"{record.key} > {chunk.heading_path.rpartition(' > ')[2]}", chunk.pk)
        return made

    def _decide(self, record: Record, step: Step, actor: Actor) -> None:
        row = self._row(record.kind, record.key)
        if step.verb in _PLAIN:
            _PLAIN[step.verb](row, actor=actor, note=step.note)
        elif step.verb == "supersede":
            lifecycle.supersede(row, by=self._row(record.kind, step.partner), actor=actor, note=step.note)
        elif step.verb == "merge":
            lifecycle.merge(row, self._row(record.kind, step.partner), actor=actor, note=step.note)
        elif step.verb == "update":
            edit.update(row, self._changes(step), actor=actor, note=step.note)
        elif step.verb == "undo":
            decisions = filter(history.is_decision, history.of_record(record.kind, row.pk))
            undo.undo(next(decisions), actor=actor)
        else:
            raise files.SampleError(f"{record.key}: the sample knows no verb {step.verb}")

    def _row(self, kind: str, key: str) -> Row:
        return records.get(kind, self._ids[key], _READER)

    def _fields(self, record: Record) -> dict[str, Any]:
        makers = {"memory": self._memory, "entity": self._entity, "relationship": self._relationship}
        return makers[record.kind](record)

    def _interaction(self, record: Record) -> dict[str, Any]:
        given = record.fields
        self._turn_of[record.key] = self._turns[given["session"]]
        self._turns[given["session"]] += 1
        return {
            "prompt": given["prompt"],
            "response": given["response"],
            "response_summary": given["summary"],
            "context_pack": self._with_ids(given.get("context_pack", "")),
            "memories_used": [str(self._ids[key]) for key in given.get("memories_used", ())],
            "client": given["client"],
            "session_id": given["session"],
            "project": given["project"] or "",
        }

    def _memory(self, record: Record) -> dict[str, Any]:
        given = record.fields
        values: dict[str, Any] = {
            "memory_type": given["type"],
            "content": given["content"],
            "project": given["project"],
            "confidence": given["confidence"],
            "domain_tags": given.get("tags", []),
        }
        if "from" in given:
            origin = self._sample.records[given["from"]]
            values |= {"source_interaction": self._ids[origin.key], "session_id": origin.fields["session"]}
            values |= {"position": self._turn_of[origin.key], "observed_at": self._now - origin.ago}
        if "chunk" in given:
            values["source_chunk"] = self._ids[given["chunk"]]
        if "observed" in given:
            values["observed_at"] = self._now - files.duration(given["observed"])
        if "valid_until" in given:
            values["valid_until"] = self._now + files.duration(given["valid_until"].removeprefix("+"))
        if "replaces" in given:
            values["proposed_supersedes"] = self._ids[given["replaces"]]
        return values

    def _entity(self, record: Record) -> dict[str, Any]:
        given = record.fields
        values = {
            "entity_type": given["type"],
            "name": given["name"],
            "project": given["project"],
            "description": given.get("description", ""),
            "properties": given.get("properties", {}),
            "confidence": given["confidence"],
            "source_refs": self._sources(given),
        }
        if "replaces" in given:
            values["proposed_supersedes"] = self._ids[given["replaces"]]
        return values

    def _relationship(self, record: Record) -> dict[str, Any]:
        given = record.fields
        return {
            "relationship_type": given["type"],
            "source_entity": self._ids[given["source"]],
            "target_entity": self._ids[given["target"]],
            "confidence": given.get("confidence", 0.95),
            "source_refs": self._sources(given),
        }

    def _changes(self, step: Step) -> dict[str, Any]:
        values = dict(step.values)
        if "sources" in values:
            del values["sources"]
            values["source_refs"] = self._sources(step.values)
        return values

    def _sources(self, given: Mapping[str, Any]) -> list[str]:
        return [self._source(key) for key in given.get("sources", ())]

    def _source(self, key: str) -> str:
        return key if key.startswith("doc:") else f"{self._sample.records[key].kind}:{self._ids[key]}"

    def _with_ids(self, text: str) -> str:
        for key, record_id in self._ids.items():
            text = text.replace(f"[{key}]", f"[memory:{record_id}]")
        return text
