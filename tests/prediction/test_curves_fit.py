"""The fit of curves, on runs made so that the coefficients are known."""

from __future__ import annotations

import numpy as np
import pytest

from ptmrank_core.errors import InputError
from ptmrank_core.prediction import CurveCoefficients, Reached, learnt_logit, settle, value_of
from ptmrank_core.prediction.curves_fit import RecordedCurve, fit_curve_coefficients

CHANCE, N_TESTED = 0.1, 4000
FRACTIONS = (1 / 8, 1 / 4, 1 / 2, 1.0)
RISE, FADE, FLOOR, GROWTH, MEMORY = 0.6, 3.0, 0.1, 0.35, 0.6
PACES = (0.1, 0.2, 0.3, 0.4, 0.5)


def make_curves(seed: int, n_models: int = 10, n_runs: int = 4) -> list[RecordedCurve]:
    """Runs of five sets, whose paces differ."""
    rng = np.random.default_rng(seed)
    logs = np.log2(FRACTIONS)
    gaps = -logs
    memory = np.linalg.cholesky(MEMORY ** np.abs(np.subtract.outer(logs, logs)))
    curves = []
    for place, pace in enumerate(PACES):
        own_gaps = pace * gaps**1.5
        slopes = (1 + RISE * own_gaps) * np.exp(-((own_gaps / FADE) ** 2))
        spreads = np.hypot(FLOOR, GROWTH * own_gaps)
        ends = rng.normal(1.0, 0.6, size=n_models)
        for run in range(n_runs):
            deviations = (memory @ rng.normal(size=(len(FRACTIONS), n_models))).T * spreads
            reached = 1.0 + np.outer(ends - 1.0, slopes) - own_gaps + deviations
            values = rng.binomial(N_TESTED, value_of(reached, CHANCE)) / N_TESTED
            curves += [
                RecordedCurve(
                    set_name=f"set {place}",
                    run=str(run),
                    end=float(value_of(ends[model : model + 1], CHANCE)[0]),
                    points=dict(zip(FRACTIONS, values[model].tolist(), strict=True)),
                    n_tested=N_TESTED,
                    chance=CHANCE,
                )
                for model in range(n_models)
            ]
    return curves


@pytest.fixture(scope="module")
def fits() -> list[CurveCoefficients]:
    """Fits to four collections of sets."""
    return [fit_curve_coefficients(make_curves(seed)) for seed in range(4)]


def test_the_coefficients_are_found(fits: list[CurveCoefficients]) -> None:
    """On average over simulated collections they are those that the curves were made with."""
    assert np.mean([own.growth for own in fits]) == pytest.approx(GROWTH, rel=0.15)
    assert np.mean([own.floor for own in fits]) == pytest.approx(FLOOR, rel=0.3)
    assert np.mean([own.pace for own in fits]) == pytest.approx(np.mean(PACES), rel=0.1)
    assert np.mean([own.memory for own in fits]) == pytest.approx(MEMORY, abs=0.12)
    gaps = np.array([0.2, 0.5, 1.0])
    slopes = (1 + RISE * gaps) * np.exp(-((gaps / FADE) ** 2))
    assert np.mean([own.slopes(gaps) for own in fits], axis=0) == pytest.approx(slopes, rel=0.1)


def test_a_spread_of_paces_is_at_least_their_mean(fits: list[CurveCoefficients]) -> None:
    """Five sets cannot rule out that the next one starts at its end."""
    assert all(own.pace_spread >= own.pace for own in fits)


def test_intervals_hold_the_ends_of_a_new_set() -> None:
    """Fitted to four sets, 90 % intervals hold at least 85 % of the ends of the fifth, after any dose."""
    held = []
    for seed in range(4):
        curves = make_curves(seed)
        fit = fit_curve_coefficients([own for own in curves if own.set_name != "set 2"])
        new = [own for own in curves if (own.set_name, own.run) == ("set 2", "0")]
        prior = (np.full(len(new), 1.0), 0.3 + 0.36 * np.eye(len(new)))
        models = np.arange(len(new))
        for place, fraction in enumerate(FRACTIONS):
            logits = np.array([learnt_logit(own.points[fraction], CHANCE, N_TESTED) for own in new])
            values = Reached(models, np.full(len(new), place), logits, 0.001 * np.eye(len(new)))
            found = settle(prior, np.array(FRACTIONS), np.arange(4), values, fit)
            spread = np.sqrt(np.diag(found.covariance)[: len(new)])
            ends = np.array([learnt_logit(own.end, CHANCE, N_TESTED) for own in new])
            held += list(np.abs(found.mean[: len(new)] - ends) <= 1.645 * spread)
    assert np.mean(held) >= 0.85


def test_one_set_is_not_enough() -> None:
    """The spread of the paces cannot be told from it."""
    curves = [own for own in make_curves(0) if own.set_name == "set 0"]
    with pytest.raises(InputError, match=r"^Expected curves of at least 2 sets with 3 models each, got 1\.$"):
        fit_curve_coefficients(curves)
