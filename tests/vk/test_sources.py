"""Sources read from a real VK and a real site: bursts, loops, faults of theirs and of ours, silence while idle."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest

from bot.feed_reader import FeedReader, entries, plain
from bot.fetch import Fetcher, Limits, net_locations
from bot.sources import Sources, _found
from bot.vk.other_walls import OtherWalls, Standing, standing
from bot.work import Work, utc_now
from editorial.sources import Kind, Wish
from editorial.suggestion import Origin, Suggestion
from handlers import outgoing
from handlers.context import Context
from storage.migrate import upgrade
from storage.unit import Storage
from tests.builders import CHAT, NOW
from tests.handlers.world import a_desk
from tests.media.server import sends
from tests.vk.conftest import World
from tests.vk.fault_server import Asked, FaultServer, fault_server

COUNCIL = 3


class Desk:
    """The loop over a real database, before the sandbox and a site of our own making."""

    def __init__(self, folder: Path, world: World, site: FaultServer) -> None:
        self.world, self.site = world, site
        world.do("limits", off=True)
        self.ahead = timedelta()
        self.storage = Storage.open(f"sqlite:///{folder / 'okmo.db'}")
        upgrade(self.storage)
        self.work = Work(self.storage, a_desk(), self.now)
        with self.work.begin("test") as context:
            context.unit.settings.set("moderators_chat", CHAT, context.now)
        fetcher = Fetcher(net_locations(site.url), Limits(silence=0.5, whole=2))
        walls = OtherWalls(world.client("service-key", rate=1000))
        self.walls = walls
        self.loop = Sources(self.work, walls, FeedReader(fetcher), 600, own_key=True)

    def now(self) -> datetime:
        return utc_now() + self.ahead

    def add(self, address: str, kind: Kind = Kind.VK, *, days: int = 1, **more: Any) -> None:
        with self.work.begin("test") as context:
            wish = Wish(kind, address, **more)
            assert context.unit.sources.add(wish, None, context.now - timedelta(days=days), context.now)

    def reads(self) -> list[str]:
        """One round; the texts that are new since."""
        before = {one.number for one in self.suggestions()}
        self.loop.step()
        return [one.content.text for one in self.suggestions() if one.number not in before]

    def suggestions(self) -> list[Suggestion]:
        with self.work.look() as context:
            return list(reversed(context.unit.suggestions.newest(1000)))

    def council_writes(self, text: str, **more: Any) -> int:
        made = self.world.do("post_by_hand", user_id=609, group_id=COUNCIL, text=text, **more)
        return int(made["post_id"])


@pytest.fixture
def site() -> Iterator[FaultServer]:
    with fault_server() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, world: World, site: FaultServer) -> Iterator[Desk]:
    made = Desk(tmp_path, world, site)
    yield made
    made.storage.close()


# ---------------------------------------------------------------------------------------------------- communities


def test_a_council_s_posts_come_once_with_their_photos_and_link(desk: Desk) -> None:
    desk.add("sovet_sludyanka", region="RU-IRK")
    post_id = desk.council_writes("Совет принял бюджет Слюдянки", photos=2)
    assert desk.reads() == ["Совет принял бюджет Слюдянки"]
    [added] = desk.suggestions()
    assert (added.origin, added.region, added.author_id) == (Origin.SOURCE, "RU-IRK", -COUNCIL)
    assert added.link == f"https://vk.com/wall-{COUNCIL}_{post_id}"
    assert len(added.content.attachments) == 2
    assert desk.reads() == []


def test_nothing_is_written_while_nothing_is_new(desk: Desk) -> None:
    desk.add("club3")
    desk.council_writes("Новость совета")
    desk.reads()
    path = Path(str(desk.storage.path))
    before = path.read_bytes()
    for _ in range(3):
        desk.reads()
    assert path.read_bytes() == before


def test_T12_a_burst_larger_than_a_page_comes_whole_and_in_order(desk: Desk) -> None:
    desk.add("club3")
    wanted = [f"Новость номер {number} о посёлке под номером {number}" for number in range(130)]
    for text in wanted:
        desk.council_writes(text)
    assert sorted(desk.reads()) == sorted(wanted)


def test_nothing_older_than_what_may_be_news_is_asked_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add("club3", tag="слюдянка", days=40)
    for number in range(101):
        desk.council_writes(f"Запись {number} без метки")
    asked: list[int] = []
    page = desk.walls.page

    def counted(owner_id: int, count: int, offset: int) -> tuple[Standing, ...]:
        asked.append(offset)
        return page(owner_id, count, offset)

    monkeypatch.setattr(desk.walls, "page", counted)
    desk.reads()
    assert asked == [0, 100]
    desk.ahead = timedelta(days=15)
    desk.reads()
    assert asked == [0, 100, 0]


def test_T10_what_could_not_be_stored_comes_the_next_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add("club3")
    for number in range(3):
        desk.council_writes(f"Новость {number}")
    from handlers import sources

    real, left = sources.take_in, [1]

    def failing(*args: Any) -> Any:
        if left.pop() if left else False:
            return real(*args)
        raise OSError("disk")

    monkeypatch.setattr(sources, "take_in", failing)
    assert desk.reads() == ["Новость 0"]
    monkeypatch.setattr(sources, "take_in", real)
    desk.reads()
    assert [one.content.text for one in desk.suggestions()] == ["Новость 0", "Новость 1", "Новость 2"]


def test_reposts_and_what_stood_there_before_are_left_out(desk: Desk) -> None:
    ours = int(desk.world.do("post_by_hand", user_id=501, text="Наша запись")["post_id"])
    desk.world.do("token_add", key="council-key", kind="user", user_id=609)
    desk.world.client("council-key", rate=1000).call("wall.repost", object=f"wall-1_{ours}", group_id=COUNCIL)
    desk.council_writes(f"Пишут хорошо\n\nИсточник: vk.com/wall-1_{ours}")
    desk.add("club3")
    assert desk.reads() == []
    desk.add("club2", days=-1)
    desk.world.do("post_by_hand", user_id=501, group_id=2, text="До начала")
    assert desk.reads() == []


def test_our_own_community_under_any_name_is_stopped(desk: Desk) -> None:
    desk.add("okmo_news")
    desk.world.do("post_by_hand", user_id=501, text="Наша запись")
    assert desk.reads() == []
    with desk.work.look() as context:
        assert context.unit.sources.active() == ()


def test_T20_suggestions_and_postponed_posts_of_others_are_never_taken(desk: Desk) -> None:
    desk.add("club3")
    desk.world.do("suggest", user_id=601, text="Секретное предложение", group_id=COUNCIL)
    later = (datetime.now().astimezone() + timedelta(days=1)).isoformat()
    desk.council_writes("Отложенное", publish_date=later)
    assert desk.reads() == []


@pytest.mark.parametrize(
    "only",
    [
        {"post_type": "suggest"},
        {"post_type": "postpone"},
        {"post_type": "post_ads"},
        {"donut": {"is_donut": True, "placeholder": {"text": "Для подписчиков"}}},
        {"is_deleted": True},
        {"is_archived": True},
    ],
)
def test_T20_what_not_everybody_may_read_is_no_post_of_a_source(only: dict[str, Any]) -> None:
    raw = {"id": 5, "owner_id": -3, "from_id": -3, "date": 1764000000, "text": "Новость", "post_type": "post"}
    assert standing(raw, -3) is not None
    assert standing({**raw, **only}, -3) is None


@pytest.mark.parametrize(
    ("more", "repeats", "is_ad"),
    [
        ({}, False, False),
        ({"copy_history": [{"owner_id": -9, "id": 4}]}, True, False),
        ({"from_id": 609}, True, False),
        ({"marked_as_ads": 1}, False, True),
    ],
)
def test_what_is_somebody_else_s_or_paid_for_is_known_by_each_of_its_marks(
    more: dict[str, Any], repeats: bool, is_ad: bool
) -> None:
    raw = {"id": 5, "owner_id": -3, "from_id": -3, "date": 1764000000, "text": "Новость", "post_type": "post"}
    post = standing({**raw, **more}, -3)
    assert post is not None
    found = _found(post)
    assert (found.repeats, found.is_ad) == (repeats, is_ad)


def test_a_feed_beside_an_error_is_not_read(desk: Desk) -> None:
    desk.site.then(sends(rss(item("Новость")).encode(), kind=FEED, status=503))
    desk.add(f"{desk.site.url}rss", Kind.FEED)
    assert desk.reads() == []
    assert _failing(desk) is not None


def test_a_closed_wall_is_the_source_s_fault_and_a_dead_network_is_not(desk: Desk) -> None:
    desk.add("club3")
    desk.reads()
    desk.world.do("fault", fault={"match": {"method": "wall.get", "times": 0}, "what": "reset"})
    desk.reads()
    assert _failing(desk) is None
    desk.world.do("faults_clear")
    desk.world.do(
        "fault", fault={"match": {"method": "wall.get", "times": 0}, "what": "error", "code": 15, "text": "Access denied: wall is closed"}
    )  # fmt: skip
    desk.reads()
    since = _failing(desk)
    assert since is not None
    desk.ahead = timedelta(hours=25)
    desk.reads()
    with desk.work.look() as context:
        [source] = context.unit.sources.active()
    assert (source.failing_since, source.told) == (since, True)
    desk.world.do("faults_clear")
    desk.council_writes("Снова открыто")
    assert desk.reads() == ["Снова открыто"]
    assert _failing(desk) is None


def _failing(desk: Desk) -> datetime | None:
    with desk.work.look() as context:
        [source] = context.unit.sources.active()
        return source.failing_since


def test_one_dead_source_delays_no_other(desk: Desk) -> None:
    desk.add("https://127.0.0.1:1/rss", Kind.FEED)
    desk.add("club999")
    desk.add("club3")
    desk.council_writes("Новость живого источника")
    assert desk.reads() == ["Новость живого источника"]


# ---------------------------------------------------------------------------------------------------- sites


def rss(*items: str, head: str = 'encoding="utf-8"') -> str:
    return f'<?xml version="1.0" {head}?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Совет</title>{"".join(items)}</channel></rss>'


def item(title: str, text: str = "", *, guid: str = "", more: str = "", when: datetime | None = None) -> str:
    at = (when or utc_now() - timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    guid = guid or f"<guid>{title}</guid>"
    return f"<item><title>{title}</title><link>https://sovet.invalid/{len(title)}</link>{guid}<pubDate>{at}</pubDate><description>{text}</description>{more}</item>"


FEED = "application/rss+xml"


def test_a_site_s_entries_come_once_with_text_pictures_and_link(desk: Desk) -> None:
    more = '<enclosure url="https://sovet.invalid/a.jpg" length="1" type="image/jpeg"/><media:content url="/b.png" medium="image"/>'
    body = rss(
        item(
            "Ремонт набережной",
            "&lt;p&gt;Работы идут.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;&lt;ul&gt;&lt;li&gt;раз&lt;/li&gt;&lt;/ul&gt;",
            more=more,
        )
    )
    desk.site.then(sends(body.encode(), kind=FEED))
    desk.add(f"{desk.site.url}rss", Kind.FEED, region="RU-IRK")
    assert desk.reads() == ["Ремонт набережной\n\nРаботы идут.\n\n— раз"]
    [added] = desk.suggestions()
    assert added.content.attachments[0].url == "https://sovet.invalid/a.jpg"
    assert len(added.content.attachments) == 2
    assert added.link == "https://sovet.invalid/17"
    assert desk.reads() == []


def test_an_unchanged_feed_is_not_sent_again(desk: Desk) -> None:
    asked: list[str] = []

    def answer(connection: Any, request: Asked) -> None:
        asked.append("")
        body = rss(item("Новость")).encode()
        sends(body, kind=FEED, head='ETag: "v1"\r\nLast-Modified: Wed, 25 Nov 2026 07:00:00 GMT\r\n')(
            connection, request
        )

    desk.site.then(answer, sends(b"", status=304))
    desk.add(f"{desk.site.url}rss", Kind.FEED)
    assert desk.reads() == ["Новость"]
    assert desk.reads() == []
    assert _failing(desk) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>404</body></html>",
        b"{}",
        b"\x00\xff\xfe",
        b"<?xml version='1.0'?><rss><channel>",
        rss(item("Другая")).encode() + b" " * 6_000_000,
    ],
    ids=["empty", "html", "json", "noise", "cut", "huge"],
)
def test_T16_what_is_no_feed_is_held_against_the_site_and_changes_nothing(desk: Desk, body: bytes) -> None:
    desk.site.then(sends(rss(item("Новость")).encode(), kind=FEED), sends(body, kind=FEED))
    desk.add(f"{desk.site.url}rss", Kind.FEED)
    assert desk.reads() == ["Новость"]
    assert desk.reads() == []
    assert _failing(desk) is not None
    assert len(desk.suggestions()) == 1


def test_T67_a_feed_in_somebody_s_own_network_is_refused(tmp_path: Path, world: World, site: FaultServer) -> None:
    desk = Desk(tmp_path, world, site)
    site.then(sends(rss(item("Внутреннее")).encode(), kind=FEED))
    desk.loop = Sources(desk.work, OtherWalls(world.client("service-key")), FeedReader(Fetcher()), 600)
    desk.add(f"{site.url}rss", Kind.FEED)
    assert desk.reads() == []
    assert site.connections == 0


def test_what_a_stop_left_is_read_again_although_the_feed_did_not_change(desk: Desk) -> None:
    body = rss(item("Первая новость совета"), item("Вторая новость совета")).encode()

    def unless_known(connection: Any, request: Asked) -> None:
        known = request.headers.get("if-none-match") == '"v1"'
        answer = sends(b"", status=304) if known else sends(body, kind=FEED, head='ETag: "v1"\r\n')
        answer(connection, request)

    desk.site.then(unless_known)
    desk.add(f"{desk.site.url}rss", Kind.FEED)
    desk.loop._stopping.set()
    assert desk.reads() == []
    desk.loop._stopping.clear()
    assert len(desk.reads()) == 2
    assert desk.reads() == []


def test_entries_are_known_by_guid_then_link_then_their_words() -> None:
    same = (
        item("Новость", guid="<guid isPermaLink='false'>17</guid>"),
        item("Новость 2", guid="<guid isPermaLink='false'>17</guid>"),
    )
    one, two = (entries(rss(entry).encode(), FEED, "https://sovet.invalid/", NOW)[0] for entry in same)
    assert one.key == two.key
    bare = "<item><title>Без всего</title></item>"
    [nameless] = entries(rss(bare).encode(), FEED, "https://sovet.invalid/", NOW)
    [again] = entries(rss(bare).encode(), FEED, "https://sovet.invalid/", NOW + timedelta(days=1))
    assert (nameless.key, nameless.at) == (again.key, NOW)


def test_old_encodings_double_escapes_and_the_future_are_read() -> None:
    entry = item("Совет &amp;quot;Заря&amp;quot;", when=NOW + timedelta(days=9))
    body = rss(entry, head='encoding="windows-1251"').encode("windows-1251")
    [found] = entries(body, "text/xml", "https://sovet.invalid/", NOW)
    assert (found.content.text, found.at) == ('Совет "Заря"', NOW)


@pytest.mark.parametrize(
    ("declared", "kind", "written"),
    [
        ('encoding="utf-8"', "text/xml; charset=windows-1251", "utf-8"),
        ("", "text/xml; charset=windows-1251", "windows-1251"),
        ("", "text/xml", "windows-1251"),
        ('encoding="UTF-8"', FEED, "windows-1251"),
        ('encoding="koi8-r"', FEED, "koi8-r"),
        ('encoding="utf-16"', FEED, "utf-16"),
        ('encoding="utf-16"', "text/xml", "utf-16"),
        ('encoding="utf-8"', FEED, "utf-8-sig"),
    ],
)
def test_letters_are_read_as_they_are_written_whatever_the_site_says(
    declared: str, kind: str, written: str
) -> None:
    body = rss(item("Ремонт набережной"), head=declared).encode(written)
    [found] = entries(body, kind, "https://sovet.invalid/", NOW)
    assert found.content.text == "Ремонт набережной"


@pytest.mark.parametrize(
    ("title", "text", "seen"),
    [
        ("Ремонт &lt;b&gt;дорог&lt;/b&gt;&lt;br/&gt;в районе", "", "Ремонт дорог в районе"),
        ("<![CDATA[<p>Ремонт&nbsp;дорог</p>]]>", "", "Ремонт дорог"),
        ("Если a &lt; b и 5 &gt; 3", "", "Если a < b и 5 > 3"),
        ("Мир", "Мирный договор подписан", "Мир\n\nМирный договор подписан"),
        ("Мир", "Мир. Договор подписан", "Мир. Договор подписан"),
        ("Школа", "Открыта\x01\x0b в\u200e срок", "Школа\n\nОткрыта в\u200e срок"),
    ],
)
def test_a_title_and_a_text_are_what_a_reader_sees(title: str, text: str, seen: str) -> None:
    body = rss(f"<item><title>{title}</title><description>{text}</description></item>").encode()
    [found] = entries(body, FEED, "https://sovet.invalid/rss", NOW)
    assert found.content.text == seen


def test_entries_that_share_a_name_or_an_address_are_told_apart() -> None:
    bare = [f"<item><title>{title}</title>{{}}</item>" for title in ("Открыли школу", "Построили мост")]
    for shared in ("", "<link>https://sovet.invalid/news</link>", "<guid>1</guid>"):
        body = rss(*(one.format(shared) for one in bare)).encode()
        found = entries(body, FEED, "https://sovet.invalid/rss", NOW)
        assert len({one.key for one in found}) == 2
        assert found == entries(body, FEED, "https://sovet.invalid/rss", NOW)


@pytest.mark.parametrize("date", ["Thu, 01 Jan 1970 00:00:00 +0000", "1764167400", "26.11.2026 14:30", "вчера"])
def test_a_date_that_cannot_be_is_none(date: str) -> None:
    body = rss(f"<item><title>Новость</title><pubDate>{date}</pubDate></item>").encode()
    [found] = entries(body, FEED, "https://sovet.invalid/rss", NOW)
    assert (found.at, found.dated) == (NOW, False)


def test_of_a_long_feed_the_newest_entries_are_read_in_whatever_order_they_stand() -> None:
    old = [item(f"Новость {number}", when=NOW - timedelta(hours=300 - number)) for number in range(250)]
    found = entries(rss(*old).encode(), FEED, "https://sovet.invalid/rss", NOW)
    assert {one.content.text for one in found} >= {"Новость 249", "Новость 60"}
    assert len(found) == 200


def test_the_address_of_an_entry_bears_no_marks_of_where_it_was_clicked() -> None:
    link = "<link>https://sovet.invalid/17?utm_source=rss&amp;id=5&amp;utm_medium=x</link>"
    [found] = entries(rss(f"<item><title>А</title>{link}</item>").encode(), FEED, "https://sovet.invalid/", NOW)
    assert found.url == "https://sovet.invalid/17?id=5"


def test_the_whole_text_is_taken_wherever_the_site_puts_it() -> None:
    whole = "<yandex:full-text>Работы идут с мая.</yandex:full-text>"
    body = rss(f"<item><title>Ремонт</title><description>Идут.</description>{whole}</item>")
    body = body.replace("<rss ", '<rss xmlns:yandex="http://news.yandex.ru" ', 1)
    [found] = entries(body.encode(), FEED, "https://sovet.invalid/rss", NOW)
    assert found.content.text == "Ремонт\n\nРаботы идут с мая."


def test_counters_are_no_pictures() -> None:
    html = '<img src="https://mc.invalid/watch" width="1" height="1"><img src="/a.jpg" width="640">'
    html += '<img src="data:image/gif;base64,AAAA" data-src="/later.jpg">'
    enclosed = '<enclosure url="/b.png" type="application/octet-stream" length="1"/><enclosure url="/c.mp3" type="audio/mpeg"/>'
    entry = f"<item><title>А</title><description><![CDATA[{html}]]></description>{enclosed}</item>"
    [found] = entries(rss(entry).encode(), FEED, "https://sovet.invalid/rss", NOW)
    names = [(one.url or "").removeprefix("https://sovet.invalid/") for one in found.content.attachments]
    assert names == ["b.png", "a.jpg", "later.jpg"]


def test_of_a_feed_without_dates_what_stood_there_at_first_is_no_news(desk: Desk) -> None:
    old = [f"<item><title>Старая новость {number}</title><guid>{number}</guid></item>" for number in range(30)]
    new = "<item><title>Открыли школу</title><guid>new</guid></item>"
    later = "<item><title>Построили мост</title><guid>later</guid></item>"
    desk.site.then(
        sends(rss(*old).encode(), kind=FEED),
        sends(rss(new, *old).encode(), kind=FEED),
        sends(rss(later, new, *old).encode(), kind=FEED),
        sends(rss(later, new, *old).encode(), kind=FEED),
    )
    desk.add(f"{desk.site.url}rss", Kind.FEED)
    assert desk.reads() == []
    path = Path(str(desk.storage.path))
    assert desk.reads() == ["Открыли школу"]
    assert desk.reads() == ["Построили мост"]
    before = path.read_bytes()
    assert desk.reads() == []
    assert path.read_bytes() == before


def test_html_becomes_lines_a_reader_would_see() -> None:
    html = "<h1>Заголовок</h1><p>Раз <b>два</b><br>три</p><style>p{}</style><ul><li>а</li><li>б</li></ul>"
    html += "<noscript>Включите <b>JS</b></noscript>"
    assert plain(html) == "Заголовок\n\nРаз два\nтри\n\n— а\n— б"


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<p>5 < 6 и 7 > 6</p>", "5 < 6 и 7 > 6"),
        ('<img alt="a > b < c" src="/1.jpg"><p title=\'it"s\'>Сход</p>', "Сход"),
        ("<!DOCTYPE html><?php x ?><![if !mso]>Сход<![endif]> <!-- <b>нет</b> -->прошёл", "Сход прошёл"),
        ("<script>if (a<b) {}</script>Сход <a", "Сход <a"),
    ],
)
def test_broken_html_is_read_as_far_as_it_goes(html: str, seen: str) -> None:
    assert plain(html) == seen


@pytest.mark.parametrize("piece", ["<a ", "<p ", "<!--", "<p title='", "</", "<![", "&"])
def test_no_html_takes_long(piece: str) -> None:
    started = time.thread_time()
    plain(piece * (16_000 // len(piece)))
    assert time.thread_time() - started < 0.3


@pytest.mark.parametrize("piece", ["<!--", "<!["])
def test_no_feed_holds_the_desk_up(piece: str) -> None:
    body = rss(item("Новость", escape(piece * (80_000 // len(piece))))).encode()
    started = time.thread_time()
    [found] = entries(body, FEED, "https://sovet.invalid/", NOW)
    assert time.thread_time() - started < 1.2
    assert found.content.text.startswith("Новость")


# ---------------------------------------------------------------------------------------------- the service key


def told(desk: Desk) -> list[str]:
    """What the moderators' chat would read now."""
    found = []
    with desk.work.begin("test") as context:
        while claimed := context.unit.outbox.claim("vk_messages", context.now, 50):
            found += [outgoing.render(context, one) for one in claimed if one.kind == "note"]
            for one in claimed:
                context.unit.outbox.sent(one.id, {}, context.now)
    return [one.text for one in found if one is not None]


def key_is(desk: Desk, state: str) -> None:
    desk.world.do("token", key="service-key", set=state)
    desk.walls.client.pauses.resume()


def test_a_key_that_works_as_ever_costs_no_look_at_the_database(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add("club3")
    desk.reads()
    looks: list[None] = []
    look = desk.work.look

    def counted() -> AbstractContextManager[Context]:
        looks.append(None)
        return look()

    monkeypatch.setattr(desk.work, "look", counted)
    desk.loop.step()
    assert len(looks) == 2, "the sources, and what of the wall is known"


def test_t40_a_dead_service_key_is_told_once_and_once_more_when_it_works(desk: Desk) -> None:
    desk.add("club3")
    desk.reads()
    key_is(desk, "revoked")
    for _ in range(3):
        desk.walls.client.pauses.resume()
        assert desk.reads() == []
    [said] = told(desk)
    assert said.startswith("Сервисный ключ ВКонтакте не работает, ключ больше не действует: сообщества-источники")
    assert "VK_SERVICE_TOKEN" in said

    key_is(desk, "ok")
    desk.council_writes("Новость совета")
    assert desk.reads() == ["Новость совета"]
    assert told(desk) == ["Сервисный ключ ВКонтакте снова работает, источники читаются."]
    desk.reads()
    assert told(desk) == []


def with_an_editor(desk: Desk, *, may_read: bool = True) -> None:
    """The same loop where there is an editor's key, too."""
    editor = OtherWalls(desk.world.client("editor-key", rate=1000))
    feeds = FeedReader(Fetcher())
    desk.loop = Sources(
        desk.work, desk.walls, feeds, 600, own_key=True, instead=editor, may_instead=lambda: may_read
    )


def test_t40_where_the_service_key_is_dead_the_editor_s_key_reads(desk: Desk) -> None:
    with_an_editor(desk)
    desk.add("club3")
    key_is(desk, "revoked")
    desk.council_writes("Новость совета")
    assert desk.reads() == ["Новость совета"]
    [said] = told(desk)
    assert "источники пока читаются ключом редактора" in said
    desk.council_writes("Другая новость совета")
    assert desk.reads() == ["Другая новость совета"]
    assert told(desk) == []

    key_is(desk, "ok")
    desk.reads()
    assert told(desk) == ["Сервисный ключ ВКонтакте снова работает, источники читаются."]


def test_t40_an_editor_s_key_that_may_not_read_is_not_used_instead(desk: Desk) -> None:
    with_an_editor(desk, may_read=False)
    desk.add("club3")
    key_is(desk, "revoked")
    desk.council_writes("Новость совета")
    assert desk.reads() == []
    [said] = told(desk)
    assert "сообщества-источники не читаются" in said
