"""A story as Telegram shows it: which parts it has, and what each of them says. Pure.

::

    text ≤ 1,024 with files   ─▶ photo or album with a caption
    longer text with files    ─▶ photo or album │ text, as a reply to it
    no files                  ─▶ text
    documents besides photos  ─▶ …              │ documents, as a reply
    a poll                    ─▶ …              │ a poll of Telegram's own
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from bot.targets.enclosed import Enclosed, enclosed, with_lines
from editorial.markup import Rich, decoded, link, parse
from editorial.networks import Part, Story
from editorial.post import utf16_length
from editorial.render import telegram, telegram_length
from editorial.shorten import shorten
from editorial.suggestion import Attachment
from handlers import texts

TEXT_LIMIT: Final = 4096
CAPTION_LIMIT: Final = 1024
MOST_IN_ALBUM: Final = 10
#: Longest question and answer of a poll, and how many answers.
POLL_QUESTION: Final = 300
POLL_OPTION: Final = 100
POLL_OPTIONS: Final = 12


def parts_of(story: Story) -> tuple[Part, ...]:
    """The story in parts, in the order in which they go out."""
    inside = _inside(story)
    polls = [poll for one in story.attachments if (poll := _poll(one))]
    text = _whole_text(story, inside, says_something=bool(polls))
    pictures = [
        inside.pictures[start : start + MOST_IN_ALBUM] for start in range(0, len(inside.pictures), MOST_IN_ALBUM)
    ]
    files = [("photos", group) for group in pictures]
    if not pictures and len(inside.documents) == 1:
        files = [("documents", inside.documents)]
    captioned = bool(files) and telegram_length(text) <= CAPTION_LIMIT
    parts: list[Part] = []
    for place, (kind, group) in enumerate(files):
        parts.append(Part(kind, _body(text if captioned and place == 0 else Rich()), group))
    if not captioned and text.text:
        short = shorten(text, TEXT_LIMIT, telegram_length, _tail(story))
        notes = ("text_shortened",) if short is not text else ()
        parts.append(Part("text", _body(short) | {"preview": _preview(inside, bool(files))}, notes=notes))
    if inside.documents and files != [("documents", inside.documents)]:
        parts += [
            Part("documents", _body(Rich()), inside.documents[start : start + MOST_IN_ALBUM])
            for start in range(0, len(inside.documents), MOST_IN_ALBUM)
        ]
    parts += [Part("poll", _body(Rich()) | {"poll": poll}) for poll in polls]
    if parts:
        parts[0] = replace(parts[0], notes=(*parts[0].notes, *inside.notes))
    return tuple(parts)


def _inside(story: Story, left_out: Sequence[str] = ()) -> Enclosed:
    """The attachments without the polls that go out as polls."""
    return enclosed((one for one in story.attachments if not _poll(one)), left_out)


def _poll(attachment: Attachment) -> dict[str, Any] | None:
    """The poll as Telegram takes it; None when it is none, or does not fit and is named by a link."""
    options = [" ".join(decoded(one).split()) for one in (attachment.answers or "").split("\n")]
    question = " ".join(decoded(attachment.title or "").split())
    if attachment.kind != "poll" or not 1 <= utf16_length(question) <= POLL_QUESTION or not all(options):
        return None
    fits = len(options) <= POLL_OPTIONS and all(utf16_length(one) <= POLL_OPTION for one in options)
    several = {"several": True} if attachment.several else {}
    return {"question": question, "options": options, **several} if fits else None


def _whole_text(story: Story, inside: Enclosed, *, says_something: bool = False) -> Rich:
    says_something = says_something or bool(inside.pictures or inside.documents)
    text = with_lines(parse(story.text).stripped(), story, inside.named)
    if not telegram(text)[0] and not says_something and story.link:
        return link(texts.OPEN_POST, story.link)
    return text


def _tail(story: Story) -> Rich | None:
    return link(texts.READ_ON, story.link) if story.link else None


def _body(text: Rich) -> dict[str, Any]:
    plain, entities = telegram(text)
    return {"text": plain, "entities": [dict(entity) for entity in entities]}


def _preview(inside: Enclosed, with_files: bool) -> dict[str, Any]:
    """A page is shown under the text only where it is what the post is about: its attached link."""
    pages = [one.url for one in inside.named if one.kind == "link" and one.url]
    return {"url": pages[0]} if pages and not with_files else {"is_disabled": True}


def body_without(story: Story, part: Part, gone: Sequence[str], *, has_files: bool) -> dict[str, Any]:
    """The text of a part when files are missing: it names them by a link, within the same limit."""
    inside = _inside(story, gone)
    if part.kind != "text" and not part.body["text"]:
        if has_files:
            return part.body
        named = [one for one in part.media if one.identity in gone]
        return _body(with_lines(Rich(), story, named))
    limit = CAPTION_LIMIT if has_files else TEXT_LIMIT
    text = shorten(_whole_text(story, inside), limit, telegram_length, _tail(story))
    return _body(text) | {"preview": part.body.get("preview")}


def whole_body(story: Story, limit: int) -> dict[str, Any]:
    """The whole text within a limit, for a message that cannot have the files it should have."""
    return _body(shorten(_whole_text(story, _inside(story)), limit, telegram_length, _tail(story)))
