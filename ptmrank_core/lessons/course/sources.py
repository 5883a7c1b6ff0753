"""What the source head says, what units do, and what training can find that no metric sees."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.lessons.comparison import SAME
from ptmrank_core.lessons.course.comparing import (
    Values,
    duel,
    ends,
    probed,
    say_metrics,
    values_of,
    winners,
)
from ptmrank_core.lessons.course.exhibits import Dots, Grid
from ptmrank_core.lessons.course.lesson import Draw, Lesson, Reveal
from ptmrank_core.lessons.scene import Candidate, Scene, Task
from ptmrank_core.lessons.training import train
from ptmrank_core.metrics import METRICS, SOURCE_LOGITS

__all__ = ["PROBE_OR_TRAINING", "SCALE_AND_ROTATION", "SOURCE_HEAD"]

KIN = Candidate("kin", separation=2.0, head=1.0)
STRANGER = Candidate("stranger", separation=3.0, head=0.0)
AS_IT_IS = Candidate("as it is", separation=2.0, n_noise_features=30)
SMALL = replace(AS_IT_IS, name="other units", scale=0.1)
TURNED = replace(AS_IT_IS, name="turned", rotation=45.0)
READY = Candidate("ready", separation=2.5)
TRAINABLE = Candidate("trainable", separation=1.5, hidden=4.0)
NOTICED = 0.01  # share of a score that a reader notices


def _source_head(draw: Draw) -> Reveal:
    task = Task(seed=draw.seed)
    first, second = values_of(task, KIN), values_of(task, STRANGER)
    found = winners(first, second)
    fooled = ends(found, 0)
    reading = [metric for metric in found if SOURCE_LOGITS in METRICS[metric].needs]
    trained = [train(task, candidate).accuracy for candidate in (KIN, STRANGER)]
    return Reveal(
        right=2 if not fooled else 0 if len(fooled) < len(found) else 1,
        said=f"{say_metrics(fooled)} put the first model first: they read the classes of the source head "
        f"and nothing else. After training on these samples the first model is right on {trained[0]:.0%} "
        f"of fresh ones, the second on {trained[1]:.0%}.",
        exhibit=duel(("head follows, 2 apart", "head does not, 3 apart"), first, second),
        holds=set(fooled) == set(reading) and trained[1] > trained[0],
    )


SOURCE_HEAD = Lesson(
    key="source-head",
    title="A source head that means something",
    look="The first model was trained on classes that follow yours, and its features keep your classes 2 "
    "standard deviations apart. The second was trained on classes that have nothing to do with yours, and "
    "its features keep them 3 apart.",
    question="Which metrics put the first model first?",
    answers=("Those that read the source head, and no others", "All of them", "None: its features are worse"),
    right=0,
    sentence="Metrics that read the source head judge how the old classes fit yours, not the features "
    "that you would fine-tune.",
    scene=Scene(Task(), (KIN, STRANGER)),
    compute=_source_head,
)


def _scale_and_rotation(draw: Draw) -> Reveal:
    task = Task(seed=draw.seed)
    start, small, turned = (values_of(task, candidate) for candidate in (AS_IT_IS, SMALL, TURNED))
    known = [metric for metric in start if metric in small and metric in turned]
    by_scale = [metric for metric in known if _notices(metric, start, small)]
    by_rotation = [metric for metric in known if _notices(metric, start, turned)]
    return Reveal(
        right=0 if not by_scale else 1 if len(by_scale) < len(known) else 2,
        said=f"Other units change the score of {say_metrics(by_scale)} by more than {NOTICED:.0%}; the "
        f"rotation that of {say_metrics(by_rotation) if by_rotation else 'none'}.",
        exhibit=Grid(
            rows=tuple(METRICS[metric].title for metric in known),
            columns=("as it is", "a tenth as large", "turned by 45°"),
            values=tuple((start[metric], small[metric], turned[metric]) for metric in known),
            marked=tuple((False, metric in by_scale, metric in by_rotation) for metric in known),
            mark=f"another score, by more than {NOTICED:.0%}",
        ),
        holds=1 < len(by_scale) < len(known) / 2 + 1 and len(by_rotation) < len(by_scale),
    )


def _notices(metric: str, before: Values, after: Values) -> bool:
    return abs(after[metric] - before[metric]) > max(NOTICED * abs(before[metric]), SAME)


SCALE_AND_ROTATION = Lesson(
    key="scale-and-rotation",
    title="The same features in other units",
    look="Three times the same model: as it is; with all features a tenth as large; and turned by 45 "
    "degrees, so that no single feature holds the classes any more. Every distance keeps its proportion: "
    "nothing that can be learned has changed.",
    question="How many metrics give the model in other units another score?",
    answers=("None: nothing has changed", "Some of them", "All of them"),
    right=1,
    sentence="Some metrics have a unit built in, so two models can differ under them by nothing but the "
    "size of their numbers.",
    scene=Scene(Task(), (AS_IT_IS, SMALL, TURNED)),
    compute=_scale_and_rotation,
)


def _probe_or_training(draw: Draw) -> Reveal:
    task = Task(seed=draw.seed)
    found = winners(values_of(task, READY), values_of(task, TRAINABLE))
    probes = tuple(probed(task, candidate)[0] for candidate in (READY, TRAINABLE))
    trained = tuple(train(task, candidate).accuracy for candidate in (READY, TRAINABLE))
    ahead = ends(found, 0)
    return Reveal(
        right=0 if trained[0] > trained[1] else 2 if probes[0] > probes[1] else 1,
        said=f"The probe prefers the first model, {probes[0]:.0%} to {probes[1]:.0%}, and so do "
        f"{len(ahead)} of {len(found)} metrics. After training the second is ahead, {trained[1]:.0%} to "
        f"{trained[0]:.0%} on fresh samples.",
        exhibit=Dots(
            rows=("linear probe on the features", "after training the whole network"),
            series={
                READY.name: (probes[0], trained[0]),
                TRAINABLE.name: (probes[1], trained[1]),
            },
            scale="accuracy",
            line=1 / task.n_classes,
            line_title="guessing",
        ),
        holds=probes[0] > probes[1] and trained[1] > trained[0] and len(ahead) == len(found),
    )


PROBE_OR_TRAINING = Lesson(
    key="probe-or-training",
    title="A probe, or training",
    look="The features of the first model keep the classes 2.5 standard deviations apart. Those of the "
    "second keep them 1.5 apart only, but its body knows more than its features say: in directions that "
    "they leave out, the classes lie 4 apart.",
    question="Which model is ahead?",
    answers=(
        "The first, for the probe and after training",
        "The second, for the probe and after training",
        "The first for the probe, the second after training",
    ),
    right=2,
    sentence="A probe and the metrics ask what the features hold now; fine-tuning asks what they can "
    "become, and nothing that reads features alone can answer that.",
    scene=Scene(Task(), (READY, TRAINABLE)),
    compute=_probe_or_training,
)
