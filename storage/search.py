"""Texts by their words: the stems of every suggestion's text, found again in a few milliseconds.

Both databases hold the same stems, so «библиотеки» finds «библиотеку» on either: an FTS5 table on SQLite, a table
with an index over a ``tsvector`` of its words on PostgreSQL.  What the words mean to whom is decided by the
callers; who wrote a text is not looked for here.
"""

from __future__ import annotations

import heapq
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Select, TextClause, column, delete, table, text

from editorial import likeness
from storage.work import Work

#: Words of a question beyond this many are not looked for.
MOST_WORDS: Final = 40
#: A stem longer than this is no word. Characters.
_LONGEST_STEM: Final = 60

_KEY: Final = {"sqlite": "rowid", "postgresql": "number"}
_MATCH: Final = {
    "sqlite": "search_texts MATCH :words",
    "postgresql": "to_tsvector('simple', stems) @@ to_tsquery('simple', :words)",
}
_texts = table("search_texts", column("rowid"), column("number"))


def stems_of(words: str) -> tuple[str, ...]:
    """The stems a text is found by, in order, common words left out."""
    return tuple(stem for stem in likeness.trace(words).stems if len(stem) <= _LONGEST_STEM)


class Search:
    """The index of texts; :class:`storage.suggestions.Suggestions` keeps it up to date."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._key = _KEY[work.dialect]

    # -- keeping --------------------------------------------------------------------------------------------

    def put(self, number: int, written: str, *, known: bool = True) -> bool:
        """Index the text of a suggestion in place of its former one. False when it is the same text.

        ``known`` False: the suggestion is a new one, there is no former text.
        """
        mark = zlib.crc32(written.encode("utf-8", "surrogatepass"))
        former = self._mark(number) if known else None
        if former == mark:
            return False
        if former is not None:
            self.drop(number)
        values = {"number": number, "stems": " ".join(stems_of(written)), "mark": mark}
        self._work.change(
            self._sql("INSERT INTO search_texts ({key}, stems, mark) VALUES (:number, :stems, :mark)"), values
        )
        return True

    def _mark(self, number: int) -> int | None:
        found = self._work.value(
            self._sql("SELECT mark FROM search_texts WHERE {key} = :number"), {"number": number}
        )
        return None if found is None else int(found)

    def drop(self, number: int) -> None:
        """Forget the text of a suggestion."""
        self._work.change(self._sql("DELETE FROM search_texts WHERE {key} = :number"), {"number": number})

    # -- finding --------------------------------------------------------------------------------------------

    def find(self, stems: Sequence[str], limit: int, before: int | None = None) -> tuple[int, ...]:
        """Suggestions whose texts have all these stems, the newest first; ``before``: only older numbers."""
        if not stems:
            return ()
        statement = self._sql(
            "SELECT {key} AS number FROM search_texts WHERE {match} AND {key} > 0 AND {key} < :before "
            "ORDER BY {key} DESC LIMIT :count"
        )
        values = {"words": self._query(stems), "before": before or 2**62, "count": limit}
        return tuple(row.number for row in self._work.rows(statement, values))

    def alike(self, stems: Sequence[str], after: int, limit: int) -> tuple[int, ...]:
        """Suggestions with numbers above ``after`` that share some of these stems, the most telling ones first.

        A stem weighs the more the fewer of these suggestions have it; what others say is not looked at, which keeps
        the answer as quick among a hundred thousand texts as among a few.
        """
        return self._sharing(stems, limit, after, None)

    def alike_posts(self, stems: Sequence[str], limit: int) -> tuple[int, ...]:
        """The same among what stands under negative numbers: posts that are no suggestions."""
        return self._sharing(stems, limit, None, 0)

    def _sharing(self, stems: Sequence[str], limit: int, after: int | None, before: int | None) -> tuple[int, ...]:
        words = list(dict.fromkeys(stems))[:MOST_WORDS]
        if not words:
            return ()
        values = {f"word{place}": self._query([word]) for place, word in enumerate(words)}
        statement = _alike(self._work.dialect, len(words), "> :edge" if before is None else "< :edge")
        hits = self._work.bare_rows(statement, {**values, "edge": after if before is None else before})
        share = {place: 1 / count for place, count in Counter(map(itemgetter(0), hits)).items()}
        weights: dict[int, float] = defaultdict(float)
        for place, number in hits:
            weights[number] += share[place]
        best = heapq.nlargest(limit, zip(weights.values(), weights, strict=True))
        return tuple(number for _, number in best)

    def stems_of_each(self, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """The stems of several suggestions' texts."""
        if not numbers:
            return {}
        values = {f"number{place}": number for place, number in enumerate(numbers)}
        rows = self._work.bare_rows(_stems(self._work.dialect, len(values)), values)
        return {number: tuple(said.split(" ")) if said else () for number, said in rows}

    def _query(self, stems: Sequence[str]) -> str:
        """All of these stems."""
        chosen = list(dict.fromkeys(stems))[:MOST_WORDS]
        if self._work.dialect == "sqlite":
            return " ".join(f'"{stem}"' for stem in chosen)
        return " & ".join(f"'{stem}'" for stem in chosen)

    def _sql(self, statement: str) -> Any:
        dialect = self._work.dialect
        written = statement.format(key=self._key, match=_MATCH[dialect])
        return text(written)


@cache
def _stems(dialect: str, count: int) -> TextClause:
    key = _KEY[dialect]
    chosen = ", ".join(f":number{place}" for place in range(count))
    return text(f"SELECT {key}, stems FROM search_texts WHERE {key} IN ({chosen})")


@cache
def _alike(dialect: str, words: int, where: str) -> TextClause:
    """The query for so many words; made once, because taking its text apart takes as long as looking up a word."""
    key, match = _KEY[dialect], _MATCH[dialect]
    return text(
        " UNION ALL ".join(
            f"SELECT {place}, {key} FROM search_texts "
            f"WHERE {match.replace(':words', f':word{place}')} AND {key} {where}"
            for place in range(words)
        )
    )


def forget(work: Work, numbers: Select[Any], values: dict[str, Any]) -> int:
    """Forget the texts of the suggestions that a query names."""
    return work.change(delete(_texts).where(_texts.c[_KEY[work.dialect]].in_(numbers)), values)
