"""What people do in the world, and what a tester does to it: the actions of `POST /sandbox/do`.

Each action is a function of the world and the request; it never does what the bot should do itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sandbox import talks, walls
from sandbox.attachments import MESSAGES_ALBUM
from sandbox.clock import parse_moment
from sandbox.records import CHAT_BASE, LEVELS, MESSAGE_STATES, Attachment, Conversation, Json, Person, Post
from sandbox.tokens import GROUP, GROUP_RIGHTS, STATES, USER_RIGHTS, Token
from sandbox.world import World

Action = Callable[[World, Json], Json]
ACTIONS: dict[str, Action] = {}


def action(name: str) -> Callable[[Action], Action]:
    """Registers an action."""

    def register(deed: Action) -> Action:
        ACTIONS[name] = deed
        return deed

    return register


def do(world: World, body: Json) -> Json:
    """Carries an action out. Raises ValueError with a sentence about what is wrong."""
    name = body.get("action")
    if name not in ACTIONS:
        raise ValueError(f"no action {name!r}; known: {', '.join(sorted(ACTIONS))}")
    with world.lock:
        try:
            return ACTIONS[name](world, body)
        except KeyError as fault:
            raise ValueError(f"{name}: {fault} is missing or unknown") from fault
        except (TypeError, AttributeError) as fault:
            raise ValueError(f"{name}: {fault}") from fault


def _group(body: Json) -> int:
    return int(body.get("group_id", 1))


# -- suggestions and posts ---------------------------------------------------------------------------


def make_attachments(world: World, owner_id: int, body: Json, *, in_message: bool = False) -> list[Attachment]:
    """Photos drawn for the person, then other things: `video`, `link:https://…`, or objects as VK has them."""
    found = walls.drawn_photos(world, owner_id, body.get("photos") or 0)
    for item in found if in_message else ():
        if item.photo is not None:  # kept with the messages: a wall does not take it as it is
            item.photo.origin, item.photo.album_id = "messages", MESSAGES_ALBUM
    for item in body.get("attachments") or []:
        if isinstance(item, dict):
            kind = item["type"]
            made = Attachment(kind, None, dict(item[kind]))
        else:
            kind, _, detail = item.partition(":")
            made = Attachment(kind, None, _thing(world, owner_id, kind, detail))
        world.media[made.identity] = made
        found.append(made)
    return found


def _thing(world: World, owner_id: int, kind: str, detail: str) -> Json:
    if kind == "link":
        return {"url": detail or "https://example.org/", "title": detail or "example.org", "description": ""}
    number = world.new_id()
    if kind == "poll":
        return {"id": number, "owner_id": owner_id, **_poll(world, detail or "Опрос")}
    thing: Json = {"id": number, "owner_id": owner_id, "access_key": world.secret(kind, number)[:18]}
    thing["date"] = world.clock.seconds()
    thing["title"] = detail or {"video": "Видео", "doc": "Документ.pdf"}.get(kind, kind)
    if kind == "video":
        thing.update(duration=61, image=[], can_play=1)
    if kind == "audio":
        thing.update(artist="Хор", duration=61, url="")
    if kind == "doc":
        world.uploads[f"doc{number}"] = {"kind": "file", "content": _A_DOCUMENT}
        address = f"{world.base_url}/cdn/doc{number}?e={world.picture_expiry()}"
        thing.update(size=len(_A_DOCUMENT), ext="pdf", type=1, url=address)
    return thing


#: The smallest document there is: one empty page.
_A_DOCUMENT = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def _poll(world: World, question: str) -> Json:
    switches = "can_edit can_report can_share can_vote closed disable_unvote is_board multiple anonymous"
    return {
        **dict.fromkeys(switches.split(), False),
        "question": question,
        "answers": [{"id": n, "text": text, "votes": 0, "rate": 0} for n, text in enumerate(("Да", "Нет"), 1)],
        "answer_ids": [],
        "votes": 0,
        "created": world.clock.seconds(),
        "end_date": 0,
    }


@action("suggest")
def suggest(world: World, body: Json) -> Json:
    """A person suggests a post."""
    user_id = int(body["user_id"])
    if user_id not in world.people:
        raise ValueError(f"no person {user_id}")
    attachments = make_attachments(world, user_id, body)
    text = body.get("text", "")
    if not text.strip() and not attachments:
        raise ValueError("a suggestion needs a text or something attached")
    post = walls.suggest(
        world,
        _group(body),
        user_id,
        text,
        attachments,
        how=body.get("event", "normal"),
        as_group_id=int(body.get("as_group_id") or 0),
    )
    return {"post_id": post.id}


def _suggestion(world: World, body: Json) -> Post:
    post = world.wall(-_group(body)).suggests.get(int(body["post_id"]))
    if post is None:
        raise ValueError(f"no suggestion {body['post_id']}")
    return post


@action("edit_suggestion")
def edit_suggestion(world: World, body: Json) -> Json:
    """The author changes a suggestion; no event."""
    post = _suggestion(world, body)
    given = "photos" in body or "attachments" in body
    attachments = make_attachments(world, post.author_id or 0, body) if given else None
    walls.edit_suggestion(world, post, body.get("text"), attachments)
    return {"post_id": post.id}


@action("delete_suggestion")
def delete_suggestion(world: World, body: Json) -> Json:
    """The author takes a suggestion back; no event."""
    post = _suggestion(world, body)
    if int(body.get("user_id", post.author_id or 0)) != post.author_id:
        raise ValueError("only its author can take a suggestion back")
    walls.delete(world, post)
    return {"post_id": post.id}


def _staff(world: World, body: Json, least: str) -> int:
    user_id = int(body["user_id"])
    if world.groups[_group(body)].level(user_id) < LEVELS[least]:
        raise ValueError(f"person {user_id} is no {least}")
    return user_id


def _moment(value: Any) -> int:
    return int(parse_moment(value)) if isinstance(value, str) else int(value)


@action("publish_by_hand")
def publish_by_hand(world: World, body: Json) -> Json:
    """An editor publishes a suggestion in VK itself, perhaps edited, unsigned or postponed."""
    user_id, post = _staff(world, body, "editor"), _suggestion(world, body)
    date = body.get("publish_date")
    given = "photos" in body or "attachments" in body
    published = walls.publish(
        world,
        post,
        user_id,
        body.get("text", post.text),
        make_attachments(world, post.owner_id, body) if given else list(post.attachments),
        signed=bool(body.get("signed", True)),
        publish_date=_moment(date) if date else None,
    )
    return {"post_id": published.id}


def _any_post(world: World, body: Json) -> Post:
    post = world.wall(-_group(body)).find(int(body["post_id"]))
    if post is None:
        raise ValueError(f"no post {body['post_id']}")
    return post


@action("delete_by_hand")
def delete_by_hand(world: World, body: Json) -> Json:
    """A manager deletes a suggestion or a post in VK itself."""
    _staff(world, body, "moderator")
    post = _any_post(world, body)
    walls.delete(world, post)
    return {"post_id": post.id}


@action("post_by_hand")
def post_by_hand(world: World, body: Json) -> Json:
    """An editor writes a post in VK itself."""
    user_id = _staff(world, body, "editor")
    date = body.get("publish_date")
    post = walls.new_post(
        world,
        -_group(body),
        user_id,
        body.get("text", ""),
        make_attachments(world, -_group(body), body),
        signed=bool(body.get("signed", False)),
        publish_date=_moment(date) if date else None,
    )
    return {"post_id": post.id}


@action("edit_post_by_hand")
def edit_post_by_hand(world: World, body: Json) -> Json:
    """An editor changes a post in VK itself; no event."""
    post = _any_post(world, body)
    if post.post_type == "suggest":
        raise ValueError("a suggestion is changed by its author only")
    given = "photos" in body or "attachments" in body
    attachments = make_attachments(world, post.owner_id, body) if given else post.attachments
    date = body.get("publish_date")
    walls.edit_post(
        world, post, body.get("text", post.text), attachments, publish_date=_moment(date) if date else None
    )
    return {"post_id": post.id}


# -- conversations -----------------------------------------------------------------------------------


def _peer(body: Json, user_id: int) -> int:
    peer = body.get("peer_id", "group")
    return int(peer) if peer not in ("group", None) and int(peer) > CHAT_BASE else user_id


@action("write")
def write(world: World, body: Json) -> Json:
    """A person writes to the community or into a chat; ``forward_cmids``: messages of the same conversation."""
    user_id = int(body["user_id"])
    text = body.get("text", "")
    attachments = make_attachments(world, user_id, body, in_message=True)
    forwarded = [int(cmid) for cmid in body.get("forward_cmids") or []]
    if not text and not attachments and not forwarded:
        raise ValueError("a message needs a text or something attached")
    payload = body.get("payload")
    message = talks.write(
        world,
        _group(body),
        user_id,
        _peer(body, user_id),
        text,
        attachments=attachments,
        reply_to=body.get("reply_to_cmid"),
        forwarded=forwarded,
        payload=payload if payload is None or isinstance(payload, str) else json.dumps(payload),
    )
    return {"cmid": message.cmid, "message_id": message.id}


@action("answer_by_hand")
def answer_by_hand(world: World, body: Json) -> Json:
    """A manager (`by`) answers a person (`user_id`) in the community's dialog, in VK itself."""
    group_id, manager = _group(body), _staff(world, {**body, "user_id": body.get("by", 500)}, "moderator")
    conversation = talks.open_conversation(world, group_id, int(body["user_id"]))
    message = talks.post_message(world, group_id, conversation, -group_id, body["text"])
    message.admin_author_id = manager
    talks.announce_reply(world, group_id, conversation, message)
    return {"cmid": message.cmid}


@action("press")
def press(world: World, body: Json) -> Json:
    """A person presses a button by its label; `stale` an old one, `forged` one that never was."""
    user_id = int(body["user_id"])
    peer_id, cmid = _peer(body, user_id), body.get("cmid")
    payload = body.get("payload")
    if payload is not None and not isinstance(payload, str):
        payload = json.dumps(payload, ensure_ascii=False)
    if body.get("forged"):
        kind = body.get("as", "callback")
        return talks.forge(world, _group(body), user_id, peer_id, cmid=cmid, payload=payload or "", kind=kind)
    if body.get("stale") and payload is not None:
        talks.place_of(world, _group(body), user_id, peer_id)
        return talks.press_callback(world, _group(body), user_id, peer_id, cmid, payload)
    return talks.press(
        world, _group(body), user_id, peer_id, cmid=cmid, label=body["label"], stale=bool(body.get("stale"))
    )


@action("allow_messages")
def allow_messages(world: World, body: Json) -> Json:
    """A person allows the community to write."""
    person = world.people[int(body["user_id"])]
    if person.messages in {"blacklisted", "deleted"}:
        raise ValueError(f"{person.name} cannot: {person.messages}")
    person.messages = "allowed"
    world.emit(_group(body), "message_allow", {"user_id": person.id, "key": body.get("key", "")})
    world.touch()
    return {}


@action("deny_messages")
def deny_messages(world: World, body: Json) -> Json:
    """A person forbids the community to write."""
    person = world.people[int(body["user_id"])]
    person.messages = "denied"
    world.emit(_group(body), "message_deny", {"user_id": person.id})
    world.touch()
    return {}


@action("ban")
def ban(world: World, body: Json) -> Json:
    """A manager puts a person on the community's blacklist, or with `off` takes them off."""
    group, person, off = world.groups[_group(body)], world.people[int(body["user_id"])], body.get("off")
    person.messages = "never_wrote" if off else "blacklisted"
    told: Json = {"admin_id": int(body.get("admin_id", 500)), "user_id": person.id}
    told |= {"by_end_date": 0} if off else {"unblock_date": 0, "reason": 0, "comment": ""}
    world.emit(group.id, "user_unblock" if off else "user_block", told)
    world.touch()
    return {}


@action("set_messages")
def set_messages(world: World, body: Json) -> Json:
    """Sets silently whether the community may write to a person."""
    if body["state"] not in MESSAGE_STATES:
        raise ValueError(f"messages are one of {sorted(MESSAGE_STATES)}")
    world.people[int(body["user_id"])].messages = body["state"]
    world.touch()
    return {}


def _chat(world: World, body: Json) -> Conversation:
    chat = world.conversations.get((_group(body), int(body["peer_id"])))
    if chat is None or not chat.is_chat:
        raise ValueError(f"no chat {body['peer_id']}")
    return chat


@action("kick_bot")
def kick_bot(world: World, body: Json) -> Json:
    """The community is removed from a chat; it still hears of that."""
    chat = _chat(world, body)
    gone = {"type": "chat_kick_user", "member_id": -_group(body)}
    talks.service_message(world, _group(body), chat, int(body.get("user_id") or chat.owner_id), gone)
    chat.bot_present = chat.bot_admin = False
    world.touch()
    return {}


@action("invite_bot")
def invite_bot(world: World, body: Json) -> Json:
    """A person invites the community into a chat, perhaps a new one."""
    user_id, peer_id = int(body["user_id"]), int(body["peer_id"])
    if not world.groups[_group(body)].bot_features:
        raise ValueError("the community cannot be invited: bot features are off")
    chat = world.conversations.get((_group(body), peer_id))
    if chat is None:
        title, members = body.get("title", "Новая беседа"), [int(n) for n in body.get("members", [user_id])]
        chat = Conversation(peer_id, title, members, owner_id=user_id)
        world.conversations[(_group(body), peer_id)] = chat
    if user_id not in chat.members:
        chat.members.append(user_id)
    chat.bot_present = True
    came = {"type": "chat_invite_user", "member_id": -_group(body)}
    talks.service_message(world, _group(body), chat, user_id, came)
    return {}


@action("set_chat")
def set_chat(world: World, body: Json) -> Json:
    """Rights of the community in a chat, its members and title."""
    chat = _chat(world, body)
    for name in ("bot_admin", "full_access", "title", "members"):
        if name in body:
            setattr(chat, name, body[name])
    world.touch()
    return {}


# -- people and the community ------------------------------------------------------------------------


@action("set_role")
def set_role(world: World, body: Json) -> Json:
    """Somebody becomes a manager, another manager, or nobody (role author or stranger).

    ``unnamed``: a manager of whose role VK says nothing; its schema does not promise the word.
    """
    group, user_id, role = world.groups[_group(body)], int(body["user_id"]), body["role"]
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
    found = world.groups[_group(body)]
    for name in ("bot_features", "wall_open", "name"):
        if name in body:
            setattr(found, name, body[name])
    world.touch()
    return {}


# -- keys --------------------------------------------------------------------------------------------


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


# -- the tester's hand -------------------------------------------------------------------------------


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
    queue = world.long_poll(_group(body))
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
    queue = world.long_poll(_group(body))
    line = body.get("line")
    queue.append(line if line is not None else world.event_line(_group(body), body["type"], body["object"]))
    return {}


@action("backlog")
def backlog(world: World, body: Json) -> Json:
    """Many events at once: suggestions, messages, or a mix; `events_only` leaves the world as it is."""
    count, kind, group_id = int(body["count"]), body.get("kind", "suggest"), _group(body)
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


# -- other platforms ---------------------------------------------------------------------------------


@action("network")
def _network(world: World, body: Json) -> Json:
    """Something happens in another network: `network` names it, `what` says what."""
    platform = world.platforms[body["network"]]
    done = platform.do(body)
    world.touch()
    return done
