"""The buttons of a card: those of its state, and those of the menu that is open.

Who may press a button is decided when it is pressed; which there are, ``lifecycle.actions_for`` says both times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from editorial import reasons
from editorial.lifecycle import Action, actions_for
from editorial.roles import Role
from editorial.suggestion import Origin, Status, Suggestion
from handlers import keyboards, moments, texts
from handlers.card_facts import Facts, Menu
from handlers.keyboards import MOST_BUTTONS, Button
from handlers.payloads import Payload

_COLOURS: Final[Mapping[Action, str]] = {
    Action.QUEUE: "positive",
    Action.PUBLISH: "primary",
    Action.REJECT: "negative",
    Action.CONFIRM_OUT: "positive",
}
#: The order of the buttons on the card.
_ORDER: Final = (
    Action.CONFIRM_OUT,
    Action.REPEAT,
    Action.QUEUE,
    Action.PUBLISH,
    Action.PICK,
    Action.DIGEST,
    Action.EDIT,
    Action.RETURN,
    Action.REJECT,
    Action.UNDO,
    Action.CALL_OFF,
)
#: Buttons that open a menu or ask for a reply instead of acting at once.
_OPENS: Final[Mapping[Action, str]] = {Action.PICK: "days", Action.RETURN: "return", Action.REJECT: "reject"}
#: The word of the button that publishes a new post with the community's own key.
COMMUNITY: Final = "community"
#: The word of the button that leaves the photos behind, or takes them along after all.
PHOTOS: Final = "photos"
#: The words of «Да, опубликовать» and of «Показать вложения».
SURE: Final = "sure"
UNCOVER: Final = "uncover"
#: Entries of «Ещё» that stand among the main buttons as well: the lines of a digest, and the line of a piece.
_AT_ONCE: Final = frozenset({"lines", "wording"})
#: And where similar news is shown, the one that makes one post of them.
_JOIN: Final = "join"
#: Without an editor's key these would only bring the same card again.
_NEEDS_A_KEY: Final = frozenset({Action.PUBLISH, Action.REPEAT})


def keyboard(suggestion: Suggestion, facts: Facts) -> dict[str, Any] | None:
    """The buttons as things stand; None when there is nothing to press."""
    actions = actions_for(suggestion, Role.EDITOR, uncertain=facts.uncertain and facts.asked)
    if facts.menu is not None:
        return _entry_keyboard(suggestion, facts.menu)
    match facts.view.get("menu"):
        case "sure" if actions or "warned" in facts.view:
            return _sure_keyboard(suggestion, facts)
        case "more" if facts.more:
            return _more_keyboard(suggestion, facts)
        case "reject" if Action.REJECT in actions:
            return _reason_keyboard(suggestion, Action.REJECT, reasons.REJECT)
        case "return" if Action.RETURN in actions:
            return _reason_keyboard(suggestion, Action.RETURN, reasons.RETURN)
        case "days" if Action.PICK in actions:
            return _days_keyboard(suggestion, facts)
        case "slots" if Action.PICK in actions:
            return _slots_keyboard(suggestion, facts)
        case "words" if actions:
            return keyboards.inline([[_back(suggestion)]])
    rows = _main_rows(suggestion, actions, facts)
    return keyboards.inline(rows) if rows else None


def _main_rows(suggestion: Suggestion, actions: Sequence[Action], facts: Facts) -> list[Sequence[Button]]:
    wall = suggestion.origin is Origin.WALL
    by_hand = wall and suggestion.status is Status.FAILED and suggestion.trouble == "by_hand"
    no_digest = not facts.desk.digests or facts.joint
    hidden = _NEEDS_A_KEY if by_hand else frozenset({Action.DIGEST}) if no_digest else frozenset()
    offered = [action for action in _ORDER if action in actions and action not in hidden]
    buttons = [_action_button(suggestion, action) for action in offered]
    if by_hand and facts.new_post:
        buttons.insert(0, button(suggestion, texts.NEW_POST, COMMUNITY))
    if Action.EDIT in actions and (facts.photos_stuck or suggestion.without_photos):
        label, arg = (texts.WITH_PHOTOS, "on") if suggestion.without_photos else (texts.WITHOUT_PHOTOS, "off")
        buttons.append(button(suggestion, label, PHOTOS, arg))
    if facts.covered:
        buttons.append(button(suggestion, texts.UNCOVER, UNCOVER))
    at_once = _AT_ONCE if not facts.similar or len(buttons) > MOST_BUTTONS - 2 else _AT_ONCE | {_JOIN}
    buttons += [button(suggestion, label, word) for word, label in facts.more if word in at_once]
    if any(word not in _AT_ONCE for word, _ in facts.more):
        buttons.append(button(suggestion, texts.MORE, "menu", "more"))
    return keyboards.in_pairs(buttons)


def _sure_keyboard(suggestion: Suggestion, facts: Facts) -> dict[str, Any]:
    """The second press over a red warning; it carries what the first one was."""
    mark = f"{facts.view.get('word')}:{facts.view.get('arg') or ''}"
    label = texts.WORDS_SURE_YES if "warned" in facts.view else texts.SURE_YES
    yes = button(suggestion, label, SURE, mark, "negative")
    return keyboards.inline([[yes, button(suggestion, texts.SURE_NO, "menu", "main")]])


def _more_keyboard(suggestion: Suggestion, facts: Facts) -> dict[str, Any]:
    """What has no place among the main buttons, in pages when it is much."""
    entries = [button(suggestion, label, word) for word, label in facts.more]
    if len(entries) < MOST_BUTTONS:
        return keyboards.inline(keyboards.in_pairs([*entries, _back(suggestion)]))
    size = MOST_BUTTONS - 2
    pages = -(-len(entries) // size)
    page = int(facts.view.get("page", 0)) % pages
    onward = button(suggestion, texts.FURTHER, "menu", f"more:{(page + 1) % pages}")
    shown = entries[page * size : (page + 1) * size]
    return keyboards.inline(keyboards.in_pairs([*shown, onward, _back(suggestion)]))


def _entry_keyboard(suggestion: Suggestion, menu: Menu) -> dict[str, Any]:
    rows = keyboards.in_pairs(menu.buttons, menu.width)
    return keyboards.inline([*rows, [button(suggestion, texts.BACK, "menu", "more")]])


def _action_button(suggestion: Suggestion, action: Action) -> Button:
    menu = _OPENS.get(action)
    word, arg = ("menu", menu) if menu else (str(action), None)
    return button(suggestion, texts.BUTTONS[action], word, arg, _COLOURS.get(action, "secondary"))


def button(
    suggestion: Suggestion, label: str, word: str, arg: str | None = None, colour: str = "secondary"
) -> Button:
    """A button of this card; its press carries the version that is shown."""
    return Button(label, Payload(word, suggestion.number, suggestion.version, arg), colour)


def _back(suggestion: Suggestion) -> Button:
    return button(suggestion, texts.BACK, "menu", "main")


def _reason_keyboard(suggestion: Suggestion, action: Action, choice: Sequence[reasons.Reason]) -> dict[str, Any]:
    buttons = [button(suggestion, reason.label, str(action), reason.code) for reason in choice]
    return keyboards.inline(keyboards.in_pairs([*buttons, _back(suggestion)]))


def _days_keyboard(suggestion: Suggestion, facts: Facts) -> dict[str, Any]:
    today = facts.now.astimezone(facts.desk.zone).date()
    buttons = [
        button(suggestion, moments.day_label(date.fromisoformat(day), today), "menu", f"slots:{day}")
        for day in facts.view.get("days", ())
    ]
    return keyboards.inline(keyboards.in_pairs([*buttons, _back(suggestion)]))


def _slots_keyboard(suggestion: Suggestion, facts: Facts) -> dict[str, Any]:
    buttons = [
        button(suggestion, moments.clock(datetime.fromisoformat(slot), facts.desk.zone), str(Action.PICK), slot)
        for slot in facts.view.get("slots", ())
    ]
    back = button(suggestion, texts.BACK, "menu", "days")
    return keyboards.inline(keyboards.in_pairs([*buttons, back], width=3))
