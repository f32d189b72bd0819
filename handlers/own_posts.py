"""The post on VK once it is out: corrected or taken down from the card, changed or deleted there by somebody.

::

    «Исправить везде» ──▶ changed on VK, read back ──▶ every copy says the same
    «Отозвать везде», «Снять» ──▶ deleted on VK, and out of every network at once
    read again: changed ──▶ carried │ gone ──▶ carried, or asked about, as the editors set for each network

There is one way to delete a post, whoever asks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, Final

from editorial import signing
from editorial.delivery import Delivery, NewDelivery, State, Verdict
from editorial.lifecycle import Action, advance
from editorial.networks import CopyState, NetworkCopy, OurPost, PostState, next_look
from editorial.post import published_mismatch
from editorial.suggestion import Content, Status, Suggestion, same_content
from handlers import changes, crosspost, network_rules
from handlers.context import Context
from handlers.crosspost import VK, by_network

#: States of a copy that something has to be done about when the post is gone.
_THERE: Final = frozenset({CopyState.OUT, CopyState.WAITING, CopyState.ASKED, CopyState.REFUSED})


# ------------------------------------------------------------------------------------------ correcting, taking back


def fix(
    context: Context,
    suggestion: Suggestion,
    text: str,
    *,
    by: int,
    one_text: bool = False,
    confirmed: Collection[str] = (),
) -> bool:
    """Have the post say ``text`` on VK, and then everywhere. False: there is no post, or somebody was faster.

    A network with a text of its own keeps it, unless ``one_text``: then all say the same.  ``confirmed``: codes of
    the red warnings that somebody said yes to.
    """
    post = context.unit.posts.get(suggestion.number)
    if post is None or post.state is PostState.GONE:
        return False
    details: dict[str, Any] = {"one_text": True} if one_text else {}
    if confirmed:
        details["confirmed"] = sorted(confirmed)
    if one_text and network_rules.own_texts(suggestion):
        plain = network_rules.without_texts(suggestion)
        if not changes.store(context, suggestion, plain, "fixed", actor=by, details=details):
            return False
        suggestion = plain
    else:
        status = str(suggestion.status)
        context.unit.journal.add(context.now, suggestion.number, by, "fixed", status, status, details)
    if post.post_id is None:
        changed = replace(post, content=post.content.with_text(text), edited_at=context.now)
        context.unit.posts.put(changed, context.now)
        crosspost.bring_up_to_date(context, suggestion, changed)
        return True
    _on_vk(context, post, "edit", {"text": text})
    return True


def unsign(context: Context, suggestion: Suggestion, post: OurPost, text: str) -> None:
    """The author asked to be forgotten: their name is known no more from now on, and is taken off everywhere.

    ``text`` is what it says without it.  A post whose signature is VK's own is edited, too: it keeps no signature.
    """
    changed = replace(post, content=post.content.with_text(text), edited_at=context.now)
    context.unit.posts.put(changed, context.now)
    context.unit.outbox.forget_words(post.number, context.now)
    status = str(suggestion.status)
    context.unit.journal.add(context.now, post.number, None, "unsigned", status, status)
    if post.state is PostState.GONE:
        return
    if post.post_id is not None:
        _on_vk(context, changed, "edit", {"text": text})
    crosspost.bring_up_to_date(context, suggestion, changed)
    changes.refresh_cards_of_post(context, post.number)


def pull(context: Context, suggestion: Suggestion) -> bool:
    """Take the post off VK and out of every network. False: there is no post."""
    post = context.unit.posts.get(suggestion.number)
    if post is None and suggestion.status is Status.PUBLISHED:
        post = crosspost.kept(context, suggestion, None)  # it went out before posts were kept
    if post is None:
        return False
    if post.state is not PostState.GONE:
        context.unit.posts.put(replace(post, state=PostState.GONE, next_look=None), context.now)
        if post.post_id is not None:
            _on_vk(context, post, "remove", {})
        elif post.state is PostState.LIVE:  # nobody knows its number: a person has to
            by_hand = replace(_vk_copy(context, post), todo="remove", error="post_not_found")
            context.unit.copies.put(by_hand, context.now)
    crosspost.take_back(context, suggestion.number)
    changes.refresh_post(context, suggestion.number)
    return True


def again_on_vk(context: Context, number: int) -> bool:
    """Try once more what VK refused. False: nothing of that kind."""
    post = context.unit.posts.get(number)
    copy = vk_copy_of(context.unit.copies.of(number))
    if post is None or post.post_id is None or copy is None or copy.todo is None:
        return False
    if copy.todo == "remove":
        _on_vk(context, post, "remove", {})
        return True
    row = context.unit.outbox.get(copy.delivery) if copy.delivery else None
    if row is None or "text" not in row.payload:
        return False
    _on_vk(context, post, "edit", {"text": row.payload["text"]})
    return True


def _on_vk(context: Context, post: OurPost, doing: str, facts: Mapping[str, Any]) -> None:
    kind = "edit_post" if doing == "edit" else "delete_post"
    payload = {"post_id": post.post_id, **facts}
    new = NewDelivery(
        changes.WALL, f"wall:{post.number}", kind, post.number, payload, dedupe=f"{kind}:{post.number}"
    )
    id_ = context.unit.outbox.add(new, context.now)
    copy = _vk_copy(context, post)
    context.unit.copies.put(replace(copy, doing=doing, todo=None, error=None, delivery=id_), context.now)


def _vk_copy(context: Context, post: OurPost) -> NetworkCopy:
    known = vk_copy_of(context.unit.copies.of(post.number))
    ids = (str(post.post_id),) if post.post_id else ()
    return known or NetworkCopy(
        post.number, VK, 0, CopyState.OUT, ids=ids, link=post.link, sent_at=post.published_at
    )


def vk_copy_of(copies: Iterable[NetworkCopy]) -> NetworkCopy | None:
    """What was done to the post on VK itself; None when nothing ever was."""
    return next((one for one in copies if one.network == VK), None)


def settled_on_vk(context: Context, delivery: Delivery, verdict: Verdict, seen: Content | None) -> None:
    """What follows from correcting the post on VK, or from deleting it there. ``seen``: what stands there now."""
    suggestion = context.unit.suggestions.get(delivery.number or 0)
    post = context.unit.posts.get(delivery.number or 0)
    if suggestion is None or post is None:
        return
    copy = _vk_copy(context, post)
    removing = delivery.kind == "delete_post"
    match verdict.state:
        case State.SENT if removing:
            _off_vk(context, post, copy)
        case State.SENT:
            edited = replace(copy, doing=None, todo=None, error=None, edited_at=context.now)
            context.unit.copies.put(edited, context.now)
            if seen is not None:
                adopt(context, suggestion, post, seen)
        case State.REFUSED:
            todo = "remove" if removing else "edit"
            context.unit.copies.put(replace(copy, doing=None, todo=todo, error=verdict.error), context.now)
            if removing:  # a person will do it: then it is seen to be gone
                again = next_look(post.published_at, context.now, context.desk.first_look)
                context.unit.posts.put(replace(post, next_look=again), context.now)
        case _:
            if copy.error == verdict.error:
                return
            context.unit.copies.put(replace(copy, error=verdict.error), context.now)
    changes.refresh_post(context, post.number)


def _off_vk(context: Context, post: OurPost, copy: NetworkCopy) -> None:
    """The post is not on VK any more."""
    context.unit.posts.put(replace(post, state=PostState.GONE, next_look=None), context.now)
    gone = replace(copy, state=CopyState.REMOVED, doing=None, todo=None, error=None, removed_at=context.now)
    context.unit.copies.put(gone, context.now)


def done_by_hand(context: Context, number: int) -> bool:
    """A person says that they corrected or deleted the post on VK. False: that was not to be done."""
    post = context.unit.posts.get(number)
    copy = vk_copy_of(context.unit.copies.of(number))
    if post is None or copy is None or copy.todo is None:
        return False
    if copy.todo == "remove":
        _off_vk(context, post, copy)
    else:
        context.unit.copies.put(replace(copy, todo=None, error=None), context.now)
    changes.refresh_post(context, number)
    return True


def carriers(context: Context, suggestions: Collection[Suggestion]) -> dict[int, int]:
    """The number of the news whose post each of these is or stands in: its own, a joint post's, a digest's."""
    found = {one.number: one.carrier for one in suggestions}
    lines = [one for one in suggestions if one.proof == changes.IN_DIGEST]
    around = context.unit.digests.around([one.number for one in lines])
    made = {one.number: one for one in context.unit.suggestions.several({*chain.from_iterable(around.values())})}
    for one in lines:
        digests = [made[number] for number in around.get(one.number, ()) if number in made]
        found[one.number] = next((each.number for each in digests if changes.stands_in(one, each)), one.number)
    return found


def off_the_wall(context: Context, suggestions: Collection[Suggestion]) -> frozenset[int]:
    """The numbers of those whose post is not on VK any more."""
    by_number = carriers(context, suggestions)
    gone = _gone_from_vk(context, frozenset(by_number.values()))
    return frozenset(number for number, carrier in by_number.items() if carrier in gone)


def is_off_the_wall(context: Context, number: int) -> bool:
    """Whether the post of the news with this number is not on VK any more."""
    return number in _gone_from_vk(context, [number])


def _gone_from_vk(context: Context, numbers: Collection[int]) -> frozenset[int]:
    posts = context.unit.posts.of_many(numbers)
    gone = [number for number, post in posts.items() if post.state is PostState.GONE]
    copies = context.unit.copies.of_many(gone)
    found = {number: vk_copy_of(copies.get(number, ())) for number in gone}
    return frozenset(number for number, copy in found.items() if copy and copy.state is CopyState.REMOVED)


# ------------------------------------------------------------------------------------------------ what VK shows now


def adopt(context: Context, suggestion: Suggestion, post: OurPost, seen: Content) -> None:
    """The post says something else on VK now: so will every copy without a text of its own."""
    if post.state is PostState.GONE:
        return
    seen = signing.unsigned(suggestion, seen)
    again = next_look(post.published_at, context.now, context.desk.first_look) if post.post_id else None
    changed = replace(post, content=seen, edited_at=context.now, seen_at=context.now, next_look=again)
    context.unit.posts.put(changed, context.now)
    crosspost.bring_up_to_date(context, suggestion, changed)


def says_the_same(post: OurPost, seen: Content) -> bool:
    """Whether nothing follows from what was read: the post was given out, and stands as it was seen before."""
    first = post.seen_at is None or post.released_at is None
    return not first and same_content(post.content, seen)


def looked_at(context: Context, post: OurPost, seen: Content) -> bool:
    """A post was read again. True when something was stored: it changed, or may go out now."""
    suggestion = context.unit.suggestions.get(post.number)
    if suggestion is None or post.state is PostState.GONE:
        return False
    kept = signing.unsigned(suggestion, seen)
    if kept != seen and post.seen_at is not None:
        if _in_work(context, post.number):
            return False
        unsign(context, suggestion, post, kept.text)
        return True
    if crosspost.held(suggestion) and post.released_at is None:
        if published_mismatch(suggestion.for_publication, seen) is not None:
            return False
        return _whole_at_last(context, suggestion, seen)
    if post.seen_at is None:  # read for the first time: whatever stands there is what was published
        again = next_look(post.published_at, context.now, context.desk.first_look)
        first = replace(post, content=seen, seen_at=context.now, next_look=again)
        crosspost.release(context, suggestion, first)
        return True
    if same_content(post.content, seen):
        return False
    status = str(suggestion.status)
    context.unit.journal.add(context.now, post.number, None, "edited_on_vk", status, status)
    adopt(context, suggestion, post, seen)
    changes.refresh_cards_of_post(context, post.number)
    return True


def _in_work(context: Context, number: int) -> bool:
    """Whether the post on VK is being corrected, or a person has to do it."""
    copy = vk_copy_of(context.unit.copies.of(number))
    return copy is not None and (copy.doing is not None or copy.todo is not None)


def _whole_at_last(context: Context, suggestion: Suggestion, seen: Content) -> bool:
    after = advance(
        suggestion, Action.PROVE, context.now, post_id=suggestion.published_post_id, proof="checked", trouble=None
    )
    if after is None or not changes.store(context, suggestion, after, "checked"):
        return False
    crosspost.came_out(context, after, seen)
    return True


def deleted_on_vk(context: Context, number: int) -> bool:
    """A post of ours is certainly not on VK any more: somebody deleted it. False: that is known."""
    post = context.unit.posts.get(number)
    if post is None or post.state is PostState.AWAITED:
        return False
    copy = _vk_copy(context, post)
    if copy.state is CopyState.REMOVED:
        context.unit.posts.put(replace(post, next_look=None), context.now)
        return False
    _off_vk(context, post, copy)
    if post.state is PostState.LIVE:
        suggestion = context.unit.suggestions.get(number)
        status = str(suggestion.status) if suggestion is not None else None
        context.unit.journal.add(context.now, number, None, "deleted_on_vk", status, status)
        changes.note(context, "deleted_on_vk", number, **_carry(context, number))
    changes.refresh_post(context, number)
    return True


def _carry(context: Context, number: int) -> dict[str, list[str]]:
    """Take the copies back, or have people asked, network by network; which are ``carried`` and which ``asked``."""
    told: dict[str, list[str]] = {"carried": [], "asked": []}
    for key, parts in by_network(context.unit.copies.of(number)).items():
        if key == VK or not any(copy.state in _THERE for copy in parts):
            continue
        if network_rules.asks_before_removal(context, key):
            crosspost.ask_whether(context, parts)
            told["asked"].append(key)
        else:
            crosspost.take_back_parts(context, key, parts)
            told["carried"].append(key)
    return told
