"""The REST framework's settings and those of its schema."""

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "memories.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["memories.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "memories.api.pagination.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["memories.api.filtering.FilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": ["memories.api.throttling.MinuteThrottle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # The server itself has settled who the client is (ATOCORE_TRUSTED_PROXIES); a header must not say it again.
    "NUM_PROXIES": 0,
    # OPTIONS would describe the resource a second time; the schema does.
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "memories.api.problems.handle",
    # The answer's form is negotiated by Accept alone; ?format= is an unknown parameter like any other.
    "URL_FORMAT_OVERRIDE": None,
    "FORMAT_SUFFIX_KWARG": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "AtoCore",
    "DESCRIPTION": "Engineering memory of a hardware team: assistants propose, people decide, all is on record.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "RecordStatus": "memories.choices.Status",
        "MemoryType": "memories.choices.MemoryType",
        "EntityType": "engineering.ontology.ENTITY_TYPES",
        "RelationshipType": "engineering.ontology.RELATIONSHIP_TYPES",
        "ProjectStatus": "memories.choices.ProjectStatus",
        "ConflictStatus": "memories.choices.ConflictStatus",
        "FirstStatus": ["candidate", "active"],
        "Outcome": ["done", "skipped", "refused"],
        "UndoOutcome": ["done", "refused"],
        "TakenOutcome": ["created", "changed", "unchanged"],
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "memories.api.openapi.finish",
    ],
}
