"""What a race says, from its records alone: where it stands, its rows and curves, what it expects."""

from ptmrank_core.results.race.curves import RaceCurve, RacePoint, final_clock, race_curves
from ptmrank_core.results.race.expected import expectations_of, with_race
from ptmrank_core.results.race.reached import all_reached, race_reached
from ptmrank_core.results.race.rows import RaceRow, race_rows, stage_titles
from ptmrank_core.results.race.sentences import (
    race_sentence,
    race_story,
    say_chance_other,
    say_final,
    say_parts,
    say_rates,
    say_standing,
    say_training,
)
from ptmrank_core.results.race.so_far import RacePhase, RaceSoFar, race_of, race_problem

__all__ = [
    "RaceCurve",
    "RacePhase",
    "RacePoint",
    "RaceRow",
    "RaceSoFar",
    "all_reached",
    "expectations_of",
    "final_clock",
    "race_curves",
    "race_of",
    "race_problem",
    "race_reached",
    "race_rows",
    "race_sentence",
    "race_story",
    "say_chance_other",
    "say_final",
    "say_parts",
    "say_rates",
    "say_standing",
    "say_training",
    "stage_titles",
    "with_race",
]
