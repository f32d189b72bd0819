"""Random lives end well, the same every time; and the verdict sees what is wrong with an end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from editorial.delivery import Delivery, State
from editorial.networks import CopyState, NetworkCopy, OurPost, PostState
from editorial.suggestion import Content, Status
from handlers.events import WallPublished
from proof import chaos
from proof.lives.life import Lived, begun, live
from proof.lives.networks import Shown
from proof.lives.verdict import INVARIANTS, End, judge
from tests.builders import AUTHOR, NOW, WALL, a_suggestion
from tests.handlers.world import Message


@pytest.mark.parametrize(("kind", "seed"), [("wall", 7), ("networks", 8), ("keyless", 7)])
def test_random_lives_end_well(kind: str, seed: int) -> None:
    lived = live(seed, kind, 70)
    assert not lived.wrong, "\n".join([*lived.wrong, *lived.steps])
    assert lived.became["published"] >= 2, "too little happened to prove anything"


def test_the_same_seed_is_the_same_life() -> None:
    def steps(seed: int) -> list[str]:
        with begun(seed, "networks") as life:
            for _ in range(80):
                life.step()
            return life.stage.steps

    first = steps(5)
    assert len(first) > 30
    assert first == steps(5)
    assert first != steps(6)


def test_a_fault_of_the_program_is_among_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise KeyError("nothing there")

    monkeypatch.setattr("proof.lives.desk.reconcile.compare", breaks)
    assert live(1, "wall", 1).wrong == ["broke off: KeyError: 'nothing there'"]


# ------------------------------------------------------------------------------------------------- a sound, small end

SAYS = "В Черемхове открыли библиотеку."
WAITS = "В Зиме починили мост."


def a_decision(number: int) -> dict[str, Any]:
    return {"buttons": [[{"action": {"label": "Опубликовать", "payload": f'{{"a": "publish", "n": {number}}}'}}]]}


COPY = NetworkCopy(1, "telegram", 0, CopyState.OUT, ids=("7",), sent_at=NOW)
STANDS = Shown(1, 0, SAYS, 5)
SOUND = End(
    now=NOW,
    rows={
        1: a_suggestion(1, post_id=11, text=SAYS, status=Status.PUBLISHED, published_post_id=21),
        2: a_suggestion(2, post_id=12, text=WAITS),
    },
    posts={1: OurPost(1, WALL, 21, Content(SAYS), PostState.LIVE, NOW, released_at=NOW)},
    copies={1: (COPY,), 2: ()},
    stories={(1, "telegram"): (SAYS, 1)},
    chosen=frozenset({(1, "telegram")}),
    cards={1: 101, 2: 102},
    chat=(Message(101, "№ 1 · Вышло"), Message(102, "№ 2", a_decision(2))),
    letters={AUTHOR: ("№ 1 вышла: vk.com/wall-1_21",)},
    suggests={12: Content(WAITS)},
    wall={21: WallPublished(WALL, 21, Content(SAYS), AUTHOR, None, None, NOW)},
    published={"okmo-1-5": (21,)},
    readers={"telegram": {"7": STANDS}},
)


def with_row(number: int, **changed: Any) -> End:
    return replace(SOUND, rows={**SOUND.rows, number: replace(SOUND.rows[number], **changed)})


def with_copy(**changed: Any) -> End:
    return replace(SOUND, copies={1: (replace(COPY, **changed),), 2: ()})


def with_post(**changed: Any) -> End:
    return replace(SOUND, posts={1: replace(SOUND.posts[1], **changed)})


def in_telegram(*shown: Shown) -> End:
    return replace(SOUND, readers={"telegram": {str(at): one for at, one in enumerate(shown)}})


def a_row_left() -> End:
    row = Delivery(5, "telegram", "telegram:1", "post", 1, {}, State.WAITING, NOW, 1, NOW)
    return replace(SOUND, open_deliveries=(row,))


BROKEN: dict[str, list[End]] = {
    "suggestions_are_known": [replace(SOUND, suggests={**SOUND.suggests, 13: Content("Никто не взял")})],
    "open_news_says_what_vk_says": [
        replace(SOUND, suggests={12: Content("Другие слова")}),
        with_row(2, status=Status.FAILED, content=Content("Прежние слова")),
    ],
    "withdrawn_news_was_withdrawn": [
        with_row(2, status=Status.WITHDRAWN, trouble="vanished"),
        with_row(2, status=Status.WITHDRAWN, content=Content("Прежние слова")),
    ],
    "open_news_stands_on_vk": [replace(SOUND, suggests={})],
    "merged_news_follows_its_lead": [
        with_row(2, status=Status.MERGED, merged_into=1),
        with_row(2, status=Status.MERGED, merged_into=None),
    ],
    "nothing_hangs": [
        with_row(2, status=Status.PUBLISHING),
        with_row(2, status=Status.SCHEDULED, due_at=NOW - timedelta(hours=4)),
        with_row(2, status=Status.SCHEDULED, due_at=None),
    ],
    "published_news_stands": [with_row(1, published_post_id=22)],
    "nothing_is_out_twice": [
        replace(SOUND, published={"okmo-1-5": (21, 22)}),
        replace(SOUND, published={"okmo-1-5": (21,), "okmo-1-6": (22,)}),
    ],
    "what_is_out_is_known": [
        replace(SOUND, published={**SOUND.published, "okmo-2-6": (22,)}),
        with_row(1, status=Status.FAILED),
    ],
    "authors_are_told": [replace(SOUND, letters={AUTHOR: ("№ 1 вышла: vk.com/wall-1_211",)})],
    "one_card_decides": [
        replace(SOUND, chat=SOUND.chat[:1]),
        replace(SOUND, chat=(*SOUND.chat, Message(103, "№ 2", a_decision(2)))),
    ],
    "nothing_stood_twice": [replace(SOUND, doubled=("telegram: № 1 stands twice",))],
    "copies_stand_as_known": [
        in_telegram(STANDS, STANDS),
        in_telegram(),
        with_copy(state=CopyState.REMOVED),
        in_telegram(STANDS, replace(STANDS, number=2)),
    ],
    "copies_say_what_the_post_says": [in_telegram(replace(STANDS, text="Прежние слова"))],
    "copies_are_whole": [
        replace(SOUND, stories={(1, "telegram"): (SAYS, 2)}),
        replace(in_telegram(), copies={1: (), 2: ()}),
    ],
    "copies_do_not_hang": [
        with_copy(state=CopyState.WAITING),
        with_copy(state=CopyState.ASKED),
        with_copy(doing="edit"),
        a_row_left(),
    ],
    "what_is_gone_is_taken_back": [with_post(state=PostState.GONE)],
    "the_wall_is_known": [
        replace(SOUND, wall={}, deleted=frozenset({21})),
        with_post(content=Content("Прежние слова"), next_look=NOW - timedelta(minutes=1)),
    ],
    "undecided_news_stands_nowhere": [in_telegram(STANDS, replace(STANDS, number=2))],
}


def test_the_verdict_finds_nothing_wrong_with_a_sound_end() -> None:
    assert judge(SOUND) == []


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda one: one.__name__)
def test_the_verdict_sees(invariant: Callable[[End], Any]) -> None:
    for broken in BROKEN[invariant.__name__]:
        assert list(invariant(broken)), f"{invariant.__name__} sees nothing wrong"


def test_the_verdict_holds_nothing_against_what_people_are_asked_and_chose() -> None:
    in_doubt = replace(with_row(2, status=Status.PUBLISHING), asked=frozenset({2}), suggests={})
    assert judge(in_doubt) == []
    taken_down = replace(with_post(state=PostState.GONE), wall={}, deleted=frozenset({21}))
    assert judge(replace(taken_down, left=frozenset({1}))) == []


def test_a_round_of_chaos_tells_of_broken_lives() -> None:
    broken = Lived("wall", 7, wrong=["№ 1 is out more than once: [21, 22]"])
    judged = chaos.lived(7, 90, [broken, Lived("networks", 7)])
    assert judged.size == 2
    assert judged.findings == ["wall, seed 7: № 1 is out more than once: [21, 22]"]
