"""Raw clips as they are, looked at before anything is made of them, whatever their container."""

from __future__ import annotations

from collections.abc import Sequence

from datasetkit.footage import Depth
from datasetkit.media.content import HEAD, ContentKind, sniff
from datasetkit.model import Expected, Medium, Progress
from datasetkit.scan.facts import FactStore
from datasetkit.scan.reading import read_media
from datasetkit.scan.tree import Tree


def read_clips(
    tree: Tree,
    paths: Sequence[str],
    depth: Depth,
    *,
    progress: Progress | None = None,
    store: FactStore | None = None,
) -> dict[str, Medium]:
    """What each of these clips of a tree holds, read to ``depth``; one that ``store`` knows isn't opened again.

    Raises as `read_media` does.
    """
    named = [(path, expected_in(tree, path)) for path in paths]
    return {
        path: medium
        for (path, _), medium in read_media(tree, named, depth=depth, progress=progress, store=store).items()
    }


def expected_in(tree: Tree, path: str) -> Expected:
    """How a clip is read: MP4 and MOV as those of a dataset, so that both share the facts in the cache."""
    with tree.open(path) as stream:
        content = sniff(stream.read(HEAD), stream.seek(0, 2))
    others = (ContentKind.FOREIGN, ContentKind.UNKNOWN)
    return Expected.ANY_VIDEO if content.kind in others else Expected.VIDEO
