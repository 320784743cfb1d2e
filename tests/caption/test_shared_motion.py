"""`caption --effect`: one effect text out of what a model says about several clips."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from chat_server import ChatServer, text

from datasetkit.caption.instruction import Language
from datasetkit.caption.motion import propose_effect, with_slots
from datasetkit.prompts.slots import Person
from datasetkit.prompts.template import Effect

RAIN = {
    "a.mp4": "Countless dollar bills pour down like rain, surrounding her. She stretches her arms upward.",
    "b.mp4": "Dollar bills pour down like heavy rain, hitting him. He stretches his arms upward, a dog barks.",
    "c.mp4": "Many dollar bills pour down from above and surround her. She stretches her arms.",
    "d.mp4": "Dollar bills pour down like rain. He stretches his arms upward and laughs.",
}
SPIN = "The subject turns round once, quickly, on the spot."


def test_the_text_has_what_the_clips_share_with_slots_and_trigger() -> None:
    found = propose_effect(RAIN, "k7x2fa", Language.ENGLISH)
    assert found.misfits == ()
    effect = Effect("k7x2fa", found.text)
    assert effect.persons == (Person.SHE, Person.HE)
    for part in ("Then the k7x2fa effect begins, ", "dollar bills pour down like", "She/he stretches her/his arms"):
        assert part in found.text
    assert "dog" not in found.text


def test_a_clip_with_another_motion_does_not_fit() -> None:
    found = propose_effect({**RAIN, "e.mp4": SPIN}, "k7x2fa", Language.ENGLISH)
    assert found.misfits == ("e.mp4",)


def test_clips_that_share_nothing_give_no_text() -> None:
    apart = {"a.mp4": "Snow falls.", "b.mp4": "A car explodes.", "c.mp4": "She turns into a tiger."}
    assert propose_effect(apart, "k7x2fa", Language.ENGLISH).text == ""


def test_chinese() -> None:
    endings = {"a.mp4": "打在她身上", "b.mp4": "落地", "c.mp4": "飘落"}
    said = {clip: f"无数美元钞票从天而降，{ending}。她向上伸展双臂。" for clip, ending in endings.items()}
    found = propose_effect(said, "k7x2fa", Language.CHINESE)
    assert found.text.startswith("然后k7x2fa特效开始，无数美元钞票从天而降")
    assert found.text.endswith("她/他向上伸展双臂。")
    assert Effect("k7x2fa", found.text).has_slots


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("She lifts her arms.", "She/he lifts her/his arms."),
        ("Bills surround her and fall.", "Bills surround her/him and fall."),
        ("Bills surround her.", "Bills surround her/him."),
        ("He hugs himself; bills hit him.", "She/he hugs herself/himself; bills hit her/him."),
        ("It spins, and they fall.", "It spins, and they fall."),
        ("其他人围着他，他们鼓掌。", "其他人围着她/他，他们鼓掌。"),
    ],
)
def test_pronouns_become_slots(said: str, slots: str) -> None:
    assert with_slots(said) == slots


def test_the_command_proposes_and_changes_nothing(
    drafts: Callable[..., Path], caption: Callable[..., tuple[int, str, str]], server: ChatServer
) -> None:
    folder = drafts(8, effect="")
    said = [*RAIN.values(), SPIN, *RAIN.values()]
    server.answer = lambda number: said[number]
    before = (folder / "data.jsonl").read_bytes()
    code, out, err = caption(folder, "--effect")
    assert code == 1
    assert len(server.requests) == 6
    assert "Describe only the motion" in text(server.requests[0])
    assert "PERSON" not in text(server.requests[0])
    assert "dollar bills pour down" in out.splitlines()[1]
    assert "doesn't fit: video_5.mp4" in out, "the fifth of six that are spread over eight"
    assert "next: datasetkit effect" in err
    assert (folder / "data.jsonl").read_bytes() == before
    assert caption(folder, "--effect") == (code, out, err.split("\n", 1)[1])
    assert len(server.requests) == 6, "nothing is paid twice"


def test_too_few_clips_are_refused(
    drafts: Callable[..., Path], caption: Callable[..., tuple[int, str, str]], server: ChatServer
) -> None:
    code, _, err = caption(drafts(2), "--effect")
    assert code == 2
    assert "at least 3" in err
    assert server.requests == []
