"""Claims: those that nothing supports (Q-011).

Supported is a least fixpoint: evidence (anything that needs no support itself, but a failed result) supports what it
speaks for, and a supported claim supports further claims. Claims that only support each other stay unsupported.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Case as Choice
from django.db.models import F, Func, Q, QuerySet, TextField, Value, When

from engineering.models import Entity
from engineering.ontology import RELATIONSHIP_TYPES
from engineering.propagation import EVIDENCE
from engineering.queries.envelope import Answer, Limits, Pending
from engineering.queries.graph import Graph, Key, Node, by_name, item, key_of, ref, rows_of
from engineering.queries.rings import rings
from engineering.queries.walk import walk
from memories.actors import Actor
from memories.choices import Status
from memories.models import Project

#: What may be supported and therefore is no evidence by itself.
NEEDY = RELATIONSHIP_TYPES["supports"].targets
NONE, CANDIDATES, DEAD, CIRCULAR, CONTRADICTED, WEAK = (
    "none",
    "only_candidates",
    "only_dead",
    "only_unsupported",
    "contradicted",
    "weak",
)
#: Entities of other kinds and projects that claims may lean on.
MOST_BEHIND = 100_000
REASONS = (CONTRADICTED, NONE, DEAD, CIRCULAR, CANDIDATES, WEAK)


class Proof(NamedTuple):
    """One link from a claim to what speaks for it (or against it: `conflicts_with`)."""

    claim: Key
    type: str
    evidence: Key
    evidence_type: str
    evidence_status: str
    confidence: float
    failed: bool


@dataclass
class Case:
    """The claims of a project and their proofs."""

    proofs: dict[Key, list[Proof]] = field(default_factory=dict)
    supported: set[Key] = field(default_factory=set)

    def settle(self) -> None:
        """Find what is supported: from the evidence upwards until nothing is added."""
        leads: dict[Key, list[Key]] = {}
        level: list[Key] = []
        for claim, proofs in self.proofs.items():
            for proof in proofs:
                if proof.evidence_status != Status.ACTIVE or proof.type == "conflicts_with":
                    continue
                if proof.evidence_type in NEEDY:
                    leads.setdefault(proof.evidence, []).append(claim)
                elif not proof.failed:
                    level.append(claim)
        while level:
            claim = level.pop()
            if claim not in self.supported:
                self.supported.add(claim)
                level += leads.get(claim, ())

    def sound(self) -> set[Key]:
        """Return what is supported and not contradicted."""
        return {key for key in self.supported if not self._against(key)}

    def refuted(self) -> set[Key]:
        """Return what a failed result or a contradiction speaks against."""
        return {key for key in self.proofs if self._against(key)}

    def _against(self, claim: Key) -> bool:
        alive = (proof for proof in self.proofs.get(claim, ()) if proof.evidence_status == Status.ACTIVE)
        return any(proof.failed or proof.type == "conflicts_with" for proof in alive)

    def reason(self, claim: Key, *, waits: bool, weak: float) -> str:
        """Return why a claim counts as unsupported, or "" where it does not."""
        proofs = self.proofs.get(claim, [])
        alive = [proof for proof in proofs if proof.evidence_status == Status.ACTIVE]
        if any(proof.failed or proof.type == "conflicts_with" for proof in alive):
            return CONTRADICTED
        if claim in self.supported:
            return WEAK if self._best(alive) < weak else ""
        if alive:
            return CIRCULAR
        if any(proof.type != "conflicts_with" for proof in proofs):
            return DEAD
        return CANDIDATES if waits else NONE

    def _best(self, alive: list[Proof]) -> float:
        good = [one for one in alive if one.evidence_type not in NEEDY or one.evidence in self.supported]
        return max(proof.confidence for proof in good)


def case(graph: Graph, project: Project, kind: str = "validation_claim") -> Case:
    """Return what speaks for and against what needs support in a project. One query, three where it leans on others.

    Args:
        graph: what the actor may read.
        project: whose claims.
        kind: the entity type that is asked about (validation_claim, requirement).
    """
    return case_of(graph, project, kind, statements(graph, project, (kind,)))


def case_of(graph: Graph, project: Project, kind: str, rows: Iterable[tuple[Any, ...]]) -> Case:
    """Return the case of the entities of a type from statements; two queries where it leans on others."""
    found = Case()
    beyond: set[Key] = set()
    own = key_of(project.pk)
    for label, name, sure, claim, key, leans_on, status, home, surely, passed in rows:
        if label != kind:
            continue
        proof = Proof(claim, name, key, leans_on, status, min(sure, surely), passed == "false")
        found.proofs.setdefault(claim, []).append(proof)
        if leans_on in NEEDY and (leans_on != kind or home != own):
            beyond.add(key)
    if beyond:
        _add_beyond(graph, beyond, found)
    found.settle()
    return found


def statements(graph: Graph, project: Project, kinds: Sequence[str], *more: "QuerySet[Any, Any]") -> list[Any]:
    """Return the links that speak for or against the entities of some types, once for each such end. One query.

    Args:
        graph: what the actor may read.
        project: whose entities.
        kinds: their types.
        more: further links to read with them, in the columns of `stated`.
    """
    found: list[QuerySet[Any, Any]] = []
    for kind in kinds:
        own = Entity.objects.filter(project=project, entity_type=kind).order_by().values("pk")
        target = graph.links.filter(target_entity__in=own, relationship_type__in=("supports", "conflicts_with"))
        source = graph.links.filter(source_entity__in=own, relationship_type__in=_OF_SOURCE)
        found += [stated(target, "target", kind), stated(source, "source", kind)]
    first, *others = (*found, *more)
    return rows_of(first.union(*others, all=True))


_OF_SOURCE = ("evidenced_by", "validated_by", "conflicts_with")


def stated(rows: "QuerySet[Any]", claim: str, label: str) -> "QuerySet[Any, Any]":
    """Return links in the columns of a statement: label, type, confidence, the claim, what speaks to it.

    Args:
        rows: the links.
        claim: the end that is spoken of, "source" or "target"; the other one speaks.
        label: tells these rows from others in one union: the type of the claim.
    """
    speaks = {"source": "target_entity", "target": "source_entity"}[claim]
    # As JSON text, and of results only: SQLite reads the JSON of both sides of an AND.
    passed = Func(
        F(f"{speaks}__properties"),
        Value("passed"),
        template="(%(expressions)s)",
        arg_joiner=" -> ",
        output_field=TextField(),
    )
    said = {"label": Value(label), "passed": Choice(When(**{f"{speaks}__entity_type": "result"}, then=passed))}
    own = ("label", "relationship_type", "confidence", f"{claim}_entity_id")
    columns = (*own, *(speaks + part for part in _SPEAKS), "passed")
    found: QuerySet[Any, Any] = rows.order_by().annotate(**said).values_list(*columns)
    return found


_SPEAKS = ("_id", "__entity_type", "__status", "__project_id", "__confidence")


def _add_beyond(graph: Graph, keys: set[Key], found: Case) -> None:
    """Add what stands behind what ours lean on: claims of other projects, decisions, assumptions. Two queries."""
    behind = walk(graph, list(keys), EVIDENCE, Limits(nodes=MOST_BEHIND))
    for link in behind.links:
        claim, evidence = (link.target, link.source) if link.type == "supports" else (link.source, link.target)
        node = behind.nodes[evidence]
        failed = node.type == "result" and node.values.get("passed") is False
        proof = Proof(claim, link.type, evidence, node.type, node.status, min(link.confidence, node.confidence), failed)
        found.proofs.setdefault(claim, []).append(proof)


def unsupported_claims(project: Project, actor: Actor, limits: Limits | None = None, *, verdict: str = "") -> Answer:
    """Return the validation claims of a project that nothing sound stands behind, each with the reason (Q-011).

    Args:
        project: whose claims.
        actor: only what they may read counts.
        limits: the page of the list.
        verdict: only claims of this reason; the counts stay whole.
    """
    graph = Graph(actor)
    waiting = graph.pending(waiting_for_claims(project))
    answer = find_unsupported(graph, project, waiting)
    answer.params = {"project": project.name, "verdict": verdict}
    answer.items = [one for one in answer.items if verdict in ("", one.group)]
    answer.wait(waiting)
    return answer.page(limits or Limits())


def find_unsupported(
    graph: Graph, project: Project, waiting: list[Pending], claims: list[Node] | None = None
) -> Answer:
    """Return the whole of Q-011 without paging, by what is known to wait. Two queries, four across projects.

    Args:
        graph: what the actor may read.
        project: whose claims.
        waiting: candidates that would bear on them.
        claims: the active claims, where they were read already.
    """
    found = case(graph, project)
    if claims is None:
        claims = graph.read(graph.active.filter(project=project, entity_type="validation_claim"))
    return unsupported_of(graph, project, found, claims, waiting)


def unsupported_of(
    graph: Graph, project: Project, found: Case, claims: Sequence[Node], waiting: list[Pending]
) -> Answer:
    """Return Q-011 from the claims, their case and what waits."""
    answer = Answer("Q-011", {"project": project.name}, graph.at, _RULE)
    hopeful = {end for one in waiting if one.kind == "relationship" for end in (one.source, one.target)}
    weak = settings.ATOCORE_WEAK_BELOW
    judged = [(found.reason(one.key, waits=ref(one.key) in hopeful, weak=weak), one) for one in claims]
    for reason, claim in sorted(
        (pair for pair in judged if pair[0]), key=lambda pair: (REASONS.index(pair[0]), *by_name(pair[1]))
    ):
        answer.items.append(item(claim, group=reason, evidence=_shown(found.proofs.get(claim.key, []))))
    answer.cycles = _rings(found)
    reasons = Counter(one.group for one in answer.items)
    answer.counts = {"claims": len(claims), "unsupported": len(answer.items), **reasons}
    return answer


_RULE = (
    "An active claim is supported by an active, not failed result or other evidence, or by a claim that is supported "
    "itself; claims that only support each other are not."
)


def _shown(proofs: list[Proof]) -> list[dict[str, Any]]:
    ordered = sorted(proofs, key=lambda proof: (proof.type, str(proof.evidence)))
    return [
        {"id": ref(one.evidence), "type": one.evidence_type, "status": one.evidence_status, "link": one.type}
        | ({"passed": False} if one.failed else {})
        for one in ordered
        if one.evidence_status != Status.CANDIDATE
    ]


def _rings(found: Case) -> list[list[str]]:
    leans = [
        (claim, proof.evidence)
        for claim, proofs in found.proofs.items()
        for proof in proofs
        if proof.type != "conflicts_with" and proof.evidence_type in NEEDY and proof.evidence_status == Status.ACTIVE
    ]
    return [[ref(key) for key in ring] for ring in rings(leans)]


def waiting_for_claims(project: Project) -> Q:
    """Return the condition for candidates that would speak for a claim of a project."""
    supports = Q(relationship_type="supports", target_entity__project=project)
    supports &= Q(target_entity__entity_type="validation_claim")
    proves = Q(relationship_type__in=("evidenced_by", "validated_by"), source_entity__project=project)
    return supports | (proves & Q(source_entity__entity_type="validation_claim"))
