"""R7, R8 and R10: the store is sound, nothing died quietly, and strange things stopped nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from proof.evidence import CHAT, Evidence, Json, missing_events
from proof.promises.calls import made_at, own_calls, unread

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
_UNREACHABLE: Final = frozenset({900, 901, 902})
#: A program that is killed so soon after a refusal may not have written it down yet, seconds.
WRITTEN_DOWN: Final = 1.0


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


def r8_nothing_dies_quietly(seen: Evidence) -> Iterator[str]:
    """Every loop is alive and none of them met a fault of the program."""
    if seen.healthy is False:
        yield "the program is not well at the end"
    for word in FAULT_WORDS:
        lines = [line for line in seen.log if word in line]
        if lines:
            yield f"{len(lines)} × {word}: {lines[0][:400]}"


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
    reopened = [(deed["by"], made_at(deed)) for deed in seen.done("allow", "write")]
    refused: dict[int, tuple[float, int, Json]] = {}
    calls = own_calls(seen.calls)
    never_read = unread(calls)
    for call in calls:
        peer, code = _refused_peer(call)
        if peer is None:
            continue
        told = (by == peer and moment >= refused[peer][0] - 1 for by, moment in reopened)
        if peer in refused and not any(told) and not _killed_unread(seen, refused[peer][2], call):
            yield f"{peer} was written to again after error {refused[peer][1]}"
        if code in _UNREACHABLE and call.get("n") not in never_read:
            refused[peer] = (made_at(call), code, call)


def _killed_unread(seen: Evidence, first: Json, again: Json) -> bool:
    """Whether the program was killed before it had written the refusal down: at once, or while it was to send the
    same message again."""
    killed = [made_at(deed) for deed in seen.done("restart")]
    between = [moment for moment in killed if made_at(first) <= moment <= made_at(again)]
    at_once = any(moment - made_at(first) < WRITTEN_DOWN for moment in between)
    same = first["params"].get("random_id") == again["params"].get("random_id")
    return at_once or (same and bool(between))


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
