"""Forgets what need not be kept any longer.

What was published, when and from which region stays; who wrote it and in which words does not.  How long things
are kept is a setting; nothing that is still open is ever touched.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, and_, bindparam, case, cast, delete, exists, literal, or_, select, update

from editorial.delivery import FINISHED
from storage import schema, search
from storage.authors import FORGOTTEN
from storage.work import Work

_suggestions, _authors = schema.suggestions, schema.authors
_entries = schema.list_entries
_outbox, _attempts, _journal = schema.outbox, schema.attempts, schema.journal
_inbox, _prompts = schema.inbox, schema.prompts
_posts, _copies = schema.posts, schema.copies
_drafts, _passports = schema.drafts, schema.passports

_CLOSED = ("published", "rejected", "withdrawn", "expired")
_FINISHED = [str(state) for state in sorted(FINISHED)]

_old_suggestion = and_(
    _suggestions.c.status.in_(_CLOSED),
    _suggestions.c.updated_at < bindparam("cutoff"),
    or_(_suggestions.c.text != "", _suggestions.c.author_id.is_not(None)),
)
_old_post = and_(_posts.c.published_at < bindparam("cutoff"), or_(_posts.c.text != "", _posts.c.attachments != []))
_old_words = and_(_copies.c.updated_at < bindparam("cutoff"), _copies.c.said.is_not(None))
_old_delivery = and_(_outbox.c.state.in_(_FINISHED), _outbox.c.done_at < bindparam("cutoff"))
# Only entries that still tell something: the others would be rewritten every time.
_telling = and_(_journal.c.at < bindparam("cutoff"), or_(_journal.c.details != {}, _journal.c.actor != FORGOTTEN))
_nobody = case((_journal.c.actor.is_(None), None), else_=FORGOTTEN)
# Whom a moderator has confirmed or blocked the desk goes on knowing.
_unregistered = and_(_authors.c.confirmed_at.is_(None), _authors.c.blocked_at.is_(None))
_has_news = exists().where(_suggestions.c.author_id == _authors.c.vk_id)
_has_mail = exists().where(
    _outbox.c.state.not_in(_FINISHED),
    _outbox.c.destination == literal("user:").concat(cast(_authors.c.vk_id, Text)),
)


class Retention:
    """Deletes by age, in the caller's unit; returns how much went."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def deliveries(self, before: datetime) -> int:
        """Finished deliveries and their attempts."""
        old = {"cutoff": before}
        ids = select(_outbox.c.id).where(_old_delivery)
        self._work.change(delete(_attempts).where(_attempts.c.outbox_id.in_(ids)), old)
        return self._work.change(delete(_outbox).where(_old_delivery), old)

    def events(self, before: datetime) -> int:
        """Raw events that were set aside; the handled ones are pruned by the inbox."""
        aside = and_(_inbox.c.state.in_(("strange", "failed")), _inbox.c.received_at < bindparam("cutoff"))
        return self._work.change(delete(_inbox).where(aside), {"cutoff": before})

    def people(self, before: datetime) -> int:
        """Words and authors of closed suggestions, journal details, and people nothing refers to any more."""
        old = {"cutoff": before}
        search.forget(self._work, select(_suggestions.c.number).where(_old_suggestion), old)
        ids = select(_suggestions.c.number).where(_old_suggestion)
        for table in (schema.digest_lines, schema.merges, schema.claims, schema.signatures, schema.pictures):
            self._work.change(delete(table).where(table.c.number.in_(ids)), old)
        emptied = update(_suggestions).where(_old_suggestion)
        gone = self._work.change(
            emptied.values(
                text="",
                attachments=[],
                edited_text=None,
                edited_attachments=None,
                previous=None,
                networks=None,
                signed=None,
                author_id=None,
                behind=None,
            ),
            old,
        )
        self._work.change(update(_posts).where(_old_post).values(text="", attachments=[]), old)
        self._work.change(update(_copies).where(_old_words).values(said=None), old)
        said = update(_journal).where(_telling)
        self._work.change(said.values(details={}, actor=_nobody), old)
        edits = update(_entries).where(
            _entries.c.changed_by.is_not(None), _entries.c.changed_at < bindparam("cutoff")
        )
        self._work.change(edits.values(changed_by=None), old)
        self._work.change(delete(_prompts).where(_prompts.c.asked_at < bindparam("cutoff")), old)
        self._work.change(delete(_drafts).where(_drafts.c.updated_at < bindparam("cutoff")), old)
        self._work.change(delete(_passports).where(_passports.c.sent_at < bindparam("cutoff")), old)
        unknown = and_(_authors.c.updated_at < bindparam("cutoff"), _unregistered, ~_has_news, ~_has_mail)
        self._work.change(delete(_authors).where(unknown), old)
        return gone
