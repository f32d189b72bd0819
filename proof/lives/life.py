"""One life: a few hundred steps of everybody from one seed, then all settles, then it is judged."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from editorial.delivery import FINISHED, State
from editorial.networks import OurPost
from editorial.suggestion import Suggestion
from handlers import changes, crosspost, network_rules
from handlers.context import Context
from proof import rooms
from proof.lives.desk import Desk
from proof.lives.networks import NETWORKS, ModelNetworks
from proof.lives.people import AUTHORS, People, news
from proof.lives.stage import Stage
from proof.lives.verdict import End, judge
from proof.lives.wall import ModelWall
from tests.builders import NOW
from tests.handlers.world import World, a_desk

#: Lives of the wall alone; with other networks; with an editor's key that dies as well.
KINDS: Final = ("wall", "networks", "keyless")
#: Every third life goes without a hitch, so that people's deeds are met by themselves, too.
TROUBLE: Final = 0.08
#: Minutes that pass at once.
PAUSES: Final = (1, 2, 5, 10, 30, 60, 200)
#: Rounds of settling: soon after; then, two hours apart, until nothing is planned and nothing happened for a night
#: and more, or all that was planned must be out.
SOON, IN_THE_END, QUIET = 8, 60, 8


@dataclass
class Lived:
    """``wrong``: what did not hold, in sentences.  ``steps``: what happened.  ``became``: the news by status."""

    kind: str
    seed: int
    wrong: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    became: Counter[str] = field(default_factory=Counter)


class Life:
    """The desk with everything around it, and what happens in it."""

    def __init__(self, seed: int, kind: str, world: World, dice: random.Random) -> None:
        self.kind = kind
        self.stage = Stage(dice, world, 0.0 if seed % 3 == 0 else TROUBLE)
        self.wall = ModelWall(self.stage)
        self.networks = ModelNetworks(self.stage, world.desk.networks)
        self.people = People(self.stage, self.wall, self.networks)
        self.desk = Desk(self.stage, self.wall, self.networks, self._meanwhile)
        self._deeds, self._weights = zip(*self._all_deeds(), strict=True)

    def _all_deeds(self) -> Iterator[tuple[Callable[[], None], float]]:
        """What may happen next, and how often."""
        people, desk = self.people, self.desk
        yield from ((people.suggest, 7), (people.edit_suggestion, 3), (people.publish_by_hand, 1.2))
        yield from ((people.press, 22), (people.press_again, 3), (people.moderator_answers, 5))
        yield from ((desk.compare, 4), (desk.publish, 8), (desk.clock, 4), (desk.hear, 8), (self._time_passes, 5))
        yield from ((people.say_what_came_out, 1), (self.wall.publish_postponed, 2))
        if self.kind == "wall":
            yield from ((people.delete_suggestion, 1.5), (people.postpone_by_hand, 0.7))
            yield from ((people.author_writes, 5), (people.author_presses, 3))
        else:
            yield from ((desk.crosspost, 9), (people.settle_copies, 4), (desk.sweep, 5), (people.approve, 7))
            yield from ((people.edit_post, 2), (people.delete_post, 0.7))
        if self.kind == "keyless":
            yield from ((people.change_key, 1.2), (people.release_without_vk, 4))

    def _meanwhile(self) -> None:
        """Something that happens while a request to a network is on its way."""
        desk, people = self.desk, self.people
        self.stage.dice.choice((desk.hear, people.press, desk.sweep, people.edit_post, desk.publish))()

    def _time_passes(self) -> None:
        self.stage.world.later(minutes=self.stage.dice.choice(PAUSES))

    def step(self) -> None:
        self.stage.dice.choices(self._deeds, self._weights)[0]()

    def settle(self) -> None:
        """Nothing fails any more, nobody does anything new; what was begun ends."""
        self.stage.trouble = 0.0
        if self.stage.key_dead:
            self.people.change_key()
        with self.stage.world.unit() as context:
            for network in context.desk.networks:
                network_rules.set_paused(context, network.key, False)
        for _ in range(SOON):
            self._settle_once()
            self.stage.world.later(minutes=40)
        quiet = 0
        for _ in range(IN_THE_END):
            before = len(self.stage.steps)
            self.stage.world.later(hours=2)
            self._settle_once()
            quiet = quiet + 1 if before == len(self.stage.steps) and not self._planned() else 0
            if quiet == QUIET:
                return

    def _planned(self) -> bool:
        with self.stage.world.look() as context:
            return bool(context.unit.suggestions.scheduled() or self.wall.later)

    def _settle_once(self) -> None:
        self.wall.publish_postponed()
        self.desk.hear(all_of_it=True)
        self.desk.clock()
        self.desk.publish()
        self.desk.compare()
        self.people.say_what_came_out()
        if self.networks.readers:
            self.desk.sweep()
            self.desk.crosspost()
            self.people.settle_copies(1)

    def end(self) -> End:
        """What stands everywhere now."""
        world, wall = self.stage.world, self.wall
        with world.look() as context:
            rows = news(context)
            posts = {number: post for number in rows if (post := context.unit.posts.get(number)) is not None}
            cards = {number: card for number in rows if (card := context.unit.cards.get(number)) is not None}
            return End(
                now=world.now,
                rows=rows,
                asked=frozenset(number for number, row in rows.items() if changes.people_asked(context, row)),
                posts=posts,
                copies={number: context.unit.copies.of(number) for number in rows},
                open_deliveries=tuple(
                    one
                    for number in rows
                    for one in context.unit.outbox.for_suggestion(number)
                    if one.state not in (*FINISHED, State.HELD) and one.target in self._targets()
                ),
                stories=dict(_stories(context, rows, posts)),
                chosen=frozenset(
                    (number, network.key)
                    for number, row in rows.items()
                    for network in network_rules.chosen(context, row)
                ),
                cards={number: one.cmid for number, one in cards.items() if one.cmid is not None},
                chat=tuple(world.chat()),
                letters={author: tuple(world.letters(author)) for author in AUTHORS},
                suggests={post_id: one.content for post_id, one in wall.suggests.items()},
                wall=dict(wall.posts),
                deleted=frozenset(wall.deleted),
                published={guid: tuple(made) for guid, made in wall.published.items()},
                readers={key: dict(shown) for key, shown in self.networks.readers.items()},
                doubled=tuple(self.networks.doubled),
                left=frozenset(self.stage.left),
            )

    def _targets(self) -> set[str]:
        return {network.target for network in self.stage.world.desk.networks}


def _stories(
    context: Context, rows: dict[int, Suggestion], posts: dict[int, OurPost]
) -> Iterator[tuple[tuple[int, str], tuple[str, int]]]:
    for number, post in posts.items():
        for network in context.desk.networks:
            story = crosspost.story_of(rows[number], post, network.key)
            yield (number, network.key), (story.text, network.parts(story))


@contextmanager
def begun(seed: int, kind: str) -> Iterator[Life]:
    """A life before its first step. All of it follows from its kind and its seed."""
    dice = random.Random(f"{kind} {seed}")
    desk = replace(a_desk(burst=dice.choice((0, 0, 3))), networks=() if kind == "wall" else NETWORKS)
    with rooms.world(desk) as world:
        with world.storage.begin("authors") as unit:
            for author in AUTHORS:
                unit.authors.asked(author, NOW)
                unit.authors.consent_asked(author, NOW)
        yield Life(seed, kind, world, dice)


def live(seed: int, kind: str, steps: int) -> Lived:
    """So many steps from this seed, to the end; a fault of the program is among what is wrong."""
    lived = Lived(kind, seed)
    with begun(seed, kind) as life:
        lived.steps = life.stage.steps
        try:
            for _ in range(steps):
                life.step()
            life.settle()
            end = life.end()
        except Exception as fault:  # noqa: BLE001  # told with the steps that led there
            lived.wrong.append(f"broke off: {type(fault).__name__}: {fault}")
            return lived
    lived.wrong += judge(end)
    lived.became.update(str(row.status) for row in end.rows.values())
    return lived
