"""A model of other networks: what their readers see; refusals, lost answers, and a look that may tell nothing.

Three kinds of network: one that splits a longer text into parts, a plain one, and one that lets nothing be changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent, Uncertain
from editorial.networks import Network, Story
from handlers.crosspost import Wanted
from proof.lives.stage import Stage
from tests.handlers.networks import a_network

#: A text of more characters goes out in two parts where texts are split.
LONG: Final = 75


def _parts(story: Story) -> int:
    return 1 + (len(story.text) > LONG)


NETWORKS: Final[tuple[Network, ...]] = (
    a_network("telegram", "Телеграм", parts=_parts),
    a_network("max", "MAX"),
    a_network("webhook", "Веб-хук", can_edit=False, can_remove=False),
)


@dataclass(frozen=True)
class Shown:
    """One part of a post as it stands in a network. ``delivery`` brought it there."""

    number: int
    part: int
    text: str
    delivery: int


class ModelNetworks:
    """``readers``: what stands in each network, by its id there.  ``doubled``: what stood twice at any moment."""

    def __init__(self, stage: Stage, networks: Sequence[Network] = NETWORKS) -> None:
        self.stage = stage
        self.readers: dict[str, dict[str, Shown]] = {network.key: {} for network in networks}
        self.doubled: list[str] = []
        self._serial = count(1)

    def of(self, key: str, number: int, part: int) -> list[str]:
        """The ids under which this part of the news stands in the network."""
        return [
            id_ for id_, shown in self.readers.get(key, {}).items() if (shown.number, shown.part) == (number, part)
        ]

    def arrives(self, delivery: Delivery, wanted: Wanted) -> Outcome:
        """A request comes to the network: nothing happens, or it has its effect and the answer may be lost."""
        dice, trouble = self.stage.dice.random(), self.stage.trouble
        if dice < trouble:
            return RetryLater("network", 5.0)
        if dice < 1.3 * trouble:
            forbidden = {"edit": "cannot_edit", "remove": "cannot_remove"}.get(delivery.kind, "denied")
            return Refused(self.stage.dice.choice(("denied", forbidden)))
        if dice < 1.6 * trouble and delivery.kind == "post":
            return Uncertain("no_answer")
        outcome = self._carried_out(delivery, wanted)
        if dice > 1 - trouble and isinstance(outcome, Sent):
            return Uncertain("no_answer") if delivery.kind == "post" else RetryLater("network", 5.0)
        return outcome

    def _carried_out(self, delivery: Delivery, wanted: Wanted) -> Outcome:
        key, part = delivery.payload["network"], delivery.payload["part"]
        here, number = self.readers[key], delivery.number or 0
        if delivery.kind == "post":
            id_ = str(next(self._serial))
            here[id_] = Shown(number, part, wanted.story.text, delivery.id)
            if len(self.of(key, number, part)) > 1:
                self.doubled.append(
                    f"{key}: № {number}, part {part} stands {len(self.of(key, number, part))} times"
                )
            return Sent({"ids": [id_], "link": _link(key, id_)})
        assert wanted.placed is not None
        for id_ in wanted.placed.ids:
            if id_ not in here:
                return Refused("gone") if delivery.kind == "edit" else Sent({"ids": list(wanted.placed.ids)})
            shown = here.pop(id_)
            if delivery.kind == "edit":
                here[id_] = replace(shown, text=wanted.story.text)
        return Sent({"ids": list(wanted.placed.ids), "link": wanted.placed.link})

    def looked_for(self, delivery: Delivery) -> Outcome | None:
        """What reading the network tells of a request whose fate is unknown; often nothing."""
        if delivery.kind != "post":
            return RetryLater("interrupted", 0.0, counts=False)
        if self.stage.chance(0.3):
            return None
        key = delivery.payload["network"]
        for id_, shown in self.readers[key].items():
            if shown.delivery == delivery.id:
                return Sent({"ids": [id_], "link": _link(key, id_)})
        return RetryLater("not_sent", 1.0, counts=False)

    def change_by_hand(self, key: str, number: int, part: int, text: str | None) -> None:
        """A person gives what stands there another text; None: takes it away."""
        for id_ in self.of(key, number, part):
            shown = self.readers[key].pop(id_)
            if text is not None:
                self.readers[key][id_] = replace(shown, text=text)


def _link(key: str, id_: str) -> str:
    return f"https://{key}.invalid/{id_}"
