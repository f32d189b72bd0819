"""What must hold when a life has settled: nothing lost, nothing twice, nothing stuck, everywhere the last words.

Each invariant is a function of the end and yields sentences about what is wrong.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from editorial.delivery import Delivery
from editorial.lifecycle import OPEN
from editorial.networks import CopyState, NetworkCopy, OurPost, PostState
from editorial.suggestion import REPLACED, Content, Origin, Status, Suggestion, same_content
from handlers.events import WallPublished
from proof.lives.networks import Shown
from proof.lives.people import AUTHORS, number_of
from tests.handlers.world import Message

#: A planned post may be so late: the plan keeps posts apart.
PATIENCE: Final = timedelta(hours=3)
#: Buttons that decide something.
DECISIONS: Final = frozenset({"publish", "queue", "return", "reject"})


@dataclass(frozen=True)
class End:
    """The desk and the world at the end of a life.

    ``asked``: news people are asked about, whether its publication arrived.  ``open_deliveries``: rows for networks
    that are not settled.  ``stories``: text and number of parts that belong in a network, by news and network.
    ``chosen``: news and networks it goes to.  ``left``: news whose copies a person left although the post is gone.
    """

    now: datetime
    rows: dict[int, Suggestion]
    asked: frozenset[int] = frozenset()
    posts: dict[int, OurPost] = field(default_factory=dict)
    copies: dict[int, tuple[NetworkCopy, ...]] = field(default_factory=dict)
    open_deliveries: tuple[Delivery, ...] = ()
    stories: dict[tuple[int, str], tuple[str, int]] = field(default_factory=dict)
    chosen: frozenset[tuple[int, str]] = frozenset()
    cards: dict[int, int] = field(default_factory=dict)
    chat: tuple[Message, ...] = ()
    letters: dict[int, tuple[str, ...]] = field(default_factory=dict)
    suggests: dict[int, Content] = field(default_factory=dict)
    wall: dict[int, WallPublished] = field(default_factory=dict)
    deleted: frozenset[int] = frozenset()
    published: dict[str, tuple[int, ...]] = field(default_factory=dict)
    readers: dict[str, dict[str, Shown]] = field(default_factory=dict)
    doubled: tuple[str, ...] = ()
    left: frozenset[int] = frozenset()

    def suggested(self) -> dict[int, Suggestion]:
        """The news that came as a suggestion, by its number on VK."""
        return {one.post_id: one for one in self.rows.values() if one.post_id > 0}

    def made(self) -> dict[int, set[int]]:
        """The posts the program made, by news."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        for guid, posts in self.published.items():
            found[number_of(guid)].update(posts)
        return found

    def copies_in(self, key: str, number: int) -> list[NetworkCopy]:
        return [one for one in self.copies.get(number, ()) if one.network == key]

    def shown(self, key: str, number: int) -> list[Shown]:
        return [one for one in self.readers[key].values() if one.number == number]

    def here(self) -> Iterator[tuple[str, int]]:
        """Every network with every news."""
        return ((key, number) for key in self.readers for number in self.rows)


def _facts(copies: list[NetworkCopy]) -> str:
    return "; ".join(f"{one.part} {one.state} {one.doing} {one.todo} {one.error}" for one in copies) or "nothing"


# ------------------------------------------------------------------------------------------------------ suggestions


def suggestions_are_known(end: End) -> Iterator[str]:
    known = end.suggested()
    for post_id in end.suggests:
        if post_id not in known:
            yield f"suggestion {post_id} has no row"


def open_news_says_what_vk_says(end: End) -> Iterator[str]:
    known = end.suggested()
    for post_id, content in end.suggests.items():
        row = known.get(post_id)
        if row is None or row.status not in OPEN:
            continue
        left = (row.behind or {}).get("left") if row.origin is not Origin.WALL else None
        as_it_is = same_content(row.content, content) if left is None else left == content.fingerprint
        if not as_it_is:
            yield f"№ {row.number} ({row.status}) does not say what {post_id} says: {row.content.text!r}"


def withdrawn_news_was_withdrawn(end: End) -> Iterator[str]:
    """It may stand on VK only when the author withdrew it here, or sent it anew, and did not edit it since."""
    known = end.suggested()
    for post_id, content in end.suggests.items():
        row = known.get(post_id)
        if row is None or row.status is not Status.WITHDRAWN:
            continue
        if (row.trouble or "").partition(":")[0] not in ("", REPLACED):
            yield f"№ {row.number} is withdrawn ({row.trouble}), and {post_id} waits on VK"
        elif not same_content(row.content, content) and not (row.behind or {}).get("left"):
            yield f"№ {row.number} is withdrawn, and {post_id} was edited since"


def open_news_stands_on_vk(end: End) -> Iterator[str]:
    for row in end.rows.values():
        of_the_wall = row.post_id > 0 and row.origin is Origin.WALL and not row.digest
        if of_the_wall and row.status in OPEN and row.post_id not in end.suggests and row.number not in end.asked:
            yield f"№ {row.number} ({row.status}, {row.trouble}) is open, and {row.post_id} is not on VK"


def merged_news_follows_its_lead(end: End) -> Iterator[str]:
    for row in end.rows.values():
        if row.status is not Status.MERGED:
            continue
        lead = end.rows.get(row.merged_into or 0)
        if lead is None or lead.status not in (*OPEN, Status.PUBLISHING):
            yield f"№ {row.number} is merged into {lead and f'№ {lead.number} ({lead.status})'}"


# ------------------------------------------------------------------------------------------------------ publication


def nothing_hangs(end: End) -> Iterator[str]:
    for row in end.rows.values():
        if row.status is Status.PUBLISHING and row.number not in end.asked:
            yield f"№ {row.number} is still being published ({row.trouble})"
        overdue = row.due_at is None or row.due_at < end.now - PATIENCE
        if row.status is Status.SCHEDULED and overdue:
            yield f"№ {row.number} was planned for {row.due_at} and is not out at {end.now}"


def published_news_stands(end: End) -> Iterator[str]:
    for row in end.rows.values():
        post_id = row.published_post_id
        if row.status is Status.PUBLISHED and post_id and post_id not in end.wall and post_id not in end.deleted:
            yield f"№ {row.number} is published as {post_id}, which was never there"


def nothing_is_out_twice(end: End) -> Iterator[str]:
    for guid, posts in end.published.items():
        if len(posts) > 1:
            yield f"{guid} is out more than once: {posts}"
    for number, made in end.made().items():
        if len(made) > 1:
            yield f"№ {number} is out more than once: {sorted(made)}"


def what_is_out_is_known(end: End) -> Iterator[str]:
    for number, posts in end.made().items():
        row = end.rows[number]
        if posts and row.status is not Status.PUBLISHED and number not in end.asked:
            yield f"№ {number} was published as {sorted(posts)} and is {row.status} ({row.trouble})"


def authors_are_told(end: End) -> Iterator[str]:
    """They have the link; of a post that is gone again the message that had it may say so instead."""
    for row in end.rows.values():
        if row.status is not Status.PUBLISHED or row.author_id not in AUTHORS:
            continue
        stands = row.published_post_id and row.published_post_id not in end.deleted
        named = rf"wall-?\d+_{row.published_post_id}\b" if stands else rf"№\s{row.number}\b"
        if not any(re.search(named, letter) for letter in end.letters.get(row.author_id, ())):
            yield f"№ {row.number} is published as {row.published_post_id}, and its author was never told"


def one_card_decides(end: End) -> Iterator[str]:
    """The card is in the chat, and no other message has its buttons."""
    for number, cmid in end.cards.items():
        if not any(one.cmid == cmid for one in end.chat):
            yield f"№ {number}: its card is not in the chat"
        for message in end.chat:
            pressed = [
                one for one in message.buttons.values() if one.get("n") == number and one.get("a") in DECISIONS
            ]
            if message.cmid != cmid and pressed:
                yield f"№ {number} can be decided on another message, too: {message.text[:40]!r}"


# --------------------------------------------------------------------------------------------------------- networks


def nothing_stood_twice(end: End) -> Iterator[str]:
    yield from end.doubled


def copies_stand_as_known(end: End) -> Iterator[str]:
    for key, number in end.here():
        copies = end.copies_in(key, number)
        there = sorted(one.part for one in end.shown(key, number))
        known = sorted(one.part for one in copies if one.state is CopyState.OUT)
        if there != known:
            yield f"{key}: parts {there} of № {number} stand there, {known} are known: {_facts(copies)}"


def _live(end: End, number: int) -> bool:
    post = end.posts.get(number)
    return post is not None and post.state is not PostState.GONE and post.released_at is not None


def copies_say_what_the_post_says(end: End) -> Iterator[str]:
    for key, number in end.here():
        if not _live(end, number):
            continue
        text, _ = end.stories[number, key]
        for shown in end.shown(key, number):
            if shown.text != text:
                facts = _facts(end.copies_in(key, number))
                yield f"{key}: part {shown.part} of № {number} says {shown.text!r}, not {text!r}: {facts}"


def copies_are_whole(end: End) -> Iterator[str]:
    for key, number in end.here():
        if not _live(end, number):
            continue
        copies, there = end.copies_in(key, number), end.shown(key, number)
        _, parts = end.stories[number, key]
        refused = any(one.state is CopyState.REFUSED for one in copies)
        if there and len(there) != parts and not refused:
            yield f"{key}: {len(there)} parts of № {number} instead of {parts}: {_facts(copies)}"
        if not copies and (number, key) in end.chosen:
            yield f"{key}: № {number} never went there"


def copies_do_not_hang(end: End) -> Iterator[str]:
    for key, number in end.here():
        copies = end.copies_in(key, number)
        hanging = [one for one in copies if one.state in (CopyState.WAITING, CopyState.ASKED) or one.doing]
        if _live(end, number) and hanging:
            yield f"{key}: № {number} hangs: {_facts(hanging)}"
    for row in end.open_deliveries:
        yield f"{row.target}: a row of № {row.number} ({row.kind}) is still {row.state}"


def what_is_gone_is_taken_back(end: End) -> Iterator[str]:
    for key, number in end.here():
        post = end.posts.get(number)
        gone = post is not None and post.state is PostState.GONE
        if gone and end.shown(key, number) and number not in end.left:
            yield f"{key}: № {number} is gone from VK and stands there: {_facts(end.copies_in(key, number))}"


def the_wall_is_known(end: End) -> Iterator[str]:
    for number, post in end.posts.items():
        stands = end.wall.get(post.post_id or 0)
        if post.state is PostState.LIVE and post.post_id and stands is None:
            yield f"№ {number} is taken for standing, and {post.post_id} is not on the wall"
        overdue = post.next_look is not None and post.next_look < end.now
        if stands is not None and _live(end, number) and overdue and not same_content(post.content, stands.content):
            yield f"№ {number}: the wall says {stands.content.text!r}, known is {post.content.text!r}"


def undecided_news_stands_nowhere(end: End) -> Iterator[str]:
    for key, number in end.here():
        row, post = end.rows[number], end.posts.get(number)
        in_advance = post is not None and post.state is PostState.AWAITED
        undecided = row.status in OPEN and row.status is not Status.FAILED and number not in end.asked
        if undecided and end.shown(key, number) and not in_advance:
            yield f"{key}: № {number} ({row.status}) stands there"


INVARIANTS: Final[tuple[Callable[[End], Iterator[str]], ...]] = (
    suggestions_are_known,
    open_news_says_what_vk_says,
    withdrawn_news_was_withdrawn,
    open_news_stands_on_vk,
    merged_news_follows_its_lead,
    nothing_hangs,
    published_news_stands,
    nothing_is_out_twice,
    what_is_out_is_known,
    authors_are_told,
    one_card_decides,
    nothing_stood_twice,
    copies_stand_as_known,
    copies_say_what_the_post_says,
    copies_are_whole,
    copies_do_not_hang,
    what_is_gone_is_taken_back,
    the_wall_is_known,
    undecided_news_stands_nowhere,
)


def judge(end: End) -> list[str]:
    """What is wrong, in sentences; empty when all holds."""
    return [wrong for invariant in INVARIANTS for wrong in invariant(end)]
