"""What a card is drawn from besides the suggestion; gathered in ``outgoing``, drawn in ``cards``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from editorial.checks.facts import Warn
from editorial.suggestion import Content, Suggestion
from handlers.context import Desk
from handlers.keyboards import Button


@dataclass(frozen=True, slots=True)
class Menu:
    """An open menu: lines below the card, its buttons without «Назад»; ``preview`` is shown in the news's place."""

    lines: Sequence[str]
    buttons: Sequence[Button]
    width: int = 2
    preview: Content | None = None


@dataclass(frozen=True, slots=True)
class AuthorFacts:
    """What the desk knows of an author beyond the suggestion itself.

    ``sent`` and ``accepted`` count their news, this one included; ``too_many``: how much came within a day, when
    that is more than one author may send.  ``latest`` are the newest posts of their region.
    """

    sent: int = 0
    accepted: int = 0
    too_many: int = 0
    latest: Sequence[Suggestion] = ()


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """A digest as it would go out now."""

    text: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a card is drawn from besides the suggestion.

    ``view``: the open menu.  ``uncertain``: the publication was sent and nobody knows whether it arrived;
    ``asked``: people are asked about it.  ``new_post``: the community's own key may post.  ``photos_stuck``: its
    photos cannot be uploaded now.  ``deciders``: names by id.  ``more``: word and label of what stands behind
    «Ещё»; ``covered``: its pictures must not be shown yet; ``menu``: the menu of one of these, when it is open.
    ``networks``: their lines; ``off_the_wall``: what became of a post that does not stand on VK any more.
    ``digest``: when the card shows one; ``line``: what a digest says about the piece.
    ``joint``: lines about the news that goes out in its post.
    ``claimed``: who looks at it, until when; ``needs_two``: two people have to approve, ``signed``: who has, when.
    """

    now: datetime
    desk: Desk
    view: Mapping[str, Any] = field(default_factory=dict)
    uncertain: bool = False
    asked: bool = False
    paused: bool = False
    letter_held: bool = False
    new_post: bool = False
    photos_stuck: bool = False
    deciders: Mapping[int, str] = field(default_factory=dict)
    about: AuthorFacts | None = None
    more: Sequence[tuple[str, str]] = ()
    networks: Sequence[str] = ()
    off_the_wall: str | None = None
    similar: Sequence[str] = ()
    warnings: Sequence[Warn] = ()
    covered: bool = False
    menu: Menu | None = None
    digest: DigestFacts | None = None
    line: str | None = None
    joint: Sequence[str] = ()
    claimed: tuple[int, datetime] | None = None
    signed: tuple[int, datetime] | None = None
    needs_two: bool = False
