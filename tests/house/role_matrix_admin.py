"""The administration's rows of the role matrix. Columns: anonymous, reader, agent, reviewer, maintainer, admin.

It is open to maintainers and above; people, memberships and tokens to admins alone. Nothing is deleted, and nothing is
changed but through a form with its reason (GET and POST; Django's administration tells the other methods apart from
neither, and changes nothing on them).
"""

from tests.house.role_matrix import Row

CLOSED = "302 403 403 403 403 403"
OPEN = "302 403 403 403 200 200"
NOT_THERE = "302 403 403 403 404 404"
#: To another address of the administration, which asks for the role again.
ELSEWHERE = "302 403 403 403 302 302"
FORM_AGAIN = "302 403 403 403 422 422"
ADMINS = "302 403 403 403 403 200"
ADMINS_ELSEWHERE = "302 403 403 403 403 302"
ADMINS_FORM_AGAIN = "302 403 403 403 403 422"
KNOWS_GET = "302 403 403 403 405 405"

SITE = {
    "/admin/": Row({}, OPEN),
    "/admin/<app_label>/": Row({}, OPEN, at={"app_label": "memories"}),
    "/admin/<url>": Row({}, NOT_THERE, at={"url": "nowhere"}),
    "/admin/login/": Row({}, "302 302 302 302 302 302"),
    "/admin/logout/": Row({"POST": ELSEWHERE, "OPTIONS": OPEN}, KNOWS_GET),
    "/admin/password_change/": Row({}, ELSEWHERE),
    "/admin/password_change/done/": Row({"GET": OPEN, "OPTIONS": OPEN}, KNOWS_GET),
    "/admin/autocomplete/": Row({"GET": CLOSED, "OPTIONS": OPEN}, KNOWS_GET),
    "/admin/jsi18n/": Row({"GET": OPEN, "OPTIONS": OPEN}, KNOWS_GET),
}


def rows(model: str, sample: str, **cells: Row) -> dict[str, Row]:
    """The addresses of one model; `cells` replaces the usual rows by the last word of their address."""
    at = {"object_id": sample, "verb": "nothing"}
    base = f"/admin/{model}"
    found = {
        f"{base}/": cells.get("list", Row({}, OPEN)),
        f"{base}/add/": cells.get("add", Row({}, CLOSED)),
        f"{base}/<object_id>/": Row({}, ELSEWHERE, at=at),
        f"{base}/<object_id>/change/": cells.get("change", Row({"POST": CLOSED}, OPEN, at=at)),
        f"{base}/<object_id>/history/": Row({}, ELSEWHERE, at=at),
        f"{base}/<object_id>/delete/": Row({}, CLOSED, at=at),
    }
    return {route: Row(row.cells, row.others, row.at or at, row.body) for route, row in found.items()}


def with_verbs(model: str, sample: str, verb: str, cells: Row, **more: Row) -> dict[str, Row]:
    """The same for a model with verbs; `cells` is the row of one of them."""
    row = Row(cells.cells, cells.others, {"object_id": sample, "verb": verb}, cells.body)
    return {**rows(model, sample, **more), f"/admin/{model}/<object_id>/do/<verb>/": row}


ADD = Row({"POST": FORM_AGAIN}, OPEN)
CHANGE = Row({"POST": FORM_AGAIN}, OPEN)
VERB = Row({"POST": FORM_AGAIN}, OPEN)
#: There is none: back to the list.
NONE = Row({"POST": CLOSED}, ELSEWHERE)
FOR_ADMINS = {
    "list": Row({}, ADMINS),
    "add": Row({"POST": ADMINS_FORM_AGAIN}, ADMINS),
    "change": Row({"POST": CLOSED}, ADMINS),
}
ADMIN_VERB = Row({"POST": ADMINS_ELSEWHERE}, ADMINS)
ADMINS_NONE = {"list": Row({}, ADMINS), "change": Row({"POST": CLOSED}, ADMINS_ELSEWHERE)}

ROWS = {
    **SITE,
    **with_verbs("memories/memory", "candidate", "promote", VERB, add=ADD, change=CHANGE),
    **with_verbs("engineering/entity", "entity candidate", "promote", VERB, add=ADD, change=CHANGE),
    **with_verbs("engineering/relationship", "link candidate", "promote", VERB, add=ADD, change=CHANGE),
    **with_verbs("memories/project", "project row", "archive", VERB, add=ADD, change=CHANGE),
    **with_verbs("memories/sourcedocument", "nothing", "promote", Row({}, NOT_THERE), change=Row({}, ELSEWHERE)),
    **with_verbs("memories/auditentry", "seq", "undo", Row({"POST": ELSEWHERE}, OPEN)),
    **with_verbs("memories/user", "user", "deactivate", ADMIN_VERB, **FOR_ADMINS),
    **with_verbs("memories/membership", "membership", "end", ADMIN_VERB, **{**FOR_ADMINS, "add": Row({}, CLOSED)}),
    **with_verbs("memories/apitoken", "token", "revoke", ADMIN_VERB, **FOR_ADMINS),
    **rows("memories/interaction", "interaction"),
    **rows("memories/reinforcement", "nothing", change=NONE),
    **rows("memories/extractionrun", "nothing", change=NONE),
    **rows("memories/finding", "nothing", change=NONE),
    **rows("memories/sourcechunk", "nothing", change=NONE),
    **rows("memories/sourcetext", "nothing", change=NONE),
    **rows("memories/indexrow", "nothing", **ADMINS_NONE),
    **rows("memories/idempotencykey", "nothing", **ADMINS_NONE),
    **rows("memories/projectalias", "nothing", change=NONE),
    **rows("memories/baseline", "nothing", change=NONE),
    **rows("memories/reviewmark", "nothing", **ADMINS_NONE),
    **rows("memories/housekeepingrun", "nothing", **ADMINS_NONE),
    **rows("memories/dailyfigures", "nothing", **ADMINS_NONE),
    **rows("memories/contextpack", "nothing", **ADMINS_NONE),
    **rows("memories/packitem", "nothing", **ADMINS_NONE),
    **rows("engineering/valuealias", "nothing", change=NONE),
    **rows("engineering/slotsubject", "nothing", **ADMINS_NONE),
    **rows("engineering/conflict", "nothing", change=NONE),
    **rows("engineering/conflictmember", "nothing", change=NONE),
}
