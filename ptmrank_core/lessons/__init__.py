"""What metrics are learnt with: a world to move, a formula for each, stories of where they fail."""

from ptmrank_core.lessons.formulas import FORMULAS, Formula
from ptmrank_core.lessons.scores import SEPARATIONS, Lesson, Sweep, sweep, teach
from ptmrank_core.lessons.stories import STORIES, Story
from ptmrank_core.lessons.world import Scene, World, make_world

__all__ = [
    "FORMULAS",
    "SEPARATIONS",
    "STORIES",
    "Formula",
    "Lesson",
    "Scene",
    "Story",
    "Sweep",
    "World",
    "make_world",
    "sweep",
    "teach",
]
