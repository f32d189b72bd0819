"""The commands ``lists …``, ``regions …`` and ``rubrics …``: what the editors keep, to a file and from one.

A file with a single fault changes nothing; all its faults are told at once, with their lines.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from bot.config import Settings
from bot.database import opened
from bot.faults import Stopped
from editorial import lists, regions, rubrics
from editorial.errors import EntryRefused
from editorial.lists import Kept
from handlers import keeping, texts

_LIST, _ENTRY = "список", "запись"
#: Faults that are told; more would not be read.
_MOST_TOLD: Final = 20
#: The largest file that is read, bytes.
_LARGEST: Final = 4_000_000


def export_lists(settings: Settings, file: Path) -> int:
    """Write all lists as they are in force."""
    with closing(opened(settings)) as storage, storage.read() as unit:
        kept = {name: keeping.entries(unit, name) for name in Kept}
    rows = [{_LIST: texts.LIST_NAMES[name], _ENTRY: entry} for name, found in kept.items() for entry in found]
    _write(file, (_LIST, _ENTRY), rows)
    click.echo(f"Списки записаны: {file}, строк {len(rows)}")
    return 0


def import_lists(settings: Settings, file: Path) -> int:
    """The lists named in the file hold what stands there; the others stay. Raises Stopped with all faults."""
    kept: dict[Kept, list[str]] = {}
    faults = []
    for line, row in _read(file, (_LIST, _ENTRY)):
        name = texts.list_named(row[_LIST])
        if name is None:
            faults.append(f"Строка {line}: списка «{row[_LIST][:40]}» нет")
            continue
        try:
            kept.setdefault(name, []).append(lists.canonical(name, row[_ENTRY]))
        except EntryRefused as refused:
            faults.append(f"Строка {line}: {texts.explain(refused)}")
    _stop_at(faults)
    now = datetime.now(UTC)
    with closing(opened(settings)) as storage, storage.begin("lists") as unit:
        done = {name: keeping.replace(unit, now, None, name, whole) for name, whole in kept.items()}
    for name, changed in done.items():
        added, removed = len(changed.added), len(changed.removed)
        click.echo(f"{texts.LIST_NAMES[name]}: добавлено {added}, убрано {removed}")
    return 0


def export_regions(settings: Settings, file: Path) -> int:
    """Write the whole table of regions as it is in force."""
    with closing(opened(settings)) as storage, storage.read() as unit:
        rows = regions.merged(unit.lists.region_rows())
    _write(file, regions.COLUMNS, rows)
    click.echo(f"Регионы записаны: {file}, строк {len(rows)}")
    return 0


def import_regions(settings: Settings, file: Path) -> int:
    """The rows of the file take the place of those with the same codes. Raises Stopped with all faults."""
    rows = [(line, {name: (row.get(name) or "").strip() for name in regions.COLUMNS})
            for line, row in _read(file, regions.NEEDED)]  # fmt: skip
    with closing(opened(settings)) as storage, storage.begin("regions") as unit:
        known = {row["code"]: row for row in regions.merged(unit.lists.region_rows())}
        _stop_at(_region_faults(rows, known))
        changed = keeping.edit_regions(unit, datetime.now(UTC), [row for _, row in rows])
    click.echo(
        f"Изменено регионов: {len(changed)}" + (f" ({', '.join(changed)})" if 0 < len(changed) <= 10 else "")
    )
    return 0


def export_rubrics(settings: Settings, file: Path) -> int:
    """Write the table of rubrics as it is in force."""
    with closing(opened(settings)) as storage, storage.read() as unit:
        rows = keeping.rubric_rows(unit)
    _write(file, rubrics.COLUMNS, rows)
    click.echo(f"Рубрики записаны: {file}, строк {len(rows)}")
    return 0


def import_rubrics(settings: Settings, file: Path) -> int:
    """The file is the whole table from now on. Raises Stopped with all faults."""
    told = _read(file, rubrics.COLUMNS)
    rows = [{name: " ".join(row[name].split()) for name in rubrics.COLUMNS} for _, row in told]
    faults = [f"{file}: {texts.rubric_fault('rubrics_count')}"] if len(rows) > rubrics.MOST else []
    for place, (line, _) in enumerate(told):
        others = rows[:place] + rows[place + 1 :]
        faults += [f"Строка {line}: {texts.rubric_fault(word)}" for word in rubrics.faults_of(rows[place], others)]
    _stop_at(faults)
    with closing(opened(settings)) as storage, storage.begin("rubrics") as unit:
        changed, gone = keeping.set_rubrics(unit, datetime.now(UTC), None, rows)
    click.echo(f"Рубрик: {len(rows)}, новых и изменённых {len(changed)}, убрано {len(gone)}")
    return 0


#: What the commands do, by the name of the table.
EXPORTS: Final[dict[str, Callable[[Settings, Path], int]]] = {
    "lists": export_lists,
    "regions": export_regions,
    "rubrics": export_rubrics,
}
IMPORTS: Final[dict[str, Callable[[Settings, Path], int]]] = {
    "lists": import_lists,
    "regions": import_regions,
    "rubrics": import_rubrics,
}


def _region_faults(rows: list[tuple[int, dict[str, str]]], known: Mapping[str, Mapping[str, str]]) -> list[str]:
    faults: list[str] = []
    seen: dict[str, int] = {}
    after = {**known, **{row["code"]: row for _, row in rows}}
    for line, row in rows:
        if row["code"] in seen:
            faults.append(f"Строка {line}: код {row['code']} уже был в строке {seen[row['code']]}")
        seen.setdefault(row["code"], line)
        others = {code: other for code, other in after.items() if code != row["code"]}
        faults += [f"Строка {line}: {texts.region_fault(word)}" for word in regions.faults_of(row, others)]
    return faults


def _stop_at(faults: list[str]) -> None:
    if faults:
        more = [f"И ещё ошибок: {len(faults) - _MOST_TOLD}"] if len(faults) > _MOST_TOLD else []
        raise Stopped(*faults[:_MOST_TOLD], *more, "Ничего не изменено")


def _write(file: Path, columns: tuple[str, ...], rows: object) -> None:
    """With the mark by which tables on Windows know the encoding."""
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)  # type: ignore[arg-type]


def _read(file: Path, needed: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """The rows with their lines; commas or semicolons, whichever the head has. Raises Stopped."""
    if file.stat().st_size > _LARGEST:
        raise Stopped(f"{file}: файл слишком большой для таблицы")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Stopped(f"{file}: нужна кодировка UTF-8") from None
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise Stopped(f"{file}: в первой строке нет столбцов: {', '.join(missing)}", "Ничего не изменено")
    try:
        rows = [(reader.line_num, {name: value or "" for name, value in row.items() if name}) for row in reader]
    except csv.Error as fault:
        raise Stopped(f"Строка {reader.line_num}: это не таблица CSV ({fault})", "Ничего не изменено") from None
    if not rows:
        raise Stopped(f"{file}: нет ни одной строки", "Ничего не изменено")
    return rows
