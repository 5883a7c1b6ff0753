"""Task categories: the PeaTMOSS names of what a model is made for.

PeaTMOSS groups its models by the Hub's pipeline tags. Listed here are those whose models this version can
load and rank with labelled samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.records import Modality, ModelSpec, TargetKind

__all__ = ["TASKS", "TaskCategory", "loadable_tasks", "task_category"]


@dataclass(frozen=True, slots=True)
class TaskCategory:
    """One task category.

    Parameters
    ----------
    name
        The PeaTMOSS or Hub name: ``"image-classification"``.
    domain
        The PeaTMOSS domain it belongs to.
    modality
        What its models read.
    idea
        One sentence: what its models were made for.
    target_kind
        What the labels are where the category says so; ``None`` where that is told from the labels.
    """

    name: str
    domain: str
    modality: Modality
    idea: str
    target_kind: TargetKind | None = None


_BACKBONE = "their backbone is ranked, on a label for each whole picture"
_ALL = (
    TaskCategory(
        "image-classification",
        "computer-vision",
        "image",
        "Models that name what a picture shows, and the backbones behind them.",
    ),
    TaskCategory(
        "image-feature-extraction",
        "computer-vision",
        "image",
        "Models that turn a picture into a vector; a head, where there is one, serves LEEP and NCE.",
    ),
    TaskCategory(
        "zero-shot-image-classification",
        "computer-vision",
        "image",
        "Models of pictures and captions; the picture's vector is ranked.",
    ),
    TaskCategory(
        "object-detection", "computer-vision", "image", f"Models that find things in pictures; {_BACKBONE}."
    ),
    TaskCategory(
        "image-segmentation", "computer-vision", "image", f"Models that outline things; {_BACKBONE}."
    ),
    TaskCategory("depth-estimation", "computer-vision", "image", f"Models that tell depth; {_BACKBONE}."),
    TaskCategory(
        "video-classification", "computer-vision", "video", "Models that name what happens in a video."
    ),
    TaskCategory(
        "text-classification",
        "natural-language-processing",
        "text",
        "Models that label a text or a pair of texts, and the encoders behind them.",
    ),
    TaskCategory(
        "token-classification",
        "natural-language-processing",
        "text",
        "Models that label each word of a sentence: names, parts of speech.",
    ),
    TaskCategory(
        "fill-mask",
        "natural-language-processing",
        "text",
        "Encoders pre-trained to guess a hidden word; the mean over a text's tokens is ranked.",
    ),
    TaskCategory(
        "feature-extraction",
        "natural-language-processing",
        "text",
        "Models that turn a text into a vector.",
    ),
    TaskCategory(
        "sentence-similarity",
        "natural-language-processing",
        "text",
        "Models whose vectors of two like sentences are near each other.",
    ),
    TaskCategory(
        "text-generation",
        "natural-language-processing",
        "text",
        "Decoders that go on with a text; the vector of a text's last token is ranked.",
    ),
    TaskCategory(
        "text2text-generation",
        "natural-language-processing",
        "text",
        "Models that turn one text into another; their encoder is ranked.",
    ),
    TaskCategory(
        "question-answering",
        "natural-language-processing",
        "text",
        "Models that find an answer in a text; their encoder is ranked on pairs of texts.",
    ),
    TaskCategory(
        "zero-shot-classification",
        "natural-language-processing",
        "text",
        "Models that say whether one text follows from another; their encoder is ranked.",
    ),
    TaskCategory("audio-classification", "audio", "audio", "Models that name what a recording holds."),
    TaskCategory(
        "automatic-speech-recognition",
        "audio",
        "audio",
        "Models that write down what is said; their encoder is ranked on a label for each recording.",
    ),
    TaskCategory(
        "tabular-classification",
        "tabular",
        "tabular",
        "Rows of numbers with a class each; the columns are ranked as they are, beside features of the rows.",
        "classification",
    ),
    TaskCategory(
        "tabular-regression",
        "tabular",
        "tabular",
        "Rows of numbers with a number to predict; ranked as rows with a class are.",
        "regression",
    ),
)
TASKS: Mapping[str, TaskCategory] = MappingProxyType({task.name: task for task in _ALL})


def task_category(name: str) -> TaskCategory:
    """Look a task category up.

    Raises
    ------
    UnknownNameError
        If there is none of this name; the message names the nearest ones.
    """
    try:
        return TASKS[name]
    except KeyError:
        raise UnknownNameError("task category", name, TASKS) from None


def loadable_tasks(models: Iterable[ModelSpec]) -> tuple[TaskCategory, ...]:
    """Task categories for which at least one of the models is a candidate."""
    offered = {name for model in models for name in model.tasks}
    return tuple(task for name, task in TASKS.items() if name in offered)
