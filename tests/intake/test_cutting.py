"""Which files the windows of a clip get, by names alone."""

from fractions import Fraction

from datasetkit.intake.captions import Unused
from datasetkit.intake.cutting import by_window, dropped
from datasetkit.intake.pairing import ClipFiles, Pairing, pair
from datasetkit.windows import Window

TEXT = "a cat"


def window(clip: str, name: str, start: int = 0, *, keep: bool = True, reason: str = "") -> Window:
    return Window(clip, Fraction(start), Fraction(2), name, keep, reason)


def cut(files: list[str], windows: list[Window], texts: dict[str, str] | None = None) -> Pairing:
    clips = [path for path in files if path.endswith(".mp4")]
    return by_window(pair(clips, [path for path in files if path not in clips], texts or {}, windows))


def test_a_clip_becomes_as_many_samples_as_it_has_windows() -> None:
    windows = [window("a.mp4", "late", 3), window("a.mp4", "early", 1)]
    assert cut(["a.mp4", "b.mp4"], windows) == Pairing(
        (
            ClipFiles("a.mp4", window=windows[0]),
            ClipFiles("a.mp4", window=windows[1]),
            ClipFiles("b.mp4"),
        ),
        (),
        tuple((one, ClipFiles("a.mp4", window=one)) for one in windows),
    )


def test_a_caption_is_that_of_the_window_or_else_of_the_clip() -> None:
    windows = [window("deep/a.mp4", "a"), window("deep/a.mp4", "pour.1"), window("deep/a.mp4", "Run")]
    texts = {"captions.csv": "clip,caption\nPOUR.1,a dog\ndeep/a.mp4,a cat\n", "captions/run.txt": "a hen"}
    pairing = cut(["deep/a.mp4"], windows, texts)
    assert [one.caption for one in pairing.clips] == [TEXT, "a dog", "a hen"]
    assert pairing.unused == ()


def test_a_row_with_a_windows_name_is_for_that_window_alone() -> None:
    windows = [window("a.mp4", "a"), window("a.mp4", "a_2", 3)]
    pairing = cut(["a.mp4"], windows, {"captions.csv": "clip,caption\na,a cat\n"})
    assert [one.caption for one in pairing.clips] == [TEXT, None]


def test_a_file_that_may_belong_to_a_window_or_to_another_clip_is_listed() -> None:
    pairing = cut(["a.mp4", "b.mp4", "c.mp4"], [window("a.mp4", "b")], {"b.txt": TEXT})
    assert [one.caption for one in pairing.clips] == [None, None, None]
    assert pairing.unused == (Unused("b.txt", "could belong to b.mp4 or b"),)


def test_the_first_frame_of_a_clip_is_for_a_window_that_starts_with_it() -> None:
    windows = [window("a.mp4", "early"), window("a.mp4", "late", 3)]
    pairing = cut(["a.mp4", "a_first.png", "a_last.png", "late.png"], windows)
    assert [(one.first, one.last) for one in pairing.clips] == [("a_first.png", None), ("late.png", None)]
    assert pairing.unused == (Unused("a_last.png", "shows the end of a.mp4, not of a window"),)


def test_a_first_frame_that_no_window_shows_is_listed() -> None:
    pairing = cut(["a.mp4", "a.png"], [window("a.mp4", "late", 3)])
    assert pairing.clips[0].first is None
    assert pairing.unused == (Unused("a.png", "shows the start of a.mp4, where none of its windows starts"),)


def test_what_is_not_kept_is_left_out_with_its_files() -> None:
    windows = [window("a.mp4", "dark", keep=False, reason="too dark"), window("b.mp4", "plain", keep=False)]
    pairing = cut(["a.mp4", "a.png", "b.mp4"], windows, {"dark.txt": TEXT, "b.txt": TEXT})
    assert (pairing.clips, pairing.unused) == ((), ())
    assert [*dropped(windows)] == [Unused("a.mp4, dark", "too dark"), Unused("b.mp4, plain", "keep is no")]


def test_a_window_of_a_clip_that_is_not_there_is_listed() -> None:
    pairing = cut(["take_1.mp4"], [window("take1.mp4", "pour"), window("日.mp4", "x")])
    assert [one.clip for one in pairing.clips] == ["take_1.mp4"]
    assert [one.path for one in pairing.unused] == ["cuts.csv, pour", "cuts.csv, x"]
    assert "there is no clip take1.mp4. Did you mean take_1.mp4?" in pairing.unused[0].reason
    assert pairing.unused[1].reason == "there is no clip 日.mp4"
