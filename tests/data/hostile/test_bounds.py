"""Texts, spreadsheets and animations that hold more than any sample needs are refused undecoded."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from ptmrank_core.data import Limits, load_samples
from ptmrank_core.data.media.images import decode
from ptmrank_core.data.media.video import check_video
from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.tables.reading import open_table
from ptmrank_core.data.tables.sheets import book
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import BytesBlob, Reading

ROWS = "".join(f"a text number {i},{'ab'[i % 2]}\n" for i in range(20))


def _open(name: str, text: str, limits: Limits) -> InputTable:
    data = text.encode()
    return open_table(Entry(name, len(data), BytesBlob(data)), limits)


def test_a_row_of_commas_alone_is_left_out_uncut() -> None:
    """Fifty million cells would take gigabytes; the other rows are read."""
    text = f"text,label\n{ROWS}{',' * 5_000_000}\n"
    tracemalloc.start()
    [lost] = _open("a.csv", text, Limits()).left_out
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert lost.reason == "more than 100,000 cells"
    assert peak < 50 * 2**20


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_a_first_row_that_is_too_wide_is_told(tmp_path: Path, name: str) -> None:
    """It names no columns, whatever the delimiter is."""
    delimiter = "\t" if name == "a.tsv" else ","
    (tmp_path / name).write_text(delimiter.join(map(str, range(200_000))) + "\n" + ROWS)
    with pytest.raises(SamplesError, match="in line 1, cannot be read: more than 100,000 cells"):
        load_samples(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "limits", "says"),
    [
        ("text,label\n" + ROWS + "\n" * 100, Limits(max_lines=50), "121 lines; at most 50 are read"),
        ("text,label\r" + ROWS.replace("\n", "\r"), Limits(max_lines=5), "21 lines; at most 5 are read"),
        ("text,label\n" + ROWS, Limits(max_cells=20), "more than the 20 cells that are accepted"),
        ("text,label\n" + "odd\n" * 30 + ROWS, Limits(max_rows=40), "more than the 40 rows"),
    ],
    ids=["blank-lines", "carriage-returns", "cells", "rows-left-out"],
)
def test_what_is_no_sample_counts_too(text: str, limits: Limits, says: str) -> None:
    """Blank lines and rows that are left out take time and memory as others do."""
    with pytest.raises(SamplesError, match=says):
        _open("a.csv", text, limits)


def test_an_open_quotation_mark_costs_no_more_than_its_row(tmp_path: Path) -> None:
    """The rows after it are rows, and every one is told."""
    rows = "".join(f"a text number {i},{'ab'[i % 2]}\n" for i in range(2_000))
    (tmp_path / "a.csv").write_text(f'text,label\n"an odd text,a\n{rows}')
    samples = load_samples(tmp_path / "a.csv")
    assert (samples.n_samples, len(samples.left_out)) == (2_000, 1)


def test_labels_that_differ_in_a_wrong_byte_stay_apart(tmp_path: Path) -> None:
    """Read as one sign of replacement, both would be one class."""
    good = "Привет мир ".encode()
    rows = [good * 5 + b"%d,caf%c\n" % (i, (0xE9, 0xE8)[i % 2]) for i in range(20)]
    (tmp_path / "a.csv").write_bytes(b"text,label\n" + b"".join(rows))
    samples = load_samples(tmp_path / "a.csv", Reading(encoding=None))
    assert samples.class_names == ("caf\\xe8", "caf\\xe9")
    assert any("except for 20 places" in note for note in samples.notes)


def test_a_spreadsheet_that_takes_too_long_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was too slow for its size is refused at once when it is looked at again."""
    child = tmp_path / "child.py"
    child.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGXCPU)\n")
    monkeypatch.setattr(book, "CHILD", child)
    monkeypatch.setattr(book, "_REFUSED", type(book._REFUSED)())
    with pytest.raises(SamplesError, match="more than the 8 seconds that reading a spreadsheet of its size"):
        book.read_book(b"PK", "a.xlsx", Limits())
    child.unlink()
    with pytest.raises(SamplesError, match=r"'b\.xlsx' takes more than the 8 seconds"):
        book.read_book(b"PK", "b.xlsx", Limits())


def _gif(n_frames: int, size: int = 8) -> bytes:
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    head = b"GIF89a" + struct.pack("<HHBBB", size, size, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + frame * n_frames + b"\x3b"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _apng(n_frames: int, size: int = 8) -> bytes:
    pixels = zlib.compress((b"\0" + b"\1" * 3 * size) * size)
    control = struct.pack(">IIIIHHBB", size, size, 0, 0, 1, 10, 0, 0)
    parts = [_chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))]
    parts += [
        _chunk(b"acTL", struct.pack(">II", n_frames, 0)),
        _chunk(b"fcTL", struct.pack(">I", 0) + control),
    ]
    parts.append(_chunk(b"IDAT", pixels))
    for i in range(1, n_frames):
        parts.append(_chunk(b"fcTL", struct.pack(">I", 2 * i - 1) + control))
        parts.append(_chunk(b"fdAT", struct.pack(">I", 2 * i) + pixels))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + _chunk(b"IEND", b"")


@pytest.mark.parametrize("make", [_gif, _apng])
def test_animations_have_a_bound_on_their_frames(make: Callable[..., bytes]) -> None:
    """Each frame is decoded to reach the next; as many as are allowed are counted exactly."""
    assert check_video("a.gif", make(50), Limits(max_frames=50)) == 50
    with pytest.raises(SamplesError, match="too long: more than 49 frames"):
        check_video("a.gif", make(50), Limits(max_frames=49))
    with pytest.raises(SamplesError, match="3,200 in 50 frames; at most 3,000 are read"):
        check_video("a.gif", make(50), Limits(max_animation_pixels=3_000))


def test_junk_between_the_frames_of_a_gif_does_not_hide_them() -> None:
    """Pillow reads past bytes that begin no block, and so does the count."""
    data = _gif(10).replace(b"\x44\x01\x00", b"\x44\x01\x00" + b"\x00" * 1000)
    with pytest.raises(SamplesError, match="more than 5 frames"):
        check_video("a.gif", data, Limits(max_frames=5))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "I;16", "F"])
def test_bands_give_the_pixels_of_the_whole_picture(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large pictures are converted band by band, of one row or of several, to the same picture."""
    picture = Image.effect_noise((40, 30), 90)
    whole = picture.convert("LA").convert(mode) if mode in {"RGBA", "LA"} else picture.convert("F")
    if "A" in mode:
        whole.putalpha(Image.effect_noise((40, 30), 90))
    if mode == "F":
        whole = whole.point(lambda level: level * (1 / 256))
    if mode == "I;16":
        whole = picture.convert("I").convert("I;16")
    buffer = io.BytesIO()
    whole.save(buffer, "TIFF")
    expected = decode(buffer.getvalue(), 10_000)
    for pixels in (1, 100, 700):
        monkeypatch.setattr("ptmrank_core.data.media.images.BAND_PIXELS", pixels)
        found = decode(buffer.getvalue(), 10_000)
        assert found.picture.tobytes() == expected.picture.tobytes()
        assert found[1:] == expected[1:]
