"""What a card says below the news: where it stands, what is to be minded, and what the open menu asks."""

from __future__ import annotations

from datetime import date

from editorial import signing
from editorial.checks.facts import Colour, Warn
from editorial.post import defuse
from editorial.suggestion import CLOSED, REPLACED, Decision, Origin, Status, Suggestion
from handlers import moments, texts
from handlers.card_facts import Facts
from handlers.names import plain_name


def status_line(suggestion: Suggestion, facts: Facts) -> str:
    """Where the suggestion stands, in a line or two."""
    decision = suggestion.decision
    match suggestion.status:
        case Status.PENDING:
            return _waiting(suggestion)
        case Status.SCHEDULED if facts.digest is not None and suggestion.decision is None and suggestion.due_at:
            return texts.digest_due(moments.say(suggestion.due_at, facts.now, facts.desk.zone), facts.paused)
        case Status.SCHEDULED:
            return _scheduled(suggestion, facts)
        case Status.PUBLISHING:
            if facts.uncertain:
                return texts.ASKED_OUT if facts.asked else texts.FINDING_OUT
            return texts.PUBLISHING
        case Status.PUBLISHED:
            return facts.off_the_wall or texts.out(suggestion.published_link, _proof(suggestion))
        case Status.RETURNED if decision:
            reason = texts.reason_label(decision.reason, decision.words)
            return texts.returned_status(defuse(reason), *_decided(decision, facts))
        case Status.REJECTED if decision:
            reason = texts.reason_label(decision.reason, decision.words)
            return texts.rejected_status(defuse(reason), *_decided(decision, facts))
        case Status.DIGEST:
            who = _name(decision.by, facts) if decision else ""
            return texts.digest_status(defuse(facts.line or ""), who)
        case Status.MERGED:
            return texts.merged_status(suggestion.merged_into or 0, _name(decision.by, facts) if decision else "")
        case Status.WITHDRAWN if suggestion.digest:
            return texts.DIGEST_CALLED_OFF_STATUS
        case Status.WITHDRAWN:
            return _withdrawn(suggestion, facts)
        case Status.EXPIRED if suggestion.trouble == "unanswered":
            return texts.LAPSED_CARD
        case Status.FAILED:
            if suggestion.trouble == "by_hand" and suggestion.origin is Origin.WALL:
                return texts.by_hand_status(suggestion.link)
            return texts.failed_status(suggestion.trouble or "refused")
    return texts.DESK_STATUS[suggestion.status].capitalize()


def _withdrawn(suggestion: Suggestion, facts: Facts) -> str:
    if suggestion.postponed_to:
        return texts.postponed_status(moments.say(suggestion.postponed_to, facts.now, facts.desk.zone))
    word, _, number = (suggestion.trouble or "").partition(":")
    if word == REPLACED and number.isdigit():
        return texts.replaced_status(int(number))
    if word == "suggested_too":
        return texts.SUGGESTED_TOO
    return texts.GONE_FROM_VK if word == "gone" else texts.WITHDRAWN_BY_AUTHOR


def _waiting(suggestion: Suggestion) -> str:
    if suggestion.trouble == "author_edited":
        return texts.WAITING_AGAIN
    if suggestion.trouble == "seen_again":
        return texts.WAITING_SEEN_AGAIN
    return texts.WAITING_UNDONE if suggestion.decision else texts.WAITING


def _scheduled(suggestion: Suggestion, facts: Facts) -> str:
    who = _name(suggestion.decision.by, facts) if suggestion.decision else ""
    if suggestion.trouble:
        line = texts.waits_for_vk(suggestion.trouble, who)
    elif suggestion.urgent or suggestion.due_at is None:
        line = texts.at_once(who)
    else:
        line = texts.queued(moments.say(suggestion.due_at, facts.now, facts.desk.zone), who)
    return f"{line}, {texts.PAUSED_MARK}" if facts.paused else line


def _decided(decision: Decision, facts: Facts) -> tuple[str, str]:
    same_day = decision.at.astimezone(facts.desk.zone).date() == facts.now.astimezone(facts.desk.zone).date()
    at = moments.hour(decision.at, facts.desk.zone)
    if not same_day:
        at = moments.say(decision.at, facts.now, facts.desk.zone)
    return _name(decision.by, facts), at


def _name(user_id: int, facts: Facts) -> str:
    return plain_name(facts.deciders.get(user_id, ""))


def _proof(suggestion: Suggestion) -> str:
    trouble = suggestion.trouble or ""
    if trouble.startswith("missing:"):
        return texts.missing(trouble.removeprefix("missing:"))
    return texts.PROOFS.get(suggestion.proof or "", texts.PROOF_PENDING)


def notice_lines(suggestion: Suggestion, facts: Facts) -> list[str]:
    """What is to be minded before anything is decided; of closed news only what still matters."""
    author = suggestion.author
    closed = author is not None and author.reachable is False
    lines = texts.warning_lines(facts.warnings)
    if facts.covered:
        lines.append(texts.covered(len(suggestion.attachments)))
    if closed and facts.letter_held:
        lines.append(texts.UNREACHABLE_CARD)
    lines += facts.joint
    if suggestion.origin is Origin.SOURCE and not suggestion.digest:
        lines.append(texts.source_notice(suggestion.link))
    if suggestion.status in CLOSED:
        return lines
    lines += _colleague_lines(facts)
    if facts.desk.signature != signing.USUAL and not suggestion.digest:
        will = facts.desk.signed(suggestion)
        lines.append(texts.signature_line(will.names_author, will.signed.line if will.signed else ""))
    if suggestion.without_photos:
        lines.append(texts.WITHOUT_PHOTOS_CHOSEN)
    elif facts.photos_stuck:
        lines.append(texts.without_photos(suggestion.photos_to_upload))
    return lines


def _colleague_lines(facts: Facts) -> list[str]:
    """Who looks at the card, and who has signed."""
    zone = facts.desk.zone
    lines = []
    if facts.claimed is not None:
        who, until = facts.claimed
        lines.append(texts.claimed(_name(who, facts), moments.hour(until, zone)))
    if facts.signed is not None:
        who, at = facts.signed
        lines.append(texts.signed(_name(who, facts), moments.hour(at, zone)))
    elif facts.needs_two:
        lines.append(texts.TWO_SIGNATURES)
    return lines


def menu_lines(facts: Facts) -> list[str]:
    """What the open menu asks, or says; nothing when none is open."""
    view = facts.view
    if facts.menu is not None:
        return list(facts.menu.lines)
    match view.get("menu"):
        case "sure" if "warned" in view:
            red = [Warn(code, Colour.RED, about) for code, about in view["warned"]]
            return [*texts.warning_lines(red), texts.WORDS_SURE_QUESTION]
        case "sure":
            return [texts.SURE_QUESTION]
        case "more":
            return [texts.MENU_MORE]
        case "reject":
            return [texts.MENU_REJECT]
        case "return":
            return [texts.MENU_RETURN]
        case "days":
            return [texts.MENU_DAYS if view.get("days") else texts.MENU_NO_DAYS]
        case "slots":
            today = facts.now.astimezone(facts.desk.zone).date()
            label = moments.day_label(date.fromisoformat(view["day"]), today)
            whose = moments.whose(facts.desk.zone, facts.now)
            return [texts.MENU_SLOTS.format(day=label[:1].lower() + label[1:], whose=whose)]
        case "words":
            return [texts.waits_for_words(str(view.get("what")), _name(int(view.get("by", 0)), facts))]
    return []
