"""What wrong labels, copies and drawing with replacement do."""

from __future__ import annotations

from typing import Any

import numpy as np

from ptmrank_core.lessons.course.comparing import Values, ends, probed, values_of, winners
from ptmrank_core.lessons.course.exhibits import Dots, Grid
from ptmrank_core.lessons.course.lesson import Draw, Lesson, Reveal
from ptmrank_core.lessons.opinions import cheap_metrics
from ptmrank_core.lessons.scene import Candidate, Scene, Task
from ptmrank_core.lessons.training import train
from ptmrank_core.lessons.world import make_world
from ptmrank_core.metrics import METRICS, compute, evidence_metrics, prepare_inputs

__all__ = ["BOOTSTRAP", "COPIES", "WRONG_LABELS"]

CLEAR, CLOSER = Candidate("clear", separation=4.0), Candidate("closer", separation=2.0)
SPOILT = 0.4
NOISE = Candidate("noise", separation=0.0, n_noise_features=48)
KNOWS_NOTHING = Candidate("knows nothing", separation=0.0, n_noise_features=30)
N_COPIES = 10
N_BOOTSTRAPS = 10


def _wrong_labels(draw: Draw) -> Reveal:
    clean, spoilt = Task(seed=draw.seed), Task(seed=draw.seed, wrong_labels=SPOILT)
    before, after, rival = values_of(clean, CLEAR), values_of(spoilt, CLEAR), values_of(spoilt, CLOSER)
    lower = ends(winners(before, after), 0)
    kept = ends(winners(after, rival), 0)
    known = [metric for metric in before if metric in after and metric in rival]
    return Reveal(
        right=0 if len(lower) == len(known) else 1 if lower else 2,
        said=f"{len(lower)} of {len(known)} scores of the same features are lower with wrong labels. The "
        f"order of the two models stays what it was under {len(kept)} of {len(known)} metrics.",
        exhibit=Grid(
            rows=tuple(METRICS[metric].title for metric in known),
            columns=("clear, clean labels", "clear, wrong labels", "closer, wrong labels"),
            values=tuple((before[metric], after[metric], rival[metric]) for metric in known),
            marked=tuple((False, metric in lower, False) for metric in known),
            mark="lower than with clean labels",
        ),
        holds=len(lower) == len(known) and len(kept) >= len(known) - 1,
    )


WRONG_LABELS = Lesson(
    key="wrong-labels",
    title="Wrong labels",
    look="A model keeps the classes 4 standard deviations apart. Then 40 % of the labels are drawn anew, "
    "whatever the samples are; the features stay exactly the same.",
    question="Which metrics can tell that the labels are to blame and not the features?",
    answers=("None: every score falls", "Some: only a few scores fall", "All: no score falls"),
    right=0,
    sentence="A low score says that features and labels do not fit; it cannot say which of the two is to "
    "blame, though the better of two models mostly stays the better one.",
    scene=Scene(Task(wrong_labels=SPOILT), (CLEAR, CLOSER)),
    compute=_wrong_labels,
)


def _bootstrap(draw: Draw) -> Reveal:
    arrays = make_world(Task(seed=draw.seed), NOISE).arrays
    n_samples = len(arrays["labels"])
    rng = np.random.default_rng(draw.seed)
    names = (*cheap_metrics(), *evidence_metrics())
    whole = _scores_of_rows(arrays, np.arange(n_samples), names)
    drawn = [
        _scores_of_rows(arrays, rng.integers(n_samples, size=n_samples), names) for _ in range(N_BOOTSTRAPS)
    ]
    means = {name: float(np.mean([own[name] for own in drawn])) for name in names}
    above = {name: all(own[name] > whole[name] for own in drawn) for name in names}
    count = sum(above.values())
    return Reveal(
        right=1 if count > len(names) / 2 else 0,
        said=f"{count} of {len(names)} scores are better in every one of {N_BOOTSTRAPS} bootstraps than on "
        "the samples themselves, although the features know nothing.",
        exhibit=Grid(
            rows=tuple(METRICS[name].title for name in names),
            columns=("on the samples", "mean of bootstraps"),
            values=tuple((whole[name], means[name]) for name in names),
            marked=tuple((False, above[name]) for name in names),
            mark="better in every bootstrap",
        ),
        holds=count >= len(names) - 3,
    )


def _scores_of_rows(arrays: Any, rows: Any, names: tuple[str, ...]) -> Values:
    """Score some rows of the samples, each as often as it is named."""
    per_sample = {"embeddings", "labels", "source_logits"}
    taken = {name: values[rows] if name in per_sample else values for name, values in arrays.items()}
    inputs = prepare_inputs(**taken)
    return {name: compute(name, inputs).value for name in names}


BOOTSTRAP = Lesson(
    key="bootstrap",
    title="Drawing the samples again",
    look="A model of pure noise, 50 features wide, and 150 samples. A common way to see how far a score "
    "varies is the bootstrap: draw 150 of the samples with replacement, score them, and repeat.",
    question="What does the bootstrap make of the scores of noise?",
    answers=("They vary around the score on the samples", "Nearly all of them are better than that"),
    right=1,
    sentence="A bootstrap holds samples twice, and a twin gives its label away: that is why intervals "
    "here are made of parts without replacement.",
    scene=Scene(Task(), (NOISE,)),
    compute=_bootstrap,
)


def _copies(draw: Draw) -> Reveal:
    task = Task(seed=draw.seed, n_copies=N_COPIES)
    kept, torn = probed(task, KNOWS_NOTHING)
    trained = train(task, KNOWS_NOTHING).accuracy
    guess = 1 / task.n_classes
    leaks = torn > 0.9
    return Reveal(
        right=0 if leaks and kept < guess + 0.25 else 1 if not leaks else 2,
        said=f"With copies torn apart a probe is right on {torn:.0%}; with all copies of "
        f"a sample kept in one fold, on {kept:.0%}. A network that is trained on these samples "
        f"is right on {trained:.0%} of fresh ones.",
        exhibit=Dots(
            rows=("copies torn apart", "copies kept together", "fresh samples, after training"),
            series={KNOWS_NOTHING.name: (torn, kept, trained)},
            scale="accuracy",
            line=guess,
            line_title="guessing",
        ),
        holds=leaks and kept < guess + 0.25 and abs(trained - guess) < 0.1,
    )


COPIES = Lesson(
    key="copies",
    title="Ten frames of each video",
    look="A model that knows nothing of your three classes. Each sample comes ten times with tiny "
    "changes, as the frames of one video do. A linear probe is tested by five folds.",
    question="What does the probe say of the model?",
    answers=(
        "It is nearly perfect if the copies are torn apart, and guesses if they are kept together",
        "It guesses, however the folds are made",
        "It is nearly perfect, however the folds are made",
    ),
    right=0,
    sentence="Samples that belong together have to stay in one fold, or a model that knows nothing looks "
    "perfect.",
    scene=Scene(Task(n_copies=N_COPIES), (KNOWS_NOTHING,)),
    compute=_copies,
)
