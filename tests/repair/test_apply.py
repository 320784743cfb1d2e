import os
from fractions import Fraction
from pathlib import Path

import av
import builders
import pytest
from PIL import Image

from datasetkit.edits import Convert, DropLine, GrabFrame, Reencode, SetPrompt, StripBom, Which
from datasetkit.errors import DatasetkitError
from datasetkit.files import PREFIX
from datasetkit.media.outcome import Failed
from datasetkit.repair.apply import apply, apply_in_place
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
    (dataset, tree), *_ = scan(open_tree(str(folder)))
    made = plan(edits, dataset)
    target = folder.parent / "made"
    target.mkdir()
    apply(made, tree, target)
    return target, made


def test_media_are_made_and_lines_follow(folder: Path) -> None:
    before = content(folder)
    edits = [Reencode("clips/a.webm", seconds=Fraction(1)), Convert("a.gif", first_frame=True), StripBom(), DropLine(2)]
    target, _ = carried_out(folder, *edits, SetPrompt(1, "new"))
    assert sorted(content(target)) == ["a.png", "b.mp4", "b.png", "clips/a.mp4", "data.jsonl", "datasetkit.toml"]
    assert (target / "data.jsonl").read_bytes() == (
        b'{"prompt": "new",  "first_frame_path": "a.png", "video_path": "clips/a.mp4"}\r\n'
        b'{"prompt": "b", "first_frame_path": "b.png", "video_path": "b.mp4"}\r\n'
    )
    with av.open(str(target / "clips" / "a.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 16
    assert content(folder) == before


def test_untouched_media_are_linked_and_the_rest_is_copied(folder: Path) -> None:
    (folder / "c.png").symlink_to("b.png")
    target, _ = carried_out(folder, Convert("a.gif"))
    for path, links in {"b.mp4": 2, "b.png": 2, "c.png": 1, "datasetkit.toml": 1, "data.jsonl": 1}.items():
        assert (target / path).stat().st_nlink == links
        assert not (target / path).is_symlink()
        assert path == "data.jsonl" or (target / path).read_bytes() == (folder / path).read_bytes()


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
    made = plan([Reencode("clips/a.webm", upright=True), GrabFrame("b.png", "clips/a.webm")], dataset)
    target = folder.parent / "made"
    target.mkdir()
    applied = apply(made, tree, target)
    assert [step.edit.path for step, _ in applied.failed] == ["clips/a.webm", "b.png"]
    assert all(isinstance(outcome, Failed) for _, outcome in applied.failed)
    assert content(target) == content(folder)


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
    edits = [Reencode("clips/a.webm", upright=True), Convert("a.gif", format="PNG"), SetPrompt(1, "new"), StripBom()]
    target, _ = carried_out(folder, *edits)
    (dataset, tree), *_ = scan(open_tree(str(target)))
    again = folder.parent / "again"
    again.mkdir()
    apply(plan([Reencode("clips/a.mp4", upright=True), Convert("a.png"), SetPrompt(1, "new")], dataset), tree, again)
    assert content(again) == content(target)


def test_progress_is_told(folder: Path) -> None:
    (dataset, tree), *_ = scan(open_tree(str(folder)))
    seen = []

    def track(results, count):
        for result in results:
            seen.append((result[0].path, count))
            yield result

    target = folder.parent / "made"
    target.mkdir()
    apply(plan([Reencode("b.mp4", max_side=32), Convert("a.gif")], dataset), tree, target, track)
    assert seen == [("b.mp4", 2), ("a.png", 2)]


def test_lines_in_place(folder: Path) -> None:
    (dataset, _), *_ = scan(open_tree(str(folder)))
    before = content(folder)
    apply_in_place(plan([SetPrompt(3, "new"), StripBom()], dataset), folder / "data.jsonl")
    after = content(folder)
    assert after.pop("data.jsonl") == LINES.removeprefix(b"\xef\xbb\xbf").replace(b'"b",', b'"new",')
    assert before.pop("data.jsonl") == LINES
    assert after == before
    assert not list(folder.glob(f"{PREFIX}*"))


def test_a_plan_that_changes_nothing_does_not_write(folder: Path) -> None:
    (dataset, _), *_ = scan(open_tree(str(folder)))
    before = (folder / "data.jsonl").stat()
    apply_in_place(plan([SetPrompt(3, "b")], dataset), folder / "data.jsonl")
    assert os.path.samestat(before, (folder / "data.jsonl").stat())


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetkitError, match="can't read"):
        apply_in_place(Plan(), tmp_path / "data.jsonl")
