"""Keys: their kinds, rights and the troubles they can be in.

This file answers "may this key be used at all"; what a kind of key may do with a method is declared
beside the method and checked in `api.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.errors import VkError

GROUP = "group"
USER = "user"
SERVICE = "service"

GROUP_RIGHTS = frozenset({"messages", "wall", "photos", "docs", "manage"})
USER_RIGHTS = frozenset({"wall", "photos", "docs", "groups"})
RIGHT_BITS = {"photos": 4, "messages": 4096, "wall": 8192, "docs": 131072, "manage": 262144}

DEAD_STATES = {"revoked", "expired", "other_ip", "blocked"}
TROUBLES = {"frozen", "captcha_old", "captcha_new", "captcha_both", "validation", "metered", "two_factor"}
RIGHT_STATES = {"no_wall", "no_photos", "no_messages", "no_manage", "no_docs", "no_groups"}
STATES = {"ok"} | DEAD_STATES | TROUBLES | RIGHT_STATES


@dataclass
class Token:
    """A key. `kind` is group, user or service; `flavour` tells user keys apart: standalone, miniapp, vkid."""

    key: str
    kind: str
    user_id: int = 0
    group_id: int = 0
    rights: frozenset[str] = frozenset()
    flavour: str = "standalone"
    state: str = "ok"
    expires_at: float | None = None
    ip: str | None = None
    captcha_sids: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The name under which the journal shows the key."""
        return self.key.removesuffix("-key")

    @property
    def effective_rights(self) -> frozenset[str]:
        """Rights left after a state such as no_wall."""
        if self.state in RIGHT_STATES:
            return self.rights - {self.state.removeprefix("no_")}
        return self.rights

    def mask(self) -> int:
        """The bit mask of groups.getTokenPermissions."""
        return sum(RIGHT_BITS.get(right, 0) for right in self.effective_rights)

    def check_alive(self, now: float, ip: str) -> None:
        """Raises VkError 5 when the key no longer opens anything, 17 when a person has to confirm it."""
        if self.state == "revoked":
            raise VkError(5, "invalid access_token (4).")
        if self.state == "blocked":
            raise VkError(5, "user is blocked.")
        if self.state == "expired" or (self.expires_at is not None and now >= self.expires_at):
            raise VkError(5, "access_token has expired.", subcode=1117)
        if self.state == "other_ip" or (self.ip is not None and self.ip != ip):
            raise VkError(5, "access_token was given to another ip address.", subcode=1130)
        if self.state == "validation":
            link = "https://id.vk.ru/validation?session=sandbox"
            raise VkError(17, "please open redirect_uri in browser [5]", extra={"redirect_uri": link})
        if self.state == "metered":
            raise VkError(9)


def captcha(shape: str, number: int) -> VkError:
    """Error 14 in the old form, the new one, or both."""
    extra: dict[str, object] = {}
    if shape != "new":
        extra["captcha_sid"] = str(100000 + number)
        extra["captcha_img"] = f"https://api.vk.ru/captcha.php?sid={100000 + number}"
    if shape != "old":
        extra["redirect_uri"] = f"https://id.vk.ru/not_robot_captcha?session_token=sandbox{number}"
        extra["remixstlid"] = f"sandbox{number}"
    if shape == "both":
        extra["is_refresh_enabled"] = True
    return VkError(14, extra=extra)
