"""For every test: what may not be skipped."""

from __future__ import annotations

pytest_plugins = ["pytester", "tests.must_run"]
