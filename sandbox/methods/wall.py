"""wall.*: reading walls and the queue of suggestions, posting, publishing, editing, deleting."""

from __future__ import annotations

from typing import Any

from sandbox import walls
from sandbox.api import Call, method
from sandbox.attachments import for_wall
from sandbox.errors import NO_SCOPE, VkError, invalid, missing
from sandbox.methods.profiles import extend
from sandbox.records import Attachment, Json, Post
from sandbox.world import Wall

EDITOR = 2
MODERATOR = 1
GUID_SECONDS = 3600
PAGE = 100
ITEMS_SINCE = (5, 139)


# -- reading -----------------------------------------------------------------------------------------


@method(
    "wall.get",
    "owner_id:int domain:text offset:uint count:uint extended:bool fields:list "
    "filter:one(owner|others|all|postponed|suggests|archived|donut)",
    group=27,
    service=True,
)
def wall_get(call: Call) -> Json:
    """A page of a wall, newest first; suggestions are shown to managers whole, to others their own."""
    owner_id = _owner_of_wall(call)
    wall = call.world.wall(owner_id)
    posts = _filtered(call, wall, call.get("filter") or "all")
    offset, count = call.get("offset", 0), min(call.get("count", 20), PAGE)
    page = posts[offset : offset + count]
    manager = owner_id < 0 and call.level(-owner_id) > 0
    items = [walls.view(call.world, post, manager=manager) for post in page]
    return extend(call, {"count": len(posts), "items": items}, items)


def _owner_of_wall(call: Call) -> int:
    domain = call.get("domain")
    if call.get("owner_id") is not None:
        owner_id = int(call.get("owner_id"))
    elif domain:
        owner_id = _resolve(call, domain)
    elif call.token.user_id:
        owner_id = call.token.user_id
    else:
        raise missing("owner_id")
    if owner_id < 0 and -owner_id not in call.world.groups:
        raise VkError(15, "group is blocked")
    if owner_id > 0 and owner_id not in call.world.people:
        raise VkError(18)
    return owner_id


def _resolve(call: Call, domain: str) -> int:
    for group in call.world.groups.values():
        if domain in {group.screen_name, f"club{group.id}", f"public{group.id}"}:
            return -group.id
    number = domain.removeprefix("id")
    if number.lstrip("-").isdigit():
        return int(number)
    raise invalid("domain")


def _filtered(call: Call, wall: Wall, name: str) -> list[Post]:
    level = call.level(-wall.owner_id) if wall.owner_id < 0 else 0
    if name in {"suggests", "postponed"} and "wall" not in call.token.effective_rights:
        raise VkError(15, NO_SCOPE)
    if name == "suggests":
        if wall.owner_id > 0:
            raise VkError(15, "no access to suggested posts")
        rows = list(reversed(wall.suggests.values()))
        return rows if level else [row for row in rows if row.author_id == call.token.user_id]
    if name == "postponed":
        if level < MODERATOR and wall.owner_id != call.token.user_id:
            raise VkError(15, "no access to postponed posts")
        return sorted(wall.postponed.values(), key=lambda row: (row.date, row.id))
    if name in {"archived", "donut"}:
        return []
    posts = [post for post in reversed(wall.posts.values()) if name == "all" or _is_by(post, name)]
    pinned = [post for post in posts if post.pinned]
    return pinned + [post for post in posts if not post.pinned] if pinned else posts


def _is_by(post: Post, whose: str) -> bool:
    """Whether a post is by the wall's "owner", or by "others"."""
    return (post.from_id == post.owner_id) == (whose == "owner")


@method(
    "wall.getById",
    "posts:list(100)! extended:bool copy_history_depth:int fields:list",
    group=27,
    service=True,
)
def wall_get_by_id(call: Call) -> Any:
    """Posts by `owner_id`; what is gone or hidden is simply missing."""
    items = []
    for name in call.get("posts"):
        owner, _, number = name.partition("_")
        number = number.split("_")[0]
        if not owner.lstrip("-").isdigit() or not number.isdigit():
            raise invalid("posts", f"contains {name[:40]}")
        post = call.world.wall(int(owner)).find(int(number))
        if post is not None and _sees(call, post):
            manager = post.owner_id < 0 and call.level(-post.owner_id) > 0
            items.append(walls.view(call.world, post, manager=manager))
    if call.version < ITEMS_SINCE and not call.get("extended"):
        return items
    return extend(call, {"items": items}, items)


def _sees(call: Call, post: Post) -> bool:
    if post.post_type == "post":
        return True
    if post.post_type == "postpone" and call.world.variants["postponed_by_id"] == "missing":
        return False
    level = call.level(-post.owner_id) if post.owner_id < 0 else 0
    return level > 0 or (call.token.user_id != 0 and post.author_id == call.token.user_id)


# -- posting -----------------------------------------------------------------------------------------


@method(
    "wall.post",
    "owner_id:int friends_only:bool from_group:bool message:text attachments:list services:text signed:bool "
    "publish_date:uint lat:number long:number place_id:uint post_id:uint guid:text mark_as_ads:bool "
    "link_title:text link_photo_id:text close_comments:bool donut_paid_duration:int mute_notifications:bool "
    "copyright:text topic_id:uint primary_attachments_mode:text",
    group="wall",
    user="wall",
    wall_write=True,
)
def wall_post(call: Call) -> Json:
    """A new post, a suggestion by somebody who is no editor, or (with post_id) a publication."""
    owner_id = call.get("owner_id")
    if owner_id is None:
        owner_id = -call.token.group_id if call.by_group else call.token.user_id
    wall = _wall_to_post(call, owner_id)
    known = _by_guid(call, wall)
    if known is not None:
        return {"post_id": known}
    if call.get("post_id"):
        post_id = _publish(call, wall, call.get("post_id"))
    elif owner_id < 0 and call.level(-owner_id) < EDITOR:
        post_id = _suggest(call, owner_id)
    else:
        post_id = _new(call, wall)
    if call.get("guid"):
        wall.guids[(call.token.key, call.get("guid"))] = (call.world.clock.now(), post_id)
    return {"post_id": post_id}


def _wall_to_post(call: Call, owner_id: int) -> Wall:
    if owner_id < 0:
        group = call.world.groups.get(-owner_id)
        if group is None:
            raise VkError(15, "group is blocked")
        if call.by_group and call.token.group_id != group.id:
            raise VkError(15)
        if call.token.flavour == "miniapp" and not group.level(call.token.user_id):
            raise VkError(15, NO_SCOPE, subcode=1134)
        if not group.wall_open:
            raise VkError(214, "access to the wall is closed")
    elif call.by_group or owner_id != call.token.user_id:
        raise VkError(214)
    return call.world.wall(owner_id)


def _by_guid(call: Call, wall: Wall) -> int | None:
    if call.world.variants["guid"] != "hour" or not call.get("guid"):
        return None
    known = wall.guids.get((call.token.key, call.get("guid")))
    if known is None or call.world.clock.now() - known[0] > GUID_SECONDS:
        return None
    return known[1]


def _text(call: Call, text: str) -> str:
    limit = call.world.variants.number("post_text_limit")
    if len(text) <= limit:
        return text
    if call.world.variants["over_limit"] == "cut":
        return text[:limit]
    raise invalid("message", "is too long")


def _new(call: Call, wall: Wall) -> int:
    text = _text(call, call.get("message", ""))
    given = call.get("attachments", [])
    if not text.strip() and not given:
        raise VkError(100, "message or attachments should be passed")
    attachments = for_wall(call, given, wall.owner_id)
    if not text.strip() and not attachments:
        raise VkError(100, "message or attachments should be passed")
    link = _copyright(call)
    publish_date = _publish_date(call, wall)
    _count_day(call, wall, publish_date)
    post = walls.new_post(
        call.world,
        wall.owner_id,
        call.token.user_id,
        text,
        attachments,
        signed=call.get("signed", False),
        publish_date=publish_date,
        copyright_link=link,
        by_person=not call.by_group and not call.get("from_group"),
    )
    post.close_comments = call.get("close_comments", False)
    return post.returned_id or post.id


def _copyright(call: Call) -> str:
    link = str(call.get("copyright") or "")
    if link and not link.startswith(("http://", "https://")):
        raise VkError(3102)
    return link


def _suggest(call: Call, owner_id: int) -> int:
    if call.get("publish_date"):
        raise VkError(214, "cannot postpone post")
    text, given = call.get("message", ""), call.get("attachments", [])
    attachments = for_wall(call, given, owner_id)
    if not text.strip() and not attachments:
        raise VkError(100, "message or attachments should be passed")
    return walls.suggest(call.world, -owner_id, call.token.user_id, text, attachments).id


def _publish(call: Call, wall: Wall, post_id: int) -> int:
    post = wall.find(post_id)
    if post is not None and post.post_type == "postpone":
        return _release_now(call, wall, post)
    level = call.level(-wall.owner_id) if wall.owner_id < 0 else 0
    if level < EDITOR:
        raise VkError(214)
    if call.by_group and not call.world.variants["community_key_publishes_suggestion"]:
        raise VkError(15)
    if post is None or post.post_type != "suggest":
        return _publish_again(call, wall)
    text, attachments = _content(call, post)
    publish_date = _publish_date(call, wall)
    if publish_date is not None:
        answer = call.world.variants["suggestion_publish_date"]
        if answer == "error":
            raise VkError(214, "cannot postpone post")
        publish_date = publish_date if answer == "works" else None
    _count_day(call, wall, publish_date)
    published = walls.publish(
        call.world,
        post,
        call.token.user_id,
        text,
        attachments,
        signed=call.get("signed", False),
        publish_date=publish_date,
    )
    return published.returned_id or published.id


def _release_now(call: Call, wall: Wall, post: Post) -> int:
    """Removing the timer of a postponed post publishes it."""
    if call.level(-wall.owner_id) < EDITOR and wall.owner_id != call.token.user_id:
        raise VkError(214)
    if "message" in call.values or "attachments" in call.values:
        post.text, post.attachments = _content(call, post)
    publish_date = _publish_date(call, wall)
    if publish_date is not None:
        walls.edit_post(call.world, post, post.text, post.attachments, publish_date=publish_date)
        return post.returned_id or post.id
    _count_day(call, wall, None)
    return walls.release(call.world, post).id


def _publish_again(call: Call, wall: Wall) -> int:
    """What happens to a suggestion that is no longer one is not known: a variant decides."""
    answer = call.world.variants["second_publish"]
    if answer == "duplicate":
        return _new(call, wall)
    if answer == 100:
        raise invalid("post_id")
    raise VkError(int(answer))


def _content(call: Call, post: Post) -> tuple[str, list[Attachment]]:
    kept = call.world.variants["omitted_content"] == "kept"
    text = call.get("message") if "message" in call.values else (post.text if kept else "")
    if "attachments" in call.values:
        attachments = for_wall(call, call.get("attachments"), post.owner_id, of_suggestion=post.id)
    else:
        attachments = list(post.attachments) if kept else []
    if not text.strip() and not attachments:
        raise VkError(100, "message or attachments should be passed")
    return _text(call, text), attachments


def _publish_date(call: Call, wall: Wall) -> int | None:
    """The wished date, checked against the postponed list; None means now."""
    date = call.get("publish_date")
    if not date:
        return None
    if date <= call.world.clock.now():
        if call.world.variants["past_publish_date"] == "now":
            return None
        raise invalid("publish_date", "is in the past")
    limits = call.world.limits.values
    if any(post.date == date for post in wall.postponed.values()):
        raise VkError(214, "a post is already scheduled for this time")
    if limits["postponed_total"] and len(wall.postponed) >= limits["postponed_total"]:
        raise VkError(214, f"you cannot schedule more than {limits['postponed_total']:.0f} posts")
    same_day = sum(post.date // 86400 == date // 86400 for post in wall.postponed.values())
    if limits["postponed_per_day"] and same_day >= limits["postponed_per_day"]:
        raise VkError(214, f"you can only schedule {limits['postponed_per_day']:.0f} posts on a day")
    return int(date)


def _count_day(call: Call, wall: Wall, publish_date: int | None) -> None:
    if publish_date is not None or wall.owner_id > 0:
        return
    limits = call.world.limits
    if limits.count_day(str(wall.owner_id), "wall.post", "day_posts", call.world.clock.now()):
        raise VkError(214, f"you can only add {limits.values['day_posts']:.0f} posts a day")


# -- changing ----------------------------------------------------------------------------------------


@method(
    "wall.edit",
    "owner_id:int post_id:uint! friends_only:bool message:text attachments:list services:text signed:bool "
    "publish_date:uint lat:number long:number place_id:uint mark_as_ads:bool close_comments:bool "
    "donut_paid_duration:int poster_bkg_id:uint poster_bkg_owner_id:int poster_bkg_access_hash:text "
    "copyright:text topic_id:one(0|1|7|12|16|19|21|23|25|26|32|43)",
    group=27,
    user="wall",
    wall_write=True,
)
def wall_edit(call: Call) -> Json:
    """Replaces a post; of a suggestion only its author may do that."""
    wall, post = _post(call)
    level = call.level(-wall.owner_id) if wall.owner_id < 0 else 0
    own = call.token.user_id in (post.author_id, wall.owner_id)
    if post.post_type == "suggest":
        if not own:
            raise VkError(15)
    elif level < EDITOR and wall.owner_id != call.token.user_id:
        raise VkError(15)
    attachments = for_wall(
        call,
        call.get("attachments", []),
        wall.owner_id,
        of_suggestion=post.id if post.post_type == "suggest" else 0,
    )
    text = _text(call, call.get("message", ""))
    if not text.strip() and not attachments:
        raise VkError(100, "message or attachments should be passed")
    if post.post_type == "suggest":
        walls.edit_suggestion(call.world, post, text, attachments)
    else:
        moved = call.get("publish_date")
        if moved and moved != post.date and post.post_type == "postpone":
            moved = _publish_date(call, wall)
        walls.edit_post(call.world, post, text, attachments, signed=call.get("signed"), publish_date=moved or None)
    return {"post_id": post.id}


def _post(call: Call) -> tuple[Wall, Post]:
    owner_id = call.get("owner_id", call.token.user_id)
    wall = call.world.wall(owner_id)
    post = wall.find(call.get("post_id", 0))
    if post is None:
        raise VkError(104)
    return wall, post


@method("wall.delete", "owner_id:int post_id:uint", group=27, user="wall", wall_write=True)
def wall_delete(call: Call) -> int:
    """Deletes a post or rejects a suggestion; its author may take a suggestion back."""
    owner_id = call.get("owner_id", call.token.user_id)
    wall = call.world.wall(owner_id)
    post = wall.find(call.get("post_id", 0))
    level = call.level(-owner_id) if owner_id < 0 else 3 * (owner_id == call.token.user_id)
    if post is None:
        answer = call.world.variants["delete_twice"]
        if answer == 1 and level:
            return 1
        raise VkError(104 if answer == 1 else int(answer))
    own_suggestion = post.post_type == "suggest" and post.author_id == call.token.user_id
    if level < MODERATOR and not own_suggestion:
        raise VkError(210)
    walls.delete(call.world, post)
    return 1


@method("wall.restore", "owner_id:int post_id:uint", group=27, user="wall", wall_write=True)
def wall_restore(call: Call) -> int:
    """Brings a deleted post back while that is possible."""
    owner_id = call.get("owner_id", call.token.user_id)
    if owner_id < 0 and call.level(-owner_id) < MODERATOR:
        raise VkError(210)
    if not walls.restore(call.world, call.world.wall(owner_id), call.get("post_id", 0)):
        raise VkError(210)
    return 1


@method("wall.pin", "owner_id:int post_id:uint!", group=27, user="wall", wall_write=True)
def wall_pin(call: Call) -> int:
    """Pins a post, the former one is unpinned."""
    wall, post = _editable(call)
    for other in wall.posts.values():
        other.pinned = other is post
    call.world.touch()
    return 1


@method("wall.unpin", "owner_id:int post_id:uint!", group=27, user="wall", wall_write=True)
def wall_unpin(call: Call) -> int:
    """Unpins a post."""
    _, post = _editable(call)
    post.pinned = False
    call.world.touch()
    return 1


def _editable(call: Call) -> tuple[Wall, Post]:
    wall, post = _post(call)
    if post.post_type != "post":
        raise VkError(15)
    if wall.owner_id != call.token.user_id and call.level(-wall.owner_id) < EDITOR:
        raise VkError(15)
    return wall, post


@method(
    "wall.repost",
    "object:text! message:text group_id:uint mark_as_ads:bool mute_notifications:bool",
    group=27,
    user="wall",
    wall_write=True,
)
def wall_repost(call: Call) -> Json:
    """A repost onto one's own wall or onto that of a community one edits; twice makes two."""
    kind, _, place = call.get("object").partition("-")
    owner, _, number = place.partition("_")
    if kind != "wall" or not owner.isdigit() or not number.isdigit():
        raise invalid("object")
    original = call.world.wall(-int(owner)).posts.get(int(number))
    if original is None:
        raise invalid("object")
    group_id = call.get("group_id", 0)
    owner_id = -group_id if group_id else call.token.user_id
    if group_id and call.level(group_id) < EDITOR:
        raise VkError(214)
    wall = call.world.wall(owner_id)
    _count_day(call, wall, None)
    post = walls.new_post(
        call.world, owner_id, call.token.user_id, call.get("message", ""), [], copy_history=[original]
    )
    reposts = sum(
        original in item.copy_history for any_wall in call.world.walls.values() for item in any_wall.posts.values()
    )
    return {"success": 1, "post_id": post.id, "reposts_count": reposts, "likes_count": original.likes}


# -- comments ----------------------------------------------------------------------------------------


@method(
    "wall.createComment",
    "owner_id:int post_id:uint! from_group:uint message:text reply_to_comment:int attachments:list "
    "sticker_id:uint guid:text",
    group="wall",
    user="wall",
)
def wall_create_comment(call: Call) -> Json:
    """A comment under a post."""
    owner_id = call.get("owner_id", -call.token.group_id if call.by_group else call.token.user_id)
    post = call.world.wall(owner_id).posts.get(call.get("post_id"))
    if post is None:
        raise VkError(212)
    if post.close_comments:
        raise VkError(213)
    if not call.get("message") and not call.get("attachments"):
        raise VkError(100, "message or attachments should be passed")
    author = -call.token.group_id if call.by_group else call.token.user_id
    number = call.world.wall(owner_id).new_id()
    comment: Json = {
        "id": number,
        "from_id": author,
        "date": call.world.clock.seconds(),
        "text": call.get("message", ""),
        "post_id": post.id,
        "owner_id": owner_id,
    }
    post.comments.append(comment)
    if owner_id < 0:
        call.world.emit(-owner_id, "wall_reply_new", {**comment, "post_owner_id": owner_id})
    call.world.touch()
    return {"comment_id": number, "parents_stack": []}


@method(
    "wall.getComments",
    "owner_id:int post_id:uint need_likes:bool start_comment_id:uint offset:int count:uint "
    "sort:one(asc|desc|smart) preview_length:uint extended:bool fields:list comment_id:uint "
    "thread_items_count:uint(0..10)",
    group=27,
    user="wall",
    service=True,
)
def wall_get_comments(call: Call) -> Json:
    """Comments of a post."""
    _, post = _post(call)
    rows = post.comments[call.get("offset", 0) :][: min(call.get("count", 10), PAGE)]
    items = [dict(row) for row in rows]
    return extend(call, {"count": len(post.comments), "items": items, "current_level_count": len(items)}, items)


@method("wall.closeComments", "owner_id:int! post_id:uint!", group="wall", user="wall")
def wall_close_comments(call: Call) -> int:
    """Nobody may comment any more."""
    _, post = _editable(call)
    post.close_comments = True
    return 1


@method("wall.openComments", "owner_id:int! post_id:uint!", group="wall", user="wall")
def wall_open_comments(call: Call) -> int:
    """Comments are allowed again."""
    _, post = _editable(call)
    post.close_comments = False
    return 1
