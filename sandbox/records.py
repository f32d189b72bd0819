"""What the world consists of: people, communities, photos, posts, messages, conversations.

Plain records and how VK shows each of them as JSON; who may do what with them is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

LEVELS = {"advertiser": 0, "moderator": 1, "editor": 2, "administrator": 3, "creator": 3}
CHAT_BASE = 2_000_000_000
MESSAGE_STATES = {"allowed", "never_wrote", "denied", "blacklisted", "privacy", "deleted"}


@dataclass
class Person:
    """A person; `messages` tells whether community 1 may write to them."""

    id: int
    first_name: str
    last_name: str
    city: str = ""
    role: str = "author"
    messages: str = "allowed"
    closed: bool = False
    sex: int = 1

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    def view(self, fields: set[str]) -> Json:
        """As users.get shows the person."""
        shown: Json = {"id": self.id, "first_name": self.first_name, "last_name": self.last_name}
        if self.messages == "deleted":
            return {"id": self.id, "first_name": "DELETED", "last_name": "", "deactivated": "deleted"}
        shown.update(can_access_closed=not self.closed, is_closed=self.closed)
        extra: Json = {
            "screen_name": f"id{self.id}",
            "domain": f"id{self.id}",
            "sex": self.sex,
            "photo_50": f"https://vk.ru/images/camera_50.png?user={self.id}",
            "photo_100": f"https://vk.ru/images/camera_100.png?user={self.id}",
            "can_write_private_message": 1,
        }
        if self.city:
            extra["city"] = {"id": sum(map(ord, self.city)), "title": self.city}
        shown.update({name: value for name, value in extra.items() if name in fields})
        return shown


@dataclass
class Community:
    """A public page with its managers and switches."""

    id: int
    name: str
    screen_name: str
    managers: dict[int, str] = field(default_factory=dict)
    bot_features: bool = True
    wall_open: bool = True

    def level(self, user_id: int) -> int:
        """0 nobody, 1 moderator, 2 editor, 3 administrator or creator."""
        return LEVELS.get(self.managers.get(user_id, ""), 0)


@dataclass
class Photo:
    """A picture; `origin` tells how it came: suggest, wall, messages, person."""

    id: int
    owner_id: int
    album_id: int
    user_id: int
    access_key: str
    date: int
    width: int
    height: int
    origin: str
    post_id: int | None = None
    public: bool = False
    text: str = ""
    content: bytes | None = None
    content_type: str = "image/png"

    @property
    def identity(self) -> str:
        """`photo{owner}_{id}`."""
        return f"photo{self.owner_id}_{self.id}"

    def view(self, base_url: str, expires: int) -> Json:
        """The photo object; `base_url` is the sandbox's address, links work until `expires`."""
        sizes = []
        for letter, width, height in scaled(self.width, self.height):
            url = f"{base_url}/cdn/{self.id}_{letter}.{self.content_type.split('/')[1]}?e={expires}"
            sizes.append({"type": letter, "url": url, "width": width, "height": height})
        shown: Json = {
            "id": self.id,
            "owner_id": self.owner_id,
            "album_id": self.album_id,
            "date": self.date,
            "access_key": self.access_key,
            "has_tags": False,
            "text": self.text,
            "sizes": sizes,
            "orig_photo": {**sizes[-1], "type": "base"},
            "web_view_token": f"{self.access_key}web",
        }
        if self.user_id:
            shown["user_id"] = self.user_id
        if self.post_id:
            shown["post_id"] = self.post_id
        return shown


def scaled(width: int, height: int) -> list[tuple[str, int, int]]:
    """The sizes VK offers for an original: letter, width and height in pixels, smallest first."""
    found = []
    for letter, longest in (("s", 75), ("m", 130), ("x", 604), ("y", 807), ("z", 1080), ("w", 2560)):
        ratio = min(1.0, longest / max(width, height))
        found.append((letter, max(1, round(width * ratio)), max(1, round(height * ratio))))
        if ratio >= 1.0:
            break
    return found


@dataclass
class Attachment:
    """One attachment of a post or a message: a photo, or any other object as VK shows it."""

    type: str
    photo: Photo | None = None
    body: Json = field(default_factory=dict)

    def view(self, base_url: str, expires: int) -> Json:
        """`{type, <type>: object}`."""
        if self.photo is not None:
            return {"type": "photo", "photo": self.photo.view(base_url, expires)}
        return {"type": self.type, self.type: dict(self.body)}

    @property
    def identity(self) -> str:
        """`type{owner}_{id}`, or the address of a link."""
        if self.photo is not None:
            return self.photo.identity
        if self.type == "link":
            return str(self.body.get("url", ""))
        return f"{self.type}{self.body.get('owner_id', 0)}_{self.body.get('id', 0)}"


@dataclass
class Post:
    """A wall record: `post_type` is suggest, post or postpone."""

    id: int
    owner_id: int
    from_id: int
    created_by: int
    date: int
    text: str
    attachments: list[Attachment]
    post_type: str
    signer_id: int | None = None
    author_id: int | None = None
    postponed_id: int | None = None
    returned_id: int | None = None
    signed: bool = False
    edited: int | None = None
    copyright: Json | None = None
    pinned: bool = False
    copy_history: list[Post] = field(default_factory=list)
    deleted_at: int | None = None
    born: int = 0
    likes: int = 0
    views: int = 0
    close_comments: bool = False
    comments: list[Json] = field(default_factory=list)


@dataclass
class Message:
    """A message of a conversation; `id` is 0 in chats."""

    id: int
    cmid: int
    peer_id: int
    from_id: int
    date: int
    text: str
    attachments: list[Attachment] = field(default_factory=list)
    keyboard: Json | None = None
    old_keyboards: list[Json] = field(default_factory=list)
    random_id: int = 0
    payload: str | None = None
    reply_to: int | None = None
    forwarded: list[int] = field(default_factory=list)
    action: Json | None = None
    template: Json | None = None
    update_time: int | None = None
    pinned_at: int | None = None
    deleted: bool = False
    version: int = 1
    admin_author_id: int | None = None


@dataclass
class Conversation:
    """A chat or a dialog of one community; cmids grow by one."""

    peer_id: int
    title: str = ""
    members: list[int] = field(default_factory=list)
    owner_id: int = 0
    messages: dict[int, Message] = field(default_factory=dict)
    keyboard: Json | None = None
    keyboard_cmid: int = 0
    one_time: bool = False
    pinned: int | None = None
    bot_present: bool = True
    bot_admin: bool = False
    full_access: bool | None = None
    read_cmid: int = 0
    random_ids: dict[int, int] = field(default_factory=dict)

    @property
    def is_chat(self) -> bool:
        """True for a chat, False for a dialog with a person."""
        return self.peer_id > CHAT_BASE

    @property
    def last_cmid(self) -> int:
        """The greatest cmid so far, 0 when empty."""
        return next(reversed(self.messages), 0)
