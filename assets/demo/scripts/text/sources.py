"""The source tasks of the text models: what is learned from the passages."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from assets.demo.scripts.text.passages import Passage, passages
from ptmrank_core.data.builtin.docstrings import DOCUMENTED_PACKAGES

MIN_OF_AN_AREA = 150
MAX_OF_A_CLASS = 1_600
SECTIONS = ("notes", "parameters", "returns", "summary")


@dataclass(frozen=True)
class SourceTask:
    """What a model of the zoo learns.

    Attributes
    ----------
    objective : str
        ``"classes"``, ``"masked"`` tokens or the ``"next"`` token.
    description : str
        What that is, for the model card.
    class_of : callable or None
        The class of a passage, ``None`` where it has none; for classes only.
    shuffled : bool
        Whether the classes are dealt out again at random, so that nothing can be learned.
    """

    objective: str
    description: str
    class_of: Callable[[Passage], str | None] | None = None
    shuffled: bool = False


@dataclass(frozen=True)
class SourceTexts:
    """Texts of one source task.

    Attributes
    ----------
    texts : tuple of str
        The texts.
    labels : tuple of int
        Class number of each; empty without classes.
    class_names : tuple of str
        Names of the classes, by class number; empty without classes.
    """

    texts: tuple[str, ...]
    labels: tuple[int, ...] = ()
    class_names: tuple[str, ...] = ()


def _area(passage: Passage) -> str | None:
    inner = passage.area.count(".") == 1 and "._" not in passage.area
    return passage.area if inner and passage.package in DOCUMENTED_PACKAGES else None


SOURCE_TASKS: dict[str, SourceTask] = {
    "areas": SourceTask("classes", "which subpackage a passage documents", _area),
    "packages": SourceTask("classes", "which package a passage is from", lambda one: one.package),
    "sections": SourceTask(
        "classes", "in which section of a documentation string a passage stands", lambda one: one.section
    ),
    "shuffled": SourceTask(
        "classes", "subpackages dealt out to the passages at random", _area, shuffled=True
    ),
    "masked": SourceTask("masked", "filling in tokens that are masked"),
    "causal": SourceTask("next", "naming the next token"),
}


def source_texts(task: SourceTask, *, seed: int, held_out: bool) -> SourceTexts:
    """Choose the texts a model is trained or tested on.

    Parameters
    ----------
    task : SourceTask
        The source task.
    seed : int
        Seed of what is random in the task.
    held_out : bool
        Whether to return the texts for testing.

    Returns
    -------
    SourceTexts
        Passages none of which is in both streams; of no class more than `MAX_OF_A_CLASS`.
    """
    rng = random.Random(f"{seed} {held_out}")  # noqa: S311 - nothing here is a secret
    chosen = [one for one in passages() if one.held_out == held_out]
    if task.class_of is None:
        return SourceTexts(tuple(one.text for one in chosen))
    counts = Counter(task.class_of(one) for one in passages())
    names = tuple(sorted(name for name, count in counts.items() if name and count >= MIN_OF_AN_AREA))
    taken: Counter[str | None] = Counter()
    texts, labels = [], []
    for passage in chosen:
        name = task.class_of(passage)
        taken[name] += 1
        if name in names and taken[name] <= MAX_OF_A_CLASS:
            texts.append(passage.text)
            labels.append(names.index(name))
    if task.shuffled:
        rng.shuffle(labels)
    return SourceTexts(tuple(texts), tuple(labels), names)
