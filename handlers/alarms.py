"""Troubles that people must know of: told once, with what to do, and once more when they are over.

What was told stands in the database, so neither a restart nor a second failure repeats it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from editorial.delivery import (
    Delivery,
    Hold,
    NewDelivery,
    Outcome,
    Refused,
    RetryLater,
    Sent,
    Uncertain,
)
from editorial.roles import role_of
from handlers.context import Context
from storage.unit import Unit

#: Reasons for which somebody has to do something, or at least should know why nothing goes out.
ALARMING: Final = frozenset(
    {
        "account_banned",
        "ad_recent",
        "ads_error",
        "ads_partial",
        "ads_rights",
        "album_full",
        "app_off",
        "bad_request",
        "bad_signature",
        "bot_features_off",
        "cannot_postpone",
        "captcha",
        "chat_gone",
        "chat_writing_off",
        "community_strikes",
        "confirmation",
        "daily_limit",
        "flood",
        "human_check",
        "keeps_failing",
        "key_confirmation",
        "key_dead",
        "key_expired",
        "key_other_ip",
        "key_wrong_kind",
        "method_off",
        "needs_two_factor",
        "no_rights",
        "no_scope",
        "post_refused",
        "postponed_per_day",
        "postponed_total",
        "posts_per_day",
        "refused",
        "section_off",
        "spam_restricted",
        "too_many_logins",
        "too_many_replies",
        "unknown_group",
        "unknown_person",
        "validation",
        "version_old",
        "wall_closed",
    }
)
#: Reasons for which a network is left alone until somebody acts.
CLOSING: Final = frozenset(
    {
        "bad_signature",
        "chat_gone",
        "gone_for_good",
        "human_check",
        "key_dead",
        "method_off",
        "moved",
        "no_rights",
    }
)
#: A network that asks to wait for so many seconds or longer is as good as closed, and so is one that so many
#: attempts at one delivery did not reach, five or six minutes long.
LONG_WAIT: Final = 600.0
KNOCKED_IN_VAIN: Final = 10
#: Reasons for which the chat itself hears nothing: who runs the desk is told in person.
_CHAT_IS_DEAF: Final = frozenset({"bot_features_off", "chat_gone", "chat_writing_off"})
#: The same trouble is not told again before this time has passed.
SILENCE: Final = timedelta(hours=1)
_KEY: Final = "alarms"
#: The cause of a trouble with the key that reads other communities' walls.
SERVICE_KEY: Final = "service_key"
#: Places whose troubles come from the same keys: what shows in one of them is known for all.
_VK: Final = frozenset({"vk_messages", "vk_wall", "vk_copy", "key"})

#: What the wall was refused for, by the state of the key that a read found at the time: they are over together.
_KEYS_OWN: Final[Mapping[str, frozenset[str]]] = {
    "dead": frozenset({"key_dead", "account_banned", "app_off"}),
    "expired": frozenset({"key_expired"}),
    "wrong_ip": frozenset({"key_other_ip"}),
    "captcha": frozenset({"captcha"}),
    "validation": frozenset({"validation", "human_check", "key_confirmation"}),
    "no_rights": frozenset({"no_rights", "no_scope"}),
    "wrong_kind": frozenset({"key_wrong_kind"}),
}


def heed(context: Context, target: str, results: Sequence[Outcome], deliveries: Sequence[Delivery]) -> None:
    """Draw the conclusions from a round of ``deliveries`` to ``target``, one result for each."""
    for outcome, delivery in zip(results, deliveries, strict=True):
        if isinstance(outcome, Sent):
            if not _says_nothing(context, target, delivery):
                over(context, target)
        elif not isinstance(outcome, Uncertain) and _alarming(target, outcome, delivery):
            url = outcome.url if isinstance(outcome, RetryLater) else None
            tell(context, target, outcome.reason, url=url)


def _says_nothing(context: Context, target: str, delivery: Delivery) -> bool:
    """A letter that arrived does not mean that the chat hears again."""
    elsewhere = target == "vk_messages" and delivery.destination != "chat"
    return elsewhere and known(context.unit).get(target) in _CHAT_IS_DEAF


def _alarming(target: str, outcome: RetryLater | Refused | Hold, delivery: Delivery) -> bool:
    """Of a network only what closes it, if only for long: what it refuses of one post stands on the card."""
    if target in _VK:
        return outcome.reason in ALARMING
    if not isinstance(outcome, RetryLater):
        return False
    if outcome.reason in CLOSING:
        return True
    if outcome.seconds is not None:
        return not outcome.counts and outcome.seconds >= LONG_WAIT
    return not outcome.counts and delivery.attempts >= KNOCKED_IN_VAIN


def tell(context: Context, cause: str, reason: str, **facts: Any) -> bool:
    """Tell the moderators of a trouble unless they know. True when a note was written."""
    told: dict[str, Any] = context.unit.settings.get(_KEY, {})
    known = told.get(cause)
    once = cause not in _VK  # a network stays closed until it works: told once, not every hour
    if known and known["reason"] == reason and (once or _fresh(known["at"], context.now)):
        return False
    elsewhere = _known_elsewhere(told, cause, reason, context.now, tells_where=bool(facts.get("url")))
    told[cause] = {"reason": reason, "at": context.now.isoformat()}
    context.unit.settings.set(_KEY, told, context.now)
    if elsewhere:
        return False
    context.unit.journal.add(context.now, None, None, "alarm", None, None, {"cause": cause, "reason": reason})
    note = {"note": "trouble", "cause": cause, "reason": reason, "waiting": _waiting(context), **facts}
    _note(context, note)
    if cause == "vk_messages" and reason in _CHAT_IS_DEAF:
        for one in context.unit.staff.all():
            if role_of(one.role).runs_the_desk:
                _note(context, note, to=f"user:{one.vk_id}")
    return True


def over(context: Context, cause: str) -> bool:
    """The trouble is over: say so if it was told. True when a note was written."""
    told: dict[str, Any] = context.unit.settings.get(_KEY, {})
    known = told.pop(cause, None)
    if known is None:
        return False
    context.unit.settings.set(_KEY, told, context.now)
    if _known_elsewhere(told, cause, known["reason"], context.now):
        return False
    _note(context, {"note": "trouble_over", "cause": cause, "reason": known["reason"]})
    return True


def known(unit: Unit) -> Mapping[str, str]:
    """What is wrong at present: cause to reason."""
    told: dict[str, Any] = unit.settings.get(_KEY, {})
    return {cause: str(trouble["reason"]) for cause, trouble in told.items()}


def key_changed(context: Context, before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> None:
    """The editor's key was found in another state than before."""
    state, former = now["editor"], before["editor"] if before else None
    if state == former:
        return
    if state == "ok":
        over(context, "key")
        # A limit or a check that only writes meet is not over because a read went well.
        if known(context.unit).get("vk_wall") in _KEYS_OWN.get(str(former), ()):
            over(context, "vk_wall")
    elif state != "missing" and (former is not None or state != "unavailable"):
        tell(context, "key", f"key_{state}")


def _known_elsewhere(
    told: Mapping[str, Any], cause: str, reason: str, now: datetime, *, tells_where: bool = False
) -> bool:
    """Whether people know of this very trouble already, from another place where it showed.

    ``tells_where``: it comes with the page on which a person passes VK's check, which is news in itself.
    """
    return cause in _VK and any(
        (trouble["reason"] == reason or (not tells_where and _of_one_key(trouble["reason"], reason)))
        and _fresh(trouble["at"], now)
        for other, trouble in told.items()
        if other != cause and other in _VK
    )


def _of_one_key(known: str, reason: str) -> bool:
    """Whether one is the state of the key, and the other what is refused for it."""
    pairs = ((known, reason), (reason, known))
    return any(refused in _KEYS_OWN.get(state.removeprefix("key_"), ()) for state, refused in pairs)


def _fresh(at: str, now: datetime) -> bool:
    return now - datetime.fromisoformat(at) < SILENCE


def _waiting(context: Context) -> int:
    return len(context.unit.suggestions.scheduled())


def _note(context: Context, payload: dict[str, Any], to: str = "chat") -> None:
    context.unit.outbox.add(NewDelivery("vk_messages", to, "note", payload=payload), context.now)
