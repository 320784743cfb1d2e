"""Tidying: what goes, what stays."""

import pytest

from datasetkit.prompts.slots import DRAFT_MARK, placeholders
from datasetkit.prompts.tidy import Cleanup, tidy
from datasetkit.prompts.worddiff import word_diff


@pytest.mark.parametrize(
    ("text", "tidied", "cleanups"),
    [
        ("  a  b\tc\n", "a b c", {Cleanup.SPACE}),
        ("a\u2028b\u2029c\x85d\x0be", "a b c d e", {Cleanup.SPACE}),
        ("a\u00a0b\u3000c\u2009d", "a b c d", {Cleanup.SPACE}),
        ("a\x00b\x1b[0m", "ab[0m", {Cleanup.CONTROL}),
        ("s86\u200bb5p\ufeff", "s86b5p", {Cleanup.CONTROL}),
        ("soft\u00adhyphen", "softhyphen", {Cleanup.CONTROL}),
        ("cafe\u0301", "café", {Cleanup.UNICODE_FORM}),
        ("e\u200b\u0301", "é", {Cleanup.CONTROL, Cleanup.UNICODE_FORM}),
        ("donâ€™t â€œgoâ€\u009d", "don’t “go”", {Cleanup.MOJIBAKE}),
        ("cafÃ© 20Â°C", "café 20°C", {Cleanup.MOJIBAKE}),
        ("ðŸ˜€ æ—¥æœ¬èªž", "😀 日本語", {Cleanup.MOJIBAKE}),
        ("Sure! Here's the caption: A cat.", "A cat.", {Cleanup.CHATTER}),
        ("Of course, here is a detailed description of the clip:\n\nA cat.", "A cat.", {Cleanup.CHATTER}),
        ("As an AI language model, I can't see the clip. A cat.", "A cat.", {Cleanup.CHATTER}),
        ("A cat. I hope this helps!", "A cat.", {Cleanup.CHATTER}),
        ("A cat." + " Let me know if that's fine." * 2000, "A cat.", {Cleanup.CHATTER}),
        ("A cat.</s>", "A cat.", {Cleanup.CHATTER}),
        ("# Scene\n- A **black** cat\n- A mat", "Scene A black cat A mat", {Cleanup.CHATTER, Cleanup.SPACE}),
        ("“A cat.”", "A cat.", {Cleanup.CHATTER}),
    ],
)
def test_clutter_goes(text, tidied, cleanups):
    result = tidy(text)
    assert result.text == tidied
    assert result.cleanups == cleanups


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A cat.",
        "👩‍🚀 waves",
        "می‌خواهم",
        "voilà »",
        "café",
        "„FOO Ä“ x",
        "naïve “x” façade",
        "Here is a woman who sells flowers.",
        "Sure-footed, a goat climbs.",
        "A woman says: “Here is the caption.” She nods.",
        "“Hello,” says a sign, “stranger”",
        "2 * 3 * 4",
        "A file called __init__.py on a screen",
        "Great waves hit a pier.",
        "A man lets me know if it rains, he says",
        "A #1 jersey - size 52",
        "Sure!",
        "砖墙。",
    ],
)
def test_what_is_meant_stays(text):
    result = tidy(text)
    assert result.text == text
    assert not result.cleanups


def test_lost_letters_are_counted():
    assert tidy("caf\ufffd \ufffd").unreadable == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A shot of [subject description]. [Environment description].", 2),
        ("Then {trigger} begins", 1),
        ("{{subject}} in ${place}", 2),
        (f"{DRAFT_MARK} Then it begins", 1),
        ("she/he runs, her/his arms", 2),
        ("(environment description omitted)", 1),
        ("TODO", 1),
        ("<subject> stands", 1),
        ("A wall [red], 24/7, black/white, todos, a {", 0),
        ("A #1 [1] sign <b>", 0),
    ],
)
def test_placeholders(text, found):
    assert len(placeholders(text)) == found


@pytest.mark.parametrize(
    ("old", "new", "diff"),
    [
        ("a b c", "a b c", ""),
        ("a  b", "a b", ""),
        ("a b c", "a x c", "a [-b-] {+x+} c"),
        ("a b c d e f g", "a b c d e f", "… e f [-g-]"),
        ("a b c d e f g", "x a b c d e f g", "{+x+} a b …"),
        ("a\u200bb", "ab", "[-a\\u200bb-] {+ab+}"),
    ],
)
def test_a_word_diff_is_one_line(old, new, diff):
    assert word_diff(old, new, context=2) == diff
