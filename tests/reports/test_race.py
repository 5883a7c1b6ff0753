"""The race in tables, JSON, terminal and HTML: the same numbers and reasons."""

from __future__ import annotations

import json

import pytest

from ptmrank_core import reports
from ptmrank_core.records import RaceDose
from ptmrank_core.reports.html import html_report
from ptmrank_core.reports.json.race import race_payload
from ptmrank_core.reports.tables.race import race_doses_table, race_table
from ptmrank_core.reports.tables.ranking import ranking_table
from ptmrank_core.reports.tables.run import run_tables
from ptmrank_core.reports.terminal.race import race_text
from ptmrank_core.results import rank_result
from ptmrank_core.results.race import race_of, race_rows
from tests.results.race.races import MODELS, RACES, RUN

WITH_STANDINGS = [name for name in RACES if name not in {"begun", "cancelled at once", "refused"}]


@pytest.mark.parametrize("name", RACES)
def test_every_race_can_be_reported(name: str) -> None:
    """Whatever state it is in, each report is made, and the JSON has no number that JSON does not know."""
    result = RACES[name]
    ranking = rank_result(result)
    assert reports.rank_text(result)
    page = html_report(result, ranking)
    so_far = race_of(result)
    assert so_far is not None
    assert ('<section id="race"' in page) == bool(so_far.race.standings)
    payload = json.loads(json.dumps(reports.rank_payload(result, ranking), allow_nan=False))["race"]
    assert payload["phase"] == so_far.phase


def test_a_run_without_a_race_reports_none() -> None:
    """There is no section, no table, and an empty object."""
    ranking = rank_result(RUN)
    assert race_payload(RUN) == {}
    assert race_text(RUN) == []
    assert '<section id="race"' not in html_report(RUN, ranking)
    assert not {table.name for table in run_tables(RUN, ranking)} & {"race", "race_doses"}


def test_the_json_has_standings_doses_and_the_winner() -> None:
    """Everything but the losses of single samples can be read from it."""
    payload = race_payload(RACES["decided"])
    assert payload["parts"] == {"training": 360, "choosing": 120, "judging": 120, "seed": 0}
    assert (payload["leader"], payload["winner"], payload["measure"]) == (MODELS[1], MODELS[1], "accuracy")
    assert payload["chance_other"] == 0.06
    assert payload["final"]["value"] == pytest.approx(0.95)
    assert payload["seconds"] == {"limit": 600.0, "used": 172.0, "left": 428.0}
    assert [dose["number"] for dose in payload["doses"]] == list(range(15))
    curve = [list(point) for point in RACES["decided"].contents(RaceDose)["0013"].curve]
    assert payload["doses"][13]["curve"] == curve
    assert not any("losses" in dose for dose in payload["doses"])
    assert [row["standing"] for row in payload["standings"]] == ["won", "in", "in", *["out"] * 6]
    assert payload["standings"][0]["expected"]["low"] == pytest.approx(0.92)
    assert payload["sentences"][1] == "vit-letters came out ahead of the other 8, in 3 min."


@pytest.mark.parametrize("name", WITH_STANDINGS)
def test_tables_and_json_have_the_rows_of_the_results(name: str) -> None:
    """One row for each model, in the order of the standings, with its value and its reason."""
    result = RACES[name]
    so_far = race_of(result)
    assert so_far is not None
    rows = race_rows(so_far)
    table = race_table(result)
    assert table.values("model") == [row.model for row in rows]
    assert table.values("value") == [row.value for row in rows]
    assert table.values("reason") == [row.reason or None for row in rows]
    assert [row["value"] for row in race_payload(result)["standings"]] == [row.value for row in rows]
    assert len(race_doses_table(result).rows) == len(so_far.doses) + len(so_far.final_doses)


def test_the_terminal_says_who_is_out_and_why() -> None:
    """A line for each model, those that are out with a reason below, and what the samples are used for."""
    (text,) = race_text(RACES["at work"])
    lines = text.splitlines()
    assert lines[1].split() == [
        *("vit-letters", "leads", "0.950", "0.96", "(0.92-0.99)", "90%", "full", "5", "36")
    ]
    assert "regnet-fonts is out: Training failed: The file is empty." in lines
    assert sum(" is out: " in line for line in lines) == 6
    assert lines[-1] == (
        "note: 360 samples are trained on, 120 choose between the models, and 120 judge the winner alone."
    )


def test_the_reason_of_a_refused_race_is_said_once() -> None:
    """It stands in the answer, and no section repeats it."""
    reason = "The smallest class, d, has 6 samples; a race needs ten of each class."
    assert reports.rank_text(RACES["refused"]).count(reason) == 1
    assert html_report(RACES["refused"], rank_result(RACES["refused"])).count(reason) == 1


def test_the_ranking_shows_what_was_trained_in_the_race() -> None:
    """Values of a head on frozen features are none of training, and the winner's last value is its own."""
    table = ranking_table(RACES["decided"], rank_result(RACES["decided"]))
    records = {str(record["model"]): record for record in table.records()}
    assert [records[model]["race"] for model in MODELS[:5]] == [
        *(pytest.approx(value) for value in (0.91, 0.95, 0.81, 0.77)),
        None,
    ]
    finals = {model: record["race_final"] for model, record in records.items() if record["race_final"]}
    assert finals == {"vit-letters": pytest.approx(0.95)}


def test_one_model_is_expected_to_reach_one_value() -> None:
    """Ranking and standings show the same expectation."""
    result = RACES["at work"]
    ranked = {row["model"]: row["expected"] for row in ranking_table(result, rank_result(result)).records()}
    for row in race_table(result).records():
        assert row["expected"] is None or ranked[row["model"]] == row["expected"]


def test_a_race_is_evidence_for_no_metric() -> None:
    """Models that were trained for unequal times are no truth to compare orders with."""
    assert set(reports.rank_payload(RACES["decided"], rank_result(RACES["decided"]))["truths"]) == {"probe"}
