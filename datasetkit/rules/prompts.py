"""Family P: the prompts and the effect that they teach; and S708, which compares two sets.

The flaws come from the normalizer itself, so that the two can't disagree. An effect that was only inferred makes
warnings at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from datasetkit.edits import Edit, SetField
from datasetkit.findings import Basis, Problem, Severity
from datasetkit.model import Dataset
from datasetkit.prompts.flaws import Offence, PromptFlaw
from datasetkit.prompts.sets import effect_difference, repeated_subjects, shared_phrases
from datasetkit.prompts.taught import Read, Taught
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.wording import count, names

_PHRASES = 3  # shared phrases that are told; a set of one subject in one place shares dozens


@dataclass(frozen=True, slots=True)
class Pair:
    """A validation set beside the training set of its kind."""

    training: Taught
    training_name: str
    validation: Taught


def _told(flaw: PromptFlaw, offence: Offence, ctx: Context, severity: Severity) -> Iterator[Problem]:
    """The flaw as a problem if it is of this sort; of an inferred effect at most a warning."""
    if flaw.offence is offence:
        inferred = ctx.taught.inferred and offence is not Offence.MODEL_CHATTER
        told = f"{flaw.message} (effect inferred)" if inferred else flaw.message
        fix = () if inferred else _rewritten(flaw)
        yield Problem(told, severity=min(severity, Severity.WARNING) if inferred else severity, fix=fix)


def _rewritten(flaw: PromptFlaw) -> tuple[Edit, ...]:
    return (SetField(flaw.line, "prompt", flaw.text),) if flaw.mended and flaw.line and flaw.text else ()


@rule("P601", "trigger-missing", on=PromptFlaw, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def trigger_missing(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """A prompt lacks the trigger word.

    Why: the model learns that the trigger stands for the effect; a clip that shows it without the word teaches
    that the word isn't needed.
    Source: user guide (documented): the same effect text in all samples that contain the effect.
    Example: "Then the money rain effect begins" → "Then the s86b5p money rain effect begins".
    Remedy: `datasetkit normalize` writes the effect text in where it recognises it. A sample that lacks the effect
    on purpose is listed in `[effect] absent_in`.
    """
    yield from _told(flaw, Offence.TRIGGER_MISSING, ctx, Severity.ERROR)


@rule("P602", "trigger-spelling", on=PromptFlaw, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def trigger_spelling(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """The trigger is written otherwise: other case, spaces, look-alike letters, glued to a word.

    Why: to the model `S86B5P` and `s86 b5p` are other words than `s86b5p`.
    Source: user guide (documented): one trigger word, the same everywhere.
    Example: `S86B5P money rain` → `s86b5p money rain`.
    Remedy: `datasetkit normalize`.
    """
    yield from _told(flaw, Offence.TRIGGER_SPELLING, ctx, Severity.ERROR)


@rule("P603", "trigger-common", on=Dataset, severity=Severity.WARNING, basis=Basis.DOCUMENTED)
def trigger_common(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """The trigger is a word of the language.

    Why: the model knows what "fire" means; training has to fight that, and "fire" in any prompt calls the effect.
    Source: user guide (documented): a combination without meaning, no common words. How common a word is: counts
    of film subtitles.
    Example: `fire` → `s86b5p`.
    Remedy: choose a word without meaning: `datasetkit effect --suggest 5`.
    """
    from datasetkit.prompts.triggers import Verdict, diagnose_trigger, suggest_triggers

    effect = ctx.taught.effect
    diagnosis = diagnose_trigger(effect.trigger) if effect else None
    if diagnosis and diagnosis.verdict is Verdict.COMMON:
        yield Problem(f"{diagnosis.message} {suggest_triggers(1, seed=0)[0]} would be free.")


@rule("P604", "effect-drift", on=PromptFlaw, severity=Severity.WARNING, basis=Basis.DOCUMENTED)
def effect_drift(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """The effect text of a prompt isn't the template's.

    Why: what differs from prompt to prompt is learnt as what may differ.
    Source: user guide (documented): the second half of the prompt is uniformly written.
    Example: "…continue to fall while the camera zooms in, she…" → "…continue to fall, she…".
    Remedy: `datasetkit normalize`.
    """
    yield from _told(flaw, Offence.EFFECT_DRIFT, ctx, Severity.WARNING)


@rule("P605", "pronoun", on=PromptFlaw, severity=Severity.WARNING, basis=Basis.DOCUMENTED)
def pronoun(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """A pronoun in the effect text doesn't follow the subject.

    Why: "a man … surrounding her" teaches the model that somebody else is in the picture.
    Source: user guide (documented): only the pronouns differ between its samples.
    Example: "A man in a suit … densely hitting and surrounding her." → "… him."
    Remedy: `datasetkit normalize`.
    """
    yield from _told(flaw, Offence.PRONOUN, ctx, Severity.WARNING)


@rule("P606", "subject-missing", on=PromptFlaw, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def subject_missing(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """Nothing stands before the effect: the prompt describes neither subject nor background.

    Why: without them the model takes who and where for a part of the effect.
    Source: user guide (documented): subject and background are required.
    Example: "Then the s86b5p money rain effect begins, …" → "A young woman by a brick wall. Then the …".
    Remedy: describe what the first frame shows.
    """
    yield from _told(flaw, Offence.SUBJECT_MISSING, ctx, Severity.ERROR)


@rule("P607", "untidy", on=PromptFlaw, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def untidy(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """A prompt holds stray white space, control characters, another Unicode form or garbled letters.

    Why: to a tokenizer they are other words than the ones you see.
    Source: our own judgement (heuristic).
    Example: two spaces, a line break, a zero-width space; "cafÃ©" for "café".
    Remedy: `datasetkit normalize`. Letters that are lost (U+FFFD) have to be written anew.
    """
    if flaw.offence is Offence.UNTIDY:
        yield Problem(f"to be tidied: {flaw.message}", fix=_rewritten(flaw))


@rule("P608", "placeholder", on=PromptFlaw, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def placeholder(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """A prompt holds what was to be filled in: `[subject description]`, `{trigger}`, `she/he`, a draft's mark.

    Why: the model would learn the placeholder.
    Source: the templates in the user guide (documented) and our own drafts.
    Example: "[subject description] in a park" → "A young woman in a park".
    Remedy: fill it in. `datasetkit normalize` resolves `she/he` where the subject says which.
    """
    if flaw.offence is Offence.PLACEHOLDER:
        fix = () if ctx.taught.inferred else _rewritten(flaw)
        yield Problem(f"to be filled in: {flaw.message}", fix=fix)


@rule("P609", "prompt-repeated", on=Dataset, severity=Severity.WARNING, basis=Basis.DOCUMENTED)
def prompt_repeated(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Several samples have one subject and background in their prompts.

    Why: they are to differ in each sample; a copied prompt describes one of two clips wrongly.
    Source: user guide (documented): different in each sample.
    Example: two lines that begin "A young woman by a brick wall."
    Remedy: describe what each clip shows.
    """
    reads = [read for read in ctx.taught.prompts if not _unfilled(read)]
    for group in repeated_subjects([read.subject for read in reads]):
        lines = [reads[index].prompt.where.line for index in group]
        where = reads[group[1]].prompt.where
        yield Problem(f"lines {names(lines)} have one subject and background", where=where)


def _unfilled(read: Read) -> bool:
    """Whether the prompt is still to be written: drafts are all alike, and P608 says so."""
    return any(flaw.offence is Offence.PLACEHOLDER for flaw in read.flaws)


@rule("P610", "shared-phrase", on=Dataset, severity=Severity.ADVICE, basis=Basis.DOCUMENTED)
def shared_phrase(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A phrase of subject or background stands in most prompts.

    Why: what all samples share, the model takes for the effect: the red dress, the white wall.
    Source: user guide (documented), on diversity; four fifths of the samples: our own threshold.
    Example: "in front of a white wall" in 18 of 20 prompts.
    Remedy: vary what the clips show, or describe it in other words where it does differ.
    """
    subjects = [read.subject for read in ctx.taught.prompts]
    for shared in shared_phrases(subjects)[:_PHRASES]:
        samples = count(shared.total, "sample") + " looked at" * (shared.total < len(subjects))
        yield Problem(f'"{shared.phrase}" is in {shared.count} of {samples}, outside the effect')


@rule("P611", "model-chatter", on=PromptFlaw, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def model_chatter(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """A prompt holds what a caption model says around its answer.

    Why: "Sure! Here is a description:" describes nothing in the clip.
    Source: our own judgement (heuristic).
    Example: "**Description:** A woman …" → "A woman …".
    Remedy: `datasetkit normalize`.
    """
    yield from _told(flaw, Offence.MODEL_CHATTER, ctx, Severity.WARNING)


@rule("S708", "effect-differs", on=Pair, severity=Severity.WARNING, basis=Basis.DOCUMENTED)
def effect_differs(pair: Pair, ctx: Context) -> Iterator[Problem]:
    """Training and validation teach different effect texts. Judged where both are given to one run.

    Why: the previews that show how training goes are made from validation prompts; another text asks for another
    effect than was taught.
    Source: user guide (documented): the rule applies to both the training set and the validation set.
    Example: the validation prompts add "while the camera slowly zooms in".
    Remedy: `datasetkit normalize` both with one `[effect]`.
    """
    difference = effect_difference(_found(pair.training), _found(pair.validation))
    if difference:
        yield Problem(f"another effect than in {pair.training_name}: {difference.diff}")


def _found(taught: Taught) -> Sequence[str]:
    return [read.found for read in taught.prompts]
