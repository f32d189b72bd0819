"""Calls of Telegram's Bot API and what its refusals mean.

``Told`` is an answer, ``Refusal`` a refusal in Telegram's own words, ``Failed`` that nobody knows or nothing left.
Nothing is repeated here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from bot.targets.http import LONGEST_WAIT, Answer, Failed, Http, Timeout, Upload
from editorial.delivery import Refused, RetryLater

log = structlog.get_logger("telegram")

UPLOADING: Final[Timeout] = (10.0, 180.0)

#: Methods of looking for a message, for which "nothing there" is an answer like any other.
_LOOKS: Final = frozenset({"forwardMessage"})

#: An older server, or somebody's own, knows the key and not the method.
_NO_METHOD: Final = "method not found"
_NOT_MODIFIED: Final = "message is not modified"
_BAD_ENTITIES: Final = ("parse entities", "messageentity", "entity beginning")
_TOO_LONG: Final = ("is too long", "message_too_long", "caption_too_long")
_NO_CHAT: Final = (
    *("chat not found", "upgraded to a supergroup", "chat_id is empty"),
    *("channel_private", "channel_invalid", "peer_id_invalid"),
)
_NO_RIGHTS: Final = (
    *("not enough rights", "have no rights", "have no write access", "need administrator rights"),
    *("chat_write_forbidden", "chat_admin_required", "chat_restricted"),
)
_BAD_MEDIA: Final = (
    *("photo_invalid", "image_process_failed", "photo_ext_invalid", "photo_save_file_invalid"),
    *("wrong type of the web page content", "failed to get http url content", "is too big for a"),
    *("file must be non-empty", "media of the specified type", "wrong file identifier", "media_empty"),
    *("media_invalid", "failed to send message #", "wrong remote file", "content_type_invalid"),
    *("document_invalid", "video_file_invalid", "in the request"),
)
_ITEM: Final = re.compile(r"failed to send message #(\d+)")


@dataclass(frozen=True, slots=True)
class Told:
    """What Telegram answered."""

    result: Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """Telegram refused: certainly nothing was carried out. ``words`` are small letters, without secrets."""

    code: int
    words: str
    retry_after: float | None = None
    moved_to: int | None = None

    def says(self, *phrases: str) -> bool:
        return any(phrase in self.words for phrase in phrases)

    @property
    def not_modified(self) -> bool:
        return self.says(_NOT_MODIFIED)

    @property
    def bad_entities(self) -> bool:
        return self.code == 400 and self.says(*_BAD_ENTITIES)

    @property
    def bad_media(self) -> bool:
        return self.code == 413 or (self.code == 400 and self.says(*_BAD_MEDIA))

    @property
    def item(self) -> int | None:
        """The place in the album of what was refused, from 0."""
        found = _ITEM.search(self.words)
        return int(found[1]) - 1 if found else None

    @property
    def no_method(self) -> bool:
        return self.says(_NO_METHOD)

    @property
    def wait(self) -> float:
        """Seconds to wait where Telegram is asked too often."""
        return (self.retry_after or 5.0) + 1.0

    def outcome(self) -> RetryLater | Refused:
        """What it means for a delivery: not sent, and either it may be tried again or not."""
        if self.code == 429:
            return RetryLater("too_often", self.wait, 429, counts=False)
        if self.code in (401, 404) and not self.no_method:
            return RetryLater("key_dead", code=self.code, counts=False)
        if self.moved_to is not None or self.says(*_NO_CHAT):
            return RetryLater("chat_gone", code=self.code, counts=False)
        if self.code == 403 or self.says(*_NO_RIGHTS):
            return RetryLater("no_rights", code=self.code, counts=False)
        if self.code == 413:
            return Refused("too_large", 413)
        if self.says(*_TOO_LONG):
            return Refused("too_long", self.code)
        return Refused("media_refused" if self.bad_media else "content_blocked", self.code)


Said = Told | Refusal | Failed


@dataclass(slots=True)
class TelegramApi:
    """One bot."""

    http: Http
    base_url: str
    token: str = field(repr=False)

    def call(self, method: str, params: Mapping[str, Any], uploads: Sequence[Upload] = ()) -> Said:
        """Call a method once. Files go in fields of their own, which ``attach://`` names in what is nested."""
        url = f"{self.base_url}/bot{self.token}/{method}"
        if uploads:
            form = {name: value if isinstance(value, str) else _json(value) for name, value in params.items()}
            answer = self.http.ask("POST", url, method, form=form, files=uploads, timeout=UPLOADING)
        else:
            answer = self.http.ask("POST", url, method, json=dict(params))
        return answer if isinstance(answer, Failed) else self._read(method, answer)

    def _read(self, method: str, answer: Answer) -> Said:
        said = answer.record()
        if said.get("ok") is True and "result" in said:
            return Told(said["result"])
        code = said.get("error_code")
        if said.get("ok") is not False or not isinstance(code, int):
            if answer.is_blocked:
                return Failed.on_the_way()
            if answer.status == 413:
                return Refusal(413, "request entity too large")
            if answer.status == 429:  # whoever said so, in whatever words, did not pass it on
                return Refusal(429, "too many requests", answer.retry_after)
            return Failed("not_json" if answer.status == 200 else f"http_{answer.status}", sent=True)
        if code >= 500:
            return Failed(f"http_{code}", sent=True)
        parameters = said.get("parameters")
        facts: Mapping[str, Any] = parameters if isinstance(parameters, dict) else {}
        words = self.http.redact(str(said.get("description", "")))[:300]
        moved_to = facts.get("migrate_to_chat_id")
        told = log.debug if method in _LOOKS else log.info
        told("telegram_refused", method=method, code=code, words=words, moved_to=moved_to)
        wait = facts.get("retry_after")
        seconds = answer.retry_after
        if isinstance(wait, (int, float)) and 0 <= wait <= LONGEST_WAIT:
            seconds = float(wait)
        return Refusal(code, words.lower(), seconds, moved_to if isinstance(moved_to, int) else None)


def chat_id(named: str) -> int | str:
    """A chat as Bot API names it: by a number, or by a name with an @."""
    return int(named) if named.lstrip("-").isdecimal() else named


def of_a_write(said: Refusal | Failed) -> Any:
    """The outcome of something that must not be done twice."""
    return said.of_a_write() if isinstance(said, Failed) else said.outcome()


def of_a_repeatable(said: Refusal | Failed) -> RetryLater | Refused:
    """The outcome of something that may be done again: an edit, a removal, a reading."""
    return said.of_a_repeatable() if isinstance(said, Failed) else said.outcome()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
