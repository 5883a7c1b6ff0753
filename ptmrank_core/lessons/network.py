"""A small network that is trained: a body that begins as a candidate's features, and a linear head.

Its features are ``h = f + tanh(z U) V``: ``f`` is what the candidate knows, ``z`` what reaches its last
block, and ``V`` begins as zeros, so that before training ``h`` is ``f``. The head is softmax regression,
``h A + b``, and begins as zeros. Training changes ``U, V, A, b``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Network", "gradient", "logits_of", "loss_of", "start_network", "step"]

Array: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int64]
N_HIDDEN = 16
DECAY = 0.03  # so that a few noisy samples are not learned by heart


@dataclass(frozen=True, eq=False, slots=True)
class Network:
    """The weights.

    Parameters
    ----------
    inward
        ``U``, float64 array of shape (n_activations, n_hidden).
    outward
        ``V``, float64 array of shape (n_hidden, n_features).
    head
        ``A``, float64 array of shape (n_features, n_classes).
    bias
        ``b``, float64 array of shape (n_classes,).
    """

    inward: Array
    outward: Array
    head: Array
    bias: Array


def start_network(shape: tuple[int, int, int], rng: np.random.Generator) -> Network:
    """Make a network before training.

    Parameters
    ----------
    shape
        n_activations, n_features, n_classes.
    rng
        Draws ``U``; all other weights are zeros.
    """
    n_activations, n_features, n_classes = shape
    inward = rng.standard_normal((n_activations, N_HIDDEN)) / np.sqrt(n_activations)
    empty = np.zeros((N_HIDDEN, n_features)), np.zeros((n_features, n_classes)), np.zeros(n_classes)
    return Network(inward, *empty)


def logits_of(network: Network, features: Array, activations: Array) -> Array:
    """Return what the network says of samples: shape (n_samples, n_classes).

    Parameters
    ----------
    network
        The weights.
    features
        ``f``, float64 array of shape (n_samples, n_features).
    activations
        ``z``, float64 array of shape (n_samples, n_activations).
    """
    changed = features + np.tanh(activations @ network.inward) @ network.outward
    logits: Array = changed @ network.head + network.bias
    return logits


def loss_of(network: Network, features: Array, activations: Array, labels: Codes) -> float:
    """Return the mean cross-entropy of the labels, in nats, with half the squared weights times ``DECAY``."""
    logits = logits_of(network, features, activations)
    logits = logits - logits.max(axis=1, keepdims=True)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    weights = (network.inward, network.outward, network.head)
    decay = DECAY / 2 * sum(float(np.sum(values**2)) for values in weights)
    return float(-logs[np.arange(len(labels)), labels].mean()) + decay


def gradient(network: Network, features: Array, activations: Array, labels: Codes) -> Network:
    """Return the derivative of :func:`loss_of` by each weight: the chain rule from the logits back."""
    hidden = np.tanh(activations @ network.inward)
    changed = features + hidden @ network.outward
    logits = changed @ network.head + network.bias
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    chances[np.arange(len(labels)), labels] -= 1
    by_logits = chances / len(labels)
    by_features = by_logits @ network.head.T
    by_hidden = (by_features @ network.outward.T) * (1 - hidden**2)
    return Network(
        inward=activations.T @ by_hidden + DECAY * network.inward,
        outward=hidden.T @ by_features + DECAY * network.outward,
        head=changed.T @ by_logits + DECAY * network.head,
        bias=by_logits.sum(axis=0),
    )


def step(network: Network, slopes: Network, velocity: Network, rate: float, momentum: float) -> None:
    """Take one step of gradient descent with momentum; weights and velocity are changed in place."""
    for field in fields(Network):
        moved, slope = getattr(velocity, field.name), getattr(slopes, field.name)
        moved *= momentum
        moved -= rate * slope
        weights = getattr(network, field.name)
        weights += moved
