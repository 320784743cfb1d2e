"""`upload` as a Python program calls it: paths in, a receipt out, nothing printed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from studio import Studio
from studio_state import KEY

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.pace import Pace
from datasetkit.modelstudio.upload import upload


@pytest.mark.parametrize("as_text", [True, False])
def test_it_can_be_called_twice_in_one_process(
    as_text: bool, studio: Studio, archive: Path, pace: Pace, capfd: pytest.CaptureFixture[str]
) -> None:
    steps: list[tuple[str, int, int]] = []
    path = str(archive) if as_text else archive
    first = upload(path, base_url=studio.base_url, key=KEY, progress=lambda *step: steps.append(step), pace=pace)
    second = upload(path, base_url=studio.base_url, key=KEY, progress=None, note=None, pace=pace)
    assert first == second
    assert list(studio.files) == [first.file_id]
    assert {stage for stage, _, _ in steps} == {"hashing", "sending"}
    assert capfd.readouterr() == ("", "")
    with pytest.raises(AttributeError):
        first.file_id = "another"  # type: ignore[misc] - that is the point


def test_place_and_key_come_from_the_environment_where_they_are_not_given(
    studio: Studio, archive: Path, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHSCOPE_COMPATIBLE_BASE_URL", studio.base_url)
    with pytest.raises(DatasetkitError, match="DASHSCOPE_API_KEY is not set"):
        upload(archive, pace=pace)
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    assert upload(archive, pace=pace, ignored=["V411"]).ignored == ("V411",)


def test_the_region_comes_from_the_configuration_beside_the_zip(
    archive: Path, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (archive.parent / "datasetkit.toml").write_text('region = "no such place"\n')
    with pytest.raises(DatasetkitError, match=r"datasetkit\.toml"):
        upload(archive, key=KEY, pace=pace)


def test_again_and_the_time_limit_are_passed_on(studio: Studio, archive: Path, pace: Pace) -> None:
    notes: list[str] = []
    first = upload(archive, base_url=studio.base_url, key=KEY, pace=pace)
    second = upload(archive, base_url=studio.base_url, key=KEY, pace=pace, again=True, timeout=1800, note=notes.append)
    assert first.file_id != second.file_id
    assert notes[0].endswith("time limit 30 min")
    with pytest.raises(DatasetkitError, match="a space, a line break"):
        upload(os.fspath(archive), base_url=studio.base_url, key="sk a", pace=pace)
