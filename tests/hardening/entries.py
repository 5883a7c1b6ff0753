"""What an input is given to: the command line, and functions that only a page or a script calls."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ptmrank_core.catalogue import parse_mapping
from ptmrank_core.cli import main
from ptmrank_core.config import load_settings
from ptmrank_core.data import load_samples
from ptmrank_core.data.preview import preview
from ptmrank_core.data.uploads import store_upload
from ptmrank_core.errors import InputError, PTMRankError

__all__ = ["ENTRIES"]


def _as_command(function: Callable[[str], object]) -> Callable[[Sequence[str]], int]:
    """Report a function's errors as the command line does."""

    def call(arguments: Sequence[str]) -> int:
        try:
            for argument in arguments:
                function(argument)
        except PTMRankError as error:
            sys.stderr.write(f"error: {error}\n")
            return 2 if isinstance(error, InputError) else 1
        return 0

    return call


def _read_mapping(path: str) -> None:
    parse_mapping(Path(path).read_bytes(), name=Path(path).name)


def _upload(path: str) -> None:
    """Store a file as the Samples page does, then show and read it."""
    files = [(Path(path).name, Path(path).read_bytes())]
    stored = store_upload(files, load_settings().uploads_dir)
    preview(stored)
    load_samples(stored)


ENTRIES: Mapping[str, Callable[[Sequence[str]], int]] = {
    "cli": main,
    "mapping": _as_command(_read_mapping),
    "preview": _as_command(preview),
    "upload": _as_command(_upload),
}
