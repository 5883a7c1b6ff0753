"""What fine-tuning is expected to reach, from a linear probe on the same samples; with what that rests on."""

from ptmrank_core.prediction.coefficients import COEFFICIENTS_FILE, load_coefficients
from ptmrank_core.prediction.model import (
    MIN_SETS,
    Coefficients,
    TunedModel,
    fit_coefficients,
    predict_accuracies,
)

__all__ = [
    "COEFFICIENTS_FILE",
    "MIN_SETS",
    "Coefficients",
    "TunedModel",
    "fit_coefficients",
    "load_coefficients",
    "predict_accuracies",
]
