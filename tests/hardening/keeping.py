"""What is kept of an input that fails."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.hardening.inputs import Call
from tests.hardening.invariants import Fault
from tests.hardening.trial import Outcome

__all__ = ["command_of", "keep"]

MOST_BYTES = 4_000_000


def command_of(kind: str, seed: int, number: int) -> str:
    """Return the command that makes an input again."""
    return f"python -m tests.hardening.fuzz --kind {kind} --seed {seed} --number {number} --out DIR"


def keep(folder: Path, source: Path, tried: tuple[Call | None, Outcome | None, Sequence[Fault]]) -> None:
    """Copy an input and what it printed; a large one can be made again from its number."""
    call, outcome, faults = tried
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if _size(source) <= MOST_BYTES:
        shutil.copytree(source, folder / "in", symlinks=True, ignore=_no_pipes, dirs_exist_ok=True)
    about = {"call": call and asdict(call), "faults": [asdict(fault) for fault in faults]}
    if outcome is not None:
        about["outcome"] = {name: value for name, value in asdict(outcome).items() if name not in {"stdout", "stderr"}}
        (folder / "stdout").write_text(outcome.stdout, encoding="utf-8", errors="surrogateescape")
        (folder / "stderr").write_text(outcome.stderr, encoding="utf-8", errors="surrogateescape")
    (folder / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _size(source: Path) -> int:
    return sum(path.lstat().st_size for path in source.rglob("*")) if source.is_dir() else 0


def _no_pipes(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if (Path(folder) / name).is_fifo() or (Path(folder) / name).is_socket()]
