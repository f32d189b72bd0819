"""Letters to authors: when one is due, whether it has to wait for its reader, and what it says.

A letter about a news item replaces an unsent earlier one about the same item, so that the author reads how things
stand and not how they got there.  What cannot be delivered is kept and given in one piece later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from editorial import etiquette, regions
from editorial.delivery import Delivery, NewDelivery, State
from editorial.merging import Joint
from editorial.suggestion import Author, Origin, Status, Suggestion
from handlers import keyboards, moments, texts
from handlers.changes import MESSAGES
from handlers.context import Context, Desk
from handlers.zones import night_of, zone_of

#: Letters about the plan of one news item are at least so far apart.
GLUE: Final = timedelta(minutes=10)
#: Letters that tell when a news item comes out.
PLAN: Final = frozenset({"scheduled", "moved", "undone", "joined"})
#: Letters that replace none: the first one, and the one about a second digest.
_BESIDE: Final = frozenset({"received", "in_weekly"})
#: Letters that promised no hour and answer nothing: they wait for the day everywhere when the author's is unknown.
PATIENT: Final = frozenset({"in_digest", "in_weekly", "lapsed"})
#: How many news items one summary tells of.
_IN_A_SUMMARY: Final = 10
#: How many of an author's newest items are looked through for letters that wait.
_NEWEST: Final = 50


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter in its final form."""

    text: str
    keyboard: dict[str, Any] | None = None
    attachments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def write(
    context: Context, suggestion: Suggestion, letter: str, *, answering: bool = False, **facts: Any
) -> int | None:
    """Have a letter written to the author; returns its delivery, or None when there is nobody to write to.

    ``answering``: it answers what the author did just now and does not wait for the morning.  Times among the
    ``facts`` are aware datetimes; ``numbers`` among them are all the news items that the letter tells of.
    """
    author_id = suggestion.author_id
    if author_id is None or author_id <= 0:
        return None
    author = suggestion.author or Author(author_id)
    due_at = by_day(context, suggestion, author, context.now, patient=letter in PATIENT, answering=answering)
    if letter in PLAN:
        due_at = max(due_at, _after_last_plan_letter(context, suggestion.number))
    if letter not in _BESIDE:
        context.unit.outbox.cancel_for(suggestion.number, "letter", context.now)
    new = NewDelivery(
        MESSAGES,
        f"user:{author_id}",
        "letter",
        suggestion.number,
        {"letter": letter, **{name: _stored(fact) for name, fact in facts.items()}},
        due_at=due_at,
        dedupe=f"plan:{suggestion.number}" if letter in PLAN else None,
        hold=_hold(author),
    )
    return context.unit.outbox.add(new, context.now)


def by_day(
    context: Context,
    suggestion: Suggestion,
    author: Author | None,
    moment: datetime,
    *,
    patient: bool,
    answering: bool = False,
) -> datetime:
    """When what is due at ``moment`` may leave, as far as its reader's night is concerned.

    ``patient``: while nobody knows where that is, it waits for the day everywhere.
    """
    quiet = context.desk.letters_quiet
    if patient and zone_of(suggestion, author) is None:
        anywhere = etiquette.letter_time_anywhere(moment, quiet)
        if anywhere is not None:
            return anywhere
    night = night_of(suggestion, author, context.desk.zone)
    return etiquette.letter_time(moment, night, quiet, answering=answering and not context.late)


def _hold(author: Author) -> str | None:
    if not author.wants_letters:
        return "stopped"
    return "unreachable" if author.reachable is False else None


def _stored(fact: Any) -> Any:
    return fact.isoformat() if isinstance(fact, datetime) else fact


def _after_last_plan_letter(context: Context, number: int) -> datetime:
    times = [
        delivery.done_at + GLUE
        for delivery in context.unit.outbox.for_suggestion(number)
        if delivery.kind == "letter"
        and delivery.state is State.SENT
        and delivery.done_at is not None
        and delivery.payload.get("letter") in PLAN
    ]
    return max(times, default=context.now)


def knows_of_plan(context: Context, number: int) -> bool:
    """Whether the author was told a decision, or is being told: then a change of it has to be told too."""
    letters = [row for row in context.unit.outbox.for_suggestion(number) if row.kind == "letter"]
    told = [row for row in letters if row.state in (State.SENT, State.SENDING, State.UNCERTAIN)]
    return any(row.payload.get("letter") not in ("received", "undone", "parted") for row in told[-1:])


def _unsent(context: Context, number: int) -> Iterator[Delivery]:
    """The letters about a news item that have not left yet."""
    for row in context.unit.outbox.for_suggestion(number):
        if row.kind == "letter" and row.state in (State.WAITING, State.HELD):
            yield row


def waits(context: Context, number: int, letter: str) -> bool:
    """Whether this letter about a news item has not left yet."""
    return any(row.payload.get("letter") == letter for row in _unsent(context, number))


def take_back(context: Context, number: int) -> None:
    """Drop the letters about a news item that have not left."""
    context.unit.outbox.cancel_for(number, "letter", context.now)


def take_back_plan(context: Context, number: int) -> None:
    """The post goes out now: a letter about its time that has not left would be late."""
    for row in _unsent(context, number):
        if row.payload.get("letter") in PLAN:
            context.unit.outbox.cancel(row.id, context.now)


def take_back_verdict(context: Context, number: int) -> None:
    """The news goes another way: what was to be said of its decision is not true any more. The receipt stays."""
    for row in _unsent(context, number):
        if row.payload.get("letter") not in _BESIDE:
            context.unit.outbox.cancel(row.id, context.now)


# --------------------------------------------------------------------------------- what was kept is given at last


def release(context: Context, vk_id: int) -> int:
    """The person can be written to again: everything kept is told in one letter. Returns how many were kept."""
    author = context.unit.authors.get(vk_id)
    if author is None:
        return 0
    if author.reachable is not True:
        context.unit.authors.reachable(vk_id, context.now, yes=True)
    if not author.wants_letters:
        return 0
    return give_kept(context, vk_id)


def give_kept(context: Context, vk_id: int) -> int:
    """Tell everything that was kept for the person, in as few letters as it takes; returns how many were kept."""
    kept = held(context, vk_id)
    for delivery in kept:
        context.unit.outbox.cancel(delivery.id, context.now)
    if not kept:
        return 0
    told = [
        number
        for row in kept
        for number in row.payload.get("numbers") or row.payload.get("pieces") or (row.number,)
    ]
    numbers = list(dict.fromkeys(number for number in told if number is not None))
    if len(kept) == 1:
        letters = [(kept[0].number, dict(kept[0].payload))]
    else:
        portions = [numbers[start : start + _IN_A_SUMMARY] for start in range(0, len(numbers), _IN_A_SUMMARY)]
        letters = [(None, {"letter": "summary", "numbers": portion}) for portion in portions]
    for number, payload in letters:
        context.unit.outbox.add(NewDelivery(MESSAGES, f"user:{vk_id}", "letter", number, payload), context.now)
    return len(kept)


def held(context: Context, vk_id: int) -> list[Delivery]:
    """The letters that wait for the person, oldest first."""
    return _letters_in(context, vk_id, State.HELD)


def keep_all(context: Context, vk_id: int, why: str) -> None:
    """The person cannot be written to: letters on their way are not tried one by one."""
    for row in _letters_in(context, vk_id, State.WAITING):
        context.unit.outbox.held(row.id, why, context.now)


def _letters_in(context: Context, vk_id: int, state: State) -> list[Delivery]:
    rows = [
        row
        for suggestion in context.unit.suggestions.by_author(vk_id, _NEWEST)
        for row in context.unit.outbox.for_suggestion(suggestion.number)
        if row.kind == "letter" and row.state is state
    ]
    return sorted(rows, key=lambda row: row.id)


# ------------------------------------------------------------------------------------------------- what they say


@dataclass(frozen=True, slots=True)
class Reading:
    """What a letter is rendered with: the suggestion it is about, its reader, and the moment of sending.

    ``gone``: numbers of news whose posts are not on VK any more.
    ``joints``: the posts that news goes out in together with other news, by the number of each.
    """

    suggestion: Suggestion | None
    author: Author | None
    now: datetime
    desk: Desk
    others: tuple[Suggestion, ...] = ()
    paused: bool = False
    gone: frozenset[int] = frozenset()
    joints: Mapping[int, Joint] = field(default_factory=dict)


def render(payload: Mapping[str, Any], reading: Reading) -> LetterText:
    """The letter as it is sent. Pure. Raises KeyError for a letter nobody knows."""
    name = str(payload["letter"])
    if name == "summary":
        return LetterText(_summary(reading), keyboards.spoken("Мои новости"))
    suggestion = reading.suggestion
    assert suggestion is not None
    text = _TEXTS[name](suggestion, payload, reading)
    return LetterText(text, _keyboard(suggestion, name))


def _keyboard(suggestion: Suggestion, letter: str) -> dict[str, Any] | None:
    if letter in ("received", "scheduled", "moved", "author_edited", "undone", "joined", "parted"):
        return keyboards.spoken(f"Статус {suggestion.number}", f"Отозвать {suggestion.number}")
    if letter == "lapsed":
        return keyboards.spoken(f"Исправить {suggestion.number}")
    if letter == "returned":
        return keyboards.spoken(f"Исправить {suggestion.number}", f"Отозвать {suggestion.number}")
    if letter == "blocked":
        return keyboards.spoken(texts.CALL_HUMAN)
    return None


def passport_keyboard(suggestion: Suggestion) -> dict[str, Any] | None:
    """What the author can do about the news, below its live message."""
    number = suggestion.number
    if suggestion.status in (Status.PENDING, Status.SCHEDULED, Status.FAILED, Status.MERGED):
        return keyboards.spoken(f"Статус {number}", f"Исправить {number}", f"Отозвать {number}")
    if suggestion.status is Status.RETURNED:
        return keyboards.spoken(f"Исправить {number}", f"Отозвать {number}")
    return None


def _received(suggestion: Suggestion, payload: Mapping[str, Any], reading: Reading) -> str:
    at = _moment(payload, "at") or reading.now
    expected = _by(etiquette.answer_expected(at, reading.desk.zone), reading)
    corrected = texts.corrected_of(suggestion.corrects)
    if etiquette.desk_is_open(at, reading.desk.zone):
        said = texts.received(suggestion.number, expected)
    else:
        opens = _when(etiquette.desk_opens(at, reading.desk.zone), reading)
        said = texts.received_off_hours(suggestion.number, opens, expected)
    return f"{corrected}\n{said}" if corrected else said


def _scheduled(suggestion: Suggestion, payload: Mapping[str, Any], reading: Reading) -> str:
    on_the_wall = suggestion.origin is Origin.WALL
    joint = reading.joints.get(suggestion.number)
    if joint is not None and suggestion.merged_into is None:
        when = _due(suggestion, payload, reading)
        return texts.scheduled_together(suggestion.number, when, _others(joint, suggestion))
    return texts.scheduled(suggestion.number, _due(suggestion, payload, reading), on_the_wall=on_the_wall)


def _moved(suggestion: Suggestion, payload: Mapping[str, Any], reading: Reading) -> str:
    return texts.moved(suggestion.number, _due(suggestion, payload, reading))


def _due(suggestion: Suggestion, payload: Mapping[str, Any], reading: Reading) -> str:
    return _when(suggestion.due_at or _moment(payload, "due_at") or reading.now, reading)


def _published(suggestion: Suggestion, payload: Mapping[str, Any], reading: Reading) -> str:  # noqa: ARG001
    link = suggestion.published_link or reading.desk.address
    joint = reading.joints.get(suggestion.number)
    if joint is not None:
        return texts.published_together(suggestion.number, _others(joint, suggestion), link)
    return texts.published(suggestion.number, link)


def _joined(suggestion: Suggestion, payload: Mapping[str, Any], reading: Reading) -> str:
    joint = reading.joints.get(suggestion.number)
    others = _others(joint, suggestion) if joint is not None else texts.news_from(suggestion.merged_into or 0, None)
    planned = joint is not None and joint.lead.status is Status.SCHEDULED and not joint.lead.urgent
    due_at = (joint.lead.due_at if joint is not None and planned else None) or _moment(payload, "due_at")
    return texts.joined_letter(suggestion.number, others, _when(due_at, reading) if due_at else None)


def _others(joint: Joint, suggestion: Suggestion) -> str:
    """The other news of the post, as the end of «одной записью с …»."""
    *first, last = [_news_of(one) for one in joint.others(suggestion.number)]
    return f"{', '.join(first)} и {last}" if first else last


def together_with(suggestion: Suggestion, reading: Reading) -> str:
    """With what news this one shares its post, for the live message."""
    joint = reading.joints.get(suggestion.number)
    return texts.in_one_post_with(_others(joint, suggestion)) if joint is not None else ""


def _news_of(suggestion: Suggestion) -> str:
    region = regions.by_code(suggestion.region)
    return texts.news_from(suggestion.number, region.short_name if region else None)


def _author_edited(suggestion: Suggestion, payload: Mapping[str, Any], reading: Reading) -> str:
    expected = _by(etiquette.answer_expected(_moment(payload, "at") or reading.now, reading.desk.zone), reading)
    return texts.author_edited(suggestion.number, bool(payload.get("was_scheduled")), expected)


def _returned(suggestion: Suggestion, payload: Mapping[str, Any], reading: Reading) -> str:  # noqa: ARG001
    on_the_wall = suggestion.origin is Origin.WALL
    return texts.returned(
        suggestion.number, str(payload.get("reason")), payload.get("words"), on_the_wall=on_the_wall
    )


def _rejected(suggestion: Suggestion, payload: Mapping[str, Any], reading: Reading) -> str:  # noqa: ARG001
    return texts.rejected(suggestion.number, str(payload.get("reason")), payload.get("words"))


def _in_digest(suggestion: Suggestion, payload: Mapping[str, Any], reading: Reading) -> str:
    link = suggestion.published_link or reading.desk.address
    return texts.in_digest(payload.get("numbers") or [suggestion.number], link)


def _in_weekly(suggestion: Suggestion, payload: Mapping[str, Any], reading: Reading) -> str:
    links = payload.get("links") or [suggestion.published_link or reading.desk.address]
    return texts.in_weekly(payload.get("numbers") or payload.get("pieces") or [suggestion.number], links)


_TEXTS: Final[dict[str, Callable[[Suggestion, Mapping[str, Any], Reading], str]]] = {
    "received": _received,
    "scheduled": _scheduled,
    "moved": _moved,
    "published": _published,
    "in_digest": _in_digest,
    "in_weekly": _in_weekly,
    "joined": _joined,
    "in_joint": _published,
    "parted": lambda suggestion, payload, _reading: texts.parted_letter(
        suggestion.number, int(payload.get("lead") or 0)
    ),
    "returned": _returned,
    "rejected": _rejected,
    "author_edited": _author_edited,
    "expired": lambda suggestion, _payload, _reading: texts.expired(suggestion.number),
    "lapsed": lambda suggestion, _payload, _reading: texts.lapsed(suggestion.number),
    "undone": lambda suggestion, _payload, _reading: texts.undone(suggestion.number),
    "gone": lambda suggestion, _payload, _reading: texts.gone(suggestion.number),
    "postponed": lambda suggestion, _payload, reading: texts.postponed(
        suggestion.number, _when(suggestion.postponed_to or reading.now, reading)
    ),
    "withdrawn": lambda suggestion, _payload, _reading: texts.withdrawn(suggestion.number),
    "removed": lambda suggestion, _payload, _reading: texts.removed(suggestion.number),
    "kept": lambda suggestion, _payload, _reading: texts.kept(suggestion.number),
    "blocked": lambda suggestion, _payload, _reading: texts.blocked_news(
        suggestion.number, (suggestion.author and suggestion.author.blocked_why) or ""
    ),
}
NAMES: Final = frozenset(_TEXTS)


def _summary(reading: Reading) -> str:
    lines = [status_of(suggestion, reading) for suggestion in reading.others]
    return "\n".join([texts.SUMMARY_BEGINS, *lines])


def standing(suggestion: Suggestion, reading: Reading) -> str:
    """The same without the number, for the live message."""
    return _status_words(suggestion, reading) or texts.AUTHOR_STATUS[suggestion.status]


def status_of(suggestion: Suggestion, reading: Reading) -> str:
    """One line about a news item, for its author."""
    return texts.status_line(suggestion.number, suggestion.status, _status_words(suggestion, reading))


def _status_words(suggestion: Suggestion, reading: Reading) -> str:
    decision = suggestion.decision
    match suggestion.status:
        case Status.PENDING:
            zone = zone_of(suggestion, reading.author)
            return texts.pending_since(moments.say(suggestion.received_at, reading.now, reading.desk.zone, zone))
        case Status.SCHEDULED if reading.paused:
            return texts.ON_HOLD
        case Status.SCHEDULED if suggestion.trouble:
            return texts.DELAYED
        case Status.SCHEDULED if suggestion.due_at and suggestion.due_at > reading.now:
            return texts.comes_out(_when(suggestion.due_at, reading))
        case Status.WITHDRAWN if suggestion.postponed_to:
            return texts.comes_out(_when(suggestion.postponed_to, reading))
        case Status.PUBLISHED if suggestion.number in reading.gone:
            return texts.IS_OFF
        case Status.PUBLISHED:
            return texts.is_out(suggestion.published_link or reading.desk.address)
        case Status.RETURNED if decision:
            on_the_wall = suggestion.origin is Origin.WALL
            reason = decision.reason or "own"
            return _tail(texts.returned(suggestion.number, reason, decision.words, on_the_wall=on_the_wall))
        case Status.REJECTED if decision:
            return _tail(texts.rejected(suggestion.number, decision.reason or "own", decision.words))
        case Status.FAILED:
            return texts.HELD_UP
        case Status.MERGED:
            return _together(suggestion, reading)
        case Status.EXPIRED if suggestion.trouble == "unanswered":
            return texts.LAPSED
    return ""


def _together(suggestion: Suggestion, reading: Reading) -> str:
    """Where the post stands that the news goes out in."""
    joint = reading.joints.get(suggestion.number)
    lead = joint.lead if joint is not None else None
    if lead is None or lead.status is Status.PENDING:
        return texts.waits_together(suggestion.merged_into or 0)
    how = _status_words(lead, reading) or texts.AUTHOR_STATUS[lead.status]
    return texts.comes_out_together(lead.number, how)


def _tail(letter: str) -> str:
    """A letter as a line of a list: what follows «Новость № 214»."""
    head, _, rest = letter.partition(" № ")
    return rest.partition(" ")[2] if head == "Новость" else letter


def _when(moment: datetime, reading: Reading) -> str:
    return moments.say(moment, reading.now, reading.desk.zone, zone_of(reading.suggestion, reading.author))


def _by(moment: datetime, reading: Reading) -> str:
    zone = zone_of(reading.suggestion, reading.author)
    return moments.say(moment, reading.now, reading.desk.zone, zone, preposition="до")


def _moment(payload: Mapping[str, Any], name: str) -> datetime | None:
    stored = payload.get(name)
    return datetime.fromisoformat(stored) if isinstance(stored, str) else None
