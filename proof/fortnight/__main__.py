"""``python -m proof.fortnight --seed 1 [--authors 100 --regions 20 --days 14]``: a simulated fortnight, judged."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from proof.fortnight.play import Size, play
from proof.fortnight.promises import judge
from proof.fortnight.report import report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.fortnight")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--authors", type=int, default=Size.authors)
    parser.add_argument("--regions", type=int, default=Size.regions)
    parser.add_argument("--days", type=int, default=Size.days)
    asked = parser.parse_args(arguments)
    ended = play(asked.seed, Size(asked.authors, asked.regions, asked.days))
    found = judge(ended)
    print(report(ended, found))
    for one in found[:60]:
        print(str(one)[:400])
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
