"""Pictures in every format that Pillow writes, with fields changed and checksums repaired."""

from __future__ import annotations

import io
import random
import struct
import zlib
from pathlib import Path

from PIL import Image

from tests.hardening.inputs import Call, Kind
from tests.hardening.kinds.rows import reading_options
from tests.hardening.mutate import mutate

__all__ = ["KINDS", "picture", "place_samples"]

FORMATS = (
    ("PNG", ".png"), ("PNG", ".png"), ("JPEG", ".jpg"), ("GIF", ".gif"), ("BMP", ".bmp"), ("TIFF", ".tif"),
    ("WEBP", ".webp"),
    ("ICO", ".ico"), ("PPM", ".ppm"), ("TGA", ".tga"), ("PCX", ".pcx"), ("SGI", ".sgi"), ("JPEG2000",
    ".jp2"), ("ICNS", ".icns"),
    ("DDS", ".dds"), ("MSP", ".msp"), ("XBM", ".xbm"), ("AVIF", ".avif"),
)  # fmt: skip
MODES = ("RGB", "RGB", "RGB", "L", "RGBA", "P", "1", "LA", "CMYK", "I;16", "I", "F", "YCbCr", "LAB", "HSV")


def picture(
    rng: random.Random, form: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (16, 16)
) -> bytes:
    """Return a small picture of noise; PNG where a format has no such mode."""
    plain = Image.frombytes("RGB", size, rng.randbytes(size[0] * size[1] * 3))
    buffer = io.BytesIO()
    try:
        image = plain.convert(mode) if mode != "I;16" else plain.convert("I").convert("I;16")
        options = {"compress_level": 1} if form == "PNG" else {}
        if form in {"GIF", "WEBP", "TIFF", "PNG"} and rng.random() < 0.1:
            options |= {"save_all": True, "append_images": [plain.rotate(90)] * rng.choice([1, 5])}
        image.save(buffer, format=form, **options)
    except (OSError, ValueError, KeyError, ImportError):
        buffer = io.BytesIO()
        plain.save(buffer, format="PNG")
    return buffer.getvalue()


def _png_fields(data: bytes, rng: random.Random) -> bytes:
    """Change a chunk of a PNG, and repair its checksum."""
    chunks, at = [], 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    place = rng.randrange(len(chunks))
    kind, body = chunks[place]
    if kind == b"IHDR" and rng.random() < 0.7:
        width, height = (rng.choice([0, 1, 16, 70_000, 2**31 - 1, 2**32 - 1]) for _ in range(2))
        body = struct.pack(">II", width, height) + bytes(
            [rng.choice([1, 8, 16, 3]), rng.choice([0, 2, 3, 6, 9]), 0, 0, rng.choice([0, 1, 7])]
        )
    else:
        body = mutate(body, rng) if body else body
    chunks[place] = (kind, body)
    extra = [
        (b"tEXt", b"Comment\0" + b"x" * 50), (b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 3_000_000)),
        (b"iCCP", b"p\0\0" + rng.randbytes(20)),
        (b"tRNS", rng.randbytes(3)), (b"PLTE", rng.randbytes(rng.choice([3, 7, 768]))), (b"acTL",
        struct.pack(">II", 2**31, 0)),
        (b"eXIf", b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0"), (b"gAMA", b"\0\0\0\0"),
        (b"fcTL", rng.randbytes(26)),
    ]  # fmt: skip
    if rng.random() < 0.4:
        chunks.insert(rng.randrange(1, len(chunks)), rng.choice(extra))
    out = data[:8]
    for kind, body in chunks:
        out += len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
    return out


def place_samples(folder: Path, files: dict[str, bytes]) -> None:
    """Write files below a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _odd_picture(rng: random.Random) -> tuple[str, bytes]:
    form, suffix = rng.choice(FORMATS)
    size = rng.choice([(16, 16), (16, 16), (1, 1), (1, 3000), (257, 5)])
    data = picture(rng, form, rng.choice(MODES), size)
    kind = rng.random()
    if form == "PNG" and kind < 0.6:
        return suffix, _png_fields(data, rng)
    if kind < 0.85:
        data = mutate(data, rng)
    return (suffix if rng.random() < 0.9 else rng.choice([".png", ".jpg", ".gif"])), data


def _images(rng: random.Random, folder: Path) -> Call:
    """Write a folder of good pictures with some odd ones among them; all are countable."""
    files = {f"data/{('cat', 'dog')[i % 2]}/{i}.png": picture(rng) for i in range(4)}
    for i in range(rng.choice([1, 2, 4])):
        suffix, data = _odd_picture(rng)
        files[f"data/{rng.choice(['cat', 'dog'])}/odd{i}{suffix}"] = data
    place_samples(folder, files)
    options = reading_options(rng) if rng.random() < 0.2 else ("--modality", "image")
    n_items = len(files) if options == ("--modality", "image") else None
    return Call(("samples", "data", *options, "--json"), n_items=n_items)


KINDS = (Kind("images", _images, 2),)
