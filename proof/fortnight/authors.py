"""The authors of a fortnight: a hundred people of twenty regions, what they send and how they answer.

An author knows what stands in the dialog with the community, lives by the clock of their own zone and sleeps at
night; some send at night all the same.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from editorial.people import DISTRICTS
from editorial.regions import REGIONS, Region
from proof.fortnight.news import Newsroom, Piece
from proof.fortnight.stage import GROUP, Stage
from proof.fortnight.timeline import Person
from sandbox.records import Message

FIRST_ID: Final = 10_001
#: Of a hundred authors so many write as these; the rest are residents.
_KINDS: Final = (("press", 40), ("director", 12), ("municipality", 24), ("interregional", 5), ("resident", 19))
#: Pieces a week, by who writes.
_A_WEEK: Final = {"press": 2.0, "director": 1.0, "municipality": 1.3, "interregional": 1.2, "resident": 0.8}
_FIRST: Final = ("Мария", "Пётр", "Анна", "Игорь", "Дарима", "Сергей", "Алсу", "Виктор", "Елена", "Тимур", "Ольга")
_LAST: Final = ("Лебедь", "Громада", "Седых", "Черных", "Коваль", "Заря", "Мороз", "Белых", "Шевчук", "Дорога")
_NUMBER: Final = re.compile(r"№ (\d+)")
_LIMIT: Final = "За сутки берём"
_BLOCKED: Final = "больше не принимаем"


@dataclass
class Author:
    """``region`` None: between the regions, or a person who names none. ``zone`` is where they really live."""

    id: int
    name: str
    kind: str
    region: Region | None
    zone: ZoneInfo
    #: VK's state at the start: allowed or never_wrote.
    messages: str
    introduces: str
    consents: str
    by_dialog: float
    night_owl: float
    pieces: list[Piece] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    half_written: Piece | None = None
    drafting: bool = False
    seen: int = 0
    forgotten: bool = False

    @property
    def row(self) -> dict[str, object]:
        """The author as the sandbox's world file has people."""
        first, last = self.name.split(" ")
        return {"id": self.id, "first_name": first, "last_name": last, "messages": self.messages}


def people(dice: random.Random, count: int, regions: int) -> list[Author]:
    """So many authors of so many regions, in all eleven zones as far as there are regions enough."""
    places = _places(dice, regions)
    kinds = [kind for kind, share in _KINDS for _ in range(round(share * count / 100))]
    kinds = (kinds + ["resident"] * count)[:count]
    made = []
    for at, kind in enumerate(kinds):
        region = places[at % len(places)]
        nowhere = kind == "interregional" or (kind == "resident" and dice.random() < 0.3)
        made.append(
            Author(
                id=FIRST_ID + at,
                name=f"{dice.choice(_FIRST)} {dice.choice(_LAST)}",
                kind=kind,
                region=None if nowhere else region,
                zone=ZoneInfo("Europe/Moscow" if kind == "interregional" else region.zone),
                messages="never_wrote" if dice.random() < 0.2 else "allowed",
                introduces=dice.choices(("buttons", "words", "never"), (55, 33, 12))[0],
                consents=dice.choices(("yes", "no", "never"), (80, 3, 17))[0],
                by_dialog=dice.choice((0.0, 0.2, 0.5, 0.9)),
                night_owl=dice.choice((0.05, 0.15, 0.4)),
            )
        )
    return made


def _places(dice: random.Random, count: int) -> list[Region]:
    by_zone: dict[int, list[Region]] = {}
    for region in REGIONS:
        hours = datetime(2026, 11, 2, tzinfo=ZoneInfo(region.zone)).utcoffset()
        assert hours is not None
        by_zone.setdefault(int(hours.total_seconds()) // 3600, []).append(region)
    first = [dice.choice(by_zone[hours]) for hours in sorted(by_zone)]
    rest = [region for region in REGIONS if region not in first]
    return [*first, *dice.sample(rest, max(0, count - len(first)))][:count]


class Authors:
    """Lets the authors live on a stage until ``last``, the end of the days on which news is sent."""

    def __init__(
        self, stage: Stage, newsroom: Newsroom, dice: random.Random, everybody: Sequence[Author], last: datetime
    ) -> None:
        self.everybody = everybody
        self.by_id = {author.id: author for author in everybody}
        self._stage = stage
        self._newsroom = newsroom
        self._dice = dice
        self._last = last
        #: So many pieces the one who floods sends to the wall.
        self.flood = 25
        #: Which piece a number is of, as the chat's cards tell.
        self.piece_of: Callable[[int], Piece | None] = lambda _number: None

    # -- what is planned

    def plan(self, start: datetime, days: int) -> None:
        """Everybody's deeds of the days."""
        for author in self.everybody:
            count = self._some(_A_WEEK[author.kind] * days / 7)
            for _ in range(max(1, count)):
                self._begin(self._moment(author, start, days), self._sends(author))
            for _ in range(self._some(days / 10)):
                self._begin(self._moment(author, start, days), self._asks(author))
        self._special(start, days)
        self._stories(start, days)

    def _stories(self, start: datetime, days: int) -> None:
        """What happens in several regions at once comes from each of them on one day, from those who write for a council."""
        writers = [one for one in self.everybody if one.region is not None and one.kind != "resident"]
        for story in range(max(1, len(self.everybody) // 20)):
            by_region = {one.region.code: one for one in self._dice.sample(writers, len(writers)) if one.region}
            told = self._dice.sample(list(by_region.values()), min(len(by_region), self._dice.choice((3, 4, 5))))
            day = start + timedelta(days=self._dice.randrange(max(days - 1, 1)), hours=self._dice.randrange(4, 9))
            for author in told:
                moment = self._daytime(author, day + timedelta(hours=self._dice.uniform(0, 2.5)))
                self._begin(moment, self._tells(author, story))

    def _tells(self, author: Author, story: int) -> Person:
        if self._stage.now > self._last or author.forgotten or author.drafting:
            return
        way = "dialogue" if self._dice.random() < author.by_dialog else "wall"
        piece = self._newsroom.of_story(story, author.id, way)
        author.pieces.append(piece)
        yield from self._drafts(author, piece) if way == "dialogue" else self._suggests(author, piece)

    def _special(self, start: datetime, days: int) -> None:
        """What only some do: leave, forbid letters, stop them, flood, ask to be forgotten."""
        chosen = self._dice.sample(list(self.everybody), max(6, len(self.everybody) // 4))
        flood, forgets, *others = chosen
        middle = start + timedelta(days=days * 0.4)
        self._begin(self._daytime(flood, middle), self._floods(flood))
        self._begin(self._daytime(forgets, middle + timedelta(days=1)), self._forgets(forgets))
        for at, author in enumerate(others):
            moment = self._moment(author, start, days)
            self._begin(moment, (self._denies, self._stops, self._comes_to_write)[at % 3](author))
        for author in self.everybody:
            if author.messages == "never_wrote" and self._dice.random() < 0.5:
                self._begin(
                    self._moment(author, start + timedelta(days=days / 2), days // 2), self._comes_to_write(author)
                )

    def _begin(self, moment: datetime, person: Person) -> None:
        self._stage.timeline.begin(moment, person)

    def _some(self, mean: float) -> int:
        return int(mean) + (self._dice.random() < mean % 1)

    def _moment(self, author: Author, start: datetime, days: int) -> datetime:
        """A moment of these days: by day of their own zone, or at night when they are that kind; fewer at weekends."""
        zone = author.zone
        while True:
            day = start.astimezone(zone).date() + timedelta(days=self._dice.randrange(max(days, 1)))
            if day.isoweekday() < 6 or self._dice.random() < 0.35:
                break
        if self._dice.random() < author.night_owl:
            hour = self._dice.choice((21, 22, 23, 0, 1, 2, 4, 5, 6))
        else:
            hour = self._dice.choice((8, 9, 9, 10, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20))
        moment = datetime.combine(day, time(hour, self._dice.randrange(60), self._dice.randrange(60)), zone)
        return max(moment, start + timedelta(minutes=self._dice.randrange(60)))

    def _daytime(self, author: Author, moment: datetime) -> datetime:
        local = moment.astimezone(author.zone)
        if 8 <= local.hour < 22:
            return moment
        day = local.date() + timedelta(days=local.hour >= 22)
        return datetime.combine(day, time(8 + self._dice.randrange(2), self._dice.randrange(60)), author.zone)

    def _later(self, author: Author, least: float, most: float) -> datetime:
        """In so many hours, or once they are awake."""
        return self._daytime(author, self._stage.now + timedelta(hours=self._dice.uniform(least, most)))

    # -- sending

    def _sends(self, author: Author) -> Person:
        if self._stage.now > self._last or author.forgotten:
            return
        way = "dialogue" if self._dice.random() < author.by_dialog else "wall"
        resident = author.kind == "resident"
        now = self._stage.now
        piece = self._newsroom.piece(author.id, author.region, resident=resident, way=way, now=now)
        author.pieces.append(piece)
        if way == "dialogue":
            yield from self._drafts(author, piece)
        else:
            yield from self._suggests(author, piece)

    def _suggests(self, author: Author, piece: Piece) -> Person:
        event = self._dice.choices(("normal", "lost", "twice"), (94, 4, 2))[0]
        made = self._stage.act("suggest", author.id, text=piece.text, photos=piece.photos, event=event)
        piece.post_id, piece.sent_at = int(made["post_id"]), self._stage.now
        what = self._dice.choices(("nothing", "edit", "delete", "withdraw"), (84, 9, 3, 4))[0]
        if what == "nothing":
            return
        yield self._later(author, 0.3, 20)
        there = self._stage.suggestion_text(piece.post_id)
        if what == "edit" and there is not None:
            self._stage.act(
                "edit_suggestion", author.id, post_id=piece.post_id, text=f"{there}\nУточнили: начало в 16:00 мск."
            )
        elif what == "delete" and there is not None:
            self._stage.act("delete_suggestion", author.id, post_id=piece.post_id)
            piece.taken_back = True
        elif what == "withdraw" and author.numbers:
            self._stage.choose(author.id, f"Отозвать {author.numbers[-1]}")

    def _drafts(self, author: Author, piece: Piece) -> Person:
        """«Предложить новость», messages, preview, and then sent, left, worded anew or dropped."""
        say, choose = self._stage.say, self._stage.choose
        author.drafting = True
        choose(author.id, "Предложить новость")
        yield from self._answered(author)
        if self._is_refused(author, piece):
            author.drafting = False
            return
        if any("У вас не отправлена" in one.text for one in self._messages(author)[-3:]):
            author.half_written = None
            choose(author.id, "Удалить")
            yield 20
            choose(author.id, "Предложить новость")
            yield from self._answered(author)
        say(author.id, piece.text)
        for _ in range(piece.photos):
            yield self._dice.choice((0, 1, 1, 8))
            say(author.id, "", photos=1)
        yield from self._preview(author)
        if not _is_preview(self._last_words(author)):  # nothing is taken, which was said before
            piece.refused, author.drafting = True, False
            return
        what = self._dice.choices(("send", "leave", "reword", "drop"), (74, 12, 9, 5))[0]
        if what == "leave":
            author.half_written, author.drafting = piece, False
            return
        if what == "drop":
            choose(author.id, "Удалить")
            author.drafting = False
            return
        if what == "reword":
            choose(author.id, "Исправить")
            yield 60
            say(author.id, self._newsroom.corrected(piece))
            yield from self._preview(author)
        yield from self._lets_go(author, piece)
        author.drafting = False

    def _lets_go(self, author: Author, piece: Piece) -> Person:
        self._stage.choose(author.id, "Отправить")
        moment = self._stage.now
        yield from self._answered(author)
        if not self._is_refused(author, piece):
            piece.sent_at = moment

    def _is_refused(self, author: Author, piece: Piece) -> bool:
        said = self._last_words(author)
        if _LIMIT in said or _BLOCKED in said:
            piece.refused = True
            return True
        return False

    def _preview(self, author: Author) -> Person:
        yield from self._until(author, _is_preview, most=12)

    def _answered(self, author: Author) -> Person:
        """Wait for any answer."""
        dialog = self._stage.dialog(author.id)
        before = dialog.last_cmid if dialog is not None else 0
        yield 15
        for wait in (30, 60, 300, 600, 1800, 3600):
            if any(one.from_id < 0 and one.cmid > before for one in self._messages(author)):
                return
            yield wait

    def _until(self, author: Author, wanted: Callable[[str], bool], *, most: int) -> Person:
        yield 20
        for turn in range(most):
            if wanted(self._last_words(author)):
                return
            yield 20 * 2 ** min(turn, 8)

    def _messages(self, author: Author) -> list[Message]:
        dialog = self._stage.dialog(author.id)
        return list(dialog.messages.values())[-12:] if dialog is not None else []

    def _last_words(self, author: Author) -> str:
        return next((one.text for one in reversed(self._messages(author)) if one.from_id < 0), "")

    # -- what only some do

    def _asks(self, author: Author) -> Person:
        number = self._dice.choice(author.numbers) if author.numbers else 1
        words = (
            "Мои новости",
            f"Статус {number}",
            f"Статус {number}",
            "Помощь",
            "Позвать человека",
            "Здравствуйте",
        )
        if author.messages != "never_wrote" or self._dice.random() < 0.3:
            self._stage.choose(author.id, self._dice.choice(words))
        yield 1

    def _floods(self, author: Author) -> Person:
        """More pieces within the hour than the desk takes in a day, and three more in the dialog."""
        for _ in range(self.flood):
            now = self._stage.now
            piece = self._newsroom.piece(author.id, author.region, resident=False, way="wall", now=now)
            author.pieces.append(piece)
            made = self._stage.act("suggest", author.id, text=piece.text, photos=0)
            piece.post_id, piece.sent_at = int(made["post_id"]), now
            yield 100
        for _ in range(3):
            now = self._stage.now
            piece = self._newsroom.piece(author.id, author.region, resident=False, way="dialogue", now=now)
            author.pieces.append(piece)
            yield from self._drafts(author, piece)
            yield 120

    def _forgets(self, author: Author) -> Person:
        self._stage.choose(author.id, "Удалить мои данные")
        yield from self._answered(author)
        self._stage.choose(author.id, "Да, удалить")
        self._stage.note("forget", by=author.id)
        author.forgotten = True

    def _denies(self, author: Author) -> Person:
        self._stage.act("deny_messages", author.id)
        if self._dice.random() < 0.6:
            yield self._later(author, 30, 90)
            self._stage.act("allow_messages", author.id)

    def _stops(self, author: Author) -> Person:
        self._stage.choose(author.id, "Стоп")
        if self._dice.random() < 0.6:
            yield self._later(author, 30, 90)
            self._stage.choose(author.id, "Старт")

    def _comes_to_write(self, author: Author) -> Person:
        self._stage.say(
            author.id, self._dice.choice(("Здравствуйте", "Мои новости", "Добрый день, что с моей новостью?"))
        )
        yield 1

    # -- answering

    def notice(self) -> None:
        """Everybody looks at what has come; what they answer they begin."""
        for author in self.everybody:
            dialog = self._stage.world.conversations.get((GROUP, author.id))
            if dialog is None or dialog.last_cmid <= author.seen:
                continue
            for cmid in range(author.seen + 1, dialog.last_cmid + 1):
                message = dialog.messages.get(cmid)
                if message is not None and message.from_id < 0:
                    self._heard(author, message.text)
            author.seen = dialog.last_cmid

    def _heard(self, author: Author, text: str) -> None:
        found = _NUMBER.search(text)
        number = int(found[1]) if found else 0
        if text.startswith("Получили новость") and number not in author.numbers:
            author.numbers.append(number)
        for moment, person in self._answers(author, text, number):
            self._begin(moment, person)

    def _answers(self, author: Author, text: str, number: int) -> Iterator[tuple[datetime, Person]]:
        luck = self._dice.random()
        if author.forgotten:
            return
        if "назовите регион" in text or text.startswith("Уточните"):
            if author.introduces != "never":
                yield self._later(author, 0.02, 3), self._introduces(author)
        elif text.endswith("Согласны?"):
            if author.consents != "never":
                yield self._later(author, 0.01, 5), self._consents(author)
        elif "вернули на доработку" in text:
            if luck < 0.8:
                yield self._later(author, 0.5, 30), self._corrects(author, number, luck)
        elif text.startswith("У вас не отправлена") and not author.drafting:
            if author.half_written is not None and luck < 0.7:
                yield self._later(author, 0.1, 6), self._remembers(author, luck)
        elif luck >= 0.15:
            return
        elif text.startswith("Новость №") and " вышла" in text:
            yield self._later(author, 0.1, 2), self._says(author, "Спасибо большое")
        elif "не опубликуем" in text or "решили не публиковать" in text:
            words = "Позвать человека" if luck < 0.05 else "А почему? Давайте обсудим"
            yield self._later(author, 0.1, 4), self._says(author, words)

    def _says(self, author: Author, words: str) -> Person:
        self._stage.choose(author.id, words)
        yield 1

    def _introduces(self, author: Author) -> Person:
        region = author.region
        if author.kind == "interregional":
            self._stage.choose(author.id, "Межрегиональная")
        elif region is None:
            self._stage.say(author.id, "Россия")
            return
        elif author.introduces == "words":
            words = {"press": "пресс-служба совета", "director": "исполнительный директор"}
            self._stage.say(author.id, f"{region.name}, {words.get(author.kind, 'администрация района')}")
            return
        else:
            self._stage.choose(author.id, DISTRICTS[region.district])
            yield from self._answered(author)
            self._stage.choose(author.id, region.name if len(region.name) <= 40 else region.short_name)
        yield from self._answered(author)
        if "Напишите организацию" in self._last_words(author):
            said = {"press": "Пресс-служба совета муниципальных образований", "resident": "Житель"}
            self._stage.choose(author.id, said.get(author.kind, "Администрация Заречного района"))

    def _consents(self, author: Author) -> Person:
        self._stage.choose(author.id, "Согласен" if author.consents == "yes" else "Не согласен")
        if author.consents == "no":
            yield from self._answered(author)
            self._stage.choose(author.id, "Да, удалить")
            self._stage.note("forget", by=author.id)
            author.forgotten = True
        yield 1

    def _corrects(self, author: Author, number: int, luck: float) -> Person:
        piece = self.piece_of(number)
        if piece is None or author.drafting or author.forgotten:
            return
        text = self._newsroom.corrected(piece)
        there = piece.post_id is not None and self._stage.suggestion_text(piece.post_id) is not None
        if luck < 0.08:
            self._stage.choose(author.id, f"Отозвать {number}")
        elif luck < 0.3 and there:
            self._stage.act("edit_suggestion", author.id, post_id=piece.post_id, text=text, photos=1)
        elif luck < 0.36 and piece.way == "wall":
            self._stage.act("suggest", author.id, text=text, photos=1)
        else:
            author.drafting = True
            if luck < 0.6:
                self._stage.choose(author.id, f"Исправить {number}")
                yield from self._answered(author)
            self._stage.say(author.id, text, photos=self._dice.choice((0, 1)))
            yield from self._preview(author)
            self._stage.choose(author.id, "Отправить")
            author.drafting = False
        yield 1

    def _remembers(self, author: Author, luck: float) -> Person:
        piece, author.half_written = author.half_written, None
        if piece is None or author.drafting:
            return
        if luck < 0.5:
            yield from self._lets_go(author, piece)
        else:
            self._stage.choose(author.id, "Удалить")
        yield 1


def _is_preview(text: str) -> bool:
    return text.startswith("Так выйдет") or "после правки выйдет так" in text
