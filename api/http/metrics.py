"""Metrics of requests, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram


class RequestMetrics:
    """Counts and durations of requests, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gender_coach_requests_total",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "gender_coach_request_seconds",
            "Time until the answer was complete.",
            ["method", "route"],
            registry=self.registry,
        )
        # One for each combination of labels: prometheus-client would look them up each time.
        self._request: dict[tuple[str, str, int], Counter] = {}
        self._second: dict[tuple[str, str], Histogram] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        request, second = (method, route, status), (method, route)
        if request not in self._request:
            self._request[request] = self.requests.labels(*request)
            self._second[second] = self.seconds.labels(*second)
        self._request[request].inc()
        self._second[second].observe(seconds)
