"""Parameters of a method: a compact declaration and the strict reading of what was sent.

A declaration is words `name:kind`, an exclamation mark for required, a limit in brackets:
`post_id:uint! posts:list(100) filter:one(all|owner) message:text(9000)`. A list may name what stands in it
(`filter:list(admin|editor)`), a list of numbers that are not negative is `uints`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sandbox.errors import VkError, invalid, missing

COMMON = {
    "access_token",
    "v",
    "lang",
    "test_mode",
    "captcha_sid",
    "captcha_key",
    "captcha_ts",
    "captcha_attempt",
    "success_token",
    "remixstlid",
    "confirm",
    "https",
}
WORD = re.compile(r"^(\w+):(\w+)(?:\(([^)]*)\))?(!?)$")
INTEGER = re.compile(r"^-?\d{1,18}$")


@dataclass(frozen=True)
class Param:
    """One declared parameter: kind is int, uint, bool, text, list, ints, uints, number or one."""

    name: str
    kind: str
    limit: str
    required: bool


def declare(text: str) -> dict[str, Param]:
    """Reads a declaration. Raises ValueError for a word it does not understand."""
    found = {}
    for word in text.split():
        match = WORD.match(word)
        if match is None:
            raise ValueError(f"not a parameter: {word}")
        name, kind, limit, mark = match.groups()
        found[name] = Param(name, kind, limit or "", bool(mark))
    return found


def read(declared: dict[str, Param], sent: dict[str, str], *, strict: bool, open_ended: bool) -> dict[str, Any]:
    """Typed values of what was sent; absent and empty ones are left out. Raises VkError 100."""
    if strict and not open_ended:
        for name in sent:
            if name not in declared and name not in COMMON:
                raise invalid(name, "is not a parameter of this method")
    values: dict[str, Any] = {}
    for name, param in declared.items():
        text = sent.get(name)
        if text is None or (text == "" and param.kind != "text"):
            if param.required:
                raise missing(name)
            continue
        if param.required and text == "":
            raise missing(name)
        values[name] = _value(param, text, strict)
    return values


def _value(param: Param, text: str, strict: bool) -> Any:
    kind, name = param.kind, param.name
    if kind == "bool":
        return _boolean(name, text, strict)
    if kind in {"int", "uint"}:
        return _integer(name, text, param.limit, strict, unsigned=kind == "uint")
    if kind == "number":
        try:
            return float(text)
        except ValueError as fault:
            raise invalid(name, "is not a number") from fault
    if kind in {"list", "ints", "uints"}:
        return _list(param, text, strict)
    if kind == "one":
        if text not in param.limit.split("|"):
            raise invalid(name, f"should be one of {param.limit.replace('|', ', ')}")
        return text
    if param.limit and len(text) > int(param.limit):
        raise VkError(914) if name == "message" else invalid(name, f"is longer than {param.limit}")
    return text


def _boolean(name: str, text: str, strict: bool) -> bool:
    if text in {"0", "1"}:
        return text == "1"
    if strict:
        raise invalid(name, "should be 0 or 1")
    return text.lower() not in {"", "false", "0"}


def _integer(name: str, text: str, limit: str, strict: bool, *, unsigned: bool) -> int:
    if not INTEGER.match(text):
        if strict:
            raise invalid(name, "should be an integer")
        return 0
    value = int(text)
    if unsigned and value < 0:
        raise invalid(name, "should be positive")
    if limit:
        low, _, high = limit.partition("..")
        if (low and value < int(low)) or (high and value > int(high)):
            raise invalid(name, f"should be within {limit}")
    return value


def _list(param: Param, text: str, strict: bool) -> list[Any]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if param.limit.isdigit() and len(parts) > int(param.limit):
        raise invalid(param.name, f"has more than {param.limit} items")
    if param.kind == "list":
        if "|" in param.limit and not set(parts) <= set(param.limit.split("|")):
            raise invalid(param.name, f"should hold only {param.limit.replace('|', ', ')}")
        return parts
    within = param.limit if ".." in param.limit else ""
    unsigned = param.kind == "uints"
    return [_integer(param.name, part, within, strict, unsigned=unsigned) for part in parts]
