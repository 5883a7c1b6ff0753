"""Work on every model of the zoo, in two processes of one thread each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import torch
from transformers.utils import logging

from assets.demo.scripts.recipes import RECIPES, Recipe

PROCESSES = 2

Result = TypeVar("Result")


def for_each_recipe(work: Callable[[Recipe], Result]) -> Iterator[tuple[Recipe, Result]]:
    """Do the same work for every model.

    Parameters
    ----------
    work : callable
        A module-level function of one recipe.

    Yields
    ------
    tuple of Recipe and the result of `work`
        Each model in the order of `RECIPES`, as soon as it and those before it are done.
    """
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), _prepare_worker) as pool:
        yield from zip(RECIPES, pool.map(work, RECIPES), strict=True)


def _prepare_worker() -> None:
    """Use one thread, and leave out the bars and the notes on heads that are new on purpose."""
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
