"""What the tests of Odnoklassniki, WordPress and the webhook have in common: stories with real pictures of the
sandbox's VK, deliveries, and the networks as their readers see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.fetch import net_locations
from bot.media import Media
from bot.targets.network import Copy, NetworkTarget
from bot.vk.posts import attachments_of
from editorial.delivery import Delivery, Outcome, Sent, State
from editorial.networks import Placed, Story
from editorial.suggestion import Attachment
from tests.sandbox_client import Json, SandboxClient

#: An address of ours at which nobody listens.
NOBODY = "http://127.0.0.1:9/a.jpg"
PUBLISHED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def media(vk: SandboxClient, folder: Path) -> Media:
    """Files of the sandbox's VK, and of an address where nobody is."""
    return Media(folder / "media", refresh=lambda owner_id, post_id: {}, own_hosts=net_locations(vk.url, NOBODY))


def pictures(vk: SandboxClient, count: int) -> tuple[Attachment, ...]:
    """Photos that VK shows."""
    post_id = vk.suggest(photos=count)
    shown = vk.call("wall.getById", "editor-key", posts=f"-1_{post_id}")["items"][0]
    return attachments_of(shown["attachments"])


def story(text: str = "Совет открыл школу", attachments: tuple[Attachment, ...] = (), **more: Any) -> Story:
    about: dict[str, Any] = {"number": 214, "link": "https://vk.com/wall-1_77", "owner_id": -1, "post_id": 77}
    return Story(text=text, attachments=attachments, published_at=PUBLISHED, **{**about, **more})


def delivery(kind: str = "post", *, attempts: int = 1, id_: int = 17) -> Delivery:
    """A claimed row, made just now."""
    now = datetime.now(UTC)
    return Delivery(
        id=id_,
        target="any",
        destination="any",
        kind=kind,
        number=214,
        payload={"part": 0},
        state=State.SENDING,
        due_at=now,
        attempts=attempts,
        created_at=now,
        sending_at=now,
    )


def later() -> datetime:
    """When everything under way is over."""
    return datetime.now(UTC) + timedelta(minutes=1)


def copy_of(target: NetworkTarget, about: Story, placed: Placed | None = None) -> Copy:
    network = target.networks[0]
    parts = target.render(about, network)
    return Copy(network, about, parts[0] if parts else None, 0, placed)


def published(target: NetworkTarget, about: Story, row: Delivery | None = None) -> Sent:
    outcome = target.publish(copy_of(target, about), row or delivery())
    assert isinstance(outcome, Sent), outcome
    return outcome


def placed(sent: Sent) -> Placed:
    return Placed(tuple(sent.result["ids"]), sent.result.get("link"), datetime.now(UTC), dict(sent.result))


def edited(target: NetworkTarget, about: Story, where: Placed) -> Outcome:
    return target.edit(copy_of(target, about, where), delivery("edit", id_=18))


def removed(target: NetworkTarget, about: Story, where: Placed) -> Outcome:
    return target.remove(replace(copy_of(target, about, where), part=None), delivery("remove", id_=19))


def shown(vk: SandboxClient, network: str) -> Json:
    """The network as it stands."""
    found: Json = vk.state(only="networks")["networks"][network]
    return found


def posts(vk: SandboxClient, network: str) -> list[Json]:
    """What readers see there, newest first."""
    found: list[Json] = shown(vk, network)["posts"]
    return found


def asked(vk: SandboxClient, method: str) -> int:
    """How often the method was called."""
    return len(vk.journal(method=method))
