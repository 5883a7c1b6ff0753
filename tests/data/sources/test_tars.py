"""Tar archives, compressed or not, are read like folders, and refused as zip archives are."""

from __future__ import annotations

import io
import pickle
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.data import Limits, load_samples, store_upload
from ptmrank_core.errors import ArchiveError, SamplesError


def packed(files: dict[str, bytes], mode: str = "w", more: tuple[tarfile.TarInfo, ...] = ()) -> bytes:
    """A tar archive of these files, with a folder before each as ``tar`` writes it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        root = tarfile.TarInfo("./")
        root.type = tarfile.DIRTYPE
        archive.addfile(root)
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in more:
            archive.addfile(info)
    return out.getvalue()


def entry(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """An entry that is no plain file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz"), ("a.tar.bz2", "w:bz2"), ("a.txz", "w:xz")],
)
def test_a_tar_archive_gives_what_the_folder_gives(
    make: Any, tmp_path: Path, home: Path, name: str, mode: str
) -> None:
    """The same samples, whatever the compression; the user's archive is only read."""
    files = make.classes()
    for path, data in files.items():
        make.write(tmp_path / "folder" / path, data)
    archive = make.write(tmp_path / name, packed({f"./{path}": data for path, data in files.items()}, mode))
    samples, folder = load_samples(archive), load_samples(tmp_path / "folder")
    assert samples.fingerprint == folder.fingerprint
    assert samples.names == folder.names
    assert samples.source == str(archive)
    assert pickle.loads(pickle.dumps(samples.items[0])).decode().size == folder.items[0].decode().size  # noqa: S301
    assert load_samples(archive).fingerprint == samples.fingerprint
    assert len([*home.rglob("*.tar")]) == (0 if mode == "w" else 1)


def test_an_upload_is_kept_without_compression(make: Any, tmp_path: Path) -> None:
    """Once for the same bytes, and read like a folder."""
    data = packed(make.classes(), "w:gz")
    stored = store_upload([("My Data.tar.gz", data)], tmp_path / "uploads")
    assert stored == store_upload([("My Data.tar.gz", data)], tmp_path / "uploads")
    assert stored.name == "My Data.tar"
    assert load_samples(stored).class_names == ("cat", "dog")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (entry("cat/link.png", tarfile.SYMTYPE, "/etc/passwd"), "is a link"),
        (entry("cat/link.png", tarfile.LNKTYPE, "cat/0.png"), "is a link"),
        (entry("cat/pipe.png", tarfile.FIFOTYPE), "is a device, a pipe or a sparse file"),
        (entry("../evil.png", tarfile.REGTYPE), "'..' component"),
        (entry("/evil.png", tarfile.REGTYPE), "absolute path"),
        (entry("cat/0.png", tarfile.REGTYPE), "occurs twice"),
        (entry("cat/inner.tar.gz", tarfile.REGTYPE), "is an archive inside the archive"),
    ],
)
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_one_unsafe_entry_refuses_all(
    make: Any, tmp_path: Path, home: Path, more: tarfile.TarInfo, said: str, mode: str
) -> None:
    """Links, devices, names that lead elsewhere, copies and inner archives; uploads keep nothing."""
    data = packed(make.classes(), mode, (more,))
    path = make.write(tmp_path / "a.tar", data)
    with pytest.raises(ArchiveError) as caught:
        load_samples(path)
    assert said in str(caught.value)
    with pytest.raises(ArchiveError):
        store_upload([("a.tar", data)], home / "uploads-of-others")
    assert not [*(home / "uploads-of-others").glob("*")]


def test_links_that_are_hidden_are_left_out(make: Any, tmp_path: Path) -> None:
    """A version control's links do not refuse the samples."""
    data = packed(make.classes(), "w", (entry(".git/link", tarfile.SYMTYPE, "x"),))
    assert load_samples(make.write(tmp_path / "a.tar", data)).n_samples == 4


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_limits_hold(make: Any, tmp_path: Path, home: Path, mode: str) -> None:
    """Entries, sizes and the total have bounds; a bomb is not unpacked, and leaves nothing."""
    path = make.write(tmp_path / "a.tar", packed(make.classes(), mode))
    for limits in (Limits(max_entries=3), Limits(max_entry_bytes=500), Limits(max_total_bytes=2_000)):
        with pytest.raises(ArchiveError):
            load_samples(path, limits=limits)
    bomb = make.write(tmp_path / "b.tgz", packed({**make.classes(), "cat/b.png": bytes(10_000_000)}, "w:xz"))
    with pytest.raises(ArchiveError, match="decompression bomb"):
        load_samples(bomb)
    assert not [*home.rglob("b.tar")]


def test_a_name_of_many_kilobytes_is_refused(make: Any, tmp_path: Path) -> None:
    """Such a record would be read into memory as a whole."""
    long = entry("cat/" + "x" * 200_000, tarfile.REGTYPE)
    path = make.write(tmp_path / "a.tar", packed(make.classes(), "w", (long,)))
    with pytest.raises(ArchiveError, match="name of many kilobytes"):
        load_samples(path)


@pytest.mark.parametrize("cut", [3, 300, 3_000])
def test_damage_is_told(make: Any, tmp_path: Path, cut: int) -> None:
    """An archive that was cut off is refused, and one that is none is named."""
    for mode in ("w", "w:gz"):
        path = make.write(tmp_path / "a.tar", packed(make.classes(), mode)[:cut])
        with pytest.raises((ArchiveError, SamplesError)):
            load_samples(path)
