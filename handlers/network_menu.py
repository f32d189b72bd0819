"""«Сети» on the card: where the post goes, what is to be tried again, what a person saw.

Before the release a press switches a network on or off for this post; afterwards it settles what the program
cannot settle itself.  Whether a press still applies is asked again when it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from editorial.errors import CardOutdated, NotNow, PayloadForeign, RoleTooLow
from editorial.lifecycle import same_version
from editorial.networks import CopyState, Network, PostState
from editorial.post import TEXT_LIMIT, utf16_length
from editorial.suggestion import Status, Suggestion
from handlers import cards, changes, crosspost, network_rules, texts
from handlers.context import Context
from handlers.keyboards import Button
from handlers.payloads import Payload
from handlers.person import Person

WORD: Final = "nets"
#: The prompt that waits for a corrected text.
FIX_PROMPT: Final = "fix_everywhere"
ON_A_PAGE: Final = 7
_OVER: Final = frozenset({Status.WITHDRAWN, Status.REJECTED})
#: States in which the post could not go out on VK and may go elsewhere in its stead.
_STUCK: Final = frozenset({Status.SCHEDULED, Status.FAILED, Status.PUBLISHING})


def shown(context: Context, suggestion: Suggestion) -> bool:
    return bool(context.desk.networks) and suggestion.status not in _OVER


def press(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """Open the menu, or carry out one of its presses.

    Raises:
        PayloadForeign: no such button.
        NotNow: what it was about is settled.
        RoleTooLow: it takes an editor.
    """
    word, _, key = (payload.arg or "page:0").partition(":")
    if word == "page":
        if not key.isdecimal():
            raise PayloadForeign
        changes.open_menu(context, suggestion.number, {"menu": WORD, "page": int(key)})
        return texts.NETWORKS_MENU_ANSWER
    if word in ("fix", "pull", "pull!") and not context.role(person.user_id).runs_the_desk:
        raise RoleTooLow
    if word in ("fix", "pull"):
        return _ask(context, person, suggestion, word)
    if word in ("on", "off"):
        return _switch(context, person, suggestion, _known(context, key), on=word == "on")
    done = {
        "again": lambda: crosspost.repeat(context, suggestion.number, _known(context, key).key),
        "out": lambda: crosspost.confirm(context, suggestion.number, _known(context, key).key),
        "pull!": lambda: crosspost.pull(context, suggestion.number),
        "as_is": lambda: crosspost.release_as_it_is(context, suggestion),
        "without_vk": lambda: _without_vk(context, person, suggestion),
    }.get(word)
    if done is None:
        raise PayloadForeign
    if not done():
        raise NotNow(suggestion.number, suggestion.status)
    details = {"network": key} if key else {}
    status = str(suggestion.status)
    context.unit.journal.add(
        context.now, suggestion.number, person.user_id, f"network_{word}", status, status, details
    )
    changes.close_menu(context, suggestion.number)
    changes.refresh_card(context, suggestion.number)
    return texts.NETWORK_ANSWERS[word]


def _known(context: Context, key: str) -> Network:
    network = crosspost.network(context, key)
    if network is None:
        raise PayloadForeign
    return network


def _switch(context: Context, person: Person, suggestion: Suggestion, network: Network, *, on: bool) -> str:
    post = context.unit.posts.get(suggestion.number)
    if post is not None and post.released_at is not None:
        raise NotNow(suggestion.number, suggestion.status)
    after = network_rules.with_choice(suggestion, network.key, on)
    details = {"network": network.key, "on": on}
    if not changes.store(context, suggestion, after, "networks", actor=person.user_id, details=details):
        raise CardOutdated(suggestion.number)
    changes.open_menu(context, suggestion.number, {"menu": WORD, "page": 0})
    return texts.network_switched(network.title, on)


def _without_vk(context: Context, person: Person, suggestion: Suggestion) -> bool:
    if not context.role(person.user_id).runs_the_desk:
        raise RoleTooLow
    return may_go_without_vk(suggestion) and crosspost.release_without_vk(context, suggestion)


def may_go_without_vk(suggestion: Suggestion) -> bool:
    """Whether a moderator approved the post and VK is what it waits for."""
    return suggestion.status in _STUCK and suggestion.trouble is not None


# --------------------------------------------------------------------------------------------------------- the menu


def menu(context: Context, suggestion: Suggestion, view: Mapping[str, Any]) -> cards.Menu:
    """What can be pressed for the networks now, in pages."""
    if view.get("ask") == "fix":
        return cards.Menu([texts.FIX_WANTED], [])
    if view.get("ask") == "pull":
        return cards.Menu([texts.PULL_SURE], [_button(suggestion, texts.PULL_YES, "pull!", "negative")])
    buttons = [*_settling(context, suggestion), *_switches(context, suggestion)]
    if not buttons:
        return cards.Menu([texts.NETWORKS_NOTHING], [])
    pages = -(-len(buttons) // ON_A_PAGE)
    page = int(view.get("page", 0)) % pages
    shown_now = buttons[page * ON_A_PAGE :][:ON_A_PAGE]
    if pages > 1:
        shown_now.append(_button(suggestion, texts.FURTHER, f"page:{(page + 1) % pages}"))
    return cards.Menu([texts.NETWORKS_MENU], shown_now)


def _settling(context: Context, suggestion: Suggestion) -> list[Button]:
    buttons = []
    for key, parts in crosspost.by_network(context.unit.copies.of(suggestion.number)).items():
        network = crosspost.network(context, key)
        states = {one.state for one in parts}
        if network is None:
            continue
        if CopyState.ASKED in states:
            buttons.append(_button(suggestion, texts.network_is_out(network.title), f"out:{key}", "positive"))
        if states & {CopyState.ASKED, CopyState.REFUSED}:
            buttons.append(_button(suggestion, texts.network_again(network.title), f"again:{key}"))
    post = context.unit.posts.get(suggestion.number)
    if (
        post is not None
        and post.state is PostState.LIVE
        and post.released_at is None
        and crosspost.held(suggestion)
    ):
        buttons.append(_button(suggestion, texts.RELEASE_AS_IT_IS, "as_is"))
    if post is not None and post.state is not PostState.GONE:
        buttons.append(_button(suggestion, texts.FIX_EVERYWHERE, "fix"))
        buttons.append(_button(suggestion, texts.PULL_EVERYWHERE, "pull"))
    elif post is not None and crosspost.stands_somewhere(context, suggestion.number):
        buttons.append(_button(suggestion, texts.PULL_EVERYWHERE, "pull!"))
    if post is None and may_go_without_vk(suggestion):
        buttons.append(_button(suggestion, texts.RELEASE_WITHOUT_VK, "without_vk"))
    return buttons


def _switches(context: Context, suggestion: Suggestion) -> list[Button]:
    post = context.unit.posts.get(suggestion.number)
    if post is not None and post.released_at is not None:
        return []
    buttons = []
    for network in context.desk.networks:
        goes = network_rules.goes_to(context, suggestion, network)
        label = texts.network_switch(network.title, goes)
        buttons.append(_button(suggestion, label, f"{'off' if goes else 'on'}:{network.key}"))
    return buttons


def _button(suggestion: Suggestion, label: str, arg: str, colour: str = "secondary") -> Button:
    return cards.button(suggestion, label, WORD, arg, colour)


def _ask(context: Context, person: Person, suggestion: Suggestion, word: str) -> str:
    """Correcting waits for the new text in a reply; taking back is asked about once more."""
    post = context.unit.posts.get(suggestion.number)
    if post is None or post.state is PostState.GONE:
        raise NotNow(suggestion.number, suggestion.status)
    if word == "fix":
        context.unit.prompts.ask(
            person.peer_id,
            person.user_id,
            suggestion.number,
            FIX_PROMPT,
            suggestion.version,
            context.now,
            person.cmid,
        )
    changes.open_menu(context, suggestion.number, {"menu": WORD, "ask": word})
    return texts.REPLY_TO_EDIT if word == "fix" else texts.PULL_SURE


def corrected(context: Context, person: Person, suggestion: Suggestion, version: int, text: str) -> str | None:
    """The new text for everywhere arrived. Raises DeskError."""
    same_version(suggestion, version)
    if not context.role(person.user_id).runs_the_desk:
        raise RoleTooLow
    if utf16_length(text) > TEXT_LIMIT:
        return texts.TOO_LONG_TEXT
    context.unit.prompts.clear(person.peer_id, person.user_id)
    if not crosspost.fix(context, suggestion, text, by=person.user_id):
        raise NotNow(suggestion.number, suggestion.status)
    changes.close_menu(context, suggestion.number)
    changes.refresh_card(context, suggestion.number)
    return None
