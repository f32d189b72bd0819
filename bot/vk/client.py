"""Calls VK: one key, one address, any number of threads.

Every call goes through :meth:`VkClient.call` or :meth:`VkClient.batch`, keeps to the pace of its key, has
a time limit and ends in an answer or in a :class:`~bot.vk.errors.VkError`.  Only "too many requests per second"
is repeated here, because VK has certainly done nothing then; every other repetition is decided by the caller.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final, Literal

import requests
import vk_api
from jconfig.memory import MemoryConfig
from requests.adapters import HTTPAdapter

from bot.transport import FAILURES, read_body, was_sent, what_happened
from bot.vk.errors import Remedy, VkError, VkRefused, VkTransport
from bot.vk.pace import WHOLE_KEY, WRITES, Pace, Pauses, on_wall
from bot.vk.scalars import number, sound
from storage.faultpoints import reach

API_VERSION: Final = "5.199"
USER_AGENT: Final = "okmo-news-desk/1"
BATCH: Final = 25
TOO_FAST: Final = 6
TOO_FAST_TRIES: Final = 5
WALL_GAP: Final = 5.0
"""Seconds between two writes to walls with one key; closer ones are answered with a check for robots."""
OF_ONE_WALL: Final = frozenset({"posts_per_day", "ad_recent"})
"""Limits that VK counts for each wall."""
STALE_AFTER: Final = 4.0
"""Seconds of idleness after which a kept connection is replaced: the other side may be closing it."""
NO_EXECUTE: Final = frozenset({3, 12, 15, 27, 28, 1051})
"""What a key answers to ``execute`` when it may not use it."""
EXECUTE_FAILED: Final = 13

Timeout = tuple[float, float]
KeyKind = Literal["group", "user", "service"]
Observer = Callable[[str, float, str], None]


class _Overtaken(Exception):
    """While calls waited VK asked to leave some of them alone: a refusal in the place of each, else None."""

    def __init__(self, refusals: Sequence[VkRefused | None]) -> None:
        super().__init__()
        self.refusals = refusals


class VkKey:
    """An access key that can be replaced while the program runs and that does not print."""

    __slots__ = ("_lock", "_retired", "_secret", "generation", "kind")

    def __init__(self, kind: KeyKind, secret: str) -> None:
        self.kind: KeyKind = kind
        self.generation = 0
        self._secret = secret
        self._retired: tuple[str, ...] = ()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"VkKey(kind={self.kind!r})"

    @property
    def secret(self) -> str:
        return self._secret

    @property
    def is_vk_id(self) -> bool:
        """Whether VK ID issued it: good for signing in, of no use for walls."""
        return self._secret.startswith("vk2.a.")

    def replace(self, secret: str) -> None:
        """Use another secret from the next call on."""
        with self._lock:
            if secret != self._secret:
                self._retired = (*self._retired[-3:], self._secret)
                self._secret = secret
                self.generation += 1

    def redact(self, text: str) -> str:
        """The text without this key, should somebody have put it there."""
        for secret in (self._secret, *self._retired):
            if secret:
                text = text.replace(secret, "…")
        return text


@dataclass(frozen=True, slots=True)
class Call:
    """One call to be made; ``write`` marks the ones that change something on VK."""

    method: str
    params: Mapping[str, object] = field(default_factory=dict)
    write: bool = False


def new_session() -> requests.Session:
    """A session without retries, cookies or settings taken from the environment."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = USER_AGENT
    adapter = HTTPAdapter(pool_connections=2, pool_maxsize=4, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def encoded(value: object) -> str | int | float:
    """A parameter the way VK reads it: 1/0, comma-joined lists, JSON objects, plain text."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, str):
        return sound(value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, (list, tuple, set, frozenset)):
        return ",".join(str(encoded(item)) for item in value)
    raise TypeError(f"VK takes no {type(value).__name__}")


def parameters(params: Mapping[str, object]) -> dict[str, str | int | float]:
    return {name: encoded(value) for name, value in params.items() if value is not None}


class VkClient(vk_api.VkApi):  # type: ignore[misc]  # the library carries no types
    """The ``vk_api`` client with its own way of sending.

    Nothing is locked while a call is under way; each thread keeps its own connection.  ``rate`` is what VK
    allows the key per second; 95 % of it is used.  ``pauses`` records what VK asked to leave alone.  Whoever calls
    all the same makes a careful try; a call that waited for its turn when VK said so is refused here.  ``walls``
    keeps writes to walls apart, whichever wall they go to.  ``timeout`` is (seconds to connect, seconds of silence
    and of the whole answer).
    """

    def __init__(
        self,
        key: VkKey,
        base_url: str,
        *,
        rate: float,
        timeout: Timeout = (5, 15),
        session_factory: Callable[[], requests.Session] = new_session,
        observer: Observer | None = None,
        wall_gap: float = WALL_GAP,
        pace: Callable[..., Pace] = Pace,
    ) -> None:
        self._sessions = threading.local()
        self._session_factory = session_factory
        super().__init__(token=None, api_version=API_VERSION, config=MemoryConfig, session=session_factory())
        self.error_handlers: dict[int, object] = {}
        self.token = None
        self.key = key
        self.base_url = base_url.rstrip("/") + "/"
        self.timeout = timeout
        self.pace = pace(rate)
        self.walls = pace(1.0 / wall_gap, budget=1.0) if wall_gap > 0 else None
        self.pauses = Pauses()
        self.observer = observer
        self._generation = key.generation
        self._execute_refused = False
        self._execute_rests_until = 0.0

    def __repr__(self) -> str:
        return f"VkClient({self.key!r})"

    @property
    def http(self) -> requests.Session:
        """This thread's session; its connection is a fresh one after a while of idleness."""
        now = time.monotonic()
        session: requests.Session | None = getattr(self._sessions, "session", None)
        if session is None or now - self._sessions.used > STALE_AFTER:
            if session is not None:
                session.close()
            session = self._sessions.session = self._session_factory()
        self._sessions.used = now
        return session

    @http.setter
    def http(self, session: requests.Session) -> None:
        self._sessions.session = session
        self._sessions.used = time.monotonic()

    def method(
        self,
        method: str,
        values: Mapping[str, object] | None = None,
        captcha_sid: str | None = None,
        captcha_key: str | None = None,
        success_token: str | None = None,
        raw: bool = False,
        with_cookies: bool = False,  # noqa: ARG002  # the library's signature; cookies are never sent
    ) -> Any:
        """The library's way in: what ``get_api()`` and the library's helpers call. Treated as a write."""
        params = dict(values or {})
        params.update(captcha_sid=captcha_sid, captcha_key=captcha_key, success_token=success_token)
        answer = self._answer(method, params, write=True, urgent=False, timeout=None)
        return answer if raw else answer["response"]

    def call(
        self,
        method: str,
        *,
        write: bool = False,
        urgent: bool = False,
        timeout: Timeout | None = None,
        **params: object,
    ) -> Any:
        """Call one method and return its ``response``.

        ``write`` says that the call changes something on VK; ``urgent`` lets it overtake waiting calls.
        Raises VkRefused or VkTransport.
        """
        return self._answer(method, params, write, urgent, timeout)["response"]

    def make(self, call: Call, *, urgent: bool = False, timeout: Timeout | None = None) -> Any:
        """The same for a call that stands ready."""
        return self._answer(call.method, call.params, call.write, urgent, timeout)["response"]

    def batch(
        self, calls: Sequence[Call], *, urgent: bool = False, timeout: Timeout | None = None
    ) -> list[Any | VkError]:
        """Make several calls in as few requests as the key allows; results stand in the order of the calls.

        A failed call is a VkError in its place.  Nothing is raised for VK's or the network's faults.
        """
        results: list[Any | VkError] = []
        for start in range(0, len(calls), BATCH):
            results += self._batch(calls[start : start + BATCH], urgent, timeout)
        return results

    def _batch(self, calls: Sequence[Call], urgent: bool, timeout: Timeout | None) -> list[Any | VkError]:
        self._notice_new_key()
        if len(calls) == 1 or self._execute_refused or self.pauses.now() < self._execute_rests_until:
            return [self._single(call, urgent, timeout) for call in calls]
        write = any(call.write for call in calls)
        began = self.pauses.now()
        try:
            answer = self._answer("execute", {"code": program(calls)}, write, urgent, timeout, calls)
        except _Overtaken as overtaken:
            return self._without(overtaken.refusals, calls, urgent, timeout)
        except VkRefused as refusal:
            return self._after_refused_execute(refusal, calls, urgent, timeout)
        except VkTransport as failure:
            sent = failure.verdict.executed is None or not write
            return [VkTransport(call.method, failure.what, sent=sent, write=call.write) for call in calls]
        return list(self._paired(calls, answer, began))

    def _without(
        self,
        refusals: Sequence[VkRefused | None],
        calls: Sequence[Call],
        urgent: bool,
        timeout: Timeout | None,
    ) -> list[Any | VkError]:
        """The calls that are not refused already, made; each result and refusal in its place."""
        left = [call for call, refusal in zip(calls, refusals, strict=True) if refusal is None]
        results = iter(self._batch(left, urgent, timeout) if left else ())
        return [next(results) if refusal is None else refusal for refusal in refusals]

    def _single(self, call: Call, urgent: bool, timeout: Timeout | None) -> Any | VkError:
        try:
            return self.make(call, urgent=urgent, timeout=timeout)
        except VkError as error:
            return error

    def _after_refused_execute(
        self, refusal: VkRefused, calls: Sequence[Call], urgent: bool, timeout: Timeout | None
    ) -> list[Any | VkError]:
        if refusal.code in NO_EXECUTE:
            self._execute_refused = True
            return [self._single(call, urgent, timeout) for call in calls]
        if refusal.code == EXECUTE_FAILED:  # some of the writes may have been carried out before it stopped
            return [
                self._refused_again(refusal, call)
                if call.write and not repeatable(call)
                else self._single(call, urgent, timeout)
                for call in calls
            ]
        if (
            refusal.verdict.remedy is Remedy.PAUSE_METHOD
        ):  # VK may mean "execute" alone: the calls themselves will tell
            self._execute_rests_until = self.pauses.now() + (refusal.verdict.pause or 0.0)
            return self._until_refused(refusal, calls, urgent, timeout)
        return [self._refused_again(refusal, call) for call in calls]

    def _until_refused(
        self, refusal: VkRefused, calls: Sequence[Call], urgent: bool, timeout: Timeout | None
    ) -> list[Any | VkError]:
        """Call by call, until one is refused for the same reason: then the rest is not even tried."""
        results: list[Any | VkError] = []
        for call in calls:
            last = results[-1] if results else None
            same = isinstance(last, VkRefused) and last.code == refusal.code
            results.append(self._refused_again(refusal, call) if same else self._single(call, urgent, timeout))
        return results

    def _refused_again(self, refusal: VkRefused, call: Call) -> VkRefused:
        """The refusal of the whole as that of one call: what VK wants left alone is the call's own method."""
        again = refusal.about(call.method, write=call.write)
        self._note(again, call.write, wall_of(call.params))
        return again

    def _paired(self, calls: Sequence[Call], answer: Mapping[str, Any], began: float) -> Iterator[Any | VkError]:
        """Each call's result; a ``false`` is matched with the errors of its method, in order.

        Where a method has another number of ``false`` results than of errors nobody can tell which is which.
        """
        results, errors = answer["response"], answer.get("execute_errors")
        if not isinstance(results, list) or len(results) != len(calls):
            results = [False] * len(calls)
            errors = None
        refusals: dict[str, list[Mapping[str, Any]]] = {}
        for error in errors if isinstance(errors, list) else ():
            if isinstance(error, Mapping):
                refusals.setdefault(str(error.get("method")), []).append(error)
        failed = Counter(call.method for call, got in zip(calls, results, strict=True) if got is False)
        for call, result in zip(calls, results, strict=True):
            if result is not False:
                self.pauses.worked(call.method, call.write, since=began, wall=wall_of(call.params))
                yield result
            elif len(refusals.get(call.method, ())) == failed[call.method]:
                refusal = self._refusal(call.method, refusals[call.method].pop(0), call.write)
                self._note(refusal, call.write, wall_of(call.params))
                yield refusal
                failed[call.method] -= 1
            else:
                yield VkTransport(call.method, "unpaired", write=call.write)

    def _answer(
        self,
        method: str,
        params: Mapping[str, object],
        write: bool,
        urgent: bool,
        timeout: Timeout | None,
        together: Sequence[Call] = (),
    ) -> dict[str, Any]:
        """VK's answer with a ``response`` in it; raises VkError otherwise.

        ``together`` are the calls that ``execute`` makes; raises _Overtaken when some of them are not to be made.
        """
        self._notice_new_key()
        asked = self.pauses.now()
        form = parameters(params)
        form["v"] = API_VERSION
        for attempt in range(1, TOO_FAST_TRIES + 1):
            turn = self.pace.wait(urgent)
            left_alone = self._left_alone(together or [Call(method, params, write)], asked)
            if left_alone is not None:
                self.pace.answered(turn)  # nothing is on its way
                raise left_alone
            form["access_token"] = self.key.secret
            started, began = time.monotonic(), self.pauses.now()
            reach(f"vk.{method}.before")
            result = self._once(method, form, write, timeout or self.timeout)
            self.pace.answered(turn)
            reach(f"vk.{method}.after")
            self._observe(method, time.monotonic() - started, result)
            if not isinstance(result, VkRefused) or result.code != TOO_FAST or attempt == TOO_FAST_TRIES:
                break
            self.pace.hold(random.uniform(0.4, 1.0))
        if isinstance(result, VkError):
            self._note(result, write, wall_of(params))
            raise result
        self.pauses.worked(method, write, since=began, wall=wall_of(params))
        return result

    def _left_alone(self, calls: Sequence[Call], asked: float) -> VkRefused | _Overtaken | None:
        """What VK said to other calls since these ones were ``asked`` for, where it holds for them too."""
        refusals = [self._said_meanwhile(call, asked) for call in calls]
        if len(calls) > 1 and any(refusals):
            return _Overtaken(refusals)
        return refusals[0]

    def _said_meanwhile(self, call: Call, asked: float) -> VkRefused | None:
        pause = self.pauses.paused(call.method, write=call.write, wall=wall_of(call.params), since=asked)
        if pause is None or pause.said is None:
            return None
        again = pause.said.about(call.method, write=call.write)
        again.verdict = replace(again.verdict, pause=pause.until - self.pauses.now())
        return again

    def _once(
        self, method: str, form: Mapping[str, str | int | float], write: bool, timeout: Timeout
    ) -> dict[str, Any] | VkError:
        """Send one request; the failure is returned, so that no exception holding the key hangs on to it."""
        try:
            response = self.http.post(
                self.base_url + method, data=form, timeout=timeout, allow_redirects=False, stream=True
            )
            with closing(response):
                status = response.status_code
                body = read_body(response, timeout[1])
        except FAILURES as failure:
            return VkTransport(method, what_happened(failure), sent=was_sent(failure), write=write)
        return self._read(method, status, body, write)

    def _read(self, method: str, status: int, body: bytes, write: bool) -> dict[str, Any] | VkError:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            answer = None
        if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
            return self._refusal(method, answer["error"], write)
        if status != 200:
            return VkTransport(method, f"http_{status}", write=write)
        if not isinstance(answer, dict):
            return VkTransport(method, "not_json" if body.strip() else "empty", write=write)
        if "response" not in answer:
            return VkTransport(method, "no_response", write=write)
        return answer

    def _refusal(self, method: str, error: Mapping[str, Any], write: bool) -> VkError:
        code, subcode = number(error.get("error_code")), number(error.get("error_subcode"))
        if code is None:
            return VkTransport(method, "unreadable_error", write=write)
        message = self.key.redact(str(error.get("error_msg") or error.get("error_text") or ""))[:300]
        url = error.get("redirect_uri") or error.get("captcha_img")
        return VkRefused(
            method,
            code,
            message,
            subcode=subcode,
            write=write,
            human_url=self.key.redact(str(url)) if url else None,
        )

    def _note(self, refusal: VkError, write: bool, wall: int | None) -> None:
        """Remember what is to be left alone, longer each time it is refused again."""
        meaning = refusal.verdict
        if meaning.pause is None or not isinstance(refusal, VkRefused):
            return
        if meaning.remedy is Remedy.PAUSE_METHOD:
            scope = refusal.method
            if wall is not None and meaning.reason in OF_ONE_WALL:
                scope = on_wall(refusal.method, wall)
        elif meaning.remedy is Remedy.PAUSE_KEY:
            scope = WRITES if meaning.reason == "captcha" else WHOLE_KEY
        else:
            return
        said = refusal.about(refusal.method, write=write)
        if scope == WRITES and not write:  # a reader that meets a captcha leaves reading alone as well
            self.pauses.pause(meaning.pause, meaning.reason, scope=refusal.method, said=said)
        length = self.pauses.pause(meaning.pause, meaning.reason, scope=scope, said=said)
        refusal.verdict = replace(meaning, pause=length)

    def _notice_new_key(self) -> None:
        if self._generation != self.key.generation:
            self._generation = self.key.generation
            self._execute_refused = False
            self.pauses.resume()

    def _observe(self, method: str, seconds: float, result: dict[str, Any] | VkError) -> None:
        if self.observer is not None:
            outcome = result.verdict.reason if isinstance(result, VkError) else "ok"
            self.observer(method, seconds, outcome)


def program(calls: Sequence[Call]) -> str:
    """The text for ``execute`` that makes the calls in order and returns all their results."""
    lines = (
        f"API.{call.method}({json.dumps(parameters(call.params), ensure_ascii=False, separators=(',', ':'))})"
        for call in calls
    )
    return f"return [{','.join(lines)}];"


def listed(method: str, answer: object) -> list[Any]:
    """What an answer lists, in either of VK's shapes. Raises VkTransport when it has no list.

    Such an answer tells neither what is there nor what is not.
    """
    found = answer.get("items") if isinstance(answer, Mapping) else answer
    if not isinstance(found, list):
        raise VkTransport(method, "no_list")
    return found


def wall_of(params: Mapping[str, object]) -> int | None:
    """The owner of the wall that a call is about, by its parameters; None when they name none."""
    owner = number(params.get("owner_id"))
    group = number(params.get("group_id"))
    return owner if owner is not None else -group if group is not None else None


def repeatable(call: Call) -> bool:
    """Whether repeating the write at once changes nothing: an edit, or a message VK knows by its number."""
    if call.method == "messages.edit":
        return True
    return call.method == "messages.send" and bool(call.params.get("random_id"))
