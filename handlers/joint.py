"""News that goes out in one post: who belongs together, and what follows for the others when one of them changes.

::

    pieces ──merge──▶ merged into the lead, which carries the joined text as its edit
        the lead is planned, published   ─▶ the pieces' authors are told, the pieces are out with its link
        the lead is turned down, undone… ─▶ the pieces wait again by themselves, the lead has its own text back
        a piece is taken back, changed…  ─▶ the lead is put together anew without it and waits for a decision

Everything here happens in the unit of the change it follows from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from editorial import merging, regions
from editorial.checks.facts import Warn
from editorial.delivery import State
from editorial.errors import NotNow
from editorial.lifecycle import Action, advance
from editorial.likeness import ALIKE, likeness, trace
from editorial.merging import Joint, Piece
from editorial.suggestion import Content, Origin, Status, Suggestion
from handlers import changes, letters, passport, texts, warnings
from handlers.context import Context
from handlers.events import WallPublished, WallSuggested
from storage.merges import OwnForm

#: Begins the trouble of a lead whose piece has left; its number and why follow.
LEFT: Final = "piece_left"
#: The lead's changes that are made here.
_OURS: Final = frozenset({"rejoined", "parted", "join", "credited"})
_WORTH_TELLING: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class PieceSeen:
    """A piece was found changed right before its post was to go out; None: it is not there any more."""

    number: int
    record: WallSuggested | WallPublished | None


# --------------------------------------------------------------------------------------------- who belongs together


def of(context: Context, suggestion: Suggestion) -> Joint | None:
    """The post this one goes out or went out in together with others, None when it stands alone."""
    if suggestion.merged_into is None and not suggestion.joint:
        return None
    number = suggestion.carrier
    pieces = context.unit.suggestions.joined_to(number)
    lead = context.unit.suggestions.get(number) if pieces and suggestion.merged_into else suggestion
    return Joint(lead, pieces) if pieces and lead is not None else None


def by_number(context: Context, suggestions: Iterable[Suggestion]) -> dict[int, Joint]:
    """The joint posts of these, by the number of each that has one."""
    found = ((one.number, of(context, one)) for one in suggestions)
    return {number: joint for number, joint in found if joint is not None}


def pieces_of(context: Context, lead: Suggestion) -> tuple[Suggestion, ...]:
    """What waits to go out with the lead."""
    joined = context.unit.suggestions.joined_to(lead.number) if lead.joint else ()
    return tuple(one for one in joined if one.status is Status.MERGED)


def goes_out_now(context: Context, suggestion: Suggestion) -> bool:
    """Whether the post a piece belongs to is being published at this moment."""
    if suggestion.status is not Status.MERGED:
        return False
    lead = context.unit.suggestions.get(suggestion.merged_into or 0)
    return lead is not None and lead.status is Status.PUBLISHING


def must_not_go_out(context: Context, suggestion: Suggestion) -> None:
    """Raises NotNow while the post a piece belongs to is being published."""
    if goes_out_now(context, suggestion):
        raise NotNow(suggestion.number, Status.PUBLISHING)


def lines(context: Context, suggestion: Suggestion) -> tuple[str, ...]:
    """What a card says of the news that goes out in its post, and of a piece that left it."""
    said = []
    joint = of(context, suggestion) if suggestion.merged_into is None else None
    if joint is not None:
        said.append(texts.joint_line([_named(one) for one in joint.pieces]))
    left = left_line(suggestion)
    return (*said, left) if left else tuple(said)


def left_line(suggestion: Suggestion) -> str:
    """Why a joint post waits for a decision again."""
    word, _, rest = (suggestion.trouble or "").partition(":")
    number, _, why = rest.partition(":")
    return texts.piece_left(int(number), why) if word == LEFT and number.isdecimal() else ""


def _named(suggestion: Suggestion) -> str:
    region = regions.by_code(suggestion.region)
    return texts.other_news(suggestion.number, region.short_name if region else None)


# --------------------------------------------------------------------------------------------------- the joint post

#: The pieces of joint posts by the number of the one that carries them, the lead's own form first.
Credited = dict[int, list[Piece]]


def piece_of(suggestion: Suggestion, own: OwnForm | None = None) -> Piece:
    """The suggestion as a piece of a joint post; ``own``: its form before others were merged into it."""
    alone = _by_itself(suggestion, own)
    return Piece(alone.edited, alone.region, _source(alone))


def _by_itself(suggestion: Suggestion, own: OwnForm | None) -> Suggestion:
    return (
        suggestion if own is None else replace(suggestion, edited_text=own.text, edited_attachments=own.attachments)
    )


def covered(context: Context, lead: Suggestion, found: Collection[Warn], pieces: Iterable[Suggestion]) -> bool:
    """Whether the pictures of the post must not be spread in the chat before somebody asks for them.

    ``found`` are the warnings of the lead as it stands, ``pieces`` what goes out with it.  What is covered by
    itself stays so whatever the joint text says.
    """
    if warnings.are_covered(lead, found):
        return True
    own = context.unit.merges.own(lead.number) if lead.joint else None
    alone = (_by_itself(lead, own), *pieces) if own is not None else pieces
    return any(warnings.are_covered(one, warnings.of(context, one)) for one in alone)


def _source(suggestion: Suggestion) -> str:
    author = suggestion.author
    behind = suggestion.behind or {}
    if author is not None and author.organisation:
        return author.organisation
    if suggestion.origin is Origin.SOURCE:
        return str(behind.get("title") or behind.get("url") or "")
    return "" if suggestion.region or author is None else author.name


def composed(context: Context, lead: Suggestion, pieces: Iterable[Suggestion]) -> Content:
    """The joint post of the lead, as it is by itself, and these pieces."""
    return merging.joined(_together(context, lead, pieces))


def _together(context: Context, lead: Suggestion, pieces: Iterable[Suggestion]) -> list[Piece]:
    return [piece_of(lead, context.unit.merges.own(lead.number)), *map(piece_of, pieces)]


def credited(context: Context, leads: Iterable[int]) -> Credited:
    """Whom these joint posts, not out yet, credit: to be asked before an author's or a piece's region changes."""
    return _credits(context, leads, pieces_of)


def credited_out(context: Context, leads: Iterable[int]) -> Credited:
    """Whom these joint posts credit that are out."""
    return _credits(context, leads, _out_with)


def _out_with(context: Context, lead: Suggestion) -> Sequence[Suggestion]:
    return [one for one in context.unit.suggestions.joined_to(lead.number) if one.status is Status.PUBLISHED]


def _credits(
    context: Context, leads: Iterable[int], joined_by: Callable[[Context, Suggestion], Sequence[Suggestion]]
) -> Credited:
    found = filter(None, map(context.unit.suggestions.get, leads))
    pieces = ((lead, joined_by(context, lead)) for lead in found)
    return {lead.number: _together(context, lead, joined) for lead, joined in pieces if joined}


def credit_anew(context: Context, was: Credited, *, actor: int) -> None:
    """Regions or organisations changed: the joint posts say so; each stays where it is in the plan."""
    for number, now in credited(context, was).items():
        lead = context.unit.suggestions.get(number)
        if lead is None or lead.status not in (Status.PENDING, Status.SCHEDULED, Status.FAILED):
            continue
        text = merging.recredited(lead.text, was[number], now)
        if text != lead.text and not merging.too_long(text, lead.signature):
            after = replace(lead, edited_text=text, version=lead.version + 1, updated_at=context.now)
            changes.store(context, lead, after, "credited", actor=actor)
        else:
            changes.refresh_card(context, number)


# --------------------------------------------------------------------------------------- what follows from a change


def may_leave(context: Context, before: Suggestion, after: Suggestion) -> bool:
    """Whether the change may be stored: nothing leaves a post that is just going out."""
    return after.status in (Status.MERGED, Status.PUBLISHED) or not goes_out_now(context, before)


def follow(context: Context, before: Suggestion, after: Suggestion, action: str) -> None:
    """What a stored change means for the news that goes out in the same post."""
    if before.status is Status.MERGED:
        if action not in (Action.IN_JOINT, Action.PART) and after.status is not Status.MERGED:
            _left(context, before, action)
        return
    same = before.status is after.status and before.content == after.content and before.due_at == after.due_at
    if same or action in _OURS:
        return
    pieces = pieces_of(context, after)
    if pieces:
        _lead_changed(context, before, after, action, pieces)


def _lead_changed(
    context: Context, before: Suggestion, after: Suggestion, action: str, pieces: Sequence[Suggestion]
) -> None:
    for piece in pieces:
        changes.refresh_passport(context, piece.number)
    match after.status:
        case Status.PUBLISHED if action == Action.HAND_PUBLISHED:
            pass  # what the post says is looked at first: see made_by_hand
        case Status.PUBLISHED:
            for piece in pieces:
                _out(context, after, piece)
        case Status.SCHEDULED:
            _planned(context, before, after, pieces)
        case Status.PENDING if action == Action.UNDO:
            dissolve(context, after, pieces, action)
        case Status.PENDING if before.content != after.content:
            context.unit.merges.keep(after.number, OwnForm(), context.now)
            _tell_that_it_waits(context, _put_together(context, after, pieces, trouble=after.trouble))
        case Status.PENDING | Status.PUBLISHING:
            pass
        case Status.FAILED if after.trouble == "by_hand":
            pass  # a person publishes it as it is
        case _:
            dissolve(context, after, pieces, action)


def _out(context: Context, lead: Suggestion, piece: Suggestion) -> None:
    """The joint post is out: so is the piece, and its author is told."""
    after = advance(piece, Action.IN_JOINT, context.now, post_id=lead.published_post_id, proof="merged")
    details = {"lead": lead.number}
    if after is not None and changes.store(context, piece, after, str(Action.IN_JOINT), details=details):
        letters.write(context, after, "in_joint")
        passport.figures_later(context, after)


def _planned(context: Context, before: Suggestion, lead: Suggestion, pieces: Sequence[Suggestion]) -> None:
    """The authors of the pieces are told once with what theirs was joined, and when it comes out."""
    if lead.urgent or lead.due_at is None:
        for piece in pieces:
            letters.take_back_plan(context, piece.number)
        return
    if before.due_at is not None and abs(lead.due_at - before.due_at) <= _WORTH_TELLING:
        return
    moved = before.status is Status.SCHEDULED
    for piece in pieces:
        told = _was_told(context, piece.number)
        letter = "moved" if told and moved else "scheduled" if told else "joined"
        letters.write(context, piece, letter, due_at=lead.due_at)


def _was_told(context: Context, number: int) -> bool:
    """Whether the author has read that the news was joined with others."""
    rows = [row for row in context.unit.outbox.for_suggestion(number) if row.kind == "letter"]
    sent = [row.payload.get("letter") for row in rows if row.state in (State.SENT, State.SENDING, State.UNCERTAIN)]
    return next((one for one in reversed(sent) if one in ("joined", "parted")), "parted") == "joined"


def _tell_that_it_waits(context: Context, pieces: Iterable[Suggestion]) -> None:
    for piece in pieces:
        letters.take_back_plan(context, piece.number)
        if letters.knows_of_plan(context, piece.number):
            letters.write(context, piece, "undone")


# ------------------------------------------------------------------------------------------------- a piece has left


def _left(context: Context, piece: Suggestion, why: str) -> None:
    lead = context.unit.suggestions.get(piece.merged_into or 0)
    if lead is not None and lead.status not in (Status.PUBLISHING, Status.PUBLISHED):
        again(context, lead, piece.number, why)


def again(context: Context, lead: Suggestion, number: int, why: str) -> None:
    """Put the joint post together anew without the piece ``number``; it waits for a decision."""
    planned = lead.status in (Status.SCHEDULED, Status.PUBLISHING, Status.FAILED)
    back = advance(lead, Action.BACK_TO_REVIEW, context.now) if planned else lead
    if back is None or back.status is not Status.PENDING:
        return
    trouble = f"{LEFT}:{number}:{why}"
    stayed = _put_together(context, lead, pieces_of(context, lead), trouble=trouble, becomes=back)
    if not planned:
        return
    changes.unplan_publication(context, lead.number)
    changes.note(context, LEFT, lead.number, piece=number, why=why)
    letters.take_back_plan(context, lead.number)
    _tell_that_it_waits(context, (back, *stayed))


def _put_together(
    context: Context,
    lead: Suggestion,
    pieces: Sequence[Suggestion],
    *,
    trouble: str | None,
    becomes: Suggestion | None = None,
) -> Sequence[Suggestion]:
    """Store the lead with the text and attachments of the pieces that are left, or with its own.

    Returns the pieces that stay; all part when together they are too long.
    """
    own = context.unit.merges.own(lead.number) or OwnForm()
    stayed = tuple(pieces)
    content = composed(context, lead, pieces) if pieces else None
    if content is not None and merging.too_long(content.text, lead.signature):
        for piece in pieces:
            _apart(context, lead, piece, "too_long")
        content, stayed = None, ()
    if content is None:
        context.unit.merges.forget(lead.number)
    after = replace(
        becomes or lead,
        version=lead.version + 1,
        updated_at=context.now,
        trouble=trouble,
        edited_text=content.text if content else own.text,
        edited_attachments=content.attachments if content else own.attachments,
    )
    changes.store(context, lead, after, "rejoined", details={"pieces": [one.number for one in pieces]})
    return stayed


# -------------------------------------------------------------------------------------------------------- all apart


def dissolve(
    context: Context, lead: Suggestion, pieces: Sequence[Suggestion], why: str, *, actor: int | None = None
) -> None:
    """Every piece waits for a decision of its own again; the lead, wherever it stands, has its own form back."""
    for piece in pieces:
        _apart(context, lead, piece, why, actor=actor)
    own = context.unit.merges.own(lead.number) or OwnForm()
    context.unit.merges.forget(lead.number)
    after = replace(
        lead,
        version=lead.version + 1,
        updated_at=context.now,
        edited_text=own.text,
        edited_attachments=own.attachments,
    )
    details = {"pieces": [one.number for one in pieces]}
    changes.store(context, lead, after, "parted", actor=actor, details=details)


def _apart(context: Context, lead: Suggestion, piece: Suggestion, why: str, *, actor: int | None = None) -> None:
    after = advance(piece, Action.PART, context.now)
    details = {"lead": lead.number, "why": why}
    if after is None or not changes.store(context, piece, after, str(Action.PART), actor=actor, details=details):
        return
    letters.take_back_plan(context, piece.number)
    if _was_told(context, piece.number):
        letters.write(context, after, "parted", lead=lead.number)
    elif letters.knows_of_plan(context, piece.number):
        letters.write(context, after, "undone")


# ------------------------------------------------------------------------------------------- by hand, and forgotten


def made_by_hand(context: Context, lead: Suggestion, seen: Content) -> None:
    """Somebody published the lead on VK: what the post tells of is out with it, the rest waits again."""
    said = trace(seen.text)
    for piece in pieces_of(context, lead):
        if likeness(trace(piece.text), said) >= ALIKE:
            _out(context, lead, piece)
        else:
            _apart(context, lead, piece, Action.HAND_PUBLISHED)


def forgotten(context: Context, leads: Iterable[int]) -> None:
    """An author's data were deleted: posts that are not out name them no more."""
    for number in leads:
        lead = context.unit.suggestions.get(number)
        if lead is not None and pieces_of(context, lead):
            again(context, lead, number, "forgotten")


def leads_of_author(context: Context, vk_id: int) -> tuple[int, ...]:
    """The joint posts, not out yet, that news of this author belongs to."""
    own = context.unit.suggestions.by_author(vk_id, 500)
    leads = {one.merged_into for one in own if one.status is Status.MERGED and one.merged_into}
    return tuple(sorted(leads | context.unit.suggestions.leading([one.number for one in own])))
