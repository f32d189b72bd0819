"""«Сети» on the card: where the post goes, what is to be tried again, what a person saw.

Before the release a press switches a network on or off for this post; afterwards it settles what the program
cannot settle itself.  Whether a press still applies is asked again when it comes.  Without other networks it is
«Пост»: what can be done about the post on VK.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from editorial.errors import CardOutdated, NotNow, PayloadForeign, RoleTooLow
from editorial.lifecycle import same_version
from editorial.networks import CopyState, Network, NetworkCopy, PostState
from editorial.post import TEXT_LIMIT, utf16_length
from editorial.suggestion import Status, Suggestion
from handlers import (
    changes,
    copy_outcomes,
    crosspost,
    keyboards,
    network_rules,
    own_posts,
    own_text,
    removal,
    texts,
)
from handlers.card_buttons import button
from handlers.card_facts import Menu
from handlers.context import Context
from handlers.keyboards import Button
from handlers.payloads import Payload
from handlers.person import Person

WORD: Final = "nets"
#: The prompts that wait for a corrected text; the second one is for the networks with a text of their own, too.
FIX_PROMPT: Final = "fix_everywhere"
FIX_ALL_PROMPT: Final = "fix_one_text"
ON_A_PAGE: Final = 8
#: States in which the post could not go out on VK and may go elsewhere in its stead.
_STUCK: Final = frozenset({Status.SCHEDULED, Status.FAILED, Status.PUBLISHING})
#: What is in one of these goes on its way by itself, or is there.
_APPROVED: Final = frozenset({Status.SCHEDULED, Status.PUBLISHING, Status.PUBLISHED})
#: Presses that change what readers see already: for editors.
_EDITORS: Final = frozenset({"fix", "fix_all", "pull", "pull!", "drop", "keep"})


def shown(context: Context, suggestion: Suggestion) -> bool:
    if network_rules.goes_nowhere(suggestion):
        return False
    return bool(context.desk.networks) or (
        suggestion.status is Status.PUBLISHED and _is_ours_to_change(context, suggestion)
    )


def _is_ours_to_change(context: Context, suggestion: Suggestion) -> bool:
    """Whether the post stands on VK, or a person is to do something about it there."""
    post = context.unit.posts.get(suggestion.number)
    if post is None or post.state is not PostState.GONE:
        return post is not None
    copy = own_posts.vk_copy_of(context.unit.copies.of(suggestion.number))
    return copy is not None and copy.todo is not None


def label(context: Context) -> str:
    """What the menu is called on this desk."""
    return texts.NETWORKS_ENTRY if context.desk.networks else texts.POST_ENTRY


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
    if word in _EDITORS and not context.role(person.user_id).runs_the_desk:
        raise RoleTooLow
    if word in ("fix", "fix_all", "pull"):
        return _ask(context, person, suggestion, word)
    if word == own_text.ASK:
        return own_text.ask(context, person, suggestion, key)
    if word == own_text.SAME:
        return own_text.drop(context, person, suggestion, key)
    if word in ("on", "off"):
        return _switch(context, person, suggestion, _known(context, key), on=word == "on")
    if not _deed(context, person, suggestion, word, key)():
        raise NotNow(suggestion.number, suggestion.status)
    details = {"network": key} if key else {}
    status = str(suggestion.status)
    context.unit.journal.add(
        context.now, suggestion.number, person.user_id, f"network_{word}", status, status, details
    )
    changes.close_menu(context, suggestion.number)
    changes.refresh_cards_of_post(context, suggestion.number)
    return texts.NETWORK_ANSWERS[word]


def _deed(context: Context, person: Person, suggestion: Suggestion, word: str, key: str) -> Callable[[], bool]:
    """What a press of this word does; done, it says whether there was anything to do. Raises PayloadForeign."""
    number = suggestion.number
    deed = {
        "again": lambda: _again(context, number, key),
        "out": lambda: copy_outcomes.confirm(context, number, _known(context, key).key),
        "drop": lambda: crosspost.take_back_from(context, number, _known(context, key).key),
        "keep": lambda: crosspost.leave_there(context, number, key),
        "done": lambda: _done(context, number, key),
        "pull!": lambda: own_posts.pull(context, suggestion),
        "as_is": lambda: crosspost.release_as_it_is(context, suggestion),
        "without_vk": lambda: _without_vk(context, person, suggestion),
    }.get(word)
    if deed is None:
        raise PayloadForeign
    return deed


def _again(context: Context, number: int, key: str) -> bool:
    if key == crosspost.VK:
        return own_posts.again_on_vk(context, number)
    return copy_outcomes.repeat(context, number, _known(context, key).key)


def _done(context: Context, number: int, key: str) -> bool:
    if key == crosspost.VK:
        return removal.done_by_hand(context, number)
    return crosspost.done_by_hand(context, number, key)


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


def menu(context: Context, suggestion: Suggestion, view: Mapping[str, Any]) -> Menu:
    """What can be pressed for the networks now, in pages."""
    match view.get("ask"):
        case "fix":
            return _fix_menu(context, suggestion)
        case "fix_all":
            return Menu([texts.FIX_ALL_WANTED], [])
        case "pull":
            sure = texts.PULL_SURE if context.desk.networks else texts.PULL_POST_SURE
            return Menu([sure], [_button(suggestion, texts.PULL_YES, "pull!", "negative")])
        case own_text.ASK:
            return own_text.menu(context, suggestion, view)
    buttons = [*_settling(context, suggestion), *_switches(context, suggestion)]
    if own_text.networks(context, suggestion):
        buttons.append(_button(suggestion, texts.OWN_TEXT, own_text.ASK))
    if not buttons:
        return Menu([texts.NETWORKS_NOTHING], [])
    page, onward = keyboards.a_page(buttons, int(view.get("page", 0)), ON_A_PAGE)
    if onward is not None:
        page.append(_button(suggestion, texts.FURTHER, f"page:{onward}"))
    return Menu([texts.NETWORKS_MENU if context.desk.networks else texts.POST_MENU], page)


def _fix_menu(context: Context, suggestion: Suggestion) -> Menu:
    """The new text is waited for; what has a text of its own keeps it unless the other button is pressed."""
    own = network_rules.own_texts(suggestion)
    titles = [one.title for one in context.desk.networks if one.key in own]
    if not titles:
        return Menu([texts.FIX_WANTED if context.desk.networks else texts.FIX_POST_WANTED], [])
    return Menu([texts.FIX_WANTED, texts.own_texts_stay(titles)], [_button(suggestion, texts.FIX_ALL, "fix_all")])


def _settling(context: Context, suggestion: Suggestion) -> list[Button]:
    """What the copies wait for, then what concerns the whole post."""
    buttons = []
    elsewhere = bool(context.desk.networks)
    post = context.unit.posts.get(suggestion.number)
    gone = post is not None and post.state is PostState.GONE
    for key, parts in crosspost.by_network(context.unit.copies.of(suggestion.number)).items():
        found = crosspost.network(context, key)
        title = texts.ON_VK if key == crosspost.VK else found.title if found is not None else key
        buttons += [
            _button(suggestion, label, f"{word}:{key}", "positive" if word == "out" else "secondary")
            for word, label in _of_network(title, parts, gone=gone, on=found is not None or key == crosspost.VK)
        ]
    if (
        post is not None
        and post.state is PostState.LIVE
        and post.released_at is None
        and elsewhere
        and crosspost.held(suggestion)
    ):
        buttons.append(_button(suggestion, texts.RELEASE_AS_IT_IS, "as_is"))
    if post is not None and not gone:
        buttons.append(_button(suggestion, texts.FIX_EVERYWHERE if elsewhere else texts.FIX_POST, "fix"))
        buttons.append(_button(suggestion, texts.PULL_EVERYWHERE if elsewhere else texts.PULL_POST, "pull"))
    elif post is not None and crosspost.stands_somewhere(context, suggestion.number):
        buttons.append(_button(suggestion, texts.PULL_EVERYWHERE, "pull!"))
    if post is None and elsewhere and may_go_without_vk(suggestion):
        buttons.append(_button(suggestion, texts.RELEASE_WITHOUT_VK, "without_vk"))
    return buttons


def _of_network(title: str, parts: Sequence[NetworkCopy], *, gone: bool, on: bool) -> Iterator[tuple[str, str]]:
    """Word and label of what can be done about the copies in one network; ``on``: it is switched on."""
    states, todos = {one.state for one in parts}, {one.todo for one in parts}
    if CopyState.ASKED in states:
        yield "out", texts.network_is_out(title)
    sends_again = states & {CopyState.ASKED, CopyState.REFUSED} and not gone
    if on and (sends_again or any(map(copy_outcomes.may_change_again, parts))):
        yield "again", texts.network_again(title)
    if todos & {"edit", "remove"}:
        yield "done", texts.network_done(title)
    if on and crosspost.DECIDE in todos and CopyState.OUT in states:
        yield "drop", texts.network_drop(title)
        yield "keep", texts.network_keep(title)


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
    return button(suggestion, label, WORD, arg, colour)


def _ask(context: Context, person: Person, suggestion: Suggestion, word: str) -> str:
    """Correcting waits for the new text in a reply; taking back is asked about once more."""
    post = context.unit.posts.get(suggestion.number)
    if post is None or post.state is PostState.GONE:
        raise NotNow(suggestion.number, suggestion.status)
    kind, view = {"fix": FIX_PROMPT, "fix_all": FIX_ALL_PROMPT}.get(word), {"menu": WORD, "ask": word}
    if kind is None:
        changes.open_menu(context, suggestion.number, view)
        return texts.PULL_SURE
    changes.ask_for_words(context, person, suggestion.number, kind, suggestion.version, view)
    return texts.REPLY_TO_EDIT


def answered(
    context: Context,
    person: Person,
    suggestion: Suggestion,
    kind: str,
    version: int,
    text: str,
    confirmed: Collection[str] = (),
) -> str | None:
    """A reply one of the prompts waited for; what is said about it. Raises DeskError.

    ``confirmed``: codes of the red warnings that somebody said yes to.
    """
    if kind.startswith(own_text.PROMPT):
        key = kind.removeprefix(own_text.PROMPT)
        return own_text.given(context, person, suggestion, version, key, text, confirmed)
    one_text = kind == FIX_ALL_PROMPT
    return _corrected(context, person, suggestion, version, text, confirmed, one_text=one_text)


def is_prompt(kind: str) -> bool:
    """Whether a prompt of this kind is one of the networks'."""
    return kind in (FIX_PROMPT, FIX_ALL_PROMPT) or kind.startswith(own_text.PROMPT)


def goes_out(suggestion: Suggestion, kind: str) -> bool:
    """Whether the reply to such a prompt goes out without another press: what it is about is approved, or out."""
    return is_prompt(kind) and suggestion.status in _APPROVED


def _corrected(
    context: Context,
    person: Person,
    suggestion: Suggestion,
    version: int,
    text: str,
    confirmed: Collection[str],
    *,
    one_text: bool,
) -> str | None:
    """The new text for everywhere arrived. Raises DeskError."""
    same_version(suggestion, version)
    if not context.role(person.user_id).runs_the_desk:
        raise RoleTooLow
    if utf16_length(text) > TEXT_LIMIT:
        return texts.TOO_LONG_TEXT
    context.unit.prompts.clear(person.peer_id, person.user_id)
    signed = suggestion.signed_text(text)
    if not own_posts.fix(context, suggestion, signed, by=person.user_id, one_text=one_text, confirmed=confirmed):
        raise NotNow(suggestion.number, suggestion.status)
    changes.close_menu(context, suggestion.number)
    changes.refresh_cards_of_post(context, suggestion.number)
    return None
