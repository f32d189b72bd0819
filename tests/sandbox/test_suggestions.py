"""The life of a suggestion: it comes, its author changes it, it is published, rejected or taken back."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.sandbox.conftest import attachments, publish, suggestion
from tests.sandbox_client import Json, SandboxClient, SandboxRefused


def suggests(vk: SandboxClient, key: str = "editor-key", **params: Any) -> Json:
    found: Json = vk.call("wall.get", key, owner_id=-1, filter="suggests", **params)
    return found


def posts_in_history(vk: SandboxClient) -> list[Json]:
    return [event["object"] for event in vk.history() if event["type"] == "wall_post_new"]


# -- coming ------------------------------------------------------------------------------------------


def test_a_suggestion_is_announced_with_photos_that_now_belong_to_the_community(vk: SandboxClient) -> None:
    post_id = vk.suggest(601, "Колодец открыли", photos=2)

    event = vk.wait_event("wall_post_new")
    body = event["object"]
    assert (event["group_id"], event["v"], body["id"]) == (1, "5.199", post_id)
    assert (body["post_type"], body["from_id"], body["owner_id"]) == ("suggest", 601, -1)
    for item in body["attachments"]:
        photo = item["photo"]
        assert (photo["owner_id"], photo["album_id"], photo["user_id"]) == (-1, -8, 601)
        assert photo["access_key"]
        assert vk.get(photo["sizes"][-1]["url"]).content.startswith(b"\x89PNG")


def test_photos_look_different(vk: SandboxClient) -> None:
    vk.suggest(photos=5)

    photos = vk.state()["suggestions"][0]["attachments"]

    assert len({vk.get(item["photo"]["sizes"][2]["url"]).content for item in photos}) == 5


@pytest.mark.parametrize(("how", "events"), [("normal", 1), ("lost", 0), ("twice", 2)])
def test_its_event_may_be_lost_or_come_twice(vk: SandboxClient, how: str, events: int) -> None:
    vk.suggest(event=how)

    seen = [event["event_id"] for event in vk.history()]
    assert len(seen) == events
    assert len(set(seen)) == min(events, 1)
    assert suggests(vk)["count"] == 1


def test_its_event_may_be_late(vk: SandboxClient) -> None:
    first = vk.suggest(text="Первая", event="late:600")
    second = vk.suggest(text="Вторая")
    assert [body["id"] for body in posts_in_history(vk)] == [second]

    vk.clock(advance=601)

    assert [body["id"] for body in posts_in_history(vk)] == [second, first]


def test_a_suggestion_may_come_from_a_community_and_without_text(vk: SandboxClient) -> None:
    vk.suggest(601, "", photos=1, as_group_id=2)
    vk.suggest(602, "", attachments=["video", "link:https://example.org/a", "doc", "poll", "audio"])

    second, first = suggests(vk)["items"]
    assert (first["from_id"], first["text"]) == (-2, "")
    assert [item["type"] for item in second["attachments"]] == ["video", "link", "doc", "poll", "audio"]
    doc = second["attachments"][2]["doc"]
    assert doc["url"].startswith(vk.url)
    assert len(vk.get(doc["url"]).content) == doc["size"]
    with pytest.raises(SandboxRefused):
        vk.suggest(text="")


def test_posting_by_somebody_who_is_no_editor_makes_a_suggestion(vk: SandboxClient) -> None:
    made = vk.call("wall.post", "stranger-key", owner_id=-1, message="Предлагаю")

    assert [post["id"] for post in vk.state()["suggestions"]] == [made["post_id"]]
    assert vk.state()["wall"] == []


# -- reading -----------------------------------------------------------------------------------------


def test_the_queue_is_paged_newest_first(vk: SandboxClient) -> None:
    vk.do("backlog", count=130)

    first, second = suggests(vk, count=200), suggests(vk, count=100, offset=100)

    assert (first["count"], len(first["items"]), len(second["items"])) == (130, 100, 30)
    numbers = [item["id"] for item in first["items"] + second["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(suggests(vk)["items"]) == 20


def test_a_stranger_sees_only_own_suggestions_and_no_error(vk: SandboxClient) -> None:
    own = vk.suggest(601, "Моя")
    foreign = vk.suggest(602, "Чужая")

    assert [item["id"] for item in suggests(vk, "stranger-key")["items"]] == [own]
    asked = f"-1_{own},-1_{foreign}"
    assert [row["id"] for row in vk.call("wall.getById", "stranger-key", posts=asked)["items"]] == [own]
    assert suggests(vk, "moderator-key")["count"] == 2


def test_the_author_edits_and_deletes_silently(vk: SandboxClient) -> None:
    post_id, gone = vk.suggest(601, "Было", photos=1), vk.suggest(601, "Лишняя")
    told = len(vk.history())

    vk.do("edit_suggestion", post_id=post_id, text="Стало", photos=2)
    vk.do("delete_suggestion", post_id=gone, user_id=601)

    assert len(vk.history()) == told
    now = suggestion(vk, post_id)
    assert (now["text"], len(now["attachments"]), "edited" in now) == ("Стало", 2, False)
    assert vk.call("wall.getById", "editor-key", posts=f"-1_{gone}")["items"] == []
    with pytest.raises(SandboxRefused):
        vk.do("delete_suggestion", post_id=post_id, user_id=602)


def test_an_edit_may_show_in_the_edited_field(vk: SandboxClient) -> None:
    vk.variant(edited_field=True)
    post_id = vk.suggest()

    vk.do("edit_suggestion", post_id=post_id, text="Стало")

    assert suggestion(vk, post_id)["edited"] > 0


# -- publishing --------------------------------------------------------------------------------------


def test_publishing_makes_a_new_post_and_the_suggestion_vanishes(vk: SandboxClient) -> None:
    post_id = vk.suggest(601, "Новость", photos=2)
    before = [item["photo"]["id"] for item in suggestion(vk, post_id)["attachments"]]

    new_id = publish(vk, post_id)

    assert new_id != post_id
    assert suggests(vk)["count"] == 0
    assert vk.call("wall.getById", "editor-key", posts=f"-1_{post_id}")["items"] == []
    vk.wait_event("wall_post_new", since=2)
    event = posts_in_history(vk)[-1]
    assert (event["id"], event["post_type"], event["from_id"]) == (new_id, "post", -1)
    assert (event["signer_id"], event["created_by"]) == (601, 501)
    assert [item["photo"]["id"] for item in event["attachments"]] == before
    assert {item["photo"]["post_id"] for item in event["attachments"]} == {post_id}


def test_without_a_signature_nobody_is_named(vk: SandboxClient) -> None:
    new_id = publish(vk, vk.suggest(), signed=0)

    assert "signer_id" not in vk.call("wall.getById", "editor-key", posts=f"-1_{new_id}")["items"][0]


def test_photos_may_be_made_anew(vk: SandboxClient) -> None:
    vk.variant(published_photo_ids="recreated")
    post_id = vk.suggest(photos=1)
    old = suggestion(vk, post_id)["attachments"][0]["photo"]["id"]

    new_id = publish(vk, post_id)

    photo = vk.state()["wall"][0]["attachments"][0]["photo"]
    assert photo["id"] != old
    assert (photo["album_id"], photo["user_id"], photo["post_id"]) == (-7, 100, new_id)


def test_the_same_id_may_stay(vk: SandboxClient) -> None:
    vk.variant(published_id="same")
    post_id = vk.suggest()

    assert publish(vk, post_id) == post_id
    assert vk.call("wall.getById", "editor-key", posts=f"-1_{post_id}")["items"][0]["post_type"] == "post"


@pytest.mark.parametrize(("answer", "text", "photos"), [("kept", "Слово", 1), ("lost", "Другое", 0)])
def test_content_left_out_is_kept_or_lost(vk: SandboxClient, answer: str, text: str, photos: int) -> None:
    vk.variant(omitted_content=answer)
    post_id = vk.suggest(text="Слово", photos=1)
    given = {} if answer == "kept" else {"message": "Другое"}

    vk.call("wall.post", "editor-key", owner_id=-1, post_id=post_id, **given)

    post = vk.state()["wall"][0]
    assert (post["text"], len(post["attachments"])) == (text, photos)


@pytest.mark.parametrize("answer", [100, 104, 15, 210, 214, "duplicate"])
def test_the_second_publication_ends_as_the_variant_says(vk: SandboxClient, answer: int | str) -> None:
    vk.variant(second_publish=answer)
    post_id = vk.suggest()
    publish(vk, post_id)

    code = vk.error("wall.post", "editor-key", owner_id=-1, post_id=post_id, message="Новость")

    assert code == (0 if answer == "duplicate" else answer)
    assert len(vk.state()["wall"]) == (2 if answer == "duplicate" else 1)


def test_the_community_key_publishes_suggestions_only_by_variant(vk: SandboxClient) -> None:
    post_id = vk.suggest()
    assert vk.error("wall.post", owner_id=-1, post_id=post_id, message="А") == 15

    vk.variant(community_key_publishes_suggestion=True)

    assert vk.error("wall.post", owner_id=-1, post_id=post_id, message="А") == 0
    assert vk.state()["suggestions"] == []


def test_only_editors_publish(vk: SandboxClient) -> None:
    post_id = vk.suggest()

    assert vk.error("wall.post", "moderator-key", owner_id=-1, post_id=post_id, message="А") == 214
    assert vk.error("wall.post", "stranger-key", owner_id=-1, post_id=post_id, message="А") == 214
    assert len(vk.state()["suggestions"]) == 1


@pytest.mark.parametrize("before", [False, True])
def test_the_event_comes_after_the_answer_or_before_it(vk: SandboxClient, before: bool) -> None:
    post_id = vk.suggest()
    vk.variant(event_before_answer=before)
    vk.fault("slow", "wall.post", seconds=60)
    with waiting_for_an_answer(vk, "wall.post", owner_id=-1, post_id=post_id, message="Новость") as told:
        vk.wait_for(lambda state: state["wall"], what="the post, before its answer")
        if before:
            vk.wait_event("wall_post_new", since=2)
        assert len(posts_in_history(vk)) == (2 if before else 1)
        told.setblocking(False)
        with pytest.raises(BlockingIOError):
            told.recv(1)

    vk.wait_event("wall_post_new", since=2)
    assert len(posts_in_history(vk)) == 2


@contextmanager
def waiting_for_an_answer(vk: SandboxClient, method: str, **params: Any) -> Iterator[socket.socket]:
    """A caller that has asked and waits; at the end of the block it hangs up."""
    body = urlencode({"access_token": "editor-key", "v": "5.199", **params}).encode()
    head = f"POST /method/{method} HTTP/1.1\r\nHost: vk\r\nContent-Length: {len(body)}\r\n\r\n"
    where = urlsplit(vk.url)
    with socket.create_connection((str(where.hostname), int(where.port or 0)), timeout=10) as connection:
        connection.sendall(head.encode() + body)
        yield connection


# -- by hand, rejecting ------------------------------------------------------------------------------


def test_a_person_publishes_edits_or_deletes_in_vk_itself(vk: SandboxClient) -> None:
    first, second = vk.suggest(text="Первая"), vk.suggest(text="Вторая")

    new_id = vk.do("publish_by_hand", post_id=first, user_id=501, text="Первая, правленая", signed=False)["post_id"]
    vk.do("delete_by_hand", post_id=second, user_id=502)

    state = vk.state()
    assert state["suggestions"] == []
    assert [(post["id"], post["text"], post["signer_id"]) for post in state["wall"]] == [
        (new_id, "Первая, правленая", None)
    ]
    assert posts_in_history(vk)[-1]["id"] == new_id
    with pytest.raises(SandboxRefused):
        vk.do("post_by_hand", user_id=502, text="Модератор не публикует")


@pytest.mark.parametrize(("answer", "code"), [(104, 104), (210, 210), (1, 0)])
def test_rejecting_twice(vk: SandboxClient, answer: int, code: int) -> None:
    vk.variant(delete_twice=answer)
    post_id = vk.suggest()

    assert vk.call("wall.delete", "editor-key", owner_id=-1, post_id=post_id) == 1
    assert vk.error("wall.delete", "editor-key", owner_id=-1, post_id=post_id) == code


def test_a_rejected_one_can_be_restored_for_a_while(vk: SandboxClient) -> None:
    post_id = vk.suggest()
    vk.call("wall.delete", "editor-key", owner_id=-1, post_id=post_id)
    assert vk.call("wall.restore", "editor-key", owner_id=-1, post_id=post_id) == 1
    assert suggests(vk)["count"] == 1

    vk.call("wall.delete", "editor-key", owner_id=-1, post_id=post_id)
    vk.clock(advance=601)

    assert vk.error("wall.restore", "editor-key", owner_id=-1, post_id=post_id) == 210


def test_a_suggestion_is_edited_by_its_author_only(vk: SandboxClient) -> None:
    post_id = vk.suggest(601)

    assert vk.error("wall.edit", "editor-key", owner_id=-1, post_id=post_id, message="Б") == 15
    assert vk.error("wall.edit", owner_id=-1, post_id=post_id, message="Б") == 27
    assert vk.error("wall.edit", "stranger-key", owner_id=-1, post_id=post_id, message="Б") == 0
    assert suggestion(vk, post_id)["text"] == "Б"


def test_an_edit_of_a_post_replaces_all_of_it(vk: SandboxClient) -> None:
    new_id = publish(vk, vk.suggest(text="Было", photos=2))

    vk.call("wall.edit", "editor-key", owner_id=-1, post_id=new_id, message="Стало")

    post = vk.state()["wall"][0]
    assert (post["text"], post["attachments"], post["edited"] is None) == ("Стало", [], False)


# -- what stands in a post ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, 100),
        ({"message": " "}, 100),
        ({"message": "А", "attachments": "https://a.example/,https://b.example/"}, 100),
        ({"message": "А", "attachments": "https://nopicture.example/"}, 100),
        ({"message": "А", "attachments": "https://a.example/"}, 0),
        ({"message": "А", "attachments": "photo"}, 100),
        ({"message": "А", "attachments": ",".join(f"photo-1_{n}" for n in range(11))}, 100),
        ({"message": "а" * 15895}, 0),
        ({"message": "а" * 15896}, 100),
        ({"message": "А", "copyright": "not a link"}, 3102),
    ],
)
def test_a_post_is_checked(vk: SandboxClient, fields: dict[str, str], code: int) -> None:
    assert vk.error("wall.post", "editor-key", owner_id=-1, **fields) == code


def test_too_long_a_text_may_be_cut(vk: SandboxClient) -> None:
    vk.variant(over_limit="cut", post_text_limit=10)

    vk.call("wall.post", "editor-key", owner_id=-1, message="а" * 20)

    assert vk.state()["wall"][0]["text"] == "а" * 10


def test_a_vk_link_as_source_is_dropped_silently(vk: SandboxClient) -> None:
    for link in ("https://vk.com/wall-1_1", "https://example.org/news"):
        vk.call("wall.post", "editor-key", owner_id=-1, message="А", copyright=link)

    newest, oldest = vk.state()["wall"]
    assert newest["copyright"]["link"] == "https://example.org/news"
    assert oldest["copyright"] is None


@pytest.mark.parametrize(("variant", "photos"), [("attach", 2), ("dropped", 0)])
def test_a_suggestions_photos_on_a_new_post_by_the_community_key(
    vk: SandboxClient, variant: str, photos: int
) -> None:
    vk.variant(community_photo_album8=variant)
    post = suggestion(vk, vk.suggest(text="Новость", photos=2))

    vk.call("wall.post", owner_id=-1, message=post["text"], attachments=attachments(post))

    assert len(vk.state()["wall"][0]["attachments"]) == photos


def test_photos_of_a_public_post_can_be_attached_by_anybody(vk: SandboxClient) -> None:
    new_id = publish(vk, vk.suggest(photos=1))
    names = attachments(vk.call("wall.getById", "editor-key", posts=f"-1_{new_id}")["items"][0])

    vk.call("wall.post", owner_id=-1, message="По ключу сообщества", attachments=names)
    vk.call("wall.post", "group2-key", owner_id=-2, message="У соседей", attachments=names)

    assert len(vk.state()["wall"][0]["attachments"]) == 1
    neighbour = vk.call("wall.get", "editor-key", owner_id=-2)["items"][0]
    assert len(neighbour["attachments"]) == 1


def test_an_authors_own_photo_of_a_closed_profile_is_dropped_from_a_new_post(vk: SandboxClient) -> None:
    vk.variant(suggestion_photo_owner="author")
    closed, opened = vk.suggest(606, "Закрытый", photos=1), vk.suggest(601, "Открытый", photos=1)

    for post_id in (closed, opened):
        post = suggestion(vk, post_id)
        assert post["attachments"][0]["photo"]["owner_id"] > 0
        vk.call("wall.post", owner_id=-1, message=post["text"], attachments=attachments(post))
        publish(vk, post_id)

    counts = [(post["text"], len(post["attachments"])) for post in reversed(vk.state()["wall"])]
    assert counts == [("Закрытый", 0), ("Закрытый", 1), ("Открытый", 1), ("Открытый", 1)]


def test_a_wrong_key_or_number_of_a_photo_drops_it(vk: SandboxClient) -> None:
    photo = suggestion(vk, vk.suggest(photos=1))["attachments"][0]["photo"]
    names = f"photo-1_{photo['id']}_wrong,photo-1_{photo['id'] + 77}"

    vk.call("wall.post", "editor-key", owner_id=-1, message="А", attachments=names)

    assert vk.state()["wall"][0]["attachments"] == []


def test_guid_guards_only_by_variant(vk: SandboxClient) -> None:
    def post() -> int:
        return int(vk.call("wall.post", "editor-key", owner_id=-1, message="А", guid="g1")["post_id"])

    assert post() != post()
    vk.variant(guid="hour")
    first = post()
    assert post() == first
    vk.clock(advance=3601)
    assert post() != first


def test_a_repost_carries_the_original_and_twice_makes_two(vk: SandboxClient) -> None:
    new_id = publish(vk, vk.suggest(text="Оригинал"))

    for _ in range(2):
        vk.call("wall.repost", "editor-key", object=f"wall-1_{new_id}", group_id=2, message="Смотрите")

    posts = vk.call("wall.get", "editor-key", owner_id=-2)
    assert posts["count"] == 2
    assert posts["items"][0]["copy_history"][0]["text"] == "Оригинал"
    assert vk.error("wall.repost", "stranger-key", object=f"wall-1_{new_id}", group_id=2) == 214


def test_who_made_a_post_is_shown_to_managers_for_a_day(vk: SandboxClient) -> None:
    new_id = publish(vk, vk.suggest())

    def seen(key: str) -> Json:
        found: Json = vk.call("wall.getById", key, posts=f"-1_{new_id}")["items"][0]
        return found

    assert seen("editor-key")["created_by"] == 501
    assert "created_by" not in seen("stranger-key")
    vk.clock(advance=86401)
    assert "created_by" not in seen("editor-key")
