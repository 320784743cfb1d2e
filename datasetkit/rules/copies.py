"""Family S: clips that look the same, and validation frames that are in the training set."""

from __future__ import annotations

from collections.abc import Iterator

from datasetkit.findings import Basis, Problem, Severity
from datasetkit.footage import Fingerprints, Match
from datasetkit.model import Dataset, Image
from datasetkit.rules.parts import clips, shown
from datasetkit.rules.registry import Context, DatasetPair, rule
from datasetkit.rules.wording import count, names


@rule("S706", "near-duplicate", on=Dataset, severity=Severity.WARNING, basis=Basis.DOCUMENTED, needs="full")
def near_duplicate(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Clips look the same, whatever their size, length, bars, logo or colour grade.

    Why: the model sees that clip more often than the others and learns what only belongs to it.
    Source: user guide (documented): varied clips. How clips are compared is our own choice; files with equal bytes are
    L211.
    Example: `video_3.mp4` and its re-encoded copy `video_3_small.mp4`.
    Remedy: keep the best of them.
    """
    from datasetkit.media.likeness import groups_alike  # loads numpy

    distinct = list({clip.digest or clip.path: clip for clip in clips(dataset)}.values())
    prints = [(clip.path, found.hashes) for clip in distinct if (found := shown(clip, Fingerprints))]
    for group in groups_alike([hashes for _, hashes in prints]):
        like = [prints[number][0] for number in group]
        yield Problem(f"{count(len(like), 'clip')} look the same: {names(like)}", data={"like": like})


@rule("S707", "leak", on=DatasetPair, severity=Severity.WARNING, basis=Basis.HEURISTIC, needs="frames")
def leak(pair: DatasetPair, ctx: Context) -> Iterator[Problem]:
    """A validation frame is also in the training set.

    Why: the preview shows how well the model remembers that sample, not what it does with new images.
    Source: our own judgement (heuristic). The frames are compared as pictures: another size or format is no difference.
    Example: `image_2.jpg` was copied from the training set, where it is called `image_14.jpg`.
    Remedy: validate with images that the model hasn't seen.
    """
    from datasetkit.media.matching import Gallery, same_picture  # loads numpy

    images = {Match(1, path=image.path): image.signature for image in _images(pair.training)}
    known = Gallery({match: signature for match, signature in images.items() if signature})
    for reference in pair.validation.references:
        image = reference.medium
        like = same_picture(image.signature, known) if isinstance(image, Image) and image.signature else None
        if like:
            message = f"{reference.medium.path} is in the training set too, as {like}"
            yield Problem(message, where=reference.where, data={"like": [like]})


def _images(dataset: Dataset) -> Iterator[Image]:
    for reference in dataset.references:
        if isinstance(reference.medium, Image):
            yield reference.medium
