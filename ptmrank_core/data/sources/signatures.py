"""Archives, recognised by their names or first bytes."""

from __future__ import annotations

from pathlib import Path

from ptmrank_core.data.sources.entries import suffix_of
from ptmrank_core.errors import SamplesError

__all__ = [
    "HEAD_BYTES",
    "is_archive",
    "is_git_lfs_pointer",
    "is_packed_table",
    "is_tar",
    "is_zip",
    "read_head",
    "refuse_lfs_pointer",
]

_SUFFIXES = (
    ".7z .apk .ar .arj .bz2 .cab .cbr .cbz .cpio .deb .ear .egg .gz .iso .jar .lz .lz4 .lzma .rar "
    ".rpm .tar .tbz .tbz2 .tgz .txz .tzst .war .whl .xz .z .zip .zipx .zst"
)
ARCHIVE_SUFFIXES = frozenset(_SUFFIXES.split())
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
SIGNATURES = (
    *ZIP_SIGNATURES,
    b"\x1f\x8b\x08",  # gzip, with deflate: the only method there is
    *(b"BZh%d1AY&SY" % level for level in range(1, 10)),
    b"\xfd7zXZ\x00",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x28\xb5\x2f\xfd",  # Zstandard
    b"MSCF",
)
PACKED_TABLES = (".csv.gz", ".tsv.gz", ".jsonl.gz", ".ndjson.gz", ".json.gz")
# Spreadsheets are zip archives by their first bytes, and read as tables.
SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".ods")
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tbz2", ".tar.xz", ".txz")
LFS_SIGNATURE, LARGEST_POINTER = b"version https://git-lfs", 1_024
TAR_SIGNATURE, TAR_OFFSET = b"ustar", 257
HEAD_BYTES = TAR_OFFSET + len(TAR_SIGNATURE)


def read_head(path: Path) -> bytes:
    """Return the first bytes of a file; none where it cannot be read, which opening it reports."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return b""


def is_zip(name: str, head: bytes) -> bool:
    """Whether a file is a zip archive by its name or its first bytes."""
    return suffix_of(name) == ".zip" or head.startswith(ZIP_SIGNATURES)


def is_archive(name: str, head: bytes = b"") -> bool:
    """Whether a file is an archive or a compressed file.

    Parameters
    ----------
    name
        Name of the file.
    head
        Its first ``HEAD_BYTES`` bytes; without them only the name counts.

    Returns
    -------
    bool
        Other office documents than spreadsheets, and ``.npz`` files, are zip archives too; a table compressed
        with gzip (``"a.csv.gz"``) is a table.
    """
    if is_packed_table(name) or name.lower().endswith(SPREADSHEETS):
        return False
    return (
        suffix_of(name) in ARCHIVE_SUFFIXES
        or head.startswith(SIGNATURES)
        or head[TAR_OFFSET:HEAD_BYTES] == TAR_SIGNATURE
    )


def is_packed_table(name: str) -> bool:
    """Whether a file is a table compressed with gzip, by its name."""
    return name.lower().endswith(PACKED_TABLES)


def is_tar(name: str, head: bytes) -> bool:
    """Whether a file is a tar archive, compressed or not, by its name or its first bytes."""
    return name.lower().endswith(TAR_SUFFIXES) or head[TAR_OFFSET:HEAD_BYTES] == TAR_SIGNATURE


def is_git_lfs_pointer(data: bytes) -> bool:
    """Whether bytes are those that Git keeps in place of a large file that was not fetched."""
    return len(data) < LARGEST_POINTER and data.startswith(LFS_SIGNATURE)


def refuse_lfs_pointer(name: str, data: bytes) -> None:
    """Refuse the pointer that Git left in place of a table.

    Parameters
    ----------
    name
        Name of the table.
    data
        Its bytes, or the first of them.

    Raises
    ------
    SamplesError
        If they are such a pointer.
    """
    if is_git_lfs_pointer(data):
        raise SamplesError(
            f"{name!r} is a Git LFS pointer in place of the table.",
            hint="Run git lfs pull where it comes from.",
        )
