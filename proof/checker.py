"""The promises R1 to R10 as predicates: each looks at the evidence of a run and returns what it found broken, a
sentence per violation.

The checker shares no code with the program: it reads the sandbox's world, the calls VK answered, and bare rows.
What nobody can know (a press whose answer never came) is left open; what was answered must stand.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from proof.evidence import CHAT, Evidence, Json, missing_events

Promise = Callable[[Evidence], Iterator[str]]

#: Nothing stays in hand longer than this after recovery, seconds.
STUCK: Final = 60.0
#: Wall posts are at least so far apart, seconds (five, less what the way through the sockets may take).
POST_GAP: Final = 4.9
#: After VK said "enough" or asked for a human, no call of that kind comes sooner, seconds.
HANDS_OFF: Final = 8.0
#: Calls of a killed process and of the next one fall into the same second only so soon after its start, seconds.
ONE_RESTART: Final = 1.5
#: «/продолжить» is heeded so long after it was written, seconds: the way there may be what is broken.
RESUME_TAKES: Final = 10.0
OPEN: Final = frozenset({"pending", "returned", "scheduled", "failed", "expired", "publishing", "digest", "merged"})
MAY_DECIDE: Final = frozenset({"moderator", "editor", "administrator", "creator"})
#: What a snackbar that announces a decision begins with, and the journal's words for that decision.
ANNOUNCED: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("Публикуется", frozenset({"publish"})),
    ("Публикации на паузе", frozenset({"publish", "repeat"})),
    ("Ключа редактора нет", frozenset({"publish", "repeat"})),
    ("Выйдет ", frozenset({"queue", "pick"})),
    ("Возвращено: ", frozenset({"return"})),
    ("Отклонено: ", frozenset({"reject"})),
    ("Решение отменено", frozenset({"undo"})),
    ("Записали: вышла", frozenset({"out"})),
    ("Пробуем ещё раз", frozenset({"repeat"})),
)
DECISIONS: Final = frozenset().union(*(words for _, words in ANNOUNCED)) | {"edit"}
#: Log words of a fault of the program itself.
FAULT_WORDS: Final = (
    "courier_fault",
    "router_fault",
    "intake_fault",
    "comparison_fault",
    "event_failed",
    "target_fault",
    "snackbar_fault",
    "job_fault",
    "loop_died",
    "Traceback (most recent call last)",
)
#: Answers to presses leave from several threads: what was under way when VK said "enough" is no new try, seconds.
UNDER_WAY: Final = 0.4
_MANY_AT_ONCE: Final = frozenset({"messages.sendMessageEventAnswer"})
_UNREACHABLE: Final = frozenset({900, 901, 902})
_ENOUGH: Final = frozenset({9, 14, 29})


@dataclass(frozen=True, order=True)
class Violation:
    """A promise that did not hold, and the sentence that says where."""

    promise: str
    what: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}"


def check(evidence: Evidence, only: Sequence[str] = ()) -> list[Violation]:
    """Every violation of every promise (or of those named)."""
    return [
        Violation(name, sentence)
        for name, promise in PROMISES.items()
        if not only or name in only
        for sentence in promise(evidence)
    ]


# -------------------------------------------------------------------------------------------------------- R1


def r1_no_suggestion_is_lost(seen: Evidence) -> Iterator[str]:
    """What VK lists as suggested has exactly one open row that says the same."""
    rows = Counter(row["post_id"] for row in seen.tables["suggestions"])
    by_post = {row["post_id"]: row for row in seen.tables["suggestions"]}
    for post_id, post in seen.waiting_on_vk.items():
        if rows[post_id] != 1:
            yield f"suggestion {post_id} stands on VK and has {rows[post_id]} rows"
            continue
        row = by_post[post_id]
        if row["status"] in ("published", "withdrawn"):
            yield f"suggestion {post_id} stands on VK, № {row['number']} is {row['status']}"
        if row["status"] in OPEN and row["text"].strip() != post["text"].strip():
            yield f"№ {row['number']} says something else than suggestion {post_id} on VK"
    for post_id, count in rows.items():
        if count > 1:
            yield f"suggestion {post_id} has {count} rows"
    for post_id, deed in seen.markers().items():
        if rows[post_id] == 0 and not _removed_by_people(seen, post_id):
            yield f"{deed['marker']} (suggestion {post_id}) was never taken in"


def _removed_by_people(seen: Evidence, post_id: int) -> bool:
    return any(deed.get("post_id") == post_id for deed in seen.done("delete", "publish_by_hand", "delete_by_hand"))


# -------------------------------------------------------------------------------------------------------- R2


def r2_an_answered_decision_stays(seen: Evidence) -> Iterator[str]:
    """Every announced decision is in the journal; the journal replays to the state; one decision per version."""
    yield from _announced_is_stored(seen)
    for number, row in seen.suggestions.items():
        yield from replays(number, row, seen.story(number))
    for number in seen.suggestions:
        yield from _one_winner(seen, number)


def _announced_is_stored(seen: Evidence) -> Iterator[str]:
    presses = {deed["event_id"]: deed for deed in seen.done("press") if deed.get("event_id")}
    announced: Counter[tuple[int, int, frozenset[str]]] = Counter()
    for bar in seen.state["snackbars"]:
        words = next((words for start, words in ANNOUNCED if bar["text"].startswith(start)), None)
        deed = presses.get(bar["event_id"])
        if words is None or deed is None or "number" not in deed:
            continue
        announced[(deed["number"], bar["user_id"], words)] += 1
    for (number, user_id, words), count in announced.items():
        stored = sum(row["action"] in words and row["actor"] == user_id for row in seen.story(number))
        if stored < count:
            yield f"№ {number}: {count} × {sorted(words)} announced to {user_id}, {stored} in the journal"


def replays(number: int, row: Json, story: Sequence[Json]) -> Iterator[str]:
    state: str | None = None
    for entry in story:
        if entry["action"] == "refused" or entry["after"] is None:
            continue
        if state is not None and entry["before"] != state:
            yield f"№ {number}: «{entry['action']}» starts from {entry['before']}, the state was {state}"
        state = entry["after"]
    if state != row["status"]:
        yield f"№ {number} is {row['status']}, the journal ends in {state}"


def _one_winner(seen: Evidence, number: int) -> Iterator[str]:
    """Presses with the version of one card: at most one of them decided."""
    decided = [row for row in seen.story(number) if row["action"] in DECISIONS - {"edit"}]
    pressed = [deed for deed in seen.done("press") if deed.get("number") == number and deed.get("action")]
    versions = Counter(deed["version"] for deed in pressed if _announces(seen, deed))
    for version, count in versions.items():
        if count > 1:
            yield f"№ {number}: {count} decisions were announced for version {version}"
    if len(decided) > len(pressed):
        yield f"№ {number}: {len(decided)} decisions stored, {len(pressed)} presses made"


def _announces(seen: Evidence, deed: Json) -> bool:
    bars = [bar for bar in seen.state["snackbars"] if bar["event_id"] == deed.get("event_id")]
    return any(bar["text"].startswith(start) for bar in bars for start, _ in ANNOUNCED)


# -------------------------------------------------------------------------------------------------------- R3


def r3_published_once_or_told(seen: Evidence) -> Iterator[str]:
    """Never twice on the wall, never silently off it, nothing in hand for long."""
    yield from published_calls(seen)
    by_post = {row["post_id"]: row for row in seen.tables["suggestions"]}
    for post_id, deed in seen.markers().items():
        found = seen.posts_with(deed["marker"])
        if len(found) > 1:
            yield f"{deed['marker']} stands {len(found)} times on the wall"
        if not found and post_id not in seen.waiting_on_vk and not _removed_by_people(seen, post_id):
            yield f"{deed['marker']} is neither on the wall nor among the suggestions"
        row = by_post.get(post_id)
        if row is not None:
            yield from _told_truly(seen, row, found)
    for row in seen.tables["suggestions"]:
        yield from _not_stuck(seen, row)
    for row in seen.tables["outbox"]:
        yield from _not_in_hand(seen, row)


def published_calls(seen: Evidence) -> Iterator[str]:
    done = Counter(
        str(call["params"]["post_id"])
        for call in seen.calls
        if call["method"] == "wall.post" and call.get("executed") and call["params"].get("post_id")
    )
    for post_id, count in done.items():
        if count > 1:
            yield f"suggestion {post_id} was published by {count} calls"


def _told_truly(seen: Evidence, row: Json, found: Sequence[Json]) -> Iterator[str]:
    number, deleted = row["number"], bool(seen.done("delete_by_hand"))
    if row["status"] == "published" and not found and not deleted:
        yield f"№ {number} is published, but not on the wall"
    named, there = row["published_post_id"], [post["id"] for post in found]
    if row["status"] == "published" and found and named is not None and named not in there:
        yield f"№ {number} names post {named}, the wall has {there}"
    if found and row["status"] != "published" and not _asked(seen, number):
        yield f"№ {number} is on the wall and {row['status']} in the database"


def _asked(seen: Evidence, number: int) -> bool:
    return any(row["number"] == number and (row["view"] or {}).get("asked") for row in seen.tables["cards"])


def _not_stuck(seen: Evidence, row: Json) -> Iterator[str]:
    number = row["number"]
    open_rows = [
        one for one in seen.deliveries(number, "publish") if one["state"] in ("waiting", "sending", "uncertain")
    ]
    if row["status"] == "publishing" and not _asked(seen, number):
        if not open_rows:
            yield f"№ {number} is publishing and nothing publishes it"
        elif all(_age(seen, one["sending_at"]) > STUCK for one in open_rows):
            yield f"№ {number} is publishing for more than {STUCK:.0f} s and nobody is asked"
    if row["status"] == "scheduled" and seen.setting("paused") is None:
        if not open_rows:
            yield f"№ {number} is scheduled and nothing will publish it"
        elif _age(seen, row["due_at"]) > STUCK and not _excused(seen, open_rows):
            yield f"№ {number} is {_age(seen, row['due_at']):.0f} s overdue and nobody knows why"
    if row["status"] == "failed" and not row["trouble"]:
        yield f"№ {number} failed without a reason"


def _excused(seen: Evidence, open_rows: Sequence[Json]) -> bool:
    """The trouble was told, or the next try stands in the plan."""
    return bool(seen.setting("alarms")) or any(one["due_at"] / 1e6 > seen.now for one in open_rows)


def _not_in_hand(seen: Evidence, row: Json) -> Iterator[str]:
    if row["state"] == "sending" and _age(seen, row["sending_at"]) > STUCK:
        yield f"delivery {row['id']} ({row['kind']}) is being sent for {_age(seen, row['sending_at']):.0f} s"
    asked = row["kind"] == "post" and _asked_about(seen, row["number"], row["payload"].get("network"))
    if (
        row["state"] == "uncertain"
        and row["kind"] != "publish"
        and not asked
        and _age(seen, row["sending_at"]) > STUCK
    ):
        yield f"delivery {row['id']} ({row['kind']}) is uncertain for {_age(seen, row['sending_at']):.0f} s"


def _age(seen: Evidence, moment: int | None) -> float:
    return 0.0 if moment is None else seen.now - moment / 1e6


# -------------------------------------------------------------------------------------------------------- R4


def r4_each_letter_and_card_once(seen: Evidence) -> Iterator[str]:
    """No message twice, none unrecorded, one card a number, and the card shows the version that stands."""
    yield from _recorded(seen)
    yield from _letters_once(seen)
    yield from _cards(seen)
    yield from _copies(seen)
    yield from _copies_in_order(seen)


def _copies(seen: Evidence) -> Iterator[str]:
    """In every network each post once where the program says so, never twice, and what is unknown is asked."""
    markers = {row["number"]: _marker_of(seen, row) for row in seen.tables["suggestions"]}
    known: dict[str, set[int]] = {}
    for copy in seen.tables.get("copies", ()):
        number, network, state = copy["number"], copy["network"], copy["state"]
        known.setdefault(network, set()).add(number)
        if copy["part"] or network not in seen.networks:
            continue
        count = list(seen.networks[network]).count(markers.get(number) or "")
        where = f"№ {number} in {network}"
        if count > 1:
            yield f"{where} stands there {count} times"
        if state == "out" and not count:
            yield f"{where} is said to be out, it is not there"
        if state in ("refused", "cancelled", "removed") and count:
            yield f"{where} is {state}, and stands there"
        if state == "refused" and not copy["error"]:
            yield f"{where} was refused without a reason"
        if state == "waiting" and not _still_planned(seen, copy):
            yield f"{where} waits and nothing will send it"
        if state == "asked" and not _asked_about(seen, number, network):
            yield f"{where} is unknown and nobody was told"
    for network in seen.facts.get("networks", ()):
        for post in seen.tables.get("posts", ()):
            if post["released_at"] is not None and post["number"] not in known.get(network, set()):
                yield f"№ {post['number']} was released and never meant for {network}"


def _marker_of(seen: Evidence, row: Json) -> str | None:
    deed = seen.markers().get(row["post_id"])
    return str(deed["marker"]) if deed else None


def _still_planned(seen: Evidence, copy: Json) -> bool:
    rows = (row for row in seen.tables["outbox"] if row["id"] == copy["delivery"])
    return any(row["state"] in ("waiting", "sending", "uncertain", "held") for row in rows)


def _asked_about(seen: Evidence, number: int, network: str | None) -> bool:
    return any(
        row["kind"] == "note" and row["number"] == number and row["payload"].get("network") == network
        for row in seen.tables["outbox"]
    )


def _copies_in_order(seen: Evidence) -> Iterator[str]:
    """Each network got its posts in the order in which they were given to it; what people were asked about steps aside."""
    rows = {row["number"]: row for row in seen.tables["suggestions"]}
    for network, there in seen.networks.items():
        settled = [one for one in seen.tables.get("copies", ()) if one["network"] == network and not one["part"]]
        plain = [one for one in settled if one["state"] == "out" and not _asked_about(seen, one["number"], network)]
        given = sorted(plain, key=lambda one: one["delivery"] or 0)
        place = {marker: at for at, marker in enumerate(there)}
        markers = [_marker_of(seen, rows[one["number"]]) for one in given if one["number"] in rows]
        order = [place[marker] for marker in markers if marker in place]
        for at, (first, second) in enumerate(pairwise(order)):
            if first > second:
                yield f"{network}: {markers[at + 1]} stands before {markers[at]}, which was given to it first"


def _recorded(seen: Evidence) -> Iterator[str]:
    """Every message of ours belongs to exactly one delivery; every delivery said to be sent has its message."""
    known: Counter[tuple[int, int]] = Counter()
    for row in seen.tables["outbox"]:
        result = row["result"] or {}
        if row["target"] != "vk_messages" or row["state"] != "sent" or not result.get("cmid"):
            continue
        for cmid in {result["cmid"], *result.get("parts", ())}:
            known[(int(result["peer_id"]), int(cmid))] += 1
    there = {(CHAT, one["conversation_message_id"]): one for one in seen.chat}
    for user_id, letters in seen.letters.items():
        there |= {(user_id, one["conversation_message_id"]): one for one in letters}
    forgiven = _given_up(seen)
    for place, message in there.items():
        if place not in known and forgiven[place[0]] > 0:
            forgiven[place[0]] -= 1
        elif place not in known:
            yield f"message {place} «{message['text'][:60]}» belongs to no delivery"
    for place in known:
        if place not in there:
            yield f"delivery says message {place} was sent, it is not there"


def _given_up(seen: Evidence) -> Counter[int]:
    """Messages that were tried, whose answer was lost, and of which VK or a newer letter said "no more": they may
    well have arrived, even seconds after the refusal of the second try."""
    return Counter(
        int(row["destination"].partition(":")[2])
        for row in seen.tables["outbox"]
        if str(row.get("destination")).startswith("user:") and _may_have_left(row)
    )


def _may_have_left(row: Json) -> bool:
    if row["state"] == "refused":
        return bool(row["attempts"] > 1)
    return row["kind"] == "letter" and row["state"] in ("cancelled", "held") and bool(row["attempts"])


def _letters_once(seen: Evidence) -> Iterator[str]:
    for user_id, letters in seen.letters.items():
        told = Counter(one["text"] for one in letters if re.search(r"№ \d+", one["text"]))
        for text, count in told.items():
            if count > _allowed(seen, user_id):
                yield f"{user_id} was told {count} times: «{text[:70]}»"
        by_link = Counter(link for one in letters for link in re.findall(r"wall-1_\d+", one["text"]))
        for link in by_link:
            post_id = int(link.rpartition("_")[2])
            if all(post["id"] != post_id for post in seen.state["wall"]) and not seen.done("delete_by_hand"):
                yield f"{user_id} was sent the link {link}, there is no such post"
    for number, row in seen.suggestions.items():
        sent = [one for one in seen.deliveries(number, "letter") if one["state"] == "sent"]
        for word in ("received", "published"):
            count = sum(one["payload"].get("letter") == word for one in sent)
            if count > 1:
                yield f"№ {number}: the letter «{word}» was sent {count} times to {row['author_id']}"


def _allowed(seen: Evidence, user_id: int) -> int:
    """The same words may come again when the author asked again, edited again, or was rejected again."""
    asked = len([deed for deed in seen.done("write", "edit") if deed.get("by") == user_id])
    undone = len([row for row in seen.tables["journal"] if row["action"] == "undo"])
    return 1 + asked + undone


def _cards(seen: Evidence) -> Iterator[str]:
    lost = Counter(
        int(call["params"].get("cmid") or 0)
        for call in seen.calls
        if call["method"] == "messages.edit" and call.get("error_code") in (100, 104, 909, 920)
    )
    cards = [one for one in seen.chat if re.match(r"\W*№ \d+ ·", one["text"]) and one["keyboard"] is not None]
    by_number: dict[int, list[Json]] = {}
    for card in cards:
        found = re.search(r"№ (\d+)", card["text"])
        assert found is not None
        by_number.setdefault(int(found[1]), []).append(card)
    for number, shown in by_number.items():
        live = [one for one in shown if not lost[one["conversation_message_id"]]]
        if len(live) > 1:
            yield f"№ {number} has {len(live)} live cards"
    places = {row["number"]: row["cmid"] for row in seen.tables["cards"]}
    there = {one["conversation_message_id"]: one for one in seen.chat}
    for number, row in seen.suggestions.items():
        yield from _card_is_true(seen, number, row, there.get(places.get(number) or 0))


def _card_is_true(seen: Evidence, number: int, row: Json, card: Json | None) -> Iterator[str]:
    pending = [
        one
        for one in seen.deliveries(number, "card")
        if one["state"] in ("waiting", "sending", "uncertain", "held")
    ]
    if pending or row["status"] not in OPEN:
        return
    if card is None:
        yield f"№ {number} ({row['status']}) has no card in the chat"
        return
    versions = {
        payload.get("r")
        for buttons in (card["keyboard"] or {}).get("buttons", [])
        for button in buttons
        if (payload := _payload(button)).get("n") == number
    }
    if versions and versions != {row["version"]}:
        yield f"№ {number}: the card is drawn for version {sorted(map(str, versions))}, the row is at {row['version']}"


def _payload(button: Json) -> Json:
    given = button["action"].get("payload")
    found = json.loads(given) if isinstance(given, str) and given else given
    return found if isinstance(found, dict) else {}


# -------------------------------------------------------------------------------------------------------- R5


def r5_not_early_and_apart(seen: Evidence) -> Iterator[str]:
    """No post before its time (nor later than promised where the run watched that), posts apart."""
    posted = [call for call in seen.calls if call["method"] == "wall.post" and call.get("executed")]
    for call in posted:
        row = next(
            (one for one in seen.tables["suggestions"] if str(one["post_id"]) == call["params"].get("post_id")),
            None,
        )
        if row is None or row["due_at"] is None or row["urgent"] or row["status"] != "published":
            continue
        late = datetime.fromisoformat(call["at"]).timestamp() - row["due_at"] / 1e6
        if late < -0.01:
            yield f"№ {row['number']} went out {-late:.2f} s early"
        if late > float(seen.facts.get("latest", 1e9)):
            yield f"№ {row['number']} went out {late:.2f} s late"
    tries = [call for call in _own(seen.calls) if call["method"] == "wall.post" and not seen.kills]
    for first, second in pairwise(tries):
        gap = second["monotonic"] - first["monotonic"]
        if gap < POST_GAP and first.get("error_code") != 6:  # too fast: VK did nothing and says "again"
            yield f"two calls of wall.post {gap:.2f} s apart"


# -------------------------------------------------------------------------------------------------------- R6


def r6_only_moderators_act(seen: Evidence) -> Iterator[str]:
    """Nobody else changed a state; every press of theirs that was handled is written down as refused."""
    staff = {row["vk_id"] for row in seen.tables["staff"] if row["role"] in MAY_DECIDE}
    staff |= {deed["user_id"] for deed in seen.done("set_role") if deed["role"] in MAY_DECIDE}
    for row in seen.tables["journal"]:
        if row["action"] in DECISIONS and row["actor"] not in staff:
            yield f"№ {row['number']}: «{row['action']}» by {row['actor']}, who is no moderator"
    refused = Counter(row["actor"] for row in seen.tables["journal"] if row["action"] == "refused")
    strangers = Counter(
        deed["by"] for deed in seen.done("press") if deed["by"] not in staff and deed.get("event_id")
    )
    for user_id, count in strangers.items():
        if refused[user_id] < count:
            yield f"{user_id} pressed {count} times without being a moderator, {refused[user_id]} are written down"


# -------------------------------------------------------------------------------------------------------- R7


def r7_the_store_is_sound(seen: Evidence) -> Iterator[str]:
    """SQLite finds nothing; what came in is what waits, what was decided and what was set aside."""
    yield from seen.integrity
    taken = sum(row["action"] == "suggested" for row in seen.tables["journal"])
    if taken != len(seen.tables["suggestions"]):
        yield f"{taken} suggestions taken in, {len(seen.tables['suggestions'])} rows"
    unhandled = [row for row in seen.tables["inbox"] if row["state"] == "new"]
    if unhandled:
        yield f"{len(unhandled)} events were never handled"
    for row in seen.tables["suggestions"]:
        if (row["status"] == "published") != (row["published_at"] is not None):
            yield f"№ {row['number']} is {row['status']} with published_at {row['published_at']}"


# -------------------------------------------------------------------------------------------------------- R8


def r8_nothing_dies_quietly(seen: Evidence) -> Iterator[str]:
    """Every loop is alive and none of them met a fault of the program."""
    if seen.healthy is False:
        yield "the program is not well at the end"
    for word in FAULT_WORDS:
        lines = [line for line in seen.log if word in line]
        if lines:
            yield f"{len(lines)} × {word}: {lines[0][:400]}"


# -------------------------------------------------------------------------------------------------------- R9


def r9_limits_are_kept(seen: Evidence) -> Iterator[str]:
    """Error 6 never came by itself; what VK asked to leave alone was left alone."""
    restarts = [datetime.fromisoformat(deed["at"]).timestamp() for deed in seen.done("restart")]
    calls = _own(seen.calls)
    own = [call for call in calls if call.get("error_code") == 6 and not call.get("fault")]
    # A process cannot know what another one called in the second before it died,
    own = [call for call in own if not any(0 <= _at(call) - moment < ONE_RESTART for moment in restarts)]
    # nor when a call arrives that a broken connection seemed to have swallowed. Other networks count by no key.
    late = [(call["token_name"], _at(call)) for call in seen.calls if call.get("late") and "token_name" in call]
    own = [
        call
        for call in own
        if not any(name == call["token_name"] and 0 <= _at(call) - moment <= 1.0 for name, moment in late)
    ]
    if own:
        yield f"{len(own)} × error 6, first {own[0]['method']} of {own[0].get('token_name')}"
    resumed = [datetime.fromisoformat(deed["at"]).timestamp() for deed in seen.done("resume", "restart")]
    resumed += _keys_well_again(seen)
    calls = [call for call in calls if "params" in call]
    unseen = _unseen(calls)
    for at, call in enumerate(calls):
        if call.get("error_code") not in _ENOUGH or call["method"] == "execute" or call.get("n") in unseen:
            continue
        again = _next_same(calls[at + 1 :], call)
        if again is None:
            continue
        since, until = _at(call), _at(again)
        allowed = any(since - RESUME_TAKES <= moment <= until for moment in resumed)
        if until - since < HANDS_OFF and not allowed:
            yield f"{call['method']} again {until - since:.1f} s after error {call['error_code']}"


def _keys_well_again(seen: Evidence) -> list[float]:
    """When the program found a key well: what was left alone because of it may be tried again."""
    lines = (json.loads(line) for line in seen.log if '"event": "rights"' in line and line.startswith("{"))
    return [
        datetime.fromisoformat(one["timestamp"]).timestamp()
        for one in lines
        if "ok" in (one["editor"], one["group"])
    ]


def _own(calls: Sequence[Json]) -> list[Json]:
    """The calls in the order the program made them: not what VK carried out late for a call that was given up."""
    given_up: list[Json] = []
    late: set[int] = set()
    inside: list[int] = []
    for call in calls:
        if call.get("inside"):
            inside.append(int(call["n"]))
            continue
        if call.get("fault") == "late_effect" and "params" in call:
            given_up.append(call["params"])
        elif not call.get("fault") and "params" in call and call["params"] in given_up:
            given_up.remove(call["params"])
            late |= {int(call["n"]), *(inside if call["method"] == "execute" else ())}
        if call["method"] == "execute":
            inside = []
    return [call for call in calls if call.get("n") not in late]


def _unseen(calls: Sequence[Json]) -> set[int]:
    """Numbers of calls whose answer never reached the program: a fault spoilt it, or the execute it was part of."""
    unseen: set[int] = set()
    inside: list[int] = []
    for call in calls:
        if call.get("inside"):
            inside.append(int(call["n"]))
            continue
        spoilt = call.get("fault") not in (None, "error", "slow")
        if call["method"] == "execute":
            unseen |= set(inside) if spoilt else set()
            inside = []
        if spoilt:
            unseen.add(int(call.get("n", 0)))
    return unseen


def _next_same(calls: Sequence[Json], call: Json) -> Json | None:
    """The next call of the same method and key that VK could answer apart: calls of one ``execute`` run together."""
    same = (call["method"], call.get("token_name"))
    for one in calls:
        together = call.get("inside") and one.get("inside") and one["monotonic"] - call["monotonic"] < 0.05
        together = together or (
            call["method"] in _MANY_AT_ONCE and one["monotonic"] - call["monotonic"] < UNDER_WAY
        )
        if (one["method"], one.get("token_name")) == same and not together:
            return one
    return None


def _at(call: Json) -> float:
    return datetime.fromisoformat(call["at"]).timestamp()


# ------------------------------------------------------------------------------------------------------- R10


def r10_strangeness_stops_nothing(seen: Evidence) -> Iterator[str]:
    """Every event is kept whatever it is; nobody is written to who may not be; no key is written anywhere."""
    stored = {row["event_id"] for row in seen.tables["inbox"]}
    for event in missing_events(seen.events, stored, lossy=bool(seen.facts.get("lossy"))):
        yield f"event {event['event_id']} ({event.get('type')}) was never stored"
    for row in seen.tables["inbox"]:
        if row["state"] in ("strange", "failed") and not row["raw"]:
            yield f"event {row['event_id']} was set aside without its raw form"
        if row["state"] == "failed":
            yield f"event {row['event_id']} ({row['type']}) made a handler fail: {row['error']}"
    yield from _no_letters_after_refusal(seen)
    for secret in seen.secrets:
        if any(secret in line for line in seen.log):
            yield "a key stands in the log"
        if any(secret in json.dumps(rows, ensure_ascii=False, default=str) for rows in seen.tables.values()):
            yield "a key stands in the database"


def _no_letters_after_refusal(seen: Evidence) -> Iterator[str]:
    reopened = [
        (deed["by"], datetime.fromisoformat(deed["at"]).timestamp()) for deed in seen.done("allow", "write")
    ]
    refused: dict[int, tuple[float, int, Json]] = {}
    calls = _own(seen.calls)
    unseen = _unseen(calls)
    for call in calls:
        peer, code = _refused_peer(call)
        if peer is None:
            continue
        told = (by == peer and moment >= refused[peer][0] - 1 for by, moment in reopened)
        if peer in refused and not any(told) and not _killed_unread(seen, refused[peer][2], call):
            yield f"{peer} was written to again after error {refused[peer][1]}"
        if code in _UNREACHABLE and call.get("n") not in unseen:
            refused[peer] = (_at(call), code, call)


def _killed_unread(seen: Evidence, first: Json, again: Json) -> bool:
    """Whether the same message was sent again by a program that was killed before it had read the refusal."""
    if first["params"].get("random_id") != again["params"].get("random_id"):
        return False
    killed = [datetime.fromisoformat(deed["at"]).timestamp() for deed in seen.done("restart")]
    return any(_at(first) <= moment <= _at(again) for moment in killed)


def _refused_peer(call: Json) -> tuple[int | None, int]:
    """The person a message was for, and the error that met it (0: none)."""
    if call["method"] != "messages.send":
        return None, 0
    params = call.get("params", {})
    peers = str(params.get("peer_ids") or params.get("peer_id") or "")
    if not peers.isdigit() or int(peers) > CHAT - 1:
        return None, 0
    answer: Any = call.get("answer")
    inner = answer[0].get("error") if isinstance(answer, list) and answer and isinstance(answer[0], dict) else None
    return int(peers), int(call.get("error_code") or (inner or {}).get("code") or 0)


PROMISES: Final[dict[str, Promise]] = {
    "R1": r1_no_suggestion_is_lost,
    "R2": r2_an_answered_decision_stays,
    "R3": r3_published_once_or_told,
    "R4": r4_each_letter_and_card_once,
    "R5": r5_not_early_and_apart,
    "R6": r6_only_moderators_act,
    "R7": r7_the_store_is_sound,
    "R8": r8_nothing_dies_quietly,
    "R9": r9_limits_are_kept,
    "R10": r10_strangeness_stops_nothing,
}
