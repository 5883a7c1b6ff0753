"""What chance can do: few samples, and labels that were exchanged."""

from __future__ import annotations

import numpy as np

from ptmrank_core.lessons.course.comparing import Values, values_of, winners
from ptmrank_core.lessons.course.exhibits import Dots
from ptmrank_core.lessons.course.lesson import Draw, Lesson, Reveal
from ptmrank_core.lessons.opinions import cheap_metrics
from ptmrank_core.lessons.scene import Candidate, Scene, Task
from ptmrank_core.lessons.world import make_world
from ptmrank_core.metrics import METRICS, compute, prepare_inputs
from ptmrank_core.ranking import permutation_test, rank_intervals, rescale_deviations
from ptmrank_core.records import RankIntervals
from ptmrank_core.sampling import draw_parts, units_of

__all__ = ["CONTROLS", "TEN_SAMPLES"]

LONG, ROUND = Candidate("long", separation=2.0, anisotropy=3.0), Candidate("round", separation=2.0)
FEW, MANY = 10, 100
N_DRAWS, N_PARTS, N_PERMUTED = 12, 12, 19
APART = 1_000  # seeds of one draw of the lesson from those of the next
GOOD = Candidate("good", separation=2.0)
NOISE = Candidate("noise", separation=0.0, n_noise_features=150)


def _ten_samples(draw: Draw) -> Reveal:
    shares = {n: _share_first(draw.seed, n) for n in (FEW, MANY)}
    moods = {n: [name for name, share in of.items() if 0 < share < 1] for n, of in shares.items()}
    names = list(shares[FEW])
    unsure = _unsure(Task(n_per_class=FEW, seed=draw.seed), names)
    return Reveal(
        right=0 if len(moods[FEW]) > len(names) / 2 else 1,
        said=f"With {FEW} samples of each class {len(moods[FEW])} of {len(names)} metrics prefer now the "
        f"one and now the other model, with {MANY} only {len(moods[MANY])}. On the first draw of {FEW} the "
        f"rank intervals of {sum(unsure.values())} of {len(unsure)} metrics say that the order is open.",
        exhibit=Dots(
            rows=tuple(METRICS[name].title for name in names),
            series={
                f"{n} samples of each class": tuple(of[name] for name in names) for n, of in shares.items()
            },
            scale="draws in which the first model is first",
            line=0.5,
            line_title="a coin",
        ),
        holds=len(moods[FEW]) > len(names) / 2
        and len(moods[MANY]) <= 2
        and sum(unsure.values()) > len(unsure) / 2,
    )


def _share_first(seed: int, n_per_class: int) -> dict[str, float]:
    """Share of the draws in which the first model is first: metric -> share; a tie counts half."""
    found: dict[str, list[float]] = {}
    for number in range(N_DRAWS):
        task = Task(n_per_class=n_per_class, seed=APART * (seed + 1) + number)
        for metric, place in winners(values_of(task, LONG), values_of(task, ROUND)).items():
            found.setdefault(metric, []).append(0.5 if place < 0 else 1.0 - place)
    return {metric: float(np.mean(wins)) for metric, wins in found.items()}


def _unsure(task: Task, names: list[str]) -> dict[str, bool]:
    """Whether a metric's rank intervals leave open which model is first; metrics without any are left out."""
    worlds = [make_world(task, candidate) for candidate in (LONG, ROUND)]
    inputs = [prepare_inputs(**world.arrays) for world in worlds]
    units = units_of(worlds[0].arrays["labels"], "classification")
    rows = draw_parts(units, n_parts=N_PARTS, seed=task.seed).rows
    found = {}
    for name in names:
        full = {place: compute(name, own).value for place, own in zip("12", inputs, strict=True)}
        parts = {
            place: [compute(name, own.take(part)).value for part in rows]
            for place, own in zip("12", inputs, strict=True)
        }
        intervals = _intervals(name, full, parts, share=len(rows[0]) / inputs[0].n_samples)
        if len(intervals.intervals) == 2:
            found[name] = any(low < high for low, high in intervals.intervals.values())
    return found


def _intervals(metric: str, full: Values, parts: dict[str, list[float]], *, share: float) -> RankIntervals:
    """Make rank intervals of scores on parts, as those of a run are made."""
    factor = (share / (1 - share)) ** 0.5
    scaled = rescale_deviations(parts, dict.fromkeys(parts, factor))
    return rank_intervals(full, scaled, higher_is_better=METRICS[metric].higher_is_better)


TEN_SAMPLES = Lesson(
    key="ten-samples",
    title="Ten samples of each class",
    look="Two models keep the classes equally far apart; for the first the classes are three times as "
    "long as wide, for the second they are round. You draw ten samples of each class and rank the two. "
    f"Then you draw ten others, and so on, {N_DRAWS} times.",
    question="How many of the metrics prefer the same model in every draw?",
    answers=("Fewer than half of them", "Most of them"),
    right=0,
    sentence="With ten samples of each class the order of two close models is often a coin toss, and rank "
    "intervals are there to say so.",
    scene=Scene(Task(n_per_class=FEW), (LONG, ROUND)),
    compute=_ten_samples,
)


def _controls(draw: Draw) -> Reveal:
    task = Task(seed=draw.seed)
    shares = {candidate.name: _as_good(task, candidate) for candidate in (GOOD, NOISE)}
    names = [name for name in shares[GOOD.name] if name in shares[NOISE.name]]
    clear = {model: sum(of_model[name] == 0 for name in names) for model, of_model in shares.items()}
    return Reveal(
        right=0 if clear[NOISE.name] < len(names) / 2 < clear[GOOD.name] else 1,
        said=f"No exchange of the labels reaches the score of the good model under {clear[GOOD.name]} of "
        f"{len(names)} metrics; for the noise that is so under {clear[NOISE.name]}.",
        exhibit=Dots(
            rows=tuple(METRICS[name].title for name in names),
            series={model: tuple(of_model[name] for name in names) for model, of_model in shares.items()},
            scale="exchanges that score at least as well",
            line=0.5,
            line_title="a coin",
        ),
        holds=clear[NOISE.name] <= 2 and clear[GOOD.name] >= len(names) - 2,
    )


def _as_good(task: Task, candidate: Candidate) -> dict[str, float]:
    """Share of exchanged labels under which a score is at least as good as under the true ones."""
    arrays = dict(make_world(task, candidate).arrays)
    rng = np.random.default_rng(task.seed)
    n_samples = len(arrays["labels"])
    orders = [np.argsort(rng.random(n_samples)) for _ in range(N_PERMUTED)]
    true = prepare_inputs(**arrays)
    exchanged = [prepare_inputs(**(arrays | {"labels": arrays["labels"][order]})) for order in orders]
    shares = {}
    for name in cheap_metrics():
        permuted = [compute(name, own).value for own in exchanged]
        test = permutation_test(
            compute(name, true).value, permuted, higher_is_better=METRICS[name].higher_is_better
        )
        if test is not None:
            shares[name] = test.n_as_good / test.n_draws
    return shares


CONTROLS = Lesson(
    key="controls",
    title="Labels that were exchanged",
    look="A good model, and a model of pure noise that is wider than there are samples. Some metrics give "
    f"the noise the higher score. Now the labels are exchanged at random among the samples, {N_PERMUTED} "
    "times, and both models are scored again.",
    question="Can the exchanged labels expose the noise?",
    answers=("Yes: it scores no worse with exchanged labels", "No: its scores are high, so they stand out"),
    right=0,
    sentence="A score is worth what it has over the score of exchanged labels: a control shows at once "
    "what a model that knows nothing would get.",
    scene=Scene(Task(), (GOOD, NOISE)),
    compute=_controls,
)
