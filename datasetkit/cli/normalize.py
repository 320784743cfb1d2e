"""`datasetkit normalize`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.options import files, staged_options
from datasetkit.cli.staged import chosen
from datasetkit.cli.terminal import echo, note
from datasetkit.printable import Printable, joined, lines, styled
from datasetkit.report.columns import plural

if TYPE_CHECKING:
    from datasetkit.repair.normalizing import NormalizedSet

_FILE = click.Path(path_type=Path)
_CONTEXT = 3  # words shown beside a change


@click.command(name="normalize")
@click.argument("paths", nargs=-1, metavar="PATH...", shell_complete=files)
@click.option("--write", is_flag=True, help="Change data.jsonl instead of showing what would change.")
@click.option("--append", is_flag=True, help="Add the effect text to prompts that have none.")
@click.option("--ask", type=_FILE, metavar="FILE.csv", help="Write a table of the subjects that aren't clear.")
@click.option("--answers", type=_FILE, metavar="FILE.csv", help="Use that table, filled in; --write keeps its answers.")
@click.option("--config", type=_FILE, metavar="FILE", help="Read this instead of datasetkit.toml.")
@staged_options
def command(
    paths: tuple[str, ...], *, write: bool, ask: Path | None, staged: bool, exclude: tuple[str, ...], **options: Any
) -> int:
    """Give every prompt the one effect text of the [effect] table in datasetkit.toml.

    Subject and background stay word for word; pronouns follow the subject. A prompt that isn't clear is skipped and
    listed. Without --write this shows a word diff, and exits with 1 if anything would change. With --write data.jsonl
    is replaced in one step. With --staged, it writes the changes and exits with 1, which stops the commit so you
    can look at them. Datasets that declare no effect are skipped.

    \b
    Example:
      datasetkit normalize money_rain
      datasetkit normalize money_rain --append --write
      datasetkit normalize money_rain --answers who.csv --write
    """
    looked_at = chosen(paths, exclude, staged=staged)
    if not looked_at:
        echo(Printable("no dataset has changed"))  # and nothing is loaded that reads one
        return 0
    from datasetkit.repair.normalizing import normalize
    from datasetkit.repair.questions import write_questions

    wanted = {"write": write, "nested": not staged, "declared_only": staged, **options}
    done = [result for path in looked_at for result in normalize(path, **wanted).datasets]
    for result in done:
        _show(result, written=write)
    questions = [question for result in done for question in result.questions]
    if ask and questions:
        write_questions(ask, questions)
        note(f"wrote {plural(len(questions), 'question')} to {ask}; fill in its last column, then use --answers {ask}")
    elif ask:
        note(f"every subject is clear; {ask} is not needed")
    for result in done if not ask else ():
        _ask(result)
    return int(any(result.changes for result in done) and (staged or not write))


def _show(result: NormalizedSet, *, written: bool) -> None:
    from datasetkit.caption.keeping import JournalFile
    from datasetkit.prompts.worddiff import word_diff

    of_models = tuple(JournalFile(result.file.parent).unreviewed.values()) if result.file else ()
    skipped = sum(not prompt.decided for _, prompt in result.prompts)
    counts = f"{plural(len(result.prompts), 'prompt')}: {len(result.changes)} to change, {skipped} skipped"
    rows = [joined([styled(Printable(result.name), bold=True), Printable(f"  {counts}")])]
    for line, prompt in result.prompts:
        if prompt.changed:
            mark = " (unreviewed caption)" if prompt.before.startswith(of_models) else ""
            change = word_diff(prompt.before, prompt.text, _CONTEXT) or "white space"
            rows.append(Printable(f"  line {line}{mark}: {change}"))
        if not prompt.decided:
            rows.append(Printable(f"  line {line}: skipped: {prompt.note}"))
    if result.unread:
        rows.append(Printable(f"  {plural(result.unread, 'line')} can't be read: see `datasetkit lint`"))
    echo(lines(rows))
    for line in sorted(result.outdated):
        note(f"  line {line}: skipped: it was changed while this ran; run this again")
    if written and len(result.changes) > len(result.outdated):
        note(f"  wrote {plural(len(result.changes) - len(result.outdated), 'prompt')} to {result.file}")


def _ask(result: NormalizedSet) -> None:
    """The questions that are left, as a block to paste."""
    from datasetkit.repair.questions import block_to_paste

    if not result.questions:
        return
    file = result.config or "datasetkit.toml"
    block = block_to_paste(result.questions, result.effect)
    rows = [f"  {plural(len(result.questions), 'subject is', 'subjects are')} not clear"]
    if open_entries := [q.file for q in result.questions if q.file in result.effect.declared.unanswered]:
        rows.append(f"  Choose a pronoun in {file} for: {', '.join(open_entries)}")
    if block:
        place = f"at the end of {file}" if block[0] == "[effect.persons]" else f"below [effect.persons] in {file}"
        one = len(result.questions) == 1
        rows += [f"  Paste this {place}, and choose one pronoun{'' if one else ' in each line'}:", "", *block]
    echo(lines(map(Printable, rows)))
