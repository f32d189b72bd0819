"""«Свой текст»: what a network says when it is not to say the same as the wall.

A moderator gives it in a reply to the card, before the release or after it; it stays through every edit of the
wall's text, and the card says when it was written for another one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from editorial.errors import CardOutdated, NotNow, PayloadForeign, RoleTooLow
from editorial.lifecycle import same_version
from editorial.networks import Network, OurPost, PostState
from editorial.post import TEXT_LIMIT, defuse, utf16_length
from editorial.suggestion import Suggestion, comparable
from handlers import changes, crosspost, keyboards, network_rules, texts
from handlers.card_buttons import button
from handlers.card_facts import Menu
from handlers.context import Context
from handlers.person import Person

#: The prompt that waits for the text; the network's key follows.
PROMPT: Final = "own_text:"
#: Words of a reply that take the own text away.
AS_ON_THE_WALL: Final = "как на стене"
#: What the menu's presses begin with.
ASK: Final = "own"
SAME: Final = "same"
#: Stands before the number of a page where a network's key would stand.
_PAGE: Final = "@"
_ON_A_PAGE: Final = 8
#: So much of a text is shown.
_SHOWN: Final = 300


def networks(context: Context, suggestion: Suggestion) -> tuple[Network, ...]:
    """The networks that may be given a text now: those the post goes to, or stands in."""
    post = context.unit.posts.get(suggestion.number)
    if post is not None and post.state is PostState.GONE:
        return ()
    if post is None or post.released_at is None:
        return network_rules.chosen(context, suggestion)
    there = {copy.network for copy in context.unit.copies.of(suggestion.number)}
    return tuple(one for one in context.desk.networks if one.key in there)


def ask(context: Context, person: Person, suggestion: Suggestion, key: str) -> str:
    """Open the list of networks, or wait for the text of one. Raises NotNow, PayloadForeign, RoleTooLow."""
    offered = networks(context, suggestion)
    if not offered:
        raise NotNow(suggestion.number, suggestion.status)
    _may(context, person, suggestion)
    view = {"menu": "nets", "ask": ASK}
    if not key or key.startswith(_PAGE):
        page = key.removeprefix(_PAGE)
        changes.open_menu(context, suggestion.number, {**view, "page": int(page) if page.isdecimal() else 0})
        return texts.NETWORKS_MENU_ANSWER
    if key not in {one.key for one in offered}:
        raise PayloadForeign
    number, version = suggestion.number, suggestion.version
    changes.ask_for_words(context, person, number, f"{PROMPT}{key}", version, {**view, "key": key})
    return texts.REPLY_TO_EDIT


def _may(context: Context, person: Person, suggestion: Suggestion) -> None:
    """What stands in a network already is changed by editors only."""
    post = context.unit.posts.get(suggestion.number)
    out = post is not None and post.released_at is not None
    if out and not context.role(person.user_id).runs_the_desk:
        raise RoleTooLow


def given(
    context: Context,
    person: Person,
    suggestion: Suggestion,
    version: int,
    key: str,
    text: str,
    confirmed: Collection[str] = (),
) -> str | None:
    """The text arrived; what the person reads about it, None when the card says all. Raises DeskError.

    ``confirmed``: codes of the red warnings that somebody said yes to.
    """
    same_version(suggestion, version)
    if utf16_length(text) > TEXT_LIMIT:
        return texts.TOO_LONG_TEXT
    wanted = None if text.lower().strip(" .«»") == AS_ON_THE_WALL else text
    context.unit.prompts.clear(person.peer_id, person.user_id)
    put(context, person, suggestion, key, wanted, confirmed)
    return None


def drop(context: Context, person: Person, suggestion: Suggestion, key: str) -> str:
    """The network says the same as the wall again. Raises DeskError."""
    put(context, person, suggestion, key, None)
    network = crosspost.network(context, key)
    return texts.own_text_dropped(network.title if network is not None else key)


def put(
    context: Context,
    person: Person,
    suggestion: Suggestion,
    key: str,
    text: str | None,
    confirmed: Collection[str] = (),
) -> None:
    """Give a network its own text, or the wall's again (None); what stands there is changed. Raises DeskError."""
    network = crosspost.network(context, key)
    if network is None or network not in networks(context, suggestion):
        raise NotNow(suggestion.number, suggestion.status)
    _may(context, person, suggestion)
    post = context.unit.posts.get(suggestion.number)
    wall = wall_text(suggestion, post)
    if text is not None and comparable(text) == comparable(wall):
        text = None
    if text is None and network_rules.own_text(suggestion, key) is None:
        changes.close_menu(context, suggestion.number)
        changes.refresh_card(context, suggestion.number)
        return
    after = network_rules.with_text(suggestion, key, text, wall)
    details: dict[str, Any] = {"network": key, "own": text is not None}
    if confirmed:
        details["confirmed"] = sorted(confirmed)
    if not changes.store(context, suggestion, after, "own_text", actor=person.user_id, details=details):
        raise CardOutdated(suggestion.number)
    if post is not None:
        crosspost.bring_up_to_date(context, after, post)


def wall_text(suggestion: Suggestion, post: OurPost | None) -> str:
    """What the wall says, or will say."""
    return post.content.text if post is not None else suggestion.for_publication.text


def menu(context: Context, suggestion: Suggestion, view: Mapping[str, Any]) -> Menu:
    """Which network, or what is waited for."""
    network = crosspost.network(context, str(view.get("key") or ""))
    if network is None:
        buttons = [
            button(
                suggestion,
                texts.own_text_of(one.title, network_rules.own_text(suggestion, one.key) is not None),
                "nets",
                f"{ASK}:{one.key}",
            )
            for one in networks(context, suggestion)
        ]
        page, onward = keyboards.a_page(buttons, int(view.get("page", 0)), _ON_A_PAGE)
        if onward is not None:
            page.append(button(suggestion, texts.FURTHER, "nets", f"{ASK}:{_PAGE}{onward}"))
        return Menu([texts.OWN_TEXT_WHERE], page)
    lines = [texts.own_text_wanted(network.title)]
    now = network_rules.own_text(suggestion, network.key)
    if now is None:
        return Menu(lines, [])
    same = button(suggestion, texts.AS_ON_THE_WALL, "nets", f"{SAME}:{network.key}")
    return Menu([*lines, texts.own_text_now(shown(now))], [same])


def shown(text: str) -> str:
    """The beginning of an own text, in one line."""
    even = defuse(" ".join(text.split()))
    return even if len(even) <= _SHOWN else even[: _SHOWN - 1].rstrip() + "…"
