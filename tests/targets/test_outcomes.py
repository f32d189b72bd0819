"""What each refusal means: a table of answers for every network, without the network.

An outcome of the wrong sort loses a post or doubles it, so each line names the whole outcome, not only its reason.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.targets import max as max_
from bot.targets import telegram_api, wordpress
from bot.targets.http import LONGEST_WAIT, Answer, Failed, Http
from bot.targets.ok_api import OkApi, OkError, meaning_of
from editorial.delivery import Outcome, Refused, RetryLater, Uncertain

HTML = b"<html><body>403</body></html>"
BLOCKED = RetryLater("blocked", counts=False)


def said(value: Any, status: int = 400, **headers: str) -> Answer:
    """An answer with a JSON body, or the bytes as they are."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answer(status, {name.replace("_", "-"): text for name, text in headers.items()}, body)


# ------------------------------------------------------------------------------------------------------- Telegram


def telegram(code: int, words: str, **parameters: Any) -> Answer:
    return said({"ok": False, "error_code": code, "description": words, "parameters": parameters}, code)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (telegram(429, "Too Many Requests: retry after 7", retry_after=7), RetryLater("too_often", 8.0, 429, False)),
        (telegram(429, "Too Many Requests"), RetryLater("too_often", 6.0, 429, False)),
        (said(HTML, 429, retry_after="20"), RetryLater("too_often", 21.0, 429, False)),
        (
            said({"ok": False, "error_code": 429, "parameters": {"retry_after": 10**9}}, 429, retry_after="4"),
            RetryLater("too_often", 5.0, 429, False),
        ),
        (telegram(401, "Unauthorized"), RetryLater("key_dead", code=401, counts=False)),
        (telegram(404, "Not Found"), RetryLater("key_dead", code=404, counts=False)),
        (telegram(404, "Not Found: method not found"), Refused("content_blocked", 404)),
        (telegram(400, "Bad Request: chat not found"), RetryLater("chat_gone", code=400, counts=False)),
        (telegram(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100), RetryLater("chat_gone", None, 400, False)),
        (telegram(403, "Forbidden: bot was kicked from the channel chat"), RetryLater("no_rights", None, 403, False)),
        *(
            (telegram(400, f"Bad Request: {words}"), RetryLater("no_rights", None, 400, False))
            for words in (
                *("CHAT_WRITE_FORBIDDEN", "CHAT_ADMIN_REQUIRED", "CHAT_RESTRICTED"),
                *("have no rights to send a message", "have no write access to the chat"),
                *("not enough rights to send text messages to the chat", "need administrator rights in the channel chat"),
            )
        ),
        *(
            (telegram(400, f"Bad Request: {words}"), RetryLater("chat_gone", None, 400, False))
            for words in ("CHANNEL_PRIVATE", "CHANNEL_INVALID", "PEER_ID_INVALID", "chat_id is empty")
        ),
        (telegram(413, "Request Entity Too Large"), Refused("too_large", 413)),
        *(
            (telegram(400, f"Bad Request: {words}"), Refused("too_long", 400))
            for words in ("message is too long", "message caption is too long", "MEDIA_CAPTION_TOO_LONG", "MESSAGE_TOO_LONG")
        ),
        *(
            (telegram(400, f"Bad Request: {words}"), Refused("media_refused", 400))
            for words in (
                *("PHOTO_INVALID_DIMENSIONS", "PHOTO_INVALID", "IMAGE_PROCESS_FAILED", "PHOTO_CONTENT_TYPE_INVALID"),
                *("VIDEO_CONTENT_TYPE_INVALID", "DOCUMENT_INVALID", "wrong file identifier/HTTP URL specified"),
                *("failed to get HTTP URL content", "file must be non-empty", "there is no photo in the request"),
                "file of size 60000000 bytes is too big for a document",
            )
        ),
        (telegram(400, "Bad Request: something new"), Refused("content_blocked", 400)),
        (telegram(500, "Internal Server Error"), Uncertain("http_500")),
        (said({"ok": True}, 200), Uncertain("not_json")),
        (said({"ok": False, "error_code": "400"}, 400), Uncertain("http_400")),
        (said(HTML, 200), Uncertain("not_json")),
        (said(HTML, 502), Uncertain("http_502")),
        *((said(HTML, status), BLOCKED) for status in (301, 302, 307, 308, 401, 403, 404, 405, 407, 451)),
        (said(HTML, 413), Refused("too_large", 413)),
    ],
)  # fmt: skip
def test_telegram_refuses(answer: Answer, outcome: Outcome) -> None:
    api = telegram_api.TelegramApi(Http("telegram"), "https://api.invalid", "7:key")
    found = api._read("sendMessage", answer)
    assert not isinstance(found, telegram_api.Told)
    assert telegram_api.of_a_write(found) == outcome


@pytest.mark.parametrize("status", [500, 502, 504])
def test_an_edit_in_telegram_that_failed_there_is_simply_made_again(status: int) -> None:
    assert telegram_api.of_a_repeatable(Failed(f"http_{status}", sent=True)) == RetryLater(
        f"http_{status}", counts=False
    )


# ------------------------------------------------------------------------------------------------------------ MAX


def of_max(found: dict[str, Any] | max_.Refusal | Failed) -> Outcome | None:
    if isinstance(found, dict):
        return None
    return found.of_a_write() if isinstance(found, Failed) else found.outcome()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (said({"message": {}}, 200), None),
        (said({"code": "too.many.requests"}, 429, retry_after="9"), RetryLater("too_often", 10.0, 429, False)),
        (said(HTML, 429), RetryLater("too_often", 6.0, 429, False)),
        (said({"code": "verify.token"}, 401), RetryLater("key_dead", None, 401, False)),
        (said({"code": "access.denied"}, 403), RetryLater("no_rights", None, 403, False)),
        (said({"code": "chat.not.found"}, 404), RetryLater("chat_gone", None, 404, False)),
        (said({"code": "proto.payload"}, 400), Refused("content_blocked", 400)),
        (said({"error": "file is too large"}, 413), Refused("too_large", 413)),
        (said(HTML, 413), Refused("too_large", 413)),
        (said({"code": "internal.error"}, 500), Uncertain("http_500")),
        (said({"code": "odd"}, 200), Uncertain("not_json")),
        (said({}, 200), Uncertain("not_json")),
        (said(HTML, 200), Uncertain("not_json")),
        (said(HTML, 502), Uncertain("http_502")),
        (said({"reason": "?"}, 404), Uncertain("http_404")),
        *((said(HTML, status), BLOCKED) for status in (301, 302, 307, 308, 401, 403, 404, 405, 407, 451)),
    ],
)  # fmt: skip
def test_max_refuses(answer: Answer, outcome: Outcome | None) -> None:
    api = max_.MaxApi(Http("max"), "https://api.invalid", "key")
    assert of_max(api._read("messages", answer)) == outcome


# ------------------------------------------------------------------------------------------------- Odnoklassniki


def ok_says(answer: Answer | Failed, *, write: bool) -> Outcome | None:
    api = OkApi("https://api.invalid", "application", "token", "secret", spacing=0)
    try:
        api._read(answer, write=write)
    except OkError as error:
        return error.outcome
    return None


@pytest.mark.parametrize(
    ("answer", "written", "read"),
    [
        (said({"topic": "1"}, 200), None, None),
        (said("1", 200), None, None),
        (said({"error_code": 5000}, 200), Uncertain("server_error", 5000), RetryLater("server_error", code=5000)),
        (said({"error_code": "?"}, 200), Uncertain("server_error", 1), RetryLater("server_error", code=1)),
        (said(HTML, 429, retry_after="8"), RetryLater("need_wait", 8.0, 429, False), RetryLater("need_wait", 8.0, 429, False)),
        (said(HTML, 429), RetryLater("need_wait", 60.0, 429, False), RetryLater("need_wait", 60.0, 429, False)),
        (said(HTML, 200), Uncertain("no_answer"), RetryLater("no_answer", counts=False)),
        (said({"topic": "1"}, 502), Uncertain("no_answer"), RetryLater("no_answer", counts=False)),
        (Failed("silence", sent=True), Uncertain("silence"), RetryLater("silence", counts=False)),
        (Failed("tls", sent=False), RetryLater("tls", counts=False), RetryLater("tls", counts=False)),
        *((said(HTML, status), BLOCKED, BLOCKED) for status in (301, 302, 307, 308, 401, 403, 404, 405, 407, 451)),
    ],
)  # fmt: skip
def test_odnoklassniki_refuses(answer: Answer | Failed, written: Outcome | None, read: Outcome | None) -> None:
    assert (ok_says(answer, write=True), ok_says(answer, write=False)) == (written, read)


@pytest.mark.parametrize(
    ("codes", "outcome"),
    [
        ((1, 2, 5000, 9999), Uncertain("server_error")),
        ((7, 9), RetryLater("flood", 3600.0, counts=False)),
        ((8, 11), RetryLater("flood", 1800.0, counts=False)),
        ((10, 50, 160, 200, 210, 456), RetryLater("no_rights", 1800.0, counts=False)),
        ((101, 102, 103), RetryLater("key_dead", 1800.0, counts=False)),
        ((104,), RetryLater("bad_signature", 1800.0, counts=False)),
        ((514,), RetryLater("human_check", 1800.0, counts=False)),
        ((454, 511), Refused("content_blocked")),
        ((601,), Refused("too_long")),
        ((704,), Refused("cannot_edit")),
        ((300,), Refused("gone")),
        ((3, 100, 500, 600), Refused("bad_parameter")),
    ],
)
def test_what_the_codes_of_odnoklassniki_mean(codes: tuple[int, ...], outcome: Any) -> None:
    for code in codes:
        found: Any = meaning_of(code, write=True)
        assert (type(found), found.reason, found.code) == (type(outcome), outcome.reason, code)
        if isinstance(found, RetryLater):
            assert (found.seconds, found.counts) == (outcome.seconds, outcome.counts)


# ------------------------------------------------------------------------------------------------------ WordPress


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (said({}, 429), RetryLater("need_wait", 60.0, 429, False)),
        (said({}, 503, retry_after="9"), RetryLater("need_wait", 9.0, 503, False)),
        (said({}, 503), Uncertain("server_error", 503)),
        (said(HTML, 200), Uncertain("server_error", 200)),
        (said(HTML, 302), RetryLater("moved", 1800.0, 302, False)),
        (said({"code": "rest_not_logged_in"}, 401), RetryLater("key_dead", 1800.0, 401, False)),
        (said({"code": "rest_post_invalid_id"}, 404), Refused("gone", 404)),
        (said({"code": "rest_already_trashed"}, 410), Refused("gone", 410)),
        (said({"code": "rest_cannot_create"}, 403), RetryLater("no_rights", 1800.0, 403, False)),
        (said({"code": "rest_no_route"}, 404), RetryLater("method_off", 1800.0, 404, False)),
        (said(HTML, 404), RetryLater("method_off", 1800.0, 404, False)),
        (said({"code": "rest_invalid_param"}, 400), Refused("bad_parameter", 400)),
    ],
)
def test_a_site_refuses(answer: Answer, outcome: Outcome) -> None:
    assert wordpress._meaning(answer, write=True) == outcome
    harmless = RetryLater(outcome.reason, code=outcome.code) if isinstance(outcome, Uncertain) else outcome
    assert wordpress._meaning(answer, write=False) == harmless


# ------------------------------------------------------------------------------------------------- asked to wait


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("-3", 0.0), ("1e9", LONGEST_WAIT), ("nan", None), ("inf", None), ("", None), ("soon", None),
     ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0), ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT)],
)  # fmt: skip
def test_how_long_an_answer_asks_to_wait(told: str, seconds: float | None) -> None:
    assert said({}, 429, retry_after=told).retry_after == seconds
