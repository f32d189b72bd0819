"""A raw update becomes the event it means, whatever state it arrives in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.vk.updates import identity, message_of, parse
from handlers.events import MessageArrived, Unknown
from tests.vk.golden_events import EVENTS, RECEIVED

GOLDEN = Path(__file__).parent / "golden"
FILES = {path.stem: path for path in sorted(GOLDEN.glob("*.json"))}


def raw(name: str) -> str:
    return FILES[name].read_text(encoding="utf-8")


def test_every_golden_update_has_its_event_and_there_are_enough() -> None:
    assert FILES.keys() == EVENTS.keys()
    assert len(FILES) >= 40


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_t13_update_means_this_event(name: str) -> None:
    """T-13: missing keys, nulls, wrong types and unknown things cost a fact, never the event."""
    assert parse(raw(name), 1, RECEIVED) == EVENTS[name]


@pytest.mark.parametrize("text", ["", "null", "[]", '"x"', "{", "7", "<html>", "[" * 100_000, '{"type":7}'])
def test_what_is_no_update_is_unknown_and_not_an_exception(text: str) -> None:
    assert isinstance(parse(text, 1), Unknown)


def test_the_event_id_is_vks_own_when_there_is_one() -> None:
    assert identity(json.loads(raw("messages_denied")), raw("messages_denied")) == "e-message_deny"


def test_an_update_without_event_id_is_known_by_its_text() -> None:
    first = raw("suggest_2019_without_event_id_and_v")

    another = first.replace("16419", "16420")
    assert identity(json.loads(first), first) == identity(json.loads(first), first)
    assert identity(json.loads(first), first) != identity(json.loads(another), another)
    assert identity(None, "not json at all").startswith("sha256:")


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_text_of_an_event_can_be_stored(name: str) -> None:
    """No half of a surrogate pair and no NUL gets through: databases refuse both."""
    shown = repr(parse(raw(name), 1, RECEIVED))
    assert "\\x00" not in shown
    shown.encode()


def test_a_message_read_back_from_its_conversation_is_the_same_event() -> None:
    update = json.loads(raw("message_wrapped"))
    event = parse(json.dumps(update), 1)

    again = message_of(update["object"]["message"], 1)

    assert isinstance(event, MessageArrived)
    assert isinstance(again, MessageArrived)
    assert (again.text, again.cmid, again.from_id) == (event.text, event.cmid, event.from_id)


NONSENSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    """A golden update in which some places were replaced by nonsense or removed."""
    update = json.loads(raw(draw(st.sampled_from(sorted(FILES)))))
    for _ in range(draw(st.integers(1, 4))):
        _spoil(draw, update)
    return json.dumps(update)


def _spoil(draw: st.DrawFn, place: Any) -> None:
    while isinstance(place, (dict, list)) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys))
        if isinstance(place[key], (dict, list)) and place[key] and draw(st.booleans()):
            place = place[key]
            continue
        if isinstance(place, dict) and draw(st.booleans()):
            del place[key]
        else:
            place[key] = draw(NONSENSE)
        return


@given(spoiled())
@settings(max_examples=500, deadline=None)
def test_t13_a_spoiled_update_never_stops_the_queue(text: str) -> None:
    """T-13: any update, however mutated, gives an event or an Unknown with its reason."""
    event = parse(text, 1, RECEIVED)

    if isinstance(event, Unknown):
        assert event.reason
        assert not event.reason.startswith("unreadable"), "a mutation nobody thought of"
