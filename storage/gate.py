"""Lets readers in all together, and one commit in alone; neither side can keep the other out for long.

With a rollback journal SQLite has to be without readers for the moment of a commit, and makes whoever comes
in between sleep and try again, longer each time; beside a busy writer a reader slept for seconds.  Threads of one
process meet here instead and are let in by name.
"""

from __future__ import annotations

import threading


class Gate:
    """Readers :meth:`enter` and :meth:`leave`; the one committing :meth:`shut`-s and :meth:`open`-s."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._inside = 0
        self._outside = 0
        self._shut = False
        self._openings = 0

    def enter(self, timeout: float) -> bool:
        """Come in, at the latest when the commit now at the gate is over; False after ``timeout`` seconds."""
        with self._changed:
            if not self._shut:
                self._inside += 1
                return True
            opening = self._openings
            self._outside += 1
            if self._changed.wait_for(lambda: self._openings != opening, timeout):
                return True  # counted in by whoever opened
            self._outside -= 1
            return False

    def leave(self) -> None:
        with self._changed:
            self._inside -= 1
            if self._shut and not self._inside:
                self._changed.notify_all()

    def shut(self, timeout: float) -> bool:
        """Keep new readers out and wait for those inside; False, and open again, after ``timeout`` seconds."""
        with self._changed:
            self._shut = True
            if self._changed.wait_for(lambda: not self._inside, timeout):
                return True
            self._let_in()
            return False

    def open(self) -> None:
        """Let in everybody who came meanwhile, before the gate can be shut again."""
        with self._changed:
            self._let_in()

    def outside(self) -> int:
        """How many readers wait to come in."""
        with self._changed:
            return self._outside

    def _let_in(self) -> None:
        self._shut = False
        self._inside += self._outside
        self._outside = 0
        self._openings += 1
        self._changed.notify_all()
