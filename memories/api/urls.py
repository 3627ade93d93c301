"""Addresses of the ground floor's resources; a trailing slash is optional everywhere."""

from django.urls import re_path
from rest_framework.routers import SimpleRouter

from memories.api.views import baselines, housekeeping
from memories.api.views.audit import AuditViewSet
from memories.api.views.documents import DocumentViewSet
from memories.api.views.interactions import InteractionViewSet
from memories.api.views.memories import MemoryViewSet
from memories.api.views.projects import ProjectViewSet
from memories.api.views.search import SearchViewSet
from memories.api.views.stats import StatsViewSet
from memories.api.views.triage import TriageViewSet


def router() -> SimpleRouter:
    """Return a router whose addresses may end with a slash or not."""
    made = SimpleRouter()
    made.trailing_slash = "/?"
    return made


routes = router()
routes.register("projects", ProjectViewSet, basename="project")
routes.register("memories", MemoryViewSet, basename="memory")
routes.register("documents", DocumentViewSet, basename="document")
routes.register("triage", TriageViewSet, basename="triage")
routes.register("interactions", InteractionViewSet, basename="interaction")
routes.register("audit", AuditViewSet, basename="audit")

urlpatterns = [
    re_path(r"^stats/?$", StatsViewSet.as_view({"get": "retrieve"}), name="stats"),
    re_path(r"^search/?$", SearchViewSet.as_view({"get": "retrieve"}), name="search"),
    *baselines.urlpatterns,
    *housekeeping.urlpatterns,
    *routes.urls,
]
