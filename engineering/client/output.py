"""What is printed: answers on standard output, messages on standard error."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any


def say(message: str) -> None:
    """Print a message to people."""
    print(message, file=sys.stderr)


def show(answer: Mapping[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    """Print an answer: as it came, for programs, or as lines."""
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
        return
    for line in lines:
        print(line)


def hits(answer: Mapping[str, Any]) -> Iterable[str]:
    """Lines of a search."""
    for hit in answer["results"]:
        waits = "" if hit["status"] == "active" else f" ({hit['status']})"
        yield f"{hit['kind']}:{hit['id']}  {hit['type']}{waits}  {_line(hit['title'])}"
        if hit["snippet"].strip() != hit["title"].strip():
            yield f"    {_line(hit['snippet'])}"


def gaps(answer: Mapping[str, Any]) -> Iterable[str]:
    """Lines of the gaps of a project: the question, how bad, what."""
    for item in answer["items"]:
        question = item.get("data", {}).get("query", "")
        yield f"{question}  {item['group']:<18} {item['type']:<17} {_line(item['name'])}  {item['id']}"


def tree(answer: Mapping[str, Any]) -> Iterable[str]:
    """Lines of the map of a project, indented by depth, each part below its whole."""
    items = answer["items"]
    below: dict[str, list[Mapping[str, Any]]] = {}
    for item in items:
        below.setdefault((item.get("via") or {}).get("source", ""), []).append(item)
    shown: set[str] = set()
    for item in items:
        if not item.get("via") and item["id"] not in shown:
            yield from _branch(item, below, shown)
    for item in items:
        if item["id"] not in shown:
            yield _node(item, 0)


def _branch(top: Mapping[str, Any], below: Mapping[str, Any], shown: set[str]) -> Iterable[str]:
    waiting = [(top, 0)]
    while waiting:
        item, depth = waiting.pop()
        if item["id"] in shown:
            continue
        shown.add(item["id"])
        yield _node(item, depth)
        waiting.extend((one, depth + 1) for one in reversed(below.get(item["id"], [])))


def _node(item: Mapping[str, Any], depth: int) -> str:
    flags = f"  [{', '.join(map(str, item['flags']))}]" if item.get("flags") else ""
    return f"{'  ' * depth}{_line(item['name'])}  {item['type']}{flags}  {item['id']}"


def _line(text: str) -> str:
    return " ".join(text.split())
