"""What people wrote while the event stream was lost is read from the conversations, each message once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import missed
from bot.intake import Intake
from bot.missed import OWED, Missed
from bot.vk.longpoll import LongPoll
from bot.work import Work
from storage.migrate import upgrade
from storage.unit import Storage
from tests.builders import CHAT
from tests.handlers.world import a_desk
from tests.vk.conftest import World

AUTHOR, OTHER, MODERATOR = 601, 602, 501


class Ear:
    """The intake of a program that heard everything so far; ``again`` is its next start."""

    def __init__(self, world: World, work: Work) -> None:
        self.world, self.work = world, work
        self.queue = world.queue(wait=0)
        self.intake = self._made()
        self.intake.step()

    def _made(self) -> Intake:
        nothing: Any = lambda: None  # noqa: E731
        made = Intake(self.queue, self.work, 1, before=nothing, on_gap=nothing)
        self.missed = Missed(self.work, self.world.client(), 1, ready=made.caught_up.is_set)
        return made

    def again(self) -> None:
        self.queue = LongPoll(self.world.client(), 1, wait=0)
        self.intake = self._made()
        self.intake._prepare()

    def hears(self, times: int = 3) -> list[str]:
        """The texts of all messages stored so far, in the order in which they will be handled."""
        for _ in range(times):
            self.intake.step()
            self.missed.step()
        with self.work.look() as context:
            rows = context.unit.inbox.next(1000)
        return [json.loads(row.raw)["object"]["message"]["text"] for row in rows if row.type == "message_new"]

    def asked(self) -> list[str]:
        """The calls that read conversations so far."""
        return [entry["method"] for entry in self.world.journal() if entry["method"] in ("execute", *_READS)]


_READS = ("messages.getConversations", "messages.getHistory")


@pytest.fixture
def ear(world: World, tmp_path: Path) -> Iterator[Ear]:
    storage = Storage.open(f"sqlite:///{tmp_path}/desk.db")
    upgrade(storage)
    work = Work(storage, a_desk())
    with work.begin("test") as context:
        context.unit.settings.set("moderators_chat", CHAT, context.now)
    world.do("limits", off=True)
    yield Ear(world, work)
    storage.close()


@pytest.mark.parametrize("code", [1, 3])
def test_t14_what_was_written_while_the_stream_was_lost_is_taken_once(world: World, ear: Ear, code: int) -> None:
    world.do("write", user_id=AUTHOR, text="Дошло событием")
    assert ear.hears() == ["Дошло событием"]
    world.do("write", user_id=AUTHOR, text="Потеряно первое")
    world.do("write", user_id=OTHER, text="Потеряно второе")
    world.do("write", user_id=AUTHOR, text="Потеряно третье")
    world.do("long_poll", fail=code)

    lost = ["Потеряно первое", "Потеряно второе", "Потеряно третье"]
    assert sorted(ear.hears()) == sorted(["Дошло событием", *lost])
    world.do("write", user_id=AUTHOR, text="Снова событием")
    assert ear.hears()[-1] == "Снова событием"
    assert len(ear.hears()) == 5


def test_t15_a_start_reads_what_vk_keeps_no_events_of_any_more(world: World, ear: Ear) -> None:
    world.do("write", user_id=AUTHOR, text="Пока бот был выключен")
    world.do("long_poll", fail=1)
    ear.again()
    assert ear.hears() == ["Пока бот был выключен"]
    ear.again()
    assert ear.hears() == ["Пока бот был выключен"], "another start reads it and knows it"


def test_at_a_start_the_stream_goes_first_and_one_call_shows_that_nothing_is_missing(
    world: World, ear: Ear
) -> None:
    for number in range(3):
        world.do("write", user_id=AUTHOR, text=f"Из очереди событий {number}")
    ear.again()
    ear.intake.step()
    ear.missed.step()
    assert ear.asked() == []
    assert ear.hears() == [f"Из очереди событий {number}" for number in range(3)]
    with ear.work.begin("test") as context:
        for row in context.unit.inbox.next(10):
            context.unit.inbox.done(row.id, context.now)
    assert ear.hears() == []


def test_an_event_that_comes_after_all_is_the_same_message(world: World, ear: Ear) -> None:
    world.do("write", user_id=AUTHOR, text="Одно и то же")
    reading = Missed(ear.work, world.client(), 1, ready=lambda: True)
    with ear.work.begin("test") as context:
        since = context.unit.inbox.kept_at(1)
        assert since is not None
    found = reading.since(since)
    with ear.work.begin("test") as context:
        assert context.unit.inbox.add_read([one for one in found if "Одно" in one.raw], context.now) == 1
    assert ear.hears() == ["Одно и то же"]


def test_what_somebody_answered_by_hand_is_left_to_them(world: World, ear: Ear) -> None:
    world.do("write", user_id=AUTHOR, text="Ответят руками")
    world.do("answer_by_hand", user_id=AUTHOR, text="Здравствуйте, помогу")
    world.do("write", user_id=AUTHOR, text="А это уже боту")
    world.do("long_poll", fail=1)
    assert ear.hears() == ["А это уже боту"]


def test_a_letter_of_the_bot_between_is_no_answer(world: World, ear: Ear) -> None:
    world.do("write", user_id=AUTHOR, text="Отозвать 1")
    client = world.client()
    client.call("messages.send", write=True, peer_ids=[AUTHOR], message="№ 2 вышла", random_id=7)
    world.do("long_poll", fail=1)
    assert ear.hears() == ["Отозвать 1"]


def test_of_the_moderators_chat_only_what_is_said_to_the_bot_is_read(world: World, ear: Ear) -> None:
    card = world.client().call("messages.send", write=True, peer_ids=[CHAT], message="№ 1", random_id=8)
    cmid = card[0]["conversation_message_id"]
    world.do("write", user_id=MODERATOR, peer_id=CHAT, text="/план")
    world.do("write", user_id=MODERATOR, peer_id=CHAT, text="Коллеги, всем привет")
    world.do("write", user_id=MODERATOR, peer_id=CHAT, text="завтра 14:30", reply_to_cmid=cmid)
    world.do("long_poll", fail=1)
    assert ear.hears() == ["/план", "завтра 14:30"]


def test_that_messages_are_owed_outlives_the_program_and_a_vk_that_does_not_answer(
    world: World, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.do("write", user_id=AUTHOR, text="Потеряно")
    world.do("long_poll", fail=1)
    world.do("fault", what="reset", match={"method": "execute", "times": 1})
    assert ear.hears(1) == []
    world.do("write", user_id=OTHER, text="Поток идёт")
    assert ear.hears(1) == ["Поток идёт"], "the stream does not wait for it"
    with ear.work.look() as context:
        assert context.unit.settings.get(OWED) is not None
    ear.again()
    assert sorted(ear.hears()) == ["Потеряно", "Поток идёт"]
    with ear.work.look() as context:
        assert context.unit.settings.get(OWED) is None
    monkeypatch.setattr(missed, "AGAIN", 0.0)
    world.do("write", user_id=AUTHOR, text="Потеряно ещё раз")
    world.do("long_poll", fail=1)
    world.do("fault", what="reset", match={"method": "execute", "times": 1})
    assert ear.hears(1)[-1] != "Потеряно ещё раз"
    assert ear.hears(1)[-1] == "Потеряно ещё раз"


def test_one_dialog_vk_does_not_show_takes_no_others_along(world: World, ear: Ear) -> None:
    for person in (AUTHOR, OTHER):
        for text in ("раз", "два"):
            world.do("write", user_id=person, text=f"{person} {text}")
    world.do("fault", what="error", code=936, match={"method": "messages.getHistory", "nth": 2})
    world.do("long_poll", fail=1)
    read = ear.hears()
    assert {"601 два", "602 два"} < set(read)
    assert len(read) == 3, "of the dialog that is closed the last message is known at least"


def test_a_gap_costs_two_requests_however_many_wrote(world: World, ear: Ear) -> None:
    for person in (AUTHOR, OTHER, 603):
        for text in ("раз", "два"):
            world.do("write", user_id=person, text=f"{person} {text}")
    world.do("long_poll", fail=1)
    assert len(ear.hears()) == 6
    assert ear.asked().count("execute") == 2


def test_messages_older_than_what_was_heard_last_are_none_of_the_gap(world: World, ear: Ear) -> None:
    with ear.work.begin("test") as context:
        since = context.now + timedelta(hours=1)
    world.do("write", user_id=AUTHOR, text="Раньше")
    assert Missed(ear.work, world.client(), 1, ready=lambda: True).since(since) == []
