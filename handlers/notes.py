"""Notes to the moderators' chat: what happened that no card shows by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from editorial import people, regions
from editorial.suggestion import Author, Suggestion
from handlers import alarms, joint, moments, preview, texts
from handlers.cards import link_to
from handlers.context import Desk

#: Troubles of these places mean that nothing is published.
_STOPS_POSTS = frozenset({"vk_wall", "key"})


def render(
    payload: Mapping[str, Any],
    suggestion: Suggestion | None,
    now: datetime,
    desk: Desk,
    author: Author | None = None,
) -> str:
    """The note as it is sent. Raises KeyError for a note nobody knows."""
    number = suggestion.number if suggestion is not None else 0
    match payload["note"]:
        case "trouble" if title := _network(payload, desk):
            return texts.network_trouble_note(title, str(payload["reason"]))
        case "trouble_over" if title := _network(payload, desk):
            return texts.network_over_note(title)
        case "trouble" if payload.get("cause") == alarms.SERVICE_KEY:
            return texts.service_key_note(str(payload["reason"]), instead=bool(payload.get("instead")))
        case "trouble_over" if payload.get("cause") == alarms.SERVICE_KEY:
            return texts.SERVICE_KEY_WELL
        case "copy_refused":
            return texts.copy_refused_note(number, title_of(desk, str(payload["network"])), str(payload["reason"]))
        case "copy_asked":
            return texts.copy_asked_note(number, title_of(desk, str(payload["network"])))
        case "deleted_on_vk":
            titles = {
                word: [title_of(desk, str(key)) for key in payload.get(word, ())] for word in ("carried", "asked")
            }
            return texts.deleted_on_vk_note(number, titles["carried"], titles["asked"])
        case "trouble":
            stops = payload.get("cause") in _STOPS_POSTS
            told = texts.trouble_note(str(payload["reason"]), int(payload.get("waiting", 0)), stops)
            return f"{told}\n{payload['url']}" if payload.get("url") else told
        case "trouble_over":
            return texts.trouble_over_note(str(payload["reason"]))
        case "failed":
            return texts.failed_note(number, str(payload["reason"]))
        case "by_hand":
            return texts.by_hand_note(number, suggestion.link if suggestion else desk.address)
        case "new_refused":
            return texts.new_refused_note(number, suggestion.link if suggestion else desk.address)
        case "left_on_vk":
            return texts.left_on_vk_note(number, suggestion.wall_link if suggestion else desk.address)
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
            return texts.removal_note(number, (suggestion and suggestion.published_link) or desk.address)
        case "removed":
            return texts.removed_note(number)
        case "not_removed":
            link = (suggestion and suggestion.published_link) or desk.address
            return texts.not_removed_note(number, str(payload.get("reason") or ""), link)
        case "calls_human":
            return texts.calls_human_note(_who(author), dialog_of(desk, author), number)
        case "author_named":
            return texts.author_named_note(_who(author), *_said_of(author))
        case "cannot_pin":
            return texts.CANNOT_PIN
        case "waiting":
            lines = [
                texts.waits_line(int(one), int(level[:-1]), level.endswith("d"), str(who))
                for one, level, who in payload["lines"]
            ]
            if payload.get("more"):
                lines.append(texts.and_more(int(payload["more"])))
            return texts.waits_note(lines)
        case "tomorrow":
            after = payload.get("after")
            return texts.empty_tomorrow(moments.clock(datetime.fromisoformat(after), desk.zone) if after else None)
        case "moved":
            lines = [
                texts.moved_line(int(moved), moments.say(datetime.fromisoformat(due), now, desk.zone))
                for moved, due in payload["moves"]
            ]
            if payload.get("more"):
                lines.append(texts.and_more(int(payload["more"])))
            return texts.moved_note(lines)
        case preview.WORD if suggestion is not None:
            return preview.text_of(suggestion, desk, payload.get("off", ()))
        case "source_failing":
            named = int(payload["source"]), str(payload["name"])
            return texts.source_failing_note(*named, str(payload["link"]), str(payload["reason"]))
        case "source_well":
            return texts.source_well_note(int(payload["source"]), str(payload["name"]))
        case "source_is_ours":
            return texts.source_is_ours_note(int(payload["source"]), str(payload["link"]))
        case other:
            raise KeyError(other)


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
