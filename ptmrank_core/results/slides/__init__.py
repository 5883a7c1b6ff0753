"""A run in five slides."""

from ptmrank_core.results.slides.slides import (
    Slide,
    SlideKind,
    base_of_slides,
    shown_model,
    slides_of,
    strongest_truth,
)

__all__ = ["Slide", "SlideKind", "base_of_slides", "shown_model", "slides_of", "strongest_truth"]
