"""How well search finds, through the REST API of a real server.

    .venv/bin/python -m tests.benchmarks.retrieval [run] [--data FOLDER] [--only chunks,cranfield,dialogues,sample]
                                                   [--semantic] [--no-rerank]
    .venv/bin/python -m tests.benchmarks.retrieval fit      # prints memories/search/fitted.py anew

On SQLite, or on PostgreSQL where DATABASE_URL says so. FOLDER holds chunking_eval/ and cranfield/; what is not there is
left out and said so.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import atocore_site  # noqa: F401 - puts the current SQLite in place
from tests.benchmarks.retrieval import metrics, sets
from tests.benchmarks.retrieval.baseline import Plain
from tests.benchmarks.retrieval.own import load
from tests.live import ROOT, LiveApp, installation
from tests.wire import Wire

AT_ONCE = 500
MOST = 40


def main() -> None:
    """Run or fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("run", "fit"), default="run")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "retrieval")
    parser.add_argument("--only", default="chunks,cranfield,dialogues,sample")
    parser.add_argument("--semantic", action="store_true", help="with the semantic extra")
    parser.add_argument("--no-rerank", action="store_true", help="without the fitted order")
    options = parser.parse_args()
    if options.what == "fit":
        from tests.benchmarks.retrieval import fit

        fit.main()
        return
    settings = {
        "ATOCORE_API_RATE": "0",
        "ATOCORE_SEMANTIC": "on" if options.semantic else "off",
        "ATOCORE_RERANK": "off" if options.no_rerank else "on",
    }
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), **settings) as app:
        sample_ids = _load_sample(app) if "sample" in options.only else {}
        app.start()
        token = app.create_token("retrieval", "maintainer")
        with Wire(app.base_url, token, seconds=600) as client:
            for collection in _collections(options, sample_ids):
                _measure(client, collection)


def _collections(options: argparse.Namespace, sample_ids: dict[str, str]) -> Iterator[sets.Collection]:
    for name, read in (("chunks", sets.chunks), ("cranfield", sets.cranfield)):
        if name in options.only and options.data.is_dir():
            yield read(options.data)
        elif name in options.only:
            print(f"{name}: left out, {options.data.name} is not there (--data)")
    if "dialogues" in options.only:
        yield from map(sets.dialogue, load.dialogues())
        yield sets.pooled()
    if "sample" in options.only:
        yield sets.sample(sample_ids)


def _load_sample(app: LiveApp) -> dict[str, str]:
    """Load the sample at the moment its questions are asked for; return the row of each possible gold."""
    program = (
        "import json, atocore_site, django; django.setup();"
        "from engineering.sample.loader import load; from tests.benchmarks.retrieval.own import load as own;"
        "rows = own.rows(load(own.MOMENT).ids); print(json.dumps({name: str(pk) for name, pk in rows.items()}))"
    )
    environment = app.environment | {"DJANGO_SETTINGS_MODULE": "atocore_site.settings"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measure(client: Wire, collection: sets.Collection) -> None:
    began = time.perf_counter()
    units = _send(client, collection)
    sent = time.perf_counter() - began
    plain = Plain({name: unit["text"] for name, unit in units.items()}) if units else None
    ours, theirs = metrics.Tally(), metrics.Tally()
    groups: dict[str, metrics.Tally] = {}
    for question in collection.questions:
        gold = question.gold or _overlapping(units, question)
        start = time.perf_counter()
        found = _ask(client, collection, question.text)
        spent = time.perf_counter() - start
        more = _covered(units, question, found)
        for tally in (ours, groups.setdefault(question.group, metrics.Tally())):
            tally.add(found, gold, spent, **more)
        if plain:
            start = time.perf_counter()
            found = plain.find(question.text, MOST)
            theirs.add(found, gold, time.perf_counter() - start, **_covered(units, question, found))
    print(f"\n{collection.name}: {len(units) or 'the sample’s'} units, sent in {sent:.1f} s")
    if plain:
        print(f"  {'plain bm25':<22}{theirs.line()}")
    print(f"  {'search':<22}{ours.line()}")
    if collection.name in ("pooled", "sample", "chunks"):
        for name, tally in sorted(groups.items()):
            print(f"    {name:<20}{tally.line()}")


Units = dict[str, dict[str, Any]]


def _send(client: Wire, collection: sets.Collection) -> Units:
    """Register the project and bring its units in; return them by name."""
    if not collection.memories and not collection.documents:
        return {}
    _expect(client.post("/api/v1/projects", {"name": collection.name}))
    for start in range(0, len(collection.memories), AT_ONCE):
        items = [{**item, "project": collection.name} for item in collection.memories[start : start + AT_ONCE]]
        answer = _expect(client.post("/api/v1/memories/bulk", {"items": items}))
        if refused := [one for one in answer["results"] if one["outcome"] == "refused"]:
            raise SystemExit(f"{collection.name}: {refused[0]}")
    units: Units = {item["external_ref"]: {"text": item["content"]} for item in collection.memories}
    for path, text in collection.documents.items():
        body = {"file_path": f"{path}.md", "text": text, "project": collection.name}
        document = _expect(client.post("/api/v1/documents", body))
        for chunk in _pages(client, f"/api/v1/documents/{document['id']}/chunks?limit=200"):
            units[chunk["id"]] = {"text": chunk["content"], "document": path, "span": tuple(chunk["span"])}
    return units


def _expect(reply: Any) -> Any:
    if reply.status >= 300:
        raise SystemExit(f"{reply.status} {reply.content[:2000]!r}")
    return reply.json


def _pages(client: Wire, address: str | None) -> Iterator[Any]:
    while address:
        answer = _expect(client.get(address))
        yield from answer["results"]
        address = answer["next"]


def _ask(client: Wire, collection: sets.Collection, text: str) -> list[str]:
    narrowed = {"kinds": collection.kinds} if collection.kinds else {}
    narrowed |= {"project": collection.name} if collection.memories or collection.documents else {}
    answer = _expect(client.get("/api/v1/search?" + urlencode({"q": text, "limit": MOST, **narrowed})))
    return [hit["external_ref"] if collection.memories else hit["id"] for hit in answer["results"]]


def _overlapping(units: Units, question: sets.Question) -> tuple[str, ...]:
    return tuple(
        name
        for name, unit in units.items()
        if unit["document"] == question.document
        and any(unit["span"][0] < high and low < unit["span"][1] for low, high in question.spans)
    )


def _covered(units: Units, question: sets.Question, found: list[str]) -> dict[str, float]:
    if not question.spans:
        return {}
    spans = [units[name]["span"] if units[name]["document"] == question.document else None for name in found]
    return {f"covered@{most}": metrics.covered(spans, question.spans, most) for most in metrics.COVERED}


if __name__ == "__main__":
    main()
