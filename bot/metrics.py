"""Figures for Prometheus and the health page, on 127.0.0.1 only and only when a port is set.

The figures that matter are read from the database at the moment they are asked for, so a restart resets nothing.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.work import Work

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class DeskFigures(Collector):
    """Counts of what the database holds."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def collect(self) -> Iterator[Metric]:
        """The figures at this moment."""
        with self._work.look() as context:
            unit = context.unit
            suggestions, outbox = unit.suggestions.counts(), unit.outbox.counts()
            copies = unit.copies.counts()
            waiting, last = unit.inbox.waiting(), unit.inbox.last_received_at()
        yield _family(
            "okmo_suggestions", "Suggestions by state", "state", {str(k): v for k, v in suggestions.items()}
        )
        yield _family("okmo_outbox", "Deliveries by state", "state", {str(k): v for k, v in outbox.items()})
        family = GaugeMetricFamily("okmo_copies", "Copies not yet out, by network", labels=["network", "state"])
        for (network, state), count in copies.items():
            family.add_metric([network, str(state)], count)
        yield family
        inbox = GaugeMetricFamily("okmo_inbox_waiting", "Events stored and not handled yet")
        inbox.add_metric([], waiting)
        yield inbox
        if last is not None:
            seen = GaugeMetricFamily("okmo_last_event_timestamp_seconds", "When the last event was stored")
            seen.add_metric([], last.timestamp())
            yield seen


def _family(name: str, what: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, what, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


class Metrics:
    """The registry and the page."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.calls = Histogram(
            "okmo_vk_call_seconds",
            "Calls to VK by method and outcome",
            ["method", "outcome"],
            registry=self.registry,
        )
        self._server: ThreadingHTTPServer | None = None

    def observe(self, method: str, seconds: float, outcome: str) -> None:
        """Count one call."""
        self.calls.labels(method, outcome).observe(seconds)

    def serve(self, port: int, work: Work, dead: Callable[[], list[str]]) -> None:
        """Open the page on 127.0.0.1."""
        self.registry.register(DeskFigures(work))
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self.registry, dead))
        threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True).start()

    def close(self) -> None:
        """Close the page."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


def _handler(registry: CollectorRegistry, dead: Callable[[], list[str]]) -> type[BaseHTTPRequestHandler]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name http.server looks for
            if self.path == "/healthz":
                loops = dead()
                self._answer(503 if loops else 200, "application/json", json.dumps({"dead": loops}).encode())
            elif self.path == "/metrics":
                self._answer(200, CONTENT_TYPE, generate_latest(registry))
            else:
                self._answer(404, "text/plain", b"")

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """The journal is for what happened, not for who looked."""

    return Page
