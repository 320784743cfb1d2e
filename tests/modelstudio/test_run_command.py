"""`datasetkit run`: the whole way, once, whatever interrupts it."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import builders
import pytest
from studio import Studio
from studio_state import KEY, Misdeed

from datasetkit import spec
from datasetkit.modelstudio.endpoint import fact

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]
CREATES = ("upload", "job-create", "export", "deploy-create", "task-submit")
CHOICE = ("--checkpoint", "checkpoint-26")


@pytest.fixture(autouse=True)
def prepared(studio: Studio, workplace: Path, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fact("pace"), "first", 0.0)  # no pauses between tries
    builders.png(workplace / "woman.png", (320, 256))
    studio.runs.video, studio.runs.image = (media / "clip.mp4").read_bytes(), (media / "image.jpg").read_bytes()


def arguments(*more: str) -> list[str]:
    return ["run", "training.zip", "--image", "woman.png", "-o", "way", "--every", "0", "--epochs", "100", *more]


def state() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path("way/datasetkit.run.json").read_text("utf-8"))
    assert spec.misfit("run.schema.json", found) == ""
    return found


def only_once(studio: Studio) -> None:
    counts = (len(studio.files), len(studio.runs.jobs), len(studio.runs.deployments), len(studio.runs.tasks))
    assert counts == (1, 1, 1, 1)


def test_the_whole_way_with_one_question(studio: Studio, command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    code, out, err = command(*arguments("--last-checkpoint"))
    assert code == 0, err
    assert err.count("[y/N]") == 1
    assert re.search(r"training +at most .* about", err)
    assert re.search(r"videos +1 of 5 s at 720P +about", err)
    assert re.search(r"in all +about", err)
    only_once(studio)
    assert Path(out.strip()).read_bytes() == studio.runs.video
    assert json.loads(Path(f"{out.strip()}.json").read_text("utf-8"))["first_frame"]["name"] == "woman.png"
    [job] = studio.runs.jobs.values()
    assert state()["run"] in job["body"]["job_name"]
    assert studio.calls().count("export") == 0


def test_a_folder_is_built_and_a_checkpoint_chosen(studio: Studio, command: Run) -> None:
    sets = [str(ROOT / "sample_data" / "i2v" / role) for role in ("training", "validation")]
    call = ["run", sets[0], "--validation", sets[1], "--image", "woman.png", "-o", "way", "--every", "0"]
    code, out, err = command(*call, "--epochs", "100", "--yes")
    assert (code, out) == (0, "way/previews/index.html\n"), err
    assert "--checkpoint NAME" in err
    assert studio.runs.deployments == {}
    code, out, err = command(*call, "--epochs", "100", "--checkpoint", "checkpoint-26")
    assert code == 0, err
    assert "[y/N]" not in err
    assert [name[-4:] for name in studio.runs.deployments] == ["-c26"]
    assert len(studio.files) == 2


EFFECT = """
[effect]
trigger = "s86b5p"
text = "Then the s86b5p money rain effect begins, countless US dollar bills pour down around her/him."

[effect.persons]
"video_16.mp4" = "he"
"""


def test_from_raw_clips_to_a_video(studio: Studio, command: Run) -> None:
    Path("raw").mkdir()
    for clip in (ROOT / "sample_data" / "i2v" / "training").glob("video_*"):
        shutil.copy(clip, "raw")
    shutil.copy(ROOT / "sample_data" / "captions.csv", "raw")
    assert command("init", "raw", "-o", "money_rain", "--model", "wan2.2-i2v-flash")[0] == 0
    with Path("money_rain/datasetkit.toml").open("a", encoding="utf-8") as settings:
        settings.write(EFFECT)
    assert command("normalize", "money_rain", "--append", "--write")[0] == 0
    call = ["run", "money_rain", "--image", "woman.png", "-o", "way", "--every", "0", "--yes", "--last-checkpoint"]
    code, out, err = command(*call, "--max-validation", "5", "--split", "0.75")
    assert code == 0, err
    only_once(studio)
    [deployment] = studio.runs.deployments.values()
    config = deployment["body"]["aigc_config"]
    assert config["lora_prompt_default"].endswith("pour down around her/him."), "the declared template, slots and all"
    assert Path(out.strip()).read_bytes() == studio.runs.video


def test_a_set_that_is_too_large_is_trained_on_in_parts(
    studio: Studio, command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = replace(spec.limits(), archive_bytes=spec.Thresholds(high=2_000_000, warn=2_000_000))
    monkeypatch.setattr(spec, "limits", lambda: limits)
    call = ["run", str(ROOT / "sample_data" / "i2v" / "training"), "--model", "wan2.6-i2v", "-o", "way", "--every", "0"]
    code, out, err = command(*call, "--until", "upload")
    assert code == 0, err
    assert out.split() == list(studio.files)
    assert sorted(path.name for path in Path("way").glob("*.zip")) == ["training-1.zip", "training-2.zip"]
    for path in Path("way").glob("*.zip*"):
        path.unlink()
    assert command(*call, "--until", "train", "--yes")[0] == 0, "what is uploaded isn't needed any more"
    [job] = studio.runs.jobs.values()
    assert job["body"]["training_file_ids"] == list(studio.files)


def test_a_data_jsonl_stands_for_its_folder(studio: Studio, command: Run) -> None:
    lines = ROOT / "sample_data" / "i2v" / "training" / "data.jsonl"
    call = ["run", str(lines), "--model", "wan2.6-i2v", "-o", "way", "--until", "upload"]
    code, _, err = command(*call)
    assert code == 0, err
    assert [file.filename for file in studio.files.values()] == ["training.zip"]


def test_zips_that_are_gone_are_built_again(studio: Studio, command: Run) -> None:
    call = ["run", str(ROOT / "sample_data" / "i2v" / "training"), "--model", "wan2.6-i2v", "-o", "way", "--every", "0"]
    studio.misbehave("upload", Misdeed("answer", status=403))
    assert command(*call, "--until", "upload")[0] == 2
    Path("way/training.zip").unlink()
    assert command(*call, "--until", "upload")[0] == 0
    assert len(studio.files) == 1


@pytest.mark.parametrize("step", ["upload", "train", "previews", "export", "deploy"])
def test_until_a_step_and_then_on(step: str, studio: Studio, command: Run) -> None:
    code, out, err = command(*arguments("--last-checkpoint", "--yes", "--until", step))
    assert code == 0, err
    assert out
    assert len(studio.runs.tasks) == 0
    assert ("in all" in err) is (step != "upload"), "an upload costs nothing"
    assert "videos  " not in err
    code, _, err = command(*arguments("--last-checkpoint"))
    assert (code, len(studio.runs.tasks)) == (2, 0), "the videos were not agreed to"
    assert "videos  " in err
    assert command(*arguments("--last-checkpoint", "--yes"))[0] == 0
    only_once(studio)
    assert command(*arguments("--last-checkpoint"))[0] == 0
    only_once(studio)


def test_no_key_and_no_signed_link_is_kept_or_shown(studio: Studio, command: Run) -> None:
    for more in (["--last-checkpoint"], []):  # previews too
        code, out, err = command(*arguments("--yes", *more))
        assert code == 0
        assert KEY not in out + err
        assert "5ecret" not in out + err
    for path in (path for path in Path("way").rglob("*") if path.is_file()):
        assert KEY.encode() not in path.read_bytes()
        assert b"5ecret" not in path.read_bytes()


def test_without_a_yes_nothing_is_sent(studio: Studio, command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert command(*arguments())[0] == 2
    assert studio.calls() == []
    assert not Path("way").exists()


def test_an_image_that_is_too_small_is_found_before_anything_is_sent(studio: Studio, command: Run) -> None:
    builders.png("small.png", (100, 100))
    code, _, err = command(*arguments("--image", "small.png", "--yes"))
    assert code == 2
    assert "sides from 240" in err
    assert studio.calls() == []


def test_a_set_that_could_not_be_deployed_is_not_trained(studio: Studio, command: Run, workplace: Path) -> None:
    source = workplace / "plain"
    shutil.copytree(ROOT / "sample_data" / "i2v" / "training", source)
    lines = [json.loads(line) for line in (source / "data.jsonl").read_text("utf-8").splitlines()]
    texts = [json.dumps(line | {"prompt": f"A house number {number}."}) for number, line in enumerate(lines)]
    (source / "data.jsonl").write_text("\n".join(texts) + "\n", "utf-8")
    code, _, err = command("run", "plain", "-o", "way", "--model", "wan2.6-i2v", "--yes", "--every", "0")
    assert code == 2
    assert "effect" in err
    assert studio.calls() == []


def test_without_images_it_ends_with_the_deployment(studio: Studio, command: Run) -> None:
    call = [each for each in arguments("--yes", "--last-checkpoint") if each not in ("--image", "woman.png")]
    code, out, err = command(*call)
    assert code == 0, err
    assert out.split() == list(studio.runs.deployments)


@pytest.mark.parametrize(
    ("end", "says"), [("FAILED", "validation samples must be more than batch_size"), ("CANCELED", "ended as CANCELED")]
)
def test_a_job_that_failed_is_asked_about_again(
    end: str, says: str, studio: Studio, command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, studio.runs.job_states = studio.runs.job_states, ("RUNNING", end)
    code, out, err = command(*arguments("--last-checkpoint", "--yes"))
    assert (code, out) == (1, "")
    assert says in err
    studio.runs.job_states = usual
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert command(*arguments("--last-checkpoint"))[0] == 2
    assert len(studio.runs.jobs) == 1
    assert command(*arguments("--last-checkpoint", "--yes"))[0] == 0
    assert len(studio.runs.jobs) == 2
    assert [(step["step"], step["status"]) for step in state()["failed"]] == [("train", end)]
    assert len({job["body"]["job_name"] for job in studio.runs.jobs.values()}) == 2


@pytest.mark.parametrize("what", ["task_states", "deploy_states"])
def test_what_failed_later_is_begun_anew(what: str, studio: Studio, command: Run) -> None:
    usual = getattr(studio.runs, what)
    setattr(studio.runs, what, ("FAILED",))
    code, out, _ = command(*arguments("--last-checkpoint", "--yes"))
    assert (code, out) == (1, "")
    setattr(studio.runs, what, usual)
    studio.runs.deployments = {key: one for key, one in studio.runs.deployments.items() if what == "task_states"}
    code, _, err = command(*arguments("--last-checkpoint", "--yes"))
    assert code == 0, err
    assert "training  " not in err, "that is paid for"
    assert ("videos  " in err) is (what == "task_states")
    assert len(studio.runs.jobs) == 1


def test_a_changed_dataset_stops_it(studio: Studio, command: Run) -> None:
    assert command(*arguments("--yes", "--until", "upload"))[0] == 0
    shutil.copy("validation.zip", "training.zip.bak")
    source = str(ROOT / "sample_data" / "i2v" / "training")
    assert command("build", source, "-o", "training.zip", "--force", "--hold-out", "5")[0] == 0
    code, _, err = command(*arguments("--yes"))
    assert code == 2
    assert "the dataset has changed" in err
    assert "--from way" in err


def test_other_settings_are_another_run(command: Run) -> None:
    assert command(*arguments("--yes", "--until", "upload"))[0] == 0
    code, _, err = command(*arguments("--lora-rank", "16", "--yes"))
    assert code == 2
    assert "lora_rank: not set → 16" in err
    assert "--from way" in err


def test_images_may_change_until_there_are_videos(studio: Studio, command: Run) -> None:
    assert command(*arguments("--yes", "--until", "deploy", "--last-checkpoint"))[0] == 0
    builders.png("other.png", (320, 256), seed=7)
    code, out, err = command(*arguments("--yes", "--last-checkpoint", "--image", "other.png"))
    assert (code, out) == (0, "way/video_1.mp4\nway/video_2.mp4\n"), err
    builders.png("other.png", (320, 256), seed=8)
    code, _, err = command(*arguments("--yes", "--last-checkpoint", "--image", "other.png"))
    assert code == 2
    assert "other.png" in err
    assert len(studio.runs.tasks) == 2


def test_a_run_that_was_not_begun_may_still_change(studio: Studio, command: Run) -> None:
    Path("way").mkdir()
    assert command(*arguments())[0] == 2
    assert state()["steps"] == {}
    assert command(*arguments("--lora-rank", "16", "--yes", "--until", "train"))[0] == 0


def test_what_would_fail_later_is_found_before_anything_is_sent(studio: Studio, command: Run) -> None:
    for more, says in (
        (["--image", "missing.png"], "missing.png"),
        (["--resolution", "480P"], "--resolution"),
        (["--last", "woman.png"], "first frame alone"),
        (["--split", "0.99", "--max-pixels", "1"], "max_pixels is 1"),
    ):
        code, _, err = command(*arguments("--yes", *more))
        assert code in (1, 2), more
        assert says in err
    assert studio.calls() == []


def test_the_choice_of_a_checkpoint_stays(command: Run) -> None:
    assert command(*arguments("--yes", "--until", "export", "--checkpoint", "checkpoint-26"))[0] == 0
    code, _, err = command(*arguments("--yes", "--last-checkpoint"))
    assert code == 2
    assert "checkpoint-26" in err
    assert command(*arguments("--yes", "--checkpoint", "checkpoint-26"))[0] == 0


def test_a_second_attempt_shows_what_is_other(studio: Studio, command: Run) -> None:
    assert command(*arguments("--yes", "--until", "train"))[0] == 0
    other = [*arguments("--yes", "--until", "upload", "--lora-rank", "16", "--from", "way")]
    other[other.index("-o") + 1] = "second"
    code, _, err = command(*other)
    assert code == 0
    assert "lora_rank: not set → 16" in err
    assert re.search(r"that run cost 432,000 tokens, about \S+ USD", err)
    assert json.loads(Path("second/datasetkit.run.json").read_text("utf-8"))["follows"] == state()["run"]
    assert len(studio.files) == 1, "the same zip isn't sent again"


def test_where_there_are_no_checkpoints_the_console_is_named(studio: Studio, command: Run) -> None:
    studio.runs.checkpoint_api = False
    for more in ([], ["--checkpoint", "checkpoint-26"]):
        code, out, err = command(*arguments("--yes", *more))
        assert (code, out) == (2, "")
        assert "use the console" in err
        assert "--last-checkpoint" in err
    assert command(*arguments("--last-checkpoint"))[0] == 0
    only_once(studio)


def test_a_folder_with_other_things(command: Run) -> None:
    Path("way").mkdir()
    Path("way/mine.txt").touch()
    assert "holds no run" in command(*arguments("--yes"))[2]
    Path("way/datasetkit.run.json").write_text("{}")
    assert "can't be used" in command(*arguments("--yes"))[2]


PROGRAM = """
import os, signal, sys
from datasetkit.cli import run
from datasetkit.modelstudio.endpoint import fact
fact("pace")["first"] = 0.0  # no pauses between tries
left = int(os.environ.get("DIE_AT_NOTE", "0"))
def hook(event, details):
    global left
    if event == "os.rename" and str(details[1]).endswith("datasetkit.run.json"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
sys.exit(run(sys.argv[1:]))
"""


def start(*more: str) -> subprocess.Popen[bytes]:
    """The command in a process of its own, which a test may kill."""
    command = [sys.executable, "-c", PROGRAM, *arguments("--yes", *more)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@pytest.mark.parametrize("stored", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", CREATES)
def test_killed_at_a_create_and_started_again(call: str, stored: bool, studio: Studio, command: Run) -> None:
    """Killed when the request arrives, or when it was acted on and the answer is still to come."""
    victim = studio.kill(call, stored=stored)
    with start(*CHOICE) as process:
        victim.set_result(process)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
    code, out, err = command(*arguments(*CHOICE))
    assert code == 0, err
    only_once(studio)
    assert Path(out.strip()).read_bytes() == studio.runs.video


def test_killed_before_every_note(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process gets one note further: it dies when what it has just asked for is made, but not noted yet."""
    codes: list[int] = []
    while len(codes) < 40 and 0 not in codes:
        begun = bool(codes) and state()["steps"]
        monkeypatch.setenv("DIE_AT_NOTE", "2" if begun else "4")  # what the run is about is noted first
        with start(*CHOICE) as process:
            _, err = process.communicate(timeout=60)
        codes.append(process.returncode)
        assert process.returncode in (0, -signal.SIGKILL), err
    assert codes[-1] == 0
    assert len(codes) > 12
    assert set(state()["steps"]) == {"upload-1", "train", "export", "deploy", "generate-1"}
    only_once(studio)
    assert len(studio.seen("export")) <= 2
    assert Path("way/video_1.mp4").read_bytes() == studio.runs.video


@pytest.mark.parametrize("call", ["validation-results", "validation-details", "download"])
def test_killed_at_the_previews(call: str, studio: Studio, command: Run) -> None:
    victim = studio.kill(call, stored=False)
    with start() as process:
        victim.set_result(process)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
    assert command(*arguments())[:2] == (0, "way/previews/index.html\n")
    assert len(studio.runs.jobs) == 1


@pytest.mark.parametrize("call", ["show", "job-show", "job-logs", "deploy-show", "task-show", "download"])
def test_killed_between_the_creates(call: str, studio: Studio, command: Run) -> None:
    victim = studio.kill(call, stored=False)
    with start("--last-checkpoint") as process:
        victim.set_result(process)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
    assert command(*arguments("--last-checkpoint"))[0] == 0
    only_once(studio)


@pytest.mark.parametrize(("made", "adopted"), [(0, True), (1, True), (2, False)])
def test_a_lost_video_is_adopted_if_only_one_fits(made: int, adopted: bool, studio: Studio, command: Run) -> None:
    """The request was noted, and its answer lost: meanwhile so many tasks have appeared."""
    assert command(*arguments("--yes", "--last-checkpoint", "--until", "deploy"))[0] == 0
    victim = studio.kill("task-submit", stored=False)
    with start("--last-checkpoint") as process:
        victim.set_result(process)
        process.communicate(timeout=60)
    [model] = studio.runs.deployments
    body = {"model": model, "input": {"img_url": "x"}, "parameters": {}}
    for _ in range(made):
        studio.runs.answer("task-submit", ("video-generation",), {}, body, {"X-DashScope-Async": "enable"})
    code, _, err = command(*arguments("--last-checkpoint"))
    assert len(studio.runs.tasks) == max(made, 1)
    assert code == (0 if adopted else 2), err
    if not adopted:
        assert all(task in err for task in studio.runs.tasks)
        [line] = [line for line in err.splitlines() if "datasetkit generate" in line]
        task = list(studio.runs.tasks)[1]
        again = line[line.index("datasetkit generate") :].replace(" TASK ", f" {task} ").split()[1:]
        assert command(*again, "--every", "0")[0] == 0, "what it says can be done"
        assert command(*arguments("--last-checkpoint"))[:2] == (0, "way/video_1.mp4\n")
        assert len(studio.runs.tasks) == 2


def test_a_video_lost_for_over_a_day_is_asked_about_again(studio: Studio, command: Run) -> None:
    victim = studio.kill("task-submit", stored=True)
    with start("--last-checkpoint") as process:
        victim.set_result(process)
        process.communicate(timeout=60)
    found = state()
    found["steps"]["generate-1"]["begun"] = "2026-01-02T03:04:05Z"
    Path("way/datasetkit.run.json").write_text(json.dumps(found))
    code, _, err = command(*arguments("--last-checkpoint"))
    assert code == 1
    assert "may have been billed" in err
    code, _, err = command(*arguments("--last-checkpoint"))
    assert (code, len(studio.runs.tasks)) == (2, 1)
    assert "videos  " in err
    assert command(*arguments("--last-checkpoint", "--yes"))[0] == 0
    assert len(studio.runs.tasks) == 2


def test_the_network_is_cut_for_a_while_during_the_training(studio: Studio, command: Run) -> None:
    studio.misbehave("job-show", *[Misdeed("reset", after=0)] * 12)
    code, _, err = command(*arguments("--last-checkpoint", "--yes"))
    assert code == 0, err
    assert err.count("looking again") == 2
    only_once(studio)


def test_a_video_that_was_removed_is_downloaded_again(studio: Studio, command: Run) -> None:
    assert command(*arguments("--last-checkpoint", "--yes"))[0] == 0
    Path("way/video_1.mp4").unlink()
    assert command(*arguments("--last-checkpoint"))[:2] == (0, "way/video_1.mp4\n")
    only_once(studio)


def test_another_machine_goes_on(studio: Studio, command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder and the dataset were copied there."""
    assert command(*arguments("--last-checkpoint", "--yes", "--until", "train"))[0] == 0
    (tmp_path / "elsewhere").mkdir()
    for name in ("training.zip", "training.zip.json", "woman.png"):
        shutil.copy(name, tmp_path / "elsewhere")
    shutil.copytree("way", tmp_path / "elsewhere" / "way")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert command(*arguments("--last-checkpoint", "--yes"))[0] == 0
    only_once(studio)


def test_another_place_is_another_run(studio: Studio, command: Run) -> None:
    assert command(*arguments("--last-checkpoint", "--yes", "--until", "upload"))[0] == 0
    code, _, err = command(
        *arguments("--last-checkpoint", "--yes", "--base-url", "http://127.0.0.1:9/compatible-mode/v1")
    )
    assert code == 2
    assert "not here" in err


def test_first_and_last_frames(studio: Studio, command: Run) -> None:
    builders.png("last.png", (320, 256), seed=3)
    source = str(ROOT / "sample_data" / "kf2v" / "training")
    frames = ["--image", "woman.png", "--last", "last.png"]
    call = ["run", source, "--model", "wan2.2-kf2v-flash", *frames, "-o", "way", "--every", "0", "--yes"]
    code, _, err = command(*call, "--last-checkpoint", "--seed", "7")
    assert code == 0, err
    [task] = studio.runs.tasks.values()
    assert sorted(task["body"]["input"]) == ["first_frame_url", "last_frame_url"]
    assert task["body"]["parameters"]["seed"] == 7
    assert state()["subject"]["frames"][0]["last_frame"]["name"] == "last.png"


def test_one_process_at_a_time(studio: Studio, command: Run) -> None:
    studio.misbehave("job-create", Misdeed("stall"))
    with start("--last-checkpoint") as process:
        assert studio.stalled.wait(60)
        assert "another process" in command(*arguments("--last-checkpoint", "--yes"))[2]
        process.kill()
