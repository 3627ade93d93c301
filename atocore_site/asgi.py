"""The front: one ASGI application for everything that comes from AtoCore's address.

What speaks ASGI is mounted in MOUNTS; the rest is Django under WSGI in a pool of threads, which answers two to three
times as many pages a second as Django's own ASGI handler (tests/benchmarks/bench_server.py).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from a2wsgi import WSGIMiddleware
from anyio import to_thread
from django.conf import settings
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from atocore_site.collector import calm
from atocore_site.wsgi import application as django_application  # before what imports models

from atocore_site import mcp_server  # isort: skip

# ASGI applications before Django.
MOUNTS: list[BaseRoute] = [mcp_server.ROUTE]


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Let the mounts run while the server does; what they do in threads takes no more of them than Django's pages."""
    to_thread.current_default_thread_limiter().total_tokens = settings.ATOCORE_THREADS
    async with mcp_server.server.session_manager.run():
        yield


def front(threads: int) -> Starlette:
    """The application: the mounts, then Django with `threads` requests at a time."""
    django: Any = django_application  # Django's type of the callable is wider than the standard's
    pages: Any = WSGIMiddleware(django, workers=threads)
    app = Starlette(routes=MOUNTS, lifespan=lifespan)
    # Not a mount at "/": its pattern passes over a path with a line break, which would then get a bare 404.
    app.router.default = pages
    return app


application = front(settings.ATOCORE_THREADS)
calm()
