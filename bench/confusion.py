"""What the checks and the rule of regions say of the sample suggestions, beside what an editor said."""

from __future__ import annotations

from bench.table import Row
from tests.rules.judged import confusion, region_table, samples


def measure(_sandbox: object = None, _folder: object = None) -> list[Row]:
    """A row for every mark of the editors, and one for the regions."""
    rows = []
    for mark, tally in confusion().items():
        false = f" ({', '.join(tally.false)})" if tally.false else ""
        told = f"hit {len(tally.hits)}, miss {len(tally.misses)}, false {len(tally.false)}{false}"
        rows.append(Row("checks on samples", mark, told))
    fine = [sample for sample in samples() if sample.is_fine]
    red = sum(warn.is_red for sample in fine for warn in sample.warned())
    many = sum(len(sample.warned()) > 1 for sample in fine)
    rows.append(
        Row(
            "checks on samples",
            f"{len(fine)} marked ok",
            f"red {red}, more than one yellow {many}",
            holds=not red and not many,
        )
    )
    found = region_table()
    told = ", ".join(f"{word} {found[word]}" for word in ("found", "rightly silent", "missed", "wrong"))
    return [
        *rows,
        Row(
            "region by text alone",
            f"{sum(found.values())} samples",
            told,
            holds=not found["missed"] + found["wrong"],
        ),
    ]
