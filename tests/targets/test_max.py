"""MAX's own rules: uploads that are not ready, answers that say no, pictures exchanged, views, its root certificate."""

from __future__ import annotations

import json
from pathlib import Path
from types import NoneType
from typing import Any

import pytest

from bot.targets.base import Standstill
from bot.targets.http import Http
from bot.targets.max import NOT_READY, MaxApi, MaxTarget
from bot.targets.pace import ChannelPace
from editorial.delivery import Refused, RetryLater, Sent, Uncertain
from editorial.networks import Placed
from editorial.post import utf16_length
from editorial.suggestion import Attachment
from handlers import texts
from sandbox.networks.max import CHANNEL, TOKEN
from tests.media.server import sends
from tests.sandbox_client import SandboxClient
from tests.targets.rig import LINK, NOW, Clock, changed, placed_of
from tests.targets.rigs.max import MaxRig
from tests.vk.fault_server import fault_server

LONG = "Мост строили долго, и вот его открыли для всех. " * 100


@pytest.fixture
def rig(vk: SandboxClient, tmp_path: Path) -> MaxRig:
    return MaxRig(vk, tmp_path)


def test_t46_an_upload_that_is_not_ready_is_waited_for_and_not_uploaded_again(rig: MaxRig) -> None:
    rig.vk.do("network", network="max", what="not_ready", times=len(NOT_READY) + 1)
    parcel = rig.parcel(rig.story("Мост", rig.photos(1)))

    outcomes = []
    for _ in range(len(NOT_READY) + 2):
        rig.target.resume()
        outcomes += rig.target.send([parcel])

    waits = [RetryLater("upload_not_ready", seconds, counts=False) for seconds in NOT_READY]
    assert outcomes[:-1] == [*waits, RetryLater("upload_not_ready")]
    assert isinstance(outcomes[-1], Sent)
    assert rig.calls(["max.upload"]) == 1
    assert len(rig.posts()) == 1


def test_uploads_that_fail_on_the_way_are_made_again_and_nothing_is_in_doubt(rig: MaxRig) -> None:
    for what in ("effect_then_reset", "effect_then_empty"):
        rig.fault(what, "max.upload", times=2)
        outcome = rig.send(rig.story("Мост", rig.photos(1)))
        assert isinstance(outcome, RetryLater), outcome
        rig.target.resume()
    assert rig.posts() == []
    rig.publish(rig.story("Мост", rig.photos(1)))


def test_t02_the_very_first_message_of_a_channel_is_known_not_to_be_there(rig: MaxRig) -> None:
    parcel = rig.parcel(rig.story("Мост открыли в среду."))
    rig.fault("reset", "max.messages")
    assert isinstance(rig.target.send([parcel])[0], Uncertain)
    assert isinstance(rig.settle(parcel, after=3600), RetryLater)
    rig.fault("says", "max.members", body='{"permissions": ["write"]}')
    assert rig.settle(parcel, after=3600) is None, "a bot that may not read everything sees no absence"


def test_t02_ours_is_found_among_what_cannot_be_read_and_forwards_hide_nothing(rig: MaxRig) -> None:
    assert isinstance(rig.target, MaxTarget)
    parcel = rig.parcel(rig.story("Мост открыли в среду."))
    rig.fault("effect_then_reset", "max.messages")
    assert isinstance(rig.target.send([parcel])[0], Uncertain)
    shown = rig.target._api.call("messages.read", "GET", "/messages", chat_id=CHANNEL)
    assert isinstance(shown, dict)
    [ours] = shown["messages"]
    strange = {**ours, "body": None}
    forward = {**strange, "link": {"type": "forward"}}
    for messages, expected in (([strange, ours], Sent), ([strange], NoneType), ([forward], RetryLater)):
        rig.fault("says", "max.messages.read", body=json.dumps({"messages": messages}))
        assert isinstance(rig.settle(parcel, after=3600), expected), messages


def test_t02_ours_is_found_where_max_tells_the_markup_and_not_the_text(rig: MaxRig) -> None:
    parcel = rig.parcel(rig.story("[club1|Мост] & паром"))
    rig.fault("effect_then_reset", "max.messages")
    assert isinstance(rig.target.send([parcel])[0], Uncertain)
    assert isinstance(rig.target, MaxTarget)
    shown = rig.target._api.call("messages.read", "GET", "/messages", chat_id=CHANNEL)
    assert isinstance(shown, dict)
    [ours] = shown["messages"]
    told = {**ours, "body": {**ours["body"], "text": '<a href="https://vk.com/club1">Мост</a> &amp; паром'}}
    rig.fault("says", "max.messages.read", body=json.dumps({"messages": [told]}))
    assert isinstance(rig.settle(parcel), Sent)


def test_t46_too_often_is_certainly_not_sent_in_whatever_words(rig: MaxRig) -> None:
    rig.fault("http", "max.messages", status=429)
    assert rig.send(rig.story("Мост")) == RetryLater("too_often", 6.0, 429, counts=False)
    assert rig.posts() == []


def test_the_host_that_takes_files_is_not_given_the_key(rig: MaxRig) -> None:
    """Files go to other hosts than calls; what is written there is not ours to know."""
    with fault_server(sends(b'{"photos": {"1": {"token": "t"}}}', kind="application/json")) as server:
        photo = rig.media.get(rig.photos(1)[0], -1, 77)
        assert isinstance(rig.target, MaxTarget)
        said = rig.target._api.upload(server.url, photo, photo.name)
    assert said == {"photos": {"1": {"token": "t"}}}
    [asked] = server.asked
    assert TOKEN not in asked.headers.values()


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_host_that_takes_no_file_says_nothing_of_the_key(rig: MaxRig, status: int) -> None:
    """It knows no key: its address for the file has run out."""
    rig.fault("error", "max.upload", code=status)
    story = rig.story("Мост", rig.photos(1))

    assert rig.send(story) == RetryLater("upload_failed", code=status)
    assert rig.target.standstill() is None
    rig.publish(story)


@pytest.mark.parametrize("permission", ["write", "post_edit_delete_message"])
def test_either_permission_lets_it_post(rig: MaxRig, permission: str) -> None:
    rig.vk.do("network", network="max", what="permissions", set=[permission])
    assert rig.target.health().ok


@pytest.mark.parametrize("method", ["max.me", "max.members"])
def test_health_where_max_does_not_tell_who_the_bot_is(rig: MaxRig, method: str) -> None:
    rig.fault("error", method, code=404, times=2)
    assert rig.target.health().ok
    rig.vk.do("network", network="max", what="membership", on=False)
    assert (rig.target.health().ok, rig.target.health().reason) == (False, "no_rights")


def test_t64_a_picture_max_does_not_take_is_named(rig: MaxRig) -> None:
    rig.fault("error", "max.upload", code=400, text="File extension is forbidden")

    placed = rig.publish(rig.story("Два фото", rig.photos(2)))

    post = rig.posts()[0]
    assert (post["text"], len(post["pictures"])) == ("Два фото\n\nЕщё 1 фото — ВКонтакте", 1)
    assert placed[0].result["notes"] == ["photo_as_link"]


def test_t50_a_text_too_long_goes_on_behind_a_button(rig: MaxRig) -> None:
    story = rig.story("&<>" * 2000 + ". " + LONG)
    rig.publish(story)

    assert 3700 < utf16_length(rig.target.render(story, rig.network)[0].body["text"]) <= 3900
    post = rig.posts()[0]
    assert post["text"].endswith(texts.READ_ON)
    assert post["buttons"] == [{"type": "link", "text": texts.READ_ON, "url": LINK}]


def test_a_page_is_shown_under_a_text_only_where_it_is_what_the_post_is_about(rig: MaxRig) -> None:
    page = Attachment("link", url="https://okmo.invalid/most", title="О мосте")
    for story in (("Мост", [page]), ("Мост и okmo.ru", ()), ("Мост", [page, *rig.photos(1)])):
        rig.publish(rig.story(*story))
    assert [post["previews"] for post in rig.posts()] == [True, False, False]


@pytest.mark.parametrize(("text", "buttons"), [("Мост", 0), ("Слово и дело. " * 400, 1)])
def test_t60_eleven_pictures_stand_in_two_messages(rig: MaxRig, text: str, buttons: int) -> None:
    """A button counts as an attachment, so a message of ten pictures has none."""
    rig.publish(rig.story(text, [*rig.photos(10), *rig.photos(1)]))
    rig.publish(rig.story(text, rig.photos(9)))
    assert [(len(post["pictures"]), len(post["buttons"])) for post in rig.posts()] == [
        (10, 0),
        (1, 0),
        (9, buttons),
    ]


def test_pictures_alone_stand_alone(rig: MaxRig) -> None:
    rig.publish(rig.story("", rig.photos(1)))
    rig.publish(rig.story("Мост"))

    assert [(post["text"], post["buttons"]) for post in rig.posts()] == [("", []), ("Мост", [])]


def test_what_stands_under_no_number_is_edited_by_a_person(rig: MaxRig) -> None:
    nowhere = Placed((), None, NOW)
    assert rig.send(rig.story("Мост"), kind="edit", placed=nowhere) == Refused("cannot_edit")


def test_each_document_stands_alone(rig: MaxRig) -> None:
    with fault_server(sends(b"%PDF-1.4 text", kind="application/pdf")) as server:
        from bot.fetch import net_locations
        from bot.media import Media

        rig.media = Media(
            rig.folder / "f", refresh=lambda _o, _p: {}, own_hosts=net_locations(rig.vk.url, server.url)
        )
        rig.target = rig.build(rig.vk.url)
        papers = [Attachment("doc", -1, number, url=f"{server.url}{number}", title="Приказ") for number in (1, 2)]
        rig.publish(rig.story("Приказы", [*rig.photos(1), *papers]))

    assert [(len(post["pictures"]), len(post["files"])) for post in rig.posts()] == [(1, 0), (0, 1), (0, 1)]
    assert [file["name"] for post in rig.posts() for file in post["files"]] == ["Приказ.pdf"] * 2


def test_t18_an_answer_that_says_no_is_no_success(rig: MaxRig) -> None:
    story = rig.story("Мост")
    placed = rig.publish(story)
    rig.vk.do("network", network="max", what="says_no", to=["edit", "delete"])

    assert rig.edit(changed(story, text="Мост 2"), placed) == [Refused("cannot_edit")]
    assert rig.remove(story, placed) == [Refused("cannot_remove")]
    assert [post["text"] for post in rig.posts()] == ["Мост"]


def test_t71_a_bot_that_may_post_but_not_remove_leaves_it_to_a_person(rig: MaxRig) -> None:
    story = rig.story("Мост")
    placed = rig.publish(story)
    rig.vk.do("network", network="max", what="permissions", set=["read_all_messages", "write"])

    assert rig.remove(story, placed) == [Refused("cannot_remove", 403)]
    assert rig.target.standstill() is None
    rig.vk.do("network", network="max", what="membership", on=False)
    assert rig.remove(story, placed) == [RetryLater("no_rights", code=403, counts=False)]


def test_pictures_are_exchanged_by_an_edit(rig: MaxRig) -> None:
    photos = rig.photos(3)
    story = rig.story("Мост", photos[:2])
    placed = rig.publish(story)

    outcomes = rig.edit(changed(story, text="Мост 2", attachments=photos[1:]), placed)

    assert [type(one) for one in outcomes] == [Sent]
    wanted = [rig.media.get(one, -1, 77).read() for one in photos[1:]]
    assert [rig.vk.get(address).content for address in rig.posts()[0]["pictures"]] == wanted


def test_a_picture_that_was_taken_out_comes_back(rig: MaxRig) -> None:
    """MAX forgets a file with the last message it stood in, so what it once gave for it is worth nothing then."""
    photos = rig.photos(2)
    story = rig.story("Мост", photos)
    placed = rig.publish(story)
    [taken_out] = rig.edit(changed(story, attachments=photos[:1]), placed)
    assert isinstance(taken_out, Sent)

    outcomes = rig.edit(story, {0: placed_of(taken_out, NOW)})

    assert [type(one) for one in outcomes] == [Sent]
    wanted = [rig.media.get(one, -1, 77).read() for one in photos]
    assert [rig.vk.get(address).content for address in rig.posts()[0]["pictures"]] == wanted


def test_a_post_that_was_withdrawn_goes_out_again(rig: MaxRig) -> None:
    story = rig.story("Мост", rig.photos(1))
    rig.remove(story, rig.publish(story))

    rig.publish(story)

    assert [len(post["pictures"]) for post in rig.posts()] == [1]


def test_edits_keep_to_two_a_second(rig: MaxRig) -> None:
    target = MaxTarget(rig.media, MaxApi(Http("max", secret=[TOKEN]), f"{rig.vk.url}/max", TOKEN), CHANNEL)
    story = rig.story("Мост")
    placed = rig.publish(story)[0]
    assert target.standstill() is None

    target.send([rig.parcel(changed(story, text="Мост 2"), kind="edit", placed=placed)])

    rests = target.standstill()
    assert rests is not None
    assert rests.seconds > 0.4


def test_a_post_that_somebody_deleted_cannot_be_edited(rig: MaxRig) -> None:
    story = rig.story("Мост")
    placed = rig.publish(story)
    rig.vk.do("network", network="max", what="delete", id=placed[0].ids[0])

    assert rig.edit(changed(story, text="Мост 2"), placed) == [Refused("gone", 404)]


def test_views_are_read(rig: MaxRig) -> None:
    placed = rig.publish(rig.story("Мост"))
    rig.vk.do("network", network="max", what="read", id=placed[0].ids[0], times=31)

    reach = rig.target.reach(rig.network, placed[0])

    assert reach is not None
    assert (reach.views, reach.likes) == (31, None)


def test_one_that_was_sent_before_is_not_taken_for_the_one_in_doubt(rig: MaxRig) -> None:
    rig.publish(rig.story("Мост"))
    parcel = rig.parcel(rig.story("Мост"))
    rig.fault("reset", "max.messages")

    assert isinstance(rig.target.send([parcel])[0], Uncertain)
    assert rig.settle(parcel) is None
    assert rig.settle(parcel, after=60) == RetryLater("not_sent", 0.0, counts=False)


@pytest.mark.parametrize("what", ["reset", "effect_then_reset"])
def test_in_a_busy_hour_it_can_still_be_told_what_became_of_a_post(rig: MaxRig, what: str) -> None:
    """After an outage posts follow one another quickly; those before must not hide that this one is missing."""
    for number in range(30):
        rig.publish(rig.story(f"Мост {number}"))
    parcel = rig.parcel(rig.story("Мост"))
    rig.fault(what, "max.messages")
    assert isinstance(rig.target.send([parcel])[0], Uncertain)

    found = rig.settle(parcel, after=60)

    assert isinstance(found, Sent) or (what == "reset" and found == RetryLater("not_sent", 0.0, counts=False))
    assert len(rig.posts()) == 30 + (what != "reset")


@pytest.mark.parametrize(
    ("switch", "reason"),
    [({"what": "membership", "on": False}, "no_rights"), ({"what": "permissions", "set": ["edit"]}, "no_rights")],
)
def test_a_channel_that_is_closed_to_the_bot(rig: MaxRig, switch: dict[str, Any], reason: str) -> None:
    rig.vk.do("network", network="max", **switch)

    outcome = rig.send(rig.story("Мост"))

    assert isinstance(outcome, RetryLater)
    assert (outcome.reason, outcome.counts) == (reason, False)
    assert (rig.target.health().ok, rig.target.health().reason) == (False, reason)


@pytest.mark.parametrize("message", ["{}", "5", '{"body": {}}', '{"body": {"mid": ""}}', '{"body": {"mid": 7}}'])
def test_t02_a_message_without_a_number_is_in_doubt(rig: MaxRig, message: str) -> None:
    rig.fault("says", "max.messages", body=f'{{"message": {message}}}')
    assert rig.send(rig.story("Мост")) == Uncertain("no_message_id")


@pytest.mark.parametrize("said", ['{"size": 3}', '{"photos": {}}', '{"photos": {"1": {}}}', '{"token": ""}'])
def test_an_upload_without_a_token_is_made_again(rig: MaxRig, said: str) -> None:
    rig.fault("says", "max.upload", body=said)
    assert rig.send(rig.story("Мост", rig.photos(1))) == RetryLater("upload_unreadable")
    rig.publish(rig.story("Мост", rig.photos(1)))


def test_a_change_max_refuses_without_a_word_is_read_up(rig: MaxRig) -> None:
    story = rig.story("Мост")
    placed = rig.publish(story)
    rig.fault("says", "max.messages.edit", body='{"note": "?"}')
    assert rig.edit(changed(story, text="Мост 2"), placed) == [RetryLater("no_answer")]
    rig.fault("says", "max.messages.edit", body='{"success": false}')
    rig.fault("error", "max.messages.read", code=404)
    assert rig.edit(changed(story, text="Мост 2"), placed) == [Refused("gone", 404)]


def test_the_channel_is_not_hurried(rig: MaxRig) -> None:
    clock = Clock()
    assert isinstance(rig.target, MaxTarget)
    rig.target._pace = ChannelPace(1.0, clock=clock)
    rig.publish(rig.story("Первая"))

    assert rig.send(rig.story("Вторая")) == RetryLater("pace", 1.0, counts=False)
    rig.target.resume()
    assert rig.target.standstill() == Standstill(1.0, "pace")
    clock.now += 1.0
    assert rig.target.standstill() is None
    rig.publish(rig.story("Вторая"))
