"""Why the rules say no.

::

    DeskError
    ├── PressRefused              a press or command that changes nothing
    │   ├── NotAModerator         the person has no role in the community
    │   ├── RoleTooLow            the action needs an editor
    │   ├── WrongChat             a deciding press that did not come from the moderators' chat
    │   ├── CardOutdated          the card was drawn for an older version
    │   ├── AlreadyDecided        somebody was faster
    │   ├── NotNow                the action does not exist in this state
    │   ├── Claimed               somebody else looks at the card; a second press takes it over
    │   ├── FirstSignature        the approval counts, a second one is needed
    │   ├── SignedAlready         the second approval has to be another person's
    │   ├── JointAlready          other news is merged into it; it joins nothing itself
    │   ├── PhotosNeedKey         the photos cannot be uploaded without an editor's key
    │   └── PayloadForeign        the button's payload is not ours
    ├── EntryRefused              a line that cannot stand in a list the editors keep
    └── TimeRefused               a moderator's wish for a time that cannot be had
        ├── TimeNotUnderstood
        ├── TimePast
        ├── TimeTooFar
        ├── TimeQuiet
        ├── TimeTaken
        ├── DayFull
        └── NoSlot                no slot is free for a long time

The sentence a person reads for each of them is made by ``handlers.texts.explain``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class DeskError(Exception):
    """Something the desk's rules do not allow."""


class PressRefused(DeskError):
    """The press changes nothing."""


class NotAModerator(PressRefused):
    """The person has no role in the community."""


class RoleTooLow(PressRefused):
    """The action needs an editor or above."""


class WrongChat(PressRefused):
    """Decisions are taken in the moderators' chat only."""


@dataclass
class CardOutdated(PressRefused):
    """The card was drawn for an older version of the suggestion."""

    number: int


@dataclass
class AlreadyDecided(PressRefused):
    """Another moderator decided first."""

    number: int
    by: int
    at: datetime
    action: str


@dataclass
class NotNow(PressRefused):
    """The action does not exist in the state the suggestion is in."""

    number: int
    status: str


@dataclass
class Claimed(PressRefused):
    """Somebody else (``by``) looks at the card until then; the same press once more takes it over."""

    number: int
    by: int
    until: datetime


@dataclass
class FirstSignature(PressRefused):
    """Two people have to approve: this was the first, nothing is decided yet."""

    number: int


@dataclass
class SignedAlready(PressRefused):
    """Two people have to approve, and this person has."""

    number: int


@dataclass
class JointAlready(PressRefused):
    """Other news is merged into this one already, so it joins nothing itself."""

    number: int


class PhotosNeedKey(PressRefused):
    """The photos cannot go along without an editor's key, and nobody has said that it may go out without them."""


class PayloadForeign(PressRefused):
    """The button's payload was not made by this program."""


@dataclass
class EntryRefused(DeskError):
    """A line that cannot stand in the list ``name``.

    ``why``: empty, too_long, spelling, threshold, period, region.
    """

    name: str
    entry: str
    why: str


class TimeRefused(DeskError):
    """The wished time cannot be had; ``nearest`` is the next one that can."""

    def __init__(self, nearest: datetime | None = None) -> None:
        super().__init__(nearest)
        self.nearest = nearest


class TimeNotUnderstood(TimeRefused):
    """The words do not name a time."""


class HourMissing(TimeNotUnderstood):
    """The words name a day and no hour."""


class TimePast(TimeRefused):
    """The time has passed."""


class TimeTooFar(TimeRefused):
    """The time is too far ahead."""


class TimeQuiet(TimeRefused):
    """The time lies in the quiet hours."""


class TimeTaken(TimeRefused):
    """Another post is too near."""


class DayFull(TimeRefused):
    """The day's limit of posts is reached."""


class NoSlot(TimeRefused):
    """No slot is free for a long time."""
