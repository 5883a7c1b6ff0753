"""The worker: ``python -m ptmrank_core.worker RUN`` executes one stored run and exits.

It is a separate process, so that a crash, a kill or running out of memory never takes down the dashboard, and
its memory is released when it exits.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType

from ptmrank_core.benchmark import Sources, model_process, run_here
from ptmrank_core.catalogue import fetch
from ptmrank_core.config import load_settings
from ptmrank_core.data import load_features, load_reference, load_samples, name_samples, recorded_truth
from ptmrank_core.errors import PTMRankError
from ptmrank_core.faults import BY_THE_SYSTEM, explain

__all__ = ["SOURCES", "main"]

logger = logging.getLogger("ptmrank_core.worker")
SOURCES = Sources(
    load_samples=load_samples,
    load_reference=load_reference,
    name_samples=name_samples,
    load_features=load_features,
    fetch=fetch,
    recorded_truth=recorded_truth,
)


def main(arguments: list[str]) -> int:
    """Execute the run whose id is the only argument; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if len(arguments) != 1:
        logger.error("usage: python -m ptmrank_core.worker RUN")
        return 2
    stopped: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)

    signal.signal(signal.SIGTERM, stop)
    logger.info("process %d: a worker for run %s", os.getpid(), arguments[0])
    try:
        settings = load_settings()
        with model_process(settings, arguments[0]) as models:
            state = run_here(
                arguments[0], settings, sources=SOURCES, cancel=lambda: bool(stopped), models=models
            )
    except PTMRankError as error:
        logger.error("%s", error)  # noqa: TRY400 - a known error needs no traceback
        return 1
    except BY_THE_SYSTEM as error:
        logger.exception("stopped")
        logger.error("%s", explain(error))  # noqa: TRY400 - the last line is what the dashboard shows
        return 1
    logger.info("run %s is %s", arguments[0], state)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
