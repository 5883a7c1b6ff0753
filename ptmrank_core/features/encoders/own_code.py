"""Code that a checkpoint brings is never run: the error where nothing of transformers can stand in for it."""

from __future__ import annotations

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.records import ModelSpec

__all__ = ["refuse_own_code"]


def refuse_own_code(spec: ModelSpec, error: Exception, part: str) -> None:
    """Refuse a checkpoint of which transformers cannot read a part, if it brings code for that.

    Parameters
    ----------
    spec
        The model.
    error
        What transformers raised.
    part
        The part, in the message: ``"tokenizer"``.

    Raises
    ------
    UnsupportedModelError
        If the checkpoint brings code; any other error is left to the caller.
    """
    if spec.own_code or "trust_remote_code" in str(error):
        raise UnsupportedModelError(
            f"The {part} of {spec.id!r} needs the checkpoint's own code, which is never run here.",
            hint="Choose a model that transformers reads by itself, or rank it by a function of your own "
            "(embedding_function in a script).",
        ) from error
