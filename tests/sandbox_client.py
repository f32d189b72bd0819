"""The tests' hand in the sandbox: acts for people, arranges faults, and waits until the world looks right.

Speaks only HTTP, so the same client serves a sandbox in this process and one started on its own.
Calls VK methods too (`call`), which tests of the sandbox itself use.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import requests

Json = dict[str, Any]
CHAT = 2_000_000_001
VERSION = "5.199"


class SandboxRefused(Exception):
    """The sandbox would not do an action; the text says why."""


class SandboxClient:
    """People's and testers' actions at one sandbox."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = requests.Session()
        self._http.trust_env = False  # the sandbox is on this machine, whatever proxy the environment names

    # -- acting ----------------------------------------------------------------------------------

    def do(self, action: str, **fields: Any) -> Json:
        """Any action of the control interface. Raises SandboxRefused."""
        answer = self._http.post(f"{self.url}/sandbox/do", json={"action": action, **fields}, timeout=60)
        body: Json = answer.json()
        if not body.get("ok"):
            raise SandboxRefused(body.get("error", answer.text))
        return body

    def suggest(self, user_id: int = 601, text: str = "Новость", photos: int = 0, **fields: Any) -> int:
        """A person suggests a post; gives its id."""
        made = self.do("suggest", user_id=user_id, text=text, photos=photos, **fields)
        return int(made["post_id"])

    def write(self, user_id: int, text: str, peer_id: int | str = "group", **fields: Any) -> int:
        """A person writes to the community or into a chat; gives the cmid."""
        return int(self.do("write", user_id=user_id, peer_id=peer_id, text=text, **fields)["cmid"])

    def press(
        self, user_id: int, label: str, cmid: int | None = None, peer_id: int = CHAT, **fields: Any
    ) -> str | None:
        """A person presses a button by its label; gives the event_id of a callback button."""
        pressed = self.do("press", user_id=user_id, peer_id=peer_id, cmid=cmid, label=label, **fields)
        event_id: str | None = pressed.get("event_id")
        return event_id

    def forge(self, user_id: int, payload: Any, peer_id: int = CHAT, **fields: Any) -> Json:
        """A press that no button stands behind, with any payload."""
        return self.do("press", user_id=user_id, peer_id=peer_id, payload=payload, forged=True, **fields)

    def fault(self, what: str, method: str | None = None, **fields: Any) -> int:
        """Puts a fault in force; `nth`, `times`, `token_kind`, `event` and the like go into its match."""
        names = ("event", "nth", "times", "token_kind", "token", "probability", "seed", "contains")
        match = {name: fields.pop(name) for name in names if name in fields}
        if method is not None:
            match["method"] = method
        return int(self.do("fault", fault={"match": match, "what": what, **fields})["fault_id"])

    def clear_faults(self) -> None:
        """Takes all faults back."""
        self.do("faults_clear")

    def clock(self, **fields: Any) -> str:
        """advance=SECONDS, freeze=ISO, run=True or offset=SECONDS; gives the time it is now."""
        return str(self.do("clock", **fields)["now"])

    def variant(self, **values: Any) -> None:
        """Switches unknowns of VK."""
        self.do("variant", **values)

    def limits(self, **values: Any) -> None:
        """Changes limits, or off=True."""
        self.do("limits", **values)

    def token(self, key: str, state: str = "ok", **fields: Any) -> None:
        """Something happens to a key."""
        self.do("token", key=key, set=state, **fields)

    def reset(self) -> None:
        """The world as it was at the start."""
        self.do("reset")

    # -- looking ---------------------------------------------------------------------------------

    def state(self, since: int | None = None, wait: float = 0, only: str = "") -> Json:
        """The visible world; with `since` waits for a newer revision. `only`: parts, comma-separated."""
        asked: dict[str, Any] = {"wait": wait}
        if since is not None:
            asked["since"] = since
        if only:
            asked["only"] = only
        return self._get("state", timeout=wait + 30, **asked)

    def wait_for(
        self, predicate: Callable[[Json], Any], timeout: float = 10, only: str = "", what: str = ""
    ) -> Any:
        """Waits until the predicate gives something true for a state; gives that. Raises AssertionError."""
        deadline = time.monotonic() + timeout
        seen = self.state(only=only)
        while True:
            found = predicate(seen)
            if found:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"not seen at the sandbox within {timeout} s: {what or predicate}")
            seen = self.state(since=seen["revision"], wait=min(left, 5), only=only)

    def journal(self, since: int = 0, method: str | None = None, wait: float = 0) -> list[Json]:
        """Calls after the entry `since`, of one method or of all."""
        asked: dict[str, Any] = {"since": since, "wait": wait}
        if method is not None:
            asked["method"] = method
        entries: list[Json] = self._get("journal", timeout=wait + 30, **asked)["entries"]
        return entries

    def history(self, since: int = 0) -> list[Json]:
        """Long-poll events after ts `since`."""
        events: list[Json] = self._get("history", since=since)["events"]
        return events

    def wait_event(self, kind: str, since: int = 0, timeout: float = 10) -> Json:
        """The first long-poll event of a type after ts `since`. Raises AssertionError."""
        asked = {"type": kind, "since": since, "wait": timeout}
        event: Json | None = self._get("events/wait", timeout=timeout + 30, **asked)["event"]
        assert event is not None, f"no event {kind} within {timeout} s"
        return event

    def faults(self) -> list[Json]:
        """Faults in force with how often each has struck."""
        rules: list[Json] = self._get("faults")["faults"]
        return rules

    def health(self) -> Json:
        """Revision and number of polls so far."""
        return self._get("health")

    def chat(self, peer_id: int = CHAT) -> list[Json]:
        """Messages of a chat."""
        chats = self.state(only="chats")["chats"]
        messages: list[Json] = next(chat for chat in chats if chat["peer_id"] == peer_id)["messages"]
        return messages

    def dialog(self, user_id: int) -> list[Json]:
        """Messages between a person and the community."""
        dialogs = self.state(only="dialogs")["dialogs"]
        found: list[Json] = next((row["messages"] for row in dialogs if row["user_id"] == user_id), [])
        return found

    # -- VK methods ------------------------------------------------------------------------------

    def raw(self, method: str, key: str = "group-key", **params: Any) -> requests.Response:
        """The HTTP answer of a VK method."""
        body = {"access_token": key, "v": VERSION, **params}
        return self._http.post(f"{self.url}/method/{method}", data=body, timeout=60)

    def call(self, method: str, key: str = "group-key", **params: Any) -> Any:
        """The `response` of a VK method. Raises AssertionError with the error it gave instead."""
        body = self.raw(method, key, **params).json()
        assert "response" in body, body["error"]
        return body["response"]

    def error(self, method: str, key: str = "group-key", **params: Any) -> int:
        """The error code of a VK method, 0 when it went well."""
        body: Json = self.raw(method, key, **params).json()
        return int(body["error"]["error_code"]) if "error" in body else 0

    def poll(self, server: Json, wait: float = 5) -> Json:
        """One a_check; moves `ts` of the server description on."""
        asked = {"act": "a_check", "key": server["key"], "ts": server["ts"], "wait": wait}
        body: Json = self._http.get(server["server"], params=asked, timeout=wait + 30).json()
        if "ts" in body:
            server["ts"] = str(body["ts"])
        return body

    def get(self, address: str) -> requests.Response:
        """A plain GET, of a picture for instance."""
        return self._http.get(address, timeout=30)

    def upload(self, address: str, field: str, name: str, content: bytes) -> Json:
        """Sends a file to an upload address."""
        answer: Json = self._http.post(address, files={field: (name, content)}, timeout=30).json()
        return answer

    def _get(self, path: str, timeout: float = 30, **asked: Any) -> Json:
        body: Json = self._http.get(f"{self.url}/sandbox/{path}", params=asked, timeout=timeout).json()
        return body
