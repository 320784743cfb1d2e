"""`datasetkit effect`."""

from __future__ import annotations

import json

import click

from datasetkit import config
from datasetkit.cli.options import files
from datasetkit.cli.prompting import Prompted, prompted
from datasetkit.errors import DatasetkitError
from datasetkit.prompts.effect import Effect
from datasetkit.report.columns import plural, printable

_SHOWN = 10  # outliers; a set with more has no one effect text yet, and normalize shows each line


@click.command(name="effect")
@click.argument("path", required=False, shell_complete=files)
@click.option("--infer", is_flag=True, help="Find the effect text that the prompts of PATH share.")
@click.option("--write", is_flag=True, help="With --infer: write it to datasetkit.toml as the [effect] table.")
@click.option("--deployment", is_flag=True, help="Print the aigc_config that a deployment takes, as JSON.")
@click.option("--subject", metavar="TEXT", help="Print the prompt for this subject and background.")
@click.option("--trigger", metavar="WORD", help="Say how common a trigger word is in English.")
@click.option("--suggest", type=click.IntRange(1, 1000), metavar="N", help="Propose N free trigger words.")
@click.option("--seed", type=int, default=0, help="With --suggest: the same words for the same seed.")
def command(
    path: str | None,
    *,
    infer: bool,
    write: bool,
    deployment: bool,
    subject: str | None,
    trigger: str | None,
    suggest: int | None,
    seed: int,
) -> int:
    """Find, show and export the effect text that a dataset teaches, and its trigger word.

    Without an option: the declared effect as it reads for each kind of subject.

    \b
    Example:
      datasetkit effect --suggest 3
      datasetkit effect money_rain --infer --write
      datasetkit effect money_rain --deployment > aigc_config.json
    """
    if write and not infer:
        raise click.UsageError("--write goes with --infer.")
    if trigger is not None or suggest:
        _doctor(trigger, suggest, seed)
        return 0
    dataset = _only(path)
    if infer:
        return _infer(dataset, write=write)
    if deployment:
        _deploy(dataset)
    elif subject is not None:
        click.echo(_prompt(_declared(dataset), subject))
    else:
        _show(_declared(dataset))
    return 0


def _doctor(trigger: str | None, suggest: int | None, seed: int) -> None:
    from datasetkit.prompts.triggers import diagnose_trigger, suggest_triggers

    if trigger is not None:
        click.echo(diagnose_trigger(trigger).message)
    for word in suggest_triggers(suggest, seed) if suggest else ():
        click.echo(word)


def _only(path: str | None) -> Prompted:
    if path is None:
        raise click.UsageError("Missing argument 'PATH'.")
    first, *others = prompted(path, None)
    if others:
        names = ", ".join(dataset.name for dataset in (first, *others))
        raise DatasetkitError(f"{path} holds several datasets: {names}", "Give one of them.")
    return first


def _declared(dataset: Prompted) -> Effect:
    if dataset.effect is None:
        raise DatasetkitError(
            f"{dataset.name} declares no effect", f"Find it with `datasetkit effect {dataset.name} --infer --write`."
        )
    return dataset.effect


def _show(effect: Effect) -> None:
    for person in effect.persons if effect.has_slots else (None,):
        label = f"{person}: " if person else ""
        click.echo(f"{click.style(label, bold=True)}{effect.render(person)}")
    if effect.fixed_pronouns:
        words = ", ".join(effect.fixed_pronouns)
        click.echo(f"the same for every subject: {words}; write she/he, her/him or her/his if it isn't meant", err=True)


def _prompt(effect: Effect, subject: str) -> str:
    from datasetkit.prompts.normalize import normalize

    effect.after(subject, None)  # says what an empty subject lacks
    result = normalize(effect.after(subject, effect.persons[0] if effect.has_slots else None), effect)
    if result.reason:
        raise DatasetkitError(
            f"the subject doesn't say whom the effect is for ({result.reason}: {result.note})",
            'Write who it is: "a young woman …", "a man …".',
        )
    return result.text


def _infer(dataset: Prompted, *, write: bool) -> int:
    from datasetkit.prompts.infer import infer

    found = infer(dataset.prompts)
    if found.effect is None:
        click.echo(f"{printable(dataset.name)}: no common effect: {found.reason}")
        return 1
    click.echo(f"trigger  {found.effect.trigger}")
    click.echo(f"text     {printable(found.effect.text)}")
    click.echo(f"in {found.support} of {plural(found.judged, 'prompt')}")
    lines = [record.line for record in dataset.records if isinstance(record.values.get("prompt"), str)]
    for outlier in found.outliers[:_SHOWN]:
        click.echo(f"  line {lines[outlier.index]}: {outlier.distance:.0%} off: {printable(outlier.diff)}")
    if len(found.outliers) > _SHOWN:
        click.echo(f"  … and {len(found.outliers) - _SHOWN} more; `datasetkit normalize` shows each")
    if write:
        _write(dataset, found.effect)
    return 0


def _write(dataset: Prompted, effect: Effect) -> None:
    from datasetkit.files import replace_file

    if dataset.file is None:
        raise DatasetkitError(f"{dataset.name} is a zip, which is never changed", "Unpack it first.")
    if dataset.effect is not None:
        raise DatasetkitError(f"{dataset.name} declares an effect already", "Change its [effect] table by hand.")
    target = dataset.file.with_name(config.NAME)
    before = target.read_text("utf-8-sig") if target.exists() else ""
    gap = "\n" * (bool(before) + (bool(before) and not before.endswith("\n")))
    # a JSON string of what has no control characters is a TOML string
    table = "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
        for key, value in (("trigger", effect.trigger), ("text", effect.text))
    )
    replace_file(target, f"{before}{gap}[effect]\n{table}".encode())
    click.echo(f"wrote [effect] to {printable(str(target))}", err=True)


def _deploy(dataset: Prompted) -> None:
    from datasetkit.prompts.deployment import deployment
    from datasetkit.prompts.infer import infer

    effect = dataset.effect
    if effect is None:
        effect = infer(dataset.prompts).effect
        click.echo("the effect is inferred: no [effect] table declares it", err=True)
    if effect is None:
        effect = _declared(dataset)
    text = json.dumps({"aigc_config": deployment(effect, dataset.prompts).as_json()}, ensure_ascii=False, indent=2)
    click.echo(text)
