"""Addresses of the web app. Every record of every kind has one permanent address under its kind's plural."""

from django.urls import path, register_converter

from memories.kinds import Kind, kinds
from memories.web import (
    audit,
    bulk,
    combine,
    connecting,
    decide,
    edit,
    exchanges,
    housekeeping,
    lists,
    memory_faces,
    places,
    searching,
    triage,
)


class KindConverter:
    """Matches the plural of a kind that has pages; what is no kind falls through to the next address."""

    regex = "[a-z]+"

    def to_python(self, value: str) -> Kind:
        """Return the kind. Raises ValueError where there is none of that plural."""
        for kind in kinds.triaged():
            if kind.plural == value:
                return kind
        raise ValueError(value)

    def to_url(self, value: Kind | str) -> str:
        """Return the plural."""
        return value if isinstance(value, str) else value.plural


register_converter(KindConverter, "kind")

#: Loaded for its effect: the faces of the ground floor's kinds.
FACES = (memory_faces.MEMORY, memory_faces.DOCUMENT)

urlpatterns = [
    path("", places.start, name="start"),
    path("help/", places.help_page, name="help"),
    path("triage/", triage.queue, name="triage"),
    path("triage/deck/", triage.deck, name="deck"),
    path("triage/more/", triage.more, name="more"),
    path("triage/bulk/", bulk.bulk, name="bulk"),
    path("triage/undo/", bulk.undo, name="undo"),
    path("projects/", places.project_list, name="projects"),
    path("projects/<str:name>/", places.project, name="project"),
    path("interactions/", exchanges.interaction_list, name="interactions"),
    path("interactions/<uuid:pk>/", exchanges.interaction, name="interaction"),
    path("interactions/<uuid:pk>/extract/", exchanges.extract, name="interaction-extract"),
    path("interactions/<uuid:pk>/assign/", exchanges.assign, name="interaction-assign"),
    path("connect/", connecting.connect, name="connect"),
    path("housekeeping/", housekeeping.desk, name="housekeeping"),
    path("search/", searching.search_page, name="search"),
    path("audit/", audit.browser, name="audit"),
    path("audit/<int:seq>/", audit.entry, name="audit-entry"),
    path("<kind:kind>/", lists.listing, name="listing"),
    path("<kind:kind>/<uuid:pk>/", lists.detail, name="record"),
    path("<kind:kind>/<uuid:pk>/edit/", edit.edit, name="edit"),
    path("<kind:kind>/<uuid:pk>/audit/", audit.trail, name="trail"),
    path("<kind:kind>/<uuid:pk>/replace/<uuid:other>/", combine.replace, name="replace"),
    path("<kind:kind>/<uuid:pk>/merge/<uuid:other>/", combine.merge, name="merge"),
    path("<kind:kind>/<uuid:pk>/supersede/", combine.supersede, name="supersede"),
    path("<kind:kind>/<uuid:pk>/<slug:verb>/", decide.decide, name="decide"),
]
