"""Ranking from a script or a notebook, as the original tool has it.

``Benchmarker(models, logme=True)("image-classification", load_image_example(), 5)`` ranks five models.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ptmrank_core.benchmark import (
    EMBEDS_CLASS_NAMES,
    NO_SUBSTITUTES,
    RunStore,
    Sources,
    Substitutes,
    find_unfinished,
    make_plan,
    new_run_id,
    now,
    run_here,
)
from ptmrank_core.catalogue import TaskCategory, default_label_encoder, task_category
from ptmrank_core.cli.progress_bar import ProgressLine
from ptmrank_core.config import Settings, load_settings, set_library_defaults
from ptmrank_core.data import load_samples
from ptmrank_core.errors import InputError, RunError, UnknownNameError
from ptmrank_core.features import check_options
from ptmrank_core.metrics import default_metrics
from ptmrank_core.models import Model, Models, find_task
from ptmrank_core.records import (
    EVERY_ANALYSIS,
    Analyses,
    ExtractionOptions,
    ModelSpec,
    Reading,
    RunPlan,
    RunState,
    Samples,
)
from ptmrank_core.script import BenchmarkResult, ScriptModel, check_rows, named_apart, script_sources

__all__ = ["BenchmarkResult", "Benchmarker"]

# A script that has set up no logging hears of failures once, by the progress line.
logging.getLogger("ptmrank_core").addHandler(logging.NullHandler())
OTHER_KEYWORDS = ("regression", "auto_increment_if_failed", "store_features", "options", "seed", "analyses")
AS_IT_COMES = ExtractionOptions()


class Benchmarker:
    """Ranks candidates for labelled samples, in this process.

    Parameters
    ----------
    models
        ``Models``, or Models and names in a list.
    store_features
        Folder of this benchmarker's feature cache and runs; ``None`` for ``PTMRANK_HOME``.
    regression
        Whether the targets of the samples are numbers to predict.
    auto_increment_if_failed
        Whether the next candidate takes the place of one that has no score, so that the asked number of
        models is ranked. Ten in a row without one end it: the fault is not theirs then.
    options
        How features are extracted.
    seed
        Seed of everything random.
    analyses
        What is done once every model has its scores.
    **metrics
        A switch for each metric, ``logme=True``. Where none is switched on, all are but those that are
        switched off.

    Raises
    ------
    UnknownNameError
        If a keyword is no metric.
    InputError
        If a setting cannot be understood, or nothing is left to be done.
    """

    def __init__(
        self,
        models: Iterable[Model | str],
        store_features: str | Path | None = None,
        *,
        regression: bool = False,
        auto_increment_if_failed: bool = True,
        options: ExtractionOptions = AS_IT_COMES,
        seed: int = 0,
        analyses: Analyses = EVERY_ANALYSIS,
        **metrics: bool,
    ) -> None:
        self.models = Models(models)
        if not self.models:
            raise InputError("There are no models to rank.", hint="Name at least one.")
        self.settings = _settings(store_features)
        self.regression = regression
        self.auto_increment_if_failed = auto_increment_if_failed
        self.options = check_options(options)
        self.seed = seed
        self.analyses = analyses
        self.metrics = _switched_on(metrics)

    def __call__(
        self, task: str, samples: Samples | str | Path, how_many: int | None = None
    ) -> BenchmarkResult:
        """Rank the first candidates of the list.

        Parameters
        ----------
        task
            Task category: ``"image-classification"``.
        samples
            What the loaders of ``ptmrank_core.examples`` return; or where they lie, as on the command line.
        how_many
            How many models to rank; all where it is left out, or where there are not so many.

        Returns
        -------
        BenchmarkResult
            Of this run. One that was stopped halfway goes on where it stood when the same is asked for again.

        Raises
        ------
        InputError
            If the samples or a model cannot be used for the task.
        RunError
            If nothing could be tried.
        """
        category = task_category(find_task(task))
        loaded = self._load(samples, category)
        candidates = named_apart(
            ScriptModel(spec, model)
            for model in self.models
            for spec in model.specs(category, self.settings.models_dir)
        )
        check_rows(candidates, loaded)
        n_models = _n_models(how_many, len(candidates))
        specs = [candidate.spec for candidate in candidates]
        plan = self._plan(category, loaded, specs[:n_models])
        substitutes = (
            Substitutes(n_models, tuple(specs[n_models:]))
            if self.auto_increment_if_failed
            else NO_SUBSTITUTES
        )
        set_library_defaults()
        store = RunStore(self.settings)
        run_id = find_unfinished(store, self.settings, plan, substitutes)
        if run_id is None:
            run_id = plan.run_id
            store.create(plan, loaded.summary())
        return self._run(run_id, store, replace(script_sources(loaded, candidates), substitutes=substitutes))

    def _load(self, samples: Samples | str | Path, task: TaskCategory) -> Samples:
        """Load the samples where they are not loaded yet, and see that they are of the kind asked for."""
        if not isinstance(samples, Samples | str | Path):
            raise InputError(
                f"The samples are a {type(samples).__name__}; expected what a loader returns, or a place.",
                hint="A list of pairs goes through a loader: load_image_example(pairs).",
            )
        if not isinstance(samples, Samples):
            kind = "regression" if self.regression else task.target_kind
            samples = load_samples(samples, Reading(modality=task.modality, target_kind=kind))
        if (samples.target_kind == "regression") != self.regression:
            hint = "Give it to the loader and to the Benchmarker alike."
            raise InputError(
                f"The samples are for {samples.target_kind}; regression is {self.regression}.", hint=hint
            )
        return samples

    def _plan(self, task: TaskCategory, samples: Samples, models: list[ModelSpec]) -> RunPlan:
        names_classes = EMBEDS_CLASS_NAMES in self.metrics and samples.target_kind == "classification"
        return make_plan(
            run_id=new_run_id(),
            created_at=now(),
            task=task.name,
            samples=samples,
            models=models,
            metrics=self.metrics,
            options=self.options,
            seed=self.seed,
            reading=Reading(modality=samples.modality, target_kind=samples.target_kind),
            label_encoder=default_label_encoder() if names_classes else None,
            analyses=self.analyses,
        )

    def _run(self, run_id: str, store: RunStore, sources: Sources) -> BenchmarkResult:
        line = ProgressLine(sys.stderr)
        try:
            state = run_here(run_id, self.settings, sources=sources, sink=line)
        finally:
            line.close()
        result = store.result(run_id)
        if state is RunState.FAILED:
            raise RunError(result.error)
        return BenchmarkResult(result)


def _settings(store_features: str | Path | None) -> Settings:
    settings = load_settings()
    if store_features is None:
        return settings
    if not isinstance(store_features, str | Path) or not str(store_features).strip():
        raise InputError(f"store_features is {store_features!r}; expected a folder, or None.")
    return replace(settings, home=Path(store_features).expanduser().absolute())


def _switched_on(switches: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the metrics that are wanted, in the registry's order."""
    known = default_metrics()
    for name, is_on in switches.items():
        if name not in known:
            raise UnknownNameError("keyword of Benchmarker", name, (*known, *OTHER_KEYWORDS))
        if not isinstance(is_on, bool):
            raise InputError(f"{name} is {is_on!r}; expected True or False.")
    if any(switches.values()):
        return tuple(name for name in known if switches.get(name))
    wanted = tuple(name for name in known if name not in switches)
    if not wanted:
        raise InputError("Every metric is switched off.", hint="Switch one on: logme=True.")
    return wanted


def _n_models(how_many: Any, n_candidates: int) -> int:
    if how_many is None:
        return n_candidates
    if isinstance(how_many, bool) or not isinstance(how_many, int) or how_many < 1:
        raise InputError(f"how_many is {how_many!r}; expected a whole number of at least 1, or None for all.")
    return min(how_many, n_candidates)
