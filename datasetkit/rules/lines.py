"""Family L: the lines of data.jsonl."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import lru_cache
from unicodedata import normalize

from datasetkit import spec
from datasetkit.edits import DropLine, Edit, SetField, SetLine, StripBom
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
    Role,
    Sample,
    Video,
    Where,
)
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.shape import ShapeFault
from datasetkit.rules.wording import names, whole

_LIKENESS = 0.7  # difflib's ratio: `vidio_path` is `video_path`, but `caption` isn't `prompt`
_JSON_TYPES = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "an array",
    dict: "an object",
}


@rule("L201", "encoding", on=Annotations, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def encoding(annotations: Annotations, ctx: Context) -> Iterator[Problem]:
    """The file data.jsonl is not UTF-8, or begins with a byte order mark.

    Why: JSON is UTF-8 without a mark (RFC 8259); other bytes arrive as other letters, or not at all.
    Source: the user guide's files are plain UTF-8 (documented).
    Example: a file saved by Notepad as "UTF-16 LE", or "UTF-8 with BOM".
    Remedy: save it as UTF-8. A byte order mark alone is left out by `datasetkit build`.
    """
    if annotations.bom:
        yield Problem("the file begins with a byte order mark (BOM)", mended=True, fix=(StripBom(),))
    for line in ctx.dataset.lines:
        if isinstance(line, BrokenLine) and line.flaw is Flaw.ENCODING:
            yield Problem(line.message, where=line.where, fix=_meant_line(line))


@rule("L202", "not-json", on=BrokenLine, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def not_json(line: BrokenLine, ctx: Context) -> Iterator[Problem]:
    """A line is not JSON.

    Why: each line must be one JSON object, whole, on one line; the platform reads the file line by line.
    Source: user guide (documented). Its own validation example ends in a comma, which JSON forbids.
    Example: `{"prompt": "…", "first_frame_path": "a.jpg",}` → the same without the last comma.
    Remedy: mend the line at the column named.
    """
    if line.flaw is Flaw.NOT_JSON:
        column = f"column {line.column:,}: " if line.column else ""
        yield Problem(column + line.message, fix=_meant_line(line))


def _meant_line(line: BrokenLine) -> tuple[Edit, ...]:
    if line.meant is None or line.where.line is None:
        return ()
    return (SetLine(line.where.line, line.meant, line.last),)


@rule("L203", "blank-line", on=Annotations, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def blank_line(annotations: Annotations, ctx: Context) -> Iterator[Problem]:
    """There are blank lines between the records.

    Why: a reader that takes each line for JSON stumbles over a blank one.
    Source: our own judgement (heuristic). A line break at the end of the file is as it should be.
    Example: a record, an empty line, a record → a record, a record.
    Remedy: nothing to do on a folder: `datasetkit build` leaves them out.
    """
    if annotations.blank:
        lines = "line is" if len(annotations.blank) == 1 else "lines are"
        where = Where(annotations.path, annotations.blank[0])
        fix = tuple(DropLine(line) for line in annotations.blank)
        message = f"{len(annotations.blank):,} {lines} blank: {names(annotations.blank)}"
        yield Problem(message, where, mended=True, fix=fix)


@rule("L204", "duplicate-key", on=Sample, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def duplicate_key(sample: Sample, ctx: Context) -> Iterator[Problem]:
    """A line gives one field twice.

    Why: which of the two counts is up to the reader (RFC 8259, section 4).
    Source: our own judgement (heuristic).
    Example: `{"prompt": "a", "prompt": "b", …}` → `{"prompt": "b", …}`.
    Remedy: keep the one that is meant.
    """
    if sample.repeated:
        yield Problem(f"given more than once in this line: {names(sample.repeated)}")


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
    """A line lacks a field, or misspells it.

    Why: the sample can't be used without it. (A missing `last_frame_path` is L212: it decides the kind.)
    Source: user guide (documented): the fields of each kind and role.
    Example: `{"prompt": "…", "vidio_path": "a.mp4", …}` → `video_path`.
    Remedy: add the field, or mend its name.
    """
    if fault.keyword == "required" and fault.field != "last_frame_path":
        yield Problem(f"{fault.field} is missing{_misspelt(fault)}")


def _misspelt(fault: ShapeFault) -> str:
    near = next((name for name in fault.record if _meant(name) == fault.field), None)
    return f", but {near} is there: is it meant?" if near else ""


@lru_cache(256)  # a misspelling is often in every line
def _meant(name: str) -> str | None:
    """The known field that an unknown one resembles; None for a known one."""
    known = spec.fields(Kind.KF2V, Role.TRAINING)
    if name in known:
        return None
    return next(iter(get_close_matches(name.lower(), known, 1, _LIKENESS)), None)


@rule("L207", "wrong-type", on=ShapeFault, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def wrong_type(fault: ShapeFault, ctx: Context) -> Iterator[Problem]:
    r"""A field holds something else than text, or no text that can be stored.

    Why: every field is a string. Half a surrogate pair (`\ud83d` alone) can't be written as UTF-8.
    Source: user guide (documented); white space alone and lone surrogates are our own judgement.
    Example: `"prompt": ["a", "b"]`, `"prompt": ""` → `"prompt": "a, b"`.
    Remedy: write the text in.
    """
    if fault.keyword == "type":
        yield Problem(f"{fault.field} is {_JSON_TYPES[type(fault.value)]}, not text")
    elif fault.keyword == "pattern" and fault.value == "":
        yield Problem(f"{fault.field} is empty")
    elif fault.keyword == "pattern" and str(fault.value).isspace():
        yield Problem(f"{fault.field} is only white space")
    elif fault.keyword == "pattern":
        yield Problem(f"{fault.field} holds half a surrogate pair, which UTF-8 can't hold")


@rule("L208", "unknown-field", on=ShapeFault, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def unknown_field(fault: ShapeFault, ctx: Context) -> Iterator[Problem]:
    """A line has a field that the platform doesn't know.

    Why: it is not documented whether such a field is refused or overlooked; or it is a known one, misspelt.
    (Where it stands in for a missing field, that is L206.)
    Source: our own judgement (heuristic).
    Example: `"note": "retake"`.
    Remedy: nothing to do on a folder: `datasetkit build` leaves it out, unless it may be a misspelling.
    """
    if fault.keyword != "additionalProperties" or fault.field in ("last_frame_path", "video_path"):
        return
    meant = _meant(fault.field)
    if meant is None:
        yield Problem(f"{fault.field} is not a field of {_shape(ctx)} lines", mended=True)
    elif meant in fault.record or meant not in spec.fields(ctx.assumed.kind, ctx.assumed.role):
        yield Problem(f"{fault.field} is not a field of {_shape(ctx)} lines: is {meant} meant?")


def _shape(ctx: Context) -> str:
    return f"{ctx.assumed.kind} {ctx.assumed.role}"


@rule("L209", "file-not-found", on=Missing, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def file_not_found(missing: Missing, ctx: Context) -> Iterator[Problem]:
    """A line names a file that isn't there.

    Why: the sample can't be used without it. Names are told apart by case, extension and Unicode form.
    Source: user guide (documented). Its own example has `image_1.jpeg` in the folder, `.jpg` in the line.
    Example: `"first_frame_path": "image_9.jpeg"` where the file is `image_9.jpg`.
    Remedy: mend the name in the line, or add the file.
    """
    path = missing.path if missing.path == missing.path.strip() else repr(missing.path)  # else the space isn't seen
    if missing.near:
        verb = "is" if len(missing.near) == 1 else "are"
        alike = normalize("NFC", missing.near[0]) == normalize("NFC", missing.path)
        form = ", in another Unicode form" if alike else ""  # else both names look the same
        fix = _renamed(ctx.missing.get(missing.path, ()), missing.near[0]) if len(missing.near) == 1 else ()
        yield Problem(f"{path} is not there, but {names(missing.near)} {verb}{form}", fix=fix)
    else:
        yield Problem(f"there is no file {path}" if path else "the path names the folder itself, not a file in it")


def _renamed(places: Sequence[Where], path: str) -> tuple[Edit, ...]:
    return tuple(SetField(place.line, place.field, path) for place in places if place.line and place.field)


@rule("L210", "path-form", on=Reference, severity=Severity.ERROR, basis=Basis.CLIENT)
def path_form(reference: Reference, ctx: Context) -> Iterator[Problem]:
    r"""A path is absolute or leaves the folder, or is written in a way that only some readers take.

    Why: a zip has no other folder to look in, and its names have plain forward slashes: `./a.jpg`, `a//b.jpg`
    and `a\b.jpg` may not be found.
    Source: the platform's client (client-observed).
    Example: `/home/me/a.jpg` → `a.jpg` beside data.jsonl; `image\a.jpg` → `image/a.jpg`.
    Remedy: move the file into the folder. Mere spelling is put right by `datasetkit build`.
    """
    parts = reference.written.split("/")
    if isinstance(reference.medium, Outside):
        yield Problem(f"{reference.written} leads out of the folder that holds {ctx.limits.annotations_name}")
    elif reference.medium.path and ("\\" in reference.written or not {".", "..", ""}.isdisjoint(parts)):
        better = f"{reference.written} is better written {reference.medium.path}"
        fix = _renamed((reference.where,), reference.medium.path)
        yield Problem(better, severity=Severity.WARNING, mended=True, fix=fix)


@rule("L211", "duplicate-sample", on=Dataset, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def duplicate_sample(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Two samples have the same clip, by name or byte for byte.

    Why: the clip counts twice in training, under two prompts.
    Source: our own judgement (heuristic).
    Example: `video_7.mp4`, a copy of `video_1.mp4`.
    Remedy: remove one of the two lines.
    """
    first: dict[str, Reference] = {}
    for reference in (r for s in dataset.samples for r in s.references if r.where.field == "video_path"):
        clip = reference.medium
        if not isinstance(clip, Video):
            continue
        key = clip.digest or clip.path  # clips of one path have one digest
        earlier = first.setdefault(key, reference)
        if earlier is not reference:
            same = "is also" if earlier.medium.path == clip.path else f"holds the same bytes as {earlier.medium.path},"
            yield Problem(f"{clip.path} {same} the clip of line {earlier.where.line}", where=reference.where)


@rule("L212", "wrong-kind", on=ShapeFault, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def wrong_kind(fault: ShapeFault, ctx: Context) -> Iterator[Problem]:
    """A line is of another kind or role than the set.

    Why: i2v takes a first frame, kf2v a first and a last one, and a set is of one kind.
    Validation lines have no clip.
    Source: user guide (documented).
    Example: five lines with `last_frame_path` and one without.
    Remedy: mend the line, or say what the set is: `--kind`, `--role`.
    """
    judged = f"this is judged as {'an' if ctx.assumed.kind is Kind.I2V else 'a'} {_shape(ctx)} set"
    if fault.keyword == "required" and fault.field == "last_frame_path":
        yield Problem(f"last_frame_path is missing{_misspelt(fault)}; {judged} ({ctx.assumed.kind_from})")
    elif fault.keyword == "additionalProperties" and fault.field == "last_frame_path":
        severity = Severity.ERROR if ctx.assumed.mixed else Severity.WARNING
        message = f"last_frame_path has no place here: {judged} ({ctx.assumed.kind_from})"
        yield Problem(message, severity=severity)
    elif fault.keyword == "additionalProperties" and fault.field == "video_path":
        message = f"video_path has no place here: {judged} ({ctx.assumed.role_from})"
        yield Problem(message, severity=Severity.WARNING)


@rule("L213", "kind-not-trained", on=Dataset, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def kind_not_trained(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """The model that was named doesn't train this kind of set.

    Why: the job would be refused, or would not see the last frames.
    Source: user guide and later pages (documented): `datasetkit models` shows the kinds of each model.
    Example: a set with `last_frame_path` for wan2.2-i2v-flash → wan2.2-kf2v-flash.
    Remedy: choose another model, or mend the lines.
    """
    kind = ctx.assumed.kind
    for model in ctx.models if dataset.annotations else ():
        if kind not in model.kinds:
            able = whole([other.id for other in spec.models() if kind in other.kinds])
            message = f"{model.id} does not train {kind} ({ctx.assumed.kind_from}), but {able}"
            yield Problem(f"{message} {'does' if ' and ' not in able else 'do'}")
