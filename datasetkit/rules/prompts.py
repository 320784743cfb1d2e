"""Family P: the prompts and the effect that they teach; and S708, which compares two sets.

The flaws are the normalizer's own, so that the two can't disagree. An inferred effect causes warnings at most.
"""

from __future__ import annotations

from collections.abc import Iterator

from datasetkit.edits import Edit, SetField
from datasetkit.findings import Basis, Problem, Severity
from datasetkit.model import Dataset, Sample, Where
from datasetkit.prompts.review import GENERAL, FlawType, PromptFlaw
from datasetkit.prompts.sets import effect_difference, repeated_subjects, shared_phrases
from datasetkit.prompts.template import media_of
from datasetkit.rules.registry import Context, DatasetPair, rule
from datasetkit.rules.wording import count, names

_PHRASES = 3  # shared phrases that are reported; a set of one subject in one place shares dozens


def _problem(flaw: PromptFlaw, flaw_type: FlawType, ctx: Context, severity: Severity) -> Iterator[Problem]:
    """The flaw as a problem if it is of this type; at most a warning if the effect was inferred."""
    if flaw.type is not flaw_type:
        return
    inferred = ctx.review.inferred and flaw_type not in GENERAL
    message = f"{flaw.message} (effect inferred)" if inferred else flaw.message
    fix = () if inferred else _rewritten(flaw)
    severity = min(severity, Severity.WARNING) if inferred or flaw.where == Where("") else severity
    yield Problem(message, severity=severity, fix=fix)


def _rewritten(flaw: PromptFlaw) -> tuple[Edit, ...]:
    return (SetField(flaw.where.line, "prompt", flaw.text),) if flaw.fixed and flaw.where.line and flaw.text else ()


@rule("P601", "trigger-missing", on=PromptFlaw, severity=Severity.ERROR, basis=Basis.DOCUMENTED, needs="prompts")
def trigger_missing(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """A prompt lacks the trigger word. If no prompt in the set has one, there is a single warning for the set.

    Why: the model learns that the trigger stands for the effect. A clip that shows the effect without the word teaches
    that the word isn't needed.
    Source: user guide (documented): the same effect text in all samples that contain the effect.
    Example: "Then the money rain effect begins" → "Then the s86b5p money rain effect begins".
    Remedy: `datasetkit normalize` adds the trigger where it recognises the effect text; `normalize --append` adds the
    effect text where there is none. List a sample that lacks the effect on purpose in `[effect] absent_in`. Where no
    effect is declared, `datasetkit effect PATH --trigger WORD --text TEXT --write` declares it.
    """
    yield from _problem(flaw, FlawType.TRIGGER_MISSING, ctx, Severity.ERROR)


@rule("P602", "trigger-spelling", on=PromptFlaw, severity=Severity.ERROR, basis=Basis.DOCUMENTED, needs="prompts")
def trigger_spelling(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """The trigger is spelled differently: other capitals, spaces, look-alike letters, glued to a word.

    Why: to the model `S86B5P` and `s86 b5p` are not the same word as `s86b5p`.
    Source: user guide (documented): one trigger word, the same everywhere.
    Example: `S86B5P money rain` → `s86b5p money rain`.
    Remedy: `datasetkit normalize`.
    """
    yield from _problem(flaw, FlawType.TRIGGER_SPELLING, ctx, Severity.ERROR)


@rule("P603", "trigger-common", on=Dataset, severity=Severity.WARNING, basis=Basis.DOCUMENTED, needs="prompts")
def trigger_common(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """The trigger is not a rare word.

    Why: the model knows what "fire" means. Training has to overcome that, and "fire" in any prompt will trigger the
    effect.
    Source: user guide (documented): a combination without meaning, no common words. How common a word is: counts
    of film subtitles, and a short list of well-known triggers.
    Example: `fire` → `s86b5p`.
    Remedy: choose a word without meaning: `datasetkit effect --suggest 5`.
    """
    from datasetkit.prompts.doctor import diagnose_trigger, suggest_triggers

    effect = ctx.review.effect
    diagnosis = diagnose_trigger(effect.trigger) if effect else None
    if diagnosis and not diagnosis.good:
        yield Problem(f"{diagnosis.message} Use a rare one, such as {suggest_triggers(1, seed=0)[0]}.")


@rule("P604", "effect-drift", on=PromptFlaw, severity=Severity.WARNING, basis=Basis.DOCUMENTED, needs="prompts")
def effect_drift(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """A prompt's effect text differs from the declared one, or other words follow it.

    Why: the model treats wording that varies as not part of the effect.
    Source: user guide (documented): the second half of the prompt is uniformly written.
    Example: "…continue to fall while the camera zooms in, she…" → "…continue to fall, she…".
    Remedy: `datasetkit normalize`. Move words after the effect to the subject or background, or delete them.
    """
    yield from _problem(flaw, FlawType.EFFECT_DRIFT, ctx, Severity.WARNING)


@rule("P605", "pronoun", on=PromptFlaw, severity=Severity.WARNING, basis=Basis.DOCUMENTED, needs="prompts")
def pronoun(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """A pronoun in the effect text doesn't follow the subject.

    Why: "a man … surrounding her" teaches the model that somebody else is in the picture.
    Source: user guide (documented): only the pronouns differ between its samples.
    Example: "A man in a suit … densely hitting and surrounding her." → "… him."
    Remedy: `datasetkit normalize`. Where it can't tell, say who the subject is in `[effect.persons]`.
    """
    yield from _problem(flaw, FlawType.PRONOUN, ctx, Severity.WARNING)


@rule("P606", "subject-missing", on=PromptFlaw, severity=Severity.ERROR, basis=Basis.DOCUMENTED, needs="prompts")
def subject_missing(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """Nothing but the effect is in the prompt: it describes neither subject nor background.

    Why: without them the model learns the person and the place as part of the effect.
    Source: user guide (documented): subject and background are required.
    Example: "Then the s86b5p money rain effect begins, …" → "A young woman by a brick wall. Then the …".
    Remedy: describe what the first frame shows.
    """
    yield from _problem(flaw, FlawType.SUBJECT_MISSING, ctx, Severity.ERROR)


@rule("P607", "untidy", on=PromptFlaw, severity=Severity.ADVICE, basis=Basis.HEURISTIC, needs="prompts")
def untidy(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """A prompt contains stray white space, control characters, unusual Unicode forms or garbled letters.

    Why: the model's tokenizer sees different words from the ones you see.
    Source: our own judgement (heuristic).
    Example: two spaces, a line break, a zero-width space; "cafÃ©" for "café".
    Remedy: `datasetkit normalize`. Retype any lost letters (U+FFFD).
    """
    yield from _problem(flaw, FlawType.UNTIDY, ctx, Severity.ADVICE)


@rule("P608", "placeholder", on=PromptFlaw, severity=Severity.ERROR, basis=Basis.DOCUMENTED, needs="prompts")
def placeholder(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """A prompt has a blank that nobody filled in: `[subject description]`, `{trigger}`, `she/he`, a draft's note.

    Why: the model would learn the placeholder.
    Source: the templates in the user guide (documented) and our own drafts.
    Example: "[subject description] in a park" → "A young woman in a park".
    Remedy: fill it in. `datasetkit normalize` resolves `she/he` where the subject says which.
    """
    yield from _problem(flaw, FlawType.PLACEHOLDER, ctx, Severity.ERROR)


@rule("P609", "prompt-repeated", on=Dataset, severity=Severity.WARNING, basis=Basis.DOCUMENTED, needs="prompts")
def prompt_repeated(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Several samples have the same subject and background in their prompts.

    Why: each sample needs its own; a copied prompt is wrong for at least one of the clips.
    Source: user guide (documented): different in each sample.
    Example: two lines that begin "A young woman by a brick wall."
    Remedy: describe what each clip shows.
    """
    # drafts are all alike, and P608 reports them
    written = [p for p in ctx.review.prompts if all(flaw.type is not FlawType.PLACEHOLDER for flaw in p.flaws)]
    for group in repeated_subjects([reviewed.result.subject for reviewed in written]):
        lines = [written[index].prompt.where.line for index in group]
        where = written[group[1]].prompt.where
        yield Problem(f"lines {names(lines)} have the same subject and background", where=where)


@rule("P610", "shared-phrase", on=Dataset, severity=Severity.ADVICE, basis=Basis.DOCUMENTED, needs="prompts")
def shared_phrase(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Most prompts share a phrase of subject or background.

    Why: the model learns whatever all samples share as the effect: the red dress, the white wall.
    Source: user guide (documented), on diversity; four fifths of the samples: our own threshold.
    Example: "in front of a white wall" in 18 of 20 prompts.
    Remedy: vary what the clips show, or describe it in other words where it does differ.
    """
    subjects = [reviewed.result.subject for reviewed in ctx.review.prompts]
    for shared in shared_phrases(subjects)[:_PHRASES]:
        samples = count(shared.total, "sample") + " looked at" * (shared.total < len(subjects))
        yield Problem(f'"{shared.phrase}" is in {shared.count} of {samples}, outside the effect')


@rule("P611", "model-chatter", on=PromptFlaw, severity=Severity.WARNING, basis=Basis.HEURISTIC, needs="prompts")
def model_chatter(flaw: PromptFlaw, ctx: Context) -> Iterator[Problem]:
    """A prompt contains a caption model's small talk, not just the caption.

    Why: "Sure! Here is a description:" describes nothing in the clip.
    Source: our own judgement (heuristic).
    Example: "**Description:** A woman …" → "A woman …".
    Remedy: `datasetkit normalize`.
    """
    yield from _problem(flaw, FlawType.MODEL_CHATTER, ctx, Severity.WARNING)


@rule("P612", "caption-unreviewed", on=Sample, severity=Severity.ADVICE, basis=Basis.DOCUMENTED)
def caption_unreviewed(sample: Sample, ctx: Context) -> Iterator[Problem]:
    """A caption that a model wrote and nobody has accepted. Reported only where a captions journal says so.

    Why: models see things that aren't there. What the caption says and the clip doesn't show is learned all the same.
    Source: user guide (documented): check by hand that subject and background match the clip.
    Example: "a silver necklace" on a woman who wears none.
    Remedy: compare the caption with its clip. Correct it in data.jsonl, or accept it with
    `datasetkit caption PATH --accept`.
    """
    caption = next(
        (ctx.dataset.unreviewed[path] for path in media_of(sample.record) if path in ctx.dataset.unreviewed), ""
    )
    if caption and sample.prompt and sample.prompt.text.startswith(caption):
        yield Problem("a model wrote this caption, and nobody has accepted it yet", where=sample.prompt.where)


@rule("S708", "effect-differs", on=DatasetPair, severity=Severity.WARNING, basis=Basis.DOCUMENTED, needs="prompts")
def effect_differs(pair: DatasetPair, ctx: Context) -> Iterator[Problem]:
    """The training set and the validation set have different effect texts. Checked only if `lint` is given both.

    Why: the previews that show how training goes are made from validation prompts. With another text they ask for an
    effect that was not taught.
    Source: user guide (documented): the rule applies to both the training set and the validation set.
    Example: the validation prompts add "while the camera slowly zooms in".
    Remedy: `datasetkit normalize` both with one `[effect]`.
    """
    reviews = pair.training_review, pair.validation_review
    if difference := effect_difference(*([p.result.found for p in review.prompts] for review in reviews)):
        yield Problem(f"the effect differs from {pair.training.name}: {difference}")
