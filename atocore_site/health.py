"""Owns the answer to "is AtoCore working?": ok only when a write can really be made. Tells nothing else."""

import logging
import secrets
from datetime import datetime

from django.db import Error, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 {"status": "ok"} after a write probe, 503 {"status": "not ok"} when it failed (the log says why)."""
    try:
        probe()
    except Error:
        logger.exception("the write probe failed")
        return JsonResponse({"status": "not ok"}, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "ok"})


def probe() -> None:
    """Write a row and take it back, leaving nothing behind. Raises django.db.Error when the database refuses.

    A session row is what is written: every database has that table, and the write needs the same connection, lock and
    permissions as every other one.
    """
    row: list[str | datetime] = [f"healthz-{secrets.token_hex(12)}", "", timezone.now()]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, %s)", row)
        transaction.set_rollback(True)
