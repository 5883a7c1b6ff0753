"""Keep a few pictures of each source task, for the metric that compares source and target (WDJE).

Run as ``python -m assets.demo.scripts.sources``. The pictures are drawn from the stream for testing: the
models have not seen them. A zip holds one folder for each class, as a user's samples do.
"""

from __future__ import annotations

import io
import zipfile

from PIL import Image

from assets.demo.scripts.checkpoints import DEMO
from assets.demo.scripts.pictures import SOURCE_TASKS, Pictures, SourceTask, make_pictures
from assets.demo.scripts.recipes import SEED

SOURCES = DEMO / "digits" / "sources"
MIN_PICTURES = 50
MIN_OF_A_CLASS = 2
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest date of a zip: the same pictures make the same file


def pack(task: SourceTask, pictures: Pictures) -> bytes:
    """Put pictures into a zip, one folder for each class."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, (image, label) in enumerate(zip(pictures.images(), pictures.labels, strict=True)):
            name = f"{task.class_names[label]}/{number:03d}.png"
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), _png(image))
    return packed.getvalue()


def _png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, format="PNG", optimize=True)
    return data.getvalue()


def main() -> None:
    """Write one zip for each source task."""
    SOURCES.mkdir(exist_ok=True)
    for name, task in SOURCE_TASKS.items():
        n_pictures = max(MIN_PICTURES, MIN_OF_A_CLASS * len(task.class_names))
        data = pack(task, make_pictures(task, n_pictures, seed=SEED, held_out=True))
        (SOURCES / f"{name}.zip").write_bytes(data)
        print(f"{name}: {n_pictures} pictures, {len(data):,} bytes")


if __name__ == "__main__":
    main()
