"""The commands that ask and propose: one request each, and the lines that a person reads."""

import re
from argparse import Namespace
from typing import Any

from engineering.client import output, rest
from engineering.client.config import Config, WrongUse

_ID = re.compile(r"(?:entity:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.I)


class Unknown(Exception):
    """No record, or more than one, is what was named."""


def context(config: Config, options: Namespace) -> None:
    """Print the context pack of a prompt."""
    body = {"prompt": " ".join(options.prompt), **_given(project=config.project, budget_tokens=options.tokens)}
    answer = rest.post(config, "context", body)
    output.show(answer, [answer["text"].rstrip("\n")], as_json=options.json)


def search(config: Config, options: Namespace) -> None:
    """Print what was found."""
    asked = {"q": " ".join(options.words), "limit": options.limit, "kinds": options.kind}
    answer = rest.get(config, "search", project=config.project, **asked)
    output.show(answer, output.hits(answer), as_json=options.json)
    if not answer["results"]:
        output.say("Nothing was found.")


def gaps(config: Config, options: Namespace) -> None:
    """Print the gaps of a project."""
    answer = rest.get(config, f"queries/projects/{_project(config)}/gaps")
    output.show(answer, output.gaps(answer), as_json=options.json)


def system_map(config: Config, options: Namespace) -> None:
    """Print the system map of a project."""
    answer = rest.get(config, f"queries/projects/{_project(config)}/map")
    output.show(answer, output.tree(answer), as_json=options.json)


def propose_memory(config: Config, options: Namespace) -> None:
    """Propose a memory."""
    body = {"content": " ".join(options.content), "memory_type": options.type, "domain_tags": options.tag}
    _propose(config, options, "memories", body)


def propose_entity(config: Config, options: Namespace) -> None:
    """Propose an entity."""
    pairs = [text.partition("=") for text in options.set]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise WrongUse(f"--set takes NAME=VALUE; {', '.join(wrong)} has no value.")
    properties = {name: value for name, _, value in pairs}
    body = {"entity_type": options.type, "name": options.name, "description": options.description}
    _propose(config, options, "entities", {**body, "properties": properties})


def propose_relationship(config: Config, options: Namespace) -> None:
    """Propose a relationship between two entities, each by id or by name."""
    ends = {"source_entity": _entity(config, options.source), "target_entity": _entity(config, options.target)}
    _propose(config, options, "relationships", {**ends, "relationship_type": options.type})


def _propose(config: Config, options: Namespace, path: str, body: dict[str, Any]) -> None:
    # A relationship's project is that of its ends.
    project = config.project if path != "relationships" else ""
    sent = _given(**body, project=project, confidence=options.confidence, source_refs=options.source_ref)
    answer = rest.post(config, path, {**sent, "status": "candidate"})
    output.show(answer, [answer["id"]], as_json=options.json)
    if answer.get("created", True):
        output.say("Proposed; it waits in triage.")
    else:
        output.say(f"It is there already, {answer['status']}.")


def _entity(config: Config, named: str) -> str:
    if found := _ID.fullmatch(named):
        return found[1].lower()
    rows = rest.get(config, "entities", name=named, project=config.project, limit=10)["results"]
    if len(rows) == 1:
        return str(rows[0]["id"])
    if not rows:
        raise Unknown(f"There is no entity “{named}” that you may see; `atocore search` finds it, and prints its id.")
    listed = "; ".join(f"{row['entity_type']} in {row['project'] or 'no project'}: {row['id']}" for row in rows)
    raise Unknown(f"“{named}” names {len(rows)} entities; say which by its id. {listed}")


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def _project(config: Config) -> str:
    if not config.project:
        raise WrongUse("Say which project: --project NAME, or `project` in the configuration file.")
    return rest.segment(config.project)
