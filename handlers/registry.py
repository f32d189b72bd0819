"""The register of authors: who writes, from which region and organisation, and whether the desk takes their news.

An author is asked once, after the first receipt; what they say holds at once and is confirmed by a moderator with
one press.  Every question is answered by buttons or in plain words.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from editorial import people, regions
from editorial.delivery import Delivery, NewDelivery
from editorial.errors import NotAModerator, PayloadForeign
from editorial.lifecycle import OPEN
from editorial.reasons import OWN
from editorial.regions import Region
from editorial.suggestion import Author, Suggestion
from handlers import changes, joint, keyboards, moments, texts
from handlers.answers import answer
from handlers.card_buttons import button
from handlers.card_facts import Menu
from handlers.changes import MESSAGES
from handlers.context import Context
from handlers.events import MessageArrived
from handlers.keyboards import Button
from handlers.payloads import Payload
from handlers.person import Person

#: The word of the buttons below the line about a new author.
LINE: Final = "author_line"
#: The word and label of the menu behind «Ещё».
WORD: Final = "author"
LABEL: Final = "Автор"
#: How long an answer to a question is waited for.
WAITS: Final = timedelta(days=3)
#: A person who asked for a human is asked for once in so long.
CALL_EVERY: Final = timedelta(hours=1)
#: For so long after that the bot does not talk in between.
HUMAN_TALKS: Final = timedelta(hours=12)
_NEWEST: Final = 50
#: A longer message is news, not the name of a region.
_A_NAME: Final = 150

#: The question for a moderator's own reason of a block.
BLOCK_PROMPT: Final = "block"
#: What a letter is about that tells of the end of a block.
UNBLOCKED: Final = "unblocked"
#: Digits of the longest VK number, with its sign.
LONGEST_ID: Final = 12

BLOCK_REASONS: Final = {
    "ads": "реклама",
    "rude": "оскорбления",
    "flood": "много одинаковых сообщений",
    "off_topic": "новости не по теме",
}


# ------------------------------------------------------------------------------------------- what is asked, once


def greet(context: Context, suggestion: Suggestion) -> None:
    """After a receipt: a new author is asked who they are, and later whether their data may be kept."""
    author = suggestion.author
    if author is None or author.vk_id <= 0 or author.blocked or not author.wants_letters:
        return
    if author.reachable is False:
        return
    if author.region is None and author.role != people.INTERREGIONAL and author.asked_at is None:
        context.unit.authors.asked(author.vk_id, context.now)
        guess = regions.by_code(suggestion.region) or regions.region_of_text(suggestion.content.text)
        _ask(context, author.vk_id, texts.who_are_you(suggestion.number), _districts(guess), "who")
    elif author.consent_asked_at is None and author.consent_at is None:
        ask_consent(context, author.vk_id)


def _ask(context: Context, vk_id: int, text: str, keyboard: dict[str, Any] | None, about: str = "") -> None:
    """Behind the letters to the same person: whoever cannot be reached is not asked either."""
    payload = {"text": text, "keyboard": keyboard, "about": about}
    context.unit.outbox.add(NewDelivery(MESSAGES, f"user:{vk_id}", "ask", None, payload), context.now)


def still_asked(context: Context, delivery: Delivery) -> bool:
    """Whether the question may be sent now; who is forgotten is told that the block is over, and nothing else."""
    author = context.unit.authors.get(int(delivery.destination.partition(":")[2]))
    if author is None:
        return delivery.payload.get("about") == UNBLOCKED
    return author.reachable is not False and author.wants_letters


def not_asked(context: Context, delivery: Delivery) -> None:
    """The question did not leave: it is asked another time."""
    vk_id = int(delivery.destination.partition(":")[2])
    if context.unit.authors.get(vk_id) is not None:
        context.unit.authors.not_asked(vk_id, str(delivery.payload.get("about")), context.now)


def _districts(guess: Region | None = None) -> dict[str, Any]:
    first = [_label(guess)] if guess is not None else ["Межрегиональная"]
    return keyboards.spoken(*first, *people.DISTRICTS.values())


def _label(region: Region) -> str:
    return region.name if len(region.name) <= keyboards.LONGEST_LABEL else region.short_name


def ask_consent(context: Context, vk_id: int) -> None:
    """In a message of its own, once."""
    context.unit.authors.consent_asked(vk_id, context.now)
    _ask(context, vk_id, texts.CONSENT, keyboards.spoken("Согласен", "Не согласен"), "consent")


# --------------------------------------------------------------------------------------------------- the answers


def answers(context: Context, message: MessageArrived, words: str) -> bool:
    """Whether the message answers a question of ours: it is taken then."""
    author = context.unit.authors.get(message.from_id)
    if author is None or message.attachments or message.quoted or len(message.text) > people.LONGEST_ORGANISATION:
        return False
    prompt = context.unit.prompts.get(message.peer_id, message.from_id)
    fresh = prompt is not None and _waits(context, message, prompt.asked_at)
    asked = prompt.kind if prompt is not None and fresh else ""
    if asked == "zone":
        return _zone_said(context, message)
    if asked == "region" or _region_waits(context, message, author):
        return _region_said(context, message, words)
    if asked == "organisation":
        _organisation_said(context, message, message.text.strip())
        return True
    return False


def _region_waits(context: Context, message: MessageArrived, author: Author) -> bool:
    asked = author.asked_at is not None and _waits(context, message, author.asked_at)
    return asked and author.region is None and author.role != people.INTERREGIONAL


def _waits(context: Context, message: MessageArrived, asked_at: datetime) -> bool:
    """Whether the answer may be this message: what is written into a draft begun since then is news."""
    if context.now - asked_at >= WAITS:
        return False
    kept = context.unit.drafts.get(message.from_id) if message.payload is None else None
    return kept is None or kept.updated_at <= asked_at


def _region_said(context: Context, message: MessageArrived, words: str) -> bool:
    if words.startswith("межрегион"):
        _introduce(context, message.from_id, actor=message.from_id, role=people.INTERREGIONAL, region=None)
        _journal(context, message.from_id, "author_region", to=None)
        _redraw(context, message.from_id)
        _ask_organisation(context, message, texts.INTERREGIONAL_TAKEN)
        return True
    district = people.district_named(words)
    if district is not None:
        names = [_label(region) for region in people.regions_of(district)]
        answer(context, message, texts.WHICH_REGION_YOURS, keyboards.below(*names))
        return True
    region = people.region_named(words)
    said_more = region is None
    if region is None and len(message.text) <= _A_NAME:
        region = regions.region_of_text(message.text)
    if region is None:
        return False
    set_region(context, message.from_id, region, actor=message.from_id)
    if said_more:
        _organisation_said(context, message, message.text.strip())
    else:
        _ask_organisation(context, message, texts.region_taken(region.name))
    return True


def _ask_organisation(context: Context, message: MessageArrived, text: str) -> None:
    author = context.unit.authors.get(message.from_id)
    if author is not None and author.organisation:
        context.unit.prompts.clear(message.peer_id, message.from_id)
        answer(context, message, texts.organisation_stays(text, author.organisation))
        _tell_moderators(context, message.from_id)
        return
    context.unit.prompts.ask(message.peer_id, message.from_id, None, "organisation", None, context.now)
    answer(context, message, f"{text} {texts.WHICH_ORGANISATION}", keyboards.spoken("Житель"))


def _organisation_said(context: Context, message: MessageArrived, organisation: str) -> None:
    known = context.unit.authors.get(message.from_id)
    role = people.role_of_organisation(organisation) or (known.role if known else None)
    kept = None if organisation.lower().strip(" .") == "житель" else organisation
    _introduce(context, message.from_id, actor=message.from_id, organisation=kept, role=role)
    context.unit.prompts.clear(message.peer_id, message.from_id)
    _redraw(context, message.from_id)
    answer(context, message, texts.AUTHOR_KNOWN)
    _tell_moderators(context, message.from_id)
    if known is not None and known.consent_asked_at is None:
        ask_consent(context, message.from_id)


def _introduce(context: Context, vk_id: int, *, actor: int, **facts: str | None) -> None:
    """What is said of the author from now on, in joint posts that are not out yet, too."""
    was = joint.credited(context, joint.leads_of_author(context, vk_id))
    context.unit.authors.introduce(vk_id, context.now, **facts)
    joint.credit_anew(context, was, actor=actor)


def set_region(context: Context, vk_id: int, region: Region, *, actor: int) -> None:
    """From now on the author is of this region; their news that has none gets it too."""
    author = context.unit.authors.get(vk_id)
    before = author.region if author is not None else None
    role = None if author is None or author.role == people.INTERREGIONAL else author.role
    was = joint.credited(context, joint.leads_of_author(context, vk_id))
    context.unit.authors.introduce(vk_id, context.now, region=region.code, role=role)
    _journal(context, vk_id, "author_region", actor=actor, was=before, to=region.code)
    for suggestion in context.unit.suggestions.by_author(vk_id, _NEWEST):
        if suggestion.region is None:
            version = suggestion.version + 1
            after = replace(suggestion, region=region.code, version=version, updated_at=context.now)
            changes.store(context, suggestion, after, "region", actor=actor, details={"to": region.code})
    joint.credit_anew(context, was, actor=actor)


def _zone_said(context: Context, message: MessageArrived) -> bool:
    said = message.text.strip()
    zone = people.zone_named(said)
    own = said.lower().startswith(texts.AS_IN_REGION.lower())
    if zone is None and not own:
        return False
    context.unit.prompts.clear(message.peer_id, message.from_id)
    context.unit.authors.set_zone(message.from_id, None if own else zone, context.now)
    author = context.unit.authors.get(message.from_id)
    region = regions.by_code(author.region if author else None)
    known = (author.zone if author else None) or (region.zone if region else None)
    answer(context, message, texts.zone_taken(moments.place(known) if known else ""))
    return True


def change_region(context: Context, message: MessageArrived) -> None:
    """«Регион»."""
    context.unit.authors.ensure(message.from_id, context.now)
    context.unit.prompts.ask(message.peer_id, message.from_id, None, "region", None, context.now)
    author = context.unit.authors.get(message.from_id)
    region = regions.by_code(author.region if author else None)
    answer(context, message, texts.change_region(region.name if region else ""), _districts())


def change_zone(context: Context, message: MessageArrived) -> None:
    """«Пояс»."""
    context.unit.authors.ensure(message.from_id, context.now)
    context.unit.prompts.ask(message.peer_id, message.from_id, None, "zone", None, context.now)
    answer(context, message, texts.CHANGE_ZONE, keyboards.spoken(texts.AS_IN_REGION))


def consents(context: Context, message: MessageArrived) -> bool:
    """«Согласен»; False when nobody asked."""
    author = context.unit.authors.get(message.from_id)
    if author is None or author.consent_asked_at is None:
        return False
    context.unit.authors.consents(message.from_id, context.now)
    answer(context, message, texts.CONSENT_TAKEN)
    return True


def call_human(context: Context, message: MessageArrived) -> None:
    """«Позвать человека»: a line to the moderators, once in a while."""
    author = context.unit.authors.ensure(message.from_id, context.now)
    if author.called_at is None or context.now - author.called_at >= CALL_EVERY:
        context.unit.authors.called(message.from_id, context.now)
        own = context.unit.suggestions.by_author(message.from_id, 1)
        changes.note(context, "calls_human", own[0].number if own else None, author=message.from_id)
    answer(context, message, texts.HUMAN_CALLED)


def human_talks(context: Context, vk_id: int) -> bool:
    """Whether a person was called lately, so that the bot keeps out of their talk."""
    author = context.unit.authors.get(vk_id)
    return author is not None and author.called_at is not None and context.now - author.called_at < HUMAN_TALKS


# ------------------------------------------------------------------------------------------- the moderators' side


def _tell_moderators(context: Context, vk_id: int) -> None:
    own = context.unit.suggestions.by_author(vk_id, 1)
    changes.note(context, "author_named", own[0].number if own else None, author=vk_id)


def line_keyboard(vk_id: int) -> dict[str, Any]:
    """The buttons below the line about a new author."""
    yes = Button(texts.CONFIRM_AUTHOR, Payload(LINE, arg=f"yes:{vk_id}"), "positive")
    no = Button(texts.DOUBT_AUTHOR, Payload(LINE, arg=f"no:{vk_id}"))
    return keyboards.inline([[yes, no]])


def unblock_keyboard(vk_id: int) -> dict[str, Any]:
    """The button below what is known of a blocked author, whose news makes no cards."""
    return keyboards.inline([[Button(texts.UNBLOCK, Payload(LINE, arg=f"unblock:{vk_id}"))]])


def line_pressed(context: Context, person: Person, payload: Payload) -> str:
    """A press below that line. Raises PayloadForeign."""
    word, _, who = (payload.arg or "").partition(":")
    does = {"yes": confirm, "no": doubt, "unblock": unblock}.get(word)
    if does is None or not who.removeprefix("-").isdecimal() or len(who) > LONGEST_ID:
        raise PayloadForeign
    return does(context, person, int(who))


def _author(context: Context, person: Person, vk_id: int) -> Author:
    if not context.role(person.user_id).decides:
        raise NotAModerator
    author = context.unit.authors.get(vk_id)
    if author is None:
        raise PayloadForeign
    return author


def confirm(context: Context, person: Person, vk_id: int) -> str:
    """Region and organisation are right."""
    author = _author(context, person, vk_id)
    if author.confirmed:
        return texts.author_confirmed_before(context.name_of(author.confirmed_by))
    context.unit.authors.confirm(vk_id, person.user_id, context.now)
    _journal(context, vk_id, "author_confirmed", actor=person.user_id)
    _redraw(context, vk_id)
    return texts.AUTHOR_CONFIRMED


def doubt(context: Context, person: Person, vk_id: int) -> str:
    """They are not: the author is asked again."""
    author = _author(context, person, vk_id)
    _introduce(context, vk_id, actor=person.user_id, region=None, organisation=None)
    _journal(context, vk_id, "author_doubted", actor=person.user_id, was=author.region)
    if author.reachable is not False and author.wants_letters and vk_id > 0:
        context.unit.authors.asked(vk_id, context.now)
        _ask(context, vk_id, texts.WHO_AGAIN, _districts())
    _redraw(context, vk_id)
    return texts.AUTHOR_DOUBTED


def adopt(context: Context, person: Person, suggestion: Suggestion) -> str:
    """The region of this news is the author's from now on: for communities, and people nobody can ask."""
    vk_id, region = suggestion.author_id, regions.by_code(suggestion.region)
    if vk_id is None or region is None:
        raise PayloadForeign
    _author(context, person, vk_id)
    set_region(context, vk_id, region, actor=person.user_id)
    context.unit.authors.confirm(vk_id, person.user_id, context.now)
    _redraw(context, vk_id)
    return texts.author_is_from(region.name)


def block(context: Context, person: Person, vk_id: int, why: str) -> str:
    """Take no more news from the author; ``why`` is read by the author."""
    _author(context, person, vk_id)
    context.unit.authors.block(vk_id, person.user_id, " ".join(why.split())[:200], context.now)
    _journal(context, vk_id, "author_blocked", actor=person.user_id, why=why)
    _redraw(context, vk_id)
    return texts.AUTHOR_BLOCKED


def block_or_not(context: Context, person: Person, vk_id: int, order: str, why: str) -> str:
    """«/автор 601 заблокировать: причина» and its opposite."""
    if order == "разблокировать":
        return unblock(context, person, vk_id)
    return block(context, person, vk_id, why) if why else texts.BLOCK_WHY


def ask_why(context: Context, person: Person, suggestion: Suggestion, version: int) -> str:
    """The moderator's next reply to the card is the reason of the block."""
    view = {"menu": "words", "what": BLOCK_PROMPT, "by": person.user_id}
    changes.ask_for_words(context, person, suggestion.number, BLOCK_PROMPT, version, view)
    return texts.REPLY_TO_REASON


def blocked_with(context: Context, person: Person, suggestion: Suggestion, words: str) -> None:
    """The reason arrived. Raises PayloadForeign for news without an author."""
    context.unit.prompts.clear(person.peer_id, person.user_id)
    changes.open_menu(context, suggestion.number, {})
    if suggestion.author_id is None:
        raise PayloadForeign
    block(context, person, suggestion.author_id, words)


def unblock(context: Context, person: Person, vk_id: int) -> str:
    """Take news from the author again; they are told."""
    author = _author(context, person, vk_id)
    if not author.blocked:
        return texts.AUTHOR_NOT_BLOCKED
    context.unit.authors.unblock(vk_id, context.now)
    _journal(context, vk_id, "author_unblocked", actor=person.user_id)
    if author.reachable is not False and author.wants_letters and vk_id > 0:
        _ask(context, vk_id, texts.UNBLOCKED, keyboards.spoken("Предложить новость"), UNBLOCKED)
    _redraw(context, vk_id)
    if context.unit.authors.is_bare(vk_id):  # the number was kept for the block alone
        context.unit.authors.forget(vk_id, context.now)
        context.unit.journal.forget(vk_id)
    return texts.AUTHOR_UNBLOCKED


def _redraw(context: Context, vk_id: int) -> None:
    """The cards of the author's news that still waits."""
    for suggestion in context.unit.suggestions.by_author(vk_id, _NEWEST):
        if str(suggestion.status) in ("pending", "returned", "scheduled", "failed"):
            changes.refresh_card(context, suggestion.number)


def _journal(context: Context, vk_id: int, action: str, *, actor: int | None = None, **details: Any) -> None:
    context.unit.journal.add(context.now, None, actor or vk_id, action, None, None, {"author": vk_id, **details})


# ----------------------------------------------------------------------------------------------- behind «Ещё»


def offered(_context: Context, suggestion: Suggestion) -> bool:
    return suggestion.author_id is not None and suggestion.status in OPEN


def pressed(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """The menu about the author, and what is chosen there."""
    vk_id = suggestion.author_id
    if vk_id is None:
        raise PayloadForeign
    word, _, arg = (payload.arg or "").partition(":")
    if not word:
        changes.open_menu(context, suggestion.number, {"menu": WORD})
        return texts.AUTHOR_MENU
    changes.close_menu(context, suggestion.number)
    match word:
        case "yes":
            return confirm(context, person, vk_id)
        case "no":
            return doubt(context, person, vk_id)
        case "adopt":
            return adopt(context, person, suggestion)
        case "block" if arg == OWN.code:
            return ask_why(context, person, suggestion, payload.version)
        case "block" if arg in BLOCK_REASONS:
            return block(context, person, vk_id, BLOCK_REASONS[arg])
        case "unblock":
            return unblock(context, person, vk_id)
    raise PayloadForeign


def drawn(_context: Context, suggestion: Suggestion, _view: Any) -> Menu:
    author = suggestion.author or Author(suggestion.author_id or 0)
    buttons = []
    if (author.region or author.organisation) and not author.confirmed:
        buttons.append(button(suggestion, texts.CONFIRM_AUTHOR, WORD, "yes", "positive"))
    if author.region or author.organisation:
        buttons.append(button(suggestion, texts.DOUBT_AUTHOR, WORD, "no"))
    if suggestion.region and author.region != suggestion.region:
        buttons.append(button(suggestion, texts.ADOPT_REGION, WORD, "adopt", "positive"))
    if author.blocked:
        buttons.append(button(suggestion, texts.UNBLOCK, WORD, "unblock"))
    else:
        for code, label in texts.BLOCK_LABELS.items():
            buttons.append(button(suggestion, label, WORD, f"block:{code}", "negative"))
    return Menu((texts.AUTHOR_MENU,), tuple(buttons))
