"""A lesson: something to look at, a question to answer first, what the numbers say, and one sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType

from ptmrank_core.errors import InputError
from ptmrank_core.lessons.course.exhibits import Exhibit, Recorded
from ptmrank_core.lessons.scene import Scene

__all__ = ["DRAWS", "Draw", "Lesson", "Reveal"]

DRAWS = (0, 1, 2)
"""Draws of the samples that a reader can choose from: the tests hold every lesson to each of them."""


@dataclass(frozen=True, eq=False, slots=True)
class Draw:
    """What a lesson computes from.

    Parameters
    ----------
    seed
        Which samples are drawn.
    recorded
        How well metrics agreed with recorded fine-tuning; empty where nothing is known of it.
    """

    seed: int = 0
    recorded: Recorded = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, eq=False, slots=True)
class Reveal:
    """What the numbers of a lesson say.

    Parameters
    ----------
    right
        Place of the answer that they give, from 0.
    said
        What they are, in a sentence or two.
    exhibit
        All of them.
    holds
        Whether the lesson's sentence is true of them.
    """

    right: int
    said: str
    exhibit: Exhibit
    holds: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson.

    Parameters
    ----------
    key
        Its name in addresses: small letters and hyphens.
    title
        What it is about, without the answer.
    look
        What there is to see.
    question, answers
        To be predicted: two to four answers.
    right
        Place of the right answer, from 0, so that predictions can be counted without computing anything; the
        tests hold it to what :meth:`reveal` computes.
    sentence
        What to keep of it: one sentence.
    scene
        To look at in the playground.
    compute
        Computes the numbers with the functions of the product.
    needs_recorded
        Whether it compares with recorded fine-tuning.
    """

    key: str
    title: str
    look: str
    question: str
    answers: tuple[str, ...]
    right: int
    sentence: str
    scene: Scene
    compute: Callable[[Draw], Reveal]
    needs_recorded: bool = False

    def reveal(self, draw: Draw) -> Reveal:
        """Compute the lesson's numbers for one draw of the samples.

        Raises
        ------
        InputError
            It compares with recorded fine-tuning, and none is given.
        """
        if self.needs_recorded and not draw.recorded:
            raise InputError(f"The lesson {self.title!r} takes recorded fine-tuning, and none was given.")
        return self.compute(draw)
