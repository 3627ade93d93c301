"""Addresses of this floor's own pages; they come before the ones that all kinds share."""

from django.urls import path

from engineering.web import dashboard, entity_page, faces, graduate, relating, suspect_links

#: Loaded for its effect: the faces of this floor's kinds.
FACES = (faces.ENTITY, faces.RELATIONSHIP)
#: The same for what stands on a project's page.
PANELS = (dashboard.DASHBOARD,)

urlpatterns = [
    path("entities/<uuid:pk>/part/<slug:name>/", entity_page.part, name="entity-part"),
    path("memories/<uuid:pk>/graduate/", graduate.graduate, name="graduate"),
    path("entities/<uuid:pk>/relate/", relating.relate, name="relate"),
    path("relationships/confirm/", suspect_links.confirm, name="confirm-links"),
    path("projects/<str:name>/suspect-links/", suspect_links.listing, name="suspect-links"),
]
