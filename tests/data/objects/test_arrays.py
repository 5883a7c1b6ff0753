"""``(X, y)`` and what scikit-learn's loaders return."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_digits, load_iris, load_linnerud
from sklearn.utils import Bunch

from ptmrank_core.errors import SamplesError
from ptmrank_core.examples import load_audio_example, load_image_example, load_objects
from tests.data.objects.own import LABELS, RATE, N, numbers, pictures, texts, tones


def test_rows_of_numbers() -> None:
    """All as they are, in their order; lists of lists too."""
    samples = load_objects((numbers(), LABELS))
    assert (samples.modality, samples.class_names) == ("tabular", ("cat", "dog"))
    assert np.array_equal(np.stack([item.decode() for item in samples.items]), numbers())
    assert load_objects((numbers().tolist(), LABELS)).fingerprint == samples.fingerprint


def test_gaps_are_filled_and_marked_as_in_a_file() -> None:
    """Unless the columns are to be taken as they are."""
    x = numbers()
    x[3, 1] = np.nan
    samples = load_objects((x, LABELS))
    assert samples.n_samples == N
    assert "marked by a column of zeros and ones: 'x1' (1)" in " ".join(samples.notes)
    as_it_is = load_objects((x, LABELS), columns_as_is=True)
    assert [one.name for one in as_it_is.left_out] == ["X:4"]


def test_pictures_as_arrays() -> None:
    """Grey or with channels, first or last; uint8 or from 0 to 1: the same pixels are the same picture."""
    last = np.stack([np.asarray(image.resize((12, 10))) for image in pictures()])
    grey = load_objects((last[..., 0], LABELS))
    assert (grey.modality, grey.items[0].decode().size) == ("image", (12, 10))
    expected = load_objects((last, LABELS)).digests
    assert load_objects((last.transpose(0, 3, 1, 2), LABELS)).digests == expected
    assert load_image_example((last / 255, LABELS)).digests == expected
    assert (
        load_image_example((last.astype(np.float32).transpose(0, 3, 1, 2) / 255, LABELS)).digests == expected
    )
    assert load_objects((list(last), LABELS)).digests == expected


@pytest.mark.parametrize(
    ("x", "options", "message"),
    [
        (np.zeros((N, 3, 8, 3), np.uint8), {}, "channels may be the first axis or the last"),
        (np.zeros((N, 5, 8, 7), np.uint8), {}, "that is no picture"),
        (np.full((N, 8, 8), 16.0), {"modality": "image"}, "float64 from 16 to 16; expected uint8"),
        (np.full((N, 8, 8), -0.5), {"modality": "image"}, "before they were standardised"),
        (np.full((N, 8, 8), 300), {"modality": "image"}, "int64 from 300 to 300"),
        (np.full((N, 8, 8), 0.5), {}, "It is not clear what the entries of X are.*modality"),
        (numbers(N, 64), {"modality": "image"}, r"shape \(12, 64\): rows of numbers, and no image samples"),
        (numbers(N + 1), {}, "X has 13 entries and y has 12"),
        (texts(N - 1), {}, "X has 11 entries and y has 12"),
        (np.ones((N, 3)), {}, "no column whose numbers differ"),
    ],
)
def test_an_array_that_may_be_something_else_is_refused(
    x: Any, options: dict[str, Any], message: str
) -> None:
    """With its shape or its range, and what to do."""
    with pytest.raises(SamplesError, match=message):
        load_objects((x, LABELS), **options)


def test_an_array_without_labels_is_refused() -> None:
    """Nothing can be ranked on it."""
    with pytest.raises(SamplesError, match=r"shape \(12, 4\) has no labels. Give both: \(X, y\)"):
        load_objects(numbers())


def test_texts_and_pictures_and_waveforms_in_lists() -> None:
    """Each entry is one sample."""
    assert load_objects((texts(), LABELS)).modality == "text"
    assert load_objects((np.array(texts()), LABELS)).modality == "text"
    assert load_objects((pictures(), LABELS)).modality == "image"
    assert load_objects(([(tone, RATE) for tone in tones()], LABELS)).modality == "audio"
    rows = load_audio_example((np.stack(tones()), LABELS), sampling_rate=RATE)
    assert rows.digests == load_objects(([(tone, RATE) for tone in tones()], LABELS)).digests


def test_labels_of_every_form() -> None:
    """One a row, written as a vector, several, or numbers; those that are missing are left out."""
    x, classes = numbers(), [i % 2 for i in range(N)]
    plain = load_objects((x, classes)).labels.tolist()
    assert load_objects((x, np.array(classes)[:, None])).labels.tolist() == plain
    one_hot = load_objects((x, np.eye(2)[classes]))
    assert (one_hot.target_kind, one_hot.labels.tolist()) == ("classification", plain)
    assert load_objects((x, np.eye(2)[classes]), target_kind="multilabel").target_kind == "multilabel"
    several = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1], [0, 0, 0]] * 3)
    assert load_objects((x, several)).labels.tolist() == several.tolist()
    two = load_objects((x, numbers(N, 2)))
    assert (two.target_kind, two.labels.shape) == ("regression", (N, 2))
    gaps = load_objects((x, [0, 1, None, float("nan")] * 3))
    assert (gaps.n_samples, len(gaps.left_out)) == (6, 6)


def test_a_frame_with_its_labels_beside_it() -> None:
    """Its columns keep their names; the labels keep theirs."""
    frame = pd.DataFrame(numbers(), columns=list("abcd"))
    samples = load_objects((frame, pd.Series(LABELS, name="animal")))
    assert samples.columns is not None
    assert (samples.columns.features, samples.columns.label) == (tuple("abcd"), ("animal",))
    with pytest.raises(SamplesError, match="Column 'a' is in X and in y"):
        load_objects((frame, frame["a"]))


def test_what_scikit_learn_loads() -> None:
    """Names of classes and of columns are kept; a target's name is none of a class."""
    for as_frame in (False, True):
        iris = load_objects(load_iris(as_frame=as_frame))
        assert iris.class_names == ("setosa", "versicolor", "virginica")
        assert iris.columns is not None
        assert iris.columns.features[0] == "sepal length (cm)"
    diabetes = load_objects(load_diabetes(), target_kind="regression")
    assert (diabetes.target_kind, diabetes.n_samples) == ("regression", 442)
    with pytest.raises(SamplesError, match="may be classes or numbers"):
        load_objects(load_diabetes())
    assert load_objects(load_linnerud()).labels.shape == (20, 3)
    bunch = Bunch(data=[text.encode() for text in texts()], target=[0, 1] * 6, target_names=["a", "b"])
    of_files = load_objects(bunch, modality="text")
    assert (of_files.class_names, of_files.items[0].decode()) == (("a", "b"), texts()[0])


def test_pictures_of_a_bunch_are_read_where_the_task_wants_pictures() -> None:
    """Its levels from 0 to 16 are not guessed at."""
    digits = load_digits()
    with pytest.raises(
        SamplesError, match="float64 from 0 to 15; expected uint8, or real numbers from 0 to 1"
    ):
        load_image_example(digits)
    digits.images = digits["images"] = digits.images / 16
    assert load_image_example(digits).items[0].decode().size == (8, 8)
    assert load_objects(load_digits()).modality == "tabular"


def test_a_sparse_matrix_is_refused() -> None:
    """With the call that makes an array of it."""

    class Sparse:
        """What tells a sparse matrix."""

        def toarray(self) -> Any:
            """Return the array."""

    with pytest.raises(SamplesError, match=r"sparse matrix.*toarray"):
        load_objects((Sparse(), LABELS))


def test_training_and_test_data_together_are_refused() -> None:
    """As keras loads them: one of the two pairs is meant."""
    with pytest.raises(SamplesError, match=r"Two pairs \(X, y\).*data\[0\]"):
        load_objects(((numbers(), LABELS), (numbers(), LABELS)))


def test_arrays_of_any_library() -> None:
    """Whatever numpy can make an array of, labels too."""

    class Tensor:
        """What is used of a tensor of another library."""

        def __init__(self, array: Any) -> None:
            self.array = np.asarray(array)

        def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
            return np.array(self.array, dtype=dtype)

    expected = load_objects((numbers(), [0, 1] * (N // 2)))
    assert load_objects((Tensor(numbers()), Tensor([0, 1] * (N // 2)))).fingerprint == expected.fingerprint
    pairs = ((Tensor(row), Tensor(i % 2)) for i, row in enumerate(numbers()))
    assert load_objects(pairs).fingerprint == expected.fingerprint
