"""What was to be filled in and wasn't: a template's blanks, a draft's mark, an unresolved slot."""

from __future__ import annotations

import re

from datasetkit.prompts.slots import unresolved

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
# Any placeholder holds one of these; searches for single strings are far quicker than the pattern.
_HINTS = ("[", "{", "<", "%(", "omitted", "todo", "fixme", "tbd", "xxx", "lorem")


def placeholders(text: str) -> tuple[str, ...]:
    """The placeholders in ``text``, each as written: blanks in their order, then unresolved slots (``she/he``)."""
    lower = text.lower()
    for hint in _HINTS:
        if hint in lower:
            return (*(match.group() for match in _BLANKS.finditer(text)), *unresolved(text))
    return unresolved(text)
