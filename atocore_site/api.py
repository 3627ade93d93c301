"""The REST root: which resources there are under /api/v1/, their schema and the page to browse it."""

from django.urls import include, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from memories.api import openapi  # noqa: F401 - registers how the schema names tokens and filters

urlpatterns = [
    re_path(r"^schema/?$", SpectacularAPIView.as_view(), name="schema"),
    # The page's script comes from an address of its own: the content security policy allows no inline one.
    re_path(
        r"^docs/?$",
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="rest/docs.html"),
        name="docs",
    ),
    re_path("", include("engineering.api.urls")),
    re_path("", include("memories.api.urls")),
]
