"""What the channels of both messengers do alike when a post with pictures is edited."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.fetch import net_locations
from bot.media import Media
from bot.targets.network import Files
from editorial.delivery import RetryLater, Sent, Uncertain
from editorial.suggestion import Attachment
from tests.builders import NOW
from tests.media.pictures import a_picture
from tests.media.server import sends
from tests.sandbox_client import SandboxClient
from tests.targets.rig import Rig, changed, placed_of
from tests.targets.rigs.max import MaxRig
from tests.targets.rigs.telegram import TelegramRig
from tests.vk.fault_server import fault_server


@pytest.fixture(params=[TelegramRig, MaxRig], ids=["telegram", "max"])
def rig(request: pytest.FixtureRequest, vk: SandboxClient, tmp_path: Path) -> Rig:
    made: Rig = request.param(vk, tmp_path)
    return made


def test_an_article_and_a_page_are_found_where_vk_says_they_are(rig: Rig) -> None:
    """VK names an article by words, and a page by a community it does not call its owner."""
    article = Attachment("article", -1, 7, url="https://vk.com/@okmo-most", title="Мост")
    page = Attachment("page", None, 8, url="https://vk.com/page-1_8", title="Правила")
    rig.publish(rig.story("Мост", [article, page]))
    assert list(rig.seen()[0].links) == [article.url, page.url]


def test_t52_what_vk_escaped_is_read_in_titles_too(rig: Rig) -> None:
    video = Attachment("video", -1, 7, title="Мост &amp; &quot;Паром&quot; &amp;lt;")
    poll = Attachment("poll", -1, 8, title="&quot;Паром&quot;?", answers="Да &amp; нет\nR&D")
    placed = rig.publish(rig.story("Мост", [video, poll]))
    shown = str(rig.posts())
    for words in ('Мост & "Паром" &lt;', '"Паром"?'):
        assert words in shown
    if len(placed) == 2:
        assert [one["text"] for one in rig.posts()[-1]["poll"]["options"]] == ["Да & нет", "R&D"]


def test_words_are_changed_although_the_pictures_are_gone_from_vk(rig: Rig) -> None:
    story = rig.story("Мост", rig.photos(2))
    placed = rig.publish(story)
    forgetful = rig.build(rig.vk.url)
    forgetful.media = Files(Media(rig.folder / "new", refresh=lambda _o, _p: {}))
    edited = changed(story, text="Мост 2", attachments=[replace(one, url=None) for one in story.attachments])

    outcome = rig.send(edited, kind="edit", placed=placed[0], target=forgetful)

    assert isinstance(outcome, Sent)
    assert [(post["text"], len(post["pictures"])) for post in rig.posts()] == [("Мост 2", 2)]


#: Pictures that one of them does not take as they are, by what is wrong with them.
UNFIT = {
    "webp": a_picture(kind="WEBP"),
    "gif": a_picture(200, 100, kind="GIF"),
    "sides of 10,120 together": a_picture(9600, 520),
    "a side of 7,700": a_picture(7700, 420),
}


@pytest.mark.parametrize("content", UNFIT.values(), ids=UNFIT)
def test_t64_a_picture_it_does_not_take_is_made_one_that_it_takes(rig: Rig, content: bytes) -> None:
    with fault_server(sends(content)) as server:
        own = net_locations(rig.vk.url, server.url)
        rig.media = Media(rig.folder / "unfit", refresh=lambda _owner, _post: {}, own_hosts=own)
        rig.target = rig.build(rig.vk.url)
        [placed] = rig.publish(rig.story("Мост", [Attachment("photo", -1, 9, url=server.url)])).values()

    assert [(post["text"], len(post["pictures"])) for post in rig.posts()] == [("Мост", 1)]
    assert placed.result["left_out"] == placed.result["notes"] == []


#: How each refuses a picture.
REFUSED: dict[type[Rig], tuple[str, dict[str, Any]]] = {
    MaxRig: ("max.upload", {"text": "File extension is forbidden"}),
    TelegramRig: (
        "telegram.sendMediaGroup",
        {"text": 'Bad Request: failed to send message #2 with the error message "PHOTO_INVALID_DIMENSIONS"'},
    ),
}


def test_a_post_that_lost_a_picture_can_be_edited_and_still_names_it(rig: Rig) -> None:
    method, words = REFUSED[type(rig)]
    rig.fault("error", method, code=400, **words)
    story = rig.story("Мост", rig.photos(3))
    parcel = rig.parcel(story)
    [outcome] = rig.target.send([parcel])
    if isinstance(outcome, Uncertain):  # an album may have arrived in part
        assert isinstance(rig.settle(parcel, after=60), RetryLater)
        [outcome] = rig.target.send([parcel])
    assert isinstance(outcome, Sent)
    placed = {0: placed_of(outcome, NOW)}

    assert [type(one) for one in rig.edit(changed(story, text="Мост 2"), placed)] == [Sent]
    [post] = rig.posts()
    assert (post["text"], len(post["pictures"])) == ("Мост 2\n\nЕщё 1 фото — ВКонтакте", 2)
