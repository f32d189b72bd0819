"""Suggestions: taken in once for every post, changed only by whoever still sees the stored version.

Which changes are allowed is decided by the rules; here a change either meets the version it was decided for or
is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, bindparam, exists, func, select, text, update

from editorial.suggestion import CLOSED, MISSED, Content, Origin, Status, Suggestion, closed_by_author
from storage import schema
from storage.authors import Authors
from storage.columns import spelled
from storage.mapping import REGISTRY, attachments_to_json, suggestion_from_row, suggestion_to_row
from storage.search import Search
from storage.work import Work

_table = schema.suggestions
_authors = schema.authors
_OPEN = tuple(str(status) for status in Status if status not in CLOSED)
_IDS_A_QUERY = 500
_PLAN_LOCK = 0x0F6D_6F01  # any number, the same in every process

#: Proofs of what went out in another's post and is no post of its own.
_IN_ANOTHER = ("digest", "merged")
_SCHEDULED = spelled("suggestions.status = 'scheduled'")
_IN_PLAN = spelled("suggestions.status IN ('scheduled', 'publishing')")
_PUBLISHED = spelled("suggestions.published_at IS NOT NULL")


class _Keep(Enum):
    KEEP = "keep"


KEEP: Final = _Keep.KEEP
"""Leave the slot as it is; it is freed when the suggestion leaves the plan."""


@dataclass(frozen=True, slots=True)
class NewSuggestion:
    """A suggestion before it has a number: as VK shows it, or from elsewhere, without a post of its own."""

    owner_id: int
    post_id: int
    author_id: int | None
    content: Content
    received_at: datetime
    region: str | None = None
    origin: Origin = Origin.WALL
    behind: Mapping[str, Any] | None = None
    corrects: int | None = None


class Tally(NamedTuple):
    """What became of an author's news so far. ``lately``: how much came within the time asked for."""

    sent: int
    accepted: int
    lately: int


class PostMark(NamedTuple):
    """What reconciliation has to know of a post.

    ``fingerprint`` is of what VK showed last, also for news that was corrected in the dialog since.  ``missed``:
    it was closed only because VK did not show it.  ``reopens``: its author closed it, and brings it back by editing
    it on VK.
    """

    number: int
    status: Status
    fingerprint: str
    missed: bool = False
    reopens: bool = False


_carries_others = exists(select(schema.merges.c.number).where(schema.merges.c.number == _table.c.number))
_full = select(
    _table,
    _carries_others.label("joint"),
    _authors.c.vk_id,
    _authors.c.name.label("author_name"),
    _authors.c.reachable,
    _authors.c.wants_letters,
    _authors.c.zone,
    _authors.c.region.label("author_region"),
    *(_authors.c[name] for name in REGISTRY),
).select_from(_table.outerjoin(_authors, _authors.c.vk_id == _table.c.author_id))

_by_number = _full.where(_table.c.number == bindparam("number"))
_by_post = _full.where(_table.c.owner_id == bindparam("owner"), _table.c.post_id == bindparam("post"))
_by_published = _full.where(
    _table.c.owner_id == bindparam("owner"),
    _table.c.published_post_id == bindparam("post"),
    func.coalesce(_table.c.proof, "").not_in(_IN_ANOTHER),  # the digest or the lead is the post, not its pieces
)
_joined_to = _full.where(_table.c.merged_into == bindparam("lead")).order_by(_table.c.number)
_leading = select(_table.c.merged_into).where(
    _table.c.merged_into.in_(bindparam("numbers", expanding=True)), _table.c.status == "merged"
)
_by_status = (
    _full.where(_table.c.status == bindparam("status"), _table.c.number > bindparam("after"))
    .order_by(_table.c.number)
    .limit(bindparam("count"))
)
_all_of_region = (
    _full.where(_table.c.region == bindparam("where")).order_by(_table.c.number.desc()).limit(bindparam("count"))
)
_several = _full.where(_table.c.number.in_(bindparam("numbers", expanding=True))).order_by(_table.c.number.desc())
_by_author = (
    _full.where(_table.c.author_id == bindparam("who")).order_by(_table.c.number.desc()).limit(bindparam("count"))
)
_by_origin = (
    _full.where(
        spelled("suggestions.origin <> 'wall'"),
        _table.c.origin == bindparam("origin"),
        _table.c.status.in_(bindparam("statuses", expanding=True)),
    )
    .order_by(_table.c.number)
    .limit(bindparam("count"))
)
_returned_to = (
    _full.where(_table.c.author_id == bindparam("who"), _table.c.status == "returned")
    .order_by(_table.c.number.desc())
    .limit(bindparam("count"))
)
_newest = _full.order_by(_table.c.number.desc()).limit(bindparam("count"))
_scheduled = _full.where(_SCHEDULED).order_by(_table.c.due_at, _table.c.number)
_due = _scheduled.where(_table.c.due_at <= bindparam("now")).limit(1)
_due_at = select(_table.c.due_at).where(_SCHEDULED).order_by(_table.c.due_at).limit(1)
_over = _full.where(_table.c.expires_at.is_not(None), _table.c.expires_at <= bindparam("now"))
_over_at = (
    select(_table.c.expires_at).where(_table.c.expires_at.is_not(None)).order_by(_table.c.expires_at).limit(1)
)
_marks = select(
    _table.c.post_id,
    _table.c.number,
    _table.c.status,
    _table.c.fingerprint,
    _table.c.origin,
    _table.c.behind,
    _table.c.trouble,
    _table.c.author_id,
).where(_table.c.owner_id == bindparam("owner"))
_open_marks = _marks.where(_table.c.status.in_(_OPEN), _table.c.post_id > 0, _table.c.origin == "wall")
_lowest = select(func.min(_table.c.post_id)).where(_table.c.owner_id == bindparam("owner"))
_known_marks = _marks.where(_table.c.post_id.in_(bindparam("posts", expanding=True)))
_of_author = (
    select(
        func.count(),
        func.count(_table.c.number).filter(_table.c.status.in_(("published", "digest", "merged"))),
        func.count(_table.c.number).filter(_table.c.received_at >= bindparam("since")),
    )
    .select_from(_table)
    .where(_table.c.author_id == bindparam("who"))
)
_of_region = (
    _full.where(_PUBLISHED, _table.c.region == bindparam("where"))
    .order_by(_table.c.published_at.desc())
    .limit(bindparam("count"))
)
_counts = select(_table.c.status, func.count()).group_by(_table.c.status)
_waiting = (
    select(
        func.count(),
        func.count(_table.c.number).filter(_table.c.received_at <= bindparam("late")),
        func.count(_table.c.number).filter(_table.c.received_at <= bindparam("very_late")),
    )
    .select_from(_table)
    .where(_table.c.status == "pending")
)
_promised = select(_table.c.due_at).where(
    _IN_PLAN, _table.c.due_at >= bindparam("start"), _table.c.due_at < bindparam("end")
)
_went_out = select(_table.c.published_at).where(
    _PUBLISHED,
    _table.c.published_at >= bindparam("start"),
    _table.c.published_at < bindparam("end"),
    func.coalesce(_table.c.proof, "").not_in(_IN_ANOTHER),
)
_posts_out = select(_table.c.published_post_id).where(
    _PUBLISHED, _table.c.owner_id == bindparam("owner"), _table.c.published_at >= bindparam("start")
)

_lock = select(_table.c.number).where(_table.c.number == bindparam("number")).with_for_update()
_change = update(_table).where(_table.c.number == bindparam("row"), _table.c.version == bindparam("seen"))


class Suggestions:
    """In a writing unit on PostgreSQL a suggestion that was read stays locked until the unit ends."""

    def __init__(self, work: Work, authors: Authors, search: Search) -> None:
        self._work = work
        self._people = authors
        self._search = search

    def add(self, new: NewSuggestion, now: datetime) -> Suggestion | None:
        """Take a suggestion in as pending; None when its post is known already.

        One that does not come from the wall gets a ``post_id`` of its own and is always new.
        """
        if new.origin is not Origin.WALL:
            return self._add_own(new, now)
        # Looked up first, because an insert that meets a known post would still use up a number.
        if self.known_posts(new.owner_id, (new.post_id,)):
            return None
        return self._insert(new, now)

    def _add_own(self, new: NewSuggestion, now: datetime) -> Suggestion | None:
        self.lock_plan()  # of two units on PostgreSQL that look for a free number one waits
        lowest = self._work.value(_lowest, {"owner": new.owner_id}) or 0
        return self._insert(replace(new, post_id=min(lowest, 0) - 1), now)

    def _insert(self, new: NewSuggestion, now: datetime) -> Suggestion | None:
        author = None if new.author_id is None else self._people.ensure(new.author_id, now)
        row = {
            "owner_id": new.owner_id,
            "post_id": new.post_id,
            "author_id": new.author_id,
            "status": str(Status.PENDING),
            "version": 1,
            "fingerprint": new.content.fingerprint,
            "received_at": new.received_at,
            "updated_at": now,
            "region": new.region,
            "origin": str(new.origin),
            "behind": None if new.behind is None else dict(new.behind),
            "corrects": new.corrects,
            "text": new.content.text,
            "attachments": attachments_to_json(new.content.attachments),
        }
        insert = (
            self._work.insert(_table).values(row).on_conflict_do_nothing(index_elements=["owner_id", "post_id"])
        )
        added = self._work.written_row(insert.returning(_table.c.number))
        if added is None:
            return None
        self._search.put(added.number, new.content.text, known=False)
        return Suggestion(
            number=added.number,
            owner_id=new.owner_id,
            post_id=new.post_id,
            author_id=new.author_id,
            content=new.content,
            status=Status.PENDING,
            version=1,
            received_at=new.received_at,
            updated_at=now,
            region=new.region,
            origin=new.origin,
            behind=new.behind,
            corrects=new.corrects,
            author=author,
        )

    def get(self, number: int) -> Suggestion | None:
        return self._one(_by_number, {"number": number})

    def by_post(self, owner_id: int, post_id: int) -> Suggestion | None:
        return self._one(_by_post, {"owner": owner_id, "post": post_id})

    def by_published(self, owner_id: int, post_id: int) -> Suggestion | None:
        """The suggestion that went out as the post ``post_id``."""
        return self._one(_by_published, {"owner": owner_id, "post": post_id})

    def open_posts(self, owner_id: int) -> dict[int, PostMark]:
        """Every suggestion of the wall that is not closed, by its post."""
        return _as_marks(self._work.rows(_open_marks, {"owner": owner_id}))

    def known_posts(self, owner_id: int, post_ids: Collection[int]) -> dict[int, PostMark]:
        """Those of ``post_ids`` that were ever taken in, closed ones too."""
        known: dict[int, PostMark] = {}
        for some in _portions(post_ids):
            known |= _as_marks(self._work.rows(_known_marks, {"owner": owner_id, "posts": some}))
        return known

    def save(self, changed: Suggestion, *, seen_version: int, slot_at: datetime | _Keep | None = KEEP) -> bool:
        """Store ``changed`` if the stored version is still ``seen_version``; False when somebody was faster.

        The slot is kept while the suggestion is in the plan and freed when it leaves it, unless ``slot_at``
        says otherwise.  Raises SlotTaken when another suggestion has the slot; the unit is lost then.
        """
        if changed.author_id is not None and changed.author is None:
            self._people.ensure(changed.author_id, changed.updated_at)
        row = suggestion_to_row(changed)
        if slot_at is not KEEP:
            row["slot_at"] = slot_at
        elif changed.status not in (Status.SCHEDULED, Status.PUBLISHING):
            row["slot_at"] = None
        statement = _change.values(**row)
        saved = self._work.change(statement, {"row": changed.number, "seen": seen_version}) == 1
        if saved:
            self._search.put(changed.number, changed.text)
        return saved

    def pending(self, limit: int, after: int | None = None) -> tuple[Suggestion, ...]:
        """Suggestions to review in the order of their numbers, from the one behind ``after``."""
        return self.by_status(Status.PENDING, limit, after)

    def by_status(self, status: Status, limit: int, after: int | None = None) -> tuple[Suggestion, ...]:
        return self._many(_by_status, {"status": str(status), "after": after or 0, "count": limit})

    def returned_to(self, author_id: int, limit: int) -> tuple[Suggestion, ...]:
        """What waits for the author's correction, the newest first."""
        return self._many(_returned_to, {"who": author_id, "count": limit})

    def by_author(self, author_id: int, limit: int, before: int | None = None) -> tuple[Suggestion, ...]:
        """The newest first; ``before``: only those with a smaller number."""
        statement = _by_author.where(_table.c.number < before) if before is not None else _by_author
        return self._many(statement, {"who": author_id, "count": limit})

    def several(self, numbers: Collection[int]) -> tuple[Suggestion, ...]:
        """Those of ``numbers`` that exist, the newest first."""
        return self._many(_several, {"numbers": list(numbers)}) if numbers else ()

    def joined_to(self, lead: int) -> tuple[Suggestion, ...]:
        """What goes out, or went out, in the post of this one, in the order of the numbers."""
        return self._many(_joined_to, {"lead": lead})

    def leading(self, numbers: Collection[int]) -> frozenset[int]:
        """Those of ``numbers`` whose posts others are to go out in."""
        rows = self._work.rows(_leading, {"numbers": list(numbers)}) if numbers else ()
        return frozenset(row.merged_into for row in rows)

    def of_origin(self, origin: Origin, statuses: Collection[Status], limit: int) -> tuple[Suggestion, ...]:
        """Those that came another way than by the wall and stand so, in the order of their numbers."""
        values = {"origin": str(origin), "statuses": [str(one) for one in statuses], "count": limit}
        return self._many(_by_origin, values)

    def newest(self, limit: int) -> tuple[Suggestion, ...]:
        """The last ones taken in, whatever became of them."""
        return self._many(_newest, {"count": limit})

    def of_region(self, region: str, limit: int, before: int | None = None) -> tuple[Suggestion, ...]:
        """The newest first; ``before``: only those with a smaller number."""
        statement = _all_of_region.where(_table.c.number < before) if before is not None else _all_of_region
        return self._many(statement, {"where": region, "count": limit})

    def tally(self, author_id: int, since: datetime) -> Tally:
        """How much the author has sent, how much of it was taken, and how much came since that moment."""
        row = self._work.row(_of_author, {"who": author_id, "since": since})
        return Tally(*map(int, row))

    def latest_of_region(self, region: str, limit: int) -> tuple[Suggestion, ...]:
        """The newest posts from this region."""
        return self._many(_of_region, {"where": region, "count": limit})

    def scheduled(self, limit: int | None = None) -> tuple[Suggestion, ...]:
        """The plan, the next one first."""
        return self._many(_scheduled if limit is None else _scheduled.limit(limit), {})

    def next_due(self, now: datetime) -> Suggestion | None:
        """The suggestion that should have gone out longest ago."""
        return self._one(_due, {"now": now})

    def next_due_at(self) -> datetime | None:
        """When the next scheduled suggestion goes out; may lie in the past."""
        moment: datetime | None = self._work.value(_due_at)
        return moment

    def over(self, now: datetime) -> tuple[Suggestion, ...]:
        """Planned suggestions that are of no use any more."""
        return self._many(_over, {"now": now})

    def next_over_at(self) -> datetime | None:
        """When the next planned suggestion will be of no use; may lie in the past."""
        moment: datetime | None = self._work.value(_over_at)
        return moment

    def counts(self) -> dict[Status, int]:
        """How many there are of each status, zeros included."""
        found = {Status(row[0]): int(row[1]) for row in self._work.rows(_counts)}
        return {status: found.get(status, 0) for status in Status}

    def waiting(self, late: datetime, very_late: datetime) -> tuple[int, int, int]:
        """How many wait for a decision; of these, how many have since ``late``, and since ``very_late``."""
        row = self._work.row(_waiting, {"late": late, "very_late": very_late})
        return int(row[0]), int(row[1]), int(row[2])

    def taken(self, start: datetime, end: datetime) -> tuple[datetime, ...]:
        """The moments in [start, end) at which something goes out or went out, in order."""
        window = {"start": start, "end": end}
        moments = [row[0] for row in self._work.rows(_promised, window)]
        moments += [row[0] for row in self._work.rows(_went_out, window)]
        return tuple(sorted(moments))

    def published_ids(self, owner_id: int, since: datetime) -> frozenset[int]:
        """Posts of the wall that suggestions are known to have become since then."""
        found = self._work.rows(_posts_out, {"owner": owner_id, "start": since})
        return frozenset(row.published_post_id for row in found if row.published_post_id)

    def lock_plan(self) -> None:
        """Keep every other unit from planning until this one ends. On SQLite writing units are alone anyway."""
        if self._work.dialect == "postgresql":
            self._work.rows(text(f"SELECT pg_advisory_xact_lock({_PLAN_LOCK})"))

    def _one(self, statement: Select[Any], values: dict[str, Any]) -> Suggestion | None:
        if self._work.writes:
            if self._work.dialect == "postgresql":
                self._lock_lead(statement, values)
            statement = statement.with_for_update(of=_table)
        found = self._work.row(statement, values)
        return None if found is None else suggestion_from_row(found)

    def _lock_lead(self, statement: Select[Any], values: dict[str, Any]) -> None:
        """Of news in one post the one that carries it is locked first: nobody waits for each other crosswise."""
        found = self._work.row(statement, values)
        if found is not None and found.merged_into is not None:
            self._work.rows(_lock, {"number": found.merged_into})

    def _many(self, statement: Select[Any], values: dict[str, Any]) -> tuple[Suggestion, ...]:
        return tuple(suggestion_from_row(row) for row in self._work.rows(statement, values))


def _as_marks(rows: Sequence[Any]) -> dict[int, PostMark]:
    return {row.post_id: _as_mark(row) for row in rows}


def _as_mark(row: Any) -> PostMark:
    status = Status(row.status)
    missed = status is Status.WITHDRAWN and (row.trouble or "").partition(":")[0] in MISSED
    reopens = closed_by_author(status, row.trouble, row.author_id)
    return PostMark(row.number, status, _on_the_wall(row), missed, reopens)


def _on_the_wall(row: Any) -> str:
    left = (row.behind or {}).get("left") if row.origin != "wall" else None
    return str(left or row.fingerprint)


def _portions(ids: Iterable[int]) -> Iterable[list[int]]:
    rest = iter(ids)
    while some := list(islice(rest, _IDS_A_QUERY)):
        yield some
