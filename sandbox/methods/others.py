"""Readings at the edge of the work: news search, videos, polls and statistics."""

from __future__ import annotations

from sandbox import walls
from sandbox.api import Call, method
from sandbox.errors import VkError, invalid
from sandbox.methods.profiles import extend
from sandbox.records import Json

DAY = 86400


@method(
    "newsfeed.search",
    "q:text extended:bool count:uint(0..200) latitude:number longitude:number start_time:uint end_time:uint "
    "start_from:text fields:list",
    group=27,
)
def newsfeed_search(call: Call) -> Json:
    """Posts of all communities that contain the words, of the last day unless asked otherwise."""
    words = str(call.get("q", "")).lower()
    start = call.get("start_time") or call.world.clock.seconds() - DAY
    end = call.get("end_time") or call.world.clock.seconds() + 1
    posts = [post for wall in call.world.walls.values() for post in wall.posts.values()]
    found = [post for post in posts if words in post.text.lower() and start <= post.date <= end]
    found.sort(key=lambda post: (post.date, post.id), reverse=True)
    offset = int(call.get("start_from") or 0) if str(call.get("start_from") or "0").isdigit() else 0
    page = found[offset : offset + call.get("count", 30)]
    items = [walls.view(call.world, post, manager=False) for post in page]
    answer: Json = {"items": items, "count": len(found), "total_count": len(found)}
    if offset + len(page) < len(found):
        answer["next_from"] = str(offset + len(page))
    return extend(call, answer, items)


@method(
    "video.get",
    "owner_id:int videos:list album_id:int count:uint(0..200) offset:uint extended:bool fields:list "
    "sort_album:one(0|1)",
    group=27,
)
def video_get(call: Call) -> Json:
    """Videos by `owner_id[_key]`."""
    names = ["_".join(text.split("_")[:2]) for text in call.get("videos", [])]
    found = [call.world.media.get(f"video{name}") for name in names]
    items = [dict(item.body) for item in found if item is not None]
    return extend(call, {"count": len(items), "items": items}, items)


@method(
    "polls.getById",
    "owner_id:int is_board:bool poll_id:uint! extended:bool friends_count:uint(0..100) fields:list name_case:text",
    group=27,
)
def polls_get_by_id(call: Call) -> Json:
    """A poll attached to some post."""
    found = call.world.media.get(f"poll{call.get('owner_id', call.token.user_id)}_{call.get('poll_id')}")
    if found is None:
        raise invalid("poll_id")
    return dict(found.body)


@method(
    "stats.get",
    "group_id:uint app_id:uint timestamp_from:number timestamp_to:number "
    "interval:one(all|day|month|week|year) intervals_count:uint filters:list stats_groups:list extended:bool",
    group=27,
    user="groups",
)
def stats_get(call: Call) -> list[Json]:
    """Visitors of a community, all zero; for its managers only."""
    if call.level(call.get("group_id", 0)) < 3:
        raise VkError(15)
    now = call.world.clock.seconds()
    return [{"period_from": now - DAY, "period_to": now, "visitors": {"views": 0, "visitors": 0}}]
