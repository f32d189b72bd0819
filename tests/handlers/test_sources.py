"""Sources in the moderators' chat: entered, stopped, told of once; what they bring is moderated like everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from editorial.delivery import Sent
from editorial.networks import Network
from editorial.sources import Found, Kind
from editorial.suggestion import Content, Origin, Status, Suggestion
from handlers import sources
from tests.builders import ANNA, BORIS, CHAT, NOW, on_the_wall, suggested
from tests.handlers.world import World, a_desk

COUNCIL = -123
TEXT = "Совет депутатов Слюдянки утвердил план ремонта набережной на 2027 год"


def entered(world: World, words: str = "vk.com/club123 RU-IRK", *, by: int = ANNA) -> str:
    [said] = world.says(f"/источники {words}".strip(), by=by, where=CHAT)
    return said


def a_post(text: str = TEXT, number: int = 5, **more: Any) -> Found:
    fields: dict[str, Any] = {
        "key": f"-123_{number}",
        "url": f"https://vk.com/wall-123_{number}",
        "content": Content(text),
        "at": NOW + timedelta(minutes=1),
        "owner_id": COUNCIL,
        "post_id": number,
    }
    return Found(**{**fields, **more})


def brings(world: World, *found: Found, number: int = 1) -> list[Suggestion]:
    """The source shows these; what became suggestions."""
    with world.look() as context:
        source = context.unit.sources.get(number)
        assert source is not None
        news = sources.news_of(context, source, found, sources.ours(context))
    taken = []
    for one in news:
        with world.unit() as context:
            added = sources.take_in(context, source, one)
        taken += [added] if added else []
    world.deliver()
    return taken


def test_an_editor_enters_lists_and_stops_a_source(world: World) -> None:
    assert "Источников пока нет" in entered(world, "")
    assert entered(world, "vk.com/club123 RU-IRK #Слюдянка").startswith(
        "Источник 1 добавлен: https://vk.com/club123."
    )
    assert entered(world, "https://sovet.invalid/News.RSS").startswith("Источник 2 добавлен")
    assert "не старше двух недель" in entered(world, "https://sovet.invalid/old с 01.01.2020")
    assert entered(world, "vk.com/club123") == "Такой источник уже есть. Список: /источники"
    listed = entered(world, "")
    assert "1. vk.com/club123, Иркутская обл., только #слюдянка — читаем" in listed
    assert "2. sovet.invalid/News.RSS — читаем" in listed
    assert "3. sovet.invalid/old — читаем" in listed
    assert "остановлен" in entered(world, "стоп 1")
    assert "1. vk.com/club123, Иркутская обл., только #слюдянка — остановлен" in entered(world, "")
    assert "снова читаем" in entered(world, "Старт № 1")
    assert entered(world, "стоп 9") == "Источника 9 нет. Список: /источники"
    assert "Не понимаю" in entered(world, "где-то там")


def test_a_moderator_may_not(world: World) -> None:
    assert "добавлен" not in entered(world, by=BORIS)
    with world.look() as context:
        assert context.unit.sources.all() == ()


def test_our_own_pages_are_no_sources(make_world: Callable[..., World]) -> None:
    copies = Network("vk_copy.2", "vk_copy", "Соседи", "wall:-2", lambda story: 1)
    desk = replace(a_desk(), networks=(copies,), own_sites=frozenset({"news.okmo.invalid"}))
    world = make_world(desk)
    for words in ("vk.com/club1", "vk.com/public1", "vk.com/club2", "https://news.okmo.invalid/rss.xml"):
        assert entered(world, words).startswith("Это наша страница")


def test_what_a_source_brings_is_a_card_with_its_source_and_region(world: World) -> None:
    entered(world)
    world.names[COUNCIL] = "Совет Слюдянки"
    [added] = brings(world, a_post())
    assert (added.origin, added.region, added.author_id) == (Origin.SOURCE, "RU-IRK", COUNCIL)
    card = world.card(added.number).text
    assert "[club123|" in card
    assert "Источник: https://vk.com/wall-123_5" in card
    assert "Иркутская область" in card
    world.press(added.number, "Опубликовать")
    assert world.wall(Sent({"post_id": 900})) == [added.number]
    assert world.suggestion(added.number).status is Status.PUBLISHED
    published = world.suggestion(added.number).for_publication.text
    assert published == f"{TEXT}\n\nИсточник: https://vk.com/wall-123_5"


def test_each_thing_is_taken_once(world: World) -> None:
    entered(world)
    assert len(brings(world, a_post(number=5), a_post("Другая новость совета о школе", 6))) == 2
    assert brings(world, a_post(number=5), a_post("Другая новость совета о школе", 6)) == []
    report = "Сводка {} для жителей района: дороги расчищены, котельные работают, школы открыты, автобусы ходят"
    assert len(brings(world, a_post(report.format("утренняя"), 7), a_post(report.format("вечерняя"), 8))) == 2


def test_T07_equal_numbers_of_two_communities_do_not_collide(world: World) -> None:
    entered(world)
    entered(world, "vk.com/club456")
    assert len(brings(world, a_post())) == 1
    other = a_post("В Шелехове открыли детский сад на 140 мест", 5, key="-456_5", owner_id=-456)
    assert len(brings(world, other, number=2)) == 1


def test_what_was_suggested_already_is_not_taken_again(world: World) -> None:
    entered(world)
    world.happens(suggested(text=TEXT, author=COUNCIL))
    assert brings(world, a_post()) == []
    assert brings(world, a_post()) == []


def test_a_suggestion_of_the_same_news_takes_its_place(world: World) -> None:
    entered(world)
    [from_source] = brings(world, a_post())
    world.happens(suggested(text=TEXT, author=COUNCIL))
    assert world.suggestion(from_source.number).status is Status.WITHDRAWN
    assert "пришла в предложенные" in world.card(from_source.number).text
    with world.look() as context:
        pending = context.unit.suggestions.pending(10)
    assert [one.origin for one in pending] == [Origin.WALL]


def test_news_of_a_source_in_the_plan_stays_there(world: World) -> None:
    entered(world)
    [from_source] = brings(world, a_post())
    world.press(from_source.number, "В очередь")
    world.happens(suggested(text=TEXT, author=COUNCIL))
    assert world.suggestion(from_source.number).status is Status.SCHEDULED


def test_our_post_that_a_council_copied_does_not_come_back(world: World) -> None:
    entered(world)
    world.happens(suggested(text="В Черемхове открыли новую школу на 500 мест у реки"))
    assert brings(world, a_post("В Черемхове открыли новую школу на 500 мест у реки")) == []
    assert brings(world, a_post("Совсем другой текст. Источник: vk.com/wall-1_900")) == []


def test_a_post_of_ours_that_nobody_suggested_does_not_come_back_either(world: World) -> None:
    entered(world)
    text = "В Черемхове открыли новую школу на 500 мест у реки, первый звонок прозвенит первого сентября"
    world.happens(on_the_wall(900, text=text, signer=None, at=world.now))
    assert brings(world, a_post(f"{text}!")) == []
    assert (
        len(brings(world, a_post("В Черемхове закрыли старую школу на 200 мест, детей повезут автобусом", 6))) == 1
    )


def test_T85_a_source_that_fails_for_a_day_is_told_of_once_and_a_stopped_one_never(world: World) -> None:
    entered(world)
    entered(world, "https://sovet.invalid/rss")
    entered(world, "стоп 2")
    said: list[str] = []
    for _ in range(60):
        world.later(hours=1)
        for number in (1, 2):
            with world.unit() as context:
                source = context.unit.sources.get(number)
                assert source is not None
                sources.failed(context, source, "wall_closed")
        before = len(world.chat())
        world.deliver()
        said += [message.text for message in world.chat()[before:]]
    assert len(said) == 1
    assert said[0].startswith("Источник 1 (vk.com/club123) уже сутки не читается: стена закрыта.")
    assert "/источники стоп 1" in said[0]
    with world.unit() as context:
        [working] = context.unit.sources.active()
        sources.read_well(context, working)
    world.deliver()
    assert world.chat()[-1].text == "Источник 1 (vk.com/club123) снова читается."
    for _ in range(2):
        with world.unit() as context:
            [working] = context.unit.sources.active()
            sources.failed(context, working, "wall_closed")
        world.later(hours=25)
    world.deliver()
    assert world.chat()[-1].text.startswith("Источник 1 (vk.com/club123) уже сутки не читается: стена закрыта.")


def test_a_wrong_address_is_said_at_the_first_reading_and_not_a_day_later(world: World) -> None:
    entered(world)
    entered(world, "https://sovet.invalid/rss")
    for number, reason in ((1, "no_such_community"), (2, "not_a_feed")):
        for _ in range(2):
            with world.unit() as context:
                source = context.unit.sources.get(number)
                assert source is not None
                sources.failed(context, source, reason)
    world.later(days=2)
    with world.unit() as context:
        source = context.unit.sources.get(2)
        assert source is not None
        sources.failed(context, source, "not_a_feed")
    before = len(world.chat())
    world.deliver()
    said = [message.text for message in world.chat()[before:]]
    assert len(said) == 2
    assert said[0].startswith("Источник 1 (vk.com/club123) не открылся: такого сообщества нет.")
    assert said[1].startswith("Источник 2 (sovet.invalid/rss) не открылся: по этому адресу нет RSS.")
    assert "/источники стоп 2" in said[1]


def test_a_source_started_again_brings_nothing_from_the_time_it_was_stopped(world: World) -> None:
    entered(world)
    entered(world, "стоп 1")
    assert brings(world, a_post()) == []
    world.later(hours=2)
    entered(world, "старт 1")
    assert brings(world, a_post()) == []
    assert len(brings(world, a_post(at=world.now + timedelta(minutes=1), number=7))) == 1


def test_a_source_that_turns_out_to_be_ours_is_stopped_and_said(world: World) -> None:
    entered(world, "vk.com/okmo_news")
    with world.unit() as context:
        source = context.unit.sources.active()[0]
        assert source.kind is Kind.VK
        assert not sources.learned(context, source, world.desk.owner_id, "ОКМО", sources.ours(context))
    world.deliver()
    assert "остановлен" in world.chat()[-1].text
    with world.look() as context:
        assert context.unit.sources.active() == ()
