"""Record what fine-tuning reaches epoch by epoch: ``python -m assets.demo.scripts.curves digits``.

One process and one thread. It goes on where it was stopped; the first seed of every model comes before the
second of any, so that a record that was stopped early is of use.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from assets.demo.scripts import finetuning, recipes, truth
from assets.demo.scripts.audio import finetuning as audio_finetuning
from assets.demo.scripts.audio import recipes as audio_recipes
from assets.demo.scripts.audio import truth as audio_truth
from assets.demo.scripts.checkpoints import DEMO, Recipe
from assets.demo.scripts.curve_records import HeadOnly, Key, Run, read_runs, save_runs
from assets.demo.scripts.measurements import draw_labelled, versions
from assets.demo.scripts.processes import prepare_worker
from assets.demo.scripts.targets import Learner, Tested
from assets.demo.scripts.text import finetuning as text_finetuning
from assets.demo.scripts.text import recipes as text_recipes
from ptmrank_core.data.builtin.docstrings import documents_digest

LABELS_PER_CLASS = (10, 20)
TESTED_EACH_EPOCH = 400
NEAR_THE_BEST = 0.1
SEEDS_NEAR_THE_BEST, SEEDS_OF_THE_REST = 5, 2


@dataclass(frozen=True)
class Zoo:
    """The models of a demo, and what trains them.

    Attributes
    ----------
    name : str
        Name of the demo.
    recipes : tuple of Recipe
        The models.
    learner : callable
        Makes the model of a recipe ready to learn the demo.
    samples_digest, made_with : callable
        Return the digest of the demo samples, and the versions of what trains.
    """

    name: str
    recipes: tuple[Recipe, ...]
    learner: Callable[[Any], Learner]
    samples_digest: Callable[[], str]
    made_with: Callable[[], dict[str, str]]

    @property
    def path(self) -> Path:
        """Where its curves are recorded."""
        return DEMO / self.name / "curves.json"

    def truth(self) -> dict[str, Any]:
        """Read what fine-tuning gives, which was recorded before."""
        record: dict[str, Any] = json.loads(self.path.with_name("truth.json").read_text(encoding="utf-8"))
        return record

    def n_seeds(self) -> dict[str, int]:
        """Return how many seeds each model is trained with, by name."""
        means = {name: entry["mean"] for name, entry in self.truth()["models"].items()}
        least = max(means.values()) - NEAR_THE_BEST
        return {
            name: SEEDS_NEAR_THE_BEST if mean >= least else SEEDS_OF_THE_REST for name, mean in means.items()
        }


ZOOS = {
    zoo.name: zoo
    for zoo in (
        Zoo(
            "docstrings",
            text_recipes.RECIPES,
            text_finetuning.learner,
            documents_digest,
            lambda: versions(*text_recipes.WORKED_WITH),
        ),
        Zoo(
            "spoken-digits",
            audio_recipes.RECIPES,
            audio_finetuning.learner,
            audio_truth.samples_digest,
            audio_recipes.made_with,
        ),
        Zoo("digits", recipes.RECIPES, finetuning.learner, truth.samples_digest, recipes.made_with),
    )
}


class Watch:
    """Tests a model after each epoch, and measures the processor time in between.

    Parameters
    ----------
    positions : Tensor
        The test samples that it is tested on.
    """

    def __init__(self, positions: Tensor) -> None:
        self.accuracies: list[float] = []
        self.seconds: list[float] = []
        self._positions = positions
        self._since = process_time()

    def __call__(self, tested: Tested) -> None:
        """Test a model at the end of an epoch."""
        before = self.seconds[-1] if self.seconds else 0.0
        self.seconds.append(before + process_time() - self._since)
        self.accuracies.append(tested(self._positions))
        self._since = process_time()


def protocol(zoo: Zoo) -> dict[str, Any]:
    """Describe how the curves of a demo were measured.

    Parameters
    ----------
    zoo : Zoo
        The demo.

    Returns
    -------
    dict of str to object
        The facts of its truth, which has the same recipe, and those of the curves.
    """
    kept = ("samples", "demo_samples", "test_samples", "epochs", "batch_size", "optimiser")
    known = zoo.truth()["protocol"]
    return {name: known[name] for name in (*kept, "peak_learning_rate", "fine_tuning")} | {
        "labels_per_class": list(LABELS_PER_CLASS),
        "seeds": f"{SEEDS_NEAR_THE_BEST} for models within {NEAR_THE_BEST:.0%} of the best fine-tuned "
        f"accuracy in truth.json, {SEEDS_OF_THE_REST} for the rest. Of one seed, the smaller training set is "
        "a part of the larger one. The one-cycle learning rate runs over all epochs of each training set.",
        "tested_each_epoch": TESTED_EACH_EPOCH,
        "accuracies": f"After each epoch, on {TESTED_EACH_EPOCH} test samples, the same for every run; "
        "'accuracy' is that after the last epoch on all test samples.",
        "seconds": "Processor time (not wall time: the machine was shared) of one thread from loading the "
        "checkpoint to the end of each epoch; tests and preprocessing are not included.",
        "head_only": "The linear probe of truth.json on the same training samples, tested on all test "
        "samples. Its seconds: the forward pass of the training samples, and the fit. Where fine-tuning "
        "starts with this head, its own seconds include the fit but not that forward pass.",
    }


def tested_each_epoch(n_test: int) -> Tensor:
    """Choose the test samples that every run is tested on after each epoch.

    Parameters
    ----------
    n_test : int
        How many there are.

    Returns
    -------
    Tensor of shape (TESTED_EACH_EPOCH,)
        Their positions, ascending.
    """
    chosen = np.random.default_rng(0).choice(n_test, TESTED_EACH_EPOCH, replace=False)
    return torch.from_numpy(np.sort(chosen))


def record_run(learner: Learner, key: Key) -> Run:
    """Train a model once, testing it after each epoch.

    Parameters
    ----------
    learner : Learner
        The model.
    key : tuple of str, int and int
        Its name, the training samples of each class, and the seed.

    Returns
    -------
    Run
        Its curve.
    """
    model, per_class, seed = key
    draw = draw_labelled(learner.features.labels, seed=seed, per_class=per_class)
    watch = Watch(tested_each_epoch(len(learner.features.test_labels)))
    accuracy = learner.fine_tune(draw, seed=seed, after_epoch=watch)
    head_only = _head_only(learner, draw)
    seconds = tuple(watch.seconds)
    return Run(model, per_class, seed, tuple(watch.accuracies), seconds, accuracy, head_only, processor())


def _head_only(learner: Learner, draw: NDArray[np.int64]) -> HeadOnly:
    start = process_time()
    probe = learner.features.probe(draw)
    seconds = process_time() - start + len(draw) * learner.features.seconds_per_sample
    return HeadOnly(learner.features.tested(probe), seconds)


def processor() -> str:
    """Return the name of this machine's processor, as far as it tells."""
    path = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", path.read_text(encoding="utf-8")) if path.exists() else None
    return found.group(1) if found else platform.processor() or platform.machine()


def planned(zoos: Sequence[Zoo]) -> Iterator[tuple[Zoo, Recipe, Key]]:
    """Plan the runs: the first seed of every model, then the second, and so on.

    Parameters
    ----------
    zoos : sequence of Zoo
        The demos.

    Yields
    ------
    tuple of Zoo, Recipe and key
        What is to be trained, and the key of its run.
    """
    n_seeds = {zoo.name: zoo.n_seeds() for zoo in zoos}
    for seed in range(SEEDS_NEAR_THE_BEST):
        for zoo in zoos:
            for recipe in zoo.recipes:
                if seed < n_seeds[zoo.name][recipe.name]:
                    for per_class in LABELS_PER_CLASS:
                        yield zoo, recipe, (recipe.name, per_class, seed)


def record_curves(zoos: Sequence[Zoo]) -> None:
    """Do the runs that are not on record, and save each as soon as it is done.

    Parameters
    ----------
    zoos : sequence of Zoo
        The demos.
    """
    heads = {
        zoo.name: {
            "samples_digest": zoo.samples_digest(),
            "protocol": protocol(zoo),
            "made_with": zoo.made_with(),
        }
        for zoo in zoos
    }
    done = {zoo.name: read_runs(zoo.path, heads[zoo.name]) for zoo in zoos}
    learners = cache(lambda zoo, recipe: zoo.learner(recipe))
    for zoo, recipe, key in planned(zoos):
        runs = done[zoo.name]
        if key not in runs:
            runs[key] = record_run(learners(zoo, recipe), key)
            order = [recipe.name for recipe in zoo.recipes]
            ordered = sorted(runs.values(), key=lambda run: (order.index(run.model), run.key))
            save_runs(zoo.path, heads[zoo.name], ordered)
            print(*key, f"{runs[key].accuracy:.4f} after {runs[key].seconds[-1]:.1f} s", flush=True)


def main() -> None:
    """Record the curves of the demos named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("demos", nargs="+", choices=ZOOS)
    demos = parser.parse_args().demos
    prepare_worker()
    record_curves([ZOOS[name] for name in demos])


if __name__ == "__main__":
    main()
