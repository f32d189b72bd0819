"""What each raw update of ``golden/`` means. The names are those of the files."""

from __future__ import annotations

from datetime import UTC, datetime

from editorial.suggestion import Attachment, Content
from handlers.events import (
    ButtonPressed,
    Event,
    MessageArrived,
    MessagesAllowed,
    MessagesDenied,
    OfficersChanged,
    PersonBlocked,
    PersonUnblocked,
    Unknown,
    WallOther,
    WallPublished,
    WallSuggested,
)

RECEIVED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SUGGESTED_AT = datetime.fromtimestamp(1700000000, UTC)
PUBLISHED_AT = datetime.fromtimestamp(1700000600, UTC)
PHOTO = Attachment("photo", -1, 457239017, "a1b2", "http://cdn/w.jpg")
NEWS = "Открыт музей"
CHAT = 2000000001


def suggested(
    *attachments: Attachment,
    text: str = NEWS,
    post_id: int = 5,
    author_id: int | None = 601,
    at: datetime = SUGGESTED_AT,
) -> WallSuggested:
    return WallSuggested(-1, post_id, author_id, Content(text, attachments), at)


def published(
    *,
    post_id: int = 7,
    signer_id: int | None = 601,
    created_by: int = 501,
    postponed_id: int | None = None,
    from_id: int = -1,
) -> WallPublished:
    return WallPublished(-1, post_id, Content(NEWS), signer_id, created_by, postponed_id, PUBLISHED_AT, from_id)


def message(
    text: str = "Здравствуйте",
    *,
    peer_id: int = 601,
    from_id: int = 601,
    cmid: int | None = 3,
    payload: dict[str, object] | None = None,
    attachments: tuple[Attachment, ...] = (),
    reply_to_cmid: int | None = None,
    cropped: bool = False,
    action: str | None = None,
    action_member_id: int | None = None,
) -> MessageArrived:
    return MessageArrived(
        peer_id,
        from_id,
        cmid,
        text,
        payload,
        attachments,
        reply_to_cmid,
        cropped,
        action,
        action_member_id,
        SUGGESTED_AT,
    )


def press(payload: dict[str, object] | None) -> ButtonPressed:
    return ButtonPressed(CHAT, 501, 38, "press-1", payload)


EVENTS: dict[str, Event] = {
    "suggest_with_photo": suggested(PHOTO),
    "suggest_2019_without_event_id_and_v": suggested(post_id=16419),
    "suggest_type_instead_of_post_type": suggested(),
    "suggest_both_types_missing": suggested(),
    "suggest_numbers_as_text": suggested(),
    "suggest_nulls_everywhere": suggested(text=""),
    "suggest_only_the_needed_keys": suggested(text="", author_id=None, at=RECEIVED),
    "suggest_from_a_community": suggested(author_id=-77),
    "suggest_signed_by_the_author": suggested(author_id=603),
    "suggest_empty_text_with_photo": suggested(PHOTO, text=""),
    "suggest_text_is_a_number": suggested(text="2026"),
    "suggest_unknown_keys": suggested(),
    "suggest_date_is_nonsense": suggested(at=RECEIVED),
    "suggest_date_far_out_of_range": suggested(at=RECEIVED),
    "suggest_without_id": Unknown("wall_post_new", "no id"),
    "suggest_id_larger_than_any_column": Unknown("wall_post_new", "no id"),
    "suggest_photo_without_album_id": suggested(Attachment("photo", 601, 9)),
    "suggest_photo_with_original": suggested(Attachment("photo", -1, 9, url="http://cdn/o.jpg")),
    "suggest_photo_sizes_without_measures": suggested(Attachment("photo", -1, 9, url="http://cdn/w.jpg")),
    "suggest_one_bad_attachment_of_five": suggested(
        PHOTO,
        Attachment("unknown"),
        Attachment("unknown"),
        Attachment("hologram", 4, 3),
        Attachment("photo"),
    ),
    "suggest_attachments_is_an_object": suggested(),
    "suggest_video_doc_link_poll_audio": suggested(
        Attachment("video", -1, 21, "vk", title="Ролик", preview="http://cdn/v2.jpg"),
        Attachment("doc", 601, 31, "dk", "http://cdn/doc", "смета.pdf"),
        Attachment("link", url="https://example.org/a", title="Статья", preview="http://cdn/l.jpg"),
        Attachment("poll", -1, 41, title="Придёте?"),
        Attachment("audio", 2, 51, title="Хор — Гимн"),
    ),
    "suggest_text_with_half_a_surrogate_pair": suggested(text="до \ufffd после"),
    "suggest_text_with_nul": suggested(text="ab"),
    "post_published_and_signed": published(),
    "post_published_from_postponed": published(post_id=12, postponed_id=9),
    "post_marked_as_ads": published(),
    "post_by_a_visitor": published(from_id=604, signer_id=None, created_by=604),
    "post_for_subscribers_only": WallOther(-1, 7, "donut"),
    "post_postponed": WallOther(-1, 7, "postpone"),
    "post_reply": WallOther(-1, 7, "reply"),
    "post_type_from_the_future": WallOther(-1, 7, "hologram"),
    "wall_object_is_a_list": Unknown("wall_post_new", "no object"),
    "wall_object_missing": Unknown("wall_post_new", "no object"),
    "message_wrapped": message(),
    "message_bare_as_before_5_103": message(),
    "message_from_a_text_button": message("Мои новости", payload={"command": "mine"}),
    "message_payload_is_an_object": message(payload={"command": "start"}),
    "message_payload_is_broken": message(),
    "message_in_chat_reply_to_card": message("Новый текст", peer_id=CHAT, from_id=501, cmid=40, reply_to_cmid=38),
    "message_cmid_under_its_new_name": message(cmid=77),
    "message_cropped": message(cropped=True),
    "message_bot_invited_to_chat": message(
        "", peer_id=2000000002, from_id=500, action="chat_invite_user", action_member_id=-1
    ),
    "message_with_photo_and_nulls": message("", attachments=(PHOTO,)),
    "message_our_own": Unknown("message_new", "own message"),
    "message_without_message": Unknown("message_new", "no peer_id"),
    "message_without_from_id_in_a_dialog": message(),
    "message_reply_is_not_used": Unknown("message_reply", "not used"),
    "press_payload_object": press({"a": "ok", "c": 4, "v": 2}),
    "press_payload_text": press({"a": "ok", "c": 4, "v": 2}),
    "press_payload_text_within_text": press({"a": "ok"}),
    "press_payload_is_a_list": press(None),
    "press_without_payload_and_cmid": ButtonPressed(501, 501, None, "press-2", None),
    "press_without_event_id": Unknown("message_event", "no event_id"),
    "messages_allowed": MessagesAllowed(601),
    "messages_denied": MessagesDenied(601),
    "messages_denied_by_nobody": Unknown("message_deny", "no user_id"),
    "officer_demoted": OfficersChanged(501, 2, 0),
    "officer_levels_missing": OfficersChanged(501, None, None),
    "person_blocked": PersonBlocked(601),
    "person_unblocked": PersonUnblocked(601),
    "type_not_used": Unknown("group_join", "not used"),
    "type_from_the_future": Unknown("neural_dream_new", "not used"),
    "type_is_null": Unknown("", "no type"),
}
