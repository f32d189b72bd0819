"""The command ``status``: the state of the desk as the database tells it, as JSON or in Russian.

Nothing is asked of VK, so it works as well beside a running bot as without one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Any, Final

import click

from bot.config import Settings
from bot.database import location
from bot.faults import FAILED, storage_sentence
from bot.heartbeat import Heartbeat
from bot.keys import KeyFile
from editorial.delivery import Delivery, State
from editorial.regions import by_code
from editorial.suggestion import Status
from handlers import alarms, texts
from storage.errors import Busy, Corrupt, SchemaMissing, StorageError
from storage.unit import Storage, Unit

TARGETS: Final = ("telegram", "max", "ok", "vk_copy", "feeds", "wordpress", "webhook")
#: How many of the next publications are listed.
NEXT: Final = 10

#: The state of a key VK was not asked about yet.
UNKNOWN: Final = "unknown"

#: The state of the editor's key in the words of ``status --json``.  A key VK did not answer about has shown no
#: fault of its own; a check VK demands, whichever, is what a captcha is to the reader: a person has to pass it.
USER_KEY: Final[dict[str, str]] = {
    "ok": "ok",
    "missing": "missing",
    "expired": "expired",
    "dead": "expired",
    "wrong_ip": "wrong_ip",
    "captcha": "captcha",
    "validation": "captcha",
    "no_rights": "no_rights",
    "wrong_kind": "no_rights",
    "unavailable": "ok",
}
_GROUP_KEY: Final[dict[str, str]] = {
    "ok": "ok",
    "key_dead": "expired",
    "key_expired": "expired",
    "account_banned": "expired",
    "key_other_ip": "wrong_ip",
    "captcha": "captcha",
    "validation": "captcha",
    "human_check": "captcha",
    "key_confirmation": "captcha",
    "no_rights": "no_rights",
    "no_scope": "no_rights",
    "key_wrong_kind": "no_rights",
}
_COUNTED: Final = (State.WAITING, State.SENDING, State.UNCERTAIN, State.REFUSED)

_STATUS_WORDS: Final[dict[Status, str]] = {
    Status.PENDING: "ждут решения",
    Status.RETURNED: "возвращены автору",
    Status.SCHEDULED: "в расписании",
    Status.PUBLISHING: "выходят сейчас",
    Status.PUBLISHED: "вышли",
    Status.DIGEST: "в дайджесте или общем посте",
    Status.REJECTED: "отклонены",
    Status.WITHDRAWN: "отозваны",
    Status.EXPIRED: "устарели",
    Status.FAILED: "не вышли",
}
_KEY_WORDS: Final = {
    UNKNOWN: "ещё не проверено",
    "ok": "в порядке",
    "missing": "нет, публикует человек по ссылке из карточки",
    "expired": "не действует, нужен новый: okmo-bot token set",
    "wrong_ip": "выдан для другого адреса, нужен новый с этой машины",
    "captcha": "ВКонтакте просит подтверждение: откройте сайт под этим человеком",
    "no_rights": "не хватает прав",
}
_DATABASE_WORDS: Final = {
    "missing": "базы ещё нет: её создаст okmo-bot run",
    "outdated": "таблицы прежней версии: okmo-bot db upgrade",
    "damaged": "файл повреждён: okmo-bot db restore ФАЙЛ",
    "busy": "занята, повторите через минуту",
    "unavailable": "не открывается",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read: ``facts`` in the published shape, the deliveries a person has to look at, and in stable words
    why VK refuses messages or posts."""

    facts: dict[str, Any]
    for_person: tuple[Delivery, ...] = ()
    troubles: tuple[str, ...] = ()
    #: Managers of whose role VK says nothing.
    unnamed: tuple[int, ...] = ()
    #: How posts come out; empty while VK was not asked.
    way: str = ""


def run(settings: Settings, *, as_json: bool) -> int:
    """Print the status; 1 when the database cannot be read. Raises Stopped."""
    seen = look(settings)
    if as_json:
        click.echo(json.dumps(seen.facts, ensure_ascii=False, indent=1))
    else:
        click.echo(readable(seen, settings))
    return 0 if seen.facts["database"] == "ok" else FAILED


def look(settings: Settings) -> Seen:
    """The status of the desk with these settings. Raises Stopped for an unusable database address."""
    facts = _nothing_known(settings)
    path = location(settings)
    if path is not None and not path.is_file():
        return Seen({**facts, "database": "missing"})
    storage = Storage.open(settings.DATABASE_URL)
    try:
        with storage.read() as unit:
            return Seen(
                facts | _read(unit, settings),
                unit.outbox.waiting_for_person(20),
                _troubles(unit),
                tuple(unit.staff.unnamed()),
                _way(unit.settings.get("rights")),
            )
    except StorageError as error:
        return Seen({**facts, "database": _trouble(error)})
    finally:
        storage.close()


def _troubles(unit: Unit) -> tuple[str, ...]:
    """What stops messages and posts on VK and is not the state of a key, which has a line of its own."""
    known = alarms.known(unit)
    return tuple(dict.fromkeys(known[place] for place in ("vk_messages", "vk_wall") if place in known))


def _way(rights: Mapping[str, Any] | None) -> str:
    """The way of publishing that is on, by what the keys were found to be good for."""
    if rights is None:
        return ""
    if rights.get("mode") != "degraded":
        return "бот, ключом редактора"
    by_hand = "человек, по ссылке из карточки"
    may_post = "wall" in rights.get("permissions", ())
    return f"{by_hand}; кнопкой «{texts.NEW_POST}» — бот, ключом сообщества" if may_post else by_hand


def _counted(counts: Mapping[Status, int]) -> dict[str, int]:
    """How many news items stand where, in the published words: one that is merged waits for another's post too."""
    shown = {str(status): counts.get(status, 0) for status in Status if status is not Status.MERGED}
    shown[str(Status.DIGEST)] += counts.get(Status.MERGED, 0)
    return shown


def _nothing_known(settings: Settings) -> dict[str, Any]:
    """The shape itself: every key is always there with a value of its own kind, a moment not known is empty."""
    return {
        "version": version(),
        "database": "ok",
        "group_id": settings.VK_GROUP_ID,
        "suggestions": _counted({}),
        "next": [],
        "outbox": {str(state): 0 for state in _COUNTED},
        "keys": _keys(None, settings) | ({"service": UNKNOWN} if _has_service_key(settings) else {}),
        "last_event_at": "",
        "last_reconcile_at": "",
        "paused": False,
        "targets": {name: "ok" if name in settings.networks else "off" for name in TARGETS},
    }


def _read(unit: Unit, settings: Settings) -> dict[str, Any]:
    deliveries = unit.outbox.counts()
    return {
        "suggestions": _counted(unit.suggestions.counts()),
        "next": [
            {"number": one.number, "due_at": _spelled(one.due_at), "region": one.region or ""}
            for one in unit.suggestions.scheduled()[:NEXT]
        ],
        "outbox": {str(state): deliveries.get(state, 0) for state in _COUNTED},
        "keys": _keys(unit.settings.get("rights"), settings) | _service_key(unit, settings),
        "last_event_at": _spelled(unit.inbox.last_received_at()),
        "last_reconcile_at": _spelled(Heartbeat(settings.DATA_DIR).last()),
        "paused": unit.settings.get("paused") is not None,
        "targets": _targets(unit, settings),
    }


def _targets(unit: Unit, settings: Settings) -> dict[str, str]:
    """Which networks are on, and why one of them stands still."""
    paused = _paused(unit.settings.get("paused_networks") or (), settings)
    troubles = alarms.known(unit)
    words = {name: "ok" if name in settings.networks else "off" for name in TARGETS}
    for name in settings.networks:
        if name in troubles:
            words[name] = f"stopped: {troubles[name]}"
        elif name in paused:
            words[name] = "stopped: paused"
    return words


def _paused(keys: Iterable[str], settings: Settings) -> set[str]:
    """The networks that stand still because somebody paused them; of several communities all have to be."""
    paused = set(keys)
    communities = {f"vk_copy.{group}" for group in settings.copy_groups}
    return (paused - communities) | ({"vk_copy"} if communities and communities <= paused else set())


def _keys(rights: dict[str, Any] | None, settings: Settings) -> dict[str, str]:
    """As the running bot last found them."""
    if rights is None:
        configured = KeyFile.of(settings.DATA_DIR, "user").read(settings.VK_USER_TOKEN.get_secret_value())
        return {"group": UNKNOWN, "user": UNKNOWN if configured else "missing"}
    # A word that is not listed speaks of VK or of the network, not of the key.
    return {
        "group": _GROUP_KEY.get(str(rights.get("group")), "ok"),
        "user": USER_KEY.get(str(rights.get("editor")), "ok"),
    }


def _has_service_key(settings: Settings) -> bool:
    return bool(settings.VK_SERVICE_TOKEN.get_secret_value())


def _service_key(unit: Unit, settings: Settings) -> dict[str, str]:
    """The key that reads the sources, where there is one of its own: as the running bot last found it."""
    if not _has_service_key(settings):
        return {}
    if unit.settings.get("rights") is None:
        return {"service": UNKNOWN}
    trouble = alarms.known(unit).get(alarms.SERVICE_KEY)
    return {"service": _GROUP_KEY.get(trouble, "expired") if trouble else "ok"}


def _trouble(error: StorageError) -> str:
    if isinstance(error, SchemaMissing):
        return "outdated"
    if isinstance(error, Corrupt):
        return "damaged"
    return "busy" if isinstance(error, Busy) else "unavailable"


def _spelled(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else ""


def version() -> str:
    """The installed version; ``0`` when the program runs without being installed."""
    try:
        return metadata.version("okmo-news-desk")
    except metadata.PackageNotFoundError:
        return "0"


def readable(seen: Seen, settings: Settings) -> str:
    """The same in Russian, times in the editorial time zone."""
    facts = seen.facts
    if facts["database"] != "ok":
        word = _DATABASE_WORDS.get(facts["database"], storage_sentence(StorageError()))
        return f"Бот новостей {facts['version']}, сообщество {facts['group_id']}\nБаза: {word}"
    counts = {word: facts["suggestions"][str(status)] for status, word in _STATUS_WORDS.items()}
    lines = [
        f"Бот новостей {facts['version']}, сообщество {facts['group_id']}"
        + (", ПУБЛИКАЦИИ НА ПАУЗЕ" if facts["paused"] else ""),
        "Новости: " + (", ".join(f"{word} {count}" for word, count in counts.items() if count) or "пока нет"),
        *_next_lines(facts["next"], settings),
        f"К отправке: {facts['outbox']['waiting']}, отправляется {facts['outbox']['sending']}, "
        f"выясняем {facts['outbox']['uncertain']}, не принято {facts['outbox']['refused']}",
        *(f"  ждёт человека: {_errand(delivery)}" for delivery in seen.for_person),
        *(f"  мешает: {texts.trouble_line(reason)}" for reason in seen.troubles),
        *([f"  мешает: {texts.roles_unnamed_line(seen.unnamed)}"] if seen.unnamed else []),
        f"Последнее событие: {_ago(facts['last_event_at'])}",
        f"Сверка с ВКонтакте: {_ago(facts['last_reconcile_at'])}",
        *([f"Публикует: {seen.way}"] if seen.way else []),
        f"Ключ сообщества: {_KEY_WORDS[facts['keys']['group']]}",
        f"Ключ редактора: {_KEY_WORDS[facts['keys']['user']]}",
        *_service_line(facts["keys"]),
        *_wall_line(facts["keys"]),
        *(f"Сеть {name}: {_network_word(word)}" for name, word in facts["targets"].items() if word != "off"),
    ]
    return "\n".join(lines)


def _service_line(keys: Mapping[str, str]) -> list[str]:
    word = keys.get("service")
    if word is None:
        return []
    if word in ("ok", UNKNOWN):
        return [f"Сервисный ключ: {_KEY_WORDS[word]}"]
    instead = "источники пока читаются ключом редактора"
    so = instead if keys["user"] == "ok" else "сообщества-источники не читаются"
    return [f"Сервисный ключ: не работает, {so}: замените VK_SERVICE_TOKEN"]


def _wall_line(keys: Mapping[str, str]) -> list[str]:
    """Nothing when a key may read the wall, or none was tried yet."""
    if keys["user"] in ("ok", UNKNOWN) or keys.get("service") in ("ok", UNKNOWN):
        return []
    return [
        "Посты на стене: сделанные, пока бот не работал, с новостями не сравниваются (нет ключа, чтобы прочесть)"
    ]


def _network_word(word: str) -> str:
    if word == "ok":
        return "работает"
    reason = word.removeprefix("stopped: ")
    return "на паузе" if reason == "paused" else f"стоит ({texts.network_reason(reason)})"


def _next_lines(listed: list[dict[str, Any]], settings: Settings) -> list[str]:
    if not listed:
        return ["Расписание: пусто"]
    zone = "мск" if settings.TIMEZONE == "Europe/Moscow" else settings.TIMEZONE
    lines = ["Ближайшие публикации:"]
    for one in listed:
        at = datetime.fromisoformat(one["due_at"]).astimezone(settings.zone)
        region = by_code(one["region"])
        lines.append(f"  № {one['number']}  {at:%d.%m %H:%M} {zone}" + (f"  {region.name}" if region else ""))
    return lines


def _errand(delivery: Delivery) -> str:
    number = f"№ {delivery.number}, " if delivery.number is not None else ""
    why = "неизвестно, дошло ли" if delivery.state is State.UNCERTAIN else "получатель недоступен, уйдёт позже"
    return f"{number}{delivery.kind}: {why}"


def _ago(moment: str) -> str:
    if not moment:
        return "не было"
    seconds = (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
    if seconds < 90:
        return "только что"
    if seconds < 5400:
        return f"{seconds / 60:.0f} мин назад"
    return f"{seconds / 3600:.0f} ч назад" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} дн. назад"
