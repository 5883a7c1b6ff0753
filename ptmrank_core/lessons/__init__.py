"""Generated samples whose features can be made better or worse, and what every metric says of them."""

from ptmrank_core.lessons.scores import SEPARATIONS, Lesson, Sweep, sweep, teach
from ptmrank_core.lessons.stories import STORIES, Story
from ptmrank_core.lessons.world import Scene, World, make_world

__all__ = [
    "SEPARATIONS",
    "STORIES",
    "Lesson",
    "Scene",
    "Story",
    "Sweep",
    "World",
    "make_world",
    "sweep",
    "teach",
]
