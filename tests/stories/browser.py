"""A real Chromium for the tests that look at the sandbox's page.

Finds the machine's own browser, opens pages in it and keeps what went wrong there (console errors, requests
that leave the page's origin); what a page should show is for the tests to say.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAPTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE_MILLISECONDS = 15_000


def find_chromium() -> str | None:
    """The path of the machine's Chromium, None where there is none."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


#: The marks of a module that looks at the page: what the run of every push may not skip, and what is skipped here.
needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine (Debian package: chromium)"),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), headless=True, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """A person in front of the page: the open page and everything suspicious it did."""

    def __init__(self, browser: Browser, url: str, *, phone: bool = False, dark: bool = False) -> None:
        self.url = url
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        options: dict[str, Any] = {"viewport": PHONE, "is_mobile": True, "has_touch": True} if phone else {}
        self._context = browser.new_context(
            **{"viewport": LAPTOP, "locale": "ru-RU", **options}, color_scheme="dark" if dark else "light"
        )
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE_MILLISECONDS)
        expect.set_options(timeout=PATIENCE_MILLISECONDS)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._watch)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _watch(self, request: Request) -> None:
        inside = request.url.startswith((self.url, "data:", "blob:"))
        if not inside:
            self.strangers.append(request.url)

    def open(self) -> Visitor:
        """Opens the page and waits until it is connected to the sandbox."""
        self.page.goto(self.url)
        expect(self.see("connection")).to_have_attribute("data-state", "on")
        return self

    def close(self) -> None:
        """Closes the page with its cookies and memory."""
        self._context.close()

    def see(self, name: str) -> Locator:
        """The things on the page with this data-testid."""
        return self.page.get_by_test_id(name)

    def message(self, column: str, text: str) -> Locator:
        """Messages with the text in column «chat» or «dialog»."""
        return self.see(f"{column}-messages").get_by_test_id("message").filter(has_text=text)

    def button(self, message: Locator, label: str) -> Locator:
        """A button under a message, by its label; an emoji may stand before the words."""
        return message.locator(f'[data-testid="button"][data-label$="{label}"]')

    def take_author(self, user_id: int) -> None:
        """Takes the phone of this author."""
        self.see(f"author-{user_id}").click()

    def take_moderator(self, user_id: int) -> None:
        """Speaks and presses in the chat as this person from now on."""
        self.see(f"moderator-{user_id}").click()

    def suggest(self, text: str, photos: int = 0) -> None:
        """Fills in «Предложить новость» and sends it."""
        self.see("suggest-text").fill(text)
        for _ in range(photos):
            self.see("suggest-photo-add").click()
        self.see("suggest-submit").click()
        expect(self.see("suggest-text")).to_have_value("")
