"""Looks at the pictures of new suggestions, so that moderators are told when one was sent before.

Nothing is sent anywhere: a picture is brought once, as the networks will need it later, and reduced to a
fingerprint that survives smaller copies and other compression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.media import File, Media, MediaUnavailable
from bot.targets.base import Parcel, Standstill
from bot.work import Work
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent
from editorial.suggestion import Attachment
from handlers import duplicates
from handlers.changes import claimed_now
from handlers.context import Context


@dataclass(frozen=True, slots=True)
class Album:
    """The photos of a suggestion, and the post they belong to if there is one."""

    photos: tuple[Attachment, ...]
    owner_id: int
    post_id: int | None


class PictureLook:
    """Target ``pictures``: kind ``look``."""

    name = duplicates.PICTURES
    batch = 1

    def __init__(self, media: Media) -> None:
        self._media = media

    def standstill(self) -> Standstill | None:
        return None

    def closed(self, context: Context) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def prepare(self, work: Work) -> None:
        """Nothing to learn."""

    def resume(self) -> None:
        """It never rests."""

    def pack(self, context: Context, delivery: Delivery) -> Parcel | None:
        suggestion = context.unit.suggestions.get(delivery.number or 0)
        photos = duplicates.photos_of(suggestion) if suggestion is not None else ()
        if suggestion is None or not photos:
            if claimed_now(context, delivery):
                context.unit.outbox.cancel(delivery.id, context.now)
            return None
        post_id = suggestion.post_id if suggestion.post_id > 0 else None
        return Parcel(delivery, Album(photos, suggestion.owner_id, post_id))

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        return [self._look_at(parcel.contents) for parcel in parcels]

    def _look_at(self, album: Album) -> Outcome:
        """One that cannot be had is passed over; all are tried again only when none could be had for now."""
        marks: list[int] = []
        passing: str | None = None
        for photo in album.photos:
            try:
                marks.append(fingerprint(self._media.get(photo, album.owner_id, album.post_id)))
            except MediaUnavailable as fault:
                passing = fault.reason if fault.passing else passing
        if marks or passing is None:
            return Sent({"marks": marks}) if marks else Refused("no_pictures")
        return RetryLater(passing)

    def look(self, parcel: Parcel, now: datetime) -> Outcome | None:  # noqa: ARG002
        """Looking again does no harm."""
        return RetryLater("interrupted", 0.0, counts=False)


def fingerprint(file: File) -> int:
    """64 bits: where a grey copy of 9 by 8 points grows darker from left to right.

    Raises MediaUnavailable for what is no picture.
    """
    from PIL import Image  # loaded with the first picture

    try:
        with Image.open(file.path) as picture:
            if picture.format == "JPEG":
                picture.draft("L", (72, 64))
            grey = picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError):
        raise MediaUnavailable("not_a_picture", passing=False) from None
    points = grey.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            place = row * 9 + column
            bits = bits << 1 | (points[place] > points[place + 1])
    return bits
