"""Where a race stands, in a sentence."""

from __future__ import annotations

from ptmrank_core.records import RaceFinal
from ptmrank_core.results.phrases import bidi_isolate, percent, plural, say_duration, say_value
from ptmrank_core.results.race.so_far import RacePhase, RaceSoFar

__all__ = [
    "race_sentence",
    "race_story",
    "say_chance_other",
    "say_final",
    "say_parts",
    "say_rates",
    "say_standing",
    "say_training",
]

SMALL = 0.005
TIMES = {1.0: "the usual one", 2.0: "twice the usual one", 0.5: "half the usual one"}


def race_sentence(so_far: RaceSoFar) -> str:
    """Say where a race stands that has not been decided; empty for one that has: the verdict says it."""
    phase, race = so_far.phase, so_far.race
    if phase is RacePhase.DECIDED:
        return ""
    if phase is RacePhase.REFUSED:
        return f"The race did not begin. {race.stopped}"
    if phase is RacePhase.WITHOUT_WINNER:
        return f"The race ended without a winner. {race.stopped}"
    if phase is RacePhase.BROKEN_OFF:
        return _broken_off(so_far)
    return f"The race so far: {say_standing(so_far)}."


def race_story(so_far: RaceSoFar) -> tuple[str, ...]:
    """Tell a race in a few sentences: samples, where it stands, how sure that is, what the winner reaches."""
    race, said = so_far.race, [say_parts(so_far), say_training(so_far)]
    is_told = so_far.is_at_work or race.final is not None
    said.append(_sentence(say_standing(so_far)) if is_told else race_sentence(so_far))
    if is_told:
        said += [_sentence(say_chance_other(so_far)), "" if so_far.is_sure else race.stopped]
    if race.final is not None:
        by = f"{plural(race.final.n_train, 'sample')}, {race.final.epochs:g} passes"
        reached = f"{bidi_isolate(race.winner)} reaches {say_final(race.final)}"
        said += [f"After its final training ({by}) {reached}.", say_rates(so_far)]
    return (*filter(None, said), *race.notes)


def say_parts(so_far: RaceSoFar) -> str:
    """Say what the samples are used for; empty where a race was refused."""
    parts = so_far.race.parts
    if not parts.training:
        return ""
    choose = f"{parts.choosing:,} choose between the models, and {parts.judging:,} judge the winner alone"
    return f"{plural(parts.training, 'sample')} are trained on, {choose}."


def say_training(so_far: RaceSoFar) -> str:
    """Say that low-rank adapters are trained; empty where all weights are."""
    if not so_far.by_lora:
        return ""
    return (
        "Models are trained by LoRA: low-rank adapters of their layers and a head, while all other weights "
        "stay as they are."
    )


def say_standing(so_far: RaceSoFar) -> str:
    """Say who is in and who leads: ``3 of 9 models are still in after 84 s; resnet-letters leads``."""
    race, n_models, spent = so_far.race, len(so_far.race.standings), say_duration(so_far.race.seconds_used)
    if so_far.finalist:
        finalist, others = (
            bidi_isolate(so_far.finalist),
            f" of the other {n_models - 1}" if n_models > 1 else "",
        )
        if so_far.phase is RacePhase.DECIDED:
            return f"{finalist} came out ahead{others}, in {spent}"
        return f"{finalist} is ahead{others} after {spent} and is being trained to the end"
    if not so_far.doses:
        return (
            f"none of {plural(n_models, 'model')} is trained yet" if n_models else "no model is trained yet"
        )
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


def say_final(final: RaceFinal) -> str:
    """Write what the final training reaches, with its interval and the number of samples that judge."""
    value = say_value(final.measure, final.value)
    if final.measure == "accuracy":
        ends = f"{100 * final.low:.1f} to {percent(final.high, 1)}"
    else:
        ends = f"{final.low:.2f} to {final.high:.2f}"
    return f"{value} (90 % interval: {ends}) on {plural(final.n_test, 'held-out sample')}"


def say_rates(so_far: RaceSoFar) -> str:
    """Say which peak learning rates were tried with the winner, and which it took; empty for one alone."""
    final = next((dose for dose in reversed(so_far.final_doses) if dose.value is not None), None)
    if so_far.race.final is None or final is None:
        return ""
    tried = dict.fromkeys((1.0, *(dose.rate for dose in so_far.trials if dose.model == final.model)))
    if len(tried) == 1:
        return ""
    listed = ", ".join(map(_times, tried))
    return (
        f"{len(tried)} peak learning rates were tried with it ({listed}); the final training took "
        f"{_times(final.rate)}, {final.learning_rate:.2g}."
    )


def _times(rate: float) -> str:
    return TIMES.get(rate, f"{rate:g} times the usual one")


def _sentence(text: str) -> str:
    """Make a sentence of a part of one; nothing of nothing."""
    is_name = text.startswith(bidi_isolate("|")[0])
    return f"{text if is_name else text[:1].upper() + text[1:]}." if text else ""


def _broken_off(so_far: RaceSoFar) -> str:
    """Say what a race knew when its run ended."""
    race, spent = so_far.race, say_duration(so_far.race.seconds_used)
    if not so_far.doses:
        return "The race had not trained any model yet."
    if so_far.finalist:
        return f"The race was at the final training of {bidi_isolate(so_far.finalist)}, after {spent}."
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
