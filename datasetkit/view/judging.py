"""What is found in the folder as it is edited, without writing it first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from datasetkit.config import Settings
from datasetkit.findings import Severity
from datasetkit.model import Dataset, Sample
from datasetkit.prompts.slots import Person
from datasetkit.prompts.template import Effect, media_of
from datasetkit.report.visual.cards import card
from datasetkit.report.visual.gathering import gather
from datasetkit.report.visual.remarks import FixCommand
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
        cards = {clip.key: card(clip.key, clip.sample, None, (), ()) for clip in folder.clips}
        return Judged(cards, following=commands.after_raw, effect=effect, declared=effect is not None)
    verdict = judge_dataset(drafted_dataset(folder, draft), _settings(folder, draft))
    cuts = any(_is_cut(clip, draft[clip.key]) for clip in folder.clips)
    report = gather([verdict], commands.fix, [commands.cut if cuts else commands.build(verdict)]).sets[0]
    by_line = {one.line: one for one in report.cards}
    return Judged(
        {clip.key: by_line[clip.sample.line] for clip in folder.clips if clip.sample.line in by_line},
        tuple(group.worst for group in report.groups if not group.cards),
        verdict.count(Severity.ERROR),
        report.command,
        effect or verdict.review.effect,
        effect is not None,
    )


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
    return replace(folder.dataset, lines=tuple(line for line in lines if line is not None))


def _drafted(clip: ViewedClip, draft: Draft) -> Sample | None:
    own = draft[clip.key]
    if own.dropped:
        return None
    sample = clip.sample
    if sample.prompt is None or own.captions[0] == sample.prompt.text:
        return sample
    record = {**sample.record, "prompt": own.captions[0]}
    return replace(sample, record=record, prompt=replace(sample.prompt, text=own.captions[0]))


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
