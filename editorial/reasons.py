"""Why a suggestion is returned or rejected: codes for the journal, labels for the buttons.

The sentences an author reads for each code are made by ``handlers.texts``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Reason:
    """A ready reason. ``code`` is stable; ``label`` stands on the button."""

    code: str
    label: str


#: The moderator writes the reason in their own words.
OWN: Final = Reason("own", "Своими словами")

RETURN: Final[tuple[Reason, ...]] = (
    Reason("photo", "Нужно фото"),
    Reason("too_long", "Слишком длинно"),
    Reason("only_link", "Только ссылка"),
    Reason("when_where", "Когда и где"),
    Reason("minors", "Дети на фото"),
    Reason("facts", "Проверьте факты"),
    Reason("style", "Стиль"),
    Reason("banned_platform", "Чужая площадка"),
    OWN,
)

REJECT: Final[tuple[Reason, ...]] = (
    Reason("advertising", "Реклама"),
    Reason("off_topic", "Не по теме"),
    Reason("fundraising", "Сбор средств"),
    Reason("election", "Агитация"),
    Reason("stale", "Устарело"),
    Reason("duplicate", "Дубль"),
    Reason("security", "Безопасность"),
    OWN,
)

_BY_CODE: Final = {reason.code: reason for reason in (*RETURN, *REJECT)}


def by_code(code: str) -> Reason | None:
    """The reason with this code, or None when there is none."""
    return _BY_CODE.get(code)
