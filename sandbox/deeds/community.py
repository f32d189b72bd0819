"""Who is who in the community, its switches and its keys."""

from __future__ import annotations

from sandbox.deeds.table import action, group_of
from sandbox.records import LEVELS, Json, Person
from sandbox.tokens import GROUP, GROUP_RIGHTS, STATES, USER_RIGHTS, Token
from sandbox.world import World


@action("set_role")
def set_role(world: World, body: Json) -> Json:
    """Somebody becomes a manager, another manager, or nobody (role author or stranger).

    ``unnamed``: a manager of whose role VK says nothing; its schema does not promise the word.
    """
    group, user_id, role = world.groups[group_of(body)], int(body["user_id"]), body["role"]
    old = group.level(user_id)
    if role in LEVELS or role == "unnamed":
        group.managers[user_id] = "" if role == "unnamed" else role
    else:
        group.managers.pop(user_id, None)
        world.people[user_id].role = role
    change = {"admin_id": 500, "user_id": user_id, "level_old": old, "level_new": group.level(user_id)}
    world.emit(group.id, "group_officers_edit", change)
    world.touch()
    return {}


@action("person")
def person(world: World, body: Json) -> Json:
    """A new person comes into the world, or a known one changes."""
    values = {name: value for name, value in body.items() if name != "action"}
    known = world.people.get(int(body["id"]))
    if known is None:
        world.people[int(body["id"])] = Person(**values)
    else:
        for name, value in values.items():
            setattr(known, name, value)
    world.touch()
    return {}


@action("group")
def group(world: World, body: Json) -> Json:
    """Switches of the community: bot_features, wall_open, name."""
    found = world.groups[group_of(body)]
    for name in ("bot_features", "wall_open", "name"):
        if name in body:
            setattr(found, name, body[name])
    world.touch()
    return {}


@action("token")
def token(world: World, body: Json) -> Json:
    """Something happens to a key: `set` a state, `rights`, `expires_in` seconds, `ip` it is bound to."""
    found = world.tokens[body["key"]]
    state = body.get("set", found.state)
    if state not in STATES:
        raise ValueError(f"a key is one of {sorted(STATES)}")
    if found.state.startswith("captcha") and not state.startswith("captcha"):
        world.limits.forgive(found.key)
    found.state = state
    if "rights" in body:
        found.rights = frozenset(body["rights"])
    if "expires_in" in body:
        found.expires_at = world.clock.now() + float(body["expires_in"])
    if "ip" in body:
        found.ip = body["ip"]
    return {}


@action("token_add")
def token_add(world: World, body: Json) -> Json:
    """A new key: `kind` group, user or service; `flavour` miniapp, vkid or standalone."""
    kind = body["kind"]
    rights = body.get("rights", GROUP_RIGHTS if kind == GROUP else USER_RIGHTS)
    world.tokens[body["key"]] = Token(
        body["key"],
        kind,
        int(body.get("user_id") or 0),
        int(body.get("group_id") or (1 if kind == GROUP else 0)),
        frozenset(rights),
        body.get("flavour", "standalone"),
    )
    return {}


@action("solve_captcha")
def solve_captcha(world: World, body: Json) -> Json:
    """A person passes the captcha for a key's owner."""
    found = world.tokens[body["key"]]
    found.captcha_sids.clear()
    world.limits.forgive(found.key)
    if found.state.startswith("captcha") or found.state == "validation":
        found.state = "ok"
    return {}
