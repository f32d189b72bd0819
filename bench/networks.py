"""How fast posts go out to the networks without their rate limits, and how much of that time is our own code.

The anchor is a plain loop of ``requests`` that makes the very same requests again in the same run: what a target
sent is recorded once, the sandbox begins anew, and both are timed in turns.
"""

from __future__ import annotations

import importlib.util
import io
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from bench.table import Row
from bot.targets import registry
from bot.targets.base import Parcel
from bot.targets.http import Timeout
from bot.targets.network import Copy
from editorial.delivery import Sent
from editorial.networks import Placed
from editorial.suggestion import Attachment
from tests.sandbox_client import SandboxClient
from tests.targets.rig import NOW, Rig, a_delivery, placed_of

ROUNDS = 3
#: Posts of text only, and posts with ten photos, in one round.
TEXTS, ALBUMS = 60, 6
#: Rigs have short time limits for the sake of tests; a busy machine is not what is measured here.
PATIENT: Timeout = (10.0, 60.0)
TEXT = (
    "Совет открыл [club1|новую школу] в центре города. Подробности на сайте https://okmo.invalid/ #ОКМО@okmo_news"
)


@dataclass
class Recorded:
    """Requests as they left, and the seconds spent in them."""

    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    seconds: float = 0.0


def measure(sandbox: SandboxClient, folder: Path) -> list[Row]:
    """A row for each network and kind of post."""
    rows: list[Row] = []
    for kind in registry.known():
        rig = _rig_of(kind.name)
        if rig is None or not rig.over_http:
            continue
        for what, posts, photos in (("text", TEXTS, 0), ("10 photos", ALBUMS, 10)):
            rows.append(_network(rig, kind.name, what, posts, photos, sandbox, folder / kind.name))
    return rows


def _rig_of(name: str) -> type[Rig] | None:
    if importlib.util.find_spec(f"tests.targets.rigs.{name}") is None:
        return None
    found: type[Rig] = importlib.import_module(f"tests.targets.rigs.{name}").RIG
    return found


def _network(
    kind: type[Rig], name: str, what: str, posts: int, photos: int, sandbox: SandboxClient, folder: Path
) -> Row:
    rig, attachments = _anew(kind, sandbox, folder, photos)
    with _recording() as recorded:
        _send(rig, posts, attachments)
    expected = _standing(rig)
    ours, plain, own = [], [], []
    for _ in range(ROUNDS):
        rig, _ = _anew(kind, sandbox, folder, photos)
        with _recording(keep=False) as spent:
            seconds = _timed(lambda rig=rig: _send(rig, posts, attachments))
        ours.append(seconds)
        own.append(1 - spent.seconds / seconds)
        rig, _ = _anew(kind, sandbox, folder, photos)
        plain.append(_timed(lambda: _replay(recorded)))
        if _standing(rig) != expected:
            raise AssertionError(f"{name}: the plain loop did not bring about the same world")
    rate = posts / statistics.median(ours)
    return Row(
        f"posts to a network, {what}",
        name,
        f"{rate:.0f} posts/s, {len(recorded.requests) / posts:.1f} requests each, "
        f"own code {statistics.median(own):.0%}",
        f"{statistics.median(plain) / statistics.median(ours):.2f} of a plain loop",
    )


def _anew(kind: type[Rig], sandbox: SandboxClient, folder: Path, photos: int) -> tuple[Rig, tuple[Attachment, ...]]:
    """The same world every time, with so many photos on VK: numbers count on from theirs."""
    sandbox.reset()
    sandbox.limits(off=True)
    rig = kind(sandbox, folder)
    return rig, rig.photos(photos) if photos else ()


def _send(rig: Rig, posts: int, attachments: Sequence[Attachment]) -> None:
    for number in range(posts):
        story = rig.story(f"{TEXT} {number}", attachments, post_id=1000 + number)
        placed: dict[int, Placed] = {}
        for index, part in enumerate(rig.target.render(story, rig.network)):
            copy = Copy(rig.network, story, part, index, None, dict(placed))
            (outcome,) = rig.target.send([Parcel(a_delivery(rig.network, "post", story.number, index), copy)])
            if not isinstance(outcome, Sent):
                raise AssertionError(f"{rig.target.name}: {outcome}")
            placed[index] = placed_of(outcome, NOW)


def _whole(prepared: Any) -> bytes:
    """The body of a request that is about to leave."""
    if not hasattr(prepared.body, "read"):
        return prepared.body.encode() if isinstance(prepared.body, str) else prepared.body or b""
    body = b"".join(iter(lambda: prepared.body.read(65536), b""))
    prepared.body = io.BytesIO(body)
    return body


def _standing(rig: Rig) -> list[tuple[str, int]]:
    return [(post.text, len(post.pictures)) for post in rig.seen()]


def _replay(recorded: Recorded) -> None:
    with requests.Session() as session:
        for verb, url, headers, body in recorded.requests:
            session.request(verb, url, headers=headers, data=body, timeout=30)


def _timed(deed: Any) -> float:
    started = time.perf_counter()
    deed()
    return time.perf_counter() - started


@contextmanager
def _recording(*, keep: bool = True) -> Iterator[Recorded]:
    """Inside, what leaves for a network is timed until its answer is read, and kept."""
    recorded = Recorded()
    send = HTTPAdapter.send

    def watched(self: HTTPAdapter, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        if "/cdn/" in (request.url or ""):  # a picture is brought once, whatever comes of it
            return send(self, request, **more)
        if keep:
            body = _whole(request)
            headers = {name: text for name, text in request.headers.items() if name != "Content-Length"}
            recorded.requests.append((request.method or "", request.url or "", headers, body))
        started = time.perf_counter()
        try:
            response = send(self, request, **{**more, "timeout": PATIENT})
            _ = response.content
            return response
        finally:
            recorded.seconds += time.perf_counter() - started

    HTTPAdapter.send = watched  # type: ignore[method-assign,assignment]
    try:
        yield recorded
    finally:
        HTTPAdapter.send = send  # type: ignore[method-assign]
