"""Checks of words: swearing, also disguised, and words put together from two alphabets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from editorial.checks.facts import Facts, Warn, plain, red, visible, yellow
from editorial.lists import Kept, finder

#: Latin letters, digits and signs that stand for Russian letters in a disguise.
_LOOKS_LIKE: Final = str.maketrans(
    {"a": "а", "b": "в", "c": "с", "e": "е", "h": "н", "k": "к", "m": "м", "o": "о", "p": "р", "t": "т", "x": "х",
     "y": "у", "u": "и", "n": "п", "r": "г", "i": "и", "0": "о", "3": "з", "6": "б", "4": "ч", "@": "а", "$": "с",
     "ё": "е"}
)  # fmt: skip
_TWINS: Final = frozenset("aceopxykhtmbABCEHKMOPTXYiI")
_MASK: Final = "*#@_%•●…\u00b7.-"
_TOKEN: Final = re.compile(r"[\w@$*#%•●\u00b7]+(?:[*#@_%•●…\u00b7]+[\w*]+)*")
_SPREAD: Final = re.compile(r"(?<!\w)(?:\w[ .*_\-]+){2,12}\w(?!\w)")
_RUN: Final = re.compile(r"(.)\1+")
_WHOLE_LATIN: Final = frozenset(
    ("suka", "blya", "blyat", "blyad", "huy", "huynya", "pizda", "pizdec", "mudak", "ebat", "pidor")
)
_BEFORE: Final = (
    "а|вз|взо|во|вы|до|за|из|ис|на|над|не|недо|ни|о|об|обо|от|ото|пере|по|под|подъ|пре|при|про|раз|разъ|рас|с|со|у|"
    "съ|въ|отъ|объ|изъ|ох|оху|полу|само|долбо|ни"
)
#: «е…» after a bare «о», «с», «во» makes ordinary words (себе, вебинар), so it takes fewer prefixes.
_BEFORE_E: Final = "вы|до|за|на|недо|пере|по|при|про|у|съ|въ|отъ|объ|изъ|подъ|разъ|долбо|доло|вз|вз?ъ"
_BLIN: Final = re.compile(r"(?:^|[,.!?…(—-]\s*|\bну\s+)блин(?=\s*(?:$|[,.!?…)]))", re.MULTILINE)


class _Dictionary(NamedTuple):
    """``stems`` finds the beginning of a word, ``whole`` are words; ``masked`` are full spellings for «п****ц»."""

    stems: re.Pattern[str]
    whole: frozenset[str]
    masked: tuple[str, ...]


#: Full words people write with stars; found by their first and last letters.
_STARRED: Final = (
    "хуй", "хуя", "хуйня", "хуйню", "хуево", "нахуй", "похуй", "пизда", "пиздец", "пиздеж", "блядь", "блять", "бля", "ебать",
    "ебаный", "ебаная", "заебали", "заебал", "ебанутый", "мудак", "мудаки", "пидор", "пидоры", "сука", "суки", "сучка", "гандон",
    "долбоеб", "долбоебы", "говно", "дерьмо", "жопа", "шлюха", "уебок", "уебки", "хер", "хрен", "срать", "ублюдок", "ублюдки",
)  # fmt: skip


@lru_cache(maxsize=4)
def _dictionary(entries: tuple[str, ...]) -> _Dictionary:
    whole = frozenset(entry.removesuffix(".") for entry in entries if entry.endswith("."))
    stems = [entry for entry in entries if not entry.endswith(".")]
    of_e = [stem for stem in stems if stem.startswith("еб")]
    others = [stem for stem in stems if not stem.startswith("еб")]
    parts = [
        f"(?:{before})?(?:{'|'.join(map(re.escape, some))})"
        for before, some in ((_BEFORE, others), (_BEFORE_E, of_e))
        if some
    ]
    return _Dictionary(re.compile("|".join(parts) or r"(?!)"), whole, _STARRED)


def profanity(facts: Facts) -> Warn | None:
    """Swearing is red, rudeness yellow; the word itself is not repeated."""
    entries = facts.lists.of(Kept.PROFANITY)
    if entries and any(_is_obscene(token, _dictionary(entries)) for token in _tokens(facts.text)):
        return red("profanity")
    rude = finder(facts.lists.of(Kept.RUDE))
    for found in rude.finditer(facts.plain) if rude else ():
        if not _is_a_name(facts, found):
            return yellow("profanity")
    return yellow("profanity") if _BLIN.search(facts.plain) else None


def _is_a_name(facts: Facts, found: re.Match[str]) -> bool:
    """«Чёртов мост» is a place: a capital letter within a sentence."""
    text = visible(facts.text)
    if len(text) != len(facts.plain) or not text[found.start()].isupper():
        return False
    before = text[: found.start()].rstrip()
    return bool(before) and before[-1] not in ".!?…\n" and not text[found.start() : found.end()].isupper()


def _tokens(text: str) -> Iterator[str]:
    even = visible(text).lower()
    for found in _TOKEN.finditer(even):
        yield found.group()
    for found in _SPREAD.finditer(even):
        yield re.sub(r"[\s.*_\-]", "", found.group())


def _is_obscene(token: str, known: _Dictionary) -> bool:
    if not any(sign.isalpha() for sign in token):
        return False
    if token.isascii():
        return token in _WHOLE_LATIN
    word = token.translate(_LOOKS_LIKE)
    for spelled in {word, _RUN.sub(r"\1", word), re.sub(r"[^\w]|_", "", word)}:
        if spelled in known.whole or known.stems.match(spelled):
            return True
    return _is_starred(word.strip(_MASK), known)


def _is_starred(word: str, known: _Dictionary) -> bool:
    """Letters hidden behind signs: what is left has to fit a word of the dictionary, first letter included."""
    hidden = re.search(r"(?<=[а-я])[*#@_%•●…\u00b7]+(?=[а-я])", word)
    if hidden is None or not re.fullmatch(r"[а-я*#@_%•●…\u00b7]+", word):
        return False
    runs = re.split(r"[*#@_%•●…\u00b7]+", word)
    signs = re.findall(r"[*#@_%•●…\u00b7]+", word)
    between = "".join(
        re.escape(run) + (rf"[а-я]{{1,{max(len(mark) + 2, 3)}}}" if mark else "")
        for run, mark in zip(runs, [*signs, ""], strict=True)
    )
    pattern = re.compile(between)
    return any(pattern.fullmatch(spelling) for spelling in known.masked)


def lookalike(facts: Facts) -> Warn | None:
    """Words that mix Russian and Latin letters of the same look; several of them are a trick."""
    mixed = [word for word in re.findall(r"[^\W\d_]+", visible(facts.text)) if _is_mixed(word)]
    if not mixed:
        return None
    return (red if len(mixed) >= 3 else yellow)("lookalike", mixed[0])


def _is_mixed(word: str) -> bool:
    latin = [sign for sign in word if sign.isascii()]
    russian = [sign for sign in word if "\u0400" <= sign <= "\u04ff"]
    return bool(latin and russian) and len(word) > 2 and set(latin) <= _TWINS


def not_for_publication(facts: Facts) -> Warn | None:
    """The author asks not to publish it, or tries whether it works."""
    found = re.search(
        r"\bне (?:для публикации|публиковать|публикуйте|(?:нужно|надо) публиковать)\b|публиковать не (?:нужно|надо)\b|к публикации не обязательн|для служебного пользования|"
        r"^(?:тест|test|проверка)(?:\s+(?:тест|связи|бота|проверка))*\W*$",
        plain(facts.text),
        re.MULTILINE,
    )
    return yellow("not_for_publication") if found else None
