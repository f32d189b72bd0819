"""«Как выйдет»: the post as each switched-on network will show it, before anything is decided."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from editorial import rubrics, signing
from editorial.networks import Network, Story
from editorial.post import defuse, split_text, utf16_length
from editorial.preview import words_of
from editorial.suggestion import Suggestion
from handlers import changes, network_rules, texts
from handlers.context import Context, Desk
from handlers.payloads import Payload
from handlers.person import Person

WORD: Final = "preview"
#: Room for one part's words; the whole note has to be one message. UTF-16 units.
_PART: Final = 600
_WHOLE: Final = 3900
#: Stands for the number that the post will have on VK; the suggestion's own is another one.
_UNKNOWN: Final = "…номер"


def shown(context: Context, suggestion: Suggestion) -> bool:
    more_than_the_text = context.desk.networks or context.desk.signature != signing.USUAL
    return bool(more_than_the_text) and not network_rules.goes_nowhere(suggestion)


def press(context: Context, _person: Person, suggestion: Suggestion, _payload: Payload) -> str:
    off = [one.key for one in context.desk.networks if not network_rules.goes_to(context, suggestion, one)]
    changes.note(context, WORD, suggestion.number, off=off)
    return texts.PREVIEW_COMES


def text_of(suggestion: Suggestion, desk: Desk, off: Collection[str] = ()) -> str:
    """The note: VK first, then every network with its parts; to those of ``off`` it does not go."""
    if suggestion.published_post_id is None:
        suggestion = desk.signed(suggestion)
    content = suggestion.for_publication
    own = texts.preview_part(texts.PREVIEW_VK, 1, 1, len(content.attachments), _brief(content.text))
    pieces: list[str] = []
    same: list[str] = []
    for network in desk.networks:
        if network.key in off:
            pieces.append(texts.preview_not_there(network.title))
        elif _shows(network, suggestion) == [(content.text.strip(), len(content.attachments))]:
            same.append(_title(network, suggestion))
        else:
            pieces += _of_network(network, suggestion)
    alike = [texts.preview_same(same)] if same else []
    pieces = [texts.preview_head(suggestion.number), own, *alike, *pieces]
    text = ""
    for piece in pieces:
        longer = f"{text}\n\n{piece}".strip()
        if utf16_length(longer) > _WHOLE:
            return f"{text}\n\n{texts.PREVIEW_CUT}"
        text = longer
    return f"{text}\n\n{texts.PREVIEW_NUMBER}" if _UNKNOWN in text else text


def _of_network(network: Network, suggestion: Suggestion) -> list[str]:
    parts, title = _shows(network, suggestion), _title(network, suggestion)
    if len(parts) == 1 and parts[0][0] == suggestion.for_publication.text.strip():
        return [texts.preview_same_text(title, parts[0][1])]
    return [
        texts.preview_part(title, place, len(parts), pictures, _brief(words))
        for place, (words, pictures) in enumerate(parts, start=1)
    ]


def _title(network: Network, suggestion: Suggestion) -> str:
    own = network_rules.own_text(suggestion, network.key)
    return network.title if own is None else texts.with_own_text(network.title)


def _shows(network: Network, suggestion: Suggestion) -> list[tuple[str, int]]:
    """The words and the number of pictures of each part there."""
    content, own = suggestion.for_publication, network_rules.own_text(suggestion, network.key)
    rubric = rubrics.of(suggestion)
    story = Story(
        number=suggestion.number,
        text=own or content.text,
        attachments=content.attachments,
        link=suggestion.published_link or f"https://vk.com/wall{suggestion.owner_id}_{_UNKNOWN}",
        published_at=suggestion.due_at or suggestion.updated_at,
        owner_id=suggestion.owner_id,
        post_id=suggestion.published_post_id,
        region=suggestion.region,
        rubric=rubric.code if rubric else None,
    )
    return [(words_of(part).strip(), len(part.media)) for part in network.preview(story)]


def _brief(text: str) -> str:
    safe = defuse(text.strip())
    return safe if utf16_length(safe) <= _PART else split_text(safe, _PART)[0].rstrip() + "…"
