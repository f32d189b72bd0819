"""R2 and R6: what was announced stays decided, and only who may decide has decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from proof.evidence import Evidence, Json

MAY_DECIDE: Final = frozenset({"moderator", "editor", "administrator", "creator"})
#: What a snackbar that announces a decision begins with, and the journal's words for that decision.
ANNOUNCED: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("Публикуется", frozenset({"publish"})),
    ("Публикации на паузе", frozenset({"publish", "repeat"})),
    ("Ключа редактора нет", frozenset({"publish", "repeat"})),
    ("Выйдет ", frozenset({"queue", "pick"})),
    ("Возвращено: ", frozenset({"return"})),
    ("Отклонено: ", frozenset({"reject"})),
    ("Решение отменено", frozenset({"undo"})),
    ("Записали: вышла", frozenset({"out"})),
    ("Пробуем ещё раз", frozenset({"repeat"})),
)
DECISIONS: Final = frozenset().union(*(words for _, words in ANNOUNCED)) | {"edit"}


def r2_an_answered_decision_stays(seen: Evidence) -> Iterator[str]:
    """Every announced decision is in the journal; the journal replays to the state; one decision per version."""
    yield from _announced_is_stored(seen)
    for number, row in seen.suggestions.items():
        yield from replays(number, row, seen.story(number))
    for number in seen.suggestions:
        yield from _one_winner(seen, number)


def _announced_is_stored(seen: Evidence) -> Iterator[str]:
    presses = {deed["event_id"]: deed for deed in seen.done("press") if deed.get("event_id")}
    announced: Counter[tuple[int, int, frozenset[str]]] = Counter()
    for bar in seen.state["snackbars"]:
        words = next((words for start, words in ANNOUNCED if bar["text"].startswith(start)), None)
        deed = presses.get(bar["event_id"])
        if words is None or deed is None or "number" not in deed:
            continue
        announced[(deed["number"], bar["user_id"], words)] += 1
    for (number, user_id, words), count in announced.items():
        stored = sum(row["action"] in words and row["actor"] == user_id for row in seen.story(number))
        if stored < count:
            yield f"№ {number}: {count} × {sorted(words)} announced to {user_id}, {stored} in the journal"


def replays(number: int, row: Json, story: Sequence[Json]) -> Iterator[str]:
    state: str | None = None
    for entry in story:
        if entry["action"] == "refused" or entry["after"] is None:
            continue
        if state is not None and entry["before"] != state:
            yield f"№ {number}: «{entry['action']}» starts from {entry['before']}, the state was {state}"
        state = entry["after"]
    if state != row["status"]:
        yield f"№ {number} is {row['status']}, the journal ends in {state}"


def _one_winner(seen: Evidence, number: int) -> Iterator[str]:
    """Presses with the version of one card: at most one of them decided."""
    decided = [row for row in seen.story(number) if row["action"] in DECISIONS - {"edit"}]
    pressed = [deed for deed in seen.done("press") if deed.get("number") == number and deed.get("action")]
    versions = Counter(deed["version"] for deed in pressed if _announces(seen, deed))
    for version, count in versions.items():
        if count > 1:
            yield f"№ {number}: {count} decisions were announced for version {version}"
    if len(decided) > len(pressed):
        yield f"№ {number}: {len(decided)} decisions stored, {len(pressed)} presses made"


def _announces(seen: Evidence, deed: Json) -> bool:
    bars = [bar for bar in seen.state["snackbars"] if bar["event_id"] == deed.get("event_id")]
    return any(bar["text"].startswith(start) for bar in bars for start, _ in ANNOUNCED)


def r6_only_moderators_act(seen: Evidence) -> Iterator[str]:
    """Nobody else changed a state; every press of theirs that was handled is written down as refused."""
    staff = {row["vk_id"] for row in seen.tables["staff"] if row["role"] in MAY_DECIDE}
    staff |= {deed["user_id"] for deed in seen.done("set_role") if deed["role"] in MAY_DECIDE}
    for row in seen.tables["journal"]:
        if row["action"] in DECISIONS and row["actor"] not in staff:
            yield f"№ {row['number']}: «{row['action']}» by {row['actor']}, who is no moderator"
    refused = Counter(row["actor"] for row in seen.tables["journal"] if row["action"] == "refused")
    strangers = Counter(
        deed["by"] for deed in seen.done("press") if deed["by"] not in staff and deed.get("event_id")
    )
    for user_id, count in strangers.items():
        if refused[user_id] < count:
            yield f"{user_id} pressed {count} times without being a moderator, {refused[user_id]} are written down"
