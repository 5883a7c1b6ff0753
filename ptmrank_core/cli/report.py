"""The ``report`` command: a stored run as tables and one HTML file."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ptmrank_core import results
from ptmrank_core.benchmark import (
    SHIPPED_RUN,
    RunStore,
    Sources,
    cached_embeddings,
    is_shipped,
    shipped_store,
)
from ptmrank_core.cli.output import DONE, print_text, say
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data import load_samples
from ptmrank_core.errors import InputError, PTMRankError, SamplesChangedError, UnknownNameError
from ptmrank_core.features import FeatureCache
from ptmrank_core.files import write_files
from ptmrank_core.records import RunResult, Samples
from ptmrank_core.records.foreign import read_json_file, unreadable_json
from ptmrank_core.worker import SOURCES

if TYPE_CHECKING:
    from ptmrank_core.projection import Projection
    from ptmrank_core.reports.exports import Export

__all__ = ["add_report_command", "export_of", "find_run", "write_report"]

LATEST = "latest"


def add_report_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    report = commands.add_parser("report", help="write a run's tables and its HTML report")
    report.add_argument(
        "run",
        help=f"id of a run or its first characters, latest, a result.json, or {SHIPPED_RUN}: it comes along",
    )
    report.add_argument("--out", type=Path, required=True, help="folder to write into")
    report.add_argument(
        "--format", default=None, help="comma-separated: html, csv, json, parquet, md, latex; by default all"
    )
    report.set_defaults(do=_report)


def _report(arguments: argparse.Namespace) -> int:
    """Write the files of a stored run."""
    settings = load_settings()
    store = shipped_store() if is_shipped(arguments.run) else RunStore(settings)
    result = store.result(find_run(arguments.run, store))
    for path in write_report(result, arguments.out, settings, formats=arguments.format):
        print_text(str(path))
    return DONE


def find_run(named: str, store: RunStore) -> str:
    """Find the id of the run that is named.

    Raises
    ------
    InputError
        If no run is named so, or several are.
    """
    if Path(named).suffix == ".json":
        return _run_of(Path(named))
    known = [outline.run_id for outline in store.outlines()]
    if named == LATEST and known:
        return known[0]
    matching = [run for run in known if named and run.startswith(named)]
    if not matching:
        raise UnknownNameError("run", named, [LATEST, *known[:5]])
    if len(matching) > 1:
        raise InputError(
            f"{len(matching)} runs begin with {named!r}; expected one.", hint="Write more of its id."
        )
    return matching[0]


def _run_of(path: Path) -> str:
    """Read the id of the run from its ``result.json``."""
    try:
        return str(read_json_file(path).value["run"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is no result of a run: {unreadable_json(error)}.",
            hint="Expected a result.json of rank --out.",
        ) from error


def write_report(
    result: RunResult,
    folder: Path,
    settings: Settings,
    *,
    formats: str | None = None,
    samples: Samples | None = None,
    sources: Sources = SOURCES,
) -> list[Path]:
    """Write a run in several formats; all files are rendered before the first is written.

    Parameters
    ----------
    result
        The run.
    folder
        Where the files go; made where it is not there.
    settings
        Where the feature cache is, for the embedding view.
    formats
        Comma-separated names; ``None`` for all.
    samples
        Of the run, where they are in memory; by default they are loaded again.
    sources
        Where files of features come from.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    UnknownNameError
        If there is no such format.
    InputError
        If the folder cannot be written to; no file is left half.
    """
    from ptmrank_core.reports.exports import FORMATS, resolve_formats  # noqa: PLC0415 - loads plotly

    chosen = resolve_formats(formats)
    files: dict[str, bytes] = {}
    with export_of(result, settings, samples=samples, sources=sources) as export:
        for name in chosen:
            files |= FORMATS[name].write(export)
    return _write(folder, files)


@contextmanager
def export_of(
    result: RunResult, settings: Settings, *, samples: Samples | None = None, sources: Sources = SOURCES
) -> Iterator[Export]:
    """Bring together what is written of a run; the embeddings are read from the cache within the block.

    Parameters
    ----------
    result, settings, samples, sources
        As in :func:`write_report`.
    """
    from ptmrank_core.reports.exports import Export  # noqa: PLC0415 - loads plotly

    samples = samples or _samples_of(result)
    with FeatureCache(settings) as cache:
        picture = _picture(result, samples, sources, cache) if samples else None
        yield Export(result, results.rank_result(result), picture)


def _samples_of(result: RunResult) -> Samples | None:
    """Load the samples of a run for the embedding view; the rest of the report does without."""
    try:
        samples = load_samples(result.plan.samples_source, result.plan.reading)
        if samples.fingerprint != result.plan.samples_fingerprint:
            raise SamplesChangedError("The samples have changed since.")
    except PTMRankError as error:
        say(f"note: the report has no embedding view: {error}")
        return None
    return samples


def _picture(result: RunResult, samples: Samples, sources: Sources, cache: FeatureCache) -> Any:
    """Project cached embeddings to two dimensions for the report."""
    from ptmrank_core.projection import pca  # noqa: PLC0415 - loads scipy.linalg
    from ptmrank_core.reports.html import Picture  # noqa: PLC0415

    def project(model: str) -> Projection | None:
        spec = result.outcomes[model].spec
        try:
            embeddings = cached_embeddings(result.plan, spec, samples, sources=sources, cache=cache)
        except PTMRankError as error:
            say(f"note: {model} is not in the embedding view: {error}")
            return None
        return None if embeddings is None else pca(embeddings)

    return Picture(samples, project)


def _write(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    try:
        return write_files(folder, files)
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error}.") from error
