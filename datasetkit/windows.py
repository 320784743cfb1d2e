"""cuts.csv: which parts of which clips become samples, as people and commands write it. Pure."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath

from datasetkit import spec

NAME = "cuts.csv"
COLUMNS = ("clip", "start", "seconds", "name", "keep", "reason")
_OPTIONAL = "reason"
_DELIMITERS = ",;\t"  # spreadsheets write the list separator of their language
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{0,30})?|\.[0-9]{1,30}")
_COMMA = re.compile(r"[0-9]+,[0-9]+")
_DECIMALS = 6
_KEEP = {"": True, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_LONGEST_STEM = 50  # letters of a name that is derived from one that files can't have
_QUOTED = re.compile(r'[,"\r\n]')


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a clip that becomes a sample.

    ``clip`` is its path in the folder that is cut, with ``/``; ``start`` and ``seconds`` are seconds of the clip as
    played. ``name`` is the sample's, unique in the file whatever its case. Without ``keep`` it is left out.
    """

    clip: str
    start: Fraction
    seconds: Fraction
    name: str
    keep: bool = True
    reason: str = ""

    @property
    def end(self) -> Fraction:
        """The second of the clip at which it is over."""
        return self.start + self.seconds


@dataclass(frozen=True, slots=True)
class WindowFault:
    """A row that can't be used, and why; ``line`` is where it begins, counted from 1. Line 1 stands for the file."""

    line: int
    reason: str


Cells = Mapping[str, str]


def parse(text: str) -> tuple[tuple[Window, ...], tuple[WindowFault, ...]]:
    """The windows of a cuts.csv, and the rows that can't be used.

    Numbers are rounded to microseconds. The separator may also be a semicolon or a tab. Without all the columns there
    are no windows.
    """
    if len(text) > spec.limits().cuts_bytes:
        return (), (WindowFault(1, f"is larger than {spec.limits().cuts_bytes / 1e6:,.0f} MB"),)
    windows: list[Window] = []
    faults: list[WindowFault] = []
    lines: dict[str, int] = {}  # of each name
    for line, row in _rows(text.removeprefix("\ufeff")):
        found = row if isinstance(row, str) else _window(row)
        if isinstance(found, Window) and (first := lines.setdefault(name_key(found.name), line)) != line:
            found = f'line {first} is called "{found.name}" too; give each sample its own name'
        if isinstance(found, Window):
            windows.append(found)
        else:
            faults.append(WindowFault(line, found))
    return tuple(windows), tuple(faults)


def render(windows: Iterable[Window]) -> str:
    """The text of a cuts.csv with these windows; `parse` reads the same windows from it."""
    rows = ((one.clip, _decimal(one.start), _decimal(one.seconds), one.name, one.keep, one.reason) for one in windows)
    cells = ((clip, start, length, name, "yes" if keep else "no", why) for clip, start, length, name, keep, why in rows)
    return "".join(",".join(map(_cell, row)) + "\n" for row in (COLUMNS, *cells))


def fault_of_name(name: str) -> str:
    """Why files can't have this name on every usual system; empty if they can."""
    limits = spec.limits()
    if not name:
        return "the name is empty"
    if len(name.encode("utf-8", "surrogatepass")) > limits.window_name_bytes:
        return f'the name "{name[:20]}…" is longer than {limits.window_name_bytes} bytes'
    if not limits.window_name.fullmatch(name):
        return f'files can\'t be called "{name}"; use letters, digits, - and _'
    return ""


def fault_of_clip(path: str) -> str:
    """Why cuts.csv can't name a clip; empty if it can."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return "rename it: its name isn't UTF-8"
    return ""


def fault_of_end(end: Fraction, seconds: Fraction, rate: Fraction) -> str:
    """Why a window can't end there in a clip of so many seconds; empty if it can. Less than a frame is rounding."""
    if end - seconds < 1 / rate:
        return ""
    return f"the window ends at {float(end):.2f} s, but the clip is {float(seconds):.2f} s long"


def name_for(clip: str) -> str:
    """A name for a sample of a clip, as near to the clip's own as files can have."""
    stem = PurePosixPath(clip).stem
    plain = re.sub(r"[^\w-]", "_", stem)[:_LONGEST_STEM]
    return next((name for name in (stem, plain) if not fault_of_name(name)), "clip")


def free_name(stem: str, taken: Container[str], ending: str = "") -> str:
    """A name whose `name_key` isn't ``taken``: ``stem``, shortened as needed, with ``ending`` and perhaps a number."""
    number, end = 2, ending
    while name_key(name := _shortened(stem, end)) in taken:
        number, end = number + 1, f"{ending}_{number}"
    return name


def name_key(name: str) -> str:
    """What two names share that a file system may take for the same."""
    return unicodedata.normalize("NFC", name).casefold()


def _shortened(stem: str, ending: str) -> str:
    room = spec.limits().window_name_bytes - len(ending)
    return stem.encode()[:room].decode(errors="ignore") + ending


def _rows(text: str) -> Iterator[tuple[int, Cells | str]]:
    """The rows below the header by their columns, or why one can't be read, each with its first line."""
    heading = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=heading.count)
    reader = csv.reader((f"{line}\n" for line in text.split("\n")), delimiter=delimiter, strict=True)
    try:
        columns = [cell.strip().lower() for cell in next(reader)]
    except csv.Error as error:
        yield 1, f"can't be read as a table ({error})"
        return
    yield from ((1, fault) for fault in _faults_of_header(columns))
    if not {*COLUMNS} - {_OPTIONAL} <= {*columns}:
        return
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"can't be read as a row ({error})"
            continue
        if any(map(str.strip, cells)):
            yield line, _by_column(columns, cells)


def _faults_of_header(columns: list[str]) -> Iterator[str]:
    missing = [name for name in COLUMNS if name not in columns and name != _OPTIONAL]
    if not {*columns} & {*COLUMNS}:
        yield f"has no header; the first line must be {','.join(COLUMNS[:-1])}"
        return
    if missing:
        yield f"lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}"
    yield from (f'has the column "{name}" twice' for name in COLUMNS if columns.count(name) > 1)
    unknown = (name for name in columns if name not in COLUMNS)
    yield from (f'has an unknown column "{name}"; the columns are {", ".join(COLUMNS)}' for name in unknown)


def _by_column(columns: list[str], cells: list[str]) -> Cells | str:
    if len(cells) > len(columns):
        return f"has {len(cells)} cells for {len(columns)} columns; put quotes around a cell with a separator in it"
    return dict(zip(columns, cells, strict=False))


def _window(cells: Cells) -> Window | str:
    start, seconds = (_number(cells.get(column, "").strip()) for column in ("start", "seconds"))
    clip, name = cells["clip"], cells.get("name", "").strip()
    keep = _KEEP.get(cells.get("keep", "").strip().lower())
    if not clip.strip():
        return "names no clip"
    if start is None:
        return _not_a_number("start", cells)
    if not seconds:
        return _not_a_number("seconds", cells)
    if keep is None:
        return f'keep is "{cells["keep"]}"; write yes or no'
    return fault_of_name(name) or Window(clip, start, seconds, name, keep, cells.get(_OPTIONAL, ""))


def _not_a_number(column: str, cells: Cells) -> str:
    least = "more than 0" if column == "seconds" else "0 or more"
    text = cells.get(column, "").strip()
    if _COMMA.fullmatch(text):
        return f'{column} is "{text[:40]}"; write a point, not a comma: {text[:40].replace(",", ".")}'
    return f'{column} is "{text[:40]}"; write a number of seconds, {least}, such as 4.2'


def _number(text: str) -> Fraction | None:
    return round(Fraction(text), _DECIMALS) if _SECONDS.fullmatch(text) else None


def _decimal(seconds: Fraction) -> str:
    text = f"{round(seconds * 10**_DECIMALS):0{_DECIMALS + 1}}"
    return f"{text[:-_DECIMALS]}.{text[-_DECIMALS:]}".rstrip("0").rstrip(".")


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
