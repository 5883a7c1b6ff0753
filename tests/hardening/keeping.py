"""What is kept of an input that fails."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

from tests.hardening.inputs import Call, rng_of
from tests.hardening.invariants import Fault
from tests.hardening.kinds.registry import KINDS
from tests.hardening.trial import Outcome

__all__ = ["Tried", "command_of", "keep", "make_input"]

Tried: TypeAlias = tuple[Call | None, Outcome | None, Sequence[Fault]]

MOST_BYTES = 4_000_000


def command_of(kind: str, seed: int, number: int) -> str:
    """Return the command that makes an input again."""
    return f"python -m tests.hardening.fuzz --kind {kind} --seed {seed} --number {number} --out DIR"


def keep(folder: Path, key: tuple[str, int, int], tried: Tried) -> None:
    """Write an input and what it printed; a large one can be made again from its number.

    Parameters
    ----------
    folder
        Where to.
    key
        Kind, seed and number of the input.
    tried
        How it was given to the product, what became of it, and the promises that it broke.
    """
    call, outcome, faults = tried
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if call is not None:
        make_input(*key, folder / "in")
        if sum(path.lstat().st_size for path in (folder / "in").rglob("*")) > MOST_BYTES:
            shutil.rmtree(folder / "in")
    about: dict[str, Any] = {
        "again": command_of(*key),
        "call": call and asdict(call),
        "faults": [asdict(fault) for fault in faults],
    }
    if outcome is not None:
        about["outcome"] = {
            name: value for name, value in asdict(outcome).items() if name not in {"stdout", "stderr"}
        }
        (folder / "stdout").write_text(outcome.stdout, encoding="utf-8", errors="surrogateescape")
        (folder / "stderr").write_text(outcome.stderr, encoding="utf-8", errors="surrogateescape")
    (folder / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def make_input(kind: str, seed: int, number: int, folder: Path) -> Call:
    """Write one input into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    return KINDS[kind].make(rng_of(kind, seed, number), folder)
