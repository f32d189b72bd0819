"""What VK's refusals and the network's failures mean, and what is to be done about each.

One table says for every error code what remedy it asks for, whether the call may have taken effect and how
long to keep away.  Who waits, who is told and in which words is decided elsewhere.

    VkError
    ├── VkRefused     VK answered with an error code
    └── VkTransport   no readable answer: nobody there, silence, a cut answer, a page instead of JSON
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vk_api.exceptions import VkApiError


class Remedy(StrEnum):
    """What to do next.

    RETRY          the same call again after the pause; nobody needs to know
    PAUSE_KEY      this key is of no use now (dead, expired, captcha…); the queue waits, people are told once
    PAUSE_METHOD   this method of this key waits (a limit, flood control); the queue waits
    CALL_HUMAN     somebody must change a right or a setting; the queue waits, people are told once
    MARK_AUTHOR    this person cannot be written to until they act
    MARK_CONTENT   this text or attachment is not accepted; people decide what to do with it
    GONE           the thing is not there any more, or not for us
    NEW_MESSAGE    the message can no longer be edited: send a new one
    SPLIT          too big: send it in parts
    SWITCH_KEY     not with this kind of key
    RESYNC         the position in the event stream is lost
    BUG            the call itself is wrong
    UNCERTAIN      a write that may have taken effect: read before anything else
    """

    RETRY = "retry"
    PAUSE_KEY = "pause_key"
    PAUSE_METHOD = "pause_method"
    CALL_HUMAN = "call_human"
    MARK_AUTHOR = "mark_author"
    MARK_CONTENT = "mark_content"
    GONE = "gone"
    NEW_MESSAGE = "new_message"
    SPLIT = "split"
    SWITCH_KEY = "switch_key"
    RESYNC = "resync"
    BUG = "bug"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The meaning of a failed call.

    ``executed``: False when VK certainly did nothing, True when it certainly did, None when nobody knows.
    ``pause``: seconds before one careful try makes sense, None when waiting changes nothing.
    ``reason``: a stable word that stands for the sentence people read.
    """

    remedy: Remedy
    executed: bool | None
    pause: float | None
    reason: str


MINUTE: Final = 60.0
CAREFUL: Final = 5 * MINUTE
HOUR: Final = 3600.0

OUTCOME_UNKNOWN: Final = frozenset({1, 10, 13, 32, 36})
"""Codes after which a write may still have taken effect."""

_RETRY, _KEY, _METHOD, _HUMAN = Remedy.RETRY, Remedy.PAUSE_KEY, Remedy.PAUSE_METHOD, Remedy.CALL_HUMAN
_AUTHOR, _CONTENT, _GONE, _BUG = Remedy.MARK_AUTHOR, Remedy.MARK_CONTENT, Remedy.GONE, Remedy.BUG

Row = tuple[Remedy, str, float | None]

TABLE: Final[dict[int, Row]] = {
    1: (_RETRY, "unknown_error", 2.0),
    2: (_KEY, "app_off", CAREFUL),
    3: (_BUG, "unknown_method", None),
    4: (_HUMAN, "bad_signature", CAREFUL),
    5: (_KEY, "key_dead", MINUTE),
    6: (_RETRY, "too_fast", 1.0),
    7: (_METHOD, "no_scope", CAREFUL),
    8: (_HUMAN, "bad_request", CAREFUL),
    9: (_METHOD, "flood", MINUTE),
    10: (_RETRY, "internal_error", 2.0),
    11: (_KEY, "app_off", CAREFUL),
    12: (_BUG, "execute_unreadable", None),
    13: (Remedy.SPLIT, "execute_failed", None),
    14: (_KEY, "captcha", CAREFUL),
    15: (_HUMAN, "no_rights", CAREFUL),
    16: (_BUG, "https_needed", None),
    17: (_KEY, "validation", CAREFUL),
    18: (_AUTHOR, "deleted_person", None),
    19: (_CONTENT, "content_blocked", None),
    20: (_HUMAN, "key_wrong_kind", HOUR),
    21: (_HUMAN, "key_wrong_kind", HOUR),
    22: (_RETRY, "upload_failed", 5.0),
    23: (_HUMAN, "method_off", HOUR),
    24: (_HUMAN, "confirmation", CAREFUL),
    25: (_KEY, "key_confirmation", MINUTE),
    27: (Remedy.SWITCH_KEY, "key_wrong_kind", None),
    28: (Remedy.SWITCH_KEY, "key_wrong_kind", None),
    29: (_METHOD, "daily_limit", HOUR),
    30: (_AUTHOR, "private_profile", None),
    32: (_RETRY, "need_wait", 5.0),
    33: (_HUMAN, "method_off", HOUR),
    34: (_HUMAN, "version_old", HOUR),
    35: (_HUMAN, "version_old", HOUR),
    36: (_RETRY, "vk_timed_out", 5.0),
    37: (_KEY, "account_banned", MINUTE),
    38: (_KEY, "app_off", CAREFUL),
    39: (_HUMAN, "unknown_person", HOUR),
    40: (_HUMAN, "unknown_group", HOUR),
    41: (_KEY, "human_check", CAREFUL),
    42: (_KEY, "key_other_ip", MINUTE),
    43: (_HUMAN, "section_off", CAREFUL),
    100: (_BUG, "bad_parameter", None),
    101: (_HUMAN, "app_off", CAREFUL),
    103: (_CONTENT, "out_of_limits", None),
    104: (_GONE, "not_found", None),
    105: (_RETRY, "upload_failed", 5.0),
    106: (_RETRY, "action_failed", 5.0),
    113: (_BUG, "bad_person_id", None),
    114: (_BUG, "bad_album_id", None),
    118: (_RETRY, "upload_again", 1.0),
    119: (_CONTENT, "bad_title", None),
    121: (_RETRY, "upload_again", 1.0),
    122: (_BUG, "bad_photos", None),
    125: (_BUG, "bad_group_id", None),
    129: (_RETRY, "upload_again", 1.0),
    150: (_BUG, "bad_timestamp", None),
    200: (_CONTENT, "attachment_denied", None),
    201: (_CONTENT, "attachment_denied", None),
    203: (_CONTENT, "attachment_denied", None),
    204: (_CONTENT, "attachment_denied", None),
    205: (_CONTENT, "attachment_denied", None),
    210: (_GONE, "post_denied", None),
    211: (_CONTENT, "comments_denied", None),
    212: (_CONTENT, "comments_denied", None),
    213: (_CONTENT, "comments_denied", None),
    214: (_HUMAN, "post_refused", CAREFUL),
    219: (_METHOD, "ad_recent", HOUR),
    220: (_CONTENT, "too_many_recipients", None),
    222: (_CONTENT, "links_forbidden", None),
    223: (_METHOD, "too_many_replies", CAREFUL),
    224: (_CONTENT, "ads_limit", None),
    225: (_CONTENT, "donut_off", None),
    250: (_CONTENT, "attachment_denied", None),
    251: (_CONTENT, "attachment_denied", None),
    260: (_GONE, "groups_hidden", None),
    300: (_HUMAN, "album_full", HOUR),
    302: (_HUMAN, "album_full", HOUR),
    600: (_METHOD, "ads_rights", HOUR),
    601: (_METHOD, "daily_limit", HOUR),
    602: (_METHOD, "ads_partial", HOUR),
    603: (_METHOD, "ads_error", HOUR),
    703: (_HUMAN, "needs_two_factor", HOUR),
    704: (_HUMAN, "needs_two_factor", HOUR),
    900: (_AUTHOR, "blacklisted", None),
    901: (_AUTHOR, "unreachable", None),
    902: (_AUTHOR, "privacy", None),
    907: (Remedy.RESYNC, "position_lost", None),
    908: (Remedy.RESYNC, "position_lost", None),
    909: (Remedy.NEW_MESSAGE, "edit_window_over", None),
    910: (Remedy.SPLIT, "too_long", None),
    911: (_BUG, "keyboard_invalid", None),
    912: (_HUMAN, "bot_features_off", CAREFUL),
    913: (_CONTENT, "forwards_refused", None),
    914: (Remedy.SPLIT, "too_long", None),
    917: (_HUMAN, "chat_gone", CAREFUL),
    920: (Remedy.NEW_MESSAGE, "edit_refused", None),
    921: (_CONTENT, "forwards_refused", None),
    922: (_HUMAN, "chat_gone", CAREFUL),
    924: (_GONE, "delete_refused", None),
    925: (_HUMAN, "chat_not_admin", CAREFUL),
    927: (_HUMAN, "chat_gone", CAREFUL),
    932: (_AUTHOR, "unreachable", None),
    935: (_AUTHOR, "unreachable", None),
    936: (_AUTHOR, "unreachable", None),
    940: (_CONTENT, "too_many_posts", None),
    942: (_CONTENT, "pin_refused", None),
    943: (_BUG, "intent_refused", None),
    944: (_AUTHOR, "intent_limit", None),
    945: (_HUMAN, "chat_gone", CAREFUL),
    946: (_HUMAN, "chat_gone", CAREFUL),
    947: (_AUTHOR, "unreachable", None),
    949: (_RETRY, "pinned_just_now", MINUTE),
    950: (_AUTHOR, "unreachable", None),
    962: (_AUTHOR, "unreachable", None),
    969: (_CONTENT, "forwards_refused", None),
    970: (_CONTENT, "pin_refused", None),
    979: (_METHOD, "spam_restricted", HOUR),
    984: (_METHOD, "spam_restricted", HOUR),
    985: (_AUTHOR, "unreachable", None),
    987: (_AUTHOR, "unreachable", None),
    988: (_AUTHOR, "unreachable", None),
    1012: (_HUMAN, "chat_writing_off", CAREFUL),
    1021: (_METHOD, "spam_restricted", HOUR),
    1051: (Remedy.SWITCH_KEY, "key_wrong_kind", None),
    1105: (_KEY, "too_many_logins", CAREFUL),
    1114: (_KEY, "key_expired", MINUTE),
    1116: (_KEY, "key_dead", MINUTE),
    1117: (_KEY, "key_expired", MINUTE),
    1118: (_KEY, "key_other_ip", MINUTE),
    1150: (_CONTENT, "document_denied", None),
    1153: (_CONTENT, "document_denied", None),
    1160: (_RETRY, "upload_again", 1.0),
    3102: (_CONTENT, "bad_source_link", None),
    3300: (_KEY, "captcha", CAREFUL),
    3301: (_KEY, "human_check", CAREFUL),
    3302: (_KEY, "human_check", CAREFUL),
    3303: (_KEY, "human_check", CAREFUL),
    3304: (_KEY, "human_check", CAREFUL),
    3305: (_KEY, "human_check", CAREFUL),
    3609: (_KEY, "key_expired", MINUTE),
    3610: (_AUTHOR, "deleted_person", None),
    3611: (_AUTHOR, "deleted_person", None),
    9999: (_BUG, "bad_http_method", None),
    11500: (_HUMAN, "confirmation", CAREFUL),
    13000: (_HUMAN, "community_strikes", HOUR),
}

UNLISTED: Final[Row] = (_HUMAN, "refused", CAREFUL)

POST_REFUSALS: Final[tuple[tuple[str, Row], ...]] = (
    ("posts a day", (_METHOD, "posts_per_day", HOUR)),
    ("already scheduled for this time", (_CONTENT, "same_time_taken", None)),
    ("posts on a day", (_METHOD, "postponed_per_day", HOUR)),
    ("cannot schedule more than", (_METHOD, "postponed_total", HOUR)),
    ("cannot postpone", (_HUMAN, "cannot_postpone", CAREFUL)),
    ("too many messages sent", (_METHOD, "flood", MINUTE)),
    ("wall is closed", (_HUMAN, "wall_closed", CAREFUL)),
)
"""What error 214 says in its text, matched loosely; the rest means missing rights."""

CLOSED_WALLS: Final = ("only for community members", "group is blocked", "wall is disabled", "wall is closed")
"""What error 15 says in its text when the wall itself is shut."""


def verdict(code: int, subcode: int | None, text: str, method: str, write: bool) -> Verdict:
    """The meaning of error ``code`` (with VK's ``text``) as the answer to ``method``."""
    remedy, reason, pause = _row(code, subcode, text.lower(), method)
    executed: bool | None = False
    if write and code in OUTCOME_UNKNOWN:
        executed = None
        remedy = Remedy.UNCERTAIN
    return Verdict(remedy, executed, pause, reason)


def _row(code: int, subcode: int | None, text: str, method: str) -> Row:
    if code == 5:
        return _dead_key(subcode, text)
    if code == 8 and "blocked" in text:
        return _KEY, "app_off", CAREFUL
    if code == 15 or code in (1133, 1134):
        return _no_access(code, subcode, text)
    if code == 100:
        return _bad_parameter(text, method)
    if code == 214:
        return next((row for words, row in POST_REFUSALS if words in text), TABLE[214])
    return TABLE.get(code, UNLISTED)


def _dead_key(subcode: int | None, text: str) -> Row:
    if subcode in (1130, 1118) or "ip address" in text or "another ip" in text:
        return _KEY, "key_other_ip", MINUTE
    if subcode in (1117, 1114) or "expired" in text:
        return _KEY, "key_expired", MINUTE
    return TABLE[5]


def _no_access(code: int, subcode: int | None, text: str) -> Row:
    if code in (1133, 1134) or subcode in (1133, 1134):
        return Remedy.SWITCH_KEY, "key_wrong_kind", None
    if any(words in text for words in CLOSED_WALLS):
        return _HUMAN, "wall_closed", CAREFUL
    return TABLE[15]


def _bad_parameter(text: str, method: str) -> Row:
    if "link_photo_sizing_rule" in text:
        return _CONTENT, "link_without_picture", None
    if method in ("wall.post", "wall.edit"):
        return _CONTENT, "bad_parameter", None
    return TABLE[100]


class VkError(VkApiError):  # type: ignore[misc]  # the library carries no types
    """A call to VK that brought no result: ``method`` was called, ``verdict`` says what it means.

    Neither the text nor the attributes hold a key or the parameters of the call.
    """

    def __init__(self, method: str, verdict: Verdict, text: str) -> None:
        super().__init__(text)
        self.method = method
        self.verdict = verdict

    @property
    def executed(self) -> bool | None:
        """False: VK certainly did nothing; True: it certainly did; None: nobody knows."""
        return self.verdict.executed

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[VkError], args: tuple[object, ...], facts: dict[str, object]) -> VkError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(facts)
    return error


class VkRefused(VkError):
    """VK answered ``method`` with error ``code``; ``human_url`` is where a person passes a check, if any."""

    def __init__(
        self,
        method: str,
        code: int,
        message: str,
        *,
        subcode: int | None = None,
        write: bool = False,
        human_url: str | None = None,
    ) -> None:
        meaning = verdict(code, subcode, message, method, write)
        number = f"{code}/{subcode}" if subcode is not None else f"{code}"
        super().__init__(method, meaning, f"{method}: VK error {number} ({meaning.reason}): {message}")
        self.code = code
        self.subcode = subcode
        self.message = message
        self.human_url = human_url

    def about(self, method: str, *, write: bool) -> VkRefused:
        """The same said of a call of ``method``."""
        return VkRefused(
            method, self.code, self.message, subcode=self.subcode, write=write, human_url=self.human_url
        )


class VkTransport(VkError):
    """No readable answer came to ``method``; ``what`` is a stable word for what was seen instead."""

    def __init__(self, method: str, what: str, *, sent: bool = True, write: bool = False) -> None:
        if not write:
            meaning = Verdict(Remedy.RETRY, False, 3.0, "network")
        elif sent:
            meaning = Verdict(Remedy.UNCERTAIN, None, 3.0, "no_answer")
        else:
            meaning = Verdict(Remedy.RETRY, False, 3.0, "network")
        super().__init__(method, meaning, f"{method}: no readable answer ({what})")
        self.what = what
