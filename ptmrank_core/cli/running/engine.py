"""The option ``--engine``: where features are extracted and races trained."""

from __future__ import annotations

import argparse
from dataclasses import replace

from ptmrank_core.config import CLUSTER_HINT, LOCAL_ENGINE, Settings, has_ray
from ptmrank_core.errors import InputError
from ptmrank_core.variables import check_engine

__all__ = ["add_engine", "engine_settings"]


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add the option to a parser."""
    parser.add_argument(
        "--engine",
        default=None,
        metavar="ENGINE",
        help="where features are extracted and races trained: local, ray for the Ray cluster that this "
        "machine is part of, or ray://HOST:PORT for that of a head node; by default PTMRANK_ENGINE, else "
        "local",
    )


def engine_settings(arguments: argparse.Namespace, settings: Settings) -> Settings:
    """Return the settings with the engine that was asked for.

    Raises
    ------
    InputError
        If it is none, or its package is not installed.
    """
    if arguments.engine is not None:
        settings = replace(settings, engine=check_engine(arguments.engine, "--engine"))
    if settings.engine != LOCAL_ENGINE and not has_ray():
        raise InputError(
            f"The engine {settings.engine!r} needs the package ray, which is not installed.",
            hint=CLUSTER_HINT,
        )
    return settings
