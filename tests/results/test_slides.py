"""A run in five slides: each says one thing, whatever the run has."""

from __future__ import annotations

import pytest

from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.results import rank_result
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.slides import Slide, SlideKind, base_of_slides, shown_model, slides_of
from ptmrank_core.results.verdict import verdict_of
from tests.results.race.races import MODELS, RACES, race_run
from tests.results.verdict.runs import make_run, sure, with_truth


def told(result: RunResult, ranking: Ranking) -> dict[SlideKind, Slide]:
    """The slides of a run by their question, each checked for what every slide has to be."""
    slides = slides_of(result, ranking)
    assert [slide.kind for slide in slides] == list(SlideKind)
    for slide in slides:
        assert slide.statement.endswith((".", "?", "!")), slide
        assert not slide.detail or slide.detail.endswith("."), slide
        assert ".." not in f"{slide.statement} {slide.detail}"
    return {slide.kind: slide for slide in slides}


@pytest.mark.parametrize("state", RACES)
def test_a_race_is_told_in_every_state(state: str) -> None:
    """From its beginning to its end, and where it was refused."""
    told(RACES[state], rank_result(RACES[state]))


@pytest.mark.parametrize("measure", ["accuracy", "r2", "average_precision"])
def test_any_kind_of_labels_is_told(measure: str) -> None:
    """What a probe reaches stands in its own measure."""
    result = race_run(measure)
    slides = told(result, rank_result(result))
    said = {"accuracy": "80.0 %", "r2": "R² 0.60", "average_precision": "average precision 0.70"}
    assert f"reaches {said[measure]}, without any fine-tuning." in slides[SlideKind.SIGHT].statement


def test_the_answer_is_that_of_the_page() -> None:
    """The first slide is the headline of the verdict, the second what the verdict says of its certainty."""
    result = make_run({"a": 0.9, "b": 0.7, "c": 0.6})
    ranking = sure(result)
    verdict = verdict_of(result, ranking)
    slides = told(result, ranking)
    assert slides[SlideKind.ANSWER].statement == verdict.sentences[0]
    assert slides[SlideKind.CERTAINTY].statement == verdict.sentences[1]
    assert shown_model(verdict, ranking) == "a"


def test_one_model_has_no_order_to_be_sure_of() -> None:
    """All five slides are there all the same."""
    result = make_run({"a": 0.9})
    slides = told(result, rank_result(result))
    assert strip_bidi(slides[SlideKind.CERTAINTY].statement) == (
        "Only a is ranked: there is no order to be sure of."
    )


def test_what_is_not_known_is_said_to_be_so() -> None:
    """Without probe, intervals and costs no number stands on a slide."""
    result = make_run({"a": None, "b": None})
    slides = told(result, rank_result(result))
    assert slides[SlideKind.HOLD].statement == (
        "Nothing is known yet of what these models reach: no metric can be checked here."
    )
    assert strip_bidi(slides[SlideKind.SIGHT].statement) == "Nothing was fitted on the features of a."
    assert slides[SlideKind.CERTAINTY].statement == "How sure the order is, is not known."


def test_training_counts_more_than_a_probe() -> None:
    """Results from elsewhere are what the order is held against."""
    names = ("a", "b", "c", "d", "e", "f")
    values = {name: 0.9 - 0.05 * place for place, name in enumerate(names)}
    result = with_truth(make_run(values), values)
    assert told(result, rank_result(result))[SlideKind.HOLD].statement.startswith(
        "Your fine-tuning results: "
    )


def test_costs_are_said_of_the_model_of_the_answer() -> None:
    """Its parameters in a short form."""
    result = make_run({"a": 0.9, "b": 0.6}, parameters={"a": 86_000_000, "b": 5_000_000})
    assert "has 86 M parameters" in strip_bidi(told(result, sure(result))[SlideKind.COST].statement)


def test_a_slide_tells_what_it_rests_on() -> None:
    """Samples, models, metrics, date and run."""
    result = race_run()
    base = base_of_slides(result, rank_result(result))
    assert base.startswith(f"600 samples in 4 classes, {len(MODELS)} models, ")
    assert base.endswith(f"{result.plan.created_at[:10]}, run {result.plan.run_id[:8]}")
