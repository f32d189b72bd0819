"""A seeded scenario: what authors, moderators and strangers will do, which unknowns of VK hold, and when the bot
is killed.  The same seed gives the same plan; what came of it depends on the machine's timing and is in the history.

The player carries the plan out through ``proof.people`` and never looks into the bot.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from proof.evidence import Json
from proof.office import Office
from proof.people import STRANGER, People, buttons, payload_of
from tests.sandbox_client import SandboxRefused

#: Fates and how often each is drawn. A step is a deed of ``Player``.
FATES: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "publish": (8, ("press:Опубликовать",)),
    "queue_then_now": (3, ("press:В очередь", "press:Опубликовать")),
    "undo_reject": (2, ("press:В очередь", "press:Отменить решение", "press:Отклонить", "press:Реклама")),
    "reject": (3, ("press:Отклонить", "press:Не по теме")),
    "return_edit_publish": (2, ("press:Вернуть", "press:Нужно фото", "edit", "press:Опубликовать")),
    "edit": (2, ("card", "edit")),
    "edit_publish": (2, ("edit", "press:Опубликовать", "press:Опубликовать")),
    "delete": (2, ("delete",)),
    "press_delete": (1, ("press:В очередь", "delete")),
    "by_hand": (2, ("by_hand",)),
    "duel": (3, ("duel",)),
    "stranger": (2, ("stranger", "press:Опубликовать")),
    "left_alone": (2, ()),
}
VARIANTS: Final[dict[str, tuple[Any, ...]]] = {
    "published_id": ("new", "same"),
    "event_before_answer": (False, True),
    "second_publish": (100, 104, 15, 210, 214, "duplicate"),
    "omitted_content": ("kept", "lost"),
    "published_photo_ids": ("kept", "recreated"),
    "message_event_payload": ("object", "string"),
    "suggestion_photo_owner": ("group", "author"),
    "signed_author": ("author", "publisher", "nobody"),
    "guid": ("ignored", "hour"),
    "event_post_type": ("both", "type_only"),
}
EVENTS: Final = ("normal",) * 7 + ("lost", "twice", "late:2")
#: A step that cannot be done (the card went another way) is given up after so many seconds.
STEP_PATIENCE: Final = 60.0


@dataclass(frozen=True)
class News:
    """One suggestion of the plan."""

    marker: str
    author: int
    photos: int
    event: str
    at: float
    fate: str


@dataclass(frozen=True)
class Plan:
    """A whole scenario. ``kills``: seconds the bot lives between one start and the next kill."""

    seed: int
    news: tuple[News, ...]
    kills: tuple[float, ...]
    variants: dict[str, Any] = field(default_factory=dict)
    faults: tuple[Json, ...] = ()

    def as_json(self) -> Json:
        """For the artifact."""
        return asdict(self)


def make_plan(seed: int, count: int, *, kills: int = 0, spacing: float = 1.5) -> Plan:
    """The plan of a seed."""
    dice = random.Random(seed)
    names, weights = list(FATES), [weight for weight, _ in FATES.values()]
    news = tuple(
        News(
            marker=f"н{seed}-{number}-к",
            author=dice.choice((601, 601, 602, 602, 611, 612, 613)),
            photos=dice.choice((0, 0, 1, 2)),
            event=dice.choice(EVENTS),
            at=number * spacing * dice.uniform(0.5, 1.0),
            fate=dice.choices(names, weights)[0],
        )
        for number in range(count)
    )
    return Plan(
        seed,
        news,
        tuple(round(_life(dice), 3) for _ in range(kills)),
        {name: dice.choice(values) for name, values in VARIANTS.items()},
    )


def _life(dice: random.Random) -> float:
    """Seconds between two kills: one in five dies while it starts, the others at work."""
    return dice.uniform(0.2, 1.2) if dice.random() < 0.2 else dice.uniform(1.5, 4.0)


class Player:
    """Carries a plan out, a little at every call of :meth:`step`."""

    def __init__(self, office: Office, plan: Plan) -> None:
        self._people: People = office.people
        self._dice = random.Random(plan.seed + 1)
        self._began = time.monotonic()
        self._coming = list(plan.news)
        self._open: list[_Story] = []
        office.desk.sandbox.limits(day_posts=0, burst_writes=0)
        office.desk.sandbox.variant(**plan.variants)
        for number in (611, 612, 613):
            office.desk.sandbox.do(
                "person",
                id=number,
                first_name=f"Автор{number}",
                last_name="Посёлков",
                city="Иркутск",
                messages="allowed" if number < 613 else "never_wrote",
            )

    @property
    def over(self) -> bool:
        """Whether everybody has done what they wanted."""
        return not self._coming and not self._open

    def step(self) -> None:
        """Everybody who can do their next deed does it."""
        gone = time.monotonic() - self._began
        while self._coming and self._coming[0].at <= gone:
            self._open.append(self._suggest(self._coming.pop(0)))
        for story in list(self._open):
            self._next(story)
        self._open = [story for story in self._open if story.steps]

    def _suggest(self, news: News) -> _Story:
        post_id = self._people.suggest(news.marker, news.author, photos=news.photos, event=news.event)
        return _Story(news, post_id, list(FATES[news.fate][1]), time.monotonic())

    def _next(self, story: _Story) -> None:
        if not story.steps:
            return
        try:
            done = self._do(story, story.steps[0])
        except SandboxRefused:
            done = True  # the suggestion went another way: nothing is left to do with it
        if done:
            story.steps.pop(0)
            story.since = time.monotonic()
        elif time.monotonic() - story.since > STEP_PATIENCE:
            self._people.note("gave_up", marker=story.news.marker, step=story.steps[0])
            story.steps.clear()

    def _do(self, story: _Story, step: str) -> bool:
        people, news = self._people, story.news
        word, _, label = step.partition(":")
        match word:
            case "press":
                return people.press(news.marker, label, self._dice.choice((500, 501))) is not None
            case "card":
                return people.card(news.marker, "Опубликовать") is not None
            case "edit":
                people.edit(news.marker, story.post_id, news.author)
            case "delete":
                people.delete(news.marker, story.post_id, news.author)
            case "by_hand":
                people.publish_by_hand(news.marker, story.post_id)
            case "duel":
                return self._duel(story)
            case "stranger":
                return self._stranger(story)
        return True

    def _duel(self, story: _Story) -> bool:
        """Two moderators press different buttons of the same card."""
        first = self._people.press(story.news.marker, "Опубликовать", 500)
        if first is None:
            return False
        self._people.press(story.news.marker, "В очередь", 501)
        return True

    def _stranger(self, story: _Story) -> bool:
        """Somebody else sends what a button would send."""
        found = self._people.card(story.news.marker, "Опубликовать")
        if found is None:
            return False
        payload = next(one for one in _payloads(found[0]) if one.get("a") == "publish")
        self._people.forge(payload, STRANGER, cmid=found[0]["conversation_message_id"])
        return True


@dataclass
class _Story:
    """A suggestion whose fate is not played out."""

    news: News
    post_id: int
    steps: list[str]
    since: float


def _payloads(message: Json) -> Sequence[Json]:
    return [payload_of(message, str(button["action"].get("label"))) for button in buttons(message)]
