"""Family I: images, which are first and last frames."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import splitext

from datasetkit.edits import Convert, plain_image
from datasetkit.findings import Basis, Problem, Severity
from datasetkit.model import Expected, Foreign, Image, Unreadable
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.wording import megabytes, pixels, whole


@rule("I301", "image-unreadable", on=Unreadable, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def image_unreadable(medium: Unreadable, ctx: Context) -> Iterator[Problem]:
    """An image can't be decoded to its end.

    Why: it is empty, cut off or damaged; what can't be read here will hardly be read there.
    Source: our own judgement (heuristic); every image is decoded whole.
    Example: half a JPEG, as an interrupted download leaves it.
    Remedy: fetch or export the image again.
    """
    if medium.expected is Expected.IMAGE:
        yield Problem(f"{medium.path} can't be read: {medium.reason}")


@rule("I302", "image-format", on=Foreign, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def image_format(medium: Foreign, ctx: Context) -> Iterator[Problem]:
    """A frame is no image of a format that the platform takes, whatever its extension says.

    Why: other formats are refused. The content counts, not the name.
    Source: user guide (documented); `datasetkit models` lists the formats.
    Example: a HEIC photo renamed to `image_1.jpg` → a JPEG.
    Remedy: convert the image.
    """
    if medium.expected is Expected.IMAGE:
        taken = whole(ctx.limits.image_formats, "or")
        yield Problem(
            f"{medium.path} is {medium.content}, and a frame must be {taken}", fix=(plain_image(medium.path),)
        )


@rule("I303", "image-extension", on=Image, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def image_extension(image: Image, ctx: Context) -> Iterator[Problem]:
    """An image's extension doesn't suit its content.

    Why: a reader that goes by the name uses the wrong decoder.
    Source: our own judgement (heuristic).
    Example: a JPEG called `image_1.png` → `image_1.jpg`.
    Remedy: nothing to do on a folder: `datasetkit build` gives it the extension of its content.
    """
    suiting = ctx.limits.extensions[image.format]
    if splitext(image.path)[1].casefold() not in suiting:
        message = f"{image.path} is a {image.format} image, whose extension is {suiting[0]}"
        yield Problem(message, mended=True, fix=(Convert(image.path, image.format),))


@rule("I304", "image-too-large", on=Image, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def image_too_large(image: Image, ctx: Context) -> Iterator[Problem]:
    """An image has more pixels on a side than the platform takes.

    Why: it would be refused.
    Source: user guide (documented); `datasetkit models` shows the limit.
    Example: 6000×4000 → 1536×1024.
    Remedy: shrink the image, to its clip's size at best.
    """
    limit = ctx.limits.image_side
    if max(image.width, image.height) > limit:
        size = pixels((image.width, image.height))
        yield Problem(
            f"{image.path} has {size} pixels, at most {pixels((limit, limit))} are taken",
            fix=(Convert(image.path, max_side=limit),),
        )


@rule("I305", "image-rotated", on=Image, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def image_rotated(image: Image, ctx: Context) -> Iterator[Problem]:
    """An image is stored on its side or mirrored, with an EXIF tag that tells viewers to turn it.

    Why: a trainer that doesn't heed the tag sees a frame that is not the clip's.
    Source: our own judgement (heuristic); nothing is documented.
    Example: a phone's photo with orientation 6 → the same, turned in its pixels.
    Remedy: turn the pixels and drop the tag (`magick in.jpg -auto-orient out.jpg`).
    """
    if image.orientation != 1:
        message = f"{image.path} has EXIF orientation {image.orientation}: it may be read unturned"
        yield Problem(message, fix=(Convert(image.path, upright=True),))


@rule("I306", "image-mode", on=Image, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def image_mode(image: Image, ctx: Context) -> Iterator[Problem]:
    """An image is not 8-bit RGB, grey or a palette, or parts of it are transparent.

    Why: it must become RGB for training, and how (on black? on white?) is not documented.
    Source: our own judgement (heuristic).
    Example: a PNG with a transparent background, a CMYK JPEG, a 16-bit PNG.
    Remedy: save it as 8-bit RGB, on the background that the clip shows.
    """
    fix = (Convert(image.path, rgb=True),)
    if image.mode not in ctx.limits.image_modes:
        yield Problem(f"{image.path} holds {_layout(image.mode)}, not 8-bit RGB", fix=fix)
    elif image.transparent:
        yield Problem(f"{image.path} has transparent parts, whose colour in training is not known", fix=fix)


def _layout(mode: str) -> str:
    """Pillow's name of a pixel layout in plain words, where there are some."""
    return "16-bit pixels" if ";16" in mode else f"{mode} pixels"


@rule("I307", "image-animated", on=Image, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def image_animated(image: Image, ctx: Context) -> Iterator[Problem]:
    """An image holds several pictures.

    Why: a frame is one picture; which of them is taken is not documented.
    Source: our own judgement (heuristic).
    Example: an animated WEBP of 24 pictures → its first one.
    Remedy: save the picture that is meant.
    """
    if image.frames > 1:
        fix = (Convert(image.path, first_frame=True),)
        yield Problem(f"{image.path} holds {image.frames:,} pictures, a frame is one", fix=fix)


@rule("I308", "image-heavy", on=Image, severity=Severity.ADVICE, basis=Basis.GUIDANCE)
def image_heavy(image: Image, ctx: Context) -> Iterator[Problem]:
    """An image file is larger than later pages advise.

    Why: the console may refuse it; the API's guide knows no such limit.
    Source: later pages of the platform (guidance); `datasetkit models` shows the size.
    Example: a BMP of 36 MB → the same as PNG.
    Remedy: save it as JPEG or PNG, or shrink it.
    """
    limit = ctx.limits.image_bytes
    if image.size > limit:
        yield Problem(f"{image.path} has {megabytes(image.size)}, at most {megabytes(limit)} are advised")
