"""Between the records of the desk and what is written in a row: contents, decisions, reach, whole suggestions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from editorial.networks import Reach
from editorial.suggestion import Attachment, Author, Content, Decision, Origin, Signed, Status, Suggestion

REGISTRY = (
    "organisation",
    "role",
    "confirmed_by",
    "confirmed_at",
    "asked_at",
    "consent_asked_at",
    "consent_at",
    "blocked_why",
    "blocked_by",
    "blocked_at",
    "told_at",
    "called_at",
)
"""What the desk's register of authors keeps besides name, region and letters; columns and fields alike."""

_ATTACHMENT_FIELDS = (
    *("kind", "owner_id", "media_id", "access_key", "url", "title", "preview", "width", "height", "answers"),
    "several",
)


def attachments_to_json(attachments: Iterable[Attachment]) -> list[dict[str, Any]]:
    return [
        {name: value for name in _ATTACHMENT_FIELDS if (value := getattr(one, name)) is not None}
        for one in attachments
    ]


def attachments_from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    return tuple(Attachment(**row) for row in rows)


def attachments_or_none(attachments: Iterable[Attachment] | None) -> list[dict[str, Any]] | None:
    return None if attachments is None else attachments_to_json(attachments)


def content_to_json(content: Content | None) -> dict[str, Any] | None:
    if content is None:
        return None
    return {"text": content.text, "attachments": attachments_to_json(content.attachments)}


def content_from_json(row: Mapping[str, Any] | None) -> Content | None:
    return None if row is None else Content(row["text"], attachments_from_json(row["attachments"]))


def decision_to_json(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {
        "by": decision.by,
        "at": decision.at.isoformat(),
        "action": decision.action,
        "reason": decision.reason,
        "words": decision.words,
    }


def decision_from_json(row: Mapping[str, Any] | None) -> Decision | None:
    if row is None:
        return None
    at = datetime.fromisoformat(row["at"])
    return Decision(row["by"], at, row["action"], row.get("reason"), row.get("words"))


def reach_to_row(reach: Reach, prefix: str = "") -> dict[str, int | None]:
    """The four columns; ``prefix``: what the names of a statement's parameters begin with."""
    return {f"{prefix}{name}": count for name, count in asdict(reach).items()}


def reach_from_row(row: Row[Any]) -> Reach:
    return Reach(row.views, row.likes, row.reposts, row.comments)


def suggestion_to_row(suggestion: Suggestion) -> dict[str, Any]:
    """The columns that may change after a suggestion was taken in."""
    return {
        "author_id": suggestion.author_id,
        "status": str(suggestion.status),
        "version": suggestion.version,
        "urgent": suggestion.urgent,
        "fingerprint": suggestion.content.fingerprint,
        "updated_at": suggestion.updated_at,
        "due_at": suggestion.due_at,
        "published_at": suggestion.published_at,
        "published_post_id": suggestion.published_post_id,
        "region": suggestion.region,
        "behind": None if suggestion.behind is None else dict(suggestion.behind),
        "without_photos": suggestion.without_photos,
        "origin": str(suggestion.origin),
        "corrects": suggestion.corrects,
        "merged_into": suggestion.merged_into,
        "decision": decision_to_json(suggestion.decision),
        "proof": suggestion.proof,
        "trouble": suggestion.trouble,
        "rubric": suggestion.rubric,
        "text": suggestion.content.text,
        "attachments": attachments_to_json(suggestion.content.attachments),
        "edited_text": suggestion.edited_text,
        "edited_attachments": attachments_or_none(suggestion.edited_attachments),
        "previous": content_to_json(suggestion.previous),
        "expires_at": suggestion.expires_at,
        "networks": suggestion.networks,
        "signed": None if suggestion.signed is None else asdict(suggestion.signed),
    }


def author_from_row(row: Row[Any]) -> Author | None:
    """The author joined to a suggestion, None when the suggestion names nobody."""
    if row.vk_id is None:
        return None
    return Author(
        vk_id=row.vk_id,
        name=row.author_name,
        reachable=row.reachable,
        wants_letters=row.wants_letters,
        zone=row.zone,
        region=row.author_region,
        **{name: getattr(row, name) for name in REGISTRY},
    )


def suggestion_from_row(row: Row[Any]) -> Suggestion:
    return Suggestion(
        number=row.number,
        owner_id=row.owner_id,
        post_id=row.post_id,
        author_id=row.author_id,
        content=Content(row.text, attachments_from_json(row.attachments)),
        status=Status(row.status),
        version=row.version,
        received_at=row.received_at,
        updated_at=row.updated_at,
        edited_text=row.edited_text,
        edited_attachments=None
        if row.edited_attachments is None
        else attachments_from_json(row.edited_attachments),
        previous=content_from_json(row.previous),
        expires_at=row.expires_at,
        urgent=row.urgent,
        due_at=row.due_at,
        decision=decision_from_json(row.decision),
        published_post_id=row.published_post_id,
        published_at=row.published_at,
        proof=row.proof,
        trouble=row.trouble,
        region=row.region,
        rubric=row.rubric,
        networks=row.networks,
        signed=None if row.signed is None else Signed(bool(row.signed["author"]), str(row.signed["line"])),
        origin=Origin(row.origin),
        behind=row.behind,
        without_photos=row.without_photos,
        corrects=row.corrects,
        merged_into=row.merged_into,
        joint=row.joint,
        author=author_from_row(row),
    )
