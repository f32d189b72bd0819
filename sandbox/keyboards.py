"""VK's rules for keyboards: what is wrong with one makes the whole send fail with error 911."""

from __future__ import annotations

import json
from typing import Any

from sandbox.errors import VkError

TYPES = {"text", "callback", "open_link", "location", "vkpay", "open_app"}
WHOLE_ROW = {"location", "vkpay", "open_app"}
COLOURS = {"primary", "secondary", "negative", "positive", "default"}
FIELDS = {
    "text": {"type", "label", "payload"},
    "callback": {"type", "label", "payload"},
    "open_link": {"type", "label", "link", "payload"},
    "location": {"type", "payload"},
    "vkpay": {"type", "hash", "payload"},
    "open_app": {"type", "label", "app_id", "owner_id", "hash", "payload"},
}
REQUIRED = {
    "text": {"label"},
    "callback": {"label"},
    "open_link": {"label", "link"},
    "vkpay": {"hash"},
    "open_app": {"label", "app_id"},
}


def parse_keyboard(text: str) -> dict[str, Any]:
    """The keyboard as stored; raises VkError 911 naming the fault."""
    try:
        keyboard = json.loads(text)
    except ValueError as fault:
        raise VkError(911, "keyboard is not valid JSON") from fault
    _check(isinstance(keyboard, dict), "keyboard should be an object")
    _check(set(keyboard) <= {"inline", "one_time", "buttons", "author_id"}, "unknown field")
    inline, one_time = keyboard.get("inline", False), keyboard.get("one_time", False)
    _check(isinstance(inline, bool) and isinstance(one_time, bool), "inline and one_time should be booleans")
    _check(not (inline and one_time), "inline keyboard can't be one_time")
    rows = keyboard.get("buttons")
    _check(isinstance(rows, list), "buttons should be an array")
    _check_size(rows, inline)
    for row in rows:
        for button in row:
            _check_button(button, row)
    return {"inline": inline, "one_time": one_time, "buttons": rows}


def _check(right: bool, fault: str) -> None:
    if not right:
        raise VkError(911, fault)


def _check_size(rows: list[Any], inline: bool) -> None:
    _check(len(rows) <= (6 if inline else 10), "too many rows")
    for row in rows:
        _check(isinstance(row, list), "row should be an array")
        _check(0 < len(row) <= 5, "row should have 1 to 5 buttons")
    total = sum(len(row) for row in rows)
    _check(total <= (10 if inline else 40), "too many buttons")


def _check_button(button: Any, row: list[Any]) -> None:
    _check(isinstance(button, dict) and set(button) <= {"action", "color"}, "button should have action and color")
    action = button.get("action")
    _check(isinstance(action, dict), "action should be an object")
    kind = action.get("type")
    _check(isinstance(kind, str) and kind in TYPES, "unknown button type")
    _check(set(action) <= FIELDS[kind], f"unknown field in {kind} button")
    _check(set(action) >= REQUIRED.get(kind, set()), f"{kind} button lacks a field")
    _check(kind not in WHOLE_ROW or len(row) == 1, f"{kind} button takes a whole row")
    if "color" in button:
        _check(isinstance(button["color"], str) and button["color"] in COLOURS, "unknown color")
        _check(kind in {"text", "callback"}, f"{kind} button can't have color")
    if "label" in action:
        label = action["label"]
        _check(isinstance(label, str) and 0 < len(label) <= 40, "label should have 1 to 40 characters")
    if kind == "open_link":
        link = action["link"]
        _check(isinstance(link, str) and link.startswith(("https://", "http://")), "link is invalid")
    if "payload" in action:
        _check_payload(action["payload"])


def _check_payload(payload: Any) -> None:
    _check(isinstance(payload, str), "payload should be a string with JSON")
    _check(len(payload) <= 255, "payload is longer than 255 characters")
    try:
        parsed = json.loads(payload)
    except ValueError as fault:
        raise VkError(911, "payload is not valid JSON") from fault
    _check(isinstance(parsed, dict | list | str | int | float), "payload can't be null")


def find_button(keyboard: dict[str, Any] | None, label: str) -> dict[str, Any] | None:
    """The action of the button with this label; an emoji and a space may stand before it."""
    for row in (keyboard or {}).get("buttons", []):
        for button in row:
            action: dict[str, Any] = button["action"]
            shown = str(action.get("label", ""))
            if shown == label or shown.split(" ", 1)[-1] == label:
                return action
    return None
