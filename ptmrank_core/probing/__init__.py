"""Features -> the accuracy of a simple classifier on them."""

from ptmrank_core.probing.probe import Probe, fit_probe

__all__ = ["Probe", "fit_probe"]
