"""The run of every push leaves no test of the page and of PostgreSQL out; a machine without them may."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.must_run import VARIABLE

ROOT = Path(__file__).parents[1]
SKIPPED = """
import pytest

@pytest.mark.browser
@pytest.mark.skipif(True, reason="no Chromium")
def test_page():
    pass

@pytest.fixture
def server():
    pytest.skip("no PostgreSQL")

@pytest.mark.postgres
def test_database(server):
    pass

@pytest.mark.skipif(True, reason="not for this system")
def test_other():
    pass
"""
MARKERS = "[pytest]\nmarkers =\n    browser: a browser\n    postgres: a server\n"


@pytest.fixture
def skipping(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini(MARKERS)
    pytester.makepyfile(SKIPPED)
    return pytester


@pytest.mark.parametrize(
    ("named", "failed"), [("", 0), ("browser", 1), ("postgres", 1), ("browser postgres", 2)], ids=str
)
def test_what_may_not_be_skipped_fails_when_it_is(
    skipping: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, named: str, failed: int
) -> None:
    monkeypatch.setenv(VARIABLE, named)

    done = skipping.runpytest_inprocess("-p", "tests.must_run", "-p", "no:cacheprovider")

    done.assert_outcomes(skipped=3 - failed, errors=failed)


def test_the_run_of_every_push_names_the_browser_and_postgresql(tmp_path: Path) -> None:
    told = tmp_path / "told"
    (tmp_path / "make").write_text(f'#!/bin/sh\necho "$@ / ${VARIABLE}" >>"{told}"\n', encoding="utf-8")
    (tmp_path / "make").chmod(0o755)
    (tmp_path / "chromium").symlink_to("/bin/true")

    subprocess.run([ROOT / ".ci" / "run"], env={"PATH": f"{tmp_path}:{os.defpath}"}, timeout=30, check=True)

    assert told.read_text(encoding="utf-8") == "test check / browser postgres\n"
