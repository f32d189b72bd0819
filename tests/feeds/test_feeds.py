"""Feeds and pages as their readers see them: whole at any moment, valid, changed and taken back everywhere."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import feedparser
import jsonschema
import pytest

from bot.feeds import formats, items
from bot.feeds.items import Item
from bot.fetch import net_locations
from bot.media import Media
from bot.targets.feeds import Feeds
from bot.targets.network import Copy
from editorial.delivery import Delivery, RetryLater, Sent, State
from editorial.networks import Story
from editorial.suggestion import Attachment
from tests.media.pictures import a_picture
from tests.media.server import sends
from tests.targets.rig import placed_of
from tests.vk.fault_server import FaultServer, fault_server

BASE = "https://news.okmo.invalid/feed/"
AT = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
TEXT = "В Черемхове открыли библиотеку & читальню <новую>. Придёт [id601|Ирина]. Сайт: okmo.invalid/x?a=1&b=2 #Черемхово@okmo"
MEDIA = "{http://search.yahoo.com/mrss/}content"
ATOM = "{http://www.w3.org/2005/Atom}"

#: JSON Feed 1.1 as its specification tells it.
JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string"},
        "home_page_url": {"type": "string", "format": "uri"},
        "feed_url": {"type": "string", "format": "uri"},
        "language": {"type": "string"},
        "authors": {"type": "array", "items": {"type": "object", "minProperties": 1}},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id"],
                "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
                "properties": {
                    "id": {"type": "string"},
                    "url": {"type": "string", "format": "uri"},
                    "title": {"type": "string"},
                    "date_published": {
                        "type": "string",
                        "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$",
                    },
                    "date_modified": {
                        "type": "string",
                        "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$",
                    },
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "attachments": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["url", "mime_type"],
                            "properties": {"size_in_bytes": {"type": "integer", "minimum": 1}},
                        },
                    },
                },
            },
        },
    },
}


def a_delivery(kind: str = "post") -> Delivery:
    return Delivery(1, "feeds", "feeds", kind, 214, {}, State.SENDING, AT, 1, AT, sending_at=AT)


class Rig:
    """A folder that a web server would show, and a server of pictures."""

    def __init__(self, folder: Path, server: FaultServer) -> None:
        self.folder = folder / "site"
        self.server = server
        media = Media(folder / "media", refresh=lambda *_: {}, own_hosts=net_locations(server.url))
        self.target = Feeds(media, self.folder, BASE, ZoneInfo("Europe/Moscow"), "Новости советов", "О советах")

    def story(self, number: int = 214, *, photos: int = 0, text: str = TEXT, **more: Any) -> Story:
        first = number * 100
        attachments = tuple(Attachment("photo", -1, first + at, None, self.server.url) for at in range(photos))
        fields: dict[str, Any] = {
            "number": number,
            "text": text,
            "attachments": attachments,
            "link": f"https://vk.com/wall-1_{number}",
            "published_at": AT + timedelta(hours=number - 214),
            "owner_id": -1,
            "post_id": number,
            "region": "RU-IRK",
        }
        return Story(**{**fields, **more})

    def copy(self, story: Story, placed: Sent | None = None) -> Copy:
        (network,) = self.target.networks
        stands = placed_of(placed, AT) if placed else None
        return Copy(network, story, self.target.render(story, network)[0], 0, stands)

    def posted(self, story: Story) -> Sent:
        outcome = self.target.publish(self.copy(story), a_delivery())
        assert isinstance(outcome, Sent), outcome
        return outcome

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }

    def file(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def at(self, url: str) -> bytes:
        """What a reader gets at an address."""
        assert url.startswith(BASE)
        return self.file(url.removeprefix(BASE))

    def rss(self) -> Any:
        found = feedparser.parse(self.file("rss.xml"))
        assert not found.bozo, found.bozo_exception
        return found

    def atom(self) -> Any:
        found = feedparser.parse(self.file("atom.xml"))
        assert not found.bozo, found.bozo_exception
        return found

    def json(self) -> Any:
        value = json.loads(self.file("feed.json"))
        jsonschema.validate(value, JSON_FEED, format_checker=jsonschema.FormatChecker())
        return value


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with fault_server(sends(a_picture(800, 600))) as server:
        yield Rig(tmp_path, server)


class Page(HTMLParser):
    """What browsers and networks take from a page."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.metas: dict[str, list[str]] = {}
        self.links: list[dict[str, str | None]] = []
        self.images: list[str] = []
        self.shown = ""
        self._hidden = 0
        self.feed(body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag == "meta":
            name = facts.get("property") or facts.get("name") or ""
            self.metas.setdefault(name, []).append(facts.get("content") or "")
        elif tag in ("link", "a"):
            self.links.append({"tag": tag, **facts})
        elif tag == "img":
            self.images.append(facts.get("src") or "")
        elif tag in ("script", "iframe"):
            raise AssertionError(f"{tag} on a page")
        self._hidden += tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag == "style"

    def handle_data(self, data: str) -> None:
        self.shown += "" if self._hidden else data


# ---------------------------------------------------------------------------------------------------- what is read


def test_three_feeds_say_the_same_to_an_independent_reader(rig: Rig) -> None:
    sent = rig.posted(rig.story(photos=2))
    rss, atom, own = rig.rss(), rig.atom(), rig.json()
    (one,), (two,), (three,) = rss.entries, atom.entries, own["items"]
    title = "В Черемхове открыли библиотеку & читальню <новую>"
    assert one.title == two.title == three["title"] == title
    assert one.summary.startswith("В Черемхове открыли библиотеку &amp; читальню &lt;новую&gt;. Придёт Ирина.")
    assert {one.id, two.id, three["id"]} == {"tag:news.okmo.invalid,2026:news/214"}
    assert one.link == two.link == three["url"] == sent.result["link"] == f"{BASE}news/214.html"
    assert one.published_parsed[:5] == two.published_parsed[:5] == (2026, 11, 25, 7, 0)
    assert three["date_published"] == "2026-11-25T10:00:00+03:00"
    assert one.content[0].value == two.content[0].value
    assert 'href="https://vk.com/id601"' in three["content_html"]
    assert "&lt;новую&gt;" in three["content_html"]
    assert [tag.term for tag in one.tags] == [tag.term for tag in two.tags] == three["tags"]
    assert three["tags"] == ["Иркутская область", "Черемхово"]
    assert (rss.feed.language, atom.feed.title, own["title"]) == ("ru", "Новости советов", "Новости советов")
    assert [link.href for link in rss.feed.links if link.rel == "self"] == [f"{BASE}rss.xml"]
    assert [link.href for link in atom.feed.links if link.rel == "self"] == [f"{BASE}atom.xml"]
    assert own["feed_url"] == f"{BASE}feed.json"
    assert three["external_url"].startswith("https://vk.com/wall-1_")
    assert [node.get("isPermaLink") for node in ET.fromstring(rig.file("rss.xml")).iter("guid")] == ["false"]
    assert one.published == rss.feed.updated == "Wed, 25 Nov 2026 10:00:00 +0300"
    assert atom.feed.author == own["authors"][0]["name"] == "Новости советов"
    assert (atom.feed.id, atom.feed.subtitle) == ("tag:news.okmo.invalid,2020:news", own["description"])


def test_T61_all_pictures_go_along_with_their_real_lengths_and_bytes(rig: Rig) -> None:
    pictures = [a_picture(300 + at, 200, quality=60 + at) for at in range(10)]
    rig.server.script[:] = [sends(one) for one in pictures]
    rig.posted(rig.story(photos=10))
    (entry,) = rig.rss().entries
    (enclosure,) = entry.enclosures
    assert (len(rig.at(enclosure.href)), enclosure.type) == (int(enclosure.length), "image/jpeg")
    channel = ET.fromstring(rig.file("rss.xml"))
    media = channel.findall(f".//{MEDIA}")
    assert [rig.at(one.get("url") or "") for one in media] == pictures
    assert [int(one.get("fileSize") or 0) for one in media] == [len(one) for one in pictures]
    (atom,) = rig.atom().entries
    assert [rig.at(one.href) for one in atom.enclosures] == pictures
    (own,) = rig.json()["items"]
    assert rig.at(own["image"]) == pictures[0]
    assert [one["size_in_bytes"] for one in own["attachments"]] == [len(one) for one in pictures]
    assert [rig.at(one["url"]) for one in own["attachments"]] == pictures
    assert [rig.at(one) for one in Page(own["content_html"].encode()).images] == pictures
    page = Page(rig.at(own["url"]))
    assert [rig.at(urljoin(own["url"], one)) for one in page.images] == pictures
    assert [rig.at(one) for one in page.metas["og:image"]] == pictures


def test_a_page_tells_networks_what_it_is(rig: Rig) -> None:
    rig.posted(rig.story(photos=1))
    page = Page(rig.file("news/214.html"))
    assert page.metas["og:type"] == ["article"]
    assert page.metas["og:title"] == ["В Черемхове открыли библиотеку & читальню <новую>"]
    assert page.metas["og:description"][0].startswith("В Черемхове открыли библиотеку")
    assert page.metas["og:url"] == [f"{BASE}news/214.html"]
    assert page.metas["article:published_time"] == ["2026-11-25T10:00:00+03:00"]
    assert (page.metas["og:image:width"], page.metas["og:image:height"]) == (["800"], ["600"])
    [front] = [one for one in Page(rig.file("index.html")).links if one.get("rel") == "canonical"]
    assert front["href"] == BASE
    assert [one["href"] for one in page.links if one.get("rel") == "canonical"] == ["https://vk.com/wall-1_214"]
    found = {one["type"]: one["href"] for one in page.links if one.get("rel") == "alternate"}
    assert set(found) == {"application/rss+xml", "application/atom+xml", "application/feed+json"}
    assert all(rig.at(url or "") for url in found.values())
    assert "25 ноября 2026, 10:00 мск" in page.shown


def test_every_link_between_the_pages_leads_to_a_file(rig: Rig) -> None:
    for number in (214, 215):
        rig.posted(rig.story(number, photos=1))
    for name in ("index.html", "news/214.html", "news/215.html"):
        page = Page(rig.file(name))
        here = [one["href"] or "" for one in page.links if not (one["href"] or "").startswith("http")]
        assert here
        for path in (*here, *page.images):
            assert rig.at(urljoin(f"{BASE}{name}", path))


def test_a_web_server_may_read_everything_though_the_program_keeps_its_own_files_to_itself(rig: Rig) -> None:
    usual = os.umask(0o077)
    try:
        rig.posted(rig.story(photos=1))
    finally:
        os.umask(usual)
    made = [rig.folder, *rig.folder.rglob("*")]
    assert {path.name for path in made} >= {"site", "media", "news", "rss.xml", "214.html"}
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in made} == {
        path.name: "0o755" if path.is_dir() else "0o644" for path in made
    }


def test_what_is_no_picture_becomes_a_link(rig: Rig) -> None:
    others = (
        Attachment("video", -1, 7, "key", None, "Открытие <видео>", "https://img.invalid/p.jpg"),
        Attachment("link", url="https://okmo.invalid/?a=1&b=2", title="Сайт"),
        Attachment("poll", -1, 8, title="Нужна ли?"),
        Attachment("link", url="javascript:alert(1)", title="Зло"),
        Attachment("article", -1, title="Статья без номера"),
        Attachment("note", title="Заметка"),
    )
    rig.posted(replace(rig.story(), attachments=others))
    page = Page(rig.file("news/214.html"))
    hrefs = [one["href"] for one in page.links if one["tag"] == "a"]
    assert {"https://vk.com/video-1_7", "https://okmo.invalid/?a=1&b=2", "https://vk.com/poll-1_8"} <= set(hrefs)
    assert not any("javascript" in (href or "") or "None" in (href or "") for href in hrefs)
    assert ("Статья без номера" in page.shown, "Заметка" in page.shown) == (True, True)
    assert "Видео: Открытие <видео>" in page.shown
    assert "https://vk.com/video-1_7" in rig.json()["items"][0]["content_html"]


def test_T64_a_picture_nobody_can_have_becomes_a_link_and_is_said(rig: Rig) -> None:
    rig.server.script[:] = [sends(b"", status=404), sends(a_picture())]
    sent = rig.posted(rig.story(photos=2))
    assert sent.result["notes"] == ["photo_as_link"]
    (own,) = rig.json()["items"]
    assert len(own["attachments"]) == 1
    assert "Фото — в записи ВКонтакте" in own["content_html"]


def test_a_document_is_a_link_and_is_said_by_its_name(rig: Rig) -> None:
    rig.server.script[:] = [sends(b"%PDF-1.4 words")]
    paper = Attachment("doc", -1, 9, None, rig.server.url, "Положение.pdf")
    assert rig.posted(replace(rig.story(), attachments=(paper,))).result["notes"] == ["document_as_link"]
    assert "Положение.pdf" in rig.json()["items"][0]["content_html"]


def test_a_server_of_pictures_that_is_away_is_waited_for(rig: Rig) -> None:
    rig.server.script[:] = [sends(b"", status=503)]
    assert isinstance(rig.target.publish(rig.copy(rig.story(photos=1)), a_delivery()), RetryLater)
    assert "rss.xml" not in rig.files() if rig.folder.exists() else True


@pytest.mark.parametrize(
    "evil", ["\x00\x01\x0b", "\ud800", "\ufffe\uffff", "\x7f\x85", "]]>", "<script>alert(1)</script>"]
)
def test_texts_of_strangers_never_break_a_file(rig: Rig, evil: str) -> None:
    title = Attachment("link", url="https://okmo.invalid/", title=f"Имя{evil}")
    rig.posted(replace(rig.story(text=f"Заголовок{evil} первый. Потом{evil}ещё."), attachments=(title,)))
    assert len(rig.rss().entries) == len(rig.atom().entries) == len(rig.json()["items"]) == 1
    Page(rig.file("news/214.html"))
    Page(rig.file("index.html"))
    ET.fromstring(rig.file("sitemap.xml"))


def test_a_site_with_a_cyrillic_name_has_addresses_that_every_reader_takes(rig: Rig) -> None:
    media = Media(rig.folder.parent / "media", refresh=lambda *_: {}, own_hosts=net_locations(rig.server.url))
    zone = ZoneInfo("Europe/Moscow")
    rig.target = Feeds(media, rig.folder, "https://новости.рф:8443/лента/", zone, "Новости советов", "О советах")
    sent = rig.posted(rig.story(photos=1))
    ours = "https://xn--b1amnebsh.xn--p1ai:8443/%D0%BB%D0%B5%D0%BD%D1%82%D0%B0/"
    assert sent.result["link"] == f"{ours}news/214.html"
    [entry] = rig.rss().entries
    assert entry.link == f"{ours}news/214.html"
    assert entry.id == rig.atom().entries[0].id == "tag:xn--b1amnebsh.xn--p1ai,2026:news/214"
    for name in ("rss.xml", "atom.xml", "feed.json", "sitemap.xml", "index.html", "news/214.html"):
        assert "рф" not in rig.file(name).decode(), name


def test_a_post_without_words_has_a_title_and_a_page(rig: Rig) -> None:
    rig.posted(rig.story(text="", photos=1))
    assert rig.rss().entries[0].title == "Публикация от 25 ноября 2026"
    rig.posted(rig.story(text=""))
    assert "25 ноября" in rig.rss().entries[0].content[0].value
    assert "25 ноября" in rig.atom().entries[0].content[0].value


def test_a_json_feed_of_long_posts_stays_light() -> None:
    for words, shown in ((20, 50), (440, 47), (1800, 30)):
        long = Item(1, "Новость", "Кратко", f"<p>{'Совет ' * words}</p>", AT, AT)
        many = tuple(replace(long, number=one) for one in range(50))
        written = formats.json_feed(items.State({}, many), formats.Site(BASE, "Новости", "О советах"))
        assert len(json.loads(written)["items"]) == shown
        assert shown == 30 or len(written) < 250_000


def test_fifty_newest_are_shown_newest_first_and_all_have_pages(rig: Rig) -> None:
    numbers = list(range(214, 274))
    for number in (*numbers[30:], *numbers[:30]):
        rig.posted(rig.story(number, text=f"Новость {number}."))
    newest = [f"tag:news.okmo.invalid,2026:news/{number}" for number in reversed(numbers[10:])]
    assert [entry.id for entry in rig.rss().entries] == newest
    assert [entry.id for entry in rig.atom().entries] == newest
    assert [one["id"] for one in rig.json()["items"]] == newest
    places = [node.text or "" for node in ET.fromstring(rig.file("sitemap.xml")).iter() if node.tag.endswith("loc")]
    assert len(places) == 61
    assert all(rig.at(place) for place in places if place != BASE)


# ------------------------------------------------------------------------------------------ changed and taken back


def test_an_edit_changes_the_time_of_change_and_never_the_name(rig: Rig) -> None:
    story = rig.story(photos=2)
    sent = rig.posted(story)
    before = rig.atom().entries[0]
    changed = replace(story, text="Исправлено: читальня откроется завтра.", attachments=story.attachments[:1])
    assert isinstance(rig.target.edit(rig.copy(changed, sent), a_delivery("edit")), Sent)
    after = rig.atom().entries[0]
    assert (after.id, after.published, after.link) == (before.id, before.published, before.link)
    assert after.updated_parsed > before.updated_parsed
    [own] = rig.json()["items"]
    assert own["date_modified"] == after.updated > own["date_published"] == before.published
    moments = [one.text for one in ET.fromstring(rig.file("sitemap.xml")).iter() if one.tag.endswith("lastmod")]
    assert moments == [after.updated, after.updated]
    assert rig.rss().entries[0].published == "Wed, 25 Nov 2026 10:00:00 +0300"
    assert "Исправлено" in rig.file("news/214.html").decode()
    assert "библиотеку" not in b"".join(body for body in rig.files().values()).decode("utf-8", "replace")
    assert len(rig.rss().entries) == 1


def test_an_edit_that_changes_nothing_writes_nothing(rig: Rig) -> None:
    story = rig.story(photos=1)
    sent = rig.posted(story)
    before = {path: path.stat().st_mtime_ns for path in rig.folder.rglob("*")}
    for same in (story, replace(story, edited_at=story.published_at + timedelta(hours=1))):
        assert isinstance(rig.target.edit(rig.copy(same, sent), a_delivery("edit")), Sent)
        assert {path: path.stat().st_mtime_ns for path in rig.folder.rglob("*")} == before


def test_what_is_taken_back_is_gone_everywhere_with_its_pictures(rig: Rig) -> None:
    rig.server.script[:] = [sends(a_picture(310, 200)), sends(a_picture(320, 200))]
    kept, gone = rig.story(214, photos=1), rig.story(215, photos=1)
    rig.posted(kept)
    before = rig.files()
    sent = rig.posted(gone)
    for _ in range(2):
        assert isinstance(rig.target.remove(rig.copy(gone, sent), a_delivery("remove")), Sent)
        assert rig.files() == before


def test_a_picture_two_posts_share_stays_for_the_other(rig: Rig) -> None:
    first, second = rig.story(214, photos=1), rig.story(215, photos=1)
    rig.posted(first)
    sent = rig.posted(second)
    rig.target.remove(rig.copy(second, sent), a_delivery("remove"))
    assert rig.at(rig.rss().entries[0].enclosures[0].href) == a_picture(800, 600)


# ---------------------------------------------------------------------------------------------------- crashes


class Killed(BaseException):
    """The program ends here."""


def _dying(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Die at the ``step``-th call that touches the disk for good."""
    left = [step]

    def then(real: Any) -> Any:
        def call(*args: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return real(*args, **named)

        return call

    monkeypatch.setattr(os, "fsync", then(os.fsync))
    monkeypatch.setattr(Path, "replace", then(Path.replace))
    monkeypatch.setattr(Path, "unlink", then(Path.unlink))


@pytest.mark.parametrize("what", ["publish", "edit", "remove"])
def test_T81_killed_at_any_step_the_files_are_whole_and_the_second_try_ends_as_the_first_would(
    tmp_path: Path, what: str
) -> None:
    with fault_server(sends(a_picture(800, 600))) as server:
        wanted = _after(Rig(tmp_path / "whole", server), what)
        for step in range(1, 60):
            rig = Rig(tmp_path / f"step{step}", server)
            with pytest.MonkeyPatch.context() as patch:
                died = _killed_at(rig, what, patch, step)
            for path in rig.folder.rglob("*.xml"):
                ET.fromstring(path.read_bytes())
            if (rig.folder / "feed.json").exists():
                rig.json()
            items.load(rig.folder)
            if what == "publish" and died:
                found = rig.target.find(rig.copy(rig.story(215, photos=1)), a_delivery(), AT)
                if isinstance(found, Sent):
                    assert _without_litter(rig) == wanted
            _do(rig, what)
            assert _without_litter(rig) == wanted
            if not died:
                assert step > 10
                return
    raise AssertionError("it never ended")


def _killed_at(rig: Rig, what: str, patch: pytest.MonkeyPatch, step: int) -> bool:
    _prepared(rig, what)
    _dying(patch, step)
    try:
        _do(rig, what)
    except Killed:
        return True
    return False


def _prepared(rig: Rig, what: str) -> None:
    rig.posted(rig.story(214, photos=1))
    if what != "publish":
        rig.posted(rig.story(215, photos=1))


def _do(rig: Rig, what: str) -> None:
    story = rig.story(215, photos=1)
    placed = Sent({"ids": ["215"], "link": None})
    match what:
        case "publish":
            outcome = rig.target.publish(rig.copy(story), a_delivery())
        case "edit":
            changed = replace(story, text="Исправлено.", attachments=(), edited_at=AT + timedelta(hours=5))
            outcome = rig.target.edit(rig.copy(changed, placed), a_delivery("edit"))
        case _:
            outcome = rig.target.remove(rig.copy(story, placed), a_delivery("remove"))
    assert isinstance(outcome, Sent)


def _after(rig: Rig, what: str) -> dict[str, bytes]:
    _prepared(rig, what)
    _do(rig, what)
    return rig.files()


def _without_litter(rig: Rig) -> dict[str, bytes]:
    return {name: body for name, body in rig.files().items() if not name.endswith(".part")}


def test_what_became_of_a_page_is_read_from_the_folder(rig: Rig) -> None:
    story = rig.story()
    assert rig.target.find(rig.copy(story), a_delivery(), AT) == RetryLater("not_sent", 0.0, counts=False)
    sent = rig.posted(story)
    assert rig.target.find(rig.copy(story), a_delivery(), AT) == sent


@pytest.mark.parametrize(
    "state", ["{}", "[]", "", "\x00", '{"version": 2}', '{"version": 1, "pages": [], "items": []}']
)
def test_a_state_that_is_not_ours_is_left_alone(rig: Rig, state: str) -> None:
    sent = rig.posted(rig.story())
    (rig.folder / items.STATE).write_text(state)
    before = rig.files()
    unread = RetryLater("state_unreadable", 300.0, counts=False)
    assert rig.target.publish(rig.copy(rig.story(215)), a_delivery()) == unread
    assert rig.target.remove(rig.copy(rig.story(), sent), a_delivery("remove")) == unread
    assert rig.target.find(rig.copy(rig.story()), a_delivery(), AT) is None
    assert rig.files() == before
    assert rig.target.health().reason == "state_unreadable"


def test_a_folder_that_takes_nothing_is_said(rig: Rig) -> None:
    rig.folder.write_text("a file where the folder should be")
    outcome = rig.target.publish(rig.copy(rig.story()), a_delivery())
    assert isinstance(outcome, RetryLater)
    assert outcome.reason == "disk"


def test_a_folder_that_is_not_there_yet_is_made(rig: Rig) -> None:
    assert rig.target.health().ok
    rig.posted(rig.story())
    assert rig.target.health().ok
