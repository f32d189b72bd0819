"""The figures of a fortnight as a table: the same seed gives the same text."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from statistics import median, quantiles
from typing import Final

from proof.checker import Violation
from proof.fortnight.play import Ended
from proof.fortnight.promises import Seen, could_be_known, moment, night_letters, working_minutes
from proof.office import table

_DECIDED: Final = frozenset({"publish", "queue", "pick", "digest", "return", "reject", "hand_published"})


def report(ended: Ended, violations: list[Violation]) -> str:
    """Pieces by outcome, letters, answer times, and what was found."""
    seen = Seen(ended)
    parts = [_people(ended), _outcomes(seen), _letters(seen), _times(seen), _found(violations)]
    return "\n\n".join(parts)


def _people(ended: Ended) -> str:
    size = ended.size
    zones = {author.zone.key for author in ended.authors}
    regions = {author.region.code for author in ended.authors if author.region is not None}
    last = moment(int(ended.evidence.now * 1e6)).date()
    return (
        f"seed {ended.seed}: {size.authors} authors of {len(regions)} regions in {len(zones)} zones, {size.days} days"
        f" of news from {ended.start.date()}, the last piece settled by {last}"
    )


def _outcomes(seen: Seen) -> str:
    by_outcome: Counter[str] = Counter()
    for row in seen.rows.values():
        status, proof, trouble = row["status"], row["proof"], row["trouble"] or ""
        word: str = {
            "published": {"digest": "in a digest", "merged": "in a joint post", "by_hand": "published by hand"}.get(
                proof or "", "published"
            ),
            "withdrawn": "replaced by its correction" if trouble.startswith("replaced") else "withdrawn or deleted",
            "rejected": "turned away (blocked)" if trouble == "blocked" else "rejected",
            "expired": "returned, never answered" if trouble == "unanswered" else "expired",
            "returned": "returned, within the week",
        }.get(status) or str(status)
        by_outcome[word] += 1
    refused = sum(piece.refused for piece in seen.ended.pieces)
    rows = sorted(by_outcome.items(), key=lambda pair: (-pair[1], pair[0]))
    rows += [("all pieces", sum(by_outcome.values())), ("not taken on sending (limit, block)", refused)]
    return table(rows, ("outcome", "pieces"))


def _letters(seen: Seen) -> str:
    letters = [one for every in seen.letters.values() for one in every]
    nights = [one for one, _ in night_letters(seen)]
    known = sum(could_be_known(seen, one) for one in nights)
    rows: list[tuple[str, object]] = [
        ("messages to authors", len(letters)),
        ("of them answers to what they just did", sum(one.asked for one in letters)),
        ("at night in their zone, answering nothing", known),
        ("the same, where nobody could know the zone", len(nights) - known),
        ("kept until the author writes", sum(map(len, seen.kept.values()))),
        ("cards and notes in the chat", len(seen.evidence.chat)),
        ("posts on the wall", len(seen.evidence.state["wall"])),
    ]
    return table(rows, ("letters", ""))


def _times(seen: Seen) -> str:
    receipts, decisions, worked = [], [], []
    sent = {piece.post_id: piece.sent_at for piece in seen.ended.pieces if piece.post_id and piece.sent_at}
    for number, row in seen.rows.items():
        began = sent.get(row["post_id"]) or moment(row["received_at"])
        receipts += [
            (one.at - began).total_seconds() / 60
            for one in seen.letters.get(seen.author_of(row) or 0, ())
            if one.text.startswith(f"Получили новость, № {number}") and one.at >= began - timedelta(seconds=1)
        ][:1]
        decided = next((one for one in seen.stories[number] if one["action"] in _DECIDED), None)
        if decided is not None:
            at = moment(decided["at"])
            decisions.append((at - began).total_seconds() / 60)
            worked.append(working_minutes(began, at))
    rows = [
        ("receipt, minutes", *_spread(receipts)),
        ("decision, hours", *_spread([one / 60 for one in decisions])),
        ("decision, working hours", *_spread([one / 60 for one in worked])),
    ]
    return table(rows, ("answer", "median", "90th"))


def _spread(values: list[float]) -> tuple[str, str]:
    if len(values) < 2:
        return "—", "—"
    return f"{median(values):.1f}", f"{quantiles(values, n=10)[-1]:.1f}"


def _found(violations: list[Violation]) -> str:
    count = Counter(one.promise for one in violations)
    return "everything held" if not count else "NOT RIGHT: " + ", ".join(f"{name} {n}" for name, n in count.items())
