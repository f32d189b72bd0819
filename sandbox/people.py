"""The default world and how a world file changes it: who lives there, which keys exist, which chat.

All names are made up; the keys say what they are.
"""

from __future__ import annotations

from typing import Any

from sandbox.records import CHAT_BASE, Community, Conversation, Person
from sandbox.tokens import GROUP, GROUP_RIGHTS, SERVICE, USER, USER_RIGHTS, Token
from sandbox.world import World

CHAT = CHAT_BASE + 1
PEOPLE = [
    Person(500, "Ольга", "Старшая", "Москва", "creator"),
    Person(501, "Анна", "Редактор", "Москва", "editor"),
    Person(502, "Павел", "Модератор", "Калуга", "moderator", sex=2),
    Person(601, "Ирина", "Ангарская", "Иркутск"),
    Person(602, "Олег", "Балтийский", "Калининград", sex=2),
    Person(603, "Тамара", "Вулканова", "Петропавловск-Камчатский"),
    Person(604, "Степан", "Кубанский", "Краснодар", messages="never_wrote", sex=2),
    Person(605, "Вера", "Томская", "Томск", messages="denied"),
    Person(606, "Глеб", "Закрытый", "Самара", messages="privacy", closed=True, sex=2),
    Person(607, "Рита", "Оконная", "Москва", "stranger", messages="blacklisted"),
    Person(608, "Фёдор", "Ушедший", "", "stranger", messages="deleted", sex=2),
    Person(609, "Жанна", "Печорская", "Сыктывкар"),
    Person(610, "Роман", "Подмосковный", "Москва", messages="never_wrote", sex=2),
    Person(611, "Игнат", "Сурский", "Пенза", sex=2),
    Person(612, "Клавдия", "Вологодская", "Вологда"),
    Person(613, "Дарима", "Читинская", "Чита"),
    Person(700, "Яков", "Посторонний", "Псков", "stranger", messages="never_wrote", sex=2),
]
TOKENS = [
    Token("group-key", GROUP, group_id=1, rights=GROUP_RIGHTS),
    Token("group2-key", GROUP, group_id=2, rights=GROUP_RIGHTS),
    Token("admin-key", USER, user_id=500, rights=USER_RIGHTS),
    Token("editor-key", USER, user_id=501, rights=USER_RIGHTS),
    Token("moderator-key", USER, user_id=502, rights=USER_RIGHTS),
    Token("stranger-key", USER, user_id=601, rights=USER_RIGHTS),
    Token("vkid-key", USER, user_id=501, rights=frozenset(), flavour="vkid"),
    Token("service-key", SERVICE),
]


def copy_token(token: Token) -> Token:
    """A fresh token of the same kind."""
    return Token(token.key, token.kind, token.user_id, token.group_id, token.rights, token.flavour, token.state)


def fill_default(world: World) -> None:
    """Our community with its chat, a neighbour of the same editors, a council's of others; staff, authors, keys."""
    world.groups[1] = Community(1, "ОКМО", "okmo_news", {500: "creator", 501: "editor", 502: "moderator"})
    world.groups[2] = Community(2, "Соседние новости", "sosedi_news", {500: "administrator", 501: "editor"})
    world.groups[3] = Community(3, "Совет Слюдянки", "sovet_sludyanka", {609: "administrator"})
    for person in PEOPLE:
        world.people[person.id] = Person(**vars(person))
    for token in TOKENS:
        world.tokens[token.key] = copy_token(token)
    mini = Token("miniapp-key", USER, 501, 0, frozenset({"wall", "photos"}), "miniapp")
    mini.expires_at = world.clock.now() + 86400
    world.tokens[mini.key] = mini
    world.conversations[(1, CHAT)] = Conversation(CHAT, "Модераторы", [500, 501, 502], owner_id=500)
    for number in world.groups:
        world.long_poll(number)


def fill_from(description: dict[str, Any]) -> Any:
    """A filler that lays a world file over the default world. Raises KeyError, ValueError on use."""

    def fill(world: World) -> None:
        fill_default(world)
        if "group" in description:
            for name, value in description["group"].items():
                setattr(world.groups[1], name, value)
        for row in description.get("people", []):
            person = Person(**row)
            world.people[person.id] = person
            if person.role in {"moderator", "editor", "administrator", "creator"}:
                world.groups[1].managers[person.id] = person.role
        for row in description.get("tokens", []):
            rights = frozenset(row.get("rights", GROUP_RIGHTS if row["kind"] == GROUP else USER_RIGHTS))
            world.tokens[row["key"]] = Token(**{**row, "rights": rights})
        for row in description.get("chats", []):
            world.conversations[(1, row["peer_id"])] = Conversation(**row)
        for name, value in description.get("variants", {}).items():
            world.variants.set(name, value)
        world.limits.set(description.get("limits", {}))

    return fill
