"""The watch: what the keys can do, who manages the community, and what people asked the program to do.

It asks VK from time to time and whenever there is a reason, remembers the answers in the database, where cards,
``status`` and the other loops find them, and has people told once when something changed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import structlog

from bot import log as journal
from bot.keys import KeyFile
from bot.vk import longpoll, people, rights
from bot.vk.client import VkClient, VkKey
from bot.vk.errors import VkError
from bot.vk.rights import Editor, Rights
from bot.work import Work
from editorial.roles import is_named
from handlers import alarms, publication
from handlers.duplicates import WINDOW

log = structlog.get_logger("watch")

#: How often the rights are asked for, seconds: while all is well, and while a key is in trouble.
CALM: Final = 900.0
TROUBLED: Final = 20.0
#: How often the list of managers is read without a reason, seconds.
MANAGERS_EVERY: Final = 3600.0
#: How old the list may be when a press is judged by it, seconds.
WHILE_THEY_WORK: Final = 55.0
#: How long the list is waited for: seconds to connect, seconds to answer.
ANSWER_WITHIN: Final = (2.0, 5.0)
#: The same while somebody's press waits, which is answered within a second.
PRESS_WITHIN: Final = (0.4, 0.6)
#: How soon the list is asked for again while nobody is known to be a moderator, seconds.
NOBODY: Final = 2.0

#: States in which the editor's key is still the way to publish: what is wrong passes, or a person passes it.
_PASSING: Final = frozenset({Editor.OK, Editor.CAPTCHA, Editor.VALIDATION, Editor.UNAVAILABLE})


class KeySource:
    """A key, the setting it comes from, and the file that may replace it."""

    def __init__(self, key: VkKey, configured: str, file: KeyFile) -> None:
        self.key = key
        self._configured = configured
        self._file = file
        self._stamp = file.stamp()

    def refresh(self) -> bool:
        """Take a key that was replaced since the last look. True when there is a new one."""
        stamp = self._file.stamp()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        secret = self._file.read(self._configured)
        if secret == self.key.secret:
            return False
        journal.MASKING.learn((secret,))
        self.key.replace(secret)
        return True


class Watch:
    """Keeps what the program knows about its own rights and its people up to date."""

    def __init__(
        self,
        work: Work,
        user: VkClient,
        group: VkClient,
        group_id: int,
        sources: tuple[KeySource, ...],
        resume: Callable[[], None],
        *,
        keep_events: timedelta,
        keep_authors: timedelta,
    ) -> None:
        self._work = work
        self._user = user
        self._group = group
        self._group_id = group_id
        self._sources = sources
        self._resume = resume
        self._keep_events = keep_events
        self._keep_authors = keep_authors
        self._lock = threading.Lock()
        self._managers_lock = threading.Lock()
        self._editor = Editor.OK if user.key.secret and not user.key.is_vk_id else Editor.MISSING
        self._rights_at = 0.0
        self._managers_at = 0.0
        self._managers_read = -WHILE_THEY_WORK
        self._resumed: Any = None
        self._settled = False

    @property
    def by_hand(self) -> bool:
        """Whether publishing is a person's work now, because the desk has no key that may."""
        return self._editor not in _PASSING

    @property
    def can_read(self) -> bool:
        """Whether the queue of suggestions can be read with the editor's key."""
        return self._editor in _PASSING

    def still_manager(self) -> bool:
        """Whether the editor's key is a manager's at this moment; asks VK."""
        self.measure()
        return self._editor is Editor.OK

    def tick(self) -> None:
        """Look for reasons to ask VK or to wake somebody; costs one read of the database."""
        renewed = [source for source in self._sources if source.refresh()]
        with self._work.look() as context:
            settings = context.unit.settings
            stale, resumed = settings.get("staff_stale"), settings.get("resume_asked")
        if renewed:
            log.info("key_replaced", kinds=[source.key.kind for source in renewed])
        if resumed != self._resumed:
            self._resumed = resumed
            self._resume()
            self._rights_at = 0.0
        if renewed or time.monotonic() >= self._rights_at:
            self.measure()
        if stale or time.monotonic() >= self._managers_at:
            self.read_managers()

    def recheck(self) -> None:
        """Ask for the rights at the next tick: a call was refused in a way that speaks of the key."""
        self._rights_at = 0.0

    def measure(self) -> None:
        """Ask VK what both keys can do, remember it, tell people when it changed."""
        with self._lock:
            found = rights.rights(self._user, self._group, self._group_id)
            self._editor = found.editor
            well = found.editor in (Editor.OK, Editor.MISSING) and found.group_ok
            self._rights_at = time.monotonic() + (CALM if well else TROUBLED)
            if found.group_ok:
                self.switch_events_on()
            self._remember(found)

    def switch_events_on(self) -> None:
        """Have VK send the events the desk needs, before the first of them is waited for."""
        if self._settled:
            return
        try:
            findings = longpoll.prepare(self._group, self._group_id)
        except VkError as error:
            log.warning("longpoll_settings", reason=error.verdict.reason)
            return
        self._settled = True
        for finding in findings:
            log.warning("longpoll_settings", finding=finding.code, detail=finding.detail)

    def _remember(self, found: Rights) -> None:
        facts: Mapping[str, Any] = {
            "mode": "degraded" if self.by_hand else "editor",
            "editor": str(found.editor),
            "group": "ok" if found.group_ok else next((f.detail for f in found.findings), "unavailable"),
            "editor_id": found.editor_id,
            "permissions": sorted(found.permissions),
            "findings": [[finding.code, finding.detail] for finding in found.findings],
        }
        with self._work.look() as context:
            before = context.unit.settings.get("rights")
        if before == facts:
            return
        log.info("rights", mode=facts["mode"], editor=facts["editor"], group=facts["group"])
        with self._work.begin("rights") as context:
            context.unit.settings.set("rights", dict(facts), context.now)
            alarms.key_changed(context, before, facts)
            if self.by_hand:
                publication.hand_over(context)
            else:
                publication.take_back(context)
        if before is not None and _better(before, facts):
            self._resume()

    def know_managers(self) -> None:
        """On the very first start nobody is known to be a moderator: ask before the first press is judged."""
        with self._work.look() as context:
            known = context.unit.staff.all()
        if not known:
            self.read_managers()

    def refresh_managers(self) -> None:
        """Somebody presses or writes: whoever left is to be known within a minute, whatever events were lost.

        A VK that does not answer at once is asked again behind the press, with more patience.
        """
        if not self._managers_lock.acquire(timeout=PRESS_WITHIN[1]):
            return
        try:
            if time.monotonic() - self._managers_read >= WHILE_THEY_WORK:
                self._read_managers(PRESS_WITHIN)
        finally:
            self._managers_lock.release()

    def read_managers(self) -> None:
        """Read who manages the community and with which role."""
        with self._managers_lock:  # an answer that was late must not take the place of a newer one
            self._read_managers()

    def _read_managers(self, within: tuple[float, float] = ANSWER_WITHIN) -> None:
        self._managers_read = time.monotonic()
        self._managers_at = time.monotonic() + MANAGERS_EVERY
        with self._work.look() as context:
            stale = context.unit.settings.get("staff_stale")
        try:
            managers = people.managers(self._group, self._group_id, urgent=True, timeout=within)
        except VkError as error:
            log.warning("managers_unread", reason=error.verdict.reason)
            self._unread(at_once=within == PRESS_WITHIN)
            return
        if not managers:
            return  # a community always has its owner: such an answer is no answer
        with self._work.look() as context:
            known = {member.vk_id: member.role for member in context.unit.staff.all()}
        if known == managers and not stale:
            return
        unnamed = [vk_id for vk_id, role in managers.items() if not is_named(role)]
        if unnamed:
            log.warning("managers_without_role", people=unnamed)
        with self._work.begin("managers") as context:
            if context.unit.settings.get("staff_stale") != stale:
                return  # a role changed while VK answered: this list may be older, the next tick asks again
            context.unit.staff.replace(managers, context.now)
            context.unit.settings.delete("staff_stale")

    def _unread(self, *, at_once: bool) -> None:
        """The list was not to be had: when it is asked for again."""
        with self._work.look() as context:
            known = context.unit.staff.all()
        wait = 0.0 if at_once else TROUBLED if known else NOBODY
        self._managers_at = time.monotonic() + wait
        if not known:
            self._managers_read = -WHILE_THEY_WORK  # the next press asks, too

    def prune(self) -> None:
        """Forget what is older than the settings say."""
        with self._work.begin("prune", quiet=True) as context:
            unit, long_ago = context.unit, context.now - self._keep_events
            unit.inbox.prune(long_ago)
            unit.retention.events(long_ago)
            unit.retention.deliveries(long_ago)
            unit.wall_posts.prune(context.now - WINDOW)
        if self._keep_authors:
            with self._work.begin("forget", quiet=True) as context:
                context.unit.retention.people(context.now - self._keep_authors)


def _better(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a key that was in trouble is well: what was left alone because of it may be tried again."""
    return any(before.get(key) != "ok" and now[key] == "ok" for key in ("editor", "group"))
