"""Answers to presses are finished when the program stops, but not at any price."""

from __future__ import annotations

from bot.snackbars import Snackbars
from bot.vk.client import VkClient, VkKey
from handlers.replies import Snackbar
from tests.vk.fault_server import FaultServer, response, stalls
from tests.waiting import until


def shown(server: FaultServer) -> Snackbars:
    snackbars = Snackbars(VkClient(VkKey("group", "group-key"), server.url, rate=1000.0))
    snackbars.show(Snackbar("event", 501, 2_000_000_001, "Взято в работу"))
    until(lambda: len(server.asked) == 1)
    return snackbars


def test_an_answer_in_hand_is_finished(server: FaultServer) -> None:
    snackbars = shown(server.then(response(1)))
    snackbars.stop()
    assert snackbars.wait(10.0) == ()


def test_an_answer_that_hangs_is_left_behind(server: FaultServer) -> None:
    snackbars = shown(server.then(stalls))
    snackbars.stop()
    assert snackbars.wait(0.05) == ("snackbars",)
