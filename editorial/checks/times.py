"""Checks of time: words that are true on one day only, hours of nobody knows which zone, what is over."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from editorial.checks.calendar import announced, days_in, deadline_of
from editorial.checks.facts import Facts, Warn, red, yellow

_DAY_WORDS: Final = re.compile(r"(?<!до )\b(?:сегодня|завтра|вчера|послезавтра|позавчера)\b(?!-)")
_WEEK_WORDS: Final = re.compile(
    r"\b(?:на (?:этой|следующей|прошлой|прошедшей|минувшей|будущей) неделе|"
    r"в (?:эти|минувшие|прошедшие|ближайшие|прошлые|следующие) выходные|"
    r"в (?:эту|этот|минувш\w{2}|прошл\w{2}|прошедш\w{2}|ближайш\w{2}|следующ\w{2}) "
    r"(?:понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье))\b"
)
_CLOCK: Final = re.compile(
    r"(?:\b(?:в|во|с|до|к|на|начало|старт|время|сбор)\s*[—:–-]?\s*(?:в\s+)?)((?:[01]?\d|2[0-4])[:.][0-5]\d)(?![\d.:%])"
    r"|(?<![\d:.,])((?:[01]\d|2[0-4]):[0-5]\d)(?![\d:])"
    r"|\bв\s+((?:[01]?\d|2[0-4])\s+час(?:ов|а)?)\b(?!\w)"
    r"|\bв\s+((?:\d{1,2}|час|два|три|четыре|пять|шесть|семь|восемь|девять|десять|одиннадцать|двенадцать) (?:утра|дня|вечера))\b"
)
_ZONE: Final = re.compile(
    r"\bмск\b|московск|местн\w+ времен|по местному|\butc\b|\bgmt\b|мск[+−-]\d|часов\w+ пояс|"
    r"\bпо [а-я-]+(?:ск|цк)(?:ому|у)\b|врем(?:я|ени|енем) [а-я-]+ск|[а-я-]+ск(?:ое|ому|ого) врем|\bпо (?:чите|уфе|омску|самаре)\b"
)
_MOSCOW: Final = ZoneInfo("Europe/Moscow")
#: What is told beside the days of long ago.
_JUST_NOW: Final = re.compile(r"\b(?:сегодня|вчера|накануне|на днях|на этой неделе|теперь)\b")
#: News says what happened at its beginning.
_LEAD: Final = 400


def relative_date(facts: Facts) -> Warn | None:
    """«Завтра» was written on one day and will be read on another."""
    written = facts.received_at.astimezone(facts.own_zone).date()
    read = facts.moment.astimezone(facts.own_zone).date()
    if written == read:
        return None
    if found := _DAY_WORDS.search(facts.plain):
        return yellow("relative_date", found.group())
    if _week(written) != _week(read) and (found := _WEEK_WORDS.search(facts.plain)):
        return yellow("relative_date", found.group())
    return None


def _week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def no_timezone(facts: Facts) -> Warn | None:
    """An hour without a zone, where the author's clock is not Moscow's or not known."""
    if facts.zone is not None and _same_clock(facts.zone, facts.moment):
        return None
    found = _CLOCK.search(facts.plain)
    if found is None or _ZONE.search(facts.plain):
        return None
    return yellow("no_timezone", next(group for group in found.groups() if group))


def _same_clock(zone: ZoneInfo, moment: datetime) -> bool:
    return moment.astimezone(zone).utcoffset() == moment.astimezone(_MOSCOW).utcoffset()


def deadline(facts: Facts) -> Warn | None:
    """The slot lies behind the day until which the text asks or invites."""
    until = deadline_of(facts.text, facts.received_at, facts.own_zone)
    if until is None or facts.slot is None or not facts.now < until <= facts.slot:
        return None
    return red("deadline", _day_of(until, facts.own_zone))


def stale(facts: Facts) -> Warn | None:
    """An announcement of what is over, or news of an event longer ago than the editors like."""
    until = deadline_of(facts.text, facts.received_at, facts.own_zone)
    if until is not None and until <= facts.now:
        return red("stale", _day_of(until, facts.own_zone))
    return None if until is not None else _old_news(facts)


def _old_news(facts: Facts) -> Warn | None:
    reference = facts.received_at.astimezone(facts.own_zone).date()
    if announced(facts.text, reference) or _JUST_NOW.search(facts.plain):
        return None
    oldest = facts.moment.astimezone(facts.own_zone).date() - timedelta(days=facts.lists.threshold("свежесть"))
    days = [named.day for named in days_in(facts.plain, reference) if not named.with_year]
    lead = [named.day for named in days_in(facts.plain[:_LEAD], reference) if not named.with_year]
    if not lead or max(days) >= oldest:
        return None
    return yellow("stale", _written(max(days)))


def _day_of(until: datetime, zone: ZoneInfo) -> str:
    """The last day on which it still holds: a day that ends at midnight is the day before."""
    return _written((until.astimezone(UTC) - timedelta(seconds=1)).astimezone(zone).date())


def _written(day: date) -> str:
    return f"{day.day:02d}.{day.month:02d}"
