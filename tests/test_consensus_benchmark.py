"""The judge of orders, on orders whose verdict is known."""

from __future__ import annotations

import pytest
from scipy.stats import weightedtau

from ptmrank_core.ranking import PriorTaus
from tests.benchmarks.consensus import layers
from tests.benchmarks.consensus.alternatives import RULES, alternative_orders
from tests.benchmarks.consensus.judging import judge, like_pairs_tau, paired_difference, regret_difference
from tests.benchmarks.consensus.orders import LEFT_OUT, PAIR, SHIPPED, STATIC, TO_TRAIN, orders_of, zoo_of
from tests.benchmarks.consensus.sets import PROBED, TUNED, Facts, ScoredSet, standard_errors
from tests.benchmarks.consensus.tables import tables

TRUTH = {"a": 0.9, "b": 0.85, "c": 0.8, "d": 0.5}


def make_set(name: str, models: str = "abcdef", probe: float = 0.5) -> ScoredSet:
    """A set whose models get worse from the first to the last, under every score."""
    falling = {model: 1.0 - 0.1 * place for place, model in enumerate(models)}
    tuned = {model: 0.9 - 0.05 * place for place, model in enumerate(models)}
    facts = {
        model: Facts(8, 1.0, probe - 0.02 * place, [float(i % 7 <= place) for i in range(60)], 100 + place)
        for place, model in enumerate(models)
    }
    scores = dict.fromkeys(("logme", "nleep", "nearest_neighbours"), falling)
    return ScoredSet(
        name,
        60,
        0.1,
        scores,
        facts,
        {TUNED: tuned, PROBED: falling},
        (models[0],),
        dict.fromkeys(tuned, 0.01),
    )


def test_regret_is_what_the_first_and_the_first_three_lose() -> None:
    """In points against the best model; of equal scores the worse model counts as the earlier."""
    verdict = judge({"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.3}, TRUTH)
    assert verdict is not None
    assert (verdict.regret, verdict.of_three) == pytest.approx((40.0, 5.0))
    assert not verdict.is_close
    assert verdict.tau == pytest.approx(weightedtau([0.1, 0.2, 0.3, 0.3], [0.9, 0.85, 0.8, 0.5]).statistic)
    assert judge({"a": 1.0, "b": 2.0}, TRUTH) is None


def test_a_score_that_ties_all_models_has_a_tau_of_zero() -> None:
    """It orders nothing, and is not better than chance."""
    verdict = judge(dict.fromkeys(TRUTH, 1.0), TRUTH)
    assert verdict is not None
    assert verdict.tau == 0


def test_pairs_of_like_models_are_counted_alone() -> None:
    """Of three pairs that are alike, one is the wrong way round."""
    alike = {frozenset(pair) for pair in ("ab", "bc", "cd")}
    found = like_pairs_tau(
        {"a": 4, "b": 3, "c": 2, "d": 2.5}, TRUTH, lambda first, second: {first, second} in alike
    )
    assert found == (pytest.approx(1 / 3), 3)
    assert like_pairs_tau(TRUTH, TRUTH, lambda *_: False) is None


def test_a_row_against_itself_makes_no_difference() -> None:
    """The interval of a difference to itself is a point; that to the reverse lies above 0."""
    rows = {"s": TRUTH}
    assert paired_difference(rows, rows, rows) == (0.0, 0.0, 0.0)
    back = {"s": {model: -value for model, value in TRUTH.items()}}
    assert paired_difference(rows, back, rows)[0] == pytest.approx(2.0)


def test_sets_that_share_a_model_are_left_out_together() -> None:
    """Knowledge of the same networks on another target is not knowledge of other data."""
    sets = [make_set("one"), make_set("two", "fghijk"), make_set("three", "lmnopq")]
    assert zoo_of("one", sets) == {"one", "two"}
    assert zoo_of("three", sets) == {"three"}


def test_every_row_orders_the_set_and_every_table_is_written() -> None:
    """Size, a static list, mixes and votes beside the metrics; there is a table for each question."""
    sets = [make_set("one"), make_set("two"), make_set("three", "lmnopq"), make_set("high", "rstuvw", 1.0)]
    rows = orders_of(sets[0], sets)
    assert {PAIR, LEFT_OUT, TO_TRAIN, SHIPPED, STATIC} <= set(rows)
    assert max(rows[LEFT_OUT], key=lambda model: rows[LEFT_OUT][model]) == "a"
    text = "\n".join(tables(sets, n_draws=3))
    assert "| high | 60 | 6 | 0.900 | 0.094 | 0.010 | 1 | yes |" in text
    assert text.count("## ") == 7


def test_errors_are_those_of_means_of_runs() -> None:
    """Deviations are pooled over the models of a set; where each was trained once nothing is known."""
    errors = standard_errors({"a": [0.8, 0.82], "b": [0.7, 0.7], "c": [0.5]})
    pooled = (0.0002 / 2) ** 0.5
    assert errors == pytest.approx({"a": pooled / 2**0.5, "b": pooled / 2**0.5, "c": pooled})
    assert standard_errors({"a": [0.8], "b": [0.9]}) == {}


def test_a_regret_is_as_uncertain_as_the_accuracies() -> None:
    """Without errors the interval is a point; with errors beyond the differences it holds 0."""
    falling = {"s": TRUTH}
    rising = {"s": {model: -value for model, value in TRUTH.items()}}
    truths, exact = {"s": TRUTH}, {"s": dict.fromkeys(TRUTH, 0.0)}
    assert regret_difference((rising, falling), truths, exact) == pytest.approx((5.0, 5.0, 5.0))
    rough = {"s": dict.fromkeys(TRUTH, 0.2)}
    value, low, high = regret_difference((rising, falling), truths, rough)
    assert (value, low <= 0.0, high > 5.0) == (pytest.approx(5.0), True, True)


def test_other_rules_order_by_the_voters() -> None:
    """The surest voter decides alone; disagreement brings a model forward, not for every rule."""
    scored = make_set("one", "abcd")
    voters = {"logme": "abcd", "nleep": "abcd", "nearest_neighbours": "adbc"}
    for name, order in voters.items():
        scored.scores[name] = {model: -float(place) for place, model in enumerate(order)}
    priors = dict.fromkeys(("logme", "nleep"), PriorTaus((0.5, 0.6), 2))
    priors["nearest_neighbours"] = PriorTaus((0.8, 0.9), 2)
    orders = alternative_orders(scored, dict.fromkeys(voters, 1 / 3), priors)
    ordered = {rule: "".join(sorted(own, key=lambda m: -own[m])) for rule, own in orders.items()}
    assert ordered["tried: the surest metric alone"] == "adbc"
    assert ordered["tried: equal weights of the voters"] == "abcd"
    assert ordered["tried: median place"] == "abcd"
    assert ordered["tried: less weight for correlated voters"] == "abdc"
    assert ordered["tried: first, then mean place less half a deviation"] == "abdc"
    assert set(ordered) == set(RULES)


def test_layers_are_judged_beside_own_features(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each metric has its mean tau on own features, by the mean over layers, and by the best of them."""
    back = {model: -value for model, value in TRUTH.items()}
    monkeypatch.setattr(layers, "_truth", lambda _: TRUTH)
    monkeypatch.setattr(layers, "_orders", lambda *_: [(m, (TRUTH, back, TRUTH)) for m in layers.JUDGED])
    text = layers.layer_table(["folder", "demo:digits", "demo:docstrings"])
    assert "over digits, docstrings" in text
    assert "| LogME | +1.00 | -1.00 | +1.00 |" in text
