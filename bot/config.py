"""The settings: one field each, explained in Russian, with the rule its value has to keep.

``config_file`` reads them and prints the example from the same fields, so that the two cannot drift apart.  What a
setting leads to is decided elsewhere.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from editorial.crontab import Crontab, parse_lines
from editorial.digest import DAILY, WEEKLY
from editorial.rubrics import CODE as RUBRIC_CODE
from editorial.signing import RULES as SIGNATURES
from editorial.slots import PlanRules, QuietHours
from editorial.worktime import Rules, WorkTime

DEFAULT_SLOTS: Final = "30 9,11,13 * * mon-fri; 0 16 * * mon-fri; 30 18 * * mon-fri; 0 12,17 * * sat,sun"


def _setting(default: Any, what: str, example: str, *, section: str = "", shown: bool = True) -> Any:
    extra: dict[str, Any] = {"example": example, "section": section}
    return Field(default=default, description=what, json_schema_extra=extra, repr=shown)


def _required(what: str, example: str, *, section: str = "") -> Any:
    return Field(description=what, json_schema_extra={"example": example, "section": section})


#: Conversations of several people have numbers above this.
_CHATS_FROM: Final = 2_000_000_000

_PROXIES: Final = ("http", "https", "socks5", "socks5h")

#: The setting that tells whether a target is switched on.
_SWITCHES: Final[Mapping[str, str]] = {
    "telegram": "TELEGRAM_BOT_TOKEN",
    "max": "MAX_TOKEN",
    "ok": "OK_APPLICATION_KEY",
    "vk_copy": "VK_COPY_GROUPS",
    "feeds": "FEED_DIR",
    "wordpress": "WORDPRESS_URL",
    "webhook": "WEBHOOK_URL",
}


def _given(value: Any) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


def is_loopback(address: str) -> bool:
    """Whether the address leads to this very machine."""
    return (urlsplit(address).hostname or "") in ("127.0.0.1", "localhost", "::1")


def webhook_key(secret: str) -> bytes:
    """The bytes of a ``whsec_…`` secret. Raises ValueError, in Russian, when it is none."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise ValueError("нужен секрет вида whsec_ и base64 от 24–64 случайных байтов")
    return key


def _listed(value: str) -> list[str]:
    """What stands between commas."""
    return [one.strip() for one in value.split(",") if one.strip()]


def _clock(value: str) -> time | None:
    """The hour of a day, None when there is none. Raises ValueError, in Russian."""
    try:
        return time.fromisoformat(value.strip().zfill(5)) if value.strip() else None
    except ValueError:
        raise ValueError("нужно время, например 17:00") from None


def _day_at_work(value: str) -> QuietHours:
    """From when until when the desk works. Raises ValueError, in Russian."""
    hours = QuietHours.parse(value)
    if hours.start >= hours.end:
        raise ValueError("рабочий день кончается раньше, чем начинается")
    return hours


def _hours_between(value: str) -> QuietHours | None:
    """The hours from one time to another, None when there are none. Raises ValueError."""
    return QuietHours.parse(value) if value.strip() else None


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise ValueError("нужен адрес, который начинается с https://")
    return value


class Settings(BaseSettings):
    """All settings of the program. Secrets are ``SecretStr`` and do not print."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, case_sensitive=True)

    VK_GROUP_ID: int = _required(
        "Номер сообщества ВКонтакте, положительное число", "123456789", section="ВКонтакте"
    )
    VK_GROUP_TOKEN: SecretStr = _required(
        "Ключ сообщества: Управление → Работа с API → Ключи доступа; "
        "права: сообщения, стена, фотографии, документы, управление",
        "ключ-сообщества",
    )
    VK_USER_TOKEN: SecretStr = _setting(
        SecretStr(""),
        "Ключ редактора сообщества с правами «стена», «фотографии», «сообщества». Без него новости принимаются "
        "и обсуждаются, а публикует их человек по ссылке из карточки",
        "ключ-редактора",
    )
    VK_SERVICE_TOKEN: SecretStr = _setting(
        SecretStr(""),
        "Сервисный ключ приложения: им читаются стены источников; пусто — ключом редактора",
        "сервисный-ключ",
    )
    VK_MODERATORS_CHAT: int | None = _setting(
        None,
        "Номер чата модераторов (peer_id). Пусто — руководитель сообщества пишет в чате /настроить",
        "2000000001",
    )
    VK_API_URL: str = _setting("https://api.vk.ru/method/", "Адрес методов ВКонтакте", "https://api.vk.ru/method/")
    DATABASE_URL: str = _setting(
        "sqlite:///data/okmo.db",
        "База: файл SQLite или PostgreSQL",
        "postgresql://okmo:пароль@127.0.0.1/okmo",
        section="Хранение",
        shown=False,  # it may hold a password
    )
    DATA_DIR: Path = _setting(Path("data"), "Папка для базы, копий и временных файлов", "data")
    KEEP_EVENTS_DAYS: int = _setting(
        14, "Сколько дней хранить сырые события ВКонтакте и отправленные сообщения", "14"
    )
    KEEP_AUTHORS_DAYS: int = _setting(
        365, "Сколько дней хранить имена, номера и тексты авторов закрытых новостей; 0 — не удалять", "365"
    )
    TIMEZONE: str = _setting(
        "Europe/Moscow", "Часовой пояс редакции", "Europe/Moscow", section="Расписание публикаций"
    )
    PUBLISH_SLOTS: str = _setting(
        DEFAULT_SLOTS,
        "Места в расписании: строки crontab через точку с запятой (минуты, часы, день, месяц, день недели)",
        "30 9,11 * * mon-fri; 0 12 * * sat,sun",
    )
    PUBLISH_MIN_GAP: int = _setting(60, "Минут между плановыми публикациями; 0 — без промежутка", "60")
    PUBLISH_DAILY_LIMIT: int = _setting(8, "Публикаций в день; 0 — без ограничения", "8")
    QUIET_HOURS: str = _setting(
        "22:00-08:00",
        "Когда плановых публикаций нет, по времени редакции; пусто — таких часов нет",
        "22:00-08:00",
    )
    SIGNATURE: str = _setting(
        "author",
        "Как подписан пост: none — никак, author — именем автора, region — строкой «Источник», region+author — обоими",
        "region+author",
    )
    SIGNATURE_COUNCIL: str = _setting(
        "СМО {региона}",
        "Как назван совет региона в подписи; на место {региона} встанет название в родительном падеже",
        "СМО {региона}",
    )
    DIGEST_DAILY: str = _setting(
        "0 20 * * *",
        "Когда выходит дайджест дня: строка crontab по времени редакции; пусто — не выходит",
        "0 20 * * mon-fri",
        section="Дайджест",
    )
    DIGEST_WEEKLY: str = _setting(
        "", "Когда выходит дайджест недели: строка crontab; пусто — не выходит", "0 12 * * sun"
    )
    DIGEST_TITLE: str = _setting(
        "Новости муниципалитетов за {дата}",
        "Заголовок дайджеста; на место {дата} встанет день или неделя",
        "Новости муниципалитетов за {дата}",
    )
    LETTERS_QUIET_HOURS: str = _setting(
        "21:00-08:00",
        "Когда письма о решениях ждут утра, по времени автора; пусто — не ждут",
        "21:00-08:00",
        section="Письма авторам",
    )
    CARDS_BURST: int = _setting(
        20,
        "Если за десять минут новостей больше, остальные ждут за кнопкой «Показать следующую»; "
        "0 — показывать все сразу",
        "20",
        section="Чат модераторов",
    )
    AUTHOR_DAILY_LIMIT: int = _setting(
        20, "Новостей от одного автора за сутки, остальные ждут завтра; 0 — без ограничения", "20"
    )
    INTERREGIONAL_DAILY_LIMIT: int = _setting(
        40, "То же для межрегиональных ассоциаций: они пишут от многих регионов; 0 — без ограничения", "40"
    )
    CLAIM_MINUTES: int = _setting(
        10, "Сколько минут карточку смотрит тот, кто открыл её первым; 0 — карточки ничьи", "10"
    )
    FOUR_EYES: str = _setting(
        "",
        "Где нужны подписи двух модераторов: red — новости с красным предупреждением, коды рубрик; через запятую",
        "red,pravo",
    )
    PUBLISH_NOW_ROLE: str = _setting(
        "editor",
        "Кто может «Опубликовать» сразу: editor — редактор и выше, administrator — администратор",
        "editor",
    )
    QUEUE_OVERVIEW: bool = _setting(
        False, "Закреплять в чате обзор очереди и обновлять его; бот должен быть администратором чата", "true"
    )
    DESK_HOURS: str = _setting("9:00-18:00", "Рабочие часы редакции по её времени", "9:00-18:00")
    REMIND_AFTER_HOURS: str = _setting(
        "6,24", "Через сколько рабочих часов напоминать о новостях без решения; пусто — не напоминать", "6,24"
    )
    REMIND_AFTER_DAYS: int = _setting(5, "Через сколько дней напомнить ещё раз; 0 — не напоминать", "5")
    REMIND_TOMORROW_AT: str = _setting(
        "17:00", "Когда сказать, что в завтрашнем плане пусто; пусто — не говорить", "17:00"
    )
    RECONCILE_SECONDS: float = _setting(
        60.0, "Раз во сколько секунд сверять очередь с предложенными записями ВКонтакте", "60"
    )
    REREAD_SECONDS: float = _setting(
        60.0,
        "Через сколько секунд вышедший пост перечитывается впервые (правки и удаления разносятся по сетям); потом "
        "всё реже, два дня",
        "60",
    )
    SOURCES_SECONDS: float = _setting(
        600.0, "Раз во сколько секунд читать источники новостей: сообщества и сайты советов", "600"
    )
    TELEGRAM_BOT_TOKEN: SecretStr = _setting(
        SecretStr(""),
        "Ключ бота от @BotFather; бот — администратор канала с правом публиковать",
        "ключ-бота",
        section="Телеграм",
    )
    TELEGRAM_CHAT_ID: str = _setting("", "Канал: @имя или номер, который начинается с -100", "@okmo_news")
    TELEGRAM_API_URL: str = _setting(
        "https://api.telegram.org", "Адрес Bot API: свой сервер или посредник", "https://api.telegram.org"
    )
    TELEGRAM_PROXY: SecretStr = _setting(
        SecretStr(""), "Прокси для Телеграма: socks5h://… или http://…; пусто — без него", "http://127.0.0.1:3128"
    )
    TELEGRAM_LOG_CHAT_ID: str = _setting(
        "", "Закрытый чат, в котором бот проверяет, вышла ли запись, если Телеграм не ответил", "-1001234567890"
    )
    MAX_TOKEN: SecretStr = _setting(SecretStr(""), "Ключ бота MAX", "ключ-бота", section="MAX")
    MAX_CHAT_ID: int | None = _setting(None, "Номер канала MAX", "-70000000000000")
    MAX_API_URL: str = _setting("https://platform-api2.max.ru", "Адрес Bot API MAX", "https://platform-api2.max.ru")
    MAX_CA_FILE: Path | None = _setting(
        None,
        "Файл PEM с корневым сертификатом Минцифры: без него MAX не откроется",
        "/etc/okmo-bot/russian-root.pem",
    )
    OK_APPLICATION_KEY: str = _setting(
        "", "Публичный ключ приложения", "CBAAAAAAAAAAAAAAA", section="Одноклассники"
    )
    OK_SECRET_KEY: SecretStr = _setting(
        SecretStr(""), "Секрет сессии, выданный вместе с вечным ключом, или секрет приложения", "секрет"
    )
    OK_ACCESS_TOKEN: SecretStr = _setting(SecretStr(""), "Ключ доступа с правом GROUP_CONTENT", "ключ-доступа")
    OK_GROUP_ID: str = _setting("", "Номер группы", "70000000000000")
    OK_API_URL: str = _setting("https://api.ok.ru/fb.do", "Адрес API Одноклассников", "https://api.ok.ru/fb.do")
    VK_COPY_GROUPS: str = _setting(
        "",
        "Номера других сообществ ВКонтакте через запятую; редактор ключа VK_USER_TOKEN руководит и ими",
        "222222222,333333333",
        section="Другие сообщества ВКонтакте",
    )
    VK_COPY_MODE: str = _setting("copy", "copy — своя запись со ссылкой на источник, repost — репост", "copy")
    FEED_DIR: Path | None = _setting(
        None,
        "Папка для RSS, Atom, JSON Feed и страниц новостей; пусто — не писать",
        "/var/www/okmo",
        section="Ленты и страницы",
    )
    FEED_BASE_URL: str = _setting("", "Адрес, под которым эта папка открывается", "https://news.okmo.invalid/")
    FEED_TITLE: str = _setting("Новости ОКМО", "Как называются лента и страницы", "Новости ОКМО")
    FEED_ABOUT: str = _setting(
        "Новости муниципалитетов России из сообщества ОКМО во ВКонтакте",
        "О чём лента, одной строкой",
        "Новости муниципалитетов России из сообщества ОКМО во ВКонтакте",
    )
    WORDPRESS_URL: str = _setting("", "Адрес сайта на WordPress", "https://okmo.invalid", section="Сайт")
    WORDPRESS_USER: str = _setting("", "Имя пользователя WordPress", "okmo-bot")
    WORDPRESS_APP_PASSWORD: SecretStr = _setting(
        SecretStr(""), "Пароль приложения из профиля этого пользователя", "xxxx xxxx xxxx xxxx"
    )
    WEBHOOK_URL: str = _setting(
        "", "Куда сообщать о записях по правилам Standard Webhooks", "https://okmo.invalid/hook", section="Веб-хук"
    )
    WEBHOOK_SECRET: SecretStr = _setting(SecretStr(""), "Секрет подписи: whsec_ и base64", "whsec_…")
    LOG_LEVEL: str = _setting(
        "INFO", "Подробность журнала: DEBUG, INFO, WARNING, ERROR", "INFO", section="Наблюдение"
    )
    LOG_FORMAT: str = _setting(
        "", "Вид журнала: json или console; пусто — console на терминале, иначе json", "json"
    )
    METRICS_PORT: int | None = _setting(
        None, "Порт страницы Prometheus и /healthz на 127.0.0.1; пусто — выключено", "9108"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The values are gathered by read_settings, which reads them literally; nothing else may slip in.
        return (init_settings,)

    @field_validator("VK_GROUP_ID")
    @classmethod
    def _positive(cls, value: int) -> int:
        if value <= 0:
            raise ValueError("нужно положительное число, без минуса")
        return value

    @field_validator("QUEUE_OVERVIEW", mode="before")
    @classmethod
    def _yes_or_no(cls, value: Any) -> Any:
        return {"да": True, "нет": False}.get(str(value).lower(), value)

    @field_validator("VK_GROUP_TOKEN", "VK_USER_TOKEN", "VK_SERVICE_TOKEN")
    @classmethod
    def _one_word(cls, value: SecretStr) -> SecretStr:
        secret = value.get_secret_value()
        if any(sign.isspace() for sign in secret):
            raise ValueError("в ключе не бывает пробелов и переводов строки")
        return value

    @field_validator("VK_API_URL", "FEED_BASE_URL")
    @classmethod
    def _folder_address(cls, value: str) -> str:
        address = _web_address(value)
        return address if not address or address.endswith("/") else address + "/"

    @field_validator("TELEGRAM_API_URL", "MAX_API_URL", "OK_API_URL", "WORDPRESS_URL")
    @classmethod
    def _address(cls, value: str) -> str:
        return _web_address(value).rstrip("/")

    @field_validator("WEBHOOK_URL")
    @classmethod
    def _address_to_the_letter(cls, value: str) -> str:
        return _web_address(value)

    @field_validator("WORDPRESS_URL")
    @classmethod
    def _secure_address(cls, value: str) -> str:
        if value.startswith("http://") and not is_loopback(value):
            raise ValueError("нужен адрес, который начинается с https://: пароль приложения нельзя слать открыто")
        return value

    @field_validator("WEBHOOK_SECRET")
    @classmethod
    def _webhook_secret(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            webhook_key(value.get_secret_value())
        return value

    @field_validator("TELEGRAM_PROXY")
    @classmethod
    def _proxy(cls, value: SecretStr) -> SecretStr:
        scheme, found, rest = value.get_secret_value().partition("://")
        if value.get_secret_value() and not (found and rest and scheme in _PROXIES):
            raise ValueError("нужен адрес вида socks5h://… или http://…")
        return value

    @field_validator("MAX_CA_FILE")
    @classmethod
    def _certificates(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(value)
            except (OSError, ValueError):
                raise ValueError("файла нет или в нём нет сертификатов в виде PEM") from None
        return value

    @field_validator("VK_COPY_GROUPS")
    @classmethod
    def _numbers(cls, value: str) -> str:
        if any(not one.strip().isdigit() or int(one) == 0 for one in value.split(",") if value.strip()):
            raise ValueError("нужны номера сообществ через запятую, без минуса")
        return value

    @field_validator("VK_COPY_MODE")
    @classmethod
    def _copy_mode(cls, value: str) -> str:
        if value not in ("copy", "repost"):
            raise ValueError("нужно copy или repost")
        return value

    @field_validator("VK_MODERATORS_CHAT")
    @classmethod
    def _a_chat(cls, value: int | None) -> int | None:
        if value is not None and value <= _CHATS_FROM:
            raise ValueError(
                "нужен номер беседы для сообщества, он больше 2000000000; не знаете — оставьте пустым и напишите "
                "в чате /настроить"
            )
        return value

    @field_validator("DATABASE_URL")
    @classmethod
    def _database(cls, value: str) -> str:
        if not value.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
            raise ValueError("нужен адрес вида sqlite:///файл или postgresql://…")
        if value in ("sqlite:", "sqlite://", "sqlite:///:memory:"):
            raise ValueError("нужен файл: в памяти очередь не переживёт перезапуск")
        return value

    @field_validator("TIMEZONE")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("такого часового пояса нет") from None
        return value

    @field_validator("PUBLISH_SLOTS")
    @classmethod
    def _slots(cls, value: str) -> str:
        parse_lines(value)
        return value

    @field_validator("DESK_HOURS")
    @classmethod
    def _working_hours(cls, value: str) -> str:
        _day_at_work(value)
        return value

    @field_validator("REMIND_AFTER_HOURS")
    @classmethod
    def _hours(cls, value: str) -> str:
        if any(not one.isdecimal() or int(one) == 0 for one in _listed(value)):
            raise ValueError("нужны целые часы через запятую, например 6,24")
        return value.strip()

    @field_validator("REMIND_TOMORROW_AT")
    @classmethod
    def _an_hour(cls, value: str) -> str:
        _clock(value)
        return value.strip()

    @field_validator("PUBLISH_NOW_ROLE")
    @classmethod
    def _senior(cls, value: str) -> str:
        if value not in ("editor", "administrator"):
            raise ValueError("нужно editor или administrator")
        return value

    @field_validator("SIGNATURE")
    @classmethod
    def _signature(cls, value: str) -> str:
        if value not in SIGNATURES:
            raise ValueError(f"нужно одно из: {', '.join(SIGNATURES)}")
        return value

    @field_validator("FOUR_EYES")
    @classmethod
    def _rubric_codes(cls, value: str) -> str:
        # Which rubrics there are, the editors decide: the self-check compares.
        strange = [one for one in _listed(value) if not RUBRIC_CODE.fullmatch(one)]
        if strange:
            raise ValueError(f"нужны коды рубрик латиницей через запятую, а не {', '.join(strange)}")
        return value

    @field_validator("DIGEST_DAILY", "DIGEST_WEEKLY")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if value.strip():
            Crontab.parse(value)
        return value.strip()

    @field_validator("QUIET_HOURS", "LETTERS_QUIET_HOURS")
    @classmethod
    def _quiet(cls, value: str) -> str:
        _hours_between(value)
        return value.strip()

    @field_validator(
        "PUBLISH_MIN_GAP",
        "PUBLISH_DAILY_LIMIT",
        "CARDS_BURST",
        "KEEP_AUTHORS_DAYS",
        "AUTHOR_DAILY_LIMIT",
        "INTERREGIONAL_DAILY_LIMIT",
        "CLAIM_MINUTES",
        "REMIND_AFTER_DAYS",
    )
    @classmethod
    def _not_negative(cls, value: int) -> int:
        if value < 0:
            raise ValueError("число не может быть отрицательным")
        return value

    @field_validator("KEEP_EVENTS_DAYS")
    @classmethod
    def _some_days(cls, value: int) -> int:
        if value < 2:
            raise ValueError("нужно хотя бы два дня: по ним узнаются повторные события")
        return value

    @field_validator("RECONCILE_SECONDS", "REREAD_SECONDS", "SOURCES_SECONDS")
    @classmethod
    def _some_time(cls, value: float) -> float:
        if not 0.2 <= value <= 3600:
            raise ValueError("нужно от 0.2 до 3600 секунд")
        return value

    @field_validator("LOG_LEVEL")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("нужно DEBUG, INFO, WARNING или ERROR")
        return value.upper()

    @field_validator("LOG_FORMAT")
    @classmethod
    def _format(cls, value: str) -> str:
        if value not in ("", "json", "console"):
            raise ValueError("нужно json или console")
        return value

    @field_validator("METRICS_PORT")
    @classmethod
    def _port(cls, value: int | None) -> int | None:
        if value is not None and not 0 < value < 65536:
            raise ValueError("нужен номер порта от 1 до 65535")
        return value

    @property
    def networks(self) -> tuple[str, ...]:
        """The targets that are switched on, by name."""
        return tuple(name for name, setting in _SWITCHES.items() if _given(getattr(self, setting)))

    @property
    def copy_groups(self) -> tuple[int, ...]:
        """Numbers of the other VK communities."""
        return tuple(int(one) for one in _listed(self.VK_COPY_GROUPS))

    @property
    def digests(self) -> tuple[tuple[str, Crontab], ...]:
        """When which digest goes out."""
        lines = ((DAILY, self.DIGEST_DAILY), (WEEKLY, self.DIGEST_WEEKLY))
        return tuple((kind, Crontab.parse(line)) for kind, line in lines if line)

    @property
    def reminders(self) -> Rules:
        """What moderators are reminded of, and when."""
        hours = _day_at_work(self.DESK_HOURS)
        return Rules(
            WorkTime(hours.start, hours.end, self.zone),
            tuple(sorted(int(one) for one in _listed(self.REMIND_AFTER_HOURS))),
            self.REMIND_AFTER_DAYS,
            _clock(self.REMIND_TOMORROW_AT),
        )

    @property
    def four_eyes(self) -> frozenset[str]:
        """Where two people have to approve."""
        return frozenset(_listed(self.FOUR_EYES))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.TIMEZONE)

    @property
    def letters_quiet(self) -> QuietHours | None:
        """When letters wait for the morning, in each author's own time."""
        return _hours_between(self.LETTERS_QUIET_HOURS)

    @property
    def plan(self) -> PlanRules:
        """The publication plan in the form the rules use."""
        return PlanRules(
            slots=parse_lines(self.PUBLISH_SLOTS),
            min_gap=timedelta(minutes=self.PUBLISH_MIN_GAP),
            daily_limit=self.PUBLISH_DAILY_LIMIT,
            quiet=_hours_between(self.QUIET_HOURS),
            zone=self.zone,
        )
