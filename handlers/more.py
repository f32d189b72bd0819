"""The menu «Ещё» of a card: everything that has no place among its main buttons, registered here.

A new entry is one line of ``ENTRIES`` and one module with its functions, which must not import this one, nor
``review``.  The right to press is checked before ``press`` is called: a moderator, in their chat, on a card that
shows the suggestion as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from editorial.suggestion import Suggestion
from handlers import again, digest, editing, merging, network_menu, placing, preview, registry, texts
from handlers.card_facts import Menu
from handlers.context import Context
from handlers.payloads import Payload
from handlers.person import Person

Press: TypeAlias = Callable[[Context, Person, Suggestion, Payload], str]
Shown: TypeAlias = Callable[[Context, Suggestion], bool]
Draw: TypeAlias = Callable[[Context, Suggestion, Mapping[str, Any]], Menu]


def always(_context: Context, _suggestion: Suggestion) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Entry:
    """``word`` is what its buttons carry (with any ``arg``), ``label`` what is read.

    ``press`` does what follows and returns the snackbar; it may open a menu of its own with
    ``changes.open_menu(context, number, {"menu": word, ...})``, which ``draw`` then draws from that view.
    ``digests``: is there for digests too, which are no news.  ``named``: a label that depends on the desk.
    """

    word: str
    label: str
    press: Press
    shown: Shown = always
    draw: Draw | None = None
    digests: bool = False
    named: Callable[[Context], str] | None = None


ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(editing.STYLE, texts.STYLE_ENTRY, editing.set_in_style, editing.editable),
    Entry(editing.RUBRIC, texts.RUBRIC_ENTRY, editing.choose_rubric, editing.editable, editing.rubric_menu),
    Entry(editing.MEDIA, texts.MEDIA_ENTRY, editing.arrange, editing.has_attachments, editing.arrange_menu),
    Entry(editing.ORIGINAL, texts.ORIGINAL_ENTRY, editing.as_sent, merging.alone(editing.was_changed)),
    Entry(merging.WORD, texts.JOIN_ENTRY, merging.press, merging.shown, merging.draw),
    Entry(merging.APART, texts.PART_ENTRY, merging.part, merging.may_part),
    Entry(
        network_menu.WORD,
        texts.NETWORKS_ENTRY,
        network_menu.press,
        network_menu.shown,
        network_menu.menu,
        digests=True,
        named=network_menu.label,
    ),
    Entry(preview.WORD, texts.PREVIEW_ENTRY, preview.press, preview.shown),
    Entry(placing.WORD, texts.REGION_ENTRY, placing.press, placing.shown, placing.draw),
    Entry(digest.LINES, texts.DIGEST_LINES, digest.press_lines, digest.is_digest, digest.lines_menu, digests=True),
    Entry(digest.WORDING, texts.DIGEST_WORD, digest.press_wording, digest.is_piece),
    Entry(registry.WORD, registry.LABEL, registry.pressed, registry.offered, registry.drawn),
    Entry(again.WORD, again.LABEL, again.press, again.shown, digests=True),
)


def available(context: Context, suggestion: Suggestion, entry: Entry) -> bool:
    """Whether the entry is there for this suggestion now."""
    return (entry.digests or not suggestion.digest) and entry.shown(context, suggestion)


def by_word(word: str) -> Entry | None:
    return next((entry for entry in ENTRIES if entry.word == word), None)


def offered(context: Context, suggestion: Suggestion) -> Sequence[tuple[str, str]]:
    """Word and label of what the menu has for this suggestion now."""
    return tuple(
        (entry.word, entry.named(context) if entry.named is not None else entry.label)
        for entry in ENTRIES
        if available(context, suggestion, entry)
    )


def drawn(context: Context, suggestion: Suggestion, view: Mapping[str, Any]) -> Menu | None:
    """The open menu, when it is one of an entry."""
    entry = by_word(str(view.get("menu")))
    return entry.draw(context, suggestion, view) if entry is not None and entry.draw is not None else None
