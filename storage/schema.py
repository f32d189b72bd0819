"""The tables, their constraints and the indexes every frequent look-up is served by.

The database itself refuses what must not be: a published row without its time, a finished delivery without its
end, two suggestions in one slot.  What is written into the tables is decided by the repositories.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from storage.columns import AnyText, Json, JsonOrNothing, Moment, RowId

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "uq": "%(table_name)s_%(column_0_name)s_once",
        "ck": "%(table_name)s_%(constraint_name)s",
    }
)


def _one_of(column: str, *values: str) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _partial(name: str, *columns: object, where: str, unique: bool = False) -> Index:
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)  # type: ignore[arg-type]


inbox = Table(
    "inbox",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("event_id", AnyText, nullable=False),
    Column("type", AnyText, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("state", String(8), nullable=False, server_default="new"),
    Column("received_at", Moment, nullable=False),
    Column("handled_at", Moment),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("error", AnyText),
    # What tells a message from all others, by whichever way it is heard of; None for everything else.
    Column("peer_id", BigInteger),
    Column("cmid", BigInteger),
    # Last, because SQLite reads past a long text to reach the columns behind it.
    Column("raw", AnyText, nullable=False),
    UniqueConstraint("event_id"),
    CheckConstraint(_one_of("state", "new", "done", "strange", "failed"), name="state"),
    CheckConstraint("(state = 'new') = (handled_at IS NULL)", name="handled"),
    sqlite_autoincrement=True,
)
_partial("inbox_new", inbox.c.urgent.desc(), inbox.c.id, where="state = 'new'")

cursor = Table(
    "cursor",
    metadata,
    Column("group_id", BigInteger, primary_key=True, autoincrement=False),
    Column("server", AnyText, nullable=False),
    Column("key", AnyText, nullable=False),
    Column("ts", AnyText, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

authors = Table(
    "authors",
    metadata,
    Column("vk_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", AnyText, nullable=False, server_default=text("''")),
    Column("named_at", Moment),
    Column("reachable", Boolean),
    Column("unreachable_why", AnyText),
    Column("wants_letters", Boolean, nullable=False, server_default=text("true")),
    Column("zone", AnyText),
    Column("region", AnyText),
    Column("updated_at", Moment, nullable=False),
    Column("organisation", AnyText),
    Column("role", AnyText),
    Column("confirmed_by", BigInteger),
    Column("confirmed_at", Moment),
    Column("asked_at", Moment),
    Column("consent_asked_at", Moment),
    Column("consent_at", Moment),
    Column("blocked_why", AnyText),
    Column("blocked_by", BigInteger),
    Column("blocked_at", Moment),
    Column("told_at", Moment),
    Column("called_at", Moment),
)
_partial("authors_unnamed", authors.c.vk_id, where="named_at IS NULL")


suggestions = Table(
    "suggestions",
    metadata,
    Column("number", RowId, primary_key=True),
    Column("owner_id", BigInteger, nullable=False),
    Column("post_id", BigInteger, nullable=False),
    Column("author_id", BigInteger, ForeignKey("authors.vk_id")),
    Column("status", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Column("fingerprint", String(64), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("slot_at", Moment),
    Column("published_at", Moment),
    Column("published_post_id", BigInteger),
    Column("region", AnyText),
    Column("decision", Json),
    Column("proof", AnyText),
    Column("trouble", AnyText),
    Column("rubric", AnyText),
    Column("text", AnyText, nullable=False),
    Column("attachments", Json, nullable=False),
    Column("edited_text", AnyText),
    Column("edited_attachments", Json),
    Column("previous", Json),
    Column("networks", Json),
    Column("signed", Json),
    # Only what came from the wall has a post there; the others have negative numbers in ``post_id``.
    Column(
        "origin",
        String(16),
        CheckConstraint(_one_of("origin", "wall", "dialogue", "source"), name="origin"),
        nullable=False,
        server_default="wall",
    ),
    Column("behind", Json),
    Column("corrects", BigInteger),
    Column("without_photos", Boolean, nullable=False, server_default=text("false")),
    Column("expires_at", Moment),
    Column(
        "merged_into",
        BigInteger,
        CheckConstraint("status <> 'merged' OR merged_into IS NOT NULL", name="merged"),
    ),
    UniqueConstraint("owner_id", "post_id"),
    CheckConstraint(
        _one_of(
            "status",
            "pending",
            "returned",
            "scheduled",
            "publishing",
            "published",
            "digest",
            "rejected",
            "withdrawn",
            "expired",
            "failed",
            "merged",
        ),
        name="status",
    ),
    CheckConstraint("(status = 'published') = (published_at IS NOT NULL)", name="published"),
    CheckConstraint("status <> 'scheduled' OR due_at IS NOT NULL", name="scheduled"),
    CheckConstraint("slot_at IS NULL OR due_at IS NOT NULL", name="slot"),
    sqlite_autoincrement=True,
)
_partial("suggestions_slot", suggestions.c.slot_at, where="slot_at IS NOT NULL", unique=True)
_partial(
    "suggestions_due",
    suggestions.c.status,
    suggestions.c.due_at,
    suggestions.c.number,
    where="status = 'scheduled'",
)
_partial("suggestions_expires", suggestions.c.expires_at, where="expires_at IS NOT NULL")
_partial("suggestions_published", suggestions.c.published_at, where="published_at IS NOT NULL")
_partial("suggestions_region", suggestions.c.region, suggestions.c.published_at, where="published_at IS NOT NULL")
_partial("suggestions_joint", suggestions.c.merged_into, where="merged_into IS NOT NULL")
Index("suggestions_status", suggestions.c.status, suggestions.c.number)
Index("suggestions_region_number", suggestions.c.region, suggestions.c.number)
Index("suggestions_author", suggestions.c.author_id, suggestions.c.number)
Index("suggestions_post", suggestions.c.owner_id, suggestions.c.published_post_id)
_partial("suggestions_origin", suggestions.c.origin, suggestions.c.status, where="origin <> 'wall'")

digest_lines = Table(
    "digest_lines",
    metadata,
    Column("number", RowId, ForeignKey("suggestions.number"), primary_key=True, autoincrement=False),
    Column("wording", AnyText, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

digest_items = Table(
    "digest_items",
    metadata,
    Column("digest", BigInteger, ForeignKey("suggestions.number"), primary_key=True, autoincrement=False),
    Column("number", BigInteger, ForeignKey("suggestions.number"), primary_key=True, autoincrement=False),
)
Index("digest_items_number", digest_items.c.number)

# What the desk had made of a piece of news before others were merged into it.
merges = Table(
    "merges",
    metadata,
    Column("number", RowId, ForeignKey("suggestions.number"), primary_key=True, autoincrement=False),
    Column("edited_text", AnyText),
    Column("edited_attachments", Json),
    Column("updated_at", Moment, nullable=False),
)

claims = Table(
    "claims",
    metadata,
    Column("number", RowId, ForeignKey("suggestions.number"), primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, nullable=False),
    Column("until", Moment, nullable=False),
    Column("wanted_by", BigInteger),
    Column("wanted_at", Moment),
)

signatures = Table(
    "signatures",
    metadata,
    Column("number", RowId, ForeignKey("suggestions.number"), primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("vk_id", BigInteger, primary_key=True, autoincrement=False),
    Column("role", AnyText, nullable=False),
    Column("name", AnyText, nullable=False, server_default=text("''")),
    Column("updated_at", Moment, nullable=False),
)

cards = Table(
    "cards",
    metadata,
    Column("number", RowId, ForeignKey("suggestions.number"), primary_key=True, autoincrement=False),
    Column("peer_id", BigInteger),
    Column("cmid", BigInteger),
    Column("parts", Json, nullable=False),
    Column("shown", AnyText),
    Column("view", Json, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("uncovered", Boolean, nullable=False, server_default=text("false")),
    Column("sent_at", Moment),
    Column("updated_at", Moment, nullable=False),
    CheckConstraint("(cmid IS NULL) = (peer_id IS NULL)", name="place"),
)
Index("cards_sent", cards.c.sent_at)
_partial("cards_hidden", cards.c.number, where="hidden")

card_messages = Table(
    "card_messages",
    metadata,
    Column("peer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("cmid", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, ForeignKey("suggestions.number"), nullable=False),
)
Index("card_messages_number", card_messages.c.number)

prompts = Table(
    "prompts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("peer_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("number", BigInteger, ForeignKey("suggestions.number")),
    Column("kind", AnyText, nullable=False),
    Column("cmid", BigInteger),
    Column("version", Integer),
    Column("asked_at", Moment, nullable=False),
    UniqueConstraint("peer_id", "user_id"),
    sqlite_autoincrement=True,
)
Index("prompts_number", prompts.c.number)

# What a person is writing for the desk; one at a time.
drafts = Table(
    "drafts",
    metadata,
    Column("author_id", BigInteger, primary_key=True, autoincrement=False),
    Column("peer_id", BigInteger, nullable=False),
    Column("number", BigInteger, ForeignKey("suggestions.number")),
    Column("state", String(16), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("reminded_at", Moment),
    Column("pieces", Json, nullable=False),
    CheckConstraint(_one_of("state", "writing", "wording"), name="state"),
)
Index("drafts_number", drafts.c.number)

# The live message about a news item in the dialog with its author.
passports = Table(
    "passports",
    metadata,
    Column("number", RowId, ForeignKey("suggestions.number"), primary_key=True, autoincrement=False),
    Column("peer_id", BigInteger, nullable=False),
    Column("cmid", BigInteger, nullable=False),
    Column("shown", AnyText),
    Column("sent_at", Moment, nullable=False),
)
Index("passports_sent", passports.c.sent_at)

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("target", AnyText, nullable=False),
    Column("destination", AnyText, nullable=False),
    Column("kind", AnyText, nullable=False),
    Column("number", BigInteger, ForeignKey("suggestions.number")),
    Column("state", String(16), nullable=False, server_default="waiting"),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
    Column("sending_at", Moment),
    Column("done_at", Moment),
    Column("error", AnyText),
    Column("error_code", AnyText),
    Column("dedupe", AnyText),
    Column("result", Json),
    Column("payload", Json, nullable=False),
    CheckConstraint(
        _one_of("state", "waiting", "sending", "sent", "refused", "uncertain", "held", "cancelled"),
        name="state",
    ),
    CheckConstraint("(state IN ('sent', 'refused', 'cancelled')) = (done_at IS NOT NULL)", name="done"),
    CheckConstraint("state NOT IN ('sending', 'uncertain') OR sending_at IS NOT NULL", name="sending"),
    sqlite_autoincrement=True,
)
_partial("outbox_due", outbox.c.target, outbox.c.due_at, outbox.c.id, where="state = 'waiting'")
_partial(
    "outbox_lane",
    outbox.c.target,
    outbox.c.destination,
    outbox.c.id,
    where="state IN ('waiting', 'sending', 'uncertain')",
)
_partial("outbox_unsettled", outbox.c.target, outbox.c.id, where="state IN ('sending', 'uncertain')")
_partial("outbox_held", outbox.c.destination, outbox.c.id, where="state = 'held'")
_partial("outbox_unsent", outbox.c.state, outbox.c.id, where="state NOT IN ('sent', 'cancelled')")
# Only among the waiting: while one is being sent, a newer one with the same word queues behind it.
_partial("outbox_dedupe", outbox.c.dedupe, where="state = 'waiting' AND dedupe IS NOT NULL", unique=True)
_partial("outbox_held_dedupe", outbox.c.dedupe, where="state = 'held' AND dedupe IS NOT NULL")
Index("outbox_number", outbox.c.number)

posts = Table(
    "posts",
    metadata,
    Column("number", RowId, ForeignKey("suggestions.number"), primary_key=True, autoincrement=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("post_id", BigInteger),
    Column("state", String(8), nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("seen_at", Moment),
    Column("edited_at", Moment),
    Column("released_at", Moment),
    Column("next_look", Moment),
    Column("views", BigInteger),
    Column("likes", BigInteger),
    Column("reposts", BigInteger),
    Column("comments", BigInteger),
    Column("reach_at", Moment),
    Column("updated_at", Moment, nullable=False),
    Column("text", AnyText, nullable=False),
    Column("attachments", Json, nullable=False),
    CheckConstraint(_one_of("state", "awaited", "live", "gone"), name="state"),
)
_partial("posts_look", posts.c.next_look, where="next_look IS NOT NULL")
Index("posts_published", posts.c.published_at)

# No link to the outbox: copies outlive the pruning of what was sent.
copies = Table(
    "copies",
    metadata,
    Column("number", BigInteger, ForeignKey("suggestions.number"), primary_key=True, autoincrement=False),
    Column("network", AnyText, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    Column("doing", String(8)),
    Column("todo", String(8)),
    Column("delivery", BigInteger),
    Column("digest", AnyText),
    Column("error", AnyText),
    Column("sent_at", Moment),
    Column("edited_at", Moment),
    Column("removed_at", Moment),
    Column("next_reach", Moment),
    Column("views", BigInteger),
    Column("likes", BigInteger),
    Column("reposts", BigInteger),
    Column("comments", BigInteger),
    Column("reach_at", Moment),
    Column("updated_at", Moment, nullable=False),
    Column("link", AnyText),
    Column("ids", Json, nullable=False),
    Column("notes", Json, nullable=False),
    Column("result", Json, nullable=False),
    Column("said", Json),
    CheckConstraint(_one_of("state", "waiting", "out", "refused", "asked", "cancelled", "removed"), name="state"),
    CheckConstraint("state <> 'out' OR sent_at IS NOT NULL", name="sent"),
)
_partial("copies_reach", copies.c.next_reach, where="next_reach IS NOT NULL")
_partial("copies_open", copies.c.network, copies.c.state, where="state IN ('waiting', 'asked', 'refused')")
Index("copies_sent", copies.c.sent_at)

sources = Table(
    "sources",
    metadata,
    Column("number", RowId, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("address", AnyText, nullable=False),
    Column("owner_id", BigInteger),
    Column("title", AnyText),
    Column("region", AnyText),
    Column("tag", AnyText),
    Column("since", Moment, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("failing_since", Moment),
    Column("told", Boolean, nullable=False),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("kind", "address"),
    CheckConstraint(_one_of("kind", "vk", "feed"), name="kind"),
    CheckConstraint("failing_since IS NULL OR active", name="failing"),
)

# Kept as long as the source: a feed may show old things again after years.
source_items = Table(
    "source_items",
    metadata,
    Column("source", BigInteger, ForeignKey("sources.number"), primary_key=True, autoincrement=False),
    Column("key", AnyText, primary_key=True),
    Column("number", BigInteger, ForeignKey("suggestions.number"), nullable=False),
    Column("seen_at", Moment, nullable=False),
)
Index("source_items_number", source_items.c.number)

attempts = Table(
    "attempts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("outbox_id", BigInteger, ForeignKey("outbox.id"), nullable=False),
    Column("number_of", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("outcome", AnyText, nullable=False),
    Column("error", AnyText),
    sqlite_autoincrement=True,
)
Index("attempts_outbox", attempts.c.outbox_id, attempts.c.id)

journal = Table(
    "journal",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("number", BigInteger),
    Column("actor", BigInteger),
    Column("action", AnyText, nullable=False),
    Column("before", AnyText),
    Column("after", AnyText),
    Column("details", Json, nullable=False),
    sqlite_autoincrement=True,
)
Index("journal_number", journal.c.number, journal.c.id)

# What pictures look like, to know one that is sent again; the pictures themselves are not kept here.
#: Parts of a fingerprint: of two that differ by fewer bits than there are bands, one band is the same.
BANDS = tuple(f"band{place}" for place in range(7))
pictures = Table(
    "pictures",
    metadata,
    Column("number", BigInteger, ForeignKey("suggestions.number"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("mark", BigInteger, nullable=False),
    Column("seen_at", Moment, nullable=False),
    *(Column(band, Integer, nullable=False, server_default=text("0")) for band in BANDS),
)
for _band in BANDS:
    Index(f"pictures_{_band}", pictures.c[_band], pictures.c.seen_at, pictures.c.number, pictures.c.mark)

# Posts of the wall that came of no suggestion; their words stand in the index of texts under negative numbers.
wall_posts = Table(
    "wall_posts",
    metadata,
    Column("post_id", BigInteger, primary_key=True, autoincrement=False),
    Column("published_at", Moment, nullable=False),
)
Index("wall_posts_published", wall_posts.c.published_at)

settings = Table(
    "settings",
    metadata,
    Column("key", AnyText, primary_key=True),
    Column("value", JsonOrNothing, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

list_entries = Table(
    "list_entries",
    metadata,
    Column("list", AnyText, primary_key=True),
    Column("entry", AnyText, primary_key=True),
    Column("present", Boolean, nullable=False),
    Column("changed_by", BigInteger),
    Column("changed_at", Moment, nullable=False),
)

region_rows = Table(
    "region_rows",
    metadata,
    Column("code", AnyText, primary_key=True),
    Column("row", Json, nullable=False),
    Column("changed_at", Moment, nullable=False),
)
