"""Render everything under sample_data/ from nothing: `python sample_data/render.py`.

Needs Pillow and PyAV, nothing else; the same machine writes the same bytes each time.
"""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from broken_cases import write_broken
from encode import ends, write_clip, write_image
from PIL import Image
from raw_clips import write_raw
from scenes import Scene, read_scenes

HERE = Path(__file__).parent
MODELS = {"i2v": "wan2.2-i2v-flash", "kf2v": "wan2.2-kf2v-flash"}
SETS = [(kind, role) for kind in MODELS for role in ("training", "validation")]


def main() -> None:
    """Write the four sets, the raw clips and the broken cases, and say so."""
    for name in (*MODELS, "raw"):
        shutil.rmtree(HERE / name, ignore_errors=True)
    jobs = [(kind, role, scene.number) for kind, role in SETS for scene in read_scenes(kind, role)]
    with ProcessPoolExecutor() as pool:
        records = list(pool.map(write_sample, *zip(*jobs, strict=True)))
    for kind, role in SETS:
        lines = [record for record, job in zip(records, jobs, strict=True) if job[:2] == (kind, role)]
        write_set(HERE / kind / role, MODELS[kind], lines)
    write_raw(HERE / "raw")
    write_broken(HERE / "broken")
    for name in (*MODELS, "raw", "broken"):
        files = [path for path in (HERE / name).rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        print(f"sample_data/{name}: {len(files)} files, {size / 1e6:.2f} MB")


def write_sample(kind: str, role: str, number: int) -> dict[str, str]:
    """Write one sample's media; returns its line of data.jsonl."""
    scene = read_scenes(kind, role)[number - 1]
    root, form = HERE / kind / role, scene.form
    names = {"first_frame_path": f"image_{number:02}{form.first}"}
    if kind == "kf2v":
        names["first_frame_path"] = f"image/image_{number:02}_first{form.first}"
        names["last_frame_path"] = f"image/image_{number:02}_last{form.last}"
    if role == "training":
        names["video_path"] = f"{'video/' if kind == 'kf2v' else ''}video_{number:02}{form.clip}"
    for name in names.values():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
    first, last = _pictures(scene, root / names["video_path"] if role == "training" else None)
    write_image(root / names["first_frame_path"], first)
    if kind == "kf2v":
        write_image(root / names["last_frame_path"], last)
    return {"prompt": scene.prompt, **names}


def _pictures(scene: Scene, clip: Path | None) -> tuple[Image.Image, Image.Image]:
    """First and last pictures: as decoded from the clip, once written, or as drawn."""
    if clip is None:
        return scene.picture(0), scene.picture(1)
    write_clip(clip, scene.frames(), scene.form.rate, tone=scene.form.tone)
    return ends(clip)


def write_set(root: Path, model: str, records: list[dict[str, str]]) -> None:
    """Write data.jsonl and datasetkit.toml."""
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (root / "data.jsonl").write_text(text, "utf-8", newline="\n")
    (root / "datasetkit.toml").write_text(f'model = "{model}"\n', "utf-8", newline="\n")


if __name__ == "__main__":
    main()
