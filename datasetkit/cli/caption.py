"""`datasetkit caption`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.effect import only_dataset
from datasetkit.cli.options import WholeNumber, files
from datasetkit.cli.place import place_options
from datasetkit.cli.remote import yes_option
from datasetkit.cli.terminal import echo, note
from datasetkit.errors import DatasetkitError
from datasetkit.printable import Printable, lines
from datasetkit.report.columns import plural

if TYPE_CHECKING:
    from datasetkit.caption.instruction import Language
    from datasetkit.caption.keeping import JournalFile
    from datasetkit.repair.normalizing import PromptFile

_FILE = click.Path(path_type=Path)


@click.command(name="caption")
@click.argument("path", metavar="DATASET", shell_complete=files)
@click.option("--captioner", metavar="NAME", help="The vision-language model; on the platform qwen3-vl-flash.")
@click.option("--frames", type=WholeNumber(1), metavar="N", help="Frames of each clip that are sent; 8 by default.")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Of the captions; by default the effect text's.")
@click.option("--instruction", type=_FILE, metavar="FILE", help="Ask with this text instead of ours.")
@click.option("--show-instruction", is_flag=True, help="Print our instruction, to edit it; send nothing.")
@click.option("--sample", "named", multiple=True, metavar="FILE", help="Only the sample of this clip or frame.")
@click.option("--redo", is_flag=True, help="With --sample: replace a prompt that a person wrote.")
@click.option("--effect", is_flag=True, help="Describe the motion of several clips, and propose one effect text.")
@click.option("--write", is_flag=True, help="Change data.jsonl instead of showing the captions.")
@click.option("--accept", is_flag=True, help="Say that you have checked the captions, all or those of --sample.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent and its price; send nothing.")
@click.option("--parallel", type=WholeNumber(1), metavar="N", help="Requests at once; 4 by default.")
@click.option("--api-key-env", metavar="NAME", help="The variable with the key, for hosts other than the platform's.")
@yes_option
@place_options
def command(path: str, **options: Any) -> int:
    """Describe clips with a vision-language model, on this machine or on a service.

    It describes subject and background only; the effect text of [effect] is pasted behind. Drafts get captions, and
    the samples that --sample names; never a person's words, unless --redo. Every answer is kept in
    captions.journal.jsonl, so nothing is paid twice. Without --write this shows the captions, and exits with 1.

    \b
    Example:
      datasetkit caption money_rain --region beijing --write
      datasetkit caption money_rain --base-url http://127.0.0.1:11434/v1 --captioner qwen2.5vl
      datasetkit caption money_rain --accept
      datasetkit caption money_rain --region beijing --effect
    """
    from datasetkit.caption.instruction import Language, instruction_for
    from datasetkit.prompts.words import is_chinese

    if options["effect"] and (options["write"] or options["accept"]):
        raise click.UsageError("--effect only proposes: `datasetkit effect --text` writes it.")
    if options["redo"] and not options["named"]:
        raise click.UsageError("--redo needs --sample: it replaces what a person wrote.")
    dataset = only_dataset(path)
    if dataset.file is None:
        raise DatasetkitError(f"{dataset.name} is a zip, which is never changed", "Unpack it first.")
    chinese = dataset.effect is not None and is_chinese(dataset.effect.text)
    language = Language(options["language"] or ("zh" if chinese else "en"))
    if options["show_instruction"]:
        echo(lines(map(Printable, instruction_for(language).splitlines())))
        return 0
    return _run(dataset, dataset.file.parent, language, options)


def _run(dataset: PromptFile, folder: Path, language: Language, options: dict[str, Any]) -> int:
    from datasetkit.caption.keeping import JournalFile
    from datasetkit.files import sole_run

    if options["dry_run"]:
        return _work(dataset, JournalFile(folder), language, options)
    with sole_run(folder, "captioning"):
        return _work(dataset, JournalFile(folder), language, options)


def _work(dataset: PromptFile, journal: JournalFile, language: Language, options: dict[str, Any]) -> int:
    from datasetkit.cli import describing

    if options["accept"]:
        return _accept(dataset, journal, options["named"])
    return (describing.propose if options["effect"] else describing.caption)(dataset, journal, language, options)


def _accept(dataset: PromptFile, journal: JournalFile, named: tuple[str, ...]) -> int:
    """Accept the captions that stand in data.jsonl as a model wrote them."""
    from datasetkit.caption.captioning import unreviewed_captions

    found = unreviewed_captions(dataset, journal.unreviewed, named)
    journal.accept(found)
    note(f"accepted {plural(len(found), 'caption')}")
    return 0
