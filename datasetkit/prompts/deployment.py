"""What a deployment needs of the effect: ``lora_prompt_default`` and ``aigc_config.prompt``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from datasetkit.errors import DatasetkitError
from datasetkit.prompts.effect import Effect
from datasetkit.prompts.normalize import normalize
from datasetkit.prompts.placeholders import placeholders


@dataclass(frozen=True, slots=True)
class Deployment:
    """The ``aigc_config`` of a deployment; text as it is, for a JSON writer to escape."""

    prompt: str
    lora_prompt_default: str
    use_input_prompt: bool = False

    def as_json(self) -> dict[str, str | bool]:
        """The object as a request carries it."""
        return {
            "use_input_prompt": self.use_input_prompt,
            "prompt": self.prompt,
            "lora_prompt_default": self.lora_prompt_default,
        }


def deployment(effect: Effect, prompts: Iterable[str]) -> Deployment:
    """The deployment texts in the platform's own wording, the example being the first of ``prompts`` that can be one.

    Raises DatasetkitError where no prompt holds the effect.
    """
    text = effect.text
    instruction = (
        "Provide a video description based on the image content. "
        f"The description must include the phrase “{text}”\n"
        "Output Template:\n"
        f"The video begins with a shot of [subject description]. [Environment description]. {text}\n"
        f"Example:\n{_example(effect, prompts)}"
    )
    return Deployment(instruction, text)


def _example(effect: Effect, prompts: Iterable[str]) -> str:
    """The first prompt that is decided and has nothing left to fill in, normalized."""
    for result in (normalize(prompt, effect) for prompt in prompts):
        if result.decided and not placeholders(result.text):
            return result.text
    raise DatasetkitError(
        "No prompt of the set can be the example: none holds the effect, or none says who its subject is.",
        "Run datasetkit normalize and mend what it reports, then ask again.",
    )
