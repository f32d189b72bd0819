"""For every test: what may not be skipped; all of it on this machine, past any proxy the environment names; the
longest ones first; and no example of Hypothesis is held against a clock.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

pytest_plugins = ["pytester", "tests.must_run"]

os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every worker begins with its share of the slow tests, which mostly wait: at the end they would wait alone.

    xdist gives each worker a stretch of the list, all of the same length.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    slow = sorted((item for item in items if item.get_closest_marker("slow")), key=_patience, reverse=True)
    quick = [item for item in items if not item.get_closest_marker("slow")]
    stretch = len(items) // workers
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        first = slow[worker::workers]
        more = len(quick) if worker == workers - 1 else stretch - len(first)
        ordered += [*first, *quick[:more]]
        del quick[:more]
    items[:] = ordered


def _patience(item: pytest.Item) -> float:
    """Seconds a test may take, where it says so."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker is not None and marker.args else 0.0
