"""People who may not decide try everything: role × action × state × way of arrival. Nothing changes, and every press
of theirs is written down.

``in_process`` tries thousands of combinations on a desk without processes, ``whole_program`` a few dozen through the
real one.  ``python -m proof.unauthorised --tries 2000``.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from editorial.suggestion import Status
from handlers.router import handle
from proof import rooms
from proof.evidence import CHAT as SANDBOX_CHAT
from proof.evidence import Json
from proof.office import office
from tests.builders import ANNA, AUTHOR, BORIS, CHAT, a_button_press, a_message, suggested
from tests.handlers.world import World

STRANGER: Final = 900
FORMER: Final = 901
COMMUNITY: Final = -77
OTHER_CHAT: Final = CHAT + 5
#: Who tries: the last two may decide, but not everywhere and not everything.
ROLES: Final = {"stranger": STRANGER, "author": AUTHOR, "former": FORMER, "community": COMMUNITY}
WRONG_PLACE: Final = {"editor": ANNA, "moderator": BORIS}
ACTIONS: Final[tuple[tuple[str, str | None], ...]] = (
    ("publish", None), ("queue", None), ("pick", "2026-11-25T12:30:00+00:00"), ("edit", None), ("return", "photo"),
    ("return", "own"), ("reject", "advertising"), ("reject", "own"), ("undo", None), ("out", None), ("repeat", None),
    ("community", None), ("menu", "main"), ("menu", "days"), ("menu", "reject"), ("next", None), ("digest", None),
)  # fmt: skip
EDITORS_ONLY: Final = ("publish",)
ARRIVALS: Final = ("chat", "own_dialog", "other_chat", "text_button", "old_card", "replayed", "reply", "command")
COMMANDS: Final = ("/пауза", "/продолжить", "/настроить", "/очередь")
STATES: Final = tuple(Status)


@dataclass
class Tried:
    """``effects``: tries that changed something; ``unlogged``: presses nobody wrote down."""

    tries: int = 0
    presses: int = 0
    effects: list[str] = field(default_factory=list)
    unlogged: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def fine(self) -> bool:
        return self.tries > 0 and not self.effects and not self.unlogged


@dataclass(frozen=True)
class Try:
    """One combination."""

    role: str
    by: int
    action: str
    arg: str | None
    status: Status
    arrival: str

    def __str__(self) -> str:
        return f"{self.role} {self.action}:{self.arg} {self.status} {self.arrival}"


def every_try() -> list[Try]:
    """All combinations of those who may nothing, and of those who may here but not there."""
    found = [
        Try(role, by, action, arg, status, arrival)
        for (role, by), (action, arg), status, arrival in itertools.product(
            ROLES.items(), ACTIONS, STATES, ARRIVALS
        )
    ]
    found += [
        Try(role, by, action, arg, status, arrival)
        for (role, by), (action, arg), status, arrival in itertools.product(
            WRONG_PLACE.items(), ACTIONS, STATES, ("own_dialog", "other_chat")
        )
    ]
    found += [
        Try("moderator", BORIS, action, None, status, arrival)
        for action, status, arrival in itertools.product(EDITORS_ONLY, STATES, ("chat", "old_card", "replayed"))
    ]
    return found


def in_process(tries: int, seed: int = 1) -> Tried:
    """So many of the combinations, in an order of the seed (all of them, and again, when there are fewer)."""
    dice, told, began = random.Random(seed), Tried(), time.monotonic()
    wanted = every_try()
    dice.shuffle(wanted)
    with rooms.world() as world:
        numbers = _one_in_each_state(world)
        _demote(world)
        for attempt in itertools.islice(itertools.cycle(wanted), tries):
            _attempt(world, attempt, numbers[attempt.status], told)
    told.seconds = time.monotonic() - began
    return told


def _one_in_each_state(world: World) -> dict[Status, int]:
    numbers: dict[Status, int] = {}
    for at, status in enumerate(STATES):
        post_id = 4000 + at
        world.happens(suggested(post_id, text=f"Новость {at} в состоянии {status}", at=world.now))
        with world.unit() as context:
            found = context.unit.suggestions.by_post(context.desk.owner_id, post_id)
            assert found is not None
            due = world.now + timedelta(days=at + 1) if status is Status.SCHEDULED else None
            out = world.now if status is Status.PUBLISHED else None
            into = found.number - at if status is Status.MERGED else None
            changed = replace(found, status=status, version=2, due_at=due, published_at=out, merged_into=into)
            assert context.unit.suggestions.save(changed, seen_version=1, slot_at=due)
            numbers[status] = found.number
    return numbers


def _demote(world: World) -> None:
    """The former moderator was one when the card was drawn."""
    with world.unit() as context:
        context.unit.staff.set(FORMER, "editor", world.now)
    with world.unit() as context:
        context.unit.staff.set(FORMER, None, world.now)


def _attempt(world: World, attempt: Try, number: int, told: Tried) -> None:
    before, refused = _picture(world), _refusals(world)
    is_press = _do(world, attempt, number)
    told.tries += 1
    told.presses += is_press
    if _picture(world) != before:
        told.effects.append(str(attempt))
    if is_press and _refusals(world) <= refused:
        told.unlogged.append(str(attempt))


def _refusals(world: World) -> int:
    with closing(sqlite3.connect(str(world.storage.path))) as connection:
        return int(connection.execute("SELECT count(*) FROM journal WHERE action = 'refused'").fetchone()[0])


def _do(world: World, attempt: Try, number: int) -> bool:
    """Make the try; whether it was a press of a button (which has to be written down)."""
    version = 1 if attempt.arrival == "old_card" else 2
    payload: Json = {"v": 1, "a": attempt.action, "n": number, "r": version}
    if attempt.arg is not None:
        payload["x"] = attempt.arg
    where = {"own_dialog": attempt.by, "other_chat": OTHER_CHAT}.get(attempt.arrival, CHAT)
    if attempt.arrival in ("chat", "own_dialog", "other_chat", "old_card", "replayed"):
        press = a_button_press(payload, by=attempt.by, where=where, cmid=world.card(number).cmid)
        _handle(world, press)
        if attempt.arrival == "replayed":
            _handle(world, press)
        return True
    cmid = world.card(number).cmid
    text = {"reply": "завтра 14:30", "command": COMMANDS[number % len(COMMANDS)]}.get(
        attempt.arrival, "Опубликовать"
    )
    carried = payload if attempt.arrival == "text_button" else None
    _handle(world, a_message(text, by=attempt.by, where=CHAT, reply_to=cmid, payload=carried, at=world.now))
    return False


def _handle(world: World, event: Any) -> None:
    with world.unit() as context:
        handle(event, context)


def _picture(world: World) -> tuple[Any, ...]:
    """Everything a decision would change."""
    with world.look() as context:
        unit = context.unit
        suggestions = tuple(
            (one.number, one.status, one.version, one.due_at, one.edited_text)
            for status in STATES
            for one in unit.suggestions.by_status(status, 50)
        )
        publications = tuple(
            (row.id, row.state, row.due_at)
            for one in suggestions
            for row in unit.outbox.for_suggestion(one[0])
            if row.kind in ("publish", "letter")
        )
        return suggestions, publications, context.paused(), context.moderators_chat()


# ------------------------------------------------------------------------------------------ the whole program


def whole_program(presses: int = 36, seed: int = 1) -> tuple[int, list[str]]:
    """Forged presses and commands through the real program; how many, and what was found."""
    dice = random.Random(seed)
    with office() as opened:
        opened.prepare()
        opened.start()
        people, sandbox = opened.people, opened.desk.sandbox
        people.suggest("чужой-1-к")
        found = opened.wait(lambda: people.card("чужой-1-к", "Опубликовать"), 30, "the card")
        cmid = found[0]["conversation_message_id"]
        since = len(sandbox.history())
        sandbox.do("set_role", user_id=502, role="author")
        for _ in range(presses):
            action, arg = dice.choice(ACTIONS)
            payload: Json = {"v": 1, "a": action, "n": 1, "r": dice.choice((1, 1, 0, 2))}
            if arg is not None:
                payload["x"] = arg
            by = dice.choice((601, 602, 603, 502))
            peer = SANDBOX_CHAT if by == 502 or dice.random() < 0.5 else by
            if peer == SANDBOX_CHAT and by != 502:
                sandbox.do("set_chat", peer_id=SANDBOX_CHAT, members=[500, 501, 502, 601, 602, 603])
            people.forge(payload, by, peer, cmid=cmid if peer == SANDBOX_CHAT else None)
        for text in COMMANDS:
            sandbox.write(603, text, peer_id=SANDBOX_CHAT)
        opened.wait(lambda: len(sandbox.history()) >= since + presses, 20, "the events")
        result = opened.judge("unauthorised")
        seen = opened.evidence()
    problems = [str(one) for one in (*result.violations, *result.unsettled)]
    if seen.suggestions[1]["status"] != "pending" or seen.suggestions[1]["version"] != 1:
        problems.append(f"№ 1 is {seen.suggestions[1]['status']}")
    if seen.setting("paused") is not None:
        problems.append("a stranger paused the desk")
    return presses, problems


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.unauthorised")
    parser.add_argument("--tries", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    told = in_process(asked.tries, asked.seed)
    print(f"{told.tries} tries of {len(every_try())} kinds, {told.presses} presses, {len(told.effects)} effects,")
    print(f"{len(told.unlogged)} not written down, {told.seconds:.0f} s")
    print(*told.effects[:10], *told.unlogged[:10], sep="\n")
    presses, problems = whole_program(seed=asked.seed)
    print(f"{presses} through the whole program: {problems or 'nothing changed'}")
    return 0 if told.fine and not problems else 1


if __name__ == "__main__":
    sys.exit(main())
