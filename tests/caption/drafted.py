"""What the tests of captions share: an effect, and the prompts of a dataset."""

from __future__ import annotations

import json
from pathlib import Path

EFFECT = "Then the s86b5p rain begins, countless dollar bills pour down and surround her/him."


def prompts_of(folder: Path) -> list[str]:
    return [json.loads(line)["prompt"] for line in (folder / "data.jsonl").read_text("utf-8").splitlines()]
