"""Posts that are out and name an author who asked to be forgotten.

From the database the name goes at once, with the author's other data; from the wall and the networks it is taken by
deliveries, and what they cannot do stands on the card for a person.  A name that the words of the news themselves
say is shown to the moderators: what to do about it they decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from editorial import merging, signing
from editorial.suggestion import Origin, Status, Suggestion
from handlers import changes, crosspost, joint, own_posts
from handlers.context import Context

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Named:
    """``own``: the author's news that is out, ``credits``: what joint posts tell of, ``signed_by_vk``: those of the
    news whose signature VK puts itself, ``told``: all news whose history may say the name."""

    name: str
    told: frozenset[int]
    own: tuple[int, ...]
    signed_by_vk: frozenset[int]
    credits: joint.Credited


def named(context: Context, vk_id: int) -> Named:
    """Where the author is named; to be asked before anything is deleted."""
    author = context.unit.authors.get(vk_id)
    news = tuple(_news(context, vk_id))
    # A line of a digest names nobody, and its post is the digest's.
    out = [one for one in news if one.status is Status.PUBLISHED and one.proof != changes.IN_DIGEST]
    leads = {one.carrier for one in out if one.merged_into is not None or one.joint}
    return Named(
        " ".join(author.name.split()) if author else "",
        frozenset(number for one in news for number in (one.number, one.carrier)),
        tuple(sorted(one.number for one in out if one.merged_into is None)),
        frozenset(one.number for one in out if _signed_by_vk(one)),
        joint.credited_out(context, leads),
    )


def _signed_by_vk(news: Suggestion) -> bool:
    return (
        news.origin is Origin.WALL and news.merged_into is None and news.names_author and (news.author_id or 0) > 0
    )


def _news(context: Context, vk_id: int) -> Iterator[Suggestion]:
    before: int | None = None
    while some := context.unit.suggestions.by_author(vk_id, _AT_ONCE, before):
        yield from some
        before = some[-1].number


def take_off(context: Context, found: Named) -> int:
    """Take the name off these posts; how many bore it. To be called when the author's data are deleted."""
    signed: list[int] = []
    inside: list[tuple[int, int]] = []
    for number in sorted({*found.own, *found.credits}):
        suggestion = context.unit.suggestions.get(number)
        if suggestion is None:
            continue
        post = context.unit.posts.get(number) or crosspost.kept(context, suggestion, None)
        text = _without(context, suggestion, signing.unsigned(suggestion, post.content).text, found)
        if text != post.content.text or number in found.signed_by_vk:
            own_posts.unsign(context, suggestion, post, text)
            signed.append(number)
        if _says(text, found.name):
            inside.append((number, post.post_id or 0))
    context.unit.journal.unname(found.told, found.name)
    if signed:
        changes.note(context, "unsigned", posts=signed)
    if inside:
        changes.note(context, "named_inside", posts=inside)
    return len(signed)


def _without(context: Context, lead: Suggestion, text: str, found: Named) -> str:
    """The text of a joint post, crediting nobody by a name that is not known any more."""
    was = found.credits.get(lead.number)
    if was is None:
        return text
    now = joint.credited_out(context, [lead.number]).get(lead.number, was)
    if lead.edited_text is not None:
        wording = merging.recredited(lead.edited_text, was, now)
        after = replace(lead, edited_text=wording, version=lead.version + 1, updated_at=context.now)
        changes.store(context, lead, after, "credited")
    return merging.recredited(text, was, now)


def _says(text: str, name: str) -> bool:
    """Whether the text names the person, the family name first or last."""
    words = name.split()
    return len(words) > 1 and any(" ".join(order) in " ".join(text.split()) for order in (words, words[::-1]))
