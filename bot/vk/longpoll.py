"""Asks VK's event queue for what happened since the last answer.

One poll in, one batch of raw texts and the next cursor out.  Storing them together, backing off after a failure
and closing a gap by reading the wall are the intake's business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Final

import requests

from bot.transport import FAILURES, read_body, what_happened
from bot.vk import interruptible
from bot.vk.client import API_VERSION, Call, VkClient, new_session
from bot.vk.errors import VkRefused, VkTransport
from bot.vk.scalars import mapping, number, words
from bot.vk.updates import identity, message_key
from storage.faultpoints import reach

WAIT: Final = 25
"""Seconds VK holds the request while nothing happens; proxies cut at thirty."""
SPOILED_TRIES: Final = 5
"""How often the same place of the queue may answer with broken JSON before the desk steps over it."""
NEEDED_EVENTS: Final = (
    "wall_post_new",
    "message_new",
    "message_event",
    "message_allow",
    "message_deny",
    "group_officers_edit",
    "user_block",
    "user_unblock",
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the event queue: where to ask, with which key, and what was seen last."""

    server: str
    key: str
    ts: str

    def __repr__(self) -> str:
        return f"Cursor(ts={self.ts!r})"


@dataclass(frozen=True, slots=True)
class Batch:
    """What one poll brought.

    ``updates`` are the raw JSON texts, ``event_ids`` what tells each apart, ``types`` VK's words for their kinds,
    ``messages`` the conversation and number of a message, all in the same order.  ``gap`` says that events may be
    missing before this place.  ``failed`` is VK's code of a lost key or position, None otherwise.
    """

    updates: tuple[str, ...]
    event_ids: tuple[str, ...]
    types: tuple[str, ...]
    messages: tuple[tuple[int, int] | None, ...]
    cursor: Cursor
    gap: bool = False
    failed: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the community's settings that a person should know; ``code`` is a stable word."""

    code: str
    detail: str = ""


class LongPoll:
    """The event queue of one community. Used by one thread."""

    def __init__(
        self,
        client: VkClient,
        group_id: int,
        *,
        wait: int = WAIT,
        connect_timeout: float = 5.0,
        session_factory: Callable[[], requests.Session] = new_session,
    ) -> None:
        self._client = client
        self._group_id = group_id
        self._wait = wait
        self._connect_timeout = connect_timeout
        self._http = session_factory()
        self._wire = interruptible.mount(self._http)
        self._stopped = False
        self._spoiled: tuple[str, int] = ("", 0)

    def connect(self, ts: str | None = None) -> Cursor:
        """A new key for the queue, at ``ts`` or at its end. Raises VkError."""
        method = "groups.getLongPollServer"
        said = mapping(self._client.call(method, group_id=self._group_id))
        server, key = words(said.get("server")), words(said.get("key"))
        at = ts or words(said.get("ts"))
        if not server or not key or not at:
            raise VkTransport(method, "no_server")
        if "://" not in server:
            server = f"https://{server}"
        return Cursor(server, key, at)

    def poll(self, cursor: Cursor, *, at_once: bool = False) -> Batch:
        """What happened after ``cursor``; waits up to 25 s for something to happen, a second when ``at_once``.

        Raises VkTransport when no readable answer came (the cursor still holds), VkRefused when VK gives no new
        key after the old one was lost.
        """
        if self._stopped:
            raise VkTransport("longpoll", "stopped")
        reach("vk.longpoll.before")
        body = self._ask(cursor, min(self._wait, 1) if at_once else self._wait)
        reach("vk.longpoll.after")
        try:
            answer = read_answer(body)
        except _Broken as broken:
            return self._step_over(cursor, body, broken)
        if "failed" in answer.fields:
            return self._recover(cursor, answer.fields)
        ts = words(answer.fields.get("ts"))
        if not ts:
            raise VkTransport("longpoll", "no_ts")
        return _batch(answer, replace(cursor, ts=ts))

    def stop(self) -> None:
        """End the poll that is under way in another thread: it raises VkTransport, as does every later one."""
        self._stopped = True
        self._wire.interrupt()

    def _ask(self, cursor: Cursor, wait: int) -> str:
        """The body of the answer; the failure is raised outside ``except`` so that the key does not hang on it."""
        try:
            response = self._http.get(
                cursor.server,
                params={"act": "a_check", "key": cursor.key, "ts": cursor.ts, "wait": str(wait)},
                timeout=(self._connect_timeout, self._wait + 10),
                allow_redirects=False,
                stream=True,
            )
            with closing(response):
                body = read_body(response, self._wait + 10)
                what = "" if response.status_code == 200 else f"http_{response.status_code}"
        except FAILURES as failure:
            what = what_happened(failure)
        if what:
            raise VkTransport("longpoll", what)
        return body.decode("utf-8", "replace")

    def _recover(self, cursor: Cursor, fields: dict[str, Any]) -> Batch:
        failed = number(fields.get("failed")) or 0
        ts = words(fields.get("ts"))
        if failed == 1 and ts:
            return Batch((), (), (), (), replace(cursor, ts=ts), gap=True, failed=1)
        if failed == 2:
            return Batch((), (), (), (), self.connect(cursor.ts), failed=2)
        return Batch((), (), (), (), self.connect(), gap=True, failed=failed)

    def _step_over(self, cursor: Cursor, body: str, broken: _Broken) -> Batch:
        """After a few tries at the same place keep what can be read, the rest as it is, and go on.

        An answer that was cut short on its way is whole the next time; it is never stepped over.
        """
        if '"updates"' not in body:
            raise VkTransport("longpoll", "not_json")
        if cut_short(body):
            raise VkTransport("longpoll", "cut_short")
        ts, times = self._spoiled
        times = times + 1 if ts == cursor.ts else 1
        self._spoiled = (cursor.ts, times)
        if times < SPOILED_TRIES:
            raise VkTransport("longpoll", "broken_json")
        self._spoiled = ("", 0)
        said = words(broken.answer.fields.get("ts"))
        onward = replace(cursor, ts=said) if said else self.connect()
        kept = Answer(broken.answer.fields, [*broken.answer.updates, (broken.rest, None)])
        return replace(_batch(kept, onward), gap=True)


@dataclass(slots=True)
class Answer:
    """A long-poll answer: its fields, and each update as its own text beside its decoded form."""

    fields: dict[str, Any]
    updates: list[tuple[str, Any]]


class _Broken(Exception):
    """The answer is not JSON from ``rest`` on; ``answer`` is what stood before it."""

    def __init__(self, answer: Answer, rest: str) -> None:
        super().__init__()
        self.answer = answer
        self.rest = rest


_scan = json.JSONDecoder().raw_decode
_blank = re.compile(r"[ \t\r\n]*").match


def read_answer(text: str) -> Answer:
    """Cut an answer into its updates without writing them anew.

    A comma too many at the end of the list or of the answer is forgiven: nothing is missing then.
    Raises _Broken for anything else that is not one JSON object.
    """
    answer = Answer({}, [])
    at = 0
    try:
        at = _opened(text, at, "{")
        while text[at] != "}":
            name, at = _scan(text, at)
            at = _opened(text, at, ":")
            if name == "updates" and text[at] == "[":
                at = _opened(text, at, "[")
                while text[at] != "]":
                    start = at
                    decoded, at = _scan(text, at)
                    answer.updates.append((text[start:at], decoded))
                    at = _separated(text, at, "]")
                at += 1
            else:
                answer.fields[name], at = _scan(text, at)
            at = _separated(text, at, "}")
        if text[at + 1 :].strip():
            raise ValueError("something follows")
    except (ValueError, IndexError, TypeError, RecursionError):
        raise _Broken(answer, text[at:]) from None
    return answer


_strings = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def cut_short(text: str) -> bool:
    """Whether something that was opened in ``text`` is never closed: its end got lost on the way."""
    bare = _strings.sub("", text)
    return '"' in bare or bare.count("{") > bare.count("}") or bare.count("[") > bare.count("]")


def _opened(text: str, at: int, sign: str) -> int:
    at = _after_blank(text, at)
    if text[at] != sign:
        raise ValueError(f"no {sign}")
    return _after_blank(text, at + 1)


def _separated(text: str, at: int, closing_sign: str) -> int:
    at = _after_blank(text, at)
    if text[at] == ",":
        return _after_blank(text, at + 1)
    if text[at] != closing_sign:
        raise ValueError("no comma")
    return at


def _after_blank(text: str, at: int) -> int:
    found = _blank(text, at)
    return found.end() if found else at


def _batch(answer: Answer, cursor: Cursor) -> Batch:
    return Batch(
        updates=tuple(raw for raw, _ in answer.updates),
        event_ids=tuple(identity(decoded, raw) for raw, decoded in answer.updates),
        types=tuple(words(mapping(decoded).get("type")) for _, decoded in answer.updates),
        messages=tuple(message_key(decoded) for _, decoded in answer.updates),
        cursor=cursor,
    )


def prepare(client: VkClient, group_id: int) -> list[Finding]:
    """Switch on the events the desk needs, where the key may, and say what is still missing.

    A refusal is a finding, not an error; raises VkTransport only.
    """
    findings: list[Finding] = []
    wanted = {"group_id": group_id, "enabled": True, "api_version": API_VERSION}
    wanted |= dict.fromkeys(NEEDED_EVENTS, True)
    try:
        client.make(Call("groups.setLongPollSettings", wanted, write=True))
    except VkRefused as refusal:
        findings.append(Finding("longpoll_set_refused", refusal.verdict.reason))
    try:
        settings = mapping(client.call("groups.getLongPollSettings", group_id=group_id))
    except VkRefused as refusal:
        return [*findings, Finding("longpoll_get_refused", refusal.verdict.reason)]
    return [*findings, *shortcomings(settings)]


def shortcomings(settings: object) -> list[Finding]:
    """What the long-poll settings lack. A flag that VK does not report may well be on."""
    known = mapping(settings)
    found: list[Finding] = []
    if "is_enabled" in known and not known["is_enabled"]:
        found.append(Finding("longpoll_off"))
    version = words(known.get("api_version"))
    if version and version != API_VERSION:
        found.append(Finding("longpoll_version", version))
    flags = mapping(known.get("events"))
    found += [Finding("longpoll_flag_off", name) for name in NEEDED_EVENTS if flags.get(name) in (0, False)]
    return found
