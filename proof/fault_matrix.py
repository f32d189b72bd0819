"""The fault matrix: every method the program uses meets every answer VK gives and every way the network breaks, each
once, while suggestions, presses and publications go on in a process that lives through all of it.

``python -m proof.fault_matrix --seed 1 --faults 500 --desks 3``.  After the last one VK is well again, a moderator
writes «/продолжить» where the program asked for it, everything settles, and the checker judges.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from proof.evidence import CHAT, Json
from proof.office import Office, Result, office, table
from proof.people import EDITOR

#: A lane rests so long after a blow, seconds: the long poll waits longer after each failure in a row.
REST: Final = {"execute": 0.5}
#: Lanes of the long poll wait for polls that go well: after many failures in a row nothing would be heard for long.
POLLING: Final = ("lp", "groups.getLongPollServer")
NEWS_EVERY: Final = 0.8
STIR_EVERY: Final = 0.1
PRESS_EVERY: Final = 4.0
#: A moderator who sees no progress says «/продолжить» again, seconds.
PATIENCE: Final = 6.0
#: Methods that are called often enough to be struck more than once.
BUSY: Final = ("messages.send", "wall.get", "users.get", "execute", "messages.sendMessageEventAnswer", "lp")
#: Errors after which the key rests until time passes or a person says so: each once in a run, or nothing moves.
STOPPING: Final = frozenset({5, 9, 14, 15, 17, 29})
LETTERS: Final = '"peer_ids": "7'
TO_CHAT: Final = f'"peer_ids": "{CHAT}"'


@dataclass(frozen=True)
class Fault:
    """One fault: the method it strikes and the rule in the sandbox's language."""

    method: str
    what: str
    rule: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        facts = dict(self.rule)
        code = "/".join(str(facts[key]) for key in ("code", "subcode", "shape") if key in facts)
        text = f" {facts['text']}" if "text" in facts else ""
        return f"{self.method} {self.what} {code}{text}".strip()


def _error(method: str, code: int, **more: Any) -> Fault:
    return Fault(method, "error", (("code", code), *more.items()))


_ANYWHERE: Final[tuple[dict[str, Any], ...]] = (
    {"code": 1},
    {"code": 5},
    {
        "code": 5,
        "subcode": 1130,
        "text": "User authorization failed: access_token was given to another ip address.",
    },
    {"code": 5, "subcode": 1117, "text": "User authorization failed: access_token has expired."},
    {"code": 6},
    {"code": 9},
    {"code": 10},
    {"code": 14, "shape": "old"},
    {"code": 14, "shape": "new"},
    {"code": 15},
    {"code": 17},
    {"code": 29},
)
_POST: Final[tuple[dict[str, Any], ...]] = (
    {"code": 100, "text": "One of the parameters specified was missing or invalid"},
    {"code": 104},
    {"code": 210},
    {"code": 214, "text": "Access to adding post denied: you can only add 50 posts a day"},
    {"code": 214, "text": "Access to adding post denied: a post is already scheduled for this time"},
    {"code": 214, "text": "Access to adding post denied: can only schedule 25 posts on a day"},
    {"code": 214, "text": "Access to adding post denied: cannot schedule more than 150 posts"},
    {"code": 214, "text": "Access to adding post denied: cannot postpone this post"},
    {"code": 214, "text": "Access to adding post denied: too many messages sent"},
    {"code": 214, "text": "Access to adding post denied: wall is closed"},
    {"code": 214, "text": "Access to adding post denied"},
    {"code": 219},
    {"code": 222},
)
_SEND: Final[tuple[dict[str, Any], ...]] = (
    *({"code": code, "contains": LETTERS} for code in (900, 901, 902, 936)),
    *({"code": code, "contains": TO_CHAT} for code in (912, 917, 925, 1012)),
    {"code": 911},
    {"code": 914},
)
_EDIT: Final[tuple[dict[str, Any], ...]] = tuple({"code": code} for code in (100, 909, 911, 914, 917, 920))
_BREAKS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("reset", {}),
    ("stall", {"seconds": 1.5}),
    ("html200", {}),
    ("http", {"status": 502}),
    ("empty", {}),
    ("braces", {}),
    ("truncated", {}),
    ("trailing_comma", {}),
    ("slow", {"seconds": 1.0}),
)
_EFFECTS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("effect_then_reset", {}),
    ("effect_then_stall", {"seconds": 1.5}),
    ("effect_then_error", {"code": 10}),
    ("effect_then_http", {"status": 502}),
    ("effect_then_empty", {}),
    ("late_effect", {"seconds": 2.0}),
)
#: Methods, the errors only they know, and whether they change something.
METHODS: Final[dict[str, tuple[Sequence[dict[str, Any]], bool]]] = {
    "wall.post": (_POST, True),
    "wall.get": ((), False),
    "wall.getById": ((), False),
    "messages.send": (_SEND, True),
    "messages.edit": (_EDIT, True),
    "execute": ((), True),
    "messages.sendMessageEventAnswer": (({"code": 100}, {"code": 901}), True),
    "users.get": ((), False),
    "groups.getMembers": ((), False),
    "groups.getLongPollServer": ((), False),
    "groups.getTokenPermissions": ((), False),
}
_POLL: Final[tuple[Fault, ...]] = (
    *(Fault("lp", "lp_failed", (("code", code),)) for code in (1, 2, 3, 4)),
    *(Fault("lp", what, tuple(rule.items())) for what, rule in _BREAKS),
    Fault("lp", "lp_stall", (("seconds", 1.5),)),
)
_EVENTS: Final[tuple[Fault, ...]] = tuple(
    Fault("wall_post_new", what, (("seconds", 1.0),))
    for what in ("lp_drop_event", "lp_duplicate", "lp_reorder", "lp_broken_event", "lp_late")
)


def every_fault() -> list[Fault]:
    """The whole table, each fault once."""
    found: list[Fault] = [*_POLL, *_EVENTS]
    for method, (own, writes) in METHODS.items():
        found += [_error(method, **facts) for facts in (*_ANYWHERE, *own) if method != "execute"]
        breaks = (*_BREAKS, *(_EFFECTS if writes else ()))
        found += [Fault(method, what, tuple(rule.items())) for what, rule in breaks]
    return found


def chosen(seed: int, count: int) -> list[Fault]:
    """The table shuffled by the seed; what is missing to ``count`` is drawn again, of the methods that are called most
    and of what does not stop a key.

    A smaller run takes its share of every method; of a refused key of the queue, after which the program waits ten
    seconds and more each time, only a few.
    """
    dice = random.Random(seed)
    faults = every_fault()
    if count < len(faults):
        by_method: dict[str, list[Fault]] = {}
        for fault in faults:
            by_method.setdefault(fault.method, []).append(fault)
        share = count / len(faults)
        few = {method: round(len(own) * share) for method, own in by_method.items()} | {
            "groups.getLongPollServer": 4
        }
        return dice.sample(
            [one for method, own in by_method.items() for one in dice.sample(own, few[method])], k=sum(few.values())
        )
    cheap = [
        fault
        for fault in faults
        if fault.method in BUSY
        and fault.what not in ("lp_failed", "stall")
        and dict(fault.rule).get("code") not in STOPPING
    ]
    faults += [dice.choice(cheap) for _ in range(count - len(faults))]
    dice.shuffle(faults)
    return faults


@dataclass
class Lane:
    """The faults of one method: one in force at a time, the next when it has struck."""

    method: str
    waiting: list[Fault]
    armed: Fault | None = None
    armed_id: int = 0
    free_at: float = 0.0
    polls: int = 0
    struck: list[Fault] = field(default_factory=list)

    @property
    def over(self) -> bool:
        return self.armed is None and not self.waiting


class Storm:
    """Arms faults, moves everything that can meet them, and lets a moderator answer the alarms."""

    def __init__(self, opened: Office, faults: Sequence[Fault], seed: int) -> None:
        self._office = opened
        self._dice = random.Random(seed)
        self._serial = 0
        self._spare: list[str] = []
        self._resumed_at = self._suggested_at = self._published_at = time.monotonic()
        self._alarmed = False
        by_method: dict[str, list[Fault]] = {}
        for fault in faults:
            by_method.setdefault(fault.method, []).append(fault)
        self.lanes = [Lane(method, waiting) for method, waiting in by_method.items()]
        opened.desk.sandbox.limits(day_posts=0, burst_writes=0, wall_get_per_day=0)
        opened.desk.sandbox.do("person", id=799, first_name="Роман", last_name="Сменный", messages="allowed")

    def run(self, seconds: float) -> None:
        """Until every fault has struck or the time is over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not all(lane.over for lane in self.lanes):
            self._arm()
            self._stir()
            self._answer_alarms()
            time.sleep(STIR_EVERY)

    @property
    def struck(self) -> list[Fault]:
        return [fault for lane in self.lanes for fault in lane.struck]

    def _arm(self) -> None:
        now, polls = time.monotonic(), int(self._office.desk.sandbox.health()["polls"])
        fired = {rule["id"] for rule in self._office.desk.sandbox.faults() if rule["fired"]}
        for lane in self.lanes:
            if lane.armed is not None and lane.armed_id in fired:
                lane.struck.append(lane.armed)
                self._alarmed = self._alarmed or dict(lane.armed.rule).get("code", 10) not in (1, 6, 10)
                lane.armed = None
                for other in self.lanes:
                    other.polls = polls + 2 if lane.method in POLLING and other.method in POLLING else other.polls
                lane.free_at = now + REST.get(lane.method, 0.2)
            if lane.armed is None and lane.waiting and now >= lane.free_at and polls >= lane.polls:
                lane.armed = lane.waiting.pop(0)
                where = {"event": lane.method} if lane.armed.what in _EVENT_KINDS else {"method": lane.method}
                lane.armed_id = self._office.desk.sandbox.fault(lane.armed.what, **where, **dict(lane.armed.rule))

    def _wants(self, *methods: str) -> bool:
        return any(not lane.over for lane in self.lanes if lane.method in methods)

    def _stir(self) -> None:
        """One thing of every kind that some waiting fault needs."""
        people, sandbox = self._office.people, self._office.desk.sandbox
        self._serial += 1
        needed = ("messages.send", "users.get", "execute", "wall_post_new", "wall.post", "wall.getById")
        if self._wants(*needed) or len(self._spare) < 5:
            self._suggest()
        if self._wants("wall.post", "wall.getById"):
            self._publish()
        if self._wants("messages.edit", "messages.sendMessageEventAnswer") and self._serial % 3 == 0:
            self._open_menu()
        if self._wants("groups.getMembers") and self._serial % 10 == 0:
            role = self._dice.choice(("moderator", "author"))
            sandbox.do("set_role", user_id=799, role=role)
            people.note("set_role", user_id=799, role=role)
        if self._wants("groups.getLongPollServer") and self._serial % 6 == 0:
            sandbox.do("long_poll", fail=2)
        if self._wants("messages.send") and self._serial % 5 == 0:
            sandbox.write(EDITOR, "/очередь", peer_id=CHAT)

    def _suggest(self) -> None:
        if time.monotonic() - self._suggested_at < NEWS_EVERY:
            return
        self._suggested_at = time.monotonic()
        author = 7000 + self._serial
        self._office.desk.sandbox.do(
            "person",
            id=author,
            first_name=f"Автор{author}",
            last_name="Посёлков",
            city="Иркутск",
            messages="allowed",
        )
        marker = f"б{self._serial}-к"
        self._office.people.suggest(marker, author, photos=self._dice.choice((0, 0, 1)))
        self._spare.append(marker)

    def _publish(self) -> None:
        """Not more presses than the wall takes, one in five seconds, or the queue outlives the faults."""
        if time.monotonic() - self._published_at < PRESS_EVERY:
            return
        for marker in list(self._spare):
            if self._office.people.press(marker, "Опубликовать") is not None:
                self._published_at = time.monotonic()
                self._spare.remove(marker)
                return

    def _open_menu(self) -> None:
        for marker in self._dice.sample(self._spare, min(3, len(self._spare))):
            for label in ("Отклонить", "Назад"):
                if self._office.people.press(marker, label) is not None:
                    return

    def _answer_alarms(self) -> None:
        """What the program asks for is done a little later."""
        quiet = time.monotonic() - self._resumed_at
        if (self._alarmed and quiet > 1.5) or quiet > PATIENCE:
            self._resumed_at, self._alarmed = time.monotonic(), False
            self._office.people.resume()


_EVENT_KINDS: Final = frozenset({"lp_drop_event", "lp_duplicate", "lp_reorder", "lp_broken_event", "lp_late"})


@dataclass(frozen=True)
class Weathered:
    """How one desk came through. ``missed``: faults that never struck, which proves nothing about them."""

    seed: int
    struck: list[Fault]
    missed: list[Fault]
    result: Result
    facts: Json


def weather(seed: int, faults: Sequence[Fault], seconds: float) -> Weathered:
    """One desk through these faults."""
    with office(CARDS_BURST="0") as opened:
        opened.prepare()
        opened.facts["lossy"] = True  # failed 1 and 3 lose events, as on VK
        opened.start()
        storm = Storm(opened, faults, seed)
        storm.run(seconds)
        opened.desk.sandbox.clear_faults()
        opened.desk.sandbox.limits(off=False)
        opened.desk.sandbox.limits(day_posts=0, burst_writes=0, wall_get_per_day=0)
        time.sleep(2.5)  # what was struck last is noticed before the moderator answers it
        opened.people.resume()
        result = opened.judge(f"faults-{seed}", plan=[fault.name for fault in faults])
        missed = [fault for lane in storm.lanes for fault in (*lane.waiting, *([lane.armed] if lane.armed else []))]
        facts = {"on the wall": len(opened.desk.sandbox.state(only="wall")["wall"])}
    return Weathered(seed, storm.struck, missed, result, facts)


def matrix(seed: int, count: int, desks: int, seconds: float) -> list[Weathered]:
    """The faults shared out among several desks that run side by side."""
    faults = chosen(seed, count)
    shares = [faults[at::desks] for at in range(desks)]
    with ThreadPoolExecutor(desks) as pool:
        runs = [pool.submit(weather, seed * 100 + at, share, seconds) for at, share in enumerate(shares)]
        return [run.result() for run in runs]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.fault_matrix")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, default=500)
    parser.add_argument("--desks", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=130)
    parser.add_argument("--only", default="", help="faults whose name has this text")
    asked = parser.parse_args(arguments)
    if asked.only:
        wanted = [fault for fault in every_fault() if asked.only in fault.name]
        done = [weather(asked.seed, wanted, asked.seconds)]
    else:
        done = matrix(asked.seed, asked.faults, asked.desks, asked.seconds)
    print(report(done))
    return 0 if all(one.result.fine for one in done) else 1


def report(done: Sequence[Weathered]) -> str:
    """The table of the desks, faults by method, and what was found."""
    head = ("desk", "struck", "missed", "on the wall", "lost", "doubled", "other", "stuck")
    rows = []
    for one in done:
        lost, doubled = one.result.found("R1", "R2"), one.result.found("R3", "R4")
        other = len(one.result.violations) - lost - doubled
        stuck = len(one.result.unsettled)
        rows.append(
            (one.seed, len(one.struck), len(one.missed), one.facts["on the wall"], lost, doubled, other, stuck)
        )
    lines = [table(rows, head)]
    for one in done:
        lines += [f"{one.seed}: {violation}" for violation in one.result.violations[:30]]
        lines += [f"{one.seed}: unsettled: {what}" for what in one.result.unsettled[:10]]
        lines += [f"{one.seed}: never struck: {fault.name}" for fault in one.missed[:20]]
        lines.append(f"artifact: {one.result.artifact}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
