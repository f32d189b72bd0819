"""Events nobody imagined: shapes of real ones, then mutated, through the real long poll, inbox and router.

``python -m proof.fuzz --seed 1 --events 5000``.  Nothing may crash, the cursor reaches the end, what could not be
read is kept raw.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from pydantic import SecretStr

from bot.config import Settings
from bot.desk import desk_of
from bot.intake import Intake
from bot.router import Router
from bot.snackbars import Snackbars
from bot.vk.client import VkClient, VkKey
from bot.vk.longpoll import LongPoll
from bot.work import Work
from handlers.replies import Snackbar
from proof import rooms
from proof.evidence import integrity
from sandbox.server import Sandbox
from storage.migrate import upgrade
from storage.unit import Storage
from tests.sandbox_client import CHAT, SandboxClient

GOLDEN: Final = Path(__file__).parents[1] / "tests" / "vk" / "golden"
#: Types of VK's callback list that the desk has no use for, and some that do not exist.
FOREIGN_TYPES: Final = (
    "wall_reply_new", "wall_repost", "photo_new", "video_new", "like_add", "poll_vote_new", "group_join",
    "group_leave", "group_change_settings", "board_post_new", "market_order_new", "donut_subscription_create",
    "vkpay_transaction", "message_typing_state", "message_reply", "message_edit", "message_read", "confirmation",
    "wall_schedule_post_new", "wall_post_edit", "", "нет такого", "message_new ", "WALL_POST_NEW",
)  # fmt: skip
ODD_VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**30, 0.5, 1e308, "", " ", "0", "-5", "1e9", "нет",
    "\x00", "\ud800", "\u202e\u200b", "№", "[id1|", "x" * 5000, "😀" * 300, [], {}, [None], [[]], {"": None},
    ["a", 1, {}], {"id": "x"}, "[]", "{}", '{"v":1}', '{"v":1,"a":"publish","n":1,"r":1}', 1_700_000_000_000,
)  # fmt: skip


class Silence:
    """Stands where snackbars are shown: counts them."""

    def __init__(self) -> None:
        self.shown = 0

    def show(self, snackbar: Snackbar) -> None:  # noqa: ARG002  # what is said does not matter here
        """One press answered."""
        self.shown += 1


@dataclass(frozen=True)
class Fuzzed:
    """What became of the events. ``crashes``: faults of intake or router; ``states``: inbox rows by state."""

    seed: int
    sent: int
    lost: int
    states: dict[str, int]
    crashes: list[str]
    seconds: float

    @property
    def fine(self) -> bool:
        return not self.crashes and not self.lost and set(self.states) <= {"done", "strange"}


def seeds(sandbox: SandboxClient) -> list[dict[str, Any]]:
    """Real shapes: what the sandbox emits when people do everything they can, and the golden updates."""
    post = sandbox.suggest(
        601, "Открыли музей", photos=2, attachments=["video:Ролик", "link:https://example.org/a"]
    )
    sandbox.suggest(602, "От сообщества", photos=1)
    sandbox.write(601, "Мои новости")
    sandbox.write(602, "Статус 1", photos=1)
    sandbox.write(501, "/план", peer_id=CHAT)
    sandbox.write(501, "завтра 14:30", peer_id=CHAT, payload={"command": "start"})
    sandbox.forge(501, {"v": 1, "a": "queue", "n": 1, "r": 1})
    sandbox.do("publish_by_hand", post_id=post, user_id=501)
    sandbox.do("post_by_hand", user_id=501, text="Сама", photos=1)
    sandbox.do("allow_messages", user_id=603)
    sandbox.do("deny_messages", user_id=603)
    sandbox.do("set_role", user_id=502, role="editor")
    sandbox.do("ban", user_id=603)
    sandbox.do("ban", user_id=603, off=True)
    shapes = [{key: value for key, value in event.items() if key != "ts"} for event in sandbox.history()]
    for path in sorted(GOLDEN.glob("*.json")):
        golden = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(golden, dict):
            shapes.append(golden)
    return shapes


def mutated(shape: dict[str, Any], dice: random.Random, serial: int) -> Any:
    """The shape with up to five things wrong; every tenth stays whole."""
    made = copy.deepcopy(shape)
    made["event_id"] = f"fuzz-{serial}"
    if dice.random() < 0.1:
        return made
    for _ in range(dice.randint(1, 5)):
        dice.choice(MUTATIONS)(made, dice)
    if dice.random() < 0.02:
        return copy.deepcopy(dice.choice(ODD_VALUES))
    return made


def _places(tree: Any, found: list[tuple[Any, Any]] | None = None) -> list[tuple[Any, Any]]:
    """Every place of the tree as (container, key)."""
    found = [] if found is None else found
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        found.append((tree, key))
        _places(tree[key], found)
    return found


def _replace(tree: Any, dice: random.Random) -> None:
    places = _places(tree)
    if places:
        box, key = dice.choice(places)
        box[key] = copy.deepcopy(dice.choice(ODD_VALUES))


def _drop(tree: Any, dice: random.Random) -> None:
    places = [place for place in _places(tree) if isinstance(place[0], dict)]
    if places:
        box, key = dice.choice(places)
        del box[key]


def _swap(tree: Any, dice: random.Random) -> None:
    places = _places(tree)
    if len(places) > 1:
        (box, key), (other, elsewhere) = dice.sample(places, 2)
        box[key], other[elsewhere] = copy.deepcopy(other[elsewhere]), copy.deepcopy(box[key])


def _respell(tree: Any, dice: random.Random) -> None:
    """Numbers as words and words as numbers, which VK does."""
    places = [place for place in _places(tree) if isinstance(place[0][place[1]], int | str)]
    if places:
        box, key = dice.choice(places)
        value = box[key]
        box[key] = str(value) if isinstance(value, int) else len(value)


def _add(tree: Any, dice: random.Random) -> None:
    boxes = [box for box, _ in _places(tree) if isinstance(box, dict)]
    if boxes:
        dice.choice(boxes)[dice.choice(("new_field", "donut", "ts", "type", "id"))] = copy.deepcopy(
            dice.choice(ODD_VALUES)
        )


def _nest(tree: Any, dice: random.Random) -> None:
    places = _places(tree)
    if places:
        box, key = dice.choice(places)
        for _ in range(dice.choice((1, 2, 60))):
            box[key] = {"x": box[key]} if dice.random() < 0.5 else [box[key]]


def _retype(tree: Any, dice: random.Random) -> None:
    tree["type"] = dice.choice(FOREIGN_TYPES)


def _many(tree: Any, dice: random.Random) -> None:
    lists = [box[key] for box, key in _places(tree) if isinstance(box[key], list) and box[key]]
    if lists:
        chosen = dice.choice(lists)
        chosen *= dice.choice((2, 12))


def _elsewhere(tree: Any, dice: random.Random) -> None:
    tree["group_id"] = dice.choice((2, -1, "1", None))


MUTATIONS: Final[tuple[Callable[[Any, random.Random], None], ...]] = (
    _replace, _replace, _replace, _drop, _drop, _swap, _respell, _add, _nest, _retype, _many, _elsewhere,
)  # fmt: skip


def fuzz(seed: int, count: int) -> Fuzzed:
    """Send so many events through and look at what became of them."""
    dice, began = random.Random(seed), time.monotonic()
    rooms.quiet()
    with tempfile.TemporaryDirectory(prefix="okmo-fuzz-") as folder, Sandbox(limits_off=True) as server:
        client = SandboxClient(server.url)
        client.do("long_poll", enabled=True, flags="all")
        world = _Program(server.url, Path(folder))
        shapes = seeds(client)
        world.catch_up()
        before = world.states()
        lines = [
            json.dumps(mutated(dice.choice(shapes), dice, serial), ensure_ascii=dice.random() < 0.5, default=str)
            for serial in range(count)
        ]
        # A lone half of a surrogate pair cannot be sent as UTF-8: VK sends it escaped.
        lines = [line if _sendable(line) else json.dumps(json.loads(line)) for line in lines]
        server.world.long_poll(1).extend(lines)
        world.catch_up()
        states = world.states() - before
        found = integrity(Path(folder) / "fuzz.db")
        lost = world.lost(lines)
        world.close()
    return Fuzzed(seed, count, lost, dict(states), [*world.crashes, *found], time.monotonic() - began)


def _sendable(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Program:
    """Intake and router on a database, without threads."""

    def __init__(self, url: str, folder: Path) -> None:
        settings = Settings(
            VK_GROUP_ID=1,
            VK_GROUP_TOKEN=SecretStr("group-key"),
            VK_API_URL=f"{url}/method/",
            VK_MODERATORS_CHAT=CHAT,
        )
        self.path = folder / "fuzz.db"
        self.storage = Storage.open(f"sqlite:///{self.path}")
        upgrade(self.storage)
        self.work = Work(self.storage, desk_of(settings))
        with self.work.begin("chat") as context:
            context.unit.settings.set("moderators_chat", CHAT, context.now)
            context.unit.staff.replace({500: "creator", 501: "editor"}, context.now)
        group = VkClient(VkKey("group", "group-key"), settings.VK_API_URL, rate=2000.0, timeout=(2, 5))
        self.snackbars = Silence()
        self.intake = Intake(LongPoll(group, 1, wait=1), self.work, 1, before=lambda: None, on_gap=lambda: None)
        self.router = Router(self.work, cast("Snackbars", self.snackbars), group, 1, before=lambda: None)
        self.crashes: list[str] = []
        self._guarded(self.intake.step)

    def catch_up(self) -> None:
        """Poll until nothing new comes, handle until nothing is left."""
        while self._guarded(self.intake.step):
            while self._guarded(self.router.step):
                pass

    def _guarded(self, step: Callable[[], Any]) -> Any:
        try:
            return step()
        except Exception as fault:  # noqa: BLE001  # none is the proof
            self.crashes.append(f"{type(fault).__name__}: {fault}")
            return len(self.crashes) < 5

    def states(self) -> Counter[str]:
        """Inbox rows by state."""
        return Counter(state for state, _ in self._rows())

    def lost(self, lines: Sequence[str]) -> int:
        """Events whose raw form is not there, nor another one that came first under the same id."""
        raw = {raw for _, raw in self._rows()}
        ids = {_id(line) for line in raw}
        return sum(line not in raw and (_id(line) is None or _id(line) not in ids) for line in set(lines))

    def _rows(self) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(self.path)) as connection:
            return [(state, raw) for state, raw in connection.execute("SELECT state, raw FROM inbox")]

    def close(self) -> None:
        """Let the file go."""
        self.storage.close()


def _id(line: str) -> str | None:
    update = json.loads(line)
    found = update.get("event_id") if isinstance(update, dict) else None
    return None if found is None else str(found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.fuzz")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", type=int, default=5000)
    asked = parser.parse_args(arguments)
    done = fuzz(asked.seed, asked.events)
    print(done)
    return 0 if done.fine else 1


if __name__ == "__main__":
    sys.exit(main())
