"""Work on every model of the zoo, in two processes of one thread each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import torch
from transformers.utils import logging

PROCESSES = 2

Recipe = TypeVar("Recipe")
Result = TypeVar("Result")


def for_each_recipe(
    work: Callable[[Recipe], Result], recipes: Sequence[Recipe]
) -> Iterator[tuple[Recipe, Result]]:
    """Do the same work for every model.

    Parameters
    ----------
    work : callable
        A module-level function of one recipe.
    recipes : sequence of Recipe
        The models.

    Yields
    ------
    tuple of Recipe and the result of `work`
        Each model in order, as soon as it and those before it are done.
    """
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), prepare_worker) as pool:
        yield from zip(recipes, pool.map(work, recipes), strict=True)


def prepare_worker() -> None:
    """Use one thread, and leave out the bars and the notes on heads that are new on purpose."""
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
