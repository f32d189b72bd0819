"""How long the desk looks for news like a new one, among a hundred thousand kept texts and a fortnight's pictures.

The texts are made from the samples with a fixed seed: other words, other numbers, invented places.  The floors of the
same run are a plain ``MATCH`` of one word and a row by its key, asked of the same database.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import text

from bench.table import Row, percentile
from editorial.likeness import trace
from editorial.suggestion import Attachment, Content, Suggestion
from handlers import duplicates
from handlers.context import Context
from storage.migrate import upgrade
from storage.suggestions import NewSuggestion
from storage.unit import Storage, Unit
from tests.handlers.world import a_desk
from tests.rules.judged import samples

SEED: Final = 20261126
KEPT: Final = 100_000
#: News of the last fortnight, a hundred a day, which is stored whole, with so many pictures each.
RECENT: Final = 1_400
PICTURES: Final = 2
ASKED: Final = 400
NOW: Final = datetime(2026, 11, 25, 9, tzinfo=UTC)
#: News that says what another one said, one in so many.
COPIES: Final = 10
_OWNER: Final = -1
_WORD: Final = re.compile(r"[а-яё]{5,}", re.IGNORECASE)


def measure(_sandbox: object = None, folder: Path | None = None, kept: int = KEPT) -> list[Row]:
    """Rows with median and 99th percentile; the ratio is that of the medians to the floor's."""
    assert folder is not None
    storage = Storage.open(f"sqlite:///{folder / 'likeness.db'}")
    try:
        upgrade(storage)
        _fill(storage, kept)
        return _asked(storage, kept)
    finally:
        storage.close()


# --------------------------------------------------------------------------------------------------- what is kept


def _fill(storage: Storage, kept: int) -> None:
    """Texts alone for what is old, whole news for the last fortnight; in portions, as nobody writes at once."""
    chance = random.Random(SEED)
    texts = _texts(chance)
    old = max(0, kept - RECENT)
    for start in range(1, old + 1, 5_000):
        with storage.begin("bench") as unit:
            for number in range(start, min(start + 5_000, old + 1)):
                unit.search.put(number, next(texts))
    with storage.connection(writes=True) as connection:  # the numbers go on behind the old texts
        connection.execute(
            text("INSERT INTO sqlite_sequence (name, seq) VALUES ('suggestions', :old)"), {"old": old}
        )
    with storage.begin("bench") as unit:
        told: list[str] = []
        for place in range(min(RECENT, kept)):
            said = chance.choice(told) if told and place % COPIES == 0 else next(texts)
            told.append(said)
            _add(unit, chance, said, NOW - timedelta(days=14) * (1 - (place + 1) / RECENT))


def _add(unit: Unit, chance: random.Random, said: str, at: datetime) -> None:
    photos = tuple(Attachment("photo", 601, chance.randrange(1, 10**9), "k") for _ in range(PICTURES))
    new = NewSuggestion(_OWNER, chance.randrange(1, 2**40), None, Content(said, photos), at)
    added = unit.suggestions.add(new, at)
    assert added is not None
    unit.pictures.put(added.number, [chance.getrandbits(64) for _ in photos], at)


def _texts(chance: random.Random) -> Iterator[str]:
    """News like the samples, without end."""
    models = [sample.text for sample in samples() if len(sample.text) > 150]
    words = sorted({word for model in models for word in _WORD.findall(model)})
    while True:
        model = chance.choice(models)
        said = _WORD.sub(lambda found: chance.choice(words) if chance.random() < 0.5 else found.group(), model)
        said = re.sub(r"\d+", lambda found: str(chance.randrange(1, 10 ** len(found.group()))), said)
        yield f"{_place(chance)}. {said}"


def _place(chance: random.Random) -> str:
    parts = ("верх", "нижне", "бере", "зо", "ка", "мен", "ту", "лу", "ча", "ры", "сос", "но", "кра", "сно")
    return "".join(chance.choices(parts, k=4)).capitalize() + chance.choice(("ск", "во", "ино", "ка"))


# ------------------------------------------------------------------------------------------------ what is measured


def _asked(storage: Storage, kept: int) -> list[Row]:
    with storage.read() as unit:
        context = Context(unit, NOW, a_desk())
        chance = random.Random(SEED + 1)
        numbers = chance.sample(range(max(1, kept - RECENT + 1), kept + 1), min(ASKED, RECENT, kept))
        news = [found for number in numbers if (found := unit.suggestions.get(number)) is not None]
        words = {one.number: duplicates.telling(trace(one.content.text)) for one in news}
        floor = _timed(news, lambda one: unit.search.find(words[one.number][:1], 20))
        by_key = _timed(news, lambda one: unit.suggestions.get(one.number))
        alike = _timed(news, lambda one: unit.search.alike(words[one.number], one.number - RECENT, 20))
        whole = _timed(news, lambda one: duplicates.lines(context, one))
        with_lines = sum(bool(duplicates.of(context, one)) for one in news)
    subject = f"{kept} texts, {RECENT * PICTURES} pictures"
    return [
        _row("a row by its key", subject, by_key, floor),
        _row("one word in the index (floor)", subject, floor, floor),
        _row("candidates looked up by eight words", subject, alike, floor),
        _row(
            "alike texts and pictures, whole",
            f"{subject}, alike ones for {with_lines} of {len(news)}",
            whole,
            floor,
        ),
    ]


def _timed(news: Sequence[Suggestion], ask: Callable[[Suggestion], object]) -> list[float]:
    """Seconds of the processor for each, the first few aside: they warm the cache up. Nothing waits for a disk."""
    for one in news[:20]:
        ask(one)
    taken = []
    for one in news:
        began = time.thread_time()
        ask(one)
        taken.append(time.thread_time() - began)
    return taken


def _row(what: str, subject: str, taken: Sequence[float], floor: Sequence[float]) -> Row:
    middle, last = percentile(taken, 0.5), percentile(taken, 0.99)
    ratio = middle / percentile(floor, 0.5)
    return Row(what, subject, f"median {middle * 1000:.2f} ms, 99th {last * 1000:.2f} ms", f"{ratio:.1f}×")
