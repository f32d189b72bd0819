"""Odnoklassniki, WordPress and the webhook receiver of the sandbox are as strict as the real ones."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

import pytest
import requests

from sandbox.networks import ok, webhook, wordpress
from sandbox.pictures import png
from tests.sandbox_client import Json, SandboxClient

SESSION_SECRET = hashlib.md5((ok.ACCESS_TOKEN + ok.APPLICATION_SECRET).encode()).hexdigest()


def call_ok(vk: SandboxClient, method: str, secret: str = SESSION_SECRET, **params: Any) -> Any:
    """A signed call, the way the documentation tells it."""
    sent = {"method": method, "application_key": ok.APPLICATION_KEY, "format": "json", **params}
    text = "".join(f"{name}={sent[name]}" for name in sorted(sent)) + secret
    sent |= {"sig": hashlib.md5(text.encode()).hexdigest(), "access_token": ok.ACCESS_TOKEN}
    answer = requests.post(f"{vk.url}/ok/fb.do", data=sent, timeout=10)
    assert answer.status_code == 200
    return answer.json()


def post_topic(vk: SandboxClient, *media: Json, **more: Any) -> Any:
    attachment = json.dumps({"media": list(media), "onBehalfOfGroup": "true", **more}, ensure_ascii=False)
    return call_ok(vk, "mediatopic.post", type="GROUP_THEME", gid=ok.GROUP_ID, attachment=attachment)


def uploaded(vk: SandboxClient, *pictures: bytes) -> list[str]:
    place = call_ok(vk, "photosV2.getUploadUrl", gid=ok.GROUP_ID, count=len(pictures))
    files = {f"pic{number}": (f"{number}.png", content) for number, content in enumerate(pictures, 1)}
    photos = requests.post(place["upload_url"], files=files, timeout=10).json()["photos"]
    return [photos[number]["token"] for number in place["photo_ids"]]


def shown(vk: SandboxClient, network: str) -> Json:
    found: Json = vk.state(only="networks")["networks"][network]
    return found


# -- Odnoklassniki -----------------------------------------------------------------------------------


def test_a_topic_with_pictures_is_shown_to_readers(vk: SandboxClient) -> None:
    tokens = uploaded(vk, png(1, 100, 80), png(2, 100, 80))

    number = post_topic(
        vk,
        {"type": "text", "text": "Отчёт совета"},
        {"type": "photo", "list": [{"id": token} for token in tokens]},
        {"type": "link", "url": "https://vk.com/wall-1_2"},
    )

    assert isinstance(number, str)
    post = shown(vk, "ok")["posts"][0]
    assert (post["id"], post["text"], post["as_group"]) == (number, "Отчёт совета", True)
    assert [vk.get(url).content for url in post["pictures"]] == [png(1, 100, 80), png(2, 100, 80)]
    assert post["link"] == f"https://ok.ru/group/{ok.GROUP_ID}/topic/{number}"


def test_a_reader_sees_the_answers_of_a_poll(vk: SandboxClient) -> None:
    answers = [{"text": "Да"}, {"text": "Нет"}]
    poll = {"type": "poll", "question": "Нужен ли мост?", "answers": answers, "options": "SingleChoice"}
    assert isinstance(post_topic(vk, poll), str)
    [post] = shown(vk, "ok")["posts"]
    assert post["polls"] == [{"question": "Нужен ли мост?", "options": ["Да", "Нет"], "several": False}]


def test_a_wrong_signature_is_refused_with_http_200(vk: SandboxClient) -> None:
    assert call_ok(vk, "users.getCurrentUser", secret="other")["error_code"] == 104
    assert call_ok(vk, "users.getCurrentUser", secret=ok.APPLICATION_SECRET)["error_code"] == 104
    assert call_ok(vk, "users.getCurrentUser")["uid"] == ok.USER_ID


@pytest.mark.parametrize(
    ("switch", "code"),
    [
        ({"what": "session", "set": "expired"}, 102),
        ({"what": "session", "set": "revoked"}, 103),
        ({"what": "permission", "name": "GROUP_CONTENT", "on": False}, 10),
        ({"what": "role", "admin": False}, 50),
        ({"what": "limits", "text_limit": 3}, 601),
    ],
)
def test_what_is_wrong_with_the_key_or_the_text_is_said(vk: SandboxClient, switch: Json, code: int) -> None:
    vk.do("network", network="ok", **switch)
    assert post_topic(vk, {"type": "text", "text": "Новость"})["error_code"] == code
    assert shown(vk, "ok")["posts"] == []


def test_a_picture_is_used_once(vk: SandboxClient) -> None:
    (token,) = uploaded(vk, png(1, 100, 80))
    photo = {"type": "photo", "list": [{"id": token}]}
    assert isinstance(post_topic(vk, photo), str)
    assert post_topic(vk, photo)["error_code"] == 100


def test_what_is_no_picture_is_refused(vk: SandboxClient) -> None:
    place = call_ok(vk, "photosV2.getUploadUrl", gid=ok.GROUP_ID, count=1)
    for content, code in ((b"<html>", 503), (png(1, 4, 4), 501)):
        answer = requests.post(place["upload_url"], files={"pic1": ("a.jpg", content)}, timeout=10).json()
        assert answer["error_code"] == code


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ({"type": "text", "text": " "}, 100),
        ({"type": "link", "url": "ok.ru/x"}, 607),
        ({"type": "link", "url": "https://ok.ru/group/1"}, 100),
        ({"type": "poll", "question": "?", "answers": [{"text": "да"}]}, 603),
        ({"type": "photo", "list": [{"id": "nobody's"}]}, 100),
        ({"type": "song"}, 100),
    ],
)
def test_a_block_that_is_wrong_is_refused(vk: SandboxClient, block: Json, code: int) -> None:
    assert post_topic(vk, block)["error_code"] == code


def test_several_topics_are_read_with_a_limit_of_blocks(vk: SandboxClient) -> None:
    numbers = [post_topic(vk, {"type": "text", "text": text}) for text in ("Раз", "Два")]
    asked: Json = {"topic_ids": ",".join(numbers), "fields": "media_topic.*"}
    assert call_ok(vk, "mediatopic.getByIds", **asked)["error_code"] == 100
    assert call_ok(vk, "mediatopic.getByIds", **asked, media_limit=4)["error_code"] == 100
    read = call_ok(vk, "mediatopic.getByIds", **asked, media_limit=3)["media_topics"]
    assert [one["id"] for one in read] == numbers


def test_flags_are_strings(vk: SandboxClient) -> None:
    assert post_topic(vk, {"type": "text", "text": "а"}, onBehalfOfGroup=True)["error_code"] == 100


def test_t33_one_form_of_the_time_is_moscow_and_the_other_an_instant(vk: SandboxClient) -> None:
    """T-33: the same digits mean moments three hours apart."""
    moment = int(time.time()) + 1800
    utc = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment))
    post_topic(vk, {"type": "text", "text": "по Москве"}, publishAt=utc)
    post_topic(vk, {"type": "text", "text": "по времени"}, publishAtMs=str(moment * 1000))

    assert [post["text"] for post in shown(vk, "ok")["posts"]] == ["по Москве"]


def test_a_topic_can_be_edited_for_a_while_and_removed(vk: SandboxClient) -> None:
    number = post_topic(vk, {"type": "text", "text": "Было"})
    said = json.dumps({"media": [{"type": "text", "text": "Стало"}]}, ensure_ascii=False)
    assert call_ok(vk, "mediatopic.edit", topic_id=number, attachment=said) == {"success": True}
    assert shown(vk, "ok")["posts"][0]["text"] == "Стало"

    vk.do("network", network="ok", what="limits", edit_seconds=0)
    vk.clock(advance=1)
    assert call_ok(vk, "mediatopic.edit", topic_id=number, attachment=said)["error_code"] == 704
    assert call_ok(vk, "mediatopic.deleteTopic", topic_id=number, gid=ok.GROUP_ID) == {"success": True}
    assert shown(vk, "ok")["posts"] == []


# -- WordPress ---------------------------------------------------------------------------------------


def call_wp(vk: SandboxClient, verb: str, path: str, **more: Any) -> requests.Response:
    more.setdefault("auth", (wordpress.USER, wordpress.PASSWORD))
    return requests.request(verb, f"{vk.url}/wordpress/wp-json/wp/v2/{path}", timeout=10, **more)


def page(**fields: Any) -> Json:
    return {"title": "Отчёт", "content": "<p>Текст</p>", "status": "publish", "slug": "vk-1-2", **fields}


def test_a_page_is_made_found_and_removed(vk: SandboxClient) -> None:
    made = call_wp(vk, "POST", "posts", json=page())
    assert (made.status_code, made.json()["slug"], made.json()["status"]) == (201, "vk-1-2", "publish")

    found = call_wp(vk, "GET", "posts", params={"slug": "vk-1-2", "status": "any", "context": "edit"}).json()
    assert [one["id"] for one in found] == [made.json()["id"]]

    gone = call_wp(vk, "DELETE", f"posts/{made.json()['id']}", params={"force": "true"})
    assert gone.json()["deleted"] is True
    assert shown(vk, "wordpress")["posts"] == []


def test_a_repeated_slug_gets_a_number_and_the_trash_lets_it_go(vk: SandboxClient) -> None:
    first = call_wp(vk, "POST", "posts", json=page()).json()
    assert call_wp(vk, "POST", "posts", json=page()).json()["slug"] == "vk-1-2-2"

    assert call_wp(vk, "DELETE", f"posts/{first['id']}").json()["status"] == "trash"
    assert call_wp(vk, "DELETE", f"posts/{first['id']}").json()["code"] == "rest_already_trashed"
    assert call_wp(vk, "POST", "posts", json=page()).json()["slug"] == "vk-1-2"


@pytest.mark.parametrize(
    ("auth", "switch", "status", "code"),
    [
        (None, {}, 401, "rest_cannot_create"),
        (("okmo-bot", "wrong"), {}, 401, "incorrect_password"),
        (("nobody", "wrong"), {}, 401, "invalid_username"),
        (("okmo-bot", "abcdEFGH1234ijklMNOP5678"), {"role": "contributor"}, 403, "rest_cannot_publish"),
        ((wordpress.USER, wordpress.PASSWORD), {"header_dropped": True}, 401, "rest_cannot_create"),
        ((wordpress.USER, wordpress.PASSWORD), {"rest_off": True}, 404, "rest_no_route"),
    ],
)
def test_who_may_not_write_is_told_so(vk: SandboxClient, auth: Any, switch: Json, status: int, code: str) -> None:
    vk.do("network", network="wordpress", what="set", **switch)
    answer = call_wp(vk, "POST", "posts", json=page(), auth=auth)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["data"] == {"status": status}


def test_what_a_user_may_is_told_only_where_it_is_asked_for(vk: SandboxClient) -> None:
    assert "capabilities" not in call_wp(vk, "GET", "users/me").json()
    assert call_wp(vk, "GET", "users/me", params={"context": "edit"}).json()["capabilities"]["publish_posts"]


def test_a_file_is_taken_raw_and_kept_byte_for_byte(vk: SandboxClient) -> None:
    content = png(3, 120, 90)
    headers = {"Content-Type": "image/png", "Content-Disposition": 'attachment; filename="okmo-1.png"'}
    made = call_wp(vk, "POST", "media", data=content, headers=headers)
    assert made.status_code == 201
    assert vk.get(made.json()["source_url"]).content == content

    lying = {**headers, "Content-Type": "image/jpeg", "Content-Disposition": 'attachment; filename="a.jpg"'}
    assert call_wp(vk, "POST", "media", data=content, headers=lying).json()["code"] == "rest_upload_sideload_error"
    nameless = {"Content-Type": "image/png"}
    code = "rest_upload_no_content_disposition"
    assert call_wp(vk, "POST", "media", data=content, headers=nameless).json()["code"] == code


# -- the webhook ---------------------------------------------------------------------------------------


def deliver(vk: SandboxClient, number: str = "msg-1", age: int = 0, **more: Any) -> requests.Response:
    body = more.pop("body", None) or json.dumps(EVENT, ensure_ascii=False, separators=(",", ":")).encode()
    moment = str(int(time.time()) - age)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": moment,
        "webhook-signature": more.pop("signed", None) or webhook.signature(number, moment, body),
    }
    return requests.post(f"{vk.url}/webhook/hook", data=body, headers=headers, timeout=10, allow_redirects=False)


EVENT = {
    "type": "post.published",
    "timestamp": "2026-11-26T07:00:00Z",
    "data": {"number": 1, "title": "Отчёт", "text": {"plain": "Отчёт", "html": "<p>Отчёт</p>"}, "media": []},
}


def test_an_event_is_taken_once(vk: SandboxClient) -> None:
    assert [deliver(vk).status_code, deliver(vk).status_code] == [200, 200]
    seen = shown(vk, "webhook")
    assert [post["text"] for post in seen["posts"]] == ["Отчёт"]
    assert (len(seen["received"]), seen["duplicates"]) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "status", "why"),
    [
        ({"signed": "v1,AAAA"}, 401, "signature"),
        ({"age": 400}, 401, "old"),
        ({"number": "a.b"}, 401, "headers"),
        ({"body": json.dumps(EVENT).encode()}, 400, "not_minified"),
        ({"body": b'{"type":"post.published"}'}, 400, "shape"),
        ({"body": b'"' + b"x" * 21_000 + b'"'}, 400, "size"),
    ],
)
def test_what_is_forged_old_or_misshapen_is_refused(vk: SandboxClient, wrong: Json, status: int, why: str) -> None:
    assert deliver(vk, **wrong).status_code == status
    assert shown(vk, "webhook")["refused"] == [why]
    assert shown(vk, "webhook")["received"] == []


def test_the_receiver_can_be_told_what_to_answer(vk: SandboxClient) -> None:
    vk.do("network", network="webhook", what="answer", status=429, times=1, retry_after=7)
    limited = deliver(vk)
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    assert deliver(vk).status_code == 200


@pytest.mark.parametrize("what", ["reset", "effect_then_reset"])
def test_faults_strike_before_or_after_the_effect(vk: SandboxClient, what: str) -> None:
    for method in ("ok.mediatopic.post", "wordpress.posts.create", "webhook.receive"):
        vk.fault(what, method)
    with pytest.raises(requests.ConnectionError):
        post_topic(vk, {"type": "text", "text": "а"})
    with pytest.raises(requests.ConnectionError):
        call_wp(vk, "POST", "posts", json=page())
    with pytest.raises(requests.ConnectionError):
        deliver(vk)
    there = [len(shown(vk, name)["posts"]) for name in ("ok", "wordpress", "webhook")]
    assert there == ([0, 0, 0] if what == "reset" else [1, 1, 1])


def test_a_fault_of_the_platform_has_its_own_shape(vk: SandboxClient) -> None:
    vk.fault("error", "ok.mediatopic.post", code=8)
    assert post_topic(vk, {"type": "text", "text": "а"})["error_code"] == 8
    vk.fault("error", "wordpress.posts.create", code=503)
    refused = call_wp(vk, "POST", "posts", json=page())
    assert (refused.status_code, refused.json()["data"]) == (503, {"status": 503})
    vk.fault("effect_then_error", "ok.mediatopic.post", code=1)
    assert post_topic(vk, {"type": "text", "text": "б"})["error_code"] == 1
    assert len(shown(vk, "ok")["posts"]) == 1
