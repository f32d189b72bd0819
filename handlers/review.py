"""The moderators' side: a press or a reply in their chat, from the payload to everything that follows.

::

    press ─▶ ours? ─▶ in the moderators' chat? ─▶ a moderator? ─▶ lifecycle.decide ─▶ guarded save
                 └────────────┴─────────────────────┴── refused: said, and written to the journal

Whether an action is allowed is decided by :mod:`editorial.lifecycle` alone.  Menus and prompts change what the
card shows and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

from editorial import reasons
from editorial.checks.facts import Warn
from editorial.errors import (
    AlreadyDecided,
    CardOutdated,
    Claimed,
    DayFull,
    DeskError,
    FirstSignature,
    HourMissing,
    NotAModerator,
    NotNow,
    PayloadForeign,
    PhotosNeedKey,
    RoleTooLow,
    TimeNotUnderstood,
    TimeRefused,
    WrongChat,
)
from editorial.lifecycle import Action, Press, decide, same_version
from editorial.post import TEXT_LIMIT, utf16_length
from editorial.suggestion import Origin, Status, Suggestion
from editorial.when import parse_when, speaks_of_time
from handlers import (
    burst,
    card_buttons,
    changes,
    claims,
    crosspost,
    digest,
    joint,
    letters,
    merging,
    moments,
    more,
    network_menu,
    planning,
    registry,
    removal,
    texts,
    warnings,
)
from handlers.answers import answer
from handlers.commands import find
from handlers.context import Context
from handlers.events import ButtonPressed, MessageArrived
from handlers.payloads import Payload, unpack
from handlers.person import Person
from handlers.replies import Snackbar

MOST_DAYS: Final = 6
MOST_SLOTS: Final = 9
_DECISIONS: Final[Mapping[str, Action]] = {
    str(action): action
    for action in (
        Action.PUBLISH,
        Action.QUEUE,
        Action.PICK,
        Action.EDIT,
        Action.RETURN,
        Action.REJECT,
        Action.UNDO,
        Action.CONFIRM_OUT,
        Action.REPEAT,
        Action.DIGEST,
        Action.CALL_OFF,
    )
}
#: What a menu is about: opening it needs the same right as the press it leads to.
_MENUS: Final[Mapping[str, Action]] = {
    "days": Action.PICK,
    "slots": Action.PICK,
    "return": Action.RETURN,
    "reject": Action.REJECT,
}
#: After these presses the news goes out.
_APPROVALS: Final = frozenset({Action.PUBLISH, Action.QUEUE, Action.PICK, Action.REPEAT})
#: Presses over a red warning that are asked about once more.
_RISKY: Final = frozenset({*_APPROVALS, Action.DIGEST})
_WORDS: Final[Mapping[Action, str]] = {
    Action.EDIT: "edit",
    Action.RETURN: "return",
    Action.REJECT: "reject",
}


# --------------------------------------------------------------------------------------------------- presses


def pressed(context: Context, event: ButtonPressed) -> Snackbar:
    """Answer a press; everything it changes is in the unit."""
    person = Person(event.user_id, event.peer_id, event.cmid)
    payload: Payload | None = None
    try:
        payload = unpack(event.payload)
        _admit(context, person)
        text = _carry_out(context, person, payload)
    except DeskError as error:
        text = refuse(context, person, error, payload)
    return Snackbar(event.answer_id, event.user_id, event.peer_id, text)


def _admit(context: Context, person: Person) -> None:
    """Only moderators, only in their chat. Whose name it is will be on the cards, so it is learned."""
    if person.peer_id != context.moderators_chat():
        raise WrongChat
    if not context.role(person.user_id).decides:
        raise NotAModerator
    context.unit.authors.ensure(person.user_id, context.now)


def refuse(context: Context, person: Person, error: DeskError, payload: Payload | None) -> str:
    """Write the refusal down and say why; a card that lags behind is brought up to date."""
    number = payload.number if payload is not None else 0
    suggestion = context.unit.suggestions.get(number) if number else None
    status = str(suggestion.status) if suggestion is not None else None
    details: dict[str, Any] = {"why": type(error).__name__, "peer": person.peer_id}
    if payload is not None:
        details |= {"action": payload.action, "version": payload.version}
    known = suggestion.number if suggestion is not None else None
    context.unit.journal.add(context.now, known, person.user_id, "refused", status, status, details)
    if isinstance(error, CardOutdated | NotNow | AlreadyDecided | FirstSignature) and known is not None:
        changes.refresh_card(context, known)
    asked = payload is not None and payload.action == card_buttons.SURE
    if asked and isinstance(error, TimeRefused) and known is not None:  # nobody can say yes to it any more
        changes.open_menu(context, known, {})
    return explained(context, error)


def explained(context: Context, error: DeskError) -> str:
    """Why not, with the name of the colleague who was faster and times in the editorial zone."""
    who = context.name_of(error.by) if isinstance(error, AlreadyDecided | Claimed) else ""
    return texts.explain(error, who=who, now=context.now, zone=context.desk.zone)


def _carry_out(context: Context, person: Person, payload: Payload) -> str:
    if payload.action == registry.LINE:
        return registry.line_pressed(context, person, payload)
    if payload.action == removal.WORD:
        return removal.pressed(context, person, payload)
    if payload.action == burst.NEXT:
        number = burst.show_next(context)
        return texts.NEXT_SHOWN.format(number=number) if number else texts.NOTHING_HIDDEN
    if payload.action == find.MORE:
        return find.press(context, person, payload)
    suggestion = context.unit.suggestions.get(payload.number)
    if suggestion is None:
        raise PayloadForeign
    if payload.version == suggestion.version:
        claims.respect(context, person, suggestion.number)
    if payload.action == "menu":
        return _menu(context, person, suggestion, payload)
    if payload.action == card_buttons.SURE:
        return _sure(context, person, suggestion, payload)
    if payload.action == card_buttons.UNCOVER:
        return warnings.uncover(context, person, suggestion, payload)
    if payload.action == card_buttons.COMMUNITY:
        return _as_new_post(context, person, suggestion, payload)
    if payload.action == card_buttons.PHOTOS:
        return _without_photos(context, person, suggestion, payload)
    entry = more.by_word(payload.action)
    if entry is not None:
        return _from_more(context, person, suggestion, entry, payload)
    action = _DECISIONS.get(payload.action)
    if action is None:
        raise PayloadForeign
    if action is Action.EDIT or (action in _WORDS and payload.arg == reasons.OWN.code):
        return _ask(context, person, suggestion, action, payload.version)
    return _unless_risky(context, person, suggestion, action, payload)


def _unless_risky(
    context: Context,
    person: Person,
    suggestion: Suggestion,
    action: Action,
    payload: Payload,
    confirmed: frozenset[str] = frozenset(),
) -> str:
    """Decide; a red warning that nobody has confirmed opens a question on the card instead."""
    press = _press(context, person, suggestion, action, payload)
    if action in _RISKY and _asks(context, person, suggestion, press, payload, confirmed):
        claims.take(context, person, suggestion.number)
        return texts.SURE_ASKED
    return _decide(context, person, suggestion, press, confirmed)


def _asks(
    context: Context,
    person: Person,
    suggestion: Suggestion,
    press: Press,
    payload: Payload,
    confirmed: frozenset[str] = frozenset(),
) -> bool:
    _rehearse(context, suggestion, press)
    codes = warnings.red_codes(context, suggestion, press.due_at)
    if codes <= confirmed:
        return False
    warnings.ask(context, person, suggestion.number, warnings.Question(payload.action, payload.arg, codes))
    return True


def _sure(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """«Да, опубликовать»: counts for the question the card shows, and for no other."""
    same_version(suggestion, payload.version)
    question = warnings.asked(context, suggestion.number)
    if question is None or question.mark != payload.arg:
        raise PayloadForeign
    if question.word == warnings.WORDS:
        kind, words = warnings.words_asked_about(context, suggestion.number)
        said = _answered(context, person, suggestion, kind, payload.version, words, question.codes)
        return said or texts.WORDS_TAKEN
    first = Payload(question.word, suggestion.number, payload.version, question.arg)
    if first.action == card_buttons.COMMUNITY:
        return _as_new_post(context, person, suggestion, first, question.codes)
    return _unless_risky(context, person, suggestion, Action(first.action), first, question.codes)


def _press(context: Context, person: Person, suggestion: Suggestion, action: Action, payload: Payload) -> Press:
    press = Press(action, person.user_id, context.role(person.user_id), payload.version)
    if action in (Action.RETURN, Action.REJECT):
        choice = reasons.RETURN if action is Action.RETURN else reasons.REJECT
        if payload.arg not in {reason.code for reason in choice}:
            raise PayloadForeign
        return replace(press, reason=payload.arg)
    if action is Action.PICK:
        wish = _moment(payload.arg)
        _rehearse(context, suggestion, press)
        context.unit.suggestions.lock_plan()
        return replace(press, due_at=planning.wished(context, suggestion, wish))
    if action is Action.QUEUE:
        _rehearse(context, suggestion, press)
        context.unit.suggestions.lock_plan()
        return replace(press, due_at=planning.next_slot(context, suggestion))
    return press


def _moment(arg: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(arg or "")
        if moment.tzinfo is None:
            raise PayloadForeign
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # no moment, or one of which UTC has no year
        raise PayloadForeign from None


def _rehearse(context: Context, suggestion: Suggestion, press: Press) -> None:
    """Raise what deciding would raise; changes nothing."""
    decide(suggestion, press, context.now, uncertain=changes.people_asked(context, suggestion))


def _decide(
    context: Context,
    person: Person,
    suggestion: Suggestion,
    press: Press,
    confirmed: frozenset[str] = frozenset(),
) -> str:
    """Take the decision, store it unless somebody was faster, and set in motion what follows."""
    after = decide(suggestion, press, context.now, uncertain=changes.people_asked(context, suggestion))
    if press.action in _APPROVALS and context.photos_stuck(suggestion):
        raise PhotosNeedKey
    if press.action is Action.PUBLISH and press.role < context.desk.urgent_role:
        raise RoleTooLow
    if suggestion.status is Status.DIGEST:
        digest.must_not_go_out(context, suggestion)
    joint.must_not_go_out(context, suggestion)
    if press.action is Action.DIGEST and (not context.desk.digests or joint.pieces_of(context, suggestion)):
        raise NotNow(suggestion.number, suggestion.status)
    claims.both_sign(context, person, suggestion, press.action)
    told = (("reason", press.reason), ("words", press.words), ("confirmed", sorted(confirmed)))
    details = {name: value for name, value in told if value}
    row = changes.publication_row(context, suggestion.number)
    saved = changes.store(context, suggestion, after, str(press.action), actor=person.user_id, details=details)
    if not saved:
        raise CardOutdated(suggestion.number)
    if row is not None and press.action in (Action.CONFIRM_OUT, Action.REPEAT):
        _settle(context, row.id, arrived=press.action is Action.CONFIRM_OUT)
    return _follow(context, suggestion, after, press)


def _from_more(
    context: Context, person: Person, suggestion: Suggestion, entry: more.Entry, payload: Payload
) -> str:
    """An entry of «Ещё», on a card that shows the suggestion as it is."""
    same_version(suggestion, payload.version)
    if not more.available(context, suggestion, entry):
        raise NotNow(suggestion.number, suggestion.status)
    claims.take(context, person, suggestion.number)
    if entry.draw is None:
        changes.open_menu(context, suggestion.number, {})
    return entry.press(context, person, suggestion, payload)


def _as_new_post(
    context: Context,
    person: Person,
    suggestion: Suggestion,
    payload: Payload,
    confirmed: frozenset[str] = frozenset(),
) -> str:
    """Without an editor's key: the same words as a new post, because a person chose so."""
    press = Press(Action.PUBLISH, person.user_id, context.role(person.user_id), payload.version)
    _rehearse(context, suggestion, press)
    if suggestion.trouble != "by_hand" or not context.community_may_post():
        raise NotNow(suggestion.number, suggestion.status)
    if _asks(context, person, suggestion, press, payload, confirmed):
        return texts.SURE_ASKED
    _decide(context, person, suggestion, press, confirmed)
    changes.plan_publication(context, suggestion.number, context.now, mode="community")
    return texts.NEW_POST_COMES


def _without_photos(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """Whether the news goes out without its photos, because there is no editor's key to upload them with."""
    press = Press(Action.EDIT, person.user_id, context.role(person.user_id), payload.version)
    _rehearse(context, suggestion, press)
    without = payload.arg == "off"
    if suggestion.origin is Origin.WALL or suggestion.without_photos is without:
        raise NotNow(suggestion.number, suggestion.status)
    version = suggestion.version + 1
    after = replace(suggestion, without_photos=without, version=version, updated_at=context.now)
    details = {"without_photos": without}
    if not changes.store(context, suggestion, after, "photos", actor=person.user_id, details=details):
        raise CardOutdated(suggestion.number)
    return texts.GOES_WITHOUT_PHOTOS if without else texts.GOES_WITH_PHOTOS


def _settle(context: Context, row_id: int, *, arrived: bool) -> None:
    """A person looked at the wall: the delivery in doubt is over."""
    if arrived:
        context.unit.outbox.sent(row_id, {"by_hand": True}, context.now)
    else:
        context.unit.outbox.refused(row_id, "repeated", None, context.now)


def _follow(context: Context, before: Suggestion, after: Suggestion, press: Press) -> str:
    """Publication rows and letters; returns what the presser reads."""
    number = after.number
    match press.action:
        case Action.PUBLISH | Action.REPEAT:
            changes.plan_publication(context, number, context.now)
            letters.take_back_plan(context, number)
            return _publishing_words(context, press.action, after)
        case Action.QUEUE | Action.PICK:
            return _planned(context, before, after)
        case Action.RETURN | Action.REJECT:
            letter = "returned" if press.action is Action.RETURN else "rejected"
            changes.unplan_publication(context, number)
            letters.write(context, after, letter, reason=press.reason, words=press.words)
            return texts.decided_with(press.action, texts.reason_label(press.reason, press.words))
        case Action.UNDO:
            changes.unplan_publication(context, number)
            letters.take_back(context, number)
            if letters.knows_of_plan(context, number):
                letters.write(context, after, "undone")
        case Action.DIGEST:
            changes.unplan_publication(context, number)
            letters.take_back_plan(context, number)
            digest.put_in(context, after)
        case Action.CALL_OFF:
            digest.called_off(context, number)
        case Action.CONFIRM_OUT if after.digest:
            digest.came_out(context, after)
        case Action.CONFIRM_OUT:
            letters.write(context, after, "published")
            crosspost.came_out(context, after, None, by_hand=True)
        case _:
            pass
    return texts.PRESS_ANSWERS.get(press.action, texts.REDRAWN)


def _planned(context: Context, before: Suggestion, after: Suggestion) -> str:
    assert after.due_at is not None
    changes.plan_publication(context, after.number, after.due_at)
    letters.write(
        context, after, "moved" if before.status is Status.SCHEDULED else "scheduled", due_at=after.due_at
    )
    when = moments.say(after.due_at, context.now, context.desk.zone)
    said = texts.will_come_out(when, paused=context.paused() is not None)
    untrue = warnings.untrue_word(context, after)
    return texts.with_untrue_word(said, untrue) if untrue else said


def _publishing_words(context: Context, action: Action, suggestion: Suggestion) -> str:
    if context.paused() is not None:
        return texts.PUBLISH_PAUSED
    if context.mode() == "degraded" and suggestion.origin is Origin.WALL:
        return texts.PUBLISH_BY_HAND
    return texts.PRESS_ANSWERS[action]


# ----------------------------------------------------------------------------------------------------- menus


def _menu(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    name, _, arg = (payload.arg or "main").partition(":")
    if name == "more":
        same_version(suggestion, payload.version)
    elif name != "main":
        action = _MENUS.get(name)
        if action is None:
            raise PayloadForeign
        press = Press(action, person.user_id, context.role(person.user_id), payload.version)
        _rehearse(context, suggestion, press)
    view = _view(context, suggestion, name, arg)
    if name != "main":
        claims.take(context, person, suggestion.number)
    context.unit.prompts.clear(person.peer_id, person.user_id)
    changes.open_menu(context, suggestion.number, view)
    return texts.MENU_ANSWERS.get(name, texts.REDRAWN)


def _view(context: Context, suggestion: Suggestion, name: str, arg: str) -> dict[str, Any]:
    match name:
        case "main":
            return {}
        case "more":
            return {"menu": name, "page": int(arg) if arg.isdecimal() else 0}
        case "days":
            days = planning.days(context, suggestion, MOST_DAYS)
            return {"menu": name, "days": [day.isoformat() for day in days]}
        case "slots":
            try:
                day = date.fromisoformat(arg)
            except ValueError:
                raise PayloadForeign from None
            free = planning.free_slots(context, suggestion, day, MOST_SLOTS)
            if not free:
                raise DayFull
            return {"menu": name, "day": day.isoformat(), "slots": [slot.isoformat() for slot in free]}
        case _:
            return {"menu": name}


def _ask(context: Context, person: Person, suggestion: Suggestion, action: Action, version: int) -> str:
    """The moderator's next reply to the card is the text or the reason."""
    _rehearse(context, suggestion, Press(action, person.user_id, context.role(person.user_id), version))
    claims.take(context, person, suggestion.number)
    word = _WORDS[action]
    view = {"menu": "words", "what": word, "by": person.user_id}
    changes.ask_for_words(context, person, suggestion.number, word, version, view)
    return texts.REPLY_TO_EDIT if action is Action.EDIT else texts.REPLY_TO_REASON


# --------------------------------------------------------------------------------------------------- replies


def replied(context: Context, message: MessageArrived) -> bool:
    """A message in the moderators' chat that may be the answer to a card. False when it is none."""
    if message.reply_to_cmid is None:
        return False
    number = context.unit.cards.by_message(message.peer_id, message.reply_to_cmid)
    if number is None:
        return False
    person = Person(message.from_id, message.peer_id, message.cmid)
    prompt = context.unit.prompts.get(message.peer_id, message.from_id)
    asked = prompt is not None and prompt.number == number
    suggestion = context.unit.suggestions.get(number)
    if suggestion is None:
        return False
    version = prompt.version if asked and prompt is not None else None
    payload = Payload("reply", number, version or suggestion.version)
    try:
        if asked and prompt is not None:
            said = _answered(context, person, suggestion, prompt.kind, version or 0, message.text)
            if said is None and prompt.kind == "edit" and message.attachments:
                said = texts.attachments_stay(number)
        else:
            said = _maybe_a_time(context, person, suggestion, message)
    except DeskError as error:
        said = texts.prompt_refused(number, refuse(context, person, error, payload))
    if said:
        answer(context, message, said)
    return True


def _answered(
    context: Context,
    person: Person,
    suggestion: Suggestion,
    kind: str,
    version: int,
    text: str,
    confirmed: frozenset[str] = frozenset(),
) -> str | None:
    """The moderator's own words arrived. The card shows the rest, so a decision needs no answer."""
    _admit(context, person)
    role = context.role(person.user_id)
    words = text.strip()
    if not words:
        return texts.EMPTY_TEXT
    red = _red_words(context, suggestion, kind, version, words)
    if not {warn.code for warn in red} <= confirmed:
        warnings.ask_about_words(context, person, suggestion.number, kind, words, red)
        return texts.WORDS_SURE_ASKED
    if kind.startswith(digest.PROMPT):
        return digest.worded(context, person, suggestion, kind, words)
    if kind in (merging.NUMBER_PROMPT, merging.TEXT_PROMPT):
        return merging.replied(context, person, suggestion, kind, version, words)
    if network_menu.is_prompt(kind):
        return network_menu.answered(context, person, suggestion, kind, version, words, confirmed)
    if kind == registry.BLOCK_PROMPT:
        registry.blocked_with(context, person, suggestion, words)
        return None
    if kind == "edit":
        if utf16_length(words) > TEXT_LIMIT:
            return texts.TOO_LONG_TEXT
        press = Press(Action.EDIT, person.user_id, role, version, text=words)
    else:
        action = Action.RETURN if kind == "return" else Action.REJECT
        press = Press(action, person.user_id, role, version, reason=reasons.OWN.code, words=words)
    context.unit.prompts.clear(person.peer_id, person.user_id)
    _decide(context, person, suggestion, press, confirmed)
    return None


def _red_words(context: Context, suggestion: Suggestion, kind: str, version: int, words: str) -> tuple[Warn, ...]:
    """The red warnings of a reply that would go out without another press. Raises what deciding raises."""
    planned = kind == "edit" and suggestion.status is Status.SCHEDULED
    if not (planned or network_menu.goes_out(suggestion, kind)) or utf16_length(words) > TEXT_LIMIT:
        return ()
    same_version(suggestion, version)
    return warnings.red_in(context, suggestion, words)


def _times_are_offered(context: Context, number: int) -> bool:
    """Whether the card asks for a moment just now: then a reply to it is meant for the desk."""
    card = context.unit.cards.get(number)
    return card is not None and card.view.get("menu") in ("days", "slots")


def _maybe_a_time(context: Context, person: Person, suggestion: Suggestion, message: MessageArrived) -> str | None:
    """A reply that nobody asked for is a wish for a time, or talk among colleagues that is none of our business.

    Its words mean what they meant when they were written; long after that the wish is not fulfilled unasked.
    """
    if not context.role(person.user_id).decides:
        return None
    written_at = min(message.at, context.now)
    try:
        wish = parse_when(message.text, written_at, context.desk.zone)
    except HourMissing as error:
        return explained(context, error)
    except TimeNotUnderstood as error:
        meant = speaks_of_time(message.text) or _times_are_offered(context, suggestion.number)
        return explained(context, error) if meant else None
    except DeskError as error:
        return explained(context, error)
    if context.is_late(written_at):
        return texts.wish_late(suggestion.number, moments.say(written_at, context.now, context.desk.zone))
    _admit(context, person)
    press = Press(Action.PICK, person.user_id, context.role(person.user_id), suggestion.version)
    _rehearse(context, suggestion, press)
    context.unit.suggestions.lock_plan()
    due_at = planning.wished(context, suggestion, wish)
    payload = Payload(str(Action.PICK), suggestion.number, suggestion.version, due_at.isoformat())
    if _asks(context, person, suggestion, replace(press, due_at=due_at), payload):
        return texts.sure_by_press(suggestion.number)
    _decide(context, person, suggestion, replace(press, due_at=due_at))
    return texts.time_taken(suggestion.number, moments.say(due_at, context.now, context.desk.zone))
