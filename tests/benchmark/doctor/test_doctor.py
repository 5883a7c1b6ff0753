"""The doctor names what is wrong with a home, and mends it without losing anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core.benchmark import RunStore, list_runs
from ptmrank_core.benchmark.doctor import Diagnosis, examine, mend
from ptmrank_core.config import Settings
from ptmrank_core.data import check_upload
from tests.benchmark.doctor.breaking import BROKEN, Broken, fill


def wrong_with(settings: Settings) -> list[Diagnosis]:
    """What the doctor finds wrong."""
    return [found for found in examine(settings, check_upload=check_upload) if not found.is_well]


def contents(home: Path) -> set[bytes]:
    """The beginning of every file that is the user's, beside a home and below it."""
    return {path.read_bytes()[:8] for path in home.parent.rglob("*precious*") if path.is_file()}


def test_a_home_that_is_well_is_called_so(settings: Settings, tmp_path: Path) -> None:
    """Nothing is wrong with a home that was just filled, nor with one that does not exist yet."""
    assert wrong_with(settings) == []
    fill(settings, tmp_path / "features")
    assert wrong_with(settings) == []
    assert mend(settings, check_upload=check_upload) == []


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_home_is_named_and_mended(settings: Settings, tmp_path: Path, broken: Broken) -> None:
    """Each kind is found with what is wrong, and mended where nothing would be lost by it."""
    run = fill(settings, tmp_path / "features")
    broken.do(settings)
    found = [one for one in wrong_with(settings) if one.subject == broken.subject]
    assert found
    assert broken.said in " ".join(one.said for one in found)
    assert all(one.advice for one in found)
    assert any(one.can_be_mended for one in found) is broken.is_mended
    done = mend(settings, check_upload=check_upload)
    assert all(one.is_well for one in done)
    assert bool(done) is broken.is_mended
    assert (wrong_with(settings) == []) is broken.is_mended
    if broken.is_mended and broken.has_runs:
        assert [entry.run_id for entry in list_runs(RunStore(settings), settings)] == [run]
