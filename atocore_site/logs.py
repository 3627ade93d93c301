"""Owns how log lines look: one line of text or one JSON object each, always on standard error, with the request id."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="-")


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
        return json.dumps(line, ensure_ascii=True)


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
            "text": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"},
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
            # Its own handlers would print a line twice or send mail that nobody configured.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
