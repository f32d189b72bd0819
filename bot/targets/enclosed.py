"""What of a post's attachments goes along to a messenger as files, and how the rest is named in its text.

Pure: which files can be had, and which the messenger takes, shows itself only when they are sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from editorial.markup import Rich, decoded, link
from editorial.networks import Story
from editorial.suggestion import Attachment
from handlers import texts

PICTURES: Final = frozenset({"photo", "posted_photo", "graffiti"})
#: Kinds with a page of their own on VK.
_PAGED: Final = frozenset({"video", "clip", "wall", "album", "story", "podcast", "article", "page", "note"})
#: Kinds whose page has an address that VK tells and nobody could make up.
_ADDRESSED: Final = frozenset({"article", "page", "note"})
_SHORT_KINDS: Final = {"posted_photo": "photo", "doc": "document"}
_LONGEST_TITLE: Final = 100


@dataclass(frozen=True, slots=True)
class Enclosed:
    """The attachments by what becomes of them, each group in its order; ``notes`` tell of those named only."""

    pictures: tuple[Attachment, ...]
    documents: tuple[Attachment, ...]
    named: tuple[Attachment, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """Stable words for the card: ``video_as_link``, ``poll_as_link``, …; a link is nothing to tell of."""
        kinds = dict.fromkeys(kind_word(one) for one in self.named if one.kind != "link")
        return tuple(f"{kind}_as_link" for kind in kinds)


def enclosed(attachments: Iterable[Attachment], left_out: Collection[str] = ()) -> Enclosed:
    """``left_out`` are identities of files that could not be had or were not taken."""
    groups: dict[str, list[Attachment]] = {"pictures": [], "documents": [], "named": []}
    for one in attachments:
        if one.identity in left_out:
            groups["named"].append(one)
        elif one.kind in PICTURES:
            groups["pictures"].append(one)
        elif one.kind == "doc":
            groups["documents"].append(one)
        else:
            groups["named"].append(one)
    return Enclosed(*(tuple(group) for group in groups.values()))


def kind_word(attachment: Attachment) -> str:
    """The kind as it stands in notes."""
    return _SHORT_KINDS.get(attachment.kind, attachment.kind)


def with_lines(text: Rich, story: Story, named: Iterable[Attachment]) -> Rich:
    """The text with a line for each attachment that is only named; what the text links already is left out."""
    known = {span.url.rstrip("/") for span in text.spans}
    lines: list[Rich] = []
    pictures = [one for one in named if one.kind in PICTURES]
    for one in named:
        url = address_of(one, story)
        if one in pictures or (one.kind == "link" and (url is None or url.rstrip("/") in known)):
            continue
        lines.append(_line(one, url))
    if pictures and story.link:
        lines.append(link(texts.left_out_line(len(pictures)), story.link))
    for number, line in enumerate(lines):
        gap = "\n" if number else "\n\n"
        text = (text.stripped() + Rich(gap) if text.text.strip() else Rich()) + line
    return text


def _line(attachment: Attachment, url: str | None) -> Rich:
    title = " ".join(decoded(attachment.title or "").split())[:_LONGEST_TITLE]
    named = texts.attachment_named(attachment.kind, title)
    label = named if attachment.kind != "link" else title or url or ""
    return link(label, url) if url else Rich(label)


def address_of(attachment: Attachment, story: Story) -> str | None:
    """Where a reader finds the attachment: its own page, else the post on VK."""
    if attachment.kind == "link" or (attachment.kind in _ADDRESSED and attachment.url):
        return attachment.url
    if attachment.kind in _PAGED and attachment.owner_id is not None and attachment.media_id is not None:
        return f"https://vk.com/{attachment.kind}{attachment.owner_id}_{attachment.media_id}"
    return story.link


def shown_name(attachment: Attachment, own: str) -> str:
    """The name under which readers see a document: its title, fit for a file name; otherwise our ``own`` one."""
    if attachment.kind != "doc" or not attachment.title:
        return own
    signs = (sign for sign in decoded(attachment.title) if sign.isprintable() and sign not in '/\\:*?"<>|;')
    shown = "".join(signs).strip(". ")[:80]
    return shown if "." in shown[-6:] else f"{shown or 'file'}.{own.rpartition('.')[2]}"
