"""Questions about VK that nobody has answered in public, as switches.

Each switch names one unknown and its possible answers; the first answer is the default.
A program is right when it holds under every one of them.
"""

from __future__ import annotations

from typing import Any

CHOICES: dict[str, tuple[Any, ...]] = {
    # Does a community key publish a suggestion through wall.post(post_id)?
    "community_key_publishes_suggestion": (False, True),
    # What becomes of the author's content when the publishing call leaves it out?
    "omitted_content": ("kept", "lost"),
    # Answer to publishing a suggestion that is no longer one; "duplicate" makes another post.
    "second_publish": (100, 104, 15, 210, 214, "duplicate"),
    # Does publish_date work together with post_id of a suggestion?
    "suggestion_publish_date": ("works", "error", "now"),
    # Are a suggestion's photos kept or made anew (album -7) by publishing?
    "published_photo_ids": ("kept", "recreated"),
    # photo.post_id of kept photos after publishing names the suggestion or the post.
    "photo_post_id": ("old", "new"),
    # Who owns the photos of a suggestion: VK re-homes them to the community, or the author keeps them.
    "suggestion_photo_owner": ("group", "author"),
    # Long-poll events of a call come before its HTTP answer.
    "event_before_answer": (False, True),
    # Id of a published suggestion.
    "published_id": ("new", "same"),
    # Id in filter=postponed compared with the id wall.post returned ("other": item.postponed_id holds it).
    "postponed_item_id": ("same", "other"),
    # Id of a postponed post once it is out.
    "postponed_published_id": ("new", "same"),
    # wall.getById of a postponed post.
    "postponed_by_id": ("found", "missing"),
    # wall_post_new (post_type postpone) also comes at scheduling.
    "postpone_event": (False, True),
    # publish_date in the past.
    "past_publish_date": ("error", "now"),
    # wall_schedule_* flags can be switched on by groups.setLongPollSettings.
    "schedule_flags_by_api": (False, True),
    # A suggestion's photo (album -8) put on a new post by a community key.
    "community_photo_album8": ("attach", "dropped"),
    # A photo uploaded through messages put on the wall.
    "community_messages_photo": ("dropped", "attach"),
    # An author's edit of a suggestion sets `edited`.
    "edited_field": (False, True),
    # Error code of a late, repeated or foreign event answer.
    "late_event_answer_code": (100, 15),
    # message_event.payload comes as an object or as the string it was.
    "message_event_payload": ("object", "string"),
    # messages.edit that changes nothing.
    "identical_edit": ("ok", "error"),
    # What a chat where the bot is no administrator lets it see, unless set for the chat.
    "chat_access": ("full", "mentions"),
    # Whose name stands under a published suggestion when signed=1.
    "signed_author": ("author", "publisher", "nobody"),
    # wall.post with text over post_text_limit.
    "over_limit": ("error", "cut"),
    # wall.delete of a post that is already gone.
    "delete_twice": (104, 210, 1),
    # Does guid stop a repeated wall.post?
    "guid": ("ignored", "hour"),
    # How VK ID tokens are refused on posting methods.
    "vk_id_refusal": (1051, 15),
    # How service keys are refused.
    "service_refusal": (28, 1051),
    # wall_post_new objects without post_type (only `type`), as one listing shows them.
    "event_post_type": ("both", "type_only"),
    # Links whose page has no picture make the whole post fail.
    "links_have_pictures": (True, False),
    # Unknown parameters, non 0/1 booleans and malformed numbers are refused.
    "strict": (True, False),
}

NUMBERS: dict[str, int] = {
    # Seconds after which a message cannot be edited (909).
    "edit_window_seconds": 86400,
    # Seconds a pinned message cannot be edited after pinning (949); 0 = no such time.
    "pin_edit_seconds": 0,
    # Seconds the long-poll history is kept.
    "lp_retention_seconds": 86400,
    # Seconds a long-poll key lives; 0 = for ever.
    "lp_key_seconds": 86400,
    # Characters of a wall post.
    "post_text_limit": 15895,
    # message_new carries at most so many characters of text, then is_cropped; 0 = never cropped.
    "crop_events_over": 0,
    # Seconds the links to pictures work.
    "cdn_seconds": 86400,
    # Seconds an upload address works.
    "upload_seconds": 3600,
    # Width and height of a photo together that the upload host still takes.
    "photo_sides": 14000,
    # Seconds within which a deleted post can be restored.
    "restore_seconds": 600,
    # Seconds a callback event may be answered.
    "event_answer_seconds": 60,
}


class Variants:
    """The current answers; read by attribute-like `get`, changed by name."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {name: choices[0] for name, choices in CHOICES.items()}
        self._values.update(NUMBERS)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def number(self, name: str) -> int:
        """A numeric switch."""
        return int(self._values[name])

    def set(self, name: str, value: Any) -> None:
        """Changes one switch. Raises ValueError for a name or a value that does not exist."""
        if name in CHOICES:
            if value not in CHOICES[name]:
                raise ValueError(f"variant {name} takes {CHOICES[name]}, not {value!r}")
        elif name in NUMBERS:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"variant {name} takes a number, not {value!r}")
        else:
            raise ValueError(f"no variant {name!r}")
        self._values[name] = value

    def all(self) -> dict[str, Any]:
        """A copy of every switch."""
        return dict(self._values)
