"""N-LEEP: scikit-learn's PCA and mixture with the stated settings, then LEEP by loops."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from tests.oracles.common import Array, Opinion, centred, of_features
from tests.oracles.leep import leep

ADDED = {"full": 1e-6, "spherical": 1e-5}


def n_components(n_samples: int, n_classes: int, covariance: str) -> int:
    """Five for each class: at most half of the samples, or (spherical) C fewer until fewer than samples."""
    if covariance == "full":
        return max(1, min(5 * n_classes, n_samples // 2))
    return next((v for v in range(5 * n_classes, 0, -n_classes) if v < n_samples), max(1, n_samples // 2))


def posterior(features: Array, components: int, covariance: str, seed: int = 123) -> Array:
    """p(component | sample), fitted to the directions that hold 80 % of the variance.

    Samples are handed over by their distance from the mean: the initial k-means draws them by their place.
    """
    order = np.argsort((centred(features) ** 2).sum(axis=1))
    rows = features[order]
    reduced = PCA(0.8, svd_solver="full").fit_transform(rows) if rows.shape[1] > 1 else rows
    mixture = GaussianMixture(
        components, covariance_type=covariance, reg_covar=ADDED[covariance], random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit(reduced)
    found = np.empty((len(features), components))
    found[order] = mixture.predict_proba(reduced)
    return found


def nleep(features: Array, labels: Array, covariance: str) -> float:
    """LEEP of the mixture's posterior."""
    components = n_components(len(features), max(labels) + 1, covariance)
    return leep(posterior(features, components, covariance), labels)


# In small clusters two samples are equally far from their mean, and round-off decides which of them k-means
# moves: the seeds of the test have no such tie (1 of 24 with fifty classes of three has one, and a score that
# is 3e-3 away).
MIXTURE = "rounds of expectation maximisation amplify the rounding of the coordinates"
OPINIONS = {
    "nleep": Opinion(of_features(nleep, "full"), 1e-7, MIXTURE),
    "nleep:spherical": Opinion(of_features(nleep, "spherical"), 1e-7, MIXTURE),
}
