"""A post as each network will show it, put into words for a moderator; pure.

What a network does with a text (shortened, in several messages, without a video) is seen before it happens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any, Final

from editorial.networks import Part

#: Names under which the targets keep what a reader will read.
_TEXTS: Final = ("text", "caption", "message")
_TAG: Final = re.compile(r"<[^<>]*>")
_LINK: Final = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_BREAK: Final = re.compile(r"<br\s*/?>\n?|</p>\n?")


def words_of(part: Part) -> str:
    """What stands written in the part; empty when it is pictures only."""
    return _words(part.body).strip()


def _words(body: Mapping[str, Any]) -> str:
    for name in _TEXTS:
        found = body.get(name)
        if isinstance(found, str) and found.strip():
            return _plain(found) if "html" in str(body.get("format", "")) or "<a href=" in found else found
        if isinstance(found, Mapping):
            return str(found.get("plain") or _plain(str(found.get("html") or "")))
    blocks = body.get("media")
    if isinstance(blocks, list):
        return "\n".join(str(one.get("text") or "") for one in blocks if isinstance(one, Mapping)).strip()
    if isinstance(body.get("html"), str):
        title = str(body.get("title") or "")
        return f"{title}\n\n{_plain(body['html'])}".strip()
    return str(body.get("question") or body.get("title") or "")


def _plain(markup: str) -> str:
    """HTML of ours as text: links as «label (address)»."""
    linked = _LINK.sub(lambda match: match[2] if match[2] in match[1] else f"{match[2]} ({match[1]})", markup)
    return unescape(_TAG.sub("", _BREAK.sub("\n", linked)))
