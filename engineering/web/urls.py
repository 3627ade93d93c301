"""Addresses of this floor's own pages; they come before the ones that all kinds share."""

from django.urls import path

from engineering.web import (
    conflict_list,
    conflicts,
    context,
    dashboard,
    entity_page,
    faces,
    graduate,
    history,
    overview,
    relating,
    suspect_links,
    system_map,
)
from engineering.web.questions import views as questions

#: Loaded for its effect: the faces of this floor's kinds.
FACES = (faces.ENTITY, faces.RELATIONSHIP)
#: The same for what stands on a project's page.
PANELS = (dashboard.DASHBOARD,)

urlpatterns = [
    path("context/", context.preview, name="context"),
    path("context/<uuid:pk>/", context.kept, name="context-kept"),
    path("conflicts/", conflict_list.listing, name="conflicts"),
    path("conflicts/<uuid:pk>/", conflicts.conflict, name="conflict"),
    path("projects/<str:name>/map/", system_map.system_map, name="project-map"),
    path("projects/<str:name>/queries/", questions.project_index, name="project-queries"),
    path("projects/<str:name>/queries/<slug:query>/", questions.project_query, name="project-query"),
    path("entities/<uuid:pk>/queries/", questions.entity_index, name="entity-queries"),
    path("entities/<uuid:pk>/queries/<slug:query>/", questions.entity_query, name="entity-query"),
    path("entities/<uuid:pk>/neighbourhood/", questions.neighbourhood, name="neighbourhood"),
    path("entities/<uuid:pk>/part/<slug:name>/", entity_page.part, name="entity-part"),
    path("memories/<uuid:pk>/graduate/", graduate.graduate, name="graduate"),
    path("entities/<uuid:pk>/relate/", relating.relate, name="relate"),
    path("relationships/confirm/", suspect_links.confirm, name="confirm-links"),
    path("projects/<str:name>/baselines/", history.baselines, name="baselines"),
    path("projects/<str:name>/differences/", history.compare, name="differences"),
    path("projects/<str:name>/changes/", history.changed, name="changes"),
    path("projects/<str:name>/overview/", overview.project_overview, name="project-overview"),
    path("projects/<str:name>/suspect-links/", suspect_links.listing, name="suspect-links"),
]
