"""Uploads of a browser, each stored once under the digest of its content."""

from __future__ import annotations

import hashlib
import io
import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path

from ptmrank_core.config import Settings
from ptmrank_core.data.sources.archives import open_archive
from ptmrank_core.data.sources.entries import clean_name, suffix_of
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS
from ptmrank_core.data.sources.signatures import HEAD_BYTES, is_archive, is_tar, is_zip
from ptmrank_core.data.sources.tars import open_tar, tar_stem, write_unpacked
from ptmrank_core.data.tables import TABLE_SUFFIXES
from ptmrank_core.errors import ArchiveError, SamplesError
from ptmrank_core.files import new_folder, renew
from ptmrank_core.owners import Room, claim, room_of
from ptmrank_core.records import LOCAL_OWNER

__all__ = ["content_digest", "store_features", "store_upload"]

FEATURE_SUFFIXES = (".npz", ".csv", ".tsv", ".parquet")
# All of an archive of features is in memory at once.
FEATURE_LIMITS = replace(DEFAULT_LIMITS, max_entry_bytes=2**30, max_total_bytes=2**31)
FEATURES_HINT = "Upload .npz files (or tables), one for each model and named after it, or one .zip of them."
UPLOAD_HINT = "Upload one .zip file, one table, or the files themselves with a table of their labels."


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new folder."""
    for name, data in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise ArchiveError(
                f"The name {name!r} is refused: it collides with another file of the upload.",
                hint="Rename one of them.",
            ) from error


@dataclass(frozen=True, slots=True)
class _Place:
    """The folder of an owner's uploads.

    Parameters
    ----------
    uploads_dir
        Folder of all uploads.
    owner
        Id of the owner.
    settings
        Settings with the quotas that hold for the owner; ``None`` for no quotas.
    """

    uploads_dir: Path
    owner: str
    settings: Settings | None

    def folder(self, digest: str) -> Path:
        """Return the folder of an upload: the digest, which owners other than the local one have hashed."""
        if self.owner == LOCAL_OWNER:
            return self.uploads_dir / digest
        return self.uploads_dir / hashlib.sha256(f"{self.owner}/{digest}".encode()).hexdigest()

    def require_bytes(self, size_bytes: int) -> None:
        """Refuse an upload for which the owner has no room, before anything is unpacked or written.

        Raises
        ------
        QuotaError
            If there is none.
        """
        if self.settings is not None and self.owner != LOCAL_OWNER:
            room_of(self.settings, self.owner).require_bytes(size_bytes)

    def store(self, digest: str, fill: Callable[[Path, Room], None]) -> Path:
        """Store one folder, which a function fills; one that is there already is complete, and used anew."""
        target = self.folder(digest)
        claimed = (
            nullcontext(Room()) if self.settings is None else claim(self.settings, self.owner, target.name)
        )
        with claimed as room:
            if target.is_dir():
                renew(target)
            else:
                with new_folder(target) as folder:
                    fill(folder, room)
        return target


def _store(place: _Place, digest: str, files: Mapping[str, bytes]) -> Path:
    """Store files as one folder."""

    def fill(folder: Path, room: Room) -> None:
        room.require_bytes(sum(map(len, files.values())))
        _write_files(folder, files)

    return place.store(digest, fill)


def _store_archive(name: str, data: bytes, place: _Place) -> Path:
    """Store a zip archive after checking it."""
    open_archive(io.BytesIO(data), name, DEFAULT_LIMITS)
    safe = posixpath.basename(name)
    safe = safe if safe.lower().endswith(".zip") else f"{safe}.zip"
    folder = _store(place, hashlib.sha256(data).hexdigest(), {safe: data})
    return next(folder.iterdir())


def _store_tar(name: str, data: bytes, place: _Place) -> Path:
    """Store a tar archive after checking it, without its compression."""

    def fill(folder: Path, room: Room) -> None:
        tar = folder / f"{tar_stem(name)}.tar"
        write_unpacked(io.BytesIO(data), len(data), tar, name, DEFAULT_LIMITS, check=room.require_bytes)
        open_tar(tar, name, DEFAULT_LIMITS)

    return next(place.store(hashlib.sha256(data).hexdigest(), fill).glob("*.tar"))


def content_digest(files: Iterable[tuple[str, int, Iterable[bytes]]]) -> str:
    """SHA-256 (hex) of the names and bytes of files.

    Parameters
    ----------
    files
        Name, size in bytes, and content in pieces, of each.
    """
    digest = hashlib.sha256()
    for name, size_bytes, pieces in sorted(files, key=itemgetter(0)):
        digest.update(f"{len(name)}:{name}={size_bytes};".encode())
        for piece in pieces:
            digest.update(piece)
    return digest.hexdigest()


def _digest(files: Mapping[str, bytes]) -> str:
    return content_digest((name, len(data), (data,)) for name, data in files.items())


def _store_loose(files: Mapping[str, bytes], place: _Place) -> Path:
    """Store loose files as a folder; a single table is the source itself."""
    folder = _store(place, _digest(files), files)
    first = next(iter(files))
    return folder / first if len(files) == 1 and suffix_of(first) in TABLE_SUFFIXES else folder


def _name(files: Sequence[tuple[str, bytes]], hint: str) -> dict[str, bytes]:
    """Check the names of an upload."""
    if not files:
        raise SamplesError("The upload holds no files.", hint=hint)
    named: dict[str, bytes] = {}
    for raw, data in files:
        name = clean_name(raw)
        if not name or name in named:
            raise ArchiveError(
                f"The name {raw!r} is refused: it {'occurs twice' if name else 'is empty'}.",
                hint="Upload each file once, under its own name.",
            )
        named[name] = data
    return named


def store_upload(
    files: Sequence[tuple[str, bytes]],
    uploads_dir: Path,
    *,
    owner: str = LOCAL_OWNER,
    settings: Settings | None = None,
) -> Path:
    """Store an upload, so that ``load_samples`` can read it.

    Parameters
    ----------
    files
        Names and bytes: one zip or tar archive, one table, or loose files whose names may hold folders
        (``"data/cat/1.png"``).
    uploads_dir
        Folder of all uploads; created when something is stored.
    owner
        Id of the owner: the same files of another owner are stored and deleted separately.
    settings
        Settings with the quotas that hold for every owner but this machine's; the upload is then marked as
        the owner's. By default there are no quotas.

    Returns
    -------
    Path
        ``uploads_dir/DIGEST/NAME.zip`` or ``NAME.tar`` for an archive, ``uploads_dir/DIGEST/NAME.csv`` for a
        table, ``uploads_dir/DIGEST`` for loose files. The same upload of the same owner has the same path,
        and is written once.

    Raises
    ------
    ArchiveError
        If an archive or a name is unsafe; nothing is stored then.
    SamplesError
        If there is nothing to store, or more than one archive.
    QuotaError
        If the owner may not keep as much; nothing is stored then.
    """
    named, place = _name(files, UPLOAD_HINT), _Place(uploads_dir, owner, settings)
    archives = [name for name, data in named.items() if is_archive(name, data[:HEAD_BYTES])]
    if not archives:
        return _store_loose(named, place)
    name, data = archives[0], named[archives[0]]
    if len(named) == 1 and is_zip(name, data):
        return _store_archive(name, data, place)
    if len(named) == 1 and is_tar(name, data[:HEAD_BYTES]):
        return _store_tar(name, data, place)
    raise SamplesError(
        f"The upload of {len(named)} files holds {', '.join(map(repr, archives))}; expected a single .zip or "
        ".tar file, or no archive.",
        hint=UPLOAD_HINT,
    )


def store_features(
    files: Sequence[tuple[str, bytes]],
    uploads_dir: Path,
    *,
    owner: str = LOCAL_OWNER,
    settings: Settings | None = None,
) -> Path:
    """Store uploaded files of features as one folder, which a run then reads.

    Parameters
    ----------
    files
        Names and bytes: files of features, or one zip archive of them, which is unpacked.
    uploads_dir
        Folder of all uploads; created when something is stored.
    owner, settings
        As in ``store_upload``.

    Returns
    -------
    Path
        ``uploads_dir/DIGEST``, with all files directly in it: folders within an upload are dropped.

    Raises
    ------
    ArchiveError
        If the archive or a name is unsafe, or two files have one name; nothing is stored then.
    SamplesError
        If there is no file of features among them, or one that cannot be unpacked.
    QuotaError
        If the owner may not keep as much; nothing is stored then.
    """
    named, place = _name(files, FEATURES_HINT), _Place(uploads_dir, owner, settings)
    if len(named) == 1 and suffix_of(next(iter(named))) == ".zip":
        [(title, data)] = named.items()
        listing = open_archive(io.BytesIO(data), title, FEATURE_LIMITS, expected={".npz"})
        place.require_bytes(sum(entry.size_bytes for entry in listing.entries))
        named = {entry.name: entry.blob.read() for entry in listing.entries}
    flat = _name([(posixpath.basename(name), data) for name, data in named.items()], FEATURES_HINT)
    if not any(suffix_of(name) in FEATURE_SUFFIXES for name in flat):
        raise SamplesError(
            f"None of {', '.join(map(repr, list(flat)[:3]))} is a file of features.", hint=FEATURES_HINT
        )
    return _store(place, _digest(flat), flat)
