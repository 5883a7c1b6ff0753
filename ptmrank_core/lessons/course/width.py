"""What features that know nothing do to a score."""

from __future__ import annotations

from ptmrank_core.lessons.course.comparing import duel, ends, probed, say_metrics, values_of, winners
from ptmrank_core.lessons.course.exhibits import Line, Lines
from ptmrank_core.lessons.course.lesson import Draw, Lesson, Reveal
from ptmrank_core.lessons.scene import Candidate, Scene, Task
from ptmrank_core.metrics import METRICS

__all__ = ["AS_PUBLISHED", "WIDE_NOISE"]

NARROW = Candidate("narrow", separation=2.0)
WIDE = Candidate("wide", separation=0.0, n_noise_features=150)
WIDER = Candidate("wide", separation=0.0, n_noise_features=300)
FULL, PUBLISHED = "logme", "logme:thuml"
WIDTHS = (10, 50, 100, 140, 160, 200, 250, 300)


def _wide_noise(draw: Draw) -> Reveal:
    task = Task(seed=draw.seed)
    first, second = values_of(task, NARROW), values_of(task, WIDE)
    found = winners(first, second)
    fooled, right = ends(found, 1), ends(found, 0)
    probes = [probed(task, candidate)[0] for candidate in (NARROW, WIDE)]
    return Reveal(
        right=1 if not fooled else 2 if right else 0,
        said=f"{say_metrics(fooled)} put the noise first; {say_metrics(right)} do not. A linear probe, "
        f"tested on samples that it was not fitted to, is right on {probes[0]:.0%} and {probes[1]:.0%}.",
        exhibit=duel(("2 good features", "noise, 152 wide"), first, second),
        holds=len(fooled) >= 4 and len(right) >= 4 and probes[1] < 0.5 < probes[0],
    )


WIDE_NOISE = Lesson(
    key="wide-noise",
    title="A very wide model",
    look="There are 150 samples. The first model has two features that hold the classes and six that know "
    "nothing; the second has 152 features and none of them knows anything.",
    question="Which model do the metrics put first?",
    answers=("All put the noise first", "All put the first model first", "They disagree"),
    right=2,
    sentence="With as many features as samples something always fits, and metrics that judge by the fit "
    "to the samples themselves take noise for a perfect model.",
    scene=Scene(Task(), (NARROW, WIDE)),
    compute=_wide_noise,
)


def _as_published(draw: Draw) -> Reveal:
    task = Task(seed=draw.seed)
    forms = (FULL, PUBLISHED)
    curves = [
        values_of(task, Candidate("wide", separation=0.0, n_noise_features=width - 2), forms)
        for width in WIDTHS
    ]
    good = values_of(task, NARROW, forms)
    wins = {
        form: [width for width, of_width in zip(WIDTHS, curves, strict=True) if of_width[form] > good[form]]
        for form in forms
    }
    lines = [Line(METRICS[form].title, tuple(of_width[form] for of_width in curves)) for form in forms]
    reference = Line("the model with two good features", (good[FULL],) * len(WIDTHS), is_dashed=True)
    n_samples = task.n_classes * task.n_per_class
    at = f"from {wins[PUBLISHED][0]} features on" if wins[PUBLISHED] else "nowhere"
    return Reveal(
        right=2 if not wins[PUBLISHED] else 1 if min(wins[PUBLISHED]) > n_samples else 0,
        said=f"The published form puts noise above the good model {at}; with {n_samples} samples and "
        f"{WIDTHS[-1]} features it gives {curves[-1][PUBLISHED]:.2f} to noise and {good[PUBLISHED]:.2f} to "
        f"the good model. The form that PTMRank uses gives {curves[-1][FULL]:.2f} to the noise.",
        exhibit=Lines(
            WIDTHS, (*lines, reference), "features, none of which knows anything", "score, higher is better"
        ),
        holds=not wins[FULL] and bool(wins[PUBLISHED]) and _same_below(curves, n_samples),
    )


def _same_below(curves: list[dict[str, float]], n_samples: int) -> bool:
    """Whether the two forms agree wherever there are no more features than samples."""
    pairs = [of_width for width, of_width in zip(WIDTHS, curves, strict=True) if width <= n_samples]
    return all(abs(pair[FULL] - pair[PUBLISHED]) < 1e-6 for pair in pairs)


AS_PUBLISHED = Lesson(
    key="as-published",
    title=f"{METRICS[FULL].title} as it was published",
    look="The code that was published with the paper leaves a term out of the evidence where there are "
    "more features than samples; the paper's formula has it. Here are 150 samples, a model with two good "
    "features, and models of pure noise that become wider and wider.",
    question="From where on does the published code put the noise above the good model?",
    answers=("Already with 50 features", "Soon after there are more features than samples", "Nowhere"),
    right=1,
    sentence="One term that is missing for wide models turns a careful metric into one that pays for "
    "width: check published code against its paper before you rank with it.",
    scene=Scene(Task(), (NARROW, WIDER)),
    compute=_as_published,
)
