"""Archives: zips of odd names, sizes, methods and flags with right checksums; tars, compressed or not."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from tests.hardening import junk
from tests.hardening.inputs import Call, Kind
from tests.hardening.kinds.delimited import given, write_table
from tests.hardening.kinds.pictures import picture
from tests.hardening.kinds.rows import make_rows, sentence
from tests.hardening.mutate import mutate

__all__ = ["KINDS", "RawEntry", "raw_zip"]


@dataclass
class RawEntry:
    """An entry of a zip, of which every field may lie.

    Parameters
    ----------
    name
        Its name, as bytes.
    data
        What is in it.
    method
        0 for stored, 8 for deflated; others are written as they are.
    flags, made_by, attributes
        As in the directory.
    says
        Fields of the local header or the directory that say something else: ``crc``, ``packed``, ``size``,
        ``method``, ``offset``, ``name``, each for ``local`` or ``central``.
    """

    name: bytes
    data: bytes
    method: int = 8
    flags: int = 0x800
    made_by: int = 3 << 8 | 20
    attributes: int = 0o100644 << 16
    says: dict[tuple[str, str], int] = field(default_factory=dict)
    extra: bytes = b""


def raw_zip(
    entries: list[RawEntry], *, comment: bytes = b"", lead: bytes = b"", count: int | None = None
) -> bytes:
    """Write a zip byte by byte."""
    out, directory = bytearray(lead), bytearray()
    for entry in entries:
        packed = entry.data
        if entry.method == 8:
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            packed = packer.compress(entry.data) + packer.flush()
        facts = {
            "crc": zlib.crc32(entry.data),
            "packed": len(packed),
            "size": len(entry.data),
            "method": entry.method,
        }
        offset = len(out)
        local = {name: entry.says.get(("local", name), value) for name, value in facts.items()}
        central = {name: entry.says.get(("central", name), value) for name, value in facts.items()}
        out += struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, entry.flags & 0xFFFF, local["method"] & 0xFFFF, 0,
            0x21,
                           local["crc"] & 0xFFFFFFFF, local["packed"] & 0xFFFFFFFF,
                               local["size"] & 0xFFFFFFFF,
                           len(entry.name), len(entry.extra))  # fmt: skip
        out += entry.name + entry.extra + packed
        where = entry.says.get(("central", "offset"), offset)
        directory += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, entry.made_by, 20, entry.flags & 0xFFFF,
                                 central["method"] & 0xFFFF, 0, 0x21, central["crc"] & 0xFFFFFFFF,
                                 central["packed"] & 0xFFFFFFFF, central["size"] & 0xFFFFFFFF,
                                     len(entry.name),
                                 len(entry.extra), 0, 0, 0, entry.attributes & 0xFFFFFFFF,
                                     where & 0xFFFFFFFF)  # fmt: skip
        directory += entry.name + entry.extra
    start, n = len(out), len(entries) if count is None else count
    out += directory
    out += (
        struct.pack(
            "<IHHHHIIH", 0x06054B50, 0, 0, n & 0xFFFF, n & 0xFFFF, len(directory), start, len(comment)
        )
        + comment
    )
    return bytes(out)


def _content(rng: random.Random) -> tuple[str, bytes]:
    """Return the suffix and the bytes of a file that is a sample, or is none."""
    kind = rng.random()
    if kind < 0.5:
        return ".png", picture(rng)
    if kind < 0.75:
        return ".txt", sentence(rng).encode()
    if kind < 0.85:
        return ".csv", write_table(make_rows(rng), rng)
    return rng.choice([".png", ".txt", ".zip", ""]), rng.choice(
        [b"", b"\x00" * 3, rng.randbytes(40), b"PK\x05\x06" + b"\0" * 18]
    )


def _entries(rng: random.Random) -> list[RawEntry]:
    """Return a data set of pictures or texts in folders, with a few entries that are odd."""
    suffix, is_picture = rng.choice([(".png", True), (".txt", False)])
    entries = []
    for i in range(rng.choice([0, 4, 10, 10])):
        data = picture(rng) if is_picture else f"{sentence(rng)} {i}".encode()
        entries.append(RawEntry(f"{('cat', 'dog')[i % 2]}/{i}{suffix}".encode(), data, rng.choice([0, 8])))
    is_named_well = rng.random() < 0.5
    for number in range(rng.choice([0, 1, 1, 2, 5])):
        own_suffix, data = _content(rng)
        name = (
            f"dog/odd{number}{own_suffix}" if is_named_well else junk.name(rng) + rng.choice(["", own_suffix])
        )
        encoded = rng.choice(
            [junk.encode(name), name.encode("utf-8", "replace"), name.encode("cp437", "replace"), b"", b"/"]
        )
        one = RawEntry(encoded[:60_000], data, rng.choice([0, 8, 8]))
        _spoil(one, rng)
        entries.insert(rng.randrange(len(entries) + 1), one)
    if entries and rng.random() < 0.15:
        entries.append(rng.choice(entries))
    return entries


def _spoil(entry: RawEntry, rng: random.Random) -> None:
    """Let some of an entry's fields lie."""
    if rng.random() < 0.4:
        return
    entry.flags = rng.choice([0, 0x800, 0x801, 1, 8, 0x808, 0x2000, 0x40, rng.randrange(2**16)])
    entry.attributes = rng.choice(
        [0o120777 << 16, 0o10644 << 16, 0o40755 << 16, 0o20644 << 16, 0x10, 0, 2**32 - 1]
    )
    entry.made_by = rng.choice([0, 3 << 8, 10 << 8, 0xFFFF])
    if rng.random() < 0.5:
        field_name = rng.choice(["crc", "packed", "size", "method", "offset"])
        value = rng.choice(
            [0, 1, 12, 14, 93, 99, 2**31, 2**32 - 1, len(entry.data) * 2, rng.randrange(2**32)]
        )
        for where in rng.choice([("local",), ("central",), ("local", "central")]):
            entry.says[where, field_name] = value
    if rng.random() < 0.2:
        entry.extra = struct.pack("<HHQQ", 1, 16, rng.randrange(2**64), rng.randrange(2**40))
    if rng.random() < 0.05:
        entry.data = b"\0" * rng.choice([10**6, 3 * 10**7])


def _zip(rng: random.Random, folder: Path) -> Call:
    count = rng.choice([None] * 12 + [0, 1, 65_535])
    lead = rng.choice([b""] * 12 + [b"#!/bin/sh\n", b"PK\x03\x04", b"\0" * 100])
    data = raw_zip(
        _entries(rng), comment=rng.choice([b"", b"", b"x" * 100, b"PK\x05\x06"]), lead=lead, count=count
    )
    if rng.random() < 0.35:
        data = mutate(data, rng)
    (folder / "samples.zip").write_bytes(data)
    return given("samples.zip", rng)


def _zip_files(rng: random.Random, folder: Path) -> Call:
    """Write a zip whose files are countable: each is a sample, or left out with a reason."""
    buffer = io.BytesIO()
    names = {f"{('cat', 'dog')[i % 2]}/{i}.png": picture(rng) for i in range(6)}
    for _ in range(rng.randrange(8)):
        suffix, data = _content(rng)
        segments = [
            rng.choice(["cat", "dog", "owl", "train", "x y", "é", ".hidden", "1"])
            for _ in range(rng.choice([1, 1, 2]))
        ]
        names[
            "/".join([*segments, f"{rng.choice(['a', 'B', 'ü', '.b', 'metadata'])}{len(names)}{suffix}"])
        ] = data
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in names.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    (folder / "samples.zip").write_bytes(buffer.getvalue())
    return Call(("samples", "samples.zip", "--modality", "image", "--json"), n_items=len(names))


def _tar(rng: random.Random, folder: Path) -> Call:
    buffer = io.BytesIO()
    format_ = rng.choice([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
    odd = rng.choice([0.0, 0.0, 0.0, 0.15])
    with tarfile.open(fileobj=buffer, mode="w", format=format_, errors="surrogateescape") as archive:
        for entry in _entries(rng):
            info = tarfile.TarInfo(
                entry.name.decode("utf-8", "surrogateescape").replace("\0", "")[:90] or "x"
            )
            if rng.random() < odd:
                info.type = rng.choice(
                    [
                        tarfile.SYMTYPE,
                        tarfile.LNKTYPE,
                        tarfile.CHRTYPE,
                        tarfile.FIFOTYPE,
                        tarfile.DIRTYPE,
                        b"Z",
                    ]
                )
                info.linkname = rng.choice(["../../x", "/etc/passwd", "cat/0.png", ""])
            info.size, info.mode = len(entry.data), rng.choice([0o644, 0, 0o4777])
            info.mtime = rng.choice([0, 2**31, 8**11 - 1])
            if format_ == tarfile.PAX_FORMAT and rng.random() < 0.2:
                info.pax_headers = {
                    rng.choice(["size", "path", "mtime", "GNU.sparse.map", "x"]): rng.choice(
                        ["-1", "x", "9" * 30, "1"]
                    )
                }
            archive.addfile(info, io.BytesIO(entry.data))
    data = bytearray(buffer.getvalue())
    if rng.random() < 0.25:
        data = bytearray(_repaired(bytearray(mutate(bytes(data), rng)), rng))
    pack, suffix = rng.choice([(bytes, ".tar"), (bytes, ".tar"), (_gzip, ".tar.gz"), (bz2.compress,
        ".tar.bz2"),
                               (lzma.compress, ".tar.xz"), (_gzip, ".tgz")])  # fmt: skip
    packed = pack(bytes(data))
    if rng.random() < 0.2:
        packed = mutate(packed, rng)
    (folder / f"samples{suffix}").write_bytes(packed)
    return given(f"samples{suffix}", rng)


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _repaired(data: bytearray, rng: random.Random) -> bytearray:
    """Write the checksum of each header again, mostly, so that what was changed in it is read."""
    if rng.random() < 0.3:
        return data
    for start in range(0, len(data) - 511, 512):
        if data[start + 257 : start + 262] == b"ustar":
            data[start + 148 : start + 156] = b" " * 8
            data[start + 148 : start + 156] = b"%06o\0 " % sum(data[start : start + 512])
    return data


def _compressed(rng: random.Random, folder: Path) -> Call:
    """Write a table that is compressed by itself."""
    data = write_table(make_rows(rng), rng)
    if rng.random() < 0.1:
        data += b"word,cat\n" * rng.choice([10_000, 4_000_000])
    pack, suffix = rng.choice(
        [(_gzip, ".gz"), (bz2.compress, ".bz2"), (lzma.compress, ".xz"), (bytes, ".gz"), (bytes, ".zst")]
    )
    packed = pack(data)
    if rng.random() < 0.5:
        packed = mutate(packed, rng)
    name = f"table.csv{suffix}"
    (folder / name).write_bytes(packed)
    return given(name, rng)


KINDS = (
    Kind("zip", _zip, 2.5),
    Kind("zip-files", _zip_files),
    Kind("tar", _tar, 1.5),
    Kind("compressed", _compressed, 0.5),
)
