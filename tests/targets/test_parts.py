"""What a story becomes in each network, all parts together: the whole text once, every file once, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.media import Media
from bot.targets.http import Http
from bot.targets.max import TEXT_LIMIT as MAX_LIMIT
from bot.targets.max import MaxApi, MaxTarget
from bot.targets.ok import TEXT_LIMIT as OK_LIMIT
from bot.targets.ok import topic
from bot.targets.telegram_story import CAPTION_LIMIT, MOST_IN_ALBUM, TEXT_LIMIT, parts_of
from editorial.markup import parse
from editorial.networks import Part, Story
from editorial.post import utf16_length
from editorial.render import max_html, plain, telegram
from editorial.suggestion import Attachment
from handlers.texts import READ_ON
from tests.rules.test_render import AWKWARD, Reader, shown

LINK: Final = "https://vk.com/wall-1_77"
MAX: Final = MaxTarget(
    Media(Path("media"), refresh=lambda _owner, _post: {}), MaxApi(Http("max"), "https://max.invalid", "key"), -1
)


def of_max(story: Story) -> Sequence[Part]:
    return MAX.render(story, MAX.networks[0])


def of_ok(story: Story) -> Sequence[Part]:
    return (topic(story),)


def said_in_telegram(part: Part) -> str:
    limit = TEXT_LIMIT if part.kind == "text" else CAPTION_LIMIT
    assert utf16_length(part.body["text"]) <= limit
    assert part.kind == "text" or len(part.media) <= MOST_IN_ALBUM
    return str(part.body["text"])


def said_in_max(part: Part) -> str:
    assert utf16_length(part.body["text"]) <= MAX_LIMIT
    return Reader(part.body["text"], {"a"}).text


def said_in_ok(part: Part) -> str:
    text = "".join(block["text"] for block in part.body["media"] if block["type"] == "text")
    assert utf16_length(text) <= OK_LIMIT
    return text


WAYS: Final[dict[str, tuple[Callable[[Story], Sequence[Part]], Callable[[Part], str], Callable[[str], str]]]] = {
    "telegram": (parts_of, said_in_telegram, lambda text: telegram(parse(text))[0]),
    "max": (of_max, said_in_max, lambda text: Reader(max_html(parse(text)), {"a"}).text),
    "ok": (of_ok, said_in_ok, lambda text: plain(parse(text))),
}


@pytest.mark.parametrize("name", WAYS)
@given(text=AWKWARD, times=st.sampled_from([1, 8, 40]), photos=st.integers(0, 13))
@settings(max_examples=100, deadline=None)
def test_t51_the_parts_together_are_the_whole_story(name: str, text: str, times: int, photos: int) -> None:
    render, said, whole = WAYS[name]
    text *= times
    pictures = tuple(Attachment("photo", -1, number, url="https://img.invalid/1.jpg") for number in range(photos))
    story = Story(214, text, pictures, LINK, datetime(2026, 11, 23, 9, tzinfo=UTC), -1, 77)

    parts = render(story)

    together = shown("".join(map(said, parts)))
    if any("text_shortened" in part.notes for part in parts):
        assert shown(whole(text)).startswith(together.partition(shown(READ_ON))[0].rstrip("…"))
    elif shown(whole(text)):
        assert together == shown(whole(text))
    assert [one for part in parts for one in part.media] == list(pictures)
