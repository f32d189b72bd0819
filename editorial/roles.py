"""What a person may do, from the role VK gives them in the community."""

from __future__ import annotations

from enum import IntEnum


class Role(IntEnum):
    """VK's community roles in rising order; everyone else is a stranger."""

    STRANGER = 0
    MODERATOR = 1
    EDITOR = 2
    ADMINISTRATOR = 3
    CREATOR = 4

    @property
    def decides(self) -> bool:
        return self >= Role.MODERATOR

    @property
    def runs_the_desk(self) -> bool:
        """May publish at once, pause the plan and change settings."""
        return self >= Role.EDITOR


_WORDS = {
    "moderator": Role.MODERATOR,
    "editor": Role.EDITOR,
    "administrator": Role.ADMINISTRATOR,
    "creator": Role.CREATOR,
}


#: A manager who has nothing to do with the news.
_APART = frozenset({"advertiser"})


def is_named(word: str | None) -> bool:
    """Whether VK's word for a manager's role is one the desk knows, be it one without rights here."""
    return word in _WORDS or word in _APART


def role_of(word: str | None) -> Role:
    """The role for the word ``groups.getMembers filter=managers`` uses; unknown words give no rights."""
    return _WORDS.get(word or "", Role.STRANGER)


def role_of_level(level: int | None) -> Role:
    """The role for the number in ``group_officers_edit`` (0 none, 1 moderator, 2 editor, 3 administrator)."""
    return {1: Role.MODERATOR, 2: Role.EDITOR, 3: Role.ADMINISTRATOR}.get(level or 0, Role.STRANGER)
