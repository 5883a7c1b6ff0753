"""Scenes that each show one finding; the tests check every sentence against the numbers."""

from __future__ import annotations

from dataclasses import dataclass

from ptmrank_core.lessons.world import Scene

__all__ = ["STORIES", "Story"]


@dataclass(frozen=True, slots=True)
class Story:
    """A scene and what it teaches.

    Parameters
    ----------
    title
        The finding.
    text
        What there is to see, in two or three sentences.
    scene
        Where it can be seen.
    """

    title: str
    text: str
    scene: Scene


STORIES = (
    Story(
        "Classes move apart",
        "The scores rise with the separation, and so does the probe: this is what they are made to see. WDJE "
        "does not: it compares your samples with those that the model was trained on, and moving the classes "
        "moves them away from there.",
        Scene(separation=3.0),
    ),
    Story(
        "Wide noise looks like a perfect model",
        "The classes lie on top of one another and the probe guesses, yet SFDA and PED are at their best "
        "value, EMMS has no error left and TransRate is in the hundreds. With 152 features for 150 samples "
        "something always fits. LogME, LEEP, NCE and H-Score are not deceived.",
        Scene(separation=0.0, n_noise_features=150),
    ),
    Story(
        "Wrong labels cost every metric",
        "The features are as good as ever, but 60 % of the labels were redrawn at random. A low score says "
        "that features and labels do not fit; it cannot say which of the two is to blame.",
        Scene(separation=4.0, noise=0.6),
    ),
    Story(
        "Good enough is all the same",
        "From this separation on NCE and N-LEEP are at 0, and ETran's nearest means are certain of every "
        "sample: two models that are both this good tie under them. LogME, EMMS and TransRate still tell "
        "them apart.",
        Scene(separation=8.0),
    ),
    Story(
        "Round features fool the shrinkage",
        "Two informative features and nothing else: their covariance is a ball, so the shrunk H-Score takes "
        "all of it for noise and gives 0, although the probe is right three times out of four.",
        Scene(separation=2.0, n_noise_features=0),
    ),
)
