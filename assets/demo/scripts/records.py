"""The two records of a zoo: what its models are, and what fine-tuning them gives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from assets.demo.scripts.checkpoints import ModelFacts, Recipe
from assets.demo.scripts.measurements import LABELS_PER_CLASS, UNSTABLE_SPREAD, Outcome, entry, gaps
from assets.demo.scripts.processes import for_each_recipe
from assets.demo.scripts.training import Schedule

AnyRecipe = TypeVar("AnyRecipe", bound=Recipe)


@dataclass(frozen=True)
class TruthProtocol:
    """How the accuracies of a truth were measured.

    Attributes
    ----------
    samples : mapping of str to object
        Name of the demo, number of its samples and of those for testing, and what else is told of them.
    seeds : sequence of int
        One fine-tuning and one probe for each.
    epochs, batch_size : int
        How long each fine-tuning takes, and samples in a step.
    peak_learning_rate : float or mapping of str to float
        Of all models, or of each family.
    fine_tuning, linear_probe : str
        A sentence or two on each of the two accuracies.
    """

    samples: Mapping[str, object]
    seeds: Sequence[int]
    epochs: int
    batch_size: int
    peak_learning_rate: float | Mapping[str, float]
    fine_tuning: str
    linear_probe: str

    def entry(self) -> dict[str, object]:
        """Return what stands on record.

        Returns
        -------
        dict of str to object
            The facts, with those that all modalities have in common.
        """
        return {
            **self.samples,
            "labels_per_class": LABELS_PER_CLASS,
            "seeds": list(self.seeds),
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "optimiser": f"AdamW, weight decay {Schedule.weight_decay}, one-cycle learning rate",
            "peak_learning_rate": self.peak_learning_rate,
            "fine_tuning": self.fine_tuning,
            "linear_probe": self.linear_probe,
            "unstable": f"The seeds differ by more than {UNSTABLE_SPREAD:.0%}.",
        }


def digest(digests: Iterable[str]) -> str:
    """Return the SHA-256 of the digests of all samples, in order.

    Parameters
    ----------
    digests : iterable of str
        SHA-256 of each sample.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return hashlib.sha256("".join(digests).encode("ascii")).hexdigest()


def record_zoo(
    make_model: Callable[[AnyRecipe], ModelFacts],
    recipes: Sequence[AnyRecipe],
    path: Path,
    *,
    unit: str,
    about: Mapping[str, object],
) -> None:
    """Make every model, report each on the terminal, and save the summary.

    Parameters
    ----------
    make_model : callable
        A module-level function that trains and saves the model of a recipe.
    recipes : sequence of Recipe
        The models.
    path : Path
        Where the summary is saved.
    unit : str
        What the training samples are: ``"images"``.
    about : mapping of str to object
        What is told of the zoo as a whole.
    """
    models = {}
    for recipe, facts in for_each_recipe(make_model, recipes):
        models[recipe.name] = facts.entry(unit)
        print(f"{recipe.name:20} {facts.n_parameters:8,} {facts.source_accuracy}", flush=True)
    _save(path, {"models": models, **about})


def record_truth(
    measure: Callable[[AnyRecipe], Outcome],
    recipes: Sequence[AnyRecipe],
    path: Path,
    protocol: TruthProtocol,
    *,
    samples_digest: str,
    made_with: Mapping[str, str],
) -> None:
    """Measure every model, report each on the terminal, and save the truth.

    Parameters
    ----------
    measure : callable
        A module-level function that fine-tunes and probes the model of a recipe.
    recipes : sequence of Recipe
        The models.
    path : Path
        Where the truth is saved.
    protocol : TruthProtocol
        How the models are measured.
    samples_digest : str
        Digest of the demo samples: the truth is about no others.
    made_with : mapping of str to str
        Versions of what measures them.
    """
    outcomes: dict[str, Outcome] = {}
    for recipe, outcome in for_each_recipe(measure, recipes):
        outcomes[recipe.name] = outcome
        tuned, probed = np.mean(outcome.accuracies), np.mean(outcome.probe_accuracies)
        print(f"{recipe.name:20} fine-tuned {tuned:.4f}, probe {probed:.4f}", flush=True)
    record = {
        "samples_digest": samples_digest,
        "protocol": protocol.entry(),
        "models": {name: entry(outcome) for name, outcome in outcomes.items()},
        "gaps": gaps(outcomes),
        "made_with": made_with,
    }
    _save(path, record)


def _save(path: Path, record: Mapping[str, object]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
