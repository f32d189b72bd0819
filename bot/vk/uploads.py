"""Puts pictures onto VK for a wall, and finds where the pictures of a post lie now.

A photo uploaded for one community disappears from another's post without a word, so it is uploaded for each wall
it is to stand on::

    uploads = Uploads(user)                                   # the editor's key: a community's own may not
    file = media.fitted(media.get(attachment, owner, post), VK_PHOTO)
    photo = uploads.photo(group_id, file)                     # an Attachment whose reference goes to wall.post

Nothing that a reader could see happens before the post is made, so everything here may be tried again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Final

from bot.media import File, Fit, MediaUnavailable
from bot.transport import FAILURES, read_body, what_happened
from bot.vk.client import VkClient
from bot.vk.errors import Remedy, Verdict, VkError, VkRefused, VkTransport
from bot.vk.posts import attachment_of, attachments_of
from bot.vk.scalars import items, mapping, words
from editorial.suggestion import Attachment

#: What VK takes for a wall.
VK_PHOTO: Final = Fit(
    most_bytes=48 * 1024 * 1024,
    most_side=13_000,
    most_sum=14_000,
    kinds=frozenset({"image/jpeg", "image/png", "image/gif"}),
)
#: Seconds to connect, of silence and of the whole answer, for a host of pictures.
UPLOAD_TIMEOUT: Final = (5.0, 60.0)
ANSWER_LIMIT: Final = 1024 * 1024
#: What VK says when an upload came to nothing and is to be made anew.
_AGAIN: Final = frozenset({22, 105, 118, 121, 129})
_TRIES: Final = 2
_REMEMBERED: Final = 300


class PhotoRefused(VkError):
    """VK's host of pictures takes this file for no picture, twice."""

    def __init__(self) -> None:
        verdict = Verdict(Remedy.MARK_CONTENT, False, None, "photo_refused")
        super().__init__("photos.getWallUploadServer", verdict, "the upload brought no photo")


class Uploads:
    """Uploads with an editor's key. Remembers what lies where, so that a post tried again costs no new uploads.

    Safe for any number of threads.
    """

    def __init__(self, client: VkClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._done: dict[tuple[int, str], Attachment] = {}

    def photo(self, group_id: int, file: File) -> Attachment:
        """The picture as a photo of that community (its number positive), ready for its wall.

        Raises VkError; PhotoRefused when VK takes it for no picture.
        """
        place = (group_id, file.path.name)
        with self._lock:
            known = self._done.get(place)
        if known is not None:
            return known
        saved = self._uploaded(group_id, file)
        with self._lock:
            self._done[place] = saved
            while len(self._done) > _REMEMBERED:
                self._done.pop(next(iter(self._done)))
        return saved

    def forget(self, group_id: int) -> None:
        """Upload anew for that community: VK would not have what was uploaded before."""
        with self._lock:
            self._done = {place: photo for place, photo in self._done.items() if place[0] != group_id}

    def _uploaded(self, group_id: int, file: File) -> Attachment:
        failure: VkError = PhotoRefused()
        for _ in range(_TRIES):
            try:
                received = self._received(group_id, file)
                if words(received.get("photo")) in ("", "[]"):
                    failure = PhotoRefused()
                    continue
                return self._saved(group_id, received)
            except VkRefused as refused:
                if refused.code not in _AGAIN:
                    raise
                failure = refused
        raise failure

    def _received(self, group_id: int, file: File) -> Mapping[str, Any]:
        """What the host of pictures says about the file; the second host is asked when the first is away."""
        place = mapping(self._client.call("photos.getWallUploadServer", group_id=group_id))
        addresses = [words(place.get("upload_url")), words(place.get("fallback_upload_url"))]
        what = "no_upload_url"
        for address in dict.fromkeys(one for one in addresses if one):
            answer, what = self._sent(address, file)
            if answer is not None:
                return answer
        raise VkTransport("photos.getWallUploadServer", what, sent=False, write=True)

    def _sent(self, address: str, file: File) -> tuple[Mapping[str, Any] | None, str]:
        try:
            with file.path.open("rb") as content:
                response = self._client.http.post(
                    address,
                    files={"photo": (file.name, content, file.kind)},
                    timeout=UPLOAD_TIMEOUT,
                    allow_redirects=False,
                    stream=True,
                )
            with closing(response):
                body = read_body(response, UPLOAD_TIMEOUT[1], ANSWER_LIMIT)
            answer = json.loads(body)
        except (*FAILURES, ValueError, RecursionError) as failure:
            return None, what_happened(failure)
        if response.status_code != 200 or not isinstance(answer, dict) or "photo" not in answer:
            return None, "no_photo"
        return answer, ""

    def _saved(self, group_id: int, received: Mapping[str, Any]) -> Attachment:
        answer = self._client.call(
            "photos.saveWallPhoto",
            write=True,
            group_id=group_id,
            photo=received["photo"],
            server=received.get("server"),
            hash=received.get("hash"),
        )
        found = items(answer)
        photo = attachment_of({"type": "photo", "photo": found[0]}) if found else None
        if photo is None or photo.reference is None:
            raise PhotoRefused
        return photo


def fresh_addresses(client: VkClient) -> Callable[[int, int], Mapping[str, Attachment]]:
    """For :class:`~bot.media.Media`: the present attachments of a post, by identity, read with this key.

    The key must be of a person or a service; a community's own may not read walls.
    """

    def refresh(owner_id: int, post_id: int) -> Mapping[str, Attachment]:
        try:
            answer = client.call("wall.getById", posts=f"{owner_id}_{post_id}")
        except VkError as error:
            raise MediaUnavailable(error.verdict.reason, passing=error.verdict.pause is not None) from None
        posts = [
            mapping(one) for one in items(mapping(answer).get("items") if isinstance(answer, dict) else answer)
        ]
        reposted = [mapping(old) for post in posts for old in items(post.get("copy_history"))]
        found = [one for post in (*posts, *reposted) for one in attachments_of(post.get("attachments"))]
        return {one.identity: one for one in found}

    return refresh
