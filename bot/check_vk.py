"""What ``check`` asks of VK: the clock, both keys and what each may do, the community, the chat.

Nothing is posted and nothing is changed.  A right that can only be tried by posting is told as VK lists it.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping
from typing import Any, Final

from bot import log as journal
from bot.check import Line, State
from bot.config import Settings
from bot.ground import Keys, clients
from bot.vk import longpoll
from bot.vk.client import API_VERSION, Call, Timeout, VkClient, VkKey
from bot.vk.errors import VkError, VkRefused, VkTransport
from bot.vk.rights import Editor, editor_key
from bot.vk.scalars import items, mapping, number, words
from editorial.roles import is_named, role_of
from handlers import texts

TIMEOUT: Final[Timeout] = (5, 10)
#: Seconds our clock may differ from VK's without a word, and without harm.
CLOSE: Final = 5
FAR: Final = 60

_RENEW: Final = "получите новый ключ (README, раздел Editor's key) и передайте его: okmo-bot token set user"
_BY_HAND: Final = "новости принимаются, а публикует человек по ссылке из карточки"

EDITOR_LINES: Final[Mapping[Editor, tuple[State, str, str]]] = {
    Editor.OK: ("ok", "ключ редактора работает", ""),
    Editor.MISSING: ("warning", f"ключа редактора нет: {_BY_HAND}", _RENEW),
    Editor.DEAD: ("failed", f"ключ редактора больше не действует: {_BY_HAND}", _RENEW),
    Editor.EXPIRED: ("failed", f"срок ключа редактора вышел: {_BY_HAND}", _RENEW),
    Editor.WRONG_IP: (
        "failed",
        "ключ редактора выдан для другого адреса сети: ВКонтакте принимает его только с той машины, где он "
        "получен; приём новостей идёт, публикации ждут",
        "получите ключ с этой машины и передайте его: okmo-bot token set user",
    ),
    Editor.CAPTCHA: (
        "warning",
        "ВКонтакте просит у редактора ввести слово с картинки, публикации ждут",
        "редактору: откройте сайт ВКонтакте с этой машины, опубликуйте что-нибудь и пройдите проверку",
    ),
    Editor.VALIDATION: (
        "failed",
        "ВКонтакте просит редактора подтвердить вход, публикации ждут",
        "редактору: войдите на сайт ВКонтакте и подтвердите, что это вы",
    ),
    Editor.NO_RIGHTS: (
        "failed",
        "владелец этого ключа не редактор сообщества или ключу не дали права на стену",
        "назначьте человека редактором (Управление → Участники → Руководители) или получите ключ с правом wall",
    ),
    Editor.WRONG_KIND: (
        "failed",
        "в VK_USER_TOKEN ключ не того вида: нужен ключ человека, "
        "редактора сообщества, а не сообщества или приложения",
        _RENEW,
    ),
    Editor.UNAVAILABLE: ("warning", "ВКонтакте не ответил про ключ редактора", "повторите через минуту"),
}
_VK_ID: Final[tuple[State, str, str]] = (
    "failed",
    "в VK_USER_TOKEN ключ VK ID (начинается с vk2.a.): он годится только для входа на сайты, стены ВКонтакте ему "
    "не открывает",
    _RENEW,
)
_PERMISSIONS: Final = {
    "messages": ("failed", "сообщения сообщества"),
    "manage": ("failed", "управление сообществом"),
    "wall": ("warning", "стена"),
    "photos": ("warning", "фотографии"),
    "docs": ("warning", "файлы"),
}
_GROUP_KEY_PAGE: Final = "Управление → Работа с API → Ключи доступа"


def vk(settings: Settings, chat: int | None) -> Iterator[Line]:
    """Every line about VK; one line only when VK cannot be reached at all."""
    group, user = clients(settings, Keys.of(settings))
    told = ask(group, "utils.getServerTime")
    if isinstance(told, VkTransport):
        yield Line(
            "vk",
            "failed",
            f"ВКонтакте не отвечает по адресу {settings.VK_API_URL} ({told.what})",
            "проверьте сеть и VK_API_URL; сама очередь цела",
        )
        return
    yield _clock(told)
    permissions = yield from _group_key(group, settings.VK_GROUP_ID)
    editor = yield from _editor_key(user, settings.VK_GROUP_ID)
    service = None
    if settings.VK_SERVICE_TOKEN.get_secret_value():
        service = _service_key(settings, instead=editor is Editor.OK)
        yield service
    if editor is not Editor.OK and (service is None or service.state != "ok"):
        yield _WALL_UNREAD
    yield from _methods(group, user if editor is Editor.OK else None, settings.VK_GROUP_ID, permissions)
    if permissions is None:
        return
    yield from _community(group, settings.VK_GROUP_ID)
    yield _chat(group, chat)


def ask(client: VkClient, method: str, **params: object) -> Any:
    """VK's answer, or its refusal as a value."""
    try:
        return client.make(Call(method, params), timeout=TIMEOUT)
    except VkError as error:
        return error


def refused(error: VkError) -> str:
    """A refusal in brackets, for people who will search for it."""
    return f"код {error.code}" if isinstance(error, VkRefused) else "нет ответа"


def _clock(told: Any) -> Line:
    theirs = number(told)
    if theirs is None:
        return Line("clock", "warning", "часы не сверены: ВКонтакте не назвал время")
    apart = round(time.time() - theirs)
    text = f"часы машины расходятся с ВКонтакте на {abs(apart)} с"
    if abs(apart) <= CLOSE:
        return Line("clock", "ok", text)
    advice = "включите сверку времени: timedatectl set-ntp true"
    return Line("clock", "failed" if abs(apart) > FAR else "warning", text, advice)


# -- keys --------------------------------------------------------------------------------------------------


def _group_key(group: VkClient, group_id: int) -> Generator[Line, None, frozenset[str] | None]:
    """Yields lines; returns what the key is allowed, None when it does not work."""
    said = ask(group, "groups.getTokenPermissions")
    if isinstance(said, VkError):
        advice = f"создайте новый: {_GROUP_KEY_PAGE}, затем okmo-bot token set group"
        yield Line("group_key", "failed", f"ключ сообщества не работает ({refused(said)})", advice)
        return None
    own = mapping(_first_group(ask(group, "groups.getById")))
    if number(own.get("id")) not in (None, group_id):
        text = f"это ключ другого сообщества: {own.get('id')}, а VK_GROUP_ID={group_id}"
        yield Line("group_key", "failed", text, "исправьте VK_GROUP_ID или возьмите ключ того сообщества")
        return None
    name = words(own.get("name"))
    yield Line(
        "group_key", "ok", f"ключ сообщества работает, сообщество «{name}»" if name else "ключ сообщества работает"
    )
    permissions = frozenset(words(mapping(one).get("name")) for one in items(mapping(said).get("permissions")))
    yield _permissions(permissions)
    return permissions


def _permissions(permissions: frozenset[str]) -> Line:
    missing = {name: what for name, what in _PERMISSIONS.items() if name not in permissions}
    if not missing:
        return Line("group_rights", "ok", "права ключа сообщества: все нужные")
    state: State = "failed" if any(state == "failed" for state, _ in missing.values()) else "warning"
    named = ", ".join(f"«{what}»" for _, what in missing.values())
    advice = f"создайте ключ с этими правами: {_GROUP_KEY_PAGE}, затем okmo-bot token set group"
    return Line("group_rights", state, f"ключу сообщества не хватает прав: {named}", advice)


def _editor_key(user: VkClient, group_id: int) -> Generator[Line, None, Editor]:
    """Yields a line; returns the key's state."""
    state, editor_id, _ = editor_key(user, group_id)
    judged, text, advice = _VK_ID if user.key.is_vk_id else EDITOR_LINES[state]
    if state is Editor.OK and editor_id is not None:
        text += f", это vk.com/id{editor_id}"
    yield Line("editor_key", judged, text, advice)
    return state


_WALL_UNREAD: Final = Line(
    "wall_posts",
    "warning",
    "посты, сделанные на стене вручную, пока бот не работал, с новостями не сравниваются: прочесть стену нечем",
    "помогут ключ редактора или сервисный ключ приложения: VK_SERVICE_TOKEN",
)


def _service_key(settings: Settings, *, instead: bool) -> Line:
    """The key that reads the communities of the sources, tried on a wall anybody may read.

    ``instead``: the editor's key works, and reads them while this one does not.
    """
    secret = settings.VK_SERVICE_TOKEN.get_secret_value()
    journal.MASKING.learn((secret,))
    client = VkClient(VkKey("service", secret), settings.VK_API_URL, rate=1.0)
    answer = ask(client, "wall.get", owner_id=-settings.VK_GROUP_ID, count=1)
    if not isinstance(answer, VkError):
        return Line("service_key", "ok", "сервисный ключ работает, сообщества-источники читаются")
    so = "источники пока читаются ключом редактора" if instead else "сообщества-источники не читаются"
    text = f"сервисный ключ не работает ({refused(answer)}): {so}"
    advice = "возьмите новый в настройках приложения ВКонтакте (Сервисный ключ доступа) и замените VK_SERVICE_TOKEN"
    return Line("service_key", "warning" if instead else "failed", text, advice)


# -- what works, method by method --------------------------------------------------------------------------


def _methods(
    group: VkClient, user: VkClient | None, group_id: int, permissions: frozenset[str] | None
) -> Iterator[Line]:
    """Ticked rights do not tell what works, so it is tried, before the first post."""
    probes: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("wall.get", "список предложенных записей", {"owner_id": -group_id, "filter": "suggests", "count": 1}),
        ("photos.getWallUploadServer", "загрузка фотографий на стену", {"group_id": group_id}),
    )
    for method, what, params in probes:
        by_user = _tried(user, method, params)
        by_group = _tried(group if permissions is not None else None, method, params)
        text = f"{what} ({method}): ключ редактора — {by_user}, ключ сообщества — {by_group}"
        if by_user == "да" or user is None:
            yield Line(method, "ok" if by_user == "да" else "warning", text)
        else:
            yield Line(method, "failed", text, "получите ключ редактора с правами wall, photos, groups")
    may = "да, по списку прав" if permissions is not None and "wall" in permissions else "нет"
    publishes = "да, судя по правам" if user is not None else "нет ключа"
    yield Line(
        "wall.post",
        "ok" if user is not None else "warning",
        f"публикация предложенной записи (wall.post): ключ редактора — {publishes}; "
        f"новая запись ключом сообщества — {may}. Без публикации это не проверить",
    )


def _tried(client: VkClient | None, method: str, params: dict[str, object]) -> str:
    if client is None:
        return "нет ключа"
    answer = ask(client, method, **params)
    if not isinstance(answer, VkError):
        return "да"
    usual = isinstance(answer, VkRefused) and answer.code == 27 and client.key.kind == "group"
    return "нет (код 27, так у всех сообществ)" if usual else f"нет ({refused(answer)})"


# -- the community -----------------------------------------------------------------------------------------


def _community(group: VkClient, group_id: int) -> Iterator[Line]:
    yield _wall(_first_group(ask(group, "groups.getById", group_id=group_id, fields=["wall"])))
    yield _events(ask(group, "groups.getLongPollSettings", group_id=group_id))
    yield _managers(ask(group, "groups.getMembers", group_id=group_id, filter="managers"))


def _managers(answer: Any) -> Line:
    if isinstance(answer, VkError):
        text = f"список руководителей не читается ({refused(answer)}): бот не узнает, кто модератор"
        return Line("managers", "failed", text, "дайте ключу сообщества право «управление сообществом»")
    roles = {number(one.get("id")) or 0: words(one.get("role")) for one in map(mapping, items(answer.get("items")))}
    text = f"руководителей сообщества: {len(roles)}"
    unnamed = [vk_id for vk_id, role in roles.items() if not is_named(role)]
    nobody = not any(role_of(role).decides for role in roles.values())
    if unnamed:
        text = f"{text}; {texts.roles_unnamed(unnamed)}"
    elif nobody:
        text = f"{text}, решать некому"
    return Line(
        "managers",
        "failed" if nobody else "warning" if unnamed else "ok",
        text,
        texts.NAME_THE_ROLE if unnamed or nobody else "",
    )


def _first_group(answer: Any) -> Any:
    listed = answer if isinstance(answer, list) else items(mapping(answer).get("groups"))
    return listed[0] if listed else {}


def _wall(community: Any) -> Line:
    said = mapping(community)
    wall = number(said.get("wall"))
    advice = "Управление → Настройки → Разделы: для публичной страницы включите «Предложить новость»"
    if wall is None:
        return Line("wall_setting", "warning", "как настроена стена, ВКонтакте не сказал", advice)
    if wall == 0:
        return Line("wall_setting", "failed", "стена сообщества выключена: предложить новость нельзя", advice)
    if wall == 1 and words(said.get("type")) == "group":
        text = "стена группы открытая: записи выходят сразу, минуя предложенные"
        return Line("wall_setting", "warning", text, "сделайте стену ограниченной или превратите группу в страницу")
    return Line("wall_setting", "ok", "стена включена, новости можно предлагать")


def _events(settings: Any) -> Line:
    if isinstance(settings, VkError):
        text = f"настройки событий не читаются ({refused(settings)})"
        return Line("longpoll", "failed", text, "дайте ключу сообщества право «управление сообществом»")
    found = longpoll.shortcomings(settings)
    if not found:
        return Line("longpoll", "ok", "события включены: Long Poll, все нужные, версия та")
    named = ", ".join(_shortcoming(one) for one in found)
    advice = "бот включит их при запуске; если останется — Управление → Работа с API → Long Poll API"
    return Line("longpoll", "warning", f"не всё включено для приёма событий: {named}", advice)


def _shortcoming(found: longpoll.Finding) -> str:
    if found.code == "longpoll_off":
        return "Long Poll выключен"
    return f"версия {found.detail}, а нужна {API_VERSION}" if found.code == "longpoll_version" else found.detail


def _chat(group: VkClient, peer_id: int | None) -> Line:
    if peer_id is None:
        advice = "пригласите сообщество в чат модераторов и напишите там /настроить"
        return Line("chat", "warning", "чат модераторов не назван", advice)
    answer = ask(group, "messages.getConversationsById", peer_ids=[peer_id])
    if isinstance(answer, VkError):
        return Line("chat", "failed", f"чат {peer_id} не виден ({refused(answer)})", _INVITE)
    listed = items(mapping(answer).get("items"))
    if not listed:
        return Line("chat", "failed", f"чат {peer_id} не виден: сообщества в нём нет", _INVITE)
    conversation = mapping(listed[0])
    about = mapping(conversation.get("chat_settings"))
    if words(about.get("state")) in ("kicked", "left"):
        return Line("chat", "failed", f"сообщество больше не состоит в чате {peer_id}", _INVITE)
    if mapping(conversation.get("can_write")).get("allowed") is False:
        return Line(
            "chat", "failed", f"в чат {peer_id} нельзя писать", "разрешите участникам писать в настройках чата"
        )
    return Line("chat", "ok", f"чат модераторов виден: «{words(about.get('title')) or peer_id}», писать можно")


_INVITE: Final = "пригласите сообщество в чат и напишите там /настроить или исправьте VK_MODERATORS_CHAT"
