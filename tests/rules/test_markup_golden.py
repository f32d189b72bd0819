"""Texts as people send them, each with what every network gets of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from editorial.markup import Rich, link, parse
from editorial.render import html, max_html, plain, plain_length, telegram, title_of, vk
from editorial.shorten import shorten

GOLDEN = Path(__file__).parent / "golden_markup"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.txt"))
SAMPLES = Path(__file__).parents[2] / "sandbox" / "samples" / "samples.json"
DAY = date(2026, 11, 23)
TAIL = link("Читать полностью", "https://vk.com/wall-1_2")


def rendered(rich: Rich) -> dict[str, Any]:
    text, entities = telegram(rich)
    return {
        "text": rich.text,
        "spans": [[rich.text[span.start : span.end], span.kind, span.url, span.group] for span in rich.spans],
        "telegram": {"text": text, "entities": entities},
        "max": max_html(rich),
        "plain": plain(rich),
        "vk": vk(rich),
        "html": html(rich),
        "title": title_of(rich, DAY),
        "brief": plain(shorten(rich, 180, plain_length, TAIL)),
    }


def test_there_are_enough_texts_and_each_has_its_answer() -> None:
    assert len(NAMES) >= 25
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_t53_every_network_gets_the_text_as_agreed(name: str) -> None:
    text = (GOLDEN / f"{name}.txt").read_bytes().decode()
    agreed = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))

    assert rendered(parse(text, "okmo_news")) == agreed


@pytest.mark.parametrize("sample", json.loads(SAMPLES.read_text(encoding="utf-8")), ids=lambda sample: sample["id"])
def test_every_sample_keeps_its_words_in_every_network(sample: dict[str, Any]) -> None:
    rich = parse(sample["text"])
    words = rich.text.split()

    for shown in (telegram(rich)[0], plain(rich), vk(rich)):
        assert [word for word in words if word not in shown] == []
    assert len(title_of(rich, DAY)) <= 100
