"""Other networks as far as handlers can see them: what their readers see, and what goes wrong there on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from editorial.delivery import Delivery, Outcome, Sent, Uncertain
from editorial.networks import CopyState, Network, NetworkCopy, OurPost, Story
from editorial.suggestion import Attachment
from handlers import alarms, crosspost, outcomes
from handlers.crosspost import Wanted
from tests.builders import a_photo, on_the_wall, suggested
from tests.handlers.world import World, a_desk


def two_parts_when_long(story: Story) -> int:
    return 2 if len(story.text) > 200 else 1


def a_network(key: str, title: str, **more: Any) -> Network:
    parts = more.pop("parts", lambda _story: 1)
    return Network(key, key.partition(".")[0], title, f"{key}:1", parts, **more)


TELEGRAM = a_network("telegram", "Телеграм", parts=two_parts_when_long)
MAX = a_network("max", "MAX")
HOOK = a_network("webhook", "Веб-хук", can_edit=False, can_remove=False)


@dataclass
class Seen:
    """A post as readers of a network see it."""

    text: str
    link: str | None
    attachments: tuple[Attachment, ...] = ()


@dataclass
class Networks:
    """The networks beside a world. ``answers``: what the next request to a network ends with, instead of going well.

    A request that ends ``Uncertain`` is carried out all the same.
    """

    world: World
    readers: dict[str, dict[str, Seen]] = field(default_factory=dict)
    answers: dict[str, list[Outcome]] = field(default_factory=dict)
    serial: Any = field(default_factory=lambda: count(1))

    def deliver(self) -> None:
        """Everything that is due goes out, network by network, and the world reads what follows."""
        for target in dict.fromkeys(network.target for network in self.world.desk.networks):
            while self.step(target):
                pass
        self.world.deliver()

    def step(self, target: str) -> bool:
        """One request to a network; False when nothing is due there."""
        with self.world.unit() as context:
            paused = crosspost.paused_networks(context)
            closed = tuple(one.destination for one in context.desk.networks if one.key in paused)
            claimed = context.unit.outbox.claim(target, context.now, 1, closed)
            packed = [(delivery, crosspost.wanted(context, delivery)) for delivery in claimed]
        for delivery, wanted in packed:
            if wanted is not None:
                outcome = self._arrives(delivery, wanted)
                with self.world.unit() as context:
                    outcomes.apply(context, delivery, outcome)
                    alarms.heed(context, delivery.target, [outcome], [delivery])
        return bool(claimed)

    def _arrives(self, delivery: Delivery, wanted: Wanted) -> Outcome:
        key, part = delivery.payload["network"], delivery.payload["part"]
        waiting = self.answers.get(key) or []
        answer = waiting.pop(0) if waiting else None
        if answer is not None and not isinstance(answer, Uncertain):
            return answer
        here = self.readers.setdefault(key, {})
        text = wanted.story.text if part == 0 else f"{wanted.story.text} (часть {part + 1})"
        seen = Seen(text, wanted.story.link, wanted.story.attachments)
        if delivery.kind == "post":
            id_ = str(next(self.serial))
            here[id_] = seen
            result: dict[str, Any] = {"ids": [id_], "link": f"https://{key.partition('.')[0]}.invalid/{id_}"}
        else:
            assert wanted.placed is not None
            for id_ in wanted.placed.ids:
                here.pop(id_, None)
                if delivery.kind == "edit":
                    here[id_] = seen
            result = {"ids": list(wanted.placed.ids), "link": wanted.placed.link}
        return answer or Sent(result)

    def breaks(self, key: str, *outcomes: Outcome) -> None:
        self.answers.setdefault(key, []).extend(outcomes)

    def texts(self, key: str) -> list[str]:
        return [seen.text for seen in self.readers.get(key, {}).values()]

    def uncertain(self, key: str) -> Delivery:
        target = key.partition(".")[0]
        with self.world.look() as context:
            [delivery] = context.unit.outbox.stranded(target)
        return delivery

    def asked(self, key: str) -> None:
        """The courier looked long enough and could not tell."""
        delivery = self.uncertain(key)
        with self.world.unit() as context:
            outcomes.undecidable(context, delivery)
        self.world.deliver()

    def found(self, key: str, outcome: Outcome) -> None:
        """The courier looked, and found out."""
        delivery = self.uncertain(key)
        with self.world.unit() as context:
            outcomes.apply(context, delivery, outcome)
        self.deliver()

    def copies(self, number: int = 1) -> dict[str, list[NetworkCopy]]:
        with self.world.look() as context:
            return crosspost.by_network(context.unit.copies.of(number))

    def states(self, number: int = 1) -> dict[str, list[CopyState]]:
        return {key: [copy.state for copy in parts] for key, parts in self.copies(number).items()}

    def post(self, number: int = 1) -> OurPost | None:
        with self.world.look() as context:
            return context.unit.posts.get(number)


def a_wide_world(make_world: Callable[..., World], *networks: Network) -> Networks:
    """A desk with these networks, by default a channel of long texts, one that takes all, and one without edits."""
    desk = replace(a_desk(), networks=networks or (TELEGRAM, MAX, HOOK))
    return Networks(make_world(desk))


def published(
    networks: Networks, text: str = "Открыли библиотеку.", *, post_id: int = 77, suggestion: int = 31
) -> None:
    """Suggestion 1 is approved, goes out, and its event proves it."""
    world = networks.world
    world.happens(suggested(suggestion, text=text, attachments=[a_photo()]))
    world.press(1, "Опубликовать")
    world.wall(Sent({"post_id": post_id}))
    world.happens(on_the_wall(post_id, text=text, attachments=[a_photo()], at=world.now))
