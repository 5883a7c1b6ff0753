"""States of training on their way: the files of a folder as arrays of bytes, which frames do not copy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.files import renewed_folder, write_file

__all__ = ["StateFiles", "read_files", "write_files"]

StateFiles: TypeAlias = Mapping[str, NDArray[np.uint8]]


def read_files(folder: Path) -> StateFiles:
    """Read the files of a folder, which has no others below it."""
    return {path.name: np.fromfile(path, dtype=np.uint8) for path in sorted(folder.iterdir())}


def write_files(folder: Path, files: StateFiles) -> None:
    """Write files into a folder that appears with all of them or not at all.

    Raises
    ------
    InputError
        If a name is none of a file in the folder.
    OSError
        If they cannot be written.
    """
    for name in files:
        if name in {"", ".", ".."} or Path(name).name != name:
            raise InputError(f"A state of training came with a file {name!r}; expected a plain name.")
    with renewed_folder(folder) as new:
        for name, content in files.items():
            write_file(new / name, content.tobytes())
