"""What fine-tuning is expected to reach stands in the answer, as far as it can be said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptmrank_core.records import Expectation, Prediction, RunResult
from ptmrank_core.results.verdict import facts
from tests.results.verdict.runs import make_run, said, sure, trained

EXPECTED = Prediction(
    measure="accuracy",
    by_model={
        "x": Expectation(0.93, 0.89, 0.96),
        "y": Expectation(0.97, 0.95, 0.98),
        "z": Expectation(0.8, 0.7, 0.9),
    },
    note="From five sets of other images.",
)
RUN = make_run({"x": 0.85, "y": 0.84, "z": 0.8})


@pytest.fixture(autouse=True)
def _predicted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Predict the same for every run."""
    monkeypatch.setattr(facts, "prediction_of", lambda *_: EXPECTED)


def expects(result: RunResult) -> str:
    """The sentence about fine-tuning that has an interval."""
    return next(sentence for sentence in said(result)[1] if "interval" in sentence)


def test_the_first_of_the_answer_is_expected_to_reach_something() -> None:
    """The expectation is that of the model to try first, with its 90 % interval, as words and as data."""
    verdict, sentences = said(RUN)
    assert sentences[3] == "Fine-tuned, x is expected to reach 93 % (90 % interval: 89 to 96 %)."
    assert verdict.expected == EXPECTED.by_model["x"]
    assert verdict.expected_note == "From five sets of other images."


def test_the_expectation_follows_the_choice() -> None:
    """In a tie with the cheaper model first, it is that model's."""
    run = make_run({"x": 0.85, "y": 0.84, "z": 0.8}, parameters={"x": 9, "y": 3, "z": 3})
    verdict, sentences = said(run, sure(run, "xy"))
    assert verdict.expected == EXPECTED.by_model["y"]
    assert any(sentence.startswith("Fine-tuned, y is expected") for sentence in sentences)


def test_where_nothing_suits_nothing_is_expected() -> None:
    """An answer without a model has no expectation."""
    verdict, sentences = said(make_run({"x": 0.25, "y": 0.2}))
    assert verdict.expected is None
    assert not any("expected" in sentence for sentence in sentences)


def test_a_model_that_is_expected_to_beat_the_trained_is_to_be_trained() -> None:
    """After training, what is expected of the others is the next step, not of the trained ones."""
    verdict, sentences = said(trained(RUN, {"x": 0.9, "z": 0.85}))
    assert verdict.models == ("x",)
    assert sentences[-1] == "Train y too: it is expected to reach 97 % (90 % interval: 95 to 98 %)."
    assert verdict.expected is None
    assert not any("expected" in sentence for sentence in said(trained(RUN, {"x": 0.99, "z": 0.85}))[1])


def test_models_that_are_expected_below_need_no_training() -> None:
    """Those whose interval lies below that of the first are not proposed."""
    low = {**EXPECTED.by_model, "z": Expectation(0.6, 0.5, 0.7)}
    assert said(RUN)[1][-1].startswith("To be surer, fine-tune x, y and z for an epoch each")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facts, "prediction_of", lambda *_: replace(EXPECTED, by_model=low))
        assert said(RUN)[1][-1].startswith("To be surer, fine-tune x and y for an epoch each")
