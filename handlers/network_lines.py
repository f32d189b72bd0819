"""What people read about the copies of a post: a line for each network, on the card and for the author."""

from __future__ import annotations

from collections.abc import Sequence

from editorial.networks import CopyState, Network, NetworkCopy
from editorial.suggestion import Status, Suggestion
from handlers import crosspost, network_rules, texts
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
    """One line for each network; before the post is out, which networks it will go to when that is not all."""
    if not context.desk.networks:
        return ()
    copies = _in_order(context, suggestion)
    if copies:
        return tuple(_line(context, key, parts) for key, parts in copies)
    if suggestion.status is Status.PUBLISHED:
        held = crosspost.held(suggestion) and context.unit.posts.get(suggestion.number) is not None
        return (texts.NETWORKS_HELD,) if held else ()
    if suggestion.status not in _BEFORE:
        return ()
    chosen = network_rules.chosen(context, suggestion)
    if len(chosen) == len(context.desk.networks):
        return ()
    return (texts.goes_to([network.title for network in chosen]),)


def _in_order(context: Context, suggestion: Suggestion) -> list[tuple[str, list[NetworkCopy]]]:
    """The copies by network, as the networks stand in the settings; those switched off since then come last."""
    order = {network.key: place for place, network in enumerate(context.desk.networks)}
    copies = crosspost.by_network(context.unit.copies.of(suggestion.number))
    return sorted(copies.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))


def _line(context: Context, key: str, parts: Sequence[NetworkCopy]) -> str:
    network = crosspost.network(context, key)
    title = network.title if network is not None else texts.ON_VK if key == crosspost.VK else key
    copy = min(parts, key=lambda one: (_WEIGHT.index(one.state), one.part))
    return f"{title}: {_state(context, network, copy, parts)}"


def _state(context: Context, network: Network | None, copy: NetworkCopy, parts: Sequence[NetworkCopy]) -> str:
    todo = next((one.todo for one in parts if one.todo), None)
    if todo is not None:
        return texts.network_todo(todo, _link(parts))
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
        case CopyState.REMOVED | CopyState.CANCELLED:
            return texts.NETWORK_REMOVED
    doing = next((one.doing for one in parts if one.doing), None)
    notes = [note for one in parts for note in one.notes]
    return texts.network_out(_link(parts), notes, doing)


def _link(parts: Sequence[NetworkCopy]) -> str | None:
    return next((one.link for one in parts if one.link), None)


def for_author(context: Context, suggestion: Suggestion) -> tuple[str, ...]:
    """Where else the news is out, with links; what is still under way or failed is not the author's care."""
    lines = []
    for key, parts in _in_order(context, suggestion):
        network = crosspost.network(context, key)
        link = _link(parts) if parts[0].state is CopyState.OUT else None
        if link is not None and network is not None:
            lines.append(f"{network.title}: {link}")
    return tuple(lines)
