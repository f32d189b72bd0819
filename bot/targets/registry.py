"""Finds the targets of the networks: every subclass of ``NetworkTarget`` in a file of ``bot.targets``.

Nothing is imported while no network is switched on.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable

import bot.targets
from bot.config import Settings
from bot.targets.network import NetworkTarget, Supplies


def known() -> tuple[type[NetworkTarget], ...]:
    """Every kind of network there is, in the order of their names."""
    found: dict[str, type[NetworkTarget]] = {}
    for module in pkgutil.iter_modules(bot.targets.__path__):
        loaded = importlib.import_module(f"{bot.targets.__name__}.{module.name}")
        for kind in vars(loaded).values():
            if inspect.isclass(kind) and issubclass(kind, NetworkTarget) and not inspect.isabstract(kind):
                found[kind.name] = kind
    return tuple(found[name] for name in sorted(found))


def switched_on(settings: Settings, supplies: Callable[[], Supplies]) -> tuple[NetworkTarget, ...]:
    """The targets these settings switch on. ``supplies`` is asked only when there are any."""
    if not settings.networks:
        return ()
    given = supplies()
    made = (kind.from_settings(settings, given) for kind in known())
    return tuple(target for target in made if target is not None)
