"""A desk with a real database before a real sandbox, as far as the wall is concerned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.courier import Courier
from bot.fetch import net_locations
from bot.media import Media
from bot.targets.vk_wall import VkWall
from bot.vk.posts import attachments_of
from bot.vk.uploads import fresh_addresses
from bot.work import Work, utc_now
from editorial.lifecycle import Action, Press, decide
from editorial.roles import Role
from editorial.suggestion import Attachment, Content, Origin, Suggestion
from handlers import changes, suggest
from handlers.events import WallSuggested
from storage.migrate import upgrade
from storage.suggestions import NewSuggestion
from storage.unit import Storage
from tests.builders import ANNA
from tests.handlers.world import a_desk

if TYPE_CHECKING:
    from tests.vk.conftest import World

AUTHOR = 601
TEXT = "В Ангарске открыли сквер у школы"


class Desk:
    """The wall's courier with a real database before a real sandbox; its clock can be put forward."""

    def __init__(self, folder: Path, world: World) -> None:
        self.world = world
        world.do("limits", off=True)  # what holds back is tested by itself
        self.ahead = timedelta()
        self.dead_key = False
        self.storage = Storage.open(f"sqlite:///{folder / 'okmo.db'}")
        upgrade(self.storage)
        self.work = Work(self.storage, a_desk(), self.now)
        self.media = Media(
            folder / "media",
            refresh=fresh_addresses(world.client("editor-key")),
            own_hosts=net_locations(world.address),
        )
        self.target = VkWall(world.wall(rate=1000, timeout=(2, 2)), self.media, by_hand=lambda: self.dead_key)
        self.courier = Courier(self.target, self.work)

    def now(self) -> datetime:
        return utc_now() + self.ahead

    def message(self, text: str = "", **more: Any) -> tuple[int, tuple[Attachment, ...]]:
        """The author writes into the dialog; returns the message's number and attachments as the event has them."""
        cmid = int(self.world.do("write", user_id=AUTHOR, text=text, **more)["cmid"])
        group = self.world.client()
        answer = group.call("messages.getByConversationMessageId", peer_id=AUTHOR, conversation_message_ids=[cmid])
        return cmid, attachments_of(answer["items"][0]["attachments"])

    def from_the_dialogue(self, text: str = TEXT, **more: Any) -> int:
        """News of the dialog; the number it got."""
        cmid, attachments = self.message(text, **more)
        with self.work.begin("test") as context:
            context.unit.authors.name(AUTHOR, "Мария Петрова", context.now)
            new = NewSuggestion(
                -1, 0, AUTHOR, Content(text, attachments), context.now, None, Origin.DIALOGUE,
                {"peer_id": AUTHOR, "cmids": [cmid]},
            )  # fmt: skip
            return suggest.bring_in(context, new).number

    def approved(self, text: str = TEXT, **more: Any) -> int:
        """The same with an approval to publish at once."""
        number = self.from_the_dialogue(text, **more)
        self.approves(number)
        return number

    def from_the_wall(self, text: str = TEXT, who: int = AUTHOR, photos: int = 0, **more: Any) -> tuple[int, int]:
        """A suggestion taken in from the wall: its number and its post."""
        post_id = int(self.world.do("suggest", user_id=who, text=text, photos=photos, **more)["post_id"])
        seen = self.world.wall().read_suggestion(post_id)
        assert isinstance(seen, WallSuggested)
        with self.work.begin("test") as context:
            added = suggest.take_in(context, seen)
        assert added is not None
        return added.number, post_id

    def approves(self, number: int) -> None:
        """An editor has it published at once."""
        with self.work.begin("test") as context:
            found = context.unit.suggestions.get(number)
            assert found is not None
            after = decide(found, Press(Action.PUBLISH, ANNA, Role.EDITOR, found.version), context.now)
            assert changes.store(context, found, after, "publish", actor=ANNA)
            changes.plan_publication(context, number, context.now)

    def runs(self) -> None:
        while self.courier.step():
            pass

    def settles(self, wanted: Callable[[], bool]) -> None:
        """Run the courier until the world is as wanted; it looks at what is in doubt every half second or so."""
        for _ in range(40):
            self.courier.step()
            if wanted():
                return
            for id_, look in self.courier._looks.items():  # look now instead of in a second
                self.courier._looks[id_] = look._replace(again_at=0.0)
            self.ahead += timedelta(seconds=5)
        raise AssertionError("it never came so far")

    def suggestion(self, number: int) -> Suggestion:
        with self.work.look() as context:
            found = context.unit.suggestions.get(number)
        assert found is not None
        return found

    def posts(self) -> list[Any]:
        return [post for post in self.world.state()["wall"] if TEXT in post["text"]]
