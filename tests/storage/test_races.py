"""Many at once: nothing is lost, nothing is done twice, order is kept. Real threads, real databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime
from functools import partial

from editorial.suggestion import Status
from storage.gate import Gate
from storage.turns import Turns
from storage.unit import Storage
from tests.storage.builders import cursor, delivery, event, news, queued, taken_in, together
from tests.waiting import until


def test_no_update_is_lost_when_six_threads_count(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        unit.settings.set("count", 0, now)

    def count(_thread: int) -> None:
        for _ in range(60):
            with storage.begin("count") as unit:
                unit.settings.set("count", unit.settings.get("count", for_update=True) + 1, now)

    together(count, range(6))
    with storage.read() as unit:
        assert unit.settings.get("count") == 360


def test_no_update_is_lost_and_nobody_is_turned_away_when_two_programs_count(
    sqlite: Storage, now: datetime
) -> None:
    """Two programs do not queue with each other, only SQLite's own lock stands between them."""
    programs = [sqlite, Storage.open(f"sqlite:///{sqlite.path}")]
    with sqlite.begin("test") as unit:
        unit.settings.set("count", 0, now)

    def count(program: Storage) -> None:
        for _ in range(60):
            with program.begin("count") as unit:
                unit.settings.set("count", unit.settings.get("count") + 1, now)

    together(count, programs)
    with sqlite.read() as unit:
        assert unit.settings.get("count") == 120
    programs[1].close()


def test_no_update_of_a_suggestion_is_lost_when_six_threads_change_it(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, now).number

    def change(_thread: int) -> int:
        saved = 0
        for _ in range(60):
            with storage.begin("change") as unit:
                seen = unit.suggestions.get(number)
                assert seen is not None
                fresh = replace(seen, version=seen.version + 1)
                saved += unit.suggestions.save(fresh, seen_version=seen.version)
        return saved

    assert sum(together(change, range(6))) == 360
    with storage.read() as unit:
        found = unit.suggestions.get(number)
        assert found is not None
        assert found.version == 361


def test_t03_of_fifty_presses_drawn_for_one_version_one_wins(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        seen = taken_in(unit, now)

    def press(moderator: int) -> bool:
        status = (Status.REJECTED, Status.RETURNED, Status.DIGEST)[moderator % 3]
        with storage.begin("press") as unit:
            won = unit.suggestions.save(replace(seen, status=status, version=2), seen_version=1)
            if won:
                unit.journal.add(now, seen.number, moderator, "decide", "pending", str(status))
        return won

    assert sum(together(press, range(50))) == 1
    with storage.read() as unit:
        found, entries = unit.suggestions.get(seen.number), unit.journal.of(seen.number)
    assert found is not None
    assert [entry.after for entry in entries] == [found.status]


def test_t06_eight_readers_of_one_stream_take_a_post_in_once(storage: Storage, now: datetime) -> None:
    def take(_thread: int) -> int:
        taken = 0
        for post_id in range(1, 21):
            with storage.begin("intake") as unit:
                unit.inbox.store([event(f"e{post_id}")], cursor(), now)
                taken += unit.suggestions.add(news(post_id, at=now), now) is not None
        return taken

    assert sum(together(take, range(8))) == 20
    with storage.read() as unit:
        assert unit.inbox.waiting() == 20


def test_eight_claimers_never_take_one_row_twice_and_keep_each_order(storage: Storage, now: datetime) -> None:
    places = [f"user:{n}" for n in range(12)]
    queued(storage, now, *(delivery(now, destination=places[n % 12]) for n in range(240)))
    sent: list[tuple[str, int]] = []
    guard = threading.Lock()

    def courier(_thread: int) -> None:
        while True:
            with storage.begin("claim") as unit:
                got = unit.outbox.claim("vk_messages", now, 3)
            if not got:
                with storage.read() as unit:
                    if unit.outbox.next_due("vk_messages") is None:
                        return
                continue
            with guard:
                sent.extend((one.destination, one.id) for one in got)
            with storage.begin("outcome") as unit:
                for one in got:
                    assert unit.outbox.sent(one.id, None, now)

    together(courier, range(8))
    ids = [id for _, id in sent]
    assert len(ids) == len(set(ids)) == 240
    for place in places:
        order = [id for destination, id in sent if destination == place]
        assert order == sorted(order)


def test_two_approvals_at_once_never_take_one_slot(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        numbers = [taken_in(unit, now, post_id).number for post_id in range(1, 9)]
    slots = [datetime.fromtimestamp(now.timestamp() + 3600 * n, now.tzinfo) for n in range(20)]

    def approve(number: int) -> None:
        with storage.begin("approve") as unit:
            unit.suggestions.lock_plan()
            taken = unit.suggestions.taken(slots[0], slots[-1])
            free = next(slot for slot in slots if slot not in taken)
            seen = unit.suggestions.get(number)
            assert seen is not None
            plan = replace(seen, status=Status.SCHEDULED, due_at=free, version=2)
            assert unit.suggestions.save(plan, seen_version=1, slot_at=free)

    together(approve, numbers)
    with storage.read() as unit:
        assert [one.due_at for one in unit.suggestions.scheduled()] == slots[:8]


def test_readers_and_writers_work_side_by_side(storage: Storage, now: datetime) -> None:
    finished = threading.Event()

    def read(_thread: int) -> int:
        looks = 0
        while not finished.is_set() or looks == 0:
            with storage.read() as unit:
                unit.suggestions.counts()
            looks += 1
        return looks

    def write(_thread: int) -> int:
        for post_id in range(1, 101):
            with storage.begin("write") as unit:
                taken_in(unit, now, post_id)
        finished.set()
        return 0

    looks = together(lambda thread: write(0) if thread == 0 else read(thread), range(4))
    assert all(looks[1:])
    with storage.read() as unit:
        assert unit.suggestions.counts()[Status.PENDING] == 100


def test_p9_a_reader_gets_through_beside_a_writer_that_never_rests(sqlite: Storage, now: datetime) -> None:
    finished = threading.Event()

    def read() -> int:
        looks = 0
        while not finished.is_set():
            with sqlite.read() as unit:
                unit.inbox.next(5)
            looks += 1
        return looks

    def write() -> int:
        for number in range(500):
            with sqlite.begin("write") as unit:
                unit.inbox.store([event(str(number))], cursor(), now)
        finished.set()
        return 0

    looks, _ = together(lambda work: work(), [read, write])
    assert looks > 50


def test_the_gate_lets_those_in_first_who_came_before_the_next_commit() -> None:
    gate, came, order = Gate(), threading.Event(), []
    assert gate.shut(1)

    def read() -> None:
        came.set()
        assert gate.enter(20)
        order.append("reader")
        gate.leave()

    reader = threading.Thread(target=read)
    reader.start()
    came.wait(20)
    until(lambda: gate.outside() == 1)
    gate.open()
    assert gate.shut(20)
    order.append("commit")
    reader.join(20)
    assert order == ["reader", "commit"]


def test_the_gate_gives_up_in_time_on_both_sides() -> None:
    gate = Gate()
    assert gate.enter(1)
    assert not gate.shut(0.01)
    assert gate.enter(1)
    gate.leave()
    gate.leave()
    assert gate.shut(1)
    assert not gate.enter(0.01)
    gate.open()
    assert gate.shut(1)


def test_turns_are_given_in_the_order_of_asking() -> None:
    turns, order, asked = Turns(), [], threading.Semaphore(0)
    assert turns.take(1)

    def ask(number: int) -> None:
        asked.release()
        assert turns.take(20)
        order.append(number)
        turns.give()

    def wait_in_line(wanted: int) -> bool:
        return turns.waiting() == wanted

    threads = []
    for number in range(8):
        thread = threading.Thread(target=ask, args=(number,))
        thread.start()
        threads.append(thread)
        asked.acquire()
        until(partial(wait_in_line, number + 1))
    turns.give()
    for thread in threads:
        thread.join(20)
    assert order == list(range(8))


def test_whoever_gives_up_waiting_holds_up_nobody() -> None:
    turns = Turns()
    assert turns.take(1)
    assert not turns.take(0.01)
    turns.give()
    assert turns.take(1)
