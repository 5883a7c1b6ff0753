"""Is what is said of the first model true as often as it says? Data sets of known populations, simulated."""

from __future__ import annotations

import pytest

from tests.benchmarks.calibration import DRAWN, STEPS, calibrate, table

N_SETS, N_PARTS = 25, 40
# What is said of the first model differs by so much from data set to data set (standard deviation).
SPREAD = 0.165


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", [*STEPS, *DRAWN])
def test_chances_are_calibrated(name: str) -> None:
    """P(best) and P(better) are right within 0.1, and three standard errors of so many data sets."""
    rows = calibrate(name, n_sets=N_SETS, n_parts=N_PARTS)
    assert all(row.error < 0.1 + 3 * SPREAD / N_SETS**0.5 for row in rows), table(rows)


def test_a_close_race_is_not_certain() -> None:
    """Of six models half a standard error apart the first is said to be the best about as often as it is."""
    rows = calibrate("6 models, 0.5 apart", n_sets=40, n_parts=20)
    assert [row.of for row in rows] == ["logme", "consensus"]
    assert all(abs(row.best_said - row.best_true) < 0.25 for row in rows), table(rows)
    assert all(row.best_said < 0.75 for row in rows), table(rows)
