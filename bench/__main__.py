"""``make bench``: every figure in one run on one machine, so that ratios mean something and absolutes little.

``python -m bench limits punctuality`` measures only these parts.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import confusion, decision, intake, latency, life, likeness, limits, networks, punctuality, stage, table
from proof.commit import commit

PARTS_IN_ORDER = (confusion, decision, likeness, intake, life, latency, limits, punctuality, networks)
PARTS = {part.__name__.rpartition(".")[2]: part for part in PARTS_IN_ORDER}


def main(wanted: Sequence[str]) -> int:
    """Measure and print the table after each part; 1 when a promise is not kept. Raises KeyError for an unknown part."""
    print(f"commit {commit()}", end="\n\n", flush=True)
    rows: list[table.Row] = []
    with tempfile.TemporaryDirectory(prefix="okmo-bench-") as place:
        folder = Path(place)
        with stage.sandbox(folder) as sandbox:
            for part in [PARTS[name] for name in wanted or PARTS]:
                rows += part.measure(sandbox, folder)
                print(table.text(rows), end="\n\n", flush=True)
    return int(any(row.holds is False for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
