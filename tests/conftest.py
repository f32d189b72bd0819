"""For every test: what may not be skipped; and all of it on this machine, past any proxy the environment names."""

from __future__ import annotations

import os

pytest_plugins = ["pytester", "tests.must_run"]

os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
