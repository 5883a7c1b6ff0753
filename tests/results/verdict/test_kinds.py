"""Every kind of answer comes out where it is true, in words that stand on their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ptmrank_core.records import Finding, ProbeResult, ReferenceResult, RunResult, RunState, VerdictKind
from ptmrank_core.results.phrases import strip_bidi
from tests.results.verdict.runs import (
    NO_ANALYSES,
    disputed,
    fail,
    make_run,
    probed,
    said,
    sure,
    with_findings,
)


def test_one_model_ahead_is_recommended() -> None:
    """The headline is an imperative; then how sure it is, what is reached, and what to do next."""
    verdict, sentences = said(make_run({"x": 0.85, "y": 0.80, "z": 0.50}))
    assert (verdict.kind, verdict.models) == (VerdictKind.RECOMMENDED, ("x",))
    assert sentences == (
        "Fine-tune x first.",
        "By these scores it is the best of the 3 with a probability of 95 %.",
        "Under a linear probe x reaches 85.0 % (the highest of 3) and a constant guess 25.0 %.",
        "To be surer, fine-tune x, y and z for an epoch each, which tells more than any score.",
    )
    assert (verdict.measure, verdict.chance, dict(verdict.reached)) == ("accuracy", 0.25, {"x": 0.85})
    assert strip_bidi(verdict.next_step) == sentences[-1]


def test_a_model_without_rivals_is_measured() -> None:
    """Where the others are at chance, the next step is to measure it; a certainty never reads 100 %."""
    run = make_run({"x": 0.85, "y": 0.27})
    _, sentences = said(run, sure(run, p_best=0.999))
    assert sentences[1] == "By these scores it is the best of the 2 with a probability of more than 99 %."
    assert sentences[-1] == (
        "No other candidate may come up to it: fine-tune it, and measure it on samples held out."
    )


def test_a_cheaper_model_close_behind_is_named() -> None:
    """A third of the parameters one place behind is worth a sentence, unless the probe disagrees."""
    run = make_run({"x": 0.85, "y": 0.84, "z": 0.8}, parameters={"x": 9_000, "y": 3_000, "z": 9_000})
    said_of_y = "y has a third of the first one's parameters and is 1 place behind."
    assert said_of_y in said(run)[1]
    far = make_run({"x": 0.85, "y": 0.7, "z": 0.8}, parameters={"x": 9_000, "y": 3_000, "z": 9_000})
    assert said_of_y not in said(far)[1]


def test_models_that_tie_are_all_named_and_the_cheapest_comes_first() -> None:
    """The first of the models is the cheapest, and the sentence says what it costs."""
    sizes = {"x": 9_000_000, "y": 1_200_000, "z": 5_000_000, "w": 1}
    run = make_run(dict.fromkeys("xyzw", 0.8), parameters=sizes)
    verdict, sentences = said(run, sure(run, "xyz"))
    assert (verdict.kind, verdict.models) == (VerdictKind.TIED, ("y", "x", "z"))
    assert sentences[0] == (
        "Any of x, y and z: these samples cannot tell them apart; y is the cheapest (1.2 M parameters)."
    )
    assert sentences[-1].startswith("To be surer, fine-tune x, y and z for an epoch each")


def test_a_model_on_which_the_votes_disagree_is_worth_training() -> None:
    """Fourth by its mean place, second under one of three metrics: it is tried before the third."""
    run = make_run(dict.fromkeys("xyzw", 0.8))
    ranking = disputed(sure(run, "xyzw"), "xyzw", "xyzw", "xwzy")
    verdict, sentences = said(run, ranking)
    assert verdict.models == ("x", "y", "z", "w")
    assert sentences[-1] == (
        "To be surer, fine-tune x, y and w (the votes disagree on w) for an epoch each, which tells more than"
        " any score."
    )
    _, sentences = said(run, disputed(sure(run, "xyz"), "xyzw", "xyzw", "xwzy"))
    assert sentences[-1].startswith("To be surer, fine-tune x, y and z for an epoch each")
    blind = make_run(dict.fromkeys("xyzw"))
    blind = replace(blind, plan=replace(blind.plan, analyses=replace(NO_ANALYSES, half_samples=None)))
    _, sentences = said(blind, disputed(sure(blind), "xyzw", "xyzw", "xwzy"))
    assert sentences[-1] == (
        "Run it with the linear probe, or fine-tune x, y and w (the votes disagree on w) for an epoch each."
    )


def test_two_that_tie_are_either_or() -> None:
    """Without known costs none of the two is preferred."""
    run = make_run({"x": 0.8, "y": 0.79, "z": 0.6})
    verdict, sentences = said(run, sure(run, "xy"))
    assert (verdict.kind, verdict.models) == (VerdictKind.TIED, ("x", "y"))
    assert sentences[0] == "Either x or y: these samples cannot tell them apart."


def test_a_tie_of_all_is_said_as_one() -> None:
    """Twelve names are no sentence."""
    run = make_run(dict.fromkeys("abcdefghijkl", 0.7))
    verdict, sentences = said(run, sure(run, "abcdefghijkl"))
    assert sentences[0] == "Any of the 12 candidates: these samples cannot tell them apart."
    assert len(verdict.models) == 12


def test_a_model_that_the_probe_puts_behind_is_no_part_of_a_tie() -> None:
    """Among tied models those are left out that the probe puts clearly below the best of them."""
    run = make_run({"x": 0.85, "y": 0.6, "z": 0.84})
    assert said(run, sure(run, "xyz"))[0].models == ("x", "z")
    verdict, sentences = said(run, sure(run, "xy"))
    assert (verdict.kind, verdict.models) == (VerdictKind.RECOMMENDED, ("x",))
    assert sentences[1] == "The scores alone do not set it apart from y; the linear probe does."


def test_a_first_model_that_is_hardly_the_best_is_not_recommended() -> None:
    """Without a tie, a probability below one half makes it one among those that may be first."""
    run = make_run({"x": 0.8, "y": 0.8, "z": 0.8})
    ranking = sure(run, p_best=0.4)
    assert ranking.intervals is not None
    places = {"x": (1, 2), "y": (1, 3), "z": (2, 3)}
    ranking = replace(ranking, intervals=replace(ranking.intervals, intervals=places))
    verdict, _ = said(run, ranking)
    assert (verdict.kind, verdict.models) == (VerdictKind.TIED, ("x", "y"))


def test_probe_and_scores_that_name_two_models_are_both_told() -> None:
    """Where the probe puts another model clearly ahead, neither is recommended alone."""
    run = make_run({"x": 0.8, "y": 0.88, "z": 0.5, "w": 0.4})
    verdict, sentences = said(run)
    assert (verdict.kind, verdict.models) == (VerdictKind.TIED, ("x", "y"))
    assert sentences == (
        "Either x or y: the scores put one first, a linear probe the other.",
        "Under a linear probe x reaches 80.0 %, y, the highest, 88.0 % and a constant guess 25.0 %.",
        "Fine-tune both x and y for an epoch, and go by what they reach.",
    )


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"x": 0.99, "y": 0.96, "z": 0.7}, ("x", "y")),
        ({"x": 0.96, "y": 0.99, "z": 0.97}, ("x", "y", "z")),
        ({"x": 0.995, "y": 0.955, "z": 0.97}, ("x", "z")),
        ({"x": 0.93, "y": 0.925, "z": 0.93}, ("x", "y", "z")),
    ],
)
def test_near_the_ceiling_any_will_do(values: dict[str, float], named: tuple[str, ...]) -> None:
    """Two or more above 95 % and within three points, or all alike above 90 %, whatever the order is."""
    verdict, sentences = said(make_run(values))
    assert (verdict.kind, verdict.models) == (VerdictKind.NEAR_CEILING, named)
    assert sentences[0].startswith(f"Near the ceiling: take {'either' if len(named) == 2 else 'any of'} x")
    assert "the order means little" in sentences[1]


def test_near_the_ceiling_the_cheapest_is_named() -> None:
    """It is the first of the models, with what it costs."""
    run = make_run({"x": 0.99, "y": 0.97}, parameters={"x": 5_000, "y": 1_000})
    verdict, sentences = said(run)
    assert verdict.models == ("y", "x")
    assert sentences == (
        "Near the ceiling: take either x or y; y is the cheapest (1 k parameters).",
        (
            "They reach 97.0 % or more under a linear probe already. This close to the top the order means"
            " little: fine-tuning closes such gaps."
        ),
        "Under a linear probe x reaches 99.0 % (the highest of 2) and a constant guess 25.0 %.",
        "Fine-tune one of them and measure it on samples that were held out: there is little left to gain.",
    )


def test_perfect_probes_reach_no_more_than_everything() -> None:
    """Nothing reaches 100 % or more."""
    _, sentences = said(make_run({"x": 1.0, "y": 1.0}))
    assert sentences[1].startswith("They reach 100.0 % under a linear probe already.")


def test_one_model_alone_at_the_ceiling_is_recommended() -> None:
    """A second one far below leaves no doubt."""
    assert said(make_run({"x": 0.96, "y": 0.89}))[0].kind is VerdictKind.RECOMMENDED


def test_nothing_suits_where_the_best_is_near_chance() -> None:
    """31 % of four classes on 200 samples may be chance among three models."""
    verdict, sentences = said(make_run({"x": 0.31, "y": 0.26, "z": 0.2}))
    assert (verdict.kind, verdict.models) == (VerdictKind.NONE_SUITS, ())
    assert sentences == (
        "No candidate suits these samples.",
        (
            "The best of them, x, reaches 31.0 % under a linear probe; a constant guess 25.0 %, and such a"
            " difference comes about by chance."
        ),
        "Choose candidates that were trained on data closer to yours, or label more samples.",
    )


@pytest.mark.parametrize(
    ("measure", "counts", "useless", "useful", "chance"),
    [
        ("accuracy", {"rare": 20, "common": 180}, 0.91, 0.97, 0.9),
        ("r2", {}, 0.03, 0.3, 0.0),
        ("average_precision", {"a": 20, "b": 60}, 0.25, 0.5, 0.2),
    ],
)
def test_each_measure_has_its_constant_guess(
    measure: str, counts: dict[str, int], useless: float, useful: float, chance: float
) -> None:
    """Accuracy has the largest class, R2 the mean, macro average precision the mean prevalence."""
    verdict, _ = said(make_run({"x": useless, "y": useless - 0.01}, counts=counts, measure=measure))
    assert (verdict.kind, verdict.measure) == (VerdictKind.NONE_SUITS, measure)
    assert verdict.chance == pytest.approx(chance)
    better = make_run({"x": useful, "y": useful - 0.2}, counts=counts, measure=measure)
    assert said(better)[0].kind is VerdictKind.RECOMMENDED


def test_a_gain_that_is_significant_and_tiny_suits_nobody() -> None:
    """Two points above one half on 20,000 samples are no chance, and of no use."""
    run = make_run({"x": 0.52, "y": 0.5}, n_samples=20_000, counts={"a": 10_000, "b": 10_000})
    assert said(run)[0].kind is VerdictKind.NONE_SUITS


def with_folds(run: RunResult, **folds: tuple[float, ...]) -> RunResult:
    """The same run in ten groups, with what the probes reach in each fold."""
    findings = tuple(
        replace(finding, content=replace(finding.content, folds=folds[finding.subject]))
        if isinstance(finding.content, ProbeResult) and finding.subject in folds
        else finding
        for finding in run.findings
    )
    return replace(run, samples=replace(run.samples, n_groups=10), findings=findings)


def test_samples_in_groups_prove_less() -> None:
    """What stands out among 200 independent samples does not where it varies as much among speakers."""
    run = make_run({"x": 0.35, "y": 0.27})
    assert said(run)[0].kind is VerdictKind.RECOMMENDED
    assert said(with_folds(run))[0].kind is VerdictKind.NONE_SUITS
    uneven = with_folds(run, x=(0.6, 0.1, 0.6, 0.2, 0.25), y=(0.27,) * 5)
    assert said(uneven)[0].kind is VerdictKind.NONE_SUITS
    even = with_folds(run, x=(0.35, 0.36, 0.34, 0.35, 0.35), y=(0.27,) * 5)
    assert said(even)[0].kind is VerdictKind.RECOMMENDED


def test_a_clear_lead_holds_in_groups_too() -> None:
    """An untrained model that is behind in every fold is beaten, however few the groups are."""
    run = make_run({"x": 0.88, "y": 0.7, "raw": 0.74}, controls=["raw"])
    grouped = with_folds(
        run,
        x=(0.91, 0.72, 0.84, 0.95, 0.96),
        y=(0.7,) * 5,
        raw=(0.68, 0.55, 0.7, 0.88, 0.91),
    )
    assert said(grouped)[0].kind is VerdictKind.RECOMMENDED


def test_groups_that_agree_prove_as_much_as_their_number() -> None:
    """A lead that one of ten speakers makes is none; one that all of them make is."""
    lead = {"x": tuple([0.0] * 160 + [1.0] * 40), "y": tuple([0.0] * 140 + [1.0] * 60)}
    groups = {"one speaker": np.arange(200) // 20, "all speakers": np.arange(200) % 10}
    kinds = {}
    for name, codes in groups.items():
        run = make_run({"y": 0.7, "x": 0.8})
        findings = tuple(
            replace(own, content=replace(own.content, losses=lead[own.subject], groups=tuple(codes.tolist())))
            if isinstance(own.content, ProbeResult)
            else own
            for own in run.findings
        )
        samples = replace(run.samples, n_groups=10)
        kinds[name] = said(replace(run, samples=samples, findings=findings))[0].kind
    assert kinds == {"one speaker": VerdictKind.RECOMMENDED, "all speakers": VerdictKind.TIED}


def test_nothing_suits_where_an_untrained_model_is_as_good() -> None:
    """A control that reaches as much under the probe is named; a worse one is only mentioned."""
    run = make_run({"x": 0.6, "y": 0.5, "raw": 0.6}, controls=["raw"])
    verdict, sentences = said(run)
    assert (verdict.kind, verdict.models) == (VerdictKind.NONE_SUITS, ())
    assert sentences[:2] == (
        "No candidate suits these samples.",
        "The best of them, x, reaches 60.0 % under a linear probe, no better than raw (60.0 %).",
    )
    beaten = make_run({"x": 0.6, "y": 0.5, "raw": 0.4}, controls=["raw"])
    verdict, sentences = said(beaten)
    assert verdict.kind is VerdictKind.RECOMMENDED
    assert dict(verdict.reached) == {"x": 0.6, "raw": 0.4}
    assert sentences[2] == (
        "Under a linear probe x reaches 60.0 % (the highest of 2) and a constant guess 25.0 %; the best"
        " reference, raw, reaches 40.0 %."
    )


def test_references_beside_the_models_count_like_controls() -> None:
    """Pixels or boosted trees that reach more than the best candidate are named by their title."""
    run = make_run({"x": 0.6, "y": 0.5})
    trees = ReferenceResult("Gradient-boosted trees on the columns", "predictor", probed(0.7))
    verdict, sentences = said(with_findings(run, Finding("reference", "columns:trees", trees, 0.1)))
    assert verdict.kind is VerdictKind.NONE_SUITS
    assert sentences[1].endswith("no better than gradient-boosted trees on the columns (70.0 %).")


def test_an_order_that_the_probe_contradicts_is_not_followed() -> None:
    """The first of the scores is last but one under the probe: that is the headline."""
    run = make_run({"x": 0.4, "y": 0.8, "z": 0.7, "w": 0.3})
    verdict, sentences = said(run)
    assert (verdict.kind, verdict.models) == (VerdictKind.NONE_SUITS, ())
    assert sentences == (
        "The evidence contradicts the ranking: no candidate is recommended.",
        "The scores put x first; a linear probe puts it in place 3 of 4, far behind y.",
        "Under a linear probe x reaches 40.0 %, y, the highest, 80.0 % and a constant guess 25.0 %.",
        "Fine-tune both x and y for an epoch, and go by what they reach.",
    )


def test_a_first_model_behind_a_control_is_contradicted() -> None:
    """Place 2 of 5 is no contradiction by itself, but an untrained model ahead of it is."""
    values = {"x": 0.5, "y": 0.8, "z": 0.4, "w": 0.3, "v": 0.3}
    assert said(make_run(values))[0].kind is VerdictKind.TIED
    verdict, sentences = said(make_run({**values, "raw": 0.55}, controls=["raw"]))
    assert verdict.kind is VerdictKind.NONE_SUITS
    assert sentences[0] == "The evidence contradicts the ranking: no candidate is recommended."


def test_the_second_of_two_is_no_contradiction() -> None:
    """Of two models the probe puts one second anyway: both are to be tried."""
    assert said(make_run({"x": 0.5, "y": 0.8}))[0].models == ("x", "y")


def test_without_a_probe_nothing_is_recommended() -> None:
    """Scores alone do not show that any model suits the samples."""
    run = make_run({"x": None, "y": None})
    run = replace(run, plan=replace(run.plan, analyses=replace(NO_ANALYSES, half_samples=None)))
    verdict, sentences = said(run)
    assert (verdict.kind, verdict.models) == (VerdictKind.TIED, ("x", "y"))
    assert sentences == (
        "x comes first, but nothing shows that a candidate suits these samples: no linear probe was fitted.",
        "Run it with the linear probe, or fine-tune x and y for an epoch each.",
    )


def test_without_intervals_the_reason_is_said() -> None:
    """Where no interval will come, the order is told as one that nobody can vouch for."""
    run = make_run({"x": 0.8, "y": 0.79, "z": 0.6})
    off = replace(run, plan=replace(run.plan, analyses=NO_ANALYSES), findings=run.findings[:-1])
    verdict, sentences = said(off, replace(sure(off), intervals=None))
    assert (verdict.kind, verdict.models) == (VerdictKind.TIED, ("x", "y"))
    assert sentences[:2] == (
        "x comes first, then y and z, but how sure that order is cannot be said.",
        "Scores on parts of the samples were switched off.",
    )


def test_without_intervals_a_clear_probe_is_no_recommendation() -> None:
    """However far a probe puts the first ahead, the answer stays a tie as long as the order may be chance."""
    run = make_run({"x": 0.8, "y": 0.7, "z": 0.6})
    verdict, _ = said(run, replace(sure(run), intervals=None))
    assert (verdict.kind, verdict.models) == (VerdictKind.TIED, ("x",))


def test_one_candidate_is_compared_with_a_constant_guess() -> None:
    """With one model there is no order; what became of the others is said."""
    verdict, sentences = said(make_run({"x": 0.8}))
    assert (verdict.kind, verdict.models) == (VerdictKind.ONE_CANDIDATE, ("x",))
    assert sentences == (
        "There is nothing to rank: x is the only candidate with a score.",
        "Under a linear probe x reaches 80.0 % and a constant guess 25.0 %.",
        "Choose at least one more candidate to compare it with.",
    )
    failed = fail(make_run({"x": 0.8, "y": 0.7, "z": 0.6}), "y", "z")
    assert said(failed)[1][1] == "The other 2 have none; y: The file is empty. Download it again."


def test_a_table_has_no_models_to_choose_from() -> None:
    """The columns of a table are one candidate: the references beside it are what can be compared."""
    run = make_run({"columns": 0.6})
    specs = tuple(replace(spec, source="columns") for spec in run.plan.models)
    run = replace(run, plan=replace(run.plan, models=specs))
    trees = ReferenceResult("Gradient-boosted trees on the columns", "predictor", probed(0.7))
    _, sentences = said(with_findings(run, Finding("reference", "columns:trees", trees, 0.1)))
    assert sentences[1:] == (
        (
            "Under a linear probe columns reaches 60.0 % and a constant guess 25.0 %; the best reference,"
            " gradient-boosted trees on the columns, reaches 70.0 %."
        ),
        "For rows of numbers there is no pre-trained model to choose: go by what reaches most.",
    )


def test_controls_are_no_candidates() -> None:
    """One model beside two controls is one candidate."""
    run = make_run({"x": 0.8, "raw": 0.3, "shuffled": 0.2}, controls=["raw", "shuffled"])
    verdict, sentences = said(run)
    assert (verdict.kind, verdict.models) == (VerdictKind.ONE_CANDIDATE, ("x",))
    assert sentences[0] == "There is nothing to rank: x is the only candidate with a score."


def test_a_run_without_scores_says_why() -> None:
    """The first failure is the reason, or that of the whole run."""
    verdict, sentences = said(fail(make_run({"x": 0.8, "y": 0.7}), "x", "y"))
    assert (verdict.kind, verdict.models, verdict.measure) == (VerdictKind.NOTHING_TO_RANK, (), "")
    assert sentences == (
        "No model has a score: 2 models failed.",
        "The first of them, x: The file is empty. Download it again.",
        "Mend what failed, or choose other candidates.",
    )
    broken = replace(make_run({"x": None}), cells=(), state=RunState.FAILED, error="The samples are gone.")
    assert said(broken)[1][:2] == (
        "No model has a score.",
        "The run failed as a whole: The samples are gone.",
    )


def test_a_run_that_was_cancelled_says_so() -> None:
    """The answer is that of what was done, with how much is missing."""
    run = make_run({"x": 0.8, "y": 0.7, "z": None})
    run = replace(run, cells=run.cells[:2], state=RunState.CANCELLED)
    verdict, sentences = said(run)
    assert verdict.kind is VerdictKind.RECOMMENDED
    assert "The run was cancelled; 1 model did not finish." in sentences


def test_an_unpaired_probe_is_compared_all_the_same() -> None:
    """Probes without losses of each sample, of old runs, are compared by their values."""
    run = make_run({"x": 0.8, "y": 0.9})
    bare = tuple(
        replace(finding, content=replace(probed(0.9 if finding.subject == "y" else 0.8), losses=()))
        if finding.kind == "probe"
        else finding
        for finding in run.findings
    )
    assert said(replace(run, findings=bare))[0].models == ("x", "y")
