"""How posts are signed: by the rule of the setting, from what is certain about the author."""

from __future__ import annotations

import re
from typing import Final

from editorial import people, regions
from editorial.suggestion import AUTHOR_LINE, Author, Content, Origin, Signed, Suggestion

REGION: Final = "region"
AUTHOR: Final = "author"
#: The rule when nobody chose one: VK names the author.
USUAL: Final = frozenset({AUTHOR})
#: What the setting may be.
RULES: Final = {
    "none": frozenset[str](),
    "author": USUAL,
    "region": frozenset({REGION}),
    "region+author": frozenset({REGION, AUTHOR}),
}
#: Below the text; a council is a source, a region alone only says where the news is from.
LINE: Final = "Источник: {name}"
#: What several regions' pieces in one post say of their sources themselves.
_CREDITED: Final = re.compile(r"^По сообщениям", re.MULTILINE)
_AUTHOR: Final = re.compile(re.escape(AUTHOR_LINE.format(name="")) + r"[^\W\d_][\w'’. -]{0,80}")
#: They speak for the council of their region.
_COUNCIL: Final = frozenset({"press", "director"})


def signed(suggestion: Suggestion, rule: frozenset[str], council: str) -> Signed | None:
    """How the post is to be signed; None is the usual way.

    ``council`` is what a region's council is called, with ``{региона}`` for the region's name in the genitive.  A
    digest, news found at a source and a post of several regions say where they are from by themselves.
    """
    if rule == USUAL or suggestion.origin is Origin.SOURCE:
        return None
    says_itself = _CREDITED.search(suggestion.text) is not None
    name = _name(suggestion, council) if REGION in rule and not says_itself else ""
    return Signed(AUTHOR in rule, LINE.format(name=name) if name else "")


def unsigned(suggestion: Suggestion, seen: Content) -> Content:
    """What is kept of a post of news whose author asked to be forgotten, or is not known for another reason.

    ``seen`` may still bear the line that said who sent it: it stood there before.
    """
    if suggestion.author_id is not None or suggestion.origin is not Origin.DIALOGUE:
        return seen
    above, _, last = seen.text.rpartition("\n\n")
    kept = "\n".join(line for line in last.split("\n") if not _AUTHOR.fullmatch(line))
    text = "\n\n".join(part for part in (above, kept) if part)
    return seen if text == seen.text else seen.with_text(text)


def _name(suggestion: Suggestion, council: str) -> str:
    """Who the news is from; what an author only claims to be stands under no post."""
    author, region = suggestion.author or Author(0), regions.by_code(suggestion.region)
    if author.role == people.INTERREGIONAL:
        return " ".join((author.organisation or "").split()) if author.confirmed else ""
    if region is None:
        return ""
    speaks_for_council = author.confirmed and author.role in _COUNCIL and author.region == region.code
    return council.replace("{региона}", region.genitive) if speaks_for_council else region.name
