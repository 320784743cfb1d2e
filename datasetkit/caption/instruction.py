"""What a vision-language model is asked: the platform's formula with a fixed sentence frame. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from datasetkit import spec


class Language(StrEnum):
    """The language of captions."""

    ENGLISH = "en"
    CHINESE = "zh"


@dataclass(frozen=True, slots=True)
class TimedFrame:
    """A frame of a clip: when it is shown, in seconds, and its JPEG as a `data:` URI."""

    seconds: float
    uri: str


INSTRUCTIONS: Mapping[Language, str] = {
    Language.ENGLISH: """\
Describe who or what the first frame shows, and the place. Write exactly in this form:
The video begins showing (who or what, in one sentence). (Looks, clothes and pose, in one sentence.) The background is \
(the place, in one sentence).
Write plain English in the present tense. Use at most {sentences} sentences.
State only what can be seen. Leave out what can't be told; don't guess.
Leave out everything that changes or moves later in the clip, visual effects and camera movements.
Write only the caption: no heading, no quotation marks, no comment.""",
    Language.CHINESE: """\
请描述第一帧中的主体和环境，严格按以下句式书写：
视频开始时，画面中是（主体，一句话）。（外貌、服装和姿态，一句话。）背景是（环境，一句话）。
用简体中文陈述，最多{sentences}句话。
只写看得见的内容，看不清的不写，不要猜测。
不要描述片段后来发生的变化、动作、特效和镜头运动。
只写描述本身：不要标题、引号或说明。""",
}
"""The instructions that `--instruction FILE` replaces."""

_FRAMES = {
    Language.ENGLISH: "These are {count} frames of one clip, in order, at {times}.",
    Language.CHINESE: "以下是同一段视频的{count}帧，按时间顺序，时间为{times}。",
}
_PERSON = {
    Language.ENGLISH: "Then write one last line, PERSON: and the pronoun of the main subject: she, he, they or it.",
    Language.CHINESE: "最后另起一行写“人称：”和主体的代词：她、他、他们或它。",
}
_AGAIN = {
    Language.ENGLISH: "An earlier answer was refused because it {reason}. Follow the form above.",
    Language.CHINESE: "上一次的回答被拒绝了（{reason}）。请严格按上面的要求重写。",
}


def instruction_for(language: Language) -> str:
    """The usual instruction, which a user may edit."""
    return INSTRUCTIONS[language].format(sentences=caption_fact("guards", "sentences_high"))


def caption_request(
    captioner: str, instruction: str, language: Language, frames: Sequence[TimedFrame], refused: str = ""
) -> dict[str, Any]:
    """The body of the chat completion that describes one clip; ``refused`` says why an earlier answer was refused."""
    return motion_request(captioner, f"{instruction.strip()}\n\n{_PERSON[language]}", language, frames, refused)


def motion_request(
    captioner: str, instruction: str, language: Language, frames: Sequence[TimedFrame], refused: str = ""
) -> dict[str, Any]:
    """The body of the chat completion that describes the motion of one clip."""
    again = [_AGAIN[language].format(reason=refused)] if refused else []
    return request(captioner, [_when(language, frames), instruction.strip(), *again], frames)


def request(captioner: str, paragraphs: Sequence[str], frames: Sequence[TimedFrame]) -> dict[str, Any]:
    """The body of a chat completion that every OpenAI-compatible server takes: text, then frames as images."""
    images = [{"type": "image_url", "image_url": {"url": frame.uri}} for frame in frames]
    content = [{"type": "text", "text": "\n\n".join(paragraphs)}, *images]
    return {
        "model": captioner,
        "temperature": 0,
        "max_tokens": caption_fact("request", "answer_tokens"),
        "messages": [{"role": "user", "content": content}],
    }


def _when(language: Language, frames: Sequence[TimedFrame]) -> str:
    between = "、" if language is Language.CHINESE else ", "
    return _FRAMES[language].format(count=len(frames), times=between.join(f"{one.seconds:.2f} s" for one in frames))


def caption_fact(part: str, name: str) -> Any:
    """The value of a fact from captions.json."""
    return spec.document("captions.json")[part][name]["value"]
