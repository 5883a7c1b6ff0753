"""The files of a source: a folder, an archive, or a single table."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from ptmrank_core.config import load_settings
from ptmrank_core.data.naming import name_source
from ptmrank_core.data.sources.archives import open_archive
from ptmrank_core.data.sources.compressed import unpack_tables
from ptmrank_core.data.sources.entries import SourceListing, suffix_of
from ptmrank_core.data.sources.folders import list_file, list_folder
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.sources.other_formats import other_format
from ptmrank_core.data.sources.signatures import is_packed_table, is_tar, read_head
from ptmrank_core.data.sources.tars import open_tar, unpacked_tar
from ptmrank_core.data.tables import TABLE_SUFFIXES
from ptmrank_core.errors import SamplesError

__all__ = ["LAYOUT_HINT", "absolute_source", "list_source"]

LAYOUT_HINT = (
    "Expected a .zip file or a folder with one folder of pictures for each class (or of recordings, videos, "
    "texts), or with a table of files and labels beside them; or a table of texts or numbers (.csv, .tsv, "
    ".jsonl, .parquet, .xlsx, .ods)."
)


def absolute_source(source: str) -> str:
    """Make a path absolute, so that a process with another working directory finds it; ``""`` stays empty."""
    if not source:
        return source
    try:
        path = Path(source).expanduser()
    except RuntimeError:  # '~name' without a user of that name
        path = Path(source)
    return str(path.absolute())


def list_source(source: str, limits: Limits) -> SourceListing:
    """List the files of a source, without hidden and system files.

    Parameters
    ----------
    source
        A folder, a ``.zip`` file, or a single table (``.csv``, ``.jsonl``, ``.txt`` ...).
    limits
        Bounds on what it may hold.

    Returns
    -------
    SourceListing
        Hidden and system files are left out.

    Raises
    ------
    ArchiveError, SamplesError
        If the source does not exist, is unsafe or is damaged.
    """
    path = Path(source)
    try:
        is_folder, is_there = path.is_dir(), path.exists()
    except OSError as error:
        raise SamplesError(f"{name_source(source)} cannot be opened: {error}.", hint=LAYOUT_HINT) from error
    if not source or not is_there:
        raise SamplesError(f"There is no file or folder {source!r}.", hint=_say_where(source))
    if is_folder:
        return unpack_tables(list_folder(path, limits), limits)
    if not path.is_file():  # opening a pipe would wait for a writer
        raise SamplesError(f"{name_source(source)} is neither a file nor a folder.", hint=LAYOUT_HINT)
    if suffix_of(source) in TABLE_SUFFIXES:
        return list_file(path, limits)
    if is_packed_table(source):
        return unpack_tables(list_file(path, limits), limits)
    return unpack_tables(_list_archive(path, source, limits), limits)


def _list_archive(path: Path, source: str, limits: Limits) -> SourceListing:
    """List the files of an archive; any other file is refused by its format."""
    head = read_head(path)
    other = other_format(source, head)
    if other is not None:
        raise SamplesError(f"{name_source(source)} is {other.what}, which is not read.", hint=other.remedy)
    if is_tar(source, head):
        return open_tar(unpacked_tar(path, source, limits, load_settings().uploads_dir), source, limits)
    if suffix_of(source) != ".zip" and not zipfile.is_zipfile(path):
        raise SamplesError(f"{name_source(source)} is neither a .zip file nor a table.", hint=LAYOUT_HINT)
    return open_archive(path, source, limits)


def _say_where(source: str) -> str:
    """Say what was expected; what looks like a name on the Hub may be meant as one."""
    path = Path(source)
    name = path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else source
    if re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", name):
        return f"For a dataset on the Hub write hf:{name}. {LAYOUT_HINT}"
    return LAYOUT_HINT
