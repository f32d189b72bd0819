"""R4 in the other networks: each post once and in order, and a person is asked about what nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from proof.evidence import Evidence, Json


def copies_once(seen: Evidence) -> Iterator[str]:
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
        if state == "asked" and not asked_about(seen, number, network):
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


def asked_about(seen: Evidence, number: int, network: str | None) -> bool:
    return any(
        row["kind"] == "note" and row["number"] == number and row["payload"].get("network") == network
        for row in seen.tables["outbox"]
    )


def copies_in_order(seen: Evidence) -> Iterator[str]:
    """Each network got its posts in the order in which they were given to it; what people were asked about steps aside."""
    rows = {row["number"]: row for row in seen.tables["suggestions"]}
    for network, there in seen.networks.items():
        settled = [one for one in seen.tables.get("copies", ()) if one["network"] == network and not one["part"]]
        plain = [one for one in settled if one["state"] == "out" and not asked_about(seen, one["number"], network)]
        given = sorted(plain, key=lambda one: one["delivery"] or 0)
        place = {marker: at for at, marker in enumerate(there)}
        markers = [_marker_of(seen, rows[one["number"]]) for one in given if one["number"] in rows]
        order = [place[marker] for marker in markers if marker in place]
        for at, (first, second) in enumerate(pairwise(order)):
            if first > second:
                yield f"{network}: {markers[at + 1]} stands before {markers[at]}, which was given to it first"
