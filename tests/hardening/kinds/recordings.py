"""Recordings in every format that libsndfile writes, with fields changed and checksums repaired."""

from __future__ import annotations

import io
import random
import struct
from pathlib import Path

import numpy as np
import soundfile

from tests.hardening.inputs import Call, Kind
from tests.hardening.kinds.pictures import place_samples
from tests.hardening.mutate import mutate

__all__ = ["KINDS", "tone", "wave_file"]

FORMATS = (
    ("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "IMA_ADPCM"), ("WAV", "MS_ADPCM"), ("WAV", "GSM610"),
    ("WAV", "ULAW"), ("WAV", "PCM_U8"),
    ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"), ("AIFF", "PCM_24"),
    ("AU", "PCM_16"),
    ("CAF", "ALAC_16"), ("W64", "PCM_16"), ("RF64", "PCM_16"), ("NIST", "PCM_16"), ("VOC", "PCM_16"), ("SVX",
    "PCM_16"),
)  # fmt: skip


def tone(rng: random.Random, n: int = 800, channels: int = 1) -> np.ndarray:
    """Return a short tone."""
    signal = 0.3 * np.sin(np.arange(n) * rng.uniform(0.05, 0.6))
    return np.repeat(signal[:, None], channels, axis=1) if channels > 1 else signal


def wave_file(
    rng: random.Random, form: str = "WAV", subtype: str = "PCM_16", *, rate: int = 8000, channels: int = 1
) -> bytes:
    """Return a recording; WAV where a format cannot be written like this."""
    buffer = io.BytesIO()
    try:
        soundfile.write(buffer, tone(rng, channels=channels), rate, format=form, subtype=subtype)
    except (soundfile.LibsndfileError, ValueError, TypeError):
        buffer = io.BytesIO()
        soundfile.write(buffer, tone(rng), 8000, format="WAV", subtype="PCM_16")
    data = buffer.getvalue()
    return _ogg_repaired(data, serial=1) if data[:4] == b"OggS" else data


def _crc(page: bytes) -> int:
    """Return the checksum of a page of Ogg."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1
        crc &= 0xFFFFFFFF
    return crc


def _ogg_repaired(data: bytes, serial: int | None = None) -> bytes:
    """Write the checksum of each page again, and one serial number, which libsndfile draws from the clock."""
    out, at = bytearray(), 0
    while at + 27 <= len(data) and data[at : at + 4] == b"OggS":
        n_segments = data[at + 26]
        end = at + 27 + n_segments + sum(data[at + 27 : at + 27 + n_segments])
        page = bytearray(data[at:end])
        if serial is not None:
            page[14:18] = serial.to_bytes(4, "little")
        page[22:26] = b"\0\0\0\0"
        page[22:26] = _crc(bytes(page)).to_bytes(4, "little")
        out += page
        at = end
    return bytes(out) + data[at:]


def _riff_fields(data: bytes, rng: random.Random) -> bytes:
    """Change a field of the header of a WAV."""
    out = bytearray(data)
    at, width, values = rng.choice([
        (4, 4, (0, 4, 2**31, 2**32 - 1)), (16, 4, (0, 1, 14, 40, 2**32 - 1)), (20, 2, (0, 1, 2, 3, 0x11,
        0x31, 0xFFFE, 0xFFFF)),
        (22, 2, (0, 1, 2, 255, 1024, 65_535)), (24, 4, (0, 1, 8000, 2**31, 2**32 - 1)), (28, 4, (0,
        2**32 - 1)),
        (32, 2, (0, 1, 3, 65_535)), (34, 2, (0, 1, 7, 12, 64, 65_535)), (40, 4, (0, 1, 2**31 - 1, 2**32 - 1)),
    ])  # fmt: skip
    out[at : at + width] = rng.choice(values).to_bytes(width, "little")
    return bytes(out)


def _odd_recording(rng: random.Random) -> tuple[str, bytes]:
    form, subtype = rng.choice(FORMATS)
    rate, channels = rng.choice([8000, 8000, 1, 44_100, 192_000]), rng.choice([1, 1, 2, 6])
    data = wave_file(rng, form, subtype, rate=rate, channels=channels)
    kind = rng.random()
    if data[:4] == b"RIFF" and kind < 0.5:
        data = _riff_fields(data, rng)
    elif kind < 0.85:
        data = mutate(data, rng)
        data = _ogg_repaired(data) if data[:4] == b"OggS" and rng.random() < 0.7 else data
    return rng.choice([f".{form.lower()}"] * 9 + [".wav"]), data


def _audio(rng: random.Random, folder: Path) -> Call:
    """Write a folder of good recordings with some odd ones among them; all are countable."""
    files = {f"data/{('yes', 'no')[i % 2]}/{i}.wav": wave_file(rng) for i in range(4)}
    for i in range(rng.choice([1, 2, 4])):
        suffix, data = _odd_recording(rng)
        files[f"data/{rng.choice(['yes', 'no'])}/odd{i}{suffix}"] = data
    place_samples(folder, files)
    return Call(("samples", "data", "--modality", "audio", "--json"), n_items=len(files))


def _lengths(rng: random.Random, folder: Path) -> Call:
    """Write a WAV whose header promises hours, beside good ones."""
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36, b"WAVE", b"fmt ", 16, 1, 1, rng.choice([1,
        8000]), 16_000, 2, 16, b"data",
                         rng.choice([0, 2**31, 2**32 - 1]))  # fmt: skip
    files = {f"data/{('yes', 'no')[i % 2]}/{i}.wav": wave_file(rng) for i in range(4)}
    files["data/no/long.wav"] = header + b"\0\0" * rng.choice([0, 100, 4_000_000])
    place_samples(folder, files)
    return Call(("samples", "data", "--modality", "audio", "--json"), n_items=len(files))


KINDS = (Kind("audio", _audio, 2), Kind("audio-lengths", _lengths, 0.2))
