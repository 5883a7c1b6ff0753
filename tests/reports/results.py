"""Runs to report on; what is in them is as bad as users' data can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ptmrank_core.projection import pca
from ptmrank_core.records import (
    BytesBlob,
    ExtractionReport,
    Failure,
    Finding,
    LeftOut,
    ModelOutcome,
    ModelSpec,
    ProbeResult,
    Race,
    RaceDose,
    Ranking,
    RankIntervals,
    RunResult,
    RunState,
    Samples,
    SamplesSummary,
    Score,
    Skipped,
    Stage,
    Vote,
)
from ptmrank_core.reports.html import Picture
from ptmrank_core.results import rank_result
from tests.plans import plan_of
from tests.results.race.races import PARTS, dose, standing

__all__ = ["HOSTILE", "METRICS", "certain", "hostile_picture", "hostile_result", "probe_of"]

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://x")',
    r"$\frac{1}{2}$ **bold** | `code` & 100 % #_^~{}\\",
    "</script><script>alert(1)</script>",
    "😀 ملف \u202eabc",
    '-1+1, \'; "quoted"\nsecond line',
    "@SUM(A1)\tx",
    "long " + "x" * 295,
)
METRICS = ("logme", "hscore", "leep")
SECONDS = {"load": 0.5, "preprocess": 0.25, "forward": 1.0}
REPORT = ExtractionReport("float32", "cpu", SECONDS, 0, 40, 40, notes=(HOSTILE[2],))


def _spec(name: str, index: int) -> ModelSpec:
    is_known = index % 2 == 0
    return ModelSpec(
        name,
        "local",
        "image",
        revision=f"{index:040x}",
        path=f"/models/{index}",
        model_type=HOSTILE[0] if is_known else None,
        n_parameters=1_234_567 + index if is_known else None,
        licence="mit" if is_known else None,
    )


def hostile_result(names: Sequence[str] = HOSTILE) -> RunResult:
    """A run whose models, classes, files and messages have hostile names; the last model failed."""
    specs = tuple(_spec(name, index) for index, name in enumerate(names))
    rng = np.random.default_rng(0)
    cells: list[Score | Skipped | Failure] = []
    for index, spec in enumerate(specs[:-1]):
        logme, hscore, leep = (rng.normal(size=3) * [0.1, 10.0, 1e-5]).tolist()
        cells += [
            Score(spec.id, "logme", logme, 0.1, {}, (HOSTILE[index % len(HOSTILE)],)),
            Score(spec.id, "hscore", hscore, 0.1),
            Score(spec.id, "leep", leep, 0.1) if index else Skipped(spec.id, "leep", HOSTILE[0]),
        ]
    cells += [Failure(specs[-1].id, name, Stage.LOAD, "OSError", HOSTILE[3], HOSTILE[1]) for name in METRICS]
    outcomes = {spec.id: ModelOutcome(spec, REPORT, 8, score_seconds=0.125) for spec in specs[:-1]}
    return RunResult(
        plan=plan_of(
            specs,
            METRICS,
            run_id="0123456789abcdef0123456789abcdef",
            samples_source="/samples/" + HOSTILE[1],
            samples_fingerprint="f" * 64,
            seed=7,
        ),
        state=RunState.FINISHED,
        samples=SamplesSummary(
            40,
            dict.fromkeys(HOSTILE, 5),
            tuple(LeftOut(name, HOSTILE[0]) for name in HOSTILE),
            (HOSTILE[0],),
        ),
        cells=tuple(cells),
        outcomes=outcomes,
        environment={"numpy": "2", "batch_size": "None", "platform": HOSTILE[0]},
        seconds=12.0,
        findings=(
            *(
                Finding("probe", spec.id, probe_of(0.5 + index / 20, folds=(0.4, 0.6), knn=0.5), 1.0)
                for index, spec in enumerate(specs[:-1])
            ),
            Finding("controls", "", None, 1.0, HOSTILE[3]),
            *_race(names[:-1]),
        ),
    )


def _race(names: Sequence[str]) -> list[Finding]:
    """A race of some models, all but the first of which are out for hostile reasons."""
    doses = [
        dose(number, name, "head", 0.9 - 0.05 * number, seconds=1.0) for number, name in enumerate(names)
    ]
    doses.append(dose(len(names), names[0], "part", 0.95, epochs=2.0, curve=((1.0, 0.9), (2.0, 0.95))))
    standings = (
        standing(names[0], 0.95, 1.0),
        *(standing(name, 0.5, 0.0, HOSTILE[index % len(HOSTILE)]) for index, name in enumerate(names[1:])),
    )
    race = Race(PARTS, standings, 60.0, 12.0, 0.5, names[0], notes=(HOSTILE[0],))
    found = [Finding(RaceDose.KIND, f"{own.number:04d}", own, own.seconds) for own in doses]
    return [*found, Finding(Race.KIND, "", race, 0.0)]


def probe_of(
    value: float, *, measure: str = "accuracy", folds: Sequence[float] = (), knn: float | None = None
) -> ProbeResult:
    """What the analysis keeps of a probe: three samples, of which it misses the last."""
    return ProbeResult(
        measure=measure,
        value=value,
        folds=tuple(folds),
        knn=knn,
        scale=1.0,
        predictions=(0, 1, 0),
        losses=(0.0, 0.0, 1.0),
        n_classes=2,
    )


def certain(result: RunResult) -> Ranking:
    """The ranking of a run, with intervals, ties and votes as if analyses had given them."""
    ranking = rank_result(result)
    order = ranking.order
    intervals = RankIntervals(
        level=0.9,
        n_halves=100,
        intervals={model: (max(1, place), min(len(order), place + 2)) for place, model in enumerate(order)},
        p_best={model: 1 / len(order) for model in order},
        p_better={},
        ties=(order[:2], order[1:3]),
        shifts={},
        notes=(HOSTILE[0],),
    )
    votes = {name: Vote(1 / len(METRICS), HOSTILE[2]) for name in METRICS}
    return replace(ranking, intervals=intervals, votes=votes)


def hostile_picture(n_samples: int = 40) -> Picture:
    """Samples of hostile classes, and a projection of noise for every model."""
    names = tuple(HOSTILE[index % len(HOSTILE)] for index in range(n_samples))
    samples = Samples(
        "image",
        names,
        (_Nothing(),) * n_samples,
        np.arange(n_samples) % len(HOSTILE),
        HOSTILE,
        names,
        (),
        "x",
    )
    noise = np.random.default_rng(1).normal(size=(n_samples, 5))
    return Picture(samples, lambda _: pca(noise))


class _Nothing(BytesBlob):
    """An item that nobody decodes."""

    def __init__(self) -> None:
        super().__init__(b"")

    size = 0

    def decode(self) -> None:
        """Not asked for."""
