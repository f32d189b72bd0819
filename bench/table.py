"""The table that a run of the benches prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was measured, on which subject, the value, and the ratio to its anchor in the same run.

    ``holds``: whether it keeps what was promised of it; None where nothing was.
    """

    what: str
    subject: str
    value: str
    ratio: str = ""
    holds: bool | None = None


_VERDICTS: Final = {None: "", True: "yes", False: "NO"}


def text(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| measured | subject | value | ratio | as promised |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.what} | {row.subject} | {row.value} | {row.ratio} | {_VERDICTS[row.holds]} |" for row in rows
    ]
    return "\n".join(lines)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def milliseconds(values: Sequence[float]) -> str:
    """Median and 99th percentile of seconds, in milliseconds."""
    return f"median {percentile(values, 0.5) * 1000:.0f} ms, 99th {percentile(values, 0.99) * 1000:.0f} ms"
