"""Taking some samples of records and arrays."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from ptmrank_core.metrics import MetricInputs, prepare_inputs
from ptmrank_core.records import SAMPLE_ARRAYS, take_rows
from tests.sampling.making import samples_of

ROWS = np.array([2, 0])


def test_rows_of_samples_are_taken_and_nothing_else() -> None:
    """Arrays that count the samples are cut along that axis; auxiliary sets stay whole."""
    arrays = {
        "embeddings": np.arange(8.0).reshape(4, 2),
        "labels": np.array([0, 1, 2, 3]),
        "source_logits": None,
        "reference_embeddings": np.zeros((5, 2)),
        "sample_label_embeddings": np.arange(8.0).reshape(1, 4, 2),
    }
    cut = take_rows(arrays, ROWS)
    assert cut["labels"].tolist() == [2, 0]
    assert cut["embeddings"].tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert cut["sample_label_embeddings"].tolist() == [[[4.0, 5.0], [0.0, 1.0]]]
    assert cut["reference_embeddings"].shape == (5, 2)
    assert cut["source_logits"] is None


def test_a_metric_takes_rows_of_the_same_arrays() -> None:
    """Every array whose rows are taken is an input of the metrics, and is read-only afterwards as before."""
    assert set(SAMPLE_ARRAYS) <= {field.name for field in fields(MetricInputs)}
    inputs = prepare_inputs(
        np.arange(8.0).reshape(4, 2) ** 2, labels=[0, 1, 0, 1], source_logits=np.eye(4), label_embeddings=None
    )
    taken = inputs.take(np.array([3, 0, 2]))
    assert taken.embeddings.tolist() == [[36.0, 49.0], [0.0, 1.0], [16.0, 25.0]]
    assert taken.labels is not None
    assert taken.labels.tolist() == [1, 0, 0]
    assert taken.source_logits is not None
    assert np.argmax(taken.source_logits, axis=1).tolist() == [3, 0, 2]
    assert not any(own.flags.writeable for own in (taken.embeddings, taken.labels, taken.source_logits))


def test_samples_are_taken_with_all_that_belongs_to_them() -> None:
    """Names, items, labels, digests and groups of the rows, in their order."""
    samples = samples_of(np.array([0, 1, 2, 1]), groups=list("wxyz"))
    taken = samples.take(ROWS)
    assert taken.names == ("f2", "f0")
    assert taken.labels.tolist() == [2, 0]
    assert taken.groups == ("y", "w")
    assert taken.digests == (samples.digests[2], samples.digests[0])
    assert (taken.class_names, taken.n_samples) == (samples.class_names, 2)
    assert samples_of(np.array([0, 1, 2])).take(ROWS).groups == ()
