"""What people do: authors suggest, edit and write, managers act on VK itself, moderators press whatever they see.

They do anything at any moment, but tell no lies: asked whether something arrived, they look before they press.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from editorial.networks import CopyState, NetworkCopy
from editorial.suggestion import Content, Status, Suggestion
from handlers import changes, copy_outcomes, crosspost, network_menu, own_posts, publication, removal
from handlers.context import Context
from proof.lives.networks import ModelNetworks
from proof.lives.stage import Stage
from proof.lives.wall import ModelWall
from tests.builders import ANNA, AUTHOR, BORIS, CHAT, VERA, a_button_press, a_photo
from tests.handlers.world import Message

AUTHORS: Final = (AUTHOR, 602, 603)
MODERATORS: Final = (ANNA, BORIS, VERA)
PLACES: Final = ("Тайшете", "Черемхове", "Усолье", "Ангарске", "Братске", "Шелехове", "Слюдянке", "Зиме")
DEEDS: Final = (
    "открыли библиотеку",
    "починили мост",
    "провели субботник",
    "посадили аллею",
    "собрали сход граждан",
    "обсудили бюджет",
    "построили площадку",
    "встретили ветеранов",
)
TOLD_BY: Final = ("приходите", "рассказали жители", "пишет газета", "сообщили в совете")
WHEN: Final = ("числа", "ноября", "декабря")
#: How one text differs from another that is nearly the same.
TWISTS: Final = (" в 10:00.", " на площади.", ", приходите все.", ".")
ADDED_ON_VK: Final = (
    " Фото автора.",
    " Исправлено: начало в 12:00, вход свободный для всех жителей посёлка и гостей.",
)
ANSWERS: Final = (
    "завтра в 10:00",
    "Другой текст новости от редактора, полный и ясный.",
    "сегодня в 18:00",
    "Нужно больше подробностей",
    "№ 1",
    "отмена",
)
#: Buttons that say what somebody has seen or done: pressed only when it is true.
STATEMENTS: Final = ("Вышло", "Повторить", "Сделано")
LEAVE: Final = "Оставить"
#: Presses of buttons that are not there any more are made again out of so many.
REMEMBERED: Final = 60
#: A text that grew on VK longer than this is cut instead.
LONGEST: Final = 200
#: More news than any life has.
MOST_NEWS: Final = 500


class People:
    """Every method is one deed; the dice say of whom and about what."""

    def __init__(self, stage: Stage, wall: ModelWall, networks: ModelNetworks) -> None:
        self.stage = stage
        self.dice = stage.dice
        self.world = stage.world
        self.wall = wall
        self.networks = networks
        self._said: list[str] = []
        self._pressed: list[tuple[int, str, dict[str, Any]]] = []
        self._at: int | None = None

    # --- authors, and managers on VK itself

    def _text(self) -> str:
        """News, now and then nearly the same as something that was said."""
        if self._said and self.stage.chance(0.35):
            return self.dice.choice(self._said[-6:]).replace(".", self.dice.choice(TWISTS))
        place, deed, told = self.dice.choice(PLACES), self.dice.choice(DEEDS), self.dice.choice(TOLD_BY)
        text = f"В {place} {deed}, {told} {self.dice.randint(1, 28)} {self.dice.choice(WHEN)}."
        self._said.append(text)
        return text

    def suggest(self) -> None:
        post_id, author = self.wall.new_id(), self.dice.choice(AUTHORS)
        text, photos = self._text(), self.dice.choice((0, 0, 1, 2))
        self.stage.note("suggests", author, post_id, text)
        pictures = tuple(a_photo(post_id * 10 + k, author) for k in range(photos))
        self.wall.suggest(author, Content(text, pictures), post_id)

    def _some_suggestion(self) -> int | None:
        return self.dice.choice(sorted(self.wall.suggests)) if self.wall.suggests else None

    def edit_suggestion(self) -> None:
        post_id = self._some_suggestion()
        if post_id is None:
            return
        waiting = self.wall.suggests[post_id]
        added = f"{waiting.content.text} Уточнение {self.dice.randint(1, 9)}."
        text = added if self.stage.chance(0.7) else self._text()
        self.wall.suggests[post_id] = replace(waiting, content=waiting.content.with_text(text))
        self.stage.note("edits", post_id, text)

    def delete_suggestion(self) -> None:
        post_id = self._some_suggestion()
        if post_id is not None:
            del self.wall.suggests[post_id]
            self.stage.note("deletes", post_id)

    def publish_by_hand(self) -> None:
        post_id = self._some_suggestion()
        if post_id is not None:
            self.stage.note("publishes by hand", post_id, self.wall.publish_by_hand(post_id))

    def postpone_by_hand(self) -> None:
        post_id = self._some_suggestion()
        if post_id is not None:
            until = self.world.now + timedelta(hours=self.dice.randint(1, 20))
            self.stage.note("postpones by hand", post_id, self.wall.postpone_by_hand(post_id, until))

    def edit_post(self) -> None:
        if not self.wall.posts:
            return
        post_id = self.dice.choice(sorted(self.wall.posts))
        post = self.wall.posts[post_id]
        long = len(post.content.text) >= LONGEST
        text = post.content.text[:60] if long else post.content.text + self.dice.choice(ADDED_ON_VK)
        self.wall.posts[post_id] = replace(post, content=post.content.with_text(text))
        self.stage.note("edits the post", post_id, text)

    def delete_post(self) -> None:
        if self.wall.posts:
            post_id = self.dice.choice(sorted(self.wall.posts))
            self.wall.delete(post_id)
            self.stage.note("deletes the post", post_id)

    # --- conversations

    def author_writes(self) -> None:
        by = self.dice.choice(AUTHORS)
        with self.world.look() as context:
            own = [one.number for one in context.unit.suggestions.by_author(by, MOST_NEWS)]
        number = self.dice.choice(own) if own and self.stage.chance(0.8) else self.dice.randint(1, 20)
        about = [f"{word} {number}" for word in ("Отозвать", "Отозвать", "Статус", "Исправить")]
        words = self.dice.choice(
            [*about, self._text(), "Отправить", "Отправить", "Удалить", "Отозвать", "Исправить"]
        )
        self.stage.note("author writes", by, words, *self.world.says(words, by=by))

    def author_presses(self) -> None:
        by = self.dice.choice(AUTHORS)
        messages = [one for one in self.world.conversations.get(by, []) if one.buttons]
        if messages:
            message = self.dice.choice(messages[-6:])
            label = self.dice.choice(list(message.buttons))
            self.world.happens(a_button_press(message.buttons[label], by=by, where=by, cmid=message.cmid))
            self.stage.note("author presses", by, label)

    def moderator_answers(self) -> None:
        cards = [one for one in self.world.chat() if one.buttons]
        if cards:
            card, words, by = (
                self.dice.choice(cards[-20:]),
                self.dice.choice(ANSWERS),
                self.dice.choice((ANNA, BORIS)),
            )
            told = self.world.says(words, by=by, where=CHAT, reply_to=card.cmid)
            self.stage.note("moderator answers", card.cmid, words, *told)

    def press(self) -> None:
        """Any button of the newest messages, most often of the one that was pressed before."""
        chat = [one for one in self.world.chat() if _free(one)]
        if not chat:
            return
        message = self.dice.choice(chat[-25:])
        same = next((one for one in chat if one.cmid == self._at), None)
        if same is not None and self.stage.chance(0.6):
            message = same
        label = self.dice.choice(_free(message))
        self._at = message.cmid
        self._pressed = [*self._pressed, (message.cmid, label, message.buttons[label])][-REMEMBERED:]
        self._press(*self._pressed[-1])

    def press_again(self) -> None:
        """A button somebody still sees although it is not there any more."""
        if self._pressed:
            self._press(*self.dice.choice(self._pressed))

    def approve(self) -> None:
        """«Опубликовать» on one of the newest cards."""
        newest = self.world.chat()[-25:]
        for card in self.dice.sample(newest, k=min(3, len(newest))):
            if "Опубликовать" in card.buttons:
                self._press(card.cmid, "Опубликовать", card.buttons["Опубликовать"])
                return

    def _press(self, cmid: int, label: str, payload: dict[str, Any]) -> None:
        by = self.dice.choice(MODERATORS)
        shown = self.world.happens(a_button_press(payload, by=by, cmid=cmid))
        self.stage.note("presses", by, label, payload.get("n"), *(one.text for one in shown))
        if label.startswith(LEAVE) and shown and payload.get("n") is not None:
            self.stage.left.add(payload["n"])

    # --- the editor's key

    def change_key(self) -> None:
        """The editor's key dies, or is alive again."""
        self.stage.key_dead = not self.stage.key_dead
        self.stage.note("the key is", "dead" if self.stage.key_dead else "alive")
        with self.world.unit() as context:
            if self.stage.key_dead:
                publication.hand_over(context)
            else:
                publication.take_back(context)
        self.world.deliver()

    def release_without_vk(self) -> None:
        """An editor gives a post that VK does not take to the other networks."""
        with self.world.look() as context:
            waiting = [number for number, one in news(context).items() if network_menu.may_go_without_vk(one)]
        if not waiting:
            return
        number = self.dice.choice(waiting)
        with self.world.unit() as context:
            suggestion = context.unit.suggestions.get(number)
            done = suggestion is not None and crosspost.release_without_vk(context, suggestion)
        self.stage.note("without VK", number, done)
        self.world.deliver()

    # --- what people are asked

    def say_what_came_out(self) -> None:
        """Asked whether a publication arrived, a moderator looks at the wall first."""
        with self.world.look() as context:
            doubtful = context.unit.suggestions.by_status(Status.PUBLISHING, MOST_NEWS)
            asked = [one for one in doubtful if changes.people_asked(context, one)]
        for suggestion in asked:
            made = any(posts for guid, posts in self.wall.published.items() if number_of(guid) == suggestion.number)
            word = "Вышло" if made or suggestion.post_id in self.wall.came_of else "Повторить"
            card = self.world.card(suggestion.number)
            label = next((label for label in card.buttons if label.startswith(word)), None)
            if label is not None:
                self._press(card.cmid, label, card.buttons[label])

    def settle_copies(self, share: float = 0.4) -> None:
        """Moderators answer what was asked about copies, decide what is to be decided, and do what they are told."""
        with self.world.look() as context:
            known = context.unit.copies.of_many(list(news(context)))
        copies = [copy for number in sorted(known) for copy in known[number]]
        for copy in copies:
            if share >= 1 or self.stage.chance(share):
                self._settle(copy, settling=share >= 1)
        self.world.deliver()

    def _settle(self, copy: NetworkCopy, *, settling: bool) -> None:
        if copy.network == crosspost.VK:
            if copy.todo is not None:
                self._do_on_vk(copy)
        elif copy.state is CopyState.ASKED:
            self._say_whether_it_is_there(copy)
        elif copy.todo == crosspost.DECIDE:
            self._decide(copy)
        elif copy.todo in ("edit", "remove"):
            self._change_there(copy)
        elif copy.state is CopyState.REFUSED and (settling or self.stage.chance(0.3)):
            self._repeat(copy)

    def _say_whether_it_is_there(self, copy: NetworkCopy) -> None:
        there = bool(self.networks.of(copy.network, copy.number, copy.part))
        if not there:
            self._repeat(copy)
            return
        with self.world.unit() as context:
            done = copy_outcomes.confirm(context, copy.number, copy.network)
        self.stage.note("says it is there", copy.number, copy.network, done)

    def _repeat(self, copy: NetworkCopy) -> None:
        with self.world.unit() as context:
            done = copy_outcomes.repeat(context, copy.number, copy.network)
        self.stage.note("repeats", copy.number, copy.network, done)

    def _decide(self, copy: NetworkCopy) -> None:
        take = self.stage.chance(0.5)
        decide = crosspost.take_back_from if take else crosspost.leave_there
        with self.world.unit() as context:
            done = decide(context, copy.number, copy.network)
        if done and not take:
            self.stage.left.add(copy.number)
        self.stage.note("takes back" if take else "leaves", copy.number, copy.network, done)

    def _change_there(self, copy: NetworkCopy) -> None:
        """What the network does not let the program do is tried again, or done by hand, all parts of it."""
        if copy_outcomes.may_change_again(copy) and self.stage.chance(0.5):
            self._repeat(copy)
            return
        with self.world.unit() as context:
            suggestion = context.unit.suggestions.get(copy.number)
            post = context.unit.posts.get(copy.number)
            assert suggestion is not None
            assert post is not None
            text = crosspost.story_of(suggestion, post, copy.network).text
            for part in crosspost.by_network(context.unit.copies.of(copy.number)).get(copy.network, ()):
                if part.todo in ("edit", "remove"):
                    wanted = text if part.todo == "edit" else None
                    self.networks.change_by_hand(copy.network, copy.number, part.part, wanted)
            done = crosspost.done_by_hand(context, copy.number, copy.network)
        self.stage.note("changes it there", copy.number, copy.network, copy.todo, done)

    def _do_on_vk(self, copy: NetworkCopy) -> None:
        with self.world.unit() as context:
            post = context.unit.posts.get(copy.number)
            if post is not None and post.post_id in self.wall.posts and copy.todo == "remove":
                self.wall.delete(post.post_id)
            if copy.todo == "remove":
                done = removal.done_by_hand(context, copy.number)
            else:
                done = own_posts.done_by_hand(context, copy.number)
        self.stage.note("does it on VK", copy.number, copy.todo, done)


def news(context: Context) -> dict[int, Suggestion]:
    """All the news of the desk, by number."""
    found = [one for status in Status for one in context.unit.suggestions.by_status(status, MOST_NEWS)]
    return {one.number: one for one in sorted(found, key=lambda one: one.number)}


def _free(message: Message) -> list[str]:
    """The buttons anybody may press without having looked somewhere first."""
    return [label for label in message.buttons if not label.startswith(STATEMENTS)]


def number_of(guid: str) -> int:
    """The number of the news that was published under this word."""
    return int(guid.split("-")[1])
