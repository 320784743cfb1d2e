"""Prompts: the effect's template, what is wrong with a prompt, and the prompt as it should read.

Pure: strings and frozen values in and out; no file is read but pyspellchecker's frequencies. Rules and commands call:

- ``effect.effect_from_table(table)`` → ``Effect(trigger, text, name, absent_in)``: ``.render(person)``,
  ``.after(subject, person)``, ``.persons``, ``.has_slots``, ``.fixed_pronouns``.
- ``normalize.normalize(prompt, effect)`` → ``Normalized(before, text, reason, note, person, subject, found, tail,
  flaws)``: ``.changed``, ``.decided``; its flaws are P601, P602, P604 to P608 and P611.
- ``taught.read_prompts(samples, effect | None)`` → ``Taught``: every prompt's subject, effect part and flaws, for lint.
- ``rewrite.rewrite(records, effect)`` → each prompt before and after, for the command.
- ``tidy.tidy(text)`` → ``Tidied(text, mends, unreadable)``: P607 and P611 without an effect.
- ``sets``: ``repeated_subjects`` (P609), ``shared_phrases`` (P610), ``effect_difference`` (S708).
- ``infer.infer(prompts)`` → ``Inference(effect | None, reason, support, judged, outliers)``.
- ``triggers``: ``diagnose_trigger`` (P603), ``suggest_triggers``. ``deployment.deployment(effect, prompts)``.
- ``worddiff.word_diff(old, new, context)``; ``placeholders.DRAFT_MARK``, the mark of a drafted prompt.

Whoever judges a prompt lives here; whoever reads or writes a dataset doesn't.
"""
