"""Races in every state, written by hand: nine models of known scores, and what a race did with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ptmrank_core.records import (
    DoseStage,
    Expectation,
    Finding,
    Race,
    RaceDose,
    RaceFinal,
    RaceParts,
    RaceStanding,
    RunResult,
    RunState,
)
from tests.results.verdict.runs import make_run, with_findings

__all__ = ["MODELS", "PARTS", "RACES", "RUN", "dose", "race_run", "standing"]

MODELS = (
    *("resnet-letters", "vit-letters", "convnext-photos", "swin-photos", "mobilenet-letters"),
    *("resnet-photos", "deit-photos", "bit-photos", "regnet-fonts"),
)
PARTS = RaceParts(training=360, choosing=120, judging=120, seed=0)
MEASURES = {"accuracy": 0.8, "r2": 0.6, "average_precision": 0.7}
SURE = "Another model is better than vit-letters by more than a point with a probability of 6% only."
TIME_UP = "The time that is left is needed for the final training of vit-letters."


def race_run(measure: str = "accuracy") -> RunResult:
    """A finished run of the nine models, the probe best on the first."""
    best = MEASURES[measure]
    return make_run(
        {model: best - 0.03 * place for place, model in enumerate(MODELS)},
        n_samples=600,
        counts=dict.fromkeys("abcd", 150),
        measure=measure,
    )


RUN = race_run()


def dose(
    number: int,
    model: str,
    stage: DoseStage,
    value: float | None,
    *,
    epochs: float = 0.0,
    curve: Sequence[tuple[float, float]] = (),
    seconds: float = 4.0,
    measure: str = "accuracy",
    problem: str = "",
) -> RaceDose:
    """A dose of training on the parts of the races here."""
    n_train = {"part": PARTS.training // 2, "final": PARTS.training + PARTS.choosing}.get(
        stage, PARTS.training
    )
    return RaceDose(
        model=model,
        number=number,
        stage=stage,
        measure=measure,
        value=value,
        standard_error=None if value is None or measure != "accuracy" else 0.03,
        losses=(),
        curve=tuple(curve),
        n_train=n_train,
        epochs=epochs,
        learning_rate=0.0 if stage == "head" else 1e-4,
        seconds=seconds,
        reason="It tells most for its time.",
        problem=problem,
    )


def standing(model: str, expected: float | None, chance: float = 0.0, reason: str = "") -> RaceStanding:
    """What a race knows of a model; one with a reason is out."""
    own = None if expected is None else Expectation(expected, expected - 0.04, min(expected + 0.03, 1.0))
    return RaceStanding(model, own, chance, bool(reason), reason)


def doses(measure: str = "accuracy") -> tuple[RaceDose, ...]:
    """Nine heads, one of which fails; then four models on half, two on all of the training samples."""
    best = MEASURES[measure]
    heads = [
        dose(place, model, "head", best - 0.05 * place, seconds=3.0 + place % 3, measure=measure)
        for place, model in enumerate(MODELS[:-1])
    ]
    broken = dose(8, MODELS[8], "head", None, seconds=1.0, measure=measure, problem="The file is empty.")
    gains = (0.06, 0.08, 0.01, -0.03)
    parts = [
        dose(
            9 + place,
            model,
            "part",
            best + gain,
            epochs=2.0,
            curve=((1.0, best + gain - 0.05), (2.0, best + gain)),
            seconds=8.0,
            measure=measure,
        )
        for place, (model, gain) in enumerate(zip(MODELS, gains, strict=False))
    ]
    full = [
        dose(
            13 + place,
            model,
            "full",
            best + gain,
            epochs=4.0,
            curve=tuple((float(epoch), best + gain - 0.02 * (4 - epoch)) for epoch in (1, 2, 3, 4)),
            seconds=24.0,
            measure=measure,
        )
        for place, (model, gain) in enumerate(((MODELS[1], 0.15), (MODELS[0], 0.11)))
    ]
    return (*heads, broken, *parts, *full)


def standings(measure: str = "accuracy") -> tuple[RaceStanding, ...]:
    """The standings after those doses: vit-letters leads, two are in, six are out."""
    best = MEASURES[measure]
    behind = "It is behind the leader by more than chance after {}."
    return (
        standing(MODELS[1], best + 0.16, 0.9),
        standing(MODELS[0], best + 0.13, 0.06),
        standing(MODELS[2], best + 0.08, 0.04),
        standing(MODELS[3], best + 0.02, 0.0, behind.format("two passes over half of the samples")),
        *(standing(model, best - 0.1, 0.0, behind.format("its head")) for model in MODELS[4:8]),
        standing(MODELS[8], None, 0.0, "Training failed: The file is empty."),
    )


def raced(
    run: RunResult, race: Race, done: Iterable[RaceDose] = (), *, state: RunState = RunState.FINISHED
) -> RunResult:
    """A run with a race as it is stored."""
    found = [
        Finding(
            RaceDose.KIND, f"{own.number:04d}", own, own.seconds, own.problem if own.value is None else ""
        )
        for own in done
    ]
    return replace(with_findings(run, *found, Finding(Race.KIND, "", race, 0.0)), state=state)


def used(done: Iterable[RaceDose]) -> float:
    """The seconds of doses."""
    return sum(own.seconds for own in done)


def _final(measure: str, value: float, seconds: float = 60.0) -> RaceFinal:
    return RaceFinal(
        measure,
        value,
        value - 0.05,
        min(value + 0.03, 1.0),
        480,
        PARTS.judging,
        6.0,
        1e-4,
        seconds,
        "float32",
    )


BEGUN = Race(PARTS, (), 600.0, 0.0)
READY = Race(PARTS, tuple(standing(model, 0.85, 1 / 9) for model in MODELS), 600.0, 0.0, leader=MODELS[0])


def _at_work(measure: str = "accuracy") -> Race:
    return Race(PARTS, standings(measure), 600.0, used(doses(measure)), 0.16, leader=MODELS[1])


def _decided(measure: str = "accuracy", *, value: float | None = None, chance: float = 0.06) -> Race:
    return replace(
        _at_work(measure),
        chance_other=chance,
        seconds_used=used(doses(measure)) + 60.0,
        stopped=TIME_UP if chance >= 0.1 else SURE,
        winner=MODELS[1],
        final=_final(measure, MEASURES[measure] + 0.15 if value is None else value),
        notes=("Peak learning rates of 0.00005 and 0.0001 were tried.",),
    )


def _all_failed() -> RunResult:
    failed = [
        dose(place, model, "head", None, seconds=1.0, problem="The file is empty.")
        for place, model in enumerate(MODELS)
    ]
    out = tuple(standing(model, None, 0.0, "Training failed: The file is empty.") for model in MODELS)
    race = Race(PARTS, out, 600.0, used(failed), stopped="No model is left that can be trained.")
    return raced(RUN, race, failed)


REFUSED = Race(
    RaceParts(0, 0, 0, 0),
    (),
    600.0,
    0.0,
    stopped="The smallest class, d, has 6 samples; a race needs ten of each class.",
)
FINAL_TRAINING = replace(_at_work(), chance_other=0.06, stopped=SURE, winner=MODELS[1])
FINAL_FAILED = dose(15, MODELS[1], "final", None, seconds=5.0, problem="Memory ran out.")

RACES: Mapping[str, RunResult] = MappingProxyType(
    {
        "begun": raced(RUN, BEGUN, state=RunState.RUNNING),
        "ready": raced(RUN, READY, state=RunState.RUNNING),
        "heads": raced(
            RUN,
            replace(READY, seconds_used=used(doses()[:4]), chance_other=0.4),
            doses()[:4],
            state=RunState.RUNNING,
        ),
        "at work": raced(RUN, _at_work(), doses(), state=RunState.RUNNING),
        "final training": raced(RUN, FINAL_TRAINING, doses(), state=RunState.RUNNING),
        "decided": raced(RUN, _decided(), doses()),
        "time up": raced(RUN, replace(_decided(chance=0.23), seconds_limit=180.0), doses()),
        "near chance": raced(RUN, _decided(value=0.28), doses()),
        "cancelled": raced(RUN, _at_work(), doses(), state=RunState.CANCELLED),
        "cancelled at once": raced(RUN, BEGUN, state=RunState.CANCELLED),
        "cancelled in the final": raced(RUN, FINAL_TRAINING, doses(), state=RunState.CANCELLED),
        "final failed": raced(RUN, FINAL_TRAINING, (*doses(), FINAL_FAILED), state=RunState.RUNNING),
        "refused": raced(RUN, REFUSED),
        "all failed": _all_failed(),
        "regression": raced(race_run("r2"), _decided("r2"), doses("r2")),
        "several labels": raced(
            race_run("average_precision"), _decided("average_precision"), doses("average_precision")
        ),
    }
)
"""State of a race -> a run in that state."""
