"""/сети: where posts go besides VK; an editor pauses a network, lets it go on, or gives it a rule.

An editor also says for each whether a post deleted on VK by hand is taken out of it at once, or asked about.
"""

from __future__ import annotations

import re
from typing import Final

from editorial import regions, rubrics
from editorial.networks import Network
from handlers import alarms, network_rules, texts
from handlers.answers import answer
from handlers.context import Context
from handlers.events import MessageArrived
from handlers.network_rules import NetworkRule

_VERBS: Final = "пауза|продолжить|выключить|включить|всё|все|только|кроме|снимать|спрашивать"
_ORDER: Final = re.compile(rf"(.+?)\s*:?\s+({_VERBS})(?:\s+(.+))?")
#: Stands for every network in an order about removals.
_EVERY: Final = frozenset({"все", "всё", "все сети"})
_REMOVALS: Final = frozenset({"снимать", "спрашивать"})
_SPLIT: Final = re.compile(r"[\s,;]+")


def run(context: Context, message: MessageArrived, words: str) -> None:
    if not context.desk.networks:
        answer(context, message, texts.NO_NETWORKS)
        return
    if words:
        answer(context, message, _ordered(context, message, words))
        return
    lines = [_line(context, network) for network in context.desk.networks]
    answer(context, message, "\n".join([texts.NETWORKS_HEAD, *lines, texts.NETWORKS_HOW]))


def _line(context: Context, network: Network, *, about_removals: bool = False) -> str:
    """How the network is; about removals only what is unusual, unless they are spoken of."""
    trouble = alarms.known(context.unit).get(network.target)
    rule = network_rules.rule(context, network.key)
    paused = network.key in network_rules.paused(context)
    asks = network_rules.asks_before_removal(context, network.key)
    removal = texts.NETWORK_ASKS if asks else texts.NETWORK_CARRIES if about_removals else ""
    return texts.network_status(network.title, paused=paused, trouble=trouble, rule=_said(rule), removal=removal)


def _said(rule: NetworkRule) -> str:
    if rule.off:
        return texts.NETWORK_OFF
    if rule.only:
        return texts.network_only(rule.only)
    return texts.network_never(rule.never) if rule.never else ""


def _ordered(context: Context, message: MessageArrived, words: str) -> str:
    order = _ORDER.fullmatch(words)
    if order is not None and order[1].strip().lower() in _EVERY and order[2] in _REMOVALS:
        lines = [_removals(context, message, network, order[2]) for network in context.desk.networks]
        return "\n".join(lines)
    network = _named(context, order[1]) if order is not None else None
    if order is None or network is None:
        return texts.NETWORKS_HOW
    if order[2] in _REMOVALS:
        return _removals(context, message, network, order[2])
    codes = _codes(order[3] or "")
    match order[2]:
        case "пауза" | "продолжить":
            network_rules.set_paused(context, network.key, order[2] == "пауза")
        case "только" | "кроме" if not codes:
            return texts.NETWORKS_CODES
        case "только":
            network_rules.set_rule(context, network.key, NetworkRule(only=codes))
        case "кроме":
            network_rules.set_rule(context, network.key, NetworkRule(never=codes))
        case word:
            network_rules.set_rule(context, network.key, NetworkRule(off=word == "выключить"))
    _journal(context, message, network, order[2], codes=list(codes))
    return _line(context, network)


def _removals(context: Context, message: MessageArrived, network: Network, word: str) -> str:
    """What happens in the network when somebody deletes a post on VK by hand."""
    network_rules.set_asks_before_removal(context, network.key, word == "спрашивать")
    _journal(context, message, network, word)
    return _line(context, network, about_removals=True)


def _journal(context: Context, message: MessageArrived, network: Network, order: str, **more: list[str]) -> None:
    details = {"network": network.key, "order": order, **more}
    context.unit.journal.add(context.now, None, message.from_id, "network_rule", details=details)


def _named(context: Context, words: str) -> Network | None:
    wanted = words.strip().lower().replace("ё", "е")
    names = {
        name: network
        for network in context.desk.networks
        for name in (network.key.lower(), network.title.lower().replace("ё", "е"))
    }
    return names.get(wanted)


def _codes(words: str) -> tuple[str, ...]:
    """Codes of rubrics and regions among the words; their names will do, too."""
    codes = []
    for word in filter(None, _SPLIT.split(words)):
        region = regions.by_code(word.upper())
        rubric = rubrics.by_words(word)
        if region is not None:
            codes.append(region.code)
        elif rubric is not None:
            codes.append(rubric.code)
    return tuple(codes)
