"""Random kills of the whole process while suggestions, presses, edits and publications go on.

``python -m proof.random_kills --seed 1 --kills 50``.  After the last kill the bot is started once more, everything
settles, and the checker judges.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from proof.office import Office, Result, office, table
from proof.plan import Plan, Player, make_plan

#: Suggestions for so many kills.
KILLS_PER_NEWS = 2
#: VK answers a publication so late, seconds: the post is out, and the program does not know it yet.
ANSWER_TAKES = 0.25


def kill_through(
    seed: int, kills: int, *, storm: bool = False, hurry: float = 1.0
) -> tuple[Plan, Result, dict[str, int]]:
    """One run; the plan, how it ended and what happened in it.

    ``storm``: the network fails now and then too.  ``hurry``: how many times shorter the lives between kills are.
    """
    plan = make_plan(seed, max(6, kills // KILLS_PER_NEWS), kills=kills, spacing=2.2 / hurry)
    plan = replace(plan, kills=tuple(life / hurry for life in plan.kills))
    with office() as opened:
        opened.prepare()
        player = Player(opened, plan)
        opened.start()
        opened.desk.sandbox.fault("slow", "wall.post", times=0, seconds=ANSWER_TAKES)
        if storm:
            _storm(opened, seed)
        _die_often(opened, player, plan)
        opened.desk.sandbox.clear_faults()
        _play_out(player)
        result = opened.judge(f"kills-{seed}", plan=plan.as_json())
        state = opened.desk.sandbox.state(only="wall,suggestions,snackbars")
        facts = {
            "kills": opened.kills,
            "suggested": len(plan.news),
            "on the wall": len(state["wall"]),
            "snackbars": len(state["snackbars"]),
        }
    return plan, result, facts


def _storm(opened: Office, seed: int) -> None:
    for what in ("reset", "effect_then_reset", "effect_then_stall", "http"):
        opened.desk.sandbox.fault(what, "*", times=0, probability=0.02, seed=seed, seconds=2.0)


def _die_often(opened: Office, player: Player, plan: Plan) -> None:
    for life in plan.kills:
        deadline = time.monotonic() + life
        while time.monotonic() < deadline:
            player.step()
            time.sleep(0.02)
        opened.kill()
        opened.people.note("restart")
        opened.launch()


def _play_out(player: Player) -> None:
    deadline = time.monotonic() + 90
    while not player.over and time.monotonic() < deadline:
        player.step()
        time.sleep(0.1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.random_kills")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--storm", action="store_true")
    asked = parser.parse_args(arguments)
    _, result, facts = kill_through(asked.seed, asked.kills, storm=asked.storm)
    print(report(asked.seed, result, facts))
    return 0 if result.fine else 1


def report(seed: int, result: Result, facts: dict[str, int]) -> str:
    """The table of a run, and what was found."""
    lost, doubled = result.found("R1", "R2"), result.found("R3", "R4")
    other = len(result.violations) - lost - doubled
    head = ("seed", *facts, "lost", "doubled", "other", "stuck")
    lines = [table([(seed, *facts.values(), lost, doubled, other, len(result.unsettled))], head)]
    lines += [str(one) for one in result.violations] + result.unsettled
    return "\n".join([*lines, f"artifact: {result.artifact}"])


if __name__ == "__main__":
    sys.exit(main())
