"""The picks of a pool on the page: only keep and drop, written to picks.csv alone."""

from __future__ import annotations

from pathlib import Path

import builders
import pytest
from viewing import viewed

from datasetkit.errors import DatasetkitError

TABLE = """\
rank,clip,name,keep,score,reason,next
1,deep/b.mp4,b,yes,0.9000,the best quality,a.mp4
2,c.mp4,c,yes,0.5000,differs in shape from deep/b.mp4,
3,a.mp4,a,no,0.7500,next in line for deep/b.mp4,
"""


@pytest.fixture
def picks(tmp_path: Path) -> Path:
    """A table beside a pool of four clips, one of which is no pick."""
    for seed, name in enumerate(("a.mp4", "deep/b.mp4", "c.mp4", "other.mp4"), 1):
        (tmp_path / "pool" / name).parent.mkdir(parents=True, exist_ok=True)
        builders.clip(tmp_path / "pool" / name, frames=40, seed=seed)
    (tmp_path / "best").mkdir()
    table = tmp_path / "best" / "picks.csv"
    table.write_text(TABLE, "utf-8")
    return table


def test_the_picks_are_shown_in_their_order(picks: Path, tmp_path: Path) -> None:
    with viewed(tmp_path / "pool", picks=picks) as tab:
        state = tab.settled()
        by_id = {clip["id"]: clip for clip in state["clips"]}
        shown = [by_id[key] for key in state["order"]]
    assert state["kind"] == "picks"
    assert state["open"] == 0
    assert [clip["path"] for clip in shown] == ["deep/b.mp4", "c.mp4", "a.mp4"]
    assert [clip["windows"][0]["keep"] for clip in shown] == [True, True, False]
    assert shown[0]["windows"][0]["reason"] == "the best quality"


def test_keep_and_drop_are_written_to_the_table_alone(picks: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in (tmp_path / "pool").rglob("*.mp4")}
    with viewed(tmp_path / "pool", picks=picks) as tab:
        tab.settled()
        assert tab.edit("c.mp4", "keep", keep=False).status_code == 200
        assert tab.edit("a.mp4", "keep", keep=True).status_code == 200
        assert tab.state()["unsaved"]["files"] == ["picks.csv"]
        assert tab.save().status_code == 200
    changed = TABLE.replace("2,c.mp4,c,yes", "2,c.mp4,c,no").replace("3,a.mp4,a,no", "3,a.mp4,a,yes")
    assert picks.read_text("utf-8") == changed
    assert {path: path.read_bytes() for path in (tmp_path / "pool").rglob("*") if path.is_file()} == before


def test_only_the_answer_is_changed_in_a_table_of_ones_own(picks: Path, tmp_path: Path) -> None:
    before = b"\xef\xbb\xbfclip;keep;notes\r\nc.mp4;yes;my note\r\na.mp4;yes;\r\n"
    picks.write_bytes(before)
    with viewed(tmp_path / "pool", picks=picks) as tab:
        tab.edit("c.mp4", "keep", keep=False)
        assert tab.save().status_code == 200
    assert picks.read_bytes() == before.replace(b"c.mp4;yes", b"c.mp4;no")


@pytest.mark.parametrize("edit", [{"do": "caption", "text": "A dog."}, {"do": "window", "start": 0, "seconds": 1}])
def test_nothing_else_can_be_edited(picks: Path, tmp_path: Path, edit: dict[str, object]) -> None:
    with viewed(tmp_path / "pool", picks=picks) as tab:
        answer = tab.edit("c.mp4", **edit)  # type: ignore[arg-type]
        assert answer.status_code >= 400
        assert "which clips are kept" in answer.text


def test_a_table_that_cannot_be_read_is_refused(picks: Path, tmp_path: Path) -> None:
    picks.write_text("clip\nc.mp4\n", "utf-8")
    with pytest.raises(DatasetkitError, match="no column keep"), viewed(tmp_path / "pool", picks=picks):
        pass
