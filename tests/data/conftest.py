"""Sources made in memory from a seed: pictures, zip archives, folders."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

from tests.data.table_files import Tables


class Maker:
    """Makes the bytes of pictures and archives; the same seed gives the same bytes."""

    @staticmethod
    def picture(seed: int, kind: str = "png", *, mode: str = "RGB", **options: Any) -> bytes:
        """Bytes of a small picture: a colour ramp with noise."""
        generator = np.random.default_rng(seed)
        bands = len(Image.new(mode, (1, 1)).getbands())
        noise = generator.integers(0, 100, size=(20, 24, bands))
        pixels = (noise + np.linspace(0, 150, 24)[None, :, None]).astype(np.uint8)
        image = Image.frombytes(mode, (24, 20), pixels.tobytes())
        return Maker.encode(image, kind, **options)

    @staticmethod
    def encode(image: Image.Image, kind: str = "png", **options: Any) -> bytes:
        """Bytes of an image in a format of Pillow's."""
        buffer = io.BytesIO()
        image.save(buffer, {"jpg": "jpeg", "tif": "tiff"}.get(kind, kind), **options)
        return buffer.getvalue()

    @staticmethod
    def encode_noise(seed: int, side: int = 200) -> bytes:
        """Bytes of an uncompressed square of noise, 120 kB by default."""
        noise = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
        return Maker.encode(Image.fromarray(noise), "bmp")

    @staticmethod
    def tone(
        seed: int,
        kind: str = "WAV",
        *,
        rate: int = 8000,
        n_channels: int = 1,
        seconds: float = 0.2,
        **options: Any,
    ) -> bytes:
        """Bytes of a short recording: a tone in noise."""
        generator = np.random.default_rng(seed)
        n_frames = int(rate * seconds)
        tone = np.sin(np.arange(n_frames) * (0.1 + 0.01 * seed))[:, None]
        samples = 0.5 * tone + 0.1 * generator.uniform(-1, 1, (n_frames, n_channels))
        buffer = io.BytesIO()
        soundfile.write(buffer, samples, rate, format=kind, **options)
        return buffer.getvalue()

    @staticmethod
    def animation(seed: int, n_frames: int = 8, kind: str = "gif") -> bytes:
        """Bytes of a short animation whose frames get brighter from 0 to 10 times their number."""
        marks = np.random.default_rng(seed).integers(0, 2, (12, 16)) * 255
        frames = []
        for i in range(n_frames):
            pixels = np.full((12, 16, 3), 10 * i, np.uint8)
            pixels[:, :, 2] = marks
            frames.append(Image.fromarray(pixels))
        options: dict[str, Any] = {"lossless": True} if kind == "webp" else {}
        return Maker.encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=40, **options)

    @staticmethod
    def classes(n_per_class: int = 2, names: Iterable[str] = ("cat", "dog")) -> dict[str, bytes]:
        """Files of one folder for each class."""
        return {
            f"{name}/{i}.png": Maker.picture(100 * c + i)
            for c, name in enumerate(names)
            for i in range(n_per_class)
        }

    @staticmethod
    def info(name: str, *, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
        """Directory entry with a name that zipfile does not correct, and a Unix mode."""
        info = zipfile.ZipInfo("x", date_time=(2024, 1, 1, 0, 0, 0))
        info.filename = name
        info.create_system = 3
        info.external_attr = mode << 16
        return info

    @staticmethod
    def zip(
        files: Mapping[str, bytes] | Iterable[tuple[zipfile.ZipInfo | str, bytes]],
        method: int = zipfile.ZIP_DEFLATED,
    ) -> bytes:
        """Bytes of a zip archive."""
        buffer = io.BytesIO()
        pairs = files.items() if isinstance(files, Mapping) else files
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, data in pairs:
                info = Maker.info(name) if isinstance(name, str) else name
                archive.writestr(info, data, compress_type=method)
        return buffer.getvalue()

    @staticmethod
    def write(path: Path, data: bytes) -> Path:
        """Write bytes and return their path."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    @staticmethod
    def folder(root: Path, files: Mapping[str, bytes]) -> Path:
        """Write files under a folder and return it."""
        for name, data in files.items():
            Maker.write(root / name, data)
        return root


@pytest.fixture(scope="session")
def make() -> Maker:
    """Return the maker."""
    return Maker()


@pytest.fixture(scope="session")
def tables() -> Tables:
    """Return the writer and loader of tables."""
    return Tables()
