"""The curves of a race: who leads, who is out and where, and what the winner reaches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ptmrank_core.reports.figures.race import AGAINST, RaceAxis, race_figure, say_race_figure, say_race_marks
from ptmrank_core.reports.figures.style.escaping import plain_figure
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY
from ptmrank_core.results.race import race_curves, race_of, race_rows
from tests.reports.results import HOSTILE, hostile_result
from tests.results.race.races import MODELS, RACES


def traces(name: str, against: RaceAxis = "clock") -> list[dict[str, Any]]:
    """The traces of the figure of a race, as they are written to a page."""
    so_far = race_of(RACES[name])
    assert so_far is not None
    found: list[dict[str, Any]] = plain_figure(race_figure(so_far, against=against))["data"]
    return found


def models_of(found: list[dict[str, Any]]) -> list[str]:
    """The model of each trace."""
    return [trace["customdata"][0][0] for trace in found]


def test_the_leader_is_bold_and_on_top() -> None:
    """It is the only thick line, drawn last, and named as the one that leads or has won."""
    for name, says in (("at work", "leads"), ("decided", "won")):
        lines = [trace for trace in traces(name) if "lines" in trace["mode"]]
        assert [trace["line"]["width"] for trace in lines] == [1] * 5 + [1.75] * 2 + [4]
        assert (lines[-1]["name"], lines[-1]["line"]["color"]) == (f"vit-letters ({says})", BRIGHT[1])


def test_a_model_keeps_its_colour() -> None:
    """Whoever leads, and however the standings change: colours go by when models were first trained."""
    early, late = (
        {trace["customdata"][0][0]: trace["marker"]["color"] for trace in traces(name)[-3:]}
        for name in ("heads", "at work")
    )
    assert set(early) & set(late) == {"resnet-letters", "vit-letters", "convnext-photos"}
    assert early == late
    assert GREY not in late.values()


def test_a_model_that_is_out_is_grey_and_ends_in_a_cross() -> None:
    """Its reason is in the hover, and one entry of the legend counts them all."""
    out = traces("at work")[:5]
    assert models_of(out) == list(MODELS[7:2:-1])
    assert {trace["line"]["color"] for trace in out} == {GREY}
    for trace in out:
        assert trace["marker"]["symbol"][-1] == "x"
        assert set(trace["marker"]["symbol"][:-1]) <= {"circle"}
        assert "behind the leader" in trace["customdata"][0][2]
        assert "%{customdata[2]}" in trace["hovertemplate"]
    assert [trace["showlegend"] for trace in out] == [True, False, False, False, False]
    assert out[0]["name"] == "out: 5 models"


def test_a_model_without_training_stands_at_the_beginning() -> None:
    """What it is expected to reach, with its interval and, where it is out, a cross and the reason."""
    so_far = race_of(RACES["at work"])
    assert so_far is not None
    few = replace(so_far, doses=tuple(own for own in so_far.doses if own.model == "vit-letters"))
    found = plain_figure(race_figure(few))["data"]
    assert [trace["mode"] for trace in found] == [*["markers"] * 7, "lines+markers"]
    by_model = {trace["customdata"][0][0]: trace for trace in found[:-1]}
    assert "regnet-fonts" not in by_model  # nothing is expected of it
    for row in race_rows(few)[1:-1]:
        trace = by_model[row.model]
        assert row.expected is not None
        assert (trace["x"], trace["y"]) == ([0.0], [row.expected.value])
        assert trace["marker"]["symbol"] == ("x" if row.is_out else "circle-open")
        assert trace["customdata"][0][1].startswith("90 % interval: ")
        assert ("behind the leader" in " ".join(trace["customdata"][0][2:])) == row.is_out
    shown = [trace["name"] for trace in found if trace.get("showlegend", True)]
    assert shown == ["not trained (yet)", "out: 5 models", "vit-letters (leads)"]
    assert "7 models without training" in say_race_figure(few)
    assert "not trained are expected" in say_race_marks(few)


def test_models_differ_by_more_than_their_colour() -> None:
    """Those that are in have symbols of their own."""
    lines = [trace for trace in traces("at work") if trace.get("line", {}).get("width", 0) > 1]
    assert len({trace["marker"]["symbol"] for trace in lines}) == len(lines) == 3


def test_the_final_training_is_a_star_with_its_interval() -> None:
    """It stands at the end of the race, and is not there before."""
    star = traces("decided")[-1]
    assert star["marker"]["symbol"] == "star"
    assert star["y"] == [pytest.approx(0.95)]
    assert star["error_y"]["array"] == [pytest.approx(0.03)]
    assert star["error_y"]["arrayminus"] == [pytest.approx(0.05)]
    assert star["x"] == [pytest.approx(112.0 + 60.0)]
    assert all(trace["mode"] != "markers" for trace in traces("at work"))


@pytest.mark.parametrize("against", AGAINST)
def test_curves_can_be_drawn_against_time_and_passes(against: RaceAxis) -> None:
    """The points are those of the results."""
    so_far = race_of(RACES["decided"])
    assert so_far is not None
    curves = {curve.model: curve for curve in race_curves(so_far)}
    lines = [trace for trace in traces("decided", against) if "lines" in trace["mode"]]
    assert set(models_of(lines)) == set(curves)
    for trace, model in zip(lines, models_of(lines), strict=True):
        assert trace["x"] == [getattr(point, against) for point in curves[model].points]
        assert trace["y"] == [point.value for point in curves[model].points]
    starts = {"clock": 172.0, "seconds": 96.0, "passes": 6.0 * 480 / 360}
    assert traces("decided", against)[-1]["x"] == [pytest.approx(starts[against])]


def test_the_figure_is_said_in_a_sentence() -> None:
    """For readers who cannot see it: how many, where those that are in have come, how many are out."""
    so_far = race_of(RACES["at work"])
    assert so_far is not None
    assert say_race_figure(so_far) == (
        "accuracy of 8 models while trained: vit-letters 0.950, resnet-letters 0.910, convnext-photos 0.810;"
        " 6 models are out"
    )


def test_only_marks_that_are_there_are_explained() -> None:
    """A star before the final training, or a cross while all are in, would be looked for in vain."""
    point = "Each point is what a model reaches on the samples that choose, which are not trained on."
    cross, star = "Grey cross: out of the race.", "Star: its final training"
    for name, has_cross, has_star in (
        ("heads", False, False),
        ("at work", True, False),
        ("decided", True, True),
    ):
        so_far = race_of(RACES[name])
        assert so_far is not None
        said = say_race_marks(so_far)
        assert said.startswith(point)
        assert (cross in said, star in said) == (has_cross, has_star)


def test_hostile_names_and_reasons_are_text() -> None:
    """Nothing of a name or of a reason is read as markup."""
    so_far = race_of(hostile_result())
    assert so_far is not None
    found = plain_figure(race_figure(so_far))["data"]
    assert len(found) == len(HOSTILE) - 1
    for trace in found:
        texts = [text for row in trace["customdata"] for text in row]
        assert not any("<" in text for text in (*texts, trace["name"]))
