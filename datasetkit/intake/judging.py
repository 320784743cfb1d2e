"""Raw clips judged before anything is made of them: by the rules for clips, without a data.jsonl."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Unpack

from datasetkit import spec
from datasetkit.config import Options, Settings
from datasetkit.edits import Reencode, merge, plain_clip
from datasetkit.findings import Finding, RawFile
from datasetkit.footage import Depth
from datasetkit.intake.raw import is_named_like_a_clip, lost_clips, read_raw
from datasetkit.intake.rawclips import read_clips, trimmed
from datasetkit.model import (
    Dataset,
    Expected,
    Foreign,
    Medium,
    Pointer,
    Progress,
    Reference,
    Sample,
    Source,
    Unreadable,
    Video,
    Where,
)
from datasetkit.rules import engine
from datasetkit.scan.cuts import own_windows
from datasetkit.scan.datasets import open_tree
from datasetkit.scan.tree import Tree
from datasetkit.verdict import Verdict, media_facts, read_settings, settings_for
from datasetkit.windows import NAME, Window, fault_of_end

CUT = ("video-too-long", "longer-than-target", "frozen", "scene-cut")
"""The rules whose remedy is to choose a window."""

_DOES = {
    "usual_codec": "encodes it as H.264",
    "upright": "turns it upright",
    "steady": "makes its frame rate constant",
    "progressive": "deinterlaces it",
    "single": "keeps one video stream",
    "sdr": "converts HDR to SDR",
    "max_side": "scales it down",
}  # what `init` does, for each field of the edit that removes a problem


def is_raw(dataset: Dataset) -> bool:
    """Whether this is a folder of clips, and not a dataset or one whose data.jsonl is misnamed."""
    clips = any(is_named_like_a_clip(file.path) for file in dataset.files)
    return dataset.annotations is None and dataset.source is Source.FOLDER and clips and not dataset.near


def check_raw(verdict: Verdict, *, progress: Progress | None = None, **options: Unpack[Options]) -> Verdict:
    """The verdict on a folder of raw clips, in the place of one that says that it is no dataset.

    Its findings are what needs a person; ``raw`` has every file, with what `init` will do to it. A clip that the
    folder's cuts.csv mentions is judged by its windows. Raises DatasetkitError for a folder that `init` can't use.
    """
    with media_facts(options) as store, closing(open_tree(verdict.dataset.name)) as tree:
        settings = settings_for(tree, read_settings(options))
        windows = own_windows(tree)
        clips, unused = _paired(tree, windows)
        few = len(clips) <= spec.limits().full_depth_clips
        depth = settings.depth if settings.depth is not None else Depth.FULL if few else Depth.FRAMES
        media = read_clips(tree, clips, depth, progress=progress, store=store)
    judged = judge_clips(replace(verdict, dataset=replace(verdict.dataset, depth=depth)), media, windows, settings)
    return replace(judged, raw=(*judged.raw, *_unused(unused, clips)))


def judge_clips(
    verdict: Verdict, media: Mapping[str, Medium], windows: Sequence[Window], settings: Settings
) -> Verdict:
    """The verdict on raw clips that have been read to the depth of its dataset, by their paths. Pure."""
    rules = [rule for rule in engine.selected(settings) if rule.on in (Video, Unreadable, Foreign, Pointer)]
    empty = replace(verdict.dataset, lines=())
    samples = tuple(sample for medium in media.values() for sample in _samples(medium, windows))
    context = replace(engine.prepare(empty, settings, rules, build=False), dataset=replace(empty, lines=samples))
    found = engine.judge(context, rules)
    needed, ignored = engine.ignore([_needed(one) for one in found if not _mended(one, media)], settings.ignore)
    mended = [one for one in found if _mended(one, media)]
    return replace(
        verdict,
        dataset=empty,
        findings=needed,
        ignored=ignored,
        skipped=tuple(rule.code for rule in rules if rule.depth > empty.depth),
        model=context.models[0] if context.named else None,
        raw=tuple(_raw_file(medium, mended, windows) for medium in media.values()),
    )


def _paired(tree: Tree, windows: Sequence[Window]) -> tuple[list[str], dict[str, str]]:
    """The files that are or should be clips, and why files, or lines of them, aren't used."""
    pairing = read_raw(tree, windows)
    unused = {one.path: one.reason for one in pairing.unused}
    wanted = {*(files.clip for files in pairing.clips), *(window.clip for window in windows)}
    wanted |= lost_clips(pairing.unused).keys()
    return [file.path for file in tree.files if file.path in wanted], unused


def _samples(medium: Medium, windows: Iterable[Window]) -> Iterator[Sample]:
    """What becomes of a clip: a sample for each of its windows that is kept, or else for all of it."""
    accepted = spec.limits().video_containers
    if isinstance(medium, Video) and medium.container not in accepted:
        medium = replace(medium, container=accepted[0])  # as `init` writes it
    own = [window for window in windows if window.clip == medium.path]
    if not own or not isinstance(medium, Video):
        yield _sample(medium)
        return
    yield from (_sample(_cut(medium, window), window.name) for window in own if window.keep)


def _cut(video: Video, window: Window) -> Video | Unreadable:
    """The window of a clip, as far as `init` can cut it out."""
    if fault := fault_of_end(window.end, video.seconds, video.rate):
        return Unreadable(video.path, video.size, Expected.VIDEO, fault)
    return trimmed(video, window)


def _sample(medium: Medium, name: str | None = None) -> Sample:
    """A sample that names nothing but a clip; its findings point at the clip, and at the window by its name."""
    where = Where(medium.path, field=name)
    return Sample(where, {}, references=(Reference(where, medium.path, medium),))


def _mended(finding: Finding, media: Mapping[str, Medium]) -> bool:
    """Whether `init` removes the problem."""
    return isinstance(media[finding.where.path], Video) and bool(finding.fix) and all(map(_is_plain, finding.fix))


def _is_plain(edit: object) -> bool:
    if not isinstance(edit, Reencode):
        return False
    plain = plain_clip(edit.path, sdr=True)
    return merge(edit, plain) == plain


def _needed(finding: Finding) -> Finding:
    """A problem that needs a person, with what helps: nothing of a raw folder is ever fixed in place."""
    remedy = ""
    if finding.name in CUT:
        remedy = "; change its window in cuts.csv" if finding.where.field else "; `datasetkit cut` chooses a window"
    elif finding.name == "black-bars":
        remedy = "; after `init`, `datasetkit fix --unsafe` removes them"
    return replace(finding, message=finding.message + remedy, fix=(), fixed_by_build=False)


def _raw_file(medium: Medium, mended: Iterable[Finding], windows: Iterable[Window]) -> RawFile:
    path, own = medium.path, tuple(window for window in windows if window.clip == medium.path)
    container = isinstance(medium, Video) and medium.container not in spec.limits().video_containers
    edits = [edit for one in mended if one.where.path == path for edit in one.fix]
    flags = dict.fromkeys(name for edit in edits for name in _DOES if getattr(edit, name))
    renamed = bool(edits) and not flags and not container
    does = (*["makes it an MP4"] * container, *(_DOES[name] for name in flags), *["corrects its extension"] * renamed)
    return RawFile(path, medium, own, does)


def _unused(unused: Mapping[str, str], clips: Sequence[str]) -> Iterator[RawFile]:
    return (RawFile(path, reason=reason) for path, reason in unused.items() if path not in (*clips, NAME))
