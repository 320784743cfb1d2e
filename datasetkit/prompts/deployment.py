"""What a deployment needs of the effect: ``lora_prompt_default`` and ``aigc_config.prompt``."""

from __future__ import annotations

from collections.abc import Iterable

from datasetkit.errors import DatasetkitError
from datasetkit.prompts.normalize import Normalized
from datasetkit.prompts.placeholders import placeholders
from datasetkit.prompts.template import Effect


def deployment(effect: Effect, results: Iterable[Normalized]) -> dict[str, str | bool]:
    """The ``aigc_config`` in the platform's own wording; its example is the first of ``results`` that can be one.

    Raises DatasetkitError where none can.
    """
    text = effect.text
    instruction = (
        "Provide a video description based on the image content. "
        f"The description must include the phrase “{text}”\n"
        "Output Template:\n"
        f"The video begins with a shot of [subject description]. [Environment description]. {text}\n"
        f"Example:\n{_example(results)}"
    )
    return {"use_input_prompt": False, "prompt": instruction, "lora_prompt_default": text}


def _example(results: Iterable[Normalized]) -> str:
    """The first prompt that holds the effect, is decided, and has nothing left to fill in, normalized."""
    for result in results:
        if result.found and result.decided and not placeholders(result.text):
            return result.text
    raise DatasetkitError(
        "No prompt of the set can be the example: none holds the effect, or none says who its subject is.",
        "Run `datasetkit normalize`, mend what it reports, then try again.",
    )
