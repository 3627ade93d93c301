"""Verification: the matrix of requirement x method x evidence x verdict (Q-101), and coverage (Q-105)."""

from collections import Counter
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KT

from engineering.queries.claims import Case, Proof, case
from engineering.queries.cover import COVERED, SATISFIED, Cover, cover, waiting_for_requirements
from engineering.queries.envelope import Answer, Item, Limits, Via
from engineering.queries.graph import Graph, Key, Node, ref, rows_of
from memories.actors import Actor
from memories.choices import Status
from memories.models import Project

PASSED, FAILED, EVIDENCED, OPEN = "passed", "failed", "evidenced", "open"


def verification_matrix(project: Project, actor: Actor, limits: Limits | None = None, *, verdict: str = "") -> Answer:
    """Return a row for each requirement and each piece of evidence for it, or one row where there is none (Q-101).

    Verdicts: failed where a result says so, passed where a result says that, evidenced by anything else that is
    active, open where nothing is.

    Args:
        project: whose requirements.
        actor: only what they may read counts.
        limits: the page of rows; counts are of requirements.
        verdict: only rows of requirements with this one; the counts stay whole.
    """
    graph = Graph(actor)
    rule = "Every active requirement with each result, model or document that validates, evidences or supports it."
    answer = Answer("Q-101", {"project": project.name, "verdict": verdict}, graph.at, rule)
    method = KT("properties__verification_method")
    rows = graph.active.filter(project=project, entity_type="requirement").order_by()
    demands = sorted(
        rows_of(rows.values_list("id", "name", "external_ref", method)),
        key=lambda row: (row[2] or "", row[1].casefold(), str(row[0])),
    )
    found = case(graph, project, "requirement")
    wanted = {row[0] for row in demands}
    nodes = graph.nodes({proof.evidence for key in wanted for proof in _proofs(found, key)})
    verdicts: Counter[str] = Counter()
    for row in demands:
        proofs = _proofs(found, row[0])
        said = _verdict(proofs, nodes)
        verdicts[said] += 1
        if verdict in ("", said):
            answer.items += [_row(row, proof, nodes, said) for proof in proofs] or [_row(row, None, nodes, said)]
    answer.counts = {"requirements": len(demands), **verdicts}
    answer.wait(graph.pending(waiting_for_requirements(project)))
    return answer.page(limits or Limits())


def _proofs(found: Case, key: Key) -> list[Proof]:
    proofs = [one for one in found.proofs.get(key, ()) if one.type != "conflicts_with"]
    return sorted((one for one in proofs if one.evidence_status == Status.ACTIVE), key=lambda one: str(one.evidence))


def _verdict(proofs: list[Proof], nodes: dict[Key, Node]) -> str:
    if any(proof.failed for proof in proofs):
        return FAILED
    if any(_passed(nodes.get(proof.evidence)) for proof in proofs):
        return PASSED
    return EVIDENCED if proofs else OPEN


def _passed(node: Node | None) -> bool:
    return node is not None and node.type == "result" and node.values.get("passed") is True


def _row(row: tuple[Any, ...], proof: Proof | None, nodes: dict[Key, Node], verdict: str) -> Item:
    key, name, external, method = row
    node = nodes.get(proof.evidence) if proof else None
    evidence = {"id": ref(node.key), "type": node.type, "name": node.name} if node else None
    values = node.values if node else {}
    via = Via(ref(key), proof.type, "") if proof else None
    data = {"external_ref": external, "method": method or "", "evidence": evidence, "verdict": verdict}
    data |= {"value": values.get("value"), "passed": values.get("passed"), "date": values.get("date")}
    return Item(ref(key), "requirement", name, Status.ACTIVE, via=via, group=verdict, data=data)


def coverage(project: Project, actor: Actor, limits: Limits | None = None, *, role: str = "") -> Answer:
    """Return which shares of the requirements are satisfied and verified, by own links and through children (Q-105).

    Args:
        project: whose requirements.
        actor: only what they may read counts.
        limits: the page of the list, which is short.
        role: count also the requirements with a link of this origin_role (the name it had in the tool it came from).
    """
    graph = Graph(actor)
    rule = (
        "Shallow counts a requirement's own links; deep also counts it where every requirement derived from it counts."
    )
    answer = Answer("Q-105", {"project": project.name, "role": role}, graph.at, rule)
    satisfied = cover(graph, project)
    answer.items = shares(satisfied, verified_by(satisfied, case(graph, project, "requirement")))
    if role:
        linked = _linked(graph, role) & satisfied.names.keys()
        answer.items.append(_share("linked.shallow", len(linked), len(satisfied.names), f"a link of the role “{role}”"))
    answer.counts = {"requirements": len(satisfied.names)}
    answer.counts |= {one.id.replace(".", "_"): one.data["numerator"] for one in answer.items}
    answer.wait(graph.pending(waiting_for_requirements(project)))
    return answer.page(limits or Limits())


def verified_by(satisfied: Cover, proved: Case) -> Cover:
    """Return the same requirements, judged by their evidence instead of by what satisfies them."""
    verified = Cover(
        names=satisfied.names,
        children=satisfied.children,
        above=satisfied.above,
        others=satisfied.others,
        satisfied=proved.sound(),
        refuted=proved.refuted(),
    )
    verified.judge()
    return verified


def shares(satisfied: Cover, verified: Cover) -> list[Item]:
    """Return the shares of requirements that are satisfied and verified, shallow and deep."""
    found = []
    for word, held, means in (
        ("satisfied", satisfied, "an active satisfies from a design item"),
        ("verified", verified, "active evidence, and no failed result or contradiction"),
    ):
        tally = Counter(held.verdicts.values())
        own, through = tally[SATISFIED], tally[COVERED]
        found.append(_share(f"{word}.shallow", own, len(held.names), means))
        found.append(_share(f"{word}.deep", own + through, len(held.names), f"{means}, own or of all children"))
    return found


def unproved(satisfied: Cover, proved: Case) -> list[Key]:
    """Return the requirements that nothing active speaks for: `open` in the matrix, in its order."""
    bare = [key for key in satisfied.names if not _proofs(proved, key)]
    return sorted(bare, key=lambda key: (satisfied.names[key][1] or "", satisfied.names[key][0].casefold(), str(key)))


def _linked(graph: Graph, role: str) -> set[Key]:
    """Return what the links of a role speak about: their source; for a mere refers_to what it refers to."""
    active = Q(source_entity__status=Status.ACTIVE, target_entity__status=Status.ACTIVE)
    rows = graph.links.filter(active, origin_role=role).order_by()
    ends = rows_of(rows.values_list("relationship_type", "source_entity_id", "target_entity_id"))
    return {target if name == "refers_to" else source for name, source, target in ends}


def _share(name: str, numerator: int, denominator: int, means: str) -> Item:
    share = round(numerator / denominator, 4) if denominator else None
    data = {"numerator": numerator, "denominator": denominator, "share": share, "rule": f"Requirements with {means}."}
    return Item(name, "share", name.replace(".", ", "), Status.ACTIVE, group=name.split(".")[0], data=data)
