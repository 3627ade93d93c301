"""What is counted while AtoCore serves, for Prometheus. Names follow its guide: base units, `_total` for counters.

Labels have few values: a view is named, never its address, so that no client can make series without end.
https://prometheus.io/docs/practices/naming/
"""

from prometheus_client import GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR, CollectorRegistry, Counter, Histogram

#: Seconds; around what is asked of pages (0.3) and tools (0.015).
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
#: What HTTP itself knows; a client may invent others, and each would be a series.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"

#: This process's own. Not the library's default one, to which any package may add.
REGISTRY = CollectorRegistry()
for _collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
    REGISTRY.register(_collector)
_REQUESTS = Counter("atocore_http_requests", "Requests answered.", ["method", "view", "status"], registry=REGISTRY)
_SECONDS = Histogram(
    "atocore_http_request_duration_seconds", "Time to answer.", ["view"], buckets=_BUCKETS, registry=REGISTRY
)
_CALLS = Counter("atocore_mcp_calls", "Tools called over HTTP.", ["tool", "outcome"], registry=REGISTRY)


def answered(method: str, view: str, status: int, seconds: float) -> None:
    """Count an answer.

    Args:
        method: as the client sent it.
        view: the name of what answered, "" where no address matched.
        status: of HTTP.
        seconds: from the first middleware to the last.
    """
    named = view or OTHER
    _REQUESTS.labels(method if method in _METHODS else OTHER, named, str(status)).inc()
    _SECONDS.labels(named).observe(seconds)


def called(tool: str, outcome: str) -> None:
    """Count a call of a tool: `outcome` is ok, refused or failed."""
    _CALLS.labels(tool, outcome).inc()
