"""Pictures of three kinds, made in memory from a seed, and zips of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

KINDS = ("checks", "dots", "stripes")


def picture(kind: str, seed: int, size: int = 40) -> Image.Image:
    """A noisy RGB picture whose pattern tells its kind."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices((size, size))
    pattern = {
        "checks": (rows // 8 + columns // 8) % 2,
        "dots": ((rows % 10 - 5) ** 2 + (columns % 10 - 5) ** 2) < 9,
        "stripes": rows // 6 % 2,
    }[kind]
    noise = rng.normal(0, 20, (size, size, 3))
    pixels = 60 + 130 * pattern[..., None] + noise
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def encoded(image: Image.Image, form: str = "PNG") -> bytes:
    """The bytes of a picture file."""
    buffer = io.BytesIO()
    image.save(buffer, format=form)
    return buffer.getvalue()


def picture_files(n_per_class: int = 6, *, first: int = 0) -> dict[str, bytes]:
    """Files of a folder-per-class data set: ``{"dots/3.png": bytes}``."""
    return {
        f"{kind}/{i}.png": encoded(picture(kind, 100 * k + i))
        for k, kind in enumerate(KINDS)
        for i in range(first, first + n_per_class)
    }


def write_zip(path: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a zip; return its path."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path
