"""«Объединить»: several pieces of news about one story become one post, put together on a card.

::

    «Объединить» ─▶ marks on the list, «Другой №» ─▶ «Как выйдет вместе» ─▶ «Объединить» ─▶ the usual decisions
                                                        └──▶ «Свой текст»

Until the last press nothing is changed.  What follows later is decided by :mod:`handlers.joint`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from editorial import merging, regions
from editorial.digest import first_sentence
from editorial.errors import CardOutdated, JointAlready, NotNow, PayloadForeign
from editorial.lifecycle import RULES, Action, Press, actions_for, decide, same_version
from editorial.post import TEXT_LIMIT, defuse, utf16_length
from editorial.suggestion import Content, Status, Suggestion
from handlers import burst, changes, claims, digest, duplicates, joint, letters, names, texts, warnings
from handlers.card_buttons import button
from handlers.card_facts import Menu
from handlers.context import Context
from handlers.keyboards import Button
from handlers.numbers import number_of
from handlers.payloads import Payload
from handlers.person import Person
from storage.errors import Conflict
from storage.merges import OwnForm

#: The words of the two entries, and of the questions that a reply answers.
WORD: Final = "join"
APART: Final = "apart"
NUMBER_PROMPT: Final = "join_number"
TEXT_PROMPT: Final = "join_text"
#: Candidates on the card, and how many of the newest are looked through for them.
_MOST_OFFERED: Final = 6
_NEWEST: Final = 40
_START: Final = 60


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the card's menu remembers: versions of the chosen pieces by number, and a moderator's own text."""

    versions: Mapping[int, int]
    text: str | None = None

    @property
    def numbers(self) -> list[int]:
        return sorted(self.versions)

    @property
    def mark(self) -> str:
        return ",".join(map(str, self.numbers))

    def view(self, step: str, **more: Any) -> dict[str, Any]:
        picked = {str(number): version for number, version in self.versions.items()}
        return {"menu": WORD, "step": step, "picked": picked, "text": self.text, **more}


def shown(_context: Context, suggestion: Suggestion) -> bool:
    return suggestion.status is Status.PENDING


def may_part(context: Context, suggestion: Suggestion) -> bool:
    """Whether others wait to go out in this one's post."""
    waits = suggestion.status in (Status.PENDING, Status.SCHEDULED, Status.FAILED)
    return waits and bool(joint.pieces_of(context, suggestion))


def alone(entry_shown: Callable[[Context, Suggestion], bool]) -> Callable[[Context, Suggestion], bool]:
    """The same entry, but not where others are merged in: their words would be lost unnoticed."""
    return lambda context, suggestion: entry_shown(context, suggestion) and not may_part(context, suggestion)


# ---------------------------------------------------------------------------------------------------------- presses


def press(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """A press of «Объединить» or inside its menus. Raises what deciding raises, JointAlready, Claimed."""
    word, _, arg = (payload.arg or "list").partition(":")
    chosen = _chosen(context, suggestion.number)
    match word:
        case "list":
            changes.open_menu(context, suggestion.number, chosen.view("list"))
            return texts.JOIN_CHOOSE
        case "pick" if arg.isdecimal() and len(arg) <= 12:
            return _pick(context, person, suggestion, chosen, int(arg))
        case "number" | "text" if word == "number" or chosen.versions:
            return _ask(context, person, suggestion, chosen, word, payload.version)
        case "show" if chosen.versions:
            changes.open_menu(context, suggestion.number, chosen.view("show"))
            return texts.JOIN_SHOWN
        case "do" if chosen.versions and arg == chosen.mark:
            return _join(context, person, suggestion, chosen, payload.version)
    raise PayloadForeign


def _chosen(context: Context, number: int) -> _Chosen:
    card = context.unit.cards.get(number)
    view = card.view if card is not None else {}
    if view.get("menu") != WORD:
        return _Chosen({})
    picked = {int(one): int(version) for one, version in view.get("picked", {}).items()}
    return _Chosen(picked, view.get("text"))


def _pick(context: Context, person: Person, lead: Suggestion, chosen: _Chosen, number: int) -> str:
    """Mark a piece, or take the mark away; the text that was worded for others is not kept."""
    versions = dict(chosen.versions)
    if number in versions:
        del versions[number]
    else:
        if len(versions) + len(joint.pieces_of(context, lead)) >= merging.MOST_PIECES:
            return texts.JOIN_TOO_MANY
        versions[number] = _piece(context, person, lead, number).version
    changes.open_menu(context, lead.number, _Chosen(versions).view("list"))
    return texts.JOIN_CHOOSE


def _piece(context: Context, person: Person, lead: Suggestion, number: int) -> Suggestion:
    """The news that is to join, when it may.

    Raises PayloadForeign, NotNow, JointAlready; Claimed when somebody else looks at it and the person has not
    insisted.
    """
    piece = context.unit.suggestions.get(number)
    if piece is None or number == lead.number:
        raise PayloadForeign
    if Action.MERGE not in actions_for(piece, context.role(person.user_id)):
        raise NotNow(number, piece.status)
    if context.unit.suggestions.leading([number]):
        raise JointAlready(number)
    if piece.status is Status.DIGEST:
        digest.must_not_go_out(context, piece)
    claims.respect(context, person, number)
    return piece


def _ask(context: Context, person: Person, lead: Suggestion, chosen: _Chosen, what: str, version: int) -> str:
    kind = NUMBER_PROMPT if what == "number" else TEXT_PROMPT
    view = chosen.view("ask", what=kind, by=person.user_id)
    changes.ask_for_words(context, person, lead.number, kind, version, view)
    return texts.JOIN_REPLY_NUMBER if what == "number" else texts.JOIN_REPLY_TEXT


def replied(context: Context, person: Person, lead: Suggestion, kind: str, version: int, words: str) -> str | None:
    """The number or the text arrived. Returns what is to be said when it cannot be taken."""
    same_version(lead, version)
    if not shown(context, lead):
        raise NotNow(lead.number, lead.status)
    chosen = _chosen(context, lead.number)
    if kind == NUMBER_PROMPT:
        number = number_of(words)
        if number is None:
            return texts.JOIN_NEEDS_A_NUMBER
        if number == lead.number or context.unit.suggestions.get(number) is None:
            return texts.no_such_number(number)
        if number not in chosen.versions:
            said = _pick(context, person, lead, chosen, number)
            if said == texts.JOIN_TOO_MANY:
                return said
    elif utf16_length(words) > TEXT_LIMIT:
        return texts.TOO_LONG_TEXT
    else:
        changes.open_menu(context, lead.number, replace(chosen, text=words).view("show"))
    context.unit.prompts.clear(person.peer_id, person.user_id)
    return None


# ----------------------------------------------------------------------------------------------------- carrying out


def _join(context: Context, person: Person, lead: Suggestion, chosen: _Chosen, version: int) -> str:
    """Every piece goes out in the lead's post from now on, which waits for its decision."""
    role = context.role(person.user_id)
    fresh = []
    for number in chosen.numbers:
        try:
            piece = _piece(context, person, lead, number)
        except (NotNow, JointAlready, PayloadForeign):
            changes.open_menu(context, lead.number, {})  # what the card shows cannot come about any more
            raise
        if piece.version != chosen.versions[number]:
            changes.open_menu(context, lead.number, {})
            raise CardOutdated(number)
        fresh.append(piece)
    content = _content(context, lead, chosen, _together(context, lead, fresh))
    if merging.too_long(content.text, lead.signature):
        raise NotNow(lead.number, lead.status)
    press = Press(Action.EDIT, person.user_id, role, version, text=content.text, attachments=content.attachments)
    after = decide(lead, press, context.now)
    details = {"pieces": chosen.numbers, "worded": chosen.text is not None}
    if not changes.store(context, lead, after, WORD, actor=person.user_id, details=details):
        raise CardOutdated(lead.number)
    warnings.cover_again(context, lead.number)
    if context.unit.merges.own(lead.number) is None:
        context.unit.merges.keep(lead.number, OwnForm(lead.edited_text, lead.edited_attachments), context.now)
    for piece in fresh:
        _take_in(context, person, lead, piece)
    return texts.joined_answer([lead.number, *chosen.numbers])


def _take_in(context: Context, person: Person, lead: Suggestion, piece: Suggestion) -> None:
    """The piece belongs to the lead, which is stored already. Raises Conflict: then nothing of it stays."""
    role = context.role(person.user_id)
    press = Press(Action.MERGE, person.user_id, role, piece.version, into=lead.number)
    after = decide(piece, press, context.now)
    details = {"lead": lead.number}
    if not changes.store(context, piece, after, str(Action.MERGE), actor=person.user_id, details=details):
        raise Conflict(f"{piece.number} changed while it was joined")
    changes.unplan_publication(context, piece.number)
    letters.take_back_verdict(context, piece.number)
    if letters.knows_of_plan(context, piece.number):
        letters.write(context, after, "joined")
    card = context.unit.cards.get(piece.number)
    if card is not None and card.hidden:
        burst.bring_out(context, piece.number)


def _together(context: Context, lead: Suggestion, chosen: Iterable[Suggestion]) -> list[Suggestion]:
    """What would go out with the lead: the chosen pieces and those it has already, in the order of the numbers."""
    pieces = {one.number: one for one in (*joint.pieces_of(context, lead), *chosen)}
    return [pieces[number] for number in sorted(pieces)]


def _content(context: Context, lead: Suggestion, chosen: _Chosen, pieces: Iterable[Suggestion]) -> Content:
    """The joint post as it would be now."""
    own = OwnForm(lead.edited_text, lead.edited_attachments)
    first = joint.piece_of(lead, context.unit.merges.own(lead.number) or own)
    made = merging.joined([first, *map(joint.piece_of, pieces)])
    return made if chosen.text is None else made.with_text(chosen.text)


def part(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """«Разъединить»: everybody for themselves again, the lead too."""
    pieces = joint.pieces_of(context, suggestion)
    if not pieces:
        raise NotNow(suggestion.number, suggestion.status)
    if suggestion.status is Status.PENDING:
        joint.dissolve(context, suggestion, pieces, APART, actor=person.user_id)
    else:
        press = Press(Action.UNDO, person.user_id, context.role(person.user_id), payload.version)
        after = decide(suggestion, press, context.now)
        if not changes.store(context, suggestion, after, str(Action.UNDO), actor=person.user_id):
            raise CardOutdated(suggestion.number)
        changes.unplan_publication(context, suggestion.number)
        letters.take_back(context, suggestion.number)
        if letters.knows_of_plan(context, suggestion.number):
            letters.write(context, after, "undone")
    return texts.parted_answer([suggestion.number, *(one.number for one in pieces)])


# ---------------------------------------------------------------------------------------------------------- drawing


def draw(context: Context, suggestion: Suggestion, view: Mapping[str, Any]) -> Menu:
    """The list with its marks, the question a reply answers, or the post as it would be."""
    chosen = _chosen(context, suggestion.number)
    match view.get("step"):
        case "ask":
            who = names.plain_name(context.name_of(int(view.get("by", 0))))
            asked = texts.waits_for_words(str(view["what"]), who)
            return Menu([asked], [_button(suggestion, texts.JOIN_LIST, "list")])
        case "show" if chosen.versions:
            return _preview(context, suggestion, chosen)
    return _list(context, suggestion, chosen)


def _list(context: Context, lead: Suggestion, chosen: _Chosen) -> Menu:
    offered = _offered(context, lead, chosen)
    lines = [texts.JOIN_WITH_WHICH if offered else texts.JOIN_NOBODY_NEAR]
    buttons = []
    for piece, percent in offered:
        region = regions.by_code(piece.region)
        place = region.short_name if region else ""
        state = texts.DESK_STATUS[piece.status]
        lines.append(texts.join_candidate(piece.number, place, percent, state, _start_of(piece)))
        mark = "✓ " if piece.number in chosen.versions else ""
        label = f"{mark}№ {piece.number}" + (f" · {place}" if place else "")
        buttons.append(_button(lead, label[:40], f"pick:{piece.number}"))
    buttons.append(_button(lead, texts.JOIN_OTHER, "number"))
    if chosen.versions:
        buttons.append(_button(lead, texts.JOIN_SHOW, "show", "positive"))
    return Menu(lines, buttons)


def _offered(context: Context, lead: Suggestion, chosen: _Chosen) -> list[tuple[Suggestion, int | None]]:
    """The chosen and the alike ones first, then the newest; only what is not decided for good."""
    alike = {
        one.suggestion.number: (one.suggestion, round(one.likeness * 100))
        for one in duplicates.of(context, lead, _NEWEST)
    }
    newest = {one.number: (one, None) for one in context.unit.suggestions.newest(_NEWEST)}
    picked = {one.number: (one, None) for one in context.unit.suggestions.several(chosen.numbers)}
    found: dict[int, tuple[Suggestion, int | None]] = {**picked, **alike}
    for number, pair in newest.items():
        found.setdefault(number, pair)
    leads = context.unit.suggestions.leading(list(found))
    fitting = [
        pair
        for number, pair in found.items()
        if number in chosen.versions
        or (
            number not in leads
            and number != lead.number
            and pair[0].status in RULES[Action.MERGE].sources
            and not pair[0].digest
        )
    ]
    return fitting[: max(_MOST_OFFERED, len(chosen.versions))][: merging.MOST_PIECES - 1]


def _start_of(piece: Suggestion) -> str:
    words = first_sentence(piece.text)
    return defuse(words if len(words) <= _START else words[: _START - 1].rstrip() + "…")


def _preview(context: Context, lead: Suggestion, chosen: _Chosen) -> Menu:
    """The card shows the joint post, its warnings, and what can be done with it."""
    pieces = _together(context, lead, context.unit.suggestions.several(chosen.numbers))
    content = _content(context, lead, chosen, pieces)
    together = replace(lead, edited_text=content.text, edited_attachments=content.attachments)
    numbers = [lead.number, *(one.number for one in pieces)]
    found = warnings.of(context, together)
    lines = [*texts.warning_lines(found), texts.join_preview(numbers, len(content.attachments))]
    if joint.covered(context, together, found, (lead, *pieces)):
        content = Content(content.text)
        lines.insert(0, texts.JOIN_COVERED)
    buttons = [_button(lead, texts.JOIN_WORD, "text"), _button(lead, texts.JOIN_LIST, "list")]
    if merging.too_long(content.text, lead.signature):
        lines.append(texts.JOIN_TOO_LONG)
    else:
        buttons.insert(0, _button(lead, texts.JOIN_DO, f"do:{chosen.mark}", "positive"))
    return Menu(lines, buttons, preview=content)


def _button(suggestion: Suggestion, label: str, arg: str, colour: str = "secondary") -> Button:
    return button(suggestion, label, WORD, arg, colour)
