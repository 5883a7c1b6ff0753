"""The model process: one supervised child in which the models of a run are loaded, run and trained.

Importing this package loads neither torch nor transformers: the child does, on the first call.
"""

from ptmrank_core.features.process.calls import ModelCalls, ModelCallsHere, discard_progress
from ptmrank_core.features.process.child import Child
from ptmrank_core.features.process.client import ModelProcess, child_ahead
from ptmrank_core.features.process.functions import FUNCTIONS, ModelFunction

__all__ = [
    "FUNCTIONS",
    "Child",
    "ModelCalls",
    "ModelCallsHere",
    "ModelFunction",
    "ModelProcess",
    "child_ahead",
    "discard_progress",
]
