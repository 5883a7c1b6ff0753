"""The ``rank`` command: plan a run, do it in this process, and report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ptmrank_core import reports, results
from ptmrank_core.benchmark import RunStore, make_plan, new_run_id, now, run_card, run_here
from ptmrank_core.cli.analyses import add_analyses, chosen_analyses, imported_truth
from ptmrank_core.cli.budget import add_budget, checked_budget, keep_plan
from ptmrank_core.cli.intervals import add_intervals, checked_halves
from ptmrank_core.cli.output import DONE, NOTHING_DONE, print_json, print_text, say, write_json
from ptmrank_core.cli.progress_bar import ProgressLine
from ptmrank_core.cli.rank_inputs import add_reading, checked_reference, label_encoder, rank_inputs_of
from ptmrank_core.cli.report import write_report
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data import load_samples
from ptmrank_core.features import check_options
from ptmrank_core.metrics import (
    LABEL_EMBEDDINGS,
    REFERENCE_EMBEDDINGS,
    SOURCE_EMBEDDINGS,
    default_metrics,
    resolve_metrics,
    titles_reading,
)
from ptmrank_core.records import Analyses, ExtractionOptions, RunPlan, RunResult, RunState, Samples
from ptmrank_core.worker import SOURCES

__all__ = ["add_rank_command"]


def add_rank_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    rank = commands.add_parser("rank", help="rank models for labelled samples")
    rank.add_argument("--task", default=None, help="task category, such as image-classification")
    rank.add_argument("--samples", default=None, help="a zip, a folder, or demo:digits")
    rank.add_argument(
        "--models", default=None, help="demo, preset:NAME, local:NAME, Hub ids, folders; by comma"
    )
    rank.add_argument(
        "--features", type=Path, default=None, help="instead: a folder of .npz or tables, one for each model"
    )
    rank.add_argument("--metrics", default=None, help="comma-separated names, or all")
    rank.add_argument("--dtype", default="auto", help="auto, float32, bfloat16 or float16")
    rank.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")
    rank.add_argument("--batch-size", type=int, default=None, help="found where it is not given")
    rank.add_argument("--layers", action="store_true", help="score every hidden layer too")
    rank.add_argument("--seed", type=int, default=0)
    add_intervals(rank)
    add_budget(rank)
    _add_auxiliary(rank)
    rank.add_argument(
        "--normalise", default="none", help="unit of the features: none, rms (one factor) or standardise"
    )
    rank.add_argument("--no-probe", action="store_true", help="fit no linear probe; votes rest on priors")
    add_reading(rank)
    add_analyses(rank)
    rank.add_argument("--out", type=Path, default=None, help="folder for result.json and card.json")
    rank.add_argument("--report", type=Path, default=None, help="folder for the tables and the HTML report")
    rank.add_argument("--json", action="store_true", help="print the result as JSON")
    rank.set_defaults(do=_rank)


def _add_auxiliary(rank: argparse.ArgumentParser) -> None:
    """Add the options for what single metrics read besides the samples."""
    rank.add_argument(
        "--reference",
        default=None,
        help=f"a zip or folder of files of anything ({titles_reading(REFERENCE_EMBEDDINGS)})",
    )
    rank.add_argument(
        "--source",
        default=None,
        help=f"labelled samples that the models were trained on ({titles_reading(SOURCE_EMBEDDINGS)})",
    )
    rank.add_argument(
        "--label-encoder",
        default=None,
        help=f"text model for class names ({titles_reading(LABEL_EMBEDDINGS)}), or one-hot",
    )


def _rank(options: argparse.Namespace) -> int:
    """Plan a run, do it in this process, and report."""
    settings = load_settings()
    budget = checked_budget(options.budget)
    plan, samples = _plan(options, settings)
    truth = imported_truth(options.truth, plan.models)
    keep_plan(plan, samples, settings, budget)
    store = RunStore(settings)
    for finding in truth:
        store.add_finding(plan.run_id, finding)
    result = _run(plan.run_id, store, settings)
    _report(result, options, settings)
    return DONE if results.scores_by_metric(result.cells) else NOTHING_DONE


def _plan(options: argparse.Namespace, settings: Settings) -> tuple[RunPlan, Samples]:
    """Put together what was asked for."""
    metrics = resolve_metrics(options.metrics) if options.metrics is not None else default_metrics()
    extraction = check_options(
        ExtractionOptions(options.dtype, options.device, options.batch_size, options.layers)
    )
    base = Analyses(half_samples=checked_halves(options.intervals), probe=not options.no_probe)
    analyses = chosen_analyses(options, base)
    task, reading, models, samples = rank_inputs_of(options)
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task=task,
        samples=samples,
        models=models,
        metrics=metrics,
        options=extraction,
        seed=options.seed,
        reference_source=checked_reference(options.reference, samples.modality),
        reading=reading,
        source_samples=load_samples(options.source).source if options.source else None,
        label_encoder=None if options.features else label_encoder(options.label_encoder, settings),
        analyses=analyses,
        normalise=options.normalise,
    )
    return plan, samples


def _report(result: RunResult, options: argparse.Namespace, settings: Settings) -> None:
    """Write the files that were asked for, and print the result."""
    payload = reports.rank_payload(result, results.rank_result(result))
    if options.out is not None:
        write_json(options.out / "result.json", payload)
        write_json(options.out / "card.json", run_card(result))
    if options.report is not None:
        write_report(result, options.report, settings)
    if options.json:
        print_json(payload)
    else:
        print_text(reports.rank_text(result))
    if result.state is RunState.FAILED:
        say(f"error: {result.error}")


def _run(run_id: str, store: RunStore, settings: Settings) -> RunResult:
    line = ProgressLine(sys.stderr)
    try:
        run_here(run_id, settings, sources=SOURCES, sink=line)
    except KeyboardInterrupt:
        line.close()
        say(f"`python -m ptmrank_core runs resume {run_id[:8]}` goes on where this stops")
        raise
    finally:
        line.close()
    return store.result(run_id)
