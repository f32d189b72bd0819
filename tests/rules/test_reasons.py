"""The ready reasons behind the buttons."""

from __future__ import annotations

from editorial.reasons import OWN, REJECT, RETURN, by_code


def test_every_reason_has_its_own_code_and_a_label_that_fits_a_button() -> None:
    reasons = [*RETURN, *REJECT[:-1]]
    assert len({reason.code for reason in reasons}) == len({reason.label for reason in reasons}) == len(reasons)
    assert all(0 < len(reason.label) <= 40 for reason in reasons)
    assert all(by_code(reason.code) is reason for reason in reasons)
    assert by_code("no_such") is None


def test_the_last_reason_is_the_moderators_own_words() -> None:
    assert RETURN[-1] is REJECT[-1] is OWN
    assert OWN.label == "Своими словами"


def test_with_a_way_back_each_menu_fits_an_inline_keyboard() -> None:
    assert len(RETURN) + 1 <= 10
    assert len(REJECT) + 1 <= 10
