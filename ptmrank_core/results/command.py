"""The command line that repeats a run."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from ptmrank_core.records import OBJECTS_PREFIXES, RunPlan
from ptmrank_core.records.names import printable
from ptmrank_core.results.option_kinds import spell
from ptmrank_core.results.program import PROGRAM
from ptmrank_core.results.rank_options import BY_COMMA, RANK_OPTIONS, name_model

__all__ = ["PROGRAM", "rank_command"]

"""The command of an installed PTMRank; ``python -m ptmrank_core`` is the same."""
FEATURES_TASK = "features"  # the task of a plan of ready-made features


def rank_command(plan: RunPlan) -> str | None:
    """Write the command that ranks the same models on the same samples with the same options.

    Parameters
    ----------
    plan
        What the run was to do.

    Returns
    -------
    str or None
        A line for a POSIX shell. It states every option, including those at their present defaults. Models of
        the Hub are named as they were planned: the revisions they were resolved to are stored with the
        results. ``None`` where no command can be written: the samples were in the memory of a script, a model
        is a Python function, or the name of its folder has a comma in it or a space at its end.
    """
    is_ready_made = plan.task == FEATURES_TASK
    inputs = _features(plan) if is_ready_made else _models_and_samples(plan)
    if inputs is None:
        return None
    options = [option for option in RANK_OPTIONS if option.for_features or not is_ready_made]
    choices = [word for option in options for word in option.words(plan)]
    return " ".join(map(_quote, [PROGRAM, "rank", *inputs, *choices]))


def _quote(word: str) -> str:
    r"""Quote a word for a shell; a path that cannot be printed byte by byte: ``$'caf\\xe9'``."""
    if printable(word) == word:
        return shlex.quote(word)
    plain = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}"
        for byte in os.fsencode(word)
    )
    return f"$'{plain}'"


def _models_and_samples(plan: RunPlan) -> list[str] | None:
    names = [name_model(spec) for spec in plan.models]
    writable = [name for name in names if name and BY_COMMA not in name and name == name.strip()]
    if len(writable) < len(names) or plan.samples_source.startswith(OBJECTS_PREFIXES):
        return None
    inputs = {"--task": plan.task, "--samples": plan.samples_source, "--models": BY_COMMA.join(writable)}
    return [word for flag, text in inputs.items() for word in spell(flag, text)]


def _features(plan: RunPlan) -> list[str]:
    """Name the folder of ready-made features, or the only file."""
    paths = [Path(spec.path or "") for spec in plan.models]
    return list(spell("--features", str(paths[0] if len(paths) == 1 else paths[0].parent)))
