"""Who votes, on data made so that the answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from ptmrank_core.errors import InputError
from ptmrank_core.ranking import PriorTaus, ProbeEvidence, VoteContext, cast_votes, collect_losses
from ptmrank_core.ranking.prior_calibration import best_weight, combine_with_prior
from ptmrank_core.records import Vote

MODELS = tuple(f"m{i:02}" for i in range(12))
UP = dict.fromkeys(("good", "copy", "other", "bad", "flat", "width", "few"), True)
# Accuracies of the models from best to worst, far enough apart for 1,000 samples to tell.
ACCURACIES = np.linspace(0.95, 0.15, len(MODELS))


def scores_of(values: object) -> dict[str, float]:
    """Scores of the models in their order."""
    return dict(zip(MODELS, np.asarray(values, dtype=float).tolist(), strict=True))


def prior(mean: float, spread: float = 0.1) -> PriorTaus:
    """A metric that was measured on four sets of this mean and standard deviation."""
    return PriorTaus(tuple(mean + spread * np.sqrt(0.75) * np.array([-1.0, 1, -1, 1])), 4)


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


def test_the_prior_decides_without_a_probe() -> None:
    """Before there is a probe the weights are those of the best combination under the cautious priors."""
    priors = {"good": prior(0.8), "other": prior(0.6)}
    found = vote({"good": GOOD, "other": SHUFFLED}, VoteContext(priors))
    cautious = [combine_with_prior({}, priors[name], None).cautious for name in ("good", "other")]
    assert found["good"].weight / found["other"].weight == pytest.approx(
        best_weight(cautious[0]) / best_weight(cautious[1])
    )
    assert found["good"].reason == ("Agreement with fine-tuning on 4 recorded sets +0.80, give or take 0.10.")


def test_a_metric_that_varies_between_sets_is_left_out_beside_a_reliable_one() -> None:
    """Of two with the same mean, the one that failed on some sets has no vote, and the reason says why."""
    priors = {"good": prior(0.6), "other": prior(0.6, spread=0.45)}
    found = vote({"good": GOOD, "other": SHUFFLED}, VoteContext(priors, titles={"good": "Good"}))
    assert found["good"].weight == 1
    assert found["other"].reason == (
        "Left out: its agreement with fine-tuning may be as low as -0.09; Good can be relied on for +0.48."
        " Agreement with fine-tuning on 4 recorded sets +0.60, give or take 0.45."
    )


def test_the_probe_can_cost_a_vote_and_not_earn_one() -> None:
    """What the probe confirms weighs what other data allow; what it contradicts loses its vote."""
    priors = {"good": prior(0.6), "bad": prior(0.6), "other": prior(0.2, spread=0.4)}
    scores = {"good": GOOD, "bad": scores_of(-ACCURACIES), "other": scores_of(ACCURACIES**3)}
    before = vote(scores, VoteContext(priors))
    after = vote(scores, VoteContext(priors, probe=probe()))
    assert before["bad"].weight == before["good"].weight == 0.5
    assert after["good"].weight == 1
    assert after["other"].weight == 0
    assert "These samples contradict that: agreement with the linear probe -1.00." in after["bad"].reason


def test_a_contradiction_widens_what_is_expected() -> None:
    """The reason of a metric that keeps its vote says by how much, and between what bounds it may lie."""
    found = vote({"bad": scores_of(-ACCURACIES)}, VoteContext({"bad": prior(0.6)}, probe=probe()))
    assert found["bad"].weight == 1
    assert "was widened by a factor of" in found["bad"].reason


def test_a_probe_that_cannot_tell_models_apart_says_nothing() -> None:
    """Equal accuracies leave the weights at the priors, whatever order chance gave them."""
    priors = {"good": prior(0.6), "other": prior(0.6)}
    for seed_of_chance in (0.5, 0.3):
        unsure = probe(np.full(len(MODELS), seed_of_chance), n_samples=400)
        found = vote({"good": GOOD, "other": SHUFFLED}, VoteContext(priors, probe=unsure))
        assert found["good"].weight == pytest.approx(0.5)
        assert "distinguishes too few models here" in found["good"].reason


def test_near_copies_share_one_vote() -> None:
    """Copies of a metric count together as much as the metric alone does, from six models on."""
    other = scores_of(ACCURACIES + np.tile([0.3, -0.3], 6))
    priors = dict.fromkeys(UP, prior(0.6))
    alone = vote({"good": GOOD, "other": other}, VoteContext(priors))
    scores = {"good": GOOD, "copy": scores_of(ACCURACIES**3), "other": other}
    shared = vote(scores, VoteContext(priors, titles={"copy": "Copy"}))
    assert shared["other"].weight == pytest.approx(alone["other"].weight)
    assert shared["good"].weight == shared["copy"].weight == pytest.approx(alone["good"].weight / 2)
    assert "Shares one vote with Copy: their orders are nearly the same." in shared["good"].reason


def test_four_metrics_that_agree_outvote_one_among_few_models() -> None:
    """Among three models the same order is no sign of a copy: each metric keeps its vote."""
    up = {m: GOOD[m] for m in MODELS[:3]}
    down = {m: -GOOD[m] for m in MODELS[:3]}
    names = ("copy", "other", "flat", "width")
    found = vote({"good": down, **dict.fromkeys(names, up)}, VoteContext(dict.fromkeys(UP, prior(0.6))))
    assert found["good"].weight == pytest.approx(0.2)


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
    found = vote({"good": GOOD, "flat": own}, VoteContext(dict.fromkeys(UP, prior(0.6))))
    assert found["flat"].weight == 0
    assert reason in found["flat"].reason


def test_a_doubt_leaves_a_metric_out() -> None:
    """What is known to fail on such data does not vote, and its reason is shown."""
    known = VoteContext({"good": prior(0.6)}, doubts={"width": "it rewards wide features."})
    found = vote({"good": GOOD, "width": GOOD}, known)
    assert found["width"] == Vote(0.0, "Left out: it rewards wide features.")


def test_an_order_of_widths_is_left_out_where_the_probe_does_not_confirm_it() -> None:
    """The order of the widths does not vote, unless the wide models are the better ones."""
    widths = {m: 2.0 ** (i * 5 % 12) for i, m in enumerate(MODELS)}
    scores = {"good": GOOD, "width": {m: 3 * w for m, w in widths.items()}}
    priors = {"good": prior(0.5), "width": prior(0.8)}
    found = vote(scores, VoteContext(priors, traits={"the width of the features": widths}, probe=probe()))
    assert found["width"].weight == 0
    assert "its order follows the width of the features (tau +1.00)" in found["width"].reason
    deserved = {m: float(2 ** (12 - i)) for i, m in enumerate(MODELS)}
    better = VoteContext(priors, traits={"the width of the features": deserved}, probe=probe())
    assert vote({"width": deserved, "good": SHUFFLED}, better)["width"].weight > 0.9


def test_only_those_that_may_vote_do() -> None:
    """A variant beside default forms is ranked and shown, and has no vote."""
    found = vote({"good": GOOD, "other": SHUFFLED}, VoteContext({"good": prior(0.6)}), voters=("good",))
    assert found["other"] == Vote(0.0, "A variant: only the default form of a metric votes.")
    assert found["good"].weight == 1


def test_where_nothing_is_fit_to_vote_all_do() -> None:
    """A run of doubted metrics alone still has an order, and the reasons say what it is worth."""
    doubts = {"width": "it rewards wide features.", "flat": "it has saturated."}
    found = vote({"width": GOOD, "flat": SHUFFLED}, VoteContext(dict.fromkeys(UP, prior(0.4)), doubts))
    assert found["width"].weight == pytest.approx(0.5)
    assert found["width"].reason == "Fallback: no metric qualified. Left out: it rewards wide features."


def test_metrics_that_were_never_measured_still_give_an_order() -> None:
    """Chosen alone they vote alike, and each reason says that nothing is known of them."""
    found = vote({"other": GOOD, "flat": SHUFFLED}, VoteContext())
    assert found["other"].weight == pytest.approx(0.5)
    assert "Never compared with fine-tuning, so little is expected of it (+0.20)." in found["flat"].reason


def test_few_models_leave_the_prior() -> None:
    """With four models an agreement is a coin's: the votes are those without a probe."""
    few = {m: GOOD[m] for m in MODELS[:4]}
    back = {m: -GOOD[m] for m in MODELS[:4]}
    evidence = probe()
    small = ProbeEvidence(evidence.models[:4], evidence.losses[:4])
    known = VoteContext({"good": prior(0.5), "bad": prior(0.5)}, probe=small)
    assert vote({"good": few, "bad": back}, known)["good"].weight == pytest.approx(0.5)


def test_no_voter_is_an_error() -> None:
    """A vote needs somebody who may vote; metrics without any score give no votes."""
    with pytest.raises(InputError, match="at least one voting metric"):
        cast_votes({"good": GOOD}, voters=(), higher_is_better=UP, known=VoteContext())
    assert cast_votes({"good": {}}, voters=("good",), higher_is_better=UP, known=VoteContext()) == {}
