"""Describes clips with a vision-language model: which clips, who is asked, what is kept of the answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from datasetkit.caption.answer import NO_ANSWER, ReadAnswer, read_answer
from datasetkit.caption.composing import is_draft
from datasetkit.caption.guards import motion_refusal, refusal
from datasetkit.caption.instruction import Language, TimedFrame, caption_fact, caption_request, motion_request
from datasetkit.caption.journal import AnswerKey, KeptAnswer, digest
from datasetkit.caption.keeping import JournalFile
from datasetkit.errors import DatasetkitError, did_you_mean
from datasetkit.media.storyboard import storyboard
from datasetkit.model import Progress, Sample
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.chat import complete
from datasetkit.modelstudio.client import Client
from datasetkit.prompts.template import Effect, media_of
from datasetkit.repair.normalizing import PromptFile
from datasetkit.scan.datasets import resolve


@dataclass(frozen=True, slots=True)
class CaptionTask:
    """A sample whose clip is to be described: its line, its clip as the line names it, the file, and the prompt."""

    line: int
    clip: str
    file: Path
    sha256: str
    prompt: str
    media: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaptionPlan:
    """What is to be described, and the samples that were named but can't be: line, clip and reason."""

    tasks: tuple[CaptionTask, ...]
    skipped: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked, how, and with how many frames of each clip; about its ``motion``, or for a caption."""

    captioner: str
    language: Language
    instruction: str
    frames: int
    motion: bool = False

    def key(self, task: CaptionTask, attempt: int) -> AnswerKey:
        """What the journal keeps an answer by."""
        words = digest(self.language, self.instruction, *(["motion"] if self.motion else []))
        return AnswerKey(task.sha256, self.captioner, self.frames, words, attempt)


@dataclass(frozen=True, slots=True)
class CaptionResult:
    """A clip's caption; ``fault`` says why there is none."""

    task: CaptionTask
    answer: ReadAnswer = NO_ANSWER
    fault: str = ""


def plan_captions(
    dataset: PromptFile, unreviewed: Mapping[str, str], named: Collection[str], *, redo: bool
) -> CaptionPlan:
    """The samples to describe: drafts, or the ``named`` ones. A person's words need ``redo``.

    Raises DatasetkitError for a name that no line has.
    """
    _refuse_unknown(dataset, named)
    tasks, skipped = [], []
    for sample in dataset.samples:
        media, prompt = media_of(sample.record), sample.record.get("prompt")
        wanted = not set(media).isdisjoint(named) if named else isinstance(prompt, str) and is_draft(prompt)
        if wanted:
            found = _task(dataset, sample, unreviewed, redo=redo)
            if isinstance(found, CaptionTask):
                tasks.append(found)
            else:
                skipped.append((sample.line, media[0] if media else "", found))
    return CaptionPlan(tuple(tasks), tuple(skipped))


def plan_motion(dataset: PromptFile, named: Collection[str]) -> CaptionPlan:
    """The samples whose motion is to be described: those that are ``named``, else a few, evenly spread.

    Raises DatasetkitError for a name that no line has, and for fewer clips than a common effect shows in.
    """
    _refuse_unknown(dataset, named)
    limits = caption_fact("effect", "clips")
    able = [sample for sample in dataset.samples if not named or not set(media_of(sample.record)).isdisjoint(named)]
    count = min(len(able), limits["high"] if named else limits["default"])
    chosen = [able[index * len(able) // count] for index in range(count)]
    found = [(sample, _task(dataset, sample, {}, redo=True)) for sample in chosen]
    tasks = tuple(task for _, task in found if isinstance(task, CaptionTask))
    if len(tasks) < limits["low"]:
        raise DatasetkitError(f"{len(tasks)} clips can't show what they share", f"Take at least {limits['low']}.")
    skipped = ((s.line, str(s.record.get("video_path", "")), fault) for s, fault in found if isinstance(fault, str))
    return CaptionPlan(tasks, tuple(skipped))


def _task(dataset: PromptFile, sample: Sample, unreviewed: Mapping[str, str], *, redo: bool) -> CaptionTask | str:
    """What is to be done for a sample, or why it can't be."""
    clip, prompt, media = sample.record.get("video_path"), sample.record.get("prompt"), media_of(sample.record)
    if not isinstance(clip, str) or dataset.file is None:
        return "it names no clip"
    if not isinstance(prompt, str):
        return "its prompt isn't text"
    of_model = prompt.startswith(unreviewed.get(clip, "\0"))
    if not (redo or is_draft(prompt) or of_model):
        return "a person wrote this prompt; --redo replaces it"
    path = resolve(clip)
    if path is None:
        return "its clip is outside the dataset"
    file = dataset.file.parent / path
    try:
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return f"its clip can't be read: {error.strerror}"
    return CaptionTask(sample.line, clip, file, sha256, prompt, media)


def unreviewed_captions(
    dataset: PromptFile, unreviewed: Mapping[str, str], named: Collection[str] = ()
) -> dict[str, str]:
    """The captions, by clip, that stand in data.jsonl as a model wrote them; of the ``named`` samples, if any.

    Raises DatasetkitError for a name that no line has.
    """
    _refuse_unknown(dataset, named)
    found = {}
    for sample in dataset.samples:
        media, prompt = media_of(sample.record), sample.record.get("prompt")
        clip = next((path for path in media if path in unreviewed), "")
        wanted = not named or not set(media).isdisjoint(named)
        if clip and wanted and isinstance(prompt, str) and prompt.startswith(unreviewed[clip]):
            found[clip] = unreviewed[clip]
    return found


def _refuse_unknown(dataset: PromptFile, named: Collection[str]) -> None:
    known = {path for sample in dataset.samples for path in media_of(sample.record)}
    if unknown := sorted(set(named) - known):
        raise DatasetkitError(f"no line names {unknown[0]}", did_you_mean(unknown[0], known))


def unpaid(tasks: Sequence[CaptionTask], asking: Asking, journal: JournalFile) -> int:
    """How many requests a first round takes: one for each clip whose answer isn't in the journal."""
    return len({key for task in tasks if journal.answer(key := asking.key(task, 1)) is None})


def captions(
    tasks: Sequence[CaptionTask],
    asking: Asking,
    effect: Effect | None,
    journal: JournalFile,
    clients: Sequence[Client],
    progress: Progress,
) -> list[CaptionResult]:
    """A caption for each task, or why there is none, in the order of the tasks; every answer goes to the journal.

    Refused answers are asked for again, with the reason. Raises ServiceError where the server can't be used; what was
    answered until then is kept.
    """
    results: dict[CaptionTask, CaptionResult] = {}
    open_tasks = dict.fromkeys(tasks, "")
    for attempt in range(1, caption_fact("request", "attempts") + 1):
        answers = _asked(open_tasks, asking, attempt, journal, clients, progress)
        for task in open_tasks:
            results[task] = _judged(task, answers[task], asking, effect, results)
        again = (task for task in open_tasks if isinstance(answers[task], KeptAnswer) and results[task].fault)
        open_tasks = {task: results[task].fault for task in again}
    return [results[task] for task in tasks]


def _judged(
    task: CaptionTask,
    answer: KeptAnswer | str,
    asking: Asking,
    effect: Effect | None,
    results: Mapping[CaptionTask, CaptionResult],
) -> CaptionResult:
    if isinstance(answer, str):
        return CaptionResult(task, fault=answer)
    read = read_answer(answer.text)
    if asking.motion:
        return CaptionResult(task, read, motion_refusal(read, answer.finish, asking.language))
    others = {one.answer.caption: one.task.clip for one in results.values() if not one.fault and one.task != task}
    return CaptionResult(task, read, refusal(read, answer.finish, asking.language, effect, others))


def _asked(
    tasks: Mapping[CaptionTask, str],
    asking: Asking,
    attempt: int,
    journal: JournalFile,
    clients: Sequence[Client],
    progress: Progress,
) -> dict[CaptionTask, KeptAnswer | str]:
    """The answer about each clip, from the journal or by a request; or why there is none."""
    keys = {task: asking.key(task, attempt) for task in tasks}
    missing: dict[AnswerKey, CaptionTask] = {}
    for task, key in keys.items():
        if journal.answer(key) is None:
            missing.setdefault(key, task)  # a copy of a clip isn't asked about again

    def ask(task: CaptionTask, client: Client) -> KeptAnswer | str:
        made = _request(task, asking, tasks[task])
        if isinstance(made, str):
            return made
        found = complete(client, made)
        answer = KeptAnswer(found.text, found.finish, found.tokens_in, found.tokens_out)
        journal.keep(task.clip, keys[task], answer)
        return answer

    new = dict(_in_parallel([*missing.values()], ask, clients, progress))
    faults = {keys[task]: found for task, found in new.items()}
    return {task: journal.answer(key) or faults[key] for task, key in keys.items()}


def _request(task: CaptionTask, asking: Asking, refused: str) -> dict[str, Any] | str:
    """The request about a clip, or why none can be made."""
    facts = (caption_fact("request", "frame_pixels"), caption_fact("request", "jpeg_quality"))
    board = storyboard(task.file, asking.frames, *facts)
    if board.fault:
        return board.fault
    frames = [TimedFrame(seconds, uri) for seconds, uri in board.frames]
    make = motion_request if asking.motion else caption_request
    return make(asking.captioner, asking.instruction, asking.language, frames, refused)


def _in_parallel(
    tasks: Sequence[CaptionTask],
    ask: Callable[[CaptionTask, Client], KeptAnswer | str],
    clients: Sequence[Client],
    progress: Progress,
) -> Iterator[tuple[CaptionTask, KeptAnswer | str]]:
    """What ``ask`` says about each task, with one request at a time on each client.

    A request that the server refuses is the clip's fault; any other error ends the work once the requests under way
    are answered.
    """
    free: SimpleQueue[Client] = SimpleQueue()
    for client in clients:
        free.put(client)

    def work(task: CaptionTask) -> KeptAnswer | str:
        client = free.get()
        try:
            return ask(task, client)
        except ServiceError as fault:
            if fault.status != 400:
                raise
            return str(fault)
        finally:
            free.put(client)

    pool = ThreadPoolExecutor(len(clients))
    try:
        futures: dict[Future[KeptAnswer | str], CaptionTask] = {pool.submit(work, task): task for task in tasks}
        for done, future in enumerate(as_completed(futures), 1):
            yield futures[future], future.result()
            progress("captioning", done, len(tasks))
    finally:
        pool.shutdown(cancel_futures=True)
