"""The state machine of a suggestion.

One table says which action leads from which states to which state, and who may take it.  One function,
:func:`actions_for`, gives both the buttons a person sees and the right to press them; :func:`decide` asks it
again when a button is pressed.  Nothing here acts: the answer is a changed record and a list of effects.

::

    pending ──queue, pick──▶ scheduled ──start──▶ publishing ──▶ published
       │  ▲                      │                    │
       │  └───────undo───────────┘                    ├──▶ failed ──repeat──▶ scheduled
       ├──digest──▶ digest ──the digest is out──▶ published
       ├──merge───▶ merged ──the joint post is out──▶ published
       ├──return──▶ returned ──author edits──▶ pending
       │                └──no answer for a week──▶ expired
       ├──reject──▶ rejected ──undo──▶ pending
       └──withdraw / deleted on VK──▶ withdrawn ──author edits what they closed──▶ pending
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from editorial.errors import AlreadyDecided, CardOutdated, NotAModerator, NotNow, RoleTooLow
from editorial.roles import Role
from editorial.suggestion import Attachment, Content, Decision, Status, Suggestion, same_content


class Action(StrEnum):
    """Everything that can happen to a suggestion."""

    # a moderator's
    PUBLISH = "publish"
    QUEUE = "queue"
    PICK = "pick"
    DIGEST = "digest"
    MERGE = "merge"
    EDIT = "edit"
    RETURN = "return"
    REJECT = "reject"
    UNDO = "undo"
    CONFIRM_OUT = "out"
    REPEAT = "repeat"
    CALL_OFF = "call_off"
    # the author's
    WITHDRAW = "withdraw"
    # the program's, after looking at VK or at the clock
    ASSEMBLE = "assemble"
    IN_DIGEST = "in_digest"
    IN_JOINT = "in_joint"
    PART = "part"
    START = "start"
    PROVE = "prove"
    FAIL = "fail"
    MOVE = "move"
    EXPIRE = "expire"
    AUTHOR_EDITED = "author_edited"
    GONE = "gone"
    HAND_PUBLISHED = "hand_published"
    SEEN_AGAIN = "seen_again"
    BACK_TO_REVIEW = "back_to_review"
    TURN_AWAY = "turn_away"


class Who(StrEnum):
    """Who takes an action."""

    MODERATOR = "moderator"
    EDITOR = "editor"
    AUTHOR = "author"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the table. ``to`` None keeps the state."""

    action: Action
    sources: frozenset[Status]
    to: Status | None
    who: Who


def _rule(action: Action, sources: Iterable[Status], to: Status | None, who: Who) -> Rule:
    return Rule(action, frozenset(sources), to, who)


S = Status
OPEN: Final = (S.PENDING, S.RETURNED, S.SCHEDULED, S.DIGEST, S.MERGED, S.FAILED, S.EXPIRED)
TABLE: Final[tuple[Rule, ...]] = (
    _rule(Action.PUBLISH, (S.PENDING, S.SCHEDULED, S.FAILED), S.SCHEDULED, Who.EDITOR),
    _rule(Action.QUEUE, (S.PENDING, S.FAILED, S.EXPIRED), S.SCHEDULED, Who.MODERATOR),
    _rule(Action.PICK, (S.PENDING, S.SCHEDULED, S.FAILED, S.EXPIRED), S.SCHEDULED, Who.MODERATOR),
    _rule(Action.DIGEST, (S.PENDING, S.EXPIRED), S.DIGEST, Who.MODERATOR),
    _rule(Action.MERGE, (S.PENDING, S.RETURNED, S.SCHEDULED, S.DIGEST), S.MERGED, Who.MODERATOR),
    _rule(Action.EDIT, (S.PENDING, S.SCHEDULED, S.FAILED), None, Who.MODERATOR),
    _rule(Action.RETURN, (S.PENDING, S.FAILED), S.RETURNED, Who.MODERATOR),
    _rule(Action.REJECT, (S.PENDING, S.RETURNED, S.FAILED, S.EXPIRED), S.REJECTED, Who.MODERATOR),
    _rule(
        Action.UNDO,
        (S.SCHEDULED, S.RETURNED, S.REJECTED, S.DIGEST, S.MERGED, S.EXPIRED, S.FAILED),
        S.PENDING,
        Who.MODERATOR,
    ),
    _rule(Action.CONFIRM_OUT, (S.PUBLISHING,), S.PUBLISHED, Who.MODERATOR),
    _rule(Action.REPEAT, (S.PUBLISHING, S.FAILED), S.SCHEDULED, Who.MODERATOR),
    _rule(Action.CALL_OFF, (S.SCHEDULED, S.FAILED), S.WITHDRAWN, Who.MODERATOR),
    _rule(Action.WITHDRAW, OPEN, S.WITHDRAWN, Who.AUTHOR),
    _rule(Action.ASSEMBLE, (S.PENDING,), S.SCHEDULED, Who.PROGRAM),
    _rule(Action.IN_DIGEST, (S.DIGEST,), S.PUBLISHED, Who.PROGRAM),
    _rule(Action.IN_JOINT, (S.MERGED,), S.PUBLISHED, Who.PROGRAM),
    _rule(Action.PART, (S.MERGED,), S.PENDING, Who.PROGRAM),
    _rule(Action.START, (S.SCHEDULED,), S.PUBLISHING, Who.PROGRAM),
    _rule(Action.PROVE, (S.PUBLISHING, S.PUBLISHED), S.PUBLISHED, Who.PROGRAM),
    _rule(Action.FAIL, (S.SCHEDULED, S.PUBLISHING), S.FAILED, Who.PROGRAM),
    _rule(Action.MOVE, (S.SCHEDULED, S.PUBLISHING, S.FAILED), S.SCHEDULED, Who.PROGRAM),
    _rule(Action.EXPIRE, (S.PENDING, S.SCHEDULED, S.RETURNED), S.EXPIRED, Who.PROGRAM),
    _rule(Action.AUTHOR_EDITED, (*OPEN, S.WITHDRAWN), S.PENDING, Who.PROGRAM),
    _rule(Action.GONE, (*OPEN, S.PUBLISHING), S.WITHDRAWN, Who.PROGRAM),
    _rule(
        Action.HAND_PUBLISHED,
        (*OPEN, S.PUBLISHING, S.REJECTED, S.WITHDRAWN),
        S.PUBLISHED,
        Who.PROGRAM,
    ),
    _rule(Action.SEEN_AGAIN, (S.WITHDRAWN,), S.PENDING, Who.PROGRAM),
    _rule(Action.TURN_AWAY, (S.PENDING,), S.REJECTED, Who.PROGRAM),
    _rule(Action.BACK_TO_REVIEW, (S.SCHEDULED, S.PUBLISHING, S.FAILED), S.PENDING, Who.PROGRAM),
)
RULES: Final = {rule.action: rule for rule in TABLE}

#: All that can be done to a digest; the last one to nothing else.
_OF_DIGESTS: Final = frozenset({Action.PUBLISH, Action.PICK, Action.CONFIRM_OUT, Action.REPEAT, Action.CALL_OFF})


def _concerns(action: Action, suggestion: Suggestion) -> bool:
    """Whether the action is one of a digest, or of a piece of news, whichever this is."""
    if suggestion.digest:
        return action in _OF_DIGESTS
    return action is not Action.CALL_OFF


def _permits(rule: Rule, role: Role) -> bool:
    if rule.who is Who.MODERATOR:
        return role.decides
    if rule.who is Who.EDITOR:
        return role.runs_the_desk
    return False


def actions_for(suggestion: Suggestion, role: Role, *, uncertain: bool = False) -> tuple[Action, ...]:
    """The actions this role may take on the suggestion now, in the order of the table.

    ``uncertain``: the publication was sent and nobody knows whether it arrived; only then a person may say
    that the post is out, or have it sent again.
    """
    return tuple(
        rule.action
        for rule in TABLE
        if suggestion.status in rule.sources
        and _permits(rule, role)
        and _settled(suggestion, uncertain)
        and _concerns(rule.action, suggestion)
    )


def _settled(suggestion: Suggestion, uncertain: bool) -> bool:
    return uncertain or suggestion.status is not Status.PUBLISHING


@dataclass(frozen=True, slots=True)
class Press:
    """A moderator's press: what, by whom, and the version of the card it was pressed on.

    An edit brings a ``text``, the ``attachments`` that stay, in order, a ``rubric``; None leaves them as they are.
    ``into``: the number of the news this one is merged into.
    """

    action: Action
    by: int
    role: Role
    version: int
    due_at: datetime | None = None
    slot_at: datetime | None = None
    reason: str | None = None
    words: str | None = None
    text: str | None = None
    attachments: tuple[Attachment, ...] | None = None
    rubric: str | None = None
    into: int | None = None


def decide(suggestion: Suggestion, press: Press, now: datetime, *, uncertain: bool = False) -> Suggestion:
    """The suggestion after the press.

    Raises:
        NotAModerator, RoleTooLow: the person may not.
        AlreadyDecided: another moderator settled it after this card was drawn.
        CardOutdated: the suggestion changed after this card was drawn.
        NotNow: the action does not exist in this state.
    """
    rule = RULES.get(press.action)
    if not press.role.decides:
        raise NotAModerator
    if rule is None:
        raise NotNow(suggestion.number, suggestion.status)
    if not _permits(rule, press.role):
        raise RoleTooLow
    same_version(suggestion, press.version)
    if press.action not in actions_for(suggestion, press.role, uncertain=uncertain):
        raise NotNow(suggestion.number, suggestion.status)
    return _after_press(suggestion, press, rule, now)


def same_version(suggestion: Suggestion, version: int) -> None:
    """Raises AlreadyDecided or CardOutdated when a card of ``version`` shows what is no more."""
    if version != suggestion.version:
        raise _outdated(suggestion)


def _outdated(suggestion: Suggestion) -> AlreadyDecided | CardOutdated:
    decision = suggestion.decision
    if decision is not None and suggestion.status is not Status.PENDING:
        return AlreadyDecided(suggestion.number, decision.by, decision.at, decision.action)
    return CardOutdated(suggestion.number)


def _after_press(suggestion: Suggestion, press: Press, rule: Rule, now: datetime) -> Suggestion:
    decision = Decision(press.by, now, press.action, press.reason, press.words)
    changed = _moved(suggestion, rule, now)
    match press.action:
        case Action.EDIT:
            return replace(
                changed,
                edited_text=changed.edited_text if press.text is None else press.text,
                edited_attachments=changed.edited_attachments if press.attachments is None else press.attachments,
                rubric=press.rubric or changed.rubric,
            )
        case Action.MERGE:
            return replace(
                changed, decision=decision, due_at=None, urgent=False, trouble=None, merged_into=press.into
            )
        case Action.UNDO:
            return replace(changed, decision=decision, due_at=None, urgent=False, trouble=None, proof=None)
        case Action.PUBLISH:
            return replace(changed, decision=decision, due_at=now, urgent=True, trouble=None)
        case Action.QUEUE | Action.PICK:
            return replace(changed, decision=decision, due_at=press.due_at, urgent=False, trouble=None)
        case Action.REPEAT:
            return replace(changed, decision=decision, due_at=now, urgent=True, trouble=None)
        case Action.CONFIRM_OUT:
            return replace(changed, decision=decision, published_at=now, trouble=None, proof="by_hand")
        case _:
            return replace(changed, decision=decision, due_at=None, trouble=None)


def _moved(suggestion: Suggestion, rule: Rule, now: datetime) -> Suggestion:
    """The next version in its new state. What leaves a joint post unpublished belongs to it no more."""
    status = rule.to or suggestion.status
    goes_out_with_it = status in (Status.MERGED, Status.PUBLISHED) and rule.action is not Action.HAND_PUBLISHED
    return replace(
        suggestion,
        version=suggestion.version + 1,
        updated_at=now,
        status=status,
        merged_into=suggestion.merged_into if goes_out_with_it else None,
    )


def advance(
    suggestion: Suggestion,
    action: Action,
    now: datetime,
    *,
    due_at: datetime | None = None,
    content: Content | None = None,
    post_id: int | None = None,
    proof: str | None = None,
    trouble: str | None = None,
) -> Suggestion | None:
    """The suggestion after something the program or the author did, or None when it does not apply.

    ``content`` is what VK shows now; ``post_id`` and ``proof`` belong to a publication; ``trouble`` is a
    stable word for what went wrong.
    """
    if not _goes_by_itself(suggestion, action):
        return None
    changed = _moved(suggestion, RULES[action], now)
    match action:
        case Action.AUTHOR_EDITED:
            return _edited_by_author(suggestion, changed, content)
        case Action.SEEN_AGAIN:
            return replace(changed, trouble="seen_again") if suggestion.was_missed else None
        case Action.START:
            return changed if content is None else replace(changed, content=content)
        case Action.ASSEMBLE:
            return replace(changed, due_at=due_at, urgent=True)
        case Action.PROVE | Action.HAND_PUBLISHED | Action.IN_DIGEST | Action.IN_JOINT:
            return replace(
                changed,
                published_post_id=post_id if post_id is not None else suggestion.published_post_id,
                published_at=suggestion.published_at or now,
                proof=proof,
                trouble=trouble,
            )
        case Action.MOVE:
            return replace(changed, due_at=due_at, trouble=trouble)
        case Action.FAIL:
            return replace(changed, trouble=trouble)
        case Action.TURN_AWAY:
            return replace(changed, trouble=trouble, decision=Decision(0, now, str(action)))
        case Action.BACK_TO_REVIEW | Action.EXPIRE | Action.GONE | Action.WITHDRAW | Action.CALL_OFF:
            return replace(changed, due_at=None, urgent=False, trouble=trouble)
        case _:
            return changed


def _goes_by_itself(suggestion: Suggestion, action: Action) -> bool:
    """Whether nobody of the desk has to press for it as things stand; a digest may be called off by the program."""
    rule = RULES[action]
    alone = rule.who in (Who.PROGRAM, Who.AUTHOR) or (action is Action.CALL_OFF and bool(suggestion.digest))
    return alone and suggestion.status in rule.sources


def _edited_by_author(suggestion: Suggestion, changed: Suggestion, content: Content | None) -> Suggestion | None:
    """Back to review with the new content; None when it says the same, or what is closed stays closed."""
    if content is None or same_content(suggestion.content, content):
        return None
    if suggestion.status not in OPEN and not suggestion.reopens_when_edited:
        return None
    return replace(
        changed, content=content, previous=suggestion.content, edited_text=None, edited_attachments=None,
        due_at=None, urgent=False, trouble="author_edited",
    )  # fmt: skip
