import sys
import unicodedata
from collections.abc import Callable
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit.intake.captions import SIDECARS, Unused, decode, is_table
from datasetkit.intake.pairing import ClipFiles, Pairing, pair

CLIPS = {".mp4", ".mov", ".webm"}


def paired(files: list[str], texts: dict[str, str] | None = None) -> Pairing:
    clips = [path for path in files if PurePosixPath(path).suffix in CLIPS]
    return pair(clips, [path for path in files if path not in clips], texts or {})


def one(files: list[str], texts: dict[str, str] | None = None) -> ClipFiles:
    pairing = paired(files, texts)
    assert pairing.unused == ()
    (found,) = pairing.clips
    return found


@pytest.mark.parametrize(
    ("clip", "first", "last"),
    [
        ("x.mp4", "x.png", None),
        ("x.mp4", "X.PNG", None),
        ("x.webm", "x_first.jpg", "x_last.jpg"),
        ("x.mp4", "x-first-frame.jpg", "x_last_frame.jpg"),
        ("x.mp4", "x_start.jpg", "x_end.jpg"),
        ("video_1.mp4", "image_1.jpeg", None),
        ("video_1.mp4", "image_1_first.png", "image_1_last.png"),
        ("video_1.mp4", "first_frame_1.png", "last_frame_1.png"),
        ("video/video_1.mov", "image/image_1_first.jpg", "image/image_1_last.jpg"),
        ("videos/a.mp4", "images/a.webp", None),
        ("set/videos/a.mp4", "set/images/a.webp", None),
        ("clips/a.mp4", "first/a.png", "last/a.png"),
        ("a.mp4", "first_frames/a.png", "last_frames/a.png"),
        ("雨.mp4", "雨_first.png", "雨_last.png"),
        (unicodedata.normalize("NFD", "é.mp4"), unicodedata.normalize("NFC", "é.png"), None),
        ("weekend.mp4", "weekend.png", None),
        ("the_end.mp4", "the_end.png", None),
    ],
)
def test_frames_by_name(clip: str, first: str, last: str | None) -> None:
    assert one([path for path in (clip, first, last) if path]) == ClipFiles(clip, first, last)


CAPTION = "a cat"


@pytest.mark.parametrize(
    ("clip", "path", "text"),
    [
        ("x.mp4", "x.txt", "a cat\n"),
        ("x.mp4", "x.caption", "a\r\ncat"),
        ("x.mp4", "x.json", '{"caption": "a cat"}'),
        ("videos/x.mp4", "captions/x.txt", "a cat"),
        ("x.mp4", "metadata.csv", "file_name,text\nx.mp4,a cat\n"),
        ("x.mp4", "captions.csv", 'caption,video\r\n"a\ncat",x.mp4\r\n'),
        ("train/x.mp4", "metadata.csv", "file_name,text\nx.mp4,a cat\n"),
        ("videos/x.mp4", "metadata.csv", "video,prompt\nvideos/x.mp4,a cat\n"),
        ("train/x.mp4", "train/metadata.jsonl", '{"file_name": "x.mp4", "label": 3, "text": "a cat"}\n'),
        ("x.mp4", "metadata.jsonl", '{"video_path": "/home/me/set/x.mp4", "caption": "a cat"}'),
        ("x.mp4", "metadata.jsonl", '{"video_path": "C:\\\\set\\\\x.mp4", "caption": "a cat"}'),
        ("x.mp4", "captions.csv", "video;caption\nx.mp4;a cat\n"),
        ("x.mp4", "captions.csv", '"File";"Caption"\r\n"x.mp4";"a cat"\r\n'),
        ("x.mp4", "captions.csv", "video\tcaption\nx.mp4\ta cat\n"),
        ("x.mp4", "list.tsv", "video\tcaption\nx.mp4\ta cat\n"),
        ("x.mp4", "anything.csv", "video,caption\nx.mp4,a cat\n"),
        ("x.mp4", "captions.json", '{"x.mp4": "a cat"}'),
        ("x.mp4", "captions.json", '{"x.mp4": ["a cat"]}'),
        ("x.mp4", "captions.json", '{"x": {"caption": "a cat"}}'),
        ("x.mp4", "metadata.json", '[{"video": "./x.mp4", "prompt": "a cat"}]'),
    ],
)
def test_captions_of_every_layout(clip: str, path: str, text: str) -> None:
    assert is_table(path) or PurePosixPath(path).suffix in SIDECARS
    assert one([clip], {path: text}).caption == CAPTION


def test_a_table_may_name_the_frames() -> None:
    table = "video,prompt,input_image,end_image\na.mp4,a cat,s.png,e.png\n"
    assert paired(["a.mp4", "s.png", "e.png"], {"metadata.csv": table}) == Pairing(
        (ClipFiles("a.mp4", "s.png", "e.png", "a cat"),), ()
    )
    assert paired(["a.mp4"], {"metadata.csv": table}) == Pairing(
        (ClipFiles("a.mp4", None, None, "a cat"),),
        tuple(
            Unused("metadata.csv:2", f"names {name}, which is no usable clip or image") for name in ("s.png", "e.png")
        ),
    )


def test_the_table_that_view_writes_counts_more_than_other_captions() -> None:
    pairing = paired(["x.mp4"], {"x.txt": "a dog", "captions.csv": "clip,caption\nx.mp4,a cat\n"})
    assert [one.caption for one in pairing.clips] == ["a cat"]
    assert [(one.path, one.reason) for one in pairing.unused] == [
        ("x.txt", "x.mp4 already has a caption, captions.csv:2")
    ]


def test_an_empty_caption_in_captions_csv_says_that_there_is_none() -> None:
    pairing = paired(["x.mp4"], {"x.txt": "a", "captions.csv": "clip,caption\nx.mp4,\n"})
    assert [one.caption for one in pairing.clips] == [""]
    assert [one.path for one in pairing.unused] == ["x.txt"]


@pytest.mark.parametrize(
    ("files", "texts", "lost"),
    [
        (["y.png"], {}, {"y.png": "no clip has this name"}),
        (["x.mov", "x.png"], {}, {"x.png": "could belong to x.mov or x.mp4"}),
        (
            ["x.png", "x.jpg"],
            {},
            dict.fromkeys(["x.png", "x.jpg"], "x.mp4 has several first frames: x.jpg and x.png; keep one"),
        ),
        (["x.png", "image_x.png"], {}, {"image_x.png": "x.mp4 already has a first frame, x.png"}),
        (
            ["a/y.mp4", "b/y.mp4"],
            {"metadata.csv": "video,text\ny.mp4,t\n"},
            {"metadata.csv:2": "names y.mp4, which could"},
        ),
        (
            [],
            {"captions.csv": "video,text\nz.mp4,t\n"},
            {"captions.csv:2": "names z.mp4, which is no usable clip or image"},
        ),
        ([], {"metadata.csv": "video,text\nx.mp4,\n"}, {"metadata.csv:2": "has no caption for x.mp4"}),
        ([], {"captions.csv": "video,text\n,t\n"}, {"captions.csv:2": "names no clip"}),
        ([], {"captions.csv": "Datei;Text\nx.mp4;t\n"}, {"captions.csv": "has the columns 'Datei;Text'"}),
        (
            [],
            {"captions.tsv": "video,text\nx.mp4,t\n"},
            {"captions.tsv": "needs a column for the clip (clip, video_path"},
        ),
        ([], {"captions.csv": ""}, {"captions.csv": "has the columns ''"}),
        ([], {"captions.csv": "video,text\n"}, {"captions.csv": "has no rows"}),
        (
            [],
            {"captions.json": "[]", "captions.jsonl": ""},
            dict.fromkeys(["captions.json", "captions.jsonl"], "no rows"),
        ),
        ([], {"README.txt": "hello"}, {"README.txt": "no clip has this name"}),
        ([], {"captions.json": '{"x.mp4": ["a", "b"]}'}, {"captions.json, x.mp4": "has 2 captions"}),
        ([], {"captions.json": "{"}, {"captions.json": "is not JSON"}),
        ([], {"metadata.jsonl": "[1]\n{"}, {"metadata.jsonl:1": "is not an object", "metadata.jsonl:2": "is not JSON"}),
        ([], {"x.txt": " \n"}, {"x.txt": "contains no caption"}),
        (
            [],
            {"x.txt": "a", "captions.json": '{"x.mp4": "b"}'},
            {"captions.json, x.mp4": "several", "x.txt": "several"},
        ),
    ],
)
def test_what_belongs_to_no_clip_is_listed(files: list[str], texts: dict[str, str], lost: dict[str, str]) -> None:
    pairing = paired(["x.mp4", *files], texts)
    assert [found.path for found in pairing.unused] == sorted(lost)
    for found in pairing.unused:
        assert lost[found.path] in found.reason


def test_the_same_caption_twice_is_no_contradiction() -> None:
    assert one(["x.mp4"], {"x.txt": "a  cat", "captions.json": '{"x.mp4": "a cat"}'}).caption == CAPTION


NAMES = st.text(alphabet="ab1_", min_size=1, max_size=4)


@given(st.lists(NAMES, min_size=1, max_size=8, unique=True), st.data())
def test_a_caption_never_moves_to_another_clip(names: list[str], data: st.DataObject) -> None:
    captioned = data.draw(st.lists(st.sampled_from(names), unique=True))
    texts = {f"{name}.txt": f"caption of {name}" for name in captioned}
    pairing = paired([f"{name}.mp4" for name in names], texts)
    for found in pairing.clips:
        assert found.caption in (None, f"caption of {found.clip.removesuffix('.mp4')}")
    assert {found.clip for found in pairing.clips if found.caption} == {f"{name}.mp4" for name in captioned}


@given(st.lists(st.text(max_size=12), max_size=6), st.text(max_size=40))
def test_any_names_and_any_text(names: list[str], text: str) -> None:
    tables = ["metadata.csv", "captions.json", "a/metadata.jsonl", "b.tsv"]
    texts = dict.fromkeys([*(f"{name}.txt" for name in names), *tables], text)
    images = {f"{name}.png" for name in names}
    pairing = pair({f"{name}.mp4" for name in names}, images, texts)
    used = {path for clip in pairing.clips for path in (clip.first, clip.last)}
    assert images <= used | {found.path for found in pairing.unused}


def calls(work: Callable[[], object]) -> int:
    """How many functions a piece of work calls, Python's own among them."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("row", ["{n}.mp4,clip {n}", "/home/{n}/x.mp4,same end", "0.mp4,clip {n}", "{n}/no.mp4,lost"])
def test_a_table_costs_as_much_a_row_however_long_it_is(row: str) -> None:
    def counted(rows: int) -> int:
        clips = [*(f"{n}.mp4" for n in range(rows)), *(f"take {n}/x.mp4" for n in range(rows))]
        table = "video,caption\n" + "".join(row.format(n=n) + "\n" for n in range(rows))
        return calls(lambda: pair(clips, [], {"captions.csv": table}))

    assert counted(400) < 2.2 * counted(200)


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"\xef\xbb\xbfa", "a"), ("ü".encode("utf-16"), "ü"), ("ü".encode(), "ü"), (b"\xfc", None)],
)
def test_encodings(data: bytes, text: str | None) -> None:
    assert decode(data) == text
