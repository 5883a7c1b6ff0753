"""The verdict of a run: which model to fine-tune, how sure that is, and what to do next; made here alone."""

from ptmrank_core.results.verdict.answer import verdict_of

__all__ = ["verdict_of"]
