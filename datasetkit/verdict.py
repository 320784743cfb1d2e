"""Where the commands and the public API start: takes a path and settings, and returns verdicts."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from os import PathLike, fspath
from pathlib import Path
from typing import TypeVar, Unpack

from datasetkit import config, spec
from datasetkit.config import UNSET, Options, Settings
from datasetkit.errors import DatasetkitError
from datasetkit.findings import Assumed, Finding, Ignored, RawFile, Severity
from datasetkit.footage import Depth
from datasetkit.model import Dataset, Progress, Role
from datasetkit.prompts.review import NOTHING, PromptReview
from datasetkit.rules import engine
from datasetkit.rules.registry import DatasetPair, check_codes
from datasetkit.scan.datasets import open_tree, prefixes, scan
from datasetkit.scan.facts import FactStore, fact_store
from datasetkit.scan.reading import thread_count
from datasetkit.scan.stopwatch import Stopwatch
from datasetkit.scan.tree import Tree

_log = logging.getLogger(__name__)

AnyPath = str | PathLike[str]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that was found in one dataset, in the order of its lines.

    ``model`` is None if no model is set. ``ignored`` are the findings that were left out; ``skipped`` the codes of
    the rules that need clips read further than they were. ``settings`` are those that apply. ``raw`` are the files of a
    folder of raw clips, which is no dataset yet. ``seconds`` says how long each kind of work took ("read", "decode",
    "hash", "rules"), in the sum of all threads.
    """

    dataset: Dataset
    assumed: Assumed
    model: spec.ModelSpec | None
    findings: tuple[Finding, ...]
    ignored: tuple[Ignored, ...] = ()
    skipped: tuple[str, ...] = ()
    review: PromptReview = NOTHING
    settings: Settings = UNSET
    raw: tuple[RawFile, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(finding.severity is severity for finding in self.findings)


def check(path: AnyPath, *, progress: Progress | None = None, **options: Unpack[Options]) -> Verdict:
    """Check the one dataset of a folder or zip. ``progress`` is called as media are read.

    Raises DatasetkitError if there are several, and for a path, option or datasetkit.toml that can't be used.
    """
    settings = read_settings(options)
    with (
        media_facts(options) as store,
        open_dataset(path, settings, progress=progress, store=store) as (verdict, _),
    ):
        return verdict


def check_all(
    *paths: AnyPath,
    nested: bool = True,
    hidden: Mapping[str, frozenset[str]] | None = None,
    pictures: bool = False,
    progress: Progress | None = None,
    **options: Unpack[Options],
) -> tuple[Verdict, ...]:
    """Check every dataset in folders and zips, in the order of the paths; compare validation sets with training sets.

    Without ``nested`` datasets in folders below a path are left out. ``hidden`` gives for a path the files in it to
    treat as absent. ``pictures``: media get pictures for people. Raises DatasetkitError as `check` does.
    """
    settings, verdicts = read_settings(options), []
    with media_facts(options) as store:
        for path in paths:
            with closing(open_tree(fspath(path), (hidden or {}).get(fspath(path), frozenset()))) as tree:
                found = judge(tree, settings, nested=nested, pictures=pictures, progress=progress, store=store)
                verdicts += [verdict for verdict, _ in found]
    return tuple(compare(verdicts))


@contextmanager
def open_dataset(
    path: AnyPath,
    settings: Settings,
    *,
    build: bool = False,
    depth: Depth | None = None,
    pictures: bool = False,
    progress: Progress | None = None,
    store: FactStore | None = None,
    own_cuts: bool = True,
) -> Iterator[tuple[Verdict, Tree]]:
    """The verdict on the one dataset of a folder or zip, and its files, open while the block lasts.

    ``build`` says that a zip will be written from it; ``depth`` and ``own_cuts`` are as in `judge`. Media whose facts
    are in ``store`` aren't read again. Raises DatasetkitError as `check` does.
    """
    place = fspath(path)
    with closing(open_tree(place)) as tree:
        found = prefixes(tree)
        if len(found) > 1:
            places = ", ".join(prefix or "the root" for prefix in found)
            one = f"{place.rstrip('/')}/{found[-1].rstrip('/')}"  # the root, if it is one of them, comes first
            raise DatasetkitError(f"{place} holds {len(found)} datasets: {places}", f"Name one of them, such as {one}.")
        yield next(
            judge(
                tree,
                settings,
                build=build,
                depth=depth,
                pictures=pictures,
                progress=progress,
                store=store,
                own_cuts=own_cuts,
            )
        )


def judge(
    tree: Tree,
    settings: Settings = UNSET,
    *,
    nested: bool = True,
    build: bool = False,
    depth: Depth | None = None,
    pictures: bool = False,
    progress: Progress | None = None,
    store: FactStore | None = None,
    own_cuts: bool = True,
) -> Iterator[tuple[Verdict, Tree]]:
    """Check every dataset of a tree by ``settings`` and its own datasetkit.toml; each with the tree of its files.

    Without ``nested`` only the one at the root. ``build``: a zip will be written from it, and findings that
    `build` fixes are marked as fixed. ``depth`` is used where the settings have none; where it is None too, the size of
    the set decides. Without ``own_cuts`` its cuts.csv leaves nothing out.
    Raises DatasetkitError for a datasetkit.toml that can't be used.
    """
    stopwatch, depth = Stopwatch(), depth if settings.depth is None else settings.depth
    for dataset, own in scan(
        tree,
        progress,
        alone=not nested,
        depth=depth,
        pictures=pictures,
        store=store,
        stopwatch=stopwatch,
        own_cuts=own_cuts,
    ):
        with stopwatch.timing("rules"):
            verdict = judge_dataset(dataset, settings_for(own, settings), build=build)
        verdict = replace(verdict, seconds=stopwatch.lap())
        taken = ", ".join(f"{work} {seconds:.2f} s" for work, seconds in verdict.seconds.items())
        _log.info("%s: %s (over %d threads)", dataset.name, taken, thread_count())
        yield verdict, own


def judge_again(
    tree: Tree,
    verdict: Verdict,
    *,
    pictures: bool = False,
    progress: Progress | None = None,
    store: FactStore | None = None,
) -> Verdict:
    """Check a changed copy of a dataset as the original was checked for its ``verdict``, for building a zip."""
    depth = verdict.dataset.depth
    dataset, _ = next(scan(tree, progress, alone=True, depth=depth, pictures=pictures, store=store))
    return judge_dataset(dataset, verdict.settings, build=True)


def judge_dataset(dataset: Dataset, settings: Settings, *, build: bool = False) -> Verdict:
    """Check a dataset that has been read, by the settings in force. Pure.

    Raises DatasetkitError for a model that doesn't exist.
    """
    rules = engine.selected(settings)
    context = engine.prepare(dataset, settings, rules, build=build)
    kept, ignored = engine.ignore(engine.judge(context, rules), settings.ignore)
    skipped = tuple(rule.code for rule in rules if rule.depth > dataset.depth)
    model = context.models[0] if context.named else None
    return Verdict(dataset, context.assumed, model, kept, ignored, skipped, context.review, settings)


def compare(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts, plus findings from comparing each validation set with its training set.

    That is the one of its kind in the same folder, else the only one of its kind; where it can't be told, none is.
    """
    return [_compared(verdict, _training_set(verdict, verdicts)) for verdict in verdicts]


def _training_set(verdict: Verdict, verdicts: Sequence[Verdict]) -> Verdict | None:
    kind, folder = verdict.assumed.kind, Path(verdict.dataset.name).parent
    same = [v for v in verdicts if v.assumed.kind is kind and v.assumed.role is Role.TRAINING]
    beside = [v for v in same if Path(v.dataset.name).parent == folder] or same
    return beside[0] if len(beside) == 1 else None


def _compared(verdict: Verdict, training: Verdict | None) -> Verdict:
    if verdict.assumed.role is not Role.VALIDATION or training is None:
        return verdict
    pair = DatasetPair(training.dataset, verdict.dataset, training.review, verdict.review)
    context = engine.prepare(verdict.dataset, verdict.settings, (), build=False)
    found = engine.judge(context, engine.selected(verdict.settings), pair)
    kept, ignored = engine.ignore(found, verdict.settings.ignore)
    return replace(verdict, findings=(*verdict.findings, *kept), ignored=(*verdict.ignored, *ignored))


def media_facts(options: Options) -> AbstractContextManager[FactStore]:
    """What is known of media: this run's facts alone, or also those in the cache if the options allow that."""
    return fact_store(on_disk=options.get("cache", False))


def read_settings(options: Options) -> Settings:
    """The options as settings. Raises DatasetkitError for a value, code or model that can't be used."""
    settings = config.from_options(options)
    check_codes(settings.select, "--select")
    check_codes(settings.ignore, "--ignore")
    return settings


def settings_for(tree: Tree, settings: Settings = UNSET) -> Settings:
    """The settings that apply at a tree's root: ``settings``; whatever they leave out comes from its datasetkit.toml.

    Raises DatasetkitError for a file that can't be read or used, or a model that doesn't exist.
    """
    name, data = _config_file(tree, settings)
    declared = config.from_file(data, name) if data is not None else UNSET
    check_codes(declared.ignore, name)
    force = config.merge(settings, declared)
    try:
        if force.model:
            spec.find_model(force.model)
    except DatasetkitError as error:
        raise DatasetkitError(f"{force.origin.get('model', 'model')}: {error}", error.next_step) from error
    return force


def refuse_own_file(target: Path, dataset: Dataset) -> None:
    """Raise DatasetkitError if writing ``target`` would replace the dataset's zip, or one of its own files."""
    own = ("", spec.limits().annotations_name, config.NAME, *(one.medium.path for one in dataset.references))
    if target.parent.resolve() / target.name in {Path(dataset.name).resolve() / path for path in own}:
        raise DatasetkitError(f"{target} belongs to the dataset itself", "Choose another name.")


def _config_file(tree: Tree, settings: Settings) -> tuple[str, bytes | None]:
    """The configuration file's name as users know it, and its bytes; None if there is no such file."""
    name = str(settings.file or f"{tree.name}/{tree.prefix}{config.NAME}")
    try:
        if settings.file:
            return name, settings.file.read_bytes()
        if not any(file.path == config.NAME for file in tree.files):
            return name, None
        with tree.open(config.NAME) as file:
            return name, file.read()
    except OSError as error:
        raise DatasetkitError(
            f"can't read {name}: {error.strerror or error}", "Check its name and permissions."
        ) from error
