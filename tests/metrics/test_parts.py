"""Parts of the samples: what they share with the whole, and that it changes no score."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ptmrank_core.metrics import METRICS, compute, inapplicable_reason, prepare_inputs
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.records import take_rows
from tests.oracles.nleep import MIXTURE
from tests.oracles.test_oracles import OPINIONS

# More samples than features in whole and part, in the whole alone, in neither; as many of both in one.
SHAPES = [(120, 40), (120, 100), (90, 160), (80, 60), (100, 100)]
# Where the part has no more samples than features, its Gram matrix is a block of the whole's.
WIDE = [(120, 100), (90, 160)]
KINDS = (
    "single precision far from zero",
    "far from zero",
    "constant columns",
    "duplicated samples",
    "one sample far away",
)
SHARE = 0.75


def rows_of(n_samples: int, seed: int = 5) -> NDArray[np.int64]:
    """Three quarters of the samples, in ascending order."""
    rng = np.random.default_rng(seed)
    return np.sort(rng.permutation(n_samples)[: int(SHARE * n_samples)]).astype(np.int64)


def changed(kind: str, features: NDArray[Any]) -> NDArray[Any]:
    """Features on which a shared Gram matrix could lose digits."""
    many = np.arange(len(features))
    kinds: dict[str, Callable[[], NDArray[Any]]] = {
        "plain": lambda: features,
        "single precision far from zero": lambda: (features + 1e4).astype(np.float32),
        "far from zero": lambda: features + 1e6,
        "constant columns": lambda: np.where(np.arange(features.shape[1]) % 3 == 0, 0.1, features),
        "duplicated samples": lambda: features[many // 2 * 2],
        "one sample far away": lambda: features * np.where(many == 1, 1e4, 1.0)[:, None],
    }
    return kinds[kind]()


def both(name: str, arrays: dict[str, Any], rows: NDArray[np.int64]) -> tuple[Any, Any]:
    """Score a part that is taken from the whole, and the same samples by themselves."""
    shared = compute(name, prepare_inputs(**arrays).take(rows))
    return shared, compute(name, prepare_inputs(**take_rows(arrays, rows)))


def agree(name: str, shared: Any, alone: Any) -> None:
    """Assert that two outputs are the same but for rounding."""
    opinion = OPINIONS[name]
    # The fixed points of a mixture amplify the rounding of its coordinates.
    rel = opinion.rel if opinion.why == MIXTURE else 1e-9
    assert shared.value == pytest.approx(alone.value, rel=rel, abs=1e-12)
    assert shared.warnings == alone.warnings


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize(
    ("kind", "shape"),
    [*(("plain", shape) for shape in SHAPES), *((kind, shape) for kind in KINDS for shape in WIDE)],
    ids=str,
)
def test_a_part_scores_as_if_it_were_alone(
    toy: Callable[..., Any], name: str, shape: tuple[int, int], kind: str
) -> None:
    """Sharing with the whole changes no score and no warning."""
    data = toy(*shape)
    arrays = data.mapped(lambda features: changed(kind, features))
    agree(name, *both(name, arrays, rows_of(shape[0])))


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("shape", SHAPES[:3], ids=str)
@pytest.mark.parametrize("task", ["regression", "multilabel", "classes of one sample"])
def test_a_part_of_every_task_scores_as_if_it_were_alone(
    toy: Callable[..., Any], name: str, shape: tuple[int, int], task: str
) -> None:
    """Real targets, several labels and classes of one sample are shared without a change, too."""
    data, rng = toy(*shape), np.random.default_rng(4)
    rows = rows_of(shape[0])
    if task == "classes of one sample":
        labels = data.labels.copy()
        labels[rows[:5]] = 100 + np.arange(5)
        arrays = data.arrays(labels=labels)
    elif task == "regression":
        arrays = data.arrays(labels=None, targets=rng.normal(size=(shape[0], 2)) + 50)
    else:
        arrays = data.arrays(labels=None, targets=rng.integers(0, 2, (shape[0], 3)))
    inputs = prepare_inputs(**arrays)
    if inapplicable_reason(METRICS[name], inputs.available, inputs.task) is None:
        agree(name, *both(name, arrays, rows))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_part_of_a_part_is_a_part_of_the_whole(toy: Callable[..., Any], shape: tuple[int, int]) -> None:
    """Taken in two steps, samples score as those taken at once."""
    inputs = prepare_inputs(**toy(*shape).arrays())
    rows = rows_of(shape[0])
    inner = rows_of(len(rows), seed=6)
    for name in ("logme", "nce", "ped", "etran", "hscore"):
        twice = compute(name, inputs.take(rows).take(inner)).value
        assert twice == pytest.approx(compute(name, inputs.take(rows[inner])).value, rel=1e-9)


def test_the_gram_matrix_of_a_wide_part_is_read_off_the_whole(toy: Callable[..., Any]) -> None:
    """The centred Gram matrix of a part is a block of the whole's, to the last digits that it has alone."""
    data = toy(60, 200)
    rows = rows_of(60)
    features = data.embeddings + 1e5
    shared = Decomposition(features[rows], part_of=(Decomposition(features), rows)).centred_gram
    alone = Decomposition(features[rows]).centred_gram
    assert np.array_equal(shared, shared.T)
    assert not np.array_equal(shared, alone)
    assert np.abs(shared - alone).max() <= 1e-13 * np.abs(alone).max()


def test_a_part_far_from_the_whole_has_a_gram_matrix_of_its_own(toy: Callable[..., Any]) -> None:
    """Where the part's own mean would take its digits away, the matrix is that of the part alone."""
    features = toy(60, 200).embeddings
    rows = np.arange(20)
    features[rows] = 1e6 + 1e-3 * features[rows]
    shared = Decomposition(features[rows], part_of=(Decomposition(features), rows)).centred_gram
    assert np.array_equal(shared, Decomposition(features[rows]).centred_gram)


def test_what_is_fixed_is_computed_once_for_all_parts(toy: Callable[..., Any]) -> None:
    """A statistic that reads no sample is that of the whole; one of each sample is the whole's rows."""
    calls = []

    def count(inputs: MetricInputs) -> int:
        calls.append(inputs)
        return len(calls)

    def first(inputs: MetricInputs) -> NDArray[Any]:
        calls.append(inputs)
        return np.asarray(inputs.embeddings[:, 0])

    inputs = prepare_inputs(**toy().arrays())
    rows = rows_of(inputs.n_samples)
    parts = [inputs.take(rows), inputs.take(rows[5:])]
    assert [part.fixed(count) for part in (*parts, inputs)] == [1, 1, 1]
    assert np.array_equal(parts[1].by_sample(first), inputs.embeddings[rows[5:], 0])
    assert np.array_equal(parts[0].by_sample(first), inputs.embeddings[rows, 0])
    assert calls == [inputs, inputs]
