"""What a file is by its first bytes, whatever it is called."""

from __future__ import annotations

from pathlib import Path

from ptmrank_core.catalogue.formats.table import GGUF, PICKLED, TENSORFLOW, Format, format_of
from ptmrank_core.catalogue.regular_files import read_start
from ptmrank_core.errors import WeightsFormatError

__all__ = ["format_inside", "is_pointer", "refuse_pointer", "say_contents"]

# The first line of what stands in a clone for a file that Git LFS has not fetched.
POINTER = b"version https://git-lfs"
_FORMATS = ((b"GGUF", GGUF), (b"ggml", GGUF), (b"lmgg", GGUF), (b"tjgg", GGUF), (b"\x89HDF", TENSORFLOW))
_WORDS = (
    (b"PK\x03\x04", "a ZIP archive, as torch.save writes pickled weights"),
    (b"\x80", "a pickle, which is not loaded"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"<", "a page in HTML or XML, as a server sends it instead of the file"),
    (b"# xet", "a pointer of git-xet: the file itself was not fetched"),
)


def _starts(path: Path) -> bytes:
    return read_start(path, len(POINTER))


def format_inside(path: Path) -> Format | None:
    """Return the format of a file: by its first bytes where its name says little, else by its name."""
    named = format_of(path.name)
    if named is not None and named is not PICKLED:
        return named
    start = _starts(path)
    return next((known for magic, known in _FORMATS if start.startswith(magic)), named)


def say_contents(path: Path) -> str:
    """Say what a file is by its first bytes; empty where they tell nothing."""
    start = _starts(path)
    known = ((magic, kind.words) for magic, kind in _FORMATS)
    words = next((words for magic, words in (*known, *_WORDS) if start.startswith(magic)), "")
    return words or ("an empty file" if path.is_file() and not start else "")


def is_pointer(path: Path) -> bool:
    """Whether a file is the pointer that Git LFS leaves where the file itself was not fetched."""
    return _starts(path) == POINTER


def refuse_pointer(path: Path, name: str) -> None:
    """Refuse a file that Git LFS has not fetched.

    Raises
    ------
    WeightsFormatError
        If the file is a pointer.
    """
    if is_pointer(path):
        raise WeightsFormatError(
            f"{path.name} of {name} is a Git LFS pointer: the file itself was not fetched.",
            hint="Run git lfs pull in the clone, or download the model again.",
        )
