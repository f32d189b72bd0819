"""News joined in the moment it is published, edited or taken back: on PostgreSQL, where units really meet.

Nobody is turned away: a unit that the database refuses, for a deadlock or another reason, fails the test.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from editorial.delivery import Sent
from editorial.suggestion import Status
from handlers import outcomes, publication, reconcile
from handlers.router import handle
from storage.unit import Storage
from tests.builders import ANNA, BORIS, CHAT, NOW, a_button_press, a_message, suggested
from tests.handlers.test_merging import BURYATIA, IRKUTSK, OTHER, known_to_the_desk
from tests.handlers.world import World, a_desk
from tests.storage.builders import together

pytestmark = pytest.mark.postgres

EDITED = "Старосты Бурятии прошли 12 000 шагов, в Улан-Удэ пел хор."
ROUNDS = 4


@pytest.fixture
def world(postgres: Storage) -> World:
    with postgres.begin("staff") as unit:
        unit.staff.replace({ANNA: "editor", BORIS: "editor"}, NOW)
        unit.settings.set("moderators_chat", CHAT, NOW)
    found = World(postgres, a_desk())
    known_to_the_desk(found)
    return found


def the_two(world: World, turn: int) -> tuple[int, int]:
    world.happens(suggested(100 + turn, text=IRKUTSK, at=world.now))
    world.happens(suggested(200 + turn, text=BURYATIA, author=OTHER, at=world.now))
    return 2 * turn + 1, 2 * turn + 2


def pressed(world: World, number: int, label: str, by: int) -> Callable[[], object]:
    card = world.card(number)
    press = a_button_press(card.buttons[label], by=by, cmid=card.cmid)

    def work() -> object:
        with world.unit() as context:
            return handle(press, context)

    return work


def edits(world: World, turn: int) -> Callable[[], object]:
    def work() -> object:
        with world.unit() as context:
            reconcile.compare(context, [suggested(200 + turn, text=EDITED, author=OTHER, at=world.now)])
        return None

    return work


def courier(world: World) -> Callable[[], object]:
    """Publish what is due until nothing is."""

    def begin() -> list[object]:
        with world.unit() as context:
            claimed = context.unit.outbox.claim("vk_wall", world.now, 1)
            return [row for row in claimed if row.kind == "publish" and publication.start(context, row) is not None]

    def end(row: object) -> None:
        with world.unit() as context:
            outcomes.apply(context, row, Sent({"post_id": 900 + row.number}))  # type: ignore[arg-type, attr-defined]

    def work() -> object:
        for _ in range(4):
            for row in begin():
                end(row)
        return None

    return work


def test_a_piece_is_joined_or_published_or_edited_and_never_two_of_it(world: World) -> None:
    for turn in range(ROUNDS):
        lead, piece = the_two(world, turn)
        world.press(piece, "Опубликовать", by=BORIS)
        world.press(lead, "Ещё", "Объединить", f"№ {piece} · Бурятия", "Как выйдет вместе")
        racers = [pressed(world, lead, "Объединить", ANNA), courier(world), edits(world, turn)]
        together(lambda race: race(), racers)
        world.deliver()
        one, other = world.suggestion(lead), world.suggestion(piece)
        assert other.status in (Status.MERGED, Status.PUBLISHED, Status.PENDING)
        assert ("оркестр" in one.text or "пел хор" in one.text) == (other.status is Status.MERGED)
        assert world.publication(piece) is None, "nothing of it waits for a slot"
        world.press(lead, "Отклонить", "Устарело")
        if world.suggestion(piece).status is Status.PENDING:
            world.press(piece, "Отклонить", "Устарело")


def test_no_word_goes_out_that_its_author_took_back_before(world: World) -> None:
    for turn in range(ROUNDS):
        lead, piece = the_two(world, turn)
        world.press(
            lead, "Ещё", "Объединить", f"№ {piece} · Бурятия", "Как выйдет вместе", "Объединить", "Опубликовать"
        )
        takes_back = a_message(f"Отозвать {piece}", by=OTHER, at=world.now)

        def withdrawn(message: object = takes_back) -> object:
            with world.unit() as context:
                return handle(message, context)  # type: ignore[arg-type]

        racers = [courier(world), withdrawn, edits(world, turn)]
        together(lambda race: race(), racers)
        world.deliver()
        one, other = world.suggestion(lead), world.suggestion(piece)
        if one.status is Status.PUBLISHED:
            assert "оркестр" in one.text
            assert (other.status, other.proof, other.published_post_id) == (Status.PUBLISHED, "merged", 900 + lead)
        else:
            assert one.status is Status.PENDING
            assert "оркестр" not in one.text
            assert other.status in (Status.WITHDRAWN, Status.PENDING)
            world.press(lead, "Отклонить", "Устарело")
            if other.status is Status.PENDING:
                world.press(piece, "Отклонить", "Устарело")
