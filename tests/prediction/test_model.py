"""The line from a probe to fine-tuning, on sets made so that it is known."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import expit, logit

from ptmrank_core.errors import InputError
from ptmrank_core.prediction import (
    COEFFICIENTS_FILE,
    Coefficients,
    TunedModel,
    fit_coefficients,
    load_coefficients,
    predict_accuracies,
)

CHANCE = 0.1
LINE = Coefficients(1.0, 0.5, ((0.0, 0.0), (0.0, 0.0)), 0.3, 0.4, -2.0, 3.0, 60, ("a", "b", "c", "d", "e"))


def learnt(logits: object) -> list[float]:
    """Accuracies whose share of what there is to learn has these logits."""
    return list(CHANCE + (1 - CHANCE) * expit(np.asarray(logits, dtype=float)))


def make_sets(seed: int, n_sets: int = 12, n_models: int = 6) -> list[TunedModel]:
    """Models on the line 1 + 0.5 x, whose sets are off it by 0.6 and the models themselves by 0.3."""
    rng = np.random.default_rng(seed)
    models = []
    for index in range(n_sets):
        probes = rng.normal(size=n_models)
        tuned = 1 + 0.5 * probes + 0.6 * rng.normal() + 0.3 * rng.normal(size=n_models)
        models += [
            TunedModel(f"set {index}", probe, value, CHANCE)
            for probe, value in zip(learnt(probes), learnt(tuned), strict=True)
        ]
    return models


def test_the_line_and_both_spreads_are_found() -> None:
    """Over ten simulated collections of sets the estimates have the values that they were made with."""
    found = [fit_coefficients(make_sets(seed)) for seed in range(10)]
    assert np.mean([own.intercept for own in found]) == pytest.approx(1.0, abs=0.15)
    assert np.mean([own.slope for own in found]) == pytest.approx(0.5, abs=0.05)
    assert np.mean([own.set_spread**2 for own in found]) ** 0.5 == pytest.approx(0.6, abs=0.12)
    assert np.mean([own.model_spread**2 for own in found]) ** 0.5 == pytest.approx(0.3, abs=0.04)


def test_intervals_hold_the_models_of_new_sets() -> None:
    """Fitted to five sets, 90 % intervals hold at least 85 % of the models of other ones."""
    held = []
    for seed in range(40):
        models = make_sets(seed, n_sets=6)
        line = fit_coefficients([own for own in models if own.set_name != "set 5"])
        new = {str(index): own for index, own in enumerate(models) if own.set_name == "set 5"}
        expected = predict_accuracies({name: own.probe for name, own in new.items()}, line, chance=CHANCE)
        held += [expected[name].low <= new[name].tuned <= expected[name].high for name in expected]
    assert 0.85 <= np.mean(held) <= 0.97


def test_an_interval_has_the_offset_of_the_set_in_it() -> None:
    """The half width on the logit scale is Student's quantile times the root of the summed variances."""
    (found,) = predict_accuracies(dict(zip("m", learnt([1.0]), strict=True)), LINE, chance=CHANCE).values()
    middle, low, high = (
        logit((value - CHANCE) / (1 - CHANCE)) for value in (found.value, found.low, found.high)
    )
    assert middle == pytest.approx(1.5)
    assert high - middle == pytest.approx(middle - low) == pytest.approx(2.131847 * 0.5, rel=1e-6)


def test_a_probe_outside_of_what_was_seen_is_not_extrapolated() -> None:
    """Below all others there is no prediction; above them it is that of the highest."""
    probes = dict(zip(("low", "top", "above"), learnt([-2.5, 3.0, 6.0]), strict=True))
    found = predict_accuracies(probes, LINE, chance=CHANCE)
    assert set(found) == {"top", "above"}
    assert found["above"].value == pytest.approx(found["top"].value)


def test_nothing_is_predicted_below_a_constant_guess() -> None:
    """With two classes the whole interval lies between a coin's accuracy and 1."""
    found = predict_accuracies({"m": 0.6}, LINE, chance=0.5)["m"]
    assert 0.5 < found.low < found.value < found.high < 1


def test_two_sets_are_too_few_and_chance_is_less_than_one() -> None:
    """What cannot be fitted or scaled is refused with what was expected."""
    with pytest.raises(InputError, match="at least 3 sets, got 2"):
        fit_coefficients(make_sets(0, n_sets=2))
    with pytest.raises(InputError, match=r"constant guess in \[0, 1\), got 1"):
        predict_accuracies({"m": 0.6}, LINE, chance=1.0)


def test_the_coefficients_on_record_are_complete() -> None:
    """The file holds what the line rests on, and reading it gives a line that rises less than the probe."""
    recorded = load_coefficients()
    assert json.loads(COEFFICIENTS_FILE.read_text(encoding="utf-8"))["slope"] == recorded.slope
    assert 0 < recorded.slope < 1
    assert recorded.set_spread > 0 < recorded.model_spread
    assert recorded.n_models >= 50
    assert len(recorded.sets) >= 5
