"""Events for other programs after Standard Webhooks: signed, repeatable, at most 20 KB.

The receiver knows a repeated event by its id, so an attempt whose fate is unknown is simply made again: nothing
here is ever uncertain.  Attempts follow the specification's schedule; "gone" closes the address for good.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.config import Settings, webhook_key
from bot.media import Media
from bot.targets.enclosed import PICTURES, address_of
from bot.targets.http import Failed, Http, Timeout
from bot.targets.network import Copy, Health, NetworkTarget, Supplies
from bot.transport import knock
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent
from editorial.markup import Kind, Rich, link, parse
from editorial.networks import Network, Part, Story
from editorial.render import html, plain, title_of
from editorial.shorten import shorten
from editorial.suggestion import Attachment
from handlers import texts

#: Bytes of the whole body; the specification asks for less than 20 KB.
MOST_BYTES: Final = 19_500
#: Bytes of what stands around the data: the type and the time.
ENVELOPE: Final = 200
#: Seconds before the 2nd, 3rd, … attempt, each up to a tenth longer; afterwards the last one repeats.
DELAYS: Final = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
#: After so many attempts an event that the receiver finds wrong is given up, so that the next ones get their turn.
MOST_REFUSALS: Final = 4
#: Seconds until another try at an address that said it is gone for good.
GONE_FOR_GOOD: Final = 24 * 3600.0
#: Seconds until a careful try when the receiver does not believe the signature.
CAREFUL: Final = 1800.0
#: Seconds for finding out whether somebody is there.
KNOCK: Final = 10.0
#: Answers after which the receiver, not the event, is to blame.
_BUSY: Final = frozenset({404, 405, 408, 409, 421, 425, 429})
TYPES: Final[Mapping[str, str]] = {"post": "post.published", "edit": "post.edited", "remove": "post.removed"}


# ----------------------------------------------------------------------------------------------------- rendering


def data_of(story: Story, zone: ZoneInfo) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What an event tells of a post, and notes on what it does not tell.

    A text too long for an event is cut like anywhere else; the rest stands behind the link.
    """
    rich = parse(story.text)
    data: dict[str, Any] = {
        "number": story.number,
        "title": title_of(rich, story.published_at.astimezone(zone).date()),
        "link": story.link,
        "region": story.region,
        "rubric": story.rubric,
        "published_at": _iso(story.published_at),
        "edited_at": _iso(story.edited_at) if story.edited_at else None,
        "hashtags": list(dict.fromkeys(_hashtags(rich))),
        "media": [_medium(one, story) for one in story.attachments],
    }
    room = MOST_BYTES - ENVELOPE - len(minified({**data, "text": _text(Rich(), whole=False)}))
    tail = link(texts.READ_ON, story.link) if story.link else None
    short = shorten(rich, room, lambda one: len(minified(_text(one, whole=True))), tail)
    whole = short is rich
    return {**data, "text": _text(short, whole=whole)}, () if whole else ("text_shortened",)


def _text(rich: Rich, *, whole: bool) -> dict[str, Any]:
    return {"plain": plain(rich), "html": html(rich), "complete": whole}


def _hashtags(rich: Rich) -> list[str]:
    return [rich.text[span.start : span.end] for span in rich.spans if span.kind is Kind.HASHTAG]


def _medium(attachment: Attachment, story: Story) -> dict[str, Any]:
    """``url``: the file if it is one, whose address on VK lives for hours; ``page``: where it is shown."""
    file = attachment.url if attachment.kind in PICTURES or attachment.kind in ("doc", "link") else None
    return {
        "kind": "photo" if attachment.kind in PICTURES else attachment.kind,
        "url": file,
        "page": address_of(attachment, story),
        "title": attachment.title,
    }


def minified(value: Any) -> bytes:
    """JSON without blanks, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


# ------------------------------------------------------------------------------------------------------- signing


def signature(key: bytes, number: str, moment: int, body: bytes) -> str:
    """``v1,`` and the Base64 of the HMAC-SHA256 of id, time and body, joined by dots."""
    digest = hmac.new(key, f"{number}.{moment}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def id_of(delivery: Delivery) -> str:
    """The same for every attempt at one event, and never of another."""
    return f"okmo-{delivery.number}-{delivery.kind}-{delivery.id}-{int(delivery.created_at.timestamp())}"


def delay_of(delivery: Delivery) -> float:
    """Seconds until the next attempt; how much longer than the schedule follows from the row."""
    base = DELAYS[min(max(delivery.attempts, 1), len(DELAYS)) - 1]
    share = zlib.crc32(f"{delivery.id}:{delivery.attempts}".encode()) / 2**32
    return base * (1.0 + share / 10)


# ----------------------------------------------------------------------------------------------------- the target


class Webhook(NetworkTarget):
    """Target ``webhook``: one receiver."""

    name = "webhook"

    def __init__(
        self, media: Media, url: str, secret: str, zone: ZoneInfo, *, timeout: Timeout = (10.0, 20.0)
    ) -> None:
        super().__init__(media)
        self._url = url
        self._key = webhook_key(secret)
        self._zone = zone
        self._http = Http("webhook", secret=(secret,), timeout=timeout)

    @classmethod
    def from_settings(cls, settings: Settings, supplies: Supplies) -> Self | None:
        if "webhook" not in settings.networks:
            return None
        return cls(supplies.media, settings.WEBHOOK_URL, settings.WEBHOOK_SECRET.get_secret_value(), settings.zone)

    @property
    def networks(self) -> tuple[Network, ...]:
        destination = urlsplit(self._url).netloc
        return (Network("webhook", self.name, texts.WEBHOOK_TITLE, destination, lambda _: 1),)

    def render(self, story: Story, network: Network) -> tuple[Part, ...]:  # noqa: ARG002
        data, notes = data_of(story, self._zone)
        return (Part("event", data, (), notes),)

    def publish(self, copy: Copy, delivery: Delivery) -> Outcome:
        assert copy.part is not None
        return self._tell(delivery, copy.part.body)

    def edit(self, copy: Copy, delivery: Delivery) -> Outcome:
        assert copy.part is not None
        return self._tell(delivery, copy.part.body)

    def remove(self, copy: Copy, delivery: Delivery) -> Outcome:
        return self._tell(delivery, {"number": copy.story.number, "link": copy.story.link})

    def _tell(self, delivery: Delivery, data: Mapping[str, Any]) -> Outcome:
        number, moment = id_of(delivery), int(time.time())
        event = {"type": TYPES[delivery.kind], "timestamp": _iso(delivery.created_at), "data": data}
        body = minified(event)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": number,
            "webhook-timestamp": str(moment),
            "webhook-signature": signature(self._key, number, moment, body),
        }
        answer = self._http.ask("POST", self._url, "receive", body=body, headers=headers)
        if isinstance(answer, Failed):
            if not answer.sent:
                return answer.of_a_repeatable()
            return RetryLater(answer.what, delay_of(delivery))
        return self._outcome(delivery, number, answer.status, answer.retry_after)

    def _outcome(self, delivery: Delivery, number: str, status: int, retry_after: float | None) -> Outcome:
        if 200 <= status < 300:
            return Sent({"ids": [number], "link": None})
        if status == 410:
            return RetryLater("gone_for_good", GONE_FOR_GOOD, status, counts=False)
        if status in (401, 403):
            return RetryLater("key_dead", CAREFUL, status, counts=False)
        if status == 429 or (status in (502, 503, 504) and retry_after is not None):
            seconds = delay_of(delivery) if retry_after is None else max(retry_after, 1.0)
            return RetryLater("need_wait", seconds, status, counts=False)
        wrong = 400 <= status < 500 and status not in _BUSY
        if wrong and delivery.attempts >= MOST_REFUSALS:
            return Refused("receiver_refused", status)
        return RetryLater("receiver_failed", delay_of(delivery), status)

    def find(self, copy: Copy, delivery: Delivery, now: datetime) -> Outcome | None:  # noqa: ARG002
        """The receiver knows a repetition by its id, so nothing has to be found out."""
        return RetryLater("interrupted", 0.0, counts=False)

    def health(self) -> Health:
        """Whether somebody is there: a receiver has nothing to be read, and is told nothing but events."""
        standstill = self.standstill()
        if standstill is not None:
            return Health(False, standstill.reason)
        fault = knock(self._url, KNOCK)
        return Health(fault is None, fault or "", "" if fault else texts.WEBHOOK_IS_THERE)
