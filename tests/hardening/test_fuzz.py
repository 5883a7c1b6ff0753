"""Inputs of every kind from a seed keep every promise: see ``fuzz.py``, which runs as many as one likes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.hardening.campaign import Campaign, read_rows, run_campaign
from tests.hardening.figures import print_figures
from tests.hardening.keeping import make_input
from tests.hardening.kinds.registry import KINDS, shares

SEED = 1
WORKERS = 2


def _failed(n_inputs: int, folder: Path) -> str:
    """Run a campaign; return its figures where an input of it failed."""
    rows = run_campaign(Campaign(n_inputs, SEED, folder), WORKERS)
    assert len(rows) == sum(shares(n_inputs).values())
    figures = io.StringIO()
    print_figures(rows, figures)
    return figures.getvalue() if any(row["faults"] for row in rows) else ""


def test_three_hundred_inputs_break_no_promise(tmp_path: Path) -> None:
    """No traceback, no hang, nothing written elsewhere or lost, and a sentence where one is refused."""
    assert _failed(300, tmp_path) == ""


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_three_thousand_inputs_break_no_promise(tmp_path: Path) -> None:
    """The same of ten times as many."""
    assert _failed(3_000, tmp_path) == ""


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_input_is_the_same_bytes_each_time(kind: str, tmp_path: Path) -> None:
    """A number means the same input whenever and wherever it is made, so that a failure can be repeated."""
    calls = []
    for run in ("first", "second"):
        folder = tmp_path / run
        calls += [make_input(kind, SEED, number, folder / str(number)) for number in range(3)]
    assert calls[:3] == calls[3:]
    assert _content(tmp_path / "first") == _content(tmp_path / "second")


def _content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        for path in folder.rglob("*")
    }


def test_a_killed_campaign_goes_on(tmp_path: Path) -> None:
    """What has a row is not tried again, and the rest of a row that was cut off does not count."""
    whole = Campaign(1, SEED, tmp_path, ("mapping", "peatmoss"))
    first = run_campaign(whole, 1)
    kept = whole.results.read_text().splitlines()
    whole.results.write_text("\n".join(kept[:-1]) + "\n" + kept[-1][:20])
    assert len(whole.units()) == 1
    again = run_campaign(whole, 1)
    assert [row["number"] for row in again] == [row["number"] for row in first]
    assert len(read_rows(whole.results)) == len(first)
