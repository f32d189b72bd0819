"""The house style: a text as the desk would set it, and the hashtags that close a post.

Nothing is applied by itself: a moderator asks for it and sees the difference.  Addresses, mentions and hashtags
are left as they are.  Applied twice it changes nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

#: A post has at most so many hashtags.
MOST_HASHTAGS: Final = 4
NBSP: Final = "\u00a0"

#: What is never touched: addresses, VK's mentions and links, e-mail, hashtags.
_KEPT: Final = re.compile(
    r"https?://\S+|www\.\S+|\[[^\[\]|\n]{1,200}\|[^\[\]\n]{1,500}\]|[\w.+-]+@[\w-]+\.[\w.-]+"
    r"|(?<!\w)#[\w@-]+|(?<!\w)[@*]\w+(?: \([^()\n]{1,200}\))?|(?<![\w.@-])[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/\S*)?",
    re.IGNORECASE,
)
_HELD: Final = re.compile("\ue000(\\d+)\ue001")

_UNITS: Final = (
    r"%|‰|руб(?:\.|л(?:ей|я|ь))?|коп\.|км|м|см|мм|га|т|кг|г|л|кв\.|тыс\.|млн|млрд|трлн|чел(?:\.|овек(?:а)?)|"
    r"лет|года?|году|ч|мин|сек|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
)
_HOURS_BARE: Final = r"(?:[01]?\d|2[0-3])-[0-5]\d"
_HOURS: Final = r"(?<![\d.,:/-])([01]?\d|2[0-3])-([0-5]\d)"
_RULES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern, re.MULTILINE), to)
    for pattern, to in (
        (r"\r\n?", "\n"),
        (r"[ \t\f\v]+$", ""),
        (r"[ \t]{2,}", " "),
        (r"\n{3,}", "\n\n"),
        (r"\.{3,}", "…"),
        (r"…\.+", "…"),
        (r"(?<=[!?])[!?]{2,}", ""),
        (r"!{2,}", "!"),
        (r"\?{2,}", "?"),
        (r"[ \t\u00a0]+(?=[,;:!?…](?:\s|$)|\.(?:\s|$))", ""),
        # «10-00 - 12-30» are hours; alone «12-30» may be a range
        (rf"{_HOURS}(?=[ \t\u00a0]*[-–—][ \t\u00a0]*{_HOURS_BARE}(?![\d-]))", r"\1:\2"),
        (rf"(?<=:[0-5]\d - |:[0-5]\d – |:[0-5]\d — ){_HOURS}(?![\d-])", r"\1:\2"),
        # dashes: between words, at the beginning of a line, between numbers that are a range
        (r"(?<=\S)[ \t\u00a0]+(?:-{1,2}|–|—)[ \t\u00a0]+(?=\S)", NBSP + "— "),
        (r"^(?:-{1,2}|–)[ \t\u00a0]+(?=\S)", "— "),
        (r"(?<![\d.,:/-])([01]?\d|2[0-3])-00(?![\d:/-])", r"\1:00"),
        (r"(?<![\d.,:/-])(\d{1,4})-(\d{1,4})(?![\d.,:/-]|-\d)", r"\1–\2"),
        # what is not torn apart at the end of a line
        (r"(?<=№)[ \t]*(?=\d)", NBSP),
        (r"(?<=\d) (?=(?:" + _UNITS + r")(?!\w))", NBSP),
        (r"(?<=\d) (?=\d{3}(?!\d))", NBSP),
        (r"(?<!\w)([А-ЯЁ]\.) ?(?=[А-ЯЁ]\.)", r"\1" + NBSP),
        (r"(?<![\w])((?:[А-ЯЁ]\.\u00a0)?[А-ЯЁ]\.) ?(?=[А-ЯЁ][а-яё]+)", r"\1" + NBSP),
        (r"(?<!\w)((?:ст|п|пп|стр|им|г|ул|д|с|пос|обл|р-н)\.) (?=[А-ЯЁ\d])", r"\1" + NBSP),
    )
)
_OPENS: Final = frozenset(" \t\n\u00a0([«„—–-/")


def styled(text: str, names: Mapping[str, str] | None = None) -> str:
    """The text in the house style. ``names``: what the editors spell out, exact words to full names."""
    if "\ue000" in text or "\ue001" in text:
        return text  # our own marks: somebody plays
    kept: list[str] = []

    def hold(match: re.Match[str]) -> str:
        kept.append(match.group())
        return f"\ue000{len(kept) - 1}\ue001"

    even = _KEPT.sub(hold, text)
    for word, full in (names or {}).items():
        even = _spelled_out(even, word, full)
    even = _until_settled(even, lambda now: _quoted(_by_rules(now)))
    return _HELD.sub(lambda match: kept[int(match[1])], even).strip()


def _until_settled(text: str, change: Callable[[str], str]) -> str:
    """A rule may make room for another one; a few rounds settle every text."""
    for _ in range(5):
        changed = change(text)
        if changed == text:
            break
        text = changed
    return text


def _by_rules(text: str) -> str:
    for pattern, to in _RULES:
        text = pattern.sub(to, text)
    return text


def _quoted(text: str) -> str:
    """Quotes of every kind as «ёлочки», the inner ones as „лапки“; a paragraph with an odd one stays as it is."""
    return "\n".join(map(_quoted_line, text.split("\n")))


def _quoted_line(line: str) -> str:
    marks = [place for place, sign in enumerate(line) if sign in '"“”„«»']
    if not any(line[place] in '"“”' for place in marks):
        return line
    signs, depth = list(line), 0
    for place in marks:
        opening = _is_opening(line, place, depth)
        depth += 1 if opening else -1
        if depth < 0 or depth > 2:
            return line
        level = depth if opening else depth + 1
        signs[place] = ("«" if opening else "»") if level == 1 else ("„" if opening else "“")
    return "".join(signs) if depth == 0 else line


def _is_opening(line: str, place: int, depth: int) -> bool:
    sign = line[place]
    if sign in "«„":
        return True
    if sign == "»":
        return False
    before = line[place - 1] if place else " "
    after = line[place + 1] if place + 1 < len(line) else " "
    if before in _OPENS or (before in '"“„«' and depth):
        return not after.isspace()
    return False


def _spelled_out(text: str, word: str, full: str) -> str:
    """The full name at the first mention, unless it stands there already."""
    if not word.strip() or full in text:
        return text
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", full.replace("\\", r"\\"), text, count=1)


# ---------------------------------------------------------------------------------------------------- hashtags

_HASHTAG: Final = re.compile(r"(?<![\w&#])#(\w+(?:-\w+)*)(@\w+)?")
_CLOSING: Final = re.compile(r"(?:(?<![\w&#])#\w[\w-]*(?:@\w+)?[\s,;]*)+\Z")


def with_hashtags(text: str, wanted: Sequence[str], most: int = MOST_HASHTAGS) -> str:
    """The text closed by the wanted hashtags, which lead; then the author's own, at most ``most`` in all.

    A hyphen ends a hashtag on VK, so «#Санкт-Петербург» becomes «#СанктПетербург».  Hashtags inside sentences
    stay words of them and count.
    """
    joined = _HASHTAG.sub(lambda match: "#" + _one_word(match[1]) + (match[2] or ""), text)
    closing = _CLOSING.search(joined)
    body = joined[: closing.start()].rstrip() if closing else joined.rstrip()
    own = [match.group() for match in _HASHTAG.finditer(joined[len(body) :])]
    inside = {_key(match.group()) for match in _HASHTAG.finditer(body)}
    tags: list[str] = []
    for tag in (*wanted, *own):
        key = _key(tag)
        if key not in inside and key not in map(_key, tags) and len(inside) + len(tags) < most:
            tags.append(tag)
    line = " ".join(tags)
    return f"{body}\n\n{line}".strip() if line else body


def _one_word(tag: str) -> str:
    head, *rest = tag.split("-")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def _key(tag: str) -> str:
    return tag.lstrip("#").partition("@")[0].lower().replace("ё", "е")
