"""What everything else stands on, and what starts first: the database, the keys, the ear on VK's event stream.

Loading the rest of the program takes longer than all this; what happens on VK meanwhile is stored already.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bot import log as journal
from bot.config import Settings
from bot.intake import Intake
from bot.keys import KeyFile
from bot.service import Running
from bot.vk.client import VkClient, VkKey
from bot.vk.longpoll import LongPoll
from bot.vk.pace import Pace
from bot.work import Work
from handlers.context import Desk
from storage.lease import Lease, take_lease
from storage.migrate import upgrade
from storage.unit import Storage

#: What VK allows per second: a person's key and a community's.
USER_RATE: Final = 3.0
GROUP_RATE: Final = 20.0
#: Seconds the editor's key rests at the start.
AFTER_A_KILL: Final = 0.7


@dataclass(slots=True)
class Keys:
    """Both keys and where a replaced one is kept."""

    group: VkKey
    user: VkKey
    group_file: KeyFile
    user_file: KeyFile

    @classmethod
    def of(cls, settings: Settings) -> Keys:
        files = KeyFile.of(settings.DATA_DIR, "group"), KeyFile.of(settings.DATA_DIR, "user")
        group = files[0].read(settings.VK_GROUP_TOKEN.get_secret_value())
        user = files[1].read(settings.VK_USER_TOKEN.get_secret_value())
        journal.MASKING.learn((group, user))
        return cls(VkKey("group", group), VkKey("user", user), *files)


def clients(settings: Settings, keys: Keys, pace: Callable[..., Pace] = Pace) -> tuple[VkClient, VkClient]:
    """The community's client and the editor's; ``pace`` makes what their calls wait for."""
    group = VkClient(keys.group, settings.VK_API_URL, rate=GROUP_RATE, pace=pace)
    user = VkClient(keys.user, settings.VK_API_URL, rate=USER_RATE, pace=pace)
    return group, user


@dataclass(slots=True)
class Hooks:
    """What the intake asks of parts that are loaded later."""

    joined: threading.Event = field(default_factory=threading.Event)
    before: Callable[[], None] = lambda: None
    #: A gap noticed before anybody can be told is found by the comparison every start begins with.
    on_gap: Callable[[], None] = lambda: None

    def prepare(self) -> None:
        """Before the very first poll: wait for whoever has VK send the right events, and let them."""
        self.joined.wait()
        self.before()

    def gap(self) -> None:
        self.on_gap()


@dataclass(slots=True)
class Ground:
    """The database, which is ours alone, the keys and the intake, which may run already."""

    storage: Storage
    lease: Lease
    keys: Keys
    group: VkClient
    user: VkClient
    work: Work
    intake: Intake
    listening: Running
    hooks: Hooks

    def join(self, *, before: Callable[[], None], on_gap: Callable[[], None]) -> None:
        """The rest is there: ``before`` has VK send the events, ``on_gap`` hears when some were lost."""
        self.hooks.before, self.hooks.on_gap = before, on_gap
        self.hooks.joined.set()

    def close(self) -> None:
        """Let go of the database; nothing may run any more."""
        self.storage.close()
        self.lease.release()


def lay(settings: Settings, desk: Desk, *, pace: Callable[..., Pace] = Pace) -> Ground:
    """Open and migrate the database and read the keys; nothing runs yet.

    Raises:
        AlreadyRunning: another program works on this database.
        StorageError: the database cannot be used.
    """
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    storage = Storage.open(settings.DATABASE_URL)
    lease = take_lease(storage)
    upgrade(storage)
    keys = Keys.of(settings)
    group, user = clients(settings, keys, pace)
    # The last run may have spent this second's allowance a moment before it was killed.
    user.pace.hold(AFTER_A_KILL)
    work, hooks = Work(storage, desk), Hooks()
    intake = Intake(
        LongPoll(group, settings.VK_GROUP_ID),
        work,
        settings.VK_GROUP_ID,
        before=hooks.prepare,
        on_gap=hooks.gap,
    )
    return Ground(storage, lease, keys, group, user, work, intake, Running("intake", intake), hooks)
