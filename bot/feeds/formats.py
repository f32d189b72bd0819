"""RSS 2.0, Atom, JSON Feed 1.1 and the sitemap: pure functions from the state to bytes.

The same state gives the same bytes, so that nothing is written while nothing changes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit
from xml.etree import ElementTree as ET

from bot.feeds.items import Item, Picture, State

RSS: Final = "rss.xml"
ATOM: Final = "atom.xml"
JSON: Final = "feed.json"
SITEMAP: Final = "sitemap.xml"
INDEX: Final = "index.html"
MEDIA: Final = "media"
#: A sitemap holds no more addresses.
MOST_ADDRESSES: Final = 50_000
#: Bytes that a JSON feed is to keep to, and how many items it has all the same.
MOST_JSON: Final = 245_000
LEAST_ITEMS: Final = 30
LANGUAGE: Final = "ru"

_ATOM: Final = "http://www.w3.org/2005/Atom"
_CONTENT: Final = "http://purl.org/rss/1.0/modules/content/"
_MEDIA: Final = "http://search.yahoo.com/mrss/"
_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: Signs that XML does not carry.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BEGINNING: Final = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Site:
    """Where the files are opened, and what the whole is called. ``base`` ends with a slash."""

    base: str
    title: str
    about: str

    def url(self, path: str) -> str:
        return urljoin(self.base, path)

    def page(self, number: int) -> str:
        return self.url(page_path(number))

    def picture(self, picture: Picture) -> str:
        return self.url(f"{MEDIA}/{picture.name}")

    def tag(self, item: Item) -> str:
        """The item's name for ever: no edit and no move of the site's pages changes it."""
        return f"tag:{urlsplit(self.base).hostname},{item.published.year}:news/{item.number}"


def ascii_address(address: str) -> str:
    """The address in the letters that feeds allow: a Cyrillic name and path are written the other way."""
    if address.isascii():
        return address
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    host = (parts.hostname or "").encode("idna").decode()
    return parts._replace(netloc=host + port, path=quote(parts.path, safe="/%:@!$&'()*+,;=~")).geturl()


def page_path(number: int) -> str:
    return f"news/{number}.html"


def sound(text: str) -> str:
    """The text without the signs that XML does not carry."""
    return _FORBIDDEN.sub("", text)


def rss(state: State, site: Site) -> bytes:
    root = ET.Element("rss", {"version": "2.0"})
    channel = ET.SubElement(root, "channel")
    _texts(channel, title=site.title, link=site.base, description=site.about, language=LANGUAGE)
    _texts(channel, lastBuildDate=format_datetime(_changed(state)))
    own = {"href": site.url(RSS), "rel": "self", "type": "application/rss+xml"}
    ET.SubElement(channel, f"{{{_ATOM}}}link", own)
    for item in state.shown:
        _rss_item(channel, item, site)
    return _xml(root, {"atom": _ATOM, "content": _CONTENT, "media": _MEDIA})


def _rss_item(channel: ET.Element, item: Item, site: Site) -> None:
    node = ET.SubElement(channel, "item")
    _texts(node, title=item.title, link=site.page(item.number))
    _texts(node, description=escape(item.summary or item.title, quote=False))  # readers take it for markup
    _texts(node, pubDate=format_datetime(item.published))
    guid = ET.SubElement(node, "guid", {"isPermaLink": "false"})
    guid.text = site.tag(item)
    for tag in item.tags:
        _texts(node, category=tag)
    ET.SubElement(node, f"{{{_CONTENT}}}encoded").text = sound(content(item, site))
    for picture in item.pictures[:1]:
        facts = {"url": site.picture(picture), "length": str(picture.size), "type": picture.kind}
        ET.SubElement(node, "enclosure", facts)
    for picture in item.pictures:
        facts = {
            "url": site.picture(picture),
            "fileSize": str(picture.size),
            "type": picture.kind,
            "medium": "image",
            "width": str(picture.width),
            "height": str(picture.height),
        }
        ET.SubElement(node, f"{{{_MEDIA}}}content", facts)


def atom(state: State, site: Site) -> bytes:
    root = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": LANGUAGE})
    _atom(root, "id", f"tag:{urlsplit(site.base).hostname},{_BEGINNING.year}:news")
    _atom(root, "title", site.title)
    _atom(root, "subtitle", site.about)
    _atom(root, "updated", _changed(state).isoformat())
    _atom(_atom(root, "author"), "name", site.title)
    _atom(root, "link", rel="self", type="application/atom+xml", href=site.url(ATOM))
    _atom(root, "link", rel="alternate", type="text/html", href=site.base)
    for item in state.shown:
        _entry(root, item, site)
    return _xml(root, {"": _ATOM})


def _entry(root: ET.Element, item: Item, site: Site) -> None:
    node = _atom(root, "entry")
    _atom(node, "id", site.tag(item))
    _atom(node, "title", item.title)
    _atom(node, "published", item.published.isoformat())
    _atom(node, "updated", item.updated.isoformat())
    _atom(node, "link", rel="alternate", type="text/html", href=site.page(item.number))
    if item.source:
        _atom(node, "link", rel="via", type="text/html", href=item.source)
    for picture in item.pictures:
        facts = {"type": picture.kind, "length": str(picture.size), "href": site.picture(picture)}
        _atom(node, "link", rel="enclosure", **facts)
    for tag in item.tags:
        _atom(node, "category", term=tag)
    if item.summary:
        _atom(node, "summary", item.summary)
    _atom(node, "content", content(item, site), type="html")


def _atom(parent: ET.Element, name: str, text: str = "", **facts: str) -> ET.Element:
    node = ET.SubElement(parent, f"{{{_ATOM}}}{name}", {key: sound(value) for key, value in facts.items()})
    node.text = sound(text) or None
    return node


def json_feed(state: State, site: Site) -> bytes:
    value = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.title,
        "description": site.about,
        "home_page_url": site.base,
        "feed_url": site.url(JSON),
        "language": LANGUAGE,
        "authors": [{"name": site.title, "url": site.base}],
        "items": list(_within(MOST_JSON, (_json_item(item, site) for item in state.shown))),
    }
    return _json(value)


def _within(room: int, shown: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """As many of the newest as fit into so many bytes, but never fewer than the least."""
    for number, item in enumerate(shown):
        room -= len(_json(item))
        if room < 0 and number >= LEAST_ITEMS:
            return
        yield item


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _json_item(item: Item, site: Site) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": site.tag(item),
        "url": site.page(item.number),
        "title": item.title,
        "summary": item.summary,
        "content_html": sound(content(item, site)),
        "date_published": item.published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "language": LANGUAGE,
    }
    if item.source:
        shown["external_url"] = item.source
    if item.tags:
        shown["tags"] = list(item.tags)
    if item.pictures:
        shown["image"] = site.picture(item.pictures[0])
        shown["attachments"] = [
            {"url": site.picture(one), "mime_type": one.kind, "size_in_bytes": one.size} for one in item.pictures
        ]
    return shown


def sitemap(state: State, site: Site) -> bytes:
    root = ET.Element(f"{{{_SITEMAP}}}urlset")
    newest = sorted(state.pages.items(), key=lambda one: (one[1].published, one[0]), reverse=True)
    _place(root, site.base, _changed(state))
    for number, page in newest[: MOST_ADDRESSES - 1]:
        _place(root, site.page(number), page.updated)
    return _xml(root, {"": _SITEMAP})


def _place(root: ET.Element, url: str, changed: datetime) -> None:
    node = ET.SubElement(root, f"{{{_SITEMAP}}}url")
    ET.SubElement(node, f"{{{_SITEMAP}}}loc").text = url
    ET.SubElement(node, f"{{{_SITEMAP}}}lastmod").text = changed.isoformat()


def content(item: Item, site: Site) -> str:
    """The whole post as HTML for readers of feeds: text, pictures, links."""
    parts = [item.html]
    for picture in item.pictures:
        url = escape(site.picture(picture))
        parts.append(f'<p><img src="{url}" width="{picture.width}" height="{picture.height}" alt=""></p>')
    parts += [f'<p><a href="{escape(one.url)}">{escape(one.label)}</a></p>' for one in item.links]
    return "\n".join(part for part in parts if part) or f"<p>{escape(item.title)}</p>"


def _changed(state: State) -> datetime:
    """When anything last changed; the same state always says the same."""
    return max((page.updated for page in state.pages.values()), default=_BEGINNING)


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = sound(text)


def _xml(root: ET.Element, names: dict[str, str]) -> bytes:
    for prefix, namespace in names.items():
        ET.register_namespace(prefix, namespace)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
