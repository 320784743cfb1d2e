"""Which samples are held out for validation. Pure.

A sample's rank is the SHA-256 of its clip's file name without folder and extension; the smallest are held out. So the
choice depends on no order, and editing a prompt doesn't change it. A new sample may displace another, but reshuffles
nothing. Samples that share a file, or files of the same bytes, are held out together or not at all.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import PurePosixPath

from datasetkit.errors import DatasetkitError
from datasetkit.model import Image, Sample, Video


def hold_out(
    samples: Sequence[Sample], wanted: int | str, *, least_training: int, least_validation: int
) -> tuple[list[Sample], list[Sample]]:
    """The samples for training and those held out for validation, both in the order of their lines.

    ``wanted`` is a number of samples or a percentage: 5, "5" or "10%", rounded half up. Samples that share files may
    make it fewer than wanted, never more. Raises DatasetkitError for anything else, and if fewer than
    ``least_training`` or ``least_validation`` samples would be on a side.
    """
    count = held_count(wanted, len(samples))
    allowed = _allowed(least_validation, len(samples) - least_training)
    held: set[int] = set()
    for group in sorted(sharing(samples), key=lambda group: min(_rank(samples[index]) for index in group)):
        if len(held) + len(group) <= count:
            held.update(group)
    training = [sample for index, sample in enumerate(samples) if index not in held]
    validation = [sample for index, sample in enumerate(samples) if index in held]
    for side, kept, least in (("training", training, least_training), ("validation", validation, least_validation)):
        if len(kept) < least:
            fewer = f" holds out only {len(held)}, as the others share files, and" if len(held) < count else ""
            raise DatasetkitError(
                f"--hold-out {wanted}{fewer} leaves {len(kept)} of {len(samples)} samples for {side}, "
                f"which needs at least {least}",
                allowed,
            )
    return training, validation


def _allowed(least: int, most: int) -> str:
    """How many samples can be held out, as a next step."""
    if most < least:
        return "Add samples."
    return f"Hold out {least} to {most}, or add samples." if most > least else f"Hold out {most}, or add samples."


def held_count(wanted: int | str, samples: int) -> int:
    """How many of so many samples are wanted. Raises DatasetkitError for what is neither a number nor a percentage."""
    wanted = str(wanted)
    if re.fullmatch(r"[0-9]{1,9}", wanted) and int(wanted) > 0:
        return min(int(wanted), samples)
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?%", wanted) and 0 < Fraction(wanted[:-1]) < 100:
        return int(Fraction(wanted[:-1]) / 100 * samples + Fraction(1, 2))
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?%", wanted):
        raise DatasetkitError(
            f"--hold-out must be above 0% and below 100%, but is {wanted}", "Give a share such as 10%."
        )
    raise DatasetkitError(
        f"--hold-out can't be {wanted!r}",
        "Give a number of samples, such as 5, or a percentage below 100%, such as 10%.",
    )


def _rank(sample: Sample) -> tuple[str, str]:
    """The digest that ranks a sample, then its clip's whole path, for clips of the same name."""
    medium = sample.medium("video_path") or sample.medium("first_frame_path")
    path = unicodedata.normalize("NFC", medium.path) if medium else ""
    return hashlib.sha256(PurePosixPath(path).stem.encode("utf-8", "surrogatepass")).hexdigest(), path


def sharing(samples: Sequence[Sample]) -> list[list[int]]:
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
