"""What every network's target must do, whatever the network.

A target in ``bot/targets`` is found by itself; its rig in ``rigs`` tells how its world is read.
"""

from __future__ import annotations

import json
import pickle
import socket
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from bot.config_file import read_settings
from bot.log import MASKING
from bot.targets import registry
from bot.targets.network import NetworkTarget, Supplies
from bot.vk.client import VkClient, VkKey
from bot.vk.posts import attachments_of
from editorial.delivery import Refused, RetryLater, Sent, Uncertain
from editorial.suggestion import Attachment
from handlers import texts
from tests.targets.conftest import RIGS
from tests.targets.rig import LINK, NOW, Rig, changed, placed_of

VIDEO = Attachment("video", -1, 456, url=None, title="Как строили мост")
POLL = Attachment("poll", -1, 12, title="Нужен ли мост?")
PAGE = Attachment("link", url="https://okmo.invalid/most", title="Подробности о мосте")
FORMS = [
    "Мост открыли в среду.",
    "Список:\n\n— раз\n— два < три & «четыре» \\x \u200fעברית\u200e",
    "[club1|ОКМО], [id1|Имя Фамилия] и [https://vk.com/wall-1_2|запись] #мост@okmo_news 👨‍👩‍👧🇷🇺",
    "",
]
LONG = "Мост строили долго, и вот его открыли. Проезд бесплатный для всех жителей района и гостей. " * 260


def test_every_target_has_a_rig_and_says_what_it_serves(rig: Rig) -> None:
    assert rig.target.name in {kind.name for kind in registry.known()}
    for network in rig.target.networks:
        assert network.target == rig.target.name
        assert network.title
        assert network.destination


def test_settings_that_do_not_name_it_do_not_switch_it_on(rig: Rig) -> None:
    bare = read_settings(None, {"VK_GROUP_ID": "1", "VK_GROUP_TOKEN": "key"})
    client = VkClient(VkKey("group", "key"), rig.vk.url, rate=1.0)
    assert type(rig.target).from_settings(bare, Supplies(rig.media, client, client)) is None


# ------------------------------------------------------------------------------------------------------ rendering

_WORDS = st.sampled_from(
    [
        *(
            "мост",
            "открыли",
            "в среду",
            "и",
            "т. е.",
            "ул. Ленина",
            "😀",
            "🇷🇺",
            "👨‍👩‍👧‍👦",
            "е\u0301",
            "שלום",
            "\u200f",
            "<b>",
            "&amp;",
            "&",
        ),
        *(
            "[id1|Имя]",
            "[club1|ОКМО 😀]",
            "[https://vk.com/wall-1_2|запись]",
            "@id5 (Пётр)",
            "#мост@okmo_news",
            "#тег",
        ),
        *(
            "https://okmo.invalid/" + "x" * 300,
            "vk.com/away.php?to=https%3A%2F%2Fokmo.ru",
            "okmo.рф",
            "\\x41",
            "\x00",
            '"',
            "]",
            "[",
        ),
        *(". ", "! ", "\n", "\n\n", "\r\n", " "),
    ]
)
_TEXTS = st.lists(_WORDS, max_size=60).map(" ".join) | st.tuples(
    st.lists(_WORDS, min_size=3, max_size=20), st.integers(1, 400)
).map(lambda drawn: " ".join(drawn[0]) * drawn[1])
_ATTACHED = st.lists(
    st.sampled_from([VIDEO, POLL, PAGE, Attachment("market", -1, 9, title="Товар")])
    | st.integers(1, 12).map(
        lambda number: Attachment("photo", -1, number, url=f"https://img.invalid/{number}.jpg")
    ),
    max_size=10,
    unique_by=lambda one: one.identity,
).map(tuple)


@example(text="\x00 #тег открыли", attachments=())
@given(text=_TEXTS, attachments=_ATTACHED)
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_t50_t51_t52_rendering_is_pure_within_limits_and_says_everything(
    rig: Rig, text: str, attachments: tuple[Attachment, ...]
) -> None:
    story = rig.story(text, attachments)

    parts = rig.target.render(story, rig.network)

    assert parts == rig.target.render(story, rig.network)
    assert len(parts) == rig.network.parts(story)
    assert pickle.loads(pickle.dumps([part.body for part in parts])) == [part.body for part in parts]
    for part in parts:
        used, most = rig.length(part)
        assert used <= most
    shown = "".join(rig.words(part) for part in parts)
    source = rig.source(text)
    if any("text_shortened" in part.notes for part in parts):
        assert texts.READ_ON in shown
        assert LINK in [address for part in parts for address in rig.links(part)]
        head = shown.split("…")[0].split(texts.READ_ON)[0].rstrip(" .")
        assert source.startswith(head[:200])
    elif rig.page:
        assert source in shown
    else:
        assert shown.startswith(source)
    for one in attachments:
        if one.kind == "video" and "video" not in rig.takes and not rig.by_reference:
            assert "video_as_link" in [note for part in parts for note in part.notes]


@pytest.mark.parametrize("units", [1023, 1024, 1025, 4095, 4096, 4097])
@pytest.mark.parametrize("amount", [0, 1, 2])
def test_t50_at_every_limit_a_text_arrives_whole_or_says_that_it_goes_on(rig: Rig, units: int, amount: int) -> None:
    text = "😀" * 10 + "я" * (units - 20)
    story = rig.story(text, rig.photos(amount) if amount else ())

    rig.publish(story)

    shown = "".join(post.text for post in rig.seen())
    assert text in shown or texts.READ_ON in shown


# ------------------------------------------------------------------------------------------------------ publishing


@pytest.mark.parametrize("text", FORMS)
def test_a_post_stands_once_with_its_text_and_pictures_in_order(rig: Rig, text: str) -> None:
    photos = rig.photos(3)

    placed = rig.publish(rig.story(text, photos))

    posts = rig.seen()
    assert len([post for post in posts if post.pictures]) == 1
    assert len(next(post.pictures for post in posts if post.pictures)) == 3
    assert rig.source(text) in "".join(post.text for post in posts)
    assert sorted(one for post in posts for one in post.ids) == sorted(
        one for part in placed.values() for one in part.ids
    )
    assert (placed[0].link or "").startswith("http") or rig.by_reference


def test_t60_ten_photos_keep_their_order_and_their_bytes_where_they_are_kept(rig: Rig) -> None:
    photos = rig.photos(10)
    wanted = [rig.media.get(one, -1, 77) for one in photos]

    rig.publish(rig.story("Десять", photos))

    shown = [address for post in rig.seen() for address in post.pictures]
    assert len(shown) == 10
    found = [rig.vk.get(address).content for address in shown]
    assert found == [file.read() for file in wanted] or not rig.keeps_bytes


def test_a_text_without_pictures(rig: Rig) -> None:
    rig.publish(rig.story("Без картинок, но с [club1|ссылкой]."))

    [post] = rig.seen()
    wanted = rig.source("Без картинок, но с [club1|ссылкой].")
    assert wanted in post.text if rig.page else wanted == post.text


def test_what_cannot_go_along_is_named_with_a_link_and_said_on_the_card(rig: Rig) -> None:
    if rig.by_reference:
        pytest.skip("everything goes along as an address")
    story = rig.story("Мост", [VIDEO, POLL])

    placed = rig.publish(story)

    notes = [note for part in rig.target.render(story, rig.network) for note in part.notes]
    notes += [note for one in placed.values() for note in one.result.get("notes", ())]
    if {"video", "poll"} <= rig.takes:  # these do not exist: what was dropped without a word is noticed
        assert notes == ["attachments_lost"]
        return
    assert {"video_as_link", "poll_as_link"} <= set(notes)
    assert "Как строили мост" in "".join(post.text for post in rig.seen())


def test_t61_one_bad_picture_of_three_is_named_and_never_passed_over(rig: Rig) -> None:
    if rig.by_reference:
        pytest.skip("no file goes there")
    first, second, third = rig.photos(3)
    gone = replace(second, url=f"{rig.vk.url}/cdn/nothing.jpg")

    placed = rig.publish(rig.story("Три фото", [first, gone, third]))

    posts = rig.seen()
    assert sum(len(post.pictures) for post in posts) == 2
    assert "Три фото" in "".join(post.text for post in posts)
    assert any("photo_as_link" in one.result.get("notes", ()) for one in placed.values())
    assert LINK in "".join(f"{post.text} {post.links}" for post in posts)


def test_a_picture_that_stays_away_is_waited_for_and_then_named_with_a_link(rig: Rig) -> None:
    """Its host does not answer: the posts behind it must not wait for hours."""
    if rig.by_reference:
        pytest.skip("no file goes there")
    first, second = rig.photos(2)
    away = replace(second, url="https://nobody.invalid/photo.jpg")
    story = rig.story("Два фото", [first, away])

    parcel = rig.parcel(story)
    parcel = replace(
        parcel, delivery=replace(parcel.delivery, attempts=40)
    )  # a key was dead, which is not its fault
    *waits, outcome = [rig.target.send([parcel])[0] for _ in range(6)]

    assert all(isinstance(wait, RetryLater) for wait in waits)
    assert isinstance(outcome, Sent)
    assert "photo_as_link" in outcome.result["notes"]
    [post] = rig.seen()
    assert len(post.pictures) == 1
    assert LINK in f"{post.text} {post.links}"


def test_a_new_picture_that_stays_away_holds_an_edit_up(rig: Rig) -> None:
    if rig.by_reference:
        pytest.skip("no file goes there")
    first, second = rig.photos(2)
    story = rig.story("Мост", [first])
    placed = rig.publish(story)
    away = replace(second, url="https://nobody.invalid/photo.jpg")

    outcomes = rig.edit(changed(story, text="Мост 2", attachments=(first, away)), placed)

    assert [type(one) for one in outcomes] == [RetryLater]
    assert ["Мост 2" in post.text for post in rig.seen()] == [False]


def test_a_post_of_which_nothing_can_go_along_is_refused(rig: Rig) -> None:
    if rig.by_reference or rig.page:
        pytest.skip("its title goes")
    (photo,) = rig.photos(1)
    gone = replace(photo, url=f"{rig.vk.url}/cdn/nothing.jpg")

    outcome = rig.send(rig.story("", [gone], link=None))

    assert isinstance(outcome, Refused), outcome
    assert rig.seen() == []


@pytest.mark.parametrize("amount", [0, 1])
@pytest.mark.parametrize("long", [False, True])
def test_t55_what_is_put_right_in_a_text_is_put_right_in_captions_links_and_buttons(
    rig: Rig, amount: int, long: bool
) -> None:
    away = "https://vk.com/away.php?to=https%3A%2F%2Fokmo.ru%2F"
    words = f"Мост: {away}text #мост@okmo_news " + ("и ещё много слов о мосте. " * 700 if long else "")
    photos = rig.photos(amount) if amount else ()
    (page,) = attachments_of([{"type": "link", "link": {"url": f"{away}page", "title": "О мосте"}}])

    rig.publish(rig.story(words, [*photos, page]))

    state = rig.vk.state(only="networks")["networks"].get(rig.target.name.replace("vk_copy", "neighbour"))
    shown = json.dumps(state or rig.words_of_files(), ensure_ascii=False)
    assert "okmo.ru/text" in shown
    assert "okmo.ru/page" in shown or long  # behind the place where a long text ends
    assert f"{away}text" not in shown
    assert f"{away}page" not in shown
    assert "#мост" in shown
    assert "#мост@" not in shown or rig.target.name == "vk_copy"


def test_t17_two_posts_stand_in_their_order(rig: Rig) -> None:
    rig.publish(rig.story("Первая новость", rig.photos(2)))
    rig.publish(rig.story("Вторая новость"))

    texts_seen = [post.text for post in rig.seen() if post.text]
    assert [text for text in ("Первая новость", "Вторая новость") if any(text in seen for seen in texts_seen)] == [
        "Первая новость",
        "Вторая новость",
    ]
    first = next(place for place, seen in enumerate(texts_seen) if "Первая" in seen)
    second = next(place for place, seen in enumerate(texts_seen) if "Вторая" in seen)
    assert first < second


# ------------------------------------------------------------------------------------------------------ afterwards


def test_an_edit_is_seen(rig: Rig) -> None:
    story = rig.story("Мост открыли в среду.")
    placed = rig.publish(story)

    outcomes = rig.edit(changed(story, text="Мост открыли в четверг."), placed)

    if not rig.network.can_edit:
        pytest.skip("this network changes nothing")
    assert all(isinstance(one, Sent) for one in outcomes)
    assert ["четверг" in post.text for post in rig.seen()] == [True]


def test_an_edit_that_changes_nothing_is_fine(rig: Rig) -> None:
    if not rig.network.can_edit:
        pytest.skip("this network changes nothing")
    story = rig.story("Мост открыли в среду.", rig.photos(1))
    placed = rig.publish(story)

    assert [type(one) for one in rig.edit(changed(story), placed)] == [Sent] * len(placed)


def test_t72_what_cannot_be_changed_is_told_and_the_words_are_changed_all_the_same(rig: Rig) -> None:
    if not rig.network.can_edit:
        pytest.skip("this network changes nothing")
    photos = rig.photos(3)
    story = rig.story("Мост открыли в среду.", photos)
    placed = rig.publish(story)

    outcomes = rig.edit(changed(story, text="Мост открыли в четверг.", attachments=photos[:2]), placed)

    assert isinstance(outcomes[0], Sent) or outcomes[0] == Refused("cannot_edit")
    assert any("четверг" in post.text for post in rig.seen())
    pictures = sum(len(post.pictures) for post in rig.seen())
    assert pictures == (2 if isinstance(outcomes[0], Sent) else 3)


def test_a_removed_post_is_gone_and_so_is_one_that_was_gone_already(rig: Rig) -> None:
    if not rig.network.can_remove:
        pytest.skip("this network removes nothing")
    story = rig.story("Ошиблись", rig.photos(2))
    placed = rig.publish(story)

    assert [type(one) for one in rig.remove(story, placed)] == [Sent] * len(placed)
    assert rig.seen() == []
    assert [type(one) for one in rig.remove(story, placed)] == [Sent] * len(placed)


# ------------------------------------------------------------------------------------------------- the way is bad

AFTER = [
    {"what": "effect_then_reset"},
    {"what": "effect_then_stall", "seconds": 3},
    {"what": "effect_then_http", "status": 502},
    {"what": "effect_then_empty"},
]


@pytest.mark.parametrize("fault", AFTER, ids=lambda fault: str(fault["what"]))
@pytest.mark.parametrize("amount", [0, 1, 3])
def test_t01_t02_an_answer_that_is_lost_is_looked_for_and_nothing_is_sent_twice(
    online: Rig, fault: dict[str, Any], amount: int
) -> None:
    rig = online
    rig.publish(rig.story("То, что стояло раньше"))
    before = rig.seen()
    story = rig.story("Мост открыли в среду.", rig.photos(amount) if amount else ())
    parcel = rig.parcel(story)
    for method in rig.makes:
        rig.fault(method=method, **fault)

    outcome = rig.target.send([parcel])[0]
    rig.vk.clear_faults()

    if rig.repeatable:
        assert isinstance(outcome, RetryLater | Sent)
        rig.target.resume()
        assert isinstance(rig.target.send([parcel])[0], Sent)
        assert len([post for post in rig.seen() if post not in before]) == 1
        return
    if isinstance(outcome, RetryLater):
        # Nothing was made: the answer that was lost belonged to a preparation.
        assert rig.seen() == before
        return
    assert isinstance(outcome, Uncertain | Sent), outcome
    found = rig.settle(parcel) if isinstance(outcome, Uncertain) else outcome
    made = [post for post in rig.seen() if post not in before]
    assert len(made) == 1
    if rig.can_find:
        assert isinstance(found, Sent)
        assert tuple(found.result["ids"]) == made[0].ids
        assert placed_of(found, NOW).link
    else:
        assert found is None


@pytest.mark.parametrize("what", ["reset", "stall"])
def test_t02_what_never_arrived_is_sent_again_only_when_that_is_sure(online: Rig, what: str) -> None:
    rig = online
    rig.publish(rig.story("То, что стояло раньше"))
    before = rig.seen()
    parcel = rig.parcel(rig.story("Мост открыли в среду."))
    for method in rig.makes:
        rig.fault(what, method, seconds=3)

    outcome = rig.target.send([parcel])[0]
    rig.vk.clear_faults()

    assert isinstance(outcome, Uncertain | RetryLater)
    if isinstance(outcome, Uncertain):
        early = rig.settle(parcel, after=1)
        late = rig.settle(parcel, after=3600)
        assert early is None or rig.can_find
        assert late is None or isinstance(late, RetryLater)
        assert isinstance(late, RetryLater) == rig.can_find
    assert rig.seen() == before


def test_t02_t16_a_reading_that_says_nothing_proves_no_absence(online: Rig) -> None:
    rig = online
    if rig.repeatable or not rig.can_find:
        pytest.skip("nothing is looked for there")
    rig.publish(rig.story("То, что стояло раньше"))
    parcel = rig.parcel(rig.story("Мост открыли в среду."))
    for method in rig.makes:
        rig.fault("effect_then_reset", method)
    assert isinstance(rig.target.send([parcel])[0], Uncertain)
    rig.vk.clear_faults()

    for method, answers in rig.says_nothing:
        for answer in answers:
            rig.fault("says", method, body=answer, times=0)
            assert rig.settle(parcel, after=3600) is None, answer
            rig.vk.clear_faults()

    assert rig.says_nothing
    assert isinstance(rig.settle(parcel), Sent)


def test_t02_what_a_person_has_sent_again_is_looked_for_once_more(online: Rig) -> None:
    """Nobody could tell and a person said that it is not there; it is."""
    rig = online
    if rig.repeatable or not rig.can_find:
        pytest.skip("nothing is looked for there")
    rig.publish(rig.story("То, что стояло раньше"))
    before = rig.seen()
    asked = rig.parcel(rig.story("Мост открыли в среду.", rig.photos(1)))
    for method in rig.makes:
        rig.fault("effect_then_reset", method)
    assert isinstance(rig.target.send([asked])[0], Uncertain)
    rig.vk.clear_faults()
    rig.publish(rig.story("То, что вышло следом"))

    once_more = {**asked.delivery.payload, "asked_since": asked.delivery.created_at.isoformat()}
    again = replace(asked, delivery=replace(asked.delivery, id=asked.delivery.id + 10_000, payload=once_more))
    outcome = rig.target.send([again])[0]

    assert isinstance(outcome, Sent)
    assert len([post for post in rig.seen() if post not in before]) == 2


def test_t02_an_answer_that_says_nothing_of_a_post_leaves_it_in_doubt(online: Rig) -> None:
    rig = online
    if rig.repeatable:
        pytest.skip("what is sent there may be sent again")
    for what in ("braces", "empty", "html200"):
        for method in rig.makes:
            rig.fault(what, method)
        assert isinstance(rig.send(rig.story("Мост открыли в среду.")), Uncertain)
        rig.vk.clear_faults()
    assert rig.seen() == []


@pytest.mark.parametrize("what", ["braces", "empty", "html200"])
def test_t18_an_answer_that_says_nothing_is_neither_done_nor_forbidden(online: Rig, what: str) -> None:
    rig = online
    if rig.by_reference:
        pytest.skip("a receiver that answers 200 has received")
    story = rig.story("Мост открыли в среду.")
    placed = rig.publish(story)
    edited = changed(story, text="Мост открыли в четверг.")
    for method in (*rig.edits, *rig.removes):
        rig.fault(what, method)

    first = rig.edit(edited, placed)
    rig.target.resume()
    assert [type(one) for one in first] == [RetryLater]
    assert [type(one) for one in rig.edit(edited, placed)] == [Sent]
    assert ["четверг" in post.text for post in rig.seen()] == [True]
    second = rig.remove(edited, placed)
    rig.target.resume()
    assert [type(one) for one in second] == [RetryLater]
    assert [type(one) for one in rig.remove(edited, placed)] == [Sent]
    assert rig.seen() == []


def test_t47_nobody_there_is_tried_again_and_does_not_count(online: Rig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        dead = f"http://127.0.0.1:{listener.getsockname()[1]}"
    target = online.build(dead)

    outcome = online.send(online.story(), target=target)

    assert isinstance(outcome, RetryLater)
    assert not outcome.counts
    assert online.seen() == []


def test_t46_asked_too_often_it_waits_as_long_as_it_is_told(online: Rig) -> None:
    rig = online
    for method in rig.makes:
        rig.fault(method=method, **rig.too_often(7))

    outcome = rig.send(rig.story())

    assert isinstance(outcome, RetryLater)
    assert not outcome.counts
    if rig.tells_when:
        assert outcome.seconds is not None
        assert 7 <= outcome.seconds <= 9
    still = rig.target.standstill()
    assert still is not None
    assert still.seconds > 0
    rig.vk.clear_faults()
    rig.target.resume()
    assert isinstance(rig.send(rig.story()), Sent)


def test_t43_a_dead_key_closes_the_network_at_once(online: Rig) -> None:
    rig = online
    rig.kill_key()

    outcome = rig.send(rig.story())

    assert isinstance(outcome, RetryLater)
    assert (outcome.reason, outcome.counts) == ("key_dead", False)
    still = rig.target.standstill()
    assert still is not None
    assert (still.reason, still.seconds > 600) == ("key_dead", True)
    health = rig.target.health()
    assert (health.ok, health.reason) == (False, "key_dead")


def test_a_good_key_is_well(rig: Rig) -> None:
    assert rig.target.health().ok


def test_t80_no_secret_shows(
    online: Rig, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    rig = online
    written = [repr(rig.target), str(vars(rig.target).values())]
    with caplog.at_level("DEBUG"):
        for method in rig.makes:
            rig.fault("reset", method)
        written.append(repr(rig.send(rig.story())))
        rig.vk.clear_faults()
        for method in rig.makes:
            rig.fault("error", method, code=400, text=f"Bad Request: wrong {rig.secrets[0] if rig.secrets else ''}")
        written.append(repr(rig.send(rig.story())))
        rig.vk.clear_faults()
        rig.kill_key()
        written += [repr(rig.send(rig.story())), repr(rig.target.health())]
    told = capfd.readouterr()
    # Libraries log whole addresses at DEBUG; in the program every line passes through the mask.
    everything = " ".join([*written, MASKING.clean(caplog.text), told.out, told.err])
    assert rig.secrets
    for secret in rig.secrets:
        assert secret not in everything


def test_the_suite_knows_every_target_there_is() -> None:
    targets = {kind.name for kind in registry.known()}
    assert targets <= RIGS
    assert all(issubclass(kind, NetworkTarget) for kind in registry.known())
