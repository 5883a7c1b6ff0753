"""What is said of the authors' code: the notes of each function, and nowhere else."""

from __future__ import annotations

import pytest

import ptmrank_core.metrics
from ptmrank_core import reports
from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics import METRICS, differences, standard_metrics


@pytest.mark.parametrize("name", standard_metrics())
def test_the_notes_of_a_function_are_what_is_said(name: str) -> None:
    """Every word of the Notes section is there, in its order, and no word of another section."""
    documented = getattr(ptmrank_core.metrics, name).__doc__
    notes = documented.partition("Notes\n    -----\n")[2].partition("\n\n    References\n")[0]
    assert differences(name).replace('"', "").split() == notes.replace("`", "").replace('"', "").split()


@pytest.mark.parametrize("name", standard_metrics())
def test_the_notes_are_plain_text(name: str) -> None:
    """No markup of a docstring is left in them, and they end as sentences do."""
    said = differences(name)
    assert "`" not in said
    assert "]_" not in said
    assert '""' not in said
    assert said.endswith(".") or not said


def test_every_metric_of_a_paper_has_notes() -> None:
    """They say where they differ from it; one that is added may have nothing to say."""
    assert sum(bool(differences(name)) for name in standard_metrics()) >= 16


def test_a_variant_has_the_notes_of_its_metric() -> None:
    """They tell of the variant too."""
    assert differences("logme:thuml") == differences("logme")
    assert '"thuml" keeps them absolute' in differences("logme:thuml")
    with pytest.raises(UnknownNameError, match="logme"):
        differences("logm")


def test_a_function_without_docstring_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under ``python -OO``: the sentence is left out, and nothing fails."""
    monkeypatch.setattr(ptmrank_core.metrics.gbc, "__doc__", None)
    assert differences("gbc") == ""


def test_every_list_of_metrics_says_the_same() -> None:
    """The text, the Markdown and the JSON have the facts of each metric word for word."""
    text, table, payload = reports.metrics_text(), reports.metrics_markdown(), reports.metrics_payload()
    for name in standard_metrics():
        traits, fact = METRICS[name].traits, payload[name]
        told = (traits.assumes, traits.use_when, traits.complexity)
        assert all(sentence in text for sentence in told)
        cells = (*told, differences(name))
        assert f"| `{name}` | {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |" in table
        assert (fact["assumes"], fact["use_when"], fact["complexity"], fact["differences"]) == cells
