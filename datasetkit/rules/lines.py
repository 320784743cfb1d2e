"""Family L: the lines of data.jsonl."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from unicodedata import normalize

from datasetkit import spec
from datasetkit.edits import DropLine, Edit, SetField, SetLine, StripBom
from datasetkit.errors import nearest
from datasetkit.findings import Basis, Problem, Severity
from datasetkit.model import (
    Annotations,
    BrokenLine,
    Dataset,
    Flaw,
    Kind,
    Missing,
    Outside,
    Reference,
    Sample,
    Video,
    Where,
)
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.shape import ShapeFault
from datasetkit.rules.wording import names, series

_LIKENESS = 0.7  # difflib's ratio: `vidio_path` is `video_path`, but `captain` isn't `prompt`
_VALUE = 40  # characters of a wrong value that a message shows


@rule("L201", "encoding", on=Annotations, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def encoding(annotations: Annotations, ctx: Context) -> Iterator[Problem]:
    """The file data.jsonl is not UTF-8, or begins with a byte order mark.

    Why: JSON is UTF-8 without a mark (RFC 8259). Other encodings show up as garbled text, or can't be read at all.
    Source: the user guide's files are plain UTF-8 (documented).
    Example: a file saved by Notepad as "UTF-16 LE" or "UTF-8 with BOM".
    Remedy: save it as UTF-8. `datasetkit build` removes a byte order mark.
    """
    if annotations.bom:
        yield Problem("the file begins with a byte order mark (BOM)", fixed_by_build=True, fix=(StripBom(),))
    for line in ctx.dataset.lines:
        if isinstance(line, BrokenLine) and line.flaw is Flaw.ENCODING:
            yield Problem(line.message, where=line.where, fix=_corrected(line))


@rule("L202", "not-json", on=BrokenLine, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def not_json(line: BrokenLine, ctx: Context) -> Iterator[Problem]:
    """A line is not JSON.

    Why: each line must hold one complete JSON object. The platform reads the file line by line.
    Source: user guide (documented). Its own validation example ends in a comma, which JSON doesn't allow.
    Example: `{"prompt": "…", "first_frame_path": "a.jpg",}` → the same without the last comma.
    Remedy: correct the line at the column given.
    """
    if line.flaw is Flaw.NOT_JSON:
        column = f"column {line.column:,}: " if line.column else ""
        yield Problem(column + line.message, fix=_corrected(line))


def _corrected(line: BrokenLine) -> tuple[Edit, ...]:
    if line.corrected is None or line.where.line is None:
        return ()
    return (SetLine(line.where.line, line.corrected, line.last),)


@rule("L203", "blank-line", on=Annotations, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def blank_line(annotations: Annotations, ctx: Context) -> Iterator[Problem]:
    """There are blank lines between the records.

    Why: a program that expects JSON on every line stops at a blank one.
    Source: our own judgement (heuristic). A line break at the end of the file is fine.
    Example: a record, an empty line, a record → a record, a record.
    Remedy: in a folder you needn't do anything: `datasetkit build` removes them. For a zip, run `build` on it.
    """
    if blank := annotations.blank:
        fix = tuple(map(DropLine, blank))
        message = f"line {blank[0]} is blank" if len(blank) == 1 else f"lines {names(blank)} are blank"
        yield Problem(message, Where(annotations.path, blank[0]), fixed_by_build=True, fix=fix)


@rule("L204", "duplicate-key", on=Sample, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def duplicate_key(sample: Sample, ctx: Context) -> Iterator[Problem]:
    """A line has the same field twice.

    Why: which of the two is used depends on the program (RFC 8259, section 4).
    Source: our own judgement (heuristic).
    Example: `{"prompt": "a", "prompt": "b", …}` → `{"prompt": "b", …}`.
    Remedy: keep the one you want.
    """
    if sample.repeated:
        fields = names([f'"{name}"' for name in sample.repeated])
        yield Problem(f"this line has {fields} more than once; keep one")


@rule("L205", "not-a-record", on=BrokenLine, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def not_a_record(line: BrokenLine, ctx: Context) -> Iterator[Problem]:
    """A line is JSON, but not an object.

    Why: a record is an object with named fields.
    Source: user guide (documented).
    Example: `["a prompt", "a.jpg"]` → `{"prompt": "a prompt", "first_frame_path": "a.jpg"}`.
    Remedy: write the line as an object.
    """
    if line.flaw is Flaw.NOT_A_RECORD:
        yield Problem(line.message)


@rule("L206", "missing-field", on=ShapeFault, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def missing_field(fault: ShapeFault, ctx: Context) -> Iterator[Problem]:
    """A line lacks a field, or has it under another name.

    Why: the sample can't be used without it. (A missing `last_frame_path` is L212: it decides the kind.)
    Source: user guide (documented): the fields of each kind and role.
    Example: `{"prompt": "…", "vidio_path": "a.mp4", …}` → `video_path`.
    Remedy: add the field, or correct its name.
    """
    if fault.keyword == "required" and fault.field != "last_frame_path":
        yield Problem(f"{fault.field} is missing{_other_name(fault)}")


def _other_name(fault: ShapeFault) -> str:
    """A question about the field of the line that seems to be the missing one."""
    other = next((name for name in fault.record if _intended(name, fault.record) == fault.field), None)
    return f', but the line has "{other}". Did you mean "{fault.field}"?' if other else ""


def _intended(name: str, record: Mapping[str, object]) -> str | None:
    """The known field that an unknown one is another word for, if the line lacks it, or a misspelling of."""
    words = spec.limits().field_names.items()
    field = next((field for field, others in words if name.casefold() in others and field not in record), None)
    return field or _misspelt(name)


@lru_cache(256)  # a misspelling is often in every line
def _misspelt(name: str) -> str | None:
    known = spec.limits().field_names
    return None if name in known else nearest(name, known, _LIKENESS)


@rule("L207", "wrong-type", on=ShapeFault, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def wrong_type(fault: ShapeFault, ctx: Context) -> Iterator[Problem]:
    r"""A field holds something other than text, is blank, or has text that can't be saved as UTF-8.

    Why: every field is a string. Half a surrogate pair (`\ud83d` alone) can't be written as UTF-8.
    Source: user guide (documented). That white space and lone surrogates are wrong is our own judgement.
    Example: `"prompt": ["a", "b"]` → `"prompt": "a, b"`. Or an empty prompt: `"prompt": ""`.
    Remedy: write the text as one string.
    """
    if fault.keyword == "type":
        value = json.dumps(fault.value, ensure_ascii=False)
        shown = value if len(value) <= _VALUE else f"{value[:_VALUE]}…"
        yield Problem(f"{fault.field} must be text, but is {shown}")
    elif fault.keyword == "pattern":
        blank = "is only white space" if fault.value else "is empty"
        lone = "contains half a surrogate pair, which UTF-8 can't store"
        yield Problem(f"{fault.field} {lone if str(fault.value).strip() else blank}")


@rule("L208", "unknown-field", on=ShapeFault, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def unknown_field(fault: ShapeFault, ctx: Context) -> Iterator[Problem]:
    """A line has a field that the platform doesn't know.

    Why: whether the platform refuses or ignores it is not documented. If it looks like
    a misspelt required field, L206 reports it instead.
    Source: our own judgement (heuristic).
    Example: `"note": "retake"`.
    Remedy: if it may be a misspelling, correct it. Otherwise do nothing: `datasetkit build` leaves it out.
    """
    if fault.keyword != "additionalProperties" or fault.field in ("last_frame_path", "video_path"):
        return
    intended = _intended(fault.field, fault.record)
    message = f"{fault.field} is not a field of {_shape(ctx)} lines"
    if intended is None:
        yield Problem(message, fixed_by_build=True)
    elif intended in fault.record or intended not in spec.fields(ctx.assumed.kind, ctx.assumed.role):
        yield Problem(f'{message}. Did you mean "{intended}"?')


def _shape(ctx: Context) -> str:
    return f"{ctx.assumed.kind} {ctx.assumed.role}"


@rule("L209", "file-not-found", on=Missing, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def file_not_found(missing: Missing, ctx: Context) -> Iterator[Problem]:
    """A line names a file that doesn't exist.

    Why: the sample can't be used without it. Case, extension and accents (Unicode form) must match exactly.
    Source: user guide (documented). Its own example has `image_1.jpeg` in the folder, `.jpg` in the line.
    Example: `"first_frame_path": "image_9.jpeg"` where the file is `image_9.jpg`.
    Remedy: correct the name in the line, or add the file.
    """
    path, near = missing.path, missing.near
    shown = path if path == path.strip() else repr(path)  # else nobody sees the space
    unseen = bool(near) and normalize("NFC", near[0]) == normalize("NFC", path)  # both names look the same
    message = f"there is no file {shown}" if path else "the path names the folder itself, not a file in it"
    fix = _renamed(ctx.missing.get(path, ()), near)
    yield Problem(message + _or_rather(near) + " (another Unicode form)" * unseen, fix=fix, data={"near": near})


def _or_rather(near: tuple[str, ...]) -> str:
    return f"; did you mean {names(near, 'or')}?" if near else ""


def _renamed(places: Iterable[Where], near: tuple[str, ...]) -> tuple[Edit, ...]:
    """The edits that write a path into the lines, where only one can be meant."""
    if len(near) != 1:
        return ()
    return tuple(SetField(place.line, place.field, near[0]) for place in places if place.line and place.field)


@rule("L210", "path-form", on=Reference, severity=Severity.ERROR, basis=Basis.CLIENT)
def path_form(reference: Reference, ctx: Context) -> Iterator[Problem]:
    r"""A path is absolute or leaves the folder, or is written in a way that only some programs accept.

    Why: a zip has no other folder to look in. Names such as `./a.jpg`, `a//b.jpg` and `a\b.jpg` may not be found.
    Source: the platform's client (client-observed).
    Example: `/home/me/a.jpg` → `a.jpg` beside data.jsonl; `image\a.jpg` → `image/a.jpg`.
    Remedy: move the file into the folder. `datasetkit build` corrects the spelling of paths inside the folder.
    """
    written, medium = reference.written, reference.medium
    if isinstance(medium, Outside):
        fix = _renamed((reference.where,), medium.near)
        outside = "points outside the dataset's folder"
        if "://" in written:
            outside = "is a URL; download the file into the dataset's folder and write its name"
        message = f"{written} {outside}{_or_rather(medium.near)}"
        yield Problem(message, fix=fix, data={"near": medium.near})
    elif medium.path and ("\\" in written or not {".", "..", ""}.isdisjoint(written.split("/"))):
        fix = _renamed((reference.where,), (medium.path,))
        yield Problem(f"write {medium.path}, not {written}", severity=Severity.WARNING, fixed_by_build=True, fix=fix)


@rule("L211", "duplicate-sample", on=Dataset, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def duplicate_sample(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Two samples have the same clip: the same file, or the same bytes.

    Why: the clip counts twice in training, with two prompts.
    Source: our own judgement (heuristic).
    Example: `video_7.mp4`, a copy of `video_1.mp4`.
    Remedy: remove one of the two lines.
    """
    first: dict[str, Reference] = {}
    for reference in dataset.references:
        clip = reference.medium
        key = (clip.digest or clip.path) if isinstance(clip, Video) else ""  # clips of one path have one digest
        earlier = first.setdefault(key, reference) if key else reference
        if earlier is not reference:
            same = "is also" if earlier.medium.path == clip.path else f"has the same content as {earlier.medium.path},"
            message = f"{clip.path} {same} the clip of line {earlier.where.line}"
            yield Problem(message, where=reference.where, data={"like": earlier.medium.path})


@rule("L212", "wrong-kind", on=ShapeFault, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def wrong_kind(fault: ShapeFault, ctx: Context) -> Iterator[Problem]:
    """A line doesn't match the kind or role of the set.

    Why: i2v needs a first frame, kf2v a first and a last one. All lines of a set must be of the same kind. Validation
    lines have no clip.
    Source: user guide (documented).
    Example: five lines with `last_frame_path` and one without.
    Remedy: correct the line, or say what the set is with `--kind` or `--role`.
    """
    origin = {"last_frame_path": ctx.assumed.kind_from, "video_path": ctx.assumed.role_from}.get(fault.field)
    treated = f"the set is treated as {_shape(ctx)} ({origin})"
    if fault.keyword == "required" and fault.field == "last_frame_path":
        yield Problem(f"{fault.field} is missing{_other_name(fault)}; {treated}")
    elif fault.keyword == "additionalProperties" and origin:
        mixed = fault.field == "last_frame_path" and ctx.assumed.mixed
        severity = Severity.ERROR if mixed else Severity.WARNING
        yield Problem(f"{fault.field} doesn't belong here: {treated}", severity=severity)


@rule("L213", "kind-not-trained", on=Dataset, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def kind_not_trained(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """The chosen model can't be trained on this kind of set.

    Why: the job would be refused, or would ignore the last frames.
    Source: user guide and newer pages (documented). `datasetkit models` shows the kinds of each model.
    Example: a set with `last_frame_path` for wan2.2-i2v-flash → wan2.2-kf2v-flash.
    Remedy: choose another model, or correct the lines.
    """
    kind = ctx.assumed.kind
    for model in ctx.models if dataset.annotations else ():
        if kind not in model.kinds:
            able = series((other.id for other in spec.models() if kind in other.kinds), "or")
            is_set = f"this is {'an' if kind is Kind.I2V else 'a'} {kind} set ({ctx.assumed.kind_from})"
            yield Problem(f"{is_set}, but {model.id} can't be trained on one; use {able}")
