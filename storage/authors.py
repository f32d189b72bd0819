"""People and communities that suggest news: their names and whether and when letters reach them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from editorial.suggestion import Author
from storage import schema
from storage.columns import spelled
from storage.mapping import REGISTRY
from storage.work import Work

FORGOTTEN = 0
"""Stands in the journal for a person whose data were deleted."""

_table = schema.authors
_UNASKED = spelled("authors.named_at IS NULL")
_get = select(_table).where(_table.c.vk_id == bindparam("who"))
_names = select(_table.c.vk_id, _table.c.name).where(_table.c.name != "").order_by(_table.c.vk_id)
_unnamed = select(_table.c.vk_id).where(_UNASKED).order_by(_table.c.vk_id).limit(bindparam("count"))
_theirs = schema.suggestions.c.author_id == bindparam("who")
_unlink = update(schema.suggestions).where(_theirs).values(author_id=None, behind=None)
_any_of_theirs = select(schema.suggestions.c.number).where(_theirs).limit(1)
_forget_passports = delete(schema.passports).where(
    schema.passports.c.number.in_(select(schema.suggestions.c.number).where(_theirs))
)
_forget_changes = (
    update(schema.journal)
    .where(
        schema.journal.c.action == "author_edited",
        schema.journal.c.number.in_(select(schema.suggestions.c.number).where(_theirs)),
    )
    .values(details={})
)
_forget_draft = delete(schema.drafts).where(schema.drafts.c.author_id == bindparam("who"))
_anonymise = update(schema.journal).where(schema.journal.c.actor == bindparam("who")).values(actor=FORGOTTEN)
_forget_edits = (
    update(schema.list_entries).where(schema.list_entries.c.changed_by == bindparam("who")).values(changed_by=None)
)
_forget_prompts = delete(schema.prompts).where(schema.prompts.c.user_id == bindparam("who"))
_forget = delete(_table).where(_table.c.vk_id == bindparam("who"))


class Authors:
    """Every setter makes the author known first, so it may be called for anyone."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, vk_id: int) -> Author | None:
        found = self._work.row(_get, {"who": vk_id})
        return None if found is None else _record(found)

    def ensure(self, vk_id: int, now: datetime) -> Author:
        """The author, made known if new."""
        known = self.get(vk_id)
        if known is not None:
            return known
        row = {"vk_id": vk_id, "updated_at": now}
        added = self._work.change(self._work.insert(_table).values(row).on_conflict_do_nothing())
        return Author(vk_id) if added == 1 else self.get(vk_id) or Author(vk_id)

    def name(self, vk_id: int, name: str, now: datetime) -> None:
        self._set(vk_id, now, name=name, named_at=now)

    def named(self, words: str, limit: int) -> tuple[int, ...]:
        """Those whose names have all these words, whatever the case; for a person who asks, not for a loop."""
        wanted = [_even(word) for word in words.split()]
        if not any(len(word) > 2 for word in wanted):
            return ()
        found = (row.vk_id for row in self._work.rows(_names) if _has_all(row.name, wanted))
        return tuple(islice(found, limit))

    def unnamed(self, limit: int) -> tuple[int, ...]:
        """Authors whose names nobody has asked for yet."""
        return tuple(row.vk_id for row in self._work.rows(_unnamed, {"count": limit}))

    def reachable(self, vk_id: int, now: datetime, *, yes: bool | None, why: str | None = None) -> None:
        """Whether VK lets us write to this person, None: not known; ``why`` keeps VK's reason when it does not."""
        self._set(vk_id, now, reachable=yes, unreachable_why=why)

    def wants_letters(self, vk_id: int, now: datetime, *, yes: bool) -> None:
        self._set(vk_id, now, wants_letters=yes)

    def set_zone(self, vk_id: int, zone: str | None, now: datetime) -> None:
        """``zone`` is an IANA name."""
        self._set(vk_id, now, zone=zone)

    def set_region(self, vk_id: int, region: str | None, now: datetime) -> None:
        self._set(vk_id, now, region=region)

    def introduce(self, vk_id: int, now: datetime, **facts: str | None) -> None:
        """What is said of an author: region, organisation, role, zone. Nobody has confirmed it then."""
        if not facts.keys() <= {"region", "organisation", "role", "zone"}:
            raise ValueError(f"an author has no {sorted(facts)}")
        self._set(vk_id, now, **facts, confirmed_by=None, confirmed_at=None)

    def confirm(self, vk_id: int, by: int | None, now: datetime) -> None:
        """A moderator says that region and organisation are right; ``by`` None takes that back."""
        self._set(vk_id, now, confirmed_by=by, confirmed_at=now if by is not None else None)

    def asked(self, vk_id: int, now: datetime) -> None:
        """The author is asked who they are; that happens once."""
        self._set(vk_id, now, asked_at=now)

    def consent_asked(self, vk_id: int, now: datetime) -> None:
        """The author is asked whether their data may be kept; that happens once."""
        self._set(vk_id, now, consent_asked_at=now)

    def not_asked(self, vk_id: int, about: str, now: datetime) -> None:
        """The question ("who", "consent") did not reach the author."""
        column = {"who": "asked_at", "consent": "consent_asked_at"}.get(about)
        if column is not None:
            self._set(vk_id, now, **{column: None})

    def consents(self, vk_id: int, now: datetime) -> None:
        self._set(vk_id, now, consent_at=now)

    def block(self, vk_id: int, by: int, why: str, now: datetime) -> None:
        """Take no more news from the author."""
        self._set(vk_id, now, blocked_why=why, blocked_by=by, blocked_at=now, told_at=None)

    def unblock(self, vk_id: int, now: datetime) -> None:
        self._set(vk_id, now, blocked_why=None, blocked_by=None, blocked_at=None, told_at=None)

    def told(self, vk_id: int, now: datetime) -> None:
        """The author was told that nothing more is taken, today or at all."""
        self._set(vk_id, now, told_at=now)

    def called(self, vk_id: int, now: datetime) -> None:
        """The author asked for a person."""
        self._set(vk_id, now, called_at=now)

    def forget(self, vk_id: int, now: datetime) -> bool:
        """Delete what is known of a person and unlink their suggestions; False when nothing was known.

        Of a blocked person the bare id stays, and since when and by whom they are blocked: else the block would be
        over.  Letters, journal and events are emptied by their own repositories.
        """
        who = {"who": vk_id}
        of_news = (_forget_passports, _forget_changes, _unlink)
        for statement in (*of_news, _forget_draft, _anonymise, _forget_edits, _forget_prompts):
            self._work.change(statement, who)
        known = self.get(vk_id)
        gone = self._work.change(_forget, who) == 1
        if known is not None and known.blocked:
            # A name that was asked for is not asked for again.
            block = {"blocked_by": known.blocked_by, "blocked_at": known.blocked_at, "named_at": now}
            self._set(vk_id, now, **block)
        return gone

    def is_bare(self, vk_id: int) -> bool:
        """Whether nobody knows who the person is: their data were deleted, no news came since."""
        known = self.get(vk_id)
        if known is None or self._work.rows(_any_of_theirs, {"who": vk_id}):
            return False
        said = (known.name, known.region, known.organisation, known.role, known.zone)
        return not any(said) and not known.confirmed and known.consent_at is None

    def _set(self, vk_id: int, now: datetime, **values: Any) -> None:
        values["updated_at"] = now
        statement = self._work.insert(_table).values(vk_id=vk_id, **values)
        self._work.change(statement.on_conflict_do_update(index_elements=["vk_id"], set_=values))


def _even(name: str) -> str:
    return name.casefold().replace("ё", "е")


def _has_all(name: str, wanted: Collection[str]) -> bool:
    # In Python, because SQLite tells letters from capitals in Latin script only.
    words = _even(name).split()
    return all(any(word.startswith(one) for word in words) for one in wanted)


def _record(row: Row[Any]) -> Author:
    known = {name: getattr(row, name) for name in REGISTRY}
    return Author(row.vk_id, row.name, row.reachable, row.wants_letters, row.zone, row.region, **known)
