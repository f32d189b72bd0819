"""A post becomes one page of the site with all its pictures, once, whatever the site answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from bot.targets.wordpress import Site, WordPress, WpError, content_of, name_of, page, slug_of
from editorial.delivery import Refused, RetryLater, Sent, Uncertain
from editorial.suggestion import Attachment
from handlers import texts
from sandbox.networks import wordpress
from tests.sandbox_client import Json, SandboxClient
from tests.targets.sites.stage import (
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
    shown,
    story,
)

ZONE = ZoneInfo("Europe/Moscow")


@pytest.fixture
def target(vk: SandboxClient, tmp_path: Path) -> WordPress:
    site = Site(f"{vk.url}/wordpress", wordpress.USER, wordpress.PASSWORD)
    return WordPress(media(vk, tmp_path), site, "site", ZONE)


def switch(vk: SandboxClient, **what: Any) -> None:
    vk.do("network", network="wordpress", what="set", **what)


def test_a_page_has_title_text_all_pictures_byte_for_byte_and_the_link(
    vk: SandboxClient, target: WordPress
) -> None:
    photos = pictures(vk, 10)

    sent = published(target, story("Совет открыл школу. Подробности у [club1|ОКМО] #ОКМО@okmo_news", photos))

    (post,) = posts(vk, "wordpress")
    assert (post["slug"], post["title"]) == ("vk-1-77", "Совет открыл школу")
    assert '<a href="https://vk.com/club1" rel="noopener">ОКМО</a> #ОКМО' in post["html"]
    assert '<a href="https://vk.com/wall-1_77" rel="noopener">' in post["html"]
    assert [vk.get(url).content for url in post["pictures"]] == [vk.get(one.url or "").content for one in photos]
    assert post["featured"] == post["pictures"][0]
    assert all(url.isascii() and "okmo-vk-1-77-" in url for url in post["pictures"])
    assert sent.result["link"] == post["link"]
    assert sent.result["notes"] == []


def test_a_site_without_speaking_links_is_spoken_to_all_the_same(vk: SandboxClient, tmp_path: Path) -> None:
    switch(vk, plain_links=True)

    def fresh() -> WordPress:
        site = Site(f"{vk.url}/wordpress", wordpress.USER, wordpress.PASSWORD)
        return WordPress(media(vk, tmp_path), site, "site", ZONE)

    assert fresh().health().ok
    sent = published(fresh(), story(attachments=pictures(vk, 2)))
    assert isinstance(edited(fresh(), story("Совет закрыл школу"), placed(sent)), Sent)
    (post,) = posts(vk, "wordpress")
    assert (post["slug"], post["title"], post["pictures"]) == ("vk-1-77", "Совет закрыл школу", [])
    assert isinstance(removed(fresh(), story(), placed(sent)), Sent)
    assert posts(vk, "wordpress") == shown(vk, "wordpress")["hidden"] == []


def test_a_post_that_went_out_without_vk_has_an_address_of_its_own(vk: SandboxClient, target: WordPress) -> None:
    published(target, story("Школа открыта", post_id=None, link=None))
    (post,) = posts(vk, "wordpress")
    assert post["slug"] == "okmo-214"
    assert "vk.com" not in post["html"]


def test_what_people_write_is_never_markup() -> None:
    about = story('<script>alert(1)</script> & "кавычки"', (Attachment("photo", -1, 5),))
    part = page(about, ZONE)
    html = content_of(part.body, ['https://a.invalid/"><b>.jpg'])
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert '"><b>' not in html


def test_a_title_is_read_as_it_was_written(vk: SandboxClient, target: WordPress) -> None:
    written = "Мост <открыли> & ждут AT&T"
    published(target, story(written))
    assert posts(vk, "wordpress")[0]["title"] == written


def test_t65_names_of_pictures_are_our_own() -> None:
    """T-65: nothing of a stranger's name reaches the site."""
    evil = Attachment("photo", None, None, url="http://x.invalid/../../эмодзи 🎉\x00.php")
    name = name_of(slug_of(story()), evil)
    assert name.isascii()
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name_of("vk-1-77", Attachment("photo", -1, 5)) == "okmo-vk-1-77-club1-5"


# -- doubt and repetition -----------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["effect_then_reset", "effect_then_http", "truncated", "effect_then_empty"])
def test_t02_a_page_that_was_made_without_an_answer_is_found(
    vk: SandboxClient, target: WordPress, what: str
) -> None:
    """T-02: the address is looked up; there is never a second page."""
    about, row = story("Школа", pictures(vk, 2)), delivery()
    vk.fault(what, "wordpress.posts.create")
    assert isinstance(target.publish(copy_of(target, about), row), Uncertain)

    found = target.find(copy_of(target, about), row, datetime.now(UTC))

    (post,) = posts(vk, "wordpress")
    assert isinstance(found, Sent)
    assert (found.result["ids"], found.result["link"]) == ([str(post["id"])], post["link"])
    assert len(found.result["media"]) == 2


@pytest.mark.parametrize("what", ["reset", "http", "empty", "braces"])
def test_a_page_that_was_not_made_may_be_made_after_a_while(
    vk: SandboxClient, target: WordPress, what: str
) -> None:
    row = delivery()
    vk.fault(what, "wordpress.posts.create")
    assert isinstance(target.publish(copy_of(target, story()), row), Uncertain)
    assert target.find(copy_of(target, story()), row, datetime.now(UTC)) is None
    assert target.find(copy_of(target, story()), row, later()) == RetryLater("not_sent", 0.0, counts=False)


def test_pictures_of_a_failed_attempt_are_used_again(vk: SandboxClient, target: WordPress) -> None:
    about = story("Школа", pictures(vk, 4))
    vk.fault("reset", "wordpress.media.create", nth=3)
    assert isinstance(target.publish(copy_of(target, about), delivery()), RetryLater)

    published(target, about, delivery(attempts=2))

    assert asked(vk, "wordpress.media.create") == 5
    assert len(shown(vk, "wordpress")["media"]) == 4
    assert len(posts(vk, "wordpress")[0]["pictures"]) == 4


def test_a_picture_that_came_without_an_answer_is_not_brought_twice(vk: SandboxClient, target: WordPress) -> None:
    about = story("Школа", pictures(vk, 2))
    vk.fault("effect_then_reset", "wordpress.media.create")
    assert isinstance(target.publish(copy_of(target, about), delivery()), RetryLater)
    published(target, about, delivery(attempts=2))
    assert len(shown(vk, "wordpress")["media"]) == 2


def test_a_page_that_stands_already_is_made_to_say_the_story(vk: SandboxClient, target: WordPress) -> None:
    first = published(target, story("Было"))
    again = published(target, story("Стало"), delivery(attempts=2))
    assert again.result["ids"] == first.result["ids"]
    assert [post["title"] for post in posts(vk, "wordpress")] == ["Стало"]


def test_of_two_pages_made_at_once_one_remains(vk: SandboxClient, target: WordPress) -> None:
    """Another program makes the page between our look and our request: ours got a number, so ours goes."""
    auth = (wordpress.USER, wordpress.PASSWORD)
    theirs = {"title": "Их", "content": "<p>Их</p>", "slug": "vk-1-77", "status": "publish"}
    create = target._site.create

    def race(fields: Json) -> Any:
        requests.post(f"{vk.url}/wordpress/wp-json/wp/v2/posts", json=theirs, auth=auth, timeout=10)
        return create(fields)

    target._site.create = race  # type: ignore[method-assign,assignment]
    sent = published(target, story("Наша"))
    (post,) = posts(vk, "wordpress")
    assert (post["slug"], post["title"]) == ("vk-1-77", "Наша")
    assert sent.result["ids"] == [str(post["id"])]


def test_a_site_that_changes_addresses_gets_one_page_all_the_same(vk: SandboxClient, target: WordPress) -> None:
    switch(vk, slug_suffix="-2")
    row = delivery()
    vk.fault("effect_then_reset", "wordpress.posts.create")
    assert isinstance(target.publish(copy_of(target, story()), row), Uncertain)
    found = target.find(copy_of(target, story()), row, datetime.now(UTC))
    assert isinstance(found, Sent)
    assert [str(post["id"]) for post in posts(vk, "wordpress")] == found.result["ids"]


def test_a_page_made_in_vks_stead_is_known_when_the_post_is_there(vk: SandboxClient, target: WordPress) -> None:
    row = delivery()
    vk.fault("effect_then_reset", "wordpress.posts.create")
    before = story("Школа", post_id=None, link=None)
    assert isinstance(target.publish(copy_of(target, before), row), Uncertain)
    found = target.find(copy_of(target, story("Школа")), row, datetime.now(UTC))
    assert isinstance(found, Sent)


class OneAtATime(Site):
    """A site that finds a page by one address, and does not list its files."""

    def list(self, kind: str, slugs: Sequence[str]) -> list[dict[str, Any]]:
        if kind == "media":
            raise WpError(RetryLater("method_off"), "rest_no_route", 404)
        return super().list(kind, slugs) if len(slugs) == 1 else []


def test_a_site_that_finds_one_address_at_a_time_gets_one_page(vk: SandboxClient, tmp_path: Path) -> None:
    site = OneAtATime(f"{vk.url}/wordpress", wordpress.USER, wordpress.PASSWORD)
    target = WordPress(media(vk, tmp_path), site, "site", ZONE)
    about, row = story("Школа", pictures(vk, 2)), delivery()
    vk.fault("effect_then_reset", "wordpress.posts.create")
    assert isinstance(target.publish(copy_of(target, about), row), Uncertain)
    assert isinstance(target.find(copy_of(target, about), row, datetime.now(UTC)), Sent)
    published(target, about, delivery(attempts=2))
    (post,) = posts(vk, "wordpress")
    assert len(post["pictures"]) == 2


def test_a_page_of_a_longer_number_is_another_story(vk: SandboxClient, target: WordPress) -> None:
    published(target, story("Другая", post_id=770))
    rows = target._site.list("posts", ["vk-1-770"])
    target._site.list = lambda kind, slugs: rows if kind == "posts" else []  # type: ignore[method-assign]
    published(target, story("Эта"))
    assert {post["title"] for post in posts(vk, "wordpress")} == {"Другая", "Эта"}


def test_an_old_page_of_the_same_number_is_another_story(vk: SandboxClient, target: WordPress) -> None:
    """The desk's numbers began anew; the old page stays as it is."""
    vk.clock(advance=-86_400)
    published(target, story("Старая", post_id=None, link=None))
    vk.clock(advance=86_400)

    published(target, story("Новая", post_id=None, link=None))

    assert {post["title"] for post in posts(vk, "wordpress")} == {"Старая", "Новая"}


# -- what the site says -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"password": "changed"}, "key_dead"),
        ({"header_dropped": True}, "key_dead"),
        ({"role": "subscriber"}, "no_rights"),
        ({"rest_off": True}, "method_off"),
    ],
)
def test_what_only_people_can_mend_closes_the_target(
    vk: SandboxClient, target: WordPress, settings: Json, reason: str
) -> None:
    switch(vk, **settings)
    outcome = target.publish(copy_of(target, story()), delivery())
    assert isinstance(outcome, RetryLater)
    assert (outcome.reason, outcome.counts) == (reason, False)
    assert (target.health().ok, target.health().reason) == (False, reason)


def test_health_of_a_site_that_hides_its_users(vk: SandboxClient, target: WordPress) -> None:
    vk.fault("error", "wordpress.users.get", code=404)
    assert target.health().ok


def test_health_is_good_when_the_user_may_publish_and_upload(vk: SandboxClient, target: WordPress) -> None:
    assert target.health().ok


def test_t46_a_busy_site_is_given_time(vk: SandboxClient, target: WordPress) -> None:
    """T-46: 429 is honoured and not held against the post."""
    vk.fault("error", "wordpress.posts.create", code=429)
    assert target.publish(copy_of(target, story()), delivery()) == RetryLater("need_wait", 60.0, 429, counts=False)
    assert posts(vk, "wordpress") == []


def test_t64_a_picture_the_site_does_not_take_is_made_smaller_or_linked(
    vk: SandboxClient, target: WordPress
) -> None:
    """T-64: too big for the site: a link, and a note for the card."""
    about = story("Школа", pictures(vk, 1))
    switch(vk, most_bytes=10)
    sent = published(target, about)
    (post,) = posts(vk, "wordpress")
    assert post["pictures"] == []
    assert '<a href="https://vk.com/wall-1_77" rel="noopener">Ещё 1 фото — ВКонтакте</a>' in post["html"]
    assert sent.result["notes"] == ["photo_as_link"]


# -- afterwards ---------------------------------------------------------------------------------------


def test_an_edit_changes_words_and_pictures(vk: SandboxClient, target: WordPress) -> None:
    photos = pictures(vk, 3)
    where = placed(published(target, story("Было", photos[:2])))
    assert isinstance(edited(target, story("Стало", photos[1:]), where), Sent)
    (post,) = posts(vk, "wordpress")
    assert (post["title"], post["slug"], post["edited"]) == ("Стало", "vk-1-77", True)
    assert [vk.get(url).content for url in post["pictures"]] == [
        vk.get(one.url or "").content for one in photos[1:]
    ]


def test_an_edit_of_a_page_somebody_removed_is_refused(vk: SandboxClient, target: WordPress) -> None:
    where = placed(published(target, story("Было")))
    vk.do("network", network="wordpress", what="delete", id=where.ids[0])
    assert edited(target, story("Стало"), where) == Refused("gone", 404)


def test_a_page_that_went_into_the_trash_is_gone(vk: SandboxClient, target: WordPress) -> None:
    where = placed(published(target, story("Было")))
    vk.fault("says", "wordpress.posts.edit", body=f'{{"id": {where.ids[0]}, "status": "trash"}}')
    assert edited(target, story("Стало"), where) == Refused("gone")


@pytest.mark.parametrize(
    ("method", "body", "outcome"),
    [
        ("posts.list", '{"id": 1}', RetryLater("no_answer", counts=False)),
        ("posts.list", '[{"id": "1"}]', RetryLater("no_answer", counts=False)),
        ("media.create", '{"id": 5}', RetryLater("no_answer")),
        ("media.create", '{"source_url": "/a.jpg"}', RetryLater("no_answer")),
        ("posts.create", '{"id": "5"}', Uncertain("no_answer")),
        ("posts.create", "[]", Uncertain("no_answer")),
    ],
)
def test_t18_an_answer_that_says_nothing_is_no_page(
    vk: SandboxClient, target: WordPress, method: str, body: str, outcome: Any
) -> None:
    vk.fault("says", f"wordpress.{method}", body=body)
    assert target.publish(copy_of(target, story("Мост", pictures(vk, 1))), delivery()) == outcome


@pytest.mark.parametrize(
    ("content", "status", "notes"),
    [
        ('<p>Ура 👍 — да</p>\n<p><a href="{link}">{read}</a></p>', "publish", []),
        ("<p>Ура &#x1f44d; &#8212; да</p>\n<p>{read}</p>", "publish", []),
        ("<p>Ура</p>\n<p>{read}</p>", "publish", ["text_changed"]),
        ("<p>Ура 👍 — да</p>\n<p>{read}</p>", "pending", ["not_shown"]),
    ],
)
def test_t18_what_the_site_made_of_a_page_is_told(
    vk: SandboxClient, target: WordPress, content: str, status: str, notes: list[str]
) -> None:
    raw = content.format(link="https://vk.com/wall-1_77", read=texts.OPEN_POST)
    made = {"id": 5, "slug": "vk-1-77", "status": status, "content": {"raw": raw}}
    vk.fault("says", "wordpress.posts.create", body=json.dumps(made))
    assert published(target, story("Ура 👍 — да")).result["notes"] == notes


def test_a_page_that_may_not_be_changed_any_more_is_for_a_person(vk: SandboxClient, target: WordPress) -> None:
    where = placed(published(target, story("Было")))
    vk.do("network", network="wordpress", what="set", role="subscriber")
    assert edited(target, story("Стало"), where) == Refused("cannot_edit", 403)
    assert removed(target, story(), where) == Refused("cannot_remove", 403)


def test_a_page_goes_with_its_pictures_also_in_two_attempts(vk: SandboxClient, target: WordPress) -> None:
    about = story("Школа", pictures(vk, 2))
    where = placed(published(target, about))
    vk.fault("reset", "wordpress.media.delete", nth=2)
    assert isinstance(removed(target, about, where), RetryLater)
    assert isinstance(removed(target, about, where), Sent)
    seen = shown(vk, "wordpress")
    assert (seen["posts"], seen["media"], seen["hidden"]) == ([], [], [])
