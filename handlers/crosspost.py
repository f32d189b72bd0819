"""Copies of a post in other networks: when they are released, what is to stand there, how they are taken back.

What follows from what the networks answered stands in ``copy_outcomes``, what happens to the post on VK itself,
once it is out, in ``own_posts``.  A copy is a row for each network and part; what leaves for it is an outbox row
like everything else, written in the transaction that decides it.

::

    post proven ──release──▶ waiting ──▶ out ──▶ edited, removed
                                │  └──▶ refused ──«Повторить»──▶ waiting
                                └──nobody knows──▶ asked ──«Вышло» or «Повторить»──▶ out, waiting

    post gone from VK ──▶ removed │ to do by hand │ to be decided: «Снять» or «Оставить»
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import structlog

from editorial import rubrics
from editorial.delivery import Delivery, NewDelivery, State
from editorial.networks import (
    CopyState,
    Network,
    NetworkCopy,
    OurPost,
    Placed,
    PostState,
    Story,
    next_look,
)
from editorial.suggestion import Attachment, Content, Suggestion
from handlers import changes, network_rules
from handlers.context import Context

log = structlog.get_logger("crosspost")

#: Stands among the copies for the post on VK itself, once something is done to it from the card.
VK: Final = "vk"
#: What a copy waits for when its post is gone from VK and people are to say whether it goes, too.
DECIDE: Final = "decide"
_OPEN: Final = (State.WAITING, State.HELD)
#: Why a part was not sent: the post got shorter, or was taken back, before.
_TAKEN_BACK: Final = "taken_back"
_ATTACHMENT: Final = ("kind", "owner_id", "media_id", "access_key", "url", "title", "preview", "answers", "several")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a delivery to a network is to bring about: the story, what stands there, and its earlier parts."""

    story: Story
    placed: Placed | None = None
    before: Mapping[int, Placed] = field(default_factory=dict)


def paused_networks(context: Context) -> frozenset[str]:
    """Keys of the networks somebody paused."""
    return network_rules.paused(context)


def network(context: Context, key: str) -> Network | None:
    """The network of this key, None when it is switched off."""
    return next((one for one in context.desk.networks if one.key == key), None)


# ----------------------------------------------------------------------------------------------- what is to be sent


def story_of(suggestion: Suggestion, post: OurPost, key: str) -> Story:
    """What the post says in a network, as things stand."""
    rubric = rubrics.of(suggestion)
    return Story(
        number=post.number,
        text=network_rules.own_text(suggestion, key) or post.content.text,
        attachments=post.content.attachments,
        link=post.link,
        published_at=post.published_at,
        owner_id=post.owner_id,
        post_id=post.post_id,
        region=suggestion.region,
        rubric=rubric.code if rubric else None,
        edited_at=post.edited_at,
    )


def wanted(context: Context, delivery: Delivery) -> Wanted | None:
    """What is to be sent for a delivery to a network; None when nothing is left to send.

    In the unit that claims the delivery one that is not wanted any more is taken out of the outbox, and what is
    sent is remembered, so that it can be looked for later.
    """
    suggestion = context.unit.suggestions.get(delivery.number or 0)
    post = context.unit.posts.get(delivery.number or 0)
    key, part = str(delivery.payload.get("network")), int(delivery.payload.get("part", 0))
    copies = {one.part: one for one in context.unit.copies.of(delivery.number or 0) if one.network == key}
    copy = copies.get(part)
    if suggestion is None or post is None or copy is None:
        changes.drop(context, delivery)
        return None
    before = {one.part: one.placed for one in copies.values() if one.part < part and one.placed is not None}
    story = story_of(suggestion, post, key)
    if not changes.claimed_now(context, delivery):
        if delivery.kind == "post" and copy.said is not None:
            story = _said(story, copy.said)
        return Wanted(story, copy.placed, before)
    if not _still_wanted(delivery, copy, post, story, whole=len(before) == part):
        changes.drop(context, delivery)
        if delivery.kind != "post" and copy.doing == delivery.kind:
            context.unit.copies.put(replace(copy, doing=None), context.now)
        return None
    if delivery.kind != "remove":
        context.unit.copies.put(replace(copy, said=_saying(story)), context.now)
    return Wanted(story, copy.placed, before)


def _still_wanted(delivery: Delivery, copy: NetworkCopy, post: OurPost, story: Story, *, whole: bool) -> bool:
    gone = post.state is PostState.GONE
    match delivery.kind:
        case "post":
            mine = copy.state is CopyState.WAITING and copy.delivery == delivery.id
            return mine and whole and not gone and post.released_at is not None
        case "edit":
            return copy.placed is not None and not gone and copy.digest != story.digest
        case _:
            return copy.placed is not None


def _saying(story: Story) -> dict[str, Any]:
    """What is being sent, as it is remembered until its fate is known."""
    attachments = [
        {name: value for name in _ATTACHMENT if (value := getattr(one, name)) is not None}
        for one in story.attachments
    ]
    return {"text": story.text, "attachments": attachments, "link": story.link, "digest": story.digest}


def _said(story: Story, said: Mapping[str, Any]) -> Story:
    attachments = tuple(Attachment(**one) for one in said["attachments"])
    return replace(story, text=said["text"], attachments=attachments, link=said["link"])


# -------------------------------------------------------------------------------------------------------- release


def came_out(context: Context, suggestion: Suggestion, seen: Content | None, *, by_hand: bool = False) -> None:
    """The suggestion is on the wall; ``seen`` is what was read there.

    It is released when that is what was wanted, or when a person made the post (``by_hand``).  Otherwise it waits:
    to be read, or for a moderator to look at what is missing.  One that is gone again stays gone, however late its
    event comes.
    """
    post = kept(context, suggestion, seen)
    if post.state is PostState.GONE:
        return
    if suggestion.published_post_id is None:
        release(context, suggestion, post)  # a moderator saw it; nobody knows under which number
    elif seen is None:
        look = context.now if by_hand else post.next_look
        context.unit.posts.put(replace(post, next_look=look), context.now)
    elif held(suggestion) and post.released_at is None:
        context.unit.posts.put(post, context.now)
    else:
        release(context, suggestion, post)


def held(suggestion: Suggestion) -> bool:
    """Whether the release waits because the post on VK lacks something."""
    return (suggestion.trouble or "").startswith("missing:")


def kept(context: Context, suggestion: Suggestion, seen: Content | None) -> OurPost:
    """The post as it is known now. One that was given to the networks in advance keeps what they were given."""
    published_at = suggestion.published_at or context.now
    known = context.unit.posts.get(suggestion.number)
    if known is not None and known.state is PostState.GONE and known.post_id == suggestion.published_post_id:
        return known
    fresh = OurPost(
        number=suggestion.number,
        owner_id=suggestion.owner_id,
        post_id=suggestion.published_post_id,
        content=seen or suggestion.for_publication,
        state=PostState.LIVE,
        published_at=published_at,
        seen_at=context.now if seen is not None else None,
        next_look=_first_look(context, published_at) if suggestion.published_post_id else None,
    )
    if known is None:
        return fresh
    keeps = seen is None or (held(suggestion) and known.released_at is not None)
    return replace(
        fresh,
        content=known.content if keeps else fresh.content,
        released_at=known.released_at,
        edited_at=known.edited_at,
        reach=known.reach,
        reach_at=known.reach_at,
    )


def _first_look(context: Context, published_at: datetime) -> datetime | None:
    return next_look(published_at, context.now, context.desk.first_look)


def release(context: Context, suggestion: Suggestion, post: OurPost) -> None:
    """Give the post to every chosen network; what they have already is only brought up to date."""
    if post.released_at is not None:
        context.unit.posts.put(post, context.now)
        bring_up_to_date(context, suggestion, post)
        return
    post = replace(post, released_at=context.now)
    context.unit.posts.put(post, context.now)
    for one in network_rules.chosen(context, suggestion):
        for part in range(_parts(one, story_of(suggestion, post, one.key))):
            send(context, one, NetworkCopy(post.number, one.key, part, CopyState.WAITING))
    if context.unit.copies.of(post.number):
        changes.refresh_cards_of_post(context, post.number)


def release_without_vk(context: Context, suggestion: Suggestion) -> bool:
    """VK cannot be published to and an editor says: go ahead elsewhere. False: it went there already."""
    if context.unit.posts.get(suggestion.number) is not None:
        return False
    post = OurPost(
        number=suggestion.number,
        owner_id=suggestion.owner_id,
        post_id=None,
        content=suggestion.for_publication,
        state=PostState.AWAITED,
        published_at=context.now,
    )
    release(context, suggestion, post)
    return True


def release_as_it_is(context: Context, suggestion: Suggestion) -> bool:
    """A moderator looked at a post that lacks something and lets it go. False: there is nothing to release."""
    post = context.unit.posts.get(suggestion.number)
    if post is None or post.released_at is not None or post.state is not PostState.LIVE:
        return False
    release(context, suggestion, post)
    return True


def _parts(network: Network, story: Story) -> int:
    """In how many parts the story goes there. A fault of the rendering shows when it is sent, not here."""
    try:
        return network.parts(story)
    except Exception:
        log.exception("parts_uncounted", network=network.key, suggestion=story.number)
        return 1


def asked_since(delivery: Delivery) -> datetime | None:
    """When what a person has sent again was sent first, if nobody knew whether it arrived."""
    since = delivery.payload.get("asked_since")
    return datetime.fromisoformat(since) if since else None


def send(context: Context, network: Network, copy: NetworkCopy, *, asked_since: datetime | None = None) -> None:
    """Have this part sent; it waits from now on. ``asked_since``: see :func:`asked_since`."""
    id_ = _queue(context, network, copy, "post", asked_since)
    waiting = replace(copy, state=CopyState.WAITING, delivery=id_, error=None, doing=None, todo=None, said=None)
    context.unit.copies.put(waiting, context.now)


def _queue(
    context: Context, network: Network, copy: NetworkCopy, kind: str, asked_since: datetime | None = None
) -> int:
    payload: dict[str, Any] = {"network": network.key, "part": copy.part}
    if asked_since is not None:
        payload["asked_since"] = asked_since.isoformat()
    dedupe = None if kind == "post" else f"{kind}:{network.key}:{copy.number}:{copy.part}"
    new = NewDelivery(network.target, network.destination, kind, copy.number, payload, dedupe=dedupe)
    return context.unit.outbox.add(new, context.now)


# ------------------------------------------------------------------------------------------------------ afterwards


def bring_up_to_date(context: Context, suggestion: Suggestion, post: OurPost) -> None:
    """Have every copy that stands say what the post says now. What is not out yet is rendered when it leaves."""
    if post.state is PostState.GONE or post.released_at is None:
        return
    for key, parts in by_network(context.unit.copies.of(post.number)).items():
        found = network(context, key)
        if found is not None:
            _bring_there(context, found, parts, story_of(suggestion, post, key))


def bring_up_to_date_in(context: Context, network: Network, suggestion: Suggestion, post: OurPost) -> None:
    """The same in one network."""
    parts = by_network(context.unit.copies.of(post.number)).get(network.key, [])
    _bring_there(context, network, parts, story_of(suggestion, post, network.key))


def _bring_there(context: Context, network: Network, parts: list[NetworkCopy], story: Story) -> None:
    """A story that became shorter or longer has other parts."""
    count = _parts(network, story)
    for copy in parts:
        if copy.part >= count:
            take_out(context, network, copy)
        elif copy.state is CopyState.OUT and copy.digest != story.digest:
            edit(context, network, copy)
        elif copy.state is CopyState.OUT and copy.todo == "edit":
            context.unit.copies.put(replace(copy, todo=None, error=None), context.now)  # it says that again
    _grow(context, network, parts, count)


def by_network(copies: Iterable[NetworkCopy]) -> dict[str, list[NetworkCopy]]:
    """The parts by network, in order."""
    found: dict[str, list[NetworkCopy]] = {}
    for copy in copies:
        found.setdefault(copy.network, []).append(copy)
    return found


def edit(context: Context, network: Network, copy: NetworkCopy) -> None:
    """Have this part that stands say what the post says now; where that is forbidden, it is for a person to do."""
    if not network.can_edit or not copy.ids:
        context.unit.copies.put(replace(copy, todo="edit", doing=None), context.now)
        return
    id_ = _queue(context, network, copy, "edit")
    context.unit.copies.put(replace(copy, doing="edit", delivery=id_), context.now)


def _grow(context: Context, network: Network, parts: list[NetworkCopy], count: int) -> None:
    """A text that became longer may need parts that were never there, or were taken away when it was short."""
    if not parts or parts[0].state is not CopyState.OUT:
        return
    known = {copy.part: copy for copy in parts}
    for part in range(1, count):
        copy = known.get(part)
        if copy is None or copy.state is CopyState.REMOVED or _was_taken_back(copy):
            send(context, network, NetworkCopy(parts[0].number, network.key, part, CopyState.WAITING))


def take_back(context: Context, number: int) -> None:
    """Take every copy of the post out of the networks."""
    for key, parts in by_network(context.unit.copies.of(number)).items():
        if key != VK:
            take_back_parts(context, key, parts)


def take_back_from(context: Context, number: int, key: str) -> bool:
    """A person decided that the copies go like the post. False: nothing was asked, or somebody decided already."""
    parts = by_network(context.unit.copies.of(number)).get(key, [])
    if not any(copy.todo == DECIDE and copy.state is CopyState.OUT for copy in parts):
        return False
    take_back_parts(context, key, parts)
    return True


def take_back_parts(context: Context, key: str, parts: Iterable[NetworkCopy]) -> None:
    """Take these copies, which are all of a post in one network, out of it."""
    found = network(context, key)
    for copy in parts:
        if found is not None:
            take_out(context, found, replace(copy, todo=None) if copy.todo == DECIDE else copy)
        elif copy.state in (CopyState.OUT, CopyState.ASKED):
            context.unit.copies.put(replace(copy, todo="remove", doing=None), context.now)


def ask_whether(context: Context, parts: Iterable[NetworkCopy]) -> None:
    """The post is gone from VK: what stands in a network waits for a decision, what has not left does not go."""
    for copy in parts:
        if copy.state in (CopyState.OUT, CopyState.ASKED) or _in_hand(context, copy):
            context.unit.copies.put(replace(copy, todo=DECIDE), context.now)
        else:
            _cancel(context, copy)


def leave_there(context: Context, number: int, key: str) -> bool:
    """A person decided that the copies stay although the post is gone. False: nothing was asked."""
    asked = [one for one in by_network(context.unit.copies.of(number)).get(key, ()) if one.todo == DECIDE]
    for copy in asked:
        context.unit.copies.put(replace(copy, todo=None), context.now)
    return bool(asked)


def done_by_hand(context: Context, number: int, key: str) -> bool:
    """A person did what the network does not let us do. False: nothing was to be done."""
    suggestion, post = context.unit.suggestions.get(number), context.unit.posts.get(number)
    parts = by_network(context.unit.copies.of(number)).get(key, ())
    due = [one for one in parts if one.todo in ("edit", "remove")]
    for copy in due:
        done = replace(copy, todo=None, error=None)
        if copy.todo == "remove":
            done = replace(done, state=CopyState.REMOVED, removed_at=context.now, next_reach=None)
        elif suggestion is not None and post is not None:
            done = replace(done, digest=story_of(suggestion, post, key).digest)
        context.unit.copies.put(done, context.now)
    return bool(due)


def stands_somewhere(context: Context, number: int) -> bool:
    """Whether a copy stands in a network that nobody takes away yet."""
    return any(
        copy.state is CopyState.OUT and copy.network != VK and "remove" not in (copy.doing, copy.todo)
        for copy in context.unit.copies.of(number)
    )


def _in_hand(context: Context, copy: NetworkCopy) -> bool:
    """Whether the copy is being sent, or may have arrived."""
    row = context.unit.outbox.get(copy.delivery) if copy.delivery else None
    return copy.state is CopyState.WAITING and row is not None and row.state in (State.SENDING, State.UNCERTAIN)


def take_out(context: Context, network: Network, copy: NetworkCopy) -> None:
    """Have this part leave the network; one that has not left us does not go out."""
    match copy.state:
        case CopyState.WAITING if _in_hand(context, copy):
            context.unit.copies.put(copy, context.now)  # what follows is decided when its fate is known
        case CopyState.WAITING | CopyState.REFUSED:
            _cancel(context, copy)
        case CopyState.ASKED:
            context.unit.copies.put(replace(copy, todo="remove"), context.now)
        case CopyState.OUT if not network.can_remove or not copy.ids:
            context.unit.copies.put(replace(copy, todo="remove", doing=None, error=None), context.now)
        case CopyState.OUT:
            row = context.unit.outbox.get(copy.delivery) if copy.delivery else None
            if row is not None and row.kind == "edit":
                call_off(context, copy)
            id_ = _queue(context, network, copy, "remove")
            context.unit.copies.put(replace(copy, doing="remove", todo=None, error=None, delivery=id_), context.now)


def _cancel(context: Context, copy: NetworkCopy) -> None:
    """It does not go out any more."""
    if copy.state in (CopyState.WAITING, CopyState.REFUSED):
        call_off(context, copy)
        context.unit.copies.put(replace(copy, state=CopyState.CANCELLED, error=_TAKEN_BACK), context.now)


def _was_taken_back(copy: NetworkCopy) -> bool:
    return copy.state is CopyState.CANCELLED and copy.error == _TAKEN_BACK


def call_off(context: Context, copy: NetworkCopy) -> None:
    """Take what waits to be done to this part out of the outbox."""
    row = context.unit.outbox.get(copy.delivery) if copy.delivery else None
    if row is not None and row.state in _OPEN:
        context.unit.outbox.cancel(row.id, context.now)
