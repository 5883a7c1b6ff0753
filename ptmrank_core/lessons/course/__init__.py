"""The lessons, in the order in which they are taught."""

from ptmrank_core.lessons.course.agreement import RECORDED_TRAINING, SAME_METRIC
from ptmrank_core.lessons.course.chance import CONTROLS, TEN_SAMPLES
from ptmrank_core.lessons.course.exhibits import Dots, Exhibit, Grid, Line, Lines, Recorded
from ptmrank_core.lessons.course.first_steps import CLASSES_APART, GOOD_ENOUGH, ROUND_FEATURES
from ptmrank_core.lessons.course.labels import BOOTSTRAP, COPIES, WRONG_LABELS
from ptmrank_core.lessons.course.lesson import DRAWS, Draw, Lesson, Reveal
from ptmrank_core.lessons.course.sources import PROBE_OR_TRAINING, SCALE_AND_ROTATION, SOURCE_HEAD
from ptmrank_core.lessons.course.width import AS_PUBLISHED, WIDE_NOISE

__all__ = [
    "COURSE",
    "DRAWS",
    "Dots",
    "Draw",
    "Exhibit",
    "Grid",
    "Lesson",
    "Line",
    "Lines",
    "Recorded",
    "Reveal",
]

COURSE = (
    CLASSES_APART,
    WIDE_NOISE,
    AS_PUBLISHED,
    SOURCE_HEAD,
    SCALE_AND_ROTATION,
    WRONG_LABELS,
    TEN_SAMPLES,
    BOOTSTRAP,
    COPIES,
    CONTROLS,
    SAME_METRIC,
    GOOD_ENOUGH,
    ROUND_FEATURES,
    PROBE_OR_TRAINING,
    RECORDED_TRAINING,
)
