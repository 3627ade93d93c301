"""The web app's rows of the role matrix. Columns: anonymous, reader, agent, reviewer, maintainer, admin.

Who is not signed in is sent to do so (302). A decision that went well leads on to the next card (302).
"""

from tests.house.role_matrix import Row

NOTHING_ELSE = "405 405 405 405 405 405"
PAGE = "302 200 200 200 200 200"
#: A candidate of somebody else: reviewers and above see it.
CANDIDATE = "302 404 404 200 200 200"
RECORD = {"kind": "memories", "pk": "candidate", "other": "active"}


def page(cells: str = PAGE, **at: str) -> Row:
    """A page that is only read."""
    return Row({"GET": cells}, NOTHING_ELSE, at=at)


def record(**cells: str) -> Row:
    """A page or a decision of a candidate, at the version that was shown."""
    return Row(cells, NOTHING_ELSE, at={**RECORD, "verb": "promote"}, body={"version": "1"})


PAGES = {
    "/": page("302 302 302 302 302 302"),
    "/projects/": page(),
    "/projects/<name>/": page(name="project"),
    "/projects/<name>/overview/": page(name="project"),
    "/interactions/": page(),
    "/interactions/<pk>/": page("302 404 404 200 200 200", pk="interaction"),
    "/interactions/<pk>/extract/": Row({"POST": "302 404 404 302 302 302"}, NOTHING_ELSE, at={"pk": "interaction"}),
    "/interactions/<pk>/assign/": Row(
        {"POST": "302 404 404 302 302 302"},
        NOTHING_ELSE,
        at={"pk": "interaction"},
        body={"project": "p05", "version": "1"},
    ),
    "/conflicts/": page(),
    "/conflicts/<pk>/": Row(
        {"GET": PAGE, "POST": "302 403 403 302 302 302"},
        NOTHING_ELSE,
        at={"pk": "conflict"},
        body={"act": "dismiss", "version": "1", "note": "both were rounded"},
    ),
    "/housekeeping/": Row(
        {"GET": "302 403 403 403 200 200", "POST": "302 403 403 403 200 200"}, NOTHING_ELSE, body={"act": "look"}
    ),
    "/connect/": Row({"GET": PAGE, "POST": "302 403 403 403 200 200"}, NOTHING_ELSE, body={"program": "cursor"}),
    "/search/": page(),
    "/context/": page(),
    "/context/<pk>/": page("302 404 404 200 200 200", pk="pack"),
    "/audit/": page(),
    "/audit/<seq>/": page(seq="seq"),
    "/<kind>/": page(kind="memories"),
    # How to use the keyboard is no secret, and nothing is done there whatever the method.
    "/help/": Row({}, "200 200 200 200 200 200"),
    "/metrics": Row({"GET": "401 403 403 403 200 200"}, "401 405 405 405 405 405"),
    "/healthz": Row({"GET": "200 200 200 200 200 200"}, NOTHING_ELSE),
}
TRIAGE = {
    "/triage/": page(),
    "/triage/deck/": page(),
    "/triage/more/": page(),
    # Without items there is nothing to decide; with them, one of a role too low is refused.
    "/triage/bulk/": Row(
        {"POST": "302 403 403 302 302 302"},
        NOTHING_ELSE,
        body={"tab": "memories", "kind": "memories", "verb": "reject", "item": "@candidate:1"},
    ),
    "/triage/undo/": Row({"POST": "302 404 404 404 404 404"}, NOTHING_ELSE),
}
RECORDS = {
    "/<kind>/<pk>/": record(GET=CANDIDATE),
    "/<kind>/<pk>/audit/": record(GET=CANDIDATE),
    "/<kind>/<pk>/edit/": record(GET=CANDIDATE, POST="302 404 404 422 422 422"),
    "/<kind>/<pk>/replace/<other>/": record(GET=CANDIDATE),
    "/<kind>/<pk>/merge/<other>/": record(GET=CANDIDATE, POST="302 404 404 400 400 400"),
    "/<kind>/<pk>/supersede/": record(GET=CANDIDATE, POST="302 404 404 409 409 409"),
    "/memories/<pk>/graduate/": record(GET=CANDIDATE, POST="302 404 404 422 422 422"),
    "/<kind>/<pk>/<verb>/": record(POST="302 404 404 302 302 302"),
}
ENGINEERING = {
    "/projects/<name>/map/": page(name="project"),
    "/projects/<name>/queries/": page(name="project"),
    "/projects/<name>/queries/<query>/": page(name="project", query="coverage"),
    "/entities/<pk>/queries/": page(pk="entity"),
    "/entities/<pk>/queries/<query>/": page(pk="entity", query="impact"),
    "/entities/<pk>/neighbourhood/": page(pk="entity"),
    "/entities/<pk>/part/<name>/": page(pk="entity", name="relationships"),
    "/projects/<name>/baselines/": Row(
        {"GET": PAGE, "POST": "302 403 403 302 302 302"}, NOTHING_ELSE, at={"name": "project"}, body={"name": "PDR"}
    ),
    "/projects/<name>/differences/": page(name="project"),
    "/projects/<name>/changes/": Row(
        {"GET": PAGE, "POST": "302 302 302 302 302 302"}, NOTHING_ELSE, at={"name": "project"}, body={"seq": "1"}
    ),
    "/projects/<name>/suspect-links/": page(name="project"),
    "/entities/<pk>/relate/": Row(
        {"GET": PAGE, "POST": "302 403 403 302 302 302"},
        NOTHING_ELSE,
        at={"pk": "entity"},
        body={"reading": "depends_on", "other": "@entity other", "status": "active"},
    ),
    "/relationships/confirm/": Row({"POST": "302 403 403 302 302 302"}, NOTHING_ELSE, body={"item": "@link:1:"}),
}
ACCOUNT = {
    "/account/": Row({"GET": PAGE, "HEAD": "302 405 405 405 405 405", "POST": PAGE}, "302 405 405 405 405 405"),
    "/account/password/": Row({"POST": "302 422 422 422 422 422"}, "302 405 405 405 405 405"),
    "/account/sign-in/": Row(
        {"PATCH": "405 302 302 302 302 302", "DELETE": "405 302 302 302 302 302"}, "200 302 302 302 302 302"
    ),
    "/account/sign-out/": Row({"POST": "302 302 302 302 302 302", "OPTIONS": "200 200 200 200 200 200"}, NOTHING_ELSE),
    # Links that were used or never were.
    "/account/link/": Row(
        {"GET": "410 410 410 410 410 410", "HEAD": NOTHING_ELSE, "POST": "410 410 410 410 410 410"}, NOTHING_ELSE
    ),
    "/account/welcome/": Row(
        {"GET": "410 410 410 410 410 410", "HEAD": NOTHING_ELSE, "POST": "410 410 410 410 410 410"}, NOTHING_ELSE
    ),
}
ROWS = {**PAGES, **TRIAGE, **RECORDS, **ENGINEERING, **ACCOUNT}
