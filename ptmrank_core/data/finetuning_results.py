"""Measured fine-tuning results: from a user's table, or recorded for the demo samples."""

from __future__ import annotations

import difflib
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ptmrank_core.config import ASSETS
from ptmrank_core.data.builtin.demo import DEMO_PREFIX, DEMO_SAMPLES, load_demo_samples
from ptmrank_core.data.builtin.docstrings import documents_digest
from ptmrank_core.data.labels.numbers import is_missing
from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS
from ptmrank_core.data.tables.column_names import MODEL_NAMES, order_by_name
from ptmrank_core.data.tables.reading import open_table
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputError
from ptmrank_core.records import BytesBlob, Samples, Truth

__all__ = ["load_truth", "read_truth", "recorded_truth"]

# The record of the documents is identified by texts and labels, that of the other demos by the items.
DOCUMENTS = "demo:docstrings"

# If there are several columns of numbers, the first of these is used.
MEASURES = ("accuracy", "r2")
SHARES = frozenset({"accuracy", "acc", "balanced_accuracy", "f1", "macro_f1", "auc", "share", "r2"})
LOWER_IS_BETTER = frozenset({"loss", "error", "error_rate", "mae", "mse", "rmse", "perplexity", "wer", "cer"})
EXAMPLE = "Expected a table that begins 'model,accuracy', with one row for each model."


def load_truth(path: Path, models: Sequence[str]) -> Truth:
    """Read a user's table of fine-tuning results.

    Parameters
    ----------
    path
        A .csv or .tsv file (or another table that samples may come in).
    models
        Ids of the run's models.

    Raises
    ------
    InputError
        If it does not exist, or is not such a table.
    """
    try:
        data = path.expanduser().read_bytes()
    except OSError as error:
        raise InputError(
            f"The fine-tuning results at {path} cannot be read: {error.strerror}.", hint=EXAMPLE
        ) from error
    return read_truth(path.name, data, models)


def read_truth(name: str, data: bytes, models: Sequence[str]) -> Truth:
    """Read a user's table of fine-tuning results: ``model,accuracy``, ``model,r2`` or another measure.

    A name is matched with the model of the same id, else with the only one whose id ends in it, whatever the
    case of its letters: ``vit-base`` with ``org/ViT-base``. Shares may be given in percent (all of them, or
    none); they become shares of 1.

    Parameters
    ----------
    name
        Name of the file; its suffix gives the format.
    data
        Its bytes.
    models
        Ids of the run's models.

    Returns
    -------
    Truth
        Results of those models of the run that have a row with a number, and apart those of other names. The
        notes say which name was taken for another one, and which row has no number.

    Raises
    ------
    InputError
        If it is not such a table, names a model twice, or has results of fewer than two of the models.
    """
    table = open_table(Entry(name, len(data), BytesBlob(data)), DEFAULT_LIMITS)
    if table.left_out:
        first = table.left_out[0]
        raise InputError(f"{first.name} cannot be read: {first.reason}.", hint=EXAMPLE)
    column = next(iter(order_by_name(table.columns, MODEL_NAMES)), None)
    if column is None:
        raise InputError(f"{name!r} has no column 'model'; it has {', '.join(table.columns)}.", hint=EXAMPLE)
    ids = [cell.strip() for cell in table.cells(column)]
    _refuse_duplicates(name, ids)
    measure, cells = _measured(table, column)
    values = {
        model: _number(cell, f"{name}:{line}", measure)
        for model, cell, line in zip(ids, cells, table.lines, strict=True)
        if not is_missing(cell)
    }
    meant = _match(values, models)
    known = {model: values[meant[model]] for model in models if model in meant}
    strangers = {own: value for own, value in values.items() if own not in meant.values()}
    if len(known) < 2:
        raise InputError(
            f"{name!r} has results of {len(known)} of the {len(models)} models of this run; expected two or "
            f"more. It names {', '.join(map(repr, list(strangers)[:3])) or 'none with a number'}.",
            hint=_guesses(strangers, models) or f"The run's models: {', '.join(models)}.",
        )
    is_percent = _is_in_percent(name, measure, known)
    scale = 100.0 if is_percent else 1.0
    notes = [f"{measure} was read as percentages."] if is_percent else []
    notes += [f"{own!r} was read as {model!r}." for model, own in meant.items() if own != model]
    empty = [own for own, cell in zip(ids, cells, strict=True) if is_missing(cell)]
    notes += [f"Rows without a number: {', '.join(empty)}."] if empty else []
    return Truth(
        measure,
        {model: value / scale for model, value in known.items()},
        higher_is_better=measure.lower() not in LOWER_IS_BETTER,
        origin=name,
        notes=tuple(notes),
        unmatched={own: value / scale for own, value in strangers.items()},
    )


def _match(names: Iterable[str], models: Sequence[str]) -> dict[str, str]:
    """Match the models of a run with names of a table: model -> the name that means it."""
    exact = {own: own for own in names if own in set(models)}
    others = [own for own in names if own not in exact]
    meant: dict[str, list[str]] = {}
    for own in others:
        ending = [model for model in models if _tail(model) == own.lower()]
        if len(ending) == 1 and ending[0] not in exact:
            meant.setdefault(ending[0], []).append(own)
    return exact | {model: own[0] for model, own in meant.items() if len(own) == 1}


def _tail(model: str) -> str:
    """Return the name of a model without where it comes from, in small letters."""
    return re.split(r"[/:]", model)[-1].lower()


def _refuse_duplicates(name: str, ids: Sequence[str]) -> None:
    twice = [model for model, count in Counter(ids).items() if count > 1]
    if twice:
        raise InputError(
            f"{name!r} has more than one row for {', '.join(map(repr, twice[:3]))}.",
            hint="Give each model one row: the mean over its seeds, for example.",
        )


def _measured(table: InputTable, model_column: str) -> tuple[str, Sequence[str]]:
    """Return the name and the cells of the column with the results."""
    others = [column for column in table.columns if column != model_column]
    by_name = {column.strip().lower(): column for column in others}
    numeric = [column for column in others if column in table.numbers or _is_percent(table.cells(column))]
    chosen = next((by_name[name] for name in MEASURES if name in by_name), None)
    if chosen is None and len(numeric) != 1:
        listed = ", ".join(numeric) or "none"
        raise InputError(
            f"{table.name!r} should have one column of numbers beside the models, or one named accuracy or "
            f"r2; its columns of numbers: {listed}.",
            hint=EXAMPLE,
        )
    column = chosen or numeric[0]
    return column.strip().lower(), table.cells(column)


def _is_percent(cells: Sequence[str]) -> bool:
    return all(cell.strip().endswith("%") or is_missing(cell) for cell in cells)


def _number(cell: str, place: str, measure: str) -> float:
    """Read one result; '93.5 %' is read as 93.5."""
    try:
        value = float(cell.strip().removesuffix("%"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{place}: {measure} is {cell!r}; expected a number.", hint=EXAMPLE)
    return value


def _is_in_percent(name: str, measure: str, values: Mapping[str, float]) -> bool:
    """Tell whether results are percentages of a measure that is a share."""
    if measure not in SHARES:
        return False
    least, most = min(values.values()), max(values.values())
    if most > 100 or (least < 0 and measure != "r2"):
        odd = most if most > 100 else least
        raise InputError(
            f"{name!r}: {measure} is {odd:g}; expected shares of 1 or percentages.", hint=EXAMPLE
        )
    return most > 1


def _guesses(strangers: Iterable[str], models: Sequence[str]) -> str:
    """Suggest the model of the run that was meant, for each name that is close to one."""
    pairs = [(name, difflib.get_close_matches(name, models, n=1, cutoff=0.5)) for name in strangers]
    asked = [f"{close[0]!r} for {name!r}" for name, close in pairs if close]
    return f"Did you mean {', '.join(asked[:3])}?" if asked else ""


def recorded_truth(samples: Samples) -> Truth | None:
    """Read the recorded fine-tuning results of the demo zoo on demo samples.

    Parameters
    ----------
    samples
        Any samples.

    Returns
    -------
    Truth or None
        ``None`` if they are not demo samples. Ids are ``demo:NAME``.

    Raises
    ------
    InputError
        If the record is missing, or is neither of these samples nor of a set that contains them.
    """
    if samples.source not in DEMO_SAMPLES:
        return None
    path = ASSETS / "demo" / samples.source.removeprefix(DEMO_PREFIX) / "truth.json"
    if not path.is_file():
        raise InputError(f"There are no recorded fine-tuning results of {samples.source} here.")
    record = json.loads(path.read_text(encoding="utf-8"))
    digest = _record_digest(samples)
    if digest != record["samples_digest"]:
        whole = load_demo_samples(samples.source)
        digest = _record_digest(whole) if set(samples.digests) < set(whole.digests) else digest
    if digest != record["samples_digest"]:
        raise InputError(
            f"The recorded fine-tuning results are of another version of {samples.source}: the digest of "
            f"these samples is {digest[:12]}…, that of the record {record['samples_digest'][:12]}….",
            hint="The demo samples come from installed packages; with the pinned versions they agree.",
        )
    protocol = record["protocol"]
    n_seeds, per_class = len(protocol["seeds"]), protocol["labels_per_class"]
    note = (
        f"Mean accuracy of {n_seeds} fine-tunings of all weights with {per_class} labels of each class, "
        f"tested on {protocol['test_samples']:,} other samples."
    )
    values = {f"{DEMO_PREFIX}{name}": float(results["mean"]) for name, results in record["models"].items()}
    return Truth("accuracy", values, origin=f"record of {samples.source}", notes=(note,))


def _record_digest(samples: Samples) -> str:
    """Digest of demo samples as their record has it: of texts and labels for documents, else of the items."""
    if samples.source == DOCUMENTS:
        return documents_digest()
    return hashlib.sha256("".join(samples.digests).encode()).hexdigest()
