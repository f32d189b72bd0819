"""Telegram's own rules: captions and texts, albums, refusals in its words, looking through the log chat, pace."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.media import Media
from bot.targets.http import Http
from bot.targets.pace import ChannelPace
from bot.targets.telegram import TelegramTarget
from bot.targets.telegram_api import TelegramApi
from bot.vk.posts import attachments_of
from editorial.delivery import Refused, RetryLater, Sent, Uncertain
from editorial.networks import Placed
from editorial.suggestion import Attachment
from handlers import crosspost
from sandbox.networks.telegram import CHANNEL, LOG_CHAT, TOKEN
from tests.media.pictures import an_animation
from tests.media.server import sends
from tests.sandbox_client import SandboxClient
from tests.targets.rig import LINK, NOW, Clock, changed, placed_of
from tests.targets.rigs.telegram import TelegramRig
from tests.vk.fault_server import answers, fault_server, html

LONG = "Мост строили долго, и вот его открыли для всех. " * 60
CAPTIONED = "Мост строили долго. " * 40


@pytest.fixture
def rig(vk: SandboxClient, tmp_path: Path) -> TelegramRig:
    return TelegramRig(vk, tmp_path)


def kinds(rig: TelegramRig, text: str, amount: int) -> list[str]:
    photos = [Attachment("photo", -1, number + 1, url="https://img.invalid/a.jpg") for number in range(amount)]
    return [part.kind for part in rig.target.render(rig.story(text, photos), rig.network)]


# --------------------------------------------------------------------------------------------------- what goes out


@pytest.mark.parametrize(
    ("text", "amount", "parts"),
    [
        ("😀" * 512, 1, ["photos"]),
        ("😀" * 512 + "!", 1, ["photos", "text"]),
        ("🇷🇺" * 256, 10, ["photos"]),
        ("[https://vk.com/wall-1_2|" + "я" * 1024 + "]", 3, ["photos"]),
        ("https://okmo.invalid/" + "x" * 1004, 3, ["photos", "text"]),
        ("я" * 4097, 0, ["text"]),
        ("", 2, ["photos"]),
        ("", 0, ["text"]),
        ("да", 12, ["photos", "photos"]),
    ],
)
def test_t50_which_parts_a_post_has(rig: TelegramRig, text: str, amount: int, parts: list[str]) -> None:
    assert kinds(rig, text, amount) == parts


def test_a_text_of_the_very_limit_is_whole_and_an_album_holds_ten(rig: TelegramRig) -> None:
    whole, short = (rig.target.render(rig.story("я" * length), rig.network)[0] for length in (4096, 4097))
    assert ("text_shortened" in whole.notes, "text_shortened" in short.notes) == (False, True)
    photos = [Attachment("photo", -1, number + 1, url="https://img.invalid/a.jpg") for number in range(12)]
    assert [len(part.media) for part in rig.target.render(rig.story("да", photos), rig.network)] == [10, 2]


def test_a_long_text_answers_to_its_album(rig: TelegramRig) -> None:
    rig.publish(rig.story(LONG, rig.photos(2)))

    album, text = rig.posts()
    assert (album["text"], len(album["pictures"])) == ("", 2)
    assert (text["text"], text["reply_to"]) == (LONG.strip(), album["ids"][0])


def test_the_page_a_post_is_about_is_shown_under_a_text(rig: TelegramRig) -> None:
    page = Attachment("link", url="https://okmo.invalid/most", title="О мосте")
    rig.publish(rig.story("Мост", [page]))
    rig.publish(rig.story("Мост и okmo.ru"))

    bare = rig.story("Мост и okmo.ru", link=None)
    placed = rig.publish(bare)

    assert [post["preview"] for post in rig.posts()] == [{"url": page.url}, *[{"is_disabled": True}] * 2]
    assert rig.posts()[0]["entities"][0]["url"] == page.url
    rig.edit(changed(bare, text="Мосты и okmo.ru"), placed)
    assert rig.posts()[-1]["preview"] == {"is_disabled": True}


def test_documents_go_along_under_their_names(rig: TelegramRig) -> None:
    with fault_server(sends(b"%PDF-1.4 text", kind="application/pdf")) as server:
        media = rig_with_files(rig, server.url)
        papers = [
            Attachment("doc", -1, number, url=f"{server.url}{number}", title=f"Приказ № {number}.pdf")
            for number in (1, 2)
        ]
        media.publish(media.story("Приказы", [*rig.photos(1), *papers]))
        media.publish(media.story("Приказ", papers[:1]))

    photo, papers_seen, single = rig.posts()
    assert (photo["text"], papers_seen["reply_to"]) == ("Приказы", photo["ids"][0])
    assert [file["name"] for file in papers_seen["files"]] == ["Приказ № 1.pdf", "Приказ № 2.pdf"]
    assert (single["kind"], single["text"]) == ("document", "Приказ")


def test_an_animation_moves(rig: TelegramRig) -> None:
    with fault_server(sends(an_animation(), kind="image/gif")) as server:
        media = rig_with_files(rig, server.url)
        media.publish(media.story("Мост", [Attachment("doc", -1, 3, url=server.url, title="most.gif")]))

    assert (rig.posts()[0]["kind"], rig.posts()[0]["text"]) == ("animation", "Мост")


@pytest.mark.parametrize("words", ["Not Found", "Not Found: method not found"])
def test_an_animation_is_a_document_where_there_are_none(rig: TelegramRig, words: str) -> None:
    with fault_server(sends(an_animation(), kind="image/gif")) as server:
        media = rig_with_files(rig, server.url)
        before = media.publish(media.story("Раньше"))
        rig.fault("error", "telegram.sendAnimation", code=404, text=words)
        rig.fault("effect_then_reset", "telegram.sendDocument")
        gif = Attachment("doc", -1, 3, url=server.url, title="most.gif")
        parcel = media.parcel(media.story("Мост", [gif]), before=before)

        assert isinstance(rig.target.send([parcel])[0], Uncertain)
        assert isinstance(media.settle(parcel), Sent)

    assert (rig.posts()[-1]["kind"], rig.posts()[-1]["text"]) == ("document", "Мост")


class Noticing(Http):
    """Keeps what goes out: the parameters, whichever way they go, and the names of the files' fields."""

    def __init__(self) -> None:
        super().__init__("telegram", secret=[TOKEN], timeout=(1, 1.5))
        self.sent: list[tuple[str, dict[str, Any], list[str]]] = []

    def ask(self, verb: str, url: str, what: str, **more: Any) -> Any:
        params = more.get("json") or more.get("form") or {}
        self.sent.append((what, dict(params), [one.field for one in more.get("files", ())]))
        return super().ask(verb, url, what, **more)


def test_a_file_of_its_own_goes_in_the_field_that_is_named_for_it(rig: TelegramRig) -> None:
    """Albums and exchanged files name their uploads; what is sent alone needs no such name."""
    noticing = Noticing()
    assert isinstance(rig.target, TelegramTarget)
    rig.target._api.http = noticing
    photos = rig.photos(3)
    rig.publish(rig.story("Мост", photos[:1]))
    rig.publish(rig.story("Мосты", photos[1:]))

    (one, single, files), (album, several, uploads) = noticing.sent
    assert (one, files, "photo" in single) == ("sendPhoto", ["photo"], False)
    assert (album, len(uploads)) == ("sendMediaGroup", 2)
    assert [item["media"] for item in json.loads(several["media"])] == [f"attach://{name}" for name in uploads]


@pytest.mark.parametrize(
    ("chat", "number"), [(str(CHANNEL), CHANNEL), ("@okmo_news", "@okmo_news")], ids=["number", "name"]
)
def test_a_channel_known_by_its_number_is_named_by_a_number(rig: TelegramRig, chat: str, number: int | str) -> None:
    noticing = Noticing()
    api = TelegramApi(noticing, f"{rig.vk.url}/telegram", TOKEN)
    target = TelegramTarget(rig.media, api, chat, log_chat=str(LOG_CHAT), pace=ChannelPace(0))
    story = rig.story("Мост")
    placed = rig.publish(story, target)
    rig.send(story, kind="remove", placed=placed[0], target=target)
    assert target.health().ok
    assert {params["chat_id"] for _, params, _ in noticing.sent if "chat_id" in params} == {number, LOG_CHAT}


@pytest.mark.parametrize(
    ("chat", "address"),
    [("@okmo_news", "https://t.me/okmo_news/7"), ("-1001234567890", "https://t.me/c/1234567890/7"), ("-77", None)],
)
def test_an_answer_that_does_not_name_the_channel_leads_to_it_all_the_same(
    rig: TelegramRig, chat: str, address: str | None
) -> None:
    with fault_server(answers({"ok": True, "result": {"message_id": 7}})) as server:
        api = TelegramApi(Http("telegram", timeout=(1, 1)), server.url.removesuffix("/"), TOKEN)
        outcome = rig.send(rig.story(), target=TelegramTarget(rig.media, api, chat, pace=ChannelPace(0)))
    assert isinstance(outcome, Sent)
    assert outcome.result["link"] == address


def rig_with_files(rig: TelegramRig, url: str) -> TelegramRig:
    """The same rig, whose files may also come from this address."""
    from bot.fetch import net_locations

    rig.media = Media(rig.folder / "files", refresh=lambda _o, _p: {}, own_hosts=net_locations(rig.vk.url, url))
    rig.target = rig.build(rig.vk.url)
    return rig


def a_poll(rig: TelegramRig) -> Attachment:
    post = rig.vk.suggest(text="Опрос", attachments=["poll:Нужен ли мост?"])
    row = next(one for one in rig.vk.state(only="suggestions")["suggestions"] if one["id"] == post)
    return attachments_of(row["attachments"])[0]


def test_a_poll_of_several_answers_stays_one(rig: TelegramRig) -> None:
    told = {"id": 7, "owner_id": -1, "question": "Что нужно?", "answers": [{"text": "Мост"}, {"text": "Паром"}]}
    several, one = (
        attachments_of([{"type": "poll", "poll": {**told, "multiple": more}}]) for more in (True, False)
    )
    rig.publish(rig.story("Опрос", several))
    rig.publish(rig.story("Опрос", one))

    polls = [post["poll"]["allows_multiple_answers"] for post in rig.posts() if post["poll"]]
    assert polls == [True, False]


def test_a_poll_is_asked_in_telegram_too(rig: TelegramRig) -> None:
    story = rig.story("Мост", [*rig.photos(1), a_poll(rig)])

    placed = rig.publish(story)

    photo, poll = rig.posts()
    assert (photo["text"], poll["reply_to"]) == ("Мост", photo["ids"][0])
    assert poll["poll"]["question"] == "Нужен ли мост?"
    assert [one["text"] for one in poll["poll"]["options"]] == ["Да", "Нет"]
    assert placed[0].result["notes"] == []
    assert [type(one) for one in rig.edit(changed(story, text="Мост 2"), placed)] == [Sent, Sent]
    other = replace(story.attachments[1], title="Нужны ли два?")
    assert rig.edit(changed(story, attachments=(story.attachments[0], other)), placed)[1] == Refused("cannot_edit")
    assert [type(one) for one in rig.remove(story, placed)] == [Sent, Sent]
    assert rig.posts() == []


def test_a_poll_in_doubt_is_found_and_one_too_long_is_named(rig: TelegramRig) -> None:
    rig.publish(rig.story("Раньше"))
    poll = a_poll(rig)
    parcel = rig.parcel(rig.story("", [poll]))
    rig.fault("effect_then_reset", "telegram.sendPoll")
    assert isinstance(rig.target.send([parcel])[0], Uncertain)
    found = rig.settle(parcel)
    assert isinstance(found, Sent)
    assert found.result["ids"] == ["2"]

    many = replace(poll, answers="\n".join(map(str, range(13))))
    for beyond in (replace(poll, answers="Да\n" + "я" * 101), many, replace(poll, title="Мост? " + "я" * 295)):
        placed = rig.publish(rig.story("", [beyond]))
        assert rig.posts()[-1]["text"].startswith("Опрос: ")
        assert placed[0].result["notes"] == ["poll_as_link"]
    greatest = replace(poll, title="я" * 299 + "?", answers="\n".join("я" * 99 + sign for sign in "абвгдежзийкл"))
    rig.publish(rig.story("", [greatest]))
    assert len(rig.posts()[-1]["poll"]["options"]) == 12


# -------------------------------------------------------------------------------------------------------- refusals


def test_t46_too_often_is_certainly_not_sent_in_whatever_words(rig: TelegramRig) -> None:
    rig.fault("http", "telegram.sendMessage", status=429)
    assert rig.send(rig.story("Мост")) == RetryLater("too_often", 6.0, 429, counts=False)
    assert rig.posts() == []


def test_t51_text_that_it_cannot_read_goes_out_plain_once(rig: TelegramRig) -> None:
    rig.fault("error", "telegram.sendMessage", code=400, text="Bad Request: can't parse entities: unsupported")

    rig.publish(rig.story("Смотрите [club1|ОКМО]"))

    assert [(post["text"], post["entities"]) for post in rig.posts()] == [("Смотрите ОКМО", [])]


ITEM = 'Bad Request: failed to send message #2 with the error message "PHOTO_INVALID_DIMENSIONS"'


def test_t51_an_edit_that_it_cannot_read_is_made_plain_once(rig: TelegramRig) -> None:
    story = rig.story("[club1|Мост]", rig.photos(1))
    placed = rig.publish(story)
    rig.fault(
        "error", "telegram.editMessageCaption", code=400, text="Bad Request: can't parse MessageEntity: Wrong URL"
    )

    assert [type(one) for one in rig.edit(changed(story, text="[club1|Мосты]"), placed)] == [Sent]
    assert (rig.posts()[0]["text"], rig.posts()[0]["entities"]) == ("Мосты", [])


def test_t61_a_photo_it_does_not_take_is_left_out_of_the_album_and_named(rig: TelegramRig) -> None:
    rig.fault("error", "telegram.sendMediaGroup", code=400, text=ITEM)
    story = rig.story("Три фото", rig.photos(3))
    parcel = rig.parcel(story)
    assert rig.target.send([parcel]) == [Uncertain("media_refused", 400)]
    assert rig.settle(parcel, after=60) == RetryLater("not_sent", 0.0, counts=False)

    placed = rig.publish(story)

    post = rig.posts()[0]
    assert len(post["pictures"]) == 2
    assert post["text"] == "Три фото\n\nЕщё 1 фото — ВКонтакте"
    assert post["entities"][0]["url"] == LINK
    assert placed[0].result["notes"] == ["photo_as_link"]


def test_t02_an_album_that_arrived_although_an_item_failed_is_not_sent_twice(rig: TelegramRig) -> None:
    rig.fault("effect_then_error", "telegram.sendMediaGroup", code=400, text=ITEM)
    parcel = rig.parcel(rig.story("Три фото", rig.photos(3)))
    assert rig.target.send([parcel]) == [Uncertain("media_refused", 400)]
    found = rig.settle(parcel, after=60)
    assert isinstance(found, Sent)
    assert len(rig.posts()) == 1


def test_t64_a_single_photo_it_does_not_take_becomes_a_link(rig: TelegramRig) -> None:
    rig.fault("error", "telegram.sendPhoto", code=400, text="Bad Request: PHOTO_INVALID_DIMENSIONS")

    placed = rig.publish(rig.story(LONG, rig.photos(1)))

    link, text = rig.posts()
    assert link["text"] == "Ещё 1 фото — ВКонтакте"
    assert text["text"].startswith("Мост строили долго")
    assert "photo_as_link" in placed[0].result["notes"]


@pytest.mark.parametrize(
    "made",
    [[], [{"message_id": 7}], [{"message_id": 7}, {"message_id": None}], [{"message_id": "7"}, {"message_id": 8}]],
)
def test_an_album_of_which_not_every_message_is_told_is_in_doubt(rig: TelegramRig, made: list[Any]) -> None:
    rig.fault("says", "telegram.sendMediaGroup", body=json.dumps({"ok": True, "result": made}))
    assert rig.send(rig.story("Мост", rig.photos(2))) == Uncertain("no_message_id")


def test_a_message_without_a_number_is_in_doubt_and_found(rig: TelegramRig) -> None:
    rig.publish(rig.story("Раньше"))
    rig.vk.do("network", network="telegram", what="scheduled")
    parcel = rig.parcel(rig.story("Звоните: \u202a+7 999 123-45-67\u202c"))  # of such marks Telegram keeps none

    assert rig.target.send([parcel]) == [Uncertain("no_message_id")]
    found = rig.settle(parcel)
    assert isinstance(found, Sent)
    assert found.result["link"] == "https://t.me/okmo_news/2"


@pytest.mark.parametrize(
    ("what", "fields", "reason"),
    [
        ("membership", {"set": "kicked"}, "no_rights"),
        ("rights", {"set": ["can_edit_messages"]}, "no_rights"),
        ("upgrade", {"to": -100777}, "chat_gone"),
    ],
)
def test_a_channel_that_is_closed_to_the_bot(
    rig: TelegramRig, what: str, fields: dict[str, Any], reason: str
) -> None:
    rig.vk.do("network", network="telegram", what=what, **fields)

    outcome = rig.send(rig.story())

    assert isinstance(outcome, RetryLater)
    assert (outcome.reason, outcome.counts) == (reason, False)
    health = rig.target.health()
    assert (health.ok, health.reason) == (False, reason)
    if what == "upgrade":
        assert "-100777" in health.detail


def test_t80_a_webhook_that_nobody_here_set_is_told(rig: TelegramRig) -> None:
    assert "@okmo_news_bot" in rig.target.health().detail
    rig.vk.do("network", network="telegram", what="webhook", url="https://stranger.invalid/")
    assert (rig.target.health().ok, rig.target.health().reason) == (False, "foreign_webhook")


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (html(403), RetryLater("blocked", counts=False)),
        (html(502), Uncertain("http_502")),
        (html(200), Uncertain("not_json")),
        (
            answers({"ok": False, "error_code": 500, "description": "Internal Server Error"}, status=500),
            Uncertain("http_500"),
        ),
        (html(413), Refused("too_large", 413)),
    ],
)
def test_t47_answers_that_are_not_telegrams(rig: TelegramRig, behaviour: Any, outcome: Any) -> None:
    with fault_server(behaviour) as server:
        api = TelegramApi(Http("telegram", secret=[TOKEN], timeout=(1, 1)), server.url.removesuffix("/"), TOKEN)
        target = TelegramTarget(rig.media, api, "@okmo_news", pace=ChannelPace(0))
        assert rig.send(rig.story(), target=target) == outcome
        assert len(server.asked) == 1


# ------------------------------------------------------------------------------------------------------ afterwards


def test_a_photo_is_exchanged_where_it_stands(rig: TelegramRig) -> None:
    photos = rig.photos(3)
    story = rig.story("Мост", photos[:2])
    placed = rig.publish(story)
    before = rig.posts()[0]["pictures"]

    outcomes = rig.edit(changed(story, text="Мост 2", attachments=(photos[0], photos[2])), placed)

    post = rig.posts()[0]
    assert isinstance(outcomes[0], Sent)
    assert outcomes[0].result["media"] == [photos[0].identity, photos[2].identity]
    assert (post["text"], post["pictures"][0] == before[0], post["pictures"][1] == before[1]) == (
        "Мост 2",
        True,
        False,
    )


def test_a_caption_that_grew_too_long_leaves_the_photo_for_the_text_below(rig: TelegramRig) -> None:
    story = rig.story(CAPTIONED, rig.photos(1))
    placed = rig.publish(story)
    grown = changed(story, text=LONG)

    assert [type(one) for one in rig.edit(grown, placed)] == [Sent]
    rig.send(grown, 1, placed)

    assert [post["text"] for post in rig.posts()] == ["", LONG.strip()]


def test_a_photo_takes_the_place_of_a_text(rig: TelegramRig) -> None:
    """Somebody had forgotten it."""
    story = rig.story("Мост")
    placed = rig.publish(story)
    with_photo = changed(story, text="Мост 2", attachments=rig.photos(1))

    [outcome] = rig.edit(with_photo, placed)

    assert isinstance(outcome, Sent)
    assert [(post["text"], len(post["pictures"])) for post in rig.posts()] == [("Мост 2", 1)]
    [again] = rig.edit(changed(with_photo, text="Мост 3"), {0: placed_of(outcome, NOW)})
    assert isinstance(again, Sent)
    assert [(post["text"], len(post["pictures"])) for post in rig.posts()] == [("Мост 3", 1)]


@pytest.mark.parametrize(("photos", "refused"), [(1, True), (2, False)], ids=["an older server", "an album"])
def test_t72_photos_cannot_be_put_where_a_text_stands(rig: TelegramRig, photos: int, refused: bool) -> None:
    story = rig.story("Мост")
    placed = rig.publish(story)
    if refused:
        words = "Bad Request: there is no media in the message to edit"
        rig.fault("error", "telegram.editMessageMedia", code=400, text=words)

    assert rig.edit(changed(story, text="Мост 2", attachments=rig.photos(photos)), placed) == [
        Refused("cannot_edit")
    ]
    assert [post["text"] for post in rig.posts()] == ["Мост 2"]


def test_a_post_that_somebody_deleted_cannot_be_edited(rig: TelegramRig) -> None:
    story = rig.story("Мост")
    placed = rig.publish(story)
    rig.vk.do("network", network="telegram", what="delete", id=1)

    assert rig.edit(changed(story, text="Мост 2"), placed) == [Refused("gone", 400)]


@pytest.mark.parametrize("method", ["getWebhookInfo", "getChat", "getChatMember"])
def test_health_at_a_server_that_does_not_have_every_method(rig: TelegramRig, method: str) -> None:
    rig.fault("error", f"telegram.{method}", code=404, text="Not Found: method not found")
    assert rig.target.health().ok


@pytest.mark.parametrize("method", ["getMe", "getWebhookInfo", "getChat", "getChatMember"])
def test_health_survives_an_answer_of_another_shape(rig: TelegramRig, method: str) -> None:
    for result in ("true", "[]", "null"):
        rig.fault("says", f"telegram.{method}", body=f'{{"ok": true, "result": {result}}}')
        assert rig.target.health().ok is (method in ("getWebhookInfo", "getChat"))


def test_a_server_that_cannot_edit_leaves_it_to_a_person(rig: TelegramRig) -> None:
    story = rig.story("Мост")
    placed = rig.publish(story)
    rig.fault("error", "telegram.editMessageText", code=404, text="Not Found: method not found")
    assert rig.edit(changed(story, text="Мост 2"), placed) == [Refused("cannot_edit", 404)]
    assert rig.target.standstill() is None


@pytest.mark.parametrize("words", ["MESSAGE_EDIT_TIME_EXPIRED", "MESSAGE_AUTHOR_REQUIRED"])
def test_what_telegram_itself_lets_nobody_touch_is_told_as_such(rig: TelegramRig, words: str) -> None:
    story = rig.story("Мост")
    placed = rig.publish(story)
    rig.fault("error", "telegram.editMessageText", code=400, text=f"Bad Request: {words}")
    rig.fault("error", "telegram.deleteMessages", code=400, text="Bad Request: MESSAGE_DELETE_FORBIDDEN")

    assert rig.edit(changed(story, text="Мост 2"), placed) == [Refused("cannot_edit", 400)]
    assert rig.remove(story, placed) == [Refused("cannot_remove", 400)]


@pytest.mark.parametrize(
    "words",
    [
        *("message can't be edited", "MESSAGE_EDIT_TIME_EXPIRED", "MESSAGE_AUTHOR_REQUIRED"),
        *("there is no text in the message to edit", "there is no caption in the message to edit"),
        "there is no media in the message to edit",
    ],
)
def test_what_telegram_does_not_let_be_edited_is_for_a_person(rig: TelegramRig, words: str) -> None:
    story = rig.story("Мост")
    placed = rig.publish(story)
    rig.fault("error", "telegram.editMessageText", code=400, text=f"Bad Request: {words}")

    assert rig.edit(changed(story, text="Мост 2"), placed) == [Refused("cannot_edit", 400)]


def test_what_stands_under_no_number_is_edited_by_a_person(rig: TelegramRig) -> None:
    nowhere = Placed((), None, NOW)
    assert rig.send(rig.story("Мост"), kind="edit", placed=nowhere) == Refused("cannot_edit")


def test_a_text_goes_out_although_somebody_deleted_its_album(rig: TelegramRig) -> None:
    story = rig.story(LONG, rig.photos(2))
    album = rig.send(story)
    assert isinstance(album, Sent)
    for number in album.result["ids"]:
        rig.vk.do("network", network="telegram", what="delete", id=int(number))

    text = rig.send(story, 1, {0: placed_of(album, NOW)})

    assert isinstance(text, Sent)
    assert [post["text"] for post in rig.posts()] == [LONG.strip()]


def test_t71_a_server_that_takes_messages_away_one_by_one(rig: TelegramRig) -> None:
    story = rig.story("Мост", rig.photos(3))
    placed = rig.publish(story)
    rig.vk.do("network", network="telegram", what="delete", id=2)
    rig.fault("error", "telegram.deleteMessages", code=404, text="Not Found: method not found")

    assert [type(one) for one in rig.remove(story, placed)] == [Sent]
    assert rig.posts() == []


def test_what_is_older_than_two_days_cannot_be_removed(rig: TelegramRig) -> None:
    story = rig.story("Мост")
    placed = rig.publish(story)
    rig.vk.clock(advance=49 * 3600)

    assert rig.remove(story, placed) == [Refused("cannot_remove", 400)]
    assert len(rig.posts()) == 1


# --------------------------------------------------------------------------------------------------------- looking


def test_what_is_remembered_of_a_post_in_doubt_goes_out_the_same(rig: TelegramRig) -> None:
    """Otherwise it would be looked for in other words than it was sent in, and sent again."""
    story = rig.story("Мост", [*rig.photos(2), a_poll(rig)])

    remembered = crosspost._said(changed(story, text="", attachments=()), crosspost._saying(story))

    assert rig.target.render(remembered, rig.network) == rig.target.render(story, rig.network)


def in_doubt(rig: TelegramRig, text: str = "Мост", amount: int = 0) -> Any:
    parcel = rig.parcel(rig.story(text, rig.photos(amount) if amount else ()))
    for method in rig.makes:
        rig.fault("effect_then_reset", method)
    assert isinstance(rig.target.send([parcel])[0], Uncertain)
    rig.vk.clear_faults()
    return parcel


def test_it_is_found_behind_posts_made_by_hand_and_an_older_one_alike(rig: TelegramRig) -> None:
    rig.publish(rig.story("Мост"))
    for number in range(3):
        rig.vk.do("network", network="telegram", what="post", text=f"Руками {number}")
    parcel = in_doubt(rig)

    found = rig.settle(parcel)

    assert isinstance(found, Sent)
    assert found.result["ids"] == ["5"]
    assert rig.vk.state(only="networks")["networks"]["telegram"]["log_chat"] == []


def test_an_album_without_a_caption_is_known_by_its_first_picture_and_its_length(rig: TelegramRig) -> None:
    rig.publish(rig.story("Раньше", rig.photos(1)))
    parcel = in_doubt(rig, LONG, amount=3)

    found = rig.settle(parcel)

    assert isinstance(found, Sent)
    assert found.result["ids"] == ["2", "3", "4"]


def test_without_a_log_chat_nobody_can_tell(rig: TelegramRig) -> None:
    rig.publish(rig.story("Раньше"))
    parcel = in_doubt(rig)
    api = TelegramApi(Http("telegram", secret=[TOKEN]), f"{rig.vk.url}/telegram", TOKEN)
    blind = TelegramTarget(rig.media, api, str(CHANNEL), pace=ChannelPace(0))
    assert rig.settle(parcel, blind, after=3600) is None


def with_history(rig: TelegramRig, posts: int, *holes: range) -> int:
    """The channel as people left it two hours ago: begun with a word of its own, posts, some of them deleted."""
    rig.vk.clock(offset=-7200)
    rig.vk.do("network", network="telegram", what="service")
    for number in range(posts):
        rig.vk.do("network", network="telegram", what="post", text=f"Руками {number}")
    for hole in holes:
        for number in hole:
            rig.vk.do("network", network="telegram", what="delete", id=number)
    rig.vk.clock(offset=0)
    return posts + 1


HISTORIES = [(0,), (1,), (6,), (90,), (90, range(2, 40)), (90, range(60, 66), range(70, 86))]


@pytest.mark.parametrize("history", HISTORIES, ids=str)
@pytest.mark.parametrize("what", ["effect_then_reset", "reset"])
def test_the_very_first_post_in_a_channel_is_looked_for_too(
    rig: TelegramRig, history: tuple[Any, ...], what: str
) -> None:
    newest = with_history(rig, *history)
    parcel = rig.parcel(rig.story("Мост"))
    rig.fault(what, "telegram.sendMessage")
    assert isinstance(rig.target.send([parcel])[0], Uncertain)
    rig.vk.do("network", network="telegram", what="post", text="Руками, потом")

    found = rig.settle(parcel, after=60)

    if what == "reset":
        assert found == RetryLater("not_sent", 0.0, counts=False)
        return
    assert isinstance(found, Sent)
    assert found.result["ids"] == [str(newest + 1)]
    assert rig.vk.state(only="networks")["networks"]["telegram"]["log_chat"] == []


def test_the_very_first_post_in_a_new_channel_is_sent_again_when_it_is_not_there(rig: TelegramRig) -> None:
    parcel = rig.parcel(rig.story("Мост"))
    rig.fault("reset", "telegram.sendMessage")
    assert isinstance(rig.target.send([parcel])[0], Uncertain)

    assert rig.settle(parcel, after=2) is None
    assert rig.settle(parcel, after=60) == RetryLater("not_sent", 0.0, counts=False)
    assert isinstance(rig.target.send([parcel])[0], Sent)
    assert [post["text"] for post in rig.posts()] == ["Мост"]


@pytest.mark.parametrize("known", [False, True])
def test_a_channel_that_shows_nothing_proves_nothing(rig: TelegramRig, known: bool) -> None:
    if known:
        rig.publish(rig.story("Раньше"))
    rig.vk.do("network", network="telegram", what="protect", on=True)
    parcel = in_doubt(rig)

    assert rig.settle(parcel, after=3600) is None
    assert len(rig.posts()) == 1 + known


def test_a_word_of_the_channel_itself_hides_nothing(rig: TelegramRig) -> None:
    rig.publish(rig.story("Раньше"))
    rig.vk.do("network", network="telegram", what="service")
    parcel = in_doubt(rig)

    found = rig.settle(parcel)

    assert isinstance(found, Sent)
    assert found.result["ids"] == ["3"]


REFUSED = [
    (3, "telegram.sendMediaGroup", "PHOTO_INVALID_DIMENSIONS"),
    (1, "telegram.sendPhoto", "PHOTO_INVALID_DIMENSIONS"),
]


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize(("amount", "method", "words"), REFUSED)
def test_t02_in_doubt_after_a_photo_was_refused_it_is_found_and_not_sent_twice(
    rig: TelegramRig, amount: int, method: str, words: str, restarted: bool
) -> None:
    rig.publish(rig.story("Раньше"))
    parcel = rig.parcel(rig.story("Мост", rig.photos(amount)))
    rig.fault("error", method, code=400, text=f"Bad Request: {words}")
    for made in rig.makes:
        rig.fault("effect_then_reset", made)
    assert isinstance(rig.target.send([parcel])[0], Uncertain)
    rig.vk.clear_faults()
    target = rig.target
    if restarted:
        target = rig.build(rig.vk.url)
        target._search.mark(parcel.delivery.id, ["1"])

    found = rig.settle(parcel, target, after=60)

    stands = rig.posts()[-1]
    assert isinstance(found, Sent)
    assert found.result["ids"] == [str(one) for one in stands["ids"]]
    assert "photo_as_link" in found.result["notes"]
    assert len(found.result["media"]) == len(stands["pictures"])


def test_a_busy_log_chat_only_delays_the_answer(rig: TelegramRig) -> None:
    rig.publish(rig.story("Раньше"))
    parcel = in_doubt(rig)
    clock = Clock()
    assert isinstance(rig.target, TelegramTarget)
    rig.target._search._clock = clock
    rig.fault("error", "telegram.forwardMessage", code=429, text="retry after 3")

    assert rig.settle(parcel) is None
    asked = rig.calls(["telegram.forwardMessage"])
    clock.now += 3
    assert rig.settle(parcel) is None
    assert rig.calls(["telegram.forwardMessage"]) == asked, "nobody is asked before the time Telegram named"
    clock.now += 1
    assert isinstance(rig.settle(parcel), Sent)


def test_a_copy_that_could_not_be_taken_away_is_taken_away_later(rig: TelegramRig) -> None:
    rig.publish(rig.story("Раньше"))
    parcel = in_doubt(rig)
    rig.fault("error", "telegram.deleteMessage", code=500, times=2)
    assert isinstance(rig.settle(parcel), Sent)
    assert len(rig.log_chat()) == 1
    assert isinstance(rig.settle(in_doubt(rig)), Sent)
    assert rig.log_chat() == []


def test_what_did_not_arrive_is_told_only_when_the_end_of_the_channel_was_seen(rig: TelegramRig) -> None:
    rig.publish(rig.story("Раньше"))
    parcel = rig.parcel(rig.story("Мост"))
    rig.fault("reset", "telegram.sendMessage")
    assert isinstance(rig.target.send([parcel])[0], Uncertain)
    for number in range(15):
        rig.vk.do("network", network="telegram", what="post", text=f"Руками {number}")

    assert rig.settle(parcel, after=2) is None
    assert rig.settle(parcel, after=60) == RetryLater("not_sent", 0.0, counts=False)


# ------------------------------------------------------------------------------------------------------------ pace


def test_messages_are_counted_and_albums_by_their_items() -> None:
    clock = Clock(1000.0)
    pace = ChannelPace(3.0, 20, clock=clock)
    pace.spent(10)
    assert pace.wait(10) == 3.0
    clock.now += 3.0
    assert pace.wait(10) == 0.0
    assert pace.wait(11) == 57.0
    pace.spent(10)
    clock.now += 3.0
    assert pace.wait(1) == 54.0
    clock.now += 54.0
    assert pace.wait(10) == 0.0
    pace.spent(0)
    assert pace.wait(1) == 3.0


def test_t46_unless_told_otherwise_it_keeps_to_what_telegram_bears(rig: TelegramRig) -> None:
    target = TelegramTarget(rig.media, TelegramApi(Http("telegram"), rig.vk.url, TOKEN), "@okmo_news")
    target._pace.spent(19)
    assert 2.5 < target._pace.wait(1) <= 3.0
    assert 59.0 < target._pace.wait(2) <= 60.0


def test_the_channel_is_not_hurried(rig: TelegramRig) -> None:
    target = rig.build(rig.vk.url)
    clock = Clock(1000.0)
    target._pace = ChannelPace(3.0, 20, clock=clock)
    story = rig.story("Мост")

    assert isinstance(rig.send(story, target=target), Sent)
    assert target.standstill() is not None
    again = rig.send(story, target=target)

    assert again == RetryLater("pace", 3.0, counts=False)
    assert len(rig.posts()) == 1
    clock.now += 3.0
    target.resume()
    assert target.standstill() is None
    for _ in range(18):  # the minute has room for one message, and an album of two does not fit
        target._pace.spent()
    clock.now += 3.0
    album = rig.story("Мосты", rig.photos(2))
    assert rig.send(album, target=target) == RetryLater("pace", 54.0, counts=False)
    target.resume()
    rig.fault("effect_then_reset", "telegram.sendMessage")
    assert isinstance(rig.send(rig.story("Паром"), target=target), Uncertain)
    clock.now += 3.0
    assert rig.send(story, target=target) == RetryLater("pace", 51.0, counts=False), "what is in doubt counts too"
