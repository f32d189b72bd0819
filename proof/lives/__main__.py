"""``python -m proof.lives --seed 1 --lives 200 --steps 220``: so many lives of each kind, from this seed on."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Final

from proof.lives.life import KINDS, Lived, live
from proof.office import table

#: So many steps before the end of a broken life are printed.
LAST_STEPS: Final = 40


def show(lived: Lived, steps: int, last: int = LAST_STEPS) -> None:
    """A broken life: what is wrong, how it ended, and the command that lives it again."""
    print(f"{lived.kind}, seed {lived.seed}:")
    for wrong in lived.wrong:
        print("   ", wrong)
    for step in lived.steps[max(0, len(lived.steps) - last) :]:
        print("       ", step[:240])
    again = f"python -m proof.lives --seed {lived.seed} --lives 1 --steps {steps} --kind {lived.kind} --last 9999"
    print(f"    again: {again}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Live and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.lives")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lives", type=int, default=200)
    parser.add_argument("--steps", type=int, default=220)
    parser.add_argument("--kind", choices=KINDS, nargs="*", default=list(KINDS))
    parser.add_argument("--last", type=int, default=LAST_STEPS, help="steps printed of a broken life")
    asked = parser.parse_args(arguments)
    rows, broken = [], 0
    for kind in asked.kind:
        began, became, wrong, steps = time.monotonic(), Counter[str](), 0, 0
        for seed in range(asked.seed, asked.seed + asked.lives):
            lived = live(seed, kind, asked.steps)
            became.update(lived.became)
            steps += len(lived.steps)
            if lived.wrong:
                wrong += 1
                show(lived, asked.steps, asked.last)
        told = ", ".join(f"{count} {status}" for status, count in became.most_common())
        rows.append((kind, asked.lives, steps, wrong, f"{time.monotonic() - began:.0f}", told))
        broken += wrong
    print(table(rows, ("lives", "lived", "steps", "not right", "seconds", "news became")))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
