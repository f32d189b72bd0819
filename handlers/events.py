"""What can happen: the typed events of the desk.

Each record says one thing that happened on VK, in the desk's own words.  How VK spells it is known to
``bot.vk`` alone; what follows from it is decided by the handlers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from editorial.networks import Reach
from editorial.suggestion import Attachment, Content


@dataclass(frozen=True, slots=True)
class WallSuggested:
    """Somebody suggested a post. ``at`` is aware UTC.

    ``author_id`` is negative when a community suggests, None when VK does not say.
    """

    owner_id: int
    post_id: int
    author_id: int | None
    content: Content
    at: datetime


@dataclass(frozen=True, slots=True)
class WallPublished:
    """A post stands on a wall: the desk's own, a moderator's or a visitor's. ``at`` is aware UTC.

    ``from_id`` is whose post it is (the community itself is negative), ``signer_id`` the author it is signed
    by, ``created_by`` the publishing manager, ``postponed_id`` its id while it waited.  None: not said.
    """

    owner_id: int
    post_id: int
    content: Content
    signer_id: int | None
    created_by: int | None
    postponed_id: int | None
    at: datetime
    from_id: int | None = None
    reach: Reach = field(default_factory=Reach, compare=False)


@dataclass(frozen=True, slots=True)
class WallOther:
    """A wall record that is neither a suggestion nor a published post (postponed, a reply, an ad…).

    It never leads to a publication.
    """

    owner_id: int
    post_id: int
    post_type: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Something within a message: a forwarded or the answered message, or a post of a wall that is attached.

    ``link``: where the post stands.  ``cmid``: the number of the ``answered`` message in this conversation.
    """

    content: Content
    link: str | None = None
    cmid: int | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class MessageArrived:
    """Somebody wrote to the community or in a chat where it sits. ``at`` is aware UTC.

    ``cmid`` is the number of the message in its conversation, ``reply_to_cmid`` that of the answered one.
    ``cropped`` means that VK shortened the text and it must be read again.  ``action`` is a service word
    (``chat_invite_user`` …) and ``action_member_id`` the person it is about.  ``quoted`` is what
    it carries of others.
    """

    peer_id: int
    from_id: int
    cmid: int | None
    text: str
    payload: Mapping[str, Any] | None
    attachments: tuple[Attachment, ...]
    reply_to_cmid: int | None
    cropped: bool
    action: str | None
    action_member_id: int | None
    at: datetime
    quoted: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """A callback button was pressed; the presser waits about a minute for an answer to ``answer_id``.

    ``payload`` is None when it is not a JSON object; it can be forged.
    """

    peer_id: int
    user_id: int
    cmid: int | None
    answer_id: str
    payload: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class MessagesAllowed:
    """A person lets the community write to them."""

    user_id: int


@dataclass(frozen=True, slots=True)
class MessagesDenied:
    """A person no longer lets the community write to them."""

    user_id: int


@dataclass(frozen=True, slots=True)
class OfficersChanged:
    """A person's place among the managers changed; levels: 0 none, 1 moderator, 2 editor, 3 administrator."""

    user_id: int
    level_old: int | None
    level_new: int | None


@dataclass(frozen=True, slots=True)
class PersonBlocked:
    """A person was put on the community's black list."""

    user_id: int


@dataclass(frozen=True, slots=True)
class PersonUnblocked:
    """A person was taken off the community's black list."""

    user_id: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """An update that the desk does not use or could not read; ``reason`` is a stable phrase."""

    type: str
    reason: str


Event = (
    WallSuggested
    | WallPublished
    | WallOther
    | MessageArrived
    | ButtonPressed
    | MessagesAllowed
    | MessagesDenied
    | OfficersChanged
    | PersonBlocked
    | PersonUnblocked
    | Unknown
)
