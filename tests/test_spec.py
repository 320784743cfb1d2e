from __future__ import annotations

import pytest

from datasetkit.errors import DatasetkitError, did_you_mean, nearest
from datasetkit.modelstudio.endpoint import find_region
from datasetkit.spec import find_model


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("wan2.2-i2v-flsh", "wan2.2-i2v-flash"),
        ("WAN2.2-KF2V-FLASH", "wan2.2-kf2v-flash"),
        ("wan2.5-i2v", "wan2.5-i2v-preview"),
        ("wan2.6-i2w-ft-202511111122-ab12", "wan2.6-i2v"),
    ],
)
def test_a_misspelt_model_is_asked_about(name: str, near: str) -> None:
    with pytest.raises(DatasetkitError, match="no model is called") as raised:
        find_model(name)
    assert raised.value.next_step.startswith(f"Did you mean {near}? These can be fine-tuned: wan")


def test_a_model_like_none_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(DatasetkitError) as raised:
        find_model("gpt")
    assert raised.value.next_step.startswith("These can be fine-tuned: wan")


@pytest.mark.parametrize(
    ("name", "near"), [("singapur", "singapore"), ("bejing", "beijing"), ("cn-bejing", "cn-beijing")]
)
def test_a_misspelt_region_is_asked_about(name: str, near: str) -> None:
    with pytest.raises(DatasetkitError, match="no region is called") as raised:
        find_region(name)
    assert raised.value.next_step.startswith(f"Did you mean {near}? Known regions: singapore (")


def test_case_is_no_difference() -> None:
    assert nearest("PROMT", ["Prompt", "video"]) == "Prompt"
    assert did_you_mean("promt", ["prompt"]) == "Did you mean prompt?"
    assert did_you_mean("zzz", ["prompt"]) == ""
