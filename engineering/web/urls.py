"""This floor adds faces to the pages that stand over all kinds; it has no address of its own yet."""

from engineering.web import faces

#: Loaded for its effect: the faces of this floor's kinds.
FACES = (faces.ENTITY, faces.RELATIONSHIP)

urlpatterns: list[object] = []
