"""The world as one JSON object, for the page and for tests: what a person walking around would see."""

from __future__ import annotations

from typing import Any

from sandbox.records import Community, Conversation, Json, Message, Person, Post
from sandbox.walls import attachment_views
from sandbox.world import World

PARTS = ("group", "people", "suggestions", "wall", "postponed", "chats", "dialogs", "snackbars", "networks")


def state_of(world: World, group_id: int = 1, only: set[str] | None = None, last: int = 0) -> Json:
    """Everything visible about one community; `only` narrows to parts, `last` cuts messages and posts."""
    group = world.groups[group_id]
    builders: dict[str, Any] = {
        "group": lambda: {"id": group.id, "name": group.name, "screen_name": group.screen_name},
        "people": lambda: [_person(group, person) for person in world.people.values()],
        "suggestions": lambda: _posts(world, list(world.wall(-group_id).suggests.values()), last),
        "wall": lambda: _posts(world, list(world.wall(-group_id).posts.values()), last),
        "postponed": lambda: _posts(world, list(world.wall(-group_id).postponed.values()), last),
        "chats": lambda: _chats(world, group_id, last),
        "dialogs": lambda: _dialogs(world, group_id, last),
        "snackbars": lambda: [dict(row) for row in world.snackbars],
        "networks": lambda: {
            name: {"title": platform.title, **platform.view()} for name, platform in world.platforms.items()
        },
    }
    with world.lock:
        shown: Json = {"revision": world.revision, "now": world.clock.iso()}
        shown.update({name: builders[name]() for name in PARTS if only is None or name in only})
    return shown


def _person(group: Community, person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "role": group.managers.get(person.id, person.role),
        "city": person.city,
        "messages": person.messages,
    }


def _posts(world: World, posts: list[Post], last: int) -> list[Json]:
    rows = posts[-last:] if last else posts
    return [_post(world, post) for post in reversed(rows)]


def _post(world: World, post: Post) -> Json:
    row: Json = {
        "id": post.id,
        "owner_id": post.owner_id,
        "from_id": post.from_id,
        "signer_id": post.signer_id or (post.from_id if post.post_type == "suggest" else None),
        "created_by": post.created_by,
        "date": post.date,
        "text": post.text,
        "attachments": attachment_views(world, post.attachments),
        "postponed_id": post.postponed_id,
        "edited": post.edited,
        "copyright": post.copyright,
        "pinned": post.pinned,
        "views": post.views,
        "likes": post.likes,
    }
    if post.post_type == "postpone":
        row["publish_date"] = post.date
    if post.copy_history:
        row["copy_history"] = [_post(world, old) for old in post.copy_history]
    return row


def _chats(world: World, group_id: int, last: int) -> list[Json]:
    return [
        {
            "peer_id": chat.peer_id,
            "title": chat.title,
            "members": list(chat.members),
            "bot_present": chat.bot_present,
            "bot_admin": chat.bot_admin,
            "pinned": chat.pinned,
            "messages": _messages(world, chat, last),
        }
        for (owner, _), chat in world.conversations.items()
        if owner == group_id and chat.is_chat
    ]


def _dialogs(world: World, group_id: int, last: int) -> list[Json]:
    return [
        {
            "user_id": dialog.peer_id,
            "messages": _messages(world, dialog, last),
            "keyboard": dialog.keyboard,
        }
        for (owner, _), dialog in world.conversations.items()
        if owner == group_id and not dialog.is_chat
    ]


def _messages(world: World, conversation: Conversation, last: int) -> list[Json]:
    rows = list(conversation.messages.values())
    return [_message(world, item) for item in (rows[-last:] if last else rows)]


def _message(world: World, message: Message) -> Json:
    return {
        "id": message.id,
        "conversation_message_id": message.cmid,
        "from_id": message.from_id,
        "date": message.date,
        "update_time": message.update_time,
        "text": message.text,
        "attachments": attachment_views(world, message.attachments),
        "keyboard": message.keyboard,
        "random_id": message.random_id,
        "payload": message.payload,
        "reply_to": message.reply_to,
        "action": message.action,
        "deleted": message.deleted,
    }
