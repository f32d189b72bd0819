"""Somebody's receiver of signed events after Standard Webhooks.

Believes nothing that is not signed, old, too large or not minified; takes every event once by its id, and can be
told to answer anything.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from dataclasses import dataclass
from typing import Any

from sandbox.networks.base import Call, Platform, Reply, platform, reply
from sandbox.world import World

SECRET = "whsec_" + base64.b64encode(b"sandbox-webhook-secret-0123456789").decode()
TOLERANCE = 300.0
MOST_BYTES = 20 * 1024
TYPES = {"post.published", "post.edited", "post.removed"}


@dataclass
class Switches:
    """How the receiver answers: a status for so many requests (0: for ever), and what it asks to wait."""

    status: int = 200
    times: int = 0
    retry_after: float | None = None


@platform
class Webhook(Platform):
    """The receiver and what it has received."""

    name = "webhook"
    title = "Веб-хук"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.received: dict[str, dict[str, Any]] = {}
        self.secret = SECRET
        self.duplicates = 0
        self.refused: list[str] = []
        self.switches = Switches()

    def method(self, call: Call) -> str:  # noqa: ARG002  # it has one
        return "receive"

    def answer(self, call: Call) -> Reply:
        wrong = self._wrong(call)
        if wrong:
            self.refused.append(wrong)
            return reply({"error": wrong}, 401 if wrong in ("signature", "old", "headers") else 400)
        switched = self._switched()
        if switched is not None:
            return switched
        number = call.headers["webhook-id"]
        if number in self.received:
            self.duplicates += 1
            return reply({"ok": True, "duplicate": True})
        self.received[number] = {"id": number, "at": self.world.clock.now(), **json.loads(call.body)}
        return reply({"ok": True})

    def _wrong(self, call: Call) -> str:
        if call.verb != "POST" or not call.headers.get("content-type", "").startswith("application/json"):
            return "request"
        number = call.headers.get("webhook-id", "")
        moment = call.headers.get("webhook-timestamp", "")
        given = call.headers.get("webhook-signature", "").split()
        if not number or "." in number or not moment.isdigit() or not given:
            return "headers"
        if abs(time.time() - int(moment)) > TOLERANCE:  # another machine, with a clock of its own
            return "old"
        if not any(hmac.compare_digest(one, signature(number, moment, call.body, self.secret)) for one in given):
            return "signature"
        return self._wrong_body(call.body)

    @staticmethod
    def _wrong_body(body: bytes) -> str:
        if len(body) > MOST_BYTES:
            return "size"
        try:
            event = json.loads(body)
        except ValueError:
            return "json"
        if not isinstance(event, dict) or set(event) != {"type", "timestamp", "data"} or event["type"] not in TYPES:
            return "shape"
        small = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        return "" if small == body else "not_minified"

    def _switched(self) -> Reply | None:
        switches = self.switches
        if switches.status == 200:
            return None
        if switches.times == 1:
            self.switches = Switches()
        elif switches.times > 1:
            switches.times -= 1
        headers = {} if switches.retry_after is None else {"Retry_After": f"{switches.retry_after:g}"}
        if 300 <= switches.status < 400:
            headers["Location"] = f"{self.world.base_url}/webhook/elsewhere"
        return reply({"error": "switched"}, switches.status, **headers)

    def struck(self, code: int, text: str) -> Reply:
        return _refusal(code if 300 <= code <= 599 else 500, text)

    def view(self) -> dict[str, Any]:
        return {
            "posts": self._posts(),
            "received": list(self.received.values()),
            "duplicates": self.duplicates,
            "refused": list(self.refused),
        }

    def _posts(self) -> list[dict[str, Any]]:
        """The posts the receiver knows of now, newest first."""
        posts: dict[int, dict[str, Any]] = {}
        for event in self.received.values():
            data = event["data"]
            if event["type"] == "post.removed":
                posts.pop(data["number"], None)
                continue
            known = posts.pop(data["number"], None)
            posts[data["number"]] = {
                "id": str(data["number"]),
                "title": data.get("title", ""),
                "text": data["text"]["plain"],
                "html": data["text"]["html"],
                "pictures": [one["url"] for one in data["media"] if one["kind"] == "photo" and one.get("url")],
                "link": data.get("link"),
                "date": known["date"] if known else int(event["at"]),
                "edited": event["type"] == "post.edited",
            }
        return list(reversed(posts.values()))

    def do(self, what: dict[str, Any]) -> dict[str, Any]:
        if what.get("what") == "secret":
            self.secret = str(what["set"])
            return {}
        if what.get("what") != "answer":
            return super().do(what)
        self.switches = Switches(int(what["status"]), int(what.get("times", 0)), what.get("retry_after"))
        return {}


def _refusal(status: int, text: str) -> Reply:
    """A refusal; a number in its words is what it asks to wait, seconds."""
    seconds = re.sub(r"\D", "", text)
    return reply({"error": text or "fault"}, status, **({"Retry_After": seconds} if seconds else {}))


def signature(number: str, moment: str, body: bytes, secret: str = SECRET) -> str:
    """What the receiver expects in ``webhook-signature``."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{number}.{moment}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
