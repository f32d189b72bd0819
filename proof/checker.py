"""The promises R1 to R10, each a predicate of the evidence of a run: it tells what it found broken, a sentence per
violation.

The checker shares no code with the program: it reads the sandbox's world, the calls VK answered, and bare rows.
What nobody can know (a press whose answer never came) is left open; what was answered must stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from proof.evidence import Evidence
from proof.promises import calls, decisions, messages, program, publication

Promise = Callable[[Evidence], Iterator[str]]


@dataclass(frozen=True, order=True)
class Violation:
    """A promise that did not hold, and the sentence that says where."""

    promise: str
    what: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}"


def check(evidence: Evidence, only: Sequence[str] = ()) -> list[Violation]:
    """Every violation of every promise (or of those named)."""
    return [
        Violation(name, sentence)
        for name, promise in PROMISES.items()
        if not only or name in only
        for sentence in promise(evidence)
    ]


PROMISES: Final[dict[str, Promise]] = {
    "R1": publication.r1_no_suggestion_is_lost,
    "R2": decisions.r2_an_answered_decision_stays,
    "R3": publication.r3_published_once_or_told,
    "R4": messages.r4_each_letter_and_card_once,
    "R5": publication.r5_not_early_and_apart,
    "R6": decisions.r6_only_moderators_act,
    "R7": program.r7_the_store_is_sound,
    "R8": program.r8_nothing_dies_quietly,
    "R9": calls.r9_limits_are_kept,
    "R10": program.r10_strangeness_stops_nothing,
}
