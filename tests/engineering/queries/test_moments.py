"""Looking back: what a query answers about a moment is what it answered at that moment.

The drawn history stands beside its answers; random histories are written through the verbs, every answer is taken
while they happen, and asked for again at the end.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engineering.api.queries_shapes import as_json
from engineering.models import Conflict, Entity, Relationship
from engineering.queries.catalogue import QUERIES, Scope
from engineering.queries.contents import contents
from engineering.queries.requirements import orphan_requirements
from engineering.queries.uses import uses
from memories.actors import Actor
from memories.choices import Role
from memories.errors import DomainError, Invalid, StrayWrite
from memories.kinds import kinds
from memories.models import AuditEntry, Interaction, Memory, SourceDocument
from memories.models._guard import writing
from memories.queries import history
from memories.queries.moments import Moment, looking_back, moment_of, partial
from memories.queries.past import live, statements, tables
from memories.services import capture, edit, lifecycle, undo
from tests import factories
from tests.engineering.queries.drawing import Drawing, groups

MODELS = (Entity, Relationship, Memory, SourceDocument, Interaction, Conflict)


def now() -> Moment:
    """The moment of the newest row of the log."""
    return Moment(timezone.now(), seq=AuditEntry.objects.latest("seq").seq)


def at(moment: Moment, ask: Callable[[], Any]) -> Any:
    """Ask at a moment."""
    with looking_back(moment):
        return ask()


def test_a_drawn_history(sheet: Drawing) -> None:
    """
    moment    what happened before it                   contents of sys         orphans
    0         sys; req1                                 -                       req1
    1         c1 part of sys                            c1                      req1
    2         c1 satisfies req1; c2 part of sys         c1, c2                  -
    3         c1 is renamed to mirror, c2 is invalid    mirror                  -
    4         the satisfies is taken back               mirror                  req1
    5         mirror is renamed to lens                 lens                    req1
    """
    sheet.put("sys")
    sheet.put("req1")
    moments = [now()]
    sheet.draw("c1 part_of sys")
    moments.append(now())
    satisfies, _ = sheet.draw("c1 satisfies req1", "c2 part_of sys")
    moments.append(now())
    edit.update(Entity.objects.get(name="c1"), {"name": "mirror"}, actor=sheet.actor)
    sheet.end("c2")
    moments.append(now())
    lifecycle.invalidate(satisfies, actor=sheet.actor)
    moments.append(now())
    edit.update(Entity.objects.get(name="mirror"), {"name": "lens"}, actor=sheet.actor)
    moments.append(now())

    def inside() -> list[str]:
        return sorted(one.name for one in sheet.ask(contents, "sys").items)

    def orphans() -> list[str]:
        return groups(sheet.about_project(orphan_requirements)).get("orphan", [])

    seen = []
    for moment in moments:
        with CaptureQueriesContext(connection) as asked, looking_back(moment):
            answer = contents(sheet.at["sys"], sheet.actor)
            seen.append(
                (
                    sorted(one.name for one in answer.items),
                    groups(orphan_requirements(sheet.project, sheet.actor)).get("orphan", []),
                )
            )
        assert answer.as_of == moment.at
        assert len([one for one in asked if (one["sql"] or "").lstrip().startswith(("SELECT", "WITH"))]) <= 2 * 8
    assert seen == [
        ([], ["req1"]),
        (["c1"], ["req1"]),
        (["c1", "c2"], []),
        (["mirror"], []),
        (["mirror"], ["req1"]),
        (["lens"], ["req1"]),
    ]
    assert (inside(), orphans()) == (["lens"], ["req1"])


class History:
    """A history as it is written: what happened so far, and every answer as it was then."""

    def __init__(self) -> None:
        self.sheet = Drawing()
        factories.project("p05", ())
        self.sheet.draw("c1 part_of sys", "c1 satisfies req1", "dec1 based_on_assumption asm1", "res1 supports claim1")
        self.readers = [self.sheet.actor, factories.person(Role.READER, on=self.sheet.project)]
        self.taken: list[tuple[Moment, Moment, dict[str, Any]]] = []

    def step(self, what: int, first: int, second: int) -> None:
        """Do one thing to some record; what the rules refuse does not happen."""
        try:
            _DEEDS[what % len(_DEEDS)](self, first, second)
        except DomainError:
            return
        self.taken.append((now(), Moment(timezone.now(), until=timezone.now()), self.answers()))

    def answers(self) -> dict[str, Any]:
        """Everything that can be asked, as plain values without the time of asking."""
        found: dict[str, Any] = {}
        for place, reader in enumerate(self.readers):
            for query in QUERIES:
                if query.id in NOT_ASKED:
                    continue
                subjects = (
                    [self.sheet.project] if query.scope is Scope.PROJECT else list(Entity.objects.order_by("pk"))[:2]
                )
                for subject in subjects:
                    answer = as_json(query.run(subject, reader))
                    answer.pop("as_of")
                    found[f"{place} {query.id} {subject.pk}"] = json.loads(json.dumps(answer))
        rows = {model.__name__: [_plain(row) for row in model._default_manager.order_by("pk")] for model in MODELS}
        return found | rows

    def row(self, number: int, model: type[Any] = Entity) -> Any:
        """Return one of the records that changed last, so that some change several times."""
        rows = list(model.objects.order_by("-updated_at", "pk")[:4])
        return rows[number % len(rows)]


#: They tell of moments or of the person who asks, not of the graph.
NOT_ASKED: tuple[str, ...] = ("Q-103", "Q-104")
#: Columns that the log does not hold, and triage alone reads.
UNLOGGED = ("triage_rank", "dedupe_key", "near_overlap", "rejected_before", "canonical_key")


def _plain(row: Any) -> dict[str, Any]:
    columns = [column.attname for column in row._meta.concrete_fields if column.name not in UNLOGGED]
    return {name: getattr(row, name) for name in columns}


def _create(past: History, first: int, second: int) -> None:
    names = ("c", "req", "dec", "asm", "res", "claim", "sub", "if", "mat")
    past.sheet.put(
        f"{names[first % len(names)]}{second}-{first}", active=bool(second % 3), properties={"mass": f"{second} kg"}
    )


def _relate(past: History, first: int, second: int) -> None:
    words = ("part_of", "satisfies", "depends_on", "supports", "based_on_assumption", "interfaces_with", "derived_from")
    factories.relationship(past.row(first), words[second % len(words)], past.row(second), active=bool(first % 4))


def _change(past: History, first: int, second: int) -> None:
    fields: tuple[dict[str, Any], ...] = (
        {"name": f"né {second}"},
        {"properties": {"passed": False, "flagged": True, "list": [1, {"a": "ü"}], "none": None}},
        {"valid_until": (timezone.now() - timedelta(days=second)).astimezone(UTC).isoformat()},
        {"valid_until": "2020-01-01T12:00:00.25+02:00"},
        {"project": "p05"},
        {"confidence": 0.1, "description": 'a "quoted" \\ line\nand another', "source_refs": ["https://example.org/a"]},
    )
    edit.update(past.row(first), fields[second % len(fields)], actor=past.sheet.actor)


def _decide(past: History, first: int, second: int) -> None:
    row = past.row(first, (Entity, Relationship)[second % 2])
    verbs = [
        verb
        for verb in ("promote", "reject", "invalidate", "supersede", "restore")
        if kinds.of(row).lifecycle.allowed(verb, row.status)
    ]
    getattr(lifecycle, verbs[second % len(verbs)])(row, actor=past.sheet.actor, note="so")


def _replace(past: History, first: int, second: int) -> None:
    lifecycle.supersede(past.row(first), by=past.row(second), actor=past.sheet.actor)


def _remember(past: History, first: int, second: int) -> None:
    heard = capture.capture(
        {"prompt": f"what of {past.row(first).pk}?", "context_pack": str(past.row(second).pk), "project": "p04"},
        actor=past.sheet.actor,
    )
    memory = factories.memory(active=bool(first % 2), source_interaction=str(heard.pk), domain_tags=["ü", "b"])
    edit.update(
        past.row(second), {"source_refs": [f"memory:{memory.pk}", f"interaction:{heard.pk}"]}, actor=past.sheet.actor
    )
    lifecycle.reinforce(memory, actor=past.sheet.actor)


def _undo(past: History, first: int, second: int) -> None:
    decisions = [one for one in AuditEntry.objects.order_by("-seq") if history.is_decision(one)]
    if decisions:
        undo.undo(decisions[first % min(3, len(decisions))], actor=past.sheet.actor)


_DEEDS = (_create, _relate, _change, _decide, _create, _relate, _change, _decide, _replace, _remember, _undo)


@pytest.mark.django_db
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 30), st.integers(0, 30)), min_size=3, max_size=6))
def test_looking_back_is_what_was_seen_then(steps: list[tuple[int, int, int]]) -> None:
    past = History()
    for step in steps:
        past.step(*step)
    for place, (by_number, by_time, then) in enumerate(past.taken):
        moment = (by_number, by_time)[place % 2]
        again = at(moment, past.answers)
        assert again.keys() == then.keys()
        for name, answer in then.items():
            assert again[name] == answer, (name, moment)


def test_a_conflict_as_it_stood(sheet: Drawing) -> None:
    """Two masses of one bracket: open, until one of them is corrected."""
    sheet.put("Bracket", properties={"mass": "5 kg"})
    factories.entity("Bracket", properties={"mass": "6 kg"})
    during = now()

    def conflicts() -> list[tuple[str, str]]:
        found = uses(sheet.at["Bracket"], sheet.actor)
        return sorted((one.name, one.status) for one in found.items if one.type == "conflict")

    then = conflicts()
    assert {status for _, status in then} == {"open"}
    edit.update(Entity.objects.get(properties__mass="6 kg"), {"properties": {"mass": "5000 g"}}, actor=sheet.actor)
    assert "resolved" in {status for _, status in conflicts()}
    with looking_back(during):
        assert conflicts() == then
        assert not Conflict.objects.exclude(resolved_at=None).exists()


def test_the_present_is_not_touched(sheet: Drawing) -> None:
    sheet.draw("c1 part_of sys")
    before = now()
    sheet.end("c1")
    with looking_back(before):
        assert Entity.objects.get(name="c1").status == "active"
        with live():
            assert Entity.objects.get(name="c1").status == "invalid"
        with pytest.raises(StrayWrite), transaction.atomic(), writing():
            Entity.objects.filter(name="c1").update(name="c2")
        with pytest.raises(StrayWrite), transaction.atomic():
            factories.entity("c3")
    assert Entity.objects.get(name="c1").status == "invalid"
    with pytest.raises(ZeroDivisionError), looking_back(before):
        1 / Entity.objects.filter(name="nothing").count()
    assert [row.name for row in at(before, lambda: list(Entity.objects.order_by("name")))] == ["c1", "sys"]


def test_what_a_moment_may_be(sheet: Drawing) -> None:
    sheet.put("sys")
    newest = now()
    assert moment_of("now") is None
    assert moment_of(str(newest.seq)) == Moment(AuditEntry.objects.latest("seq").timestamp, seq=newest.seq)
    for text in ("2026-01-01", "2026-01-01T00:00:00", "2026-01-01T01:00:00+01:00", "2026-01-01T01:00:00 01:00"):
        found = moment_of(text)
        assert found is not None
        assert found.until == found.at == datetime(2026, 1, 1, tzinfo=UTC)
    later = (timezone.now() + timedelta(minutes=1)).isoformat()
    for text, code in (
        (later, "future"),
        ("yesterday", "invalid"),
        ("2026-13-01", "invalid"),
        ("0", "no_such_row"),
        (str((newest.seq or 0) + 1), "no_such_row"),
        ("9" * 30, "no_such_row"),
        ("٣", "invalid"),
    ):
        with pytest.raises(Invalid) as refused:
            moment_of(text)
        assert (refused.value.errors[0].pointer, refused.value.errors[0].code) == ("?as_of", code)


def test_before_an_import_the_answer_is_partial(sheet: Drawing) -> None:
    """Kept history of another program is no state: the record begins with its `import` row."""
    sheet.put("c1")
    row = Entity.objects.get(name="c1")
    old = timezone.now() - timedelta(days=9)
    shared = {"entity_kind": "entity", "record_id": str(row.pk)}
    kept = AuditEntry(
        **shared, action="create", actor="api", timestamp=old, after_json={"name": "once"}, external_ref="7"
    )
    brought = AuditEntry(**shared, action="import", actor="import", project_id=sheet.project.pk)
    with writing():
        AuditEntry.objects.bulk_create([kept, brought])
    then = Moment(old + timedelta(days=1), until=old + timedelta(days=1))
    assert at(then, lambda: list(Entity.objects.all())) == []
    assert partial(then)
    assert partial(then, sheet.project.pk)
    assert not partial(then, factories.project("p05", ()).pk)
    assert not partial(now())
    assert not partial(None)


def test_the_log_is_read_by_its_indexes(sheet: Drawing) -> None:
    """Later rows by time or number, last rows by record: no scan of the log."""
    sheet.put("c1")
    _lengthen_the_log()
    table = tables()["entities"]
    last = AuditEntry.objects.latest("seq").seq
    places = ((timezone.now(), None, ("audit_time",)), (None, last, ("PRIMARY KEY", "memory_audit_pkey")))
    for until, seq, index in places:
        sql, params = statements(table, until, seq)[1]
        plan = _plan(sql[sql.index("WITH") :], params)
        assert any(word in plan for word in index), plan
        assert "audit_record" in plan, plan


def _lengthen_the_log() -> None:
    """Make it so long that PostgreSQL does not take all of it for the cheapest, and let it count."""
    rows = (AuditEntry(entity_kind="entity", record_id=f"r{n}", action="create", actor="api") for n in range(2_000))
    with writing():
        AuditEntry.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE memory_audit")


def _plan(sql: str, params: list[Any]) -> str:
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgres:  # a small table is scanned; what it could do is asked
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"{'EXPLAIN' if postgres else 'EXPLAIN QUERY PLAN'} {sql}", params)
        return "\n".join(str(row) for row in cursor.fetchall())


def test_system_actor_reads_too(sheet: Drawing) -> None:
    sheet.draw("c1 part_of sys")
    moment = now()
    sheet.end("c1")
    assert len(at(moment, lambda: contents(sheet.at["sys"], Actor.system("cron"))).items) == 1
