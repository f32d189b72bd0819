"""The tester's hand: the clock, faults, limits, unknowns of VK, Long Poll, and what happens in other networks."""

from __future__ import annotations

from sandbox import talks, walls
from sandbox.clock import parse_moment
from sandbox.deeds.table import action, group_of
from sandbox.records import Json
from sandbox.world import World


@action("clock")
def clock(world: World, body: Json) -> Json:
    """Moves, freezes or lets run the clock; what has come due happens at once."""
    if "freeze" in body:
        frozen = body["freeze"]
        world.clock.freeze(world.clock.now() if frozen is True else parse_moment(str(frozen)))
    if "offset" in body:
        world.clock.shift(float(body["offset"]))
    if body.get("run"):
        world.clock.run()
    if "advance" in body:
        world.clock.advance(float(body["advance"]))
    tick(world)
    world.touch()
    return {"now": world.clock.iso()}


def tick(world: World) -> None:
    """Lets happen what has come due: postponed posts, late events."""
    with world.lock:
        walls.release_due(world)
        for deed in world.due():
            deed()


@action("variant")
def variant(world: World, body: Json) -> Json:
    """Switches unknowns of VK."""
    for name, value in body.items():
        if name != "action":
            world.variants.set(name, value)
    for queue in world.long_polls.values():
        queue.retention = world.variants.number("lp_retention_seconds")
        queue.key_seconds = world.variants.number("lp_key_seconds")
    return {"variants": world.variants.all()}


@action("fault")
def fault(world: World, body: Json) -> Json:
    """Puts a fault in force: either under `fault`, or the rule itself."""
    rule = body.get("fault") or {name: value for name, value in body.items() if name != "action"}
    return {"fault_id": world.faults.add(rule)}


@action("faults_clear")
def faults_clear(world: World, _: Json) -> Json:
    """Takes all faults back."""
    world.faults.clear()
    return {}


@action("limits")
def limits(world: World, body: Json) -> Json:
    """Changes limits, or switches all off or on."""
    world.limits.set({name: value for name, value in body.items() if name != "action"})
    return {"limits": dict(world.limits.values)}


@action("reset")
def reset(world: World, _: Json) -> Json:
    """The world as it was at the start."""
    world.reset()
    return {}


@action("long_poll")
def long_poll(world: World, body: Json) -> Json:
    """The owner's hand on Long Poll: `enabled`, `api_version`, `flags` ("all" or a table); `fail` 1, 2, 3."""
    queue = world.long_poll(group_of(body))
    queue.enabled = bool(body.get("enabled", queue.enabled))
    queue.api_version = str(body.get("api_version", queue.api_version))
    flags = body.get("flags", {})
    for name, on in (dict.fromkeys(queue.flags, True) if flags == "all" else flags).items():
        if name not in queue.flags:
            raise ValueError(f"no flag {name}")
        queue.flags[name] = bool(on)
    if "fail" in body:
        queue.fail(int(body["fail"]))
    return {"polls": queue.polls}


@action("event")
def event(world: World, body: Json) -> Json:
    """Puts any event, even a broken one (`line`), straight into the history."""
    queue = world.long_poll(group_of(body))
    line = body.get("line")
    queue.append(line if line is not None else world.event_line(group_of(body), body["type"], body["object"]))
    return {}


@action("backlog")
def backlog(world: World, body: Json) -> Json:
    """Many events at once: suggestions, messages, or a mix; `events_only` leaves the world as it is."""
    count, kind, group_id = int(body["count"]), body.get("kind", "suggest"), group_of(body)
    authors = [item.id for item in world.people.values() if item.messages == "allowed" and item.id > 600]
    lines = []
    for number in range(count):
        author = authors[number % len(authors)]
        text = f"Новость {number + 1} из очереди: в посёлке открыли новую площадку, фото во вложении."
        if kind == "messages" or (kind == "mix" and number % 2):
            talks.write(world, group_id, author, author, f"Сообщение {number + 1}")
        elif body.get("events_only"):
            lines.append(
                world.event_line(group_id, "wall_post_new", _bare_suggestion(world, group_id, author, text))
            )
        else:
            photos = walls.drawn_photos(world, author, int(body.get("photos", 0)))
            walls.suggest(world, group_id, author, text, photos, how=body.get("event", "normal"))
    world.long_poll(group_id).extend(lines)
    return {"count": count}


def _bare_suggestion(world: World, group_id: int, author: int, text: str) -> Json:
    wall = world.wall(-group_id)
    return {
        "id": wall.new_id(),
        "owner_id": -group_id,
        "from_id": author,
        "created_by": author,
        "date": world.clock.seconds(),
        "type": "suggest",
        "post_type": "suggest",
        "text": text,
        "attachments": [],
        "comments": {"count": 0},
        "marked_as_ads": 0,
    }


@action("network")
def network(world: World, body: Json) -> Json:
    """Something happens in another network: `network` names it, `what` says what."""
    platform = world.platforms[body["network"]]
    done = platform.do(body)
    world.touch()
    return done
