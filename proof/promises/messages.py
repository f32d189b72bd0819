"""R4: each letter and each card once, and a card that shows what stands; copies in networks stand in ``copies``."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

from proof.evidence import CHAT, Evidence, Json
from proof.promises.copies import copies_in_order, copies_once
from proof.promises.publication import OPEN


def r4_each_letter_and_card_once(seen: Evidence) -> Iterator[str]:
    """No message twice, none unrecorded, one card a number, and the card shows the version that stands."""
    yield from _recorded(seen)
    yield from _letters_once(seen)
    yield from _cards(seen)
    yield from copies_once(seen)
    yield from copies_in_order(seen)


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
