"""Where a metric differs from its authors' code, and why: read from the docstring that says so."""

from __future__ import annotations

import inspect
import re
from importlib import import_module

from ptmrank_core.metrics.registry.registry import PACKAGE, metric_spec

__all__ = ["differences"]

SECTION = re.compile(r"^Notes\n-+\n(.*?)(?=\n\n[A-Z]\w*\n-+\n|\Z)", re.MULTILINE | re.DOTALL)


def differences(name: str) -> str:
    """Say what a metric does differently from its authors' code, and why: the Notes of its public function.

    Parameters
    ----------
    name
        ``"NAME"``, or ``"NAME:VARIANT"``, whose notes are those of its metric.

    Returns
    -------
    str
        Sentences of plain text, names of variants in double quotes; empty under ``python -OO``, which leaves
        docstrings out.

    Raises
    ------
    UnknownNameError
        No such metric.
    """
    base = metric_spec(name).name.partition(":")[0]
    function = getattr(import_module(f"{PACKAGE}.{base}"), base)
    found = SECTION.search(inspect.getdoc(function) or "")
    if found is None:
        return ""
    # Code that is no text in quotes gets quotes of its own.
    text = re.sub(r"``\"?(.+?)\"?``", r'"\1"', found[1])
    return " ".join(text.split())
