"""The sentences: one for every refusal and trouble, short and numbered for authors, within VK's limits."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

import pytest

from bot.vk.errors import POST_REFUSALS, TABLE, Remedy
from bot.vk.rights import Editor
from editorial import reasons
from editorial.checks.facts import red, yellow
from editorial.errors import (
    AlreadyDecided,
    CardOutdated,
    Claimed,
    DeskError,
    EntryRefused,
    FirstSignature,
    JointAlready,
    NotNow,
    SignedAlready,
)
from editorial.lists import Kept
from editorial.post import utf16_length
from editorial.suggestion import Author, Decision, Status
from handlers import alarms, letters, notes, replies, texts
from tests.builders import ANNA, AUTHOR, NOW, a_suggestion
from tests.handlers.world import MOSCOW, a_desk


def every(kind: type[DeskError]) -> Iterator[type[DeskError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from every(one)


FACTS: dict[type[DeskError], tuple[Any, ...]] = {
    CardOutdated: (214,),
    AlreadyDecided: (214, ANNA, NOW, "queue"),
    NotNow: (214, "published"),
    Claimed: (214, ANNA, NOW),
    FirstSignature: (214,),
    JointAlready: (214,),
    SignedAlready: (214,),
    EntryRefused: ("elections", "Атлантида 18.09.2026", "region"),
}
FORBIDDEN = re.compile(r"!|успешно|токен|\bID\b|ошибка \d|уважаемый|пользовател", re.IGNORECASE)


@pytest.mark.parametrize("kind", list(every(DeskError)), ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_sentence_of_its_own_that_fits_a_snackbar(kind: type[DeskError]) -> None:
    error = kind(*FACTS.get(kind, ()))
    said = texts.explain(error, who="Анастасия Константинопольская", now=NOW, zone=MOSCOW)
    assert said
    assert utf16_length(said) <= replies.LONGEST
    if kind is not DeskError:
        assert said != texts.explain(DeskError())


@pytest.mark.parametrize("status", list(Status))
def test_a_press_that_does_not_fit_says_how_things_stand(status: Status) -> None:
    said = texts.explain(NotNow(214, str(status)))
    assert texts.DESK_STATUS[status] in said
    assert utf16_length(said) <= replies.LONGEST


@pytest.mark.parametrize("action", sorted(texts.DECISIONS))
def test_the_loser_reads_what_was_decided(action: str) -> None:
    said = texts.explain(AlreadyDecided(214, ANNA, NOW, action), who="Анна Смирнова", now=NOW, zone=MOSCOW)
    assert said == f"№ 214: уже решено в 10:00 мск, {texts.DECISIONS[action]} (Анна Смирнова)"


def test_a_snackbar_loses_its_end_and_not_half_a_sign() -> None:
    long = replies.Snackbar("a", 1, 2, "🙂" * 90)
    assert utf16_length(long.text) <= replies.LONGEST
    assert long.text.endswith("🙂…")


# ------------------------------------------------------------------------------------------------- troubles

#: They concern calls that the program makes wrongly, or that nobody has to hear of.
SILENT = re.compile(
    r"bad_(?!parameter|source|signature)|unknown_(?!error)|execute_|https|version|keyboard|upload|album|pin|"
    r"comments|ads_|intent|groups_hidden|position|edit_|delete_|forwards|too_many_(?!logins)|action_failed|"
    r"blacklisted|unreachable|privacy"
)
OURS = {"post_too_long", "attachment_unknown", "post_not_found", "by_hand", "keeps_failing"}
REASONS = sorted(
    {row[1] for row in TABLE.values()}
    | {row[1] for _, row in POST_REFUSALS}
    | alarms.ALARMING
    | {"post_too_long", "attachment_unknown"}
)


@pytest.mark.parametrize("reason", REASONS)
def test_every_trouble_people_may_hear_of_says_what_to_do(reason: str) -> None:
    what, todo = texts.trouble(reason)
    assert what
    assert todo
    if not SILENT.match(reason):
        assert reason in texts.TROUBLES, reason
    assert not FORBIDDEN.search(what + todo)


def test_whatever_makes_the_queue_wait_is_told_and_says_that_it_waits() -> None:
    waits = (Remedy.PAUSE_KEY, Remedy.PAUSE_METHOD, Remedy.CALL_HUMAN, Remedy.SWITCH_KEY)
    rows = [*TABLE.values(), *(row for _, row in POST_REFUSALS)]
    reasons = {reason for remedy, reason, _ in rows if remedy in waits}
    assert reasons - {"chat_not_admin"} <= alarms.ALARMING  # without it the bot only does not pin
    assert reasons <= set(texts.TROUBLES)


@pytest.mark.parametrize("state", [str(state) for state in Editor if state is not Editor.OK])
def test_every_state_of_the_editors_key_is_explained(state: str) -> None:
    assert f"key_{state}" in texts.TROUBLES


def test_a_dead_key_is_told_with_what_to_do_and_that_the_queue_is_safe() -> None:
    payload = {"note": "trouble", "cause": "key", "reason": "key_expired", "waiting": 7}
    assert notes.render(payload, None, NOW, a_desk()) == (
        "Публикации стоят: срок ключа истёк.\nОчередь цела: 7 новостей.\n"
        "Нужен новый ключ редактора: администратор выполняет «okmo-bot token set user»; потом напишите /продолжить."
    )


@pytest.mark.parametrize(
    "note",
    ["trouble_over", "failed", "by_hand", "left_on_vk", "new_refused", "undecidable", "changed", "asks_removal"],
)
def test_every_note_can_be_written(note: str) -> None:
    said = notes.render({"note": note, "reason": "flood"}, a_suggestion(), NOW, a_desk())
    assert said
    assert not FORBIDDEN.search(said)
    if note != "trouble_over":
        assert "№ 214" in said


# ------------------------------------------------------------------------------------------------- letters


def every_letter() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in sorted(letters.NAMES - {"returned", "rejected"}):
        yield name, {"letter": name}
    for name, choice in (("returned", reasons.RETURN), ("rejected", reasons.REJECT)):
        for reason in choice:
            yield f"{name}-{reason.code}", {"letter": name, "reason": reason.code, "words": "Пришлите фото"}


def read(payload: dict[str, Any], **more: Any) -> str:
    suggestion = a_suggestion(due_at=NOW, published_post_id=77, **more)
    author = Author(AUTHOR, "Мария Петрова", zone="Asia/Irkutsk")
    return letters.render(payload, letters.Reading(suggestion, author, NOW, a_desk())).text


@pytest.mark.parametrize(("name", "payload"), list(every_letter()), ids=[name for name, _ in every_letter()])
def test_a_letter_names_the_news_and_keeps_to_three_sentences(name: str, payload: dict[str, Any]) -> None:
    said = read(payload)
    assert "№ 214" in said
    assert not FORBIDDEN.search(said)
    assert " Вы " not in f" {said} "
    whole = re.sub(r"https?://\S+", "link", said)
    assert len(re.findall(r"[.?…](?:\s|$)|\n", whole.strip())) <= 3, whole
    assert 0 < len(said) < 400


def test_a_night_receipt_keeps_to_three_sentences() -> None:
    said = read({"letter": "received", "at": "2026-11-28T20:00:00+00:00"})
    assert len(re.findall(r"[.?…](?:\s|$)", said)) <= 3
    assert said.count("мск") == 2


def test_own_words_are_closed_with_a_full_stop_and_the_author_never_reads_a_name() -> None:
    decision = Decision(ANNA, NOW, "reject", "own", "не наш формат")
    said = read({"letter": "rejected", "reason": "own", "words": "не наш\n формат"}, decision=decision)
    assert "решили не публиковать: не наш формат. Если" in said
    assert "Анна" not in said


@pytest.mark.parametrize("status", list(Status))
def test_every_state_has_words_for_the_author(status: Status) -> None:
    reading = letters.Reading(a_suggestion(status=status), None, NOW, a_desk())
    assert letters.status_of(a_suggestion(status=status), reading).startswith("№ 214: ")


@pytest.mark.parametrize(
    "words",
    [
        texts.help_author("https://vk.com/okmo_news"),
        texts.greeting("https://vk.com/okmo_news"),
        texts.not_understood("https://vk.com/okmo_news"),
        texts.LETTERS_OFF,
        texts.LETTERS_ON,
        texts.FORGET_ASKED,
        texts.FORGOTTEN,
        texts.NOT_YOURS,
        texts.NO_NEWS,
    ],
)
def test_answers_keep_to_three_sentences(words: str) -> None:
    whole = re.sub(r"https?://\S+", "link", words)
    assert len(re.findall(r"[.?…](?:\s|$)", whole)) <= 3, words
    assert not FORBIDDEN.search(words)


# ------------------------------------------------------------------------------------------- every template there is


#: Something plausible for a parameter, by its annotation: every kind of value that makes another sentence.
PLAUSIBLE: dict[str, tuple[Any, ...]] = {
    "int": (2,),
    "str": ("слово",),
    "bool": (True, False),
    "int | None": (214, None),
    "str | None": (None, "слово"),
    "Sequence[str]": (("раз", "два"), ("раз",)),
    "Sequence[int]": ((214, 215), (214,)),
    "list[str]": (["раз", "два"],),
    "datetime": (NOW,),
    "Status": tuple(Status),
    "Action": ("publish",),
    "Kept": tuple(Kept),
    "Warn": (red("security", "слово"),),
    "Sequence[Warn]": ([red("security", "слово"), yellow("no_photo")],),
    "Mapping[Status, int]": (dict.fromkeys(Status, 2),),
}
#: Parameters that take one of a few words.
SPECIAL: dict[tuple[str, str], tuple[Any, ...]] = {
    ("waits_for_words", "kind"): ("edit", "return", "reject", "line", "block"),
    ("region_fault", "word"): ("missing:name", "pattern"),
    ("rubric_fault", "word"): ("missing:name", "words:ту"),
    ("entry_words", "entry"): ("RU-IRK 2026-09-18 2026-09-20",),
    ("list_changed", "kept"): tuple(one for one in Kept if one is not Kept.ELECTIONS),
}


def _values(function: str, name: str, annotation: str) -> tuple[Any, ...]:
    return (214,) if name == "number" else SPECIAL.get((function, name)) or PLAUSIBLE.get(annotation, ())


def _strings(said: Any) -> Iterator[str]:
    """Every string in what a template gives or a table holds."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, (list, tuple)):
        for one in said:
            yield from _strings(one)
    elif isinstance(said, dict):
        yield from _strings(list(said.values()))


def _said_by(function: Any) -> Iterator[str]:
    """What a template says with every combination of plausible values; nothing when a value is missing."""
    parameters = inspect.signature(function).parameters
    values = {
        name: _values(function.__name__, name, str(about.annotation)) or (about.default,)
        for name, about in parameters.items()
    }
    if any(inspect.Parameter.empty in choice for choice in values.values()):
        return
    for chosen in islice(product(*values.values()), 64):
        yield from _strings(function(**dict(zip(values, chosen, strict=True))))


def _templates() -> Iterator[tuple[str, str, bool]]:
    """Every sentence of the module: its name, what it says, and whether it is about a numbered piece of news."""
    for name, value in vars(texts).items():
        if name.startswith("__"):
            continue
        if inspect.isfunction(value):
            if value.__module__ == texts.__name__ and not name.startswith("_"):
                for said in dict.fromkeys(_said_by(value)):
                    yield name, said, bool({"number", "numbers"} & set(inspect.signature(value).parameters))
        elif name.isupper():  # tables too, and those that only the module itself uses
            for said in _strings(dict(value) if isinstance(value, Mapping) else value):
                yield name, said, False


#: Lists of commands, and steps for an administrator.
LONGER = {"HELP"}


@pytest.mark.parametrize(("name", "said", "numbered"), list(_templates()), ids=lambda value: str(value)[:40])
def test_every_template_is_at_most_three_sentences_and_names_its_news(name: str, said: str, numbered: bool) -> None:
    whole = re.sub(r"https?://\S+", "link", said)
    if name not in LONGER:
        assert len(re.findall(r"[.?!…](?=\s|$)", whole)) <= 3, said
    if numbered:
        assert "214" in said, said
    assert "!" not in said
    assert not FORBIDDEN.search(said), said


def test_every_template_is_looked_at() -> None:
    functions = [one for name, one in vars(texts).items() if inspect.isfunction(one) and not name.startswith("_")]
    ours = {one.__name__ for one in functions if one.__module__ == texts.__name__}
    seen = {name for name, _, _ in _templates()}
    assert ours - seen == {"explain", "list_named"}  # every refusal is walked above; the other says nothing
