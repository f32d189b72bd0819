"""Every sentence the bot says, in Russian: letters to authors, lines on cards, snackbars, notes, answers.

Authors are addressed «вы», in at most three sentences that name the news by its number, say why and what comes
next; moderators get telegrams.  When and to whom something is said is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from editorial import errors, reasons, regions
from editorial.arranging import Move
from editorial.checks.facts import Warn
from editorial.lifecycle import Action
from editorial.lists import Kept
from editorial.post import defuse, utf16_length
from editorial.suggestion import Status
from handlers import moments

# ------------------------------------------------------------------------------------------- letters to authors


def received(number: int, expected: str) -> str:
    return f"Получили новость, № {number}. Решение сообщим {expected}."


def received_off_hours(number: int, opens: str, expected: str) -> str:
    return f"Получили новость, № {number}. Модераторы начнут смотреть {opens}, решение сообщим {expected}."


def scheduled(number: int, when: str, *, on_the_wall: bool = True) -> str:
    change = (
        "её можно поправить или снять в предложенных записях группы."
        if on_the_wall
        else f"её можно поправить или снять: «Исправить {number}», «Отозвать {number}»."
    )
    return f"Новость № {number} в плане: выйдет {when}. До этого времени {change}"


def moved(number: int, when: str) -> str:
    return f"Публикация новости № {number} переехала. Теперь она выйдет {when}."


def undone(number: int) -> str:
    return f"Новость № {number} снова на рассмотрении, прежнее решение отменено. Новое сообщим отдельным письмом."


def published(number: int, link: str) -> str:
    return f"Новость № {number} вышла: {link}\nСпасибо, что прислали."


def author_edited(number: int, was_scheduled: bool, expected: str) -> str:
    cancelled = ", прежнее время выхода отменено" if was_scheduled else ""
    return (
        f"Увидели вашу правку новости № {number}. Она снова на рассмотрении{cancelled}, решение сообщим {expected}."
    )


#: How a return stands that its author left unanswered.
LAPSED: Final = "закрыта, неделю ждала вашей правки"
LAPSED_CARD: Final = "Закрыто: автор не ответил на возврат"


def lapsed(number: int) -> str:
    return f"Новость № {number} неделю ждала вашей правки, закрыли её. Если она ещё нужна, напишите «Исправить {number}»."


def postponed(number: int, when: str) -> str:
    return f"Новость № {number} поставили в отложенные записи группы: выйдет {when}. Когда выйдет, напишем."


def gone(number: int) -> str:
    return (
        f"Новости № {number} больше нет среди предложенных, поэтому сняли её с рассмотрения. "
        "Если запись удалили не вы, предложите её ещё раз."
    )


def withdrawn(number: int, *, on_the_wall: bool = True) -> str:
    left = " Запись осталась в ваших предложенных, удалить её можно в группе." if on_the_wall else ""
    return f"Новость № {number} сняли, она не выйдет.{left}"


def withdrawn_too_late(number: int, link: str) -> str:
    return f"Новость № {number} уже вышла: {link}\nПередали модераторам просьбу удалить пост."


def withdrawn_in_hand(number: int) -> str:
    return f"Новость № {number} публикуется прямо сейчас. Напишите «Отозвать {number}» через минуту."


_FIXABLE: Final = "Пришлите исправленный текст или фото сюда либо поправьте предложенную запись в группе."
_FIXABLE_HERE: Final = "Пришлите исправленный текст или фото сюда, покажем, как выйдет."

_RETURNS: Final[Mapping[str, str]] = {
    "photo": "нужен хотя бы один снимок с события. Подойдёт фото от 1000 точек по стороне, без надписей чужих сайтов.",
    "too_long": "такой длинный текст в ленте не дочитают. Сократите его до главного, удобно 600–1500 знаков.",
    "only_link": "по одной ссылке пост не сделать. Добавьте 3–5 предложений о главном.",
    "when_where": "не хватает, когда и где: дата, время с часовым поясом, город.",
    "minors": (
        "на фото или в тексте узнаются дети. Замените снимок общим планом и уберите имена или напишите в тексте, "
        "что согласие родителей есть."
    ),
    "facts": "цифры или имена в записи расходятся. Проверьте, какие верны.",
    "style": "для ленты хватит одного-двух значков и обычного регистра букв.",
    "banned_platform": "в записи есть ссылка на соцсеть, запрещённую в России. Уберите ссылку и призыв.",
}


def returned(number: int, reason: str, words: str | None, *, on_the_wall: bool = True) -> str:
    fixable = _FIXABLE if on_the_wall else _FIXABLE_HERE
    what = _RETURNS.get(reason) or f"{_sentence(words or 'нужны уточнения')}"
    return f"Новость № {number} вернули на доработку: {what} {fixable}"


_REJECTIONS: Final[Mapping[str, str]] = {
    "advertising": (
        "рекламу товаров и услуг не публикуем. Если у новости есть польза для муниципалитетов без продвижения, "
        "пришлите её в таком виде."
    ),
    "off_topic": (
        "в группе пишем о местном самоуправлении и работе советов. По этому вопросу поможет администрация "
        "муниципалитета или «Госуслуги. Решаем вместе»."
    ),
    "fundraising": (
        "сборы на личные карты не публикуем. Поможет проверенный фонд или отдел социальной защиты по месту жительства."
    ),
    "election": "предвыборные призывы не публикуем до окончания голосования. После него пришлите новость без агитации.",
    "stale": "событие уже прошло. Пришлите его итоги, их поставим.",
    "duplicate": "такую новость уже прислали, она в работе или вышла. Присылайте следующую.",
    "security": (
        "такие кадры и сведения публиковать нельзя, в регионе может действовать запрет. "
        "Дождитесь официального сообщения и пришлите его."
    ),
}


def rejected(number: int, reason: str, words: str | None) -> str:
    if reason in _REJECTIONS:
        return f"Новость № {number} не опубликуем: {_REJECTIONS[reason]}"
    what = _sentence(words or "решение редакции")
    return f"Новость № {number} решили не публиковать: {what} Если хотите обсудить, напишите «Позвать человека»."


def _sentence(words: str) -> str:
    """A moderator's words as the end of a sentence."""
    text = " ".join(words.split())
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


SUMMARY_BEGINS: Final = "Пока мы не могли вам написать, произошло вот что."


# ---------------------------------------------------------------------------------------- answers to an author


def status_line(number: int, status: Status, words: str) -> str:
    return f"№ {number}: {words}" if words else f"№ {number}: {AUTHOR_STATUS[status]}"


AUTHOR_STATUS: Final[Mapping[Status, str]] = {
    Status.PENDING: "на рассмотрении",
    Status.RETURNED: "ждёт вашей правки",
    Status.SCHEDULED: "в плане",
    Status.PUBLISHING: "публикуется",
    Status.PUBLISHED: "вышла",
    Status.DIGEST: "войдёт в дайджест",
    Status.MERGED: "выйдет общей записью с другой новостью",
    Status.REJECTED: "не опубликуем",
    Status.WITHDRAWN: "снята",
    Status.EXPIRED: "устарела",
    Status.FAILED: "ждёт публикации",
}


def pending_since(when: str) -> str:
    return f"на рассмотрении, прислана {when}"


def comes_out(when: str) -> str:
    return f"выйдет {when}"


def is_out(link: str) -> str:
    return f"вышла, {link}"


IS_OFF: Final = "снята: поста ВКонтакте больше нет"
#: The way to the links that a list has no room for.
LINKS_BY_STATUS: Final = "Ссылки: «Статус» и номер, например «Статус {number}»."


def also_in(titles: Sequence[str]) -> str:
    return f"; ещё {', '.join(titles)}"


#: VK does not let the desk publish at the moment; the news is safe.
DELAYED: Final = "публикация задерживается: группа временно не отвечает, новость сохранили и отправим сами"
#: The desk has to do something about it first.
HELD_UP: Final = "публикация задерживается, новость сохранили и сообщим, когда выйдет"
#: The publications are stopped by the desk.
ON_HOLD: Final = "публикации на паузе, новость сохранена и выйдет позже"

MY_NEWS: Final = "Ваши новости:"
NO_NEWS: Final = "От вас новостей пока нет. Пришлите первую сюда: «Предложить новость»."
NOT_YOURS: Final = "Такой новости среди ваших нет. Список — «Мои новости»."
NUMBER_NEEDED: Final = "Напишите номер новости, например «Статус 214». Список — «Мои новости»."
NOT_TO_WITHDRAW: Final[Mapping[Status, str]] = {
    Status.REJECTED: "Новость № {number} и так не выйдет: её решили не публиковать.",
    Status.WITHDRAWN: "Новость № {number} уже снята.",
}
LETTERS_OFF: Final = "Больше не пишем вам первыми. Вернуть письма — «Старт», узнать о новостях — «Мои новости»."
LETTERS_ON: Final = "Снова будем писать о ваших новостях."
#: The button and the words with which an author asks for a person.
CALL_HUMAN: Final = "Позвать человека"
#: A post stays without its author; who wants it gone takes it down first.
_POSTS_STAY: Final = "Вышедшие посты останутся без подписи; снять пост — «Отозвать» и его номер, до удаления."
FORGET_ASKED: Final = (
    "Удалим ваше имя, регион, организацию и письма, новости останутся без автора, и ответить по ним не сможем. "
    f"{_POSTS_STAY} Подтвердите: «Да, удалить»."
)
FORGET_ASKED_BLOCKED: Final = (
    "Удалим ваше имя, регион, организацию и письма; номер страницы сохраним, пока действует запрет на новости. "
    f"{_POSTS_STAY} Подтвердите: «Да, удалить»."
)
_FORGOTTEN_REST: Final = "Предложенные записи остаются в группе, их можно удалить там; новое предложение снова сохранит имя, чтобы ответить."
_BLOCK_STAYS: Final = (
    "Номер страницы храним, пока действует запрет на новости, и удалим вместе с ним; "
    "если запрет — ошибка, напишите «Позвать человека»."
)
FORGOTTEN: Final = f"Ваши данные удалили. {_FORGOTTEN_REST}"
FORGOTTEN_BLOCKED: Final = f"Ваши данные удалили. {_BLOCK_STAYS}"


def forget_asked(*, blocked: bool) -> str:
    return FORGET_ASKED_BLOCKED if blocked else FORGET_ASKED


def forgotten(*, blocked: bool, posts: int = 0) -> str:
    """``posts``: how many of those that are out named the person."""
    if not posts:
        return FORGOTTEN_BLOCKED if blocked else FORGOTTEN
    rest = _BLOCK_STAYS if blocked else _FORGOTTEN_REST
    return (
        f"Ваши данные удалили, подпись под вышедшими постами ({posts}) снимаем; "
        f"где не сможет бот, попросили редакцию. {rest}"
    )


def unsigned_note(numbers: Sequence[int]) -> str:
    """The signature under these posts goes: their author is forgotten."""
    told = ", ".join(f"№ {number}" for number in numbers[:10]) + ("…" if len(numbers) > 10 else "")
    return f"Автор удалил свои данные: снимаем подпись под {told}. Что бот снять не сможет, покажет на карточке."


def named_inside_note(numbers: Sequence[int], links: Sequence[str]) -> str:
    """The words of these posts name their author, who is forgotten: what to do is for people to decide."""
    told = ", ".join(f"№ {number} {link}" for number, link in list(zip(numbers, links, strict=False))[:10])
    return f"Автор удалил свои данные, имя стоит в самом тексте: {told}. Убрать — «Ещё», «Сети», «Исправить везде»."


NOTHING_ASKED: Final = "Чтобы удалить данные, сначала напишите «Удалить мои данные»."


def help_author(address: str) -> str:
    return (
        f"Новость предлагают здесь, «Предложить новость», или в группе: {address}.\n"
        "«Мои новости» — список, «Статус 214», «Исправить 214» и «Отозвать 214» — об одной, "
        "«Регион» и «Пояс» — где вы, «Стоп» и «Старт» — письма выключить и включить, «Позвать человека», "
        "«Удалить мои данные»."
    )


def greeting(address: str) -> str:
    return (
        "Пришлите новость сюда: «Предложить новость», текст и фото. "
        f"Можно и в группе: {address}; что с ней стало, ответим здесь."
    )


def not_understood(address: str) -> str:
    return (
        f"Здесь отвечает бот. Новость пришлите сюда, «Предложить новость», или в группе: {address}; "
        "что стало с присланной, скажет «Мои новости»."
    )


# ------------------------------------------------------------------------------------------------------- cards

BUTTONS: Final[Mapping[Action, str]] = {
    Action.PUBLISH: "Опубликовать",
    Action.QUEUE: "В очередь",
    Action.PICK: "Выбрать время",
    Action.DIGEST: "В дайджест",
    Action.EDIT: "Правка",
    Action.RETURN: "Вернуть",
    Action.REJECT: "Отклонить",
    Action.UNDO: "Отменить решение",
    Action.CONFIRM_OUT: "Вышло",
    Action.REPEAT: "Повторить",
    Action.CALL_OFF: "Отменить дайджест",
}
NEW_POST: Final = "Новой записью"
BACK: Final = "Назад"
MORE: Final = "Ещё"
FURTHER: Final = "Дальше"
SHOW_NEXT: Final = "Показать следующую"

WAITING: Final = "Ждёт решения"
WAITING_AGAIN: Final = "Снова ждёт решения: автор изменил запись"
WAITING_SEEN_AGAIN: Final = "Снова ждёт решения: запись снова в предложенных"
WAITING_UNDONE: Final = "Снова ждёт решения"
PUBLISHING: Final = "Публикуется"
FINDING_OUT: Final = "Выясняем, вышла ли: ВКонтакте не ответил на публикацию"
ASKED_OUT: Final = (
    "ВКонтакте не ответил на публикацию, бот не нашёл пост. Посмотрите на стену: «Вышло» или «Повторить»?"
)
WITHDRAWN_BY_AUTHOR: Final = "Отозвано автором"


def postponed_status(when: str) -> str:
    return f"Отложена ВКонтакте вручную, выйдет {when}"


GONE_FROM_VK: Final = "Отозвано автором: записи больше нет в предложенных"
CARD_BELOW: Final = "№ {number}: карточка ниже"
BY_HAND_CARD: Final = "Опубликуйте вручную"
PAUSED_MARK: Final = "на паузе"


def by_hand_status(link: str) -> str:
    return f"{BY_HAND_CARD}: {link}\nБот увидит пост и закроет карточку сам"


def queued(when: str, who: str) -> str:
    return f"В очереди: {when}{_by(who)}"


def at_once(who: str) -> str:
    return f"Публикуется сейчас{_by(who)}"


def waits_for_vk(reason: str, who: str) -> str:
    what, todo = trouble(reason)
    return f"Пока не вышла: {_lower_first(what)}{_by(who)}\n{todo}"


def out(link: str | None, proof: str) -> str:
    return f"Вышло: {link} · {proof}" if link else f"Вышло · {proof}"


PROOFS: Final[Mapping[str, str]] = {
    "digest": "строкой в дайджесте",
    "merged": "общей записью",
    "checked": "проверено",
    "by_hand": "опубликовано вручную",
}
PROOF_PENDING: Final = "проверяем"


def missing(what: str) -> str:
    kind, _, numbers = what.partition(":")
    if kind == "attachments":
        seen, _, wanted = numbers.partition("/")
        return f"проверьте: вложений {seen} из {wanted}"
    return _MISSING.get(kind, "проверьте пост")


_MISSING: Final[Mapping[str, str]] = {
    "text": "проверьте: текст отличается",
    "order": "проверьте: порядок вложений другой",
    "not_found": "пост не нашли, проверьте стену",
    "unseen": "прочитать пост нечем, проверьте стену",
}


def returned_status(reason: str, who: str, at: str) -> str:
    return f"Возвращено: {reason}{_by(who, at)}"


def rejected_status(reason: str, who: str, at: str) -> str:
    return f"Отклонено: {reason}{_by(who, at)}"


def failed_status(reason: str) -> str:
    what, todo = trouble(reason)
    return f"Не вышло: {_lower_first(what)}\n{todo}"


def _by(who: str, at: str = "") -> str:
    inside = ", ".join(part for part in (who, at) if part)
    return f" ({inside})" if inside else ""


def reason_label(code: str | None, words: str | None) -> str:
    """A reason as a moderator reads it."""
    known = reasons.by_code(code or "")
    if known is None or known is reasons.OWN:
        return " ".join((words or "своими словами").split())
    return known.label.lower()


def claimed(who: str, until: str) -> str:
    return f"Смотрит {who or 'коллега'} до {until}"


def signed(who: str, at: str) -> str:
    return f"Первая подпись{_by(who, at)}, нужна вторая"


def signature_line(author: bool, line: str) -> str:
    """How the post will be signed."""
    parts = [*([f"«{line}»"] if line else []), *(["имя автора"] if author else [])]
    return f"Подпись поста: {' и '.join(parts) or 'без подписи'}"


TWO_SIGNATURES: Final = "Нужны подписи двух модераторов"
UNREACHABLE_CARD: Final = "Автору не написать: закрыл сообщения от группы. Ответ сохранён, уйдёт, когда он напишет"
AUTHOR_UNKNOWN: Final = "автор неизвестен"
NO_TEXT: Final = "(без текста)"
TEXT_ABOVE: Final = "Текст — выше, в {parts}"
TEXT_SHORTER: Final = "№ {number}: здесь было продолжение, текст стал короче"
NOT_SHOWN: Final = "Вложения не показать здесь, они в записи: {link}"
DIFFERENCE_AUTHOR: Final = "Автор изменил:"
DIFFERENCE_DESK: Final = "Правка редакции:"
NO_WORDS_CHANGED: Final = "текст прежний"

MENU_MORE: Final = "Что ещё?"
MENU_REJECT: Final = "Почему отклонить?"
MENU_RETURN: Final = "Что поправить автору?"
MENU_DAYS: Final = "Когда? Или ответьте на карточку: завтра 14:30"
MENU_SLOTS: Final = "Свободно {day}, время {whose}. Или ответьте на карточку: завтра 14:30"
MENU_NO_DAYS: Final = "Свободных слотов нет. Ответьте на карточку: завтра 14:30"


def waits_for_words(kind: str, who: str) -> str:
    asked = {
        "edit": "новым текстом, вложения останутся",
        "return": "словами для автора: что поправить",
        "reject": "словами для автора: почему не опубликуем",
        "block": "словами для автора: почему больше не берём его новости",
        "line": "новой строкой дайджеста, без названия региона",
        "join_number": "номером новости, с которой объединить",
        "join_text": "текстом общего поста, вложения останутся",
    }[kind]
    return f"{who or 'Коллега'}, ответьте на карточку {asked}"


KINDS: Final[Mapping[str, str]] = {
    "photo": "фото",
    "video": "видео",
    "audio": "аудио",
    "doc": "документ",
    "link": "ссылка",
    "poll": "опрос",
    "album": "альбом",
    "market": "товар",
    "note": "заметка",
    "page": "страница",
    "wall": "запись",
    "story": "история",
    "graffiti": "граффити",
    "article": "статья",
    "podcast": "подкаст",
    "clip": "клип",
    "event": "встреча",
    "geo": "место",
}


def kind_of(kind: str) -> str:
    return KINDS.get(kind, "вложение")


def attachments_changed(added: int, removed: int) -> str:
    parts = []
    if added:
        parts.append(f"добавлено вложений: {added}")
    if removed:
        parts.append(f"убрано вложений: {removed}")
    return ", ".join(parts)


ATTACHMENTS_REORDERED: Final = "порядок вложений другой"


# ---------------------------------------------------------------------------------- cards: attachments, style, rubric

MEDIA_ENTRY: Final = "Вложения"
STYLE_ENTRY: Final = "Оформить"
RUBRIC_ENTRY: Final = "Рубрика"
ORIGINAL_ENTRY: Final = "Как прислано"
MOVES: Final[Mapping[Move, str]] = {
    Move.DROP: "Убрать",
    Move.FIRST: "Сделать первым",
    Move.EARLIER: "Раньше",
    Move.LATER: "Позже",
}
ATTACHMENTS_MENU: Final = "Какое вложение переставить или убрать?"
ATTACHMENTS_MENU_ANSWER: Final = "Выберите вложение"
ATTACHMENTS_ARRANGED: Final = "Вложения изменены"
STYLED: Final = "Оформлено, разница на карточке"
RUBRIC_MENU_ANSWER: Final = "Выберите рубрику"
AS_SENT_AGAIN: Final = "Текст и вложения снова как прислано"


def attachment_line(place: int, kind: str, title: str | None) -> str:
    named = f" «{' '.join(title.split())[:60]}»" if title else ""
    return f"{place}. {kind_of(kind)}{named}"


def attachment_chosen(place: int) -> str:
    return f"Что сделать с вложением {place}?"


def rubric_menu(name: str | None, *, chosen: bool) -> str:
    if name is None:
        return "Рубрика не выбрана. Какая?"
    return f"Рубрика: {name}. Сменить?" if chosen else f"Похоже на рубрику «{name}». Какая?"


def rubric_taken(name: str) -> str:
    return f"Рубрика: {name}"


PREVIEW_ENTRY: Final = "Как выйдет"
PREVIEW_COMES: Final = "Пришлём, как выйдет"
PREVIEW_VK: Final = "ВКонтакте"
PREVIEW_NUMBER: Final = "Вместо «…номер» в ссылках будет номер поста, когда он выйдет."
PREVIEW_CUT: Final = "Остальные сети не поместились."


def preview_head(number: int) -> str:
    return f"№ {number}: так выйдет"


def with_own_text(title: str) -> str:
    return f"{title}, свой текст"


def preview_not_there(title: str) -> str:
    return f"— {title}: не выйдет"


def preview_same(titles: Sequence[str]) -> str:
    return f"— {', '.join(titles)}: так же, как {PREVIEW_VK}"


def preview_same_text(title: str, pictures: int) -> str:
    return f"— {title}: текст как во {PREVIEW_VK}, {f'вложений: {pictures}' if pictures else 'без вложений'}"


def preview_part(title: str, place: int, parts: int, pictures: int, text: str) -> str:
    head = title if parts == 1 else f"{title}, сообщение {place} из {parts}"
    with_pictures = f" · вложений: {pictures}" if pictures else ""
    return f"— {head}{with_pictures}\n{text or NO_TEXT}"


def similar_line(number: int, percent: int, status: Status, when: str, link: str, *, by_picture: bool) -> str:
    what = "Такое же фото, как в" if by_picture else f"Похоже на {percent} % на"
    return f"{what} № {number} ({DESK_STATUS[status]}, {when}): {link}"


def similar_post(percent: int, when: str, link: str) -> str:
    return f"Похоже на {percent} % на пост на стене ({when}): {link}"


def burst_line(count: int) -> str:
    if not count:
        return "Все карточки показаны."
    return f"Ждут показа: {moments.counted(count, 'новость', 'новости', 'новостей')}."


# --------------------------------------------------------------------------------------------------- snackbars

PRESS_ANSWERS: Final[Mapping[Action, str]] = {
    Action.PUBLISH: "Публикуется",
    Action.UNDO: "Решение отменено, новость снова ждёт",
    Action.CONFIRM_OUT: "Записали: вышла",
    Action.REPEAT: "Пробуем ещё раз",
    Action.DIGEST: "В дайджесте. Своя строка — «Переписать строку»",
    Action.CALL_OFF: "Дайджест не выйдет, его новости ждут следующего",
}
MENU_ANSWERS: Final[Mapping[str, str]] = {
    "more": "Выберите действие",
    "return": "Выберите, что поправить",
    "reject": "Выберите причину",
    "days": "Выберите день",
    "slots": "Выберите время",
}
NEW_POST_COMES: Final = "Публикуем новой записью, без подписи автора"
PUBLISH_PAUSED: Final = "Публикации на паузе: выйдет после /продолжить"
PUBLISH_BY_HAND: Final = "Ключа редактора нет: пришлём карточку со ссылкой"
REPLY_TO_EDIT: Final = "Ответьте на карточку новым текстом"
REPLY_TO_REASON: Final = "Ответьте на карточку своими словами"
REDRAWN: Final = "Карточка обновится"
NEXT_SHOWN: Final = "Показываем № {number}"
NOTHING_HIDDEN: Final = "Все карточки показаны"
PRESS_FAILED: Final = "Не получилось, ничего не изменилось. Нажмите ещё раз"


def will_come_out(when: str, paused: bool) -> str:
    return f"Выйдет {when}" + (", сейчас пауза" if paused else "")


def decided_with(action: Action, reason: str) -> str:
    return ("Возвращено: " if action is Action.RETURN else "Отклонено: ") + reason


# ------------------------------------------------------------------------- why something was not done, for people

DECISIONS: Final[Mapping[str, str]] = {
    Action.PUBLISH: "опубликовать",
    Action.QUEUE: "в очередь",
    Action.PICK: "в очередь",
    Action.DIGEST: "в дайджест",
    Action.MERGE: "объединить",
    Action.RETURN: "вернуть",
    Action.REJECT: "отклонить",
    Action.UNDO: "решение отменено",
    Action.CONFIRM_OUT: "вышла",
    Action.REPEAT: "повторить",
    Action.CALL_OFF: "отменить дайджест",
}
DESK_STATUS: Final[Mapping[str, str]] = {
    Status.PENDING: "ждёт решения",
    Status.RETURNED: "возвращена автору",
    Status.SCHEDULED: "в очереди",
    Status.PUBLISHING: "уже публикуется",
    Status.PUBLISHED: "уже вышла",
    Status.DIGEST: "в дайджесте",
    Status.MERGED: "объединена с другой",
    Status.REJECTED: "отклонена",
    Status.WITHDRAWN: "отозвана автором",
    Status.EXPIRED: "устарела",
    Status.FAILED: "не вышла",
}


def explain(
    error: errors.DeskError, *, who: str = "", now: datetime | None = None, zone: ZoneInfo | None = None
) -> str:
    """The sentence a person reads for ``error``.

    ``who``: the name of the colleague an AlreadyDecided speaks of.  Without ``zone`` and ``now`` no time is named.
    """
    match error:
        case errors.AlreadyDecided():
            at = f" в {moments.hour(error.at, zone)}" if zone else ""
            return f"№ {error.number}: уже решено{at}, {DECISIONS.get(error.action, 'закрыто')}{_by(who)}"
        case errors.CardOutdated():
            return f"№ {error.number} изменилась, карточка обновится. Решайте по новой"
        case errors.NotNow():
            return f"№ {error.number} {DESK_STATUS.get(error.status, 'закрыта')}, это действие не подходит"
        case errors.EntryRefused():
            return entry_refused(error.entry, error.why)
        case errors.Claimed():
            until = f" до {moments.hour(error.until, zone)}" if zone else ""
            return f"№ {error.number} смотрит {who or 'коллега'}{until}. Нажмите ещё раз: будет ваша"
        case errors.FirstSignature():
            return f"№ {error.number}: первая подпись стоит, нужна подпись коллеги"
        case errors.SignedAlready():
            return f"№ {error.number}: ваша подпись уже стоит, нужна подпись коллеги"
        case errors.JointAlready():
            return f"№ {error.number} сама собрана из нескольких. Сначала «Разъединить» на её карточке"
        case errors.TimeRefused():
            nearest = ""
            if error.nearest is not None and zone is not None and now is not None:
                nearest = f" Ближайшее: {moments.say(error.nearest, now, zone)}"
            return f"{_PLAIN[type(error)]}{nearest}"
        case _:
            return _PLAIN.get(type(error)) or _PLAIN[errors.DeskError]


_PLAIN: Final[Mapping[type[errors.DeskError], str]] = {
    errors.DeskError: "Так не получится",
    errors.PressRefused: "Это действие сейчас не подходит",
    errors.NotAModerator: "Решают только руководители сообщества",
    errors.RoleTooLow: "Для этого нужна роль редактора или выше",
    errors.WrongChat: "Решения принимают только в чате модераторов",
    errors.PhotosNeedKey: "Без ключа редактора фото не загрузить. Сначала «Без фото», потом решение",
    errors.PayloadForeign: "Кнопка не от этого бота или устарела",
    errors.TimeRefused: "Это время занять нельзя.",
    errors.TimeNotUnderstood: "Время не понятно. Напишите так: завтра 14:30",
    errors.HourMissing: "Во сколько? Напишите и день, и час: завтра 14:30",
    errors.TimePast: "Это время прошло.",
    errors.TimeTooFar: "Дальше года вперёд не планируем.",
    errors.TimeQuiet: "Это тихие часы.",
    errors.TimeTaken: "Рядом уже стоит пост.",
    errors.NoSlot: "Свободных слотов нет. Ответьте на карточку временем: завтра 14:30",
    errors.DayFull: "В этот день мест больше нет.",
}


def entry_refused(entry: str, why: str) -> str:
    """Why a line cannot stand in a list of the editors."""
    said = f"«{entry[:30]}»: " if entry else ""
    kind, _, about = why.partition(":")
    about = _RUBRIC_COLUMNS.get(about, about)
    fault = _ENTRY_FAULTS.get(kind) or _RUBRIC_FAULTS.get(kind) or _ENTRY_FAULTS["spelling"]
    return f"{said}{fault.format(about=about)}"


_ENTRY_FAULTS: Final[Mapping[str, str]] = {
    "empty": "строка пустая. Напишите после двоеточия, что добавить",
    "too_long": "строка длиннее 200 знаков",
    "spelling": "нужны слова без особых знаков",
    "pair": "нужны краткое и полное, например: СМО = Совет муниципальных образований",
    "threshold": "нужны порог и число, например: длинно = 2500",
    "period": "нужны регион и дни: все 18.09.2026–20.09.2026",
    "region": "региона не узнать. Например: Иркутская область",
}


def prompt_refused(number: int, why: str) -> str:
    return f"№ {number}: {_lower_first(why)}" if not why.startswith("№") else why


EMPTY_TEXT: Final = "В ответе нет текста. Пришлите новый текст новости одним сообщением"


def attachments_stay(number: int) -> str:
    return (
        f"№ {number}: взяли только текст, вложения остались прежние. Убрать или переставить их — «Ещё», «Вложения»"
    )


TOO_LONG_TEXT: Final = "Текст длиннее, чем берёт стена ВКонтакте"


def time_taken(number: int, when: str) -> str:
    return f"№ {number} выйдет {when}"


def _lower_first(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


# ------------------------------------------------------------------------------------ warnings of the checks

#: What a warning says, short; ``{about}`` is the word, number or fragment it speaks of.
WARNINGS: Final[Mapping[str, str]] = {
    "security": "безопасность: {about}",
    "sensitive": "потери или беда: «{about}», решает старший",
    "election": "агитация: «{about}»",
    "foreign_agents": "иноагент из списка: «{about}»",
    "undesirable": "нежелательная организация: «{about}»",
    "foreign_agent": "проверьте пометку: «{about}»",
    "stop_word": "стоп-слово: «{about}»",
    "advertising": "похоже на рекламу: «{about}»",
    "fundraising": "сбор денег: {about}",
    "banned_platform": "запрещённая площадка: {about}",
    "profanity": "брань или грубость",
    "stale": "событие прошло: {about}",
    "deadline": "выйдет после срока: {about}",
    "minors": "узнаются дети",
    "personal_data": "личные данные: {about}",
    "contacts": "частный контакт: {about}",
    "lookalike": "русские и латинские буквы в слове «{about}»",
    "not_for_publication": "просят не публиковать",
    "off_topic": "не о местном самоуправлении: {about}",
    "no_region": "регион не определён",
    "relative_date": "«{about}» устареет",
    "no_timezone": "время без пояса: {about}",
    "shortener": "короткая ссылка: {about}",
    "empty_text": "нет текста",
    "only_link": "одна ссылка",
    "too_short": "коротко, {about} зн.",
    "too_long": "длинно, {about} зн.",
    "no_photo": "нет фото",
    "photo_lowres": "мелкие фото: {about}",
    "many_photos": "вложений {about}, выйдет 10",
    "emoji": "много значков: {about}",
    "capitals": "слов прописными: {about}",
    "signs": "ряды знаков",
    "officialese": "канцелярит: «{about}»",
    "mentions": "упоминания: {about}",
    "cleanup": "почистили: {about}",
}
TIDIED: Final[Mapping[str, str]] = {
    "markup": "разметку",
    "invisible": "невидимые знаки",
    "lines": "линии и пустоты",
    "tails": "хвосты ссылок",
}
#: Warnings that the first line of a card tells already.
_TOLD_ABOVE: Final = frozenset({"no_region"})


def warning_lines(found: Sequence[Warn]) -> list[str]:
    """The red ones a line each, all the yellow ones in one line."""
    told = [warn for warn in found if warn.code not in _TOLD_ABOVE]
    red = [f"🔴 {warning(warn)}" for warn in told if warn.is_red]
    yellow = [warning(warn) for warn in told if not warn.is_red]
    return [*red, *([f"⚠ {' · '.join(yellow)}"] if yellow else [])]


def warning(warn: Warn) -> str:
    """One warning in a few words, which call nobody when they are shown."""
    about = warn.about
    if warn.code == "cleanup":
        about = ", ".join(TIDIED.get(word, word) for word in about.split())
    said = WARNINGS[warn.code].format(about=defuse(about)) if about else WARNINGS[warn.code].format(about="")
    return said.replace(": «»", "").rstrip(" :")


SURE_QUESTION: Final = "Есть красное предупреждение. Опубликовать?"
SURE_YES: Final = "Да, опубликовать"
SURE_NO: Final = "Нет"
WORDS_SURE_YES: Final = "Да, поставить"
WORDS_SURE_QUESTION: Final = "В новом тексте красное предупреждение. Поставить его?"
WORDS_SURE_ASKED: Final = "В тексте красное предупреждение, подтвердите на карточке"
WORDS_TAKEN: Final = "Текст поставлен"
SURE_ASKED: Final = "Есть красное предупреждение, подтвердите на карточке"
UNCOVER: Final = "Показать вложения"
UNCOVERED: Final = "Вложения появятся на карточке"


def sure_by_press(number: int) -> str:
    return f"№ {number}: есть красное предупреждение, подтвердите на карточке"


def covered(count: int) -> str:
    hidden = moments.counted(count, "вложение скрыто", "вложения скрыты", "вложений скрыто")
    return f"{hidden}: в чат такие снимки без нужды не разносим"


def with_untrue_word(said: str, word: str) -> str:
    return f"{said}. В тексте «{word}»"


def expired(number: int) -> str:
    return (
        f"Новость № {number} сняли с плана: срок, который в ней назван, прошёл. "
        "Если его продлили, исправьте запись или пришлите итоги."
    )


def expired_note(number: int) -> str:
    return f"№ {number} снята с плана: срок в тексте прошёл. Автору сообщили."


def untrue_note(number: int, word: str) -> str:
    return f"№ {number}: день выхода сменился, а в тексте «{word}». Поправьте текст или время."


#: What the editors call their lists.
LIST_NAMES: Final[Mapping[Kept, str]] = {
    Kept.FOREIGN_AGENTS: "иноагенты",
    Kept.UNDESIRABLE: "нежелательные",
    Kept.STOP_WORDS: "стоп-слова",
    Kept.PROFANITY: "брань",
    Kept.RUDE: "грубости",
    Kept.PLATFORMS: "площадки",
    Kept.SHORTENERS: "сокращатели",
    Kept.TOPICS: "темы",
    Kept.THRESHOLDS: "пороги",
    Kept.ELECTIONS: "выборы",
    Kept.FILMING_BANS: "съёмка",
    Kept.FULL_NAMES: "полные названия",
}
LISTS_HOW: Final = (
    "Показать: /списки иноагенты. Изменить: /списки добавить иноагенты: имя; имя или /списки убрать иноагенты: имя"
)


def list_named(words: str) -> Kept | None:
    """The list people mean, by its Russian or its stable name."""
    said = words.lower().replace("ё", "е").strip(" .«»")
    return next((name for name, word in LIST_NAMES.items() if said in (word.replace("ё", "е"), str(name))), None)


def no_such_list(words: str) -> str:
    return f"Списка «{words.strip()[:40]}» нет. Есть: {', '.join(LIST_NAMES.values())}"


def list_line(name: str, count: int) -> str:
    return f"{name[:1].upper()}{name[1:]}: {count}"


def list_empty(name: str) -> str:
    return f"Список «{name}» пуст. Добавить: /списки добавить {name}: …"


def list_unchanged(name: str) -> str:
    return f"В списке «{name}» так и есть, ничего не изменили"


def list_changed(name: str, kept: Kept, added: Sequence[str], removed: Sequence[str]) -> str:
    done = [
        f"{what}: {', '.join(entry_words(kept, entry) for entry in some)}"
        for what, some in (("добавили", added), ("убрали", removed))
        if some
    ]
    return f"{name[:1].upper()}{name[1:]}: {'; '.join(done)[:900]}"


def entry_words(kept: Kept, entry: str) -> str:
    """An entry as people read it: regions by name, days as they are written."""
    if kept is Kept.FILMING_BANS:
        region = regions.by_code(entry)
        return region.name if region else entry
    if kept is not Kept.ELECTIONS:
        return entry
    code, first, last = entry.split(" ")
    region = regions.by_code(code)
    days = [f"{date.fromisoformat(day):%d.%m.%Y}" for day in dict.fromkeys((first, last))]
    return f"{region.name if region else 'все'} {'–'.join(days)}"


def region_fault(word: str) -> str:
    """What is wrong with a row of the table of regions."""
    kind, _, about = word.partition(":")
    return _REGION_FAULTS[kind].format(about=about)


_REGION_FAULTS: Final[Mapping[str, str]] = {
    "missing": "пусто в столбце {about}",
    "code": "код нужен в виде RU-IRK",
    "zone": "такого часового пояса нет, нужен, например, Asia/Irkutsk",
    "hashtag": "хештег начинается с # и пишется слитно, без дефисов",
    "hashtag_taken": "такой хештег уже у региона {about}",
    "pattern": "выражение в столбце patterns написано с ошибкой; группы — только (?:…)",
    "pattern_wide": "выражение в столбце patterns находит всё подряд",
    "not_found": "выражение в столбце patterns не находит названий этого региона",
}


RUBRICS_HOW: Final = (
    "Слова рубрики: /рубрики ТОС. Изменить: /рубрики добавить Спорт #Спорт: турнир, матч; "
    "/рубрики название ТОС: …; /рубрики хештег ТОС: …; /рубрики слова ТОС: …; /рубрики убрать ТОС"
)
RUBRICS_UNCHANGED: Final = "Так и есть, ничего не изменили"


def rubric_line(name: str, hashtag: str, code: str) -> str:
    return f"{name} · {hashtag} · {code}"


def rubric_words(words: str) -> str:
    return f"Слова: {words}" if words else "Слов нет: бот её не угадывает, только по хештегу"


def rubric_gone(name: str) -> str:
    return f"Рубрики «{name}» больше нет, прежние новости остались как есть"


def rubric_fault(word: str) -> str:
    """What is wrong with a row of the table of rubrics."""
    kind, _, about = word.partition(":")
    return _RUBRIC_FAULTS[kind].format(about=_RUBRIC_COLUMNS.get(about, about))


_RUBRIC_COLUMNS: Final[Mapping[str, str]] = {"code": "код", "name": "название", "hashtag": "хештег"}
_RUBRIC_FAULTS: Final[Mapping[str, str]] = {
    "missing": "не хватает: {about}",
    "code": "код нужен латиницей без пробелов, например tos; «red» занято",
    "code_taken": "такой код уже есть",
    "name_long": "название длиннее 40 знаков",
    "name_taken": "такое название уже есть",
    "hashtag": "хештег начинается с # и пишется слитно, без дефисов",
    "hashtag_taken": "такой хештег уже есть",
    "words": "«{about}» не подойдёт: нужны слова от трёх букв через запятую",
    "no_rubric": "такой рубрики нет. Список — /рубрики",
    "rubrics_count": "рубрик бывает от 1 до 60",
}

REGION_ENTRY: Final = "Регион"
REGION_UNKNOWN: Final = "регион не определён"
CHOOSE_REGION: Final = "Выберите регион"
WHICH_DISTRICT: Final = "Откуда новость? Выберите округ"
WHICH_REGION: Final = "{district}: выберите регион"


def maybe_region(name: str) -> str:
    return f"похоже, {name}"


def maybe_region_asked(name: str) -> str:
    return f"В тексте назван один регион: {name}. Это он?"


OTHER: Final = "Другой регион"


def region_is(name: str) -> str:
    return f"Записали: {name}"


# ---------------------------------------------------------------------------------- what VK refuses, for moderators

_RESUME: Final = "Потом напишите /продолжить"
_WAIT: Final = "Ничего делать не нужно, бот попробует сам"
_TELL_ADMIN: Final = f"Передайте администратору бота. {_RESUME}"
_SEE_POST: Final = "Поправьте запись или опубликуйте её ВКонтакте вручную, бот это увидит"

_NEW_KEY: Final = f"Нужен новый ключ редактора: администратор выполняет «okmo-bot token set user». {_RESUME}"
_HUMAN_CHECK: Final = f"Владелец ключа заходит во ВКонтакте со своего устройства и проходит проверку. {_RESUME}"
_CHAT: Final = "Проверьте, что бот остался в чате и может писать, или назовите новый чат: /настроить"

#: What happened, and what to do, by the stable words of refusals.
TROUBLES: Final[Mapping[str, tuple[str, str]]] = {
    "by_hand": ("Ключа редактора нет, бот не может опубликовать сам", "Опубликуйте запись ВКонтакте вручную"),
    "key_dead": ("Ключ больше не действует", _NEW_KEY),
    "key_expired": ("Срок ключа истёк", _NEW_KEY),
    "key_other_ip": ("Ключ привязан к другому адресу в сети", _NEW_KEY),
    "key_wrong_ip": ("Ключ привязан к другому адресу в сети", _NEW_KEY),
    "key_wrong_kind": ("Ключ не того вида: ВКонтакте не даёт с ним публиковать", _NEW_KEY),
    "key_missing": ("Ключа редактора нет", _NEW_KEY),
    "key_no_rights": ("Владелец ключа не редактор сообщества", f"Верните ему роль редактора. {_RESUME}"),
    "key_captcha": ("ВКонтакте просит ввести код с картинки", _HUMAN_CHECK),
    "key_validation": ("ВКонтакте просит подтвердить, что владелец ключа — человек", _HUMAN_CHECK),
    "key_unavailable": ("Ключ не проверить: ВКонтакте не отвечает", _WAIT),
    "key_confirmation": ("ВКонтакте просит подтвердить действие ключом", _HUMAN_CHECK),
    "captcha": ("ВКонтакте просит ввести код с картинки", _HUMAN_CHECK),
    "human_check": ("ВКонтакте просит подтвердить, что владелец ключа — человек", _HUMAN_CHECK),
    "validation": ("ВКонтакте просит подтвердить вход", _HUMAN_CHECK),
    "confirmation": ("ВКонтакте просит подтвердить действие", _HUMAN_CHECK),
    "needs_two_factor": ("ВКонтакте требует от владельца ключа вход с подтверждением", _HUMAN_CHECK),
    "account_banned": ("Страница владельца ключа заблокирована", _NEW_KEY),
    "too_many_logins": ("ВКонтакте ограничил входы владельца ключа", _WAIT),
    "no_rights": (
        "ВКонтакте не даёт прав на это действие",
        f"Проверьте роль владельца ключа в сообществе. {_RESUME}",
    ),
    "no_scope": ("В ключе нет нужного разрешения", _NEW_KEY),
    "app_off": ("Приложение, выдавшее ключ, отключено", _NEW_KEY),
    "bad_signature": ("ВКонтакте не принимает подпись запросов", _TELL_ADMIN),
    "method_off": ("ВКонтакте отключил это действие для ключа", _TELL_ADMIN),
    "bad_request": ("ВКонтакте не понял запрос бота или закрыл приложение", _TELL_ADMIN),
    "version_old": ("ВКонтакте больше не понимает эту версию бота", _TELL_ADMIN),
    "unknown_group": ("ВКонтакте не находит сообщества", _TELL_ADMIN),
    "unknown_person": ("ВКонтакте не находит владельца ключа", _TELL_ADMIN),
    "album_full": ("Альбом стены полон", f"Освободите в нём место. {_RESUME}"),
    "wall_closed": ("Стена сообщества закрыта", f"Откройте стену в настройках сообщества. {_RESUME}"),
    "section_off": ("Раздел сообщества выключен", f"Включите его в настройках сообщества. {_RESUME}"),
    "posts_per_day": (
        "Дневной предел записей ВКонтакте исчерпан",
        "Очередь пойдёт дальше сама, когда ВКонтакте снимет предел",
    ),
    "postponed_per_day": ("У ВКонтакте исчерпан предел отложенных на день", _WAIT),
    "postponed_total": ("У ВКонтакте исчерпан предел отложенных записей", "Разберите отложенные записи ВКонтакте"),
    "cannot_postpone": ("ВКонтакте не даёт откладывать записи", _TELL_ADMIN),
    "same_time_taken": ("На эту минуту у ВКонтакте уже стоит запись", "Выберите другое время"),
    "post_refused": ("ВКонтакте не принял запись", _SEE_POST),
    "flood": ("ВКонтакте считает действия слишком частыми", _WAIT),
    "daily_limit": ("Дневной предел действий ВКонтакте исчерпан", _WAIT),
    "spam_restricted": ("ВКонтакте ограничил рассылку сообщений", _WAIT),
    "community_strikes": (
        "ВКонтакте ограничил сообщество за нарушения",
        "Посмотрите предупреждения в управлении сообществом",
    ),
    "keeps_failing": ("ВКонтакте раз за разом не публикует", "Проверьте, может ли владелец ключа публиковать сам"),
    "refused": ("ВКонтакте отказал без понятной причины", _TELL_ADMIN),
    "bot_features_off": ("Возможности ботов выключены", "Включите их: сообщество → сообщения → настройки для бота"),
    "chat_gone": ("Чат модераторов недоступен", _CHAT),
    "chat_not_admin": ("Боту не хватает прав в чате", _CHAT),
    "chat_writing_off": ("Писать в чат модераторов нельзя", _CHAT),
    "content_blocked": ("ВКонтакте заблокировал содержание записи", _SEE_POST),
    "attachment_denied": (
        "Вложение закрыто настройками автора",
        "Верните автору или опубликуйте без вложения вручную",
    ),
    "document_denied": ("Документ недоступен", "Верните автору или опубликуйте без документа вручную"),
    "links_forbidden": ("ВКонтакте не пропускает ссылку в тексте", "Уберите ссылку кнопкой «Правка» и повторите"),
    "link_without_picture": ("ВКонтакте не принимает ссылку без картинки", "Уберите ссылку и повторите"),
    "bad_source_link": ("ВКонтакте не принимает ссылку на источник", "Уберите ссылку и повторите"),
    "ad_recent": ("Рекламная запись уже выходила недавно", _WAIT),
    **dict.fromkeys(
        ("ads_rights", "ads_partial", "ads_error"), ("ВКонтакте не пускает рекламную запись", _TELL_ADMIN)
    ),
    "too_many_replies": ("ВКонтакте считает ответов слишком много", _WAIT),
    "ads_limit": ("Предел рекламных записей исчерпан", _SEE_POST),
    "out_of_limits": ("Запись больше, чем берёт ВКонтакте", "Сократите текст кнопкой «Правка»"),
    "too_long": ("Текст длиннее, чем берёт ВКонтакте", "Сократите текст кнопкой «Правка»"),
    "bad_parameter": ("ВКонтакте не принял запись в таком виде", _SEE_POST),
    "post_too_long": ("Текст длиннее, чем берёт стена ВКонтакте", "Сократите текст кнопкой «Правка» и повторите"),
    "photo_refused": ("ВКонтакте не принял снимок", "Верните автору: пусть пришлёт другое фото"),
    "photo_gone": ("Фото больше не скачать: ВКонтакте его не отдаёт", "Верните автору: пусть пришлёт фото ещё раз"),
    "photo_unreadable": ("Один из снимков не открывается", "Верните автору: пусть пришлёт фото ещё раз"),
    "photo_not_taken": ("ВКонтакте не принял снимок", "Верните автору: пусть пришлёт другое фото"),
    "attachment_unknown": ("Одно из вложений бот не может приложить", _SEE_POST),
    "not_found": ("Записи больше нет ВКонтакте", "Посмотрите предложенные записи сообщества"),
    "post_denied": ("ВКонтакте не даёт доступа к записи", _SEE_POST),
    "post_not_found": ("Пост не нашёлся на стене", "Посмотрите стену сообщества"),
    "donut_off": ("Запись для донов, а доны выключены", _SEE_POST),
    "deleted_person": ("Страница автора удалена или заблокирована", _SEE_POST),
    "private_profile": ("Страница автора закрыта", _SEE_POST),
    "network": ("Связи с ВКонтакте нет", _WAIT),
    "no_answer": ("ВКонтакте не ответил", _WAIT),
    "interrupted": ("Отправку прервал перезапуск", _WAIT),
    "not_sent": ("ВКонтакте не опубликовал с первого раза", _WAIT),
    "internal_error": ("У ВКонтакте внутренняя ошибка", _WAIT),
    "unknown_error": ("У ВКонтакте неизвестная ошибка", _WAIT),
    "vk_timed_out": ("ВКонтакте не справился с запросом", _WAIT),
    "need_wait": ("ВКонтакте просит подождать", _WAIT),
    "too_fast": ("ВКонтакте просит подождать", _WAIT),
    "nothing_to_send": ("Публиковать нечего: ни текста, ни вложений", "Добавьте текст кнопкой «Правка»"),
    "program_fault": ("Сбой самого бота", _TELL_ADMIN),
}
_UNLISTED: Final = ("ВКонтакте отказал", _TELL_ADMIN)


def trouble(reason: str) -> tuple[str, str]:
    """What happened, and what to do about it, for a moderator."""
    return TROUBLES.get(reason, _UNLISTED)


# ------------------------------------------------------------------------------------------ notes to moderators


def trouble_note(reason: str, waiting: int, stops_posts: bool) -> str:
    what, todo = trouble(reason)
    head = f"Публикации стоят: {_lower_first(what)}." if stops_posts else f"{what}."
    queue = f"\nОчередь цела: {moments.counted(waiting, 'новость', 'новости', 'новостей')}." if stops_posts else ""
    return f"{head}{queue}\n{_in_one(todo)}."


def _in_one(todo: str) -> str:
    """Two steps as one sentence."""
    first, *rest = todo.split(". ")
    return "; ".join([first, *map(_lower_first, rest)])


def trouble_over_note(reason: str) -> str:
    return f"Снова работает. Было: {_lower_first(trouble(reason)[0])}."


def failed_note(number: int, reason: str) -> str:
    what, todo = trouble(reason)
    return f"№ {number} не вышла: {_lower_first(what)}.\n{_in_one(todo)}. Карточка — в ответе."


def by_hand_note(number: int, link: str) -> str:
    return f"№ {number}: пора. {BY_HAND_CARD}: {link}"


def new_refused_note(number: int, link: str) -> str:
    return f"№ {number}: ВКонтакте не принял новую запись. {BY_HAND_CARD}: {link}"


def left_on_vk_note(number: int, link: str) -> str:
    return f"№ {number} вышла новой записью. Предложенная осталась ВКонтакте, удалите её, чтобы не вышла ещё раз: {link}"


def undecidable_note(number: int) -> str:
    return f"№ {number}: неясно, вышла ли. Посмотрите на стену и нажмите на карточке «Вышло» или «Повторить»."


def changed_note(number: int) -> str:
    return f"№ {number} снова ждёт решения: автор изменил запись. Разница — на карточке."


def removal_note(number: int, link: str) -> str:
    return f"№ {number}: автор просит удалить пост {link}"


def moved_note(lines: Sequence[str]) -> str:
    return "План сдвинулся:\n" + "\n".join(lines)


def moved_line(number: int, when: str) -> str:
    return f"№ {number} — {when}"


def waits_note(lines: Sequence[str]) -> str:
    return "Ждут решения слишком долго:\n" + "\n".join(lines)


def waits_line(number: int, count: int, days: bool, who: str) -> str:
    if days:
        age = f"дольше {moments.counted(count, 'дня', 'дней', 'дней')}"
    else:
        age = f"дольше {moments.counted(count, 'рабочего часа', 'рабочих часов', 'рабочих часов')}"
    return f"№ {number} · {age}" + (f" · смотрел(а) {who}" if who else " · никто не смотрел")


def empty_tomorrow(after: str | None) -> str:
    return (
        f"Завтра после {after} пусто. Очередь — /очередь" if after else "Завтра в плане пусто. Очередь — /очередь"
    )


CANNOT_PIN: Final = (
    "Обзор очереди не закрепить: бот не администратор чата. "
    "Назначьте его и напишите /продолжить или закрепите обзор сами."
)


def overview_waiting(count: int, hours6: int, hours24: int) -> str:
    if not count:
        return "Никто не ждёт решения."
    older = [f"дольше 6 ч — {hours6}"] if hours6 else []
    older += [f"дольше суток — {hours24}"] if hours24 else []
    return f"Ждут решения: {count}" + (f" ({', '.join(older)})" if older else "")


def overview_next(number: int, when: str) -> str:
    return f"№ {number} выйдет {when}"


def resumed_note(count: int) -> str:
    if not count:
        return "Публикации продолжаются. Очередь пуста."
    return f"Публикации продолжаются, в очереди {moments.counted(count, 'новость', 'новости', 'новостей')}."


# ------------------------------------------------------------------------------------- news written in the dialog

WRITE_NEWS: Final = (
    "Пришлите текст и до 10 фото, видео или документов, можно несколькими сообщениями. "
    "Покажем, как выйдет, и отправим после вашего слова."
)
PREVIEW_ABOVE: Final = "Так выйдет, текст — выше. «Отправить», «Исправить» или «Удалить»?"
SEND_NEW_TEXT: Final = "Пришлите новый текст одним сообщением, он заменит прежний. Вложения останутся."
ATTACHMENTS_DROPPED: Final = "Вложения убрали, текст остался. Новые можно прислать сейчас."
TOO_MANY_ATTACHMENTS: Final = (
    "В записи помещается 10 вложений, взяли первые десять. Остальные пришлите отдельной новостью."
)
DRAFT_TOO_LONG: Final = (
    "Запись ВКонтакте вмещает 15 000 знаков, это сообщение в неё не поместилось. Пришлите текст короче."
)
KIND_NOT_TAKEN: Final = (
    "Голосовые и стикеры в новость не взять. Подойдут текст, фото, видео, документы, ссылки и пересланное."
)


def draft_head(number: int | None) -> str:
    return f"Новость № {number} после правки выйдет так:" if number else "Так выйдет:"


def signed_by(name: str) -> str:
    return f"Автор: {' '.join(name.split())}"


def unsent(start: str, number: int | None) -> str:
    which = f"правка новости № {number}" if number else "новость"
    quoted = f": «{start}»" if start else ""
    return f"У вас не отправлена {which}{quoted}. «Отправить», «Исправить» или «Удалить»?"


def draft_dropped(number: int | None) -> str:
    return f"Правку новости № {number} удалили, новость осталась прежней." if number else "Черновик удалили."


def correct_news(number: int) -> str:
    return (
        f"Пришлите новый текст новости № {number} или фото: текст заменит прежний, фото добавятся. "
        "Прежние вложения уберёт «Убрать вложения»."
    )


def not_to_correct(number: int) -> str:
    return f"Новость № {number} здесь уже не исправить. Если в ней ошибка, напишите «Позвать человека»."


def nothing_changed(number: int) -> str:
    return f"В новости № {number} ничего не изменилось, она ждёт как прежде."


def late_piece(number: int) -> str:
    return f"Добавили к новости № {number}: эти вложения шли дольше остальных."


def corrected_of(number: int | None) -> str:
    return f"Это исправленная № {number}, прежнюю закрыли" if number else ""


def daily_limit(limit: int) -> str:
    news = moments.counted(limit, "новость", "новости", "новостей")
    return f"За сутки берём от одного автора {news}, сегодня столько уже есть. Остальные пришлите завтра."


# ------------------------------------------------------------------------------------------------ who the author is

CONFIRM_AUTHOR: Final = "Подтвердить"
DOUBT_AUTHOR: Final = "Переспросить"
ADOPT_REGION: Final = "Запомнить регион"
UNBLOCK: Final = "Разблокировать"
AUTHOR_MENU: Final = "Что с автором?"
BLOCK_LABELS: Final[Mapping[str, str]] = {
    "ads": "Блок: реклама",
    "rude": "Блок: оскорбления",
    "flood": "Блок: флуд",
    "off_topic": "Блок: не по теме",
    "own": "Блок: своими словами",
}
BLOCK_WHY: Final = "Назовите причину, её прочтёт автор: /автор 601 заблокировать: рассылает рекламу"


def blocked_line(day: str, who: str, why: str) -> str:
    return f"Заблокирован {day}{_by(who)}: {why or 'причина не названа'}"


def who_are_you(number: int) -> str:
    return (
        f"По новости № {number}: вы пишете впервые, назовите регион и организацию — спросим один раз. "
        "Выберите федеральный округ или напишите словами."
    )


WHO_AGAIN: Final = "Уточните, пожалуйста, регион и организацию. Выберите федеральный округ или напишите словами."
WHICH_REGION_YOURS: Final = "Выберите регион или напишите его название."
WHICH_ORGANISATION: Final = "Напишите организацию одной строкой; если пишете от себя — «Житель»."
INTERREGIONAL_TAKEN: Final = "Записали: межрегиональная."
AUTHOR_KNOWN: Final = "Записали, спасибо. Изменить — «Регион» или «Пояс»."
AS_IN_REGION: Final = "Как в регионе"
CHANGE_ZONE: Final = (
    f"Напишите свой пояс, например «мск+5», или регион, время которого у вас. Как раньше — «{AS_IN_REGION}»."
)
CONSENT: Final = (
    "Храним ваш номер ВКонтакте, имя, регион, организацию и присланные новости, чтобы ответить. "
    "Удалить — «Удалить мои данные». Согласны?"
)
CONSENT_TAKEN: Final = "Записали согласие."
HUMAN_CALLED: Final = "Передали модераторам, вам ответят здесь в рабочие часы (9–18 мск)."
UNBLOCKED: Final = "Снова принимаем ваши новости."


def region_taken(name: str) -> str:
    return f"Записали: {name}."


def organisation_stays(said: str, organisation: str) -> str:
    return f"{said} Организация прежняя: {organisation}."


def change_region(now: str) -> str:
    known = f"Сейчас записано: {now}. " if now else ""
    return f"{known}Выберите федеральный округ или напишите регион словами."


def zone_taken(whose: str) -> str:
    return f"Время в письмах будет и {whose}." if whose else "Время в письмах будет московским."


def blocked_author(why: str) -> str:
    reason = f": {why}" if why else ""
    return f"Новости от вас больше не принимаем{reason}. Если это ошибка, напишите «Позвать человека»."


def blocked_news(number: int, why: str) -> str:
    reason = f": {why}" if why else ""
    return (
        f"Новость № {number} не взяли, от вас их больше не принимаем{reason}. "
        "Если это ошибка, напишите «Позвать человека»."
    )


def author_named_note(who: str, region: str, organisation: str, role: str) -> str:
    told = role.casefold() in organisation.casefold()
    said = ", ".join(part for part in (region or "без региона", organisation, "" if told else role) if part)
    return f"{who} о себе: {said}. Верно?"


def calls_human_note(who: str, link: str, number: int) -> str:
    about = f" (№ {number})" if number else ""
    return f"{who} просит ответить человека{about}: {link}"


def author_is_from(region: str) -> str:
    return f"Автор теперь: {region}"


def too_many_today(count: int) -> str:
    return f"за сутки от автора {moments.counted(count, 'новость', 'новости', 'новостей')}"


AUTHOR_CONFIRMED: Final = "Автор подтверждён"
AUTHOR_DOUBTED: Final = "Спросим автора ещё раз"
AUTHOR_BLOCKED: Final = "Автор заблокирован, новости от него закрываем"
AUTHOR_UNBLOCKED: Final = "Автор разблокирован"
AUTHOR_NOT_BLOCKED: Final = "Автор не заблокирован"


def author_confirmed_before(who: str) -> str:
    return f"Уже подтверждён{_by(who)}"


NEW_AUTHOR: Final = "новый автор"
UNCONFIRMED: Final = "не подтверждён"
BLOCKED_MARK: Final = "заблокирован"


def accepted(taken: int, sent: int) -> str:
    return f"принято {taken} из {sent}"


def local_time(clock: str, whose: str) -> str:
    return f"там {clock} {whose}"


def latest_of_region(posts: Sequence[str]) -> str:
    return f"Из региона выходило: {'; '.join(posts)}"


def replaced_status(number: int) -> str:
    return f"Заменена исправленной № {number}"


def corrected_line(number: int) -> str:
    return f"Исправленная № {number}"


# --------------------------------------------------------------------------------------------------- the passport


def passport_head(number: int) -> str:
    return f"Получили новость, № {number}"


LOOKED_AT: Final = "смотрит модератор"


def edited_by_desk(places: str) -> str:
    return f"исправлено: {places}"


def changed_place(removed: str, added: str) -> str:
    if not removed:
        return f"добавлено «{added}»"
    return f"«{removed}» → «{added}»" if added else f"убрано «{removed}»"


def figures(views: int, likes: int, reposts: int) -> str:
    seen = f"{moments.counted(views, 'просмотр', 'просмотра', 'просмотров')}"
    liked = f"{moments.counted(likes, 'отметка', 'отметки', 'отметок')} «нравится»"
    shared = f"{moments.counted(reposts, 'репост', 'репоста', 'репостов')}"
    return f"за сутки: {seen}, {liked}, {shared}"


def first_day(number: int, said: str, link: str) -> str:
    return f"Новость № {number} {said}\n{link}"


def removed(number: int) -> str:
    return f"Новость № {number} сняли со стены, как вы просили."


def kept(number: int) -> str:
    return f"Новость № {number} решили оставить на стене. Если это важно, напишите «Позвать человека»."


TAKE_DOWN: Final = "Снять"
LEAVE_UP: Final = "Оставить"
TAKING_DOWN: Final = "Снимаем со стены"
LEFT_UP: Final = "Оставили, автору ответим"
NOTHING_TO_TAKE_DOWN: Final = "Этого поста на стене нет"
TAKE_DOWN_BY_HAND: Final = "Ключа редактора нет: удалите пост ВКонтакте вручную"


def a_line_of_a_digest(number: int) -> str:
    return f"№ {number} — строка дайджеста: поправьте его, «Ещё» на его карточке, или ВКонтакте"


def removal_settled(number: int, taken: bool) -> str:
    return f"№ {number}: уже решили снять" if taken else f"№ {number}: уже решили оставить"


def removed_note(number: int) -> str:
    return f"№ {number}: пост снят, автору ответили."


def not_removed_note(number: int, reason: str, link: str) -> str:
    return f"№ {number}: пост не снять, {_lower_first(trouble(reason)[0])}. Удалите его ВКонтакте: {link}"


# --------------------------------------------------------------------- news that no suggested post stands behind

WITHOUT_PHOTOS: Final = "Без фото"
WITH_PHOTOS: Final = "С фото"
WITHOUT_PHOTOS_CHOSEN: Final = "Выйдет без фото: так решили"
GOES_WITHOUT_PHOTOS: Final = "Выйдет без фото, теперь можно решать"
GOES_WITH_PHOTOS: Final = "Фото остаются"


def without_photos(count: int) -> str:
    photos = moments.counted(count, "снимок", "снимка", "снимков")
    return f"без фото: {photos} не загрузить, нет ключа редактора. «Без фото» — выйдет только текст"


# ------------------------------------------------------------------------------------------- sources of news

SUGGESTED_TOO: Final = "Снято: эта же новость пришла в предложенные"
NO_SOURCES: Final = (
    "Источников пока нет. Добавить: /источники vk.com/club123 RU-IRK #тег или адрес RSS сайта. "
    "Область, тег и «с 01.12.2026» — по желанию."
)
SOURCES_HEAD: Final = "Источники новостей:"
SOURCES_HOW: Final = (
    "Добавить: /источники адрес область #тег. Остановить: /источники стоп 2, вернуть: /источники старт 2"
)
SOURCE_UNREADABLE: Final = (
    "Не понимаю. Напишите так: /источники vk.com/club123 RU-IRK #тег с 01.12.2026 или /источники https://сайт/rss"
)
SOURCE_IS_OURS: Final = "Это наша страница: наши записи вернулись бы к нам же. Источником её не сделать."
SOURCE_KNOWN: Final = "Такой источник уже есть. Список: /источники"


def source_line(
    number: int, name: str, link: str, region: str | None, tag: str | None, *, active: bool, failing: bool
) -> str:
    facts = [name, *([link] if link.removeprefix("https://") != name else [])]
    facts += [region] if region else []
    facts += [f"только #{tag}"] if tag else []
    state = "остановлен" if not active else "не открывается" if failing else "читаем"
    return f"{number}. {', '.join(facts)} — {state}"


def source_added(number: int, link: str, reaches_back: bool) -> str:
    """``reaches_back``: it was asked for things that are older than what is ever taken."""
    what = "Новое оттуда, не старше двух недель," if reaches_back else "Новое оттуда"
    return f"Источник {number} добавлен: {link}. {what} придёт карточками. Остановить: /источники стоп {number}"


def source_switched(number: int, name: str, active: bool) -> str:
    if active:
        return f"Источник {number} ({name}) снова читаем, с этой минуты."
    return f"Источник {number} ({name}) остановлен. Вернуть: /источники старт {number}"


def no_such_source(number: int) -> str:
    return f"Источника {number} нет. Список: /источники"


def source_notice(url: str) -> str:
    return f"Источник: {url}"


SOURCE_FAULTS: Final[Mapping[str, str]] = {
    "not_a_feed": "по этому адресу нет RSS",
    "no_such_community": "такого сообщества нет",
    "wall_closed": "стена закрыта",
    "no_rights": "стена закрыта",
    "address_refused": "адрес ведёт в закрытую сеть",
    "too_large": "лента слишком большая",
    "unknown_host": "такого сайта нет",
}


def source_failing_note(number: int, name: str, link: str, reason: str) -> str:
    fault = SOURCE_FAULTS.get(reason, "не открывается")
    return (
        f"Источник {number} ({name}) уже сутки не читается: {fault}. {link}\n"
        f"Пробуем дальше. Если он больше не нужен: /источники стоп {number}"
    )


def source_wrong_note(number: int, name: str, link: str, reason: str) -> str:
    fault = SOURCE_FAULTS.get(reason, "такой страницы нет")
    return (
        f"Источник {number} ({name}) не открылся: {fault}. {link}\n"
        f"Если адрес неверный, остановите его, /источники стоп {number}, и добавьте верный; пока пробуем дальше."
    )


def source_well_note(number: int, name: str) -> str:
    return f"Источник {number} ({name}) снова читается."


def service_key_note(reason: str, *, instead: bool) -> str:
    what = _lower_first(trouble(reason)[0])
    so = "источники пока читаются ключом редактора" if instead else "сообщества-источники не читаются"
    return (
        f"Сервисный ключ ВКонтакте не работает, {what}: {so}, остальное работает.\n"
        "Администратор бота берёт новый в настройках приложения ВКонтакте и ставит его в VK_SERVICE_TOKEN."
    )


SERVICE_KEY_WELL: Final = "Сервисный ключ ВКонтакте снова работает, источники читаются."


def source_is_ours_note(number: int, link: str) -> str:
    return f"Источник {number} остановлен: {link} — наша страница, наши записи вернулись бы к нам же."


# ------------------------------------------------------------------- words of copies in other networks, and pages


def quoted_post(text: str, link: str) -> str:
    """A post somebody shared, with its source."""
    return "\n\n".join(part for part in (text, COPY_SOURCE + link.removeprefix("https://")) if part)


COPY_SOURCE: Final = "Источник: "
READ_ON: Final = "Читать полностью"
FEED_NETWORK: Final = "Ленты и страницы"
PAGE_ON_VK: Final = "Запись во ВКонтакте"
PAGE_CHANGED: Final = "изменено"
PAGE_NOTHING: Final = "Новостей пока нет."
PAGE_PICTURE: Final = "Фото — в записи ВКонтакте"
PAGE_LINK: Final = "Вложение"
PAGE_LINKS: Final[Mapping[str, str]] = {
    "video": "Видео",
    "clip": "Клип",
    "doc": "Документ",
    "audio": "Аудиозапись",
    "audio_message": "Запись голоса",
    "poll": "Опрос",
    "link": "Ссылка",
    "album": "Альбом",
    "article": "Статья",
    "market": "Товар",
    "wall": "Запись",
}


def other_community(group_id: int) -> str:
    """Another VK community as one of the networks."""
    return f"ВКонтакте, сообщество {group_id}"


# --------------------------------------------------------------------------------------- copies in other networks

#: Settings are read at the start.
_RESTARTS: Final = "перезапускает бота"
#: What happened in a network, and what to do, by the stable words of its refusals.
NETWORK_TROUBLES: Final[Mapping[str, tuple[str, str]]] = {
    "key_dead": ("ключ больше не действует", f"Администратор бота ставит новый ключ в настройках и {_RESTARTS}"),
    "no_rights": ("у бота нет права публиковать", f"Сделайте бота администратором с правом публиковать. {_RESUME}"),
    "chat_gone": (
        "канал или группа не находится",
        f"Проверьте адрес в настройках и что бот не исключён. {_RESUME}",
    ),
    "content_blocked": ("запись не пропустили", "Поправьте текст для этой сети или выложите вручную"),
    "too_large": ("файл больше, чем берут", "Выложите вручную"),
    "too_long": ("текст длиннее, чем берут", "Дайте свой текст: «Ещё» → «Сети»"),
    "media_refused": ("вложение не взяли", "Выложите вручную или повторите"),
    "attachment_unknown": ("такое вложение не передать", "Выложите вручную"),
    "nothing_to_send": ("передавать нечего", "Дайте свой текст: «Ещё» → «Сети»"),
    "receiver_refused": ("приёмник отказал", "Передайте администратору бота"),
    "receiver_failed": ("приёмник не принял", "Бот попробует сам"),
    "gone_for_good": ("приёмник просит больше не присылать", f"Проверьте WEBHOOK_URL. {_RESUME}"),
    "moved": ("адрес изменился", f"Администратор бота исправляет его в настройках и {_RESTARTS}"),
    "method_off": ("управление сайтом извне закрыто", f"Администратор сайта открывает REST API. {_RESUME}"),
    "bad_signature": ("подпись не принимают", f"Администратор бота исправляет секрет в настройках и {_RESTARTS}"),
    "human_check": ("просят подтвердить, что владелец ключа — человек", f"Он заходит туда сам. {_RESUME}"),
    "cannot_edit": ("исправить там уже нельзя", "Поправьте вручную"),
    "bad_parameter": ("в таком виде не взяли", "Выложите вручную"),
    "edit_window_over": ("срок правки прошёл", "Поправьте вручную"),
    "gone": ("записи там уже нет", "Делать ничего не нужно"),
    "earlier_part": ("не вышла предыдущая часть", "Повторите её"),
    "need_wait": ("просят подождать", "Бот попробует сам"),
    "too_often": ("просят подождать", "Бот попробует сам"),
    "flood": ("просят подождать", "Бот попробует сам"),
    "pace": ("просят подождать", "Бот попробует сам"),
    "no_answer": ("нет ответа", "Бот попробует сам"),
    "not_sent": ("нет связи", "Бот попробует сам"),
    "server_error": ("там сбой", "Бот попробует сам"),
    **dict.fromkeys(
        ("nobody_there", "unknown_host", "connect_timeout", "proxy", "tls", "blocked"),
        ("нет связи", "Бот попробует сам"),
    ),
    **dict.fromkeys(("silence", "dropped", "cut_short", "not_json"), ("нет ответа", "Бот попробует сам")),
    "interrupted": ("отправку прервал перезапуск", "Бот попробует сам"),
    "upload_not_ready": ("файл ещё обрабатывают", "Бот попробует сам"),
    "disk": ("на диске нет места", "Передайте администратору бота"),
    "program_fault": ("сбой самого бота", "Передайте администратору бота"),
    "cannot_remove": ("удалить там уже нельзя", "Удалите вручную"),
    "no_original": ("репостить нечего: записи ВКонтакте нет", "Выпустите сначала ВКонтакте и повторите"),
    "no_message_id": ("ответили без номера записи", "Посмотрите там, вышла ли"),
    "photo_refused": ("фото не взяли", "Замените фото или выложите вручную"),
    "upload_unreadable": ("о загруженном файле ответили непонятно", "Бот попробует сам"),
    **dict.fromkeys(("upload_failed", "upload_again"), ("файл не загрузился", "Бот попробует сам")),
    "action_failed": ("там сбой", "Бот попробует сам"),
    "state_unreadable": (
        "не прочитать, что уже в лентах",
        "Администратор бота возвращает файл .items.json в папку FEED_DIR из копии",
    ),
    "folder_closed": ("в папку лент не записать", "Администратор бота даёт боту право писать в FEED_DIR"),
    "foreign_webhook": (
        "сообщения этого бота забирает другая программа",
        f"Администратор бота ставит ключ отдельного бота и {_RESTARTS}",
    ),
    "log_chat_gone": (
        "чат для проверок не находится",
        f"Администратор бота исправляет TELEGRAM_LOG_CHAT_ID и {_RESTARTS}",
    ),
    **dict.fromkeys(("no_file", "empty"), ("файла вложения больше нет", "Замените вложение или выложите вручную")),
    **dict.fromkeys(("not_a_picture", "strip"), ("снимок не подходит", "Замените фото или выложите вручную")),
    **dict.fromkeys(
        ("address_refused", "bad_address", "redirects"),
        ("адрес файла не годится", "Замените вложение или выложите вручную"),
    ),
    **dict.fromkeys(("unknown_group", "unknown_person"), ("сообщество не находится", "Проверьте VK_COPY_GROUPS")),
    "album_full": ("альбом стены полон", "Освободите в нём место и повторите"),
    **dict.fromkeys(("too_many_posts", "too_many_replies"), ("дневной предел исчерпан", "Бот попробует сам")),
    "too_many_recipients": ("запись слишком для многих", "Выложите вручную"),
    "bad_title": ("название вложения не взяли", "Выложите вручную"),
    **dict.fromkeys(
        (
            *("bad_album_id", "bad_group_id", "bad_http_method", "bad_person_id", "bad_photos", "bad_request"),
            *("bad_timestamp", "https_needed", "unknown_method", "version_old"),
        ),
        ("запрос бота не поняли", "Передайте администратору бота"),
    ),
}
_NETWORK_UNLISTED: Final = ("отказали", "Повторите или выложите вручную")


ON_VK: Final = "ВКонтакте"
FIX_EVERYWHERE: Final = "Исправить везде"
FIX_WANTED: Final = "Ответьте на карточку новым текстом: поправим ВКонтакте и везде. Вложения останутся"
FIX_POST: Final = "Исправить"
FIX_POST_WANTED: Final = "Ответьте на карточку новым текстом: поправим ВКонтакте. Вложения останутся"
FIX_ALL: Final = "Один текст во всех сетях"
FIX_ALL_WANTED: Final = (
    "Ответьте на карточку новым текстом: он заменит текст ВКонтакте и свои тексты сетей. Вложения останутся"
)


def own_texts_stay(titles: Sequence[str]) -> str:
    return f"Свой текст останется: {', '.join(titles)}"


PULL_EVERYWHERE: Final = "Отозвать везде"
PULL_POST: Final = "Отозвать"
PULL_POST_SURE: Final = "Удалить пост ВКонтакте?"
PULL_SURE: Final = "Удалить пост ВКонтакте и во всех сетях?"
PULL_YES: Final = "Да, отозвать"


def deleted_on_vk_note(number: int, carried: Sequence[str], asked: Sequence[str]) -> str:
    also = f", снимаем и в сетях: {', '.join(carried)}" if carried else ""
    rest = f" Осталось: {', '.join(asked)}; снять или оставить — Ещё → Сети." if asked else ""
    return f"№ {number}: пост удалили ВКонтакте{also}.{rest}"


def network_trouble(reason: str) -> tuple[str, str]:
    """What happened in a network, and what to do about it, for a moderator. VK's own words serve its copies, too."""
    return NETWORK_TROUBLES.get(reason) or TROUBLES.get(reason) or _NETWORK_UNLISTED


def network_trouble_note(title: str, reason: str) -> str:
    what, todo = network_trouble(reason)
    return f"{title}: {what}, записи туда ждут. Остальное работает.\n{todo}."


def network_over_note(title: str) -> str:
    return f"{title}: снова работает, записи пошли."


def copy_refused_note(number: int, title: str, reason: str) -> str:
    what, todo = network_trouble(reason)
    return f"№ {number}, {title}: не вышла, {what}.\n{todo}. Повторить: Ещё → Сети."


def copy_asked_note(number: int, title: str) -> str:
    return f"№ {number}, {title}: не знаем, вышла ли. Посмотрите там и нажмите Ещё → Сети: «Вышло» или «Повторить»."


# --------------------------------------------------------------------------------------------- chat commands

HELP: Final = (
    "/очередь — что ждёт решения; /очередь 214 — карточка № 214 заново\n"
    "/план — что и когда выйдет\n"
    "/статус — как дела у бота\n"
    "/найти слова — новости по номеру, региону, автору или словам\n"
    "/автор Мария Петрова, /регион Тульская область — что прислали и что вышло\n"
    "/автор 601 заблокировать: причина — больше не брать новости; /автор 601 разблокировать — снова брать\n"
    "/журнал 214 — кто, что и когда сделал с № 214; /журнал списки — кто менял списки\n"
    "/пауза и /продолжить — остановить и пустить публикации (редактор)\n"
    "/источники — откуда ещё берём новости: сообщества и сайты советов (редактор)\n"
    "/сети — куда выходит, кроме ВКонтакте; пауза и правила (редактор)\n"
    "/списки — иноагенты, стоп-слова, пороги, выборы, полные названия: показать; менять может редактор\n"
    "/рубрики — названия, хештеги и слова рубрик: показать; менять может редактор\n"
    "/настроить — сделать этот чат чатом модераторов (редактор)\n"
    "Текст и время меняют ответом на карточку: сначала «Правка», а время просто пишут: завтра 14:30"
)
FIND_WHAT: Final = "Что найти? Напишите номер, регион, автора или слова: /найти библиотека Черемхово"
FIND_NOTHING: Final = "По запросу «{asked}» новостей нет."
FIND_NEXT: Final = "Показываем следующие"
DIGEST_NAME: Final = "дайджест"


def several_regions(names: Sequence[str]) -> str:
    return f"Регионов с таким словом несколько: {', '.join(names)}. Напишите название целиком."


AUTHOR_NOT_FOUND: Final = "Такого автора нет. Напишите имя или номер страницы: /автор Мария Петрова"
SEVERAL_AUTHORS: Final = "Нашлось несколько, уточните:"
WHICH_AUTHOR: Final = "Какой автор? Напишите имя или номер страницы: /автор Мария Петрова"
REGION_NOT_SAID: Final = "Какой регион? Напишите название: /регион Тульская область"
REGION_NOT_FOUND: Final = "Такого региона нет. Напишите название: /регион Тульская область"
NO_NEWS_YET: Final = "Новостей пока нет."
HISTORY_OF_WHAT: Final = "Журнал какой новости? Напишите номер: /журнал 214. Кто менял списки: /журнал списки"
LISTS_NEVER_CHANGED: Final = "Списки пока никто не менял."


def history_of_lists(whose: str) -> str:
    return f"Журнал списков, время {whose}:"


HISTORY_BOT: Final = "бот"
HISTORY_NOBODY: Final = "без имени"
#: Entries that say nothing to a person.
HISTORY_SILENT: Final = frozenset({"refused"})
_HISTORY: Final[Mapping[str, str]] = {
    "suggested": "новость прислана",
    "edit": "правка",
    "photos": "фото в посте",
    "start": "публикация началась",
    "prove": "пост вышел",
    "checked": "пост проверен",
    "fail": "пост не вышел",
    "move": "переезд в плане",
    "expire": "срок прошёл",
    "withdraw": "автор отозвал",
    "author_edited": "автор изменил запись",
    "gone": "записи нет в предложенных",
    "hand_published": "опубликовано вручную",
    "seen_again": "запись снова в предложенных",
    "back_to_review": "снова на рассмотрение",
    "assemble": "дайджест собран",
    "in_digest": "вышла в дайджесте",
    "join": "собран общий пост",
    "credited": "источники общего поста",
    "part": "снова отдельно",
    "parted": "общий пост разобран",
    "rejoined": "общий пост собран заново",
    "in_joint": "вышла общей записью",
    "worded": "строка дайджеста",
    "line_dropped": "строка убрана",
    "signed": "первая подпись",
    "taken_over": "карточку взял другой модератор",
    "uncovered": "вложения показаны",
    "asked": "бот спросил, вышла ли",
    "replaced": "автор прислал исправленную",
    "region": "регион",
    "turn_away": "автор заблокирован",
    "networks": "выбор сетей",
    "own_text": "свой текст для сети",
    "fixed": "исправление везде",
    "unsigned": "подпись снята: автор удалил свои данные",
    "edited_on_vk": "пост изменили ВКонтакте",
    "deleted_on_vk": "пост удалили ВКонтакте",
    "asks_removal": "автор просит снять пост",
    "taken_down": "решили снять пост",
    "left_up": "решили оставить пост",
    "network_again": "повтор в сети",
    "network_out": "модератор подтвердил: в сети вышло",
    "network_drop": "снимаем в сети",
    "network_keep": "в сети оставили",
    "network_done": "в сети сделано вручную",
    "network_pull!": "отозвано везде",
    "network_as_is": "отправлено в сети как есть",
    "network_without_vk": "отправлено в сети без ВКонтакте",
}


def history_head(number: int, whose: str) -> str:
    return f"Журнал № {number}, время {whose}:"


def history_action(word: str) -> str:
    return _HISTORY.get(word) or DECISIONS.get(word) or word.replace("_", " ")


def sent_and_out(sent: int, out: int) -> str:
    return f"Прислано {sent}, вышло {out}"


UNKNOWN_COMMAND: Final = "Такой команды нет. Список — /помощь"
QUEUE_EMPTY: Final = "Никто не ждёт решения."
PLAN_EMPTY: Final = "В плане пусто."
ALREADY_PAUSED: Final = "Публикации уже на паузе. Пустить — /продолжить"
SETUP_IN_A_CHAT: Final = "Напишите /настроить в чате, где будут карточки."
SETUP_DONE: Final = "Карточки будут приходить сюда. Список команд — /помощь"
SETUP_ALREADY: Final = "Этот чат уже чат модераторов. Список команд — /помощь"
INVITED: Final = "Чтобы карточки приходили сюда, редактор сообщества пишет /настроить"


def paused(count: int) -> str:
    return f"Публикации на паузе, в очереди {count}. Новости принимаем как обычно. Пустить — /продолжить"


def no_such_number(number: int) -> str:
    return f"Новости № {number} нет."


def queue_head(count: int) -> str:
    return f"Ждут решения: {count}"


def queue_line(number: int, age: str, who: str) -> str:
    return f"№ {number} · {age} · {who}"


def and_more(count: int) -> str:
    return f"…и ещё {count}"


def plan_line(number: int, when: str, start: str) -> str:
    return f"{when} — № {number} {start}"


def status_lines(counts: Mapping[Status, int]) -> list[str]:
    first = f"Ждут решения {counts[Status.PENDING]}, в очереди {counts[Status.SCHEDULED]}"
    if counts[Status.PUBLISHING]:
        first += f", публикуется {counts[Status.PUBLISHING]}"
    second = f"Вышло {counts[Status.PUBLISHED]}, возвращено {counts[Status.RETURNED]}, отклонено {counts[Status.REJECTED]}"
    return [first, second, *([f"Не вышло: {counts[Status.FAILED]}"] if counts[Status.FAILED] else [])]


def next_line(number: int, when: str) -> str:
    return f"Ближайшая: № {number}, {when}"


def paused_line(when: str, who: str) -> str:
    return f"Публикации на паузе с {when}{_by(who)}"


def degraded_line() -> str:
    return "Ключа редактора нет: публикуете вручную, бот готовит карточки и письма"


def held_line(count: int) -> str:
    letters = moments.counted(count, "письмо ждёт", "письма ждут", "писем ждут")
    return f"{letters}, пока автор не напишет группе"


def in_doubt_line(count: int) -> str:
    return f"Выясняем, дошло ли: {count}"


def trouble_line(reason: str) -> str:
    what, todo = trouble(reason)
    return f"{what}. {todo}"


def command_late(name: str, written: str) -> str:
    return (
        f"Команда /{name} написана {written}, дошла только сейчас и не выполнена. Повторите её, если она ещё нужна"
    )


def wish_late(number: int, written: str) -> str:
    said = f"Время для № {number} названо {written}, а дошло только сейчас, поэтому план прежний"
    return f"{said}. Ответьте на карточку ещё раз, если оно ещё нужно"


NAME_THE_ROLE: Final = "Назначьте роль: Управление → Участники → Руководители"


def roles_unnamed(people: Sequence[int]) -> str:
    """Managers of whose role VK says nothing: what follows for them."""
    named = ", ".join(f"vk.com/id{vk_id}" for vk_id in people[:5]) + (" и других" if len(people) > 5 else "")
    return f"ВКонтакте не назвал роль {named}: решать в боте эти люди не могут"


def roles_unnamed_line(people: Sequence[int]) -> str:
    return f"{roles_unnamed(people)}. {NAME_THE_ROLE}"


ALL_WELL: Final = "Всё работает"


# ------------------------------------------------------------------------------- posts in the messengers' channels

TELEGRAM_TITLE: Final = "Телеграм"
MAX_TITLE: Final = "MAX"
OPEN_POST: Final = "Открыть запись ВКонтакте"


def attachment_named(kind: str, title: str | None) -> str:
    """How a post in a network names what cannot go along as a file; the line is a link."""
    named = kind_of(kind).capitalize()
    return f"{named}: {title.strip()}" if title and title.strip() else named


def left_out_line(count: int) -> str:
    """The link to pictures that a network does not take."""
    return f"Ещё {count} фото — ВКонтакте"


# ----------------------------------------------------------------- posts in Odnoklassniki, on the site, by the webhook

OK_TITLE: Final = "Одноклассники"
WORDPRESS_TITLE: Final = "Сайт"
WEBHOOK_TITLE: Final = "Веб-хук"
WEBHOOK_IS_THERE: Final = "адрес отвечает; примет ли событие, покажет первое"


# ------------------------------------------------------------------------- networks on the card, /сети

NETWORKS_ENTRY: Final = "Сети"
POST_ENTRY: Final = "Пост"
POST_MENU: Final = "Пост ВКонтакте: что сделать?"
NETWORKS_MENU: Final = "Куда выйдет и что сделать в других сетях?"
NETWORKS_MENU_ANSWER: Final = "Выберите сеть"
NETWORKS_NOTHING: Final = "В других сетях делать нечего"
NETWORKS_HELD: Final = "В другие сети не отправлено: пост ВКонтакте неполный. Ещё → Сети"
RELEASE_AS_IT_IS: Final = "Отправить как есть"
RELEASE_WITHOUT_VK: Final = "Выпустить без ВКонтакте"
NETWORK_ASKED: Final = "не знаем, вышло ли. Посмотрите сами: Ещё → Сети"
NETWORK_LOOKED_FOR: Final = "выясняем, вышло ли"
NETWORK_SOON: Final = "ещё выходит"
NETWORK_NOT_OUT: Final = "не вышла, редакция знает"
NETWORK_PAUSED: Final = "на паузе"
NETWORK_REMOVED: Final = "снято"
NETWORK_CANCELLED: Final = "не отправляли"
NETWORK_ANSWERS: Final[Mapping[str, str]] = {
    "again": "Отправим ещё раз, только сюда",
    "out": "Записали: вышло",
    "as_is": "Отправляем в сети как есть",
    "without_vk": "Отправляем в сети без ВКонтакте",
    "pull!": "Снимаем везде, где можно",
    "drop": "Снимаем",
    "keep": "Оставляем",
    "done": "Записали: сделано",
}

_NETWORK_NOTES: Final[Mapping[str, str]] = {
    "text_shortened": "текст сокращён, в конце ссылка",
    "attachments_left_out": "не все вложения поместились",
    "plain_text": "без оформления",
    "own_text": "свой текст",
    "own_text_older": "свой текст, к прежнему тексту ВКонтакте",
}


def network_reason(reason: str) -> str:
    return _lower_first(network_trouble(reason)[0])


def network_line(title: str, reason: str) -> str:
    return f"{title}: {_lower_first(network_trouble(reason)[0])}"


def network_refused(reason: str) -> str:
    what = _lower_first(network_trouble(reason)[0])
    return f"не взяли: {what}. Ещё → Сети"


def network_waits(reason: str | None) -> str:
    if reason is None:
        return "ждёт"
    return f"ждёт: {_lower_first(network_trouble(reason)[0])}"


def network_todo(todo: str, link: str | None, error: str | None = None) -> str:
    if todo == "decide":
        return "осталось. Снять или оставить: Ещё → Сети" + (f", {link}" if link else "")
    what = "исправьте вручную" if todo == "edit" else "удалите вручную"
    why = _lower_first(network_trouble(error)[0]) if error else "сеть не даёт боту"
    return f"{why}, {what}" + (f": {link}" if link else "")


def network_out(link: str | None, notes: Sequence[str], doing: str | None, views: int | None = None) -> str:
    said = "".join(f", {network_note(note)}" for note in dict.fromkeys(notes))
    under_way = {"edit": ", исправляем", "remove": ", снимаем"}.get(doing or "", "")
    seen = f" · {moments.counted(views, 'просмотр', 'просмотра', 'просмотров')}" if views else ""
    return f"вышло{said}{under_way}" + (f", {link}" if link else "") + seen


def network_note(note: str) -> str:
    if note.endswith("_as_link"):
        return f"{kind_of({'document': 'doc'}.get(note.removesuffix('_as_link'), note.removesuffix('_as_link')))} — ссылкой"
    return _NETWORK_NOTES.get(note, "не всё так, как ВКонтакте")


def _label(text: str) -> str:
    """As much of it as fits on a button."""
    while utf16_length(text) > _LONGEST_LABEL:
        text = text[:-1]
    return text


_LONGEST_LABEL: Final = 40


def network_is_out(title: str) -> str:
    return _label(f"Вышло: {title}")


def network_again(title: str) -> str:
    return _label(f"Повторить: {title}")


def network_done(title: str) -> str:
    return _label(f"Сделано: {title}")


def network_drop(title: str) -> str:
    return _label(f"Снять: {title}")


def network_keep(title: str) -> str:
    return _label(f"Оставить: {title}")


def network_switch(title: str, goes: bool) -> str:
    return _label(f"{'✓' if goes else '✕'} {title}")


OWN_TEXT: Final = "Свой текст"
OWN_TEXT_WHERE: Final = "Для какой сети свой текст?"
AS_ON_THE_WALL: Final = "Как на стене"


def own_text_of(title: str, has_one: bool) -> str:
    return _label(f"{'✎ ' if has_one else ''}{title}")


def own_text_wanted(title: str) -> str:
    return f"{title}: ответьте на карточку текстом для этой сети. Вернуть общий — «как на стене»"


def own_text_now(text: str) -> str:
    return f"Сейчас свой: «{text}»"


def wall_text_now(text: str) -> str:
    return f"Сейчас там: «{text}»"


def own_text_dropped(title: str) -> str:
    return f"{title}: текст как на стене"


def own_text_line(title: str, text: str, older: bool) -> str:
    return f"{title}: {_NETWORK_NOTES['own_text_older' if older else 'own_text']} «{text}»"


BEING_CORRECTED: Final = "ВКонтакте: исправляем"


def changed_on_vk(when: str) -> str:
    return f"ВКонтакте: текст или вложения изменены {when}"


OFF_THE_WALL: Final = "Снято: поста ВКонтакте больше нет"


def leaving_the_wall(link: str | None) -> str:
    return "Снимаем ВКонтакте" + (f", {link}" if link else "")


def not_off_the_wall(reason: str, link: str | None) -> str:
    where = f": {link}" if link else " и нажмите «Сделано» в меню «Ещё»"
    return f"ВКонтакте не снять, {_lower_first(trouble(reason)[0])}. Удалите вручную{where}"


def network_switched(title: str, on: bool) -> str:
    return f"{title}: {'выйдет' if on else 'не выйдет'}"


def goes_to(titles: Sequence[str]) -> str:
    return f"Кроме ВКонтакте выйдет: {', '.join(titles)}" if titles else "Выйдет только во ВКонтакте"


NO_NETWORKS: Final = "Другие сети не подключены: их включает администратор в настройках."
NETWORKS_HEAD: Final = "Куда выходит, кроме ВКонтакте:"
NETWORKS_HOW: Final = (
    "Поменять: /сети телеграм пауза · продолжить · выключить · включить · только RU-IRK, tos · кроме pravo\n"
    "Удалили пост ВКонтакте вручную — снимаем сразу, где помечено «спросим» — спрашиваем: "
    "/сети телеграм спрашивать · снимать; для всех — /сети все спрашивать"
)
NETWORK_ASKS: Final = "удаление ВКонтакте: спросим"
NETWORK_CARRIES: Final = "удаление ВКонтакте: снимем сразу"
NETWORKS_CODES: Final = "Назовите коды рубрик или регионов: /сети телеграм только RU-IRK, tos"
NETWORK_OFF: Final = "выключено"


def network_only(codes: Sequence[str]) -> str:
    return f"только {', '.join(codes)}"


def network_never(codes: Sequence[str]) -> str:
    return f"кроме {', '.join(codes)}"


def network_status(title: str, *, paused: bool, trouble: str | None, rule: str, removal: str) -> str:
    state = "на паузе" if paused else _lower_first(network_trouble(trouble)[0]) if trouble else "работает"
    return ", ".join(part for part in (f"{title}: {state}", rule, removal) if part)


# --------------------------------------------------------------------------------------------------- the digest

DIGEST_NO_WORDS: Final = "новость без текста."
DIGEST_LINES: Final = "Строки"
DIGEST_DROP: Final = "Убрать"
DIGEST_WORD: Final = "Переписать строку"
DIGEST_EMPTY: Final = "В дайджесте не осталось строк, он не выйдет."
DIGEST_WHICH_LINE: Final = "Какую строку убрать или переписать?"
DIGEST_CHOOSE_LINE: Final = "Выберите строку"
DIGEST_LINE_CHOSEN: Final = "Строка № {number}"
DIGEST_LINE_DROPPED: Final = "Строку № {number} убрали, новость ждёт следующего дайджеста"
DIGEST_REPLY_WITH_LINE: Final = "Ответьте на карточку новой строкой"
DIGEST_LINE_TOO_LONG: Final = "Строка длинная, до 600 знаков. Пришлите короче ответом на карточку"
DIGEST_CALLED_OFF_STATUS: Final = "Дайджест отменён, его новости ждут следующего"


def digest_head(number: int, pieces: int) -> str:
    return f"№ {number} · Дайджест, {moments.counted(pieces, 'строка', 'строки', 'строк')}"


def digest_due(when: str, paused: bool) -> str:
    return f"Выйдет {when}" + (f", {PAUSED_MARK}" if paused else "")


def digest_status(line: str, who: str) -> str:
    return f"В дайджесте{_by(who)}:\n{line}"


def in_digest(numbers: Sequence[int], link: str) -> str:
    if len(numbers) > 1:
        return (
            f"Новости № {', '.join(map(str, numbers))} вошли строками в дайджест: {link}\n"
            "Отдельные посты сделаем, если пришлёте подробности и фото."
        )
    return (
        f"Новость № {numbers[0]} вошла строкой в дайджест: {link}\n"
        "Отдельный пост сделаем, если пришлёте подробности и фото."
    )


def in_weekly(numbers: Sequence[int], links: Sequence[str]) -> str:
    """About pieces that a digest had before; of the links the last one is the week's."""
    which = ", ".join(str(number) for number in numbers)
    what = f"Новости № {which} вошли" if len(numbers) > 1 else f"Новость № {which} вошла"
    if len(links) > 1:
        return f"{what} строкой в дайджесты дня и недели: {', '.join(links)}"
    return f"{what} и в дайджест недели: {links[0]}"


# ------------------------------------------------------------------------------------ several pieces in one post

JOIN_ENTRY: Final = "Объединить"
PART_ENTRY: Final = "Разъединить"
JOIN_OTHER: Final = "Другой №"
JOIN_SHOW: Final = "Как выйдет вместе"
JOIN_WORD: Final = "Свой текст"
JOIN_LIST: Final = "К списку"
JOIN_DO: Final = "Объединить"
JOIN_WITH_WHICH: Final = "С какими новостями объединить? Общий пост покажем до решения"
JOIN_NOBODY_NEAR: Final = "Похожих новостей в работе нет. Назовите номер: «Другой №»"
JOIN_TOO_LONG: Final = "Вместе длиннее, чем берёт ВКонтакте. Ответьте своим текстом: «Свой текст»"
JOIN_COVERED: Final = "Вложения скрыты: в одной из новостей такие снимки"
JOIN_TOO_MANY: Final = "Больше восьми новостей в один пост не собрать"
JOIN_NEEDS_A_NUMBER: Final = "Нужен номер новости, например 214"
JOIN_CHOOSE: Final = "Отметьте новости"
JOIN_SHOWN: Final = "Общий пост на карточке"
JOIN_REPLY_NUMBER: Final = "Ответьте на карточку номером"
JOIN_REPLY_TEXT: Final = "Ответьте на карточку своим текстом"


def join_candidate(number: int, region: str, percent: int | None, state: str, start: str) -> str:
    alike = f"похоже на {percent}\u00a0%" if percent is not None else ""
    said = " · ".join(part for part in (f"№ {number}", region, alike, state) if part)
    return f"{said}: «{start}»" if start else said


def join_preview(numbers: Sequence[int], attachments: int) -> str:
    photos = f", вложений: {attachments}" if attachments else ""
    return f"Так выйдет общий пост ({_numbered(numbers)}{photos}). Объединить?"


def joined_answer(numbers: Sequence[int]) -> str:
    return f"Объединили {_numbered(numbers)}. Теперь решайте: общий пост на карточке"


def parted_answer(numbers: Sequence[int]) -> str:
    return f"Разъединили: {_numbered(numbers)} снова порознь"


def _numbered(numbers: Sequence[int]) -> str:
    return ", ".join(f"№ {number}" for number in numbers)


def joint_line(others: Sequence[str]) -> str:
    return f"Общий пост вместе с {', '.join(others)}"


def other_news(number: int, region: str | None) -> str:
    return f"№ {number} ({region})" if region else f"№ {number}"


def merged_status(lead: int, who: str) -> str:
    return f"Объединена с № {lead}{_by(who)}, выйдет общим постом"


def merged_state(lead: int) -> str:
    return f"объединена с № {lead}"


_LEFT: Final[Mapping[str, str]] = {
    "withdraw": "автор отозвал новость",
    "author_edited": "автор изменил новость",
    "gone": "записи больше нет в предложенных",
    "hand_published": "её опубликовали вручную",
    "undo": "её разъединили",
    "forgotten": "автор удалил свои данные",
}


def piece_left(number: int, why: str) -> str:
    if why == "forgotten":
        return "Общий пост собран заново: автор одной из новостей удалил свои данные"
    return f"Общий пост собран без № {number}: {_LEFT.get(why, 'она снова отдельно')}"


def piece_left_note(number: int, said: str) -> str:
    return f"№ {number} снова ждёт решения. {said}."


def news_from(number: int, place: str | None) -> str:
    return f"новостью № {number} ({place})" if place else f"новостью № {number}"


def in_one_post_with(others: str) -> str:
    return f"одной записью с {others}"


def joined_letter(number: int, others: str, when: str | None) -> str:
    if when is None:
        return (
            f"Новость № {number} объединили с {others}, они выйдут одной записью. "
            "Делать ничего не нужно, время выхода сообщим."
        )
    return f"Новость № {number} объединили с {others}: одна запись выйдет {when}. Источники названы в тексте."


def scheduled_together(number: int, when: str, others: str) -> str:
    return (
        f"Новость № {number} в плане: выйдет {when}, одной записью с {others}. "
        f"До этого времени её можно снять: «Отозвать {number}»."
    )


def published_together(number: int, others: str, link: str) -> str:
    return f"Новость № {number} вышла одной записью с {others}: {link}\nСпасибо, что прислали."


def parted_letter(number: int, lead: int) -> str:
    return (
        f"Новость № {number} снова рассматриваем отдельно: общая запись с № {lead} не выйдет. "
        "Решение сообщим отдельным письмом."
    )


def waits_together(lead: int) -> str:
    return f"объединена с № {lead}, на рассмотрении"


def comes_out_together(lead: int, how: str) -> str:
    return f"объединена с № {lead}, {how}"
