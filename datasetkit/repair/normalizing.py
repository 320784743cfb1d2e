"""Normalize the prompts of datasets: read, ask who the subjects are, write. `datasetkit normalize` and the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path

from datasetkit import config, spec
from datasetkit.config import Settings
from datasetkit.edits import SetField
from datasetkit.errors import DatasetkitError
from datasetkit.files import replace_file
from datasetkit.model import Sample, Source
from datasetkit.prompts.normalize import Normalized
from datasetkit.prompts.normalize import normalize as normalize_prompt
from datasetkit.prompts.person import ABOUT_PERSONS
from datasetkit.prompts.slots import Person
from datasetkit.prompts.template import Effect, media_of
from datasetkit.repair.declaring import declare_persons
from datasetkit.repair.questions import Question, read_answers
from datasetkit.repair.writing import write_fields
from datasetkit.scan.annotations import parse
from datasetkit.scan.datasets import open_tree, prefixes, read_annotations, without_dropped
from datasetkit.verdict import settings_for

AnyPath = str | PathLike[str]
_WORDS = 12  # of a subject that a question quotes


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A dataset's data.jsonl: how the user spelled its place, its bytes, its samples, and how many lines are none.

    ``effect`` is what datasetkit.toml declares. ``file`` and ``config`` are None inside a zip.
    """

    name: str
    data: bytes
    samples: tuple[Sample, ...]
    unread: int
    effect: Effect | None
    file: Path | None
    config: Path | None

    @property
    def prompts(self) -> list[str]:
        """The prompts, in the order of the lines."""
        return [text for sample in self.samples if isinstance(text := sample.record.get("prompt"), str)]


@dataclass(frozen=True, slots=True)
class NormalizedSet:
    """One dataset's prompts, each with its line's number; ``unread`` lines hold no sample.

    ``outdated`` lines were changed by someone else while this ran, and so were not written.
    """

    name: str
    prompts: tuple[tuple[int, Normalized], ...]
    questions: tuple[Question, ...]
    unread: int
    file: Path | None
    config: Path | None
    effect: Effect
    outdated: frozenset[int] = frozenset()

    @property
    def changes(self) -> tuple[tuple[int, Normalized], ...]:
        """The prompts that change."""
        return tuple((line, result) for line, result in self.prompts if result.changed)


@dataclass(frozen=True, slots=True)
class Normalization:
    """What became of the prompts of every dataset below a path."""

    datasets: tuple[NormalizedSet, ...]


def normalize(
    path: AnyPath,
    *,
    write: bool = False,
    append: bool = False,
    answers: AnyPath | Mapping[str, str] | None = None,
    config: AnyPath | None = None,
    nested: bool = True,
    declared_only: bool = False,
) -> Normalization:
    """Give every prompt below ``path`` the effect text that its dataset declares.

    ``write`` changes data.jsonl, and puts ``answers`` into datasetkit.toml. ``append`` adds the effect to prompts that
    have none. ``answers`` say who subjects are: file → person, or a table that `write_questions` made. ``config`` is
    read instead of datasetkit.toml. Without ``nested`` only the dataset at the root is read; with ``declared_only``
    those that declare no effect are skipped. Raises DatasetkitError for what can't be read, used or written.
    """
    given = answers if isinstance(answers, Mapping) else read_answers(Path(answers)) if answers else {}
    work = []
    for found in read_prompt_files(path, config=config, nested=nested):
        if found.effect is not None or not declared_only:
            answered, persons = _answered(found, given)
            work.append((answered, _normalized(answered, append=append), persons))
    if unused := given.keys() - {file for _, _, persons in work for file in persons}:
        raise DatasetkitError(
            f"there is an answer for {sorted(unused)[0]}, but no line uses that file",
            "Correct its name in the answers.",
        )
    if not write:
        return Normalization(tuple(result for _, result, _ in work))
    written = []
    for found, result, persons in work:
        skipped = write_prompts(found, {line: changed.text for line, changed in result.changes}, persons)
        written.append(replace(result, outdated=skipped))
    return Normalization(tuple(written))


def read_prompt_files(path: AnyPath, *, config: AnyPath | None = None, nested: bool = True) -> Iterator[PromptFile]:
    """Every dataset's data.jsonl in a folder or zip; no medium is read. Without ``nested`` only the one at the root.

    Raises DatasetkitError if there is none.
    """
    asked = Settings(file=Path(config) if config else None)
    with closing(open_tree(fspath(path))) as tree:
        found = [prefix for prefix in prefixes(tree) if nested or not prefix]
        if not found:
            raise DatasetkitError(
                f"there is no {spec.limits().annotations_name} in {fspath(path)}",
                "Give a dataset's folder. For raw clips: datasetkit init FOLDER -o DATASET.",
            )
        for prefix in found:
            own = tree.below(prefix)
            data = read_annotations(own)
            lines = parse(data, spec.limits().annotations_name)[1]
            lines, _ = without_dropped(lines, own)
            samples = tuple(line for line in lines if isinstance(line, Sample))
            file = Path(own.name, spec.limits().annotations_name) if own.source is Source.FOLDER else None
            effect = settings_for(own, asked).effect
            settings = asked.file or (file.with_name(_CONFIG) if file else None)
            yield PromptFile(own.name, data, samples, len(lines) - len(samples), effect, file, settings)


_CONFIG = config.NAME


def _answered(found: PromptFile, answers: Mapping[str, str]) -> tuple[PromptFile, dict[str, Person]]:
    """The dataset with the answers in force, and those that are its own."""
    named = {path for sample in found.samples for path in media_of(sample.record)}
    persons = {file: Person(said) for file, said in answers.items() if file in named}
    if not persons or found.effect is None:
        return found, {}
    for file, person in persons.items():
        if person not in found.effect.persons:
            forms = " and ".join(found.effect.persons)
            raise DatasetkitError(
                f'{file} is answered "{person}", but the effect text has only {forms} forms',
                f"Add {person} forms to the effect text, or change the answer.",
            )
    declared = replace(found.effect.declared, names={**found.effect.declared.names, **persons})
    return replace(found, effect=replace(found.effect, declared=declared)), persons


def _normalized(found: PromptFile, *, append: bool) -> NormalizedSet:
    effect = found.effect
    if effect is None:
        raise DatasetkitError(
            f"{found.config or found.name} has no [effect] table, so there is no effect text to apply",
            f"Find it with `datasetkit effect {found.name} --infer --write`, or write an [effect] table.",
        )
    prompts, questions = [], dict[str, Question]()
    for sample in found.samples:
        prompt, media = sample.record.get("prompt"), media_of(sample.record)
        if not isinstance(prompt, str):
            continue
        result = normalize_prompt(prompt, effect, media, append=append)
        prompts.append((sample.line, result))
        if result.reason in ABOUT_PERSONS and media:
            subject = " ".join(f"{result.subject} {result.tail}".split()[:_WORDS])
            questions.setdefault(media[0], Question(media[0], sample.line, subject, effect.persons))
    return NormalizedSet(
        found.name, tuple(prompts), tuple(questions.values()), found.unread, found.file, found.config, effect
    )


def write_prompts(found: PromptFile, prompts: Mapping[int, str], persons: Mapping[str, str]) -> frozenset[int]:
    """Change data.jsonl and datasetkit.toml, each in one step: the prompts of lines, and who subjects are.

    Returns the lines that have changed since they were read, and so were skipped. Raises DatasetkitError for a zip, and
    for what can't be written.
    """
    if (prompts or persons) and found.file is None:
        raise DatasetkitError(f"{found.name} is a zip, which is never changed", "Unpack it first.")
    if found.config and persons:
        text = found.config.read_bytes().decode("utf-8-sig")
        replace_file(found.config, declare_persons(text, persons).encode())
    edits = [SetField(line, "prompt", text) for line, text in prompts.items()]
    return write_fields(found.file, found.data, edits) if found.file else frozenset()
