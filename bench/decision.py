"""What one decision costs a moderator: what there is to read, what to press, what to type, whether a phone shows it.

Five seconds cannot be measured without a person; what they are spent on can.  The samples go through the desk one by
one, each decided in every way; nothing of the desk's own words is counted as the news, which has to be read anyway.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from bench.table import Row, percentile
from editorial.suggestion import Attachment
from storage.migrate import upgrade
from storage.unit import Storage
from tests.builders import ANNA, AUTHOR, BORIS, CHAT, NOW, suggested
from tests.handlers.world import World, a_desk
from tests.rules.judged import Sample, samples

#: A phone of 390 by 844 points shows about so many signs in a line of a chat, and so many lines above the keyboard.
LINE: Final = 44
LINES: Final = 26
#: Signs a second that are read silently, 1,500 a minute.
READ: Final = 25.0
#: Where the card has room for it, the verdict of the checks and of the region is read within so many seconds.
FIVE: Final = 5.0
_CHOICES: Final = ("publish", "queue", "digest", "return", "reject")
_PATHS: Final = {
    "publish": ("Опубликовать",),
    "queue": ("В очередь",),
    "digest": ("В дайджест",),
    "return": ("Вернуть", "Нужно фото"),
    "reject": ("Отклонить", "Не по теме"),
}
_ASKED: Final = "Да, "


@dataclass(frozen=True, slots=True)
class Cost:
    """``told``: signs of the desk's own words on the card, ``lines``: all its lines on a phone, ``messages``: how many
    there were to read, ``presses``: by decision."""

    told: int
    lines: int
    messages: int
    presses: dict[str, int]


def measure(_sandbox: object, folder: Path) -> list[Row]:
    """A row for each thing that takes a moderator's time."""
    costs: list[Cost] = []
    with _desk(folder / "decision") as make:
        costs += [_cost(make, sample) for sample in samples()]
    many = f"{len(costs)} samples"
    told = [cost.told / READ for cost in costs]
    fits = sum(cost.lines <= LINES for cost in costs)
    rows = [
        Row(
            "a decision: the desk's own words on the card, at 25 signs a second",
            many,
            f"median {percentile(told, 0.5):.1f} s, 90th {percentile(told, 0.9):.1f} s",
            holds=percentile(told, 0.5) <= FIVE,
        ),
        Row(
            "a decision: the card with its news on a phone",
            f"{many}, {LINES} lines of {LINE} signs",
            f"{fits} fit on one screen; median {percentile([c.lines for c in costs], 0.5):.0f} lines",
        ),
        Row(
            "a decision: messages to read for it",
            many,
            f"one, and two for {sum(cost.messages == 2 for cost in costs)} too long for one message",
            holds=max(cost.messages for cost in costs) <= 2,
        ),
    ]
    for choice in _CHOICES:
        pressed = [cost.presses[choice] for cost in costs]
        least = len(_PATHS[choice])
        rows.append(
            Row(
                f"a decision: presses to {choice}",
                many,
                f"median {percentile(pressed, 0.5):.0f}, most {max(pressed)}; 0 words typed",
                holds=max(pressed) <= least + 1,
            )
        )
    return rows


class Maker:
    """Fresh desks, each a copy of one empty database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._empty = folder / "empty.db"
        storage = Storage.open(f"sqlite:///{self._empty}")
        upgrade(storage)
        with storage.begin("staff") as unit:
            unit.staff.replace({ANNA: "editor", BORIS: "editor"}, NOW)
            unit.settings.set("moderators_chat", CHAT, NOW)
        storage.close()
        self._opened: list[Storage] = []

    def world(self) -> World:
        """A desk at ten in the morning, and nobody known."""
        path = self._folder / f"desk{len(self._opened)}.db"
        shutil.copy(self._empty, path)
        self._opened.append(Storage.open(f"sqlite:///{path}"))
        return World(self._opened[-1], a_desk())

    def close(self) -> None:
        for storage in self._opened:
            storage.close()


@contextmanager
def _desk(folder: Path) -> Iterator[Maker]:
    folder.mkdir(parents=True)
    made = Maker(folder)
    try:
        yield made
    finally:
        made.close()


def _as_on_vk(sample: Sample) -> list[Attachment]:
    """The attachments with the numbers VK gives them: they stand under the card as pictures."""
    known = enumerate(sample.facts.attachments, 1)
    return [replace(one, owner_id=AUTHOR, media_id=place) for place, one in known]


def _cost(make: Maker, sample: Sample) -> Cost:
    """The sample in front of a moderator, once for every way to decide it; each on a desk of its own."""
    presses = {}
    told = lines = messages = 0
    for choice in _CHOICES:
        world = make.world()
        world.now = NOW + timedelta(minutes=1)
        with world.unit() as context:
            context.unit.authors.introduce(
                AUTHOR, world.now, region=sample.facts.region, organisation="Пресс-служба"
            )
            context.unit.authors.confirm(AUTHOR, ANNA, world.now)
            context.unit.authors.asked(AUTHOR, world.now)
        world.happens(suggested(31, text=sample.text, attachments=_as_on_vk(sample), at=world.now))
        card, news = world.card(1).text, set(sample.facts.text.split("\n"))
        told = sum(len(line) for line in card.split("\n") if line not in news)
        lines, messages = _lines(card), len(world.chat())
        presses[choice] = _decide(world, _PATHS[choice])
    return Cost(told, lines, messages, presses)


def _lines(card: str) -> int:
    return sum(max(1, len(textwrap.wrap(line, LINE))) for line in card.split("\n"))


def _decide(world: World, path: tuple[str, ...]) -> int:
    """Presses until the card says that it is decided; a red question is answered with yes."""
    before, pressed = world.suggestion(1).status, 0
    for label in path:
        world.press(1, label)
        pressed += 1
    while world.suggestion(1).status is before:
        yes = next((label for label in world.card(1).buttons if label.startswith(_ASKED)), None)
        assert yes is not None, f"not decided: {list(world.card(1).buttons)}"
        world.press(1, yes)
        pressed += 1
    return pressed
