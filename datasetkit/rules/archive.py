"""Family D: the archive and its layout."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase
from posixpath import basename, splitext
from unicodedata import normalize

from datasetkit.findings import Basis, Problem, Severity
from datasetkit.model import Annotations, Dataset, Hazard, Missing, Pointer, Source
from datasetkit.rules.parts import clips, media, savings
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.wording import count, megabytes, names
from datasetkit.spec import Limits, Steps


def size_problem(size: int, limits: Limits) -> Problem | None:
    """What is wrong with a zip of ``size`` bytes, or None; packing asks with the exact size."""
    return _too_large("the zip", size, limits.archive_bytes)


def _too_large(what: str, size: int, steps: Steps) -> Problem | None:
    seen = f"{what} has {size:,} bytes ({megabytes(size)})"
    if size > steps.high:
        return Problem(f"{seen}, at most {steps.high:,} are taken", severity=Severity.ERROR)
    if size > steps.warn:
        limit = f"{steps.warn:,} may be the limit and {steps.high:,} surely is"
        return Problem(f"{seen}, {limit}", severity=Severity.WARNING)
    if steps.advise is not None and size > steps.advise:
        limit = f"later pages of the platform advise at most {steps.advise:,}"
        return Problem(f"{seen}, {limit}", severity=Severity.ADVICE)
    return None


@rule("D101", "annotations-missing", on=Dataset, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def annotations_missing(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """There is no data.jsonl at the root.

    Why: the platform looks for this very name at the root of the zip and refuses the zip without it.
    Source: user guide (documented); that a wrapping folder is refused is observed in the platform's client.
    Example: `Data.jsonl`, or `my_set/data.jsonl` in the zip → `data.jsonl`.
    Remedy: rename the file. Where one folder wraps the set, `datasetkit build` takes its content to the root.
    """
    name = ctx.limits.annotations_name
    if dataset.annotations and dataset.prefix:
        folder = dataset.prefix.rstrip("/")
        yield Problem(f"{name} is in {folder}/, not at the root", mended=True)
    elif not dataset.annotations and not any(_hides(hazard, name) for hazard in dataset.hazards):
        near = f"; rename {names(dataset.near, 'or')} if that is it" if dataset.near else ""
        yield Problem(f"there is no {name} at the root{near}")


def _hides(hazard: Hazard, name: str) -> bool:
    """Whether a hazard already says why data.jsonl can't be seen: a damaged zip is refused whole."""
    return not hazard.unsafe or basename(hazard.path) == name


@rule("D102", "annotations-too-large", on=Annotations, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def annotations_too_large(annotations: Annotations, ctx: Context) -> Iterator[Problem]:
    """The file data.jsonl is larger than the platform takes.

    Why: the limit is given in MB, which may mean 1000·1000 or 1024·1024 bytes: above the larger it is an
    error, between the two a warning.
    Source: user guide (documented); the two readings are our own judgement. `datasetkit models` shows both.
    Example: 40,000 prompts of 600 bytes each → shorter prompts, or fewer samples.
    Remedy: shorten the prompts or leave samples out.
    """
    problem = _too_large(ctx.limits.annotations_name, annotations.size, ctx.limits.annotations_bytes)
    if problem:
        yield problem


@rule("D103", "archive-too-large", on=Dataset, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def archive_too_large(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """The zip is larger than the platform takes; for a folder, the zip that it would make.

    Why: such an upload is refused, after the time it took. GB may mean powers of ten or of two: above the
    larger it is an error, between the two a warning; a much smaller size is advised by later pages.
    Source: user guide (documented); later pages of the platform (guidance) for the advice.
    Example: 60 clips of 4096×2160 pixels, 2 GB in all → the same clips at 832×480, 150 MB.
    Remedy: shrink the clips: training shrinks them anyway, so nothing is lost. Or leave samples out.
    """
    problem = size_problem(_archive_size(dataset), ctx.limits)
    if problem:
        saved = savings(clips(dataset), max(model.max_pixels for model in ctx.models))
        hint = f"; shrinking its clips to what training uses would save about {megabytes(saved)}" if saved else ""
        yield Problem(problem.message + hint, severity=problem.severity)


def _archive_size(dataset: Dataset) -> int:
    """A zip's own size; for a folder, the bytes of what the zip would hold, its directory aside."""
    if dataset.source is Source.ZIP or not dataset.annotations:
        return dataset.size
    return dataset.annotations.size + sum(medium.size for medium in media(dataset).values())


@rule("D104", "unreferenced-file", on=Dataset, severity=Severity.ADVICE, basis=Basis.CLIENT)
def unreferenced_file(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A medium lies in the set that no line names. Silent while lines can't be read: they may name it.

    Why: its line may have been forgotten, or its name misspelt; else it is dead weight in the zip.
    Source: the platform's own client refuses such files (client-observed).
    Example: `video_2.mov` in the folder, no line with `"video_path": "video_2.mov"`.
    Remedy: add the line, or leave it: `datasetkit build` leaves the file out of the zip.
    """
    if len(dataset.samples) == len(dataset.lines):
        strays = [path for path, medium in _strays(dataset, ctx.limits) if medium]
        if strays:
            yield Problem(f"no line names {names(strays)}", mended=True)


@rule("D105", "foreign-file", on=Dataset, severity=Severity.ADVICE, basis=Basis.CLIENT)
def foreign_file(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Files lie in the set that have no part in it: .DS_Store, __MACOSX, Thumbs.db, notes.

    Why: the platform's own client refuses a zip that holds other files than data.jsonl and media.
    Source: client-observed. Version control's files and our own are not mentioned.
    Example: a zip made by the Finder, with `__MACOSX/._image_1.jpg` in it.
    Remedy: nothing to do on a folder: `datasetkit build` leaves them out. Build a zip anew.
    """
    strays = [path for path, medium in _strays(dataset, ctx.limits) if not medium]
    if strays:
        yield Problem(f"not part of the set: {names(strays)}", mended=True)


def _strays(dataset: Dataset, limits: Limits) -> Iterator[tuple[str, bool]]:
    """The files that no line names, and whether each looks like a medium; none where no lines are."""
    if not dataset.annotations:
        return
    known = {dataset.annotations.path, *_named(dataset)}
    for file in dataset.files:
        parts = file.path.split("/")
        if file.path in known or any(fnmatchcase(p, silent) for p in parts for silent in limits.silent_files):
            continue
        hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
        yield file.path, not hidden and _ending(file.path) in limits.media_extensions


def _named(dataset: Dataset) -> Iterator[str]:
    """The paths that lines name, or seem to mean: what L206 and L209 report is not reported again."""
    for sample in dataset.samples:
        yield from (value for value in sample.record.values() if isinstance(value, str))
        for reference in sample.references:
            yield reference.medium.path
            if isinstance(reference.medium, Missing):
                yield from reference.medium.near


def _ending(path: str) -> str:
    return splitext(path)[1].casefold()


@rule("D106", "unsafe-entry", on=Hazard, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def unsafe_entry(hazard: Hazard, ctx: Context) -> Iterator[Problem]:
    """An entry of a zip may not be unpacked, or what lies in a folder is no file but a pipe, socket or device.

    Why: an absolute path, one with `..` or a link could write outside the folder that the zip is unpacked in;
    readers refuse it, or the whole zip. Reading a pipe or device may never end. (Links in a folder are followed.)
    Source: our own judgement (heuristic); nothing of the sort is opened.
    Example: an entry `../image_1.jpg`, a symbolic link in a zip; a named pipe `video_1.mp4` in a folder.
    Remedy: build the zip anew from its folder: `datasetkit build` writes plain files and nothing else. In a folder,
    put the file itself there.
    """
    if hazard.unsafe:
        yield Problem(f"{hazard.path or 'an entry'} {hazard.reason}")


@rule("D107", "file-name", on=Dataset, severity=Severity.WARNING, basis=Basis.CLIENT)
def file_name(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A file's name has other characters than English letters, digits, `_` and `-`, or is too long.

    Why: the platform's own client refuses such names; what the service does with them is not documented.
    Source: user guide (recommended) and the platform's client (client-observed).
    Example: `第1个.mp4`, `my clip.mp4` → `my_clip.mp4`.
    Remedy: nothing to do on a folder: `datasetkit build` renames them in the zip, and in the lines.
    """
    judged = dataset.source is Source.ZIP and not ctx.mending  # as a zip to upload: its own name matters too
    own = [re.split(r"[/\\]", dataset.name)[-1]] if judged else []
    odd = [path for path in (*own, *media(dataset)) if not ctx.limits.complies(_stem(path))]
    if odd and ctx.mending:
        yield Problem(f"{names(odd)} will be renamed in the zip", mended=True)
    elif odd:
        taken = f"{ctx.limits.file_stem.pattern}, at most {ctx.limits.file_stem_length} characters"
        yield Problem(f"{names(odd)}: before the extension a name must be {taken}", mended=True)


def _stem(path: str) -> str:
    return splitext(basename(path))[0]


@rule("D108", "name-collision", on=Dataset, severity=Severity.WARNING, basis=Basis.CLIENT)
def name_collision(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Two files have one name but for folder, extension, case or Unicode form.

    Why: the platform's own client wants names unique in the whole zip, whatever the folder and extension.
    Source: client-observed; case and Unicode form (some file systems fold them) are our own judgement.
    Example: `001.jpg` beside `001.mp4` → `image_001.jpg`, `video_001.mp4`.
    Remedy: nothing to do on a folder: `datasetkit build` renames them in the zip, and in the lines.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for path in media(dataset):
        groups[_folded(_stem(path))].append(path)
    clashes = [group for group in groups.values() if len(group) > 1]
    if clashes:
        others = f", and so do {count(len(clashes) - 1, 'other group')} of files" if len(clashes) > 1 else ""
        yield Problem(f"{names(clashes[0])} share one name{others}", mended=True)


def _folded(stem: str) -> str:
    return stem.lower() if stem.isascii() else normalize("NFKC", normalize("NFKC", stem).casefold())


@rule("D109", "archive-unreadable", on=Hazard, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def archive_unreadable(hazard: Hazard, ctx: Context) -> Iterator[Problem]:
    """The zip, or an entry of it, can't be read: damaged, encrypted, in conflict with itself, or a bomb.

    Why: what can't be read here will hardly be read there.
    Source: our own judgement (heuristic).
    Example: two entries called `data.jsonl`; a file cut off in a download.
    Remedy: fetch the zip again, or build it anew from its folder.
    """
    if not hazard.unsafe:
        yield Problem(f"{hazard.path or ctx.dataset.name} {hazard.reason}")


@rule("D110", "not-fetched", on=Pointer, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def not_fetched(pointer: Pointer, ctx: Context) -> Iterator[Problem]:
    """A file is a pointer left by Git LFS or git-annex, not the medium itself.

    Why: the medium lives elsewhere and was not fetched; the pointer is a few bytes of text.
    Source: our own judgement (heuristic).
    Example: `video_1.mp4` of 131 bytes that begins with `version https://git-lfs.github.com/spec/v1`.
    Remedy: `git lfs pull`, or `git annex get .`.
    """
    yield Problem(
        f"{pointer.path} is a pointer of {pointer.system} ({count(pointer.size, 'byte')}), "
        f"not the {pointer.expected} itself: fetch it first"
    )
