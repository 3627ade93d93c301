"""Owns how log lines look: one line of text or one JSON object each, always on standard error, with the request id.

Nothing that opens a door is written. Not every line is ours: Django names the Referer of a form that it refuses, which
may be a sign-in link, and a driver's fault may name the address of the database.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from atocore_site.env import MASK

request_id: ContextVar[str] = ContextVar("request_id", default="-")


#: What stands before a secret, and the secret: links, tokens of ours, headers, and passwords within addresses.
_SECRETS = re.compile(
    r"((?:sesame|token|session|csrf|password|secret|key)(?:=|[\"']\s*:\s*[\"'])"
    r"|\bBearer\s+"
    r"|\batc_(?=[\w-]{16})"
    r"|\b[a-z][a-z0-9+.-]*://[^\s/:@]*:(?=[^\s/@]+@))"
    r"[^\s&\"'\\;,)<>@]+",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """Return a line with stars in place of every token, link, cookie and password in it."""
    return _SECRETS.sub(rf"\1{MASK}", text)


class RequestIdFilter(logging.Filter):
    """Adds the id of the request being answered, "-" outside one."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class ClientFaultFilter(logging.Filter):
    """Takes the traceback off a refusal that Django logs (a body too large, a 403): the fault is the client's."""

    def filter(self, record: logging.LogRecord) -> bool:
        refusal = record.name == "django.request" and record.levelno < logging.ERROR
        if refusal or record.name.startswith("django.security"):
            record.exc_info = None
        return True


class TextFormatter(logging.Formatter):
    """One line of text, with its traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request_id and, after an exception, its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps({name: masked(text) for name, text in line.items()}, ensure_ascii=True)


def logging_config(*, as_json: bool, level: str) -> dict[str, Any]:
    """Django's LOGGING setting."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "atocore_site.logs.RequestIdFilter"},
            "client_fault": {"()": "atocore_site.logs.ClientFaultFilter"},
        },
        "formatters": {
            "text": {
                "()": "atocore_site.logs.TextFormatter",
                "format": "{asctime} {levelname} {name} [{request_id}] {message}",
                "style": "{",
            },
            "json": {"()": "atocore_site.logs.JsonFormatter"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json" if as_json else "text",
                "filters": ["request_id", "client_fault"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            # It tells of every start and stop; `serve` says so itself.
            "uvicorn": {"level": "WARNING"},
            # It tells of every message of an assistant.
            "mcp": {"level": "WARNING"},
            # Its own handlers would print a line twice or send mail that nobody configured.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
