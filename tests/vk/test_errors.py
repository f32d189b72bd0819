"""Every error code of VK has its meaning, and the meaning its remedy."""

from __future__ import annotations

import pickle

import pytest

from bot.vk.errors import TABLE, Remedy, VkRefused, VkTransport, verdict

R = Remedy
MEANINGS: list[tuple[str, Remedy, str]] = [
    ("2", R.PAUSE_KEY, "app_off"),
    ("3", R.BUG, "unknown_method"),
    ("4", R.CALL_HUMAN, "bad_signature"),
    ("5", R.PAUSE_KEY, "key_dead"),
    ("6", R.RETRY, "too_fast"),
    ("7", R.PAUSE_METHOD, "no_scope"),
    ("8", R.CALL_HUMAN, "bad_request"),
    ("9", R.PAUSE_METHOD, "flood"),
    ("11", R.PAUSE_KEY, "app_off"),
    ("12", R.BUG, "execute_unreadable"),
    ("14", R.PAUSE_KEY, "captcha"),
    ("15", R.CALL_HUMAN, "no_rights"),
    ("16", R.BUG, "https_needed"),
    ("17", R.PAUSE_KEY, "validation"),
    ("18 3610 3611", R.MARK_AUTHOR, "deleted_person"),
    ("19", R.MARK_CONTENT, "content_blocked"),
    ("20 21", R.CALL_HUMAN, "key_wrong_kind"),
    ("22 105", R.RETRY, "upload_failed"),
    ("23 33", R.CALL_HUMAN, "method_off"),
    ("24 11500", R.CALL_HUMAN, "confirmation"),
    ("25", R.PAUSE_KEY, "key_confirmation"),
    ("27 28 1051 1133 1134", R.SWITCH_KEY, "key_wrong_kind"),
    ("29 601", R.PAUSE_METHOD, "daily_limit"),
    ("30", R.MARK_AUTHOR, "private_profile"),
    ("34 35", R.CALL_HUMAN, "version_old"),
    ("37", R.PAUSE_KEY, "account_banned"),
    ("38", R.PAUSE_KEY, "app_off"),
    ("39", R.CALL_HUMAN, "unknown_person"),
    ("40", R.CALL_HUMAN, "unknown_group"),
    ("41 3301 3302 3303 3304 3305", R.PAUSE_KEY, "human_check"),
    ("42 1118", R.PAUSE_KEY, "key_other_ip"),
    ("43", R.CALL_HUMAN, "section_off"),
    ("100", R.BUG, "bad_parameter"),
    ("101", R.CALL_HUMAN, "app_off"),
    ("103", R.MARK_CONTENT, "out_of_limits"),
    ("104", R.GONE, "not_found"),
    ("106", R.RETRY, "action_failed"),
    ("113", R.BUG, "bad_person_id"),
    ("114", R.BUG, "bad_album_id"),
    ("118 121 129 1160", R.RETRY, "upload_again"),
    ("119", R.MARK_CONTENT, "bad_title"),
    ("122", R.BUG, "bad_photos"),
    ("125", R.BUG, "bad_group_id"),
    ("150", R.BUG, "bad_timestamp"),
    ("200 201 203 204 205 250 251", R.MARK_CONTENT, "attachment_denied"),
    ("210", R.GONE, "post_denied"),
    ("211 212 213", R.MARK_CONTENT, "comments_denied"),
    ("214", R.CALL_HUMAN, "post_refused"),
    ("219", R.PAUSE_METHOD, "ad_recent"),
    ("220", R.MARK_CONTENT, "too_many_recipients"),
    ("222", R.MARK_CONTENT, "links_forbidden"),
    ("223", R.PAUSE_METHOD, "too_many_replies"),
    ("224", R.MARK_CONTENT, "ads_limit"),
    ("225", R.MARK_CONTENT, "donut_off"),
    ("260", R.GONE, "groups_hidden"),
    ("300 302", R.CALL_HUMAN, "album_full"),
    ("600", R.PAUSE_METHOD, "ads_rights"),
    ("602", R.PAUSE_METHOD, "ads_partial"),
    ("603", R.PAUSE_METHOD, "ads_error"),
    ("703 704", R.CALL_HUMAN, "needs_two_factor"),
    ("900", R.MARK_AUTHOR, "blacklisted"),
    ("901 932 935 936 947 950 962 985 987 988", R.MARK_AUTHOR, "unreachable"),
    ("902", R.MARK_AUTHOR, "privacy"),
    ("907 908", R.RESYNC, "position_lost"),
    ("909", R.NEW_MESSAGE, "edit_window_over"),
    ("910 914", R.SPLIT, "too_long"),
    ("911", R.BUG, "keyboard_invalid"),
    ("912", R.CALL_HUMAN, "bot_features_off"),
    ("913 921 969", R.MARK_CONTENT, "forwards_refused"),
    ("917 922 927 945 946", R.CALL_HUMAN, "chat_gone"),
    ("920", R.NEW_MESSAGE, "edit_refused"),
    ("924", R.GONE, "delete_refused"),
    ("925", R.CALL_HUMAN, "chat_not_admin"),
    ("940", R.MARK_CONTENT, "too_many_posts"),
    ("942 970", R.MARK_CONTENT, "pin_refused"),
    ("943", R.BUG, "intent_refused"),
    ("944", R.MARK_AUTHOR, "intent_limit"),
    ("949", R.RETRY, "pinned_just_now"),
    ("979 984 1021", R.PAUSE_METHOD, "spam_restricted"),
    ("1012", R.CALL_HUMAN, "chat_writing_off"),
    ("1105", R.PAUSE_KEY, "too_many_logins"),
    ("1114 1117 3609", R.PAUSE_KEY, "key_expired"),
    ("1116", R.PAUSE_KEY, "key_dead"),
    ("1150 1153", R.MARK_CONTENT, "document_denied"),
    ("3102", R.MARK_CONTENT, "bad_source_link"),
    ("3300", R.PAUSE_KEY, "captcha"),
    ("9999", R.BUG, "bad_http_method"),
    ("13000", R.CALL_HUMAN, "community_strikes"),
]
ROWS = [(int(code), remedy, reason) for codes, remedy, reason in MEANINGS for code in codes.split()]
MAYBE_DONE = [
    (1, R.RETRY, "unknown_error"),
    (10, R.RETRY, "internal_error"),
    (13, R.SPLIT, "execute_failed"),
    (32, R.RETRY, "need_wait"),
    (36, R.RETRY, "vk_timed_out"),
]


@pytest.mark.parametrize(("code", "remedy", "reason"), ROWS)
def test_a_refusal_did_nothing_and_asks_for_its_remedy(code: int, remedy: Remedy, reason: str) -> None:
    for write in (False, True):
        found = verdict(code, None, "", "messages.send", write)
        assert (found.remedy, found.reason, found.executed) == (remedy, reason, False)


@pytest.mark.parametrize(("code", "remedy", "reason"), MAYBE_DONE)
def test_after_some_errors_a_write_may_have_been_done(code: int, remedy: Remedy, reason: str) -> None:
    read = verdict(code, None, "", "wall.get", False)
    write = verdict(code, None, "", "wall.post", True)

    assert (read.remedy, read.reason, read.executed) == (remedy, reason, False)
    assert (write.remedy, write.reason, write.executed) == (R.UNCERTAIN, reason, None)


def test_the_table_is_walked_whole() -> None:
    assert {code for code, _, _ in (*ROWS, *MAYBE_DONE)} == {*TABLE, 1133, 1134}


def test_a_code_nobody_knows_calls_a_human() -> None:
    assert verdict(424242, None, "???", "wall.post", True).remedy is R.CALL_HUMAN


@pytest.mark.parametrize("remedy", [R.RETRY, R.PAUSE_KEY, R.PAUSE_METHOD])
def test_who_is_told_to_wait_is_told_how_long(remedy: Remedy) -> None:
    assert all(pause and pause > 0 for found, _, pause in TABLE.values() if found is remedy)


@pytest.mark.parametrize(
    ("subcode", "text", "reason"),
    [
        (1130, "", "key_other_ip"),
        (None, "User authorization failed: access_token was given to another ip address.", "key_other_ip"),
        (1117, "", "key_expired"),
        (None, "User authorization failed: access_token has expired.", "key_expired"),
        (None, "User authorization failed: invalid access_token (4).", "key_dead"),
        (None, "User authorization failed: user revoke access for this token.", "key_dead"),
    ],
)
def test_t43_a_dead_key_says_what_it_died_of(subcode: int | None, text: str, reason: str) -> None:
    """T-43: another address, an expiry and a revocation ask people for different things."""
    found = verdict(5, subcode, text, "wall.get", False)
    assert (found.remedy, found.reason) == (R.PAUSE_KEY, reason)


@pytest.mark.parametrize(
    ("text", "remedy", "reason"),
    [
        ("you can only add 50 posts a day", R.PAUSE_METHOD, "posts_per_day"),
        ("a post is already scheduled for this time", R.MARK_CONTENT, "same_time_taken"),
        ("can only schedule 25 posts on a day", R.PAUSE_METHOD, "postponed_per_day"),
        ("cannot schedule more than 150 posts", R.PAUSE_METHOD, "postponed_total"),
        ("cannot postpone post", R.CALL_HUMAN, "cannot_postpone"),
        ("too many messages sent", R.PAUSE_METHOD, "flood"),
        ("access to the wall is closed", R.CALL_HUMAN, "wall_closed"),
        ("", R.CALL_HUMAN, "post_refused"),
    ],
)
def test_t44_a_refused_post_says_why(text: str, remedy: Remedy, reason: str) -> None:
    """T-44: whatever number VK names, its answer decides."""
    found = verdict(214, None, f"Access to adding post denied: {text}".upper(), "wall.post", True)
    assert (found.remedy, found.reason, found.executed) == (remedy, reason, False)


@pytest.mark.parametrize(
    ("code", "subcode", "text", "remedy", "reason"),
    [
        (15, 1133, "", R.SWITCH_KEY, "key_wrong_kind"),
        (15, 1134, "", R.SWITCH_KEY, "key_wrong_kind"),
        (15, None, "Access denied: this wall available only for community members", R.CALL_HUMAN, "wall_closed"),
        (15, None, "Access denied: group is blocked", R.CALL_HUMAN, "wall_closed"),
        (8, None, "Invalid request: Application is blocked", R.PAUSE_KEY, "app_off"),
        (100, None, "params: link_photo_sizing_rule", R.MARK_CONTENT, "link_without_picture"),
        (100, None, "One of the parameters specified was missing", R.MARK_CONTENT, "bad_parameter"),
    ],
)
def test_the_text_and_the_subcode_tell_more(
    code: int, subcode: int | None, text: str, remedy: Remedy, reason: str
) -> None:
    found = verdict(code, subcode, text, "wall.post", True)
    assert (found.remedy, found.reason) == (remedy, reason)


def test_a_write_that_left_is_uncertain_and_one_that_did_not_is_not() -> None:
    assert VkTransport("wall.post", "silence", sent=True, write=True).verdict.remedy is R.UNCERTAIN
    assert VkTransport("wall.post", "nobody_there", sent=False, write=True).executed is False
    assert VkTransport("wall.get", "silence").verdict.remedy is R.RETRY


def test_errors_survive_the_way_to_another_process() -> None:
    error = VkRefused("wall.post", 14, "Captcha needed", write=True, human_url="https://id.vk.ru/check")

    again = pickle.loads(pickle.dumps(error))

    assert (again.code, again.human_url, again.verdict, str(again)) == (
        14,
        error.human_url,
        error.verdict,
        str(error),
    )
