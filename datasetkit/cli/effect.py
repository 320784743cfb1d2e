"""`datasetkit effect`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.options import WholeNumber, files
from datasetkit.cli.terminal import echo, note
from datasetkit.errors import DatasetkitError
from datasetkit.printable import Printable, as_json, joined, styled
from datasetkit.prompts.template import Effect, join, media_of, require_subject
from datasetkit.report.columns import plural

if TYPE_CHECKING:
    from datasetkit.repair.normalizing import PromptFile

_SHOWN = 10  # differing prompts shown; a set with more has no common effect text yet, and `normalize` shows every line


@click.command(name="effect")
@click.argument("path", required=False, shell_complete=files)
@click.option("--infer", is_flag=True, help="Find the effect text that the prompts of PATH share.")
@click.option("--trigger", metavar="WORD", help="Say whether a word is rare enough; with --text, declare it.")
@click.option("--text", metavar="TEXT", help="Declare this effect text, with --trigger and --write.")
@click.option("--write", is_flag=True, help="With --infer or --text: write the [effect] table to datasetkit.toml.")
@click.option("--deployment", is_flag=True, help="Print the aigc_config that a deployment takes, as JSON.")
@click.option("--subject", metavar="TEXT", help="Print the prompt for this subject and background.")
@click.option(
    "--suggest", type=WholeNumber(1, 1000), metavar="N", help="Propose N trigger words that no prompt in PATH contains."
)
@click.option("--seed", type=int, help="With --suggest: the same words for the same seed.")
def command(path: str | None, **options: Any) -> int:
    """Declare, find, show and export the effect text of a dataset, and its trigger word.

    Without an option: the declared effect as it reads for each kind of subject.

    \b
    Example:
      datasetkit effect --suggest 3
      datasetkit effect money_rain --trigger s86b5p --text "Then the s86b5p rain begins on her/him." --write
      datasetkit effect money_rain --infer --write
      datasetkit effect money_rain --deployment > aigc_config.json
    """
    if options["write"] and not (options["infer"] or options["text"]):
        raise click.UsageError("--write needs --infer or --text.")
    if options["text"] and not options["trigger"]:
        raise click.UsageError("--text needs --trigger: one rare word, such as s86b5p, that is also in the text.")
    if options["text"]:
        return _declare(only_dataset(path), Effect(options["trigger"], options["text"]), write=options["write"])
    if options["suggest"]:
        _suggest(path, options["suggest"], options["seed"])
    if options["trigger"]:
        return _diagnose(options["trigger"])
    return 0 if options["suggest"] else _about(only_dataset(path), **options)


def _about(dataset: PromptFile, *, infer: bool, write: bool, deployment: bool, subject: str | None, **_: Any) -> int:
    if infer:
        return _infer(dataset, write=write)
    if deployment:
        echo(as_json({"aigc_config": aigc_config(dataset)}, ascii_only=False))
    elif subject is not None:
        echo(Printable(_prompt(_declared(dataset), subject)))
    else:
        _show(_declared(dataset))
    return 0


def _diagnose(trigger: str) -> int:
    from datasetkit.prompts.doctor import diagnose_trigger

    diagnosis = diagnose_trigger(trigger)
    echo(Printable(diagnosis.message))
    return int(not diagnosis.good)


def _suggest(path: str | None, count: int, seed: int | None) -> None:
    from datasetkit.prompts.doctor import suggest_triggers

    taken = {word for prompt in only_dataset(path).prompts for word in prompt.split()} if path else set()
    for word in suggest_triggers(count, seed, taken):
        echo(Printable(word))


def only_dataset(path: str | None) -> PromptFile:
    """The one dataset of a folder or zip, its prompts read. Raises DatasetkitError if there are several."""
    if path is None:
        raise click.UsageError("Missing argument 'PATH'.")
    from datasetkit.repair.normalizing import read_prompt_files

    first, *others = read_prompt_files(path)
    if others:
        names = ", ".join(dataset.name for dataset in (first, *others))
        step = f"Name one of them, such as {others[-1].name}."
        raise DatasetkitError(f"{path} holds {len(others) + 1} datasets: {names}", step)
    return first


def _declared(dataset: PromptFile) -> Effect:
    if dataset.effect is None:
        raise DatasetkitError(
            f"{dataset.name} declares no effect", f"Find it with `datasetkit effect {dataset.name} --infer --write`."
        )
    return dataset.effect


def _show(effect: Effect) -> None:
    for person in effect.persons if effect.has_slots else (None,):
        label = styled(Printable(f"{person}: " if person else ""), bold=True)
        echo(joined([label, Printable(effect.render(person))]))
    if effect.fixed_pronouns:
        words = ", ".join(effect.fixed_pronouns)
        slots = "write she/he, her/him or her/his if they should change"
        note(f"the same for every subject in this text: {words}; {slots}")


def _prompt(effect: Effect, subject: str) -> str:
    from datasetkit.prompts.person import decide
    from datasetkit.prompts.words import split_sentences

    require_subject(subject)
    decision = decide(split_sentences(subject), effect)
    if decision.reason:
        raise DatasetkitError(
            f"can't tell the subject's pronoun: {decision.evidence}",
            'Write who it is: "a young woman …", "a man …".',
        )
    return join(subject.strip(), effect.render(decision.person))


def _infer(dataset: PromptFile, *, write: bool) -> int:
    from datasetkit.prompts.doctor import suggest_triggers
    from datasetkit.prompts.infer import infer
    from datasetkit.prompts.slots import DRAFT_MARK

    if dataset.prompts and all(DRAFT_MARK in prompt for prompt in dataset.prompts):
        drafts = f"all {len(dataset.prompts)} prompts are still drafts"
        echo(
            Printable(
                f"{dataset.name}: no effect found: {drafts}. Write them first, in {dataset.file or 'data.jsonl'}."
            )
        )
        return 1
    found = infer(dataset.prompts)
    if found.shared:
        echo(Printable(f"trigger  {found.trigger or 'none'}"))
        echo(Printable(f"text     {found.shared}"))
        echo(Printable(f"found word for word in {found.support} of {plural(found.judged, 'prompt')}"))
    if found.effect is None:
        echo(Printable(f"{dataset.name}: no effect found: {found.reason}"))
        if found.shared and not found.trigger:
            words = {word for prompt in dataset.prompts for word in prompt.split()}
            word = suggest_triggers(1, None, words)[0]
            echo(Printable(f'choose a trigger word, and declare the text with --trigger {word} --text "…" --write'))
        return 1
    _show_others(dataset, found.effect)
    if write:
        return _declare(dataset, found.effect, write=True)
    note(f"not written: add --write to put this into {dataset.config or 'datasetkit.toml'}")
    return 0


def _show_others(dataset: PromptFile, effect: Effect) -> None:
    """The prompts that have another trigger, text or sentence."""
    from datasetkit.prompts.normalize import normalize
    from datasetkit.prompts.review import GENERAL, flaws_of

    others = []
    for sample in dataset.samples:
        if isinstance(prompt := sample.record.get("prompt"), str):
            flaws = flaws_of(normalize(prompt, effect, media_of(sample.record)), effect)
            others += [f"line {sample.line}: {f.message}" for f in flaws if f.type not in GENERAL]
    for other in others[:_SHOWN]:
        echo(Printable(f"  {other}"))
    if len(others) > _SHOWN:
        echo(Printable(f"  … and {len(others) - _SHOWN} more; `datasetkit normalize` shows each"))


def _declare(dataset: PromptFile, effect: Effect, *, write: bool) -> int:
    from datasetkit.files import replace_file
    from datasetkit.repair.declaring import declare_effect

    if not write:
        _show(effect)
        note(f"not written: add --write to put this into {dataset.config or 'datasetkit.toml'}")
        return 0
    if dataset.config is None:
        raise DatasetkitError(f"{dataset.name} is a zip, which is never changed", "Unpack it first.")
    if dataset.effect is not None:
        raise DatasetkitError(f"{dataset.name} declares an effect already", "Change its [effect] table by hand.")
    before = dataset.config.read_bytes().decode("utf-8-sig") if dataset.config.exists() else ""
    replace_file(dataset.config, declare_effect(before, effect).encode())
    note(f"wrote [effect] to {dataset.config}")
    return 0


def aigc_config(dataset: PromptFile) -> dict[str, str | bool]:
    """What a deployment takes of the effect that the dataset declares, else of the one that its prompts share.

    Raises DatasetkitError if there is none, or no prompt that can be the example.
    """
    from datasetkit.prompts.infer import infer
    from datasetkit.prompts.normalize import deployment, normalize

    effect = dataset.effect or infer(dataset.prompts).effect or _declared(dataset)
    if dataset.effect is None:
        note("the effect is inferred: no [effect] table declares it")
    results = (
        normalize(prompt, effect, media_of(sample.record))
        for sample in dataset.samples
        if isinstance(prompt := sample.record.get("prompt"), str)
    )
    return deployment(effect, results)
