"""Rank the digits demo and keep it as the run that comes along: ``python -m assets.demo.scripts.finished``.

It also draws the pictures of the first page: one of that ranking, and one of each demo's samples. A minute or
two on one processor; with ``--home`` a run that was stopped there goes on.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from safetensors.numpy import save_file

from assets.demo.scripts.measurements import versions
from assets.demo.scripts.thumbnails import draw_all
from ptmrank_core import catalogue
from ptmrank_core.benchmark import RunStore, make_plan, now, quick_metrics, run_here
from ptmrank_core.benchmark.cards.card import portable_model
from ptmrank_core.benchmark.store.shipped import (
    SHIPPED_OWNER,
    SHIPPED_RUN,
    embeddings_file,
    shipped_settings,
)
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.errors import RunNotFoundError
from ptmrank_core.features import FeatureCache, load_cached
from ptmrank_core.records import Analyses, ExtractionOptions, RunOptions, RunPlan, RunResult, RunState, Score
from ptmrank_core.results import rank_result
from ptmrank_core.results.verdict import verdict_of
from ptmrank_core.worker import SOURCES

COMMAND = "python -m assets.demo.scripts.finished"
SAMPLES = "demo:digits"
RECORD = "record.json"
WORKED_WITH = ("torch", "transformers", "numpy", "scikit-learn")
TOLERANCE = 1e-3


def rank_demo(settings: Settings) -> RunResult:
    """Rank the demo with every analysis that a finished run can show; a run that was stopped goes on.

    Parameters
    ----------
    settings
        Where it is ranked.

    Returns
    -------
    RunResult
        Its results.
    """
    store = RunStore(settings)
    try:
        store.outline(SHIPPED_RUN)
    except RunNotFoundError:
        samples = load_samples(SAMPLES)
        store.create(plan_demo(), samples.summary())
    if store.state(SHIPPED_RUN) is not RunState.FINISHED:
        run_here(SHIPPED_RUN, settings, sources=SOURCES)
    return store.result(SHIPPED_RUN)


def plan_demo() -> RunPlan:
    """Plan what the button *Try the demo* does, with controls and parts of the samples added to it.

    Both are asked for, so that neither depends on how fast a machine is.
    """
    samples = load_samples(SAMPLES)
    zoo = catalogue.demo_models()
    task = next(own for own in catalogue.loadable_tasks(zoo) if own.modality == samples.modality)
    options = RunOptions(
        metrics=quick_metrics(),
        options=ExtractionOptions(device="cpu", dtype="float32"),
        seed=0,
        label_encoder=catalogue.default_label_encoder(),
        analyses=Analyses(controls=True, sample_sizes=True),
    )
    return make_plan(
        run_id=SHIPPED_RUN,
        created_at=now(),
        task=task.name,
        samples=samples,
        models=catalogue.resolve_models("demo", task),
        options=options,
    )


def answer_of(result: RunResult) -> dict[str, Any]:
    """Return what a run must say again to be the same: its order and its verdict."""
    ranking = rank_result(result)
    verdict = verdict_of(result, ranking)
    return {
        "order": list(ranking.order),
        "verdict": str(verdict.kind),
        "models": list(verdict.models),
        "headline": verdict.sentences[0],
        "next_step": verdict.next_step,
    }


def find_differences(kept: RunResult, fresh: RunResult) -> list[str]:
    """Say how a run differs from the one that is kept, beyond round-off.

    Returns
    -------
    list of str
        A sentence for each difference; empty if the kept run still fits.
    """
    before, after = answer_of(kept), answer_of(fresh)
    said = [
        f"its {name} is {after[name]!r}, not {before[name]!r}."
        for name in before
        if before[name] != after[name]
    ]
    old, new = _scores(kept), _scores(fresh)
    said += [f"{name}: a score is missing." for name in sorted(old.keys() ^ new.keys())]
    said += [
        f"{name}: {new[name]:.6g}, not {old[name]:.6g}."
        for name in old.keys() & new.keys()
        if not math.isclose(old[name], new[name], rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    ]
    kinds = [{finding.kind for finding in own.findings if finding.content} for own in (kept, fresh)]
    return said + [f"only one of them has {kind}." for kind in sorted(kinds[0] ^ kinds[1])]


def _scores(result: RunResult) -> dict[str, float]:
    return {f"{cell.metric} of {cell.model}": cell.value for cell in result.cells if isinstance(cell, Score)}


def keep(settings: Settings, home: Path) -> None:
    """Copy the run of a home into another one, without paths and names of this machine, to be read there.

    Parameters
    ----------
    settings
        Where it was ranked.
    home
        Where it is kept.
    """
    target = Settings(home=home)
    target.store_file.parent.mkdir(parents=True, exist_ok=True)
    target.store_file.unlink(missing_ok=True)
    with closing(sqlite3.connect(settings.store_file)) as source:
        source.execute("VACUUM INTO ?", (str(target.store_file),))
    store = RunStore(target)
    plan = store.plan(SHIPPED_RUN)
    encoder = plan.label_encoder
    store.replan(
        replace(
            plan,
            models=tuple(portable_model(spec, spec) for spec in plan.models),
            label_encoder=encoder and portable_model(encoder, encoder),
        )
    )
    store.add_environment(SHIPPED_RUN, {"platform": f"{platform.system()} {platform.machine()}"})
    for outcome in store.outcomes(SHIPPED_RUN).values():
        store.add_outcome(SHIPPED_RUN, replace(outcome, spec=portable_model(outcome.spec, outcome.spec)))
    with closing(sqlite3.connect(target.store_file, isolation_level=None)) as db:
        db.execute("UPDATE runs SET owner = ?", (SHIPPED_OWNER,))
        db.execute("DELETE FROM turns")
        db.execute("PRAGMA journal_mode = DELETE")  # a file that is only read has nothing beside it
        db.execute("VACUUM")
    _keep_embeddings(settings, home)


def _keep_embeddings(settings: Settings, home: Path) -> None:
    """Write the embeddings of the models, which others do not have in their cache."""
    result, samples = RunStore(settings).result(SHIPPED_RUN), load_samples(SAMPLES)
    with closing(FeatureCache(settings)) as cache:
        found = {
            model: load_cached(samples, outcome.spec, options=result.plan.options, cache=cache)
            for model, outcome in result.outcomes.items()
        }
    path = embeddings_file(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({model: features.embeddings for model, features in found.items() if features}, path)
    path.chmod(0o644)  # others may read what is installed


def _problems(result: RunResult) -> Iterator[str]:
    """Say why a run must not be shipped."""
    if result.state is not RunState.FINISHED:
        yield f"it is {result.state}: {result.error}"
    yield from (
        f"{own.kind} of {own.subject or 'the run'}: {own.problem}" for own in result.findings if own.problem
    )


def main() -> None:
    """Rank the demo, keep it, and draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="where it is ranked; a new folder by default")
    asked = parser.parse_args()
    home = shipped_settings().home
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=(asked.home or Path(folder)).resolve())
        result = rank_demo(settings)
        if problems := list(_problems(result)):
            raise SystemExit("\n".join(problems))
        keep(settings, home)
    record = answer_of(result) | {"made_with": versions(*WORKED_WITH)}
    (home / RECORD).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    draw_all(result, home.parent / "thumbnails")
    print(f"{record['verdict']}: {', '.join(record['order'])}")


if __name__ == "__main__":
    main()
