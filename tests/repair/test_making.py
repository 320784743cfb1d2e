from fractions import Fraction
from pathlib import Path

import av
import builders
import pytest
from PIL import Image

from datasetkit.edits import Convert, DropLine, GrabFrame, Reencode, SetField, StripBom, Which
from datasetkit.media.outcome import Failed, Made
from datasetkit.repair.making import make_media
from datasetkit.repair.overlay import Overlay
from datasetkit.repair.passes import overlay
from datasetkit.repair.plan import Plan, plan
from datasetkit.scan.datasets import open_tree, scan

LINES = (
    b'\xef\xbb\xbf{"prompt": "a",  "first_frame_path": "a.gif", "video_path": "clips/a.webm"}\r\n'
    b"\r\n"
    b'{"prompt": "b", "first_frame_path": "b.png", "video_path": "b.mp4"}\r\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    builders.gif(folder / "a.gif", frames=2)
    builders.clip(folder / "clips" / "a.webm", codec="libvpx-vp9", frames=32)
    builders.png(folder / "b.png")
    builders.clip(folder / "b.mp4")
    (folder / "data.jsonl").write_bytes(LINES)
    (folder / "datasetkit.toml").write_text('model = "wan2.2-i2v-flash"\n')
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def carried_out(folder: Path, *edits: object) -> tuple[Path, Plan]:
    """The new folder after a plan in which nothing may fail, and the plan."""
    (dataset, tree), *_ = scan(open_tree(str(folder)))
    made = plan(edits, dataset)
    work, target = folder.parent / "work", folder.parent / "made"
    target.mkdir()
    outcomes = make_media(made.media, tree, work)
    assert all(isinstance(outcome, Made) for outcome in outcomes.values())
    overlay(tree, made, work).write(target)
    return target, made


def test_media_are_made_and_lines_follow(folder: Path) -> None:
    before = content(folder)
    edits = [Reencode("clips/a.webm", seconds=Fraction(1)), Convert("a.gif", first_frame=True), StripBom(), DropLine(2)]
    target, _ = carried_out(folder, *edits, SetField(1, "prompt", "new"))
    assert sorted(content(target)) == ["a.png", "b.mp4", "b.png", "clips/a.mp4", "data.jsonl", "datasetkit.toml"]
    assert (target / "data.jsonl").read_bytes() == (
        b'{"prompt": "new",  "first_frame_path": "a.png", "video_path": "clips/a.mp4"}\r\n'
        b'{"prompt": "b", "first_frame_path": "b.png", "video_path": "b.mp4"}\r\n'
    )
    with av.open(str(target / "clips" / "a.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 16
    assert content(folder) == before


def test_everything_else_is_copied_and_shares_nothing(folder: Path) -> None:
    (folder / "c.png").symlink_to("b.png")
    target, _ = carried_out(folder, Convert("a.gif"))
    for path in ("b.mp4", "b.png", "c.png", "datasetkit.toml"):
        assert (target / path).read_bytes() == (folder / path).read_bytes()
        assert (target / path).stat().st_nlink == 1
        assert not (target / path).is_symlink()


def test_a_frame_is_grabbed_from_the_clip_as_it_was_made(folder: Path) -> None:
    target, made = carried_out(folder, Reencode("clips/a.webm", max_side=32), GrabFrame("a.gif", "clips/a.webm"))
    assert [step.path for step in made.media] == ["clips/a.mp4", "a.jpg"]
    with Image.open(target / "a.jpg") as image:
        assert image.size == (32, 32)


def test_a_frame_of_a_clip_that_stays(folder: Path) -> None:
    target, _ = carried_out(folder, GrabFrame("b.png", "b.mp4", Which.LAST))
    assert (target / "b.png").read_bytes() != (folder / "b.png").read_bytes()
    assert (folder / "b.png").stat().st_nlink == 1


def test_what_cannot_be_made_stays_as_it_was(folder: Path) -> None:
    (folder / "clips" / "a.webm").write_bytes(b"broken")
    (dataset, tree), *_ = scan(open_tree(str(folder)))
    made = plan([Reencode("clips/a.webm", upright=True), GrabFrame("b.png", "clips/a.webm"), StripBom()], dataset)
    outcomes = make_media(made.media, tree, folder.parent / "work")
    assert [step.edit.path for step in outcomes] == ["clips/a.webm", "b.png"]
    assert all(isinstance(outcome, Failed) for outcome in outcomes.values())
    assert made.without(outcomes) == Plan(lines=(StripBom(),))


def test_changes_on_changes(folder: Path) -> None:
    tree = open_tree(str(folder))
    once = Overlay(tree, {"a.png": folder / "b.png", "data.jsonl": b"{}"}, frozenset({"a.gif", "b.mp4"}))
    twice = Overlay(once, {"b.mp4": b"new", "x.png": folder / "b.png"}, frozenset({"a.png"}))
    assert [file.path for file in twice.files] == [
        "b.mp4",
        "b.png",
        "clips/a.webm",
        "data.jsonl",
        "datasetkit.toml",
        "x.png",
    ]
    with twice.open("b.mp4") as new, twice.open("data.jsonl") as lines, twice.open("x.png") as image:
        assert (new.read(), lines.read(), image.read()) == (b"new", b"{}", (folder / "b.png").read_bytes())
    assert twice.locate("x.png") == str(folder / "b.png")


def test_a_zip_is_made_into_a_folder(folder: Path, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for path, data in content(folder).items():
            archive.writestr(path, data)
    edits = [Reencode("clips/a.webm", upright=True), Convert("a.gif", format="JPEG"), GrabFrame("b.png", "b.mp4")]
    target, _ = carried_out(tmp_path / "set.zip", *edits)
    assert sorted(content(target)) == ["a.jpg", "b.mp4", "b.png", "clips/a.mp4", "data.jsonl", "datasetkit.toml"]
    assert (target / "b.mp4").read_bytes() == (folder / "b.mp4").read_bytes()


def test_a_plan_carried_out_leaves_nothing_to_do(folder: Path) -> None:
    edits = [Reencode("clips/a.webm", upright=True), Convert("a.gif", format="PNG"), SetField(1, "prompt", "new")]
    target, _ = carried_out(folder, *edits)
    (folder.parent / "again").mkdir()
    first = content(target)
    target.rename(folder.parent / "again" / "set")
    edits = [Reencode("clips/a.mp4", upright=True), Convert("a.png"), SetField(1, "prompt", "new")]
    again, _ = carried_out(folder.parent / "again" / "set", *edits)
    assert content(again) == first


def test_progress_is_reported(folder: Path) -> None:
    (dataset, tree), *_ = scan(open_tree(str(folder)))
    seen: list[tuple[str, int, int]] = []
    steps = plan([Reencode("b.mp4", max_side=32), Convert("a.gif")], dataset).media
    make_media(steps, tree, folder.parent / "made", lambda *progress: seen.append(progress))
    assert seen == [("converting", 1, 2), ("converting", 2, 2)]
