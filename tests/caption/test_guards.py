"""Fifty answers as models give them, each kept or refused, with the reason; and what is read of them."""

from __future__ import annotations

import pytest

from datasetkit.caption.answer import read_answer
from datasetkit.caption.guards import refusal
from datasetkit.caption.instruction import Language
from datasetkit.prompts.slots import Person
from datasetkit.prompts.template import Effect

RAIN = Effect(
    "s86b5p",
    "Then the s86b5p money rain effect begins, countless huge-sized US dollar bills (beige background/dark green "
    "patterns) pour down like a torrential rain, densely hitting and surrounding her/him. The bills continue to fall, "
    "she/he stretches her/his arms upward, expression surprised, completely immersed in this wild money rain.",
)
REGEN = Effect(
    "s86b5p",
    "然后s86b5p金钱雨特效开始，无数巨大的美元钞票像暴雨一样倾泻而下，密集地打在她/他身上，钞票继续飘落，她/他向上伸展双臂。",
)
GOOD = (
    "The video begins showing a young woman in front of a brick wall. She has long reddish-brown hair and wears a "
    "white sleeveless dress. The background is a brick wall covered with ivy."
)
MAN = "The video begins showing a man in a suit at a table. The background is a dark green restaurant wall."
GUT = "视频开始时，画面中是一位年轻女子站在砖墙前。她留着长发，穿着白色连衣裙。背景是爬满藤蔓的砖墙。"

KEPT = {
    "plain": (f"{GOOD}\nPERSON: she", GOOD, "she"),
    "plain man": (f"{MAN}\nPERSON: he", MAN, "he"),
    "no person": (GOOD, GOOD, None),
    "bold person": (f"{GOOD}\n\n**PERSON:** She", GOOD, "she"),
    "person in the same line": (f"{GOOD} PERSON: she.", GOOD, "she"),
    "pronoun with others": (f"{GOOD}\nPERSON: she/her", GOOD, "she"),
    "fences": (f"```\n{GOOD}\nPERSON: she\n```", GOOD, "she"),
    "fences with a language": (f"```text\n{GOOD}\n```\nPERSON: she", GOOD, "she"),
    "thoughts": (f"<think>\nA woman. The video begins…\n</think>\n\n{GOOD}\nPERSON: she", GOOD, "she"),
    "thoughts without a beginning": (f"The frames show bills.\n</think>{GOOD}\nPERSON: she", GOOD, "she"),
    "preamble": (f"Sure! Here is the caption:\n\n{GOOD}\nPERSON: she", GOOD, "she"),
    "label": (f"Caption: {GOOD}\nPERSON: she", GOOD, "she"),
    "bold label": (f"**Caption:** {GOOD}\nPERSON: she", GOOD, "she"),
    "quotation marks": (f'"{GOOD}"\nPERSON: she', GOOD, "she"),
    "curly quotation marks": (f"“{GOOD}”\nPERSON: she", GOOD, "she"),
    "small talk behind": (f"{GOOD} Let me know if you need anything else!", GOOD, None),
    "JSON": ('{"caption": "' + GOOD + '", "person": "she"}', GOOD, "she"),
    "JSON in fences": ('```json\n{"description": "' + GOOD + '"}\n```', GOOD, None),
    "several lines": (GOOD.replace(". ", ".\n") + "\nPERSON: she", GOOD, "she"),
    "spaces": (f"  {GOOD.replace(' ', '  ')} \n\nPERSON: she\n", GOOD, "she"),
    "an animal": ("The video begins showing a cat on a rug. The background is a room.\nPERSON: it", None, "it"),
    "several people": (
        "The video begins showing two men in a park. The background is a lawn.\nPERSON: they",
        None,
        "they",
    ),
    "rain in the background": (
        "The video begins showing a woman in a yellow raincoat. The background is a street in the rain.\nPERSON: she",
        None,
        "she",
    ),
    "a wall of patterns": (
        "The video begins showing a woman. The background is a beige wall with dark green patterns.\nPERSON: she",
        None,
        "she",
    ),
    "arms": (
        "The video begins showing a man with folded arms. The background is a plain wall.\nPERSON: he",
        None,
        "he",
    ),
}
REFUSED = {
    "cut": (GOOD[:60], "length", "cut off"),
    "cut in a thought": ("<think>The user wants a caption of", "length", "cut off"),
    "filtered": (GOOD, "content_filter", "content filter"),
    "empty": ("", "stop", "empty"),
    "only a thought": ("<think>Hm.</think>", "stop", "empty"),
    "an open thought": ("<think>The woman stands and", "stop", "empty"),
    "only marks": ("```\n```", "stop", "empty"),
    "only a person": ("PERSON: she", "stop", "empty"),
    "JSON without a caption": ('{"person": "she"}', "stop", "empty"),
    "Chinese": (f"{GUT}\n人称：她", "stop", "isn't in English"),
    "Spanish": (
        "El video comienza mostrando a una mujer joven frente a una pared de ladrillos. Lleva un vestido.",
        "stop",
        "isn't in English",
    ),
    "Russian": (
        "Видео начинается с молодой женщины у кирпичной стены. На ней белое платье.",
        "stop",
        "isn't in English",
    ),
    "trigger": (GOOD.replace("wall.", "wall before the s86b5p effect.", 1), "stop", "trigger"),
    "trigger in capitals": (GOOD.replace("wall.", "wall in S86B5P.", 1), "stop", "trigger"),
    "the effect": (
        f"{GOOD} Countless US dollar bills pour down like a torrential rain.",
        "stop",
        "describes the effect",
    ),
    "the effect in a clause": (
        GOOD.replace("wall.", "wall while dollar bills pour down on her.", 1),
        "stop",
        "describes the effect",
    ),
    "the effect's gesture": (
        GOOD.replace("dress.", "dress, and she stretches her arms upward, surprised.", 1),
        "stop",
        "describes the effect",
    ),
    "hedging": (GOOD.replace("a brick wall covered", "what appears to be a brick wall covered"), "stop", "unsure"),
    "perhaps": (GOOD.replace("a young", "perhaps a young"), "stop", "unsure"),
    "looks like": (GOOD.replace("is a brick", "looks like a brick"), "stop", "unsure"),
    "too long": (f"{GOOD} It is day. The sky is grey.", "stop", "5 sentences"),
    "a refusal": ("I'm sorry, but I can't help with that.", "stop", "no caption"),
    "a blank": (GOOD.replace("a brick wall covered with ivy", "[environment description]"), "stop", "blank"),
    "another person": (f"{MAN}\nPERSON: she", "stop", "describes he"),
    "the same words": ("The video begins showing a boy, on a pier! The background is a lake.", "stop", "same words"),
}
OTHERS = {"The video begins showing a boy on a pier. The background is a lake.": "video_07.mp4"}


def test_there_are_fifty() -> None:
    assert len(KEPT) + len(REFUSED) == 50


@pytest.mark.parametrize("name", KEPT)
def test_a_good_answer_is_kept(name: str) -> None:
    text, caption, person = KEPT[name]
    read = read_answer(text)
    assert refusal(read, "stop", Language.ENGLISH, RAIN, OTHERS) == ""
    assert read.caption == (caption or text.partition("\n")[0])
    assert read.person == (Person(person) if person else None)


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_answer_is_refused_with_the_reason(name: str) -> None:
    text, finish, reason = REFUSED[name]
    assert reason in refusal(read_answer(text), finish, Language.ENGLISH, RAIN, OTHERS)


CHINESE = {
    "plain": (f"{GUT}\n人称：她", ""),
    "thoughts": (f"<think>好的</think>{GUT}\n人称:她", ""),
    "English": (GOOD, "isn't in Chinese"),
    "trigger": (GUT.replace("砖墙前", "s86b5p中", 1), "trigger"),
    "the effect": (GUT.replace("砖墙前。", "砖墙前，美元钞票倾泻而下。", 1), "describes the effect"),
    "hedging": (GUT.replace("背景是", "背景似乎是"), "unsure"),
    "too long": (f"{GUT}天气晴朗。地面干燥。", "5 sentences"),
    "a refusal": ("抱歉，我无法查看视频内容。", "no caption"),
    "another person": (GUT.replace("她", "").replace("，穿", "穿") + "\n人称：他", "describes she"),
}


@pytest.mark.parametrize("name", CHINESE)
def test_chinese_answers(name: str) -> None:
    text, reason = CHINESE[name]
    said = refusal(read_answer(text), "stop", Language.CHINESE, REGEN, {})
    assert (reason in said) if reason else said == ""


def test_without_an_effect_nothing_is_a_leak() -> None:
    assert refusal(read_answer(f"{GOOD} Dollar bills pour down."), "stop", Language.ENGLISH, None, {}) == ""
