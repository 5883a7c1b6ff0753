"""Two runs side by side: places, agreement, what is in one only, and what else differed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptmrank_core.records import Failure, RunResult, Score, Stage
from ptmrank_core.reports.figures.comparison import slope_figure
from ptmrank_core.reports.json.comparison import comparison_payload
from ptmrank_core.reports.tables.comparison import metrics_table, moves_table
from ptmrank_core.reports.terminal.comparison import comparison_text
from ptmrank_core.results.comparison import compare_runs, comparison_sentence
from tests.reports.results import hostile_result


def run_of(order: str, *, metrics: tuple[str, ...] = ("logme", "hscore"), run_id: str = "a") -> RunResult:
    """A run of models with these letters, best first under every metric."""
    base = hostile_result(tuple(order))
    cells = tuple(
        Score(model, metric, float(-place), 0.1) for place, model in enumerate(order) for metric in metrics
    )
    outcomes = {
        model: replace(own, spec=replace(own.spec, revision=f"{model}" * 40))
        for model, own in base.outcomes.items()
    }
    return replace(
        base,
        plan=replace(base.plan, run_id=run_id, metrics=metrics),
        cells=cells,
        outcomes=outcomes,
        findings=(),
    )


def test_who_moved_and_how_far() -> None:
    """Places are counted among the models of both runs; the tau is that of the two orders."""
    found = compare_runs(run_of("abcde"), run_of("xbacde", run_id="b"))
    assert {move.model: (move.first, move.second, move.change) for move in found.moves} == {
        "a": (1, 2, -1),
        "b": (2, 1, 1),
        "c": (3, 3, 0),
        "d": (4, 4, 0),
        "e": (5, 5, 0),
    }
    assert (found.only_first, found.only_second) == ((), ("x",))
    assert found.order.tau == pytest.approx(1 - 2 / 10)  # one of ten pairs is turned round
    assert found.metrics["logme"].tau == pytest.approx(0.8)
    said = comparison_sentence(found)
    assert said.startswith("2 of 5 models changed places; the orders agree with a Kendall τ of 0.80.")
    assert said.endswith("a is first in one, b in the other.")


def test_what_is_in_one_run_only_is_listed() -> None:
    """Models and metrics of one run, and models that lost their rank, stay in the tables with a note."""
    second = run_of("bcz", metrics=("logme", "gbc"), run_id="b")
    lost = tuple(cell for cell in second.cells if cell.model != "c") + tuple(
        Failure("c", name, Stage.LOAD, "OSError", "gone", "") for name in second.plan.metrics
    )
    found = compare_runs(run_of("abc"), replace(second, cells=lost))
    notes = {row["model"]: row["note"] for row in moves_table(found).records()}
    assert notes == {
        "b": None,
        "c": "no rank in one of them",
        "a": "in the first run only",
        "z": "in the second run only",
    }
    table = {row["metric"]: (row["tau"], row["note"]) for row in metrics_table(found).records()}
    assert table == {
        "LogME": (None, None),
        "H-Score": (None, "in the first run only"),
        "GBC": (None, "in the second run only"),
    }
    assert len(slope_figure(found).data) == 2  # one line and the axis on the right


def test_what_else_differed_is_told() -> None:
    """Samples, options and revisions stand there with both values where they are not the same."""
    first, second = run_of("abc"), run_of("abc", run_id="b")
    assert compare_runs(first, second).differences == ()
    reading = replace(second.plan.reading, max_samples=20)
    options = replace(second.plan.options, dtype="bfloat16")
    plan = replace(second.plan, reading=reading, options=options, samples_fingerprint="e" * 64)
    own = second.outcomes["a"]
    outcomes = {**second.outcomes, "a": replace(own, spec=replace(own.spec, revision="newer"))}
    found = compare_runs(first, replace(second, plan=plan, outcomes=outcomes))
    assert [(one.name, one.second) for one in found.differences] == [
        ("fingerprint of the samples", "e" * 12),
        ("max samples", "20"),
        ("dtype", "bfloat16"),
        ("revision of a", "newer"),
    ]
    assert found.differences[1].first is None


def test_the_payload_and_the_text_say_the_same() -> None:
    """The JSON has every move with its change; the text has the same lines for people."""
    found = compare_runs(run_of("abcd"), run_of("dabc", run_id="b"))
    payload = comparison_payload(found)
    assert [(move["model"], move["change"]) for move in payload["moves"]] == [
        ("a", -1),
        ("b", -1),
        ("c", -1),
        ("d", 3),
    ]
    text = comparison_text(found)
    assert payload["sentence"] in text
    assert "Nothing else differs." in text
    assert ["d", "4", "1", "3"] in [line.split() for line in text.splitlines()]


def test_nothing_in_common_is_said() -> None:
    """Two runs of different models have no places to compare, and nothing breaks."""
    found = compare_runs(run_of("abc"), run_of("xyz", run_id="b"))
    assert comparison_sentence(found) == "No model has a rank in both runs: there is nothing to compare."
    assert found.order.tau is None


def test_the_figure_names_the_models_on_both_sides() -> None:
    """Left stands the first order, right the second; who gained, lost and stayed have lines of their own."""
    figure = slope_figure(compare_runs(run_of("abcd"), run_of("bacd", run_id="b")))
    assert [trace.name for trace in figure.data[:-1]] == ["gained (1)", "lost (1)", "stayed (2)"]
    assert list(figure.layout.yaxis.ticktext) == ["1  a", "2  b", "3  c", "4  d"]
    assert list(figure.layout.yaxis2.ticktext) == ["1  b", "2  a", "3  c", "4  d"]
    assert {trace.line.dash for trace in figure.data[:-1]} == {"solid", "dash", "dot"}
