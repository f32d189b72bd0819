"""Russian words for times: every shown time says whose clock it is, and the author's own stands beside it.

Times come in as aware datetimes.  When something happens is decided elsewhere.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from editorial.when import date_words

_MOSCOW: Final = "Europe/Moscow"
_WEEKDAYS: Final = (
    "в понедельник",
    "во вторник",
    "в среду",
    "в четверг",
    "в пятницу",
    "в субботу",
    "в воскресенье",
)
_SHORT_DAYS: Final = ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс")
_PLACES: Final = {
    "Europe/Kaliningrad": "по Калининграду",
    "Europe/Simferopol": "по Симферополю",
    "Europe/Kirov": "по Кирову",
    "Europe/Volgograd": "по Волгограду",
    "Europe/Astrakhan": "по Астрахани",
    "Europe/Samara": "по Самаре",
    "Europe/Saratov": "по Саратову",
    "Europe/Ulyanovsk": "по Ульяновску",
    "Asia/Yekaterinburg": "по Екатеринбургу",
    "Asia/Omsk": "по Омску",
    "Asia/Novosibirsk": "по Новосибирску",
    "Asia/Barnaul": "по Барнаулу",
    "Asia/Tomsk": "по Томску",
    "Asia/Novokuznetsk": "по Новокузнецку",
    "Asia/Krasnoyarsk": "по Красноярску",
    "Asia/Irkutsk": "по Иркутску",
    "Asia/Chita": "по Чите",
    "Asia/Yakutsk": "по Якутску",
    "Asia/Khandyga": "по Хандыге",
    "Asia/Vladivostok": "по Владивостоку",
    "Asia/Ust-Nera": "по Усть-Нере",
    "Asia/Sakhalin": "по Южно-Сахалинску",
    "Asia/Magadan": "по Магадану",
    "Asia/Srednekolymsk": "по Среднеколымску",
    "Asia/Kamchatka": "по Камчатке",
    "Asia/Anadyr": "по Анадырю",
}


def plural(count: int, one: str, few: str, many: str) -> str:
    """The form of a noun that goes with ``count``: 1 новость, 2 новости, 5 новостей."""
    tens, ones = abs(count) % 100, abs(count) % 10
    if ones == 1 and tens != 11:
        return one
    return few if 2 <= ones <= 4 and not 12 <= tens <= 14 else many


def counted(count: int, one: str, few: str, many: str) -> str:
    """The number with its noun."""
    return f"{count} {plural(count, one, few, many)}"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """The hour and the minute alone: 9:30."""
    local = moment.astimezone(zone)
    return f"{local.hour}:{local.minute:02d}"


def whose(zone: ZoneInfo, moment: datetime) -> str:
    """Whose clock it is: «мск», «по Иркутску», or the distance to UTC for a zone without a name of ours."""
    if zone.key == _MOSCOW:
        return "мск"
    if zone.key in _PLACES:
        return _PLACES[zone.key]
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def hour(moment: datetime, zone: ZoneInfo) -> str:
    """The hour and the minute, and whose they are: 9:30 мск."""
    return f"{clock(moment, zone)} {whose(zone, moment)}"


def place(zone: str) -> str:
    """Whose time this is: «мск», «по Иркутску»; for the zone as a place, without a moment."""
    return "московское" if zone == _MOSCOW else _PLACES.get(zone, zone)


def say(
    moment: datetime, now: datetime, zone: ZoneInfo, theirs: ZoneInfo | None = None, *, preposition: str = "в"
) -> str:
    """When: «завтра в 9:30 мск», with the reader's own clock in brackets where ``theirs`` differs."""
    day = _day(moment, now, zone, past=moment < now)
    said = f"{day} {preposition} {clock(moment, zone)} {whose(zone, moment)}"
    if theirs is None or theirs.key == zone.key:
        return said
    here, there = moment.astimezone(zone), moment.astimezone(theirs)
    if here.utcoffset() == there.utcoffset():
        return said
    other = f"{clock(moment, theirs)} {whose(theirs, moment)}"
    if here.date() != there.date():
        other = f"{_day(moment, now, theirs, past=moment < now).rstrip(',')} {preposition} {other}"
    return f"{said} ({other})"


def _day(moment: datetime, now: datetime, zone: ZoneInfo, *, past: bool) -> str:
    day, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    away = (day - today).days
    near = {-1: "вчера", 0: "сегодня", 1: "завтра", 2: "послезавтра"}.get(away)
    if near is not None:
        return near
    if 0 < away < 7:
        return f"{_WEEKDAYS[day.weekday()]}, {date_words(day)},"
    return date_words(day) if past or day.year == today.year else f"{date_words(day)} {day.year} года"


def day_label(day: date, today: date) -> str:
    """A day on a button: «Сегодня», «Завтра», «Ср, 26 ноября»."""
    away = (day - today).days
    if away in (0, 1):
        return ("Сегодня", "Завтра")[away]
    return f"{_SHORT_DAYS[day.weekday()]}, {date_words(day)}"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago: «только что», «5 мин назад», «3 ч назад», «2 дня назад»."""
    seconds = (now - moment).total_seconds()
    if seconds < 60:
        return "только что"
    if seconds < 3600:
        return f"{int(seconds // 60)} мин назад"
    if seconds < 24 * 3600:
        return f"{int(seconds // 3600)} ч назад"
    days = int(seconds // (24 * 3600))
    return f"{counted(days, 'день', 'дня', 'дней')} назад"
