"""Addresses of the engineering floor's resources."""

from django.urls import re_path

from engineering.api import projects, queries
from engineering.api.conflicts import ConflictViewSet, ValueAliasViewSet
from engineering.api.context import ContextViewSet
from engineering.api.views import EntityViewSet, GraduationViewSet, RelationshipViewSet
from memories.api.urls import router

routes = router()
routes.register("entities", EntityViewSet, basename="entity")
routes.register("relationships", RelationshipViewSet, basename="relationship")
routes.register("conflicts", ConflictViewSet, basename="conflict")
routes.register("value-aliases", ValueAliasViewSet, basename="value-alias")

urlpatterns = [
    re_path(r"^context/?$", ContextViewSet.as_view({"post": "create"}), name="context"),
    re_path(r"^context/(?P<id>[^/]+)/?$", ContextViewSet.as_view({"get": "retrieve"}), name="context-kept"),
    re_path(
        r"^memories/(?P<id>[^/]+)/graduate/?$",
        GraduationViewSet.as_view({"get": "retrieve", "post": "create"}),
        name="memory-graduate",
    ),
    *projects.urlpatterns,
    *queries.urlpatterns,
    *routes.urls,
]
