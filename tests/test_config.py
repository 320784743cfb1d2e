from __future__ import annotations

import pytest

from datasetkit import spec
from datasetkit.config import Options, Settings, from_environment, from_file, from_options, merge
from datasetkit.errors import DatasetkitError
from datasetkit.model import Kind, Role

EFFECT = "[effect]\ntrigger = 'a1b2c'\ntext = 'Then a1b2c rain begins.'\n"
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
    read = from_file(WHOLE, "x")
    assert (read.model, read.kind, read.role, read.region) == ("wan2.7-i2v", Kind.KF2V, Role.VALIDATION, "beijing")
    assert (read.target_seconds, read.ignore) == (4.5, {"V411": "fine", "V4:clips/*.mp4": "old"})
    assert set(read.origin.values()) == {"x"}
    assert from_file(b"", "x") == Settings()


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("regoin = 'beijing'", "x has an unknown key, regoin", "Did you mean region?"),
        ("zzz = 1\nkind = 3", "x has an unknown key, zzz", "Known keys: model, kind"),
        (
            "region = 'singapor'",
            'x: region must be "singapore" or "beijing", but is "singapor"',
            "Did you mean singapore? Write region =",
        ),
        ("region = 'oz'", "x: region must be", "the one your key belongs to"),
        ("region = 'singapur'", "x: region must be", "Did you mean singapore?"),
        ("ignore = { v411 = 'x' }", 'x: ignore can\'t be "v411"', "Write a code or prefix"),
        ("ignore = { 'V411:' = 'x' }", 'x: ignore can\'t be "V411:"', "Write a code or prefix"),
        ("ignore = { V411 = 3 }", "x: [ignore] V411 must be text, but is 3", "Write the reason"),
        ("ignore = 'V411'", 'x: ignore must be a table, but is the text "V411"', "ignore = {"),
        ("target_seconds = '5'", 'target_seconds must be a number, but is the text "5"', "target_seconds = 5"),
        ("target_seconds = 2020-01-01", 'must be a number, but is "2020-01-01"', "target_seconds = 5"),
        ("[effect]\ntrigger = 'a1b2c'", "x: [effect] has no text", 'text = "Then the'),
        (EFFECT + "absent_in = 'x'", "x: [effect] absent_in must be a list", "absent_in = ["),
        (EFFECT + "absent_in = ['x', 'x']", "x: [effect] absent_in can't be", "absent_in = ["),
        (EFFECT + "persons = 3", "x: [effect] persons must be a table, but is 3", '= "it"'),
        (
            EFFECT + "persons = { 'a.mp4' = 'female' }",
            'x: [effect.persons] "a.mp4" can\'t be "female"',
            "one of she, he, they, it",
        ),
        (EFFECT + "persons = { '' = 'she' }", "x: [effect] persons can't be", ""),
        ("a = 1\na = 2", "x isn't valid TOML", "model ="),
        ("model = '\udce9'", "x isn't valid TOML", "model ="),
    ],
)
def test_what_cannot_be_used_says_what_to_write(text: str, message: str, hint: str) -> None:
    with pytest.raises(DatasetkitError) as raised:
        from_file(text.encode("utf-8", "surrogateescape"), "x")
    assert message in str(raised.value)
    assert hint in raised.value.next_step


def test_a_misspelt_key_inside_a_table_is_named_with_its_table() -> None:
    with pytest.raises(DatasetkitError, match=r"x, \[effect\], has an unknown key, triger") as raised:
        from_file(b'[effect]\ntriger = "s86b5p"\ntext = "Then the s86b5p rain begins."\n', "x")
    assert raised.value.next_step == "Did you mean trigger?"


def test_an_effect_is_read() -> None:
    text = "Then she/he begins the s86b5p transformation."
    effect = from_file(
        f'[effect]\ntrigger = "s86b5p"\ntext = "{text}"\nabsent_in = ["video_7.mp4"]\n'.encode(), "x"
    ).effect
    assert effect is not None
    assert (effect.trigger, effect.text, effect.absent_in) == ("s86b5p", text, ("video_7.mp4",))


def test_an_effect_that_can_not_serve_names_its_file() -> None:
    with pytest.raises(DatasetkitError, match="x: The effect text does not hold its trigger"):
        from_file(b'[effect]\ntrigger = "s86b5p"\ntext = "Then the rain begins."\n', "x")


def test_the_schema_knows_the_regions_that_there_are() -> None:
    known = {region["id"] for region in spec.document("regions.json")["regions"]}
    assert set(spec.document("config.schema.json")["properties"]["region"]["enum"]) == known


FILE = from_file(WHOLE, "x")
OPTIONS = from_options({"model": "wan2.6-i2v", "ignore": ["s", "V411"]})


@pytest.mark.parametrize(
    ("layers", "key", "expected"),
    [
        ((OPTIONS, FILE), "model", ("wan2.6-i2v", "--model")),
        ((Settings(), FILE), "model", ("wan2.7-i2v", "x")),
        ((Settings(), Settings()), "model", (None, None)),
        ((FILE, from_environment({"DASHSCOPE_API_REGION": "singapore"})), "region", ("beijing", "x")),
        (
            (OPTIONS, from_environment({"DASHSCOPE_API_REGION": "singapore"})),
            "region",
            ("singapore", "DASHSCOPE_API_REGION"),
        ),
        ((OPTIONS, from_environment({"DASHSCOPE_API_REGION": ""})), "region", (None, None)),
        ((from_options({"target_seconds": 3}), FILE), "target_seconds", (3, "--target-seconds")),
    ],
)
def test_what_is_in_force(layers: tuple[Settings, Settings], key: str, expected: tuple[object, str | None]) -> None:
    force = merge(*layers)
    assert (getattr(force, key), force.origin.get(key)) == expected


def test_ignored_codes_of_options_and_file_add_up() -> None:
    force = merge(OPTIONS, FILE)
    assert force.ignore == {"V411": "--ignore", "V4:clips/*.mp4": "old", "S": "--ignore"}
    assert [force.origin[f"ignore.{code}"] for code in ("V411", "V4:clips/*.mp4", "S")] == ["--ignore", "x", "--ignore"]


def test_codes_may_share_a_string_and_paths_stay_as_they_are() -> None:
    assert from_options({"select": "d, v407"}).select == ("D", "V407")
    assert list(from_options({"ignore": ["v411:Clips/a.mp4,s"]}).ignore) == ["V411:Clips/a.mp4", "S"]
    assert from_options({"ignore": {"V411": "on purpose"}}).ignore == {"V411": "on purpose"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "i3v"}, 'kind must be "i2v" or "kf2v", but is "i3v"'),
        ({"target_seconds": -1}, "target_seconds must be more than 0, but is -1"),
        ({"target_seconds": float("nan")}, "must be a number, but is nan"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(options: Options, message: str) -> None:
    with pytest.raises(DatasetkitError, match=message):
        from_options(options)


def test_an_option_that_does_not_exist_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="modle"):
        from_options({"modle": "x"})
