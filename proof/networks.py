"""The networks of the sandbox as the proofs see them: how each is switched on, and what its readers see, in order.

No code of the program is used; the keys are those the sandbox knows.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import feedparser

from sandbox.networks import ok, webhook, wordpress
from tests.sandbox_client import SandboxClient

Json = dict[str, Any]
COPY_GROUP: Final = 2
FEEDS: Final = "feeds"
#: The folder of feeds and pages, beside the desk's other files; and what its readers would open.
SITE: Final = "site"
SITE_URL: Final = "https://news.okmo.invalid/"
#: What moderators read the networks' names as.
TITLES: Final = {
    "Телеграм": "telegram",
    "MAX": "max",
    "Одноклассники": "ok",
    "Сайт": "wordpress",
    "Веб-хук": "webhook",
    "Ленты и страницы": FEEDS,
    f"ВКонтакте, сообщество {COPY_GROUP}": f"vk_copy.{COPY_GROUP}",
}
#: The feeds hold so many of the newest posts, the pages all of them.
IN_FEEDS: Final = 50
_MARKER: Final = re.compile(r"[а-я]+\d*-\d+-к")


@dataclass(frozen=True)
class Stands:
    """A post as readers of a network see it: its marker, how many pictures."""

    marker: str
    pictures: int


def switched_on(sandbox: SandboxClient) -> list[str]:
    """Keys of the networks this sandbox has, the neighbouring community, and the feeds."""
    known = sandbox.state(only="networks")["networks"]
    return [*(name for name in ENVIRONMENT if name in known), f"vk_copy.{COPY_GROUP}", FEEDS]


def environment(url: str, networks: Sequence[str], folder: Path) -> dict[str, str]:
    """The settings that switch these networks on."""
    found: dict[str, str] = {"VK_COPY_GROUPS": str(COPY_GROUP)}
    for name in networks:
        found |= {key: value.format(url=url, folder=folder) for key, value in ENVIRONMENT.get(name, {}).items()}
    return found


ENVIRONMENT: Final[Mapping[str, Mapping[str, str]]] = {
    "telegram": {
        "TELEGRAM_API_URL": "{url}/telegram",
        "TELEGRAM_BOT_TOKEN": "7000000001:sandbox-telegram-bot-key",
        "TELEGRAM_CHAT_ID": "@okmo_news",
        "TELEGRAM_LOG_CHAT_ID": "-1001000000002",
    },
    "max": {"MAX_API_URL": "{url}/max", "MAX_TOKEN": "sandbox-max-bot-key", "MAX_CHAT_ID": "-70000000000001"},
    "ok": {
        "OK_API_URL": "{url}/ok/fb.do",
        "OK_APPLICATION_KEY": ok.APPLICATION_KEY,
        "OK_SECRET_KEY": ok.APPLICATION_SECRET,
        "OK_ACCESS_TOKEN": ok.ACCESS_TOKEN,
        "OK_GROUP_ID": ok.GROUP_ID,
    },
    "wordpress": {
        "WORDPRESS_URL": "{url}/wordpress",
        "WORDPRESS_USER": wordpress.USER,
        "WORDPRESS_APP_PASSWORD": wordpress.PASSWORD,
    },
    "webhook": {"WEBHOOK_URL": "{url}/webhook/receive", "WEBHOOK_SECRET": webhook.SECRET},
    FEEDS: {"FEED_DIR": f"{{folder}}/{SITE}", "FEED_BASE_URL": SITE_URL},
}


def worlds(sandbox: SandboxClient, site: Path | None = None) -> dict[str, list[str]]:
    """For each network the markers of what its readers see, the oldest first; one that is there twice is twice there.

    ``site`` is the folder of feeds and pages, if the desk has one.
    """
    return {name: [one.marker for one in there] for name, there in standing(sandbox, site).items()}


def standing(sandbox: SandboxClient, site: Path | None = None) -> dict[str, list[Stands]]:
    """The same with the pictures."""
    views = sandbox.state(only="networks")["networks"]
    found = {name: _stands(_joined(_oldest_first(name, view))) for name, view in views.items()}
    copied = found.pop("neighbour", [])
    found[f"vk_copy.{COPY_GROUP}"] = copied
    if site is not None and site.exists():
        found[FEEDS] = pages(site)
    return found


def own_wall(sandbox: SandboxClient) -> list[str]:
    """Markers of the community's own posts, the oldest first."""
    return [one for post in reversed(sandbox.state(only="wall")["wall"]) for one in _marked(post)]


def _oldest_first(name: str, view: Json) -> list[Json]:
    if name == "webhook":  # the receiver knows a repetition by its number; what counts is what it took
        taken = [one for one in view["received"] if one["type"] == "post.published"]
        return [{**one, "pictures": [file for file in one["data"]["media"] if file.get("url")]} for one in taken]
    if name == "wordpress":
        return sorted(view["posts"], key=lambda post: int(post["id"]))
    return list(reversed(view["posts"]))


def _joined(posts: Sequence[Json]) -> list[Json]:
    """A text that answers to its album has the album's pictures."""
    by_id = {post.get("id"): post for post in posts}
    joined = []
    for post in posts:
        first = by_id.get(post.get("reply_to")) if post.get("reply_to") else None
        joined.append({**post, "pictures": [*post["pictures"], *first["pictures"]]} if first else post)
    return joined


def _stands(posts: Sequence[Json]) -> list[Stands]:
    return [Stands(marker, len(post["pictures"])) for post in posts for marker in _marked(post)]


def _marked(post: Json) -> list[str]:
    """The marker of a post, once however often the post says it."""
    return sorted(set(_MARKER.findall(json.dumps(post, ensure_ascii=False))))


# ------------------------------------------------------------------------------------------------ feeds and pages


def pages(site: Path) -> list[Stands]:
    """Every page of the sitemap, the oldest first, with the pictures that really lie there."""
    if not (site / "sitemap.xml").exists():
        return []
    places = re.findall(r"<loc>([^<]*/news/[^<]*)</loc>", (site / "sitemap.xml").read_text(encoding="utf-8"))
    found = []
    for place in reversed(places):
        page = (site / place.removeprefix(SITE_URL)).read_text(encoding="utf-8")
        body = page[page.index("<body") :]
        shown = [one for one in re.findall(r'<img[^>]* src="([^"]+)"', body) if _lies(site, "news", one)]
        found += [Stands(marker, len(shown)) for marker in sorted(set(_MARKER.findall(body)))]
    return found


def _lies(site: Path, folder: str, address: str) -> bool:
    path = (site / folder / html.unescape(address)).resolve()
    return path.is_file() and path.stat().st_size > 0


def feed_faults(site: Path, expected: Sequence[Stands]) -> list[str]:
    """What each feed shows of the posts that should stand there (the oldest first) and should not be so; sentences."""
    newest = list(reversed(expected))[:IN_FEEDS]
    told = []
    for name, shown in (("rss.xml", _read_xml(site / "rss.xml")), ("atom.xml", _read_xml(site / "atom.xml"))):
        told += _compared(name, newest, shown)
    return told + _compared("feed.json", newest, _read_json(site / "feed.json"))


def _compared(name: str, wanted: Sequence[Stands], shown: Sequence[Stands]) -> list[str]:
    if list(wanted) == list(shown):
        return []
    missing, strange = [one for one in wanted if one not in shown], [one for one in shown if one not in wanted]
    return [
        f"{name}: missing {missing[:3]}, not expected {strange[:3]}, {len(shown)} of {len(wanted)} or out of order"
    ]


def _read_xml(path: Path) -> list[Stands]:
    read = feedparser.parse(path.read_bytes())
    assert not read.bozo, (path.name, read.bozo_exception)
    kind = "media_content" if path.name == "rss.xml" else "enclosures"
    return [
        Stands(marker, len([one for one in entry.get(kind, ()) if _there(path.parent, one)]))
        for entry in read.entries
        for marker in sorted(set(_MARKER.findall(entry.content[0].value)))
    ]


def _there(site: Path, picture: Mapping[str, Any]) -> bool:
    address = str(picture.get("url") or picture.get("href"))
    path = site / address.removeprefix(SITE_URL)
    length = int(picture.get("filesize") or picture.get("length") or 0)
    return path.is_file() and path.stat().st_size == length


def _read_json(path: Path) -> list[Stands]:
    found = []
    for item in json.loads(path.read_bytes())["items"]:
        files = item.get("attachments", ())
        lying = [
            one
            for one in files
            if (path.parent / one["url"].removeprefix(SITE_URL)).stat().st_size == one["size_in_bytes"]
        ]
        found += [Stands(marker, len(lying)) for marker in sorted(set(_MARKER.findall(item["content_html"])))]
    return found
