"""Recordings of every kind as one channel of float32, against cases with a known answer."""

from __future__ import annotations

import hashlib
import io
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from ptmrank_core.data import AudioItem, Limits, decode_audio
from ptmrank_core.data.media.audio import MixedDown, check_audio
from ptmrank_core.data.sources.folders import FileBlob
from ptmrank_core.errors import SamplesError

FORMATS = ("WAV", "WAVEX", "RF64", "FLAC", "OGG", "MP3", "AIFF", "AU", "NIST")
LOSSLESS = ("WAV", "WAVEX", "RF64", "FLAC", "AIFF", "AU", "NIST")


def _write(samples: Any, kind: str = "WAV", rate: int = 8000, **options: Any) -> bytes:
    """Bytes of a recording of given samples."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=kind, **options)
    return buffer.getvalue()


def _reason(data: bytes) -> str:
    """Why a recording is left out; empty where it is not."""
    try:
        check_audio("a.wav", data)
    except SamplesError as error:
        return error.message
    return ""


@pytest.mark.parametrize("kind", LOSSLESS)
def test_a_ramp_of_16_bits_is_scaled(kind: str) -> None:
    """Levels -32768 to 32767 become -1 to just under 1, exactly, in every format without loss."""
    levels = np.arange(-32768, 32768, 16, dtype=np.int16)
    wave = decode_audio(_write(levels, kind, subtype="PCM_16"))
    assert wave.rate == 8000
    assert wave.samples.dtype == np.float32
    np.testing.assert_array_equal(wave.samples, levels / 32768)


@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"]
)
def test_every_width_gives_the_same_sound(subtype: str) -> None:
    """Integers of 8 to 32 bits, floats and telephone codes agree within their precision."""
    sound = 0.5 * np.sin(np.arange(800) / 9)
    wave = decode_audio(_write(sound, subtype=subtype))
    np.testing.assert_allclose(
        wave.samples, sound, atol={"PCM_U8": 0.01, "ULAW": 0.02, "ALAW": 0.02}.get(subtype, 1e-4)
    )


@pytest.mark.parametrize(
    ("kind", "options"), [("OGG", {"subtype": "VORBIS"}), ("OGG", {"subtype": "OPUS"}), ("MP3", {})]
)
def test_lossy_formats_keep_length_and_pitch(make: Any, kind: str, options: dict[str, Any]) -> None:
    """Vorbis, Opus and MP3 return the number of frames that went in, and the loudest frequency."""
    wave = decode_audio(make.tone(9, kind, seconds=0.5, **options))
    assert len(wave.samples) == 4000
    loudest = np.abs(np.fft.rfft(wave.samples)).argmax() * 8000 / 4000
    assert loudest == pytest.approx(0.19 / (2 * np.pi) * 8000, abs=4)


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 96000, 192000])
def test_any_rate_is_kept(make: Any, rate: int) -> None:
    """The rate is the file's own; a model's encoder resamples."""
    wave = decode_audio(make.tone(1, rate=rate))
    assert (wave.rate, len(wave.samples)) == (rate, int(rate * 0.2))


@pytest.mark.parametrize("n_channels", [2, 6])
def test_channels_are_averaged(n_channels: int) -> None:
    """One channel is the mean of all, and the check counts them."""
    generator = np.random.default_rng(0)
    channels = generator.uniform(-1, 1, (500, n_channels))
    data = _write(channels, subtype="DOUBLE")
    np.testing.assert_allclose(decode_audio(data).samples, channels.mean(axis=1), atol=1e-6)
    assert check_audio("a.wav", data).n_channels == n_channels


def test_mixing_down_is_told() -> None:
    """The note counts the recordings and says how many channels they had."""
    assert MixedDown(2).sentence(12) == "12 recordings with 2 channels were mixed down to one."
    assert MixedDown(6).sentence(1) == "1 recording with 6 channels was mixed down to one."


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3", "AIFF", "AU"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.98])
def test_a_recording_that_was_cut_off_is_unreadable(make: Any, kind: str, share: float) -> None:
    """A part of a recording is no recording, though its header is whole and the decoder is content."""
    data = make.tone(3, kind, seconds=1.5)
    with pytest.raises(SamplesError, match=r"^unreadable recording: "):
        check_audio(f"a.{kind.lower()}", data[: int(share * len(data))].ljust(1, b"\0"))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_whole_recording_is_readable(make: Any, kind: str) -> None:
    """The check that finds what was cut off accepts what was not, and knows its length."""
    assert check_audio("a", make.tone(3, kind, seconds=0.5)).n_frames == 4000


def test_a_streamed_recording_is_whole(make: Any) -> None:
    """A WAV written to a pipe, whose sizes were not known yet, is not cut off."""
    data = bytearray(make.tone(1))
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    assert check_audio("a.wav", bytes(data)).n_frames == 1600


def test_an_mp3_that_does_not_tell_its_length_is_whole_or_refused(make: Any) -> None:
    """Without a count of frames the length is an estimate; where it is too short, no sound is lost unsaid."""
    constant = make.tone(1, "MP3", seconds=2.0, bitrate_mode="CONSTANT", compression_level=0.5)
    first = constant.index(constant[:4], 4)  # without the frame that holds the count
    assert check_audio("a.mp3", constant[first:]).n_frames >= 16_000
    variable = make.tone(1, "MP3", seconds=2.0)
    with pytest.raises(SamplesError, match="does not state its length; save it again"):
        check_audio("a.mp3", variable.replace(b"Xing", bytes(4), 1))


def test_an_mp3_with_a_title_is_whole(make: Any) -> None:
    """Tags before the sound, longer than any header, do not hide that an MP3 was cut off."""
    tag = b"ID3\x04\x00\x00\x00\x00\x10\x00" + bytes(2048)
    data = tag + make.tone(1, "MP3", seconds=1.0)
    assert check_audio("a.mp3", data).n_frames == 8000
    with pytest.raises(SamplesError, match="cut off after"):
        check_audio("a.mp3", data[: 2058 + (len(data) - 2058) // 2])


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (np.zeros(0), "its length is zero"),
        (np.array([0.1, np.nan, 0.2]), "values up to nan; expected -1 to 1"),
        (np.array([0.1, np.inf]), "values up to inf; expected -1 to 1"),
        (np.array([0.0, 12_000.0]), "values up to 12000; expected -1 to 1"),
    ],
)
def test_values_that_are_no_sound_are_refused(samples: Any, said: str) -> None:
    """Nothing at all, NaN, infinity and integers written as floats are reasons."""
    with pytest.raises(SamplesError, match=f"^unreadable recording: {said}"):
        check_audio("a.wav", _write(samples, subtype="FLOAT"))


def test_a_little_over_full_scale_is_kept() -> None:
    """Loud floats are neither clipped nor refused."""
    wave = decode_audio(_write(np.array([0.0, 1.25, -1.5]), subtype="FLOAT"))
    np.testing.assert_array_equal(wave.samples, np.float32([0.0, 1.25, -1.5]))


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "MP3"])
def test_a_long_recording_is_refused(make: Any, kind: str) -> None:
    """The bound on seconds is told with what to do."""
    data = make.tone(1, kind, seconds=3)
    assert check_audio("a", data, Limits(max_seconds=3)).n_frames == 24_000
    with pytest.raises(SamplesError, match="too long: more than 2 seconds; cut it"):
        check_audio("a", data, Limits(max_seconds=2))


def test_checking_a_long_recording_takes_little_memory() -> None:
    """Hours of silence, a few kilobytes of FLAC, are decoded block by block and only up to the bound."""
    data = _write(np.zeros(8000 * 3600, dtype=np.int16), "FLAC")
    tracemalloc.start()
    try:
        with pytest.raises(SamplesError, match="too long"):
            check_audio("a.flac", data, Limits(max_seconds=600))
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


def test_an_impossible_rate_is_refused(make: Any) -> None:
    """A rate of a few frames a second comes from a broken header."""
    data = bytearray(make.tone(1))
    data[24:28] = struct.pack("<I", 7)
    with pytest.raises(SamplesError, match="sampling rate of 7 Hz; expected 1,000 to 384,000 Hz"):
        check_audio("a.wav", bytes(data))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("notes.txt", r"^not a recording \(.txt\)$"),
        ("README", r"^not a recording \(no suffix\)$"),
        ("a.M4A", r"^a recording format that is not supported \(.m4a\); save it as FLAC or WAV$"),
        ("a.aac", r"^a recording format that is not supported \(.aac\)"),
        ("a.wma", r"^a recording format that is not supported \(.wma\)"),
        ("a.wav", "^unreadable recording: no readable header of AIFF, AU, FLAC, MP3"),
    ],
)
def test_the_reason_fits_the_name(name: str, reason: str) -> None:
    """Other bytes under a recording's name are a broken recording, under another name none."""
    with pytest.raises(SamplesError, match=reason):
        check_audio(name, b"Please listen to me, whoever you are, and so on.")


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "AIFF", "AU"])
def test_random_damage_is_a_reason(make: Any, kind: str) -> None:
    """Damaged bytes decode or give a reason; no other error, no warning."""
    data = make.tone(4, kind)
    generator = np.random.default_rng(5)
    for _ in range(150):
        damaged = bytearray(data)
        for at in generator.integers(0, min(len(data), 300), size=3):
            damaged[at] = generator.integers(256)
        cut = len(data) if generator.random() < 0.7 else int(generator.integers(1, len(data)))
        reason = _reason(bytes(damaged[:cut]))
        assert not reason or reason.startswith(("unreadable recording: ", "too long: "))


def test_an_item_decodes_its_blob(make: Any, tmp_path: Path) -> None:
    """Items give waveforms and their length; other bytes than those that were read first are refused."""
    path = make.write(tmp_path / "1.wav", make.tone(1))
    blob = FileBlob(path, "1.wav", 10**6)
    item = AudioItem(blob, hashlib.sha256(path.read_bytes()).hexdigest(), n_frames=1600)
    assert item.size == len(item.decode().samples) == 1600
    path.write_bytes(make.tone(2))
    with pytest.raises(SamplesError, match="A recording has changed since it was read"):
        item.decode()
