"""Digests on the desk: pieces are put in, a post is put together an hour before its time and shown to moderators.

A digest is a suggestion of its own number without a post behind it.  Until it goes out it says what its pieces say
at that moment; what it says is written down when its publication starts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from editorial import digest
from editorial.digest import Line
from editorial.errors import NotNow, PayloadForeign
from editorial.lifecycle import Action, advance
from editorial.post import TEXT_LIMIT, defuse, utf16_length
from editorial.suggestion import Content, Origin, Status, Suggestion
from handlers import changes, keyboards, letters, texts, warnings
from handlers.card_buttons import button
from handlers.card_facts import Menu
from handlers.context import Context
from handlers.payloads import Payload
from handlers.person import Person
from storage.suggestions import NewSuggestion

#: The words of the buttons, and of the question for a moderator's wording.
LINES: Final = "lines"
WORDING: Final = "wording"
PROMPT: Final = "line:"
_MADE: Final = "digests_made"
_PAGE: Final = 7
_WEEK: Final = timedelta(days=7)


# ------------------------------------------------------------------------------------------------- pieces


def line_of(context: Context, piece: Suggestion) -> Line:
    """What stands in a digest for the piece."""
    return _lines(context, [piece])[0]


def _lines(context: Context, pieces: Collection[Suggestion]) -> list[Line]:
    """What stands in a digest for the pieces, in the order of their numbers."""
    worded = context.unit.digests.wordings([piece.number for piece in pieces])
    return [_line(piece, worded.get(piece.number)) for piece in sorted(pieces, key=lambda piece: piece.number)]


def _line(piece: Suggestion, wording: str | None) -> Line:
    words = wording or digest.first_sentence(piece.text) or texts.DIGEST_NO_WORDS
    guessed = warnings.guessed_region(piece)  # the preview shows it, a person may word the line otherwise
    return Line(piece.number, piece.region or (guessed.code if guessed else None), words)


def put_in(context: Context, piece: Suggestion) -> None:
    """The piece was decided for the digest: it joins the one that is being shown, else it waits for the next."""
    for waiting in _shown(context):
        head, lines = title_of(context, waiting), lines_of(context, waiting)
        if utf16_length(digest.compose(head, [*lines, line_of(context, piece)])) <= TEXT_LIMIT:
            context.unit.digests.join(waiting.number, [piece.number])
            changes.refresh_card(context, waiting.number)
            return


def _shown(context: Context) -> list[Suggestion]:
    """The digests that wait for their time."""
    return [one for one in context.unit.suggestions.scheduled() if one.digest]


def must_not_go_out(context: Context, piece: Suggestion) -> None:
    """Raises NotNow while a digest with the piece is being published."""
    for number in context.unit.digests.containing(piece.number):
        found = context.unit.suggestions.get(number)
        if found is not None and found.status is Status.PUBLISHING:
            raise NotNow(piece.number, Status.PUBLISHING)


# ------------------------------------------------------------------------------------------- the digest itself


def lines_of(context: Context, made: Suggestion) -> list[Line]:
    """The lines of a digest as its pieces stand now."""
    unit = context.unit
    pieces = unit.suggestions.several(unit.digests.pieces(made.number))
    return _lines(context, [piece for piece in pieces if _belongs(piece)])


def _belongs(piece: Suggestion) -> bool:
    return piece.status is Status.DIGEST or (piece.status is Status.PUBLISHED and piece.proof == changes.IN_DIGEST)


def title_of(context: Context, made: Suggestion) -> str:
    """The title, by the setting."""
    behind = made.behind or {}
    day = datetime.fromisoformat(behind["at"]).astimezone(context.desk.zone).date()
    head = digest.title(context.desk.digest_title, str(behind["digest"]), day)
    return digest.part_title(head, int(behind.get("part", 1)), int(behind.get("parts", 1)))


def text_of(context: Context, made: Suggestion) -> str:
    """What the digest says now; empty when nothing is left in it."""
    if made.status in (Status.PUBLISHING, Status.PUBLISHED):
        return made.text
    lines = lines_of(context, made)
    return digest.compose(title_of(context, made), lines) if lines else ""


def content(context: Context, made: Suggestion) -> Content | None:
    """What goes out; None when nothing is left in it."""
    text = text_of(context, made)
    return Content(text) if text else None


def came_out(context: Context, made: Suggestion) -> None:
    """The digest is out: so are its pieces, and their authors are told."""
    first: list[Suggestion] = []
    again: list[Suggestion] = []
    for number in context.unit.digests.pieces(made.number):
        piece = context.unit.suggestions.get(number)
        if piece is None:
            continue
        after = advance(
            piece, Action.IN_DIGEST, context.now, post_id=made.published_post_id, proof=changes.IN_DIGEST
        )
        details = {"digest": made.number}
        if after is not None and changes.store(context, piece, after, str(Action.IN_DIGEST), details=details):
            first.append(after)
        elif _belongs(piece) and piece.published_post_id != made.published_post_id:
            again.append(piece)
    for own in _by_author(first):
        numbers = [piece.number for piece in own]
        several: dict[str, Any] = {"numbers": numbers} if len(own) > 1 else {}
        letters.write(context, own[0], "in_digest", **several)
    _tell_of_the_week(context, again, made.published_link or context.desk.address)


def _tell_of_the_week(context: Context, pieces: list[Suggestion], link: str) -> None:
    """One letter to each author whose pieces were in the digest of a day before; it takes an unsent one along."""
    for own in _by_author(pieces):
        untold = [piece for piece in own if letters.waits(context, piece.number, "in_digest")]
        for piece in untold:
            letters.take_back(context, piece.number)
        links = list(dict.fromkeys(piece.published_link for piece in untold if piece.published_link))
        numbers = [piece.number for piece in own]
        letters.write(context, own[0], "in_weekly", numbers=numbers, links=[*links, link])


def _by_author(pieces: list[Suggestion]) -> list[list[Suggestion]]:
    """The pieces of each author together."""
    found: dict[int | None, list[Suggestion]] = {}
    for piece in pieces:
        found.setdefault(piece.author_id, []).append(piece)
    return list(found.values())


def empty(context: Context, made: Suggestion) -> None:
    """Nothing is left in the digest: it does not go out."""
    after = advance(made, Action.CALL_OFF, context.now)
    if after is not None and changes.store(context, made, after, str(Action.CALL_OFF), details={"why": "empty"}):
        called_off(context, made.number)


def called_off(context: Context, number: int) -> None:
    """The digest does not go out; its pieces wait for the next one."""
    changes.unplan_publication(context, number)
    context.unit.digests.dissolve(number)


# --------------------------------------------------------------------------------------------- putting together


@dataclass(frozen=True, slots=True)
class Due:
    """A digest that is to be put together: which, for which moment, of which pieces."""

    kind: str
    moment: datetime
    numbers: tuple[int, ...]


def to_make(context: Context) -> list[Due]:
    """What is to be put together now. Reads only."""
    made: Mapping[str, str] = context.unit.settings.get(_MADE) or {}
    found = []
    for kind, line in context.desk.digests:
        moment = digest.due(line, context.now, context.desk.zone)
        if moment is None or made.get(kind, "") >= moment.isoformat():
            continue
        numbers = context.unit.digests.waiting()
        if kind == digest.WEEKLY:
            numbers = (*numbers, *context.unit.digests.out_since(moment - _WEEK))
        if numbers:
            found.append(Due(kind, moment, numbers))
    return found


def make_due(context: Context) -> list[int]:
    """Put together what is due, each in as many posts as it needs; returns their numbers."""
    numbers: list[int] = []
    for due in to_make(context):
        made = dict(context.unit.settings.get(_MADE) or {})
        made[due.kind] = due.moment.isoformat()
        context.unit.settings.set(_MADE, made, context.now)
        numbers += _make(context, due)
    return numbers


def _make(context: Context, due: Due) -> list[int]:
    lines = _lines(context, context.unit.suggestions.several(due.numbers))
    day = due.moment.astimezone(context.desk.zone).date()
    head = digest.title(context.desk.digest_title, due.kind, day)
    portions = digest.portions(head, lines)
    goes_out = digest.goes_out(due.moment, context.now)
    made = []
    for part, portion in enumerate(portions, start=1):
        behind = {"digest": due.kind, "at": due.moment.isoformat(), "part": part, "parts": len(portions)}
        made.append(_add(context, behind, portion, goes_out + timedelta(minutes=part - 1)))
    return made


def _add(context: Context, behind: dict[str, Any], lines: tuple[Line, ...], due_at: datetime) -> int:
    new = NewSuggestion(
        owner_id=context.desk.owner_id,
        post_id=0,
        author_id=None,
        content=Content(""),
        received_at=context.now,
        origin=Origin.SOURCE,
        behind=behind,
    )
    added = context.unit.suggestions.add(new, context.now)
    assert added is not None
    context.unit.digests.join(added.number, [line.number for line in lines])
    planned = advance(added, Action.ASSEMBLE, context.now, due_at=due_at)
    assert planned is not None
    changes.store(context, added, planned, str(Action.ASSEMBLE), details={"lines": len(lines)})
    changes.plan_publication(context, added.number, due_at)
    return added.number


# ------------------------------------------------------------------------------------------ buttons and replies


def is_digest(_context: Context, suggestion: Suggestion) -> bool:
    return suggestion.digest is not None and suggestion.status in (Status.SCHEDULED, Status.FAILED)


def is_piece(_context: Context, suggestion: Suggestion) -> bool:
    return suggestion.status is Status.DIGEST


def press_wording(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """The moderator's next reply to the piece's card is its line."""
    must_not_go_out(context, suggestion)
    return _ask(context, person, suggestion, suggestion.number, payload.version)


def press_lines(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """The menu of lines: choose one, drop it, or word it anew."""
    what, _, arg = (payload.arg or "page:0").partition(":")
    if not arg.isdecimal() or len(arg) > 12:
        raise PayloadForeign
    number = int(arg)
    if what == "page":
        changes.open_menu(context, suggestion.number, {"menu": LINES, "page": number})
        return texts.DIGEST_CHOOSE_LINE
    if number not in context.unit.digests.pieces(suggestion.number):
        raise NotNow(number, suggestion.status)
    match what:
        case "line":
            changes.open_menu(context, suggestion.number, {"menu": LINES, "line": number})
            return texts.DIGEST_LINE_CHOSEN.format(number=number)
        case "word":
            return _ask(context, person, suggestion, number, payload.version)
        case "drop":
            context.unit.digests.drop(suggestion.number, number)
            details = {"dropped": number}
            context.unit.journal.add(
                context.now, suggestion.number, person.user_id, "line_dropped", None, None, details
            )
            changes.open_menu(context, suggestion.number, {"menu": LINES})
            return texts.DIGEST_LINE_DROPPED.format(number=number)
    raise PayloadForeign


def _ask(context: Context, person: Person, suggestion: Suggestion, piece: int, version: int) -> str:
    view = {"menu": "words", "what": "line", "by": person.user_id}
    changes.ask_for_words(context, person, suggestion.number, f"{PROMPT}{piece}", version, view)
    return texts.DIGEST_REPLY_WITH_LINE


def worded(context: Context, person: Person, shown: Suggestion, kind: str, words: str) -> str | None:
    """The moderator's line for a piece arrived. Returns what is to be said when it cannot be taken."""
    number = int(kind.removeprefix(PROMPT))
    piece = context.unit.suggestions.get(number)
    if piece is None or not _belongs(piece):
        raise NotNow(number, piece.status if piece is not None else Status.WITHDRAWN)
    if piece.status is Status.DIGEST:
        must_not_go_out(context, piece)
    line = digest.wording(words)
    if utf16_length(line) > digest.LONGEST_WORDING:
        return texts.DIGEST_LINE_TOO_LONG
    context.unit.prompts.clear(person.peer_id, person.user_id)
    before = line_of(context, piece).words
    context.unit.digests.word(number, line, context.now)
    context.unit.journal.add(
        context.now, number, person.user_id, "worded", None, None, {"from": before, "to": line}
    )
    for one in {shown.number, number, *context.unit.digests.containing(number)}:
        changes.open_menu(context, one, {"menu": LINES} if one == shown.number and shown.digest else {})
    return None


def lines_menu(context: Context, suggestion: Suggestion, view: Mapping[str, Any]) -> Menu:
    """The lines by number, or what can be done with the chosen one."""
    lines = {line.number: line for line in lines_of(context, suggestion)}
    chosen = lines.get(int(view.get("line", 0)))
    if chosen is not None:
        buttons = [
            button(suggestion, texts.DIGEST_DROP, LINES, f"drop:{chosen.number}"),
            button(suggestion, texts.DIGEST_WORD, LINES, f"word:{chosen.number}"),
        ]
        return Menu([f"№ {chosen.number}: {defuse(chosen.words)}"], buttons)
    buttons = [button(suggestion, f"№ {number}", LINES, f"line:{number}") for number in sorted(lines)]
    page, onward = keyboards.a_page(buttons, int(view.get("page", 0)), _PAGE)
    if onward is not None:
        page.append(button(suggestion, texts.FURTHER, LINES, f"page:{onward}"))
    return Menu([texts.DIGEST_WHICH_LINE if lines else texts.DIGEST_EMPTY], page)
