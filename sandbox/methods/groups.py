"""groups.*: the community itself, its managers, Long Poll and the rights of its key."""

from __future__ import annotations

from typing import Any

from sandbox.api import Call, method
from sandbox.errors import NO_SCOPE, VkError, invalid, missing
from sandbox.longpoll import FLAGS, HUMAN_ONLY, NOT_REPORTED
from sandbox.methods.profiles import group_view
from sandbox.records import Community, Json
from sandbox.tokens import RIGHT_BITS

OBJECT_SINCE = (5, 139)
SETTABLE = [name for name in FLAGS if not name.startswith("market_order")]


def _named(call: Call, name: str) -> Community:
    for group in call.world.groups.values():
        if name in {str(group.id), group.screen_name, f"club{group.id}", f"public{group.id}"}:
            return group
    raise invalid("group_id")


@method("groups.getById", "group_ids:list(500) group_id:text fields:list", service=True, login=True)
def get_by_id(call: Call) -> Any:
    """Communities by number or name; a community key without names asks about its own."""
    names = call.get("group_ids") or ([call.get("group_id")] if call.get("group_id") else [])
    if not names and call.by_group:
        names = [str(call.token.group_id)]
    if not names:
        raise missing("group_ids")
    fields = set(call.get("fields", []))
    groups = [group_view(call, _named(call, name), fields) for name in names]
    return {"groups": groups, "profiles": []} if call.version >= OBJECT_SINCE else groups


@method(
    "groups.getMembers",
    "group_id:text sort:one(id_asc|id_desc|time_asc|time_desc) offset:uint count:uint(0..1000) fields:list "
    "filter:one(donut|friends|managers|unsure)",
    service=True,
)
def get_members(call: Call) -> Json:
    """Members, or with filter=managers the staff: for the community's own key and administrators only."""
    if not call.get("group_id") and not call.by_group:
        raise missing("group_id")
    group = _named(call, str(call.get("group_id") or call.token.group_id))
    if call.by_group and call.token.group_id != group.id:
        raise VkError(15)
    managers = call.get("filter") == "managers"
    if managers:
        if call.level(group.id) < 3 or call.token.kind == "service":
            raise VkError(15, "you should be a group administrator")
        numbers = sorted(group.managers)
    else:
        numbers = sorted(call.world.people)
    page = numbers[call.get("offset", 0) :][: call.get("count", 1000)]
    return {"count": len(numbers), "items": _member_rows(call, group, page, managers)}


def _member_rows(call: Call, group: Community, numbers: list[int], managers: bool) -> list[Any]:
    fields = call.get("fields")
    if not managers and not fields:
        return list(numbers)
    rows: list[Json] = []
    for number in numbers:
        row: Json = {"id": number}
        if fields and number in call.world.people:
            row = call.world.people[number].view(set(fields))
        if managers:
            if group.managers[number]:
                row["role"] = group.managers[number]
            row["permissions"] = ["ads"] if group.managers[number] not in ("", "moderator") else []
        rows.append(row)
    return rows


@method(
    "groups.isMember",
    "group_id:text! user_id:uint user_ids:ints(1..) extended:bool",
    service=True,
)
def is_member(call: Call) -> Any:
    """Everybody of this little world is a member."""
    _named(call, call.get("group_id"))
    if call.get("user_ids"):
        return [{"user_id": number, "member": int(number in call.world.people)} for number in call.get("user_ids")]
    known = int((call.get("user_id") or call.token.user_id) in call.world.people)
    return {"member": known} if call.get("extended") else known


@method(
    "groups.get",
    "user_id:uint(1..) extended:bool "
    "filter:list(admin|editor|moder|advertiser|groups|publics|events|has_addresses) "
    "fields:list offset:uint count:uint(0..1000)",
    group=27,
    user="groups",
    service=True,
)
def get(call: Call) -> Json:
    """Communities of the key's owner; filter=admin, editor, moder narrows to those they manage."""
    least = {"admin": 3, "editor": 2, "moder": 1}
    wanted = max((least.get(name, 0) for name in call.get("filter", [])), default=0)
    user_id = call.get("user_id") or call.token.user_id
    groups = [group for group in call.world.groups.values() if group.level(user_id) >= wanted]
    items: list[Any] = [group.id for group in groups]
    if call.get("extended"):
        items = [group_view(call, group, set(call.get("fields", []))) for group in groups]
    return {"count": len(items), "items": items}


@method("groups.getSettings", "group_id:text!", group=27, user="groups")
def get_settings(call: Call) -> Json:
    """Settings, for administrators."""
    group = _named(call, call.get("group_id"))
    if call.level(group.id) < 3:
        raise VkError(15, "you should be a group administrator")
    return {
        "title": group.name,
        "description": "",
        "address": group.screen_name,
        "access": 0,
        "wall": int(group.wall_open),
        "photos": 1,
        "video": 1,
        "audio": 0,
        "docs": 1,
        "topics": 0,
        "wiki": 0,
        "articles": 0,
        "city_id": 0,
        "city_name": "",
        "obscene_filter": 0,
        "toxic_filter": 0,
        "obscene_stopwords": 0,
        "obscene_words": [],
        "disable_replies_from_groups": 0,
        "messages": 1,
        "bots_capabilities": int(group.bot_features),
        "bots_add_to_chat": int(group.bot_features),
        "bots_start_button": 1,
        "sections_list": [],
    }


@method("groups.getTokenPermissions", "", group=True, user=5)
def get_token_permissions(call: Call) -> Json:
    """What a community key was given."""
    rights = sorted(call.token.effective_rights & set(RIGHT_BITS))
    permissions = [{"name": name, "setting": RIGHT_BITS[name]} for name in rights]
    return {"mask": call.token.mask(), "permissions": permissions}


# -- Long Poll ---------------------------------------------------------------------------------------


def _own(call: Call) -> int:
    group_id = call.community(call.get("group_id")).id
    if call.by_group and call.token.group_id != group_id:
        raise VkError(15)
    if call.level(group_id) < 3:
        raise VkError(15, NO_SCOPE)
    return group_id


@method("groups.getLongPollServer", "group_id:uint(1..)!", group="manage", user="groups")
def get_long_poll_server(call: Call) -> Json:
    """Where to poll: a full address, a key, the current ts as a string."""
    group_id = _own(call)
    queue = call.world.long_poll(group_id)
    if not queue.enabled:
        raise VkError(100, "longpoll for this group is not enabled")
    queue.retention = call.world.variants.number("lp_retention_seconds")
    queue.key_seconds = call.world.variants.number("lp_key_seconds")
    key, ts = queue.issue_key()
    return {"key": key, "server": f"{call.world.base_url}/lp/{group_id}", "ts": ts}


@method("groups.getLongPollSettings", "group_id:uint(1..)!", group="manage", user="groups")
def get_long_poll_settings(call: Call) -> Json:
    """The flags as VK reports them: some are missing, message_edit is always 0."""
    queue = call.world.long_poll(_own(call))
    events = {name: int(on) for name, on in queue.flags.items() if name not in NOT_REPORTED}
    events["message_edit"] = 0
    return {"is_enabled": queue.enabled, "api_version": queue.api_version, "events": events}


@method(
    "groups.setLongPollSettings",
    "group_id:uint(1..)! enabled:bool api_version:text " + " ".join(f"{name}:bool" for name in SETTABLE),
    group="manage",
    user="groups",
)
def set_long_poll_settings(call: Call) -> int:
    """Switches events on and off; those only a person can tick are left as they are."""
    queue = call.world.long_poll(_own(call))
    if "enabled" in call.values:
        queue.enabled = call.get("enabled")
    if call.get("api_version"):
        parts = call.get("api_version").split(".")
        if len(parts) != 2 or not all(part.isdigit() for part in parts):
            raise invalid("api_version")
        queue.api_version = call.get("api_version")
    by_api = call.world.variants["schedule_flags_by_api"]
    for name in SETTABLE:
        if name in call.values and (by_api or name not in HUMAN_ONLY):
            queue.flags[name] = call.get(name)
    return 1
