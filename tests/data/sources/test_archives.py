"""Archives: what is refused as a whole, and what is left out."""

from __future__ import annotations

import contextlib
import gc
import io
import pickle
import re
import stat
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.data import DEFAULT_LIMITS, Limits, load_samples
from ptmrank_core.data.sources.archives import open_archive
from ptmrank_core.errors import ArchiveError, SamplesError


def _everything_under(folder: Path) -> list[Path]:
    """Paths under a folder of the test's own: what other tests do beside it does not count."""
    return sorted(folder.rglob("*"))


def _refusal(make: Any, folder: Path, data: bytes, **options: Any) -> str:
    """Message that refuses an archive; nothing is written on the way."""
    path = make.write(folder / "a" / "b" / "in" / "photos.zip", data)  # names may lead up three folders
    before = _everything_under(folder)
    with pytest.raises(ArchiveError) as caught:
        load_samples(path, **options)
    assert _everything_under(folder) == before
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../evil.png", "'..' component"),
        ("cat/../../evil.png", "'..' component"),
        ("cat/.. /evil.png", "'..' component"),
        ("__MACOSX/../evil.png", "'..' component"),
        ("/etc/evil.png", "absolute path"),
        ("C:/evil.png", "drive letter"),
        ("c:evil.png", "drive letter"),
        ("..\\evil.png", "'..' component"),
        ("C:\\evil.png", "drive letter"),
        ("cat/evil\n.png", "control character"),
        ("cat/evil\x7f.png", "control character"),
        ("cat/" + "e" * 300 + ".png", "255 bytes"),
    ],
)
def test_a_name_that_leads_elsewhere_refuses_the_archive(
    make: Any, tmp_path: Path, name: str, said: str
) -> None:
    """One unsafe name among good pictures refuses all, and the message has it."""
    message = _refusal(make, tmp_path, make.zip({**make.classes(), name: b"x"}))
    assert repr(name.replace("\\", "/")) in message
    assert said in message


def test_backslashes_separate_folders(make: Any, tmp_path: Path) -> None:
    """Programs of Windows write them; the folders are the classes as ever."""
    names = {name.replace("/", "\\"): data for name, data in make.classes().items()}
    samples = load_samples(make.write(tmp_path / "a.zip", make.zip({"cat\\": b"", **names})))
    assert samples.class_names == ("cat", "dog")
    assert samples.names == tuple(sorted(make.classes()))
    assert samples.left_out == ()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("__MACOSX/x", b"PK\x03\x04" + b"x" * 300),
        (".cache.zip", b"x"),
        (".git/objects/pack.gz", b"\x1f\x8b\x08" + b"x" * 300),
    ],
)
def test_hidden_files_are_left_out_whatever_they_are(
    make: Any, tmp_path: Path, name: str, data: bytes
) -> None:
    """What no sample is made of cannot refuse the samples."""
    samples = load_samples(make.write(tmp_path / "a.zip", make.zip({**make.classes(), name: data})))
    assert samples.n_samples == 4
    assert [(one.name, one.reason) for one in samples.left_out] == [(name, "hidden or system file")]


def test_a_nul_in_a_name_refuses_the_archive(make: Any, tmp_path: Path) -> None:
    """A NUL, at which zipfile would cut the name off, is seen."""
    data = make.zip({**make.classes(), "cat/evil.png_.txt": b"x"})
    data = data.replace(b"cat/evil.png_.txt", b"cat/evil.png\x00.txt")
    assert r"'cat/evil.png\x00.txt'" in _refusal(make, tmp_path, data)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (stat.S_IFLNK, "symbolic link"),
        (stat.S_IFCHR, "device or a pipe"),
        (stat.S_IFBLK, "device or a pipe"),
        (stat.S_IFIFO, "device or a pipe"),
        (stat.S_IFSOCK, "device or a pipe"),
    ],
)
def test_what_is_no_plain_file_refuses_the_archive(make: Any, tmp_path: Path, kind: int, said: str) -> None:
    """Links and devices are told by their Unix mode."""
    info = make.info("cat/evil.png", mode=kind | 0o777)
    data = make.zip([*make.classes().items(), (info, b"/etc/passwd")])
    message = _refusal(make, tmp_path, data)
    assert "'cat/evil.png'" in message
    assert said in message


@pytest.mark.parametrize(
    "name", ["a.zip", "a.TAR", "a.tar.gz", "a.tgz", "a.bz2", "a.7z", "a.rar", "a.whl", "a.zst"]
)
def test_an_archive_inside_is_told_by_its_name(make: Any, tmp_path: Path, name: str) -> None:
    """An inner archive refuses the outer one whatever its bytes are."""
    message = _refusal(make, tmp_path, make.zip({**make.classes(), f"cat/{name}": b"x"}))
    assert f"'cat/{name}' is an archive inside the archive" in message


@pytest.mark.parametrize(
    "head",
    [
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\x1f\x8b\x08",
        b"BZh91AY&SY",
        b"\xfd7zXZ\x00",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07",
        b"\x28\xb5\x2f\xfd",
        b"\x00" * 257 + b"ustar",
    ],
)
@pytest.mark.parametrize("name", ["cat/9.png", "notes"])
def test_an_archive_inside_is_told_by_its_bytes(make: Any, tmp_path: Path, head: bytes, name: str) -> None:
    """An inner archive under another name refuses the outer one."""
    message = _refusal(make, tmp_path, make.zip({**make.classes(), name: head + b"x" * 300}))
    assert f"{name!r} is an archive by its first bytes" in message


def _patch_directory(data: bytes, name: str, offset: int, value: bytes) -> bytes:
    """Overwrite bytes of an entry's record in the central directory."""
    start = data.rindex(name.encode()) - 46 + offset
    return data[:start] + value + data[start + len(value) :]


def test_an_encrypted_entry_refuses_the_archive(make: Any, tmp_path: Path) -> None:
    """The encryption flag of a single entry is enough."""
    data = make.zip({**make.classes(), "cat/9.png": make.picture(9)})
    data = _patch_directory(data, "cat/9.png", 8, b"\x01\x00")
    assert "'cat/9.png' is encrypted" in _refusal(make, tmp_path, data)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("name", ["cat/bomb.png", "__MACOSX/bomb"])
def test_a_bomb_refuses_the_archive(make: Any, tmp_path: Path, method: int, name: str) -> None:
    """Ten megabytes of zeros, 1,000:1 as deflate and over 10,000:1 as bzip2, are not unpacked."""
    bomb = make.zip({**make.classes(), name: bytes(10_000_000)}, method)
    path = make.write(tmp_path / "bomb.zip", bomb)
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveError, match=re.escape(repr(name)) + ".*bomb"):
            load_samples(path)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_many_small_bombs_are_one_bomb(make: Any, tmp_path: Path) -> None:
    """Entries too small to be suspected one by one are suspected together."""
    data = make.zip({f"cat/{i}.bmp": bytes([i]) * 250_000 for i in range(20)})
    message = _refusal(make, tmp_path, data)
    assert "photos.zip' unpacks from" in message
    assert "bomb" in message


def test_a_declared_size_that_lies_bounds_the_memory(make: Any, tmp_path: Path) -> None:
    """An entry of 20 MB that says it has 1,000 bytes is left out without being unpacked."""
    files = {**make.classes(), "cat/9.png": bytes(20_000_000)}
    data = make.zip(files)
    packed = struct.unpack("<I", data[data.rindex(b"cat/9.png") - 26 :][:4])[0]
    data = _patch_directory(data, "cat/9.png", 24, struct.pack("<I", 1000))
    assert packed > 1000
    path = make.write(tmp_path / "liar.zip", data)
    tracemalloc.start()
    try:
        samples = load_samples(path)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert samples.n_samples == 4
    assert [item.name for item in samples.left_out] == ["cat/9.png"]
    assert "cannot be read: " in samples.left_out[0].reason


def test_a_size_declared_too_large_is_damage(make: Any, tmp_path: Path) -> None:
    """An entry that ends before its declared size is left out."""
    data = make.zip({**make.classes(), "cat/9.png": make.picture(9)})
    data = _patch_directory(data, "cat/9.png", 24, struct.pack("<I", 50_000))
    samples = load_samples(make.write(tmp_path / "a.zip", data))
    assert "where 50,000 were declared" in samples.left_out[0].reason


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(max_entries=3), "has more than the 3 entries that are accepted"),
        (Limits(max_entry_bytes=500), "'cat/0.png' unpacks to"),
        (Limits(max_total_bytes=2000), "photos.zip' unpacks to"),
    ],
)
def test_limits_are_told(make: Any, tmp_path: Path, limits: Limits, said: str) -> None:
    """Count, entry size and total size have bounds, which the message gives."""
    assert said in _refusal(make, tmp_path, make.zip(make.classes()), limits=limits)


def test_the_same_name_twice_refuses_the_archive(make: Any, tmp_path: Path) -> None:
    """Two entries of one name, one of them spelled otherwise, are refused."""
    files = [*make.classes().items(), ("./cat//0.png", make.picture(7))]
    assert "'cat/0.png' occurs twice" in _refusal(make, tmp_path, make.zip(files))


@pytest.mark.parametrize("length", [0, 1, 30, 0.5, 0.99])
def test_a_truncated_archive_is_refused(make: Any, tmp_path: Path, length: float) -> None:
    """A zip that was cut off anywhere is said to be damaged."""
    data = make.zip(make.classes())
    end = length if isinstance(length, int) else int(length * len(data))
    assert "damaged or cut off" in _refusal(make, tmp_path, data[:end])


def test_what_is_no_zip_is_refused(make: Any, tmp_path: Path) -> None:
    """Any other file is named, with what was expected."""
    message = _refusal(make, tmp_path, make.picture(1))
    assert "photos.zip' is not a zip archive" in message
    assert "expected a .zip file" in message


@pytest.mark.parametrize("files", [{}, {"cat/": b""}])
def test_an_empty_archive_is_refused(make: Any, tmp_path: Path, files: dict[str, bytes]) -> None:
    """An archive of nothing, or of folders only, holds no files."""
    assert "holds no files" in _refusal(make, tmp_path, make.zip(files))


def test_a_damaged_entry_is_left_out(make: Any, tmp_path: Path) -> None:
    """A wrong checksum costs one picture, not the archive."""
    picture = make.picture(9)
    data = make.zip({**make.classes(), "cat/9.png": picture}, zipfile.ZIP_STORED)
    data = data.replace(picture, picture[:-1] + b"?")
    samples = load_samples(make.write(tmp_path / "a.zip", data))
    assert samples.n_samples == 4
    assert samples.left_out[0].name == "cat/9.png"
    assert samples.left_out[0].reason.startswith("cannot be read: Bad CRC-32")


def test_a_damaged_directory_refuses_the_archive(make: Any, tmp_path: Path) -> None:
    """An archive whose own directory is broken is not guessed at."""
    data = make.zip(make.classes()).replace(b"PK\x01\x02", b"PK\x01\x03", 1)
    assert "damaged or cut off" in _refusal(make, tmp_path, data)


@pytest.mark.parametrize("seed", range(60))
def test_random_damage_is_never_a_crash(make: Any, tmp_path: Path, seed: int) -> None:
    """Whatever bytes are changed, the archive loads or an error of ours is raised."""
    data = bytearray(make.zip(make.classes()))
    for k in range(3):
        at = zlib.crc32(f"{seed} {k}".encode()) % len(data)
        data[at] = zlib.crc32(f"{k} {seed}".encode()) % 256
    path = make.write(tmp_path / "a.zip", bytes(data))
    with contextlib.suppress(ArchiveError, SamplesError):
        samples = load_samples(path)
        assert samples.n_samples + len(samples.left_out) == 4


@pytest.mark.parametrize(("method", "said"), [(zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "LZMA")])
def test_other_compressions_are_left_out(make: Any, tmp_path: Path, method: int, said: str) -> None:
    """Only what can be unpacked in bounded memory is read."""
    good, other = make.zip(make.classes()), make.zip({"cat/9.png": make.picture(9)}, method)
    assert load_samples(make.write(tmp_path / "good.zip", good)).left_out == ()
    with pytest.raises(SamplesError, match=r"no class left.*1 x packed with a compression"):
        load_samples(make.write(tmp_path / "other.zip", other))
    with zipfile.ZipFile(tmp_path / "good.zip", "a") as archive:
        archive.writestr("cat/9.png", make.picture(9), compress_type=method)
    assert said in load_samples(tmp_path / "good.zip").left_out[0].reason


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Äpfl".encode(), "Äpfl"),  # macOS: UTF-8 without the flag that says so
        (b"\x8epfel", "Äpfel"),  # DOS: code page 437
    ],
)
def test_letters_of_names_are_kept(make: Any, tmp_path: Path, raw: bytes, expected: str) -> None:
    """Names without a flag are read as UTF-8 where they are that, and as code page 437 else."""
    data = make.zip(make.classes(names=("Apfel", "Birne"))).replace(b"Apfel", raw)
    assert load_samples(make.write(tmp_path / "a.zip", data)).class_names == ("Birne", expected)


def test_names_flagged_as_utf8_are_kept(make: Any, tmp_path: Path) -> None:
    """Names with the flag are read as they are."""
    data = make.zip(make.classes(names=("Äpfel", "Birne")))
    assert load_samples(make.write(tmp_path / "a.zip", data)).class_names == ("Birne", "Äpfel")


def test_pictures_stay_in_the_archive(make: Any, tmp_path: Path) -> None:
    """The items of a large archive are read one by one, and nothing is unpacked to disk."""
    noise = {f"{'ab'[i % 2]}/{i}.bmp": make.encode_noise(i) for i in range(60)}
    path = make.write(tmp_path / "a.zip", make.zip(noise, zipfile.ZIP_STORED))
    del noise
    tracemalloc.start()
    try:
        samples = load_samples(path)
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size / 3
    finally:
        tracemalloc.stop()
    assert samples.items[3].decode().size == (200, 200)
    assert list(tmp_path.iterdir()) == [path]


def test_an_archive_nobody_holds_closes_its_file(make: Any, tmp_path: Path) -> None:
    """Also where it goes in a reference cycle, whose parts are deleted in an order of their own."""
    path = make.write(tmp_path / "a.zip", make.zip(make.classes()))
    listing = open_archive(path, "a.zip", DEFAULT_LIMITS)
    cycle: list[object] = [listing.entries[0].blob.archive.fp.raw, listing]
    cycle.append(cycle)
    gc.collect()  # it now meets the file before the archive
    del listing, cycle
    # A file that was left open warns here, and a warning is an error.
    gc.collect()


def test_a_member_can_be_read_in_another_process(tmp_path: Path) -> None:
    """Processes that decode get members by pickle and open the archive for themselves, once."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/1.txt", "one")
        archive.writestr("a/2.txt", "two")
    entries = open_archive(path, "a.zip", DEFAULT_LIMITS).entries
    first, second = pickle.loads(pickle.dumps([e.blob for e in entries]))  # noqa: S301 - our own
    assert (first.read(), second.read()) == (b"one", b"two")
    assert first.archive is second.archive
    in_memory = open_archive(io.BytesIO(path.read_bytes()), "a.zip", DEFAULT_LIMITS).entries[0].blob
    with pytest.raises(TypeError, match="stays in its process"):
        pickle.dumps(in_memory)
