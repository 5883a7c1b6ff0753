"""The ``extract`` command: features of some models as files, for a run here or on another machine."""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from ptmrank_core.benchmark import model_process, new_run_id
from ptmrank_core.benchmark.execution.apart import ApartFeatures, Extractor
from ptmrank_core.cli.output import DONE, NOTHING_DONE, print_json, print_text, say
from ptmrank_core.cli.rank import plan_rank
from ptmrank_core.cli.running.progress_bar import ProgressLine
from ptmrank_core.cli.samples import say_reading
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data import load_arrays
from ptmrank_core.errors import InputError
from ptmrank_core.events import ModelStarted
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.exchange import cache_arrays, read_exchanged
from ptmrank_core.features.precision import resolve_options
from ptmrank_core.files import write_file
from ptmrank_core.pieces.scoring import CapturedError
from ptmrank_core.records import ModelSpec, RunPlan, Samples
from ptmrank_core.results.rank_options import RANK_OPTIONS
from ptmrank_core.worker import SOURCES

__all__ = ["add_extract_command", "file_of", "read_shard"]

SHARD = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})", re.ASCII)
UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
# The options of a run that change which vectors are extracted, besides those that say how samples are read.
OPTIONS = ("metrics", "reference_source", "source_samples")
PREFIXES = ("reading.", "options.")
WRITTEN, THERE = "written", "there already"


def add_extract_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    extract = commands.add_parser(
        "extract",
        help="extract features of some models to files, which `rank --features` and `cache import` read",
    )
    extract.add_argument(
        "--task", required=True, metavar="TASK", help="task category, such as image-classification"
    )
    extract.add_argument(
        "--samples", required=True, help="a zip, a folder, a table, hf:owner/name or demo:digits"
    )
    extract.add_argument(
        "--models", required=True, help="comma-separated: demo, preset:NAME, local:NAME, Hub ids, folders"
    )
    extract.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder of the files, one .npz for each model"
    )
    extract.add_argument(
        "--shard",
        default="1/1",
        metavar="K/N",
        help="only every N-th model, from the K-th on: N such commands, each with its own K from 1 to N, "
        "extract every model once; by default all models",
    )
    for option in RANK_OPTIONS:
        if option.field in OPTIONS or option.field.startswith(PREFIXES):
            option.add_to(extract)
    extract.add_argument("--json", action="store_true", help="print what became of each model as JSON")
    extract.set_defaults(do=_extract, features=None, quick=True)


def read_shard(text: str) -> tuple[int, int]:
    """Parse ``K/N``: the K-th of N parts.

    Raises
    ------
    InputError
        If it is no such part.
    """
    match = SHARD.fullmatch(text)
    part, n_parts = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= part <= n_parts:
        raise InputError(f"--shard is {text!r}; expected K/N with 1 <= K <= N, such as 1/8.")
    return part, n_parts


def file_of(model: str) -> str:
    """Name the file of a model: as the model is called, as far as every file system takes that.

    A digest keeps models apart whose names differ only in what a file system does not take.
    """
    safe = UNSAFE.sub("-", model).strip(".-") or "model"
    if safe == model and len(safe) <= 100:
        return f"{safe}.npz"
    return f"{safe[:100]}-{hashlib.sha256(model.encode()).hexdigest()[:8]}.npz"


def _extract(arguments: argparse.Namespace) -> int:
    """Extract the models of a shard that have no file yet; say what became of each."""
    settings = load_settings()
    part, n_parts = read_shard(arguments.shard)
    plan, samples = plan_rank(arguments, settings, new_run_id())
    say_reading(samples)
    chosen = plan.models[part - 1 :: n_parts]
    done = dict(_files(plan, samples, chosen, arguments.out.expanduser(), settings))
    failed = {model: error for model, error in done.items() if isinstance(error, CapturedError)}
    if arguments.json:
        files = {model: str(arguments.out / file_of(model)) for model in done if model not in failed}
        print_json({"files": files, "failed": {k: error.message for k, error in failed.items()}})
    else:
        for model, outcome in done.items():
            told = outcome if isinstance(outcome, str) else f"failed: {outcome.message} {outcome.hint}"
            print_text(f"{model}: {told.strip()}")
        if not done:
            print_text(f"Part {part} of {n_parts} has no model: there are {len(plan.models)}.")
    return NOTHING_DONE if failed else DONE


def _files(
    plan: RunPlan, samples: Samples, chosen: tuple[ModelSpec, ...], folder: Path, settings: Settings
) -> Iterator[tuple[str, str | CapturedError]]:
    """Write the file of each model; yield the model and what became of it."""
    asked = _asked(plan)
    with (
        closing(ProgressLine(sys.stderr)) as line,
        FeatureCache(settings) as cache,
        model_process(settings, plan.run_id) as models,
    ):
        extractor = Extractor(plan, samples, settings, sources=SOURCES, cache=cache, models=models, sink=line)
        for number, spec in enumerate(chosen, start=1):
            line(ModelStarted(spec.id, number, len(chosen)))
            path = folder / file_of(spec.id)
            known = spec if spec.source == "hub" else extractor.fetch(spec)
            if isinstance(known, ModelSpec) and _is_there(path, known, samples, asked):
                yield spec.id, THERE
                continue
            fetched = extractor.fetch(spec) if spec.source == "hub" else known
            found = fetched if isinstance(fetched, CapturedError) else extractor.extract(fetched)
            if isinstance(found, ApartFeatures):
                _write(path, found, plan, samples, cache, asked)
                yield spec.id, WRITTEN
            else:
                yield spec.id, found


def _asked(plan: RunPlan) -> dict[str, Any]:
    """Collect what decides which vectors are extracted: files of the same answers are not written again."""
    return {
        "dtype": plan.options.dtype,
        "layers": plan.options.layers,
        "metrics": sorted(plan.metrics),
        "reference": plan.reference_source,
        "source": plan.source_samples,
    }


def _is_there(path: Path, spec: ModelSpec, samples: Samples, asked: Mapping[str, Any]) -> bool:
    """Whether a file holds these features already, intact; a model of the Hub may be pinned only later."""
    if not path.is_file():
        return False
    try:
        arrays, _ = load_arrays(path, for_cache=True)
        read = read_exchanged(arrays, path.name)
    except InputError as error:
        say(f"{error.message} It is written anew.")
        return False
    is_same_model = read.spec.id == spec.id and (spec.source == "hub" or read.spec.revision == spec.revision)
    return is_same_model and read.asked == asked and read.sets[""] == samples.digests


def _write(
    path: Path,
    found: ApartFeatures,
    plan: RunPlan,
    samples: Samples,
    cache: FeatureCache,
    asked: Mapping[str, Any],
) -> None:
    """Write the file of one model, whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    arrays = dict(found.arrays)
    if "labels" in arrays:
        arrays["labels"] = np.array(samples.class_names)[samples.labels]
    further = cache_arrays(
        cache,
        found.features,
        found.spec,
        samples,
        auxiliary=found.auxiliary,
        options=resolve_options(plan.options, cache.machine_facts),
        asked=asked,
        arrays=arrays,
    )
    content = io.BytesIO()
    named: dict[str, Any] = {**arrays, **further}
    np.savez(content, **named)
    try:
        write_file(path, content.getvalue())
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
