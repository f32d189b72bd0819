"""R9: no more calls than VK takes, and none of what it asked to leave alone; which calls are the program's own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from proof.evidence import Evidence, Json

#: After VK said "enough" or asked for a human, no call of that kind comes sooner, seconds.
HANDS_OFF: Final = 8.0
#: Calls of a killed process and of the next one fall into the same second only so soon after its start, seconds.
ONE_RESTART: Final = 1.5
#: «/продолжить» is heeded so long after it was written, seconds: the way there may be what is broken.
RESUME_TAKES: Final = 10.0
#: Answers to presses leave from several threads: what was under way when VK said "enough" is no new try, seconds.
UNDER_WAY: Final = 0.4
_MANY_AT_ONCE: Final = frozenset({"messages.sendMessageEventAnswer"})
_ENOUGH: Final = frozenset({9, 14, 29})


def r9_limits_are_kept(seen: Evidence) -> Iterator[str]:
    """Error 6 never came by itself; what VK asked to leave alone was left alone."""
    calls = own_calls(seen.calls)
    yield from _never_too_fast(seen, calls)
    yield from _left_alone(seen, [call for call in calls if "params" in call])


def _never_too_fast(seen: Evidence, calls: Sequence[Json]) -> Iterator[str]:
    refused = [call for call in calls if call.get("error_code") == 6 and not call.get("fault")]
    # A process cannot know what another one called in the second before it died,
    restarts = [made_at(deed) for deed in seen.done("restart")]
    own = [call for call in refused if not any(0 <= made_at(call) - moment < ONE_RESTART for moment in restarts)]
    # nor when a call arrives that a broken connection seemed to have swallowed. Other networks count by no key.
    late = [(call["token_name"], made_at(call)) for call in seen.calls if call.get("late") and "token_name" in call]
    own = [
        call
        for call in own
        if not any(name == call["token_name"] and 0 <= made_at(call) - moment <= 1.0 for name, moment in late)
    ]
    if own:
        yield f"{len(own)} × error 6, first {own[0]['method']} of {own[0].get('token_name')}"


def _left_alone(seen: Evidence, calls: Sequence[Json]) -> Iterator[str]:
    resumed = [made_at(deed) for deed in seen.done("resume", "restart")]
    resumed += _keys_well_again(seen)
    never_read = unread(calls)
    for place, call in enumerate(calls):
        if call.get("error_code") not in _ENOUGH or call["method"] == "execute" or call.get("n") in never_read:
            continue
        again = _next_same(calls[place + 1 :], call)
        if again is None:
            continue
        since, until = made_at(call), made_at(again)
        allowed = any(since - RESUME_TAKES <= moment <= until for moment in resumed)
        if until - since < HANDS_OFF and not allowed:
            yield f"{call['method']} again {until - since:.1f} s after error {call['error_code']}"


def _keys_well_again(seen: Evidence) -> list[float]:
    """When the program found a key well: what was left alone because of it may be tried again."""
    lines = (json.loads(line) for line in seen.log if '"event": "rights"' in line and line.startswith("{"))
    return [
        datetime.fromisoformat(one["timestamp"]).timestamp()
        for one in lines
        if "ok" in (one["editor"], one["group"])
    ]


def own_calls(calls: Sequence[Json]) -> list[Json]:
    """The calls in the order the program made them: not what VK carried out late for a call that was given up."""
    given_up: list[Json] = []
    late: set[int] = set()
    inside: list[int] = []
    for call in calls:
        if call.get("inside"):
            inside.append(int(call["n"]))
            continue
        if call.get("fault") == "late_effect" and "params" in call:
            given_up.append(call["params"])
        elif not call.get("fault") and "params" in call and call["params"] in given_up:
            given_up.remove(call["params"])
            late |= {int(call["n"]), *(inside if call["method"] == "execute" else ())}
        if call["method"] == "execute":
            inside = []
    return [call for call in calls if call.get("n") not in late]


def unread(calls: Sequence[Json]) -> set[int]:
    """Numbers of calls whose answer never reached the program: a fault spoilt it, or the execute it was part of."""
    never_read: set[int] = set()
    inside: list[int] = []
    for call in calls:
        if call.get("inside"):
            inside.append(int(call["n"]))
            continue
        spoilt = call.get("fault") not in (None, "error", "slow")
        if call["method"] == "execute":
            never_read |= set(inside) if spoilt else set()
            inside = []
        if spoilt:
            never_read.add(int(call.get("n", 0)))
    return never_read


def _next_same(calls: Sequence[Json], call: Json) -> Json | None:
    """The next call of the same method and key that VK could answer apart: calls of one ``execute`` run together."""
    same = (call["method"], call.get("token_name"))
    for one in calls:
        together = call.get("inside") and one.get("inside") and one["monotonic"] - call["monotonic"] < 0.05
        together = together or (
            call["method"] in _MANY_AT_ONCE and one["monotonic"] - call["monotonic"] < UNDER_WAY
        )
        if (one["method"], one.get("token_name")) == same and not together:
            return one
    return None


def made_at(call: Json) -> float:
    """When the call (or the deed) was made, in seconds since the epoch."""
    return datetime.fromisoformat(call["at"]).timestamp()
