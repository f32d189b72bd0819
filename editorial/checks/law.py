"""Checks of what the law is strict about: advertising, elections, listed names, security, losses.

A warning shows a place to a person; what is lawful is decided by people.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from editorial.checks.facts import Facts, Warn, red, yellow
from editorial.lists import Kept, finder

# -------------------------------------------------------------------------------------------------- advertising

#: The mark that the law asks of every advertisement, in its words or in a link of theirs.
ERID: Final = r"\berid\b[\s:=–—-]*[a-z0-9]{5,}|[?&]erid="
_ERID: Final = re.compile(rf"{ERID}|\bо?рекламодател\w+")
_SELLING: Final = (
    re.compile(r"\bскидк\w+|\bакци[яию] (?:действует|до )|распродаж\w+|\bпромокод\w*|\bкешб[еэ]к|\bкэшбек"),
    re.compile(
        r"\bзака(?:жи|зывай|жите|зывайте)\b|\bкупи(?:те)?\b|\bзвони(?:те)?\b|оформи(?:те)? заявку|\bуспей(?:те)? купить"
    ),
    re.compile(
        r"под ключ|бесплатн\w+ (?:замер|доставк|консультац|выезд)\w*|(?:замер|доставка|выезд)(?: \w+){0,2} бесплатно|"
        r"гаранти\w+ качества|в подарок"
    ),
    re.compile(r"рассрочк\w+|в кредит\b|\bзаймы?\b|микрозайм\w*|до зарплаты|без справок"),
    re.compile(r"\bпрода(?:м|ю|ется)\b|\bсамовывоз\w*|\bторг\b"),
    re.compile(
        r"(?:цен[аы]|стоимость|всего|от)\s*(?:от\s*)?\d[\d\s]*(?:тыс\.?\s*|тысяч\w*\s*|млн\s*)?(?:руб|₽|р\.)"
    ),
    re.compile(
        r"не является (?:публичной )?оферт|работаем без (?:выходных|посредников)|пишите в (?:сообщения|лс|личку|директ|whatsapp|вотсап)"
    ),
    re.compile(
        r"наш (?:магазин|салон|сайт|интернет-магазин)|ассортимент|опт(?:ом)? и (?:в )?розниц|лучшие цены|низк\w+ цен|цены ниже"
    ),
    re.compile(
        r"при поддержке (?:компании|магазина|сети)|спонсор\w* (?:акции|конкурса)|приз\w* от (?:компании|магазина|партнера)"
    ),
    re.compile(r"\bлайк\w*[^.!?]{0,40}\bрепост\w*|\bрепост\w*[^.!?]{0,40}\bлайк\w*"),
)
#: What is offered for so much and by telephone is for sale, in whatever words.
_PRICE: Final = re.compile(r"\bцен[аы]\b[^.!?\d]{0,20}\d[\d\s]*(?:тыс\.?\s*|тысяч\w*\s*)?(?:руб|₽|р\.)")
_PHONE: Final = re.compile(r"(?<!\d)(?:\+7|8)[\s(-]*\d{3,5}[\s)-]*\d{1,3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)")

# ---------------------------------------------------------------------------------------------------- elections

_CAMPAIGN: Final = re.compile(
    r"(?:поддерж(?:ите|им|и|ать|иваем|ивайте)|голосу\w+|проголосу\w+|отда(?:й|йте|дим|ть|ем|дите) (?:свой |свои )?голос\w*)"
    r"\s+(?:[^\s.!?]+\s+){0,4}?"
    r"(?:кандидат\w*|партию|партии|депутат\w*|за (?:нас|него|нее)\b)|"
    r"(?:наш\w*|моего|сво\w+|единственн\w+|лучш\w+) кандидат\w* (?:в |на пост|от )|"
    r"за кого голосовать|отда\w+ (?:свой |свои )?голос\w* за|каждый голос (?:важен|на вес)|вместе победим|"
    r"наша команда победит|я иду на выборы|баллотиру\w+"
)
_PARTIES: Final = re.compile(
    r"един(?:ая|ой|ую) росси[яию]|\bкпрф\b|\bлдпр\b|справедлив(?:ая|ой|ую) росси[яию]|\bновые люди\b|\bпартии? «?яблоко"
)
#: «Голосуйте за Ивана Петрова» with the letters as they are written, where elections are spoken of.
_FOR_SOMEBODY: Final = re.compile(
    r"(?:[Гг]олосу(?:й|йте|ем) за|[Пп]оддерж(?:им|ите))\s+(?:[А-ЯЁ][а-яё]+\s+){1,2}[А-ЯЁ][а-яё]+(?:ова|ева|ёва|ина|ына|ского|цкого|ову|еву|ину|скую|цкую|ко)\b"
)
_POLL: Final = re.compile(r"\bвыбор(?:ы|ов|ам|ах)\b")
_ELECTION: Final = re.compile(
    r"\bвыбор(?:ы|ов|ам|ах)\b|\bголосовани[еяю]\b|\bкандидат\w*|\bизбирательн\w+|\bагитац\w+|\bголосуйте\b"
)
_CANDIDATE: Final = re.compile(
    r"кандидат\w* (?:в (?:депутаты|мэры|губернаторы|главы|президенты)|на (?:пост|должность) (?:главы|мэра|губернатора)|от партии)"
)
#: How long before the first day of voting candidates and parties, and then any word about it, are red.
_LEAD: Final = timedelta(days=30)
_EVE: Final = timedelta(days=1)

# ------------------------------------------------------------------------------------------------- listed names

_AGENT: Final = re.compile(
    r"\bиноаген\w+|иностранн\w+ агент\w*|нежелательн\w+ организац\w+|экстремистск\w+ организац\w+|\bэкстремист\w*"
)

# ----------------------------------------------------------------------------------------------------- security

_DRONE: Final = r"(?:бпла|беспилотник\w*|дрон\w*|ракет(?!к)\w*|снаряд\w*|боеприпас\w*)"
_STRIKE: Final = (
    r"(?:атак\w+|сбит\w*|сбил\w*|обломк\w+|прилет\w*|уничтож\w+|отраж\w+|перехва\w+|налет\w*|обстрел\w*|детонац\w+)"
)
#: What happens to drones, rockets and apparatus in peace, too.
_MISHAP: Final = r"(?:удар\w*|взрыв(?!\w* (?:смех|эмоци|аплодисмент|восторг))\w*|взорва\w+|упал\w*|поврежд\w+|опасност\w+|попадани\w+)"
_ATTACK: Final = re.compile(rf"{_DRONE}[^.!?\n]{{0,80}}{_STRIKE}|{_STRIKE}[^.!?\n]{{0,80}}{_DRONE}")
_MAYBE_ATTACK: Final = re.compile(rf"{_DRONE}[^.!?\n]{{0,80}}{_MISHAP}|{_MISHAP}[^.!?\n]{{0,80}}{_DRONE}")
_OTHER_DANGER: Final = re.compile(
    r"\b(?:обстрел\w*|прилет(?:ы|ов|ело)? (?:по|в (?:дом|здани|район|крыш))|работ\w+ (?:пво|противовоздушн\w+)|"
    r"(?:средств\w*|расчет\w*|силы) пво|пво (?:сбил\w*|отраз\w+|работа\w+)|военн\w+ (?:колонн|техник|объект|аэродром|самолет|вертолет|эшелон)\w*|"
    r"воинск\w+ част\w*|в/ч\s*\d+|расположени\w+ (?:войск|части|подразделени)\w*|блокпост\w*|позици\w+ (?:войск|пво|вс рф))"
)
#: Lessons, farming and memory speak of the same things.
_PEACEFUL: Final = re.compile(
    r"кружок|кружк|урок|обучен\w+ (?:управлени|пилотирован)|соревновани|сельхоз|аграр|полив|посев|съемк\w+ с (?:дрона|воздуха)|"
    r"великой отечественн|ветеран\w* великой|194[1-5]|музе[йяе]|день (?:призывника|защитника)|присяг|шефск|учени[ея] мчс|"
    r"призывник|служить|срочн\w+ служб|проводил\w* в армию|выставк|экспозици|на постамент|условн\w+ (?:пожар|взрыв|авари)"
)
#: Drones that look for something, gymnasts' apparatus, rockets of paper.
_CIVIL: Final = re.compile(
    r"(?:дрон|беспилотник|бпла)\w* (?:помо|наш|снял|снима|обследов|показа|замети|осмотр|летал)\w*|(?:помог|обследова|осмотре|снял|ищ|искал|нашл)\w*|"
    r"с помощью (?:дрон|беспилотник|бпла)|спортивн|турник|тренажер|гимнаст|муляж|салют|самодел|модел|игрушеч"
)

# ---------------------------------------------------------------------------------------------------- sensitive

_LOSS: Final = re.compile(
    r"\b(?:погиб(?:ли|ла|ло|ших|ший|шие|шего|шем|шей|шему|шим|шими|шую)?|погибнув\w+|скончал(?:ся|ась|ись)|"
    r"пропал(?:а|и)? (?:без вести|человек|ребенок|мальчик|девочка|мужчина|женщина|подросток|пенсионер\w*)|"
    r"пропавш\w+ (?:без вести|человек\w*|ребен\w*|мужчин\w*|женщин\w*|бойц\w*|военнослужащ\w+)|без вести пропавш\w+|разыскива(?:ется|ют)|"
    r"теракт\w*|катастроф\w+|крушени\w+|авиакатастроф\w+|стрельб\w+ в (?:школ|колледж)\w*|число жертв|есть жертвы|"
    r"(?:ушел|ушла|вышел|вышла) [^.!?]{0,40}и не верну(?:лся|лась)|"
    r"помогите найти (?:человек|ребенк|мальчик|девочк|мужчин|женщин|бабушк|дедушк)\w*|"
    r"утону(?:л|ла|ли)(?! в (?:зелен|цвет|снег|сирен|гряз|мусор))|среди (?:погибших|пострадавших)|соболезнован\w+|похороны|"
    r"прощани\w+ с(?! (?:лет|зим|весн|осен|маслениц|азбук|буквар|школ|начальн|детск|елк|елоч|стар|прошл|год)\w*)|траур\w*|груз 200|потери личного состава)\b"
)
_MEMORY: Final = re.compile(
    r"памят(?:ь|и|ник\w*|н\w+ (?:доск|знак|дат)\w*)|мемориал\w*|обелиск\w*|великой отечественн\w+|\bвов\b|194[1-5]|"
    r"возлож\w+|вахт\w+ памяти|поисков\w+ (?:отряд|экспедици|движени)\w*|бессмертн\w+ полк\w*|книг\w+ памяти|вечн\w+ огон\w*"
)


#: «Не погиб ни один человек», «пострадавших нет».
_NOBODY: Final = re.compile(
    r"\bне (?:погиб|пострада|пропал|утонул)\w*|(?:погибших|пострадавших|жертв) нет|обошлось без (?:жертв|пострадавших)|"
    r"(?:катастроф|крушени)\w* (?:удалось избежать|не (?:случил|произош|допустил)\w*)"
)


def advertising(facts: Facts) -> Warn | None:
    """A mark of advertising, or several ways of selling at once."""
    if _ERID.search(facts.plain):
        return red("advertising", "erid")
    ways = [found.group() for way in _SELLING if (found := way.search(facts.plain))]
    if len(ways) >= 3 or (len(ways) == 2 and _PHONE.search(facts.plain)):
        return red("advertising", ways[0])
    if len(ways) == 2:
        return yellow("advertising", ways[0])
    price = _PRICE.search(facts.plain)
    return yellow("advertising", price.group()) if price and _PHONE.search(facts.plain) else None


def election(facts: Facts) -> Warn | None:
    """A call to vote for somebody; near an election, by the region's own midnight, any word about it."""
    strong = _CAMPAIGN.search(facts.plain) or (_POLL.search(facts.plain) and _FOR_SOMEBODY.search(facts.text))
    candidate = _CANDIDATE.search(facts.plain) or _PARTIES.search(facts.plain)
    if strong and (candidate or _ELECTION.search(facts.plain)):
        return red("election", (candidate or strong).group()[:40])
    weak = candidate or _ELECTION.search(facts.plain)
    if weak is None:
        return None
    if _within(facts, _LEAD if candidate else _EVE):
        return red("election", weak.group()[:40])
    return yellow("election", weak.group()[:40]) if candidate or _within(facts, _LEAD) else None


def _within(facts: Facts, lead: timedelta) -> bool:
    """Whether an election of the region is near, now or at the moment of the post."""
    return any(
        period.covers(facts.region, moment, facts.own_zone, lead)
        for period in facts.lists.elections
        for moment in (facts.now, facts.moment)
    )


def foreign_agent(facts: Facts) -> Warn | None:
    """A name from the editors' lists, or the words that come with such names."""
    for name in (Kept.UNDESIRABLE, Kept.FOREIGN_AGENTS):
        listed = finder(facts.lists.of(name))
        if listed and (found := listed.search(facts.plain)):
            return red(str(name), found.group())
    found = _AGENT.search(facts.plain)
    return yellow("foreign_agent", found.group()) if found else None


def stop_word(facts: Facts) -> Warn | None:
    """A word the editors want to be warned of."""
    listed = finder(facts.lists.of(Kept.STOP_WORDS))
    found = listed.search(facts.plain) if listed else None
    return yellow("stop_word", found.group()) if found else None


def security(facts: Facts) -> Warn | None:
    """Attacks, air defence, military places; with pictures of it, or where the region forbids it, red."""
    dangerous = next((found for part in facts.plain_sentences if (found := _danger(part))), None)
    if dangerous is None:
        return None
    banned = facts.region in facts.lists.filming_bans
    return (red if facts.shows_something or banned else yellow)(
        "security", "запрет в регионе" if banned else dangerous[:40]
    )


def _danger(sentence: str) -> str | None:
    found = _ATTACK.search(sentence) or _OTHER_DANGER.search(sentence)
    if found is None and not _CIVIL.search(sentence):
        found = _MAYBE_ATTACK.search(sentence)
    return found.group() if found and not _PEACEFUL.search(sentence) else None


def sensitive(facts: Facts) -> Warn | None:
    """Losses, missing people, catastrophes, unless it is about memory of long ago."""
    for part in facts.plain_sentences:
        found = _LOSS.search(part)
        if found and not _MEMORY.search(part) and not _NOBODY.search(part):
            return red("sensitive", found.group())
    return None
