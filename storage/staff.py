"""Who works at the desk, as VK last told; what a role allows is decided by the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from editorial.roles import is_named
from storage import schema
from storage.work import Work

_table = schema.staff
_all = select(_table).order_by(_table.c.vk_id)
_role = select(_table.c.role).where(_table.c.vk_id == bindparam("who"))
_drop = delete(_table).where(_table.c.vk_id == bindparam("who"))
_name = update(_table).where(_table.c.vk_id == bindparam("who")).values(name=bindparam("new_name"))


@dataclass(frozen=True, slots=True)
class StaffMember:
    """``role`` is VK's word: moderator, editor, administrator, creator, advertiser; empty when VK named none."""

    vk_id: int
    role: str
    name: str
    updated_at: datetime


class Staff:
    """The managers of the community."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def replace(self, roles: Mapping[int, str], now: datetime) -> bool:
        """Make the list equal to ``roles``, keeping known names; True when anything changed."""
        known = {member.vk_id: member.role for member in self.all()}
        for vk_id in known.keys() - roles.keys():
            self.set(vk_id, None, now)
        for vk_id, role in roles.items():
            if known.get(vk_id) != role:
                self.set(vk_id, role, now)
        return known != dict(roles)

    def role(self, vk_id: int) -> str | None:
        role: str | None = self._work.value(_role, {"who": vk_id})
        return role

    def set(self, vk_id: int, role: str | None, now: datetime) -> None:
        """Give a role, or take it away with None."""
        if role is None:
            self._work.change(_drop, {"who": vk_id})
            return
        values = {"role": role, "updated_at": now}
        insert = self._work.insert(_table).values(vk_id=vk_id, **values)
        self._work.change(insert.on_conflict_do_update(index_elements=["vk_id"], set_=values))

    def name(self, vk_id: int, name: str) -> None:
        """Remember the name of somebody on the list."""
        self._work.change(_name, {"who": vk_id, "new_name": name})

    def unnamed(self) -> list[int]:
        """Who manages the community in a role VK did not name, so that the desk gives them no rights."""
        return [member.vk_id for member in self.all() if not is_named(member.role)]

    def all(self) -> tuple[StaffMember, ...]:
        return tuple(StaffMember(row.vk_id, row.role, row.name, row.updated_at) for row in self._work.rows(_all))
