"""Small functions that the children of a test's pool serve, called as pieces are."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ptmrank_core.errors import InputError
from ptmrank_core.events import CancelToken, raise_if_cancelled
from ptmrank_core.pieces import Found
from ptmrank_core.pieces.running import run_piece


def say_pid(_function: str, _arrays: Mapping[str, Any], _arguments: Mapping[str, Any]) -> Found:
    """Return the process, after a moment."""
    time.sleep(0.1)
    return Found({"": os.getpid()})


def die(_function: str, _arrays: Mapping[str, Any], _arguments: Mapping[str, Any]) -> Found:
    """Kill this process."""
    os.kill(os.getpid(), signal.SIGKILL)
    return Found({})


def die_once(_function: str, _arrays: Mapping[str, Any], arguments: Mapping[str, Any]) -> Found:
    """Kill this process, unless one was killed before."""
    mark = Path(arguments["mark"])
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Found({"": os.getpid()})


def fail(_function: str, _arrays: Mapping[str, Any], _arguments: Mapping[str, Any]) -> Found:
    """Raise an error of ours."""
    raise InputError("of the arrays")


def sleep(
    _function: str, _arrays: Mapping[str, Any], _arguments: Mapping[str, Any], cancel: CancelToken
) -> Found:
    """Sleep until cancellation is requested."""
    while True:
        time.sleep(0.05)
        raise_if_cancelled(cancel)


def imported(_function: str, _arrays: Mapping[str, Any], _arguments: Mapping[str, Any]) -> Found:
    """Score something; return the packages that are loaded."""
    arrays = {"embeddings": np.random.default_rng(0).normal(size=(40, 5)), "labels": np.arange(40) % 2}
    rows = (np.arange(20),)
    run_piece("parts", arrays, {"model": "m", "metrics": {"logme": 1}, "rows": rows})
    run_piece("probe", arrays, {"groups": (), "seed": 0})
    return Found({"": sorted({name.partition(".")[0] for name in sys.modules})})
