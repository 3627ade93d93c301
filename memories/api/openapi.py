"""What the generated schema is told beyond the views: the errors, the headers, how a client signs in."""

from typing import Any

from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.extensions import OpenApiAuthenticationExtension

PROBLEM = "#/components/schemas/Problem"

_TEXT = {"type": "string"}
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id", "retryable", "errors"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "One sentence for a person."},
        "instance": _TEXT,
        "code": {"type": "string", "description": "A stable word that a program can switch on."},
        "request_id": _TEXT,
        "retryable": {"type": "boolean", "description": "Whether the same request may succeed later."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON pointer into the body, or ?name of a parameter.",
                    },
                    "code": _TEXT,
                    "detail": _TEXT,
                },
            },
        },
        "data": {
            "type": "object",
            "description": "Further facts, such as where a record stands and who brought it there.",
        },
    },
}

MEANINGS = {
    400: "Malformed or invalid; `errors` points at the place.",
    401: "No credentials, or none that are good.",
    403: "Your role does not reach; `data.role_needed` says which does.",
    404: "Nothing there, or nothing that you may see.",
    405: "The address does not know this method.",
    406: "Only JSON is answered.",
    409: "The record stands where this does not apply; `data` says where, by whom and when.",
    411: "The body needs a Content-Length.",
    412: "If-Match named another version than the one that stands.",
    413: "Too large, or nested too deep.",
    415: "Only JSON is taken (and, where a document is uploaded, one Markdown file).",
    422: "The Idempotency-Key stands for another request.",
    429: "Too many requests; Retry-After says when to come back.",
    503: "The database is busy; Retry-After says when to come back.",
}
_EVERYWHERE = (400, 401, 403, 404, 405, 406, 429, 503)
_WITH_BODY = (409, 411, 412, 413, 415)
_RETRY = (429, 503)

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request gives the stored answer, for 24 hours.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that you saw; another version answers 412.",
    "schema": {"type": "string", "pattern": r'^(\*|"[0-9]{1,9}")$'},
}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # spectacular is half typed
    """How the schema names our tokens."""

    target_class = "memories.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer", "description": "An API token: `atc_…`."}


_BOUNDS = {"minimum": "min_value", "maximum": "max_value"}


class FilterScheme(DjangoFilterExtension):  # type: ignore[no-untyped-call]  # as above
    """How the schema learns a list's filters: by the FilterSet's own model, for an action may list another kind."""

    target_class = "memories.api.filtering.FilterBackend"
    priority = 1

    def get_schema_operation_parameters(self, auto_schema: Any, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        """Return the parameters."""
        filters = getattr(auto_schema.view, "filterset_class", None)
        if filters is None:
            return []
        model = filters._meta.model
        found: list[dict[str, Any]] = []
        for name, made in filters.base_filters.items():
            own = self.resolve_filter_field(auto_schema, model, filters, name, made)  # type: ignore[no-untyped-call]  # as above
            bounds = {word: made.extra[given] for word, given in _BOUNDS.items() if given in made.extra}
            found += [{**parameter, "schema": {**parameter["schema"], **bounds}} for parameter in own]
        return found


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add to every operation the errors it may answer and the headers it takes (schema hook)."""
    result["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
    result["paths"] = {path.rstrip("/") or "/": item for path, item in result["paths"].items()}
    for path, item in result["paths"].items():
        for method, operation in item.items():
            _complete(operation, method, path)
    return result


def _complete(operation: dict[str, Any], method: str, path: str) -> None:
    headers = []
    if method == "post":
        headers.append(_KEY)
    if method in ("post", "patch") and "{" in path:
        headers.append(_MATCH)
    if headers:
        operation["parameters"] = [*operation.get("parameters", []), *headers]
    statuses = [*_EVERYWHERE]
    if method != "get":
        statuses += _WITH_BODY
    if method == "post":
        statuses.append(422)
    # An operation names a status without a body to say that it answers this problem, too.
    named = [int(code) for code, answer in operation["responses"].items() if "content" not in answer]
    for status in sorted({*statuses, *named} & MEANINGS.keys()):
        operation["responses"][str(status)] = _problem(status)


def _problem(status: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": MEANINGS[status],
        "content": {"application/problem+json": {"schema": {"$ref": PROBLEM}}},
    }
    if status in _RETRY:
        found["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 0}}}
    return found
