"""What a moderator sees: one card for a suggestion, first the fact, then the buttons.

A card is a pure function of the suggestion and of what it is shown with; the same card is for everybody in the
chat.  Who may press a button is decided when it is pressed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from editorial import people, regions
from editorial.lifecycle import OPEN
from editorial.post import attachments_difference, defuse, difference, split_text, utf16_length
from editorial.suggestion import Attachment, Author, Content, Origin, Suggestion
from handlers import moments, texts
from handlers.card_buttons import keyboard
from handlers.card_facts import Facts
from handlers.card_status import menu_lines, notice_lines, status_line
from handlers.names import link_to, plain_name

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
#: Of that, the part above the text.
_HEAD_ROOM: Final = 600


@dataclass(frozen=True, slots=True)
class CardMessage:
    """``parts`` precede the message with the buttons; ``digest`` changes with anything but the age shown."""

    text: str
    parts: tuple[str, ...] = ()
    keyboard: dict[str, Any] | None = None
    attachments: tuple[str, ...] = ()
    digest: str = ""


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
        [*notice_lines(suggestion, facts), status_line(suggestion, facts), *facts.networks],
        menu_lines(facts),
    )
    tail = "\n\n".join("\n".join(lines) for lines in sections if lines)
    below = _fitting(tail, LONGEST_MESSAGE - utf16_length(body) - _HEAD_ROOM)
    head = f"{_head(suggestion, facts)} · {age}"
    about = _about(suggestion, facts)
    said = [part for part in (*about[:1], _local_time(suggestion, facts), *about[1:]) if part]
    text = (
        "\n".join(part for part in (head, " · ".join(said), *_about_region(facts)) if part)
        + f"\n\n{body}\n\n{below}"
    )
    buttons = keyboard(suggestion, facts)
    digest = _digest(_head(suggestion, facts), about, *_about_region(facts), body, below, parts, buttons, shown)
    return CardMessage(text, parts, buttons, shown, digest)


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
