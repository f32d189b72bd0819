"""What comes back from a call, whatever the other side does with it."""

from __future__ import annotations

import json
import socket
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest
import vk_api

from bot.vk.client import Call, VkClient, VkKey
from bot.vk.errors import Remedy, VkError, VkRefused, VkTransport
from bot.vk.pace import Pace, Turn
from tests.vk.fault_server import (
    Asked,
    Behaviour,
    FaultServer,
    answers,
    closes,
    computes,
    cuts_short,
    error,
    html,
    resets,
    response,
    stalls,
    stalls_in_the_body,
    talks_nonsense,
    trickles,
)

SECRET = "editor-key-that-must-not-print"
FAST = 1000.0


def client_of(address: str, kind: Any = "user", **options: Any) -> VkClient:
    return VkClient(VkKey(kind, SECRET), address, rate=FAST, **{"timeout": (2, 1.5), **options})


def failure_of(client: VkClient, method: str = "wall.post", *, write: bool = True) -> VkError:
    with pytest.raises(VkError) as caught:
        client.call(method, write=write, message="Новость")
    return caught.value


# -- what is sent ---------------------------------------------------------------------------------------------


def test_parameters_travel_the_way_vk_reads_them(server: FaultServer) -> None:
    client = client_of(server.then(response(1)).url)

    client.call(
        "messages.send",
        peer_ids=[2000000001, 2],
        disable_mentions=True,
        dont_parse_links=False,
        keyboard={"inline": True, "buttons": []},
        message="Ура & всё",
        attachment=None,
        reply_to=5,
    )

    asked = server.asked[0]
    assert (asked.verb, asked.path) == ("POST", "/method/messages.send")
    assert asked.params == {
        "peer_ids": "2000000001,2",
        "disable_mentions": "1",
        "dont_parse_links": "0",
        "keyboard": '{"inline":true,"buttons":[]}',
        "message": "Ура & всё",
        "reply_to": "5",
        "v": "5.199",
        "access_token": SECRET,
    }


def test_it_is_the_vk_api_library_underneath(server: FaultServer) -> None:
    client = client_of(server.then(response([{"id": 1}])).url)

    assert isinstance(client, vk_api.VkApi)
    assert client.get_api().users.get(user_ids=[1, 2]) == [{"id": 1}]
    assert server.asked[0].params["user_ids"] == "1,2"


def test_a_text_with_half_a_surrogate_pair_still_goes_out(server: FaultServer) -> None:
    client_of(server.then(response(1)).url).call("messages.send", message="до \ud83d после")
    assert server.asked[0].params["message"] == "до \ufffd после"


def test_a_new_key_is_used_from_the_next_call_on(server: FaultServer) -> None:
    client = client_of(server.then(response(1)).url)
    client.call("users.get")

    client.key.replace("renewed")
    client.call("users.get")

    assert [asked.params["access_token"] for asked in server.asked] == [SECRET, "renewed"]


def test_threads_do_not_wait_for_each_others_answers(server: FaultServer) -> None:
    meeting = threading.Barrier(2, timeout=5)

    def meet(asked: Asked) -> object:
        meeting.wait()  # answers only when both calls are under way
        return {"response": 1}

    client = VkClient(VkKey("user", SECRET), server.then(computes(meet)).url, rate=FAST, timeout=(1, 5))
    threads = [threading.Thread(target=client.call, args=("users.get",)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(6)

    assert not meeting.broken
    assert len(server.asked) == 2


def test_a_connection_is_kept_between_calls(server: FaultServer) -> None:
    client = client_of(server.then(response(1)).url)
    for _ in range(5):
        client.call("users.get")
    assert server.connections == 1


def test_settings_of_the_machine_do_not_redirect_calls(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    assert client_of(server.then(response(7)).url).call("users.get") == 7


# -- what VK refuses ------------------------------------------------------------------------------------------


def test_a_refusal_carries_its_meaning(server: FaultServer) -> None:
    client = client_of(server.then(error(15, "Access denied", error_subcode=1133)).url)

    refusal = failure_of(client)

    assert isinstance(refusal, VkRefused)
    assert (refusal.code, refusal.subcode, refusal.verdict.reason) == (15, 1133, "key_wrong_kind")


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({"captcha_sid": "1", "captcha_img": "https://vk.ru/captcha.php?sid=1"}, "https://vk.ru/captcha.php?sid=1"),
        ({"redirect_uri": "https://id.vk.ru/not_robot_captcha?x=1"}, "https://id.vk.ru/not_robot_captcha?x=1"),
        (
            {"captcha_sid": "1", "captcha_img": "https://vk.ru/c", "redirect_uri": "https://id.vk.ru/r"},
            "https://id.vk.ru/r",
        ),
        ({}, None),
    ],
)
def test_a_captcha_in_any_shape_stops_the_writes_of_this_key_only(
    server: FaultServer, fields: dict[str, str], address: str | None
) -> None:
    client = client_of(server.then(error(14, "Captcha needed", **fields), response(1)).url)

    refusal = failure_of(client)

    assert isinstance(refusal, VkRefused)
    assert refusal.human_url == address
    assert client.pauses.paused("wall.post", write=True) is not None
    assert client.pauses.paused("wall.get") is None


def test_t45_a_captcha_met_while_reading_stops_that_reading_too(server: FaultServer) -> None:
    client = client_of(server.then(error(14, "Captcha needed")).url)

    failure_of(client, "wall.get", write=False)

    assert client.pauses.paused("wall.get") is not None
    assert client.pauses.paused("wall.post", write=True) is not None
    assert client.pauses.paused("wall.getById") is None


def test_validation_stops_the_key_and_names_the_page(server: FaultServer) -> None:
    client = client_of(server.then(error(17, "Validation required", redirect_uri="https://m.vk.ru/v")).url)

    refusal = failure_of(client)

    assert isinstance(refusal, VkRefused)
    assert refusal.human_url == "https://m.vk.ru/v"
    paused = client.pauses.paused()
    assert paused is not None
    assert paused.reason == "validation"


class Overtaken(Pace):
    """While the first call waits for its turn, another one of the key is made and answered."""

    meanwhile: Callable[[], object] | None = None

    def wait(self, urgent: bool = False) -> Turn:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().wait(urgent)


def test_what_vk_wants_left_alone_is_left_alone_by_a_call_that_waits_already(server: FaultServer) -> None:
    client = client_of(server.then(error(14, "Captcha needed"), response([])).url, pace=Overtaken)
    assert isinstance(client.pace, Overtaken)
    client.pace.meanwhile = lambda: failure_of(client, "wall.get", write=False)

    refusal = failure_of(client, "wall.get", write=False)

    assert [asked.method for asked in server.asked] == ["wall.get"]
    paused = client.pauses.paused("wall.get")
    assert paused is not None
    assert isinstance(refusal, VkRefused)
    assert (refusal.code, refusal.executed) == (14, False)
    assert refusal.verdict.pause == pytest.approx(paused.length, abs=1)

    assert client.call("wall.get") == []  # whoever asks later knows of the pause, and tries on purpose


def test_of_several_calls_that_wait_only_those_are_left_out(server: FaultServer) -> None:
    client = client_of(server.then(error(9, "Flood control"), executed([5, 6])).url, pace=Overtaken)
    assert isinstance(client.pace, Overtaken)
    client.pace.meanwhile = lambda: failure_of(client, "messages.send")

    first, second, third = client.batch([NAMES, SEND, EDIT])

    assert (first, third) == (5, 6)
    assert isinstance(second, VkRefused)
    assert (second.method, second.code, second.executed) == ("messages.send", 9, False)
    assert "API.messages.send" not in server.asked[1].params["code"]


def test_a_key_that_works_again_is_no_longer_paused(server: FaultServer) -> None:
    client = client_of(server.then(error(5, "invalid access_token"), response(1)).url)
    failure_of(client)
    assert client.pauses.paused() is not None

    client.call("users.get")

    assert client.pauses.paused() is None


def test_a_replaced_key_starts_without_pauses(server: FaultServer) -> None:
    client = client_of(server.then(error(14, "Captcha needed"), response(1)).url)
    failure_of(client)

    client.key.replace("another")
    client.call("users.get")

    assert client.pauses.paused("wall.post", write=True) is None


def test_t44_too_many_per_second_is_repeated_and_nothing_else_is(server: FaultServer) -> None:
    """T-44: error 6 did nothing, so the call goes out again; a limit of the day does not."""
    client = client_of(server.then(error(6, "Too many requests per second"), response(5)).url)
    assert client.call("wall.post", write=True) == 5
    assert len(server.asked) == 2

    server.script[:] = [error(29, "Rate limit reached")]
    failure_of(client)
    assert len(server.asked) == 3
    paused = client.pauses.paused("wall.post")
    assert paused is not None
    assert paused.reason == "daily_limit"


def test_too_many_per_second_for_ever_ends(server: FaultServer) -> None:
    client = client_of(server.then(error(6, "Too many requests per second")).url)

    refusal = failure_of(client)

    assert refusal.verdict.remedy is Remedy.RETRY
    assert len(server.asked) == 5


def test_t41_a_method_this_kind_of_key_may_not_use_is_never_repeated(server: FaultServer) -> None:
    """T-41: 27 means another key, not another try."""
    client = client_of(server.then(error(27, "Group authorization failed")).url, "group")

    assert failure_of(client, "wall.get", write=False).verdict.remedy is Remedy.SWITCH_KEY
    assert len(server.asked) == 1


# -- what happens on the way ----------------------------------------------------------------------------------

LEFT: list[tuple[str, Behaviour]] = [
    ("silence", stalls),
    ("silence", stalls_in_the_body),
    ("silence", trickles),
    ("dropped", resets),
    ("dropped", closes),
    ("dropped", talks_nonsense),
    ("cut_short", cuts_short),
    ("not_json", html(200)),
    ("http_502", html(502)),
    ("http_504", html(504)),
    ("http_302", html(302)),
    ("empty", answers("")),
    ("no_response", answers({})),
    ("not_json", answers("[]")),
    ("not_json", answers("null")),
    ("not_json", answers('{"response":{"post_id":1}')),
    ("not_json", answers('{"response":1,}')),
    ("no_response", answers({"error": "invalid_client"})),
    ("unreadable_error", answers({"error": {"error_msg": "?"}})),
]


@pytest.mark.parametrize(("what", "behaviour"), LEFT)
def test_t02_a_write_that_left_without_an_answer_is_uncertain(
    server: FaultServer, what: str, behaviour: Behaviour
) -> None:
    """T-02: it may have been done, so it is not repeated and not called a failure."""
    client = client_of(server.then(behaviour).url)

    failure = failure_of(client)

    assert isinstance(failure, VkTransport)
    assert (failure.what, failure.verdict.remedy, failure.executed) == (what, Remedy.UNCERTAIN, None)
    assert len(server.asked) == 1


@pytest.mark.parametrize(("what", "behaviour"), LEFT)
def test_a_read_without_an_answer_may_simply_be_repeated(
    server: FaultServer, what: str, behaviour: Behaviour
) -> None:
    client = client_of(server.then(behaviour, response([])).url)

    failure = failure_of(client, "wall.get", write=False)

    assert (failure.verdict.remedy, failure.executed) == (Remedy.RETRY, False)
    assert client.call("wall.get") == []


def nobody_there() -> str:
    with socket.create_server(("127.0.0.1", 0)) as once:
        return f"http://127.0.0.1:{once.getsockname()[1]}/"


@pytest.mark.parametrize(
    ("what", "address"),
    [
        ("nobody_there", nobody_there),
        ("unknown_host", lambda: "http://no-such-host.invalid/"),
        ("InvalidURL", lambda: "http://[half/"),
        ("MissingSchema", lambda: "127.0.0.1"),
    ],
)
def test_a_write_that_never_left_was_certainly_not_done(what: str, address: Any) -> None:
    failure = failure_of(client_of(address()))

    assert isinstance(failure, VkTransport)
    assert (failure.what, failure.verdict.remedy, failure.executed) == (what, Remedy.RETRY, False)


def test_a_server_without_tls_was_certainly_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.recv(4096)

        greeter = threading.Thread(target=greet)
        greeter.start()
        failure = failure_of(client_of(f"https://127.0.0.1:{listener.getsockname()[1]}/"))
        greeter.join(2)

    assert isinstance(failure, VkTransport)
    assert (failure.what, failure.executed) == ("tls", False)


def test_an_answer_that_trickles_is_given_up_in_time(server: FaultServer) -> None:
    client = client_of(server.then(trickles).url)
    started = time.monotonic()
    failure_of(client)
    assert time.monotonic() - started < 20


# -- several calls in one -------------------------------------------------------------------------------------


def refused(method: str, code: int) -> dict[str, object]:
    return {"method": method, "error_code": code, "error_msg": "no"}


def executed(results: object, *errors: dict[str, object]) -> Behaviour:
    return answers({"response": results, "execute_errors": list(errors)} if errors else {"response": results})


SEND = Call("messages.send", {"peer_ids": [1], "message": 'Он сказал: "да";\n}', "random_id": 7}, write=True)
NAMES = Call("users.get", {"user_ids": [1, 2]})
EDIT = Call("messages.edit", {"peer_id": 1, "cmid": 2, "message": "x"}, write=True)


def test_several_calls_leave_as_one(server: FaultServer) -> None:
    client = client_of(server.then(executed([[{"peer_id": 1}], [{"id": 1}]])).url)

    assert client.batch([SEND, NAMES]) == [[{"peer_id": 1}], [{"id": 1}]]

    assert [asked.method for asked in server.asked] == ["execute"]
    assert server.asked[0].params["code"] == (
        'return [API.messages.send({"peer_ids":"1","message":"Он сказал: \\"да\\";\\n}","random_id":7}),'
        'API.users.get({"user_ids":"1,2"})];'
    )


def test_a_lone_call_is_not_wrapped(server: FaultServer) -> None:
    assert client_of(server.then(response([])).url).batch([NAMES]) == [[]]
    assert [asked.method for asked in server.asked] == ["users.get"]


def test_thirty_calls_are_two_requests(server: FaultServer) -> None:
    server.then(executed([1] * 25), executed([2] * 5))
    assert client_of(server.url).batch([NAMES] * 30) == [1] * 25 + [2] * 5
    assert len(server.asked) == 2


def test_a_failed_call_among_good_ones_fails_alone(server: FaultServer) -> None:
    server.then(executed([False, [], False], refused("messages.send", 901), refused("messages.edit", 909)))

    first, second, third = client_of(server.url).batch([SEND, NAMES, EDIT])

    assert isinstance(first, VkRefused)
    assert first.verdict.reason == "unreachable"
    assert second == []
    assert isinstance(third, VkRefused)
    assert third.verdict.remedy is Remedy.NEW_MESSAGE


def test_t44_a_neighbour_that_went_through_does_not_end_the_pause(server: FaultServer) -> None:
    """T-44: one message of several met flood control; the others were taken, and the method rests all the same."""
    server.then(executed([False, 5, 6], refused("messages.send", 9)))
    client = client_of(server.url)

    client.batch([SEND, SEND, SEND])

    paused = client.pauses.paused("messages.send", write=True)
    assert paused is not None
    assert paused.reason == "flood"


@pytest.mark.parametrize(("code", "reason"), [(9, "flood"), (29, "daily_limit"), (14, "captcha")])
def test_t44_a_refused_request_pauses_the_methods_it_was_made_of(
    server: FaultServer, code: int, reason: str
) -> None:
    client = client_of(server.then(error(code, "no")).url)

    client.batch([SEND, EDIT])

    for method in ("messages.send", "messages.edit"):
        paused = client.pauses.paused(method, write=True)
        assert paused is not None
        assert paused.reason == reason


def test_errors_of_one_method_keep_their_order(server: FaultServer) -> None:
    server.then(executed([False, 5, False], refused("messages.send", 901), refused("messages.send", 900)))

    results = client_of(server.url).batch([SEND, SEND, SEND])

    assert [result.code if isinstance(result, VkRefused) else result for result in results] == [901, 5, 900]


def test_a_false_without_an_error_of_its_own_is_uncertain(server: FaultServer) -> None:
    """Two failed results and one error: nobody can tell which of the two it belongs to."""
    server.then(executed([False, False, [1]], refused("messages.send", 901)))

    first, second, third = client_of(server.url).batch([SEND, SEND, NAMES])

    assert isinstance(first, VkTransport)
    assert isinstance(second, VkTransport)
    assert (first.executed, second.executed, third) == (None, None, [1])


@pytest.mark.parametrize("results", [[1], False, None, {"a": 1}])
def test_results_that_do_not_fit_the_calls_say_nothing(server: FaultServer, results: object) -> None:
    server.then(executed(results))
    outcome = client_of(server.url).batch([SEND, NAMES])
    assert [type(one) for one in outcome] == [VkTransport, VkTransport]
    assert outcome[0].executed is None


@pytest.mark.parametrize("code", [3, 12, 15, 27, 28, 1051])
def test_a_key_that_may_not_join_calls_makes_them_one_by_one(server: FaultServer, code: int) -> None:
    server.then(error(code, "no"), response(1))
    client = client_of(server.url)

    assert client.batch([SEND, NAMES]) == [1, 1]
    assert client.batch([SEND, NAMES]) == [1, 1]

    assert [asked.method for asked in server.asked] == ["execute", *["messages.send", "users.get"] * 2]


def test_after_a_failure_in_the_middle_only_harmless_calls_are_made_again(server: FaultServer) -> None:
    server.then(error(13, "Runtime error: response is too big"), response(1))
    post = Call("wall.post", {"message": "x"}, write=True)

    sent, posted, names = client_of(server.url).batch([SEND, post, NAMES])

    assert (sent, names) == (1, 1)
    assert isinstance(posted, VkRefused)
    assert posted.executed is None
    assert [asked.method for asked in server.asked] == ["execute", "messages.send", "users.get"]


def test_a_batch_that_left_without_an_answer_leaves_its_writes_uncertain(server: FaultServer) -> None:
    send, names = client_of(server.then(resets).url).batch([SEND, NAMES])
    assert (send.executed, names.executed) == (None, False)
    assert (send.method, names.method) == ("messages.send", "users.get")


def test_a_batch_that_never_left_was_not_done() -> None:
    send, names = client_of(nobody_there()).batch([SEND, NAMES])
    assert (send.executed, names.executed) == (False, False)


@pytest.mark.parametrize("code", [9, 29])
def test_a_limit_of_execute_itself_leaves_the_calls_to_be_made_one_by_one(server: FaultServer, code: int) -> None:
    def vk(asked: Asked) -> object:
        if asked.method == "execute":
            return {"error": {"error_code": code, "error_msg": "limit", "request_params": []}}
        return {"response": 1}

    client = client_of(server.then(computes(vk)).url)
    assert client.batch([SEND, NAMES]) == [1, 1]
    assert client.batch([SEND, NAMES]) == [1, 1]
    assert client.pauses.paused("messages.send") is None
    assert [asked.method for asked in server.asked] == ["execute", *["messages.send", "users.get"] * 2]


@pytest.mark.parametrize("code", [9, 29])
def test_a_limit_of_the_calls_in_it_is_met_once(server: FaultServer, code: int) -> None:
    server.then(error(code, "limit"))
    client = client_of(server.url)
    results = client.batch([SEND] * 12)
    assert [one.code for one in results] == [code] * 12
    assert client.pauses.paused("messages.send") is not None
    assert [asked.method for asked in server.asked] == ["execute", "messages.send"]


def test_a_dead_key_refuses_every_call_of_the_batch(server: FaultServer) -> None:
    server.then(error(5, "User authorization failed: invalid access_token (4)."))
    results = client_of(server.url).batch([SEND, NAMES])
    assert [(one.method, one.verdict.reason, one.executed) for one in results] == [
        ("messages.send", "key_dead", False),
        ("users.get", "key_dead", False),
    ]


# -- secrets --------------------------------------------------------------------------------------------------

LEAKY = [
    error(5, "x" * 290 + SECRET),
    error(5, f"invalid access_token {SECRET}", redirect_uri=f"https://vk.ru/?t={SECRET}"),
    answers({"error": {"error_code": 100, "request_params": [{"key": "access_token", "value": SECRET}]}}),
    html(502),
    resets,
    stalls,
    cuts_short,
    talks_nonsense,
]


@pytest.mark.parametrize("behaviour", LEAKY)
def test_t80_no_failure_shows_the_key(server: FaultServer, behaviour: Behaviour) -> None:
    """T-80: neither the text, the repr, the attributes nor the chain of causes of an error holds the key."""
    failure = failure_of(client_of(server.then(behaviour).url))

    links: list[BaseException | None] = [failure]
    for link in links:
        if link is not None:
            shown = [str(link), repr(link), repr(link.args), repr(vars(link)), *traceback.format_exception(link)]
            assert SECRET[:8] not in "".join(shown)
            assert not hasattr(link, "request")
            links += [link.__cause__, link.__context__]
    assert links[1:] == [None, None]


def test_t80_nothing_that_holds_the_key_prints_it(server: FaultServer) -> None:
    """T-80: the key, the client and a finished key do not print."""
    client = client_of(server.url)
    client.key.replace("second-secret")

    assert SECRET not in repr(client) + repr(client.key) + str(client.key) + client.key.redact(f"<{SECRET}>")
    assert "second-secret" not in repr(vars(client))


def test_t80_the_log_of_a_call_does_not_show_the_key(server: FaultServer, caplog: pytest.LogCaptureFixture) -> None:
    """T-80: not even the most talkative log level of the libraries does."""
    caplog.set_level("DEBUG")
    client_of(server.then(response(1)).url).call("users.get")
    failure_of(client_of(nobody_there()))
    assert SECRET not in caplog.text


def test_the_observer_hears_of_every_request(server: FaultServer) -> None:
    heard: list[tuple[str, str]] = []
    client = client_of(
        server.then(response(1), error(15, "no")).url,
        observer=lambda method, seconds, outcome: heard.append((method, outcome)),
    )
    client.call("users.get")
    failure_of(client)
    assert heard == [("users.get", "ok"), ("wall.post", "no_rights")]


def test_a_program_for_execute_is_one_line_of_calls() -> None:
    from bot.vk.client import program

    text = program([Call("a.b", {"text": "ё\n", "flag": True, "none": None, "list": [1, "2"]}), Call("c.d")])
    assert text == 'return [API.a.b({"text":"ё\\n","flag":1,"list":"1,2"}),API.c.d({})];'
    assert json.loads(text[len("return [API.a.b(") : text.index("),API")])["flag"] == 1
