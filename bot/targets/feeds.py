"""Feeds and pages: RSS, Atom, JSON Feed and a page for each post, as files in a folder that a web server shows.

::

    pictures ─▶ page ─▶ feeds, index, sitemap ─▶ state

Each file is replaced whole, the state last, so it is the proof that everything before it was written.  Whatever a
crash left half done is done again with the same result.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self
from zoneinfo import ZoneInfo

import structlog

from bot.config import Settings
from bot.feeds import formats, items
from bot.feeds.formats import Site
from bot.feeds.items import Item, Link, Picture, State, StateUnreadable
from bot.media import EXTENSIONS, FILES, File, Media, MediaUnavailable
from bot.targets.enclosed import kind_word
from bot.targets.network import Copy, Health, NetworkTarget, Supplies
from editorial import regions, rubrics
from editorial.delivery import Delivery, Outcome, RetryLater, Sent
from editorial.markup import Kind, Rich, parse
from editorial.networks import Network, Part, Story
from editorial.render import html, title_of
from editorial.shorten import shorten
from editorial.suggestion import Attachment
from handlers import texts

log = structlog.get_logger("feeds")

NETWORK: Final = "feeds"
#: Characters of the summary under a title.
SUMMARY: Final = 240
_WEB_PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
#: Objects that have a page of their own on VK.
_PAGES_OF_VK: Final = frozenset(
    {"video", "clip", "doc", "album", "article", "market", "wall", "poll", "audio_playlist"}
)


class Feeds(NetworkTarget):
    """The folder of feeds and pages. ``zone`` is the clock of the shown times; the feeds are called ``title``."""

    name = NETWORK

    def __init__(self, media: Media, folder: Path, base: str, zone: ZoneInfo, title: str, about: str) -> None:
        super().__init__(media)
        self._folder = folder
        self._zone = zone
        self._site = Site(formats.ascii_address(base), title, about)
        self._networks = (Network(NETWORK, NETWORK, texts.FEED_NETWORK, NETWORK, _one),)

    @classmethod
    def from_settings(cls, settings: Settings, supplies: Supplies) -> Self | None:
        if settings.FEED_DIR is None:
            return None
        title, about = settings.FEED_TITLE, settings.FEED_ABOUT
        return cls(supplies.media, settings.FEED_DIR, settings.FEED_BASE_URL, settings.zone, title, about)

    @property
    def networks(self) -> tuple[Network, ...]:
        return self._networks

    # -- rendering -------------------------------------------------------------------------------------------

    def render(self, story: Story, network: Network) -> tuple[Part, ...]:  # noqa: ARG002
        rich = parse(story.text).stripped()
        day = story.published_at.astimezone(self._zone).date()
        body = {
            "title": title_of(rich, day),
            "summary": _summary(rich),
            "html": html(rich),
            "tags": _tags(story, rich),
            "links": [[link.label, link.url] for link in _links(story)],
            "source": story.link,
        }
        files = tuple(one for one in story.attachments if one.kind in FILES)
        kinds = dict.fromkeys(one.kind for one in story.attachments if one.kind not in {*FILES, "link"})
        return (Part("page", body, files, tuple(f"{kind}_as_link" for kind in kinds)),)

    # -- writing ---------------------------------------------------------------------------------------------

    def publish(self, copy: Copy, delivery: Delivery) -> Outcome:  # noqa: ARG002  # the same files every time
        return self._put(copy)

    def edit(self, copy: Copy, delivery: Delivery) -> Outcome:  # noqa: ARG002
        return self._put(copy)

    def remove(self, copy: Copy, delivery: Delivery) -> Outcome:  # noqa: ARG002
        number = copy.story.number
        try:
            state = items.load(self._folder)
            left = state.without(number)
            (self._folder / formats.page_path(number)).unlink(missing_ok=True)
            self._write(left)
            for name in state.pictures - left.pictures:
                (self._folder / formats.MEDIA / name).unlink(missing_ok=True)
            items.save(self._folder, left)
        except (OSError, StateUnreadable) as fault:
            return _disk(fault)
        return Sent(copy.placed.result if copy.placed else {})

    def _put(self, copy: Copy) -> Outcome:
        try:
            before = items.load(self._folder)
            item, notes = self._item(copy, before.item(copy.story.number))
            after = before.with_item(item)
            from bot.feeds import pages

            items.put(self._folder / formats.page_path(item.number), pages.page(item, self._site, self._zone))
            self._write(after)
            for name in before.pictures - after.pictures:
                (self._folder / formats.MEDIA / name).unlink(missing_ok=True)
            items.save(self._folder, after)
        except MediaUnavailable as failure:
            return RetryLater(failure.reason)
        except (OSError, StateUnreadable) as fault:
            return _disk(fault)
        result = {"ids": [str(item.number)], "link": self._site.page(item.number)}
        return Sent({**result, "notes": notes} if notes else result)

    def _item(self, copy: Copy, known: Item | None) -> tuple[Item, list[str]]:
        """The item, its pictures in place beside the pages, and notes about those that are not."""
        story, part = copy.story, copy.part
        assert part is not None
        pictures, links, notes = [], [], list[str]()
        for attachment in part.media:
            try:
                pictures.append(self._placed(self.media.get(attachment, story.owner_id, story.post_id)))
            except MediaUnavailable as failure:
                if failure.passing:
                    raise
                if attachment.kind == "doc" or not story.link:
                    links += [one for one in (_link_of(attachment, story),) if one]
                else:
                    links.append(Link(texts.PAGE_PICTURE, story.link))
                notes.append(f"{kind_word(attachment)}_as_link")
        body = part.body
        item = Item(
            number=story.number,
            title=body["title"],
            summary=body["summary"],
            html=body["html"],
            published=_local(story.published_at, self._zone),
            updated=_local(max(story.edited_at or story.published_at, story.published_at), self._zone),
            source=body["source"],
            tags=tuple(body["tags"]),
            links=(*(Link(label, url) for label, url in body["links"]), *links),
            pictures=tuple(pictures),
        )
        return items.changed_since(known, item), notes

    def _placed(self, file: File) -> Picture:
        """The file copied beside the pages under a name that its content gives it."""
        if file.kind not in _WEB_PICTURES:
            raise MediaUnavailable("not_a_picture", passing=False)
        content = file.read()
        name = f"{hashlib.sha256(content).hexdigest()[:32]}.{EXTENSIONS[file.kind]}"
        items.put(self._folder / formats.MEDIA / name, content)
        return Picture(name, file.kind, len(content), file.width, file.height)

    def _write(self, state: State) -> None:
        from bot.feeds import pages  # Jinja is loaded when the first page is written

        for path, content in self._derived(state):
            items.put(self._folder / path, content)
        items.put(self._folder / formats.INDEX, pages.index(state, self._site, self._zone))

    def _derived(self, state: State) -> Iterator[tuple[str, bytes]]:
        yield formats.RSS, formats.rss(state, self._site)
        yield formats.ATOM, formats.atom(state, self._site)
        yield formats.JSON, formats.json_feed(state, self._site)
        yield formats.SITEMAP, formats.sitemap(state, self._site)

    # -- reading ---------------------------------------------------------------------------------------------

    def find(self, copy: Copy, delivery: Delivery, now: datetime) -> Outcome | None:  # noqa: ARG002
        number = copy.story.number
        try:
            items.sweep(self._folder)
            known = number in items.load(self._folder).pages
        except (OSError, StateUnreadable):
            return None
        if not known:
            return RetryLater("not_sent", 0.0, counts=False)
        return Sent({"ids": [str(number)], "link": self._site.page(number)})

    def health(self) -> Health:
        folder = self._folder
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        if not os.access(folder, os.W_OK | os.X_OK):
            return Health(False, "folder_closed", str(self._folder))
        try:
            items.load(self._folder)
        except (OSError, StateUnreadable):
            return Health(False, "state_unreadable", str(self._folder / items.STATE))
        return Health(True)


def _one(story: Story) -> int:  # noqa: ARG001  # one page, whatever it is
    return 1


def _disk(fault: Exception) -> Outcome:
    log.error("feeds_not_written", fault=type(fault).__name__, errno=getattr(fault, "errno", None))
    if isinstance(fault, StateUnreadable):
        return RetryLater("state_unreadable", 300.0, counts=False)
    return RetryLater("disk", 60.0, counts=False)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment on the desk's clock, in whole seconds, with an offset that needs no name."""
    local = moment.astimezone(zone).replace(microsecond=0)
    return datetime.fromisoformat(local.isoformat()) if local.utcoffset() else local.astimezone(UTC)


def _summary(rich: Rich) -> str:
    short = shorten(rich, SUMMARY, lambda part: len(part.text))
    return formats.sound(" ".join(short.text.split()))


def _tags(story: Story, rich: Rich) -> list[str]:
    """The region and the rubric by their names, then the hashtags of the text; each once."""
    region, rubric = regions.by_code(story.region), rubrics.by_code(story.rubric)
    tags = [named.name for named in (region, rubric) if named is not None]
    tags += [rich.text[span.start : span.end].removeprefix("#") for span in rich.spans if span.kind is Kind.HASHTAG]
    return list(dict.fromkeys(formats.sound(tag) for tag in tags if tag))


def _links(story: Story) -> list[Link]:
    rest = [one for one in story.attachments if one.kind not in FILES]
    return [link for link in (_link_of(one, story) for one in rest) if link is not None]


def _link_of(attachment: Attachment, story: Story) -> Link | None:
    """Where a reader finds what is no picture; None when there is nowhere to go."""
    what = texts.PAGE_LINKS.get(attachment.kind, texts.PAGE_LINK)
    title = formats.sound(" ".join((attachment.title or "").split()))
    label = f"{what}: {title}" if title else what
    url = attachment.url if attachment.kind == "link" else None
    if url is None and attachment.kind in _PAGES_OF_VK and attachment.media_id is not None:
        url = f"https://vk.com/{attachment.kind}{attachment.owner_id}_{attachment.media_id}"
    url = url or story.link
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    return Link(label, formats.sound(url))
