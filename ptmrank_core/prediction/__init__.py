"""What fine-tuning is expected to reach: from a linear probe, and from a little training."""

from ptmrank_core.prediction.coefficients import COEFFICIENTS_FILE, load_coefficients
from ptmrank_core.prediction.curves import (
    CurveCoefficients,
    Joint,
    Reached,
    caution,
    condition,
    join,
    learnt_logit,
    settle,
    value_of,
)
from ptmrank_core.prediction.curves_record import CURVES_FILE, load_curve_coefficients
from ptmrank_core.prediction.model import (
    MIN_SETS,
    Coefficients,
    TunedModel,
    fit_coefficients,
    predict_accuracies,
)

__all__ = [
    "COEFFICIENTS_FILE",
    "CURVES_FILE",
    "MIN_SETS",
    "Coefficients",
    "CurveCoefficients",
    "Joint",
    "Reached",
    "TunedModel",
    "caution",
    "condition",
    "fit_coefficients",
    "join",
    "learnt_logit",
    "load_coefficients",
    "load_curve_coefficients",
    "predict_accuracies",
    "settle",
    "value_of",
]
