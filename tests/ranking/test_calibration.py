"""Is what is said of the first model true as often as it says? Data sets of known populations, simulated."""

from __future__ import annotations

import pytest

from tests.benchmarks.calibration import DRAWN, STEPS, calibrate, table


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", [*STEPS, *DRAWN])
def test_chances_are_calibrated(name: str) -> None:
    """P(best) and P(better) are right within 0.1, and 0.055 for chance: three errors of 80 data sets."""
    rows = calibrate(name, n_sets=80, n_parts=60)
    assert all(row.error < 0.155 for row in rows), table(rows)


def test_a_close_race_is_not_certain() -> None:
    """Of six models half a standard error apart the first is said to be the best about as often as it is."""
    rows = calibrate("6 models, 0.5 apart", n_sets=40, n_parts=20)
    assert [row.of for row in rows] == ["logme", "consensus"]
    assert all(abs(row.best_said - row.best_true) < 0.25 for row in rows), table(rows)
    assert all(row.best_said < 0.75 for row in rows), table(rows)
