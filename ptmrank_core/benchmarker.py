"""Ranking from a script or a notebook, with the interface of the original tool.

``Benchmarker(models, logme=True)("image-classification", load_image_example(), 5)`` ranks five models.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ptmrank_core.benchmark import (
    NO_SUBSTITUTES,
    RunStore,
    Sources,
    Substitutes,
    find_unfinished,
    make_plan,
    new_run_id,
    now,
)
from ptmrank_core.catalogue import TaskCategory, default_label_encoder, task_category
from ptmrank_core.cli.running.execution import execute_run
from ptmrank_core.config import Settings, load_settings, set_library_defaults
from ptmrank_core.data import ObjectReading, load_objects, load_samples, read_options
from ptmrank_core.errors import InputError, RunError, UnknownNameError
from ptmrank_core.features import check_options
from ptmrank_core.metrics import default_metrics
from ptmrank_core.models import Model, Models, find_task
from ptmrank_core.records import (
    AS_RECOGNISED,
    EVERY_ANALYSIS,
    Analyses,
    ExtractionOptions,
    ModelSpec,
    Reading,
    RunOptions,
    RunPlan,
    RunState,
    Samples,
)
from ptmrank_core.script import (
    BenchmarkResult,
    ScriptModel,
    check_rows,
    named_apart,
    say_reading,
    script_sources,
)

__all__ = ["BenchmarkResult", "Benchmarker"]

# Without logging of its own, a script reports failures once, in the progress line.
logging.getLogger("ptmrank_core").addHandler(logging.NullHandler())
OTHER_KEYWORDS = ("regression", "auto_increment_if_failed", "store_features", "options", "seed", "analyses")
DEFAULT_EXTRACTION = ExtractionOptions()


class Benchmarker:
    """Ranks candidate models for labelled samples, in this process.

    Parameters
    ----------
    models
        ``Models``, or a list of ``Model`` objects and names.
    store_features
        Folder of the feature cache and the runs; ``None`` for ``PTMRANK_HOME``.
    regression
        Whether the targets of the samples are numbers to predict.
    auto_increment_if_failed
        Whether the next candidate replaces one that has no score, so that the requested number of models is
        ranked. After ten failures in a row no more are tried: the fault is not the models' then.
    options
        How features are extracted.
    seed
        Seed of everything random.
    analyses
        What is done once every model has its scores.
    **metrics
        A switch for each metric: ``logme=True``. Where none is switched on, all metrics are used except those
        that are switched off.

    Raises
    ------
    UnknownNameError
        If a keyword is no metric.
    InputError
        If a setting is invalid, or no metric is left.
    """

    def __init__(
        self,
        models: Iterable[Model | str],
        store_features: str | Path | None = None,
        *,
        regression: bool = False,
        auto_increment_if_failed: bool = True,
        options: ExtractionOptions = DEFAULT_EXTRACTION,
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
        self, task: str, samples: Any, how_many: int | None = None, **options: Any
    ) -> BenchmarkResult:
        """Rank the first candidates of the list.

        Parameters
        ----------
        task
            Task category: ``"image-classification"``.
        samples
            Their source as on the command line; or what the script has in memory: a data frame, a data set of
            ``datasets`` or of torch, ``(X, y)``, a Bunch of scikit-learn, a list of pairs of a sample and its
            label; or samples as the loaders of ``ptmrank_core.examples`` return them.
        how_many
            Number of models to rank; by default all, at most as many as there are.
        **options
            How the samples are read, where that is not clear: ``text_columns``, ``label_columns``,
            ``group_column``, ``file_column``, ``split``, ``sampling_rate``, and the other fields of
            ``ptmrank_core.records.Reading``.

        Returns
        -------
        BenchmarkResult
            The result of this run. A run that was interrupted is resumed by the same call.

        Raises
        ------
        InputError
            If the samples or a model cannot be used for the task.
        RunError
            If the run failed as a whole.
        """
        category = task_category(find_task(task))
        loaded, reading = self._load(samples, category, options)
        candidates = named_apart(
            ScriptModel(spec, model)
            for model in self.models
            for spec in model.specs(category, self.settings.models_dir)
        )
        check_rows(candidates, loaded)
        n_models = _n_models(how_many, len(candidates))
        specs = [candidate.spec for candidate in candidates]
        plan = self._plan(category, loaded, reading, specs[:n_models])
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
        sources = replace(script_sources(loaded, candidates), substitutes=substitutes)
        return self._run(run_id, store, loaded, sources)

    def _load(self, samples: Any, task: TaskCategory, options: Mapping[str, Any]) -> tuple[Samples, Reading]:
        """Load the samples if they are not loaded yet, and check that their targets are as expected."""
        if isinstance(samples, Samples):
            if options:
                raise InputError(
                    f"The samples are loaded already; {next(iter(options))} says how they are to be read.",
                    hint="Give it to the loader.",
                )
            loaded, reading = samples, AS_RECOGNISED
        else:
            kind = "regression" if self.regression else task.target_kind
            wanted = read_options({"modality": task.modality, "target_kind": kind} | dict(options))
            loaded, reading = self._read(samples, wanted)
            say_reading(loaded)
        if (loaded.target_kind == "regression") != self.regression:
            hint = "Give it to the loader and to the Benchmarker alike."
            raise InputError(
                f"The samples are for {loaded.target_kind}; regression is {self.regression}.", hint=hint
            )
        return loaded, replace(reading, modality=loaded.modality, target_kind=loaded.target_kind)

    def _read(self, samples: Any, wanted: ObjectReading) -> tuple[Samples, Reading]:
        """Read a place, or what the script has in memory, whose columns nobody can read again."""
        if not isinstance(samples, str | Path):
            classes = not self.regression
            return load_objects(samples, replace(wanted, integers_are_classes=classes)), AS_RECOGNISED
        if wanted.sampling_rate is not None:
            raise InputError(f"sampling_rate is for arrays; the files of {str(samples)!r} have their own.")
        return load_samples(samples, wanted.reading), wanted.reading

    def _plan(
        self, task: TaskCategory, samples: Samples, reading: Reading, models: list[ModelSpec]
    ) -> RunPlan:
        options = RunOptions(
            metrics=self.metrics,
            options=self.options,
            seed=self.seed,
            reading=reading,
            label_encoder=default_label_encoder(),
            analyses=self.analyses,
        )
        return make_plan(
            run_id=new_run_id(),
            created_at=now(),
            task=task.name,
            samples=samples,
            models=models,
            options=options,
        )

    def _run(self, run_id: str, store: RunStore, samples: Samples, sources: Sources) -> BenchmarkResult:
        result = execute_run(run_id, store, self.settings, sources=sources)
        if result.state is RunState.FAILED:
            raise RunError(result.error)
        return BenchmarkResult(result, samples, self.settings, sources)


def _settings(store_features: str | Path | None) -> Settings:
    settings = load_settings()
    if store_features is None:
        return settings
    if not isinstance(store_features, str | Path) or not str(store_features).strip():
        raise InputError(f"store_features is {store_features!r}; expected a folder, or None.")
    return replace(settings, home=Path(store_features).expanduser().absolute())


def _switched_on(switches: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the metrics that are switched on, in the registry's order."""
    known = default_metrics()
    for name, is_on in switches.items():
        if name not in known:
            raise UnknownNameError("keyword of Benchmarker", name, (*known, *OTHER_KEYWORDS))
        if not isinstance(is_on, bool):
            raise InputError(f"{name} is {is_on!r}; expected True or False.")
    if any(switches.values()):
        return tuple(name for name in known if switches.get(name))
    remaining = tuple(name for name in known if name not in switches)
    if not remaining:
        raise InputError("Every metric is switched off.", hint="Switch one on: logme=True.")
    return remaining


def _n_models(how_many: Any, n_candidates: int) -> int:
    if how_many is None:
        return n_candidates
    if isinstance(how_many, bool) or not isinstance(how_many, int) or how_many < 1:
        raise InputError(f"how_many is {how_many!r}; expected a whole number of at least 1, or None for all.")
    return min(how_many, n_candidates)
