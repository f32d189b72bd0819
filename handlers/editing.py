"""What the desk changes in a suggestion besides its words: attachments, house style, rubric.

Every change is an edit like a new text: versioned, journalled, shown on the card as a difference, and taken back
by «Как прислано».
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from editorial import regions, rubrics
from editorial.arranging import Move, arranged, moves_for
from editorial.errors import CardOutdated, NotNow, PayloadForeign
from editorial.lifecycle import Action, Press, actions_for, decide
from editorial.lists import lists_with
from editorial.roles import Role
from editorial.style import styled, with_hashtags
from editorial.suggestion import Attachment, Suggestion
from handlers import changes, keyboards, texts
from handlers.card_buttons import button
from handlers.card_facts import Menu
from handlers.context import Context
from handlers.keyboards import Button
from handlers.payloads import Payload
from handlers.person import Person

MEDIA: Final = "media"
STYLE: Final = "style"
RUBRIC: Final = "rubric"
ORIGINAL: Final = "original"
#: Buttons on one page of a menu, besides the two that turn it and lead back.
ON_A_PAGE: Final = 8


def editable(_context: Context, suggestion: Suggestion) -> bool:
    """Whether the desk may still change what goes out."""
    return Action.EDIT in actions_for(suggestion, Role.EDITOR)


def has_attachments(context: Context, suggestion: Suggestion) -> bool:
    return editable(context, suggestion) and bool(suggestion.attachments)


def was_changed(context: Context, suggestion: Suggestion) -> bool:
    return editable(context, suggestion) and suggestion.edited != suggestion.tidied


# ---------------------------------------------------------------------------------------------------- attachments


def arrange(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """Open the list, choose one of it, or move the chosen one."""
    word, _, place = (payload.arg or "").partition(":")
    if word in ("", "page", "one"):
        changes.open_menu(context, suggestion.number, {"menu": MEDIA, word or "page": _place(place or "0")})
        return texts.ATTACHMENTS_MENU_ANSWER
    try:
        kept = arranged(suggestion.attachments, _place(place), Move(word))
    except (ValueError, IndexError):
        raise PayloadForeign from None
    _edit(context, person, suggestion, payload, attachments=kept)
    if kept:
        changes.open_menu(context, suggestion.number, {"menu": MEDIA, "page": 0})
    return texts.ATTACHMENTS_ARRANGED


def _place(text: str) -> int:
    if not text.isdecimal():
        raise PayloadForeign
    return int(text)


def arrange_menu(_context: Context, suggestion: Suggestion, view: Mapping[str, Any]) -> Menu:
    """The attachments one by one, or what can be done with the chosen one."""
    attachments = suggestion.attachments
    lines = [texts.attachment_line(place, one.kind, one.title) for place, one in enumerate(attachments, start=1)]
    chosen = view.get("one")
    if isinstance(chosen, int) and chosen < len(attachments):
        buttons = [
            button(suggestion, texts.MOVES[move], MEDIA, f"{move}:{chosen}")
            for move in moves_for(chosen, len(attachments))
        ]
        return Menu([texts.attachment_chosen(chosen + 1), *lines], buttons)
    places = [button(suggestion, str(place + 1), MEDIA, f"one:{place}") for place in range(len(attachments))]
    page = _page(suggestion, places, view, MEDIA)
    return Menu([texts.ATTACHMENTS_MENU, *lines], page, width=5)


def _page(suggestion: Suggestion, buttons: Sequence[Button], view: Mapping[str, Any], word: str) -> list[Button]:
    """The page of the buttons that is open, and «Дальше» when there are more."""
    page, onward = keyboards.a_page(buttons, int(view.get("page", 0)), ON_A_PAGE)
    if onward is not None:
        page.append(button(suggestion, texts.FURTHER, word, f"page:{onward}"))
    return page


# ---------------------------------------------------------------------------------------------- style and rubric


def set_in_style(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """The house style and the closing hashtags; the card shows what changed."""
    _edit(context, person, suggestion, payload, text=in_house_style(context, suggestion))
    return texts.STYLED


def in_house_style(context: Context, suggestion: Suggestion) -> str:
    """The text in the house style, closed by the hashtags of its region and rubric."""
    region = regions.by_code(suggestion.region) or regions.region_of_text(suggestion.text)
    rubric = rubrics.of(suggestion)
    wanted = [one.hashtag for one in (region, rubric) if one is not None]
    return with_hashtags(styled(suggestion.text, names(context)), wanted)


def names(context: Context) -> Mapping[str, str]:
    """What the editors spell out: short names to full ones."""
    return lists_with(context.unit.lists.changes()).full_names


def choose_rubric(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """Open the rubrics, turn their pages, or take one."""
    word, _, page = (payload.arg or "page:0").partition(":")
    if word == "page":
        changes.open_menu(context, suggestion.number, {"menu": RUBRIC, "page": _place(page)})
        return texts.RUBRIC_MENU_ANSWER
    rubric = rubrics.by_code(word)
    if rubric is None:
        raise PayloadForeign
    _edit(context, person, suggestion, payload, rubric=rubric.code)
    return texts.rubric_taken(rubric.name)


def rubric_menu(_context: Context, suggestion: Suggestion, view: Mapping[str, Any]) -> Menu:
    """The rubrics in pages; the present one is named."""
    known = [button(suggestion, one.name, RUBRIC, one.code) for one in rubrics.table()]
    page = _page(suggestion, known, view, RUBRIC)
    now = rubrics.of(suggestion)
    return Menu([texts.rubric_menu(now.name if now else None, chosen=suggestion.rubric is not None)], page)


def as_sent(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """The author's own text and attachments again."""
    original = suggestion.content
    _edit(context, person, suggestion, payload, text=original.text, attachments=original.attachments)
    return texts.AS_SENT_AGAIN


# ---------------------------------------------------------------------------------------------- the edit itself


def _edit(
    context: Context,
    person: Person,
    suggestion: Suggestion,
    payload: Payload,
    *,
    text: str | None = None,
    attachments: tuple[Attachment, ...] | None = None,
    rubric: str | None = None,
) -> None:
    """Decide and store the edit. Raises what deciding raises, NotNow when it would change nothing."""
    press = Press(
        Action.EDIT,
        person.user_id,
        context.role(person.user_id),
        payload.version,
        text=text,
        attachments=attachments,
        rubric=rubric,
    )
    after = decide(suggestion, press, context.now)
    if after.edited == suggestion.edited and after.rubric == suggestion.rubric:
        raise NotNow(suggestion.number, suggestion.status)
    details = {"what": payload.action, "arg": payload.arg}
    if not changes.store(context, suggestion, after, str(Action.EDIT), actor=person.user_id, details=details):
        raise CardOutdated(suggestion.number)
