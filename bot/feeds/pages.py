"""The pages: one for each post and one that lists the newest. Templates decide how they look.

Jinja is loaded with this file: import it where a page is to be written.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from bot.feeds import formats
from bot.feeds.formats import Site
from bot.feeds.items import Item, State
from editorial.when import date_words
from handlers import moments, texts

_PAGES = Environment(
    loader=PackageLoader("bot.feeds"), autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False
)


def page(item: Item, site: Site, zone: ZoneInfo) -> bytes:
    return _rendered("page.html", item, site, zone, up="../")


def index(state: State, site: Site, zone: ZoneInfo) -> bytes:
    return _rendered("index.html", None, site, zone, up="", items=state.shown)


def _rendered(name: str, item: Item | None, site: Site, zone: ZoneInfo, **more: object) -> bytes:
    def when(moment: datetime) -> str:
        day = moment.astimezone(zone).date()
        return f"{date_words(day)} {day.year}, {moments.clock(moment, zone)} {moments.whose(zone, moment)}"

    text = _PAGES.get_template(name).render(
        item=item, site=site, when=when, formats=formats, texts=texts, raw=Markup, page=formats.page_path, **more
    )
    return formats.sound(text).encode()
