import string
from fractions import Fraction
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit import spec
from datasetkit.model import Expected, Foreign, Image, Unreadable, Video
from datasetkit.pack import naming
from datasetkit.pack.naming import FirstUse


def use(path, number, part, end=""):
    return FirstUse(Unreadable(path, 1, Expected.IMAGE, "empty"), number, part, end)


def stems(files):
    """The name of each file without its extension, by its path."""
    return {path: name.partition(".")[0] for path, name in naming.names(files).items()}


def i2v(*pairs):
    for number, (image, video) in enumerate(pairs, 1):
        yield use(image, number, "image")
        yield use(video, number, "video")


def kf2v(*triples):
    for number, (first, last, video) in enumerate(triples, 1):
        yield use(first, number, "image", "first")
        yield use(last, number, "image", "last")
        yield use(video, number, "video")


CASES = [
    pytest.param(i2v(("image_1.jpg", "video_1.mp4")), ["image_1", "video_1"], id="compliant"),
    pytest.param(i2v(("a/Cat-1.jpg", "b/dog.mp4")), ["Cat-1", "dog"], id="folders-and-case"),
    pytest.param(i2v(("001.jpg", "001.mp4")), ["image_001", "video_001"], id="one-stem-twice"),
    pytest.param(i2v(("cat.jpg", "CAT.mp4")), ["image_cat", "video_CAT"], id="equal-but-for-case"),
    pytest.param(i2v(("007.jpg", "007.mp4")), ["image_007", "video_007"], id="the-names-own-digits"),
    pytest.param(i2v(("第1个.jpg", "第1个.mp4")), ["image_1", "video_1"], id="chinese-with-a-digit"),
    pytest.param(i2v(("第1组第2个.jpg", "v.mp4")), ["1_2", "v"], id="digits-stay-apart"),
    pytest.param(i2v(("图.jpg", "视频.mp4")), ["image_001", "video_001"], id="nothing-left"),
    pytest.param(i2v(("my cat.v2.jpg", "Ⅻ.mp4")), ["my_cat_v2", "XII"], id="spaces-dots-compatibility"),
    pytest.param(i2v(("café.jpg", "cafe\u0301.mp4")), ["image_cafe", "video_cafe"], id="two-unicode-forms"),
    pytest.param(i2v(("é.jpg", "e.mp4")), ["image_e", "e"], id="who-complies-keeps-the-name"),
    pytest.param(i2v(("DATA.jpg", "data.mp4")), ["image_DATA", "video_data"], id="data-is-taken"),
    pytest.param(i2v(("x.jpg", "Data.mp4")), ["x", "video_Data"], id="data-is-taken-for-one-alone"),
    pytest.param(i2v((".jpg", "\udcff.mp4")), ["jpg", "video_001"], id="hidden-and-not-utf8"),
    pytest.param(
        i2v(("a/1.jpg", "a/1.mp4"), ("b/1.jpg", "b/1.mp4")),
        ["image_001", "video_001", "image_002", "video_002"],
        id="the-same-names-in-two-folders",
    ),
    pytest.param(
        i2v(("图.jpg", "image_001.mp4"), ("画.jpg", "v.mp4")),
        ["image_001_2", "image_001", "image_002", "v"],
        id="a-number-that-is-taken",
    ),
    pytest.param(kf2v(("1.jpg", "1.png", "1.mp4")), ["image_1_first", "image_1_last", "video_1"], id="both-ends"),
    pytest.param(
        kf2v(("头.jpg", "尾.jpg", "片.mp4")),
        ["image_001_first", "image_001_last", "video_001"],
        id="both-ends-numbered",
    ),
    pytest.param(i2v(("a" * 120 + ".jpg", "b" * 121 + ".mp4")), ["a" * 120, "b" * 120], id="at-the-limit"),
    pytest.param(
        kf2v(("a" * 121 + ".jpg", "a" * 121 + ".png", "v.mp4")),
        ["image_" + "a" * 108 + "_first", "image_" + "a" * 109 + "_last", "v"],
        id="cut-so-that-the-part-fits",
    ),
]


@pytest.mark.parametrize(("files", "expected"), CASES)
def test_the_documented_forms(files, expected):
    files = list(files)
    named = stems(files)
    assert [named[file.medium.path] for file in files] == expected


LETTERS = st.one_of(st.sampled_from("aA1 ._-é第/"), st.characters(exclude_characters="\0"))
PATHS = st.one_of(
    st.text(LETTERS, min_size=1, max_size=8), st.text(string.ascii_letters, min_size=117, max_size=123)
).map(lambda text: text.strip("/") or "x")
PARTS = st.sampled_from([("image", ""), ("image", "first"), ("image", "last"), ("video", "")])
FILES = st.lists(st.tuples(PATHS, PARTS), max_size=12, unique_by=lambda pair: pair[0]).map(
    lambda pairs: [use(path, number, *part) for number, (path, part) in enumerate(pairs, 1)]
)


@given(FILES)
def test_every_file_gets_a_name_of_its_own_that_the_client_takes(files):
    named = stems(files)
    assert set(named) == {file.medium.path for file in files}
    assert all(spec.limits().complies(stem) for stem in named.values())
    assert len({stem.lower() for stem in named.values()} | {"data"}) == len(files) + 1


@given(FILES)
def test_names_that_comply_and_are_alone_stay(files):
    named = stems(files)
    own = [PurePosixPath(file.medium.path).stem for file in files]
    for file, stem in zip(files, own, strict=True):
        if spec.limits().complies(stem) and [o.lower() for o in [*own, "data"]].count(stem.lower()) == 1:
            assert named[file.medium.path] == stem


@given(FILES)
def test_given_names_are_kept(files):
    named = stems(files)
    again = [use(f"{f.part}/{named[f.medium.path]}.bin", f.number, f.part, f.end) for f in files]
    assert naming.names(again) == {file.medium.path: PurePosixPath(file.medium.path).name for file in again}


def image(path, form):
    return Image(path, 1, form, 64, 64)


def video(path, container):
    return Video(path, 1, container, "h264", 64, 64, 16, Fraction(1), Fraction(16))


@pytest.mark.parametrize(
    ("medium", "expected"),
    [
        (image("a.jpg", "JPEG"), ".jpg"),
        (image("a.jpeg", "JPEG"), ".jpeg"),
        (image("a.JPG", "JPEG"), ".jpg"),
        (image("a.png", "JPEG"), ".jpg"),
        (image("a", "PNG"), ".png"),
        (image("a.webp", "BMP"), ".bmp"),
        (image("a.jpg", "WEBP"), ".webp"),
        (video("a.mov", "mp4"), ".mov"),
        (video("a.MP4", "mov"), ".mp4"),
        (video("a.m4v", "mp4"), ".mp4"),
        (video("a.avi", "mov"), ".mov"),
        (Foreign("a.GIF", 1, Expected.IMAGE, "a GIF image"), ".gif"),
        (Unreadable("a.视频", 1, Expected.VIDEO, "empty"), ""),
    ],
)
def test_the_extension_tells_the_content(medium, expected):
    assert naming.extension(medium) == expected
