"""Who votes, on data made so that the answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, weightedtau

from ptmrank_core.errors import InputError
from ptmrank_core.ranking import ProbeEvidence, VoteContext, cast_votes, collect_losses
from ptmrank_core.ranking.prior_calibration import SPREAD, best_weight, combine_with_prior
from ptmrank_core.records import Vote

MODELS = tuple(f"m{i:02}" for i in range(12))
UP = dict.fromkeys(("good", "copy", "other", "bad", "flat", "width", "few"), True)
# Accuracies of the models from best to worst, far enough apart for 1,000 samples to tell.
ACCURACIES = np.linspace(0.95, 0.15, len(MODELS))


def scores_of(values: object) -> dict[str, float]:
    """Scores of the models in their order."""
    return dict(zip(MODELS, np.asarray(values, dtype=float).tolist(), strict=True))


def probe(accuracies: object = ACCURACIES, n_samples: int = 1000) -> ProbeEvidence:
    """A probe that has reached these accuracies."""
    rng = np.random.default_rng(0)
    right = [rng.random(n_samples) < accuracy for accuracy in np.asarray(accuracies, dtype=float)]
    found = collect_losses({m: 1.0 - own for m, own in zip(MODELS, right, strict=True)})
    assert found is not None
    return found


def vote(
    scores: dict[str, dict[str, float]], known: VoteContext, voters: tuple[str, ...] = ()
) -> dict[str, Vote]:
    """Cast the votes of metrics where higher is better."""
    found = cast_votes(scores, voters=voters or tuple(scores), higher_is_better=UP, known=known)
    assert sum(v.weight for v in found.values()) == pytest.approx(1)
    assert set(found) == {name for name, own in scores.items() if own}
    return found


GOOD = scores_of(ACCURACIES)
SHUFFLED = scores_of(np.random.default_rng(3).permutation(len(MODELS)))


def test_what_the_probe_confirms_gets_the_vote() -> None:
    """Of two metrics with the same prior the one in the probe's order gets four fifths and more."""
    found = vote({"good": GOOD, "other": SHUFFLED}, VoteContext({"good": 0.5, "other": 0.5}, probe=probe()))
    assert found["good"].weight > 0.8
    assert "with the linear probe on these samples" in found["good"].reason


def test_the_prior_decides_without_a_probe() -> None:
    """Before there is a probe the weights are those of the best combination under the priors."""
    priors = {"good": 0.8, "other": 0.4}
    found = vote({"good": GOOD, "other": SHUFFLED}, VoteContext(priors))
    ratio = best_weight(0.8) / best_weight(0.4)
    assert found["good"].weight / found["other"].weight == pytest.approx(ratio)
    assert found["good"].reason == "Expected agreement with the truth, from other data: +0.80."


def test_a_probe_that_cannot_tell_models_apart_says_nothing() -> None:
    """Equal accuracies on few samples leave the weights at the priors, whatever order chance gave them."""
    priors = {"good": 0.6, "other": 0.6}
    unsure = probe(np.full(len(MODELS), 0.5), n_samples=4)
    sure = vote({"good": GOOD, "other": SHUFFLED}, VoteContext(priors, probe=probe()))
    found = vote({"good": GOOD, "other": SHUFFLED}, VoteContext(priors, probe=unsure))
    assert abs(found["good"].weight - 0.5) < 0.25 < abs(sure["good"].weight - 0.5)


def test_a_metric_against_the_probe_is_left_out() -> None:
    """The reverse of the probe's order gets no vote, and the reason says why."""
    scores = {"good": GOOD, "bad": scores_of(-ACCURACIES)}
    found = vote(scores, VoteContext({"good": 0.5, "bad": 0.3}, probe=probe()))
    assert found["bad"].weight == 0
    assert found["bad"].reason.startswith("Left out: it agrees with the linear probe no better than chance")


def test_near_copies_share_one_vote() -> None:
    """Ten copies of a metric count together as much as the metric alone does."""
    other = scores_of(ACCURACIES + np.tile([0.3, -0.3], 6))
    priors = dict.fromkeys(UP, 0.6)
    alone = vote({"good": GOOD, "other": other}, VoteContext(priors))
    shared = vote({"good": GOOD, "copy": scores_of(ACCURACIES**3), "other": other}, VoteContext(priors))
    assert shared["other"].weight == pytest.approx(alone["other"].weight)
    assert shared["good"].weight == shared["copy"].weight == pytest.approx(alone["good"].weight / 2)
    assert (
        "Shares one vote with Copy"
        in vote(
            {"good": GOOD, "copy": scores_of(ACCURACIES**3)}, VoteContext(priors, titles={"copy": "Copy"})
        )["good"].reason
    )


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        (scores_of([1.0] * 7 + [0.5, 0.4, 0.3, 0.2, 0.1]), "7 of 12 models tie"),
        (scores_of([-1e-24 * (i + 1) for i in range(7)] + [-5.0, -4, -3, -2, -1]), "7 of 12 models tie"),
        (dict(list(GOOD.items())[:5]), "a score for 5 of 12 models only"),
    ],
)
def test_what_hardly_tells_models_apart_is_left_out(own: dict[str, float], reason: str) -> None:
    """Saturated scores, also up to round-off, and scores for few models do not vote."""
    found = vote({"good": GOOD, "flat": own}, VoteContext(dict.fromkeys(UP, 0.6)))
    assert found["flat"].weight == 0
    assert reason in found["flat"].reason


def test_a_doubt_leaves_a_metric_out() -> None:
    """What is known to fail on such data does not vote, and its reason is shown."""
    found = vote({"good": GOOD, "width": GOOD}, VoteContext(doubts={"width": "it rewards wide features."}))
    assert found["width"] == Vote(0.0, "Left out: it rewards wide features.")


def test_an_order_of_widths_is_left_out_where_the_probe_does_not_confirm_it() -> None:
    """The order of the widths does not vote, unless the wide models are the better ones."""
    widths = {m: 2.0 ** (i * 5 % 12) for i, m in enumerate(MODELS)}
    scores = {"good": GOOD, "width": {m: 3 * w for m, w in widths.items()}}
    known = VoteContext(
        {"good": 0.5, "width": 0.8}, traits={"the width of the features": widths}, probe=probe()
    )
    found = vote(scores, known)
    assert found["width"].weight == 0
    assert "its order follows the width of the features (tau +1.00)" in found["width"].reason
    deserved = {m: float(2 ** (12 - i)) for i, m in enumerate(MODELS)}
    better = VoteContext({"width": 0.8}, traits={"the width of the features": deserved}, probe=probe())
    assert vote({"width": deserved, "good": SHUFFLED}, better)["width"].weight > 0.9


def test_only_those_that_may_vote_do() -> None:
    """A variant beside default forms is ranked and shown, and has no vote."""
    found = vote({"good": GOOD, "other": SHUFFLED}, VoteContext(), voters=("good",))
    assert found["other"] == Vote(0.0, "A variant: only the default form of a metric votes.")
    assert found["good"].weight == 1


def test_where_nothing_is_fit_to_vote_all_do() -> None:
    """A run of doubted metrics alone still has an order, and the reasons say what it is worth."""
    doubts = {"width": "it rewards wide features.", "flat": "it has saturated."}
    found = vote({"width": GOOD, "flat": SHUFFLED}, VoteContext({"width": 0.4, "flat": 0.4}, doubts))
    assert found["width"].weight == pytest.approx(0.5)
    assert found["width"].reason == "Fallback: no metric qualified. Left out: it rewards wide features."


def test_few_models_leave_the_prior() -> None:
    """With four models an agreement is a coin's: the votes are those without a probe."""
    few = {m: GOOD[m] for m in MODELS[:4]}
    back = {m: -GOOD[m] for m in MODELS[:4]}
    evidence = probe()
    small = ProbeEvidence(evidence.models[:4], evidence.losses[:4])
    priors = {"good": 0.5, "bad": 0.5}
    assert vote({"good": few, "bad": back}, VoteContext(priors, probe=small))["good"].weight == pytest.approx(
        0.5
    )


def test_no_voter_is_an_error() -> None:
    """A vote needs somebody who may vote; metrics without any score give no votes."""
    with pytest.raises(InputError, match="at least one voting metric"):
        cast_votes({"good": GOOD}, voters=(), higher_is_better=UP, known=VoteContext())
    assert cast_votes({"good": {}}, voters=("good",), higher_is_better=UP, known=VoteContext()) == {}


def test_agreement_is_the_weighted_tau_where_the_probe_is_sure() -> None:
    """With every pair decided it is scipy's weighted tau between ranks and accuracies."""
    evidence = probe(np.linspace(0.99, 0.01, len(MODELS)), n_samples=100_000)
    ranks = dict(zip(MODELS, [2.0, 1, 3, 5, 4, 6, 12, 8, 9, 10, 11, 7], strict=True))
    found = combine_with_prior(ranks, 0.5, evidence)
    expected = weightedtau([-ranks[m] for m in MODELS], -evidence.losses.mean(axis=1)).statistic
    assert found.probe_agreement == pytest.approx(expected, abs=1e-6)
    assert found.n_models == pytest.approx(len(MODELS), abs=1e-6)


def test_evidence_and_prior_are_joined_by_their_precisions() -> None:
    """On Fisher's scale the posterior lies between the two, nearer to the more precise one."""
    evidence = probe()
    found = combine_with_prior(dict(zip(MODELS, range(1, 13), strict=True)), 0.0, evidence)
    assert found.probe_agreement is not None
    precision = (found.n_models - 4) / 0.437
    z = np.arctanh(min(found.probe_agreement, 0.97)) * precision / (precision + 1 / SPREAD**2)
    assert found.agreement == pytest.approx(np.tanh(z))


def test_certainty_is_that_of_a_paired_test() -> None:
    """Two models that differ on b and c samples have the normal deviate of the paired difference."""
    first, second = np.zeros(100), np.zeros(100)
    second[:20] = 1
    first[20:26] = 1
    gap = second - first
    deviate = gap.mean() / (gap.std() / 10)
    evidence = collect_losses({"a": first, "b": second})
    assert evidence is not None
    assert evidence.certainty[0, 1] == pytest.approx(2 * norm.cdf(deviate) - 1)
    assert evidence.certainty[1, 0] == -evidence.certainty[0, 1]
    same = collect_losses({"a": first, "b": first})
    assert same is not None
    assert np.abs(same.certainty).max() == 0


def test_losses_that_do_not_fit_are_no_evidence() -> None:
    """One model, or numbers of samples that differ, compare nothing."""
    assert collect_losses({"a": np.zeros(3)}) is None
    assert collect_losses({"a": np.zeros(3), "b": np.zeros(4)}) is None
