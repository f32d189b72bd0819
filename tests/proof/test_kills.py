"""Random kills under load, and the checker itself: it must see what is broken."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from proof.checker import check
from proof.evidence import CHAT, Evidence
from proof.random_kills import kill_through, report


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_t01_random_kills_lose_and_double_nothing() -> None:
    _, result, facts = kill_through(7, 50, hurry=4)
    print(report(7, result, facts))
    assert facts["kills"] == 50
    assert facts["on the wall"] >= 3, "too little happened between the kills to prove anything"
    assert result.fine, report(7, result, facts)


# --------------------------------------------------------------------------------------------- a whole, sound run

SOUND: dict[str, list[dict[str, Any]]] = {
    "suggestions": [
        {
            "number": 1, "post_id": 5, "status": "published", "version": 4, "text": "Новость а-к", "author_id": 601,
            "due_at": 10, "urgent": 1, "published_at": 11, "published_post_id": 9, "trouble": None,
        }
    ],
    "outbox": [
        {
            "id": 1, "target": "vk_messages", "kind": "card", "number": 1, "state": "sent", "sending_at": 1, "due_at": 1,
            "result": {"peer_id": CHAT, "cmid": 1, "parts": []}, "payload": {},
        },
        {
            "id": 2, "target": "vk_wall", "kind": "publish", "number": 1, "state": "sent", "sending_at": 1, "due_at": 1,
            "result": {"post_id": 9}, "payload": {},
        },
        {
            "id": 3, "target": "vk_messages", "kind": "letter", "number": 1, "state": "sent", "sending_at": 1,
            "due_at": 1, "result": {"peer_id": 601, "cmid": 1, "parts": []}, "payload": {"letter": "published"},
        },
    ],
    "journal": [
        {"number": 1, "actor": 601, "action": "suggested", "before": None, "after": "pending"},
        {"number": 1, "actor": 501, "action": "publish", "before": "pending", "after": "scheduled"},
        {"number": 1, "actor": None, "action": "start", "before": "scheduled", "after": "publishing"},
        {"number": 1, "actor": None, "action": "prove", "before": "publishing", "after": "published"},
    ],
    "inbox": [{"event_id": "e1", "type": "wall_post_new", "state": "done", "raw": "{}", "error": None}],
    "cards": [{"number": 1, "cmid": 1, "view": {}}],
    "staff": [{"vk_id": 501, "role": "editor"}],
    "settings": [],
    "cursor": [],
}  # fmt: skip
STATE: dict[str, Any] = {
    "suggestions": [],
    "wall": [{"id": 9, "text": "Новость а-к"}],
    "chats": [{"peer_id": CHAT, "messages": [
        {"conversation_message_id": 1, "from_id": -1, "deleted": False, "text": "№ 1 · Вышло", "keyboard": None}]}],
    "dialogs": [{"user_id": 601, "messages": [
        {"conversation_message_id": 1, "from_id": -1, "deleted": False, "text": "№ 1 вышла: wall-1_9",
         "keyboard": None}]}],
    "snackbars": [{"event_id": "p1", "user_id": 501, "text": "Публикуется"}],
}  # fmt: skip
CALLS: list[dict[str, Any]] = [
    {"method": "wall.post", "executed": True, "params": {"post_id": "5"}, "at": "2026-11-24T09:00:00Z",
     "monotonic": 1.0, "token_name": "editor"},
]  # fmt: skip
DEEDS: list[dict[str, Any]] = [
    {"do": "suggest", "marker": "а-к", "post_id": 5, "by": 601, "at": "2026-11-24T08:00:00Z"},
    {"do": "press", "by": 501, "event_id": "p1", "number": 1, "version": 1, "action": "publish",
     "at": "2026-11-24T08:59:00Z"},
]  # fmt: skip


def a_sound_run() -> Evidence:
    tables, state = copy.deepcopy(SOUND), copy.deepcopy(STATE)
    calls, deeds = copy.deepcopy(CALLS), copy.deepcopy(DEEDS)
    return Evidence(state, calls, [{"event_id": "e1"}], tables, [], deeds, [], 1_800_000_000.0, True)


def promises(evidence: Evidence) -> set[str]:
    return {one.promise for one in check(evidence)}


def test_the_checker_finds_nothing_wrong_with_a_sound_run() -> None:
    assert [str(one) for one in check(a_sound_run())] == []


def test_the_checker_sees_a_lost_suggestion() -> None:
    run = a_sound_run()
    run.state["suggestions"].append({"id": 77, "text": "Никто не взял", "from_id": 602})
    assert "R1" in promises(run)


def test_the_checker_sees_a_decision_that_was_announced_and_not_kept() -> None:
    run = a_sound_run()
    del run.tables["journal"][1]  # type: ignore[attr-defined]
    assert "R2" in promises(run)


def test_t01_the_checker_sees_a_post_that_went_out_twice() -> None:
    run = a_sound_run()
    run.state["wall"].append({"id": 10, "text": "Новость а-к"})
    assert "R3" in promises(run)


def test_t10_the_checker_sees_a_post_that_is_marked_and_not_out() -> None:
    run = a_sound_run()
    run.state["wall"].clear()
    assert "R3" in promises(run)


def test_t19_the_checker_sees_a_publication_stuck_in_hand() -> None:
    run = a_sound_run()
    run.tables["outbox"][1].update(state="sending", sending_at=1)
    run.tables["suggestions"][0].update(status="publishing", published_at=None)
    assert "R3" in promises(run)


def test_the_checker_sees_a_letter_that_came_twice() -> None:
    run = a_sound_run()
    twice = dict(run.state["dialogs"][0]["messages"][0], conversation_message_id=2)
    run.state["dialogs"][0]["messages"].append(twice)
    assert "R4" in promises(run)


COPY = {"number": 1, "network": "telegram", "part": 0, "state": "out", "delivery": 4, "error": None, "result": {}}


def test_the_checker_sees_what_is_wrong_in_a_network() -> None:
    def run(there: list[str], **copy: object) -> Evidence:
        run = a_sound_run()
        tables = {**run.tables, "copies": [{**COPY, **copy}], "posts": [{"number": 1, "released_at": 5}]}
        return replace(run, tables=tables, networks={"telegram": there}, facts={"networks": ["telegram"]})

    assert promises(run(["а-к"])) == set()
    assert promises(run(["а-к", "а-к"])) == {"R4"}, "it stands there twice"
    assert promises(run([])) == {"R4"}, "it is said to be out and is not"
    assert promises(run(["а-к"], state="refused", error="x")) == {"R4"}, "it is said to be refused and stands there"
    assert promises(run([], state="asked")) == {"R4"}, "nobody knows, and nobody was told"
    assert promises(run([], state="waiting")) == {"R4"}, "it waits, and nothing will send it"
    assert promises(run(["а-к"], network="max")) == {"R4"}, "it was never meant for a network that is on"


def test_t17_the_checker_sees_posts_of_a_network_out_of_order() -> None:
    run = a_sound_run()
    row = {**run.tables["suggestions"][0], "number": 2, "post_id": 6, "published_post_id": 10}
    told = [{**one, "number": 2} for one in run.tables["journal"]]
    deeds = [*run.deeds, {**DEEDS[0], "marker": "б-к", "post_id": 6}, {**DEEDS[1], "number": 2}]
    tables = {
        **run.tables,
        "suggestions": [*run.tables["suggestions"], row],
        "journal": [*run.tables["journal"], *told],
        "copies": [COPY, {**COPY, "number": 2, "delivery": 5}],
    }
    run.state["wall"].append({"id": 10, "text": "Новость б-к"})
    found = check(replace(run, tables=tables, deeds=deeds, networks={"telegram": ["б-к", "а-к"]}), ["R4"])
    assert [str(one) for one in found] == ["R4: telegram: б-к stands before а-к, which was given to it first"]


def test_the_checker_sees_a_post_before_its_time() -> None:
    run = a_sound_run()
    run.tables["suggestions"][0].update(urgent=0, due_at=1_900_000_000_000_000)
    assert "R5" in promises(run)


def test_the_checker_sees_a_decision_of_somebody_who_may_not() -> None:
    run = a_sound_run()
    run.tables["journal"][1]["actor"] = 603
    assert "R6" in promises(run)


def test_the_checker_sees_a_damaged_file_and_unhandled_events() -> None:
    run = replace(a_sound_run(), integrity=["row 3 missing from index"])
    assert "R7" in promises(run)


def test_the_checker_sees_a_fault_of_the_program_in_its_log() -> None:
    run = replace(a_sound_run(), log=['{"event": "courier_fault", "error": "KeyError"}'])
    assert "R8" in promises(run)


def test_the_checker_sees_error_six_and_calls_after_a_captcha() -> None:
    run = a_sound_run()
    run.calls.append(dict(CALLS[0], executed=False, error_code=6))  # type: ignore[attr-defined]
    assert "R9" in promises(run)
    again = a_sound_run()
    again.calls[0].update(executed=False, error_code=14)
    again.calls.append(dict(CALLS[0], at="2026-11-24T09:00:02Z", monotonic=8.0))  # type: ignore[attr-defined]
    assert "R9" in promises(again)


def test_t02_what_vk_did_late_is_not_held_against_the_program() -> None:
    run = a_sound_run()
    given_up = {"method": "wall.get", "params": {"count": "1"}, "token_name": "editor", "executed": False}
    late = [
        dict(given_up, n=2, at="2026-11-24T09:00:01Z", monotonic=2.0, fault="late_effect"),
        dict(given_up, n=3, at="2026-11-24T09:00:03Z", monotonic=4.0, error_code=6),
    ]
    elsewhere = {"method": "telegram.sendMessage", "executed": True, "at": late[0]["at"], "late": True}
    assert "R9" not in promises(replace(run, calls=[*run.calls, elsewhere, *late]))
    assert "R9" in promises(replace(run, calls=[*run.calls, late[1]]))


def test_the_checker_sees_a_letter_to_whom_nobody_may_write() -> None:
    run = a_sound_run()
    refused = {"code": 901, "description": "Can't send messages for users without permission"}
    tries = [
        {
            "method": "messages.send", "params": {"peer_ids": "613", "random_id": str(moment)}, "token_name": "group",
            "answer": [{"peer_id": 613, "error": refused}], "at": f"2026-11-24T09:00:{moment:02}Z", "n": 10 + moment,
            "monotonic": float(moment),
        }
        for moment in (1, 9)
    ]  # fmt: skip
    again = replace(run, calls=[*run.calls, *tries])
    assert "R10" in promises(again)
    for killed, excused in (("2026-11-24T09:00:01.150Z", True), ("2026-11-24T09:00:08.900Z", False)):
        told = replace(again, deeds=[*again.deeds, {"do": "restart", "at": killed}])
        assert ("R10" not in promises(told)) is excused


def test_t80_the_checker_sees_a_key_in_the_log_and_an_event_that_was_never_stored() -> None:
    assert "R10" in promises(replace(a_sound_run(), log=["access_token=editor-key"]))
    run = replace(a_sound_run(), events=[{"event_id": "e1"}, {"event_id": "e2"}])
    assert "R10" in promises(run)
