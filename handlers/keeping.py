"""What the editors keep, changed: lists by entries, regions and rubrics by rows; each change with its line in the
journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from editorial import lists, regions, rubrics
from editorial.lists import Change, Kept
from storage.unit import Unit

#: When the regions were last edited; a running program looks at it.
REGIONS_AT: Final = "regions_at"
#: The editors' table of rubrics, and when it was last edited.
_RUBRICS: Final = "rubrics"
RUBRICS_AT: Final = "rubrics_at"


@dataclass(frozen=True, slots=True)
class Changed:
    """What an edit really changed; both empty when it changed nothing."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


def entries(unit: Unit, name: Kept) -> tuple[str, ...]:
    """The entries of a list as they are now."""
    return lists.effective(name, unit.lists.changes())


def all_entries(unit: Unit) -> dict[Kept, tuple[str, ...]]:
    """The entries of every list as they are now."""
    edits = unit.lists.changes()
    return {name: lists.effective(name, edits) for name in Kept}


def add(unit: Unit, now: datetime, by: int | None, name: Kept, new: Sequence[str]) -> Changed:
    """Put canonical entries into a list; a pair takes the place of the one with the same word."""
    present = entries(unit, name)
    new = tuple({lists.key_of(name, entry): entry for entry in new}.values())
    keys = {lists.key_of(name, entry) for entry in new}
    added = tuple(entry for entry in dict.fromkeys(new) if entry not in present)
    gone = tuple(
        entry for entry in present if name in lists.PAIRS and lists.key_of(name, entry) in keys and entry not in new
    )
    return _store(unit, now, by, name, Changed(added, gone))


def remove(unit: Unit, now: datetime, by: int | None, name: Kept, old: Iterable[str]) -> Changed:
    """Take entries out of a list, pairs by their word alone; a threshold goes back to its default."""
    present = entries(unit, name)
    if name is Kept.THRESHOLDS:
        keys = {lists.key_of(name, entry) for entry in old}
        wanted = [entry for entry in lists.defaults(name) if lists.key_of(name, entry) in keys]
        return add(unit, now, by, name, wanted)
    keys = {lists.key_of(name, entry) for entry in old}
    gone = tuple(entry for entry in present if lists.key_of(name, entry) in keys)
    return _store(unit, now, by, name, Changed((), gone))


def replace(unit: Unit, now: datetime, by: int | None, name: Kept, whole: Sequence[str]) -> Changed:
    """The list holds these entries from now on, and no others."""
    present = entries(unit, name)
    added = tuple(entry for entry in dict.fromkeys(whole) if entry not in present)
    return _store(unit, now, by, name, Changed(added, tuple(entry for entry in present if entry not in whole)))


def _store(unit: Unit, now: datetime, by: int | None, name: Kept, changed: Changed) -> Changed:
    """Keep only what differs from the shipped list, so that a newer program's additions come through."""
    shipped = frozenset(lists.defaults(name))
    for entry in changed.added:
        if entry in shipped:
            unit.lists.reset(name, entry)
        else:
            unit.lists.set(Change(name, entry, True), by, now)
    for entry in changed.removed:
        if entry in shipped:
            unit.lists.set(Change(name, entry, False), by, now)
        else:
            unit.lists.reset(name, entry)
    if changed:
        details = {"list": str(name), "added": list(changed.added), "removed": list(changed.removed)}
        unit.journal.add(now, None, by, "list_changed", details=details)
    return changed


# ------------------------------------------------------------------------------------------------------ regions


def edit_regions(unit: Unit, now: datetime, rows: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """These rows stand over the shipped ones, besides those edited before. Returns the codes that changed."""
    before = {row["code"]: dict(row) for row in regions.merged(unit.lists.region_rows())}
    after = {**before, **{row["code"]: dict(row) for row in rows}}
    changed = tuple(code for code, row in after.items() if before.get(code) != row)
    if changed:
        shipped = {row["code"]: dict(row) for row in regions.shipped_rows()}
        unit.lists.set_regions([row for code, row in after.items() if shipped.get(code) != row], now)
        unit.settings.set(REGIONS_AT, now.isoformat(), now)
        unit.journal.add(now, None, None, "regions_changed", details={"codes": list(changed)})
    return changed


def install_regions(unit: Unit, known: str | None) -> str | None:
    """Have the rules use the edited regions if they are newer than ``known``; returns the mark of what is used."""
    at: str | None = unit.settings.get(REGIONS_AT)
    if at != known:
        regions.install(unit.lists.region_rows())
    return at


# ------------------------------------------------------------------------------------------------------ rubrics


def rubric_rows(unit: Unit, *, for_update: bool = False) -> tuple[Mapping[str, str], ...]:
    """The table of rubrics in force, in order."""
    stored = unit.settings.get(_RUBRICS, for_update=for_update)
    return tuple(stored) if stored else rubrics.shipped_rows()


def set_rubrics(
    unit: Unit, now: datetime, by: int | None, rows: Sequence[Mapping[str, str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The table holds these rows from now on, and no others; this program uses them once they are stored.

    Returns the codes that are new or changed, and those that are gone.
    """
    before = {row["code"]: dict(row) for row in rubric_rows(unit, for_update=True)}
    after = {row["code"]: dict(row) for row in rows}
    changed = tuple(code for code, row in after.items() if before.get(code) != row)
    gone = tuple(code for code in before if code not in after)
    if changed or gone or list(before) != list(after):
        unit.settings.set(_RUBRICS, list(after.values()), now)
        unit.settings.set(RUBRICS_AT, now.isoformat(), now)
        edits = [{"from": before.get(code), "to": after.get(code)} for code in (*changed, *gone)]
        unit.journal.add(now, None, by, "rubrics_changed", details={"rubrics": edits})
        unit.after_commit(lambda: rubrics.install(after.values()))
    return changed, gone


def install_rubrics(unit: Unit, known: str | None) -> str | None:
    """Have the rules use the edited rubrics if they are newer than ``known``; returns the mark of what is used."""
    at: str | None = unit.settings.get(RUBRICS_AT)
    if at != known:
        rubrics.install(rubric_rows(unit))
    return at


class Tables:
    """The edited regions and rubrics that the rules use; each is put in place once for each time it was edited."""

    def __init__(self) -> None:
        self._regions: str | None = None
        self._rubrics: str | None = None

    def install(self, unit: Unit) -> None:
        """Have the rules use what is newer than what they use."""
        self._regions = install_regions(unit, self._regions)
        self._rubrics = install_rubrics(unit, self._rubrics)
