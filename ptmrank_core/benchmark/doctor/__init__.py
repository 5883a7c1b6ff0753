"""Looking at everything that is kept: what is wrong with it, how to mend it, and mending it without loss."""

from ptmrank_core.benchmark.doctor.diagnosis import Diagnosis
from ptmrank_core.benchmark.doctor.examine import CHECKS, examine, mend

__all__ = ["CHECKS", "Diagnosis", "examine", "mend"]
