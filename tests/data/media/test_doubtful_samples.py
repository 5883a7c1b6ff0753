"""Files that are no samples of what they seem, and samples that show nothing: each is told."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from ptmrank_core.data import decode_audio, load_samples
from ptmrank_core.data.media.audio import check_audio
from ptmrank_core.errors import SamplesError

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 123456\n"


def written(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.mark.parametrize("suffix", ["png", "wav", "txt", "mp4"])
def test_pointers_of_git_lfs_are_named(tmp_path: Path, suffix: str) -> None:
    """Of any kind of file, with what to do about it; among real samples they alone are left out."""
    files = {f"{name}/{i}.{suffix}": POINTER % i for i in range(3) for name in ("red", "green")}
    with pytest.raises(SamplesError, match="6 x a Git LFS pointer in place of the file"):
        load_samples(written(tmp_path, files))


def test_a_pointer_in_place_of_a_table_is_named(tmp_path: Path) -> None:
    """The table that was not fetched is not read as one of a single column."""
    (tmp_path / "t.csv").write_bytes(POINTER % 1)
    with pytest.raises(
        SamplesError, match=r"'t.csv' is a Git LFS pointer in place of the table\. Run git lfs pull"
    ):
        load_samples(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("suffix", "said"),
    [
        ("m4a", "a recording format that is not supported (.m4a); save it as FLAC or WAV"),
        ("aac", "a recording format that is not supported (.aac); save it as FLAC or WAV"),
        ("pdf", "a text format that is not supported (.pdf); save it as TXT in UTF-8"),
        ("heic", "a picture format that is not supported (.heic); save it as JPEG or PNG"),
    ],
)
def test_formats_that_are_not_read_are_named(tmp_path: Path, suffix: str, said: str) -> None:
    """A folder of them is told what they are, rather than that they are no pictures."""
    folder = written(tmp_path, {f"{name}/{i}.{suffix}": b"x" * 50 for i in range(2) for name in "ab"})
    with pytest.raises(SamplesError) as caught:
        load_samples(folder)
    assert said.partition(" (")[0] in str(caught.value)
    tones = {f"{name}/{i}.wav": _tone(2 * i + (name == "a")) for i in range(4) for name in "ab"}
    good = written(tmp_path / "more", tones)
    (good / "a" / f"x.{suffix}").write_bytes(b"x" * 50)
    assert load_samples(good).modality == "audio"


def test_texts_in_markdown_are_texts(tmp_path: Path) -> None:
    """Their suffix says that they are text."""
    files = {f"{name}/{i}.md": f"# About {name}\n{i} words".encode() for i in range(3) for name in "ab"}
    samples = load_samples(written(tmp_path, files))
    assert (samples.modality, samples.n_samples) == ("text", 6)


def _tone(seed: int, level: float = 0.5, n_frames: int = 4_000) -> bytes:
    out = io.BytesIO()
    noise = np.random.default_rng(seed).uniform(-level, level, n_frames).astype(np.float32)
    soundfile.write(out, noise, 8_000, format="WAV")
    return out.getvalue()


def _stated(data: bytes, size: int) -> bytes:
    """A WAV file whose header states another size of the sound."""
    at = data.index(b"data")
    return data[: at + 4] + struct.pack("<I", size) + data[at + 8 :]


@pytest.mark.parametrize("change", [0, 8_002, 8_044, 8_080])
def test_a_recording_with_a_wrong_length_is_read_to_its_end(change: int) -> None:
    """Zero, as programs write into a pipe, or some bytes too many: the sound is that of the true header."""
    whole = _tone(1)
    data = _stated(whole, change)
    facts = check_audio("a.wav", data)
    assert (facts.n_frames, facts.is_corrected) == (4_000, True)
    assert np.array_equal(decode_audio(data).samples, decode_audio(whole).samples)
    assert not check_audio("a.wav", whole).is_corrected


def test_a_recording_without_sound_stays_empty() -> None:
    """A length of zero before other chunks, or before nothing, is the truth."""
    whole = _tone(1)
    for rest in (b"", b"LIST" + struct.pack("<I", 4) + b"INFO"):
        empty = _stated(whole, 0)[: whole.index(b"data") + 8] + rest
        with pytest.raises(SamplesError, match="its length is zero"):
            check_audio("a.wav", empty)


def test_the_note_counts_corrected_headers(tmp_path: Path) -> None:
    """What was read against the header is said before anything is computed."""
    files = {f"{name}/{i}.wav": _tone(10 * i + (name == "a")) for i in range(3) for name in "ab"}
    files["a/0.wav"] = _stated(files["a/0.wav"], 0)
    samples = load_samples(written(tmp_path, files))
    assert any(
        note.startswith("1 recording has a header that states another length") for note in samples.notes
    )


def _picture(seed: int, level: int = 255, size: int = 8) -> bytes:
    out = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, level + 1, (size, size, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def _plain(colour: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (colour, colour, 200)).save(out, "PNG")
    return out.getvalue()


def test_blank_and_black_pictures_are_warned_of(tmp_path: Path) -> None:
    """They stay samples; the warning counts and names them."""
    files = {f"{name}/{i}.png": _picture(2 * i + (name == "a")) for i in range(5) for name in "ab"}
    files |= {f"a/plain{i}.png": _plain(i * 30) for i in range(4)} | {"b/dark.png": _picture(99, level=9)}
    samples = load_samples(written(tmp_path, files))
    assert samples.n_samples == 15
    said = " ".join(samples.warnings)
    assert "4 of the pictures are of one colour: 'a/plain0.png', 'a/plain1.png', 'a/plain2.png' ..." in said
    assert "1 of the pictures is nearly black: 'b/dark.png'" in said


def test_silent_recordings_are_warned_of(tmp_path: Path) -> None:
    """Nobody hears four steps of 16 bits; a quiet recording is not silent."""
    files = {f"{name}/{i}.wav": _tone(10 * i + (name == "a"), level=0.01) for i in range(3) for name in "ab"}
    files |= {"a/silent.wav": _tone(77, level=5e-5)}
    samples = load_samples(written(tmp_path, files))
    assert "1 of the recordings is silent: 'a/silent.wav'" in " ".join(samples.warnings)


def _deep(seed: int, top: int) -> bytes:
    out = io.BytesIO()
    levels = np.random.default_rng(seed).integers(0, top + 1, (16, 16)).astype(np.uint16)
    levels[0, 0] = top
    Image.fromarray(levels).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(("top", "white"), [(4_095, 4_095), (3_000, 4_095), (900, 1_023), (10_000, 16_383)])
def test_pictures_of_12_bits_use_their_range(tmp_path: Path, top: int, white: int) -> None:
    """All pictures of a data set have one white, by the brightest of them; the note says which."""
    files = {f"a/{i}.png": _deep(i, top) for i in range(3)} | {
        f"b/{i}.png": _deep(9 + i, top // 2) for i in range(3)
    }
    samples = load_samples(written(tmp_path, files))
    peaks = [max(high for _, high in item.decode().getextrema()) for item in samples.items]
    assert max(peaks[:3]) == round(255 * top / white)
    assert max(peaks[3:]) == pytest.approx(255 * (top // 2) / white, abs=1)
    assert any(f"scaled from the levels 0 to {white:,}" in note for note in samples.notes)
    alone = load_samples(written(tmp_path, {"a/full.png": _deep(5, 65_535)}))
    assert set(alone.digests).isdisjoint(samples.digests)  # other pixels, so other features


def test_pictures_of_16_bits_keep_their_scale(tmp_path: Path) -> None:
    """One that needs all bits sets the white for all of them."""
    files = {f"{name}/{i}.png": _deep(3 * i + (name == "a"), 60_000) for i in range(3) for name in "ab"}
    samples = load_samples(written(tmp_path, files))
    assert any(
        note == "6 pictures with more than 8 bits of grey were scaled to 8 bits." for note in samples.notes
    )
