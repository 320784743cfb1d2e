"""`datasetkit run`: the whole way, once, whatever interrupts it."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import builders
import pytest
from studio import Studio
from studio_state import KEY, Misdeed

from datasetkit import spec

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]
CREATES = ("upload", "job-create", "deploy-create", "task-submit")


@pytest.fixture(autouse=True)
def prepared(studio: Studio, workplace: Path, media: Path) -> None:
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
    assert "training at most about" in err
    assert "1 video about" in err
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


@pytest.mark.parametrize("step", ["upload", "train", "previews", "export", "deploy"])
def test_until_a_step_and_then_on(step: str, studio: Studio, command: Run) -> None:
    code, out, err = command(*arguments("--last-checkpoint", "--yes", "--until", step))
    assert code == 0, err
    assert out
    assert len(studio.runs.tasks) == 0
    assert command(*arguments("--last-checkpoint"))[0] == 0
    only_once(studio)
    assert command(*arguments("--last-checkpoint"))[0] == 0
    only_once(studio)


def test_no_key_and_no_signed_link_is_kept(studio: Studio, command: Run) -> None:
    assert command(*arguments("--last-checkpoint", "--yes"))[0] == 0
    assert command(*arguments("--yes"))[0] == 0, "previews too"
    for path in (path for path in Path("way").rglob("*") if path.is_file()):
        assert KEY.encode() not in path.read_bytes()
        assert b"5ecret" not in path.read_bytes()


def test_without_a_yes_nothing_is_sent(studio: Studio, command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert command(*arguments())[0] == 2
    assert studio.calls() == []


@pytest.mark.parametrize(("image", "says"), [("missing.png", "missing.png"), ("small.png", "sides from 240")])
def test_an_image_that_would_fail_after_hours_fails_at_once(
    image: str, says: str, studio: Studio, command: Run, workplace: Path
) -> None:
    builders.png(workplace / "small.png", (100, 100))
    code, _, err = command(*arguments("--image", image, "--yes"))
    assert code == 2
    assert says in err
    assert studio.calls() == []


def test_a_set_that_could_not_be_deployed_is_not_trained(studio: Studio, command: Run, workplace: Path) -> None:
    source = workplace / "plain"
    shutil.copytree(ROOT / "sample_data" / "i2v" / "training", source)
    lines = [json.loads(line) for line in (source / "data.jsonl").read_text("utf-8").splitlines()]
    texts = [json.dumps(line | {"prompt": f"A house number {number}."}) for number, line in enumerate(lines)]
    (source / "data.jsonl").write_text("\n".join(texts) + "\n", "utf-8")
    code, _, err = command("run", "plain", "-o", "way", "--yes", "--every", "0")
    assert code == 2
    assert "effect" in err
    assert studio.calls() == []


def test_a_job_that_failed_is_asked_about_again(studio: Studio, command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    usual, studio.runs.job_states = studio.runs.job_states, ("RUNNING", "FAILED")
    code, out, err = command(*arguments("--last-checkpoint", "--yes"))
    assert (code, out) == (1, "")
    assert "validation samples must be more than batch_size" in err
    studio.runs.job_states = usual
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert command(*arguments("--last-checkpoint"))[0] == 2
    assert len(studio.runs.jobs) == 1
    assert command(*arguments("--last-checkpoint", "--yes"))[0] == 0
    assert len(studio.runs.jobs) == 2
    assert [step["status"] for step in state()["earlier"]] == ["FAILED"]


@pytest.mark.parametrize("what", ["task_states", "deploy_states"])
def test_what_failed_later_is_begun_anew(what: str, studio: Studio, command: Run) -> None:
    usual = getattr(studio.runs, what)
    setattr(studio.runs, what, ("FAILED",))
    assert command(*arguments("--last-checkpoint", "--yes"))[0] == (1 if what == "task_states" else 2)
    setattr(studio.runs, what, usual)
    studio.runs.deployments = {key: one for key, one in studio.runs.deployments.items() if what == "task_states"}
    code, _, err = command(*arguments("--last-checkpoint", "--yes"))
    assert code == 0, err
    assert "training at most" not in err, "that is paid for"
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


@pytest.mark.parametrize(("more", "says"), [(["--lora-rank", "16"], "request"), (["--image", "b.png"], "images")])
def test_other_settings_are_another_run(more: list[str], says: str, command: Run) -> None:
    assert command(*arguments("--yes", "--until", "upload"))[0] == 0
    code, _, err = command(*arguments(*more))
    assert code == 2
    assert says in err


def test_a_second_attempt_shows_what_is_other(studio: Studio, command: Run) -> None:
    assert command(*arguments("--yes", "--until", "train"))[0] == 0
    other = [*arguments("--yes", "--until", "upload", "--lora-rank", "16", "--from", "way")]
    other[other.index("-o") + 1] = "second"
    code, _, err = command(*other)
    assert code == 0
    assert "lora_rank: None in way, 16 now" in err
    assert "used 432,000 tokens" in err


def test_where_there_are_no_checkpoints_the_console_is_named(studio: Studio, command: Run) -> None:
    studio.runs.checkpoint_api = False
    code, out, err = command(*arguments("--yes"))
    assert (code, out) == (0, "")
    assert "use the console" in err
    assert "--last-checkpoint" in err
    assert command(*arguments("--last-checkpoint"))[0] == 0


def test_a_folder_with_other_things(command: Run) -> None:
    Path("way").mkdir()
    Path("way/mine.txt").touch()
    assert "holds no run" in command(*arguments("--yes"))[2]
    Path("way/datasetkit.run.json").write_text("{}")
    assert "can't be used" in command(*arguments("--yes"))[2]


def start(*more: str) -> subprocess.Popen[bytes]:
    """The command in a process of its own, which a test may kill."""
    command = [sys.executable, "-m", "datasetkit", *arguments("--last-checkpoint", "--yes", *more)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@pytest.mark.parametrize("stored", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", CREATES)
def test_killed_at_a_create_and_started_again(call: str, stored: bool, studio: Studio, command: Run) -> None:
    """Killed when the request arrives, or when it was acted on and the answer is still to come."""
    victim = studio.kill(call, stored=stored)
    with start() as process:
        victim.set_result(process)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
    code, out, err = command(*arguments("--last-checkpoint", "--yes"))
    assert code == 0, err
    only_once(studio)
    assert Path(out.strip()).read_bytes() == studio.runs.video


@pytest.mark.parametrize("call", ["show", "job-show", "job-logs", "deploy-show", "task-show", "download"])
def test_killed_between_the_creates(call: str, studio: Studio, command: Run) -> None:
    victim = studio.kill(call, stored=False)
    with start() as process:
        victim.set_result(process)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
    assert command(*arguments("--last-checkpoint", "--yes"))[0] == 0
    only_once(studio)


def test_one_process_at_a_time(studio: Studio, command: Run) -> None:
    studio.misbehave("job-create", Misdeed("stall"))
    with start() as process:
        assert studio.stalled.wait(60)
        assert "another process works on way" in command(*arguments("--last-checkpoint", "--yes"))[2]
        process.kill()
