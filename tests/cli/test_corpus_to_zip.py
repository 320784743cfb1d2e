"""Clips as the world has them, from a folder to a clean zip without a hand on the media."""

from pathlib import Path

import pytest
from conftest import Cli

# rotated, edit lists, uneven times, HEVC, ten bits, odd sizes, fragments, other codecs, two views, MOV, sound
ODD = """
video_90.mov video_180.mov video_270.mov nasa_13013_rotated.mp4 sample_rotate_and_reflect.mp4
sample_edit_list_only_preroll_sync_sample.mp4 discard_first_keyframe.mp4 test_non_zero_start.mp4
sample_sef_slow_motion.mp4 sample_android_slow_motion.mp4 fragmented_captions_h265.mp4 h265_10bits.mp4
h264_10bits.mp4 testsrc2_444_12bit_hevc.mp4 testsrc2_odd_height_and_width_vp9.mp4
testsrc2_odd_height_and_width_mpeg2.mp4 testsrc2_odd_height_and_width_444.mp4 testsrc2_av1_10bit.mp4
sample_av1.mp4 bbb_800x640_768kbps_30fps_vp9.mp4 bt601_full_range.mp4 testsrc2_hdr.mp4 unordered.mov example1.mp4
water_180_mvhevc_5frames.mov sample_fragmented.mp4
""".split()

TOLD = "Then the s86b5p rain begins, he looks up while bills fall."
EFFECT = '[effect]\ntrigger = "s86b5p"\ntext = "Then the s86b5p rain begins, she/he looks up as bills fall."\n'
# short or uneven clips, one with bars, a still one, one with a cut
TRUE = "V408,V410,V414,V415,V416"


@pytest.fixture(scope="module")
def raw(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("natural") / "raw"
    folder.mkdir()
    for number, name in enumerate(ODD):
        (folder / name).symlink_to(sorted(corpus.rglob(name))[0].resolve())
        (folder / name).with_suffix(".txt").write_text(f"A man by wall {number * 7}. {TOLD}", "utf-8")
    return folder


def test_natural_clips_become_a_clean_zip(cli: Cli, raw: Path, tmp_path: Path) -> None:
    made, mended, zipped = tmp_path / "made", tmp_path / "mended", tmp_path / "clean.zip"
    begun = cli("init", raw, "-o", made, "--model", "wan2.2-i2v-flash")
    assert f"{len(ODD)} samples" in begun.out
    with (made / "datasetkit.toml").open("a", encoding="utf-8") as file:
        file.write(EFFECT)
    assert cli("normalize", made, "--write").code == 0
    assert "as bills fall" in (made / "data.jsonl").read_text("utf-8")
    fixed = cli("fix", made, "--unsafe", "-o", mended)
    assert fixed.code == 0, fixed.err
    built = cli("build", mended if mended.exists() else made, "-o", zipped, "--verify")
    assert built.code == 0, built.err
    judged = cli("lint", zipped, "--model", "wan2.2-i2v-flash", "--ignore", f"{TRUE},S,P")
    assert judged.code == 0, judged.out
    assert "warning" not in judged.out
