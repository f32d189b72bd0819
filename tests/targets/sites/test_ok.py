"""A post becomes one topic of the group in Odnoklassniki, whatever Odnoklassniki answers."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.targets.ok import Ok, _not_done, topic
from bot.targets.ok_api import OkApi, meaning_of, signature
from editorial.delivery import Refused, RetryLater, Sent, Uncertain
from editorial.suggestion import Attachment
from sandbox.networks import ok
from tests.sandbox_client import SandboxClient
from tests.targets.sites.stage import (
    NOBODY,
    asked,
    copy_of,
    delivery,
    edited,
    later,
    media,
    pictures,
    placed,
    posts,
    published,
    removed,
    story,
)

SESSION_SECRET = hashlib.md5((ok.ACCESS_TOKEN + ok.APPLICATION_SECRET).encode()).hexdigest()


def group(vk: SandboxClient, folder: Path, secret: str = ok.APPLICATION_SECRET) -> Ok:
    api = OkApi(f"{vk.url}/ok/fb.do", ok.APPLICATION_KEY, ok.ACCESS_TOKEN, secret, spacing=0)
    return Ok(media(vk, folder), api, ok.GROUP_ID, upload_hosts={"127.0.0.1"})


@pytest.fixture
def target(vk: SandboxClient, tmp_path: Path) -> Ok:
    return group(vk, tmp_path)


def test_a_topic_has_the_text_the_pictures_in_order_and_a_link(vk: SandboxClient, target: Ok) -> None:
    photos = pictures(vk, 7)
    site = Attachment("link", url="https://irk.invalid/otchet", title="Отчёт")

    sent = published(target, story("Отчёт [club1|совета] #ОКМО@okmo_news", (*photos, site)))

    (post,) = posts(vk, "ok")
    assert post["text"] == "Отчёт совета (https://vk.com/club1) #ОКМО"
    assert post["links"] == ["https://irk.invalid/otchet"]
    assert post["as_group"]
    assert sent.result == {"ids": [post["id"]], "link": post["link"], "notes": []}
    originals = [vk.get(photo.url or "").content for photo in photos]
    assert [vk.get(url).content for url in post["pictures"]] == originals


@pytest.mark.parametrize("secret", [SESSION_SECRET, ok.APPLICATION_SECRET])
def test_either_secret_serves_and_which_it_is_is_asked_once(vk: SandboxClient, tmp_path: Path, secret: str) -> None:
    target = group(vk, tmp_path, secret)
    published(target, story("Первая"))
    published(target, story("Вторая"))

    assert [post["text"] for post in posts(vk, "ok")] == ["Вторая", "Первая"]
    assert asked(vk, "ok.users.getCurrentUser") == (1 if secret == SESSION_SECRET else 2)


@pytest.mark.parametrize("secret", [SESSION_SECRET, ok.APPLICATION_SECRET])
def test_an_application_that_may_not_ask_who_it_is_posts_all_the_same(
    vk: SandboxClient, tmp_path: Path, secret: str
) -> None:
    vk.fault("error", "ok.users.getCurrentUser", code=3, times=9)
    target = group(vk, tmp_path, secret)
    published(target, story("Первая"))
    published(target, story("Вторая"))
    assert [post["text"] for post in posts(vk, "ok")] == ["Вторая", "Первая"]


def test_a_wrong_secret_closes_the_target(vk: SandboxClient, tmp_path: Path) -> None:
    outcome = group(vk, tmp_path, "wrong").publish(copy_of(group(vk, tmp_path), story()), delivery())
    assert outcome == RetryLater("bad_signature", 1800.0, 104, counts=False)
    assert posts(vk, "ok") == []


def test_the_signature_is_that_of_the_documentation() -> None:
    """Sorted pairs without a separator and without the session, then the secret; values are not encoded."""
    params = {"method": "a.b", "application_key": "K", "text": "я & б", "access_token": "T", "sig": "?"}
    expected = hashlib.md5("application_key=Kmethod=a.btext=я & бS".encode()).hexdigest()
    assert signature(params, "S") == expected


def test_a_long_text_is_cut_with_a_link_to_the_rest(vk: SandboxClient, target: Ok) -> None:
    sent = published(target, story("Первое предложение о школе. " * 300))
    text = posts(vk, "ok")[0]["text"]
    assert len(text) <= 4000
    assert text.endswith("Читать полностью (https://vk.com/wall-1_77)")
    assert sent.result["notes"] == []
    assert copy_of(target, story("Первое предложение о школе. " * 300)).part.notes == ("text_shortened",)  # type: ignore[union-attr]


def test_a_text_that_is_too_long_all_the_same_is_cut_once_more(vk: SandboxClient, target: Ok) -> None:
    vk.do("network", network="ok", what="limits", text_limit=2500)
    sent = published(target, story("Предложение о школе номер пять. " * 100))
    assert len(posts(vk, "ok")[0]["text"]) <= 2000
    assert sent.result["notes"] == ["text_shortened"]
    assert asked(vk, "ok.mediatopic.post") == 2


def test_a_limit_below_everything_is_a_refusal_with_words(vk: SandboxClient, target: Ok) -> None:
    vk.do("network", network="ok", what="limits", text_limit=100)
    outcome = target.publish(copy_of(target, story("Предложение о школе. " * 100)), delivery())
    assert outcome == Refused("too_long", 601)
    assert asked(vk, "ok.mediatopic.post") == 2


@pytest.mark.parametrize(
    ("url", "block"),
    [("https://gorodok.ru/a", True), ("https://ok.ru/group/1", False), ("https://m.ok.ru/a", False)],
)
def test_only_links_to_its_own_pages_get_no_block(url: str, block: bool) -> None:
    blocks = topic(story("Мост", (Attachment("link", url=url),))).body["media"]
    assert (blocks[-1]["type"] == "link") is block


def test_a_link_that_is_refused_as_a_block_goes_into_the_text(vk: SandboxClient, target: Ok) -> None:
    vk.fault("error", "ok.mediatopic.post", code=607)
    published(target, story("Новость", (Attachment("link", url="https://irk.invalid/", title="Сайт"),)))
    (post,) = posts(vk, "ok")
    assert (post["text"], post["links"]) == ("Новость\n\nСайт (https://irk.invalid/)", [])


def test_a_poll_is_a_poll_and_where_it_is_refused_a_link(vk: SandboxClient, target: Ok) -> None:
    poll = Attachment("poll", -1, 12, title="Нужен ли мост?", answers="Да\nНет")
    published(target, story("Мост", (poll,)))
    (post,) = posts(vk, "ok")
    assert (post["text"], [one["question"] for one in post["polls"]]) == ("Мост", ["Нужен ли мост?"])
    assert post["polls"][0]["options"] == ["Да", "Нет"]
    assert not post["polls"][0]["several"]
    published(target, story("Паром", (replace(poll, several=True),)))
    assert posts(vk, "ok")[0]["polls"][0]["several"]

    vk.fault("error", "ok.mediatopic.post", code=603)
    sent = published(target, story("Дорога", (poll,)))
    assert posts(vk, "ok")[0]["text"] == "Дорога\n\nОпрос: Нужен ли мост? (https://vk.com/wall-1_77)"
    assert sent.result["notes"] == ["poll_as_link"]


def test_t33_no_form_of_the_publication_time_is_ever_sent(vk: SandboxClient, target: Ok) -> None:
    """T-33: one form is Moscow time, the other an instant; a topic of ours is out at once."""
    published(target, story("Сейчас"))
    assert [post["text"] for post in posts(vk, "ok")] == ["Сейчас"]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (1, Uncertain("server_error", 1)),
        (9999, Uncertain("server_error", 9999)),
        (8, RetryLater("flood", 1800.0, 8, counts=False)),
        (10, RetryLater("no_rights", 1800.0, 10, counts=False)),
        (50, RetryLater("no_rights", 1800.0, 50, counts=False)),
        (102, RetryLater("key_dead", 1800.0, 102, counts=False)),
        (103, RetryLater("key_dead", 1800.0, 103, counts=False)),
        (454, Refused("content_blocked", 454)),
        (514, RetryLater("human_check", 1800.0, 514, counts=False)),
        (100, Refused("bad_parameter", 100)),
    ],
)
def test_t18_an_error_in_an_answer_of_success_is_seen(
    vk: SandboxClient, target: Ok, code: int, outcome: Any
) -> None:
    """T-18: HTTP says 200 and the topic is not there."""
    vk.fault("error", "ok.mediatopic.post", code=code)
    assert target.publish(copy_of(target, story()), delivery()) == outcome


def test_the_same_error_while_reading_or_editing_is_no_doubt() -> None:
    assert meaning_of(1, write=False) == RetryLater("server_error", code=1)
    assert meaning_of(704, write=False) == Refused("cannot_edit", 704)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"success": True}, None),
        ({"success": False}, Refused("cannot_edit")),
        (True, None),
        ({"success": "true"}, None),
        (False, Refused("cannot_edit")),
        ({"success": "?"}, RetryLater("no_answer")),
        ({}, RetryLater("no_answer")),
        ([], RetryLater("no_answer")),
    ],
)
def test_t18_a_change_is_done_only_where_the_answer_says_so(answer: Any, outcome: Any) -> None:
    assert _not_done(answer, "cannot_edit") == outcome


@pytest.mark.parametrize("answer", ["{}", "[]", '{"id": 1}', '""', "true", '"a1"'])
def test_t02_a_topic_without_a_number_is_in_doubt(vk: SandboxClient, target: Ok, answer: str) -> None:
    vk.fault("says", "ok.mediatopic.post", body=answer)
    assert target.publish(copy_of(target, story()), delivery()) == Uncertain("no_answer")


@pytest.mark.parametrize(
    ("read", "notes"),
    [
        ([{"media": [{"type": "text", "text": "Совет открыл школу"}]}], []),
        ([{"media": [{"type": "text", "text": "Совет открыл"}]}], ["text_changed"]),
        ([], ["not_shown"]),
        (["?"], []),
    ],
)
def test_t18_what_became_of_a_topic_is_told(vk: SandboxClient, target: Ok, read: Any, notes: list[str]) -> None:
    number = "151000000000001"
    topics = [{"id": number, **one} if isinstance(one, dict) else one for one in read]
    vk.fault("says", "ok.mediatopic.getByIds", body=json.dumps({"media_topics": topics}))
    sent = published(target, story())
    assert (sent.result["ids"], sent.result["notes"]) == ([number], notes)


def test_t61_a_picture_that_is_refused_is_made_smaller_and_else_linked_and_told(
    vk: SandboxClient, target: Ok
) -> None:
    """T-61: one bad picture of three neither kills the topic nor vanishes without a word."""
    photos = pictures(vk, 3)
    vk.fault("error", "ok.upload", code=504, nth=1)  # all three together
    vk.fault("error", "ok.upload", code=504, nth=2, times=2)  # the second, as it is and smaller

    sent = published(target, story("Три фото", photos))

    (post,) = posts(vk, "ok")
    assert [vk.get(url).content for url in post["pictures"]] == [
        vk.get(photo.url or "").content for photo in (photos[0], photos[2])
    ]
    assert post["text"] == "Три фото\n\nЕщё 1 фото — ВКонтакте (https://vk.com/wall-1_77)"
    assert sent.result["notes"] == ["photo_as_link"]


def test_a_picture_that_can_be_had_later_is_waited_for(vk: SandboxClient, target: Ok) -> None:
    nowhere = Attachment("photo", -1, 5, url=NOBODY)
    outcome = target.publish(copy_of(target, story("С фото", (nowhere,))), delivery())
    assert isinstance(outcome, RetryLater)
    assert outcome.counts
    assert asked(vk, "ok.mediatopic.post") == 0


def test_a_picture_that_is_gone_is_a_link(vk: SandboxClient, target: Ok) -> None:
    gone = Attachment("photo", -1, 5, url=f"{vk.url}/cdn/999_x.jpg?e=1")
    sent = published(target, story("С фото", (gone,)))
    assert posts(vk, "ok")[0]["text"].endswith("Ещё 1 фото — ВКонтакте (https://vk.com/wall-1_77)")
    assert sent.result["notes"] == ["photo_as_link"]


# -- doubt -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["effect_then_reset", "effect_then_http", "effect_then_error", "truncated"])
def test_t02_a_topic_that_went_out_without_an_answer_is_found(vk: SandboxClient, target: Ok, what: str) -> None:
    """T-02: an answer that did not come is settled by reading, never by a second topic."""
    about = story("Новость", pictures(vk, 2))
    vk.fault(what, "ok.mediatopic.post", code=1)
    row = delivery()
    outcome = target.publish(copy_of(target, about), row)
    assert isinstance(outcome, Uncertain)

    found = target.find(copy_of(target, about), row, datetime.now(UTC))

    (post,) = posts(vk, "ok")
    assert found == Sent({"ids": [post["id"]], "link": post["link"], "notes": []})


@pytest.mark.parametrize("what", ["reset", "http", "empty"])
def test_a_topic_that_did_not_go_out_may_be_sent_again_after_a_while(
    vk: SandboxClient, target: Ok, what: str
) -> None:
    published(target, story("Раньше"))
    vk.fault(what, "ok.mediatopic.post")
    row = delivery()
    assert isinstance(target.publish(copy_of(target, story()), row), Uncertain)

    assert target.find(copy_of(target, story()), row, datetime.now(UTC)) is None
    assert target.find(copy_of(target, story()), row, later()) == RetryLater("not_sent", 0.0, counts=False)


def test_t02_ours_is_found_beside_a_topic_that_cannot_be_read(vk: SandboxClient, target: Ok) -> None:
    published(target, story("Раньше"))
    vk.fault("effect_then_reset", "ok.mediatopic.post")
    row = delivery()
    assert isinstance(target.publish(copy_of(target, story()), row), Uncertain)
    shown = target._api.call("mediatopic.getByIds", topic_ids=posts(vk, "ok")[0]["id"], fields="media_topic.*")
    shown["media_topics"].append({"id": "1", "type": "GROUP_THEME"})
    vk.fault("says", "ok.mediatopic.getByIds", body=json.dumps(shown))
    assert isinstance(target.find(copy_of(target, story()), row, datetime.now(UTC)), Sent)


def test_a_topic_cut_the_second_time_is_found_too(vk: SandboxClient, target: Ok) -> None:
    vk.do("network", network="ok", what="limits", text_limit=2500)
    about = story("Предложение о школе номер пять. " * 100, pictures(vk, 2))
    vk.fault("effect_then_reset", "ok.mediatopic.post", nth=2)
    row = delivery()
    assert isinstance(target.publish(copy_of(target, about), row), Uncertain)
    found = target.find(copy_of(target, about), row, datetime.now(UTC))
    assert isinstance(found, Sent)
    assert found.result["notes"] == ["text_shortened"]


def test_another_topic_of_similar_words_is_not_ours(vk: SandboxClient, target: Ok) -> None:
    published(target, story("Новость 12"))
    row = delivery()
    assert target.find(copy_of(target, story("Новость 1")), row, datetime.now(UTC)) is None


def test_a_list_that_was_never_seen_to_show_topics_at_once_proves_nothing(vk: SandboxClient, target: Ok) -> None:
    vk.fault("reset", "ok.mediatopic.post")
    row = delivery()
    assert isinstance(target.publish(copy_of(target, story()), row), Uncertain)
    assert target.find(copy_of(target, story()), row, later()) is None


def test_a_topic_made_later_does_not_show_that_ours_is_not_there(vk: SandboxClient, target: Ok) -> None:
    """Topics that nobody but their author has seen are left out of the statistics: ours may be one of them."""
    vk.fault("reset", "ok.mediatopic.post")
    row = delivery()
    assert isinstance(target.publish(copy_of(target, story()), row), Uncertain)
    vk.clock(advance=600)
    api = OkApi(f"{vk.url}/ok/fb.do", ok.APPLICATION_KEY, ok.ACCESS_TOKEN, SESSION_SECRET, spacing=0)
    topic = {"media": [{"type": "text", "text": "Объявление"}]}
    api.call("mediatopic.post", write=True, type="GROUP_THEME", gid=ok.GROUP_ID, attachment=topic)
    assert target.find(copy_of(target, story()), row, later()) is None


def test_a_list_that_is_full_does_not_show_everything(
    vk: SandboxClient, target: Ok, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(target, story("Раньше"))
    vk.fault("reset", "ok.mediatopic.post")
    row = delivery()
    assert isinstance(target.publish(copy_of(target, story()), row), Uncertain)
    monkeypatch.setattr("bot.targets.ok.NEWEST", 1)
    assert target.find(copy_of(target, story()), row, later()) is None


def test_who_may_not_look_posts_again_all_the_same(vk: SandboxClient, target: Ok) -> None:
    vk.do("network", network="ok", what="statistics", on=False)
    published(target, story(), delivery(attempts=2))
    assert len(posts(vk, "ok")) == 1


def test_nobody_may_look_and_nothing_is_concluded(vk: SandboxClient, target: Ok) -> None:
    vk.do("network", network="ok", what="statistics", on=False)
    assert target.find(copy_of(target, story()), delivery(), later()) is None


def test_before_another_attempt_the_group_is_read(vk: SandboxClient, target: Ok) -> None:
    first = published(target, story())
    again = published(target, story(), delivery(attempts=2))
    assert again.result["ids"] == first.result["ids"]
    assert len(posts(vk, "ok")) == 1


# -- afterwards ---------------------------------------------------------------------------------------


def test_an_edit_says_the_new_words_and_keeps_the_pictures(vk: SandboxClient, target: Ok) -> None:
    photos = pictures(vk, 2)
    where = placed(published(target, story("Было", photos)))

    outcome = edited(target, story("Стало", photos), where)

    (post,) = posts(vk, "ok")
    assert isinstance(outcome, Sent)
    assert (post["text"], post["edited"], len(post["pictures"])) == ("Стало", True, 2)
    assert outcome.result["ids"] == list(where.ids)


def test_an_edit_that_comes_too_late_is_for_a_person(vk: SandboxClient, target: Ok) -> None:
    where = placed(published(target, story("Было")))
    vk.do("network", network="ok", what="limits", edit_seconds=0)
    vk.clock(advance=1)
    assert edited(target, story("Стало"), where) == Refused("cannot_edit", 704)


def test_a_topic_is_removed_and_a_removed_one_is_removed(vk: SandboxClient, target: Ok) -> None:
    where = placed(published(target, story()))
    assert isinstance(removed(target, story(), where), Sent)
    assert posts(vk, "ok") == []
    assert isinstance(removed(target, story(), where), Sent)


def test_a_topic_that_is_gone_is_known_by_reading_whatever_word_refuses(vk: SandboxClient, target: Ok) -> None:
    where = placed(published(target, story()))
    vk.do("network", network="ok", what="delete", id=where.ids[0])
    for method in ("ok.mediatopic.edit", "ok.mediatopic.deleteTopic"):
        vk.fault("error", method, code=100)
    assert edited(target, story("Стало"), where) == Refused("gone")
    assert isinstance(removed(target, story(), where), Sent)
    for method in ("ok.mediatopic.edit", "ok.mediatopic.deleteTopic"):
        vk.fault("says", method, body='{"success": false}')
    assert edited(target, story("Стало"), where) == Refused("gone")
    assert isinstance(removed(target, story(), where), Sent)


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("ok.group.getStatTopics", '{"topics": {}}'),
        ("ok.group.getStatTopics", '{"topics": [{"id": ""}]}'),
        ("ok.mediatopic.getByIds", '{"media_topics": 5}'),
    ],
)
def test_where_the_group_cannot_be_read_another_attempt_waits(
    vk: SandboxClient, target: Ok, method: str, body: str
) -> None:
    published(target, story())
    vk.fault("says", method, body=body, times=0)
    assert target.publish(copy_of(target, story()), delivery(attempts=2)) == RetryLater("no_answer")
    assert len(posts(vk, "ok")) == 1


def test_a_topic_that_stands_and_may_not_be_changed_is_for_a_person(vk: SandboxClient, target: Ok) -> None:
    where = placed(published(target, story()))
    vk.fault("error", "ok.mediatopic.deleteTopic", code=100)
    assert removed(target, story(), where) == Refused("bad_parameter", 100)
    for method in ("ok.mediatopic.edit", "ok.mediatopic.deleteTopic"):
        vk.fault("error", method, code=10)
    assert edited(target, story("Стало"), where) == Refused("cannot_edit", 10)
    assert removed(target, story(), where) == Refused("cannot_remove", 10)


def test_health_without_the_method_that_tells_who_we_are(vk: SandboxClient, target: Ok) -> None:
    vk.fault("error", "ok.users.getCurrentUser", code=3)
    assert target.health().ok


def test_health_tells_what_is_wrong(vk: SandboxClient, target: Ok) -> None:
    assert target.health().ok
    vk.do("network", network="ok", what="role", admin=False)
    assert (target.health().ok, target.health().reason) == (False, "no_rights")
    vk.do("network", network="ok", what="session", set="expired")
    assert (target.health().ok, target.health().reason) == (False, "key_dead")


def test_reach_is_read(vk: SandboxClient, target: Ok) -> None:
    where = placed(published(target, story()))
    reach = target.reach(target.networks[0], where)
    assert reach is not None
    assert (reach.views, reach.likes) == (0, 0)


def test_upload_addresses_of_strangers_are_not_used(vk: SandboxClient, tmp_path: Path) -> None:
    api = OkApi(f"{vk.url}/ok/fb.do", ok.APPLICATION_KEY, ok.ACCESS_TOKEN, SESSION_SECRET, spacing=0)
    target = Ok(media(vk, tmp_path), api, ok.GROUP_ID)
    outcome = target.publish(copy_of(target, story("С фото", pictures(vk, 1))), delivery())
    assert outcome == RetryLater("no_answer")
    assert asked(vk, "ok.upload") == 0


def test_two_threads_keep_the_distance_between_calls_and_learn_the_secret_once(vk: SandboxClient) -> None:
    """A copy goes out while somebody asks how far others got."""
    spacing = 0.4
    api = OkApi(f"{vk.url}/ok/fb.do", ok.APPLICATION_KEY, ok.ACCESS_TOKEN, SESSION_SECRET, spacing=spacing)
    together = threading.Barrier(2)

    def calls() -> None:
        together.wait(10)
        for _ in range(2):
            api.call("users.getCurrentUser", fields="uid")

    threads = [threading.Thread(target=calls) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    moments = [datetime.fromisoformat(call["at"]) for call in vk.journal(method="ok.users.getCurrentUser")]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    assert min(gaps) > spacing / 4, "two calls went out together"
    assert len(moments) == 1 + 4, "the secret is tried by one call"
