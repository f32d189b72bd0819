"""Photos for posts that no suggestion stands behind: taken from where they are, uploaded to one wall.

A photo belongs to the wall it was uploaded for and to no other, so it is uploaded anew for each.  Nothing is
published here: whatever fails may be tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from bot.media import File, Media, MediaUnavailable
from bot.vk.client import VkClient
from bot.vk.errors import VkError
from bot.vk.quotes import attachments_within
from bot.vk.scalars import items, mapping
from bot.vk.uploads import VK_PHOTO, PhotoRefused, Uploads
from editorial.suggestion import Attachment

#: What is wrong with a photo, by what the files say.
_REASONS: Final[Mapping[str, str]] = {"gone": "photo_gone", "no_file": "photo_gone", "bad_address": "photo_gone"}


class PhotoUnavailable(Exception):
    """The photo cannot be had; ``reason`` is a stable word, ``passing``: another try may help."""

    def __init__(self, reason: str, *, passing: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing


Refresh = Callable[[Attachment], Attachment | None]
Post = tuple[int | None, int | None]


class WallPhotos:
    """Uploads photos to the community's wall with an editor's key."""

    def __init__(self, media: Media, uploads: Uploads, group_id: int) -> None:
        self._media = media
        self._uploads = uploads
        self._group_id = group_id
        self._done: dict[str, dict[str, Attachment]] = {}

    def uploaded(
        self, key: str, attachments: Sequence[Attachment], refresh: Refresh, *, post: Post = (None, None)
    ) -> tuple[Attachment, ...]:
        """The attachments with every photo as one of this wall, in order.

        ``key`` names the publication: what was uploaded for it before is not uploaded again.  ``refresh`` gives a
        photo with its present address; ``post`` is the post on VK it is from, if it is from one.  Raises VkError
        and PhotoUnavailable; nothing was published then.
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
                known[attachment.identity] = self._one(attachment, refresh, post)
            made.append(known[attachment.identity])
        return tuple(made)

    def _one(self, attachment: Attachment, refresh: Refresh, post: Post) -> Attachment:
        try:
            file = self._file(attachment, post)
        except MediaUnavailable as failure:
            fresh = None if failure.passing else refresh(attachment)
            if fresh is None or not fresh.url or fresh.url == attachment.url:
                raise _unavailable(failure) from None
            file = self._again(fresh, post)
        try:
            return replace(self._uploads.photo(self._group_id, file), access_key=None)
        except PhotoRefused:
            raise PhotoUnavailable("photo_not_taken", passing=False) from None

    def _again(self, fresh: Attachment, post: Post) -> File:
        try:
            return self._file(fresh, post)
        except MediaUnavailable as failure:
            raise _unavailable(failure) from None

    def _file(self, attachment: Attachment, post: Post) -> File:
        owner_id, post_id = post
        return self._media.fitted(self._media.get(attachment, owner_id or 0, post_id), VK_PHOTO)


def _unavailable(failure: MediaUnavailable) -> PhotoUnavailable:
    reason = failure.reason if failure.passing else _REASONS.get(failure.reason, "photo_unreadable")
    return PhotoUnavailable(reason, passing=failure.passing)


def of_messages(group: VkClient, behind: Mapping[str, Any]) -> dict[str, Attachment]:
    """The attachments of a suggestion's messages, and of what these carry, with addresses that work now.

    By their identity.
    """
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
    return {one.identity: one for message in messages for one in attachments_within(message)}
