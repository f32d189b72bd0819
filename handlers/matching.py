"""Which suggestion a post on the wall is: VK gives a published suggestion a new number and says nothing of the old.

Pure comparisons of text, signature, time and attachments; what follows from a match is decided by the callers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

from editorial.suggestion import Content, Status, Suggestion, comparable
from handlers.events import WallPublished

#: How far VK's clock and ours may differ.
CLOCK_SLACK: Final = timedelta(minutes=3)
#: A text at least this long that is the beginning of ours is ours, cut by VK. Characters.
CUT_TEXT: Final = 2000
#: So alike, from 0 to 1, is the corrected form of a returned news item to it.
CORRECTED: Final = 0.2
#: A text of fewer words tells nothing about likeness.
_FEW_WORDS: Final = 8
#: Where a suggestion stands when a post of its text appears: the likeliest first.
_LIKELY: Final = (
    Status.PUBLISHING,
    Status.SCHEDULED,
    Status.FAILED,
    Status.PENDING,
    Status.RETURNED,
    Status.EXPIRED,
    Status.DIGEST,
    Status.MERGED,
    Status.REJECTED,
    Status.WITHDRAWN,
)


def suggestion_of(post: WallPublished, candidates: Iterable[Suggestion]) -> Suggestion | None:
    """The suggestion that this post says word for word, or None."""
    fitting = [candidate for candidate in candidates if is_publication_of(post, candidate)]
    return min(fitting, key=lambda one: (_LIKELY.index(one.status), one.number), default=None)


def is_publication_of(post: WallPublished, suggestion: Suggestion) -> bool:
    """Whether the post says what the suggestion says, and may be it by time and signature."""
    if suggestion.status not in _LIKELY or not _possible(post, suggestion):
        return False
    wanted = [suggestion.for_publication, suggestion.content]
    if suggestion.previous is not None and (suggestion.behind or {}).get("left"):
        wanted.append(suggestion.previous)  # corrected in the dialog: what was suggested first stands on VK still
    return any(_same(post.content, one) for one in wanted)


def made_by_hand_of(
    posts: Iterable[WallPublished], suggestion: Suggestion, others: Callable[[], Iterable[Suggestion]]
) -> WallPublished | None:
    """The post that a person made of a suggestion that is gone; None when there is no or no sole one.

    A person may word it anew: then it is signed by the author, shares an attachment, or most of the words and all
    the numbers.  News of one template differ in a street, a time or a number; those are other news.  What one of
    the ``others``, who are looked up when needed, says word for word was made of that one.
    """
    possible = [post for post in posts if _possible(post, suggestion)]
    exact = [post for post in possible if is_publication_of(post, suggestion)]
    if exact:
        return min(exact, key=lambda post: (post.at, post.post_id))
    alike = [post for post in possible if _reworded(post, suggestion)]
    taken = [one for one in others() if one.number != suggestion.number] if alike else []
    free = [post for post in alike if not any(is_publication_of(post, one) for one in taken)]
    return free[0] if len(free) == 1 else None


def worded_anew(post: WallPublished, suggestion: Suggestion) -> bool:
    """Whether the post says most of what the suggestion says, with all its numbers.

    The signature alone says nothing: the author may have suggested more than was heard of.
    """
    if not _possible(post, suggestion) or _numbers(post.content.text) != _numbers(suggestion.text):
        return False
    return bool(_identities(post.content) & _identities(suggestion.content)) or _mostly(post, suggestion)


def likeness(old: Content, new: Content) -> float:
    """How much two contents of one author have in common, from 0 to 1; a very short old one may become anything."""
    if _identities(old) & _identities(new):
        return 1.0
    before, after = _vocabulary(old.text), _vocabulary(new.text)
    if len(before) < _FEW_WORDS:
        return CORRECTED
    return len(before & after) / len(before | after)


def resembles(post: WallPublished, suggestion: Suggestion) -> bool:
    """Whether the post may be what became of the suggestion, although its words are not the same."""
    return _possible(post, suggestion) and _alike(post, suggestion)


def _possible(post: WallPublished, suggestion: Suggestion) -> bool:
    if post.owner_id != suggestion.owner_id or post.at < suggestion.received_at - CLOCK_SLACK:
        return False
    if post.from_id is not None and post.from_id != post.owner_id:
        return False
    author = suggestion.author_id
    return author is None or post.signer_id in {None, author, post.created_by}


def _same(seen: Content, wanted: Content) -> bool:
    theirs, ours = comparable(seen.text), comparable(wanted.text)
    if not ours:
        kinds = [attachment.kind for attachment in wanted.attachments]
        return not theirs and bool(kinds) and kinds == [attachment.kind for attachment in seen.attachments]
    return theirs == ours or (len(theirs) >= CUT_TEXT and ours.startswith(theirs))


def _alike(post: WallPublished, suggestion: Suggestion) -> bool:
    if post.signer_id and post.signer_id == suggestion.author_id:
        return True
    if _identities(post.content) & _identities(suggestion.content):
        return True
    return _mostly(post, suggestion)


def _mostly(post: WallPublished, suggestion: Suggestion) -> bool:
    theirs, ours = _vocabulary(post.content.text), _vocabulary(suggestion.text)
    return 2 * len(theirs & ours) > len(theirs | ours)


def _reworded(post: WallPublished, suggestion: Suggestion) -> bool:
    if post.signer_id == suggestion.author_id or _identities(post.content) & _identities(suggestion.content):
        return _alike(post, suggestion)
    return _alike(post, suggestion) and _numbers(post.content.text) == _numbers(suggestion.text)


def _identities(content: Content) -> set[str]:
    return {attachment.identity for attachment in content.attachments if attachment.media_id}


def _vocabulary(text: str) -> set[str]:
    return set(re.findall(r"\w+", comparable(text).lower()))


def _numbers(text: str) -> set[str]:
    return {word for word in _vocabulary(text) if any(sign.isdigit() for sign in word)}
