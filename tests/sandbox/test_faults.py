"""Faults on request: before the effect, after it, damaged bodies, and which calls a rule strikes."""

from __future__ import annotations

import pytest
import requests

from tests.sandbox_client import Json, SandboxClient, SandboxRefused

BROKEN = (requests.exceptions.ConnectionError, requests.exceptions.ReadTimeout)


def post(vk: SandboxClient, timeout: float = 10) -> requests.Response:
    body = {"access_token": "editor-key", "v": "5.199", "owner_id": -1, "message": "Запись"}
    return requests.post(f"{vk.url}/method/wall.post", data=body, timeout=timeout)


def walls(vk: SandboxClient) -> int:
    return len(vk.state(only="wall")["wall"])


def last(vk: SandboxClient) -> Json:
    return vk.journal(method="wall.post", wait=10)[-1]


# -- which effect ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "effect"), [("reset", 0), ("stall", 0), ("effect_then_reset", 1), ("effect_then_stall", 1)]
)
def test_the_connection_breaks_with_or_without_effect(vk: SandboxClient, what: str, effect: int) -> None:
    vk.fault(what, "wall.post", seconds=20)

    with pytest.raises(BROKEN):
        post(vk, timeout=0.5)

    assert (last(vk)["fault"], last(vk)["executed"]) == (what, bool(effect))
    assert walls(vk) == effect
    assert post(vk).json()["response"]["post_id"]


@pytest.mark.parametrize(
    ("what", "fields", "code", "effect"),
    [
        ("error", {"code": 1}, 1, 0),
        ("error", {"code": 10}, 10, 0),
        ("error", {"code": 15, "subcode": 1133}, 15, 0),
        ("error", {"code": 214, "text": "you can only add 50 posts a day"}, 214, 0),
        ("effect_then_error", {"code": 10}, 10, 1),
        ("effect_then_error", {"code": 1}, 1, 1),
    ],
)
def test_an_error_comes_before_or_after_the_effect(
    vk: SandboxClient, what: str, fields: Json, code: int, effect: int
) -> None:
    vk.fault(what, "wall.post", **fields)

    error = post(vk).json()["error"]

    assert (error["error_code"], error.get("error_subcode")) == (code, fields.get("subcode"))
    assert fields.get("text", "") in error["error_msg"]
    assert walls(vk) == effect


@pytest.mark.parametrize(
    ("what", "status", "kind", "effect"),
    [
        ("http", 502, "text/html", 0),
        ("html200", 200, "text/html", 0),
        ("empty", 200, "application/json", 0),
        ("truncated", 200, "application/json", 1),
        ("trailing_comma", 200, "application/json", 1),
        ("effect_then_http", 502, "text/html", 1),
        ("effect_then_empty", 200, "application/json", 1),
    ],
)
def test_a_body_is_no_json(vk: SandboxClient, what: str, status: int, kind: str, effect: int) -> None:
    vk.fault(what, "wall.post")

    answer = post(vk)

    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, kind)
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    assert walls(vk) == effect


def test_braces_are_json_with_nothing_in_it(vk: SandboxClient) -> None:
    vk.fault("braces", "wall.post")

    assert post(vk).json() == {}
    assert walls(vk) == 0


def test_any_of_them_may_have_the_effect_all_the_same(vk: SandboxClient) -> None:
    vk.fault("http", "wall.post", status=504, effect=True)

    assert post(vk).status_code == 504
    assert walls(vk) == 1


def test_a_slow_answer_is_a_good_one(vk: SandboxClient) -> None:
    vk.fault("slow", "wall.post", seconds=0.3)

    answer = post(vk)

    assert answer.elapsed.total_seconds() >= 0.3
    assert answer.json()["response"]["post_id"]


def test_a_late_effect_comes_when_the_caller_has_given_up(vk: SandboxClient) -> None:
    vk.fault("late_effect", "wall.post", seconds=2)

    with pytest.raises(BROKEN):
        post(vk)

    assert walls(vk) == 0
    vk.wait_for(lambda state: state["wall"], timeout=20, what="the late post")


def test_others_are_served_while_one_stalls(vk: SandboxClient) -> None:
    vk.fault("effect_then_stall", "wall.post", seconds=20)
    with pytest.raises(BROKEN):
        post(vk, timeout=0.3)

    assert vk.call("utils.getServerTime")


@pytest.mark.parametrize(("shape", "names"), [("old", {"captcha_sid"}), ("new", {"redirect_uri"})])
def test_captcha_and_validation_carry_what_belongs_to_them(vk: SandboxClient, shape: str, names: set[str]) -> None:
    vk.fault("error", "wall.post", code=14, shape=shape)
    assert names <= set(post(vk).json()["error"])

    vk.fault("error", "wall.post", code=17)
    assert post(vk).json()["error"]["redirect_uri"]


# -- which calls -------------------------------------------------------------------------------------


def codes(
    vk: SandboxClient, count: int = 6, key: str = "group-key", method: str = "utils.getServerTime"
) -> list[int]:
    return [vk.error(method, key) for _ in range(count)]


def test_a_rule_strikes_from_its_nth_call_for_so_many_times(vk: SandboxClient) -> None:
    vk.fault("error", "utils.getServerTime", code=10, nth=3, times=2)

    assert codes(vk) == [0, 0, 10, 10, 0, 0]
    rule = vk.faults()[0]
    assert (rule["fired"], rule["seen"]) == (2, 6)


def test_a_rule_without_end_strikes_until_it_is_taken_back(vk: SandboxClient) -> None:
    vk.fault("error", "*", code=1, times=0)
    assert codes(vk, 3) == [1, 1, 1]

    vk.clear_faults()

    assert codes(vk, 2) == [0, 0]


def test_a_rule_may_mean_one_kind_of_key_or_certain_words(vk: SandboxClient) -> None:
    vk.fault("error", "utils.getServerTime", code=1, times=0, token_kind="user")
    assert codes(vk, 1) == [0]
    assert codes(vk, 1, "editor-key") == [1]

    vk.fault("error", "wall.post", code=9, times=0, contains="сирена")
    assert vk.error("wall.post", owner_id=-1, message="Учебная сирена") == 9
    assert vk.error("wall.post", owner_id=-1, message="Тихо") == 0


def test_chance_repeats_from_its_seed(vk: SandboxClient) -> None:
    runs = []
    for _ in range(2):
        vk.clear_faults()
        vk.fault("error", "utils.getServerTime", code=10, times=0, probability=0.4, seed=7)
        runs.append(codes(vk, 40))

    assert runs[0] == runs[1]
    assert 5 < runs[0].count(10) < 30


def test_a_rule_that_is_not_understood_is_refused(vk: SandboxClient) -> None:
    with pytest.raises(SandboxRefused):
        vk.fault("explode")
    with pytest.raises(SandboxRefused):
        vk.do("fault", fault={"what": "reset", "match": {"colour": "red"}})


def test_inside_execute_an_error_strikes_the_call_and_a_reset_the_whole(vk: SandboxClient) -> None:
    code = 'return [API.utils.getServerTime(), API.wall.post({owner_id: -1, message: "А"})];'
    vk.fault("error", "wall.post", code=10)

    body = vk.raw("execute", code=code).json()

    assert body["response"][1] is False
    assert body["execute_errors"][0]["error_code"] == 10
    vk.fault("effect_then_reset", "wall.post")
    with pytest.raises(BROKEN):
        requests.post(
            f"{vk.url}/method/execute",
            data={"access_token": "group-key", "v": "5.199", "code": code},
            timeout=5,
        )
    assert walls(vk) == 1


def test_uploads_break_too(vk: SandboxClient) -> None:
    address = vk.call("photos.getWallUploadServer", "editor-key", group_id=1)["upload_url"]
    vk.fault("html200", "upload")

    with pytest.raises(requests.exceptions.JSONDecodeError):
        vk.upload(address, "photo", "a.png", b"x")
