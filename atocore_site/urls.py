"""Which address is answered by what. Assembles the doors; decides nothing."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from atocore_site.health import healthz
from atocore_site.metrics import MetricsView

handler400 = "atocore_site.errors.bad_request"
handler403 = "atocore_site.errors.forbidden"
handler404 = "atocore_site.errors.not_found"
handler500 = "atocore_site.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("metrics", MetricsView.as_view(), name="metrics"),
    path("admin/", admin.site.urls),
    path("account/", include("memories.web.account")),
    path("api/v1/", include("atocore_site.api")),
    # The pages of one kind alone come before those that stand over all kinds, whose addresses are patterns.
    path("", include("engineering.web.urls")),
    path("", include("memories.web.urls")),
]
