"""Notes to the moderators' chat: what happened that no card shows by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from editorial import people, regions
from editorial.suggestion import Author, Suggestion
from handlers import alarms, joint, moments, preview, texts
from handlers.context import Desk
from handlers.names import link_to

#: Troubles of these places mean that nothing is published.
_STOPS_POSTS = frozenset({"vk_wall", "key"})


@dataclass(frozen=True, slots=True)
class _Told:
    """What a note is made from: what was queued, and the news, the author and the desk as they are now."""

    payload: Mapping[str, Any]
    suggestion: Suggestion | None
    now: datetime
    desk: Desk
    author: Author | None

    @property
    def number(self) -> int:
        return self.suggestion.number if self.suggestion is not None else 0

    @property
    def link(self) -> str:
        """Where the suggestion is shown; the community's page while it is not known."""
        return self.suggestion.link if self.suggestion is not None else self.desk.address

    @property
    def published_link(self) -> str:
        return (self.suggestion and self.suggestion.published_link) or self.desk.address


def render(
    payload: Mapping[str, Any],
    suggestion: Suggestion | None,
    now: datetime,
    desk: Desk,
    author: Author | None = None,
) -> str:
    """The note as it is sent. Raises KeyError for a note nobody knows."""
    told = _Told(payload, suggestion, now, desk, author)
    for words in (_of_trouble, _of_a_publication, _of_copies, _of_people, _of_the_plan, _of_a_source):
        said = words(payload["note"], told)
        if said is not None:
            return said
    raise KeyError(payload["note"])


def _of_trouble(note: str, told: _Told) -> str | None:
    """What stands still, and what works again."""
    if note == "cannot_pin":
        return texts.CANNOT_PIN
    if note not in ("trouble", "trouble_over"):
        return None
    payload, over = told.payload, note == "trouble_over"
    cause, reason = payload.get("cause"), str(payload["reason"])
    title = _network(payload, told.desk)
    if title is not None:
        return texts.network_over_note(title) if over else texts.network_trouble_note(title, reason)
    if cause == alarms.SERVICE_KEY:
        instead = bool(payload.get("instead"))
        return texts.SERVICE_KEY_WELL if over else texts.service_key_note(reason, instead=instead)
    if over:
        return texts.trouble_over_note(reason)
    said = texts.trouble_note(reason, int(payload.get("waiting", 0)), cause in _STOPS_POSTS)
    return f"{said}\n{payload['url']}" if payload.get("url") else said


def _of_a_publication(note: str, told: _Told) -> str | None:
    payload, number = told.payload, told.number
    match note:
        case "failed":
            return texts.failed_note(number, str(payload["reason"]))
        case "by_hand":
            return texts.by_hand_note(number, told.link)
        case "new_refused":
            return texts.new_refused_note(number, told.link)
        case "left_on_vk":
            return texts.left_on_vk_note(
                number, told.suggestion.wall_link if told.suggestion else told.desk.address
            )
        case "undecidable":
            return texts.undecidable_note(number)
        case "expired":
            return texts.expired_note(number)
        case "untrue":
            return texts.untrue_note(number, str(payload["said"]))
        case joint.LEFT:
            said = texts.piece_left(int(payload.get("piece") or 0), str(payload.get("why")))
            return texts.piece_left_note(number, said)
        case "changed":
            return texts.changed_note(number)
        case "asks_removal":
            return texts.removal_note(number, told.published_link)
        case "removed":
            return texts.removed_note(number)
        case "not_removed":
            return texts.not_removed_note(number, str(payload.get("reason") or ""), told.published_link)
        case preview.WORD if told.suggestion is not None:
            return preview.text_of(told.suggestion, told.desk, payload.get("off", ()))
    return None


def _of_copies(note: str, told: _Told) -> str | None:
    payload, number, desk = told.payload, told.number, told.desk
    match note:
        case "copy_refused":
            return texts.copy_refused_note(number, title_of(desk, str(payload["network"])), str(payload["reason"]))
        case "copy_asked":
            return texts.copy_asked_note(number, title_of(desk, str(payload["network"])))
        case "deleted_on_vk":
            carried, asked = (
                [title_of(desk, str(key)) for key in payload.get(word, ())] for word in ("carried", "asked")
            )
            return texts.deleted_on_vk_note(number, carried, asked)
    return None


def _of_people(note: str, told: _Told) -> str | None:
    match note:
        case "calls_human":
            return texts.calls_human_note(_who(told.author), dialog_of(told.desk, told.author), told.number)
        case "author_named":
            return texts.author_named_note(_who(told.author), *_said_of(told.author))
        case "unsigned":
            return texts.unsigned_note([int(one) for one in told.payload["posts"]])
        case "named_inside":
            links = [f"https://vk.com/wall{told.desk.owner_id}_{post}" for _, post in told.payload["posts"]]
            return texts.named_inside_note([int(one) for one, _ in told.payload["posts"]], links)
    return None


def _of_the_plan(note: str, told: _Told) -> str | None:
    """What waits, what moved, and a tomorrow without posts."""
    payload, zone = told.payload, told.desk.zone
    match note:
        case "waiting":
            lines = [
                texts.waits_line(int(one), int(level[:-1]), level.endswith("d"), str(who))
                for one, level, who in payload["lines"]
            ]
            return texts.waits_note([*lines, *_and_more(payload)])
        case "tomorrow":
            after = payload.get("after")
            return texts.empty_tomorrow(moments.hour(datetime.fromisoformat(after), zone) if after else None)
        case "moved":
            lines = [
                texts.moved_line(int(moved), moments.say(datetime.fromisoformat(due), told.now, zone))
                for moved, due in payload["moves"]
            ]
            return texts.moved_note([*lines, *_and_more(payload)])
    return None


def _and_more(payload: Mapping[str, Any]) -> list[str]:
    return [texts.and_more(int(payload["more"]))] if payload.get("more") else []


def _of_a_source(note: str, told: _Told) -> str | None:
    payload = told.payload
    match note:
        case "source_failing" | "source_wrong":
            words = texts.source_failing_note if note == "source_failing" else texts.source_wrong_note
            named = int(payload["source"]), str(payload["name"])
            return words(*named, str(payload["link"]), str(payload["reason"]))
        case "source_well":
            return texts.source_well_note(int(payload["source"]), str(payload["name"]))
        case "source_is_ours":
            return texts.source_is_ours_note(int(payload["source"]), str(payload["link"]))
    return None


def _network(payload: Mapping[str, Any], desk: Desk) -> str | None:
    """The network a trouble is about, by its target; None when it is VK's."""
    return next((one.title for one in desk.networks if one.target == payload.get("cause")), None)


def title_of(desk: Desk, key: str) -> str:
    """A network's name for people; its key when it is switched off by now."""
    return next((one.title for one in desk.networks if one.key == key), key)


def _who(author: Author | None) -> str:
    return link_to(author.vk_id if author else None, author)


def dialog_of(desk: Desk, author: Author | None) -> str:
    """Where a moderator finds the dialog with a person."""
    return f"https://vk.com/gim{desk.group_id}?sel={author.vk_id}" if author is not None else desk.address


def _said_of(author: Author | None) -> tuple[str, str, str]:
    region = regions.by_code(author.region if author else None)
    role = people.ROLES.get((author and author.role) or "", "")
    return region.name if region else "", (author and author.organisation) or "", role
