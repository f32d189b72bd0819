"""«Регион» behind «Ещё»: a moderator confirms the region the text speaks of, or names another one.

The author's own region, once known, is not changed here; what is chosen belongs to this news item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from editorial import regions
from editorial.errors import CardOutdated, PayloadForeign
from editorial.lifecycle import OPEN
from editorial.suggestion import Suggestion
from handlers import changes, joint, texts, warnings
from handlers.card_buttons import button
from handlers.card_facts import Menu
from handlers.context import Context
from handlers.payloads import Payload
from handlers.person import Person

WORD: Final = "region"
#: Regions on one page; with the way back and onwards they fill a keyboard.
_PAGE: Final = 8


def shown(_context: Context, suggestion: Suggestion) -> bool:
    """While it is open, unless the author's region is on record: a text never overrides that."""
    on_record = suggestion.author is not None and suggestion.author.region
    return suggestion.status in OPEN and not on_record


def press(context: Context, person: Person, suggestion: Suggestion, payload: Payload) -> str:
    """Open the districts, then the regions of one; a region settles it."""
    kind, _, arg = (payload.arg or "all:").partition(":")
    match kind:
        case "all" | "other":
            guessed = kind == "all" and warnings.guessed_region(suggestion) is not None
            changes.open_menu(context, suggestion.number, {"menu": WORD, "guess": guessed})
            return texts.CHOOSE_REGION
        case "in" if arg.rpartition(":")[0] in regions.districts():
            district, _, page = arg.rpartition(":")
            view = {"menu": WORD, "district": district, "page": int(page) if page.isdecimal() else 0}
            changes.open_menu(context, suggestion.number, view)
            return texts.CHOOSE_REGION
        case "is" if (region := regions.by_code(arg)) is not None:
            return _settle(context, person, suggestion, region)
        case _:
            raise PayloadForeign


def _settle(context: Context, person: Person, suggestion: Suggestion, region: regions.Region) -> str:
    after = replace(suggestion, region=region.code, version=suggestion.version + 1, updated_at=context.now)
    details = {"from": suggestion.region, "to": region.code}
    was = joint.credited(context, [suggestion.carrier])
    if not changes.store(context, suggestion, after, WORD, actor=person.user_id, details=details):
        raise CardOutdated(suggestion.number)
    joint.credit_anew(context, was, actor=person.user_id)
    return texts.region_is(region.short_name)


def draw(_context: Context, suggestion: Suggestion, view: Mapping[str, Any]) -> Menu:
    district = view.get("district")
    guess = warnings.guessed_region(suggestion) if view.get("guess") else None
    if guess is not None:
        yes = button(suggestion, guess.short_name[:40], WORD, f"is:{guess.code}", "positive")
        return Menu(
            [texts.maybe_region_asked(guess.short_name)], [yes, button(suggestion, texts.OTHER, WORD, "other:")]
        )
    if district is None:
        names = regions.districts()[: _PAGE + 1]
        return Menu([texts.WHICH_DISTRICT], [button(suggestion, name, WORD, f"in:{name}:0") for name in names], 3)
    found = [region for region in regions.REGIONS if region.district == district]
    pages = max(1, -(-len(found) // _PAGE))
    page = int(view.get("page", 0)) % pages
    shown_now = found[page * _PAGE : (page + 1) * _PAGE]
    buttons = [button(suggestion, region.short_name[:40], WORD, f"is:{region.code}") for region in shown_now]
    if pages > 1:
        buttons.append(button(suggestion, texts.FURTHER, WORD, f"in:{district}:{(page + 1) % pages}"))
    return Menu([texts.WHICH_REGION.format(district=district)], buttons)
