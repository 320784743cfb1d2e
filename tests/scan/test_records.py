import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit.model import Foreign, Image, Pointer, Present, Unreadable, Video
from datasetkit.scan.records import from_json, to_json

VIDEO = Video("a.mp4", 900, "mp4", "h264", 64, 48, 80, Fraction(16, 3), Fraction(30000, 1001), digest="ab")
st.register_type_strategy(float, st.floats(allow_nan=False))  # it isn't equal to itself
FACTS = st.one_of(*map(st.from_type, (Image, Video, Unreadable, Foreign, Pointer)))


@given(FACTS)
def test_facts_come_back_as_they_were(facts: Present) -> None:
    text = to_json(facts)
    assert text.isascii()
    assert repr(from_json(text)) == repr(facts)  # 1, 1.0 and True are equal, and nan isn't equal to itself


def test_fractions_are_exact() -> None:
    assert '"30000/1001"' in to_json(VIDEO)


def changed(**values: object) -> str:
    return json.dumps(json.loads(to_json(VIDEO)) | values)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        '"Video"',
        "[" * 100_000,
        to_json(VIDEO)[:-1],
        changed(**{"class": "Path"}),
        changed(**{"class": "Image"}),
        changed(unknown=1),
        changed(frames="80"),
        changed(frames=80.0),
        changed(frames=True),
        changed(frames=None),
        changed(interlaced=1),
        changed(seconds="5"),
        changed(seconds="5/0"),
        changed(seconds="a/b"),
        changed(seconds=5),
        changed(digest=7),
        json.dumps({"class": "Unreadable", "path": "a", "size": 1, "expected": "sound", "reason": ""}),
        json.dumps({"class": "Unreadable", "path": "a", "size": 1, "expected": ["image"], "reason": ""}),
        json.dumps({"class": "Unreadable", "path": "a", "size": 1, "expected": "image"}),
    ],
    ids=range(24),
)
def test_anything_else_gives_no_facts(text: str) -> None:
    assert from_json(text) is None
