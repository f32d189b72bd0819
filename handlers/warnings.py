"""Warnings of the checks on a card: what they are drawn from, and the question a red one asks.

The checks themselves stand in :mod:`editorial.checks`.  A question is open while the card shows it; only then a
«Да» counts, and only for the press it was asked about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from editorial import lists, people, regions
from editorial.checks.desk import warnings_for
from editorial.checks.facts import SHOWS, Facts, Warn
from editorial.lifecycle import OPEN, same_version
from editorial.lists import Lists
from editorial.suggestion import Status, Suggestion
from handlers import changes, network_rules, texts
from handlers.context import Context
from handlers.payloads import Payload
from handlers.person import Person
from handlers.zones import zone_of

#: The word of «Да, опубликовать».
SURE: Final = "sure"
#: What was pressed when the question is about words in a reply.
WORDS: Final = "words"
#: The word of «Показать вложения».
UNCOVER: Final = "uncover"


def lists_of(context: Context) -> Lists:
    """What the editors keep, as it is now."""
    return lists.lists_with(context.unit.lists.changes())


def of(context: Context, suggestion: Suggestion, slot: datetime | None = None) -> tuple[Warn, ...]:
    """The warnings of a suggestion that is not closed, the red first.

    ``slot`` is a moment that is being chosen; without it the moment it is planned for counts.
    """
    if suggestion.status not in OPEN or suggestion.digest:
        return ()
    facts = facts_of(context, suggestion, slot)
    found = warnings_for(facts)
    return (*_of_own_texts(suggestion, facts, {warn.code for warn in found}), *found)


def _of_own_texts(suggestion: Suggestion, facts: Facts, known: Collection[str]) -> Iterator[Warn]:
    """The red warnings that only the own text of a network gives rise to."""
    for text in network_rules.own_texts(suggestion).values():
        yield from (warn for warn in _red(facts, text) if warn.code not in known)


def red_in(context: Context, suggestion: Suggestion, text: str) -> tuple[Warn, ...]:
    """The red warnings of a text that is to be put in place of an approved one; without those approved already."""
    facts = facts_of(context, suggestion)
    post = context.unit.posts.get(suggestion.number)
    approved = {
        *([post.content.text] if post is not None else []),
        *network_rules.own_texts(suggestion).values(),
        suggestion.text,
    }
    known = {warn.code for said in approved for warn in _red(facts, said)}
    return tuple(warn for warn in _red(facts, text) if warn.code not in known)


def _red(facts: Facts, text: str) -> list[Warn]:
    return [warn for warn in warnings_for(replace(facts, text=text, original=None)) if warn.is_red]


def facts_of(context: Context, suggestion: Suggestion, slot: datetime | None = None) -> Facts:
    planned = suggestion.due_at if suggestion.status is Status.SCHEDULED and not suggestion.urgent else None
    return Facts(
        text=suggestion.text,
        original=suggestion.content.text if suggestion.edited_text is None else None,
        now=context.now,
        received_at=suggestion.received_at,
        attachments=suggestion.attachments,
        slot=slot or planned,
        zone=zone_of(suggestion, suggestion.author),
        region=suggestion.region,
        region_needed=suggestion.author is None or suggestion.author.role != people.INTERREGIONAL,
        lists=lists_of(context),
    )


def untrue_word(context: Context, suggestion: Suggestion) -> str:
    """The word of the text that is not true any more at the moment it is planned for; empty for none."""
    found = (warn.about for warn in of(context, suggestion) if warn.code == "relative_date")
    return next(found, "")


def guessed_region(suggestion: Suggestion) -> regions.Region | None:
    """The one region the text speaks of, where nobody has said which it is."""
    return None if suggestion.region else regions.region_of_text(suggestion.text)


def are_covered(suggestion: Suggestion, found: Collection[Warn]) -> bool:
    """Whether the pictures must not be spread in the chat before somebody asks for them."""
    shows = any(attachment.kind in SHOWS for attachment in suggestion.attachments)
    return shows and any(warn.code == "security" for warn in found)


def uncover(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """A moderator wants to see the covered pictures: on this card only."""
    same_version(suggestion, payload.version)
    context.unit.cards.uncover(suggestion.number, context.now, uncovered=True)
    status = str(suggestion.status)
    context.unit.journal.add(context.now, suggestion.number, person.user_id, "uncovered", status, status)
    changes.refresh_card(context, suggestion.number)
    return texts.UNCOVERED


def cover_again(context: Context, number: int) -> None:
    """What a moderator asked to see may be other pictures now: those are asked for anew."""
    card = context.unit.cards.get(number)
    if card is not None and card.uncovered:
        context.unit.cards.uncover(number, context.now, uncovered=False)


# ------------------------------------------------------------------------------------------------- the question


@dataclass(frozen=True, slots=True)
class Question:
    """What was pressed (``word`` and ``arg`` of its payload), and the codes it was asked about."""

    word: str
    arg: str | None
    codes: frozenset[str]

    @property
    def mark(self) -> str:
        """What «Да» carries; tells it from an answer to another question."""
        return f"{self.word}:{self.arg or ''}"


def red_codes(context: Context, suggestion: Suggestion, slot: datetime | None) -> frozenset[str]:
    return frozenset(warn.code for warn in of(context, suggestion, slot) if warn.is_red)


def ask(context: Context, person: Person, number: int, question: Question) -> None:
    """The card asks whether it is meant."""
    view = {
        "menu": SURE,
        "word": question.word,
        "arg": question.arg,
        "codes": sorted(question.codes),
        "by": person.user_id,
    }
    changes.open_menu(context, number, view)


def ask_about_words(
    context: Context, person: Person, number: int, kind: str, words: str, found: Collection[Warn]
) -> None:
    """The card asks whether a reply with red warnings is meant; the reply waits there."""
    context.unit.prompts.clear(person.peer_id, person.user_id)
    view = {
        "menu": SURE,
        "word": WORDS,
        "arg": f"{_mark(words)}:{kind}",
        "codes": sorted(warn.code for warn in found),
        "warned": [[warn.code, warn.about] for warn in found],
        "kind": kind,
        "said": words,
        "by": person.user_id,
    }
    changes.open_menu(context, number, view)


def words_asked_about(context: Context, number: int) -> tuple[str, str]:
    """What the question on the card is about: the kind of prompt that was answered, and the words."""
    card = context.unit.cards.get(number)
    view = card.view if card is not None else {}
    return str(view.get("kind") or ""), str(view.get("said") or "")


def _mark(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def asked(context: Context, number: int) -> Question | None:
    """The question the card shows, None when it shows none."""
    card = context.unit.cards.get(number)
    view = card.view if card is not None else {}
    if view.get("menu") != SURE:
        return None
    return Question(str(view["word"]), view["arg"], frozenset(view["codes"]))
