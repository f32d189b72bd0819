"""The panel of the other networks: every post as its reader would see it, on a laptop and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bot.vk.posts import attachments_of
from editorial.suggestion import Attachment
from sandbox.server import Sandbox
from tests.sandbox_client import SandboxClient
from tests.stories.browser import Visitor, needs_chromium
from tests.targets.rig import Rig, changed
from tests.targets.rigs.max import MaxRig
from tests.targets.rigs.telegram import TelegramRig
from tests.targets.rigs.vk_copy import VkCopyRig
from tests.targets.rigs.wordpress import WordPressRig

pytestmark = needs_chromium


@pytest.fixture
def vk() -> Iterator[SandboxClient]:
    with Sandbox(limits_off=True) as running:
        yield SandboxClient(running.url)


def attachments_of_a_poll(vk: SandboxClient) -> tuple[Attachment, ...]:
    """A poll that stands on VK."""
    post = vk.suggest(text="Опрос", attachments=["poll:Нужен ли мост?"])
    found = next(one for one in vk.state(only="suggestions")["suggestions"] if one["id"] == post)
    return attachments_of(found["attachments"])


@pytest.mark.parametrize(
    ("kind", "name", "phone"),
    [
        pytest.param(TelegramRig, "telegram", False, id="telegram-laptop"),
        pytest.param(TelegramRig, "telegram", True, id="telegram-phone"),
        pytest.param(MaxRig, "max", False, id="max-laptop"),
        pytest.param(MaxRig, "max", True, id="max-phone"),
        pytest.param(VkCopyRig, "neighbour", False, id="neighbour-laptop"),
        pytest.param(WordPressRig, "wordpress", False, id="wordpress-laptop"),
    ],
)
def test_a_post_is_read_in_another_network(
    browser: Browser, vk: SandboxClient, tmp_path: Path, kind: type[Rig], name: str, phone: bool
) -> None:
    rig = kind(vk, tmp_path)
    poll = attachments_of_a_poll(vk) if name == "neighbour" else ()
    story = rig.story("Мост открыли в среду, см. [club1|ОКМО] <b>", (*rig.photos(3), *poll))
    placed = rig.publish(story)
    visitor = Visitor(browser, f"{vk.url}/", phone=phone).open()
    page = visitor.page

    page.click("[data-testid=tab-networks]" if phone else "#column-wall [data-reader-button=networks]")
    page.click(f"[data-testid=network-{name}]")

    post = page.locator("[data-testid=network-post]")
    expect(post).to_have_count(1)
    expect(post.locator("[data-testid=network-text]")).to_contain_text("Мост открыли в среду, см. ОКМО <b>")
    expect(post.locator("[data-testid=network-text] a").first).to_have_attribute("href", "https://vk.com/club1")
    expect(post.locator(".photo img")).to_have_count(3)
    expect(post.locator("[data-testid=attachment]", has_text="Нужен ли мост?")).to_have_count(len(poll))
    page.wait_for_function(
        "[...document.querySelectorAll('.network-post img')].every((one) => one.naturalWidth > 0)"
    )
    expect(post.locator("[data-testid=network-edited]")).to_have_count(0)

    rig.edit(changed(story, text="Мост открыли в четверг"), placed)
    expect(post.locator("[data-testid=network-text]")).to_contain_text("Мост открыли в четверг")
    expect(post.locator("[data-testid=network-edited]")).to_have_count(1)

    rig.remove(story, placed)
    expect(page.locator("[data-testid=network-empty]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visitor.complaints == []
    assert visitor.strangers == []
