"""What was to be filled in and wasn't: a template's blanks, a draft's mark, an unresolved slot."""

from __future__ import annotations

import re

DRAFT_MARK = "[describe subject and background]"
"""What a prompt holds that datasetkit drafted for a clip without a caption."""

_BLANKS = re.compile(
    # [subject description], [Environment description], our own draft mark; "[red]" may be text on a wall
    r"\[[^\]\n]{0,40}\b(?:descriptions?|describe|subject|environment|background|scene|trigger|effect|motion|insert|your)"
    r"\b[^\]\n]{0,40}\]"
    r"|\{\{?[a-z][\w .-]{1,40}\}?\}"  # {trigger}, {{subject}}
    r"|<(?:subject|background|environment|scene|trigger|effect|motion|prompt|caption|description)[\w -]{0,30}>"
    r"|\$\{[^}\n]{1,40}\}|%\(\w+\)s"
    r"|\b(?:environment|background|subject|scene) description omitted\b"
    r"|\b(?:TODO|FIXME|TBD|XXX)\b|\blorem ipsum\b",
    re.IGNORECASE,
)
_SLOT = re.compile(
    r"(?<![\w/])(?:she/he|he/she|s/he|her/him|him/her|her/his|his/her|hers/his|his/hers|herself/himself|himself/herself)"
    r"(?:/\w+)*(?!\w)",
    re.IGNORECASE,
)
# Any placeholder holds one of these; the searches for single strings are far quicker than the patterns.
_HINTS = ("[", "{", "<", "%(", "omitted", "todo", "fixme", "tbd", "xxx", "lorem")
_SLOT_HINTS = ("/h", "/she")


def resolved(text: str) -> str:
    """The text with each unresolved slot (``she/he``) as its first word."""
    return _SLOT.sub(lambda match: match.group().partition("/")[0], text)


def _holds(text: str, hints: tuple[str, ...]) -> bool:
    for hint in hints:  # noqa: SIM110 - any() over a generator takes three times as long, and this is asked of all
        if hint in text:
            return True
    return False


def placeholders(text: str) -> tuple[str, ...]:
    """The placeholders in ``text``, in order, each as written."""
    lower = text.lower()
    patterns = [_BLANKS] * _holds(lower, _HINTS) + [_SLOT] * _holds(lower, _SLOT_HINTS)
    found = [(m.start(), m.group()) for pattern in patterns for m in pattern.finditer(text)]
    return tuple(written for _, written in sorted(found))
