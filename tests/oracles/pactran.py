"""PACTran: the Gaussian bound at scipy's optimum, the other two with every tensor written out."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, gammaln, log_softmax

from tests.oracles.common import ROUNDING, Array, Opinion, centred, of_features, one_hot, source_probs
from tests.oracles.nleep import posterior

GUARD = 1e-10


def gaussian(features: Array, labels: Array) -> float:
    """Minus the regularised loss and its flatness, lambda = 1 and s2 = 100."""
    f, hot = centred(features), one_hot(labels)
    d, c, r, s2 = f.shape[1], hot.shape[1], float(len(f)), 100.0
    weights, intercepts, loss = minimise(f, hot, r)
    p = np.exp(log_softmax(f @ weights + intercepts, axis=1))
    trace = 0.0
    for k in range(c):
        v = p[:, k] * (1 - p[:, k])
        trace += v.sum()
        for j in range(d):
            trace += f[:, j] ** 2 @ v + 1 / r
    flatness = c * s2 / (2 * r) * math.log(trace * r / (d * c) + GUARD)
    return -float(loss + math.log(1 + GUARD) + flatness)


def minimise(f: Array, hot: Array, r: float) -> tuple[Array, Array, float]:
    """Minimise mean cross-entropy + |W|^2 / (2 r) over W and free intercepts, by Newton steps from 0."""
    (n, d), c = f.shape, hot.shape[1]
    design = np.hstack([f, np.ones((n, 1))])
    ridge = np.vstack([np.full((d, c), 1 / r), np.zeros((1, c))])

    def loss(flat: Array) -> float:
        w = flat.reshape(d + 1, c)
        return float(-np.sum(hot * log_softmax(design @ w, axis=1)) / n + np.sum(ridge * w**2) / 2)

    def gradient(flat: Array) -> Array:
        w = flat.reshape(d + 1, c)
        p = np.exp(log_softmax(design @ w, axis=1))
        return np.asarray((design.T @ (p - hot) / n + ridge * w).ravel())

    def curve(flat: Array, direction: Array) -> Array:
        p = np.exp(log_softmax(design @ flat.reshape(d + 1, c), axis=1))
        step = direction.reshape(d + 1, c)
        a = p * (design @ step)
        return np.asarray((design.T @ (a - p * a.sum(axis=1, keepdims=True)) / n + ridge * step).ravel())

    found = minimize(
        loss,
        np.zeros((d + 1) * c),
        jac=gradient,
        hessp=curve,
        method="trust-ncg",
        options={"gtol": 1e-10, "maxiter": 2000},
    )
    w = found.x.reshape(d + 1, c)
    return w[:-1], w[-1], float(found.fun)


def over_clusters(features: Array, labels: Array, form: str) -> float:
    """Return the bound where there is no source head: max(min(C, n/5), n/10) clusters of the features."""
    n = len(features)
    clusters = max(1, min(max(labels) + 1, int(0.2 * n)), int(0.1 * n))
    return over_source_classes(posterior(features, clusters, "full"), labels, form)


def over_source_classes(s: Array, labels: Array, form: str) -> float:
    """Minus the ``dirichlet`` or ``gamma`` bound after ten rounds, alpha = 1."""
    n, n_source = s.shape
    c = max(labels) + 1
    prior = np.array([np.mean(labels == y) + GUARD for y in range(c)])
    log_s, q = np.log(s + GUARD), s
    for _ in range(10):
        a = np.array([[prior[y] + q[labels == y, z].sum() for z in range(n_source)] for y in range(c)])
        g = log_s + digamma(a[labels])
        if form == "dirichlet":
            for z in range(n_source):
                g[:, z] -= digamma(a[:, z].sum())
        log_q = log_softmax(g, axis=1)
        q = np.exp(log_q)
    divergence = float(np.sum(q * (log_q - log_s)))
    if form == "dirichlet":
        c0 = gammaln(prior.sum()) - gammaln(prior).sum()
        change = sum(c0 - gammaln(a[:, z].sum()) + gammaln(a[:, z]).sum() for z in range(n_source))
        return float(change - divergence) / (n * c)
    change = sum(gammaln(prior[y]) - gammaln(a[y, z]) for y in range(c) for z in range(n_source))
    rates = sum(math.log(sum(s[i, z] * a[:, z].sum() for z in range(n_source))) - 1 for i in range(n))
    return -float((change + divergence + rates) / (n * c) + 1)


OPTIMUM = "the product stops at a gradient of 2e-8, and its flatness is linear in what is left"
OPINIONS = {
    "pactran": Opinion(of_features(gaussian), 1e-7, OPTIMUM),
    "pactran:dirichlet": Opinion(
        lambda given: over_source_classes(source_probs(given), given["labels"], "dirichlet"), 1e-9, ROUNDING
    ),
    "pactran:gamma": Opinion(
        lambda given: over_source_classes(source_probs(given), given["labels"], "gamma"), 1e-9, ROUNDING
    ),
}
