"""The ``rank`` command: plan a run, do it in this process, and report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ptmrank_core import reports
from ptmrank_core.benchmark import RunStore, make_plan, new_run_id, now, run_here
from ptmrank_core.cli.budget import add_budget, checked_budget, keep_plan
from ptmrank_core.cli.intervals import add_intervals, checked_halves
from ptmrank_core.cli.output import DONE, NOTHING_DONE, print_json, print_text, say, write_json
from ptmrank_core.cli.progress_bar import ProgressLine
from ptmrank_core.cli.subject import add_reading, checked_reference, label_encoder, subject_of
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data import load_samples
from ptmrank_core.features import check_options
from ptmrank_core.metrics import default_metrics, resolve_metrics
from ptmrank_core.records import Analyses, ExtractionOptions, RunResult, RunState
from ptmrank_core.worker import SOURCES

__all__ = ["add_rank_command"]


def add_rank_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    rank = commands.add_parser("rank", help="rank models for labelled samples")
    rank.add_argument("--task", default=None, help="task category, such as image-classification")
    rank.add_argument("--samples", default=None, help="a zip, a folder, or demo:digits")
    rank.add_argument("--models", default=None, help="demo, local:NAME, Hub ids, folders; by comma")
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
    rank.add_argument("--reference", default=None, help="a zip or folder of files of anything (PED)")
    rank.add_argument(
        "--source", default=None, help="labelled samples that the models were trained on (WDJE)"
    )
    rank.add_argument("--label-encoder", default=None, help="text model for class names (EMMS), or one-hot")
    add_reading(rank)
    rank.add_argument("--out", type=Path, default=None, help="folder to write result.json into")
    rank.add_argument("--json", action="store_true", help="print the result as JSON")
    rank.set_defaults(do=_rank)


def _rank(options: argparse.Namespace) -> int:
    """Plan a run, do it in this process, and report."""
    settings = load_settings()
    metrics = resolve_metrics(options.metrics) if options.metrics is not None else default_metrics()
    extraction = check_options(
        ExtractionOptions(options.dtype, options.device, options.batch_size, options.layers)
    )
    analyses = Analyses(half_samples=checked_halves(options.intervals))
    checked_budget(options.budget)
    task, reading, models, samples = subject_of(options)
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
    )
    keep_plan(plan, samples, settings, checked_budget(options.budget))
    result = _run(plan.run_id, RunStore(settings), settings)
    payload = reports.rank_payload(result, reports.rank_result(result))
    if options.out is not None:
        write_json(options.out / "result.json", payload)
    if options.json:
        print_json(payload)
    else:
        print_text(reports.rank_text(result))
    if result.state is RunState.FAILED:
        say(f"error: {result.error}")
    return DONE if reports.scores_by_metric(result.cells) else NOTHING_DONE


def _run(run_id: str, store: RunStore, settings: Settings) -> RunResult:
    line = ProgressLine(sys.stderr)
    try:
        run_here(run_id, settings, sources=SOURCES, sink=line)
    finally:
        line.close()
    return store.result(run_id)
