"""What may not be skipped: `OKMO_MUST_RUN` names markers, and a skipped test that bears one of them has failed.

On a developer's machine a test whose browser or database is missing is skipped by name; the run of every push
sets the variable, so that there nothing is left out unseen.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

VARIABLE = "OKMO_MUST_RUN"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    named = {mark.name for mark in item.iter_markers()} & set(os.environ.get(VARIABLE, "").split())
    if named and report.skipped and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{VARIABLE} names {', '.join(sorted(named))}, and this was skipped. {why}"
    return report
