"""What stands in the networks against what moderators approved, network by network.

The expected world is made of the deeds of people and of the community's own wall, never of the program's tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from proof.networks import Stands


@dataclass
class Tally:
    """One network. ``asked``: copies that people were asked about; ``poorer``: posts that lack a picture."""

    expected: int = 0
    there: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    poorer: list[str] = field(default_factory=list)
    asked: int = 0
    disorder: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        return not (self.lost or self.doubled or self.strange or self.poorer or self.disorder)

    def add(self, other: Tally) -> None:
        """Another desk's."""
        for name in ("expected", "there", "asked"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("lost", "doubled", "strange", "poorer", "disorder", "struck"):
            getattr(self, name).extend(getattr(other, name))

    @property
    def row(self) -> tuple[int, ...]:
        counts = (self.lost, self.doubled, self.strange, self.poorer)
        return (
            self.expected,
            self.there,
            *map(len, counts),
            self.asked,
            len(self.disorder),
            len(self.struck),
            len(set(self.struck)),
        )


HEAD = ("posts", "there", "lost", "doubled", "strange", "poorer", "asked", "disorder", "faults", "kinds")


def tally(expected: Sequence[Stands], there: Sequence[Stands], asked: Collection[str]) -> Tally:
    """``expected`` in the order in which it was approved; what people were asked about may stand later than that."""
    count = Counter(one.marker for one in there)
    pictures = {one.marker: one.pictures for one in there}
    wanted = {one.marker: one.pictures for one in expected}
    found = Tally(expected=len(expected), there=len(there), asked=len(asked))
    found.lost = [marker for marker in wanted if not count[marker]]
    found.doubled = [marker for marker in wanted if count[marker] > 1]
    found.strange = [marker for marker in count if marker not in wanted]
    found.poorer = [marker for marker in wanted if count[marker] and pictures[marker] != wanted[marker]]
    found.disorder = _disorder([one.marker for one in expected], [one.marker for one in there], asked)
    return found


def _disorder(wanted: Sequence[str], there: Sequence[str], asked: Collection[str]) -> list[str]:
    """Markers that stand before one that was approved earlier."""
    rank = {marker: at for at, marker in enumerate(wanted)}
    latest, found = -1, []
    for marker in there:
        if marker not in rank or marker in asked:
            continue
        if rank[marker] < latest:
            found.append(marker)
        latest = max(latest, rank[marker])
    return found


def summed(tallies: Sequence[Mapping[str, Tally]]) -> dict[str, Tally]:
    """All desks together."""
    total: dict[str, Tally] = {}
    for one in tallies:
        for network, own in one.items():
            total.setdefault(network, Tally()).add(own)
    return total
