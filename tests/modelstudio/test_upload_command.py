"""`datasetkit upload` as people run it: what it prints where, its exit codes, Ctrl-C, and the key's secrecy."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import builders
import pytest
from studio import Studio
from studio_state import KEY, Misdeed

from datasetkit.cli import run
from datasetkit.modelstudio.zips import receipt_path

JUDGED = ["--kind", "i2v", "--role", "validation", "--ignore", "S"]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A validation set as a zip: three prompts, three first frames."""
    path = tmp_path / "valid_set.zip"
    with zipfile.ZipFile(path, "w") as target:
        lines = []
        for number in range(3):
            image = tmp_path / f"image_{number}.jpg"
            builders.jpeg(image)
            target.write(image, image.name)
            lines.append(json.dumps({"prompt": f"a woman {number}", "first_frame_path": image.name}))
        target.writestr("data.jsonl", "\n".join(lines))
    return path


@pytest.fixture
def _here(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    monkeypatch.setenv("DASHSCOPE_COMPATIBLE_BASE_URL", studio.base_url)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_here")
def test_stdout_is_the_id_alone(studio: Studio, dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["upload", dataset.name, *JUDGED]) == 0
    out, err = capsys.readouterr()
    assert out == f"{next(iter(studio.files))}\n"
    assert "error" not in err
    assert run(["upload", dataset.name, *JUDGED]) == 0
    again, said = capsys.readouterr()
    assert again == out
    assert "uploaded already; nothing was sent" in said


@pytest.mark.usefixtures("_here")
def test_json_is_the_receipt(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["upload", dataset.name, "--format", "json", "--ignore", "L208", *JUDGED]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(receipt_path(dataset).read_text("utf-8"))


@pytest.mark.usefixtures("_here")
def test_a_zip_with_errors_stops_them_all(
    studio: Studio, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.zip").write_bytes(b"no zip")
    assert run(["upload", dataset.name, "broken.zip", *JUDGED]) == 1
    out, err = capsys.readouterr()
    assert (out, studio.requests) == ("", [])
    assert "D109" in err
    assert "nothing was sent" in err


@pytest.mark.usefixtures("_here")
def test_a_built_zip_is_judged_as_it_was_built(
    studio: Studio, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "set"
    shutil.unpack_archive(dataset, folder)
    (folder / "datasetkit.toml").write_text('role = "validation"\nignore = { S = "a set for a test" }\n')
    assert run(["build", "set", "-o", "built.zip"]) == 0
    capsys.readouterr()
    assert run(["upload", "built.zip", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["ignored"] == ["S"]
    (tmp_path / "built.zip.json").write_text("{")
    assert run(["upload", "built.zip", "--role", "validation"]) == 0
    assert "S703" in capsys.readouterr().err


@pytest.mark.usefixtures("_here")
def test_the_report_says_that_the_role_comes_from_the_manifest(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.unpack_archive(dataset, tmp_path / "set")
    assert run(["build", "set", "-o", "built.zip", "--role", "validation"]) == 0
    capsys.readouterr()
    assert run(["upload", "built.zip"]) == 0
    err = capsys.readouterr().err
    assert ("validation set (from built.zip.json)" in err, "--role" in err) == (True, False)


@pytest.mark.usefixtures("_here")
def test_a_manifest_that_is_a_pipe_is_not_waited_for(studio: Studio, dataset: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / f"{dataset.name}.json")
    assert run(["upload", dataset.name, *JUDGED]) == 0
    assert len(studio.files) == 1


@pytest.mark.usefixtures("_here")
def test_what_is_left_out_is_shown_by_lint(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(dataset, "a") as target:
        for number in range(8):
            target.writestr(f"../{number}.txt", "x")
    assert run(["upload", dataset.name, *JUDGED]) == 1
    (hint,) = (line for line in capsys.readouterr().err.splitlines() if "--all" in line)
    assert "`lint --all` shows them" in hint


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize("minutes", ["0", "nan", "inf", "1" + "0" * 400, "soon"])
def test_a_time_limit_is_a_number_of_minutes(
    minutes: str, studio: Studio, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["upload", dataset.name, "--timeout", minutes, *JUDGED]) == 2
    assert "--timeout" in capsys.readouterr().err
    assert run(["upload", dataset.name, "--timeout", "30", *JUDGED]) == 0
    assert "time limit 30 min" in capsys.readouterr().err


@pytest.mark.usefixtures("_here")
def test_build_can_upload_what_it_built(
    studio: Studio, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.unpack_archive(dataset, tmp_path / "set")
    assert run(["build", "set", "-o", "built.zip", "--upload", *JUDGED]) == 0
    captured = capsys.readouterr()
    assert captured.out.strip() == json.loads((tmp_path / "built.zip.receipt.json").read_text())["file_id"]
    assert "built.zip  " in captured.err
    assert run(["build", "set", "-o", "built", "--dir", "--upload", *JUDGED]) == 2
    assert "a folder can't be uploaded" in capsys.readouterr().err


def test_build_without_a_key_builds_nothing(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["build", dataset.name, "-o", "built.zip", "--upload", "--region", "beijing", *JUDGED]) == 2
    assert "DASHSCOPE_API_KEY" in capsys.readouterr().err
    assert not (tmp_path / "built.zip").exists()


@pytest.mark.usefixtures("_here")
def test_several_zips_print_an_id_each_in_order(
    studio: Studio, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(dataset, tmp_path / "other_set.zip")
    assert run(["upload", "other_set.zip", dataset.name, *JUDGED]) == 0
    ids = capsys.readouterr().out.split()
    assert [studio.files[file_id].filename for file_id in ids] == ["other_set.zip", "valid_set.zip"]


@pytest.mark.usefixtures("_here")
def test_without_a_key_nothing_is_read_or_sent(
    studio: Studio, dataset: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    assert run(["upload", dataset.name, *JUDGED]) == 2
    assert "DASHSCOPE_API_KEY is not set" in capsys.readouterr().err
    assert studio.requests == []


def test_the_region_of_the_configuration_beside_the_zip(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (dataset.parent / "datasetkit.toml").write_text('region = "beijing"\n')
    assert run(["upload", str(dataset), "--dry-run", *JUDGED]) == 0
    assert "https://dashscope.aliyuncs.com/compatible-mode/v1/files" in capsys.readouterr().out


def test_without_a_region_it_says_how_to_choose(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["upload", str(dataset), "--dry-run", *JUDGED]) == 2
    assert "--region singapore or --region beijing" in capsys.readouterr().err


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize("name", ["valid_set.zip", 'it\'s; "odd", $HOME\\x.zip'])
def test_a_dry_run_prints_the_request_without_the_key(
    name: str, studio: Studio, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = dataset.rename(dataset.with_name(name))
    assert run(["upload", name, "--dry-run", *JUDGED]) == 0
    out, err = capsys.readouterr()
    assert KEY not in out + err
    assert studio.requests == []
    assert not receipt_path(path).exists()
    words = shlex.split(out)
    assert words[:4] == ["curl", "--request", "POST", f"{studio.base_url}/files"]
    assert words[4:6] == ["--header", "Authorization: Bearer $DASHSCOPE_API_KEY"]
    assert words[8:] == ["--form", "purpose=fine-tune"]
    if shutil.which("curl"):  # where there is one, it is the judge of the line
        subprocess.run(["sh", "-c", out], check=True, capture_output=True, timeout=60)
        (stored,) = studio.files.values()
        assert (stored.filename, stored.path.read_bytes()) == (name, path.read_bytes())


def _start(arguments: list[str], folder: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "datasetkit", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize(
    ("after", "store", "says"),
    [
        (0, False, "Stopped. "),
        (500_000, False, "which the service should drop"),
        (None, True, "may have arrived"),
    ],
    ids=["before the body", "during the body", "after the body"],
)
def test_ctrl_c_is_quiet_and_the_same_command_again_ends_with_one_file(
    after: int | None, store: bool, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dataset: Path
) -> None:
    with zipfile.ZipFile(dataset, "a") as target:
        target.writestr("large.txt", os.urandom(8_000_000))  # more than the buffers of both sockets hold
    folder = tmp_path / "slow"
    folder.mkdir()
    with Studio(folder, slow_window=True) as studio:
        monkeypatch.setenv("DASHSCOPE_COMPATIBLE_BASE_URL", studio.base_url)
        studio.misbehave("upload", Misdeed("stall", after=after, store=store))
        with _start(["upload", dataset.name, *JUDGED], tmp_path) as process:
            assert studio.stalled.wait(timeout=20), process.kill() or process.communicate()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (130, "")
        assert "Traceback" not in err
        assert says in err.splitlines()[-1]
        assert len(studio.files) == store
        assert not receipt_path(dataset).exists()
        assert run(["upload", dataset.name, *JUDGED]) == 0
        assert len(studio.files) == 1
        first = receipt_path(dataset).read_bytes()
        receipt_path(dataset).unlink()
        assert run(["upload", dataset.name, *JUDGED]) == 0
        assert receipt_path(dataset).read_bytes() == first
        assert studio.calls().count("upload") == (1 if store else 2)
