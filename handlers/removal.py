"""A post that its author wants taken down: moderators are asked, and the author is answered either way."""

from __future__ import annotations

from typing import Any, Final

from editorial.delivery import Delivery, State, Verdict
from editorial.errors import NotAModerator, PayloadForeign
from editorial.networks import PostState
from editorial.suggestion import Status, Suggestion
from handlers import changes, keyboards, letters, own_posts, texts
from handlers.context import Context
from handlers.keyboards import Button
from handlers.payloads import Payload
from handlers.person import Person

#: The word of the buttons below the request.
WORD: Final = "removal"


def keyboard(suggestion: Suggestion) -> dict[str, Any]:
    number = suggestion.number
    take = Button(texts.TAKE_DOWN, Payload(WORD, number, arg="take"), "negative")
    leave = Button(texts.LEAVE_UP, Payload(WORD, number, arg="leave"))
    return keyboards.inline([[take, leave]])


def ask(context: Context, suggestion: Suggestion) -> bool:
    """Ask the moderators, once for each post; False when they were asked before."""
    if _asked(context, suggestion.number):
        return False
    context.unit.journal.add(context.now, suggestion.number, suggestion.author_id, "asks_removal")
    changes.note(context, "asks_removal", suggestion.number)
    return True


def pressed(context: Context, person: Person, payload: Payload) -> str:
    """A press below the request. Raises NotAModerator, PayloadForeign."""
    if not context.role(person.user_id).decides:
        raise NotAModerator
    suggestion = context.unit.suggestions.get(payload.number)
    if suggestion is None or payload.arg not in ("take", "leave"):
        raise PayloadForeign
    settled = next(
        (
            entry
            for entry in context.unit.journal.of(suggestion.number)
            if entry.action in ("taken_down", "left_up")
        ),
        None,
    )
    if settled is not None:
        return texts.removal_settled(suggestion.number, settled.action == "taken_down")
    post = context.unit.posts.get(own_posts.carriers(context, [suggestion])[suggestion.number])
    gone = post is not None and post.state is PostState.GONE
    if suggestion.status is not Status.PUBLISHED or suggestion.published_post_id is None or gone:
        return texts.NOTHING_TO_TAKE_DOWN
    if payload.arg == "leave":
        context.unit.journal.add(context.now, suggestion.number, person.user_id, "left_up")
        letters.write(context, suggestion, "kept")
        return texts.LEFT_UP
    if suggestion.proof == changes.IN_DIGEST:  # the post is everybody's whose news stands in it
        return texts.a_line_of_a_digest(suggestion.number)
    context.unit.journal.add(context.now, suggestion.number, person.user_id, "taken_down")
    carrier = context.unit.suggestions.get(suggestion.carrier)
    own_posts.pull(context, carrier or suggestion)
    return texts.TAKE_DOWN_BY_HAND if context.mode() == "degraded" else texts.TAKING_DOWN


def settled(context: Context, delivery: Delivery, verdict: Verdict) -> None:
    """VK deleted the post, or does not: the author who asked for it and the moderators are told."""
    for suggestion in _who_asked(context, delivery.number or 0):
        if verdict.state is State.SENT:
            _taken_down(context, suggestion)
        elif verdict.state is State.REFUSED:
            changes.note(context, "not_removed", suggestion.number, reason=verdict.error)


def found_deleted(context: Context, number: int) -> bool:
    """The post is certainly not on VK any more. False: that is known."""
    if not own_posts.deleted_on_vk(context, number):
        return False
    for suggestion in _who_asked(context, number):
        _taken_down(context, suggestion)
    return True


def done_by_hand(context: Context, number: int) -> bool:
    """A person says that they did on VK what was refused there. False: nothing was to be done."""
    if not own_posts.done_by_hand(context, number):
        return False
    if own_posts.is_off_the_wall(context, number):
        for suggestion in _who_asked(context, number):
            _taken_down(context, suggestion)
    return True


def _who_asked(context: Context, number: int) -> list[Suggestion]:
    """The news of this post whose authors asked for it to be taken down."""
    return [one for one in changes.in_one_post(context, number) if _asked(context, one.number)]


def _asked(context: Context, number: int) -> bool:
    """Whether the author asked for the post to be taken down."""
    return any(entry.action == "asks_removal" for entry in context.unit.journal.of(number))


def _taken_down(context: Context, suggestion: Suggestion) -> None:
    letters.write(context, suggestion, "removed")
    changes.note(context, "removed", suggestion.number)
