"""Real training outranks every vote."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.records import RunState, VerdictKind
from tests.results.verdict.runs import disputed, make_run, said, sure, trained, with_truth

RUN = make_run({"x": 0.85, "y": 0.8, "z": 0.75, "w": 0.4}, parameters=dict.fromkeys("xyzw", 1000))


def test_the_best_of_the_trained_is_the_answer() -> None:
    """Three were trained: the headline names the best, though the vote puts it third."""
    verdict, sentences = said(trained(RUN, {"x": 0.87, "y": 0.93, "z": 0.99}))
    assert (verdict.kind, verdict.models) == (VerdictKind.TRAINED, ("z",))
    assert sentences == (
        "You trained three models: z did best, 99.0 % (± 0.8 points).",
        "The next, y, reached 93.0 % (± 2.1 points).",
        "Go on with z: nothing shows that another candidate does better.",
    )
    assert (verdict.measure, verdict.chance) == ("accuracy", 0.25)
    assert list(verdict.reached.items()) == [("z", 0.99), ("y", 0.93), ("x", 0.87)]


def test_training_outranks_everything_else() -> None:
    """A run whose probes are near chance, and one at work, tell what was trained."""
    useless = make_run({"x": 0.26, "y": 0.25})
    assert said(useless)[0].kind is VerdictKind.NONE_SUITS
    assert said(trained(useless, {"y": 0.9}))[0].models == ("y",)
    plan = replace(RUN.plan, analyses=replace(RUN.plan.analyses, fine_tune=3))
    working = replace(trained(RUN, {"x": 0.87}), state=RunState.RUNNING, plan=plan)
    sentences = said(working)[1]
    assert sentences[0] == "So far one model of 3 is trained: x reached 87.0 % (± 2.8 points)."
    assert sentences[-1] == "Wait for the rest before you choose."


def test_trained_models_within_noise_are_all_named_with_the_cheapest() -> None:
    """On 400 test samples 97.0 % and 96.5 % are the same; the cheaper one is to be tried first."""
    run = make_run({"x": 0.85, "y": 0.8, "z": 0.75}, parameters={"x": 4_000_000, "y": 2_500_000, "z": 1_000})
    verdict, sentences = said(trained(run, {"x": 0.97, "y": 0.965, "z": 0.8}))
    assert (verdict.kind, verdict.models) == (VerdictKind.TRAINED, ("y", "x"))
    assert sentences[0] == (
        "You trained three models: x did best, 97.0 % (± 1.4 points), but y cannot be told from it; y is the"
        " cheapest (2.5 M parameters)."
    )
    assert sentences[-1] == "Take the one that costs least, or train them longer to tell them apart."


def test_one_trained_model_wants_company() -> None:
    """What it reached is said, and which to train in the same way."""
    verdict, sentences = said(trained(RUN, {"y": 0.9}))
    assert (verdict.kind, verdict.models) == (VerdictKind.TRAINED, ("y",))
    assert sentences == (
        "You trained one model: y reached 90.0 % (± 2.5 points).",
        "Train x and z in the same way, to have something to compare it with.",
    )
    ranking = disputed(sure(RUN), "xyzw", "xyzw", "xwzy")
    assert said(trained(RUN, {"y": 0.9}), ranking)[1][-1].startswith(
        "Train x and w (the votes disagree on w) in the same way"
    )


def test_training_that_learns_nothing_names_no_model() -> None:
    """A best accuracy within noise of a constant guess is no choice."""
    verdict, sentences = said(trained(RUN, {"x": 0.27, "y": 0.25}))
    assert (verdict.kind, verdict.models) == (VerdictKind.TRAINED, ())
    assert sentences[0] == (
        "You trained two models: none is better than a constant guess 25.0 %; the best is x, 27.0 %"
        " (± 3.7 points)."
    )


def test_training_that_was_cut_says_so() -> None:
    """Fewer epochs than planned are told."""
    _, sentences = said(trained(RUN, {"x": 0.9, "y": 0.7}, epochs=1.5))
    assert "Time ran out before the training of x and y was complete." in sentences


def test_imported_results_count_and_recorded_ones_do_not() -> None:
    """What the user measured is the truth; what was recorded for demo samples judges the ranking."""
    values = {"x": 0.87, "y": 0.95, "z": 0.99, "unknown": 1.0}
    verdict, sentences = said(with_truth(RUN, values))
    assert (verdict.kind, verdict.models) == (VerdictKind.TRAINED, ("z",))
    assert sentences[0] == "You trained three models: z did best, 99.0 %."
    assert said(with_truth(RUN, values, subject="recorded"))[0].kind is VerdictKind.RECOMMENDED
    assert said(with_truth(RUN, {"unknown": 1.0}))[0].kind is VerdictKind.RECOMMENDED


def test_imported_results_of_another_measure_keep_their_direction() -> None:
    """The lowest loss is the best, written as a number."""
    verdict, sentences = said(with_truth(RUN, {"x": 0.5, "y": 0.25}, measure="loss"))
    assert (verdict.models, verdict.measure, verdict.chance) == (("y",), "loss", None)
    assert sentences[0] == "You trained two models: y did best, loss 0.25."


def test_imported_accuracies_within_one_seed_are_the_same() -> None:
    """Without test samples to count, a point is what one seed differs from another."""
    assert said(with_truth(RUN, {"x": 0.985, "y": 0.99}))[0].models == ("y", "x")


def test_the_larger_set_of_trainings_is_told() -> None:
    """Two of the run's own beside one imported are the answer, and the other way round."""
    both = with_truth(trained(RUN, {"x": 0.9, "y": 0.8}), {"w": 0.99})
    assert said(both)[0].models == ("x",)
    both = with_truth(trained(RUN, {"x": 0.9}), {"w": 0.99, "y": 0.5})
    assert said(both)[0].models == ("w",)


def test_a_trained_control_is_no_choice() -> None:
    """An untrained network that the user trained is a reference all the same."""
    run = make_run({"x": 0.85, "y": 0.8, "raw": 0.3}, controls=["raw"])
    verdict, _ = said(trained(run, {"raw": 0.99, "y": 0.9}), sure(run))
    assert verdict.models == ("y",)
