"""Checks of form: length, pictures, links alone, style, what the desk tidied up."""

from __future__ import annotations

import re
from typing import Final

from editorial.checks.facts import Facts, Warn, yellow
from editorial.cleaning import clean

_ADDRESS: Final = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w@.-])(?:[a-zа-я0-9-]{1,63}\.){1,5}(?:ru|рф|com|org|net|news|su)(?:/\S*)?",
    re.IGNORECASE,
)
_HASHTAG: Final = re.compile(r"#\w+(?:@\w+)?")
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_EMOJI: Final = re.compile(
    "[\u2600-\u26ff\u2700-\u27bf\u2b05-\u2b55\u203c\u2049\u231a-\u23ff\u25aa-\u25fe\U0001f000-\U0001faff]"
)
#: Signs of lists and plain typography, not of feelings.
_NOT_EMOJI: Final = frozenset("✓✔●○◦▪▫◽◾☐№★☆➡➤→")
_SHOUTED: Final = re.compile(r"[!?]{3,}")
_CLICHES: Final = re.compile(
    r"\b(?:в рамках|в целях|в соответствии с|в ходе (?:которого|мероприятия|заседания)|осуществл\w+|"
    r"на базе|данн(?:ый|ая|ое|ого|ой|ых) (?:вопрос|мероприяти|тем|направлени)\w*|имеет место|надлежащ\w+|"
    r"по вопросу|в части|вышеуказанн\w+|нижеследующ\w+|посредством|в связи с вышеизложенным|проведена работа|"
    r"работа по \w+ни[юя]|уделя\w+ (?:особое )?внимание|реализаци\w+ мероприятий)\b"
)
#: Nouns made of verbs: what makes a text read like a report.
_VERBAL: Final = re.compile(r"\b\w{4,}(?:ани|ени|яни)(?:е|я|ю|ем|и|й|ям|ями|ях)\b")
#: In fewer words a share of them says nothing.
_FEW_WORDS: Final = 60
#: Shorter words in capitals are mostly names of organisations, letters.
_SHOUTED_WORD: Final = 5


def empty_text(facts: Facts) -> Warn | None:
    """Pictures without a word."""
    return None if facts.text.strip() else yellow("empty_text")


def only_link(facts: Facts) -> Warn | None:
    """A link and next to nothing besides it."""
    if not _ADDRESS.search(facts.text):
        return None
    rest = _HASHTAG.sub("", _ADDRESS.sub("", facts.text))
    return yellow("only_link") if sum(map(str.isalpha, rest)) < 40 else None


def too_short(facts: Facts) -> Warn | None:
    """Enough for a line of the digest."""
    length = len(facts.text.strip())
    if not length or length >= facts.lists.threshold("коротко"):
        return None
    return yellow("too_short", length)


def too_long(facts: Facts) -> Warn | None:
    """More than anybody reads in a feed."""
    length = len(facts.text.strip())
    return yellow("too_long", length) if length > facts.lists.threshold("длинно") else None


def no_photo(facts: Facts) -> Warn | None:
    """Nothing to look at."""
    return None if facts.shows_something else yellow("no_photo")


def photo_lowres(facts: Facts) -> Warn | None:
    """Pictures whose longer side is too short, where their measures are known."""
    least = facts.lists.threshold("сторона фото")
    sides = [max(one.width, one.height) for one in facts.pictures if one.width and one.height]
    small = [side for side in sides if side < least]
    if not small:
        return None
    return yellow("photo_lowres", f"{len(small)} из {len(facts.pictures)}, {min(small)} px")


def many_photos(facts: Facts) -> Warn | None:
    """More than a post takes."""
    return yellow("many_photos", len(facts.attachments)) if len(facts.attachments) > 10 else None


def emoji(facts: Facts) -> Warn | None:
    """More little pictures than a sentence bears."""
    count = sum(sign not in _NOT_EMOJI for sign in _EMOJI.findall(facts.text))
    return yellow("emoji", count) if count > facts.lists.threshold("значки") else None


def capitals(facts: Facts) -> Warn | None:
    """Shouting: words in capitals, rows of exclamation marks."""
    loud = [word for word in _WORD.findall(facts.text) if len(word) >= _SHOUTED_WORD and word.isupper()]
    if len(loud) >= facts.lists.threshold("прописные"):
        return yellow("capitals", len(loud))
    return yellow("signs") if len(_SHOUTED.findall(facts.text)) > 1 else None


def officialese(facts: Facts) -> Warn | None:
    """A report instead of a story; only a soft hint."""
    words = _WORD.findall(facts.plain)
    cliches = {found.group() for found in _CLICHES.finditer(facts.plain)}
    share = 100 * len(_VERBAL.findall(facts.plain)) / len(words) if len(words) >= _FEW_WORDS else 0
    if len(cliches) >= 3 or share > facts.lists.threshold("канцелярит"):
        return yellow("officialese", min(cliches, default=""))
    return None


def cleanup(facts: Facts) -> Warn | None:
    """What the desk tidied up in the author's text; the original is kept."""
    done = clean(facts.original).done if facts.original is not None else ()
    told = [word for word in done if word != "everybody"]
    return yellow("cleanup", " ".join(told)) if told else None


def mentions(facts: Facts) -> Warn | None:
    """Links to pages that VK will make of a text, and a call to everybody, which was taken out."""
    found = re.search(r"\[(?:id|club|public)\d+\|[^\]]+\]|(?<![\w*])\*\w+ \([^)]+\)|(?<![\w@.])@\w{3,}", facts.text)
    everybody = facts.original is not None and "everybody" in clean(facts.original).done
    if found is None and not everybody:
        return None
    return yellow("mentions", "@all" if everybody else found.group() if found else "")
