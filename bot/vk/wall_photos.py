"""Photos for posts that no suggestion stands behind: taken from where they are, uploaded to one wall.

A photo belongs to the wall it was uploaded for and to no other, so it is uploaded anew for each.  Nothing is
published here: whatever fails may be tried again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, Final

import requests

from bot.transport import FAILURES, read_body, what_happened
from bot.vk.client import VkClient, new_session
from bot.vk.errors import VkError, VkTransport
from bot.vk.posts import attachment_of, attachments_of
from bot.vk.scalars import items, mapping, words
from editorial.suggestion import Attachment

#: Seconds to connect, and for the whole transfer.
TRANSFER: Final = (5.0, 60.0)
#: What VK takes for a photo, bytes.
MOST_BYTES: Final = 50 * 1024 * 1024
#: How a JPEG and a PNG begin, and the name they are uploaded under.
_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", "photo.jpg", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "photo.png", "image/png"),
)


class PhotoUnavailable(Exception):
    """The photo cannot be had; ``reason`` is a stable word, ``passing``: another try may help."""

    def __init__(self, reason: str, *, passing: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing


Refresh = Callable[[Attachment], Attachment | None]


class WallPhotos:
    """Uploads photos to the community's wall with an editor's key."""

    def __init__(
        self, user: VkClient, group_id: int, session: Callable[[], requests.Session] = new_session
    ) -> None:
        self._user = user
        self._group_id = group_id
        self._session = session
        self._done: dict[str, dict[str, Attachment]] = {}

    def uploaded(self, key: str, attachments: Sequence[Attachment], refresh: Refresh) -> tuple[Attachment, ...]:
        """The attachments with every photo as one of this wall, in order.

        ``key`` names the publication: what was uploaded for it before is not uploaded again.  ``refresh`` gives a
        photo with its present address.  Raises VkError and PhotoUnavailable; nothing was published then.
        """
        known = self._done.get(key)
        if known is None:
            known = {}
            self._done = {key: known}  # one publication at a time
        made = []
        for attachment in attachments:
            if attachment.kind != "photo":
                made.append(attachment)
                continue
            if attachment.identity not in known:
                known[attachment.identity] = self._one(attachment, refresh)
            made.append(known[attachment.identity])
        return tuple(made)

    def _one(self, attachment: Attachment, refresh: Refresh) -> Attachment:
        try:
            data = self._download(attachment.url)
        except PhotoUnavailable:
            fresh = refresh(attachment)
            if fresh is None or not fresh.url or fresh.url == attachment.url:
                raise
            data = self._download(fresh.url)
        return self._upload(data)

    def _download(self, url: str | None) -> bytes:
        if not url or not url.startswith(("http://", "https://")):
            raise PhotoUnavailable("photo_gone", passing=False)
        try:
            with (
                closing(self._session()) as session,
                closing(session.get(url, timeout=TRANSFER, stream=True)) as response,
            ):
                if response.status_code != 200:
                    raise PhotoUnavailable("photo_gone", passing=response.status_code >= 500)
                return read_body(response, TRANSFER[1], MOST_BYTES)
        except FAILURES as failure:
            raise PhotoUnavailable(what_happened(failure), passing=True) from None

    def _upload(self, data: bytes) -> Attachment:
        found = next((known for known in _BEGINNINGS if data.startswith(known[0])), None)
        if found is None:
            raise PhotoUnavailable("photo_unreadable", passing=False)
        server = self._user.call("photos.getWallUploadServer", group_id=self._group_id)
        answer = self._send(words(mapping(server).get("upload_url")), data, found[1], found[2])
        saved = self._user.call(
            "photos.saveWallPhoto",
            group_id=self._group_id,
            photo=words(answer.get("photo")),
            server=answer.get("server"),
            hash=words(answer.get("hash")),
        )
        photo = attachment_of({"type": "photo", "photo": next(iter(items(saved)), {})})
        if photo.reference is None:
            raise VkTransport("photos.saveWallPhoto", "no_photo")
        return replace(photo, access_key=None)

    def _send(self, url: str, data: bytes, name: str, kind: str) -> Any:
        try:
            with (
                closing(self._session()) as session,
                closing(
                    session.post(url, files={"photo": (name, data, kind)}, timeout=TRANSFER, stream=True)
                ) as got,
            ):
                body = read_body(got, TRANSFER[1])
        except FAILURES as failure:
            raise PhotoUnavailable(what_happened(failure), passing=True) from None
        try:
            answer = mapping(json.loads(body))
        except ValueError:
            answer = {}
        if not words(answer.get("photo")) or words(answer.get("photo")) == "[]":
            raise PhotoUnavailable("photo_not_taken", passing=not answer)
        return answer


def of_messages(group: VkClient, behind: Mapping[str, Any]) -> dict[str, Attachment]:
    """The attachments of a suggestion's messages by their identity, with addresses that work now."""
    peer_id, cmids = behind.get("peer_id"), behind.get("cmids")
    if not peer_id or not cmids:
        return {}
    try:
        answer = group.call(
            "messages.getByConversationMessageId", peer_id=peer_id, conversation_message_ids=list(cmids)
        )
    except VkError:
        return {}
    messages = map(mapping, items(mapping(answer).get("items")))
    return {one.identity: one for message in messages for one in attachments_of(message.get("attachments"))}
