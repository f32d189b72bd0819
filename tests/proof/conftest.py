"""PostgreSQL for the races, started by the storage tests' own fixture."""

from __future__ import annotations

from tests.storage.conftest import server as server  # noqa: PLC0414  # a fixture
