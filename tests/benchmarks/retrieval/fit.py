"""Fit the order of memories on three of our conversations, check it on two, and print memories/search/fitted.py.

Logistic regression with a ridge (Newton's method; le Cessie and van Houwelingen 1992) on the pool of each question: one
row a memory, 1 where it is gold. Features as memories.search.features has them, so that the weights apply as they come.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.retrieval import metrics, sets
from tests.benchmarks.retrieval.own import load
from tests.live import ROOT, installation

RIDGE = 5.0


class Case(NamedTuple):
    """The pool of one question."""

    dialogue: str
    gold: tuple[str, ...]
    names: list[str]
    vectors: list[list[float]]
    hand: list[float]


def main() -> None:
    """Run `python -m tests.benchmarks.retrieval.fit` inside an installation of its own."""
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), ATOCORE_SEMANTIC="on") as app:
        environment = app.environment | {"DJANGO_SETTINGS_MODULE": "atocore_site.settings"}
        command = [sys.executable, "-m", "tests.benchmarks.retrieval.fit"]
        raise SystemExit(subprocess.run(command, env=environment, cwd=ROOT).returncode)


def inside() -> None:
    """Fill, fit, check, print."""
    import django

    django.setup()
    _fill()
    found: dict[str, list[float]] = {}
    for label, meant in (("WITH_MEANING", True), ("WITHOUT", False)):
        alone, together = _cases(pooled=False, meant=meant), _cases(pooled=True, meant=meant)
        weights = _fit([case for case in alone if case.dialogue in load.FIT])
        _tell(label, weights, alone, together)
        found[label] = weights
    print("\n# memories/search/fitted.py")
    for label, weights in found.items():
        print(f"{label} = {_rounded(weights)}")


def _rounded(weights: Sequence[float]) -> str:
    return "(" + ", ".join(f"{weight:.3f}" for weight in weights) + ")"


def _fill() -> None:
    from memories.actors import Actor
    from memories.services import projects
    from memories.services.importing import import_memories

    actor = Actor.system("import")
    for collection in (*map(sets.dialogue, load.dialogues()), sets.pooled()):
        projects.register(collection.name, actor=actor)
        items = [{**item, "project": collection.name} for item in collection.memories]
        for start in range(0, len(items), 500):
            import_memories(items[start : start + 500], actor=actor)


def _cases(*, pooled: bool, meant: bool) -> list[Case]:
    return [
        case
        for one in load.dialogue_questions()
        if (case := _case(one, "pooled" if pooled else one.dialogue.lower(), meant))
    ]


def _case(one: load.DialogueQuestion, project: str, meant: bool) -> Case | None:
    from memories.models import Memory
    from memories.queries.projects import find
    from memories.queries.search import pool_of
    from memories.search import marks
    from memories.search.features import Question, vectors
    from memories.search.ranking import order

    question, place = Question.of(one.question), find(project)
    assert place
    pool = pool_of(question, [[marks.status("active")], [marks.project(place.pk)]], 100, meant=meant)
    if not pool.rows:
        return None
    references = dict(Memory.objects.filter(project=place).values_list("pk", "external_ref"))
    names = [str(references[row.record_id]) for row in pool.rows]
    hand = {str(references[hit.row.record_id]): hit.score for hit in order(question, pool, fit=False)}
    made = vectors(question, pool.rows, pool.meanings, pool.places)
    return Case(one.dialogue, one.gold, names, made, [hand[name] for name in names])


def _fit(cases: Sequence[Case]) -> list[float]:
    import numpy

    raw = numpy.array([vector for case in cases for vector in case.vectors])
    gold = numpy.array([float(name in case.gold) for case in cases for name in case.names])
    middle, spread = raw.mean(axis=0), raw.std(axis=0) + 1e-9
    rows = numpy.c_[(raw - middle) / spread, numpy.ones(len(raw))]
    ridge = RIDGE * numpy.diag([*([1.0] * raw.shape[1]), 1e-6])
    weights: Any = numpy.zeros(rows.shape[1])
    for _ in range(30):
        chance = 1 / (1 + numpy.exp(-rows @ weights))
        slope = rows.T @ (chance - gold) + ridge @ weights
        bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + ridge
        weights = weights - numpy.linalg.solve(bend, slope)
    return [float(weight) for weight in weights[:-1] / spread]


def _tell(label: str, weights: Sequence[float], alone: Sequence[Case], together: Sequence[Case]) -> None:
    def fitted(case: Case) -> list[float]:
        return [sum(a * b for a, b in zip(weights, vector, strict=True)) for vector in case.vectors]

    print(f"\n{label}: recall@10 and nDCG@10, by hand and fitted")
    for name, chosen in (("fitted on", load.FIT), ("held out", load.CHECK)):
        for how, cases in (("each alone", alone), ("pooled", together)):
            kept = [case for case in cases if case.dialogue in chosen]
            print(f"  {name:<10} {how:<11} {_measured(kept, lambda case: case.hand)} -> {_measured(kept, fitted)}")


def _measured(cases: Sequence[Case], score: Callable[[Case], Sequence[float]]) -> str:
    tally = metrics.Tally()
    for case in cases:
        scores = dict(zip(case.names, score(case), strict=True))
        tally.add(sorted(case.names, key=lambda name: (-scores[name], name)), case.gold)
    return f"{tally.mean('recall@10'):.3f} {tally.mean('nDCG@10'):.3f}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atocore_site.settings")
    import atocore_site  # noqa: F401 - puts the current SQLite in place

    inside()
