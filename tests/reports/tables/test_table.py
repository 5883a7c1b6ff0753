"""The table that everything is written from: what fits in, how numbers are shown, and what is in a run's."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from ptmrank_core.metrics import METRICS as REGISTRY
from ptmrank_core.ranking import rank_correlations
from ptmrank_core.records import Failure, Finding, Score, Skipped
from ptmrank_core.records.names import printable
from ptmrank_core.reports.tables.ranking import ranking_table
from ptmrank_core.reports.tables.run import agreement_table, probe_table, run_tables, warnings_table
from ptmrank_core.reports.tables.table import COMPACT, SIGNIFICANT, Column, Table, fixed, shared_format, shown
from ptmrank_core.results import rank_result, scores_by_metric
from tests.reports.results import HOSTILE, certain, hostile_result, probe_of


def number(text: str) -> Column:
    """A column of numbers shown in one way."""
    return Column("x", "x", "number", text)


@pytest.mark.parametrize("value", [math.nan, math.inf, "1", True])
def test_what_is_no_number_is_refused(value: object) -> None:
    """NaN, infinity, a text and a truth value are no numbers: a table never holds a failure as a value."""
    with pytest.raises(ValueError, match=r"Expected number or None in t\.x"):
        Table("t", "t", (number(fixed(2)),), ((value,),))  # type: ignore[arg-type]


def test_rows_and_columns_have_to_fit() -> None:
    """A short row and two columns of one name are told."""
    with pytest.raises(ValueError, match="Expected 1 values in a row of 't', got 2"):
        Table("t", "t", (Column("a", "a"),), (("x", "y"),))
    with pytest.raises(ValueError, match="columns of different names in 't'"):
        Table("t", "t", (Column("a", "a"), Column("a", "b")), ())


@pytest.mark.parametrize(
    ("value", "format_", "text"),
    [
        (None, fixed(2), ""),
        (1.235, fixed(2), "1.24"),
        (-0.5, fixed(4), "-0.5000"),
        (12345.678, SIGNIFICANT, "12350"),
        (-1.727e-24, SIGNIFICANT, "-1.727e-24"),
        (1.5e-6, SIGNIFICANT, "0.0000015"),
        (2e-7, SIGNIFICANT, "2e-7"),
        (3e22, SIGNIFICANT, "3e+22"),
        (0.0, SIGNIFICANT, "0"),
        (2.5, SIGNIFICANT, "2.5"),
        (409_123, COMPACT, "409 k"),
        (7, COMPACT, "7"),
        (2_500_000_000, COMPACT, "2.5 G"),
    ],
)
def test_a_number_is_shown_as_its_column_says(value: float | None, format_: str, text: str) -> None:
    """Unknown is empty; four digits are those that a browser shows for the same format."""
    assert shown(value, number(format_)) == text


def test_uneven_numbers_are_shown_with_digits_not_decimals() -> None:
    """Fixed decimals would show 3e-5 as zero; even columns keep them, as they compare better."""
    assert shared_format([0.5, -0.01, None, 0.0, 999.0]) == fixed(4)
    assert shared_format([0.5, 3e-5]) == SIGNIFICANT
    assert shared_format([0.5, 1e5]) == SIGNIFICANT


def test_wide_tables_come_in_parts_that_hold_every_column_once() -> None:
    """Each part has the columns that identify rows; what is not known at all is left out."""
    groups = [Column(f"c{i}", f"c{i}", "integer", group="G") for i in range(23)]
    unknown = Column("u", "u", "integer", group="U")
    table = Table("t", "t", (Column("a", "a"), *groups, unknown), (("x", *range(23), None),))
    parts = table.parts()
    assert [part.title for part in parts] == ["G (1 of 3)", "G (2 of 3)", "G (3 of 3)"]
    assert [part.columns[0].key for part in parts] == ["a"] * 3
    assert [key for part in parts for key in part.records()[0] if key != "a"] == [f"c{i}" for i in range(23)]


def test_the_ranking_table_holds_what_the_run_knows() -> None:
    """Scores, ranks, intervals, facts and reasons of every model stand in its row; unknown is None."""
    result = hostile_result()
    ranking = certain(result)
    rows = {str(row["model"]): row for row in ranking_table(result, ranking).records()}
    assert list(rows) == [*ranking.order, HOSTILE[-1]]
    for cell in result.cells:
        row = rows[cell.model]
        if isinstance(cell, Score):
            assert row[cell.metric] == cell.value
            assert row[f"{cell.metric}_rank"] == ranking.ranks[cell.metric][cell.model]
        elif isinstance(cell, Skipped | Failure):
            assert row[cell.metric] is None
            assert f"{REGISTRY[cell.metric].title}: " in str(row["missing"])
    assert [rows[model]["tie_groups"] for model in ranking.order[:4]] == ["1", "1, 2", "2", None]
    first, last = rows[ranking.order[0]], rows[HOSTILE[-1]]
    assert (first["place"], first["rank_from"], first["rank_to"], first["tie_groups"]) == (1, 1, 2, "1")
    assert first["seconds_per_1000"] == pytest.approx(1000 * 1.25 / 40)
    assert (last["place"], last["mean_rank"], last["seconds"], last["p_best"]) == (None, None, None, None)
    assert rows[HOSTILE[0]]["n_parameters"] == 1_234_567
    assert rows[HOSTILE[1]]["n_parameters"] is None


def test_a_model_whose_features_were_cached_has_no_speed() -> None:
    """Nothing ran, so seconds for 1,000 samples are not known, not 0."""
    result = hostile_result()
    model = HOSTILE[0]
    outcome = result.outcomes[model]
    cached = replace(outcome, report=replace(outcome.report, cache_hits=40, cache_misses=0, n_run=0))
    result = replace(result, outcomes={**result.outcomes, model: cached})
    rows = ranking_table(result, rank_result(result)).records()
    assert next(row["seconds_per_1000"] for row in rows if row["model"] == model) is None


def test_agreement_has_every_pair_once() -> None:
    """Three metrics are three pairs with the correlation of the ranking room."""
    result = hostile_result()
    table = agreement_table(result, rank_result(result))
    scores = scores_by_metric(result.cells)
    tau = rank_correlations(scores, higher_is_better={n: REGISTRY[n].higher_is_better for n in scores})
    assert table.values("n_models") == [7, 6, 6]
    assert table.values("kendall_tau") == [tau.tau[0, 1], tau.tau[0, 2], tau.tau[1, 2]]


def test_the_probe_is_evidence_best_first() -> None:
    """Each probed model has a row; a probe that failed has none."""
    table = probe_table(hostile_result())
    assert table.values("model") == [printable(name) for name in HOSTILE[-2::-1]]
    assert table.values("lowest_fold") == [0.4] * 7
    assert set(table.values("measure")) == {"accuracy"}


@pytest.mark.parametrize(("measure", "title"), [("r2", "R²"), ("average_precision", "average precision")])
def test_a_probe_of_another_target_has_its_own_measure(measure: str, title: str) -> None:
    """Numbers and several labels are measured otherwise; folds and k-NN may be unknown."""
    finding = Finding("probe", "a", probe_of(-0.5, measure=measure), 1.0)
    [row] = probe_table(replace(hostile_result(), findings=(finding,))).records()
    assert row == {
        "model": "a",
        "measure": title,
        "probe": -0.5,
        "lowest_fold": None,
        "highest_fold": None,
        "knn": None,
    }


def test_a_warning_of_several_models_stands_once() -> None:
    """Models that share a sentence share a row."""
    result = hostile_result()
    shared = tuple(
        replace(cell, warnings=("shaky",)) if isinstance(cell, Score) and cell.metric == "logme" else cell
        for cell in result.cells
    )
    [row] = warnings_table(replace(result, cells=shared), rank_result(result)).records()
    assert (row["metric"], row["warning"]) == ("LogME", "shaky")


def test_tables_without_rows_are_left_out() -> None:
    """A run without findings has no tables of them; the answer and the ranking are always there, first."""
    result = replace(hostile_result(), findings=())
    names = [table.name for table in run_tables(result, rank_result(result))]
    assert names[:4] == ["verdict", "ranking", "votes", "agreement"]
    assert names[4:] == ["missing", "warnings", "notes", "classes", "left_out"]
    empty = replace(result, cells=())
    assert [table.name for table in run_tables(empty, rank_result(empty))][:2] == ["verdict", "ranking"]
