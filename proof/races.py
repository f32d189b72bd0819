"""Races: several moderators press different buttons of one card at the same moment; one decision comes of it.

In-process on SQLite or PostgreSQL (``in_process``), and through the whole program (``whole_program``).
``python -m proof.races --races 1000``.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from handlers.context import Context
from handlers.router import handle
from proof import rooms
from proof.evidence import CHAT as SANDBOX_CHAT
from proof.evidence import Json
from proof.office import Office, office
from proof.promises.decisions import ANNOUNCED
from tests.builders import ANNA, BORIS, CHAT, DINA, GLEB, VERA, a_button_press, suggested
from tests.handlers.world import World
from tests.sandbox_client import SandboxClient

PRESSERS: Final = (ANNA, BORIS, VERA, GLEB, DINA)
CHOICES: Final[tuple[tuple[str, str | None], ...]] = (
    ("queue", None),
    ("publish", None),
    ("reject", "ads"),
    ("return", "photo"),
)
DECIDING: Final = frozenset({"queue", "publish", "reject", "return", "pick"})


@dataclass
class Raced:
    """``doubles``: cards with more than one decision; ``silent``: presses nobody was told anything about."""

    races: int = 0
    presses: int = 0
    doubles: int = 0
    undecided: int = 0
    silent: int = 0
    lies: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def fine(self) -> bool:
        return not (self.doubles or self.undecided or self.silent or self.lies or self.errors)


def in_process(races: int, seed: int = 1, *, url: str | None = None, threads: int = 4) -> Raced:
    """So many cards, each pressed by ``threads`` moderators at once."""
    dice, raced, began = random.Random(seed), Raced(), time.monotonic()
    codes = _codes()
    with rooms.world(url=url) as world, ThreadPoolExecutor(threads) as pool:
        for number in range(1, races + 1):
            world.later(minutes=61)  # every decision finds a slot within reach
            with world.unit() as context:
                handle(suggested(10_000 + number, at=world.now, text=f"Новость {number} о музее"), context)
            meet = threading.Barrier(threads)
            presses = [
                (dice.choice((ANNA, VERA, GLEB, DINA) if action == "publish" else PRESSERS), action, arg)
                for action, arg in dice.choices(codes, k=threads)
            ]
            told = list(pool.map(lambda press, n=number, m=meet: _press(world, m, n, *press), presses))
            _judge(world, number, told, raced)
            _clear(world, number)
    raced.races, raced.seconds = races, time.monotonic() - began
    return raced


def _codes() -> list[tuple[str, str | None]]:
    """The choices with reasons the desk knows today."""
    from editorial import reasons

    known = {"reject": reasons.REJECT[0].code, "return": reasons.RETURN[0].code}
    return [(action, known.get(action, arg)) for action, arg in CHOICES]


def _press(world: World, meet: threading.Barrier, number: int, by: int, action: str, arg: str | None) -> str:
    payload: Json = {"v": 1, "a": action, "n": number, "r": 1, **({"x": arg} if arg else {})}
    event = a_button_press(payload, by=by, where=CHAT)
    meet.wait(10)
    try:
        with world.storage.begin("press") as unit:
            snackbar = handle(event, Context(unit, world.now, world.desk))
    except Exception as fault:  # noqa: BLE001  # counted as what the person was told
        return f"!{type(fault).__name__}"
    return snackbar.text if snackbar is not None else ""


def _judge(world: World, number: int, told: Sequence[str], raced: Raced) -> None:
    decided = [action for action in world.journal(number) if action in DECIDING]
    announced = sum(text.startswith(start) for text in told for start, _ in ANNOUNCED)
    raced.presses += len(told)
    raced.doubles += len(decided) > 1
    raced.undecided += not decided
    raced.silent += sum(not text for text in told)
    raced.lies += announced != len(decided)
    raced.errors.update(text for text in told if text.startswith("!"))


def _clear(world: World, number: int) -> None:
    """The wall takes what was decided, so that the plan does not fill up."""
    with world.unit() as context:
        context.unit.outbox.cancel_for(number, "publish", context.now)


# ------------------------------------------------------------------------------------------ the whole program


def whole_program(presses: int = 50) -> tuple[Counter[str], list[Any]]:
    """So many simultaneous presses by five moderators on one card; the words they were told, and violations."""
    with office() as opened:
        opened.prepare()
        for number in (503, 504):
            opened.desk.sandbox.do("person", id=number, first_name=f"Редактор{number}", last_name="Пятый")
            opened.desk.sandbox.do("set_role", user_id=number, role="editor")
        opened.start()
        opened.people.suggest("гнк-50")
        found = opened.wait(lambda: opened.people.card("гнк-50", "Опубликовать"), 30, "the card")
        _all_at_once(opened, found[0]["conversation_message_id"], presses)
        opened.wait(lambda: len(opened.desk.sandbox.state(only="snackbars")["snackbars"]) >= presses, 30, "answers")
        told = Counter(_kind(bar["text"]) for bar in opened.desk.sandbox.state(only="snackbars")["snackbars"])
        result = opened.judge("race")
        decided = [row for row in opened.evidence().story(1) if row["action"] in DECIDING]
    problems: list[Any] = [*result.violations, *result.unsettled]
    if len(decided) != 1:
        problems.append(f"{len(decided)} decisions")
    if told["decision"] != 1 or told.total() != presses:
        problems.append(f"told: {dict(told)}")
    return told, problems


def _all_at_once(opened: Office, cmid: int, presses: int) -> None:
    meet = threading.Barrier(presses)
    codes = _codes()

    def one(number: int) -> None:
        action, arg = codes[number % len(codes)]
        by = (500, 501, 503, 504, 502)[number % 5]
        payload: Json = {"v": 1, "a": action, "n": 1, "r": 1, **({"x": arg} if arg else {})}
        hand = SandboxClient(opened.desk.url)
        meet.wait(20)
        made = hand.forge(by, payload, peer_id=SANDBOX_CHAT, cmid=cmid)
        facts = {"number": 1, "version": 1, "action": action}
        opened.people.note("press", by=by, event_id=made.get("event_id"), **facts)

    with ThreadPoolExecutor(presses) as pool:
        list(pool.map(one, range(presses)))


def _kind(text: str) -> str:
    return (
        "decision" if any(text.startswith(start) for start, _ in ANNOUNCED) else text.split(":", maxsplit=1)[0][:40]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.races")
    parser.add_argument("--races", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    raced = in_process(asked.races, asked.seed)
    print(raced)
    told, problems = whole_program()
    print(dict(told), *map(str, problems), sep="\n")
    return 0 if raced.fine and not problems else 1


if __name__ == "__main__":
    sys.exit(main())
