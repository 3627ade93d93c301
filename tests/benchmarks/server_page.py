"""The page that bench_server.py loads: one indexed read of 50 rows, rendered by a template, behind AtoCore's usual
middleware. Stands alone, so that the figures compare servers and nothing of AtoCore's own.
"""

import os
from pathlib import Path
from typing import Any

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path
from starlette.applications import Starlette
from starlette.routing import Mount

from atocore_site import SQLITE, database

FOLDER = Path(os.environ["BENCH_FOLDER"])
ROWS = "".join(
    ("{% for row in rows %}", "<tr><td>{{ row.0 }}</td><td>{{ row.1 }}</td><td>{{ row.2 }}</td></tr>", "{% endfor %}")
)
TEMPLATE = Engine().from_string(f"<!doctype html><title>Rows</title><table>{ROWS}</table>")


def page(request: HttpRequest) -> HttpResponse:
    """The 50 newest of 10,000 rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, content FROM rows WHERE id <= %s ORDER BY id DESC LIMIT 50", [9_000])
        rows = cursor.fetchall()
    return HttpResponse(TEMPLATE.render(Context({"rows": rows})))


urlpatterns = [path("", page)]

settings.configure(
    ROOT_URLCONF=__name__,
    SECRET_KEY="only for measuring",
    ALLOWED_HOSTS=["127.0.0.1"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    MIDDLEWARE=[
        "atocore_site.middleware.RequestIdMiddleware",
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    DATABASES={"default": database.sqlite(FOLDER / "bench.sqlite3", SQLITE.journal_mode, "full")},
)

django_wsgi = get_wsgi_application()
django_asgi = get_asgi_application()
_django: Any = django_wsgi
_pages: Any = WSGIMiddleware(_django, workers=8)
front = Starlette(routes=[Mount("/", app=_pages)])
