"""The posts that went out, as last seen on VK, and when each is to be read again.

A suggestion becomes one post at most.  What follows from a change is decided by the handlers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from editorial.networks import OurPost, PostState, Reach
from editorial.suggestion import Content
from storage import schema
from storage.columns import spelled
from storage.mapping import attachments_from_json, attachments_to_json, reach_from_row, reach_to_row
from storage.work import Work

_table = schema.posts
_WATCHED = spelled("posts.next_look IS NOT NULL")
_get = select(_table).where(_table.c.number == bindparam("about"))
_many = select(_table).where(_table.c.number.in_(bindparam("numbers", expanding=True)))
_due = (
    select(_table)
    .where(_WATCHED, _table.c.next_look <= bindparam("now"))
    .order_by(_table.c.next_look)
    .limit(bindparam("count"))
)
_latest = select(func.max(_table.c.published_at).label("at"))
_looked = (
    update(_table)
    .where(_table.c.number == bindparam("about"))
    .values(
        seen_at=bindparam("seen"),
        next_look=bindparam("next"),
        views=bindparam("seen_views"),
        likes=bindparam("seen_likes"),
        reposts=bindparam("seen_reposts"),
        comments=bindparam("seen_comments"),
        reach_at=bindparam("seen"),
        updated_at=bindparam("seen"),
    )
)


class Posts:
    """One row for each published suggestion."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, number: int) -> OurPost | None:
        row = self._work.row(_get, {"about": number})
        return None if row is None else _record(row)

    def of_many(self, numbers: Collection[int]) -> dict[int, OurPost]:
        if not numbers:
            return {}
        return {row.number: _record(row) for row in self._work.rows(_many, {"numbers": list(numbers)})}

    def put(self, post: OurPost, now: datetime) -> None:
        """Store the post as it is now."""
        values = _values(post) | {"updated_at": now}
        insert = self._work.insert(_table).values(number=post.number, **values)
        self._work.change(insert.on_conflict_do_update(index_elements=["number"], set_=values))

    def due(self, now: datetime, limit: int) -> tuple[OurPost, ...]:
        """The posts that are to be read again, the longest due first."""
        return tuple(_record(row) for row in self._work.rows(_due, {"now": now, "count": limit}))

    def latest_at(self) -> datetime | None:
        """When the last of them went out."""
        row = self._work.row(_latest, {})
        return None if row is None else row.at

    def looked(self, seen: Sequence[tuple[int, Reach, datetime | None]], now: datetime) -> None:
        """These were read and are as they were: number, reach, and when each is read again."""
        rows = [
            {
                "about": number,
                "seen": now,
                "next": again,
                **reach_to_row(reach, "seen_"),
            }
            for number, reach, again in seen
        ]
        if rows:
            self._work.change(_looked, rows)


def _values(post: OurPost) -> dict[str, Any]:
    return {
        "owner_id": post.owner_id,
        "post_id": post.post_id,
        "state": str(post.state),
        "published_at": post.published_at,
        "seen_at": post.seen_at,
        "edited_at": post.edited_at,
        "released_at": post.released_at,
        "next_look": post.next_look,
        **reach_to_row(post.reach),
        "reach_at": post.reach_at,
        "text": post.content.text,
        "attachments": attachments_to_json(post.content.attachments),
    }


def _record(row: Row[Any]) -> OurPost:
    return OurPost(
        number=row.number,
        owner_id=row.owner_id,
        post_id=row.post_id,
        content=Content(row.text, attachments_from_json(row.attachments)),
        state=PostState(row.state),
        published_at=row.published_at,
        seen_at=row.seen_at,
        edited_at=row.edited_at,
        released_at=row.released_at,
        next_look=row.next_look,
        reach=reach_from_row(row),
        reach_at=row.reach_at,
    )
