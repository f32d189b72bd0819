"""Which networks a post goes to: an editor's rules by rubric and region, and a moderator's choice for one post.

The rules stand in the settings; a choice on the card overrides them for its post.  A text of its own for a network
is a choice, too; with it stands for which text of the wall it was written.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from editorial import regions, rubrics
from editorial.networks import Network
from editorial.suggestion import Status, Suggestion, comparable
from handlers.context import Context

_PAUSED: Final = "paused_networks"
_RULES: Final = "network_rules"
_ASKS: Final = "networks_ask_on_gone"
_NOWHERE: Final = frozenset({Status.WITHDRAWN, Status.REJECTED, Status.MERGED})


@dataclass(frozen=True, slots=True)
class NetworkRule:
    """What goes to a network by itself.

    ``off``: nothing.  ``only`` and ``never`` are codes of rubrics or regions; with ``only`` a post needs one of
    them, with one of ``never`` it stays out.
    """

    off: bool = False
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        return cls(bool(stored.get("off")), tuple(stored.get("only", ())), tuple(stored.get("never", ())))

    def stored(self) -> dict[str, Any]:
        return {"off": self.off, "only": list(self.only), "never": list(self.never)}

    def takes(self, suggestion: Suggestion) -> bool:
        """Whether a post goes there when nobody says otherwise."""
        if self.off or not (self.only or self.never):
            return not self.off
        rubric = rubrics.of(suggestion)
        codes = {code for code in (rubric.code if rubric else None, _region(suggestion)) if code}
        if codes & set(self.never):
            return False
        return not self.only or bool(codes & set(self.only))


def _region(suggestion: Suggestion) -> str | None:
    """The region; until somebody says which it is the one the text speaks of, as the card shows it."""
    guess = None if suggestion.region else regions.region_of_text(suggestion.text)
    return guess.code if guess else suggestion.region


def rule(context: Context, key: str) -> NetworkRule:
    """The rule of a network; everything goes there by default."""
    stored: dict[str, Any] = context.unit.settings.get(_RULES) or {}
    return NetworkRule.of(stored.get(key) or {})


def set_rule(context: Context, key: str, rule: NetworkRule) -> None:
    stored: dict[str, Any] = context.unit.settings.get(_RULES, for_update=True) or {}
    context.unit.settings.set(_RULES, {**stored, key: rule.stored()}, context.now)


def paused(context: Context) -> frozenset[str]:
    """Keys of the networks somebody paused."""
    return frozenset(context.unit.settings.get(_PAUSED) or ())


def set_paused(context: Context, key: str, on: bool) -> bool:
    """Pause a network or let it go on. False: it was so already."""
    before = frozenset(context.unit.settings.get(_PAUSED, for_update=True) or ())
    after = before | {key} if on else before - {key}
    if after == before:
        return False
    context.unit.settings.set(_PAUSED, sorted(after), context.now)
    return True


def asks_before_removal(context: Context, key: str) -> bool:
    """Whether people are asked before a post deleted on VK by hand is taken out of this network, too."""
    return key in (context.unit.settings.get(_ASKS) or ())


def set_asks_before_removal(context: Context, key: str, asks: bool) -> None:
    before = frozenset(context.unit.settings.get(_ASKS, for_update=True) or ())
    context.unit.settings.set(_ASKS, sorted(before | {key} if asks else before - {key}), context.now)


# ------------------------------------------------------------------------------------------- a choice for one post


def goes_to(context: Context, suggestion: Suggestion, network: Network) -> bool:
    """Whether the suggestion is to go to the network when it comes out."""
    choice = suggestion.networks or {}
    if network.key in choice.get("off", ()):
        return False
    return network.key in choice.get("on", ()) or rule(context, network.key).takes(suggestion)


def goes_nowhere(suggestion: Suggestion) -> bool:
    """Whether nothing of it goes out as a post of its own."""
    return suggestion.status in _NOWHERE or suggestion.merged_into is not None


def chosen(context: Context, suggestion: Suggestion) -> tuple[Network, ...]:
    """The networks the suggestion is to go to."""
    return tuple(network for network in context.desk.networks if goes_to(context, suggestion, network))


def with_choice(suggestion: Suggestion, key: str, on: bool) -> Suggestion:
    """The suggestion after a moderator chose for or against a network."""
    choice = suggestion.networks or {}
    lists = {name: [one for one in choice.get(name, ()) if one != key] for name in ("on", "off")}
    lists["on" if on else "off"].append(key)
    return replace(suggestion, networks={**choice, **lists}, version=suggestion.version + 1)


# ------------------------------------------------------------------------------------- a text of its own for one


def own_texts(suggestion: Suggestion) -> dict[str, str]:
    """The texts moderators gave for single networks, by network."""
    return dict((suggestion.networks or {}).get("texts") or {})


def own_text(suggestion: Suggestion, key: str) -> str | None:
    """The text a moderator gave for this network alone."""
    return own_texts(suggestion).get(key) or None


def is_older(suggestion: Suggestion, key: str, wall_text: str) -> bool:
    """Whether the network's own text was written for another text of the wall than this one."""
    marks = (suggestion.networks or {}).get("beside") or {}
    return own_text(suggestion, key) is not None and marks.get(key) != _mark(wall_text)


def with_text(suggestion: Suggestion, key: str, text: str | None, wall_text: str) -> Suggestion:
    """The suggestion with a text of its own for a network; None: the same text as on the wall.

    ``wall_text`` is what the wall says, or will say, at this moment.
    """
    choice = suggestion.networks or {}
    texts = {name: said for name, said in own_texts(suggestion).items() if name != key}
    marks = {name: mark for name, mark in (choice.get("beside") or {}).items() if name != key}
    if text:
        texts[key], marks[key] = text, _mark(wall_text)
    networks = {**choice, "texts": texts, "beside": marks}
    return replace(suggestion, networks=networks, version=suggestion.version + 1)


def without_texts(suggestion: Suggestion) -> Suggestion:
    """The suggestion with the same text for all networks."""
    networks = {**(suggestion.networks or {}), "texts": {}, "beside": {}}
    return replace(suggestion, networks=networks, version=suggestion.version + 1)


def _mark(text: str) -> str:
    return hashlib.sha256(comparable(text).encode("utf-8", "surrogatepass")).hexdigest()[:16]
