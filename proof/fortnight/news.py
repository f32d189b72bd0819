"""The news of a fortnight: what authors send and what an editor thinks of it, from the seed.

Every piece names a village of its own, by which people recognise it wherever it stands.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from editorial.regions import Region


class Sort(StrEnum):
    """What a piece is like, to an editor's eye."""

    GOOD = "good"
    SMALL = "small"
    URGENT = "urgent"
    DEADLINE = "deadline"
    RED = "red"
    THIN = "thin"
    ONLY_LINK = "only link"
    LONG = "long"
    ADVERTISING = "advertising"
    OFF_TOPIC = "off topic"
    FUNDRAISING = "fundraising"
    ODD = "odd"
    STORY = "story"


#: Sorts by how often they come: from those who write for a council, and from residents.
_OF_COUNCILS: Final = {
    Sort.GOOD: 52, Sort.SMALL: 16, Sort.URGENT: 4, Sort.DEADLINE: 6, Sort.RED: 3, Sort.THIN: 9, Sort.ONLY_LINK: 3,
    Sort.LONG: 4, Sort.ODD: 3,
}  # fmt: skip
_OF_RESIDENTS: Final = {
    Sort.GOOD: 22, Sort.SMALL: 12, Sort.THIN: 14, Sort.ADVERTISING: 16, Sort.OFF_TOPIC: 20, Sort.FUNDRAISING: 8,
    Sort.ODD: 8,
}  # fmt: skip
_DONE: Final = (
    "открыли новую детскую площадку", "отремонтировали сельский клуб", "провели сход жителей", "обновили музей",
    "запустили автобус до районной больницы", "высадили аллею ветеранов", "подвели итоги конкурса старост",
    "построили мост через реку", "осветили главную улицу", "приняли бюджет на следующий год", "открыли пункт почты",
    "собрали субботник у школы", "наградили лучших старост", "создали территориальное самоуправление",
    "подключили к газу двадцать домов", "вернули к жизни родник", "провели день малого предпринимателя",
    "обсудили с главой благоустройство парка", "отметили день района", "закупили школьный автобус",
)  # fmt: skip
_MORE: Final = (
    "Работы шли всё лето, деньги дала областная программа поддержки местных инициатив.",
    "Глава поселения поблагодарил жителей, которые помогали с первого дня.",
    "Проект придумали на сходе, за него голосовали двести человек.",
    "Совет муниципальных образований обещает рассказать об этом опыте соседям.",
    "Староста говорит, что теперь дети не ездят за десять километров.",
    "Следующий шаг — дорожка к реке и скамейки вдоль неё.",
    "Подрядчик сдал объект раньше срока, комиссия замечаний не нашла.",
    "Районная администрация готовит такую же заявку на будущий год.",
)


#: What several regions tell at the same time, each of its own village.
_STORIES: Final = (
    "Марафон «Десять тысяч шагов» прошли 3412 жителей, на старт вышли команды 27 поселений. Участникам раздали "
    "шагомеры, фельдшер измерил давление, староста провёл разминку. Прогулку решили сделать ежемесячной.",
    "На межрегиональном слёте старост собрались 186 делегатов из 14 районов. Обсудили самообложение, пожарные дружины и "
    "уличное освещение, приняли 9 предложений к съезду. Следующий слёт пройдёт на берегу Камы.",
    "Автопробег «Малая родина» остановился у сельского музея: 45 экипажей прошли 1260 километров. Гости посадили аллею, "
    "старожилы показали усадьбу, школьный хор спел. Финиш обещают через неделю.",
)


@dataclass
class Piece:
    """One piece of news. ``way``: wall or dialogue; ``sent_at``: when the author let go of it, None until then."""

    village: str
    author: int
    sort: Sort
    text: str
    way: str
    photos: int = 0
    #: Which of the stories that come from several regions this is one of.
    story: int | None = None
    sent_at: datetime | None = None
    post_id: int | None = None
    #: The author was told on sending that it is not taken.
    refused: bool = False
    #: A person took it off VK before the desk could know of it.
    taken_back: bool = False
    deeds: list[str] = field(default_factory=list)


class Newsroom:
    """Makes pieces one after the other, each with a village of its own."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self.pieces: list[Piece] = []

    def piece(self, author: int, region: Region | None, *, resident: bool, way: str, now: datetime) -> Piece:
        """The author's next piece."""
        odds = _OF_RESIDENTS if resident else _OF_COUNCILS
        [sort] = self._dice.choices(list(odds), list(odds.values()))
        village = f"Берёзовка-{len(self.pieces) + 1:04}"
        photos = self._dice.choice((0, 1, 1, 2, 3)) if sort in (Sort.GOOD, Sort.SMALL, Sort.URGENT) else 0
        made = Piece(village, author, sort, self._text(village, sort, region, now), way, photos)
        self.pieces.append(made)
        return made

    def of_story(self, story: int, author: int, way: str) -> Piece:
        """The author's piece about what others tell of, too."""
        village = f"Берёзовка-{len(self.pieces) + 1:04}"
        text = f"В посёлке {village} отметили общее дело.\n\n{_STORIES[story % len(_STORIES)]}"
        made = Piece(village, author, Sort.STORY, text, way, self._dice.choice((0, 1, 2)), story)
        self.pieces.append(made)
        return made

    def corrected(self, piece: Piece) -> str:
        """The text an author sends when asked to do better."""
        return f"{self._good(piece.village, None)} Это было вчера в 15:00 мск в доме культуры."

    def by_village(self, text: str) -> Piece | None:
        """The piece this text speaks of."""
        at = text.find("Берёзовка-")
        number = text[at + 10 : at + 14] if at >= 0 else ""
        return self.pieces[int(number) - 1] if number.isdigit() and int(number) <= len(self.pieces) else None

    def _good(self, village: str, region: Region | None) -> str:
        place = f"{region.short_name}. " if region is not None and self._dice.random() < 0.5 else ""
        said = " ".join(self._dice.sample(_MORE, 3))
        return f"{place}В посёлке {village} {self._dice.choice(_DONE)}.\n\n{said}"

    def _text(self, village: str, sort: Sort, region: Region | None, now: datetime) -> str:
        good = self._good(village, region)
        match sort:
            case Sort.URGENT:
                return f"Срочно. В посёлке {village} из-за аварии нет воды, подвоз у школы.\n\n{good}"
            case Sort.DEADLINE:
                last = (now + timedelta(days=self._dice.randrange(1, 4))).strftime("%d.%m.%Y")
                return f"{good}\n\nЗаявки принимаем до {last}, 18:00 мск, в администрации."
            case Sort.RED:
                return (
                    f"В посёлке {village} сгорел дом, погибли два человека. Администрация помогает семье.\n\n{good}"
                )
            case Sort.THIN:
                return f"В посёлке {village} прошёл праздник."
            case Sort.ONLY_LINK:
                return f"{village} https://example.org/news/{village[-4:]}"
            case Sort.LONG:
                return f"{good}\n\n" + "\n\n".join(self._dice.choices(_MORE, k=22))
            case Sort.ADVERTISING:
                return f"{village}. Скидка 30 % на окна, закажите сегодня, доставка бесплатно, звоните."
            case Sort.OFF_TOPIC:
                return f"{village}. Потерялся рыжий кот, просим всех посмотреть в подвалах."
            case Sort.FUNDRAISING:
                return f"{village}. Собираем на лечение, переводите на карту 2202 2002 1234 5678, спасибо."
            case Sort.ODD:
                return f"{village}. Стихи о родном крае: снег лежит, река бежит, и деревня вся молчит."
        return good
