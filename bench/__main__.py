"""``make bench``: every figure in one run on one machine, so that ratios mean something and absolutes little."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench import intake, latency, life, stage, table


def main() -> None:
    """Measure everything and print the table."""
    rows: list[table.Row] = []
    with tempfile.TemporaryDirectory(prefix="okmo-bench-") as place:
        folder = Path(place)
        with stage.sandbox(folder) as sandbox:
            for part in (intake, life, latency):
                rows += part.measure(sandbox, folder)
                print(table.text(rows), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
