"""`datasetkit caption` with a stand-in server, from drafts to a set that lints clean."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import pytest
from chat_server import FAULTS, GOOD, ChatServer, describe, pictures, text
from drafted import EFFECT, prompts_of

from datasetkit import check
from datasetkit.caption.instruction import instruction_for
from datasetkit.cli import run
from datasetkit.modelstudio.pace import Pace
from datasetkit.prompts.slots import DRAFT_MARK

Caption = Callable[..., tuple[int, str, str]]
Drafts = Callable[..., Path]


def test_without_write_it_shows_the_captions_and_changes_nothing(
    caption: Caption, drafts: Drafts, server: ChatServer
) -> None:
    folder = drafts(3)
    before = (folder / "data.jsonl").read_bytes()
    code, out, err = caption(folder)
    assert code == 1
    assert "line 1: video_0.mp4: The video begins showing a woman in a park." in out
    assert "(she)" in out
    assert "--write" in err
    assert (folder / "data.jsonl").read_bytes() == before
    folder = folder.rename(folder.with_name("my drafts"))
    code, _, err = caption(folder, "--write")
    assert f"next: datasetkit caption '{folder}' --accept" in err
    assert code == 0
    assert len(server.requests) == 3, "the answers of the first run are used"
    assert "request" not in err
    assert all(prompt.endswith(("surround her.", "surround him.")) for prompt in prompts_of(folder))


def test_the_request_word_for_word(caption: Caption, drafts: Drafts, server: ChatServer) -> None:
    caption(drafts(1), "--frames", "3")
    [body] = server.requests
    assert body.keys() == {"model", "temperature", "max_tokens", "messages"}
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("eyes", 0, 400)
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert [part["type"] for part in body["messages"][0]["content"]] == ["text", "image_url", "image_url", "image_url"]
    assert all(url.startswith("data:image/jpeg;base64,/9j/") for url in pictures(body))
    assert text(body) == (
        "These are 3 frames of one clip, in order, at 0.00 s, 1.00 s, 1.94 s.\n\n"
        "Describe who or what the first frame shows, and the place. Write exactly in this form:\n"
        "The video begins showing (who or what, in one sentence). (Looks, clothes and pose, in one sentence.) "
        "The background is (the place, in one sentence).\n"
        "Write plain English in the present tense. Use at most 4 sentences.\n"
        "State only what can be seen. Leave out what can't be told; don't guess.\n"
        "Leave out everything that changes or moves later in the clip, visual effects and camera movements.\n"
        "Write only the caption: no heading, no quotation marks, no comment.\n\n"
        "Then write one last line, PERSON: and the pronoun of the main subject: she, he, they or it."
    )
    assert "s86b5p" not in json.dumps(body), "the model can't leak what it isn't told"


def test_a_chinese_effect_makes_a_chinese_request(caption: Caption, drafts: Drafts, server: ChatServer) -> None:
    folder = drafts(1, effect="然后s86b5p金钱雨开始，无数美元钞票倾泻而下，密集地打在她/他身上。")
    server.answer = lambda _number: "视频开始时，画面中是一位年轻女子站在海边。背景是大海。\n人称：她"
    code, _, _ = caption(folder, "--write")
    assert code == 0
    assert text(server.requests[0]).startswith("以下是同一段视频的8帧，按时间顺序，时间为0.00 s、")
    assert "视频开始时，画面中是" in text(server.requests[0])
    subject = "视频开始时，画面中是一位年轻女子站在海边。背景是大海。"
    assert prompts_of(folder) == [f"{subject}然后s86b5p金钱雨开始，无数美元钞票倾泻而下，密集地打在她身上。"]


RETRIED = {
    "cut": "cut off",
    "empty": "empty",
    "no content": "empty",
    "language": "English",
    "trigger": "trigger",
    "effect": "describes the effect",
    "hedging": "unsure",
    "long": "sentences",
}


@pytest.mark.parametrize("fault", RETRIED)
def test_a_refused_answer_is_asked_for_once_more_with_the_reason(
    fault: str, caption: Caption, drafts: Drafts, server: ChatServer
) -> None:
    folder = drafts(2)
    server.faults.extend([fault])
    assert caption(folder, "--write")[0] == 0
    assert len(server.requests) == 3
    assert RETRIED[fault] in text(server.requests[2])
    assert pictures(server.requests[2]) == pictures(server.requests[0])
    assert DRAFT_MARK not in "".join(prompts_of(folder))


@pytest.mark.parametrize("fault", RETRIED)
def test_a_draft_stays_with_the_reason_if_the_second_answer_is_bad_too(
    fault: str, caption: Caption, drafts: Drafts, server: ChatServer
) -> None:
    folder = drafts(1)
    server.always = fault
    code, out, _ = caption(folder, "--write")
    assert code == 1
    assert "line 1: video_0.mp4: left as it is: the caption" in out
    assert RETRIED[fault] in out
    assert prompts_of(folder) == [DRAFT_MARK]
    caption(folder, "--write")
    assert len(server.requests) == 2, "nothing is paid twice"


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - RETRIED.keys() - {"same"}))
def test_what_is_around_a_caption_is_stripped(fault: str, caption: Caption, drafts: Drafts, server: ChatServer) -> None:
    folder = drafts(1)
    server.always = fault
    assert caption(folder, "--write")[0] == 0
    assert prompts_of(folder) == [f"{describe(0).splitlines()[0]} {EFFECT.replace('her/him', 'her')}"]


def test_two_clips_with_the_same_words(caption: Caption, drafts: Drafts, server: ChatServer) -> None:
    folder = drafts(3)
    server.faults.extend(["same", "", "same"])
    assert caption(folder, "--write")[0] == 0
    assert "has the same words as the caption of video_0.mp4" in text(server.requests[3])
    assert prompts_of(folder)[0].startswith(GOOD)
    assert not prompts_of(folder)[2].startswith(GOOD)


def test_who_the_subject_is_goes_to_the_configuration(caption: Caption, drafts: Drafts, server: ChatServer) -> None:
    folder = drafts(2)
    server.answer = lambda number: f"The video begins showing a dancer. The background is hall {number}.\nPERSON: she"
    assert caption(folder, "--write")[0] == 0
    table = tomllib.loads((folder / "datasetkit.toml").read_text("utf-8"))
    assert table["effect"]["persons"] == {"video_0.mp4": "she", "video_1.mp4": "she"}
    assert run(["normalize", str(folder)]) == 0, "nothing is left to ask"


def test_a_declared_person_outweighs_the_models(caption: Caption, drafts: Drafts, server: ChatServer) -> None:
    folder = drafts(1)
    with (folder / "datasetkit.toml").open("a") as file:
        file.write('[effect.persons]\n"video_0.mp4" = "he"\n')
    server.answer = lambda _number: "The video begins showing a dancer. The background is a hall.\nPERSON: she"
    caption(folder, "--write")
    assert prompts_of(folder)[0].endswith("surround him.")
    assert 'video_0.mp4" = "he"' in (folder / "datasetkit.toml").read_text("utf-8")


def test_the_effect_text_is_not_doubled(caption: Caption, drafts: Drafts) -> None:
    folder = drafts(1, prompt=f"{DRAFT_MARK}. {EFFECT}")
    assert caption(folder, "--write")[0] == 0
    assert prompts_of(folder)[0].count("s86b5p") == 1


def test_a_persons_words_are_replaced_only_where_asked(caption: Caption, drafts: Drafts, server: ChatServer) -> None:
    folder = drafts(2)
    lines = (folder / "data.jsonl").read_text().splitlines()
    lines[0] = lines[0].replace(DRAFT_MARK, f"A man waits. {EFFECT.replace('her/him', 'him')}")
    (folder / "data.jsonl").write_text("\n".join(lines) + "\n")
    assert caption(folder, "--write")[0] == 0
    assert prompts_of(folder)[0].startswith("A man waits.")
    code, _, err = caption(folder, "--sample", "video_0.mp4", "--write")
    assert code == 1
    assert "--redo" in err
    assert prompts_of(folder)[0].startswith("A man waits.")
    assert caption(folder, "--sample", "video_0.mp4", "--redo", "--write")[0] == 0
    assert prompts_of(folder)[0].startswith("The video begins showing")
    assert run(["caption", str(folder), "--redo"]) == 2
    code, _, err = caption(folder, "--sample", "video_8.mp4")
    assert code == 2
    assert "no line names video_8.mp4" in err


def test_a_caption_is_a_draft_until_it_is_accepted_or_edited(caption: Caption, drafts: Drafts) -> None:
    folder = drafts(3)
    caption(folder, "--write")

    def reported() -> list[int | None]:
        return [found.where.line for found in check(folder, depth="header").findings if found.code == "P612"]

    assert reported() == [1, 2, 3]
    assert run(["caption", str(folder), "--accept", "--sample", "video_1.mp4"]) == 0
    assert reported() == [1, 3]
    edited = (folder / "data.jsonl").read_text().replace("begins showing a woman", "begins showing an old woman", 1)
    (folder / "data.jsonl").write_text(edited)
    assert reported() == [3]
    assert run(["caption", str(folder), "--accept"]) == 0
    assert reported() == []


def test_lines_that_change_meanwhile_are_skipped_and_listed(
    caption: Caption, drafts: Drafts, server: ChatServer
) -> None:
    folder = drafts(3)

    def answer(number: int) -> str:
        if number == 1:  # somebody adds a line before all others, and writes the second prompt
            lines = (folder / "data.jsonl").read_text().splitlines()
            lines[1] = lines[1].replace(DRAFT_MARK, "Mine.")
            (folder / "data.jsonl").write_text("\n".join(["", *lines]) + "\n")
        return describe(number)

    server.answer = answer
    code, _, err = caption(folder, "--write")
    assert code == 1
    assert "line 2: skipped: it was changed while this ran" in err
    lines = (folder / "data.jsonl").read_text().splitlines()
    assert lines[0] == ""
    assert ["Mine." in lines[2], *("begins showing" in line for line in lines[1:])] == [True, True, False, True]


def test_another_run_is_refused_while_one_is_at_work(
    caption: Caption, drafts: Drafts, server: ChatServer, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, codes = drafts(1), []

    def answer(number: int) -> str:
        command = [sys.executable, "-m", "datasetkit", "caption", str(folder), "--accept"]
        codes.append(subprocess.run(command, capture_output=True, text=True, check=False))
        return describe(number)

    server.answer = answer
    assert caption(folder, "--write")[0] == 0
    assert [ran.returncode for ran in codes] == [2]
    assert "another datasetkit run is captioning" in codes[0].stderr


def test_busy_and_lost_answers_are_asked_for_again(
    caption: Caption, drafts: Drafts, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("datasetkit.modelstudio.client.Pace", partial(Pace, sleep=slept.append))
    folder = drafts(2)
    server.faults.extend(["busy", "", "lost"])
    assert caption(folder, "--write")[0] == 0
    assert 7 <= slept[0] <= 8, "as long as the server asks for"
    assert len(server.requests) == 4
    assert DRAFT_MARK not in "".join(prompts_of(folder))


def test_a_request_that_is_refused_is_that_clips_fault(caption: Caption, drafts: Drafts, server: ChatServer) -> None:
    folder = drafts(3)
    server.faults.extend(["", "refused"])
    code, out, _ = caption(folder, "--write")
    assert code == 1
    assert "line 2: video_1.mp4: left as it is: the caption" in out
    assert "inappropriate content" in out
    assert [DRAFT_MARK in prompt for prompt in prompts_of(folder)] == [False, True, False]


def test_a_server_that_does_not_work_ends_the_run_and_keeps_the_answers(
    caption: Caption, drafts: Drafts, server: ChatServer
) -> None:
    folder = drafts(3)
    server.faults.extend(["", "no model"])
    code, _, err = caption(folder, "--write")
    assert code == 2
    assert "--captioner" in err
    before = len(server.answered)
    assert caption(folder, "--write")[0] == 0
    assert len(server.answered) == 3 > before


def test_a_clip_that_cannot_be_read_is_left(caption: Caption, drafts: Drafts, server: ChatServer) -> None:
    folder = drafts(3)
    (folder / "video_1.mp4").unlink()
    (folder / "video_2.mp4").unlink()
    (folder / "video_2.mp4").write_bytes(b"no clip")
    code, out, err = caption(folder, "--write")
    assert code == 1
    assert "video_1.mp4: skipped: its clip can't be read" in err
    assert "video_2.mp4: left as it is" in out
    assert len(server.requests) == 1


def test_our_instruction_can_be_edited(
    caption: Caption, drafts: Drafts, server: ChatServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = drafts(1)
    assert run(["caption", str(folder), "--show-instruction"]) == 0
    assert capsys.readouterr().out.rstrip("\n") == instruction_for("en")
    own = tmp_path / "own.txt"
    own.write_text("Name the colours.")
    caption(folder, "--instruction", str(own))
    assert "\n\nName the colours.\n\n" in text(server.requests[0])
    assert "Describe who" not in text(server.requests[0])


def test_normalize_marks_captions_that_nobody_has_accepted(
    caption: Caption, drafts: Drafts, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = drafts(2)
    caption(folder, "--write")
    run(["caption", str(folder), "--accept", "--sample", "video_1.mp4"])
    table = (folder / "datasetkit.toml").read_text()
    (folder / "datasetkit.toml").write_text(table.replace("pour down", "rain down"))
    capsys.readouterr()
    assert run(["normalize", str(folder)]) == 1
    out = capsys.readouterr().out
    assert "line 1 (unreviewed caption): " in out
    assert "line 2: " in out


KILLED = "import sys; from datasetkit.cli import run; sys.exit(run(sys.argv[1:]))"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of Unix")
def test_from_25_drafts_to_a_clean_set_with_a_kill_in_the_middle(drafts: Drafts, server: ChatServer) -> None:
    folder = drafts(25)
    command = [sys.executable, "-c", KILLED, "caption", str(folder), "--base-url", server.base_url]
    command += ["--captioner", "eyes", "--parallel", "1", "--write"]
    victim = Future[subprocess.Popen[bytes]]()
    server.victims[13] = victim
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        victim.set_result(process)
        process.communicate(timeout=120)
    assert process.returncode == -9
    assert len(server.answered) == 12
    assert prompts_of(folder) == [DRAFT_MARK] * 25
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert len(server.answered) == 25
    assert len(set(server.answered)) == 25, "each clip is answered once"
    assert run(["caption", str(folder), "--accept"]) == 0
    found = check(folder, depth="header", ignore=["S"]).findings
    assert [finding.message for finding in found if finding.code.startswith(("P", "L", "D"))] == []
    assert not list(folder.glob(".datasetkit*"))


def test_several_requests_at_once_give_the_same_captions(drafts: Drafts, server: ChatServer) -> None:
    folder = drafts(12)
    place = ["--base-url", server.base_url, "--captioner", "eyes", "--parallel", "4", "--write"]
    assert run(["caption", str(folder), *place]) == 0
    assert len(set(prompts_of(folder))) == 12
    assert len(server.requests) == 12


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of Unix")
def test_ctrl_c_keeps_what_is_done_and_what_is_under_way(drafts: Drafts, server: ChatServer) -> None:
    folder, started = drafts(6), Future[subprocess.Popen[bytes]]()

    def answer(number: int) -> str:
        if number == 2 and len(server.answered) == 2:
            started.result(timeout=60).send_signal(signal.SIGINT)
        return describe(number)

    server.answer = answer
    command = [sys.executable, "-c", KILLED, "caption", str(folder), "--base-url", server.base_url]
    command += ["--captioner", "eyes", "--parallel", "1", "--write"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        started.set_result(process)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert prompts_of(folder) == [DRAFT_MARK] * 6
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert sorted(server.answered) == sorted(map(describe, range(6))), "each clip is answered once"
    assert not list(folder.glob(".datasetkit*"))
