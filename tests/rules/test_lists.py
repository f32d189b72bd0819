"""The lists the editors keep: how an entry is spelled, what it finds, what stands over the defaults."""

from __future__ import annotations

from datetime import date

import pytest

from editorial.errors import EntryRefused
from editorial.lists import THRESHOLDS, Change, Kept, Period, canonical, defaults, effective, finder, lists_with


@pytest.mark.parametrize("name", list(Kept))
def test_the_shipped_entries_are_spelled_as_they_are_kept(name: Kept) -> None:
    assert [canonical(name, entry) for entry in defaults(name) if name is not Kept.ELECTIONS] == list(
        defaults(name)
    )
    assert len(set(defaults(name))) == len(defaults(name))


@pytest.mark.parametrize(
    ("name", "words", "entry"),
    [
        (Kept.FOREIGN_AGENTS, "  Пётр   Выдуманный ", "петр выдуманный"),
        (Kept.THRESHOLDS, "Длинно: 2000", "длинно = 2000"),
        (Kept.THRESHOLDS, "сторона фото 800", "сторона фото = 800"),
        (Kept.ELECTIONS, "Иркутская область 18.09.2026–20.09.2026", "RU-IRK 2026-09-18 2026-09-20"),
        (Kept.ELECTIONS, "все 18.09.2026", "* 2026-09-18 2026-09-18"),
        (Kept.ELECTIONS, "RU-IRK 2026-09-18 2026-09-20", "RU-IRK 2026-09-18 2026-09-20"),
        (Kept.FILMING_BANS, "Воронежской области", "RU-VOR"),
        (Kept.FILMING_BANS, "#Чувашия", "RU-CU"),
    ],
)  # fmt: skip
def test_an_entry_is_kept_in_one_spelling(name: Kept, words: str, entry: str) -> None:
    assert canonical(name, words) == entry


@pytest.mark.parametrize(
    ("name", "words", "why"),
    [
        (Kept.STOP_WORDS, "  ", "empty"),
        (Kept.STOP_WORDS, "а" * 201, "too_long"),
        (Kept.STOP_WORDS, "(?:.*)+$", "spelling"),
        (Kept.STOP_WORDS, "!", "spelling"),
        (Kept.THRESHOLDS, "ширина = 5", "threshold"),
        (Kept.THRESHOLDS, "длинно = много", "threshold"),
        (Kept.ELECTIONS, "Иркутская область", "period"),
        (Kept.ELECTIONS, "Иркутская область 20.09.2026–18.09.2026", "period"),
        (Kept.ELECTIONS, "Иркутская область 31.02.2026", "period"),
        (Kept.ELECTIONS, "Атлантида 18.09.2026", "region"),
        (Kept.FILMING_BANS, "Алтай", "region"),
    ],
)  # fmt: skip
def test_an_entry_that_makes_no_sense_is_refused(name: Kept, words: str, why: str) -> None:
    with pytest.raises(EntryRefused) as refused:
        canonical(name, words)
    assert refused.value.why == why


def test_the_editors_changes_stand_over_the_defaults() -> None:
    changes = (
        Change(Kept.SHORTENERS, "bit.ly", False),
        Change(Kept.SHORTENERS, "new.example", True),
        Change(Kept.THRESHOLDS, "длинно = 2000", True),
        Change(Kept.ELECTIONS, "RU-IRK 2026-09-18 2026-09-20", True),
    )
    lists = lists_with(changes)

    assert "bit.ly" not in lists.of(Kept.SHORTENERS)
    assert lists.of(Kept.SHORTENERS)[-1] == "new.example"
    assert lists.threshold("длинно") == 2000
    assert lists.threshold("коротко") == THRESHOLDS["коротко"]
    assert lists.elections == (Period("RU-IRK", date(2026, 9, 18), date(2026, 9, 20)),)
    assert effective(Kept.SHORTENERS, ()) == defaults(Kept.SHORTENERS)


@pytest.mark.parametrize(
    ("entry", "found", "passed"),
    [
        ("иван иванов", "встреча с иваном ивановым", "иван иванович"),
        ("навальный", "навального", "навальник"),
        ("мария петрова", "марии петровой", "мариинск петровский"),
        ("мсу", "о мсу", "мсут"),
        ("муниципал*", "муниципалитеты", "демуниципализация"),
        ("фонд примеров", "фонду  примеров", "фонд хороших примеров"),
    ],
)  # fmt: skip
def test_an_entry_is_found_in_its_forms_only(entry: str, found: str, passed: str) -> None:
    pattern = finder((entry,))
    assert pattern is not None
    assert pattern.search(found)
    assert not pattern.search(passed)


def test_an_empty_list_finds_nothing() -> None:
    assert finder(()) is None
