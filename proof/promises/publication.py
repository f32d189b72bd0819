"""R1, R3 and R5: a suggestion is never lost, goes out once or somebody is told, and not before its time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from proof.evidence import Evidence, Json
from proof.promises.calls import made_at, own_calls
from proof.promises.copies import asked_about

#: Nothing stays in hand longer than this after recovery, seconds.
STUCK: Final = 60.0
#: Wall posts are at least so far apart, seconds (five, less what the way through the sockets may take).
POST_GAP: Final = 4.9
OPEN: Final = frozenset({"pending", "returned", "scheduled", "failed", "expired", "publishing", "digest", "merged"})


def r1_no_suggestion_is_lost(seen: Evidence) -> Iterator[str]:
    """What VK lists as suggested has exactly one open row that says the same."""
    rows = Counter(row["post_id"] for row in seen.tables["suggestions"])
    by_post = {row["post_id"]: row for row in seen.tables["suggestions"]}
    for post_id, post in seen.waiting_on_vk.items():
        if rows[post_id] != 1:
            yield f"suggestion {post_id} stands on VK and has {rows[post_id]} rows"
            continue
        row = by_post[post_id]
        if row["status"] in ("published", "withdrawn"):
            yield f"suggestion {post_id} stands on VK, № {row['number']} is {row['status']}"
        if row["status"] in OPEN and row["text"].strip() != post["text"].strip():
            yield f"№ {row['number']} says something else than suggestion {post_id} on VK"
    for post_id, count in rows.items():
        if count > 1:
            yield f"suggestion {post_id} has {count} rows"
    for post_id, deed in seen.markers().items():
        if rows[post_id] == 0 and not _removed_by_people(seen, post_id):
            yield f"{deed['marker']} (suggestion {post_id}) was never taken in"


def _removed_by_people(seen: Evidence, post_id: int) -> bool:
    return any(deed.get("post_id") == post_id for deed in seen.done("delete", "publish_by_hand", "delete_by_hand"))


def r3_published_once_or_told(seen: Evidence) -> Iterator[str]:
    """Never twice on the wall, never silently off it, nothing in hand for long."""
    yield from published_calls(seen)
    by_post = {row["post_id"]: row for row in seen.tables["suggestions"]}
    for post_id, deed in seen.markers().items():
        found = seen.posts_with(deed["marker"])
        if len(found) > 1:
            yield f"{deed['marker']} stands {len(found)} times on the wall"
        if not found and post_id not in seen.waiting_on_vk and not _removed_by_people(seen, post_id):
            yield f"{deed['marker']} is neither on the wall nor among the suggestions"
        row = by_post.get(post_id)
        if row is not None:
            yield from _told_truly(seen, row, found)
    for row in seen.tables["suggestions"]:
        yield from _not_stuck(seen, row)
    for row in seen.tables["outbox"]:
        yield from _not_in_hand(seen, row)


def published_calls(seen: Evidence) -> Iterator[str]:
    done = Counter(
        str(call["params"]["post_id"])
        for call in seen.calls
        if call["method"] == "wall.post" and call.get("executed") and call["params"].get("post_id")
    )
    for post_id, count in done.items():
        if count > 1:
            yield f"suggestion {post_id} was published by {count} calls"


def _told_truly(seen: Evidence, row: Json, found: Sequence[Json]) -> Iterator[str]:
    number, deleted = row["number"], bool(seen.done("delete_by_hand"))
    if row["status"] == "published" and not found and not deleted:
        yield f"№ {number} is published, but not on the wall"
    named, there = row["published_post_id"], [post["id"] for post in found]
    if row["status"] == "published" and found and named is not None and named not in there:
        yield f"№ {number} names post {named}, the wall has {there}"
    if found and row["status"] != "published" and not _asked(seen, number):
        yield f"№ {number} is on the wall and {row['status']} in the database"


def _asked(seen: Evidence, number: int) -> bool:
    return any(row["number"] == number and (row["view"] or {}).get("asked") for row in seen.tables["cards"])


def _not_stuck(seen: Evidence, row: Json) -> Iterator[str]:
    number = row["number"]
    open_rows = [
        one for one in seen.deliveries(number, "publish") if one["state"] in ("waiting", "sending", "uncertain")
    ]
    if row["status"] == "publishing" and not _asked(seen, number):
        if not open_rows:
            yield f"№ {number} is publishing and nothing publishes it"
        elif all(_age(seen, one["sending_at"]) > STUCK for one in open_rows):
            yield f"№ {number} is publishing for more than {STUCK:.0f} s and nobody is asked"
    if row["status"] == "scheduled" and seen.setting("paused") is None:
        if not open_rows:
            yield f"№ {number} is scheduled and nothing will publish it"
        elif _age(seen, row["due_at"]) > STUCK and not _excused(seen, open_rows):
            yield f"№ {number} is {_age(seen, row['due_at']):.0f} s overdue and nobody knows why"
    if row["status"] == "failed" and not row["trouble"]:
        yield f"№ {number} failed without a reason"


def _excused(seen: Evidence, open_rows: Sequence[Json]) -> bool:
    """The trouble was told, or the next try stands in the plan."""
    return bool(seen.setting("alarms")) or any(one["due_at"] / 1e6 > seen.now for one in open_rows)


def _not_in_hand(seen: Evidence, row: Json) -> Iterator[str]:
    if row["state"] == "sending" and _age(seen, row["sending_at"]) > STUCK:
        yield f"delivery {row['id']} ({row['kind']}) is being sent for {_age(seen, row['sending_at']):.0f} s"
    asked = row["kind"] == "post" and asked_about(seen, row["number"], row["payload"].get("network"))
    if (
        row["state"] == "uncertain"
        and row["kind"] != "publish"
        and not asked
        and _age(seen, row["sending_at"]) > STUCK
    ):
        yield f"delivery {row['id']} ({row['kind']}) is uncertain for {_age(seen, row['sending_at']):.0f} s"


def _age(seen: Evidence, moment: int | None) -> float:
    return 0.0 if moment is None else seen.now - moment / 1e6


def r5_not_early_and_apart(seen: Evidence) -> Iterator[str]:
    """No post before its time (nor later than promised where the run watched that), posts apart."""
    posted = [call for call in seen.calls if call["method"] == "wall.post" and call.get("executed")]
    for call in posted:
        row = next(
            (one for one in seen.tables["suggestions"] if str(one["post_id"]) == call["params"].get("post_id")),
            None,
        )
        if row is None or row["due_at"] is None or row["urgent"] or row["status"] != "published":
            continue
        late = made_at(call) - row["due_at"] / 1e6
        if late < -0.01:
            yield f"№ {row['number']} went out {-late:.2f} s early"
        if late > float(seen.facts.get("latest", 1e9)):
            yield f"№ {row['number']} went out {late:.2f} s late"
    tries = [call for call in own_calls(seen.calls) if call["method"] == "wall.post" and not seen.kills]
    for first, second in pairwise(tries):
        gap = second["monotonic"] - first["monotonic"]
        if gap < POST_GAP and first.get("error_code") != 6:  # too fast: VK did nothing and says "again"
            yield f"two calls of wall.post {gap:.2f} s apart"
