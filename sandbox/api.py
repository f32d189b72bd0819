"""One method call from its name to its answer: key, rate, rights, parameters, then the method itself.

Methods register themselves with what they need; this file checks it in VK's order and writes the journal.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox import params as parameters
from sandbox.errors import NO_SCOPE, VkError, invalid
from sandbox.faults import Fault
from sandbox.journal import LONG_ANSWER, SECRETS
from sandbox.longpoll import COMPACT
from sandbox.records import Community, Json
from sandbox.tokens import GROUP, SERVICE, USER, Token, captcha
from sandbox.world import World

OLDEST_VERSION = (5, 81)


@dataclass
class Call:
    """A call in progress: the world, the key, typed parameters (`values`) and the version asked for."""

    world: World
    token: Token
    method: str
    values: dict[str, Any]
    sent: dict[str, str]
    version: tuple[int, ...]
    api: Api
    ip: str
    notes: Json = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a parameter, or the default when it was not sent."""
        return self.values.get(name, default)

    @property
    def by_group(self) -> bool:
        """Was it called with a community key?"""
        return self.token.kind == GROUP

    def community(self, group_id: int) -> Community:
        """The community of that number. Raises VkError 100."""
        found = self.world.groups.get(group_id)
        if found is None:
            raise invalid("group_id")
        return found

    def level(self, group_id: int) -> int:
        """The caller's rank in a community: 3 for its own key, 0 for somebody else's."""
        if self.token.kind == GROUP:
            return 3 if self.token.group_id == group_id else 0
        community = self.world.groups.get(group_id)
        return community.level(self.token.user_id) if community is not None and self.token.user_id else 0


Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Method:
    """What a method takes and who may call it; for each kind of key a right, True, or an error code."""

    name: str
    handler: Handler
    params: dict[str, parameters.Param]
    group: bool | int | str
    user: bool | int | str
    service: bool | int
    wall_write: bool
    open_ended: bool
    login: bool


METHODS: dict[str, Method] = {}


def method(
    name: str,
    params: str = "",
    *,
    group: bool | int | str = True,
    user: bool | int | str = True,
    service: bool | int = 28,
    wall_write: bool = False,
    open_ended: bool = False,
    login: bool = False,
) -> Callable[[Handler], Handler]:
    """Registers a handler. `login`: even a VK ID key, good for nothing else, may call it."""

    def register(handler: Handler) -> Handler:
        declared = parameters.declare(params)
        METHODS[name] = Method(name, handler, declared, group, user, service, wall_write, open_ended, login)
        return handler

    return register


class Api:
    """Calls methods on a world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def call(
        self,
        name: str,
        sent: dict[str, str],
        ip: str = "127.0.0.1",
        fault: Fault | None = None,
        *,
        late: bool = False,
    ) -> tuple[bytes, list[Callable[[], None]]]:
        """The body of the answer, and what has to be done once it has left. Writes the journal.

        ``late``: nobody waits for the answer any more.
        """
        world = self.world
        with world.lock:
            world.hold_events()
            try:
                body = self.answer(name, sent, ip, fault)
            finally:
                after = world.release_events()
            if world.variants["event_before_answer"]:
                for deed in after:
                    deed()
                after = []
            text = json.dumps(body, ensure_ascii=False, separators=COMPACT)
            self.note(name, sent, ip, body, len(text), fault, late=late)
        return text.encode(), after

    def answer(self, name: str, sent: dict[str, str], ip: str, fault: Fault | None) -> Json:
        """The answer as an object: `response` (with `execute_errors`) or `error`."""
        shown = {key: value for key, value in sent.items() if key not in SECRETS}
        try:
            if fault is not None and fault.what == "error":
                raise struck(fault)
            call = self._admitted(name, sent, ip)
            response = METHODS[name].handler(call)
        except VkError as error:
            return {"error": error.answer(name, shown)}
        return {"response": response, **call.notes}

    def inner(self, call: Call, name: str, sent: dict[str, str]) -> Any:
        """A call inside execute: no rate of its own, journalled. Raises VkError."""
        known = METHODS.get(name)
        if known is None or name == "execute":
            raise VkError(3)
        fault = self.world.faults.pick({name}, {"error"}, call.token.kind, call.token.name, json.dumps(sent))
        sent = {**sent, "v": call.sent.get("v", "")}
        try:
            if fault is not None:
                raise struck(fault)
            inner = self._prepared(known, call.token, sent, call.version, call.ip)
            response = known.handler(inner)
        except VkError as error:
            self.note(name, sent, call.ip, {"error": error.answer(name, {})}, 0, fault, token=call.token)
            raise
        self.note(name, sent, call.ip, {"response": response}, 0, None, token=call.token)
        return response

    # -- the way in ------------------------------------------------------------------------------

    def _admitted(self, name: str, sent: dict[str, str], ip: str) -> Call:
        known = METHODS.get(name)
        if known is None:
            raise VkError(3)
        version = _version(sent.get("v"))
        token = self._token(sent.get("access_token"), ip)
        if self.world.limits.rate_exceeded(token.key, token.kind):
            raise VkError(6)
        return self._prepared(known, token, sent, version, ip)

    def _prepared(
        self, known: Method, token: Token, sent: dict[str, str], version: tuple[int, ...], ip: str
    ) -> Call:
        world = self.world
        self._check_rights(known, token)
        values = parameters.read(known.params, sent, strict=world.variants["strict"], open_ended=known.open_ended)
        self._check_quantities(known, token, sent)
        return Call(world, token, known.name, values, sent, version, self, ip)

    def _token(self, key: str | None, ip: str) -> Token:
        if not key:
            raise VkError(5, "no access_token passed.")
        token = self.world.tokens.get(key)
        if token is None:
            raise VkError(5, "invalid access_token (4).")
        token.check_alive(self.world.clock.now(), ip)
        return token

    def _check_rights(self, known: Method, token: Token) -> None:
        allowed = {GROUP: known.group, USER: known.user, SERVICE: known.service}[token.kind]
        if token.flavour == "vkid" and not known.login:
            if self.world.variants["vk_id_refusal"] == 1051:
                raise VkError(1051, "method is not available for this profile type")
            raise VkError(15, NO_SCOPE, subcode=1133)
        if isinstance(allowed, str):
            if allowed not in token.effective_rights:
                if known.name == "wall.post" and token.kind == GROUP:
                    raise VkError(214)
                raise VkError(15, NO_SCOPE)
        elif allowed is not True:
            code = 15 if allowed is False else int(allowed)
            if token.kind == SERVICE and code == 28:
                code = int(self.world.variants["service_refusal"])
            raise VkError(code, NO_SCOPE if code == 15 else "")

    def _check_quantities(self, known: Method, token: Token, sent: dict[str, str]) -> None:
        world = self.world
        if known.wall_write:
            if token.state == "frozen" and known.name == "wall.post":
                raise VkError(10)
            if token.state == "two_factor" and known.name == "wall.delete":
                raise VkError(703)
            self._check_captcha(token, sent)
        budgets = ["calls_per_day", *(["wall_get_per_day"] if known.name == "wall.get" else [])]
        if any(world.limits.count_day(token.key, known.name, name, world.clock.now()) for name in budgets):
            raise VkError(29)
        fingerprint = json.dumps([known.name, sorted(sent.items())])
        if world.limits.same_too_often(token.key, fingerprint):
            raise VkError(9)

    def _check_captcha(self, token: Token, sent: dict[str, str]) -> None:
        limits = self.world.limits
        passed = sent.get("success_token") == "passed" or (
            sent.get("captcha_sid") in token.captcha_sids and sent.get("captcha_key") == "passed"
        )
        if passed:
            token.captcha_sids.clear()
            limits.forgive(token.key)
            if token.state.startswith("captcha"):
                token.state = "ok"
            return
        if token.state.startswith("captcha") or (token.kind == USER and limits.burst(token.key)):
            shape = token.state.removeprefix("captcha_") if token.state.startswith("captcha") else "both"
            error = captcha(shape, len(token.captcha_sids) + 1)
            token.captcha_sids.add(str(error.extra.get("captcha_sid", "")))
            raise error

    # -- the journal -----------------------------------------------------------------------------

    def note(
        self,
        name: str,
        sent: dict[str, str],
        ip: str,
        body: Json,
        length: int,
        fault: Fault | None,
        *,
        token: Token | None = None,
        late: bool = False,
    ) -> None:
        """Writes a call into the journal; `token` is given for calls inside execute."""
        entry = self._entry(name, sent, ip, token)
        if token is not None:
            entry["inside"] = "execute"
        if late:
            entry["late"] = True
        if "error" in body:
            entry["error_code"] = body["error"]["error_code"]
            entry["error_msg"] = body["error"]["error_msg"]
        elif length <= LONG_ANSWER:
            entry["answer"] = body["response"]
            if "execute_errors" in body:
                entry["execute_errors"] = body["execute_errors"]
        entry["executed"] = "response" in body
        if fault is not None:
            entry["fault"] = fault.what
        self.world.journal.write(entry)

    def note_lost(self, name: str, sent: dict[str, str], ip: str, fault: Fault) -> None:
        """Writes down a call that a fault swallowed before it had any effect."""
        self.world.journal.write({**self._entry(name, sent, ip), "executed": False, "fault": fault.what})

    def _entry(self, name: str, sent: dict[str, str], ip: str, token: Token | None = None) -> Json:
        """What is written down of every call: when, which, by whom, and with what, without its secrets."""
        who = token or self.world.tokens.get(sent.get("access_token", ""))
        return {
            "at": self.world.clock.iso(),
            "method": name,
            "token_kind": who.kind if who is not None else "unknown",
            "token_name": who.name if who is not None else "unknown",
            "params": {key: value for key, value in sent.items() if key not in SECRETS},
            "ip": ip,
        }


def struck(fault: Fault) -> VkError:
    """The error a fault of kind error (or effect_then_error) answers with."""
    if fault.code == 14:
        return captcha(fault.shape, 1)
    extra: Json = {"redirect_uri": "https://id.vk.ru/validation"} if fault.code == 17 else {}
    return VkError(fault.code, fault.text, subcode=fault.subcode, extra=extra)


def _version(text: str | None) -> tuple[int, ...]:
    if not text:
        raise VkError(8, "v (version) is required")
    parts = text.split(".")
    if not all(part.isdigit() for part in parts):
        raise VkError(8, "v (version) is invalid")
    version = tuple(int(part) for part in parts)
    if version < OLDEST_VERSION:
        raise VkError(8, 'versions below 5.81 are deprecated. Version param should be passed as "v"')
    return version
