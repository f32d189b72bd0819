"""What is published, and how texts are measured, split, shown safely and compared.

Lengths are UTF-16 units, as VK and the other platforms count them.  What a suggestion contains is decided by
:mod:`editorial.suggestion`; how a card looks is decided by the handlers.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from editorial.suggestion import Attachment, Content, Origin, Suggestion, comparable

#: The longest text of a wall post, UTF-16 units.
TEXT_LIMIT: Final = 15_000


@dataclass(frozen=True, slots=True)
class Post:
    """What goes to the wall.

    ``attachments`` are references in VK's form, in order.  ``signed``: with the author's name.  ``left_out``
    counts the attachments VK does not take back; a post that would lose something is for a person to decide.
    """

    text: str
    attachments: tuple[str, ...] = ()
    signed: bool = False
    left_out: int = 0

    @property
    def too_long(self) -> bool:
        return utf16_length(self.text) > TEXT_LIMIT


def compose(suggestion: Suggestion) -> Post:
    """The post a suggestion becomes.

    A person's news is signed unless the rule of signatures says otherwise: the author is credited, and the post can
    be told from a similar one by its signer.
    VK signs a new post with its publisher only, so one of another origin says its author in the text.  A joint post
    bears nobody's signature: who sent what stands in its text.
    """
    content = suggestion.for_publication
    of_wall = suggestion.origin is Origin.WALL
    references = [attachment.reference for attachment in content.attachments]
    known = tuple(reference for reference in references if reference)
    return Post(
        text=content.text,
        attachments=known,
        signed=of_wall and (suggestion.author_id or 0) > 0 and suggestion.names_author,
        left_out=len(references) - len(known) - (0 if of_wall else _to_upload(content)),
    )


def _to_upload(content: Content) -> int:
    """Photos that VK does not know yet; they are uploaded before the post is made."""
    return sum(one.kind == "photo" and one.reference is None for one in content.attachments)


def utf16_length(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


# ---------------------------------------------------------------------------------------------- showing safely

#: Invisible, breaks a mention apart.
_BREAK: Final = "\u200b"
_LIVE: Final = re.compile(r"[\[@*](?=[^\s\u200b])|&(?=#?\w{1,10};)")


def defuse(text: str) -> str:
    """The text with an invisible character where VK would see a mention, so that showing it calls nobody.

    Entities are broken too: «&#64;all» is a mention once VK has decoded it.
    """
    return _LIVE.sub(lambda sign: sign.group() + _BREAK, text)


# ------------------------------------------------------------------------------------------------- splitting

_MENTION: Final = re.compile(r"\[[^\[\]|\n]{1,200}\|[^\[\]\n]{1,500}\]|[@*]\w+ \([^()\n]{1,200}\)")
_PARAGRAPH: Final = re.compile(r"\n[^\S\n]*\n\s*")
_LINE: Final = re.compile(r"\n\s*")
#: Stops behind a sentence and the blanks after them; not the stop of an initial. Tried once for a row of stops.
_SENTENCE: Final = re.compile(r"(?:(?<!\b\w)(?<![.!?…])|(?<=\b\w[.!?…]))[.!?…]++[»”\")\]]*+\s++(?=[^\da-zа-яё])")
BLANK: Final = re.compile(r"\s+")
_SHORT_FORMS: Final = frozenset(
    {"ул", "им", "обл", "руб", "тыс", "млн", "млрд", "стр", "пос", "дер", "др", "пр", "пл", "просп", "корп"}
    | {"кв", "тел", "гг", "вв", "см", "напр"}
)
_LAST_WORD: Final = re.compile(r"(\w+)\.$")


def split_text(text: str, limit: int) -> tuple[str, ...]:
    """Parts of at most ``limit`` UTF-16 units which joined are the text again; an empty text has none.

    Cut at a paragraph, else a line, a sentence, a word; never inside a character with its marks, an emoji or a
    mention, unless one of those alone is longer than the limit.

    Raises:
        ValueError: the limit has no room for a single character.
    """
    if limit < 2:
        raise ValueError("a part needs room for two UTF-16 units")
    if not text:
        return ()
    if utf16_length(text) <= limit:
        return (text,)
    return tuple(_parts(text, limit))


def _parts(text: str, limit: int) -> Iterator[str]:
    units = [0, *accumulate(2 if ord(character) > 0xFFFF else 1 for character in text)]
    mentions = [match.span() for match in _MENTION.finditer(text)]
    start = 0
    while units[-1] - units[start] > limit:
        end = bisect_right(units, units[start] + limit) - 1
        cut = cut_place(text, start, end, mentions)
        yield text[start:cut]
        start = cut
    yield text[start:]


def cut_place(text: str, start: int, end: int, mentions: list[tuple[int, int]]) -> int:
    """Where the part that begins at ``start`` ends; it reaches at most to ``end``."""
    middle = start + (end - start) // 2
    for places, first in (
        (_ends(_PARAGRAPH, text, start, end), middle),
        (_ends(_LINE, text, start, end), middle),
        (sentence_ends(text, start, end), middle),
        (_ends(BLANK, text, start, end), start + 1),
    ):
        whole = [place for place in places if place >= first and not _inside(place, mentions)]
        if whole:
            return whole[-1]
    for place in range(end, start, -1):
        if not glued(text, place) and not _inside(place, mentions):
            return place
    return next((place for place in range(end, start, -1) if not glued(text, place)), end)


def _ends(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[int]:
    return [
        match.end() for match in pattern.finditer(text, start, end)
        if match.start() > start and not glued(text, match.end())
    ]  # fmt: skip


def sentence_ends(text: str, start: int, end: int) -> list[int]:
    return [
        match.end() for match in _SENTENCE.finditer(text, start, end)
        if not short_form(text, match.start()) and not glued(text, match.end())
    ]  # fmt: skip


def short_form(text: str, at: int) -> bool:
    word = _LAST_WORD.search(text, max(0, at - 20), at + 1)
    return word is not None and word[1].lower() in _SHORT_FORMS


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    at = bisect_right(spans, (place, -1)) - 1
    return at >= 0 and spans[at][0] < place < spans[at][1]


def glued(text: str, place: int) -> bool:
    """Whether the characters on both sides of the place are one sign to a reader."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if "\u200d" in (before, after) or _is_mark(after) or before + after == "\r\n":
        return True
    if "\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff":
        return True
    return _is_flag_half(before) and _is_flag_half(after) and _flag_halves_before(text, place) % 2 == 1


def _is_mark(character: str) -> bool:
    """Combining marks, variation selectors, skin tones, the tail of a regional flag."""
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_halves_before(text: str, place: int) -> int:
    first = place
    while first > 0 and _is_flag_half(text[first - 1]):
        first -= 1
    return place - first


# ------------------------------------------------------------------------------------------------- comparing

#: Signs nobody sees, and marks that hide what stands below: networks drop some of them from what they are sent.
_DROPPED: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u030a\u0333\u033f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe0e\ufe0f\ufeff]"
)


def same_words(sent: str, seen: str) -> bool:
    """Whether a text that a network shows is the one that was sent: blanks and what nobody sees may differ."""
    return _DROPPED.sub("", sent).split() == _DROPPED.sub("", seen).split()


#: A fragment longer than this is shown by its beginning and its end. Characters.
_FRAGMENT: Final = 160
#: More edits than this (words added and removed) are a new text.
_MOST_EDITS: Final = 300
#: Two changes with no more than so many characters kept between them read better as one.
_NEXT_TO_NOTHING: Final = 2
_TOKEN: Final = re.compile(r"(?:\w+|[^\w\s])\s*")


@dataclass(frozen=True, slots=True)
class Change:
    """One place of an edit: what stood there and what stands there now; either may be empty."""

    removed: str
    added: str


@dataclass(frozen=True, slots=True)
class AttachmentsChange:
    """How many attachments were added and removed."""

    added: int = 0
    removed: int = 0


def difference(old: str, new: str) -> tuple[Change, ...]:
    """What changed from one text to the other, by words, in order; blanks do not count, long fragments are cut.

    A text that was written anew is one change.
    """
    before, after = _TOKEN.findall(comparable(old)), _TOKEN.findall(comparable(new))
    return tuple(
        Change(_shortened("".join(before[i1:i2])), _shortened("".join(after[j1:j2])))
        for i1, i2, j1, j2 in _changed(_words(before), _words(after))
    )


def _words(tokens: list[str]) -> list[str]:
    return [token.rstrip() for token in tokens]


def _changed(before: list[str], after: list[str]) -> list[tuple[int, int, int, int]]:
    """The stretches that differ; two with next to nothing between them are one."""
    stretches: list[tuple[int, int, int, int]] = []
    i1 = j1 = 0
    for i2, j2 in [*_kept(before, after), (len(before), len(after))]:
        if (i1, j1) != (i2, j2):
            last = stretches[-1] if stretches else None
            if last and len("".join(before[last[1] : i1])) <= _NEXT_TO_NOTHING:
                stretches[-1] = (last[0], i2, last[2], j2)
            else:
                stretches.append((i1, i2, j1, j2))
        i1, j1 = i2 + 1, j2 + 1
    return stretches


def _kept(before: list[str], after: list[str]) -> list[tuple[int, int]]:
    """Which words stayed, as pairs of places: Myers' shortest edit, given up beyond :data:`_MOST_EDITS`.

    Its cost is bounded by the number of edits, so that no text a stranger sends can hold up the desk.
    """
    first = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
    start = min(len(before), len(after)) if first is None else first
    reach = {1: start}
    steps: list[dict[int, int]] = []
    for edits in range(_MOST_EDITS + 1):
        steps.append(dict(reach))
        for diagonal in range(-edits, edits + 1, 2):
            x = _step(reach, edits, diagonal)
            while x < len(before) and x - diagonal < len(after) and before[x] == after[x - diagonal]:
                x += 1
            reach[diagonal] = x
            if x >= len(before) and x - diagonal >= len(after):
                return _walked_back(steps, x, x - diagonal)
    return [(at, at) for at in range(start)]


def _step(reach: dict[int, int], edits: int, diagonal: int) -> int:
    """Where the furthest path onto the diagonal with one more edit begins."""
    if diagonal == -edits or (diagonal != edits and reach[diagonal - 1] < reach[diagonal + 1]):
        return reach[diagonal + 1]
    return reach[diagonal - 1] + 1


def _walked_back(steps: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for edits in range(len(steps) - 1, -1, -1):
        diagonal = x - y
        begin = _step(steps[edits], edits, diagonal) if edits else 0
        while x > begin and y > 0:
            x, y = x - 1, y - 1
            kept.append((x, y))
        if edits:
            inserted = steps[edits].get(diagonal + 1) == x
            x, y = (x, y - 1) if inserted else (x - 1, y)
    return kept[::-1]


def _shortened(fragment: str) -> str:
    text = fragment.strip()
    if len(text) <= _FRAGMENT:
        return text
    half = _FRAGMENT // 2
    return f"{text[:half].rstrip()} … {text[-half:].lstrip()}"


def attachments_difference(old: Content, new: Content) -> AttachmentsChange:
    """How many attachments came and went; a photo VK moved to the community is still the same photo."""
    before = Counter(attachment.identity for attachment in old.attachments)
    after = Counter(attachment.identity for attachment in new.attachments)
    gone, come = (before - after).total(), (after - before).total()
    rehomed = min(
        _photos(old.attachments, before - after, of_people=True),
        _photos(new.attachments, after - before, of_people=False),
    )
    return AttachmentsChange(added=come - rehomed, removed=gone - rehomed)


def _photos(attachments: Iterable[Attachment], changed: Counter[str], *, of_people: bool) -> int:
    return sum(
        attachment.kind == "photo"
        and attachment.identity in changed
        and ((attachment.owner_id or 0) > 0) == of_people
        for attachment in attachments
    )


def published_mismatch(wanted: Content, seen: Content) -> str | None:
    """What a published post lacks of what was wanted, or None when it is whole.

    "text"; "attachments:2/3" (seen / wanted); "order".  VK may give photos new ids and turn links into snippets
    or back, so kinds are compared, and a link counts as there when the text has it.
    """
    if comparable(wanted.text) != comparable(seen.text):
        return "text"
    want, have = _without_links(wanted), _without_links(seen)
    links = [attachment for attachment in wanted.attachments if attachment.kind == "link"]
    kept = _links_kept(links, seen)
    if Counter(want) != Counter(have) or kept < len(links):
        shown = (Counter(want) & Counter(have)).total() + kept
        return (
            f"attachments:{shown if shown < len(want) + len(links) else len(have) + kept}/{len(want) + len(links)}"
        )
    return "order" if want != have or _reordered(wanted, seen) else None


def _without_links(content: Content) -> list[str]:
    return [attachment.kind for attachment in content.attachments if attachment.kind != "link"]


def _links_kept(links: list[Attachment], seen: Content) -> int:
    snippets = sum(attachment.kind == "link" for attachment in seen.attachments)
    in_text = sum(bool(link.url) and (link.url or "") in seen.text for link in links)
    return min(len(links), max(snippets, in_text))


def _reordered(wanted: Content, seen: Content) -> bool:
    """Whether the very same attachments stand in another order."""
    before, after = (
        [attachment.identity for attachment in content.attachments if attachment.kind != "link"]
        for content in (wanted, seen)
    )
    return before != after and sorted(before) == sorted(after)
