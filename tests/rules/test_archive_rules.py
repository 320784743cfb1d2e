from dataclasses import replace

import pytest
from values import NAME, assert_finding, dataset, found, i2v, image, kf2v, messages, record, sample, video, zipped

from datasetkit.config import Settings
from datasetkit.findings import Severity
from datasetkit.model import (
    Annotations,
    BrokenLine,
    Dataset,
    Expected,
    File,
    Flaw,
    Hazard,
    Missing,
    Outside,
    Pointer,
    Sample,
    Source,
    Where,
)
from datasetkit.rules.archive import size_problem
from datasetkit.spec import Thresholds, limits
from datasetkit.verdict import judge_dataset

LIMITS = limits()
SILENT = ["datasetkit.toml", "old.zip.json", "upload.receipt.json", ".gitignore", ".git/HEAD", ".gitattributes"]
SILENT += [".hg/store/a.jpg", ".svn/entries", ".dvc/config", "image_1.jpg.dvc", ".dvcignore"]


@pytest.mark.parametrize(
    "judged",
    [
        dataset(i2v()),
        zipped(i2v()),
        zipped(kf2v()),
        dataset(i2v(), stray=SILENT),
        dataset(i2v(), name="my set"),
        zipped(i2v(), name="/tmp/my sets/a-set_1.zip"),
        zipped(i2v(), name="C:\\my sets\\set.zip"),
        zipped(i2v(), size=LIMITS.archive_bytes.advise),
        dataset(i2v(), annotations=Annotations(NAME, LIMITS.annotations_bytes.warn)),
        dataset(sample(first_frame_path=image("image/a.jpg"), video_path=video("video/b.mp4"))),
        dataset(i2v(first=image("A-z_09" * 20 + ".jpg"))),
    ],
)
def test_quiet(judged: Dataset) -> None:
    assert messages(judged, "D") == []


LINE = i2v(first=image("第1个.jpg"), clip=video("my clip.mp4"))


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (dataset(annotations=None), "D101 error: there is no data.jsonl at the root"),
        (
            dataset(annotations=None, near=("Data.jsonl", "data.json")),
            "D101 error: no data.jsonl at the root | did you mean Data.jsonl or data.json?",
        ),
        (
            zipped(annotations=None, files=(File("sets/inner.zip", 9),)),
            "D101 error: no data.jsonl at the root | inside sets/inner.zip | unpack",
        ),
        (
            dataset(annotations=None, files=(File("a.rar", 9), File("b.tar.gz", 9))),
            "D101 error: no data.jsonl at the root | inside a.rar or b.tar.gz | unpack",
        ),
        (dataset(annotations=None, files=(File("clips/a.MKV", 9),)), "D101 error: raw clips | `datasetkit init`"),
        (dataset(annotations=None, files=(File("a.jpg", 9),)), "D101 error: no clips, only 1 image"),
        (dataset(i2v(), prefix="my_set/"), "D101 advice: data.jsonl | my_set/ | not at the root"),
        (zipped(i2v(), prefix="my_set/"), "D101 error: data.jsonl | my_set/ | not at the root"),
        (
            dataset(i2v(), annotations=Annotations(NAME, 20_971_521)),
            "D102 error: data.jsonl is 21.0 MB (20,971,521 bytes) | the limit is 20,971,520 bytes",
        ),
        (
            dataset(i2v(), annotations=Annotations(NAME, 20_000_001)),
            "D102 warning: data.jsonl is 20.0 MB (20,000,001 bytes) | 20,000,000 | 20,971,520",
        ),
        (
            zipped(i2v(), size=2**30 + 1),
            "D103 error: the zip is 1,073.7 MB (1,073,741,825 bytes) | the limit is 1,073,741,824 bytes",
        ),
        (
            dataset(i2v(clip=video(size=10**9, width=640, height=360))),
            "D103 warning: the zip is 1,000.0 MB (1,000,010,000 bytes) | 1,000,000,000 | 1,073,741,824",
        ),
        (
            dataset(i2v(clip=video(size=300_000_000, width=1024, height=512))),
            "D103 advice: the zip is 300.0 MB (300,010,000 bytes) | at most 300,000,000 | save about 150.0 MB",
        ),
        (dataset(i2v(), stray=["video_2.mov"]), "D104 advice: video_2.mov isn't used by any line"),
        (
            dataset(i2v(), stray=[f"b{n}.gif" for n in range(9)]),
            "D104 advice: b0.gif, b1.gif, b2.gif and 6 more aren't used by any line",
        ),
        (
            dataset(i2v(), stray=[".DS_Store", "__MACOSX/._image_1.jpg", "._a.jpg", "Thumbs.db", "notes.txt"]),
            "D105 advice: .DS_Store, ._a.jpg, Thumbs.db and 2 more",
        ),
        (
            zipped(i2v(), hazards=(Hazard("../a.jpg", "leaves the archive with ..", unsafe=True),)),
            "D106 error: ../a.jpg leaves the archive with ..",
        ),
        (
            zipped(i2v(), hazards=(Hazard("", "has no name", unsafe=True),)),
            "D106 error: an entry has no name",
        ),
        (dataset(LINE), "D107 advice: 第1个.jpg and my clip.mp4 | renamed in the zip"),
        (
            zipped(LINE),
            "D107 warning: 第1个.jpg and my clip.mp4 | only English letters, digits, _ and - | at most 120 | build",
        ),
        (
            zipped(i2v(), name="/tmp/我的.zip"),
            "D107 warning: 我的.zip | only English letters, digits, _ and - | at most 120 | rename the zip",
        ),
        (
            dataset(i2v(first=image("a" * 121 + ".jpg"))),
            f"D107 advice: {'a' * 121}.jpg | renamed in the zip",
        ),
        (
            dataset(i2v(first=image("001.jpg"), clip=video("001.mp4"))),
            "D108 advice: 001.jpg and 001.mp4 have the same name, apart from folder, extension",
        ),
        (
            zipped(i2v(first=image("image/A.jpg"), clip=video("video/a.mp4"))),
            "D108 warning: image/A.jpg and video/a.mp4 have the same name",
        ),
        (
            dataset(*(i2v(n, first=image(f"{n}.jpg"), clip=video(f"{n}.mp4")) for n in (1, 2, 3))),
            "D108 advice: 1.jpg and 1.mp4 have the same name | 2 more groups",
        ),
        (
            zipped(annotations=None, hazards=(Hazard("", "is not a zip that can be read: no", unsafe=False),)),
            "D109 error: set.zip is not a zip that can be read: no",
        ),
        (
            zipped(annotations=None, hazards=(Hazard("a.jpg", "is encrypted", unsafe=False),)),
            "D109 error: a.jpg is encrypted",
        ),
        (
            dataset(i2v(clip=Pointer("video_1.mp4", 131, Expected.VIDEO, "Git LFS"))),
            "D110 error: video_1.mp4 is a Git LFS pointer (131 bytes) | not the video itself | git lfs pull",
        ),
    ],
)
def test_finding(judged: Dataset, expected: str) -> None:
    assert_finding(judged, expected, "D")


def test_unicode_forms_of_one_name_collide() -> None:
    judged = dataset(i2v(first=image("e\u0301.jpg"), clip=video("\u00e9.mp4")))
    assert [f.code for f in found(judged)] == ["D107", "D108"]


def test_one_file_in_two_lines_is_no_collision() -> None:
    shared = image("a.jpg")
    lines = [sample(n, first_frame_path=shared, video_path=video(f"v{n}.mp4")) for n in (1, 2)]
    assert messages(dataset(*lines), "D") == []


def test_while_lines_are_broken_a_file_may_be_named_by_them() -> None:
    broken = BrokenLine(Where(NAME, 2), Flaw.NOT_JSON, "there is a comma before the closing bracket")
    assert messages(dataset(i2v(), broken, stray=["video_2.mp4"]), "D") == []


@pytest.mark.parametrize(
    "line",
    [
        record({"prompt": "a", "first_frame_path": "a.jpg", "vidio_path": "stray.mp4"}),
        sample(video_path=video(), first_frame_path=Missing("stray.m4v", Expected.IMAGE, ("stray.mp4",))),
        sample(video_path=video(), first_frame_path=Outside("C:\\stray.mp4", Expected.IMAGE, ("stray.mp4",))),
    ],
)
def test_a_file_that_a_line_seems_to_mean_is_not_unreferenced(line: Sample) -> None:
    assert messages(dataset(line, stray=["stray.mp4"]), "D104") == []


def test_without_data_jsonl_nothing_is_unreferenced() -> None:
    assert [f.code for f in found(dataset(annotations=None, stray=["a.jpg", "notes.txt"]))] == ["D101"]


def test_an_unsafe_data_jsonl_is_told_once() -> None:
    hazard = Hazard("../data.jsonl", "leaves the archive with ..", unsafe=True)
    assert [f.code for f in found(zipped(annotations=None, hazards=(hazard,)))] == ["D106"]


def test_what_a_hazard_hides_is_not_missing_as_well() -> None:
    hazard = Hazard("image_1.jpg", "is a link, not a file", unsafe=True)
    line = i2v(first=Missing("image_1.jpg", Expected.IMAGE))
    assert [f.code for f in found(zipped(line, hazards=(hazard,)))] == ["D106"]


@pytest.mark.parametrize(
    ("size", "severity"),
    [
        (0, None),
        (300_000_000, None),
        (300_000_001, Severity.ADVICE),
        (1_000_000_000, Severity.ADVICE),
        (1_000_000_001, Severity.WARNING),
        (2**30, Severity.WARNING),
        (2**30 + 1, Severity.ERROR),
    ],
)
def test_a_zip_is_judged_by_its_exact_size(size: int, severity: Severity | None) -> None:
    problem = size_problem(size, LIMITS)
    assert (problem and problem.severity) == severity


def test_thresholds_come_from_the_facts() -> None:
    lenient = replace(LIMITS, archive_bytes=Thresholds(high=2**40, warn=2**39))
    assert size_problem(2**31, lenient) is None


def test_a_folder_weighs_what_its_zip_would() -> None:
    judged = dataset(i2v(), size=2**40, source=Source.FOLDER, stray=["huge.mov"])
    assert messages(judged, "D103") == []


def test_what_a_zip_is_built_from_need_not_have_a_name_to_upload() -> None:
    source = zipped(i2v(), name="我的.zip")
    assert [f.code for f in judge_dataset(source, Settings(select=("D",))).findings] == ["D107"]
    assert judge_dataset(source, Settings(select=("D",)), build=True).findings == ()
