"""users.*: people by number or short name."""

from __future__ import annotations

from sandbox.api import Call, method
from sandbox.errors import VkError
from sandbox.records import Json

CASES = "nom|gen|dat|acc|ins|abl"


@method(
    "users.get",
    f"user_ids:list(1000) fields:list name_case:one({CASES}) from_group_id:int",
    service=True,
    login=True,
)
def get(call: Call) -> list[Json]:
    """People asked for, unknown ones left out; without numbers the key's owner."""
    names = call.get("user_ids") or ([str(call.token.user_id)] if call.token.user_id else [])
    fields = set(call.get("fields", []))
    found = []
    for name in names:
        number = name.removeprefix("id")
        if number.isdigit() and int(number) in call.world.people:
            found.append(call.world.people[int(number)].view(fields))
    if names and not found and call.get("user_ids"):
        raise VkError(113)
    return found
