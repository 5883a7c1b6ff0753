"""Whatever a table holds: no column is used twice or lost, no row is lost, and only our errors are raised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS
from ptmrank_core.data.tables import load_table
from ptmrank_core.data.tables.reading import open_table
from ptmrank_core.errors import SamplesError, UnclearReadingError
from ptmrank_core.records import Reading, Samples

LISTED = """
text label id index Unnamed:0 class category target y score rating speaker patient_id customer_id date sex age
name note 标签 a b c x title question answer label_text tags Ünïcode
"""
NAMES = LISTED.split()
CellMaker = Callable[[int, Any], list[Any]]
CELLS: tuple[CellMaker, ...] = (
    lambda n, rng: [f"some words of a longer text, {rng.integers(10**6)}" for _ in range(n)],
    lambda n, rng: rng.choice(["u", "v", "w"], n).tolist(),
    lambda n, rng: rng.integers(0, 4, n).tolist(),
    lambda n, rng: [f"{value:.3f}" for value in rng.normal(size=n)],
    lambda n, _: list(range(n)),
    lambda n, rng: (rng.permutation(n) + 5).tolist(),
    lambda n, rng: [f"{rng.integers(2**60):032x}" for _ in range(n)],
    lambda n, rng: ["" if rng.random() < 0.4 else rng.integers(0, 50) for _ in range(n)],
    lambda n, rng: rng.choice(["true", "false"], n).tolist(),
    lambda n, rng: [f"20{rng.integers(10, 24)}-0{rng.integers(1, 9)}-11" for _ in range(n)],
    lambda n, _: [""] * n,
    lambda n, _: [7] * n,
    lambda n, rng: rng.choice(["-1", "0", "1"], n).tolist(),
    lambda n, _: [f"p{i // 3}" for i in range(n)],
    lambda n, rng: rng.choice(["Pos", "pos", "neg", "N/A", ""], n).tolist(),
    lambda n, rng: rng.choice(["a|b", "b", "inf", "{}", "[]", "NaN", "1e400", "\u200b"], n).tolist(),
)


def draw_table(seed: int) -> tuple[str, int]:
    """A table of two to seven columns of any kinds and names, and the number of its rows."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 50))
    names = rng.choice(NAMES, int(rng.integers(2, 8)), replace=False).tolist()
    columns = [CELLS[rng.integers(len(CELLS))](n, rng) for _ in names]
    rows = [names, *zip(*columns, strict=True)]
    return "".join("\t".join(map(str, row)) + "\n" for row in rows), n


def check(samples: Samples, columns: tuple[str, ...], n_rows: int) -> None:
    """Every column once; every row a sample or left out; every number finite."""
    roles = samples.columns
    assert roles is not None
    others = filter(None, [roles.group, roles.file])
    named = [*roles.features, *roles.text, *roles.label, *others, *roles.ignored]
    assert sorted(named) == sorted(columns)
    assert all(roles.ignored.values())
    assert samples.n_samples + len(samples.left_out) == n_rows
    rows = [item.decode() for item in samples.items] if samples.modality == "tabular" else []
    assert all(np.isfinite(row).all() for row in rows)


def attempt(entry: Entry, reading: Reading) -> Samples | SamplesError:
    """The samples, the question or the refusal; any other error is raised."""
    try:
        return load_table("a.tsv", entry, reading, DEFAULT_LIMITS)
    except SamplesError as error:
        return error


@pytest.mark.parametrize("seed", range(400))
def test_any_table(tables: Any, seed: int) -> None:
    """It is read whole, asked about with options that answer, or refused with a reason."""
    text, n_rows = draw_table(seed)
    entry = tables.entry("a.tsv", text)
    columns = open_table(entry, DEFAULT_LIMITS).columns
    readings = (Reading(), Reading(columns_as_is=True), Reading(modality="tabular"))
    for reading in readings:
        found = attempt(entry, reading)
        if isinstance(found, Samples):
            check(found, columns, n_rows)
        for option in found.options if isinstance(found, UnclearReadingError) else ():
            answered = attempt(entry, replace(reading, **option.changes))
            if isinstance(answered, Samples):
                check(answered, columns, n_rows)
            else:  # another question, or too little is left
                assert answered.message != found.message


@pytest.mark.parametrize("seed", range(120))
def test_any_offer_can_be_taken(tables: Any, seed: int) -> None:
    """The changes of an offer read the table, and the same offer is not made again."""
    text, n_rows = draw_table(seed)
    entry = tables.entry("a.tsv", text)
    samples = attempt(entry, Reading())
    for offer in samples.offers if isinstance(samples, Samples) else ():
        taken = load_table("a.tsv", entry, replace(Reading(), **offer.changes), DEFAULT_LIMITS)
        check(taken, open_table(entry, DEFAULT_LIMITS).columns, n_rows)
        assert offer.text not in {other.text for other in taken.offers}


@pytest.mark.parametrize("seed", range(60))
def test_leaving_a_column_out(tables: Any, seed: int) -> None:
    """Any column may be named as not to be used; then it has no role, and the reason says so."""
    text, n_rows = draw_table(seed)
    entry = tables.entry("a.tsv", text)
    columns = open_table(entry, DEFAULT_LIMITS).columns
    for column in columns:
        samples = attempt(entry, Reading(ignored_columns=(column,)))
        if isinstance(samples, Samples):
            check(samples, columns, n_rows)
            assert samples.columns is not None
            assert samples.columns.ignored[column] == "is left out, as asked"
