"""The state machine of a suggestion: who may do what, when, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from editorial.errors import AlreadyDecided, CardOutdated, NotAModerator, NotNow, PressRefused, RoleTooLow
from editorial.lifecycle import RULES, TABLE, Action, Press, Who, actions_for, advance, decide
from editorial.roles import Role
from editorial.suggestion import Attachment, Content, Status, Suggestion

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PRESSED = [action for action in Action if action not in RULES or RULES[action].who in (Who.MODERATOR, Who.EDITOR)]
HAPPENING = [rule.action for rule in TABLE if rule.who in (Who.PROGRAM, Who.AUTHOR)]
#: Presses that settle a suggestion: who pressed, when and what is written on it.
DECIDING = frozenset(PRESSED) - {Action.EDIT}


def a_suggestion(status: Status = Status.PENDING, version: int = 3) -> Suggestion:
    out = status is Status.PUBLISHED
    return Suggestion(
        214, -1, 5, 601, Content("Новость", (Attachment("photo", 601, 1),)), status, version, NOW, NOW,
        due_at=NOW if status in (Status.SCHEDULED, Status.PUBLISHING) else None,
        published_at=NOW if out else None, published_post_id=6 if out else None,
    )  # fmt: skip


def a_press(action: Action, *, by: int = 501, role: Role = Role.EDITOR, version: int = 3) -> Press:
    return Press(
        action, by, role, version, due_at=NOW + timedelta(hours=1), text="Правка", reason="off_topic", into=7
    )


# ---------------------------------------------------------------------------------- who may do what, and when


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("role", Role)
def test_the_buttons_shown_are_exactly_the_presses_allowed(role: Role, status: Status) -> None:
    for action, version, uncertain in product(Action, (2, 3, 4), (False, True)):
        suggestion = a_suggestion(status)
        shown = action in actions_for(suggestion, role, uncertain=uncertain)
        try:
            after = decide(suggestion, a_press(action, role=role, version=version), NOW, uncertain=uncertain)
        except PressRefused:
            assert not shown or version != suggestion.version
        else:
            assert shown
            assert version == suggestion.version
            assert after.version == suggestion.version + 1


@pytest.mark.parametrize(("action", "status"), list(product(Action, Status)))
def test_a_stranger_changes_nothing_whatever_they_press(action: Action, status: Status) -> None:
    assert actions_for(a_suggestion(status), Role.STRANGER, uncertain=True) == ()
    with pytest.raises(NotAModerator):
        decide(a_suggestion(status), a_press(action, role=Role.STRANGER), NOW, uncertain=True)


def test_publishing_at_once_needs_an_editor() -> None:
    with pytest.raises(RoleTooLow):
        decide(a_suggestion(), a_press(Action.PUBLISH, role=Role.MODERATOR), NOW)
    assert decide(a_suggestion(), a_press(Action.PUBLISH, role=Role.EDITOR), NOW).status is Status.SCHEDULED


@pytest.mark.parametrize(("action", "status"), list(product(HAPPENING, Status)))
def test_t23_what_only_the_program_or_the_author_does_cannot_be_pressed(action: Action, status: Status) -> None:
    for role in Role:
        with pytest.raises(PressRefused):
            decide(a_suggestion(status), a_press(action, role=role), NOW, uncertain=True)


@pytest.mark.parametrize(("action", "status"), list(product(PRESSED, Status)))
def test_what_is_pressed_never_happens_by_itself(action: Action, status: Status) -> None:
    if action in RULES:
        assert advance(a_suggestion(status), action, NOW, due_at=NOW, content=Content("Другое")) is None


# --------------------------------------------------------------------------------------------- single presses


def test_t03_the_loser_of_a_race_is_told_who_decided_and_when() -> None:
    decided = decide(a_suggestion(), a_press(Action.QUEUE, by=501), NOW)
    with pytest.raises(AlreadyDecided) as refusal:
        decide(decided, a_press(Action.REJECT, by=502), NOW + timedelta(seconds=1))
    assert (refusal.value.by, refusal.value.at, refusal.value.action) == (501, NOW, Action.QUEUE)


def test_a_card_from_before_the_authors_change_is_outdated() -> None:
    changed = advance(a_suggestion(), Action.AUTHOR_EDITED, NOW, content=Content("Другое"))
    assert changed is not None
    with pytest.raises(CardOutdated):
        decide(changed, a_press(Action.QUEUE), NOW)


def test_a_button_that_does_not_exist_in_this_state_is_refused() -> None:
    with pytest.raises(NotNow):
        decide(a_suggestion(Status.REJECTED), a_press(Action.QUEUE), NOW)


@pytest.mark.parametrize("status", [Status.PUBLISHING, Status.PUBLISHED])
def test_a_decision_cannot_be_undone_once_publication_has_begun(status: Status) -> None:
    for uncertain in (False, True):
        assert Action.UNDO not in actions_for(a_suggestion(status), Role.CREATOR, uncertain=uncertain)


def test_only_an_uncertain_publication_can_be_confirmed_or_repeated_by_hand() -> None:
    publishing = a_suggestion(Status.PUBLISHING)
    assert actions_for(publishing, Role.MODERATOR) == ()
    assert actions_for(publishing, Role.MODERATOR, uncertain=True) == (Action.CONFIRM_OUT, Action.REPEAT)


def test_a_publication_confirmed_by_hand_has_a_time_and_no_known_address() -> None:
    out = decide(a_suggestion(Status.PUBLISHING), a_press(Action.CONFIRM_OUT), NOW, uncertain=True)
    assert (out.status, out.published_at, out.proof, out.published_link) == (Status.PUBLISHED, NOW, "by_hand", None)


def test_t08_a_published_post_never_goes_back_to_the_queue() -> None:
    published = a_suggestion(Status.PUBLISHED)
    assert actions_for(published, Role.CREATOR, uncertain=True) == ()
    results = [advance(published, action, NOW, due_at=NOW, content=Content("Другое")) for action in HAPPENING]
    assert {result.status for result in results if result} == {Status.PUBLISHED}


def test_an_edit_by_the_author_returns_the_news_to_review_with_the_difference_kept() -> None:
    scheduled = replace(a_suggestion(Status.SCHEDULED), edited_text="Правка", urgent=True)
    changed = advance(scheduled, Action.AUTHOR_EDITED, NOW, content=Content("Другое"))
    assert changed is not None
    assert (changed.status, changed.text, changed.due_at, changed.urgent) == (Status.PENDING, "Другое", None, False)
    assert changed.previous == scheduled.content


def test_a_photo_moved_to_the_community_is_not_an_edit() -> None:
    moved = Content("Новость", (Attachment("photo", -1, 9),))
    assert advance(a_suggestion(), Action.AUTHOR_EDITED, NOW, content=moved) is None


def test_a_piece_that_a_person_published_by_itself_belongs_to_no_joint_post() -> None:
    merged = replace(a_suggestion(Status.MERGED), merged_into=7)
    joint = advance(merged, Action.IN_JOINT, NOW, post_id=9)
    alone = advance(merged, Action.HAND_PUBLISHED, NOW, post_id=9)
    assert joint is not None
    assert joint.merged_into == 7
    assert alone is not None
    assert alone.merged_into is None


@pytest.mark.parametrize("trouble", [None, "by_author", "by_hand"])
def test_what_its_author_took_back_does_not_come_back_by_being_seen(trouble: str | None) -> None:
    """Only what was closed because nobody saw it on the wall comes back when it is seen there."""
    withdrawn = replace(a_suggestion(Status.WITHDRAWN), trouble=trouble)
    assert advance(withdrawn, Action.SEEN_AGAIN, NOW) is None


def test_every_button_leads_somewhere_and_every_deciding_press_is_a_moderators() -> None:
    assert len(RULES) == len(TABLE)
    assert {rule.action for rule in TABLE if rule.who in (Who.MODERATOR, Who.EDITOR)} - {Action.EDIT} <= DECIDING


def _after_everything(suggestion: Suggestion) -> Iterator[Suggestion]:
    for action in actions_for(suggestion, Role.CREATOR, uncertain=True):
        yield decide(suggestion, a_press(action, version=suggestion.version), NOW, uncertain=True)
    for action in HAPPENING:
        content = suggestion.content.with_text(suggestion.content.text + "!")
        if changed := advance(suggestion, action, NOW, due_at=NOW, content=content, post_id=6):
            yield changed


def test_every_state_is_reached_from_a_new_suggestion() -> None:
    reached: dict[Status, Suggestion] = {Status.PENDING: a_suggestion()}
    todo = [a_suggestion()]
    while todo:
        for after in _after_everything(todo.pop()):
            if after.status not in reached:
                reached[after.status] = after
                todo.append(after)
    assert set(reached) == set(Status)


# ---------------------------------------------------------------------------------------------- any history


class Desk(RuleBasedStateMachine):
    """A suggestion through any history of presses (fresh, stale, forged) and happenings."""

    @initialize()
    def a_suggestion_arrives(self) -> None:
        self.now = NOW
        self.suggestion = a_suggestion(version=1)
        self.cards = [1]

    def _becomes(self, after: Suggestion) -> None:
        before = self.suggestion
        assert after.version == before.version + 1, "every change makes one version"
        assert after.updated_at == self.now
        unchanged = {"number", "owner_id", "post_id", "author_id", "received_at"}
        assert all(getattr(after, field.name) == getattr(before, field.name)
                   for field in fields(before) if field.name in unchanged)  # fmt: skip
        if before.status is Status.PUBLISHED:
            assert after.status is Status.PUBLISHED, "what is out stays out"
            assert after.published_at == before.published_at
        self.suggestion = after
        self.cards.append(after.version)

    @rule(
        action=st.sampled_from(list(Action)), role=st.sampled_from(list(Role)), by=st.integers(501, 505),
        which=st.integers(0, 3), uncertain=st.booleans(), minutes=st.integers(0, 600),
    )  # fmt: skip
    def somebody_presses(
        self, action: Action, role: Role, by: int, which: int, uncertain: bool, minutes: int
    ) -> None:
        self.now += timedelta(minutes=minutes)
        version = self.cards[-1 - which] if which < len(self.cards) else 99
        before = self.suggestion
        allowed = action in actions_for(before, role, uncertain=uncertain)
        try:
            after = decide(
                before, a_press(action, by=by, role=role, version=version), self.now, uncertain=uncertain
            )
        except PressRefused:
            assert not (allowed and version == before.version)
            assert self.suggestion is before, "a refused press changes nothing"
            return
        assert role.decides
        assert version == before.version, "a stale card never changes anything"
        if action in DECIDING:
            assert after.decision is not None
            assert (after.decision.by, after.decision.at, after.decision.action) == (by, self.now, action)
        if action is Action.UNDO:
            assert before.status not in (Status.PUBLISHING, Status.PUBLISHED)
        self._becomes(after)

    @precondition(lambda self: bool(actions_for(self.suggestion, Role.EDITOR, uncertain=True)))
    @rule(data=st.data(), by=st.integers(501, 505))
    def an_editor_presses_a_button_they_see(self, data: st.DataObject, by: int) -> None:
        action = data.draw(st.sampled_from(actions_for(self.suggestion, Role.EDITOR, uncertain=True)))
        press = a_press(action, by=by, version=self.suggestion.version)
        self._becomes(decide(self.suggestion, press, self.now, uncertain=True))

    @rule(
        action=st.sampled_from(HAPPENING), text=st.sampled_from(["Новость", "Другое"]), minutes=st.integers(0, 600)
    )
    def something_happens(self, action: Action, text: str, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        after = advance(
            self.suggestion, action, self.now, due_at=self.now, content=Content(text), post_id=6, trouble="word"
        )
        if after is not None:
            assert self.suggestion.status in RULES[action].sources
            self._becomes(after)

    @invariant()
    def published_means_a_time_of_publication(self) -> None:
        assert (self.suggestion.status is Status.PUBLISHED) == (self.suggestion.published_at is not None)

    @invariant()
    def scheduled_means_a_due_time(self) -> None:
        if self.suggestion.status is Status.SCHEDULED:
            assert self.suggestion.due_at is not None
        if self.suggestion.status in (Status.PENDING, Status.REJECTED, Status.WITHDRAWN, Status.RETURNED):
            assert self.suggestion.due_at is None

    @invariant()
    def only_known_decisions_rest_on_it(self) -> None:
        if self.suggestion.status in (Status.REJECTED, Status.RETURNED):
            assert self.suggestion.decision is not None


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
