"""The command line: ``rank`` models for samples, ``score`` features that are there, look after the ``cache``.

With ``--json`` nothing but the JSON goes to standard output; progress and messages go to standard error.
Exit status: 0 when something was scored, 2 on bad input, 1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

from ptmrank_core import reports
from ptmrank_core.benchmark import RunStore, make_plan, new_run_id, now, run_here, score_cells
from ptmrank_core.cache_command import add_cache_command
from ptmrank_core.catalogue import (
    COLUMNS,
    FEATURES_TASK,
    TaskCategory,
    default_label_encoder,
    feature_models,
    resolve_models,
    task_category,
)
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data import load_arrays, load_feature_samples, load_reference, load_samples
from ptmrank_core.errors import InputError, PTMRankError, UnknownNameError
from ptmrank_core.features import check_options
from ptmrank_core.metrics import default_metrics, prepare_inputs, resolve_metrics
from ptmrank_core.progress_bar import ProgressLine
from ptmrank_core.records import (
    ExtractionOptions,
    Modality,
    ModelSpec,
    Reading,
    RunResult,
    RunState,
    Samples,
    TargetKind,
)
from ptmrank_core.worker import SOURCES

__all__ = ["main"]

SCORED, NOTHING_SCORED, BAD_INPUT = 0, 1, 2
ONE_HOT = "one-hot"  # classes as they are, for EMMS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ptmrank_core", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)

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
    rank.add_argument("--reference", default=None, help="a zip or folder of files of anything (PED)")
    rank.add_argument(
        "--source", default=None, help="labelled samples that the models were trained on (WDJE)"
    )
    rank.add_argument("--label-encoder", default=None, help="text model for class names (EMMS), or one-hot")
    _add_reading(rank)
    rank.add_argument("--out", type=Path, default=None, help="folder to write result.json into")
    rank.add_argument("--json", action="store_true", help="print the result as JSON")
    rank.set_defaults(do=_rank)

    score = commands.add_parser("score", help="score features that are there already")
    score.add_argument("features", type=Path, help=".npz: embeddings, labels or targets, source_logits")
    score.add_argument("--metrics", default="all", help="comma-separated names, or all")
    score.add_argument("--json", action="store_true", help="print the result as JSON")
    score.set_defaults(do=_score)

    metrics = commands.add_parser("metrics", help="list the metrics and what is to be known of them")
    metrics.add_argument("--json", action="store_true", help="print the table as JSON")
    metrics.add_argument("--markdown", action="store_true", help="print the table of the README")
    metrics.set_defaults(do=_metrics)
    add_cache_command(commands)
    return parser


def _add_reading(rank: argparse.ArgumentParser) -> None:
    """Add the options that say how samples are read."""
    rank.add_argument("--modality", default=None, help="image, text, audio, video or tabular")
    rank.add_argument("--target", default=None, help="classification, regression or multilabel")
    rank.add_argument("--text-column", action="append", default=[], help="twice for a pair of texts")
    rank.add_argument("--label-column", action="append", default=[], help="several for several targets")
    rank.add_argument("--group-column", default=None, help="whose a sample is: speaker, patient, document")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(message)s")
    logging.getLogger("ptmrank_core.benchmark").setLevel(logging.CRITICAL)  # the report names failures
    options = _parser().parse_args(arguments)
    try:
        status: int = options.do(options)
    except InputError as error:
        _say(f"error: {error}")
        return BAD_INPUT
    except PTMRankError as error:
        _say(f"error: {error}")
        return NOTHING_SCORED
    except KeyboardInterrupt:
        _say("stopped")
        return NOTHING_SCORED
    return status


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _rank(options: argparse.Namespace) -> int:
    """Plan a run, do it in this process, and report."""
    settings = load_settings()
    metrics = resolve_metrics(options.metrics) if options.metrics is not None else default_metrics()
    extraction = check_options(
        ExtractionOptions(options.dtype, options.device, options.batch_size, options.layers)
    )
    task, reading, models, samples = _ready_made(options) if options.features else _subject(options)
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task=task,
        samples=samples,
        models=models,
        metrics=metrics,
        options=extraction,
        seed=options.seed,
        reference_source=_checked_reference(options.reference, samples.modality),
        reading=reading,
        source_samples=load_samples(options.source).source if options.source else None,
        label_encoder=None if options.features else _label_encoder(options.label_encoder, settings),
    )
    store = RunStore(settings)
    store.create(plan, samples.summary())
    result = _run(plan.run_id, store, settings)
    payload = reports.rank_payload(result, reports.rank_result(result))
    if options.out is not None:
        _write(options.out, payload)
    _print(json.dumps(payload, indent=2) if options.json else reports.rank_text(result))
    if result.state is RunState.FAILED:
        _say(f"error: {result.error}")
    return SCORED if reports.scores_by_metric(result.cells) else NOTHING_SCORED


class _Subject(NamedTuple):
    """What is ranked, and on what."""

    task: str
    reading: Reading
    models: list[ModelSpec]
    samples: Samples


def _subject(options: argparse.Namespace) -> _Subject:
    """Find the models and load the samples that were named."""
    task = task_category(_required(options, "task"))
    named = options.models or (COLUMNS if task.modality == "tabular" else _required(options, "models"))
    models = resolve_models(named, task)
    reading = _reading(options, task)
    return _Subject(task.name, reading, models, load_samples(_required(options, "samples"), reading))


def _required(options: argparse.Namespace, name: str) -> str:
    """Read an option that only ready-made features can do without."""
    value: str | None = getattr(options, name)
    if not value:
        raise InputError(
            f"--{name} is missing.", hint="Name --task, --samples and --models, or --features alone."
        )
    return value


def _ready_made(options: argparse.Namespace) -> _Subject:
    """Find the features that are there, and the samples that they share."""
    besides = ("task", "samples", "models", "reference", "source", "label_encoder", "text_column", "layers")
    named = [f"--{name.replace('_', '-')}" for name in besides if getattr(options, name)]
    if named:
        raise InputError(
            f"--features brings its own samples, models and further arrays; {', '.join(named)} came with it.",
            hint="Leave that out, or leave --features out.",
        )
    path = options.features.expanduser()
    models = feature_models(path)
    reading = _reading(options, None)
    return _Subject(FEATURES_TASK, reading, models, load_feature_samples(path, models, reading))


def _reading(options: argparse.Namespace, task: TaskCategory | None) -> Reading:
    """Collect what the user says of the samples; what they are follows from the task."""
    for name, value, known in (
        ("modality", options.modality, get_args(Modality)),
        ("target", options.target, get_args(TargetKind)),
    ):
        if value not in {None, *known}:
            raise UnknownNameError(name, value, known)
    return Reading(
        modality=options.modality or (task.modality if task else "tabular"),
        target_kind=options.target or (task.target_kind if task else None),
        text_columns=tuple(options.text_column),
        label_columns=tuple(options.label_column),
        group_column=options.group_column,
    )


def _label_encoder(name: str | None, settings: Settings) -> ModelSpec | None:
    """Find the text model for the class names: the demo's where none was named."""
    if name is None:
        return default_label_encoder()
    if name == ONE_HOT:
        return None
    models = resolve_models(name, task_category("feature-extraction"), models_dir=settings.models_dir)
    if len(models) != 1:
        raise InputError(f"--label-encoder names {len(models)} models; expected one.")
    return models[0]


def _checked_reference(source: str | None, modality: Modality) -> str | None:
    """Read the user's reference set once, so that a bad one is told before anything is computed."""
    return load_reference(source, modality).source if source else None


def _run(run_id: str, store: RunStore, settings: Settings) -> RunResult:
    line = ProgressLine(sys.stderr)
    try:
        run_here(run_id, settings, sources=SOURCES, sink=line)
    finally:
        line.close()
    return store.result(run_id)


def _write(folder: Path, payload: dict[str, Any]) -> None:
    """Write result.json completely or not at all."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / "result.json.partial"
        partial.write_text(json.dumps(payload, indent=2) + "\n", encoding="utf-8")
        partial.replace(folder / "result.json")
    except OSError as error:
        raise InputError(f"--out {folder}: {error}") from error


def _metrics(options: argparse.Namespace) -> int:
    """Print the registry."""
    if options.json:
        _print(json.dumps(reports.metrics_payload(), indent=2))
    else:
        _print(reports.metrics_markdown() if options.markdown else reports.metrics_text())
    return SCORED


def _score(options: argparse.Namespace) -> int:
    """Score the arrays of a file."""
    metrics = resolve_metrics(options.metrics)
    start = time.perf_counter()
    arrays, ignored = load_arrays(options.features)
    if ignored:
        _say(f"note: no metric reads {', '.join(ignored)}")
    inputs = prepare_inputs(**arrays)
    cells = list(score_cells(options.features.stem, inputs, metrics))
    payload = reports.score_payload(cells, time.perf_counter() - start)
    _print(json.dumps(payload, indent=2) if options.json else reports.score_text(payload))
    return SCORED if payload["scores"] else NOTHING_SCORED
