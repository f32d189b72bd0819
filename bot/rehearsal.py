"""The play of ``demo --once``: one suggestion from the author's hand to the letter with the link.

The persons act through the sandbox; every step counts only when it is seen in the sandbox's world, and the bot is
asked nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import click
import requests

from bot.demo import CHAT, Stage
from bot.faults import Stopped

#: Seconds for the whole play; the slot itself may be a minute and more away.
LIMIT: Final = 150.0
AUTHOR: Final = 601
MODERATOR: Final = 501
BUTTON: Final = "В очередь"
TEXT: Final = (
    "Подвели итоги конкурса сельских старост. Жюри рассмотрело сорок заявок из двадцати районов, победители "
    "получат средства на благоустройство."
)

State = dict[str, Any]


def play(stage: Stage, asked: threading.Event) -> int:
    """Play it; returns 0 when everything was seen, 1 otherwise."""
    scene = _Scene(stage, asked)
    try:
        _act(scene)
    except (Stopped, requests.RequestException) as fault:
        told = stage.fallen()
        click.echo(f"не увидели: {scene.waiting_for}", err=True)
        click.echo(told or f"{fault}. Последние строки бота:\n{stage.bot.last_words(20)}", err=True)
        return 1
    click.echo("Готово: новость прошла весь путь")
    return 0


def _act(scene: _Scene) -> None:
    post_id = scene.stage.act("suggest", user_id=AUTHOR, text=TEXT, photos=1)["post_id"]
    scene.see("автор предложил новость с фотографией", lambda state: _with_id(state["suggestions"], post_id))
    card = scene.see("карточка появилась в чате модераторов", _card)
    label = next(label for label in _labels(card) if label.endswith(BUTTON))
    scene.stage.act("press", user_id=MODERATOR, peer_id=CHAT, cmid=card["conversation_message_id"], label=label)
    snackbar = scene.see("модератор нажал «В очередь», ответ на экране", lambda state: _newest(state["snackbars"]))
    click.echo(f"      {snackbar['text']}")
    post = scene.see("запись вышла на стене в своё время", lambda state: _published(state, post_id))
    letter = scene.see("автор получил письмо со ссылкой", lambda state: _letter(state, f"wall-1_{post['id']}"))
    click.echo(f"      {letter['text']}")


class _Scene:
    """Waits for the sandbox's world to look right, within the limit of the whole play."""

    def __init__(self, stage: Stage, asked: threading.Event) -> None:
        self.stage = stage
        self.waiting_for = ""
        self._asked = asked
        self._began = time.monotonic()

    def see(self, what: str, find: Callable[[State], Any]) -> Any:
        """Wait until ``find`` finds something in the world, print the step. Raises Stopped."""
        self.waiting_for = what
        revision = -1
        while True:
            left = LIMIT - (time.monotonic() - self._began)
            if left <= 0:
                raise Stopped(f"За {LIMIT:.0f} с этого не случилось")
            if self._asked.is_set() or self.stage.fallen():
                raise Stopped("Показ прерван")
            state = self.stage.ask("state", since=revision, wait=min(left, 2.0), timeout=30)
            revision = state["revision"]
            found = find(state)
            if found:
                click.echo(f"{time.monotonic() - self._began:5.1f} с  {what}")
                return found


def _with_id(posts: list[State], post_id: int) -> State | None:
    return next((post for post in posts if post["id"] == post_id), None)


def _card(state: State) -> State | None:
    chat = next(chat for chat in state["chats"] if chat["peer_id"] == CHAT)
    return next((one for one in chat["messages"] if any(label.endswith(BUTTON) for label in _labels(one))), None)


def _labels(message: State) -> list[str]:
    rows = (message.get("keyboard") or {}).get("buttons", [])
    return [str(button["action"].get("label", "")) for row in rows for button in row]


def _newest(snackbars: list[State]) -> State | None:
    return next((bar for bar in reversed(snackbars) if bar["user_id"] == MODERATOR), None)


def _published(state: State, post_id: int) -> State | None:
    """The post on the wall, the suggestion being gone and the photo still there."""
    if _with_id(state["suggestions"], post_id):
        return None
    return next((post for post in state["wall"] if TEXT[:60] in post["text"] and post["attachments"]), None)


def _letter(state: State, link: str) -> State | None:
    told = [one for dialog in state["dialogs"] if dialog["user_id"] == AUTHOR for one in dialog["messages"]]
    return next((one for one in told if one["from_id"] < 0 and link in one["text"]), None)
