"""What the other platforms of the sandbox have in common: how a request reaches them and how they are shown.

Each platform is one file here that registers itself.  Transport faults strike a request before or after it was
carried out, as they do for VK; their method names are ``telegram.sendPhoto``, ``max.messages``, and so on.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from sandbox.world import World

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Call:
    """A request to a platform; ``path`` begins behind the platform's prefix."""

    verb: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    base_url: str


@dataclass(frozen=True)
class Reply:
    """What the platform answers."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


def reply(value: Any, status: int = 200, **headers: str) -> Reply:
    """A JSON answer; underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value, ensure_ascii=False).encode(), headers=named)


class Platform(ABC):
    """One platform of the sandbox's world. Its state is guarded by the world's lock."""

    #: The first word of its paths, and its name in faults, in the journal and in the state.
    name: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, world: World) -> None:
        self.world = world

    @abstractmethod
    def method(self, call: Call) -> str:
        """The method's name for faults and the journal, without the platform's."""

    @abstractmethod
    def answer(self, call: Call) -> Reply:
        """Carry the request out. Called with the world's lock held."""

    @abstractmethod
    def struck(self, code: int, text: str) -> Reply:
        """The platform's own answer to a fault ``error`` with this code, in its own shape."""

    @abstractmethod
    def view(self) -> dict[str, Any]:
        """What a reader of the network would see: ``{"posts": [...]}`` and whatever else tests need."""

    def do(self, what: dict[str, Any]) -> dict[str, Any]:
        """Something a person does in the network, or a switch. Raises ValueError for what it does not know."""
        raise ValueError(f"{self.name} does not know {what.get('what')!r}")


PLATFORMS: dict[str, type[Platform]] = {}


def platform(kind: type[Platform]) -> type[Platform]:
    """Registers a platform under its name."""
    PLATFORMS[kind.name] = kind
    return kind
