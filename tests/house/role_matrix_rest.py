"""The REST rows of the role matrix. Columns: anonymous, reader, agent, reviewer, maintainer, admin."""

from typing import Any

from tests.house.role_matrix import UNKNOWN_TO_AGENTS, UNKNOWN_TO_MAINTAINERS, UNKNOWN_TO_REVIEWERS, Row

API = "/api/v1"

#: Everybody with a role; only reviewers and above; only maintainers and above.
ALL = "401 200 200 200 200 200"
#: A candidate: its proposer sees it, readers do not, and deciding takes a reviewer.
PROPOSED = "401 404 200 200 200 200"
DECIDED = "401 404 403 200 200 200"
#: An active record: everybody sees it, deciding takes a reviewer.
RETIRED = "401 403 403 200 200 200"
#: A dead record: only reviewers see it.
REVIVED = "401 404 404 200 200 200"
#: What takes a reviewer of the record's project.
DECIDING = "401 403 403 200 200 200"
MAINTAINED = "401 403 403 403 200 200"

MEMORY = {"memory_type": "knowledge", "content": "The lathe turns at 900 rpm.", "project": "p04"}
ENTITY = {"entity_type": "component", "name": "Lathe", "project": "p04"}
LINK = {"source_entity": "@entity", "relationship_type": "depends_on", "target_entity": "@entity other"}

IN = {"project": "p04"}


def at(sample: str, **more: str) -> dict[str, str]:
    """The record that an address names."""
    return {"id": sample, **more}


def post(cells: str, sample: str, **body: Any) -> Row:
    """A verb on a record."""
    return Row({"POST": cells}, at=at(sample), body=body)


def read(cells: str, sample: str) -> Row:
    """A read of a record."""
    return Row({"GET": cells}, at=at(sample))


MEMORIES = {
    f"{API}/memories": Row({"GET": ALL, "POST": "401 403 201 201 201 201"}, body=MEMORY),
    f"{API}/memories/bulk": Row({"POST": "401 403 200 200 200 200"}, body={"items": [MEMORY]}),
    f"{API}/memories/<id>": Row({"GET": PROPOSED, "PATCH": PROPOSED}, at=at("candidate"), body={"confidence": 0.6}),
    f"{API}/memories/<id>/promote": post(DECIDED, "candidate"),
    f"{API}/memories/<id>/reject": post(DECIDED, "candidate"),
    f"{API}/memories/<id>/supersede": post(RETIRED, "active", by="@other"),
    f"{API}/memories/<id>/merge": post(RETIRED, "active", into="@other"),
    f"{API}/memories/<id>/invalidate": post(RETIRED, "active"),
    f"{API}/memories/<id>/restore": post(REVIVED, "dead"),
    f"{API}/memories/<id>/annotate": post(RETIRED, "active", note="seen in the lab"),
    f"{API}/memories/<id>/reinforce": post("401 403 403 200 200 200", "active"),
    f"{API}/memories/<id>/graduate": Row(
        {"GET": RETIRED, "POST": "401 403 403 201 201 201"},
        at=at("active"),
        body={"entity_type": "component", "name": "Tower"},
    ),
    f"{API}/memories/<id>/audit": read(PROPOSED, "candidate"),
    f"{API}/memories/<id>/similar": read(PROPOSED, "candidate"),
}
DOCUMENTS = {
    f"{API}/documents": Row(
        {"GET": ALL, "POST": "401 403 201 201 201 201"}, body={"file_path": "a.md", "text": "# A"} | IN
    ),
    f"{API}/documents/<id>": Row({"GET": PROPOSED, "PATCH": PROPOSED}, at=at("document"), body={"title": "Other"}),
    f"{API}/documents/<id>/promote": post(DECIDED, "document"),
    f"{API}/documents/<id>/reject": post(DECIDED, "document"),
    f"{API}/documents/<id>/remove": post(DECIDED, "document"),
    f"{API}/documents/<id>/annotate": post(DECIDED, "document", note="read"),
    f"{API}/documents/<id>/audit": read(PROPOSED, "document"),
    f"{API}/documents/<id>/chunks": read(PROPOSED, "document"),
}
ENTITIES = {
    f"{API}/entities": Row({"GET": ALL, "POST": "401 403 201 201 201 201"}, body=ENTITY),
    f"{API}/entities/<id>": Row(
        {"GET": PROPOSED, "PATCH": PROPOSED}, at=at("entity candidate"), body={"confidence": 0.6}
    ),
    f"{API}/entities/<id>/promote": post(DECIDED, "entity candidate"),
    f"{API}/entities/<id>/reject": post(DECIDED, "entity candidate"),
    f"{API}/entities/<id>/supersede": post(RETIRED, "entity", by="@entity other"),
    f"{API}/entities/<id>/merge": post(RETIRED, "entity", into="@entity other"),
    f"{API}/entities/<id>/invalidate": post(RETIRED, "entity other"),
    f"{API}/entities/<id>/restore": post(REVIVED, "entity dead"),
    f"{API}/entities/<id>/annotate": post(RETIRED, "entity", note="seen in the lab"),
    f"{API}/entities/<id>/audit": read(PROPOSED, "entity candidate"),
    f"{API}/entities/<id>/similar": read(PROPOSED, "entity candidate"),
    f"{API}/entities/<id>/relationships": read(ALL, "entity"),
    f"{API}/entities/<id>/neighbourhood": read(ALL, "entity"),
}
RELATIONSHIPS = {
    f"{API}/relationships": Row({"GET": ALL, "POST": "401 403 201 201 201 201"}, body=LINK),
    f"{API}/relationships/<id>": read(PROPOSED, "link candidate"),
    f"{API}/relationships/<id>/promote": post(DECIDED, "link candidate"),
    f"{API}/relationships/<id>/reject": post(DECIDED, "link candidate"),
    f"{API}/relationships/<id>/supersede": post(RETIRED, "link"),
    f"{API}/relationships/<id>/invalidate": post(RETIRED, "link"),
    f"{API}/relationships/<id>/confirm": post(RETIRED, "link"),
    f"{API}/relationships/<id>/restore": post(REVIVED, "link dead"),
    f"{API}/relationships/<id>/annotate": post(RETIRED, "link", note="seen in the lab"),
    f"{API}/relationships/<id>/audit": read(PROPOSED, "link candidate"),
}
PROJECTS = {
    f"{API}/projects": Row({"GET": ALL, "POST": "401 403 403 403 201 201"}, body={"name": "p06-new"}),
    f"{API}/projects/<name>": Row(
        {"GET": ALL, "PATCH": MAINTAINED}, at={"name": "project"}, body={"description": "The other one."}
    ),
    f"{API}/projects/<name>/dashboard": Row({"GET": ALL}, at={"name": "project"}),
    f"{API}/projects/<name>/overview": Row({"GET": ALL}, at={"name": "project"}),
    f"{API}/queries/decisions": Row({"GET": ALL}),
    f"{API}/projects/<name>/archive": Row({"POST": MAINTAINED}, at={"name": "project"}),
    f"{API}/projects/<name>/unarchive": Row({"POST": "401 403 403 403 409 409"}, at={"name": "project"}),
    f"{API}/projects/<name>/aliases": Row({"POST": MAINTAINED}, at={"name": "project"}, body={"alias": "spare"}),
    f"{API}/projects/<name>/aliases/<alias>": Row({"DELETE": MAINTAINED}, at={"name": "project", "alias": "alias"}),
}
BASELINES = {
    f"{API}/projects/<name>/baselines": Row(
        {"GET": ALL, "POST": "401 403 403 201 201 201"}, at={"name": "project"}, body={"name": "PDR"}
    ),
    f"{API}/projects/<name>/baselines/<baseline>": Row(
        {"GET": "401 404 404 404 404 404"}, at={"name": "project", "baseline": "nothing"}
    ),
    f"{API}/projects/<name>/daily-figures": Row({"GET": DECIDING}, at={"name": "project"}),
    f"{API}/projects/<name>/reviewed": Row({"GET": ALL, "POST": ALL}, at={"name": "project"}, body={"seq": 1}),
}
REST = {
    f"{API}/conflicts": Row({"GET": ALL}),
    f"{API}/conflicts/<id>": read(ALL, "conflict"),
    f"{API}/conflicts/<id>/preview": read(DECIDING, "conflict"),
    f"{API}/conflicts/<id>/resolve": post(RETIRED, "conflict", action="dismiss", note="both were rounded"),
    f"{API}/conflicts/<id>/dismiss": post(RETIRED, "conflict", note="both were rounded"),
    f"{API}/conflicts/<id>/reopen": post(RETIRED, "conflict dismissed"),
    f"{API}/conflicts/<id>/audit": read(ALL, "conflict"),
    f"{API}/conflicts/detect": Row({"POST": DECIDING}),
    f"{API}/value-aliases": Row(
        {"GET": ALL, "POST": "401 403 403 403 201 201"},
        body={"text": "SS304", "stands_for": "AISI 304", "project": "p04"},
    ),
    f"{API}/value-aliases/<id>/remove": post(MAINTAINED, "value alias"),
    f"{API}/triage": Row({"GET": "401 403 403 200 200 200"}, UNKNOWN_TO_REVIEWERS),
    f"{API}/triage/bulk": Row(
        {"POST": "401 403 403 200 200 200"},
        UNKNOWN_TO_REVIEWERS,
        body={"verb": "promote", "items": [{"id": "@candidate", "version": 1}]},
    ),
    f"{API}/interactions": Row(
        {"GET": "401 403 200 200 200 200", "POST": "401 403 201 201 201 201"},
        UNKNOWN_TO_AGENTS,
        body={"prompt": "What does it weigh?"},
    ),
    f"{API}/interactions/<id>": Row(
        {"GET": "401 403 200 200 200 200", "PATCH": "401 403 403 200 200 200"},
        UNKNOWN_TO_AGENTS,
        at=at("interaction"),
        body={"project": "p05"},
    ),
    f"{API}/interactions/<id>/extract": Row(
        {"POST": "401 403 201 201 201 201"}, UNKNOWN_TO_AGENTS, at=at("interaction")
    ),
    f"{API}/interactions/<id>/reinforce": Row(
        {"POST": "401 403 200 200 200 200"}, UNKNOWN_TO_AGENTS, at=at("interaction")
    ),
    f"{API}/audit": Row({"GET": ALL}),
    f"{API}/audit/export": Row({"GET": ALL}),
    f"{API}/audit/undo": Row({"POST": "401 403 403 200 200 200"}, body={"request_id": "of nothing"}),
    f"{API}/audit/<seq>": Row({"GET": ALL}, at={"seq": "seq"}),
    f"{API}/audit/<seq>/undo": Row({"POST": "401 403 403 200 200 200"}, at={"seq": "seq"}),
    f"{API}/stats": Row({"GET": ALL}),
    f"{API}/housekeeping": Row({"POST": MAINTAINED}, UNKNOWN_TO_MAINTAINERS, body={"dry_run": True}),
    f"{API}/housekeeping/runs": Row({"GET": MAINTAINED}, UNKNOWN_TO_MAINTAINERS),
    f"{API}/context": Row({"POST": ALL}, body={"prompt": "What is the tower made of?"}),
    f"{API}/context/<id>": Row({"GET": "401 404 200 200 200 200"}, at=at("pack")),
    f"{API}/search": Row({"GET": ALL}, query="?q=tower"),
    # What the API is like is no secret.
    f"{API}/schema": Row({"GET": "200 200 200 200 200 200"}, "405 405 405 405 405 405"),
    f"{API}/docs": Row({"GET": "200 200 200 200 200 200"}, "405 405 405 405 405 405"),
}
ROWS = {**MEMORIES, **DOCUMENTS, **ENTITIES, **RELATIONSHIPS, **PROJECTS, **BASELINES, **REST}
