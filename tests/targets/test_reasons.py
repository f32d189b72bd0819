"""Every reason a network can give has its sentence: what happened there, and what to do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot.targets
from bot.vk import errors
from handlers import alarms, copy_outcomes, texts

FOLDER = Path(bot.targets.__file__).parent
#: Targets of VK itself, whose refusals have sentences of their own.
NOT_NETWORKS = {"vk_messages", "vk_wall", "pictures", "vk_outcome"}
OUTCOMES = {"Refused", "RetryLater", "Uncertain", "Hold", "MediaUnavailable", "FetchFailed"}
#: What targets pass on: how a file could not be had, how a request failed on the way, how an upload was refused.
BESIDE = ("media.py", "fetch.py", "transport.py", "vk/uploads.py")
#: VK's refusals of messages, comments and advertisements: no wall answers so.
NOT_OF_WALLS = {
    *("ads_error", "ads_partial", "ads_rights", "comments_denied", "delete_refused", "edit_refused"),
    *("execute_failed", "execute_unreadable", "forwards_refused", "groups_hidden", "intent_refused"),
    *("keyboard_invalid", "pin_refused", "pinned_just_now", "position_lost"),
}


def words(node: ast.expr) -> Iterator[str]:
    """The stable words an expression may come to; a name stands for itself, what is computed for nothing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from words(node.body)
        yield from words(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from words(value)


def reasons_in(path: Path) -> Iterator[str]:
    """What the outcomes, the health and the tables of a target's file speak of."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in OUTCOMES and node.args:
                yield from words(node.args[0])
            if node.func.id == "Health" and len(node.args) > 1:
                yield from words(node.args[1])
            if node.func.id == "Verdict" and len(node.args) > 3:
                yield from words(node.args[3])
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "_after_refusal"
        ):
            yield from words(node.args[2])
        if path.name == "transport.py" and isinstance(node, ast.Return) and node.value is not None:
            yield from words(node.value)


def told_by_networks() -> dict[str, str]:
    files = [path for path in sorted(FOLDER.glob("*.py")) if path.stem not in NOT_NETWORKS]
    files += [FOLDER.parent / name for name in BESIDE]
    found = {reason: path.stem for path in files for reason in reasons_in(path) if reason}
    assert {"silence", "photo_refused", "no_original", "folder_closed", "too_large"} <= found.keys()
    from_vk = {row[1] for row in errors.TABLE.values() if row[0] is not errors.Remedy.MARK_AUTHOR}
    more = {*alarms.CLOSING, *copy_outcomes.FORBIDS, copy_outcomes.EARLIER_PART, "interrupted", "program_fault"}
    return {**dict.fromkeys(from_vk - NOT_OF_WALLS, "vk_copy"), **found, **dict.fromkeys(more, "the handlers")}


@pytest.mark.parametrize(("reason", "where"), sorted(told_by_networks().items()))
def test_a_network_s_reason_has_its_sentence(reason: str, where: str) -> None:
    what, todo = texts.network_trouble(reason)
    assert (what, todo) != texts.network_trouble("nobody has heard of this"), where
    assert todo
