"""What people read about the copies of a post: a line for each network, on the card and for the author."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from editorial.networks import CopyState, Network, NetworkCopy, OurPost, PostState
from editorial.suggestion import Status, Suggestion, comparable
from handlers import crosspost, moments, network_rules, own_posts, own_text, texts
from handlers.context import Context

#: Worst first: what the line of a network of several parts is about.
_WEIGHT = (
    CopyState.ASKED,
    CopyState.REFUSED,
    CopyState.WAITING,
    CopyState.OUT,
    CopyState.REMOVED,
    CopyState.CANCELLED,
)
_BEFORE = frozenset({Status.PENDING, Status.SCHEDULED, Status.PUBLISHING, Status.RETURNED, Status.FAILED})


def for_card(context: Context, suggestion: Suggestion) -> tuple[str, ...]:
    """One line for each network; before the post is out, where it will go and what is said there differently.

    Whether the post stands on VK is said by the status, not here; only that it says something else now is.
    """
    if not context.desk.networks and suggestion.status is not Status.PUBLISHED:
        return ()
    post = context.unit.posts.get(suggestion.carrier)
    copies = context.unit.copies.of(suggestion.carrier)
    if copies:
        wall = own_text.wall_text(suggestion, post)
        elsewhere = (
            _line(context, suggestion, key, parts, wall)
            for key, parts in _in_order(context, copies)
            if key != crosspost.VK
        )
        return (*_vk_line(context, suggestion, post, copies), *elsewhere)
    if suggestion.status is Status.PUBLISHED:
        held = crosspost.held(suggestion) and post is not None and post.state is not PostState.GONE
        return (
            *_vk_line(context, suggestion, post, ()),
            *((texts.NETWORKS_HELD,) if held and context.desk.networks else ()),
        )
    if suggestion.status not in _BEFORE:
        return ()
    chosen = network_rules.chosen(context, suggestion)
    wall = own_text.wall_text(suggestion, post)
    lines = [_own_text_line(suggestion, network, wall) for network in chosen]
    if len(chosen) < len(context.desk.networks):
        lines.insert(0, texts.goes_to([network.title for network in chosen]))
    return tuple(filter(None, lines))


def _vk_line(
    context: Context, suggestion: Suggestion, post: OurPost | None, copies: Sequence[NetworkCopy]
) -> Iterator[str]:
    """What is being done to the post on VK, or that it was changed there and what it says now."""
    copy = own_posts.vk_copy_of(copies)
    if post is None or post.state is PostState.GONE:
        return
    if copy is not None and copy.todo is not None:
        yield f"{texts.ON_VK}: {texts.network_todo(copy.todo, post.link, copy.error)}"
    elif copy is not None and copy.doing is not None:
        yield texts.BEING_CORRECTED
    elif post.edited_at is not None:
        yield texts.changed_on_vk(moments.say(post.edited_at, context.now, context.desk.zone))
        alone = suggestion.merged_into is None
        if alone and comparable(post.content.text) != comparable(suggestion.for_publication.text):
            yield texts.wall_text_now(own_text.shown(post.content.text))


def _own_text_line(suggestion: Suggestion, network: Network, wall: str) -> str:
    text = network_rules.own_text(suggestion, network.key)
    if text is None:
        return ""
    older = network_rules.is_older(suggestion, network.key, wall)
    return texts.own_text_line(network.title, own_text.shown(text), older)


def wall_status(context: Context, suggestion: Suggestion) -> str | None:
    """What became of a post that is not to stand on VK any more; None for any other."""
    if suggestion.status is not Status.PUBLISHED:
        return None
    carrier = own_posts.carriers(context, [suggestion])[suggestion.number]
    post = context.unit.posts.get(carrier)
    if post is None or post.state is not PostState.GONE:
        return None
    copy = own_posts.vk_copy_of(context.unit.copies.of(carrier))
    if copy is not None and copy.todo is not None:
        return texts.not_off_the_wall(copy.error or "refused", suggestion.published_link)
    if copy is not None and copy.state is CopyState.REMOVED:
        return texts.OFF_THE_WALL
    return texts.leaving_the_wall(suggestion.published_link)


def _in_order(context: Context, copies: Sequence[NetworkCopy]) -> list[tuple[str, list[NetworkCopy]]]:
    """The copies by network, as the networks stand in the settings; those switched off since then come last."""
    order = {network.key: place for place, network in enumerate(context.desk.networks)}
    return sorted(crosspost.by_network(copies).items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))


def _line(context: Context, suggestion: Suggestion, key: str, parts: Sequence[NetworkCopy], wall: str) -> str:
    network = crosspost.network(context, key)
    title = network.title if network is not None else key
    copy = min(parts, key=lambda one: (_WEIGHT.index(one.state), one.part))
    own = _own_note(suggestion, key, wall)
    return f"{title}: {_state(context, network, copy, parts, own)}"


def _own_note(suggestion: Suggestion, key: str, wall: str) -> list[str]:
    if suggestion.merged_into is not None:  # the post has the texts of its lead
        return []
    if network_rules.own_text(suggestion, key) is None:
        return []
    older = network_rules.is_older(suggestion, key, wall)
    return ["own_text_older" if older else "own_text"]


def _state(
    context: Context, network: Network | None, copy: NetworkCopy, parts: Sequence[NetworkCopy], own: list[str]
) -> str:
    due = next((one for one in parts if _is_due(one)), None)
    if due is not None and due.todo is not None:
        return texts.network_todo(due.todo, _link(parts), due.error)
    match copy.state:
        case CopyState.ASKED:
            return texts.NETWORK_ASKED
        case CopyState.REFUSED:
            return texts.network_refused(copy.error or "refused")
        case CopyState.WAITING if copy.doing == "look":
            return texts.NETWORK_LOOKED_FOR
        case CopyState.WAITING if network is not None and network.key in network_rules.paused(context):
            return texts.NETWORK_PAUSED
        case CopyState.WAITING:
            return texts.network_waits(copy.error)
        case CopyState.REMOVED if copy.error == "gone":
            return texts.network_reason("gone")
        case CopyState.REMOVED:
            return texts.NETWORK_REMOVED
        case CopyState.CANCELLED:
            return texts.NETWORK_CANCELLED
    doing = next((one.doing for one in parts if one.doing), None)
    notes = [*own, *(note for one in parts for note in one.notes)]
    return texts.network_out(_link(parts), notes, doing, parts[0].reach.views)


def _is_due(copy: NetworkCopy) -> bool:
    """Whether a person has to do something; what stands nowhere yet needs no decision."""
    return copy.todo is not None and (copy.todo != crosspost.DECIDE or copy.state is CopyState.OUT)


def _link(parts: Sequence[NetworkCopy]) -> str | None:
    return next((one.link for one in parts if one.link), None)


#: What an author reads of a network the news does not stand in yet; why, and what to do, is the desk's care.
_FOR_AUTHOR = {
    CopyState.WAITING: texts.NETWORK_SOON,
    CopyState.ASKED: texts.NETWORK_LOOKED_FOR,
    CopyState.REFUSED: texts.NETWORK_NOT_OUT,
}


def for_author(context: Context, suggestion: Suggestion, *, whole: bool = False) -> tuple[str, ...]:
    """Where else the news is out, with links; ``whole``: also where it is still to come, or did not come out."""
    lines = []
    carrier = own_posts.carriers(context, [suggestion])[suggestion.number]
    for key, parts in _in_order(context, context.unit.copies.of(carrier)):
        network = crosspost.network(context, key)
        state = parts[0].state
        said = _link(parts) if state is CopyState.OUT else _FOR_AUTHOR.get(state) if whole else None
        if said is not None and network is not None:
            lines.append(f"{network.title}: {said}")
    return tuple(lines)


def titles_for_author(context: Context, copies: Sequence[NetworkCopy]) -> list[str]:
    """The names of the networks the news stands in, in the order of showing."""
    there = {copy.network for copy in copies if copy.state is CopyState.OUT and copy.part == 0}
    return [network.title for network in context.desk.networks if network.key in there]
