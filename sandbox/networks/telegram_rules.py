"""What Telegram takes: texts with entities, photos, albums, how often. Refusals in its own words.

Limits count UTF-16 units of what is left when the blanks around a text are gone.
"""

from __future__ import annotations

import re
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from sandbox.pictures import picture_size

Entity = dict[str, Any]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100
PHOTO_BYTES = 10 * 1024 * 1024
FILE_BYTES = 50 * 1024 * 1024
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20
#: What Telegram takes out of every text: marks of direction, separators, three combining lines and rings.
_DROPPED = re.compile("[\u2028-\u202e\u0333\u033f\u030a]")
KINDS = {
    *("mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic"),
    *("underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre"),
    *("text_link", "text_mention", "custom_emoji"),
}


class TelegramError(Exception):
    """A refusal with its code, description and parameters."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(description: str) -> TelegramError:
    """A bad request."""
    return TelegramError(400, f"Bad Request: {description}")


def units(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def text_of(text: str, entities: Any, parse_mode: Any) -> tuple[str, list[Entity]]:
    """The text without blanks around it, and its entities, moved with it. Raises TelegramError."""
    if parse_mode:
        raise bad(f"unsupported parse_mode {parse_mode}: the sandbox reads entities only")
    if not isinstance(text, str):
        raise bad("text must be a string")
    try:
        raw = text.encode("utf-16-le")
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    if "\x00" in text:
        text = text.replace("\x00", "")
    if not isinstance(entities or [], list):
        raise bad("can't parse MessageEntity: expected an Array")
    checked = [_entity(entity, raw) for entity in (entities or [])]
    if _DROPPED.search(text):
        checked = [_moved(entity, text) for entity in checked]
        text = _DROPPED.sub("", text)
    lead = units(text) - units(text.lstrip())
    shown = text.strip()
    length = units(shown)
    moved: list[Entity] = []
    for entity in checked[:ENTITY_LIMIT]:
        start, end = max(0, entity["offset"] - lead), min(length, entity["offset"] - lead + entity["length"])
        if start < end:
            moved.append({**entity, "offset": start, "length": end - start})
    return shown, sorted(moved, key=lambda entity: (entity["offset"], -entity["length"]))


def _entity(entity: Any, raw: bytes) -> Entity:
    if not isinstance(entity, dict) or entity.get("type") not in KINDS:
        raise bad("can't parse MessageEntity: Unsupported type specified")
    start, length = entity.get("offset"), entity.get("length")
    if not isinstance(start, int) or not isinstance(length, int) or start < 0 or length <= 0:
        raise bad('can\'t parse MessageEntity: Field "length" must be a positive number')
    end = start + length
    if 2 * end > len(raw):
        raise bad(f"can't parse entities: entity beginning at UTF-16 offset {start} ends after the end of the text")
    for place in (start, end):
        if 0 < 2 * place < len(raw) and 0xDC <= raw[2 * place + 1] <= 0xDF:
            where = f"entity beginning at UTF-16 offset {start}"
            raise bad(f"can't parse entities: {where} ends in a middle of a UTF-16 symbol")
    kept: Entity = {"type": entity["type"], "offset": start, "length": length}
    if entity["type"] == "text_link":
        url = entity.get("url")
        if not isinstance(url, str) or not url.startswith(("http://", "https://", "tg://")) or "." not in url:
            raise bad("can't parse MessageEntity: Wrong URL")
        kept["url"] = url
    return kept


def _moved(entity: Entity, text: str) -> Entity:
    """The entity where it stands when the signs that are dropped are gone."""
    raw = text.encode("utf-16-le")
    before, within = (
        units(_DROPPED.sub("", raw[2 * start : 2 * end].decode("utf-16-le")))
        for start, end in ((0, entity["offset"]), (entity["offset"], entity["offset"] + entity["length"]))
    )
    return {**entity, "offset": before, "length": within}


def check_photo(content: bytes) -> tuple[str, int, int]:
    """Media type, width and height of a photo. Raises TelegramError."""
    if not content:
        raise bad("file must be non-empty")
    if len(content) > PHOTO_BYTES:
        raise bad(f"file of size {len(content)} bytes is too big for a photo")
    found = picture_size(content)
    if found is None or found[0] == "image/gif":
        raise bad("IMAGE_PROCESS_FAILED")
    _, width, height = found
    if width + height > PHOTO_SIDES or max(width, height) > PHOTO_RATIO * max(1, min(width, height)):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return found


@dataclass
class Rates:
    """How often a bot may send: messages a second and a minute in a chat, a second in all."""

    per_second: int = 1
    burst: int = 3
    per_minute: int = 20
    overall: int = 30
    _chats: dict[int, deque[float]] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)

    def count(self, chat_id: int, messages: int) -> None:
        """Counts so many messages. Raises TelegramError with ``retry_after`` when they are too many."""
        now = time.monotonic()
        sent = self._chats.setdefault(chat_id, deque())
        while sent and sent[0] <= now - 60:
            sent.popleft()
        while self._all and self._all[0] <= now - 1:
            self._all.popleft()
        wait = 0.0
        if len(sent) + messages > max(self.per_minute, messages):
            wait = sent[min(len(sent) - 1, max(0, len(sent) + messages - self.per_minute - 1))] + 60 - now
        elif self._crowded(sent, now) or len(self._all) + messages > max(self.overall, messages):
            wait = 1.0
        if wait > 0:
            seconds = int(wait) + 1
            raise TelegramError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        # The items of an album come in one moment.
        sent.extend([now] * messages)
        self._all.extend([now] * messages)

    def _crowded(self, sent: deque[float], now: float) -> bool:
        """Whether the last seconds were too busy; the items of an album came in one moment."""
        return len({moment for moment in sent if moment > now - self.burst}) >= self.per_second * self.burst
