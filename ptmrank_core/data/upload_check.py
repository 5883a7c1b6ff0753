"""Whether a stored upload is still what was uploaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from ptmrank_core.data.sources.archives import open_archive
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS
from ptmrank_core.data.sources.tars import open_tar
from ptmrank_core.data.uploads import content_digest
from ptmrank_core.errors import PTMRankError
from ptmrank_core.files import is_partial
from ptmrank_core.owners import is_marked

__all__ = ["check_upload"]

CHUNK_BYTES = 2**20


def check_upload(folder: Path) -> str:
    """Say what is wrong with an upload; empty if nothing is.

    Its name tells what it held: the digest of its content, unless it is a visitor's, whose id is in the
    digest too, or a tar archive, which is stored without the compression that it came with.

    Parameters
    ----------
    folder
        The folder of the upload.
    """
    try:
        files = sorted(path for path in folder.rglob("*") if path.is_file() and not is_partial(path))
        if not files:
            return "it holds no file."
        problem = _problem_of_archive(files[0]) if len(files) == 1 else ""
        if problem or is_marked(folder.parent, folder.name) or files[0].suffix == ".tar":
            return problem
        parts = ((path.relative_to(folder).as_posix(), path.stat().st_size, _pieces(path)) for path in files)
        if folder.name in {_digest_of_file(files[0]), content_digest(parts)}:
            return ""
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}."
    return "its content is not what was uploaded."


def _problem_of_archive(path: Path) -> str:
    try:
        if path.suffix.lower() == ".zip":
            open_archive(path, path.name, DEFAULT_LIMITS)
        elif path.suffix == ".tar":
            open_tar(path, path.name, DEFAULT_LIMITS)
    except PTMRankError as error:
        return error.message
    return ""


def _digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pieces(path: Path) -> Iterator[bytes]:
    """Yield the content of a file, which is never in memory as a whole."""
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            yield piece
