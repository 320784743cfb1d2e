"""What is found in the folder as it is edited, without writing it first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from datasetkit.config import Settings
from datasetkit.findings import Severity
from datasetkit.footage import Depth
from datasetkit.intake.judging import judge_clips
from datasetkit.intake.rawclips import trimmed
from datasetkit.model import Dataset, Sample
from datasetkit.prompts.slots import Person
from datasetkit.prompts.template import Effect, media_of
from datasetkit.report.visual.cards import card
from datasetkit.report.visual.gathering import gather
from datasetkit.report.visual.remarks import FixCommand, remark
from datasetkit.report.visual.values import Remark, SampleCard
from datasetkit.verdict import Verdict, judge_dataset
from datasetkit.view.captions import CaptionRules
from datasetkit.view.draft import ClipDraft, Draft, rounded_down
from datasetkit.view.folder import ViewedClip, ViewedFolder


@dataclass(frozen=True, slots=True)
class NextCommands:
    """The commands that the page shows: what fixes some findings, and what comes after the page.

    ``build`` fixes or builds a dataset, ``cut`` cuts its windows, ``after_raw`` goes on with raw clips or picks.
    """

    fix: FixCommand
    build: Callable[[Verdict], str]
    cut: str
    after_raw: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A folder's cards by the clips' keys, remarks on it as a whole, the number of errors, and the command to run next.

    ``effect`` is the one that its captions share.
    """

    cards: Mapping[str, SampleCard] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    errors: int = 0
    following: str = ""
    effect: Effect | None = None
    declared: bool = False

    def rules(self, clip: ViewedClip) -> CaptionRules:
        """What a clip's captions go by."""
        return CaptionRules(self.effect, self.declared, media_of(clip.sample.record))


def judge_folder(folder: ViewedFolder, draft: Draft, commands: NextCommands) -> Judged:
    """Judge a folder with a draft in the place of what its files say."""
    effect = folder.settings.effect
    if folder.raw:
        found = _raw_verdict(folder, draft)
        cards = {clip.key: _raw_card(clip, found, commands) for clip in folder.clips}
        following = commands.after_raw
        return Judged(
            cards, errors=found.count(Severity.ERROR), following=following, effect=effect, declared=bool(effect)
        )
    verdict = judge_dataset(drafted_dataset(folder, draft), _settings(folder, draft))
    cuts = any(_is_cut(clip, draft[clip.key]) for clip in folder.clips)
    report = gather([verdict], commands.fix, [commands.cut if cuts else commands.build(verdict)]).sets[0]
    by_line = {one.line: one for one in report.cards}
    return Judged(
        {clip.key: _whole(by_line[line], clip) for clip in folder.clips if (line := clip.sample.line) in by_line},
        tuple(group.worst for group in report.groups if not group.cards),
        verdict.count(Severity.ERROR),
        report.command,
        effect or verdict.review.effect,
        effect is not None,
    )


def _raw_verdict(folder: ViewedFolder, draft: Draft) -> Verdict:
    """The verdict on raw clips, or picks, each by its windows; those that are dropped aren't judged."""
    kept = [clip for clip in folder.clips if not draft[clip.key].dropped]
    media = {clip.path: medium for clip in kept if (medium := clip.sample.medium("video_path"))}
    windows = [window for clip in kept for window in draft[clip.key].windows]
    nothing = judge_dataset(replace(folder.dataset, lines=(), depth=Depth.FULL), folder.settings)
    return judge_clips(nothing, media, windows, folder.settings)


def _whole(shown: SampleCard, clip: ViewedClip) -> SampleCard:
    """The card with the facts and the motion of the whole clip, whatever its window."""
    whole = card(clip.key, clip.sample, None, (), ())
    return replace(shown, facts=whole.facts, curve=whole.curve)


def _raw_card(clip: ViewedClip, verdict: Verdict, commands: NextCommands) -> SampleCard:
    found = [finding for finding in verdict.findings if finding.where.path == clip.path]
    return card(clip.key, clip.sample, None, found, [remark(one, verdict, commands.fix) for one in found])


def _is_cut(clip: ViewedClip, draft: ClipDraft) -> bool:
    """Whether anything but the whole clip is to be kept of it."""
    kept = [window for window in draft.windows if window.keep]
    if not clip.video or not kept:
        return False
    return len(kept) > 1 or kept[0].start > 0 or kept[0].seconds < rounded_down(clip.video.seconds)


def drafted_dataset(folder: ViewedFolder, draft: Draft) -> Dataset:
    """The dataset with the draft's prompts, without the samples that it drops."""
    edited = {clip.sample.line: _drafted(clip, draft) for clip in folder.clips}
    lines = (edited.get(line.where.line or 0, line) for line in folder.dataset.lines)
    dropped = {path for clip in folder.clips if draft[clip.key].dropped for path in _paths(clip)}
    unused = dropped.difference(*(_paths(clip) for clip in folder.clips if not draft[clip.key].dropped))
    files = tuple(file for file in folder.dataset.files if file.path not in unused)
    return replace(folder.dataset, lines=tuple(line for line in lines if line is not None), files=files)


def _paths(clip: ViewedClip) -> set[str]:
    return {reference.medium.path for reference in clip.sample.references}


def _drafted(clip: ViewedClip, draft: Draft) -> Sample | None:
    own = draft[clip.key]
    if own.dropped:
        return None
    sample, text = _windowed(clip, own), own.captions[0]
    if sample.prompt is None or text == sample.prompt.text:
        return sample
    return replace(sample, record={**sample.record, "prompt": text}, prompt=replace(sample.prompt, text=text))


def _windowed(clip: ViewedClip, draft: ClipDraft) -> Sample:
    """The sample with its clip as the first window that is kept makes it."""
    window = next(window for window in draft.windows if window.keep)
    if not clip.video or not _is_cut(clip, draft):
        return clip.sample
    medium = trimmed(clip.video, window)
    references = (replace(one, medium=medium) if one.medium == clip.video else one for one in clip.sample.references)
    return replace(clip.sample, references=tuple(references))


def _settings(folder: ViewedFolder, draft: Draft) -> Settings:
    """The settings with the persons that the draft declares."""
    effect = folder.settings.effect
    said = {
        path: Person(draft[clip.key].person)
        for clip in folder.clips
        if draft[clip.key].person
        for path in media_of(clip.sample.record)[:1]
    }
    if effect is None or not said:
        return folder.settings
    declared = replace(effect.declared, names={**effect.declared.names, **said})
    return replace(folder.settings, effect=replace(effect, declared=declared))
