"""The state of a training in a folder: tensors in safetensors, facts in JSON. Imports torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ptmrank_core.errors import InputError
from ptmrank_core.files import renewed_folder, write_file
from ptmrank_core.records import Samples

__all__ = ["Facts", "State", "digest_of_outputs", "digest_of_rows", "read_state", "write_state"]

FORMAT = 1
FACTS = "state.json"
SUFFIX = ".safetensors"
WEIGHTS, AVERAGE, OPTIMISER = "weights", "average", "optimiser"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a state is of, and where it stands.

    Parameters
    ----------
    model, revision
        The checkpoint that was trained.
    outputs
        Digest of the target kind and the names of the outputs.
    stage
        Stage of the dose that wrote it.
    last
        Name of the linear layer that gives the outputs.
    rows
        Digest of the samples of the stage.
    n_steps, n_steps_before
        Steps done in the stage, and in the stages before it.
    micro_batch
        Samples that went through the network at once.
    trains_all
        Whether all weights (or adapters) are trained, or the last layer alone.
    centre, scale
        Units of the numbers of a regression; empty otherwise.
    adapters
        Whether low-rank adapters are trained, and all weights but them, the head and new ones are frozen.
    averaged
        Steps that the moving average has seen.
    format
        Version of the format.
    """

    model: str
    revision: str
    outputs: str
    stage: str
    last: str
    rows: str
    n_steps: int
    n_steps_before: int
    micro_batch: int
    trains_all: bool
    centre: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    adapters: bool = False
    averaged: int = 0
    format: int = FORMAT


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """A state.

    Parameters
    ----------
    facts
        What it is of.
    weights
        Those that differ from the checkpoint, by name.
    average
        Their moving average; empty if there is none.
    optimiser
        ``NAME:MOMENT`` -> state of the optimiser; empty if there is none.
    """

    facts: Facts
    weights: Mapping[str, torch.Tensor]
    average: Mapping[str, torch.Tensor]
    optimiser: Mapping[str, torch.Tensor]

    @property
    def judged(self) -> Mapping[str, torch.Tensor]:
        """The weights whose test the dose told: their average where there is one."""
        return self.average or self.weights


def digest_of_outputs(samples: Samples, names: tuple[str, ...]) -> str:
    """SHA-256 (hex) of the target kind and the names of the outputs."""
    return hashlib.sha256(json.dumps([samples.target_kind, *names]).encode()).hexdigest()


def digest_of_rows(rows: NDArray[np.int64]) -> str:
    """SHA-256 (hex) of a set of samples."""
    return hashlib.sha256(np.sort(rows).astype("<i8").tobytes()).hexdigest()


def write_state(folder: Path, state: State) -> None:
    """Write a state whole or not at all; an earlier one in the folder is replaced.

    Raises
    ------
    InputError
        If the folder holds something else.
    OSError
        If it cannot be written.
    """
    _refuse_other_content(folder)
    with renewed_folder(folder) as new:
        parts = {WEIGHTS: state.weights, AVERAGE: state.average, OPTIMISER: state.optimiser}
        for name, tensors in parts.items():
            if tensors:
                on_host = {n: t.detach().cpu().contiguous() for n, t in tensors.items()}
                save_file(on_host, new / f"{name}{SUFFIX}")
        write_file(new / FACTS, json.dumps(asdict(state.facts), indent=1))


def _refuse_other_content(folder: Path) -> None:
    if folder.exists() and not (folder / FACTS).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            f"{str(folder)!r} holds something else than the state of a training.",
            hint="Choose a folder that does not exist yet.",
        )


def read_state(folder: Path) -> State:
    """Read a state.

    Raises
    ------
    InputError
        If the folder holds no intact state.
    """
    try:
        facts = _facts_of(json.loads((folder / FACTS).read_text(encoding="utf-8")))
        parts = [
            load_file(path) if (path := folder / f"{name}{SUFFIX}").is_file() else {}
            for name in (WEIGHTS, AVERAGE, OPTIMISER)
        ]
    except (OSError, ValueError, TypeError, SafetensorError) as error:
        raise InputError(
            f"The state of a training in {str(folder)!r} could not be read: {error}",
            hint="Train the model from its checkpoint again.",
        ) from error
    return State(facts, *parts)


def _facts_of(content: dict[str, Any]) -> Facts:
    if content.get("format") != FORMAT:
        raise ValueError(f"its format is {content.get('format')!r}, expected {FORMAT}")
    known = {field.name for field in fields(Facts)}
    values: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in content.items() if name in known
    }
    return Facts(**values)
