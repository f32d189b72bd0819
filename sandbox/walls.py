"""What happens on walls: suggestions come, are published, postponed, edited, deleted; and how posts look.

Callers have checked their rights before; here are the consequences: ids, photos, events.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.records import Attachment, Json, Photo, Post
from sandbox.world import Wall, World

SUGGEST_ALBUM = -8
WALL_ALBUM = -7
ADMIN_SECONDS = 86400
MOST_DRAWN = 100


# -- how posts look ----------------------------------------------------------------------------------


def view(world: World, post: Post, *, manager: bool, event: bool = False) -> Json:
    """A post as VK shows it; `manager` also sees who made it and what may be done with it."""
    expires = world.picture_expiry()
    shown: Json = {
        "inner_type": "wall_wallpost",
        "type": post.post_type,
        "id": post.id,
        "owner_id": post.owner_id,
        "from_id": post.from_id,
        "date": post.date,
        "text": post.text,
        "attachments": [item.view(world.base_url, expires) for item in post.attachments],
        "comments": {"count": len(post.comments)},
        "marked_as_ads": 0,
        "is_favorite": False,
        "donut": {"is_donut": False},
        "hash": world.secret("post", post.owner_id, post.id)[:18],
    }
    if not event or world.variants["event_post_type"] == "both":
        shown["post_type"] = post.post_type
    if post.post_type == "post":
        shown["likes"] = {"can_like": 1, "count": post.likes, "user_likes": 0}
        shown["reposts"] = {"count": 0, "user_reposted": 0}
        shown["views"] = {"count": post.views}
    _add_optional(world, post, shown, manager, event)
    return shown


def _add_optional(world: World, post: Post, shown: Json, manager: bool, event: bool) -> None:
    if post.signer_id:
        shown["signer_id"] = post.signer_id
    if post.postponed_id:
        shown["postponed_id"] = post.postponed_id
    if post.edited:
        shown["edited"] = post.edited
    if post.copyright:
        shown["copyright"] = post.copyright
    if post.pinned:
        shown["is_pinned"] = 1
    if post.copy_history:
        shown["copy_history"] = [view(world, old, manager=False) for old in post.copy_history]
    if manager:
        shown["can_edit"] = shown["can_delete"] = 1
        if post.created_by and (event or world.clock.seconds() - post.born < ADMIN_SECONDS):
            shown["created_by"] = post.created_by


def attachment_views(world: World, attachments: list[Attachment]) -> list[Json]:
    """Attachments as VK shows them, with picture links that work for a while."""
    expires = world.picture_expiry()
    return [item.view(world.base_url, expires) for item in attachments]


# -- photos ------------------------------------------------------------------------------------------


def new_photo(
    world: World, owner_id: int, album_id: int, user_id: int, origin: str, width: int = 1280, height: int = 853
) -> Photo:
    """A drawn photo of the given owner."""
    number = world.new_id()
    photo = Photo(
        id=number,
        owner_id=owner_id,
        album_id=album_id,
        user_id=user_id,
        access_key=world.secret("photo", number)[:18],
        date=world.clock.seconds(),
        width=width,
        height=height,
        origin=origin,
    )
    world.photos[number] = photo
    return photo


def copy_photo(world: World, photo: Photo, owner_id: int, album_id: int, user_id: int, origin: str) -> Photo:
    """The same picture under another id and owner."""
    number = world.new_id()
    key = world.secret("photo", number)[:18]
    copy = replace(
        photo,
        id=number,
        owner_id=owner_id,
        album_id=album_id,
        user_id=user_id,
        access_key=key,
        origin=origin,
        date=world.clock.seconds(),
        public=False,
    )
    if copy.content is None:
        copy.text = photo.text
    world.photos[number] = copy
    return copy


def drawn_photos(world: World, user_id: int, wanted: int | list[Any]) -> list[Attachment]:
    """Photos a person takes: a number of them, or a list of [width, height]. Raises ValueError over 100."""
    if isinstance(wanted, int) and wanted > MOST_DRAWN:
        raise ValueError(f"at most {MOST_DRAWN} photos at once")
    sizes = [(1280, 853)] * wanted if isinstance(wanted, int) else [(int(w), int(h)) for w, h in wanted]
    return [
        Attachment("photo", new_photo(world, user_id, WALL_ALBUM, user_id, "person", width, height))
        for width, height in sizes
    ]


def _rehome(world: World, group_id: int, user_id: int, attachments: list[Attachment]) -> list[Attachment]:
    """Photos of a suggestion become the community's (album -8), as VK does it."""
    if world.variants["suggestion_photo_owner"] != "group":
        return attachments
    homed = []
    for item in attachments:
        if item.photo is not None and item.photo.owner_id != -group_id:
            photo = copy_photo(world, item.photo, -group_id, SUGGEST_ALBUM, max(user_id, 0), "suggest")
            homed.append(Attachment("photo", photo))
        else:
            homed.append(item)
    return homed


# -- suggestions -------------------------------------------------------------------------------------


def suggest(
    world: World,
    group_id: int,
    user_id: int,
    text: str,
    attachments: list[Attachment],
    *,
    how: str = "normal",
    as_group_id: int = 0,
) -> Post:
    """Somebody suggests a post; `how` tells what becomes of the event."""
    wall = world.wall(-group_id)
    author = -as_group_id if as_group_id else user_id
    homed = _rehome(world, group_id, author, attachments)
    now = world.clock.seconds()
    post = Post(
        id=wall.new_id(),
        owner_id=-group_id,
        from_id=author,
        created_by=user_id,
        date=now,
        text=text,
        attachments=homed,
        post_type="suggest",
        author_id=user_id,
        born=now,
    )
    for item in homed:
        if item.photo is not None and item.photo.origin == "suggest":
            item.photo.post_id = post.id
    wall.put(post)
    world.emit(group_id, "wall_post_new", view(world, post, manager=True, event=True), how=how)
    world.touch()
    return post


def edit_suggestion(world: World, post: Post, text: str | None, attachments: list[Attachment] | None) -> None:
    """The author changes a suggestion: silently."""
    if text is not None:
        post.text = text
    if attachments is not None:
        post.attachments = _rehome(world, -post.owner_id, post.from_id, attachments)
        for item in post.attachments:
            if item.photo is not None:
                item.photo.post_id = post.id
    if world.variants["edited_field"]:
        post.edited = world.clock.seconds()
    world.touch()


def publish(
    world: World,
    post: Post,
    publisher_id: int,
    text: str,
    attachments: list[Attachment],
    *,
    signed: bool,
    publish_date: int | None = None,
) -> Post:
    """A suggestion goes out, or onto the postponed list: new id, the suggestion is gone."""
    wall = world.wall(post.owner_id)
    wall.remove(post, world.clock.seconds())
    same = world.variants["published_id"] == "same" and publish_date is None
    signer = {"author": post.from_id, "publisher": publisher_id, "nobody": 0}[world.variants["signed_author"]]
    published = Post(
        id=post.id if same else wall.new_id(),
        owner_id=post.owner_id,
        from_id=post.owner_id,
        created_by=publisher_id,
        date=world.clock.seconds(),
        text=text,
        attachments=attachments,
        post_type="post",
        signer_id=signer if signed and signer > 0 else None,
        author_id=post.author_id,
        signed=signed,
        born=world.clock.seconds(),
    )
    if same:
        wall.gone.pop(post.id, None)
    if publish_date is not None:
        return postpone(world, published, publish_date)
    published.attachments = [_published_photo(world, item, published.id) for item in attachments]
    return appear(world, published)


def _published_photo(world: World, item: Attachment, post_id: int) -> Attachment:
    photo = item.photo
    if photo is None or photo.origin != "suggest":
        return item
    if world.variants["published_photo_ids"] == "recreated":
        copy = copy_photo(world, photo, photo.owner_id, WALL_ALBUM, 100, "wall")
        copy.post_id = post_id
        return Attachment("photo", copy)
    if world.variants["photo_post_id"] == "new":
        photo.post_id = post_id
    return item


# -- posts -------------------------------------------------------------------------------------------


def appear(world: World, post: Post) -> Post:
    """A post is on the wall from now on, everybody may see it."""
    wall = world.wall(post.owner_id)
    wall.put(post)
    for item in post.attachments:
        if item.photo is not None:
            item.photo.public = True
    if post.owner_id < 0:
        kind = "wall_repost" if post.copy_history and post.from_id != post.owner_id else "wall_post_new"
        world.emit(-post.owner_id, kind, view(world, post, manager=True, event=True))
    world.touch()
    return post


def new_post(
    world: World,
    owner_id: int,
    publisher_id: int,
    text: str,
    attachments: list[Attachment],
    *,
    signed: bool = False,
    publish_date: int | None = None,
    copyright_link: str = "",
    copy_history: list[Post] | None = None,
    by_person: bool = False,
) -> Post:
    """A post made from nothing; the community's signature names the publisher. ``by_person``: in his own name."""
    wall = world.wall(owner_id)
    post = Post(
        id=wall.new_id(),
        owner_id=owner_id,
        from_id=publisher_id if by_person else owner_id,
        created_by=publisher_id,
        date=world.clock.seconds(),
        text=text,
        attachments=attachments,
        post_type="post",
        signer_id=publisher_id if signed and publisher_id > 0 else None,
        signed=signed,
        copy_history=copy_history or [],
        born=world.clock.seconds(),
    )
    if copyright_link and not _vk_link(copyright_link):
        host = copyright_link.rsplit("//", maxsplit=1)[-1].split("/", maxsplit=1)[0]
        post.copyright = {"link": copyright_link, "name": host, "type": "external_link"}
    if publish_date is not None:
        return postpone(world, post, publish_date)
    return appear(world, post)


def _vk_link(link: str) -> bool:
    host = link.rsplit("//", maxsplit=1)[-1].split("/", maxsplit=1)[0].removeprefix("www.").removeprefix("m.")
    return host in {"vk.com", "vk.ru"}


def edit_post(
    world: World,
    post: Post,
    text: str,
    attachments: list[Attachment],
    *,
    signed: bool | None = None,
    publish_date: int | None = None,
) -> None:
    """Replaces the whole content of a post; a postponed one may also move."""
    post.text, post.attachments = text, attachments
    if signed is not None:
        post.signed = signed
        post.signer_id = (post.author_id or post.created_by) if signed else None
    if post.post_type == "postpone":
        _schedule_event(world, post, "delete")
        if publish_date is not None:
            post.date = publish_date
        _schedule_event(world, post, "new")
    else:
        post.edited = world.clock.seconds()
    world.touch()


def delete(world: World, post: Post) -> None:
    """The post is gone; only postponed ones say so."""
    world.wall(post.owner_id).remove(post, world.clock.seconds())
    if post.post_type == "postpone":
        _schedule_event(world, post, "delete")
    world.touch()


def restore(world: World, wall: Wall, post_id: int) -> bool:
    """Brings a deleted post back if that was not long ago."""
    post = wall.gone.get(post_id)
    limit = world.variants.number("restore_seconds")
    if post is None or post.deleted_at is None or world.clock.seconds() - post.deleted_at > limit:
        return False
    del wall.gone[post_id]
    post.deleted_at = None
    wall.put(post)
    world.touch()
    return True


# -- postponed posts ---------------------------------------------------------------------------------


def postpone(world: World, post: Post, publish_date: int) -> Post:
    """Puts a post on the postponed list; `returned_id` is what wall.post answers."""
    wall = world.wall(post.owner_id)
    post.returned_id = post.id
    if world.variants["postponed_item_id"] == "other":
        post.postponed_id = post.id
        post.id = wall.new_id()
    post.post_type, post.date = "postpone", publish_date
    wall.put(post)
    _schedule_event(world, post, "new")
    if world.variants["postpone_event"] and post.owner_id < 0:
        world.emit(-post.owner_id, "wall_post_new", view(world, post, manager=True, event=True))
    world.touch()
    return post


def release(world: World, post: Post) -> Post:
    """A postponed post goes out: usually under a new id, naming the old one."""
    wall = world.wall(post.owner_id)
    wall.postponed.pop(post.id, None)
    _schedule_event(world, post, "delete")
    known_as = post.returned_id or post.id
    if world.variants["postponed_published_id"] == "new":
        post.id = wall.new_id()
    else:
        post.id = known_as
    post.postponed_id = known_as
    post.post_type, post.date, post.born = "post", world.clock.seconds(), world.clock.seconds()
    post.attachments = [_published_photo(world, item, post.id) for item in post.attachments]
    return appear(world, post)


def release_due(world: World) -> None:
    """Publishes every postponed post whose time has come, oldest first."""
    now = world.clock.now()
    for wall in list(world.walls.values()):
        if wall.postponed:
            for post in sorted(wall.postponed.values(), key=lambda item: (item.date, item.id)):
                if post.date <= now:
                    release(world, post)


def _schedule_event(world: World, post: Post, what: str) -> None:
    if post.owner_id < 0:
        body = {"id": post.returned_id or post.id, "schedule_time": post.date}
        world.emit(-post.owner_id, f"wall_schedule_post_{what}", body)
