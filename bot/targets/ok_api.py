"""Calls Odnoklassniki: signs a call, reads its answer, and tells what a refusal means.

Odnoklassniki answers refusals with HTTP 200.  Nothing is repeated here; what follows is the target's to decide.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.targets.http import Answer, Failed, Http, Timeout, Upload, patiently
from bot.vk.pace import Pace
from editorial.delivery import Outcome, Refused, RetryLater, Uncertain

#: Errors after which the call may have been carried out all the same.
UNKNOWN: Final = frozenset({1, 2, 5000, 9999})
#: "Too often" in its several forms, with the seconds after which a careful try is made.
TOO_OFTEN: Final[Mapping[int, float]] = {7: 3600.0, 8: 1800.0, 9: 3600.0, 11: 1800.0}
PERMISSION_DENIED: Final = 10
NO_RIGHTS: Final = frozenset({PERMISSION_DENIED, 50, 160, 200, 210, 456})
KEY_DEAD: Final = frozenset({101, 102, 103})
BAD_SIGNATURE: Final = 104
HUMAN_CHECK: Final = 514
CONTENT_REFUSED: Final = frozenset({454, 511})
#: A picture that is too large, too small, of a wrong format or damaged.
PICTURE_REFUSED: Final = frozenset({500, 501, 502, 503, 504, 505})
BLOCKS_REFUSED: Final = frozenset({600, 602, 603, 604, 607})
TEXT_TOO_LONG: Final = 601
EDITING_OVER: Final = 704
NOT_FOUND: Final = 300
NO_SUCH_METHOD: Final = 3
#: Seconds until a careful try when somebody has to do something about the key.
CAREFUL: Final = 1800.0

_UNSIGNED: Final = frozenset({"access_token", "session_key", "sig"})


class OkError(Exception):
    """The call did not succeed; ``outcome`` is what it means for the delivery it was made for."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(getattr(outcome, "reason", ""))
        self.outcome = outcome


class OkRefused(OkError):
    """Odnoklassniki answered with an error of this code."""

    def __init__(self, code: int, *, write: bool) -> None:
        super().__init__(meaning_of(code, write=write))
        self.code = code


class OkLost(OkError):
    """There was no answer, or none that makes sense."""


def meaning_of(code: int, *, write: bool) -> Outcome:
    """What an error means for the delivery; ``write``: the call must not be made twice."""
    if code in UNKNOWN:
        return Uncertain("server_error", code) if write else RetryLater("server_error", code=code)
    if code in TOO_OFTEN:
        return RetryLater("flood", TOO_OFTEN[code], code, counts=False)
    if code in NO_RIGHTS:
        return RetryLater("no_rights", CAREFUL, code, counts=False)
    if code in KEY_DEAD:
        return RetryLater("key_dead", CAREFUL, code, counts=False)
    if code == BAD_SIGNATURE:
        return RetryLater("bad_signature", CAREFUL, code, counts=False)
    if code == HUMAN_CHECK:
        return RetryLater("human_check", CAREFUL, code, counts=False)
    if code in CONTENT_REFUSED:
        return Refused("content_blocked", code)
    if code == TEXT_TOO_LONG:
        return Refused("too_long", code)
    if code == EDITING_OVER:
        return Refused("cannot_edit", code)
    if code == NOT_FOUND:
        return Refused("gone", code)
    return Refused("bad_parameter", code)


def signature(params: Mapping[str, str], secret: str) -> str:
    """MD5 of the parameters sorted by name, without a separator, and the secret."""
    signed = "".join(f"{name}={params[name]}" for name in sorted(params) if name not in _UNSIGNED)
    return hashlib.md5((signed + secret).encode()).hexdigest()


class OkApi:
    """The methods of Odnoklassniki for one application and one session; safe for any number of threads.

    ``secret`` may be the session's secret or the application's: which it is shows a harmless call, made once.  An
    application that may not make that one learns it by its first call: wrongly signed it is refused before
    anything is done.
    ``spacing``: seconds between two calls; Odnoklassniki publishes no rates, one a second is known to be fine.
    """

    def __init__(
        self,
        url: str,
        application_key: str,
        access_token: str,
        secret: str,
        *,
        spacing: float = 1.0,
        timeout: Timeout = (10.0, 30.0),
    ) -> None:
        self._url = url
        self._application_key = application_key
        self._access_token = access_token
        derived = hashlib.md5((access_token + secret).encode()).hexdigest()
        self._candidates = (secret, derived)
        self._session_secret = ""
        self._http = Http("ok", secret=(access_token, secret, derived), timeout=timeout)
        self._learning = threading.Lock()
        self._pace = Pace(1.0 / spacing, budget=1.0) if spacing > 0 else None

    def __repr__(self) -> str:
        return "OkApi()"

    def call(self, method: str, *, write: bool = False, **params: Any) -> Any:
        """The method's result. ``write``: it must not be made twice. Raises OkError."""
        with self._learning:
            if not self._session_secret:
                self._learn_secret()
            if not self._session_secret:
                return self._signed_either_way(method, params, write=write)
        return self._call(method, params, self._session_secret, write=write)

    def upload(self, url: str, files: Sequence[Upload]) -> Any:
        """Give files to an upload address. Raises OkError."""
        return self._read(self._http.ask("POST", url, "upload", files=files, timeout=(10.0, 120.0)), write=False)

    def _learn_secret(self) -> None:
        """Find out which secret signs. Raises OkError: of the last try when neither does."""
        try:
            self._signed_either_way("users.getCurrentUser", {"fields": "uid"}, write=False)
        except OkRefused as refusal:
            if refusal.code != NO_SUCH_METHOD:
                raise

    def _signed_either_way(self, method: str, params: Mapping[str, Any], *, write: bool) -> Any:
        """The method's result; which secret signs is known then. Raises OkError."""
        secret, other = self._candidates
        try:
            answer = self._call(method, params, secret, write=write)
        except OkRefused as refusal:
            if refusal.code != BAD_SIGNATURE:
                raise
            secret = other
            answer = self._call(method, params, secret, write=write)
        self._session_secret = secret
        return answer

    def _call(self, method: str, params: Mapping[str, Any], secret: str, *, write: bool) -> Any:
        form = {name: _written(value) for name, value in params.items() if value is not None}
        form |= {"method": method, "application_key": self._application_key, "format": "json"}
        form["sig"] = signature(form, secret)
        form["access_token"] = self._access_token

        def ask() -> Answer | Failed:
            if self._pace is not None:
                self._pace.wait()
            return self._http.ask("POST", self._url, method, form=form)

        changes_nothing = method.rpartition(".")[2].startswith("get")
        return self._read(patiently(ask) if changes_nothing else ask(), write=write)

    def _read(self, answer: Answer | Failed, *, write: bool) -> Any:
        value = answer.json() if isinstance(answer, Answer) else None
        if isinstance(answer, Answer) and answer.is_blocked and value is None:
            answer = Failed.on_the_way()
        if isinstance(answer, Failed):
            raise OkLost(answer.of_a_write() if write else answer.of_a_repeatable())
        if isinstance(value, dict) and "error_code" in value:
            raise OkRefused(_number(value["error_code"]), write=write)
        if answer.status == 429:
            raise OkLost(RetryLater("need_wait", answer.retry_after or 60.0, 429, counts=False))
        if answer.status != 200 or value is None:
            lost = Uncertain("no_answer") if write else RetryLater("no_answer", counts=False)
            raise OkLost(lost)
        return value


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def _number(code: Any) -> int:
    try:
        return int(code)
    except (TypeError, ValueError):
        return 1
