"""What the scores are made to see, and where they have nothing more to say."""

from __future__ import annotations

from ptmrank_core.lessons.course.comparing import duel, ends, probed, say_metrics, values_of, winners
from ptmrank_core.lessons.course.exhibits import Grid
from ptmrank_core.lessons.course.lesson import Draw, Lesson, Reveal
from ptmrank_core.lessons.scene import Candidate, Scene, Task
from ptmrank_core.metrics import METRICS

__all__ = ["CLASSES_APART", "GOOD_ENOUGH", "ROUND_FEATURES"]

NEAR, FAR = Candidate("near", separation=1.0), Candidate("far", separation=3.0)
GOOD, BETTER = Candidate("good", separation=7.0), Candidate("better", separation=8.0)
ROUND = Candidate("round", separation=2.0, n_noise_features=0)
PADDED = Candidate("padded", separation=2.0, n_noise_features=6)
# Scores this near to the best that their metric can give are the same for a reader.
AT_LIMIT = 0.01


def _classes_apart(draw: Draw) -> Reveal:
    task = Task(seed=draw.seed)
    first, second = values_of(task, NEAR), values_of(task, FAR)
    found = winners(first, second)
    right = ends(found, 1)
    probes = [probed(task, candidate)[0] for candidate in (NEAR, FAR)]
    return Reveal(
        right=0 if len(right) == len(found) else 1 if right else 2,
        said=f"{len(right)} of {len(found)} metrics put the second model first. A linear probe is right on "
        f"{probes[0]:.0%} of the samples with the first model and on {probes[1]:.0%} with the second.",
        exhibit=duel(("classes 1 apart", "classes 3 apart"), first, second),
        holds=len(right) == len(found) and probes[1] > probes[0],
    )


CLASSES_APART = Lesson(
    key="classes-apart",
    title="Classes that lie apart",
    look="Two models see the same 150 samples of three classes. For the first the means of neighbouring "
    "classes lie 1 standard deviation apart, for the second 3. Everything else is the same.",
    question="How many of the metrics put the second model first?",
    answers=("All of them", "Some of them", "None: they would need training first"),
    right=0,
    sentence="Where everything else is equal, a model that keeps the classes further apart has the better "
    "score under every metric here.",
    scene=Scene(Task(), (NEAR, FAR)),
    compute=_classes_apart,
)


def _good_enough(draw: Draw) -> Reveal:
    task = Task(n_classes=2, seed=draw.seed)
    first, second = values_of(task, GOOD), values_of(task, BETTER)
    known = [metric for metric in first if metric in second]
    tied = [metric for metric in known if _at_limit(metric, first[metric], second[metric])]
    apart = [metric for metric in known if metric not in tied and second[metric] > first[metric]]
    return Reveal(
        right=2 if tied and apart else 1 if not tied else 0,
        said=f"{say_metrics(tied)} cannot tell the two models apart: both are within {AT_LIMIT:g} of the "
        f"best score there is. {say_metrics(apart)} still can.",
        exhibit=Grid(
            rows=tuple(METRICS[metric].title for metric in known),
            columns=("classes 7 apart", "classes 8 apart"),
            values=tuple((first[metric], second[metric]) for metric in known),
            marked=tuple((metric in tied,) * 2 for metric in known),
            mark=f"within {AT_LIMIT:g} of the best score that there is",
        ),
        holds=len(tied) >= 2 and len(apart) >= 3,
    )


def _at_limit(metric: str, *values: float) -> bool:
    best = METRICS[metric].bounds[1]
    return best is not None and all(best - value < AT_LIMIT for value in values)


GOOD_ENOUGH = Lesson(
    key="good-enough",
    title="Two very good models",
    look="There are two classes, and both models keep them so far apart that they do not overlap: 7 standard "
    "deviations the first, 8 the second. A probe makes hardly a mistake with either.",
    question="Can the metrics still tell the two apart?",
    answers=("It is a tie under all of them", "All of them can", "Some can, for others it is a tie"),
    right=2,
    sentence="Two models that are both good enough tie under the metrics that have a best score, and only "
    "there.",
    scene=Scene(Task(n_classes=2), (GOOD, BETTER)),
    compute=_good_enough,
)


def _round_features(draw: Draw) -> Reveal:
    task = Task(seed=draw.seed)
    first, second = values_of(task, ROUND), values_of(task, PADDED)
    known = [metric for metric in first if metric in second]
    worst = [
        metric for metric in known if METRICS[metric].bounds[0] == 0 and first[metric] < 1e-9 < second[metric]
    ]
    accuracy = probed(task, ROUND)[0]
    return Reveal(
        right=1 if worst else 0,
        said=f"A probe on the two features is right on {accuracy:.0%}. {say_metrics(worst)} is at 0, the "
        "worst score that it has: it estimates the noise from the shape of the features, and a ball is "
        "all noise to it.",
        exhibit=Grid(
            rows=tuple(METRICS[metric].title for metric in known),
            columns=("two features", "and six of noise"),
            values=tuple((first[metric], second[metric]) for metric in known),
            marked=tuple((metric in worst, False) for metric in known),
            mark="the worst score that there is",
        ),
        holds=len(worst) == 1 and accuracy > 0.6,
    )


ROUND_FEATURES = Lesson(
    key="round-features",
    title="Two features and nothing else",
    look="A model has two features, and both hold the classes, 2 standard deviations apart. A second "
    "model has the same two and six more that know nothing.",
    question="Does any metric think that the first model is worth nothing at all?",
    answers=("No: all its features are good", "Yes, one of them does"),
    right=1,
    sentence="A score of 0 need not mean that there is nothing: a repair that helps with many features "
    "can fail with few.",
    scene=Scene(Task(), (ROUND, PADDED)),
    compute=_round_features,
)
