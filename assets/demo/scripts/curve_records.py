"""The record of learning curves: one line for each run of training, saved as soon as it is done."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ACCURACY_DECIMALS = 4
SECONDS_DECIMALS = 3

Key = tuple[str, int, int]


@dataclass(frozen=True)
class HeadOnly:
    """What a head on frozen features reaches.

    Attributes
    ----------
    accuracy : float
        Of a linear probe, on all test samples, 0 to 1.
    seconds : float
        Processor time of the forward pass of its training samples and of the fit.
    """

    accuracy: float
    seconds: float


@dataclass(frozen=True)
class Run:
    """One model, fine-tuned once.

    Attributes
    ----------
    model : str
        Name of the model.
    labels_per_class, seed : int
        Training samples of each class, and the seed of their draw and of everything else.
    accuracies, seconds : tuple of float
        After each epoch: accuracy on the samples that are tested then, and processor time of the training
        so far.
    accuracy : float
        After the last epoch, on all test samples.
    head_only : HeadOnly
        What a head on frozen features reaches with the same training samples.
    processor : str
        What the seconds were measured on.
    """

    model: str
    labels_per_class: int
    seed: int
    accuracies: tuple[float, ...]
    seconds: tuple[float, ...]
    accuracy: float
    head_only: HeadOnly
    processor: str

    @property
    def key(self) -> Key:
        """What tells it from the other runs of a demo."""
        return self.model, self.labels_per_class, self.seed

    def entry(self) -> dict[str, Any]:
        """Return what is recorded, with rounded numbers."""
        return asdict(self) | {
            "accuracies": [round(value, ACCURACY_DECIMALS) for value in self.accuracies],
            "seconds": [round(value, SECONDS_DECIMALS) for value in self.seconds],
            "accuracy": round(self.accuracy, ACCURACY_DECIMALS),
            "head_only": {
                "accuracy": round(self.head_only.accuracy, ACCURACY_DECIMALS),
                "seconds": round(self.head_only.seconds, SECONDS_DECIMALS),
            },
        }


def run_of(entry: Mapping[str, Any]) -> Run:
    """Read what is recorded of a run.

    Parameters
    ----------
    entry : mapping of str to object
        What :meth:`Run.entry` returned.

    Returns
    -------
    Run
        The run.
    """
    lists = {name: tuple(entry[name]) for name in ("accuracies", "seconds")}
    return Run(**{**entry, **lists, "head_only": HeadOnly(**entry["head_only"])})


def read_runs(path: Path, head: Mapping[str, Any]) -> dict[Key, Run]:
    """Read the runs that are done.

    Parameters
    ----------
    path : Path
        The record; there may be none yet.
    head : mapping of str to object
        What is told of all runs as they would be made today.

    Returns
    -------
    dict of tuple to Run
        The runs by :attr:`Run.key`.

    Raises
    ------
    SystemExit
        The runs on record were made otherwise: those of today would not compare with them.
    """
    if not path.exists():
        return {}
    record = json.loads(path.read_text(encoding="utf-8"))
    for name, today in head.items():
        if record[name] != today:
            raise SystemExit(
                f"{path.name} was recorded with {name} {record[name]}, and today's is {today}: new runs "
                f"would not compare with those on record. Restore what it was recorded with, or delete "
                f"{path.name} to record everything anew."
            )
    return {run.key: run for run in map(run_of, record["runs"])}


def save_runs(path: Path, head: Mapping[str, Any], runs: Iterable[Run]) -> None:
    """Save a record, one line for each run; the file on disk is whole at every moment.

    Parameters
    ----------
    path : Path
        Where to.
    head : mapping of str to object
        What is told of all runs.
    runs : iterable of Run
        The runs, in the order of the record.
    """
    lines = ",\n".join(f"    {json.dumps(run.entry())}" for run in runs)
    about = json.dumps(head, indent=2).removesuffix("\n}")
    unfinished = path.with_suffix(".part")
    unfinished.write_text(f'{about},\n  "runs": [\n{lines}\n  ]\n}}\n', encoding="utf-8")
    unfinished.replace(path)
