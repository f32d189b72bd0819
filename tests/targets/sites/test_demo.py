"""What the demonstration switches on answers it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from bot.config_file import read_settings
from bot.demo import _configuration
from bot.targets.network import Supplies
from bot.targets.registry import switched_on
from tests.sandbox_client import SandboxClient
from tests.targets.sites.stage import asked, media


@pytest.mark.parametrize("name", ["ok", "wordpress", "webhook"])
def test_the_demo_has_the_keys_of_its_sandbox(vk: SandboxClient, tmp_path: Path, name: str) -> None:
    target = of_demo(vk, tmp_path)[name]
    assert target.health().ok


def test_a_key_that_dies_of_disuse_is_used(vk: SandboxClient, tmp_path: Path) -> None:
    for target in of_demo(vk, tmp_path).values():
        target.keep_alive()
    assert asked(vk, "ok.users.getCurrentUser") > 0


def of_demo(vk: SandboxClient, folder: Path) -> dict[str, Any]:
    file = folder / "config.env"
    file.write_text(_configuration(vk.url, folder), encoding="utf-8")
    supplies = Supplies(media(vk, folder), cast("Any", None), cast("Any", None))
    settings = read_settings(file, {})
    return {target.name: target for target in switched_on(settings, lambda: supplies)}
