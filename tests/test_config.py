from __future__ import annotations

import pytest

from datasetkit import config, spec
from datasetkit.config import Config, Setting, in_force, parse
from datasetkit.errors import DatasetkitError
from datasetkit.model import Kind, Role

WHOLE = b"""\xef\xbb\xbfmodel = "wan2.7-i2v"
kind = "kf2v"
role = "validation"
region = "beijing"
target_seconds = 4.5
[ignore]
V411 = "fine"
"V4:clips/*.mp4" = "old"
"""


def test_every_key_is_read() -> None:
    assert parse(WHOLE, "x") == Config(
        "wan2.7-i2v", Kind.KF2V, Role.VALIDATION, "beijing", 4.5, {"V411": "fine", "V4:clips/*.mp4": "old"}
    )
    assert parse(b"", "x") == Config()


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("regoin = 'beijing'", "x has an unknown key, regoin", "Did you mean region?"),
        ("zzz = 1\nkind = 3", "x has an unknown key, zzz", "It may hold: model, kind"),
        ("region = 'oz'", "x: region: 'oz' is not one of", "the one your key belongs to"),
        ("ignore = { v411 = 'x' }", "'v411' does not match", "Write a code or prefix"),
        ("ignore = { 'V411:' = 'x' }", "'V411:' does not match", "Write a code or prefix"),
        ("ignore = { V411 = 3 }", "x: ignore.V411: 3 is not of type", "Give the reason"),
        ("ignore = 'V411'", "x: ignore:", "each with the reason"),
        ("a = 1\na = 2", "x is not TOML", "README"),
        ("model = '\udce9'", "x is not TOML", "README"),
    ],
)
def test_what_cannot_be_used_says_what_to_write(text: str, message: str, hint: str) -> None:
    with pytest.raises(DatasetkitError) as raised:
        parse(text.encode("utf-8", "surrogateescape"), "x")
    assert message in str(raised.value)
    assert hint in raised.value.next_step


def test_a_misspelt_key_inside_a_table_is_named_with_its_table() -> None:
    with pytest.raises(DatasetkitError, match=r"x, \[effect\], has an unknown key, triger") as raised:
        parse(b'[effect]\ntriger = "s86b5p"\ntext = "Then the s86b5p rain begins."\n', "x")
    assert raised.value.next_step == "Did you mean trigger?"


def test_an_effect_is_read() -> None:
    text = "Then she/he begins the s86b5p transformation."
    effect = parse(f'[effect]\ntrigger = "s86b5p"\ntext = "{text}"\nabsent_in = ["video_7.mp4"]\n'.encode(), "x").effect
    assert effect is not None
    assert (effect.trigger, effect.text, effect.absent_in) == ("s86b5p", text, ("video_7.mp4",))


def test_an_effect_that_can_not_serve_names_its_file() -> None:
    with pytest.raises(DatasetkitError, match="x: The effect text does not hold its trigger"):
        parse(b'[effect]\ntrigger = "s86b5p"\ntext = "Then the rain begins."\n', "x")


def test_the_schema_knows_the_regions_that_there_are() -> None:
    known = {region["id"] for region in spec.document("regions.json")["regions"]}
    assert set(spec.document("config.schema.json")["properties"]["region"]["enum"]) == known


OPTIONS = {"model": "wan2.6-i2v", "ignore": {"S": "--ignore", "V411": "--ignore"}}
ENVIRONMENT = {"DASHSCOPE_API_REGION": "singapore"}


@pytest.mark.parametrize(
    ("options", "file", "environment", "key", "expected"),
    [
        (OPTIONS, parse(WHOLE, "x"), ENVIRONMENT, "model", Setting("wan2.6-i2v", "--model")),
        ({}, parse(WHOLE, "x"), ENVIRONMENT, "model", Setting("wan2.7-i2v", "x")),
        ({}, Config(), ENVIRONMENT, "model", Setting(None, config.DEFAULT)),
        ({}, parse(WHOLE, "x"), ENVIRONMENT, "region", Setting("beijing", "x")),
        ({}, Config(), ENVIRONMENT, "region", Setting("singapore", "DASHSCOPE_API_REGION")),
        ({}, Config(), {"DASHSCOPE_API_REGION": ""}, "region", Setting(None, config.DEFAULT)),
        ({"target_seconds": 3}, parse(WHOLE, "x"), {}, "target_seconds", Setting(3, "--target-seconds")),
        (OPTIONS, parse(WHOLE, "x"), {}, "ignore.V411", Setting("--ignore", "--ignore")),
        (OPTIONS, parse(WHOLE, "x"), {}, "ignore.S", Setting("--ignore", "--ignore")),
        ({}, parse(WHOLE, "x"), {}, "ignore.V4:clips/*.mp4", Setting("old", "x")),
    ],
)
def test_what_is_in_force(
    options: dict[str, object], file: Config, environment: dict[str, str], key: str, expected: Setting
) -> None:
    assert in_force(options, file, "x", environment)[key] == expected
