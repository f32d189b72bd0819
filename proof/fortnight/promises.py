"""What has to hold when a fortnight is over: predicates over the sandbox's world, bare rows and what people did.

Like ``proof.checker``, whose promises are asked here too, this shares no code with the program and loads none of it.
Each predicate yields a sentence for everything it finds broken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from proof.checker import Violation, check
from proof.evidence import Evidence, Json
from proof.promises.decisions import replays
from proof.promises.publication import published_calls

if TYPE_CHECKING:
    from proof.fortnight.play import Ended

Predicate = Callable[["Seen"], Iterator[str]]

MOSCOW: Final = ZoneInfo("Europe/Moscow")
#: What an author does and sees answered is "just now" for so long: the way to the desk by the comparison included.
JUST_NOW: Final = timedelta(minutes=12)
#: After the program was down it answers what was done meanwhile.
AFTER_DOWN: Final = timedelta(minutes=15)
#: A returned piece is the author's to correct for so long.
CORRECTABLE: Final = timedelta(days=7, hours=1)
LEAST_GAP: Final = timedelta(minutes=59)
#: A planned post leaves within this after its time.
ON_TIME: Final = timedelta(seconds=60)
SLOTS: Final = {
    **dict.fromkeys(range(1, 6), ("09:30", "11:30", "13:30", "16:00", "18:30")),
    **dict.fromkeys((6, 7), ("12:00", "17:00")),
}
ENDS: Final = frozenset({"published", "rejected", "withdrawn", "expired"})
#: How an author reads each outcome.
_TOLD: Final[Mapping[str, re.Pattern[str]]] = {
    "published": re.compile(r"вышла|дайджест"),
    "rejected": re.compile(r"не опубликуем|не публиковать|не взяли"),
    "withdrawn": re.compile(r"сняли|снята|больше нет|прежнюю закрыли"),
    "expired": re.compile(r"сняли с плана|устарела|срок|неделю ждала"),
    "returned": re.compile(r"вернули на доработку|вернули|доработ"),
}
_APPROVED: Final = frozenset({"publish", "queue", "pick", "digest", "merge", "repeat", "out"})
_NUMBER: Final = re.compile(r"№ (\d+)")
_NUMBERS: Final = re.compile(r"№ (\d+(?:, \d+)*)")
_DIGEST_LINK: Final = re.compile(r"строк\w+ в дайджест: (\S+)")
#: What happens within this is told in one letter.
GLUE: Final = timedelta(minutes=10)
_LINE: Final = re.compile(r"^№ (\d+): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Letter:
    """A message of the community to a person. ``asked``: it answers what they did just now.

    ``sent``: what it said when it came; an edit may have made it the live message of its news since.
    """

    to: int
    at: datetime
    text: str
    asked: bool
    sent: str

    def tells(self, number: int, status: str) -> bool:
        """Whether it says that this news has come to this."""
        text = self.sent if self.text.startswith("Получили новость") else self.text
        if text.startswith("Получили новость"):
            return status == "withdrawn" and f"Это исправленная № {number}" in text
        for found in _LINE.finditer(text):
            if int(found[1]) == number and _TOLD[status].search(found[2]):
                return True
        named = _NUMBERS.search(text)
        return named is not None and str(number) in named[1].split(", ") and bool(_TOLD[status].search(text))


@dataclass(frozen=True)
class Seen:
    """The evidence of a fortnight with what the predicates ask of it."""

    ended: Ended

    @property
    def evidence(self) -> Evidence:
        """Rows, world, deeds."""
        return self.ended.evidence

    @cached_property
    def rows(self) -> dict[int, Json]:
        """Pieces by number, without the digests."""
        return {number: row for number, row in self.evidence.suggestions.items() if not _is_digest(row)}

    @cached_property
    def stories(self) -> dict[int, list[Json]]:
        """Journal entries by number."""
        found: dict[int, list[Json]] = {}
        for entry in self.evidence.tables["journal"]:
            if entry["number"] is not None:
                found.setdefault(entry["number"], []).append(entry)
        return found

    @cached_property
    def deeds(self) -> dict[int, list[datetime]]:
        """When each author did something the desk can see."""
        found: dict[int, list[datetime]] = {}
        for deed in self.evidence.deeds:
            found.setdefault(int(deed.get("by") or 0), []).append(datetime.fromisoformat(deed["at"]))
        return found

    @cached_property
    def letters(self) -> dict[int, list[Letter]]:
        """Messages by reader in order."""
        return {
            dialog["user_id"]: [
                Letter(
                    dialog["user_id"],
                    at,
                    one["text"],
                    self._asked(dialog["user_id"], at),
                    self._sent.get((dialog["user_id"], one["conversation_message_id"]), one["text"]),
                )
                for one in dialog["messages"]
                if one["from_id"] < 0 and not one["deleted"]
                for at in (datetime.fromtimestamp(one["date"], UTC),)
            ]
            for dialog in self.evidence.state["dialogs"]
        }

    @cached_property
    def _sent(self) -> dict[tuple[int, int], str]:
        """The words of each message as it was sent, by reader and place in the dialog."""
        return {
            (one["peer_id"], one["conversation_message_id"]): str(call["params"]["message"])
            for call in self.evidence.calls
            if call["method"] == "messages.send" and call.get("executed") and "message" in call["params"]
            for one in (call["answer"] if isinstance(call["answer"], list) else ())
            if one.get("conversation_message_id")
        }

    def _asked(self, who: int, at: datetime) -> bool:
        at += timedelta(seconds=1)  # VK's dates are whole seconds
        down = max((end for start, end in self.ended.downs if start <= at <= end + AFTER_DOWN), default=None)
        began = next((start for start, end in self.ended.downs if end == down), None)
        since = min(at - JUST_NOW, began or at)
        return any(since <= moment <= at for moment in self.deeds.get(who, ()))

    def said(self, who: int, words: str, before: datetime) -> bool:
        """Whether this person wrote these words by then."""
        return any(
            deed.get("text") == words and datetime.fromisoformat(deed["at"]) <= before
            for deed in self.evidence.done("write")
            if deed.get("by") == who
        )

    def author_of(self, row: Json) -> int | None:
        """Who sent the piece, also when the desk has forgotten them."""
        if row["author_id"]:
            return int(row["author_id"])
        return next((piece.author for piece in self.ended.pieces if piece.village in row["text"]), None)

    @cached_property
    def forgotten(self) -> dict[int, datetime]:
        """Who had their data deleted, when for the last time."""
        return {deed["by"]: datetime.fromisoformat(deed["at"]) for deed in self.evidence.done("forget")}

    def cannot_be_told(self, who: int) -> bool:
        """Whether VK, or the author's own word, forbids letters at the end."""
        person = next(one for one in self.evidence.state["people"] if one["id"] == who)
        known = next((one for one in self.evidence.tables["authors"] if one["vk_id"] == who), None)
        return person["messages"] != "allowed" or (known is not None and not known["wants_letters"])

    @cached_property
    def kept(self) -> dict[int, set[int]]:
        """Numbers about which a letter is kept for each person."""
        found: dict[int, set[int]] = {}
        for row in self.evidence.tables["outbox"]:
            if row["kind"] == "letter" and row["state"] == "held":
                who = int(row["destination"].partition(":")[2])
                numbers = row["payload"].get("numbers") or [row["number"]]
                found.setdefault(who, set()).update(int(number) for number in numbers)
        return found


def _is_digest(row: Json) -> bool:
    return row["origin"] == "source" and "digest" in (row["behind"] or "")


def moment(micros: int) -> datetime:
    """A stored time."""
    return datetime.fromtimestamp(micros / 1e6, UTC)


# ------------------------------------------------------------------------------------------------ the predicates


def every_piece_has_an_outcome(seen: Seen) -> Iterator[str]:
    """What was sent is there; nothing hangs at the end; a returned piece waits for its author no longer than it may."""
    text = {row["number"]: f"{row['text']} {row['previous'] or ''}" for row in seen.rows.values()}
    there = "\n".join(text.values())
    by_post = {row["post_id"] for row in seen.rows.values()}
    for piece in seen.ended.pieces:
        sent = piece.sent_at is not None and not piece.refused and not piece.taken_back
        if sent and piece.post_id not in by_post and piece.village not in there:
            yield f"{piece.village} of {piece.author} ({piece.way}, {piece.sent_at}) is nowhere"
    for number, row in seen.rows.items():
        if row["status"] in ENDS:
            continue
        last = moment(row["updated_at"])
        now = datetime.fromtimestamp(seen.evidence.now, UTC)
        if row["status"] != "returned" or now - last > CORRECTABLE:
            yield f"№ {number} is {row['status']} since {last:%d.%m %H:%M}, {row['trouble'] or 'no trouble named'}"
    for row in seen.evidence.tables["suggestions"]:
        if _is_digest(row) and row["status"] not in ENDS:
            yield f"the digest № {row['number']} is {row['status']}"


def every_author_is_told(seen: Seen) -> Iterator[str]:
    """The outcome of every piece was read by its author, or is kept because nobody may write to them."""
    for number, row in seen.rows.items():
        who = seen.author_of(row)
        if who is None or who in seen.forgotten or row["status"] not in _TOLD:
            continue
        since = _settled_at(seen, row)
        letters = seen.letters.get(who, [])
        told = any(one.tells(number, row["status"]) and one.at >= since for one in letters)
        if told or _turned_away(row, letters) or _done_by_author(seen, number, row):
            continue
        if seen.cannot_be_told(who) and number in seen.kept.get(who, ()):
            continue
        why = ", which is kept though they may be written to" if number in seen.kept.get(who, ()) else ""
        yield f"{who} was never told that № {number} is {row['status']} since {since:%d.%m %H:%M}{why}"


def _settled_at(seen: Seen, row: Json) -> datetime:
    """When the piece came to the state it ended in, in whole seconds as VK has them."""
    changes = [one for one in seen.stories[row["number"]] if one["after"] == row["status"] != one["before"]]
    return moment(changes[-1]["at"]).replace(microsecond=0) if changes else moment(row["received_at"])


def _turned_away(row: Json, letters: Sequence[Letter]) -> bool:
    """A blocked author is told once, politely, and not again for every piece."""
    return bool(row["trouble"] == "blocked" and any("больше не принимаем" in one.text for one in letters))


def _done_by_author(seen: Seen, number: int, row: Json) -> bool:
    """The author withdrew it by a word and was answered."""
    by_word = any(one["action"] == "withdraw" for one in seen.stories[number])
    return row["status"] == "withdrawn" and by_word and _answered(seen, number, row)


def _answered(seen: Seen, number: int, row: Json) -> bool:
    return any(f"№ {number}" in one.text for one in seen.letters.get(seen.author_of(row) or 0, ()) if one.asked)


def nobody_is_told_twice(seen: Seen) -> Iterator[str]:
    """The same words come twice only as answers to a question, or when something else was said about it between."""
    for who, letters in seen.letters.items():
        last: dict[str, str] = {}
        for one in letters:
            named = _NUMBER.search(one.text)
            about = named[0] if named else one.text
            if last.get(about) == one.text and not one.asked:
                yield f"{who} was told twice: «{one.text[:80]}»"
            last[about] = one.text


def one_digest_is_one_letter(seen: Seen) -> Iterator[str]:
    """Who has several lines in a digest reads of all of them at once."""
    for who, letters in seen.letters.items():
        last: dict[str, datetime] = {}
        for one in letters:
            found = _DIGEST_LINK.search(one.sent)
            if found is None or one.asked:
                continue
            if found[1] in last and one.at - last[found[1]] < GLUE:
                yield f"{who} was written to more than once about the digest {found[1]} at {one.at:%d.%m %H:%M:%S}"
            last[found[1]] = one.at


def no_letter_at_night(seen: Seen) -> Iterator[str]:
    """Nobody is woken: from nine in the evening to eight by the author's own clock only answers come.

    Where somebody lives who never said it, whose news names no region, nobody can know; such letters are counted in
    the report and keep at least the desk's own night.
    """
    for one, local in night_letters(seen):
        if could_be_known(seen, one):
            yield f"{one.to} at {local:%d.%m %H:%M} ({local.tzinfo}): «{one.text[:80]}»"
    for letters in seen.letters.values():
        for one in letters:
            local = one.at.astimezone(MOSCOW)
            if (local.hour >= 21 or local.hour < 8) and not one.asked and not could_be_known(seen, one):
                yield f"{one.to}, of whom nobody knows where they live, at {local:%d.%m %H:%M} in Moscow: «{one.text[:80]}»"


def night_letters(seen: Seen) -> Iterator[tuple[Letter, datetime]]:
    """Letters that came at night where their reader lives and answer nothing, with the time there."""
    zones = {author.id: author.zone for author in seen.ended.authors}
    for who, letters in seen.letters.items():
        for one in letters:
            local = one.at.astimezone(zones.get(who, MOSCOW))
            if (local.hour >= 21 or local.hour < 8) and not one.asked:
                yield one, local


def could_be_known(seen: Seen, letter: Letter) -> bool:
    """Whether the desk had been told where the reader lives, or the news itself says it."""
    micros = letter.at.timestamp() * 1e6
    for entry in seen.evidence.tables["journal"]:
        told = entry["action"] == "author_region" and entry["details"].get("author") == letter.to
        if told and entry["details"].get("to") and entry["at"] <= micros:
            return True
    author = next((one for one in seen.ended.authors if one.id == letter.to), None)
    if author is not None and author.region is not None and seen.said(letter.to, author.region.name, letter.at):
        return True  # the history says nothing of who had their data deleted since
    named = _NUMBER.search(letter.text)
    row = seen.rows.get(int(named[1])) if named else None
    place = author.region.short_name if author is not None and author.region is not None else None
    return place is not None and place in (row["text"] if row is not None else letter.text)


def nothing_without_approval(seen: Seen) -> Iterator[str]:
    """Every post on the wall belongs to a number that a moderator let out; red ones were signed by two."""
    staff = {row["vk_id"] for row in seen.evidence.tables["staff"]}
    owners: dict[int, list[int]] = {}
    for row in seen.evidence.tables["suggestions"]:
        if row["published_post_id"] is not None:
            owners.setdefault(row["published_post_id"], []).append(row["number"])
    pressed = Counter(
        (deed["by"], deed.get("number")) for deed in seen.evidence.done("press", "chat", "publish_by_hand")
    )
    for post in seen.evidence.state["wall"]:
        if post["id"] not in owners:
            yield f"post {post['id']} belongs to no news: «{post['text'][:60]}»"
    for number, row in seen.rows.items():
        if row["status"] != "published":
            continue
        story = seen.stories[number]
        by = {one["actor"] for one in story if one["action"] in _APPROVED and one["actor"] in staff}
        by_hand = [one for one in story if one["action"] == "hand_published"]
        if not by and not by_hand:
            yield f"№ {number} went out and nobody approved it"
        wrote = any(deed["by"] in by for deed in seen.evidence.done("chat"))
        if by and not wrote and not by_hand and not any(pressed[(who, number)] for who in by):
            yield f"№ {number} is said to be approved by {by}, who pressed nothing"
        if "погибли" in row["text"] and not by_hand:
            signed = {one["actor"] for one in story if one["action"] == "signed"} | by
            if len(signed) < 2:
                yield f"№ {number} bears a red warning and one signature"


def a_joint_post_is_everybody_s(seen: Seen) -> Iterator[str]:
    """Who was joined goes out in the post of the one that carries it, which tells of every village and credits each."""
    posts = {post["id"]: post["text"] for post in seen.evidence.state["wall"]}
    for number, row in seen.rows.items():
        if row["status"] == "merged" or row["proof"] != "merged":
            continue
        lead = seen.rows.get(row["merged_into"] or 0)
        if lead is None or lead["status"] != "published" or lead["published_post_id"] != row["published_post_id"]:
            yield f"№ {number} is out in the post of № {row['merged_into']}, which is not the same post"
            continue
        text = posts.get(row["published_post_id"])
        if text is None:
            continue  # taken down since, by a person
        yield from _lacks(seen, lead, row, text)
    carriers = {row["merged_into"] for row in seen.rows.values() if row["proof"] == "merged"}
    for number, row in seen.rows.items():
        joins = [one for one in seen.stories[number] if one["action"] == "merge"]
        for letter in (one for one in seen.letters.get(seen.author_of(row) or 0, ()) if joins):
            if (
                f"Новость № {number} вышла одной записью" in letter.text
                and row["proof"] != "merged"
                and number not in carriers
            ):
                yield f"№ {number} did not go out with others, its author was told so"


def _lacks(seen: Seen, lead: Json, row: Json, text: str) -> Iterator[str]:
    worded = any(one["action"] == "join" and one["details"].get("worded") for one in seen.stories[lead["number"]])
    for one in (lead, row):
        village = next((piece.village for piece in seen.ended.pieces if piece.village in one["text"]), "")
        if village not in text:
            yield f"the joint post of № {lead['number']} does not tell of {village}, № {one['number']}"
        author = next((who for who in seen.ended.authors if who.id == seen.author_of(one)), None)
        region = author.region if author is not None else None
        known = one["region"] is not None and region is not None and _was_known(seen, one)
        if known and region and not worded and region.name not in text and region.genitive not in text:
            yield f"the joint post of № {lead['number']} does not credit {region.name}, № {one['number']}"


def _was_known(seen: Seen, row: Json) -> bool:
    """Whether the author had said where they write from before the post went out."""
    return any(
        entry["action"] == "author_region" and entry["details"].get("author") == row["author_id"]
        and entry["details"].get("to") and entry["at"] <= row["published_at"]
        for entry in seen.evidence.tables["journal"]
    )  # fmt: skip


def the_wall_keeps_its_rules(seen: Seen) -> Iterator[str]:
    """Slots, gap, daily limit and quiet hours of planned posts; none early, none late without a reason."""
    dates = {post["id"]: datetime.fromtimestamp(post["date"], UTC) for post in seen.evidence.state["wall"]}
    planned: list[tuple[datetime, int, datetime]] = []
    for number, row in seen.rows.items():
        at, due = dates.get(row["published_post_id"] or 0), row["due_at"]
        if (
            row["status"] == "published"
            and not row["urgent"]
            and row["proof"] not in ("by_hand", "digest", "merged")
            and at
            and due
        ):
            planned.append((at, number, moment(due)))
    planned.sort()
    for at, number, due in planned:
        local = at.astimezone(MOSCOW)
        if at < due - timedelta(seconds=1):
            yield f"№ {number} went out at {at:%d.%m %H:%M:%S}, planned for {due:%H:%M:%S}"
        if at - due > ON_TIME:
            yield f"№ {number} went out at {at:%d.%m %H:%M:%S} UTC, {at - due} late"
        if local.hour >= 22 or local.hour < 8:
            yield f"№ {number} went out at {local:%d.%m %H:%M}, in the quiet hours"
        last = [one for one in seen.stories[number] if one["action"] in ("queue", "pick", "move")][-1:]
        if (
            last
            and last[0]["action"] == "queue"
            and f"{due.astimezone(MOSCOW):%H:%M}" not in SLOTS[local.isoweekday()]
        ):
            yield f"№ {number} was queued for {due.astimezone(MOSCOW):%d.%m %H:%M}, which is no slot"
    for (first, one, _), (second, other, _) in pairwise(planned):
        if second - first < LEAST_GAP:
            yield f"№ {one} and № {other} went out {second - first} apart"
    days = Counter(at.astimezone(MOSCOW).date() for at, _, _ in planned)
    yield from (f"{count} planned posts on {day}" for day, count in days.items() if count > 8)


def limits_are_said_once(seen: Seen) -> Iterator[str]:
    """Who sends too much is told so once in a day, and when they ask to send all the same."""
    wishes: dict[int, list[datetime]] = {}
    for deed in seen.evidence.done("write"):
        if deed["text"] in ("Предложить новость", "Отправить"):
            wishes.setdefault(deed["by"], []).append(datetime.fromisoformat(deed["at"]))
    for who, letters in seen.letters.items():
        said: list[datetime] = [one.at for one in letters if "За сутки берём" in one.text]
        for first, second in pairwise(said):
            wished = any(first < one <= second + timedelta(seconds=1) for one in wishes.get(who, ()))
            if second - first < timedelta(hours=12) and not wished:
                yield f"{who} was told of the limit at {first:%d.%m %H:%M} and again at {second:%H:%M}"


def nothing_is_lost_or_doubled(seen: Seen) -> Iterator[str]:
    """VK's list, the rows, the journal and the calls agree; SQLite finds nothing wrong."""
    yield from seen.evidence.integrity
    rows = Counter(row["post_id"] for row in seen.rows.values() if row["post_id"])
    by_post = {row["post_id"]: row for row in seen.rows.values()}
    for post_id, post in seen.evidence.waiting_on_vk.items():
        if rows[post_id] != 1 and not _moved_on(seen, post_id):
            yield f"suggestion {post_id} stands on VK and has {rows[post_id]} rows"
        row = by_post.get(post_id)
        here = row is not None and row["origin"] == "wall" and row["status"] not in ENDS
        if row is not None and here and row["text"].strip() != post["text"].strip():
            yield f"№ {row['number']} says something else than suggestion {post_id} on VK"
    yield from published_calls(seen.evidence)
    texts = Counter(post["text"] for post in seen.evidence.state["wall"])
    yield from (f"{count} posts say «{text[:60]}»" for text, count in texts.items() if count > 1)
    for number, row in seen.evidence.suggestions.items():
        yield from replays(number, row, seen.stories.get(number, ()))


def _moved_on(seen: Seen, post_id: int) -> bool:
    """The piece was corrected in the dialog since, so that its row names no suggestion any more."""
    return any(f'"post_id": {post_id}' in (row["behind"] or "") for row in seen.rows.values())


def the_program_made_no_mistake(seen: Seen) -> Iterator[str]:
    """No fault in any loop, nothing that had to be set aside."""
    yield from seen.ended.faults


PREDICATES: Final[dict[str, Predicate]] = {
    "outcome": every_piece_has_an_outcome,
    "told": every_author_is_told,
    "once": nobody_is_told_twice,
    "glued": one_digest_is_one_letter,
    "night": no_letter_at_night,
    "approval": nothing_without_approval,
    "joint": a_joint_post_is_everybody_s,
    "wall": the_wall_keeps_its_rules,
    "limits": limits_are_said_once,
    "lost": nothing_is_lost_or_doubled,
    "faults": the_program_made_no_mistake,
}
#: Promises of the checker that hold for desks with digests and people who are forgotten just as well.
SHARED: Final = ("R5", "R6", "R8", "R9", "R10")


def judge(ended: Ended, only: Sequence[str] = ()) -> list[Violation]:
    """Everything that does not hold, by these predicates and by R1 to R10."""
    seen = Seen(ended)
    found = [
        Violation(name, sentence)
        for name, predicate in PREDICATES.items()
        if not only or name in only
        for sentence in predicate(seen)
    ]
    if not only:
        deeds = tuple(_as_the_checker_reads(ended.evidence.deeds))
        found += check(replace(ended.evidence, deeds=deeds), only=SHARED)
    return found


def _as_the_checker_reads(deeds: Sequence[Json]) -> Iterator[Json]:
    names = {"delete_suggestion": "delete", "edit_suggestion": "edit", "allow_messages": "allow", "chat": "chat"}
    for deed in deeds:
        found: dict[str, Any] = {**deed, "do": names.get(deed["do"], deed["do"])}
        if deed["do"] == "suggest":
            found["marker"] = f"suggestion {deed['post_id']}"
        if deed["do"] == "chat" and deed["text"] == "/продолжить":
            found["do"] = "resume"
        yield found


# ------------------------------------------------------------------------------------------------------- figures


def working_minutes(start: datetime, end: datetime) -> float:
    """Minutes between the two in the hours of the desk: Monday to Friday, 9 to 18 by Moscow."""
    total, day = 0.0, start.astimezone(MOSCOW).date()
    while day <= end.astimezone(MOSCOW).date():
        if day.isoweekday() < 6:
            opens, closes = (datetime.combine(day, time(hour), MOSCOW) for hour in (9, 18))
            total += max(0.0, (min(end, closes) - max(start, opens)).total_seconds()) / 60
        day = day + timedelta(days=1)
    return total
