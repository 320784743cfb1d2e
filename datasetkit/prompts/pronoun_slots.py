"""Makes a template of an effect text that is written for one person: each pronoun becomes its slot."""

from __future__ import annotations

import re
from collections.abc import Sequence

from datasetkit.prompts.words import WORD, is_content, stem

_PRONOUN = re.compile(r"(?<![\w/'’-])(?:she|he|him|her|his|hers|herself|himself)(?![\w/])", re.IGNORECASE)
_CERTAIN = {
    "she": "she/he",
    "he": "she/he",
    "him": "her/him",
    "hers": "hers/his",
    "herself": "herself/himself",
    "himself": "herself/himself",
}


def with_slots(text: str, others: Sequence[str]) -> str:
    """The text with a slot for every "she" and "he" of whatever case.

    "her" and "his" each have two cases: ``others``, the same text written for other samples, tell which it is where
    one of them has the other sex; else the next word tells.
    """
    matches = list(_PRONOUN.finditer(text))
    peers = [found for other in others if len(found := _PRONOUN.findall(other)) == len(matches)]
    pieces, at = [], 0
    for position, match in enumerate(matches):
        seen = {peer[position].lower() for peer in peers} | {match.group().lower()}
        slot = _slot(seen, text[match.end() :])
        pieces += [text[at : match.start()], slot.capitalize() if match.group()[0].isupper() else slot]
        at = match.end()
    return "".join([*pieces, text[at:]])


def _slot(seen: set[str], behind: str) -> str:
    """The slot of a pronoun that samples wrote as ``seen``, ``behind`` being the text that follows it."""
    certain = {_CERTAIN[word] for word in seen if word in _CERTAIN}
    if len(certain) == 1:
        return certain.pop()
    if {"her", "his"} <= seen:
        return "her/his"
    return _by_next_word("his" in seen, behind)


def _by_next_word(male: bool, behind: str) -> str:
    """A noun or adjective follows a possessive; a preposition, a conjunction or the end doesn't."""
    following = WORD.match(behind.lstrip(" "))
    if following is not None and is_content(stem(following.group())):
        return "her/his"
    return "hers/his" if male else "her/him"
