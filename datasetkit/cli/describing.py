"""The steps of `datasetkit caption`: who is asked, what it costs, the captions, and what is written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from datasetkit import spec
from datasetkit.caption.captioning import (
    Asking,
    CaptionPlan,
    CaptionResult,
    CaptionTask,
    captions,
    plan_captions,
    plan_motion,
    unpaid,
)
from datasetkit.caption.composing import compose
from datasetkit.caption.instruction import Language, caption_fact, instruction_for
from datasetkit.caption.journal import digest
from datasetkit.caption.keeping import JournalFile
from datasetkit.caption.motion import MOTION, propose_effect
from datasetkit.cli.place import endpoint_of
from datasetkit.cli.remote import confirm
from datasetkit.cli.terminal import bars, echo, note
from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import LOOPBACK, Endpoint, Key, read_key
from datasetkit.printable import Printable, joined, lines, styled
from datasetkit.prompts.slots import Person
from datasetkit.repair.normalizing import PromptFile, write_prompts
from datasetkit.report.columns import plural, quoted
from datasetkit.training.prices import caption_prices


def caption(dataset: PromptFile, journal: JournalFile, language: Language, options: dict[str, Any]) -> int:
    """Caption the samples that need it; the exit code."""
    plan = plan_captions(dataset, journal.unreviewed, options["named"], redo=options["redo"])
    if not plan.tasks:
        _show_skipped(plan)
        note("no prompt is a draft; nothing to caption")
        return int(bool(plan.skipped))
    asking, endpoint = _asking(dataset, language, options)
    results = _described(dataset, plan, asking, endpoint, journal, options)
    return 0 if results is None else _finish(dataset, journal, results, write=options["write"])


def propose(dataset: PromptFile, journal: JournalFile, language: Language, options: dict[str, Any]) -> int:
    """Describe the motion of several clips, and propose the effect text that they share; the exit code."""
    plan = plan_motion(dataset, options["named"])
    asking, endpoint = _asking(dataset, language, options)
    instruction = asking.instruction if options["instruction"] else MOTION[language]
    results = _described(
        dataset, plan, replace(asking, instruction=instruction, motion=True), endpoint, journal, options
    )
    return 0 if results is None else _show_proposal(dataset, results, language)


def _described(
    dataset: PromptFile,
    plan: CaptionPlan,
    asking: Asking,
    endpoint: Endpoint,
    journal: JournalFile,
    options: dict[str, Any],
) -> list[CaptionResult] | None:
    """What is said about each clip of a plan, once the cost is agreed to; None for a dry run."""
    _show_skipped(plan)
    requests = unpaid(plan.tasks, asking, journal)
    if not _agreed(requests, asking, endpoint, options):
        return None
    with _clients(endpoint, min(_parallel(options), max(requests, 1)), options) as clients, bars() as progress:
        return captions(plan.tasks, asking, dataset.effect, journal, clients, progress)


def _show_skipped(plan: CaptionPlan) -> None:
    for line, clip, reason in plan.skipped:
        note(f"  line {line}: {clip}: skipped: {reason}")


def _show_proposal(dataset: PromptFile, results: Sequence[CaptionResult], language: Language) -> int:
    good = {result.task.clip: result.answer.caption for result in results if not result.fault}
    for result in results:
        said = f"left out: the description {result.fault}" if result.fault else result.answer.caption
        note(f"  {result.task.clip}: {said}")
    if len(good) < caption_fact("effect", "clips")["low"]:
        raise DatasetkitError("too few clips were described to find what they share", "Try another --captioner.")
    trigger = dataset.effect.trigger if dataset.effect else _new_trigger(dataset, [*good.values()])
    found = propose_effect(good, trigger, language)
    if not found.text:
        echo(Printable(f"{dataset.name}: the descriptions share no motion"))
        note("  do all clips show one effect? `datasetkit lint` finds clips that move in other ways (S709)")
        return 1
    echo(lines([Printable(f"trigger  {trigger}"), Printable(f"text     {found.text}")]))
    for clip in found.misfits:
        echo(Printable(f"doesn't fit: {clip} ({found.shares[clip]:.0%} of the words): {good[clip]}"))
    note("a model wrote this: check it against the clips and improve it before you declare it")
    if dataset.effect is None:
        note(f"next: datasetkit effect {quoted(dataset.name)} --trigger {trigger} --text {quoted(found.text)} --write")
    return int(bool(found.misfits))


def _new_trigger(dataset: PromptFile, descriptions: Sequence[str]) -> str:
    """A free trigger word, the same for the same descriptions."""
    from datasetkit.prompts.doctor import suggest_triggers

    taken = {word for text in (*dataset.prompts, *descriptions) for word in text.split()}
    return suggest_triggers(1, int(digest(*descriptions), 16), taken)[0]


def _asking(dataset: PromptFile, language: Language, options: dict[str, Any]) -> tuple[Asking, Endpoint]:
    """Who is asked, and how. Raises DatasetkitError where the options don't say it."""
    try:
        endpoint = endpoint_of(options, dataset.file.parent if dataset.file else Path())
    except DatasetkitError:
        if not (options["base_url"] or options["region"]):
            _show_servers()
        raise
    captioner = options["captioner"] or caption_fact("request", "captioner").get(endpoint.region or "")
    if not captioner:
        raise DatasetkitError(
            f"which model should {endpoint.host} use?",
            "Name one that it serves and that sees images: --captioner NAME.",
        )
    frames, limits = options["frames"], caption_fact("request", "frames")
    if (frames or 1) > limits["high"]:
        raise DatasetkitError(f"--frames can't be {frames}", f"The limit is {limits['high']}.")
    return Asking(
        captioner, language, _instruction(options["instruction"], language), frames or limits["default"]
    ), endpoint


def _instruction(file: Path | None, language: Language) -> str:
    if file is None:
        return instruction_for(language)
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetkitError(f"can't read {file}: {error}", "Give a UTF-8 text file.") from None


def _agreed(requests: int, asking: Asking, endpoint: Endpoint, options: dict[str, Any]) -> bool:
    """Whether to go on, after what it costs was said; it is asked where others are paid.

    Raises DatasetkitError if the answer is no.
    """
    if requests:
        tokens_in, tokens_out = _tokens(requests, asking)
        cost = f"about {tokens_in:,} tokens in and {tokens_out:,} out"
        local = _is_local(endpoint)
        price = "" if local else f", {_price(asking.captioner, tokens_in, tokens_out, endpoint.region)}"
        note(f"{asking.captioner} at {endpoint.host}: {plural(requests, 'request')}, {cost}{price}")
        if not local:
            note("a refused answer is asked for once more, so it can be up to twice that")
        if not (options["dry_run"] or options["yes"] or local):
            confirm(f"Send the frames of {plural(requests, 'clip')} to {endpoint.host}?", "nothing was sent")
    elif options["dry_run"]:
        note("every answer is in the journal; nothing would be sent")
    return not options["dry_run"]


def _tokens(requests: int, asking: Asking) -> tuple[int, int]:
    """An estimate of the tokens in and out of a first round."""
    frame = caption_fact("request", "frame_pixels") // caption_fact("request", "pixels_per_token")
    tokens_in = asking.frames * frame + caption_fact("request", "text_tokens")
    return requests * tokens_in, requests * caption_fact("request", "caption_tokens")


def _price(captioner: str, tokens_in: int, tokens_out: int, region: str | None) -> str:
    prices = caption_prices(captioner, tokens_in, tokens_out, region)
    if not prices:
        return "no price is known"
    cent = Fraction(1, 100)
    shown = f"under 0.01 {prices[0].currency} in {region}" if prices[0].amount < cent else f"about {prices[0]}"
    return f"{shown} (prices of {prices[0].checked})"


def _is_local(endpoint: Endpoint) -> bool:
    return urlsplit(endpoint.base_url).hostname in LOOPBACK


def _parallel(options: dict[str, Any]) -> int:
    limits = caption_fact("request", "parallel")
    if (options["parallel"] or 1) > limits["high"]:
        raise DatasetkitError(f"--parallel can't be {options['parallel']}", f"The limit is {limits['high']}.")
    return int(options["parallel"] or limits["default"])


@contextmanager
def _clients(endpoint: Endpoint, count: int, options: dict[str, Any]) -> Iterator[list[Client]]:
    """So many clients for the endpoint, with the key that is meant for it."""
    key = _key(endpoint, options["api_key_env"])
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(endpoint, key, note=note)) for _ in range(count)]
        try:
            yield clients
        except ServiceError as fault:
            if _is_local(endpoint) and not fault.status:
                _show_servers()
            raise


def _key(endpoint: Endpoint, variable: str | None) -> Key | None:
    """The platform's key for its hosts, the one that the user names for others, else none."""
    if variable:
        if not (text := os.environ.get(variable, "").strip()):
            raise DatasetkitError(f"{variable} is not set", f"Set it to the key of {endpoint.host}.")
        return Key(text)
    return read_key(os.environ) if endpoint.region else None


def _show_servers() -> None:
    """How to have a server on this machine."""
    note("to caption on this machine, start a server with a vision-language model:")
    for line in spec.document("captions.json")["servers"]["value"]:
        note(f"  {line}")


def _finish(dataset: PromptFile, journal: JournalFile, results: Sequence[CaptionResult], *, write: bool) -> int:
    """Show the captions, and write those that are good; the exit code."""
    made: dict[CaptionTask, tuple[CaptionResult, str]] = {}
    rows = [joined([styled(Printable(dataset.name), bold=True), Printable(f"  {plural(len(results), 'clip')}")])]
    for result in results:
        task, answer = result.task, result.answer
        composed = compose(task.prompt, answer.caption, answer.person, dataset.effect, task.media)
        if fault := (result.fault and f"the caption {result.fault}") or composed.fault:
            rows.append(Printable(f"  line {task.line}: {task.clip}: left as it is: {fault}"))
        else:
            made[task] = (result, composed.text)
            person = f" ({answer.person})" if answer.person else ""
            rows.append(Printable(f"  line {task.line}: {task.clip}: {answer.caption}{person}"))
    echo(lines(rows))
    left = len(results) - len(made)
    if write:
        left += _write(dataset, journal, made)
    elif made:
        note(
            f"not written: add --write to put {plural(len(made), 'caption')} into {dataset.file}; the answers are kept"
        )
    return int(left > 0 or not write)


def _write(dataset: PromptFile, journal: JournalFile, made: dict[CaptionTask, tuple[CaptionResult, str]]) -> int:
    """Write the prompts; how many lines were skipped, as someone changed them meanwhile."""
    journal.written({task.clip: result.answer.caption for task, (result, _) in made.items()})
    prompts = {task.line: text for task, (_, text) in made.items()}
    outdated = write_prompts(dataset, prompts, _persons(dataset, [result for result, _ in made.values()]))
    for line in sorted(outdated):
        note(f"  line {line}: skipped: it was changed while this ran; run this again")
    if done := len(made) - len(outdated):
        note(f"  wrote {plural(done, 'caption')} to {dataset.file}; a model wrote them: check each against its clip")
        note(f"  next: datasetkit caption {quoted(dataset.name)} --accept")
    return len(outdated)


def _persons(dataset: PromptFile, results: Sequence[CaptionResult]) -> dict[str, str]:
    """The persons that the model names, for samples where none is declared and the effect text follows the person."""
    effect = dataset.effect
    if effect is None or not effect.has_slots:
        return {}
    named: dict[str, Person] = {result.task.clip: result.answer.person for result in results if result.answer.person}
    media = {result.task.clip: result.task.media for result in results}
    return {clip: str(person) for clip, person in named.items() if not effect.declared.of(media[clip])}
