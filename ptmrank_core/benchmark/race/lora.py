"""Training by low-rank adapters, where it is asked for."""

from __future__ import annotations

from ptmrank_core.config import PEFT_HINT, has_peft
from ptmrank_core.errors import InputError

__all__ = ["check_lora"]


def check_lora(*, asked: bool) -> None:
    """Refuse training by low-rank adapters (LoRA) without the package that it needs.

    Parameters
    ----------
    asked
        Whether it is asked for.

    Raises
    ------
    InputError
        If it is, and the package is not installed.
    """
    if asked and not has_peft():
        raise InputError("Training by LoRA needs the package peft, which is not installed.", hint=PEFT_HINT)
