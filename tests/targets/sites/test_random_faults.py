"""Posts, edits and removals through random faults end in exactly the world that was wanted: nothing lost, nothing
twice, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.targets.network import NetworkTarget
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent, Uncertain
from editorial.networks import Placed, Story
from editorial.suggestion import Attachment
from tests.sandbox_client import Json, SandboxClient
from tests.targets.sites.stage import copy_of, delivery, later, pictures, placed, posts, published, story
from tests.targets.sites.test_demo import of_demo

POSTS = 25
FAULTS: tuple[Json, ...] = (
    {"what": "reset"},
    {"what": "http", "status": 502},
    {"what": "empty"},
    {"what": "html200"},
    {"what": "truncated"},
    {"what": "effect_then_reset"},
    {"what": "effect_then_http", "status": 504},
    {"what": "effect_then_empty"},
    {"what": "effect_then_error", "code": 1},
)
#: To a webhook any answer of success is one, so a receiver that gives it must have the event.
SAYS_YES = {"empty", "html200"}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", ["ok", "wordpress", "webhook"])
def test_t01_t02_random_faults_end_in_the_wanted_world(
    vk: SandboxClient, tmp_path: Path, name: str, seed: int
) -> None:
    """T-01, T-02: every answer the network may give or not give."""
    target = of_demo(vk, tmp_path)[name]
    photos = pictures(vk, 3)
    wanted = [_story(number, photos) for number in range(POSTS)]
    there = [placed(published(target, wanted[0], delivery(id_=wanted[0].number)))]
    share = 0.1 if name == "webhook" else 0.04
    for number, fault in enumerate(FAULTS):
        if name == "webhook" and fault["what"] in SAYS_YES:
            continue
        match = {"method": f"{name}.*", "times": 0, "probability": share, "seed": seed * 100 + number}
        vk.do("fault", fault={**fault, "match": match})

    there += [placed(_until_sent(target, one, "post", delivery(id_=one.number))) for one in wanted[1:]]
    edited = [replace(one, text=f"{one.text}, исправлено") if one.number % 3 == 0 else one for one in wanted]
    for one, where in zip(edited, there, strict=True):
        if one not in wanted:
            _until_sent(target, one, "edit", delivery("edit", id_=1000 + one.number), where)
    left = [one for one in edited if one.number % 5]
    for one, where in zip(edited, there, strict=True):
        if one not in left:
            _until_sent(target, one, "remove", delivery("remove", id_=2000 + one.number), where)
    struck = sum(rule["fired"] for rule in vk.faults())
    vk.clear_faults()

    assert struck > 10
    seen = [(_words(post), len(post["pictures"])) for post in reversed(posts(vk, name))]
    assert sorted(seen) == sorted((one.text, len(one.attachments)) for one in left)
    if name != "webhook":
        assert seen == [(one.text, len(one.attachments)) for one in left]


def _story(number: int, photos: tuple[Attachment, ...]) -> Story:
    about = story(f"Новость {number}", photos[: number % 4], number=1 + number, post_id=100 + number)
    return replace(about, link=f"https://vk.com/wall-1_{100 + number}")


def _words(post: Json) -> str:
    return str(post.get("title") or post["text"])


def _until_sent(target: NetworkTarget, about: Story, kind: str, row: Delivery, where: Placed | None = None) -> Sent:
    """What the courier does: sends, looks, sends again only when that is sure."""
    copy = copy_of(target, about, where)
    copy = replace(copy, part=None) if kind == "remove" else copy
    deed: Callable[[Any, Delivery], Outcome] = getattr(target, "publish" if kind == "post" else kind)
    for attempt in range(1, 60):
        outcome: Outcome | None = deed(copy, replace(row, attempts=attempt))
        while outcome is None or isinstance(outcome, Uncertain):
            outcome = target.find(copy, row, later()) if kind == "post" else RetryLater("interrupted")
        if isinstance(outcome, Sent):
            return outcome
        assert not isinstance(outcome, Refused), outcome
    raise AssertionError(f"never sent: {outcome}")
