"""Render what the benchmarks read: 200 samples of 5-second 720p clips with their first frames."""

from __future__ import annotations

import json
import os
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageDraw

COUNT, DISTINCT = 200, 8
SIZE, RATE, FRAMES = (1280, 720), 16, 80
EFFECT = "Then the s86b5p money rain effect begins, countless huge-sized US dollar bills pour down."


def render(folder: Path, *, suffix: str) -> Path:
    """An i2v training set of COUNT samples whose first frames have ``suffix`` (.jpg or .png).

    DISTINCT clips are encoded, as encoding is slow; the others are copies with a longer end each, so that no two
    have one size, as no two encodes do.
    """
    folder.mkdir(parents=True)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        originals = list(pool.map(encoded, range(DISTINCT), [suffix] * DISTINCT, [folder] * DISTINCT))
    with (folder / "data.jsonl").open("w", encoding="utf-8") as lines:
        for number in range(COUNT):
            clip, image = originals[number % DISTINCT]
            names = f"video_{number:03}.mp4", f"image_{number:03}{suffix}"
            # a free box behind an MP4, bytes behind an image's end: both are passed over by every reader
            (folder / names[0]).write_bytes(clip + (8 + number).to_bytes(4, "big") + b"free" + bytes(number))
            (folder / names[1]).write_bytes(image + bytes(number))
            prompt = f"The video begins showing person {number} in place {number * 7}. {EFFECT}"
            record = {"prompt": prompt, "first_frame_path": names[1], "video_path": names[0]}
            lines.write(json.dumps(record) + "\n")
    return folder


def encoded(seed: int, suffix: str, folder: Path) -> tuple[bytes, bytes]:
    """One clip and its first frame, as bytes."""
    clip, image = folder / f".clip_{seed}.mp4", folder / f".image_{seed}{suffix}"
    with av.open(str(clip), "w") as output:
        stream = output.add_stream("libx264", rate=Fraction(RATE), options={"preset": "veryfast", "crf": "30"})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for number in range(FRAMES):
            picture = _picture(seed, number)
            if number == 0:
                picture.save(image, **({"quality": 92} if suffix == ".jpg" else {}))
            output.mux(stream.encode(av.VideoFrame.from_image(picture)))
        output.mux(stream.encode(None))
    content = clip.read_bytes(), image.read_bytes()
    clip.unlink()
    image.unlink()
    return content


def _picture(seed: int, number: int) -> Image.Image:
    """Detail everywhere and things that move, in about the bytes that a camera's clip takes."""
    noise = Image.effect_noise((160, 90), 30).resize(SIZE, Image.Resampling.BICUBIC)
    ramp = Image.linear_gradient("L").rotate(90 * (seed % 4)).resize(SIZE)
    image = Image.merge("RGB", (noise, ramp, Image.blend(noise, ramp, 0.5)))
    draw = ImageDraw.Draw(image)
    for bill in range(40):
        x, y = (bill * 97 + seed * 31) % SIZE[0], (bill * 53 + number * 9) % SIZE[1]
        draw.rectangle((x, y, x + 60, y + 26), fill=(180, 200, 150), outline=(40, 90, 40))
    return image
