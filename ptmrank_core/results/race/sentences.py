"""Where a race stands, in a sentence."""

from __future__ import annotations

from ptmrank_core.results.phrases import bidi_isolate, percent, plural, say_duration
from ptmrank_core.results.race.so_far import RacePhase, RaceSoFar

__all__ = ["race_sentence", "say_chance_other", "say_standing"]

SMALL = 0.005


def race_sentence(so_far: RaceSoFar) -> str:
    """Say where a race stands that has not been decided; empty for one that has: the verdict says it."""
    phase, race = so_far.phase, so_far.race
    if phase is RacePhase.DECIDED:
        return ""
    if phase is RacePhase.REFUSED:
        return f"The race did not begin. {race.stopped}"
    if phase is RacePhase.WITHOUT_WINNER:
        ahead = f", with {bidi_isolate(race.leader)} ahead" if _leads(so_far) else ""
        return " ".join(filter(None, [f"The race ended without a winner{ahead}.", _why(so_far)]))
    if phase is RacePhase.BROKEN_OFF:
        return _broken_off(so_far)
    return f"The race so far: {say_standing(so_far)}."


def say_standing(so_far: RaceSoFar) -> str:
    """Say who is in and who leads: ``3 of 9 models are still in after 84 s; resnet-letters leads``."""
    race, n_models, spent = so_far.race, len(so_far.race.standings), say_duration(so_far.race.seconds_used)
    if race.winner:
        others = f" of the other {n_models - 1}" if n_models > 1 else ""
        if so_far.phase is RacePhase.DECIDED:
            return f"{bidi_isolate(race.winner)} came out ahead{others}, in {spent}"
        return f"{bidi_isolate(race.winner)} is ahead{others} after {spent} and is being trained to the end"
    if not so_far.doses:
        return f"none of {plural(n_models, 'model')} is trained yet"
    said = f"{_still_in(so_far)} still in after {spent}"
    return f"{said}; {bidi_isolate(race.leader)} leads" if _leads(so_far) else said


def say_chance_other(so_far: RaceSoFar) -> str:
    """Say how likely it is that another model is better: ``6 %``; empty where that is not known."""
    chance = so_far.race.chance_other
    if chance is None or not so_far.measure or len(so_far.race.standings) < 2:
        return ""
    by = "a point" if so_far.measure == "accuracy" else "0.01"
    shown = "less than 1 %" if chance < SMALL else percent(chance)
    return f"the chance that another model is better by more than {by} is {shown}"


def _broken_off(so_far: RaceSoFar) -> str:
    """Say what a race knew when its run ended."""
    race, spent = so_far.race, say_duration(so_far.race.seconds_used)
    if not so_far.doses:
        return "The race had not trained any model yet."
    if race.winner:
        return f"The race was at the final training of {bidi_isolate(race.winner)}, after {spent}."
    said = f"After {spent} of the race {_still_in(so_far)} still in"
    if not _leads(so_far):
        return f"{said}."
    chance = say_chance_other(so_far)
    return f"{said} and {bidi_isolate(race.leader)} is ahead{'; ' if chance else ''}{chance}."


def _still_in(so_far: RaceSoFar) -> str:
    n_in, n_models = len(so_far.still_in), len(so_far.race.standings)
    if n_in == n_models:
        return f"all {n_models} models are" if n_models > 1 else "the only model is"
    return f"{n_in} of {plural(n_models, 'model')} {'is' if n_in == 1 else 'are'}"


def _leads(so_far: RaceSoFar) -> bool:
    """Whether a model leads by what its training showed."""
    return bool(so_far.race.leader and so_far.measure)


def _why(so_far: RaceSoFar) -> str:
    """Say why there is no winner."""
    if not so_far.final_problem:
        return so_far.race.stopped
    return f"The final training of {bidi_isolate(so_far.race.winner)} failed: {so_far.final_problem}"
