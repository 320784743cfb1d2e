"""Family I: images, which are first and last frames."""

from __future__ import annotations

from collections.abc import Iterator

from datasetkit.edits import Convert, plain_image
from datasetkit.findings import Basis, Problem, Severity
from datasetkit.model import Expected, Foreign, Image, Unreadable
from datasetkit.rules.parts import too_heavy, too_many_pixels, unreadable, wrong_extension
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.wording import series


@rule("I301", "image-unreadable", on=Unreadable, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def image_unreadable(medium: Unreadable, ctx: Context) -> Iterator[Problem]:
    """An image can't be decoded completely.

    Why: it is empty, cut off or damaged. The platform probably can't read it either.
    Source: our own judgement (heuristic). Every image is decoded from start to end.
    Example: half a JPEG, left by an interrupted download.
    Remedy: download or export the image again.
    """
    if medium.expected is Expected.IMAGE:
        yield unreadable(medium)


@rule("I302", "image-format", on=Foreign, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def image_format(medium: Foreign, ctx: Context) -> Iterator[Problem]:
    """A frame is not in a format that the platform accepts, whatever its extension says.

    Why: the platform refuses other formats. The content counts, not the name.
    Source: user guide (documented). `datasetkit models --format json` lists the formats.
    Example: a HEIC photo renamed to `image_1.jpg` → a JPEG.
    Remedy: convert the image.
    """
    if medium.expected is Expected.IMAGE:
        message = f"{medium.path} is {medium.content}; a frame must be {series(ctx.limits.image_formats, 'or')}"
        yield Problem(message, fix=(plain_image(medium.path),))


@rule("I303", "image-extension", on=Image, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def image_extension(image: Image, ctx: Context) -> Iterator[Problem]:
    """An image's extension doesn't match its content.

    Why: a program that trusts the name uses the wrong decoder.
    Source: our own judgement (heuristic).
    Example: a JPEG called `image_1.png` → `image_1.jpg`.
    Remedy: if it is a folder, do nothing: `datasetkit build` corrects the extension. If it is a zip, run `build` on it.
    """
    suiting = ctx.limits.extensions[image.format]
    yield from wrong_extension(image, f"a {image.format} image", suiting, Convert(image.path, image.format))


@rule("I304", "image-too-large", on=Image, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def image_too_large(image: Image, ctx: Context) -> Iterator[Problem]:
    """An image has more pixels on a side than the platform accepts.

    Why: the platform would refuse it.
    Source: user guide (documented). `datasetkit models --format json` shows the limit.
    Example: 6000×4000 → 1536×1024.
    Remedy: scale the image down, ideally to the size of its clip.
    """
    limit = ctx.limits.image_side
    yield from too_many_pixels(image, limit, Convert(image.path, max_side=limit))


@rule("I305", "image-rotated", on=Image, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def image_rotated(image: Image, ctx: Context) -> Iterator[Problem]:
    """An image is stored rotated or mirrored, and an EXIF tag tells viewers to undo that.

    Why: a trainer that ignores the tag sees a frame that isn't the clip's.
    Source: our own judgement (heuristic). Nothing is documented.
    Example: a phone photo with orientation 6 → the same photo with its pixels rotated.
    Remedy: rotate the pixels and drop the tag (`magick in.jpg -auto-orient out.jpg`).
    """
    if image.orientation != 1:
        message = f"{image.path} has EXIF orientation {image.orientation}; the trainer may ignore the orientation tag"
        yield Problem(message, fix=(Convert(image.path, upright=True),))


@rule("I306", "image-mode", on=Image, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def image_mode(image: Image, ctx: Context) -> Iterator[Problem]:
    """An image isn't 8-bit RGB, greyscale or palette-based, or it is partly transparent.

    Why: training needs RGB. How the platform converts it (on black? on white?) is not documented.
    Source: our own judgement (heuristic).
    Example: a PNG with a transparent background, a CMYK JPEG, a 16-bit PNG.
    Remedy: save it as 8-bit RGB, on the background that the clip shows.
    """
    fix = (Convert(image.path, rgb=True),)
    if image.mode not in ctx.limits.image_modes:
        layout = "16-bit" if ";16" in image.mode else image.mode  # Pillow's name of the layout
        yield Problem(f"{image.path} has {layout} pixels, not 8-bit RGB", fix=fix)
    elif image.transparent:
        why = "frames must be opaque, and the platform's background colour is unknown"
        yield Problem(f"{image.path} is partly transparent; {why}", fix=fix)


@rule("I307", "image-animated", on=Image, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def image_animated(image: Image, ctx: Context) -> Iterator[Problem]:
    """An image is animated: it holds several pictures.

    Why: a frame must be one picture. Which one the platform uses is not documented.
    Source: our own judgement (heuristic).
    Example: an animated WEBP of 24 pictures → its first one.
    Remedy: save the picture you want.
    """
    if image.frames > 1:
        fix = (Convert(image.path, first_frame=True),)
        yield Problem(
            f"{image.path} is animated, with {image.frames:,} pictures; a frame must be a single picture", fix=fix
        )


@rule("I308", "image-heavy", on=Image, severity=Severity.ADVICE, basis=Basis.GUIDANCE)
def image_heavy(image: Image, ctx: Context) -> Iterator[Problem]:
    """An image file is larger than the platform's newer pages recommend.

    Why: the console may refuse it. The API guide mentions no such limit.
    Source: the platform's newer pages (guidance). `datasetkit models --format json` shows the size.
    Example: a BMP of 36 MB → the same picture as PNG.
    Remedy: save it as JPEG or PNG, or scale it down.
    """
    yield from too_heavy(image, ctx.limits.image_bytes)
