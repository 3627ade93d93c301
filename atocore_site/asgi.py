"""The front: one ASGI application for everything that comes from AtoCore's address.

What speaks ASGI is mounted in MOUNTS; the rest is Django under WSGI in a pool of threads, which answers two to three
times as many pages a second as Django's own ASGI handler (tests/benchmarks/bench_server.py).
"""

from typing import Any

from a2wsgi import WSGIMiddleware
from django.conf import settings
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from atocore_site.collector import calm
from atocore_site.wsgi import application as django_application

# ASGI applications before Django, such as the one at /mcp.
MOUNTS: list[BaseRoute] = []


def front(threads: int) -> Starlette:
    """The application: the mounts, then Django with `threads` requests at a time."""
    django: Any = django_application  # Django's type of the callable is wider than the standard's
    pages: Any = WSGIMiddleware(django, workers=threads)
    app = Starlette(routes=MOUNTS)
    # Not a mount at "/": its pattern passes over a path with a line break, which would then get a bare 404.
    app.router.default = pages
    return app


application = front(settings.ATOCORE_THREADS)
calm()
