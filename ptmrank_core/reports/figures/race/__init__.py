"""The race as a figure."""

from ptmrank_core.reports.figures.race.curves import (
    AGAINST,
    RaceAxis,
    race_figure,
    say_race_figure,
    say_race_marks,
)

__all__ = ["AGAINST", "RaceAxis", "race_figure", "say_race_figure", "say_race_marks"]
