"""/рубрики: the rubrics of the community; everybody on the desk looks, editors change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from editorial import rubrics
from editorial.errors import DeskError, EntryRefused, RoleTooLow
from editorial.post import defuse
from handlers import keeping, review, texts
from handlers.answers import answer
from handlers.commands import lists
from handlers.context import Context
from handlers.events import MessageArrived
from handlers.payloads import Payload
from handlers.person import Person

Row: TypeAlias = Mapping[str, str]
Rows: TypeAlias = tuple[Row, ...]

_COLUMNS: Final = {"название": "name", "хештег": "hashtag", "слова": "stems"}


def run(context: Context, message: MessageArrived, words: str) -> None:
    for pattern, edit in _EDITS:
        asked = pattern.fullmatch(words)
        if asked is not None:
            answer(context, message, _edited(context, message, edit, asked))
            return
    rows = keeping.rubric_rows(context.unit)
    if words:
        answer(context, message, _shown(_named(rows, words), words))
        return
    answer(context, message, "\n".join([*map(_line, rows), texts.RUBRICS_HOW]))


def _line(row: Row) -> str:
    return defuse(texts.rubric_line(row["name"], row["hashtag"], row["code"]))


def _shown(row: Row | None, words: str) -> str:
    if row is None:
        return texts.entry_refused(words, "no_rubric")
    return "\n".join([_line(row), texts.rubric_words(defuse(", ".join(rubrics.words_of(row)))[:900])])


def _named(rows: Rows, words: str) -> Row | None:
    found = rubrics.by_words(words, tuple(map(rubrics.of_row, rows)))
    return next((row for row in rows if found is not None and row["code"] == found.code), None)


# ---------------------------------------------------------------------------------------------------------- edits


def _edited(context: Context, message: MessageArrived, edit: Callable[..., Rows], asked: re.Match[str]) -> str:
    """Carry the edit out for those who may; returns what the table says of the rubric afterwards."""
    try:
        if not context.role(message.from_id).runs_the_desk:
            raise RoleTooLow
        after = edit(keeping.rubric_rows(context.unit, for_update=True), asked)
        if not 0 < len(after) <= rubrics.MOST:
            raise EntryRefused("rubrics", "", "rubrics_count")
        changed, gone = keeping.set_rubrics(context.unit, context.now, message.from_id, after)
    except DeskError as error:
        person = Person(message.from_id, message.peer_id, message.cmid)
        return review.refuse(context, person, error, Payload("/рубрики"))
    if not changed and not gone:
        return texts.RUBRICS_UNCHANGED
    lists.look_again(context)
    if gone:
        return texts.rubric_gone(asked[1].strip()[:40])
    return _shown(next(row for row in after if row["code"] in changed), "")


def _added(rows: Rows, asked: re.Match[str]) -> Rows:
    name, tag, words = " ".join(asked[1].split()), asked[2] or "", asked[3] or ""
    code = rubrics.code_for(name, (row["code"] for row in rows))
    row = {"code": code, "name": name, "hashtag": tag, "stems": _parted(words)}
    return (*rows, _sound(row, rows))


def _changed(rows: Rows, asked: re.Match[str]) -> Rows:
    row, column = _known(rows, asked[2]), _COLUMNS[asked[1].lower()]
    value = _parted(asked[3]) if column == "stems" else " ".join(asked[3].split())
    after = _sound({**row, column: value}, (one for one in rows if one is not row))
    return tuple(after if one is row else one for one in rows)


def _removed(rows: Rows, asked: re.Match[str]) -> Rows:
    row = _known(rows, asked[1])
    return tuple(one for one in rows if one is not row)


def _known(rows: Rows, words: str) -> Row:
    row = _named(rows, words)
    if row is None:
        raise EntryRefused("rubrics", words.strip(), "no_rubric")
    return row


def _parted(words: str) -> str:
    return "|".join(" ".join(one.split()) for one in re.split(r"[,;|]", words) if one.strip())


def _sound(row: Row, others: Iterable[Row]) -> Row:
    faults = rubrics.faults_of(row, tuple(others))
    if faults:
        raise EntryRefused("rubrics", row["name"], faults[0])
    return row


_EDITS: Final[tuple[tuple[re.Pattern[str], Callable[[Rows, re.Match[str]], Rows]], ...]] = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), edit)
    for pattern, edit in (
        (r"добавить\s+([^#:]+?)\s*(#[^\s:]+)?\s*(?::\s*(.*))?", _added),
        (r"(название|хештег|слова)\s+([^:]+):\s*(.+)", _changed),
        (r"убрать\s+(.+)", _removed),
    )
)
