"""What authors and editors do with suggestions and posts in VK itself."""

from __future__ import annotations

from typing import Any

from sandbox import walls
from sandbox.clock import parse_moment
from sandbox.deeds.table import action, group_of, staff
from sandbox.deeds.things import make_attachments
from sandbox.records import Json, Post
from sandbox.world import World


@action("suggest")
def suggest(world: World, body: Json) -> Json:
    """A person suggests a post."""
    user_id = int(body["user_id"])
    if user_id not in world.people:
        raise ValueError(f"no person {user_id}")
    attachments = make_attachments(world, user_id, body)
    text = body.get("text", "")
    if not text.strip() and not attachments:
        raise ValueError("a suggestion needs a text or something attached")
    post = walls.suggest(
        world,
        group_of(body),
        user_id,
        text,
        attachments,
        how=body.get("event", "normal"),
        as_group_id=int(body.get("as_group_id") or 0),
    )
    return {"post_id": post.id}


def _suggestion(world: World, body: Json) -> Post:
    post = world.wall(-group_of(body)).suggests.get(int(body["post_id"]))
    if post is None:
        raise ValueError(f"no suggestion {body['post_id']}")
    return post


@action("edit_suggestion")
def edit_suggestion(world: World, body: Json) -> Json:
    """The author changes a suggestion; no event."""
    post = _suggestion(world, body)
    given = "photos" in body or "attachments" in body
    attachments = make_attachments(world, post.author_id or 0, body) if given else None
    walls.edit_suggestion(world, post, body.get("text"), attachments)
    return {"post_id": post.id}


@action("delete_suggestion")
def delete_suggestion(world: World, body: Json) -> Json:
    """The author takes a suggestion back; no event."""
    post = _suggestion(world, body)
    if int(body.get("user_id", post.author_id or 0)) != post.author_id:
        raise ValueError("only its author can take a suggestion back")
    walls.delete(world, post)
    return {"post_id": post.id}


def _moment(value: Any) -> int:
    return int(parse_moment(value)) if isinstance(value, str) else int(value)


@action("publish_by_hand")
def publish_by_hand(world: World, body: Json) -> Json:
    """An editor publishes a suggestion in VK itself, perhaps edited, unsigned or postponed."""
    user_id, post = staff(world, body, "editor"), _suggestion(world, body)
    date = body.get("publish_date")
    given = "photos" in body or "attachments" in body
    published = walls.publish(
        world,
        post,
        user_id,
        body.get("text", post.text),
        make_attachments(world, post.owner_id, body) if given else list(post.attachments),
        signed=bool(body.get("signed", True)),
        publish_date=_moment(date) if date else None,
    )
    return {"post_id": published.id}


def _any_post(world: World, body: Json) -> Post:
    post = world.wall(-group_of(body)).find(int(body["post_id"]))
    if post is None:
        raise ValueError(f"no post {body['post_id']}")
    return post


@action("delete_by_hand")
def delete_by_hand(world: World, body: Json) -> Json:
    """A manager deletes a suggestion or a post in VK itself."""
    staff(world, body, "moderator")
    post = _any_post(world, body)
    walls.delete(world, post)
    return {"post_id": post.id}


@action("post_by_hand")
def post_by_hand(world: World, body: Json) -> Json:
    """An editor writes a post in VK itself."""
    user_id = staff(world, body, "editor")
    date = body.get("publish_date")
    post = walls.new_post(
        world,
        -group_of(body),
        user_id,
        body.get("text", ""),
        make_attachments(world, -group_of(body), body),
        signed=bool(body.get("signed", False)),
        publish_date=_moment(date) if date else None,
    )
    return {"post_id": post.id}


@action("edit_post_by_hand")
def edit_post_by_hand(world: World, body: Json) -> Json:
    """An editor changes a post in VK itself; no event."""
    post = _any_post(world, body)
    if post.post_type == "suggest":
        raise ValueError("a suggestion is changed by its author only")
    given = "photos" in body or "attachments" in body
    attachments = make_attachments(world, post.owner_id, body) if given else post.attachments
    date = body.get("publish_date")
    walls.edit_post(
        world, post, body.get("text", post.text), attachments, publish_date=_moment(date) if date else None
    )
    return {"post_id": post.id}
