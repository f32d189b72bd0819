"""What every handler is given: the unit of work it writes to, the time, and the facts of the desk.

It answers the small questions that all handlers ask; what follows from the answers is decided by them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from editorial import signing
from editorial.crontab import Crontab
from editorial.etiquette import NIGHT
from editorial.networks import FIRST_LOOK, Network
from editorial.people import INTERREGIONAL
from editorial.roles import Role, role_of
from editorial.slots import PlanRules, QuietHours
from editorial.suggestion import Author, Suggestion
from editorial.worktime import Rules
from storage.unit import Unit

#: Conversations of several people have ids above this.
CHATS_FROM: Final = 2_000_000_000


#: What somebody wrote so long ago is not done as if they had said it just now.
LATE: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Desk:
    """The settings the handlers know.

    ``owner_id`` is the community as the owner of its wall (negative), ``zone`` the editorial time zone, ``burst``
    how many cards may fill the chat within ten minutes, 0 for all, ``letters_quiet`` the hours of an author's own
    time at which no letter arrives, ``networks`` where posts go besides the wall, in the order of showing,
    ``author_daily_limit`` how much news one author may send in 24 hours, 0 for any amount,
    ``interregional_daily_limit`` the same for associations of several regions, ``own_sites`` the host names of the
    pages that show our posts,
    ``digests`` when which digest goes out and ``digest_title`` how it is called.  ``overview``: whether the
    queue stands in a pinned message; ``reminders`` what is spoken of when.  ``claim`` is how long a touched card is
    one person's; ``four_eyes`` where two have to approve ("red", codes of rubrics);
    ``urgent_role`` who may publish at once.  ``first_look``: how long after publication a post is read again.
    """

    group_id: int
    owner_id: int
    screen_name: str
    zone: ZoneInfo
    plan: PlanRules
    burst: int = 0
    letters_quiet: QuietHours | None = NIGHT
    author_daily_limit: int = 0
    interregional_daily_limit: int = 0
    networks: tuple[Network, ...] = ()
    own_sites: frozenset[str] = frozenset()
    digests: tuple[tuple[str, Crontab], ...] = ()
    digest_title: str = ""
    overview: bool = False
    reminders: Rules | None = None
    claim: timedelta = timedelta(0)
    four_eyes: frozenset[str] = frozenset()
    urgent_role: Role = Role.EDITOR
    signature: frozenset[str] = signing.USUAL
    council: str = ""

    def signed(self, suggestion: Suggestion) -> Suggestion:
        """The suggestion with the signature its post would have if it left now."""
        return replace(suggestion, signed=signing.signed(suggestion, self.signature, self.council))

    first_look: timedelta = FIRST_LOOK

    def daily_limit(self, author: Author | None) -> int:
        """How much news this author may send in 24 hours; 0 for any amount."""
        interregional = author is not None and author.role == INTERREGIONAL
        return self.interregional_daily_limit if interregional else self.author_daily_limit

    @property
    def address(self) -> str:
        """The community's page, where news is suggested."""
        return f"https://vk.com/{self.screen_name}"


class Pause(NamedTuple):
    """Who stopped the publications, and when (aware UTC)."""

    by: int
    at: datetime


@dataclass(slots=True)
class Context:
    """A unit of work at the moment ``now`` (aware UTC).

    ``late``: what is handled was written long ago and reached the desk only now.
    """

    unit: Unit
    now: datetime
    desk: Desk
    late: bool = False

    def moderators_chat(self) -> int | None:
        """The conversation where decisions are taken, None until somebody names it."""
        chat = self.unit.settings.get("moderators_chat")
        return int(chat) if chat else None

    def is_late(self, written_at: datetime) -> bool:
        """Whether a message reached the desk so late that its writer may think otherwise by now."""
        return self.now - written_at > LATE

    def role(self, user_id: int) -> Role:
        """What VK last said this person is in the community."""
        return role_of(self.unit.staff.role(user_id))

    def paused(self) -> Pause | None:
        """Who stopped the publications, None while they go on."""
        stored = self.unit.settings.get("paused")
        return Pause(int(stored["by"]), datetime.fromisoformat(stored["at"])) if stored else None

    def mode(self) -> str:
        """``editor``: the desk publishes itself; ``degraded``: a person has to."""
        rights: dict[str, Any] = self.unit.settings.get("rights") or {}
        return str(rights.get("mode", "editor"))

    def photos_stuck(self, suggestion: Suggestion) -> bool:
        """Whether the news has photos that nobody can upload to the wall now."""
        return suggestion.photos_to_upload > 0 and self.mode() == "degraded"

    def community_may_post(self) -> bool:
        """Whether the community's own key may put a new post on the wall."""
        rights: dict[str, Any] = self.unit.settings.get("rights") or {}
        return "wall" in rights.get("permissions", ())

    def name_of(self, user_id: int | None) -> str:
        """The name of a moderator or author as far as it is known, else an empty string."""
        author = self.unit.authors.get(user_id) if user_id else None
        return author.name if author is not None else ""
