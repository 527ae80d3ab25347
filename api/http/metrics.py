"""Request metrics for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram


class RequestMetrics:
    """Request counts and durations, in a separate registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gender_coach_requests_total",
            "Total number of requests.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "gender_coach_request_seconds",
            "Request duration in seconds.",
            ["method", "route"],
            registry=self.registry,
        )
        # Cached by labels, to avoid the cost of `labels()` on each request.
        self._request: dict[tuple[str, str, int], Counter] = {}
        self._second: dict[tuple[str, str], Histogram] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Record one completed request."""
        request, second = (method, route, status), (method, route)
        if request not in self._request:
            self._request[request] = self.requests.labels(*request)
            self._second[second] = self.seconds.labels(*second)
        self._request[request].inc()
        self._second[second].observe(seconds)
