"""The three at the desk: when they work, how they look at the chat, and what they decide about what they see there.

They know the cards, the snackbars and the wall; a piece is judged by what it is.  One goes on holiday in the second
week, nobody works at night.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from proof.fortnight.news import Newsroom, Piece, Sort
from proof.fortnight.stage import GROUP, Stage, labels
from proof.fortnight.timeline import Person
from sandbox.records import Message

MOSCOW: Final = ZoneInfo("Europe/Moscow")
OLGA, ANNA, PAVEL = 500, 501, 502
_CARD: Final = re.compile(r"№ (\d+) · ")
_SUGGESTION: Final = re.compile(r"wall-\d+_(\d+)")
#: What a return or a rejection of these is called on the buttons.
_RETURN: Final = {Sort.THIN: "Когда и где", Sort.ONLY_LINK: "Только ссылка", Sort.LONG: "Слишком длинно"}
_REJECT: Final = {
    Sort.ADVERTISING: "Реклама",
    Sort.OFF_TOPIC: "Не по теме",
    Sort.FUNDRAISING: "Сбор средств",
}
#: A piece that may be joined, as a button names it.
_LISTED: Final = re.compile(r"№ (\d+)")
_VILLAGE: Final = re.compile(r"Берёзовка-\d{4}")
_SURE: Final = "Да, опубликовать"


@dataclass
class Moderator:
    """``hours``: from, to by Moscow. ``days``: weekdays, Monday is 1. ``away``: days of the fortnight without them."""

    id: int
    name: str
    hours: tuple[int, int]
    days: frozenset[int]
    every: tuple[int, int]
    editor: bool
    away: range = field(default_factory=lambda: range(0))


def staff(days: int) -> list[Moderator]:
    """Olga the senior, Anna the editor, Pavel the moderator; Pavel is away from the second week's Monday to Thursday."""
    week = frozenset(range(1, 6))
    holiday = range(7, 11) if days >= 12 else range(2, 3)
    return [
        Moderator(OLGA, "Ольга", (11, 20), week, (40, 90), editor=True),
        Moderator(ANNA, "Анна", (9, 18), week | {7}, (8, 25), editor=True),
        Moderator(PAVEL, "Павел", (10, 19), week | {6}, (8, 25), editor=False, away=holiday),
    ]


class Room:
    """The moderators' chat as they have it on their phones: the newest message of each card."""

    def __init__(self, stage: Stage, newsroom: Newsroom) -> None:
        self._stage = stage
        self._newsroom = newsroom
        self._seen = 0
        self.cards: dict[int, Message] = {}
        self.pieces: dict[int, Piece] = {}
        self.asides: list[Message] = []

    def look(self) -> None:
        """Take notice of what has come."""
        chat = self._stage.chat()
        for cmid in range(self._seen + 1, chat.last_cmid + 1):
            message = chat.messages.get(cmid)
            if message is None or message.from_id != -GROUP or message.keyboard is None:
                continue
            found = _CARD.match(message.text)
            if found is None:
                self.asides.append(message)
                continue
            number = int(found[1])
            self.cards[number] = message
            _, _, news = message.text.partition("\n\n")  # above it other news of the region may be named
            piece = self._newsroom.by_village(news)
            if piece is not None and "Дайджест" not in message.text[:40]:
                self.pieces[number] = piece
        self._seen = chat.last_cmid

    def piece_of(self, number: int) -> Piece | None:
        """What the card of this number is about."""
        self.look()
        return self.pieces.get(number)

    def waiting(self) -> list[int]:
        """Numbers of the cards on which something is to be decided, the oldest first."""
        self.look()
        return [number for number, card in sorted(self.cards.items()) if not card.deleted and _open(card)]

    def digests(self) -> set[int]:
        """Numbers of the digests that wait for their time."""
        return {number for number, card in self.cards.items() if "Строки" in set(labels(card))}

    def snackbar(self, event_id: str | None) -> str:
        """What was answered to a press."""
        rows = self._stage.world.snackbars[-12:]
        return next((str(row["text"]) for row in rows if row.get("event_id") == event_id), "")


def _open(card: Message) -> bool:
    text = card.text
    shown = set(labels(card))
    if "автор не ответил на возврат" in text:
        return False
    return bool(shown & {"В очередь", "Повторить", "Назад", _SURE}) or (
        "Опубликуйте вручную" in text and bool(shown)
    )


class Moderators:
    """Lets the three work on a stage until ``last``."""

    def __init__(self, stage: Stage, newsroom: Newsroom, dice: random.Random, days: int) -> None:
        self._stage = stage
        self._newsroom = newsroom
        self._dice = dice
        self._days = days
        self.room = Room(stage, newsroom)
        self.staff = staff(days)
        self._blocked = False
        self._busy: set[int] = set()
        self._minded: set[int] = set()

    def plan(self, start: datetime, days: int) -> None:
        """Everybody's working days."""
        first = start.astimezone(MOSCOW).date()
        for person in self.staff:
            for number in range(days):
                day = first + timedelta(days=number)
                if day.isoweekday() in person.days and number not in person.away:
                    begins = datetime.combine(day, time(person.hours[0], self._dice.randrange(15)), MOSCOW)
                    ends = datetime.combine(day, time(person.hours[1]), MOSCOW)
                    self._stage.timeline.begin(begins, self._works(person, ends))
        paused = datetime.combine(first + timedelta(days=min(3, days - 1)), time(14, 5), MOSCOW)
        self._stage.timeline.begin(paused, self._pauses())

    def _pauses(self) -> Person:
        self._stage.tell_chat(OLGA, "/пауза")
        yield 2 * 3600
        self._stage.tell_chat(OLGA, "/продолжить")

    def resume(self) -> None:
        """The key is well again, somebody says so in the chat."""
        self._stage.tell_chat(OLGA, "/продолжить")

    # -- a working day

    def _works(self, person: Moderator, ends: datetime) -> Person:
        while self._stage.now < ends:
            yield from self._looks(person)
            yield 60 * self._dice.uniform(*person.every)

    def _looks(self, person: Moderator) -> Person:
        """A look at the chat: the small questions first, then a few cards."""
        self.room.look()
        yield from self._asides(person)
        left = self._dice.randrange(2, 7)
        for number in self.room.waiting():
            if left == 0:
                return
            signed = f"Первая подпись ({person.name}" in self.room.cards[number].text
            if number in self._busy or signed:
                continue
            self._busy.add(number)
            try:
                yield from self._handles(person, number)
            finally:
                self._busy.discard(number)
            left -= 1
            yield self._dice.uniform(4, 90)
        for number in sorted(self.room.digests() - self._minded):
            self._minded.add(number)
            if self._dice.random() < 0.4:
                yield from self._minds_digest(person, number)
        if self._dice.random() < 0.04:
            self._stage.tell_chat(person.id, self._dice.choice(("/очередь", "/план", "/статус")))
            yield 5

    def _asides(self, person: Moderator) -> Person:
        open_ones, self.room.asides = self.room.asides, []
        for message in open_ones:
            shown = set(labels(message))
            if "Подтвердить" in shown:
                label = "Переспросить" if self._dice.random() < 0.04 else "Подтвердить"
            elif "Показать следующую" in shown:
                label = "Показать следующую"
                self.room.asides.append(message)
            elif "Снять" in shown:
                label = "Снять" if self._dice.random() < 0.6 else next(one for one in shown if one != "Снять")
            else:
                continue
            self._stage.press(person.id, message, label)
            yield self._dice.uniform(3, 20)

    # -- a card

    def _press(self, person: Moderator, number: int, label: str) -> Iterator[float]:
        """Press a button of the card as it stands; a red question is answered with yes."""
        card = self.room.cards[number]
        event_id = self._stage.press(person.id, card, label)
        yield self._dice.uniform(2, 6)
        self.room.look()
        self.said = self.room.snackbar(event_id)

    def _handles(self, person: Moderator, number: int) -> Person:
        card, piece = self.room.cards[number], self.room.piece_of(number)
        shown = set(labels(card))
        if "Опубликуйте вручную" in card.text:
            yield from self._publishes_by_hand(person, card)
        elif _SURE in shown:
            yield from self._press(person, number, _SURE)
        elif "Назад" in shown:  # a menu that a colleague left open
            yield from self._press(person, number, "Назад")
        elif "В очередь" not in shown:
            yield from self._press(person, number, "Повторить")
        elif "срок" in card.text.splitlines()[-1] or "стар" in card.text.splitlines()[-1]:
            yield from self._rejects(person, number, "Устарело")
        elif piece is None:
            yield from self._takes(person, number, "queue")
        else:
            yield from self._decides(person, number, piece)

    def _joins(self, person: Moderator, number: int, piece: Piece) -> Person:
        """Put the story together from what several regions tell of it; alone it goes the way of any other."""
        if "Объединить" not in set(labels(self.room.cards[number])):
            yield from self._press(person, number, "Ещё")
        yield from self._press(person, number, "Объединить")
        for label in list(labels(self.room.cards[number])):
            found = _LISTED.match(label)
            other = self.room.pieces.get(int(found[1])) if found else None
            if other is not None and other.story == piece.story:
                yield from self._press(person, number, label)
                if "смотрит" in self.said:  # a colleague's, knowingly
                    yield from self._press(person, number, label)
        if "Как выйдет вместе" in set(labels(self.room.cards[number])):
            yield from self._together(person, number)
        while "Назад" in set(labels(self.room.cards[number])):
            yield from self._press(person, number, "Назад")
        if "Общий пост вместе" in self.room.cards[number].text and self._dice.random() < 0.1:
            yield from self._press(person, number, "Ещё")
            yield from self._press(person, number, "Разъединить")
        if "В очередь" in set(labels(self.room.cards[number])):
            yield from self._takes(person, number, "pick" if self._dice.random() < 0.2 else "queue")

    def _together(self, person: Moderator, number: int) -> Person:
        yield from self._press(person, number, "Как выйдет вместе")
        yield self._dice.uniform(10, 40)
        villages = sorted(set(_VILLAGE.findall(self.room.cards[number].text)))
        if self._dice.random() < 0.15:
            yield from self._press(person, number, "Свой текст")
            yield self._dice.uniform(30, 120)
            words = f"В посёлках {', '.join(villages)} сделали общее дело, подробности у соседей."
            self._stage.tell_chat(person.id, words, reply_to=self.room.cards[number].cmid)
            yield 8
            self.room.look()
        if "Объединить" in set(labels(self.room.cards[number])):
            yield from self._press(person, number, "Объединить")

    def _minds_digest(self, person: Moderator, number: int) -> Person:
        """A line is dropped or worded anew, sometimes; its piece waits for the next digest."""
        yield from self._press(person, number, "Строки")
        lines = [one for one in labels(self.room.cards[number]) if one.startswith("№")]
        if not lines:
            return
        yield from self._press(person, number, self._dice.choice(lines))
        if self._dice.random() < 0.3 and len(lines) > 1:
            yield from self._press(person, number, "Убрать")
        else:
            yield from self._press(person, number, "Переписать строку")
            yield self._dice.uniform(20, 60)
            piece = self.room.pieces.get(number)
            words = f"в посёлке {piece.village} хорошая новость" if piece else "хорошая новость из района"
            self._stage.tell_chat(person.id, words, reply_to=self.room.cards[number].cmid)
        yield 5

    def _publishes_by_hand(self, person: Moderator, card: Message) -> Person:
        """The card asks for it: the editor opens the suggestion in VK and publishes it there."""
        found = _SUGGESTION.search(card.text)
        post_id = int(found[1]) if found else 0
        if person.editor and self._stage.suggestion_text(post_id) is not None:
            yield self._dice.uniform(20, 120)
            if self._stage.suggestion_text(post_id) is not None:
                self._stage.act("publish_by_hand", person.id, post_id=post_id)
        yield 5

    def _decides(self, person: Moderator, number: int, piece: Piece) -> Person:
        card = self.room.cards[number]
        luck, again = self._dice.random(), "Снова ждёт решения" in card.text
        corrected = "Автор изменил" in card.text or "исправленная" in card.text
        if piece.sort in _REJECT:
            if piece.sort is Sort.ADVERTISING and not self._blocked and luck < 0.5:
                yield from self._blocks(person, number)
            yield from self._rejects(person, number, _REJECT[piece.sort])
        elif piece.sort in _RETURN and not corrected and not again:
            yield from self._returns(person, number, _RETURN[piece.sort])
        elif piece.sort is Sort.ODD:
            if luck < 0.5 and not corrected:
                yield from self._returns(person, number, None)
            else:
                yield from self._rejects(person, number, None)
        elif piece.story is not None and "Общий пост вместе" not in card.text and luck < 0.9:
            yield from self._joins(person, number, piece)
        elif piece.sort is Sort.SMALL:
            yield from self._takes(person, number, "digest")
        elif piece.sort is Sort.URGENT and person.editor:
            yield from self._takes(person, number, "publish")
        else:
            ways = ("queue", "digest", "pick", "words", "edit", "publish", "by hand", "undo")
            [way] = self._dice.choices(ways, (16, 60, 6, 4, 5, 3 * person.editor, 3 * person.editor, 3))
            yield from self._takes(person, number, way)

    def _takes(self, person: Moderator, number: int, way: str) -> Person:
        match way:
            case "digest":
                yield from self._approves(person, number, "В дайджест")
            case "publish":
                yield from self._approves(person, number, "Опубликовать")
            case "pick":
                yield from self._picks(person, number)
            case "words":
                when = self._dice.choice(("завтра 14:30", "послезавтра 12:15", "завтра 17:40"))
                self._stage.tell_chat(person.id, when, reply_to=self.room.cards[number].cmid)
                yield 5
            case "edit":
                yield from self._edits(person, number)
                yield from self._approves(person, number, "В очередь")
            case "by hand":
                yield from self._surprises(person, number)
            case "undo":
                yield from self._approves(person, number, "В очередь")
                yield self._dice.uniform(30, 900)
                yield from self._press(person, number, "Отменить решение")
                yield from self._approves(person, number, "В дайджест")
            case _:
                yield from self._approves(person, number, "В очередь")

    def _approves(self, person: Moderator, number: int, label: str) -> Person:
        yield from self._press(person, number, label)
        if "фото не загрузить" in self.said and self._dice.random() < 0.3:
            yield from self._press(person, number, "Без фото")
            yield from self._press(person, number, label)
        if "слотов нет" in self.said:
            yield from self._press(person, number, "В дайджест")
        if _SURE in set(labels(self.room.cards[number])):
            yield self._dice.uniform(2, 20)
            yield from self._press(person, number, _SURE)

    def _picks(self, person: Moderator, number: int) -> Person:
        for label in ("Выбрать время", None, None):
            shown = [one for one in labels(self.room.cards[number]) if one != "Назад"]
            if label is None and not shown:
                yield from self._press(person, number, "Назад")
                return
            yield from self._press(person, number, label or self._dice.choice(shown[:4]))
        if _SURE in set(labels(self.room.cards[number])):
            yield from self._press(person, number, _SURE)

    def _edits(self, person: Moderator, number: int) -> Person:
        piece = self.room.pieces.get(number)
        yield from self._press(person, number, "Правка")
        yield self._dice.uniform(20, 120)
        text = f"{piece.text if piece else ''}\n\nПодробности в районной администрации."
        self._stage.tell_chat(person.id, text, reply_to=self.room.cards[number].cmid)
        yield 5

    def _surprises(self, person: Moderator, number: int) -> Person:
        """An editor who is in VK anyway publishes the suggestion there, and says nothing in the chat."""
        piece = self.room.pieces.get(number)
        post_id = piece.post_id if piece is not None and piece.way == "wall" else None
        if post_id is not None and self._stage.suggestion_text(post_id) is not None:
            self._stage.act("publish_by_hand", person.id, post_id=post_id)
        yield 5

    def _returns(self, person: Moderator, number: int, reason: str | None) -> Person:
        yield from self._with_reason(
            person, number, "Вернуть", reason, "Добавьте, пожалуйста, кто и когда это делал"
        )

    def _rejects(self, person: Moderator, number: int, reason: str | None) -> Person:
        yield from self._with_reason(person, number, "Отклонить", reason, "Стихов в ленте не печатаем")

    def _with_reason(self, person: Moderator, number: int, label: str, reason: str | None, words: str) -> Person:
        yield from self._press(person, number, label)
        if reason is not None:
            yield from self._press(person, number, reason)
            return
        yield from self._press(person, number, "Своими словами")
        yield self._dice.uniform(10, 60)
        self._stage.tell_chat(person.id, words, reply_to=self.room.cards[number].cmid)
        yield 5

    def _blocks(self, person: Moderator, number: int) -> Person:
        """An advertiser is shown the door."""
        self._blocked = True
        for label in ("Ещё", "Автор", "Блок: реклама"):
            yield from self._press(person, number, label)
