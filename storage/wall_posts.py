"""Posts of the wall that came of no suggestion: kept for a while, so that news which repeats one is known.

Their words stand in the index of texts, under the negative number of the post.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from storage import schema
from storage.search import Search
from storage.work import Work

_table = schema.wall_posts
_several = select(_table).where(_table.c.post_id.in_(bindparam("posts", expanding=True)))
_any = select(_table.c.post_id).limit(1)
_old = select(_table.c.post_id).where(_table.c.published_at < bindparam("cutoff"))
_drop = delete(_table).where(_table.c.post_id == bindparam("about"))


class WallPosts:
    """What stands on the wall besides the desk's own posts."""

    def __init__(self, work: Work, search: Search) -> None:
        self._work = work
        self._search = search

    def put(self, post_id: int, text: str, at: datetime) -> None:
        """Keep a post, in place of what it said before."""
        values = {"published_at": at}
        insert = self._work.insert(_table).values(post_id=post_id, **values)
        self._work.change(insert.on_conflict_do_update(index_elements=["post_id"], set_=values))
        self._search.put(-post_id, text)

    def drop(self, post_id: int) -> None:
        """The post turned out to be of a suggestion, or is too old."""
        if self._work.change(_drop, {"about": post_id}):
            self._search.drop(-post_id)

    def prune(self, before: datetime) -> int:
        """Forget what was published before; returns how many."""
        old = [row.post_id for row in self._work.rows(_old, {"cutoff": before})]
        for post_id in old:
            self.drop(post_id)
        return len(old)

    def any(self) -> bool:
        """Whether one is kept at all."""
        return self._work.row(_any) is not None

    def moments(self, posts: Collection[int]) -> dict[int, datetime]:
        """When those of these posts went out that are kept."""
        rows = self._work.rows(_several, {"posts": list(posts)}) if posts else ()
        return {row.post_id: row.published_at for row in rows}
