"""Words and choices of the pages, without a page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from dashboard.components.gallery import choose_samples
from dashboard.components.snippets import snippet
from dashboard.views.results.embeddings.filters import matching_samples
from dashboard.wording import FIELDS, source_name
from ptmrank_core.data.media.text import TextItem
from ptmrank_core.errors import InputField
from ptmrank_core.records import Samples, TargetKind, WordInContext
from ptmrank_core.results.phrases import say_label


def samples(labels: NDArray[Any], kind: TargetKind, names: tuple[str, ...] = ("a", "b", "c")) -> Samples:
    """Texts with these labels."""
    n = len(labels)
    texts = tuple(f"<b>{i}</b> is a text" for i in range(n))
    items = tuple(TextItem(text) for text in texts)
    return Samples("text", texts, items, labels, names, texts, (), "x", target_kind=kind)


def test_every_class_has_its_turn_in_the_gallery() -> None:
    """A rare class is shown in full, and the others share what is left."""
    labels = np.array([0] * 50 + [1] * 2 + [2] * 50)
    chosen = choose_samples(samples(labels, "classification"))
    assert np.bincount(labels[chosen]).tolist() == [5, 2, 5]
    assert len(set(chosen)) == 12


def test_the_gallery_of_a_regression_goes_from_least_to_greatest() -> None:
    """The ends of the scale are among the samples shown, in their order."""
    labels = np.random.default_rng(0).normal(size=40)
    shown = labels[choose_samples(samples(labels, "regression", ("price",)))]
    assert (shown == np.sort(shown)).all()
    assert (shown[0], shown[-1]) == (labels.min(), labels.max())


def test_few_samples_are_all_shown() -> None:
    """Fewer than twelve are shown each once."""
    chosen = choose_samples(samples(np.eye(3)[np.arange(5) % 3], "multilabel"))
    assert sorted(chosen) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("labels", "kind", "said"),
    [
        (np.array([1, 0]), "classification", "b"),
        (np.array([0.12345678, 1.0]), "regression", "0.1235"),
        (np.array([[1.0, 2.5], [0.0, 0.0]]), "regression", "1, 2.5"),
        (np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]), "multilabel", "a, c"),
        (np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]), "multilabel", "no label"),
    ],
)
def test_a_label_is_said_in_words(labels: NDArray[Any], kind: TargetKind, said: str) -> None:
    """A class, rounded numbers, or all labels of a sample."""
    assert say_label(samples(labels, kind), 0) == said


def test_samples_are_found_by_name_then_number_then_part() -> None:
    """A whole name beats a number, a number beats a part of a name; of parts 24 are taken."""
    found = samples(np.arange(100) % 3, "classification")
    names = tuple("7" if i == 3 else f"File-{i:03}.png" for i in range(100))
    named = replace(found, names=names)
    assert matching_samples(named, "7") == [3]
    assert matching_samples(named, "8") == [7]
    assert matching_samples(named, "file-01") == list(range(10, 20))
    assert matching_samples(named, "png") == [i for i in range(25) if i != 3]
    assert matching_samples(named, "nothing") == []


def test_a_text_is_shortened_to_a_line() -> None:
    """Lines are joined and cut; of a pair both halves stay; a word stands among its neighbours."""
    assert snippet("one\n two   three", 9) == "one two…"
    assert snippet(("left side", "right side"), 40) == "left side ‖ right side"
    words = ("the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog")
    assert snippet(WordInContext(words, 6), 80) == "brown fox jumps over [the] lazy dog"


def show_hint() -> None:
    """A page with an error about two inputs and a hint that holds a user's marks."""
    from dashboard.wording import show_error  # noqa: PLC0415 - a script of its own
    from ptmrank_core.errors import InputField, SamplesError  # noqa: PLC0415

    fields = [InputField.LABEL_COLUMNS, InputField.TARGET_KIND]
    show_error(SamplesError("No label in *it*.", hint="Look at _a_.", fields=fields))


def test_an_error_names_the_fields_of_the_page() -> None:
    """An error says where the page has each input it is about; a user's own marks are shown as they are."""
    [shown] = AppTest.from_function(show_hint).run().error
    assert shown.value == (
        "**No label in \\*it\\*.**\n\nLook at \\_a\\_. Choose the label column under **Label**, or say "
        "what they are under **The labels are**."
    )


def test_every_input_has_words_on_the_pages() -> None:
    """The pages have words for each input that an error of the core can be about."""
    assert set(FIELDS) == set(InputField)


def test_a_source_is_named_for_people() -> None:
    """A title, a file name, or words in the place of a digest."""
    assert source_name("demo:digits") == "Handwritten digits"
    assert source_name("/home/u/" + "a" * 64 + "/reviews.csv") == "reviews.csv"
    assert source_name("/home/u/" + "a" * 64) == "uploaded files"
    assert source_name("features:/home/u/m.npz") == "ready-made features"


def test_the_gallery_shows_samples_of_different_groups() -> None:
    """Recordings of six speakers, sorted by speaker: not the same speaker again and again."""
    labels = np.tile(np.repeat([0, 1], 10), 6)
    speakers = np.repeat([f"s{number}" for number in range(6)], 20)
    grouped = replace(samples(labels, "classification", ("a", "b")), groups=tuple(speakers.tolist()))
    chosen = choose_samples(grouped)
    assert len(chosen) == 12
    assert np.bincount(labels[chosen]).tolist() == [6, 6]
    assert len({speakers[row] for row in chosen}) == 6
