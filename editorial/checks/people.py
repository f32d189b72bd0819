"""Checks that protect people: their phones and cards, children, what is nobody's business."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from editorial.checks.facts import Facts, Warn, red, yellow

#: A mobile number; 8-800 and city codes belong to organisations.
_MOBILE: Final = re.compile(r"(?<![\d-])(?:\+?7|8)[\s(-]*9\d{2}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)")
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4})", re.IGNORECASE)
_FREE_MAIL: Final = frozenset(
    [
        "mail.ru",
        "bk.ru",
        "list.ru",
        "inbox.ru",
        "internet.ru",
        "yandex.ru",
        "ya.ru",
        "rambler.ru",
        "gmail.com",
        "outlook.com",
        "hotmail.com",
        "icloud.com",
    ]
)
#: Said before a number or an address, it makes them an organisation's.
_OFFICE: Final = re.compile(
    r"(?:администрац|приемн|горяч\w+ лини|дежурн|диспетчер|совет\w* (?:муниципальн|ветеран|депутат)|учрежден|"
    r"музе|библиотек|школ|дом\w* культуры|центр|пресс-служб|секретар|оргкомитет|организатор|координатор|куратор|"
    r"исполкома|отдел|мфц|единой|телефон доверия|заявк|регистрац)"
)
_CARD: Final = re.compile(r"(?<![\d-])(?:\d{4}[ \u00a0-]?){3}\d{4}(?![\d-])")
_CARD_WORDS: Final = re.compile(
    r"\bкарт(?:а|у|ы|е|ой)\b|реквизит|перевод|сбер|тинькоф|т-банк|\bсбп\b|номер\w* счета"
)
_COLLECTING: Final = re.compile(
    r"\b(?:собира(?:ем|ет|ют) (?:деньги|средства|помощь|на )|сбор (?:средств|денег|помощи)|помогите (?:собрать|деньгами|семье)|"
    r"нужн\w+ (?:деньги|средства) на|на лечение|пожертвова\w+|донат\w*|помочь (?:деньгами|рублем|финансово)|"
    r"любая сумма|неравнодушн\w+ .{0,40}(?:перев|помо))"
)
_TO_SEND: Final = re.compile(
    r"\bперев(?:ести|од\w*|едите)|реквизит|на карту|карта получател|номер\w* (?:карты|телефона)|\bсбп\b"
)
#: «Деньги можно перевести по номеру телефона +7…»: said with where to, it is a collection.
_SEND_HERE: Final = re.compile(
    r"(?:деньги|средства|помощь|сумм\w+)[^!?\n]{0,60}\bперев(?:ести|одить|одите|едите|одом)\b[^!?\n]{0,60}(?:\+7|\b8)[\d\s()-]{9}"
)

_CHILD: Final = re.compile(
    r"\b(?:дет(?:и|ей|ям|ьми|ях|ишк\w+)|реб(?:енок|енка|енку|ята|ят)|школьни\w+|учени(?:к|ц)\w*|воспитанни\w+|"
    r"\w{0,12}классни(?:к|ц)\w*|дошкольн\w+|малыш\w*|подрост\w+|"
    r"детск\w+ сад\w*|мальчи\w+|девоч\w+|сын\w*|доч\w+|внук\w*|внучк\w+)\b"
)
_YEAR: Final = (
    r"(?:(?<![\d.,:№-])(?:1[01]|[1-9])(?:-?(?:го|й|м|му|ом|х))?|\b(?:перв|втор|трет|четверт|пят|шест|седьм|восьм|девят|"
    r"десят|одиннадцат)(?:ый|ой|ий|ого|ьего|ому|ьему|ом|ьем|ые|ьи|ых|ьих))"
)
_LETTER: Final = r"(?:\s?[-–—]?\s?[«„“\"'‘”]\s?[а-и]\s?[»“”\"'’]|\s?[-–—]\s?[а-и]|\s[а-и]|(?<=\d)[а-и])(?!\w)"
#: «5 класс», «5 „Б“ класс», «5-Б класс», «пятый „Б“ класс»; a number of classrooms is none.
_CLASS: Final = re.compile(rf"{_YEAR}(?P<letter>{_LETTER})?\s+кл(?:асс(?:а|е|у|ом|ы)?(?!\w)|\.)")
#: «5 „Б“», «5-Б», «5Б», «пятый „Б“» without the word.
_CLASS_BY_LETTER: Final = re.compile(rf"{_YEAR}{_LETTER}")
_PUPIL: Final = r"(?:учени(?:к|ц)\w*|учащ\w+|школьни(?:к|ц)\w*|воспитанни(?:к|ц)\w*|\w{0,12}классни(?:к|ц)\w*|гимназист\w*|лицеист\w*)"
#: What stands between a pupil's name and the class, nothing but: «, ученица школы № 3, », « из », « (».
_NAME_TO_CLASS: Final = re.compile(
    rf"(?:[\s,(:—–-]|№\s?\d+|из\b|{_PUPIL}|учится в|(?:школ|гимнази|лице)\w+|сош\b|«[^»]{{1,30}}»)*"
)
_CLASS_TO_NAME: Final = re.compile(r"(?:[\s,:—–-]|№\s?\d+|(?:школ|гимнази|лице)\w+|сош\b|«[^»]{1,30}»)*")
#: A class farther away than so many characters is somebody else's.
_NEAR: Final = 150
_A_PUPIL: Final = re.compile(_PUPIL)
#: «Маша К., 9 лет», and not «Шутова 15 лет собирает соседей», «Котова, 17 лет работающая».
_CHILD_AGE_AFTER: Final = re.compile(
    r"[\s,(—–-]*(?:(?:ему|ей)\s+)?(?:[1-9]|1[0-7])(?:-?летн\w+|\s+(?:лет|года?|месяц\w*)(?=\s*(?:[,.;:!?)—–]|и\b|из\b|с\b|$)))"
)
_CHILD_THEN_AGE: Final = re.compile(
    r"(?<![«\w])[А-ЯЁ][а-яё]{2,14},? (?:(?:ему|ей) )?(?:всего |только )?(?:[1-9]|1[0-7]) (?:лет|года?)(?=\s*[,.;:!?)—–])"
)
_PATRONYMIC: Final = re.compile(r"(?:[ое]вич|ич|[ое]вна|ична|инична)(?:а|у|ем|е|ы|ой)?$", re.IGNORECASE)
_CHILD_AGE_BEFORE: Final = re.compile(r"(?<!\d)(?:[1-9]|1[0-7])-?летн\w+\s+$")
_CONSENT: Final = re.compile(r"соглас\w+ (?:родител\w+|законн\w+ представител\w+)|с согласия родителей")
#: «Маша К.»: how children are named who should not be named; «Петров А.» is no one's way.
_NAME_INITIAL: Final = re.compile(
    r"(?<![А-ЯЁа-яё.])([А-ЯЁ][а-яё]{2,14})\s+([А-ЯЁ])\.(?!\s?[А-ЯЁ]\.)"
    r"(?!\s[А-ЯЁ][а-яё]{1,20}(?:ов|ев|ёв|ин|ын|ий|ова|ева|ина|[сц]кая|ко|ук|юк|ян)(?:а|у|ым|ой|е)?\b)"
)
_FULL_NAME: Final = re.compile(
    r"(?<![А-ЯЁа-яё«])([А-ЯЁ][а-яё]{2,14})\s+([А-ЯЁ][а-яё]{2,20}(?:ов|ев|ин|ын|ий|ая|ова|ева|ина|ко|ук|юк|их|ых|ян|дзе|швили))(?:а|у|ым|ой|е)?\b"
)
#: «Марии Степановны Лаптевой», «Лаптевой Марии Степановны».
_WITH_PATRONYMIC: Final = re.compile(
    r"(?<![А-ЯЁа-яё])[А-ЯЁ][а-яё]{2,14}\s+[А-ЯЁ][а-яё]{2,14}(?:[ое]вич|[ое]вн|ичн)(?:а|у|ем|е|ы|ой)?\b"
)
_NAME: Final = re.compile(rf"(?:{_NAME_INITIAL.pattern})|(?:{_FULL_NAME.pattern})")
_PUPIL_THEN_NAME: Final = re.compile(
    r"(?<!\w)(?:[Уу]чени(?:к|ца|ки|цы)|[Шш]кольни(?:к|ца|ки|цы)|[Вв]оспитанни(?:к|ца|ки|цы)|\w{0,12}классни(?:к|ца|ки|цы))"
    r"(?:\s+[\d«»„“”'’\"А-Яа-яё-]+){0,5}?\s+[А-ЯЁ][а-яё]{2,14}\s+[А-ЯЁ](?:[а-яё]{2,20}\b|\.)"
)
#: Beside a name these words speak of a grown person.
_GROWN: Final = re.compile(
    r"директор|учител|педагог|тренер|руководител|глав[аыу]\b|депутат|староста|председател|воспитател|губернатор|министр"
)

_LIVES: Final = re.compile(
    r"\b(?:живет|живут|проживает|проживают|проживающ\w+|прописан\w*|зарегистрирован\w*)\s+(?:\w+\s+){0,3}?"
    r"(?:по адресу|на улице|на ул\b|по улице|в доме|в квартире|на \w+(?:ской|ной|вой) улице)"
    r"[^!?\n]{0,60}?(?:,\s*|\bд\.?\s*|\bдом\w*\s*|№\s*)\d{1,3}(?:[а-я]\b|\b)(?!\s*(?:тыс|млн|год|лет|чел|сем|двор|дом|руб|%))"
)
_DEBTOR: Final = re.compile(r"\bдолжник\w*")
_FLAT: Final = re.compile(r"\b(?:кв\.?|квартир[аеы])\s*№?\s*\d{1,4}\b")
_PAPERS: Final = re.compile(
    r"паспорт\w*\s*(?:серии|номер|№|:)?\s*\d{2}\s?\d{2}\s*№?\s*\d{6}|\bснилс\s*:?\s*№?\s*\d{3}|\bинн\s*:?\s*№?\s*\d{12}\b"
)
_HEALTH: Final = re.compile(
    r"\b(?:диагноз\w*|онколог\w+ (?:заболеван|болезн)\w*|(?:обнаруж|выяв|диагностир|бор[ею]т|боле)\w* (?:\w+ ){0,2}онкологи\w+|"
    r"инвалид\w* (?:[1-3]|i{1,3}|перв|втор|треть)\w* групп\w*|"
    r"(?:рак|дцп|вич|шизофрен\w+|эпилепс\w+|аутизм\w*)\b(?! (?:на|в) )|психическ\w+ (?:расстройств|заболеван)\w*)"
)
_MISFORTUNE: Final = re.compile(
    r"\b(?:погорельц\w+|погорел(?:а|и)\b|семь[яеюи]\w* остал(?:ась|ись) без|лишен\w* родительских|разв(?:ел|од)\w* с (?:мужем|женой)|после развода|"
    r"алкоголик\w*|наркоман(?!и)\w*|в трудной жизненной ситуации)"
)


def contacts(facts: Facts) -> Warn | None:
    """A mobile number or a mailbox that looks like a person's own."""
    text = facts.plain
    for found in _MOBILE.finditer(text):
        if not _OFFICE.search(text[max(0, found.start() - 60) : found.start()]):
            return yellow("contacts", _masked(found.group()))
    for found in _EMAIL.finditer(text):
        if found[1] in _FREE_MAIL and not _OFFICE.search(text[max(0, found.start() - 60) : found.start()]):
            return yellow("contacts", found[1])
    return None


def _masked(number: str) -> str:
    """A number as it may be shown: whose it is need not be repeated."""
    digits = [sign for sign in number if sign.isdigit()]
    return f"…{''.join(digits[-4:-2])}-{''.join(digits[-2:])}"


def fundraising(facts: Facts) -> Warn | None:
    """A card number, or a collection with somewhere to send the money."""
    if any(_is_card(facts.plain, found) for found in _CARD.finditer(facts.plain)):
        return red("fundraising", "номер карты")
    if _SEND_HERE.search(facts.plain):
        return red("fundraising")
    if not _COLLECTING.search(facts.plain):
        return None
    return (red if _TO_SEND.search(facts.plain) else yellow)("fundraising")


def _is_card(text: str, found: re.Match[str]) -> bool:
    beside = text[max(0, found.start() - 80) : found.end() + 80]
    return bool(_CARD_WORDS.search(beside)) or (found.group()[0] in "23456" and _luhn(found.group()))


def _luhn(number: str) -> bool:
    """The checksum of card numbers."""
    digits = [int(sign) for sign in number if sign.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def minors(facts: Facts) -> Warn | None:
    """A child who can be recognised: named, with an age or a class."""
    if _CONSENT.search(facts.plain):
        return None
    has_children = _CHILD.search(facts.plain) is not None or _CLASS.search(facts.plain) is not None
    for sentence in (one.replace("ё", "е") for one in facts.sentences):
        names = tuple(
            named for named in _NAME.finditer(sentence) if not _PATRONYMIC.search(named.group().split()[0])
        )
        if any(_has_child_s_age(sentence, named) for named in names) or _names_a_pupil(sentence, names):
            return yellow("minors")
        if has_children and _NAME_INITIAL.search(sentence) and not _GROWN.search(sentence.lower()):
            return yellow("minors")
        if _CHILD.search(sentence.lower()) and _CHILD_THEN_AGE.search(sentence):
            return yellow("minors")
        pupil = _PUPIL_THEN_NAME.search(sentence)
        if pupil and not _GROWN.search(sentence[: pupil.end()].lower()):
            return yellow("minors")
    return None


def _has_child_s_age(sentence: str, named: re.Match[str]) -> bool:
    """«Маша К., 9 лет» or «9-летняя Маша К.», and not how long somebody has worked."""
    return _CHILD_AGE_AFTER.match(sentence, named.end()) is not None or (
        _CHILD_AGE_BEFORE.search(sentence[max(0, named.start() - 20) : named.start()]) is not None
    )


def _names_a_pupil(sentence: str, names: Sequence[re.Match[str]]) -> bool:
    """«Аня Смирнова из 5 „Б“», «5-Б класс: Аня Смирнова», and not «водитель 1 класса Пётр Смирнов»."""
    low = sentence.lower() if names else ""
    return any(
        _is_of(low, named, one)
        for named in names
        for written in (_CLASS, _CLASS_BY_LETTER)
        for one in written.finditer(low, max(0, named.start() - _NEAR), named.end() + _NEAR)
    )


def _is_of(low: str, named: re.Match[str], one: re.Match[str]) -> bool:
    before = low[max(0, min(named.start(), one.start()) - 40) : min(named.start(), one.start())]
    if _GROWN.search(before) or _GROWN.search(low[max(named.end(), one.end()) :][:20]):
        return False
    if named.end() <= one.start():
        return _NAME_TO_CLASS.fullmatch(low, named.end(), one.start()) is not None
    lettered = one.re is _CLASS_BY_LETTER or one["letter"] or not one.group().endswith("класса")
    known = lettered or _A_PUPIL.search(before)
    return bool(known) and _CLASS_TO_NAME.fullmatch(low, one.end(), named.start()) is not None


def personal_data(facts: Facts) -> Warn | None:
    """An address, papers, an illness or a misfortune of a private person."""
    text = facts.plain
    if _PAPERS.search(text):
        return red("personal_data", "документы")
    if (
        _LIVES.search(text)
        or (_FLAT.search(text) and _DEBTOR.search(text))
        or (_FLAT.search(text) and (_NAME_INITIAL.search(facts.text) or _WITH_PATRONYMIC.search(facts.text)))
    ):
        return yellow("personal_data", "адрес")
    named = any(one.search(facts.text) for one in (_NAME_INITIAL, _FULL_NAME, _WITH_PATRONYMIC, _CHILD_THEN_AGE))
    if found := _HEALTH.search(text):
        return yellow("personal_data", found.group()) if named else None
    if named and _MISFORTUNE.search(text):
        return yellow("personal_data", "семья")
    return None
