"""Which samples are held out for validation. Pure.

A sample's rank is the SHA-256 of its clip's file name without folder and extension; the smallest are held
out. So the choice depends on no order, mending a prompt doesn't change it, and a sample that is added can
push out another but reshuffles nothing. Samples that share a file, or files of the same bytes, are held out
together or not at all.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath

from datasetkit.errors import DatasetkitError
from datasetkit.model import Image, Sample, Video


@dataclass(frozen=True, slots=True)
class Split:
    """The samples on either side, each in the order of the lines."""

    training: tuple[Sample, ...]
    validation: tuple[Sample, ...]


def parse_hold_out(text: str) -> int | Fraction:
    """What --hold-out says: 5 for "5", a tenth for "10%".

    Raises DatasetkitError for anything else, nothing and everything included.
    """
    if re.fullmatch(r"[0-9]{1,9}", text) and int(text) > 0:
        return int(text)
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?%", text) and 0 < Fraction(text[:-1]) < 100:
        return Fraction(text[:-1]) / 100
    raise DatasetkitError(
        f"{text!r} is neither a number of samples nor a share of them", "Say --hold-out 5 or --hold-out 10%."
    )


def hold_out(samples: Sequence[Sample], wanted: int | Fraction, *, least_training: int, least_validation: int) -> Split:
    """Hold out ``wanted`` samples, or that share of them, rounded half up.

    Where samples are tied to each other by a file they share, fewer than wanted may be held out, never more.
    Raises DatasetkitError where fewer than ``least_training`` or ``least_validation`` are on a side.
    """
    count = wanted if isinstance(wanted, int) else int(wanted * len(samples) + Fraction(1, 2))
    held: set[int] = set()
    for group in sorted(_groups(samples), key=lambda group: min(_rank(samples[index]) for index in group)):
        if len(held) + len(group) <= count:
            held.update(group)
    split = Split(
        tuple(sample for index, sample in enumerate(samples) if index not in held),
        tuple(sample for index, sample in enumerate(samples) if index in held),
    )
    _refuse_small(split, count, least_training, least_validation)
    return split


def _refuse_small(split: Split, count: int, least_training: int, least_validation: int) -> None:
    training, validation = len(split.training), len(split.validation)
    short = validation < min(count, training + validation)
    tied = f" ({count} were wanted; the others share files with more samples)" if short else ""
    for side, found, least in (
        ("training", training, least_training),
        ("validation", validation, least_validation),
    ):
        if found < least:
            raise DatasetkitError(
                f"holding out {validation} of {training + validation} samples{tied} leaves {found} "
                f"for {side}, at least {least} are needed",
                "Hold out another number, or add samples.",
            )


def _rank(sample: Sample) -> tuple[str, str]:
    """The digest that ranks a sample, then its clip's whole path, for clips that are called the same."""
    medium = sample.medium("video_path") or sample.medium("first_frame_path")
    path = unicodedata.normalize("NFC", medium.path) if medium else ""
    return hashlib.sha256(PurePosixPath(path).stem.encode("utf-8", "surrogatepass")).hexdigest(), path


def _groups(samples: Sequence[Sample]) -> list[list[int]]:
    """The samples' indices, those together that share a file or its bytes."""
    leader = list(range(len(samples)))
    first: dict[str, int] = {}
    for index, sample in enumerate(samples):
        for identity in _identities(sample):
            other = first.setdefault(identity, index)
            leader[_root(leader, index)] = _root(leader, other)
    groups: dict[int, list[int]] = defaultdict(list)
    for index in range(len(samples)):
        groups[_root(leader, index)].append(index)
    return list(groups.values())


def _root(leader: list[int], index: int) -> int:
    while leader[index] != index:
        leader[index] = leader[leader[index]]  # halves the path, so that long chains stay cheap
        index = leader[index]
    return index


def _identities(sample: Sample) -> Iterator[str]:
    for reference in sample.references:
        medium = reference.medium
        yield f"path {medium.path}"
        if isinstance(medium, Image | Video) and medium.digest:
            yield f"bytes {medium.digest}"
