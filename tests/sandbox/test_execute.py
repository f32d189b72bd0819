"""execute: the language, several calls in order, failures as false, and its bounds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox_client import CHAT, SandboxClient

PROGRAMS: dict[str, tuple[str, Any]] = {
    "a number": ("return 1;", 1),
    "nothing": ("", None),
    "arithmetic": ("return 2 + 3 * 4 - 10 / 4;", 11.5),
    "whole division": ("return 10 / 5;", 2),
    "joined texts": ('return "а" + "б" + 1;', "аб1"),
    "quotes and escapes": ('return "\\"да\\"\\n" + \'нет\' + "\\u0410";', '"да"\nнетА'),
    "comparison": ("return [1 < 2, 2 >= 3, 1 == 1 && !false, 0 || 5];", [True, False, True, 5]),
    "object": ('var a = {"b": [1, {c: 2}]}; return a.b[1].c;', 2),
    "missing field": ("return {}.nothing;", None),
    "choice": ("var a = 3; if (a > 2) { return 'много'; } else return 'мало';", "много"),
    "question": ("return 1 > 2 ? 'а' : 'б';", "б"),
    "loop": ("var i = 0; var s = []; while (i < 4) { s.push(i); i = i + 1; } return s;", [0, 1, 2, 3]),
    "each": ("return [{id: 1}, {id: 2}]@.id;", [1, 2]),
    "length and slice": ("var a = [1, 2, 3]; return [a.length, a.slice(1), 'абв'.substr(1, 1)];", [3, [2, 3], "б"]),
    "comment": ("// слово\nreturn /* тут */ 7;", 7),
    "parseInt": ('return parseInt("12") + 1;', 13),
    "arguments": ("return Args.who;", "Ирина"),
    "two names": ("var a = 1, b = 2; return a + b;", 3),
    "field assignment": ("var a = {}; a.b = 5; a['c'] = 6; return a;", {"b": 5, "c": 6}),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_the_language(vk: SandboxClient, program: tuple[str, Any]) -> None:
    code, result = program

    body = vk.raw("execute", code=code or ";", who="Ирина").json()

    assert body == {"response": result}


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("return (1;", 12),
        ("return 'open;", 12),
        ("var = 3;", 12),
        ("return 1 +;", 12),
        ("return #;", 12),
        ("return unknown;", 13),
        ("return 1 / 0;", 13),
        ("while (true) { var a = 1; }", 13),
        ("return [1].dance();", 13),
        ("var i = 0; while (i < 26) { API.utils.getServerTime(); i = i + 1; } return i;", 13),
    ],
)
def test_bad_code_is_compiled_or_run_in_vain(vk: SandboxClient, code: str, fault: int) -> None:
    assert vk.error("execute", code=code) == fault


def test_25_calls_are_fine(vk: SandboxClient) -> None:
    code = "return [" + ",".join(["API.utils.getServerTime()"] * 25) + "];"

    assert len(vk.call("execute", code=code)) == 25


def test_calls_happen_in_order_and_failed_ones_are_false(vk: SandboxClient) -> None:
    vk.suggest(photos=1)
    keyboard = {
        "inline": True,
        "buttons": [
            [{"action": {"type": "callback", "label": "Да", "payload": '{"a":"\\"б\\""}'}, "color": "positive"}]
        ],
    }
    card = json.dumps(
        {"peer_ids": CHAT, "random_id": 5, "message": 'Слово «и» "дело"\n', "keyboard": json.dumps(keyboard)}
    )
    letter = json.dumps({"peer_ids": [601, 604], "random_id": 6, "message": "Принято"})
    code = f"return [API.messages.send({card}), API.wall.get({{owner_id: -1}}), API.messages.send({letter})];"

    body = vk.raw("execute", code=code).json()

    sent, refused, letters = body["response"]
    assert sent[0]["conversation_message_id"] == 1
    assert refused is False
    assert [row.get("error", {}).get("code") for row in letters] == [None, 901]
    assert [(row["method"], row["error_code"]) for row in body["execute_errors"]] == [("wall.get", 27)]
    assert vk.chat()[0]["text"] == 'Слово «и» "дело"\n'
    assert vk.press(501, "Да", 1)
    inside = [row["method"] for row in vk.journal() if row.get("inside") == "execute"]
    assert inside == ["messages.send", "wall.get", "messages.send"]


def test_one_answer_feeds_the_next_call(vk: SandboxClient) -> None:
    vk.suggest(601)
    vk.suggest(602)
    code = (
        'var page = API.wall.get({owner_id: -1, filter: "suggests"});'
        "var people = API.users.get({user_ids: page.items@.from_id});"
        "return {count: page.count, names: people@.first_name, more: page.count > 1};"
    )

    answer = vk.call("execute", "editor-key", code=code)

    assert answer == {"count": 2, "names": ["Олег", "Ирина"], "more": True}


def test_strictness_and_unknown_methods_hold_inside_too(vk: SandboxClient) -> None:
    code = "return [API.wall.steal({}), API.users.get({users: 1}), API.utils.getServerTime({})];"

    body = vk.raw("execute", code=code).json()

    assert body["response"][:2] == [False, False]
    assert [row["error_code"] for row in body["execute_errors"]] == [3, 100]


def test_booleans_inside_become_1_and_0(vk: SandboxClient) -> None:
    vk.suggest()

    answer = vk.call("execute", "editor-key", code="return API.wall.get({owner_id: -1, extended: true}).profiles;")

    assert isinstance(answer, list)
