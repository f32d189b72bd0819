"""A news item that a person writes in the dialog: how its messages become a text with attachments.

Pure; an album that arrives in pieces stays whole and in order, because the numbers of the messages decide and not
the moment at which they come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from editorial.post import TEXT_LIMIT, utf16_length
from editorial.suggestion import Attachment, Content

#: Attachments a post takes.
MOST_ATTACHMENTS: Final = 10
#: What can be put on a wall: photos by uploading them, the others by their reference.
TAKEN: Final = frozenset({"photo", "video", "doc", "link", "audio", "poll"})


class Limit(StrEnum):
    """Why something of a message was not taken."""

    ATTACHMENTS = "attachments"
    TEXT = "text"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Piece:
    """One message of a draft; ``cmid`` is its number in the dialog."""

    cmid: int
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """``state`` "wording": the next text takes the place of what was written so far.  ``number``: the news that was
    returned and is being corrected."""

    author_id: int
    state: str = "writing"
    pieces: tuple[Piece, ...] = ()
    number: int | None = None

    @property
    def content(self) -> Content:
        """The messages as one post."""
        text = "\n\n".join(piece.text.strip() for piece in self.pieces if piece.text.strip())
        return Content(text, tuple(one for piece in self.pieces for one in piece.attachments))

    @property
    def cmids(self) -> tuple[int, ...]:
        """The messages that brought attachments: there their addresses are found again."""
        return tuple(piece.cmid for piece in self.pieces if piece.attachments)

    @property
    def empty(self) -> bool:
        return not self.content.text and not self.content.attachments


def added(draft: Draft, piece: Piece) -> tuple[Draft, tuple[Limit, ...]]:
    """The draft with one more message, and what of it could not be taken; a known message changes nothing."""
    if any(known.cmid == piece.cmid for known in draft.pieces):
        return draft, ()
    kinds = tuple(one for one in piece.attachments if one.kind in TAKEN and one.reference)
    limits = [Limit.KIND] if len(kinds) < len(piece.attachments) else []
    pieces = draft.pieces
    if draft.state == "wording" and piece.text.strip():
        pieces = tuple(replace(known, text="") for known in pieces if known.attachments)
    whole = replace(draft, pieces=_in_order((*pieces, replace(piece, attachments=kinds))), state="writing")
    if draft.state == "wording" and not piece.text.strip():
        whole = replace(whole, state="wording")
    if utf16_length(whole.content.text) > TEXT_LIMIT:
        return draft, (Limit.TEXT,)
    fitting = _within(whole)
    if fitting is not whole:
        limits.append(Limit.ATTACHMENTS)
    return fitting, tuple(limits)


def _in_order(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    return tuple(sorted(pieces, key=lambda piece: piece.cmid))


def _within(draft: Draft) -> Draft:
    """The draft with the first ten attachments."""
    if len(draft.content.attachments) <= MOST_ATTACHMENTS:
        return draft
    left = MOST_ATTACHMENTS
    pieces = []
    for piece in draft.pieces:
        pieces.append(replace(piece, attachments=piece.attachments[:left]))
        left -= len(pieces[-1].attachments)
    return replace(draft, pieces=tuple(pieces))


def without_attachments(draft: Draft) -> Draft:
    return replace(draft, pieces=tuple(replace(piece, attachments=()) for piece in draft.pieces if piece.text))
