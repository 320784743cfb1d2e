"""Family D: the archive and its layout."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from posixpath import basename, splitext
from unicodedata import normalize

from datasetkit.findings import Basis, Problem, Severity
from datasetkit.model import Annotations, Dataset, Expected, Hazard, Missing, Outside, Pointer, Source
from datasetkit.rules.parts import clips, media, savings
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.wording import count, megabytes, names
from datasetkit.spec import Limits, Thresholds

ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".tgz", ".gz")
"""The endings of names that promise an archive."""

FETCH = {"Git LFS": "git lfs pull", "git-annex": "git annex get ."}
"""The commands that replace pointers by their files."""


def size_problem(size: int, limits: Limits) -> Problem | None:
    """What is wrong with a zip of ``size`` bytes, or None. Packing asks with the exact size."""
    return _too_large("the zip", size, limits.archive_bytes)


def _too_large(what: str, size: int, bounds: Thresholds) -> Problem | None:
    for severity, limit, meaning in (
        (Severity.ERROR, bounds.high, "the limit is {:,} bytes"),
        (Severity.WARNING, bounds.warn, f"the limit may be {{:,}} bytes and is at most {bounds.high:,}"),
        (Severity.ADVICE, bounds.advise, "the platform's newer pages recommend at most {:,}"),
    ):
        if limit is not None and size > limit:
            message = f"{what} is {megabytes(size)} ({size:,} bytes); {meaning.format(limit)}"
            return Problem(message, severity=severity, data={"size": size, "limit": limit})
    return None


@rule("D101", "annotations-missing", on=Dataset, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def annotations_missing(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """There is no data.jsonl at the root.

    Why: the platform looks for exactly this name at the root of the zip, and refuses the zip without it.
    Source: user guide (documented). The platform's client refuses a zip whose files are inside one top-level folder
    (client-observed).
    Example: `Data.jsonl`, or `my_set/data.jsonl` in the zip → `data.jsonl`.
    Remedy: rename the file. `datasetkit build` removes that top-level folder.
    """
    name = ctx.limits.annotations_name
    if dataset.annotations and dataset.prefix:
        yield Problem(f"{name} is in the folder {dataset.prefix}, not at the root", fixed_by_build=True)
    # a damaged zip is refused whole, and an unsafe data.jsonl is reported as that
    elif not dataset.annotations and all(h.unsafe and basename(h.path) != name for h in dataset.hazards):
        yield Problem(f"there is no {name} at the root{_instead(dataset, ctx)}")


def _instead(dataset: Dataset, ctx: Context) -> str:
    """What someone who points at a place without data.jsonl probably wants."""
    if dataset.near:
        return f"; did you mean {names(dataset.near, 'or')}? Rename it to {ctx.limits.annotations_name}"
    if packed := [file.path for file in dataset.files if file.path.lower().endswith(ARCHIVES)]:
        return f"; it may be inside {names(packed, 'or')}: unpack that first"
    found = [file.path for file in dataset.files if _is_medium(file.path, ctx.limits)]
    images = sum(splitext(path)[1].casefold() in ctx.limits.suffixes(Expected.IMAGE) for path in found)
    if dataset.source is Source.FOLDER and found:
        raw = "raw clips are checked with `datasetkit lint`; `datasetkit init` makes a dataset of them"
        return f"; {raw}" if images < len(found) else f", and no clips, only {count(images, 'image')}"
    return ""


@rule("D102", "annotations-too-large", on=Annotations, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def annotations_too_large(annotations: Annotations, ctx: Context) -> Iterator[Problem]:
    """The file data.jsonl is larger than the platform accepts.

    Why: an MB may be 1000·1000 or 1024·1024 bytes. Above the larger limit it is an error, between them a warning.
    Source: user guide (documented). That MB may mean either is our own judgement.
    Example: 40,000 prompts of 600 bytes each → shorter prompts, or fewer samples.
    Remedy: shorten the prompts, or leave samples out.
    """
    if problem := _too_large(ctx.limits.annotations_name, annotations.size, ctx.limits.annotations_bytes):
        yield problem


@rule("D103", "archive-too-large", on=Dataset, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def archive_too_large(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """The zip, or the zip that this folder would make, is larger than the platform accepts.

    Why: the platform refuses it after you have waited for the upload. As for D102, a GB may be one of two sizes.
    Source: user guide (documented). The platform's newer pages recommend far less (guidance).
    Example: 60 clips of 4096×2160 pixels, 2 GB in all → the same clips at 832×480, 150 MB.
    Remedy: `datasetkit build --shrink` loses nothing, as training scales clips down anyway. Or write
    several zips: `datasetkit build --parts`. A job can be given them all.
    """
    size = dataset.size
    if dataset.source is Source.FOLDER and dataset.annotations:  # what the zip would hold, without its directory
        size = dataset.annotations.size + sum(medium.size for medium in media(dataset).values())
    if problem := size_problem(size, ctx.limits):
        saved = savings(clips(dataset), max(model.max_pixels for model in ctx.models))
        hint = f"; scaling the clips down to what training uses would save about {megabytes(saved)}" if saved else ""
        yield replace(problem, message=problem.message + hint)


@rule("D104", "unreferenced-file", on=Dataset, severity=Severity.ADVICE, basis=Basis.CLIENT)
def unreferenced_file(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """The set contains an image or clip that no line names.

    Not checked if any line can't be read, because that line may name the file.

    Why: its line is missing, or its name is misspelt. Otherwise the file isn't needed and only makes the zip larger.
    Source: the platform's own client refuses such files (client-observed).
    Example: `video_2.mov` is in the folder, but no line has `"video_path": "video_2.mov"`.
    Remedy: add the line. Or leave the file: `datasetkit build` keeps it out of the zip.
    """
    strays = [path for path, medium in _strays(dataset, ctx.limits) if medium]
    if strays and len(dataset.samples) == len(dataset.lines):
        yield Problem(
            f"{names(strays)} {'is' if len(strays) == 1 else 'are'}n't used by any line",
            fixed_by_build=True,
            data={"paths": strays},
        )


@rule("D105", "foreign-file", on=Dataset, severity=Severity.ADVICE, basis=Basis.CLIENT)
def foreign_file(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """The set contains files that don't belong in it: .DS_Store, __MACOSX, Thumbs.db, notes.

    Why: the platform's own client refuses a zip that holds anything but data.jsonl, images and clips.
    Source: client-observed. Files of version control and datasetkit's own are not reported.
    Example: a zip made by the Finder, with `__MACOSX/._image_1.jpg` in it.
    Remedy: in a folder you needn't do anything: `datasetkit build` leaves them out. For a zip, run `build` on it.
    """
    strays = [path for path, medium in _strays(dataset, ctx.limits) if not medium]
    if strays:
        yield Problem(f"not part of the dataset: {names(strays)}", fixed_by_build=True, data={"paths": strays})


def _strays(dataset: Dataset, limits: Limits) -> Iterator[tuple[str, bool]]:
    """The files that no line names, each with whether it looks like an image or clip; none without data.jsonl."""
    if not dataset.annotations:
        return
    known = {dataset.annotations.path, *_named(dataset)}
    for file in dataset.files:
        parts = file.path.split("/")
        if file.path in known or any(fnmatchcase(p, silent) for p in parts for silent in limits.silent_files):
            continue
        hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
        yield file.path, not hidden and _is_medium(file.path, limits)


def _named(dataset: Dataset) -> Iterator[str]:
    """The paths that lines name, or seem to mean: L206, L209 and L210 report those."""
    for dropped in dataset.dropped:
        yield from dropped.media
    for sample in dataset.samples:
        yield from (value for value in sample.record.values() if isinstance(value, str))
        for reference in sample.references:
            yield reference.medium.path
            if isinstance(reference.medium, Missing | Outside):
                yield from reference.medium.near


def _is_medium(path: str, limits: Limits) -> bool:
    return splitext(path)[1].casefold() in limits.media_extensions


@rule("D106", "unsafe-entry", on=Hazard, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def unsafe_entry(hazard: Hazard, ctx: Context) -> Iterator[Problem]:
    """A zip holds an entry that is dangerous to unpack, or a folder holds a pipe, socket or device.

    Why: such an entry could write outside the folder where the zip is unpacked. Reading a pipe may never end.
    Source: our own judgement (heuristic). Nothing of the kind is opened. Links in a folder are followed.
    Example: an entry `../image_1.jpg`, a symbolic link in a zip; a named pipe `video_1.mp4` in a folder.
    Remedy: build the zip again from its folder with `datasetkit build`. In a folder, put the file itself there.
    """
    if hazard.unsafe:
        yield Problem(f"{hazard.path or 'an entry'} {hazard.reason}")


@rule("D107", "file-name", on=Dataset, severity=Severity.WARNING, basis=Basis.CLIENT)
def file_name(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A file's name is too long, or has characters other than English letters, digits, `_` and `-`.

    Why: the platform's own client refuses such names. What the platform does with them is not documented.
    Source: user guide (recommended) and the platform's client (client-observed).
    Example: `第1个.mp4`, `my clip.mp4` → `my_clip.mp4`.
    Remedy: in a folder you needn't do anything: `datasetkit build` renames the files. For a zip, run `build` on it.
    """
    uploaded = dataset.source is Source.ZIP and not ctx.to_build  # then the zip's own name matters too
    own = [re.split(r"[/\\]", dataset.name)[-1]] if uploaded else []
    odd = [path for path in (*own, *media(dataset)) if not ctx.limits.complies(_stem(path))]
    if odd:
        most = f"at most {ctx.limits.file_stem_length} characters before the extension"
        step = "rename the zip" if odd == own else "`datasetkit build` renames the files"
        allowed = f": only English letters, digits, _ and - are accepted, {most}; {step}"
        message = names(odd) + (" will be renamed in the zip" if ctx.to_build else allowed)
        yield Problem(message, fixed_by_build=True, data={"paths": odd})


def _stem(path: str) -> str:
    return splitext(basename(path))[0]


@rule("D108", "name-collision", on=Dataset, severity=Severity.WARNING, basis=Basis.CLIENT)
def name_collision(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Two files have names that differ only in folder, extension, case or Unicode form.

    Why: the platform's own client wants each name only once in the whole zip, whatever the folder and extension.
    Source: client-observed. Ignoring case and Unicode form is our own judgement, as some file systems do.
    Example: `001.jpg` beside `001.mp4` → `image_001.jpg`, `video_001.mp4`.
    Remedy: in a folder you needn't do anything: `datasetkit build` renames the files. For a zip, run `build` on it.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for path in media(dataset):
        stem = _stem(path)
        folded = stem.lower() if stem.isascii() else normalize("NFKC", normalize("NFKC", stem).casefold())
        groups[folded].append(path)
    clashes = [group for group in groups.values() if len(group) > 1]
    if clashes:
        others = f" (and {count(len(clashes) - 1, 'more group')} of files)" if len(clashes) > 1 else ""
        same = "have the same name, apart from folder, extension, case and Unicode form"
        wanted = "the platform's client wants different names"
        data = {"paths": [path for group in clashes for path in group]}
        yield Problem(f"{names(clashes[0])} {same}{others}; {wanted}", fixed_by_build=True, data=data)


@rule("D109", "archive-unreadable", on=Hazard, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def archive_unreadable(hazard: Hazard, ctx: Context) -> Iterator[Problem]:
    """The zip or one of its entries can't be read: damaged, encrypted, contradictory, or a zip bomb.

    Why: the platform probably can't read it either.
    Source: our own judgement (heuristic).
    Example: two entries called `data.jsonl`; a file cut off in a download.
    Remedy: download the zip again, or build it again from its folder.
    """
    if not hazard.unsafe:
        yield Problem(f"{hazard.path or ctx.dataset.name} {hazard.reason}")


@rule("D110", "not-fetched", on=Pointer, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def not_fetched(pointer: Pointer, ctx: Context) -> Iterator[Problem]:
    """A file is a pointer left by Git LFS or git-annex, not the image or clip itself.

    Why: the file is stored elsewhere and was not fetched. The pointer is a few bytes of text.
    Source: our own judgement (heuristic).
    Example: `video_1.mp4` of 131 bytes that begins with `version https://git-lfs.github.com/spec/v1`.
    Remedy: `git lfs pull`, or `git annex get .`.
    """
    what = f"a {pointer.system} pointer ({count(pointer.size, 'byte')}), not the {pointer.expected} itself"
    yield Problem(f"{pointer.path} is {what}: run `{FETCH[pointer.system]}`")
