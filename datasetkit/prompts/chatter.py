"""What caption models say around a caption: "Sure!", "Here is a description:", Markdown, stop marks."""

from __future__ import annotations

import re

_NOUN = r"(?:prompt|caption|description|annotation|text|summary|breakdown|rewrite|version|answer|response|output)"
_BEFORE = re.compile(
    r"\s*(?:"
    r"(?:sure|certainly|of course|absolutely|okay|ok|great|got it|no problem)(?: thing)?\s*[!.]+(?=\s)"
    r"|(?:sure|certainly|of course|absolutely|okay|ok)(?: thing)?\s*[,—–-]\s*(?=here(?:'s|’s| is| are)\b)"
    r"|here(?:'s|’s| is| are)\b[^.!?:\n]{0,120}?\b" + _NOUN + r"s?\b[^.!?:\n]{0,80}:"
    r"|(?:(?:video|image|final|detailed|revised) )?" + _NOUN + r"\s*:"
    r"|as an? (?:ai|large|visual|multimodal)\b[^.!?\n]{0,40}(?:model|assistant)\b[^.!?\n]{0,200}[.!?]"
    r"|\[/?inst\]|<\|[a-z_]{2,20}\|>|</?s>|<think>\s*</think>|assistant\s*:"
    r")\s*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:"
    r"(?:please )?let me know if\b[^.!?\n]{0,160}[.!?]*"
    r"|(?:i )?hope (?:this|that) (?:helps|works|meets)\b[^.!?\n]{0,100}[.!?]*"
    r"|(?:would|do) you (?:like|want) me to\b[^.!?\n]{0,160}\?+"
    r"|(?:is there|can i help you with) anything else\b[^.!?\n]{0,100}\?+"
    r"|feel free to\b[^.!?\n]{0,160}[.!?]*"
    r"|\[/?inst\]|<\|[a-z_]{2,20}\|>|</s>"
    r")\s*$",
    re.IGNORECASE,
)
_LONGEST_AFTER = 400  # characters that an ending may have, so that it's looked for in no more
_FENCE = re.compile(r"^[ \t]*```[\w-]*[ \t]*$\n?", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*(?:#{1,6}|[-*•+>]|\d{1,2}[.)])[ \t]+", re.MULTILINE)
_BOLD = re.compile(r"(\*{2,3})(?=\S)([^*\n]+?)(?<=\S)\1")
_QUOTES = {'"': '"', "“": "”", "«": "»", "'": "'", "`": "`"}
# What the patterns need; most prompts hold none of it, and plain searches are far quicker than the patterns.
_OPENING = re.compile(
    r"""["“«'`#*•+>\[<-]|\d{1,2}[.)]|sure|certainly|of course|absolutely|ok|great|got it|no problem|here|as an?\b"""
    r"""|assistant|(?:(?:video|image|final|detailed|revised) )?""" + _NOUN + r"""\s*:""",
    re.IGNORECASE,
)
_MARKS = ("**", "```", "|>", "</s>", "inst]", "\n")
_PHRASES = ("let me know", "hope th", "you like", "you want me", "anything else", "feel free")
_HINTS = (*_MARKS, *_PHRASES)


def _may_hold(text: str) -> bool:
    """Whether any of the patterns may match."""
    if _OPENING.match(text):
        return True
    lower = text.lower()
    for hint in _HINTS:  # noqa: SIM110 - any() over a generator takes three times as long, and this is asked of all
        if hint in lower:
            return True
    return False


def without_chatter(text: str) -> str:
    """The text without chatter and Markdown; ``text`` itself where there is none or nothing would be left.

    Lines end in "\\n". Removing twice is removing once.
    """
    if not _may_hold(text.lstrip()):
        return text
    before, result = "", text
    while before != result:
        before = result
        result = _once(result)
    return result if any(map(str.isalnum, result)) else text


def _once(text: str) -> str:
    text = _BOLD.sub(r"\2", _BULLET.sub("", _FENCE.sub("", text)))
    start, end = 0, len(text)
    while found := _BEFORE.match(text, start):
        start = found.end()
    while found := _AFTER.search(text, max(start, end - _LONGEST_AFTER), end):
        end = found.start()
    return _unquoted(text[start:end].strip())


def _unquoted(text: str) -> str:
    """The text without the quotation marks that enclose all of it."""
    closing = _QUOTES.get(text[:1])
    inner = text[1:-1]
    if closing is None or len(text) < 3 or not text.endswith(closing):
        return text
    return text if closing in inner or text[0] in inner else inner
