"""What a named case is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.hardening.inputs import Call

__all__ = ["DONE", "NOTHING", "REFUSED", "Case", "copied", "samples", "written"]

FILES = Path(__file__).parent / "files"
DONE, NOTHING, REFUSED = 0, 1, 2


@dataclass(frozen=True)
class Case:
    """An input that broke something once.

    Parameters
    ----------
    name
        What it is.
    make
        Writes it into an empty folder.
    calls
        How it is given to the product, one call after the other on the same home.
    statuses
        Exit statuses of which one is right, of the first call.
    says
        Something that must be printed by the first call, as a regular expression.
    """

    name: str
    make: Callable[[Path], object]
    calls: tuple[Call, ...]
    statuses: tuple[int, ...]
    says: str = ""

    def is_said(self, printed: str) -> bool:
        """Whether what was printed says what it must."""
        return re.search(self.says, printed) is not None


def copied(*names: str) -> Callable[[Path], None]:
    """Copy files or folders that are kept beside the cases."""

    def copy(folder: Path) -> None:
        for name in names:
            source = FILES / name
            if source.is_dir():
                shutil.copytree(source, folder / name)
            else:
                shutil.copy(source, folder)

    return copy


def written(files: Mapping[str, bytes | str]) -> Callable[[Path], None]:
    """Write files by name."""

    def write(folder: Path) -> None:
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data if isinstance(data, bytes) else data.encode())

    return write


def samples(place: str, *options: str, n_items: int | None = None) -> tuple[Call, ...]:
    """Read samples."""
    return (Call(("samples", place, *options, "--json"), n_items=n_items),)
