"""What the contract suite needs to know of each network: how its target is built, and how its world is read.

A rig is one file in ``rigs`` named like the target; the suite finds it by that name and fails without it.
"""

from __future__ import annotations

import html
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from bot.fetch import net_locations
from bot.media import Media
from bot.targets.base import Parcel
from bot.targets.network import Copy, NetworkTarget
from bot.vk.posts import attachments_of
from editorial.delivery import Delivery, Outcome, Sent, State
from editorial.markup import parse
from editorial.networks import Network, Part, Placed, Story
from editorial.render import _clean
from editorial.suggestion import Attachment
from tests.sandbox_client import Json, SandboxClient

NOW = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
LINK = "https://vk.com/wall-1_77"

_numbers = count(1)


def placed_of(sent: Sent, at: datetime) -> Placed:
    """What a ``Sent`` of a network says about where the part stands, as it is kept."""
    ids = tuple(str(one) for one in sent.result.get("ids", ()))
    return Placed(ids, sent.result.get("link"), at, dict(sent.result))


@dataclass(frozen=True)
class Seen:
    """A post as a reader of the network sees it. ``text`` is without markup, ``pictures`` are addresses."""

    ids: tuple[str, ...]
    text: str
    pictures: tuple[str, ...] = ()
    edited: bool = False
    links: tuple[str, ...] = ()


class Rig(ABC):
    """One network of the sandbox with a target built against it."""

    #: The sandbox's methods that make a post, as faults name them, and those that change and remove one.
    makes: ClassVar[tuple[str, ...]] = ()
    edits: ClassVar[tuple[str, ...]] = ()
    removes: ClassVar[tuple[str, ...]] = ()
    #: The network says how long to wait when it is asked too often.
    tells_when: ClassVar[bool] = False
    #: ``find`` can settle an uncertain post by reading.
    can_find: ClassVar[bool] = True
    #: Answers to what ``find`` reads by, from which nothing follows, by the sandbox's method.
    says_nothing: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = ()
    #: It speaks HTTP to the network; otherwise nothing can fail on the way.
    over_http: ClassVar[bool] = True
    #: Sending the same again does no harm there: nothing is ever in doubt.
    repeatable: ClassVar[bool] = False
    #: The text stands among other words of the page; otherwise it stands alone.
    page: ClassVar[bool] = False
    #: Attachments besides files that go along as they are.
    takes: ClassVar[frozenset[str]] = frozenset()
    #: Pictures are kept there byte for byte.
    keeps_bytes: ClassVar[bool] = True
    #: It is given the addresses of pictures, not the files, and everything else with them.
    by_reference: ClassVar[bool] = False
    secrets: ClassVar[tuple[str, ...]] = ()

    def __init__(self, vk: SandboxClient, folder: Path) -> None:
        self.vk = vk
        self.folder = folder
        self.media = Media(folder / "media", refresh=lambda _owner, _post: {}, own_hosts=net_locations(vk.url))
        self.target = self.build(vk.url)
        self.network = self.target.networks[0]

    @abstractmethod
    def build(self, url: str) -> NetworkTarget:
        """The target, without pacing and with short time limits, against the sandbox at ``url``."""

    @abstractmethod
    def seen(self) -> list[Seen]:
        """What stands in the network, the oldest first."""

    def posts(self) -> list[Json]:
        """The posts as the sandbox tells of them, the oldest first."""
        posts: list[Json] = self.vk.state(only="networks")["networks"][self.network.key]["posts"]
        return posts[::-1]

    @abstractmethod
    def words(self, part: Part) -> str:
        """What a reader will read of the part, without markup."""

    @abstractmethod
    def links(self, part: Part) -> list[str]:
        """Where its links lead."""

    @abstractmethod
    def length(self, part: Part) -> tuple[int, int]:
        """How long its text is as the network counts, and how long it may be."""

    def source(self, vk_text: str) -> str:
        """VK's text as this network writes it for readers; the joined ``words`` of the parts begin with it."""
        text = _clean(parse(vk_text)).stripped().text
        return " ".join(text.split()) if self.page else text

    def words_of_files(self) -> list[str]:
        """Everything that readers can open, where the network is a folder of files."""
        return []

    def kill_key(self) -> None:
        """The key is revoked."""
        raise AssertionError("this rig cannot revoke its key")

    def too_often(self, seconds: int) -> Json:
        """The fault with which the network says that it is asked too often."""
        return {"what": "error", "code": 429, "text": f"retry after {seconds}"}

    # -- delivering ------------------------------------------------------------------------------------------

    def story(self, text: str = "Мост открыли.", attachments: Sequence[Attachment] = (), **more: Any) -> Story:
        number = next(_numbers)
        fields: dict[str, Any] = {
            "number": number,
            "text": text,
            "attachments": tuple(attachments),
            "link": LINK,
            "published_at": NOW,
            "owner_id": -1,
            "post_id": 1000 + number,
        }
        return Story(**{**fields, **more})

    def photos(self, amount: int) -> tuple[Attachment, ...]:
        """Photos that the sandbox's VK really shows."""
        post = self.vk.suggest(text="Фото", photos=amount)
        found = next(one for one in self.vk.state(only="suggestions")["suggestions"] if one["id"] == post)
        return attachments_of(found["attachments"])

    def publish(self, story: Story, target: NetworkTarget | None = None) -> dict[int, Placed]:
        """Every part sent; what stands now, by part. Fails when a part is not simply sent."""
        placed: dict[int, Placed] = {}
        for index in range(len((target or self.target).render(story, self.network))):
            outcome = self.send(story, index, placed, target=target)
            assert isinstance(outcome, Sent), outcome
            placed[index] = placed_of(outcome, NOW)
        return placed

    def send(
        self,
        story: Story,
        index: int = 0,
        before: Mapping[int, Placed] | None = None,
        *,
        kind: str = "post",
        placed: Placed | None = None,
        target: NetworkTarget | None = None,
    ) -> Outcome:
        """One part delivered through the target's front door."""
        parcel = self.parcel(story, index, before, kind=kind, placed=placed)
        return (target or self.target).send([parcel])[0]

    def parcel(
        self,
        story: Story,
        index: int = 0,
        before: Mapping[int, Placed] | None = None,
        *,
        kind: str = "post",
        placed: Placed | None = None,
    ) -> Parcel:
        parts = self.target.render(story, self.network)
        part = parts[index] if kind != "remove" else None
        earlier = {place: one for place, one in (before or {}).items() if place < index}
        copy = Copy(self.network, story, part, index, placed, earlier)
        return Parcel(a_delivery(self.network, kind, story.number, index), copy)

    def edit(self, story: Story, placed: Mapping[int, Placed]) -> list[Outcome]:
        """Every part that stands made to say the story."""
        return [self.send(story, index, placed, kind="edit", placed=one) for index, one in placed.items()]

    def remove(self, story: Story, placed: Mapping[int, Placed]) -> list[Outcome]:
        return [self.send(story, index, placed, kind="remove", placed=one) for index, one in placed.items()]

    def settle(self, parcel: Parcel, target: NetworkTarget | None = None, *, after: float = 1.0) -> Outcome | None:
        """What a look says so many seconds later, by the clock given to it."""
        return (target or self.target).look(parcel, datetime.now(UTC) + timedelta(seconds=after))

    def fault(self, what: str, method: str, **more: Any) -> None:
        self.vk.do(
            "fault", fault={"what": what, "match": {"method": method, "times": more.pop("times", 1)}, **more}
        )

    def calls(self, methods: Sequence[str]) -> int:
        """How often the network was asked to make, change or remove, whether or not it did."""
        return sum(one["method"] in methods for one in self.vk.journal())


@dataclass
class Clock:
    """A clock that tests move."""

    now: float = field(default_factory=time.monotonic)

    def __call__(self) -> float:
        return self.now


def a_delivery(network: Network, kind: str, number: int, part: int) -> Delivery:
    now = datetime.now(UTC)
    return Delivery(
        id=next(_numbers),
        target=network.target,
        destination=network.destination,
        kind=kind,
        number=number,
        payload={"network": network.key, "part": part},
        state=State.SENDING,
        due_at=now,
        attempts=1,
        created_at=now,
        sending_at=now,
    )


def words_on(markup: str) -> str:
    """What a reader of a page reads; blanks are as browsers show them."""
    inline = re.sub(r"</?a\b[^>]*>", "", markup)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", inline)).split())


def links_on(markup: str) -> list[str]:
    """Where the links of a page lead."""
    return [html.unescape(url) for url in re.findall(r'<a href="([^"]*)"', markup)]


def changed(story: Story, **what: Any) -> Story:
    """The same post as it is after an edit."""
    return replace(story, edited_at=NOW + timedelta(minutes=5), **what)
