"""What a moderator sees: one card for a suggestion, first the fact, then the buttons.

A card is a pure function of the suggestion and of what it is shown with; the same card is for everybody in the
chat.  Who may press a button is decided when it is pressed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from editorial import people, reasons, regions, signing
from editorial.checks.facts import Colour, Warn
from editorial.lifecycle import OPEN, Action, actions_for
from editorial.post import attachments_difference, defuse, difference, split_text, utf16_length
from editorial.roles import Role
from editorial.suggestion import CLOSED, REPLACED, Attachment, Author, Content, Decision, Origin, Status, Suggestion
from handlers import keyboards, moments, texts
from handlers.context import Desk
from handlers.keyboards import MOST_BUTTONS, Button
from handlers.payloads import Payload

#: The longest message VK takes, UTF-16 units.
LONGEST_MESSAGE: Final = 4096
#: Attachments VK takes in a message.
MOST_ATTACHMENTS: Final = 10
#: Kinds that can be shown in a chat by their reference.
SHOWABLE: Final = frozenset({"photo", "video", "audio", "doc", "poll", "market", "clip", "story", "podcast"})
#: Places of an edit that a card shows.
MOST_CHANGES: Final = 6
#: Room kept for the part of the card that is not the text, UTF-16 units.
_ROOM: Final = 1500

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


@dataclass(frozen=True, slots=True)
class CardMessage:
    """``parts`` precede the message with the buttons; ``digest`` changes with anything but the age shown."""

    text: str
    parts: tuple[str, ...] = ()
    keyboard: dict[str, Any] | None = None
    attachments: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """An open menu: lines below the card, its buttons without «Назад»; ``preview`` is shown in the news's place."""

    lines: Sequence[str]
    buttons: Sequence[Button]
    width: int = 2
    preview: Content | None = None


@dataclass(frozen=True, slots=True)
class AuthorFacts:
    """What the desk knows of an author beyond the suggestion itself.

    ``sent`` and ``accepted`` count their news, this one included; ``too_many``: how much came within a day, when
    that is more than one author may send.  ``latest`` are the newest posts of their region.
    """

    sent: int = 0
    accepted: int = 0
    too_many: int = 0
    latest: Sequence[Suggestion] = ()


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """A digest as it would go out now."""

    text: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a card is drawn from besides the suggestion.

    ``view``: the open menu.  ``uncertain``: the publication was sent and nobody knows whether it arrived;
    ``asked``: people are asked about it.  ``new_post``: the community's own key may post.  ``photos_stuck``: its
    photos cannot be uploaded now.  ``deciders``: names by id.  ``more``: word and label of what stands behind
    «Ещё»; ``covered``: its pictures must not be shown yet; ``menu``: the menu of one of these, when it is open.
    ``networks``: their lines; ``off_the_wall``: what became of a post that does not stand on VK any more.
    ``digest``: when the card shows one; ``line``: what a digest says about the piece.
    ``joint``: lines about the news that goes out in its post.
    ``claimed``: who looks at it, until when; ``needs_two``: two people have to approve, ``signed``: who has, when.
    """

    now: datetime
    desk: Desk
    view: Mapping[str, Any] = field(default_factory=dict)
    uncertain: bool = False
    asked: bool = False
    paused: bool = False
    letter_held: bool = False
    new_post: bool = False
    photos_stuck: bool = False
    deciders: Mapping[int, str] = field(default_factory=dict)
    about: AuthorFacts | None = None
    more: Sequence[tuple[str, str]] = ()
    networks: Sequence[str] = ()
    off_the_wall: str | None = None
    similar: Sequence[str] = ()
    warnings: Sequence[Warn] = ()
    covered: bool = False
    menu: Menu | None = None
    digest: DigestFacts | None = None
    line: str | None = None
    joint: Sequence[str] = ()
    claimed: tuple[int, datetime] | None = None
    signed: tuple[int, datetime] | None = None
    needs_two: bool = False


def card(suggestion: Suggestion, facts: Facts) -> CardMessage:
    """The card as it is now."""
    preview = facts.menu.preview if facts.menu is not None else None
    seen = suggestion if preview is None else _instead(suggestion, preview)
    if preview is not None:  # the menu says what is to be minded in it
        facts = replace(facts, similar=(), warnings=())
    shown, left_out = _attachments(seen, covered=facts.covered)
    age = moments.ago(suggestion.received_at, facts.now)
    body, parts = _body(seen, facts)
    sections = (
        _left_out_lines(suggestion, left_out),
        _difference_lines(suggestion),
        list(facts.similar),
        [*_notice_lines(suggestion, facts), status_line(suggestion, facts), *facts.networks],
        _menu_lines(facts),
    )
    tail = "\n\n".join("\n".join(lines) for lines in sections if lines)
    below = _fitting(tail, LONGEST_MESSAGE - utf16_length(body) - 600)
    head = f"{_head(suggestion, facts)} · {age}"
    about = _about(suggestion, facts)
    said = [part for part in (*about[:1], _local_time(suggestion, facts), *about[1:]) if part]
    text = (
        "\n".join(part for part in (head, " · ".join(said), *_about_region(facts)) if part)
        + f"\n\n{body}\n\n{below}"
    )
    keyboard = _keyboard(suggestion, facts)
    digest = _digest(_head(suggestion, facts), about, *_about_region(facts), body, below, parts, keyboard, shown)
    return CardMessage(text, parts, keyboard, shown, digest)


def _instead(suggestion: Suggestion, content: Content) -> Suggestion:
    return replace(suggestion, edited_text=content.text, edited_attachments=content.attachments)


def _digest(*shown: object) -> str:
    return hashlib.sha256(json.dumps(shown, ensure_ascii=True).encode()).hexdigest()[:24]


def _fitting(text: str, limit: int) -> str:
    if utf16_length(text) <= limit:
        return text
    return split_text(text, max(limit - 1, 2))[0].rstrip() + "…"


# ------------------------------------------------------------------------------------------- head, text


def _head(suggestion: Suggestion, facts: Facts) -> str:
    if facts.digest is not None:
        return texts.digest_head(suggestion.number, facts.digest.pieces)
    region = regions.by_code(suggestion.region)
    author = link_to(suggestion.author_id, suggestion.author)
    if suggestion.origin is Origin.SOURCE and not suggestion.author_id:
        author = plain_name(str((suggestion.behind or {}).get("title") or "")) or author
    parts = [f"№ {suggestion.number}", author]
    if region is not None and facts.about is not None:
        return " · ".join(parts)  # the line below says where it is from, and what time it is there
    return " · ".join([*parts, *([region.short_name] if region else _unsure(suggestion))])


def _unsure(suggestion: Suggestion) -> list[str]:
    """A region the text speaks of is only offered; nobody's word is taken for it."""
    interregional = suggestion.author is not None and suggestion.author.role == people.INTERREGIONAL
    if suggestion.status not in OPEN or interregional:
        return []
    guess = regions.region_of_text(suggestion.text)
    return [texts.maybe_region(guess.short_name) if guess else texts.REGION_UNKNOWN]


def _about(suggestion: Suggestion, facts: Facts) -> list[str]:
    """Who the author is, in a line; the first part says from where."""
    known = facts.about
    if known is None:
        return []
    author = suggestion.author or Author(0)
    interregional = author.role == people.INTERREGIONAL
    region = regions.by_code(suggestion.region)
    place = region.name if region else people.ROLES[people.INTERREGIONAL] if interregional else ""
    parts = [place, defuse(plain_name(author.organisation or ""))]
    if author.role and not interregional:
        parts.append(people.ROLES.get(author.role, ""))
    if (author.region or author.organisation) and not author.confirmed:
        parts.append(texts.UNCONFIRMED)
    if author.blocked:
        parts.append(texts.BLOCKED_MARK)
    if suggestion.author_id:
        parts.append(texts.NEW_AUTHOR if known.sent <= 1 else texts.accepted(known.accepted, known.sent))
    if known.too_many:
        parts.append(texts.too_many_today(known.too_many))
    if suggestion.corrects:
        parts.append(texts.corrected_line(suggestion.corrects))
    return [part for part in parts if part]


def _local_time(suggestion: Suggestion, facts: Facts) -> str:
    """What time it is where the author is; it is not what makes a card outdated."""
    author, region = suggestion.author, regions.by_code(suggestion.region)
    name = (author.zone if author else None) or (region.zone if region else None)
    zone = ZoneInfo(name) if name and facts.about is not None else None
    if zone is None or facts.now.astimezone(zone).utcoffset() == facts.now.astimezone(facts.desk.zone).utcoffset():
        return ""
    return texts.local_time(moments.clock(facts.now, zone), moments.whose(zone, facts.now))


def _about_region(facts: Facts) -> list[str]:
    if facts.about is None or not facts.about.latest:
        return []
    posts = []
    for post in facts.about.latest:
        day = post.published_at.astimezone(facts.desk.zone).strftime("%d.%m") if post.published_at else ""
        words = " ".join(defuse(post.text).split())
        posts.append(f"{day} № {post.number} «{words[:32].rstrip()}…»" if len(words) > 32 else f"{day} «{words}»")
    return [texts.latest_of_region(posts)]


def link_to(vk_id: int | None, author: Author | None) -> str:
    """A person or community as a link, by name when it is known."""
    if not vk_id:
        return texts.AUTHOR_UNKNOWN
    page = f"id{vk_id}" if vk_id > 0 else f"club{-vk_id}"
    return f"[{page}|{plain_name(author.name if author else '') or page}]"


def plain_name(name: str) -> str:
    """A name without the signs that would break a link."""
    return " ".join("".join(" " if sign in "[]|" else sign for sign in name).split())[:60]


def _body(suggestion: Suggestion, facts: Facts) -> tuple[str, tuple[str, ...]]:
    """The text for the card itself and, when it is too long for one message, the messages before it."""
    text = defuse(suggestion.text.strip() if facts.digest is None else facts.digest.text)
    if facts.digest is not None and not text:
        return texts.DIGEST_EMPTY, ()
    if not text:
        return texts.NO_TEXT, ()
    if utf16_length(text) <= LONGEST_MESSAGE - _ROOM:
        return text, ()
    pieces = [piece.strip("\n") for piece in split_text(text, LONGEST_MESSAGE - 60)]
    total = len(pieces)
    parts = tuple(
        f"№ {suggestion.number}, текст {place}/{total}\n{piece}" for place, piece in enumerate(pieces, start=1)
    )
    where = moments.counted(total, "сообщении", "сообщениях", "сообщениях")
    return texts.TEXT_ABOVE.format(parts=where), parts


# ------------------------------------------------------------------------------------------- attachments


def _attachments(
    suggestion: Suggestion, *, covered: bool = False
) -> tuple[tuple[str, ...], tuple[Attachment, ...]]:
    """References a chat can show, and the attachments it cannot; nothing of what is covered."""
    if covered:
        return (), ()
    shown: list[str] = []
    left_out: list[Attachment] = []
    for attachment in suggestion.attachments:
        reference = attachment.reference
        if attachment.kind in SHOWABLE and reference and len(shown) < MOST_ATTACHMENTS:
            shown.append(reference)
        else:
            left_out.append(attachment)
    return tuple(shown), tuple(left_out)


def _left_out_lines(suggestion: Suggestion, left_out: Sequence[Attachment]) -> list[str]:
    lines = []
    for attachment in left_out:
        title = f" «{defuse(' '.join(attachment.title.split()))[:80]}»" if attachment.title else ""
        where = attachment.url if attachment.kind == "link" else None
        lines.append(f"+ {texts.kind_of(attachment.kind)}{title}: {where or suggestion.link}")
    return lines


# ------------------------------------------------------------------------------------------- difference


def _difference_lines(suggestion: Suggestion) -> list[str]:
    lines: list[str] = []
    if suggestion.digest:
        return lines
    if suggestion.previous is not None and suggestion.trouble == "author_edited":
        lines += _changes(texts.DIFFERENCE_AUTHOR, suggestion.previous, suggestion.content)
    if suggestion.edited != suggestion.tidied and not suggestion.joint:
        lines += _changes(texts.DIFFERENCE_DESK, suggestion.tidied, suggestion.edited)
    return lines


def _changes(title: str, old: Content, new: Content) -> list[str]:
    changes = difference(old.text, new.text)
    lines = [title]
    for change in changes[:MOST_CHANGES]:
        removed, added = _quoted(change.removed), _quoted(change.added)
        lines.append(" → ".join(part for part in (removed and f"− {removed}", added and f"+ {added}") if part))
    if len(changes) > MOST_CHANGES:
        lines.append(texts.and_more(len(changes) - MOST_CHANGES))
    media = attachments_difference(old, new)
    about_media = texts.attachments_changed(media.added, media.removed)
    if not about_media and old.attachments != new.attachments:
        about_media = texts.ATTACHMENTS_REORDERED
    if not changes:
        lines.append(texts.NO_WORDS_CHANGED)
    return [*lines, about_media] if about_media else lines


def _quoted(fragment: str) -> str:
    return f"«{defuse(' '.join(fragment.split()))}»" if fragment.strip() else ""


# ------------------------------------------------------------------------------------------- status


def status_line(suggestion: Suggestion, facts: Facts) -> str:
    """Where the suggestion stands, in a line or two."""
    decision = suggestion.decision
    match suggestion.status:
        case Status.PENDING:
            return _waiting(suggestion)
        case Status.SCHEDULED if facts.digest is not None and suggestion.decision is None and suggestion.due_at:
            return texts.digest_due(moments.say(suggestion.due_at, facts.now, facts.desk.zone), facts.paused)
        case Status.SCHEDULED:
            return _scheduled(suggestion, facts)
        case Status.PUBLISHING:
            if facts.uncertain:
                return texts.ASKED_OUT if facts.asked else texts.FINDING_OUT
            return texts.PUBLISHING
        case Status.PUBLISHED:
            return facts.off_the_wall or texts.out(suggestion.published_link, _proof(suggestion))
        case Status.RETURNED if decision:
            reason = texts.reason_label(decision.reason, decision.words)
            return texts.returned_status(defuse(reason), *_decided(decision, facts))
        case Status.REJECTED if decision:
            reason = texts.reason_label(decision.reason, decision.words)
            return texts.rejected_status(defuse(reason), *_decided(decision, facts))
        case Status.DIGEST:
            who = _name(decision.by, facts) if decision else ""
            return texts.digest_status(defuse(facts.line or ""), who)
        case Status.MERGED:
            return texts.merged_status(suggestion.merged_into or 0, _name(decision.by, facts) if decision else "")
        case Status.WITHDRAWN if suggestion.digest:
            return texts.DIGEST_CALLED_OFF_STATUS
        case Status.WITHDRAWN:
            return _withdrawn(suggestion, facts)
        case Status.EXPIRED if suggestion.trouble == "unanswered":
            return texts.LAPSED_CARD
        case Status.FAILED:
            if suggestion.trouble == "by_hand" and suggestion.origin is Origin.WALL:
                return texts.by_hand_status(suggestion.link)
            return texts.failed_status(suggestion.trouble or "refused")
    return texts.DESK_STATUS[suggestion.status].capitalize()


def _withdrawn(suggestion: Suggestion, facts: Facts) -> str:
    if suggestion.postponed_to:
        return texts.postponed_status(moments.say(suggestion.postponed_to, facts.now, facts.desk.zone))
    word, _, number = (suggestion.trouble or "").partition(":")
    if word == REPLACED and number.isdigit():
        return texts.replaced_status(int(number))
    if word == "suggested_too":
        return texts.SUGGESTED_TOO
    return texts.GONE_FROM_VK if word == "gone" else texts.WITHDRAWN_BY_AUTHOR


def _waiting(suggestion: Suggestion) -> str:
    if suggestion.trouble == "author_edited":
        return texts.WAITING_AGAIN
    if suggestion.trouble == "seen_again":
        return texts.WAITING_SEEN_AGAIN
    return texts.WAITING_UNDONE if suggestion.decision else texts.WAITING


def _scheduled(suggestion: Suggestion, facts: Facts) -> str:
    who = _name(suggestion.decision.by, facts) if suggestion.decision else ""
    if suggestion.trouble:
        line = texts.waits_for_vk(suggestion.trouble, who)
    elif suggestion.urgent or suggestion.due_at is None:
        line = texts.at_once(who)
    else:
        line = texts.queued(moments.say(suggestion.due_at, facts.now, facts.desk.zone), who)
    return f"{line}, {texts.PAUSED_MARK}" if facts.paused else line


def _decided(decision: Decision, facts: Facts) -> tuple[str, str]:
    same_day = decision.at.astimezone(facts.desk.zone).date() == facts.now.astimezone(facts.desk.zone).date()
    at = moments.hour(decision.at, facts.desk.zone)
    if not same_day:
        at = moments.say(decision.at, facts.now, facts.desk.zone)
    return _name(decision.by, facts), at


def _name(user_id: int, facts: Facts) -> str:
    return plain_name(facts.deciders.get(user_id, ""))


def _proof(suggestion: Suggestion) -> str:
    trouble = suggestion.trouble or ""
    if trouble.startswith("missing:"):
        return texts.missing(trouble.removeprefix("missing:"))
    return texts.PROOFS.get(suggestion.proof or "", texts.PROOF_PENDING)


def _notice_lines(suggestion: Suggestion, facts: Facts) -> list[str]:
    author = suggestion.author
    closed = author is not None and author.reachable is False
    lines = texts.warning_lines(facts.warnings)
    if facts.covered:
        lines.append(texts.covered(len(suggestion.attachments)))
    if closed and facts.letter_held:
        lines.append(texts.UNREACHABLE_CARD)
    lines += facts.joint
    if suggestion.origin is Origin.SOURCE and not suggestion.digest:
        lines.append(texts.source_notice(suggestion.link))
    if suggestion.status in CLOSED:
        return lines
    lines += _colleague_lines(facts)
    if facts.desk.signature != signing.USUAL and not suggestion.digest:
        will = facts.desk.signed(suggestion)
        lines.append(texts.signature_line(will.names_author, will.signed.line if will.signed else ""))
    if suggestion.without_photos:
        lines.append(texts.WITHOUT_PHOTOS_CHOSEN)
    elif facts.photos_stuck:
        lines.append(texts.without_photos(suggestion.photos_to_upload))
    return lines


# ------------------------------------------------------------------------------------------- menus and buttons


def _colleague_lines(facts: Facts) -> list[str]:
    """Who looks at the card, and who has signed."""
    zone = facts.desk.zone
    lines = []
    if facts.claimed is not None:
        who, until = facts.claimed
        lines.append(texts.claimed(_name(who, facts), moments.hour(until, zone)))
    if facts.signed is not None:
        who, at = facts.signed
        lines.append(texts.signed(_name(who, facts), moments.hour(at, zone)))
    elif facts.needs_two:
        lines.append(texts.TWO_SIGNATURES)
    return lines


def _menu_lines(facts: Facts) -> list[str]:
    view = facts.view
    if facts.menu is not None:
        return list(facts.menu.lines)
    match view.get("menu"):
        case "sure" if "warned" in view:
            red = [Warn(code, Colour.RED, about) for code, about in view["warned"]]
            return [*texts.warning_lines(red), texts.WORDS_SURE_QUESTION]
        case "sure":
            return [texts.SURE_QUESTION]
        case "more":
            return [texts.MENU_MORE]
        case "reject":
            return [texts.MENU_REJECT]
        case "return":
            return [texts.MENU_RETURN]
        case "days":
            return [texts.MENU_DAYS if view.get("days") else texts.MENU_NO_DAYS]
        case "slots":
            today = facts.now.astimezone(facts.desk.zone).date()
            label = moments.day_label(date.fromisoformat(view["day"]), today)
            whose = moments.whose(facts.desk.zone, facts.now)
            return [texts.MENU_SLOTS.format(day=label[:1].lower() + label[1:], whose=whose)]
        case "words":
            return [texts.waits_for_words(str(view.get("what")), _name(int(view.get("by", 0)), facts))]
    return []


def _keyboard(suggestion: Suggestion, facts: Facts) -> dict[str, Any] | None:
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
