"""The demo documents are short, plain, balanced, apart from those for testing, and always the same."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ptmrank_core.data.builtin import docstrings
from ptmrank_core.data.builtin.docstrings import (
    DOCUMENTED_PACKAGES,
    SUBJECTS,
    demo_documents,
    documents_digest,
    other_documents,
)
from tests.documented import DOCSTRINGS_TRUTH, needs_versions_on_record


def trigrams(text: str) -> set[tuple[str, ...]]:
    """All sequences of three words."""
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


@needs_versions_on_record
def test_the_subjects_are_balanced() -> None:
    """Sixty documents of each subject to rank on, and at least fifty more to test fine-tuning on."""
    assert Counter(one.label for one in demo_documents()) == dict.fromkeys(SUBJECTS, 60)
    assert min(Counter(one.label for one in other_documents()).values()) >= 50


def test_no_document_is_in_both_parts() -> None:
    """What fine-tuning is tested on shares neither a name nor a text with what metrics see."""
    demo, others = demo_documents(), other_documents()
    assert not {one.name for one in demo} & {one.name for one in others}
    assert not {one.text for one in demo} & {one.text for one in others}
    assert len({one.name for one in (*demo, *others)}) == len(demo) + len(others)


def test_no_document_nearly_repeats_another() -> None:
    """The closest pair across the two parts shares less than half of its three-word sequences."""
    demo = [trigrams(one.text) for one in demo_documents()]
    for other in (trigrams(one.text) for one in other_documents()[::10]):
        assert max(len(one & other) / len(one | other) for one in demo) < 0.5


def test_a_document_is_a_short_plain_text() -> None:
    """One line of 20 to 100 words in whole sentences, without examples, roles, code quotes or templates."""
    for one in (*demo_documents(), *other_documents()):
        assert 20 <= len(one.text.split()) <= 100, one.name
        assert one.text == " ".join(one.text.split()), one.name
        assert not re.search(r">>>|`|:\w+:|%\(|https?:", one.text), one.name
        assert one.text[-1] in ".?!)", one.name


def test_a_text_does_not_name_the_folder_it_is_from() -> None:
    """No dotted path of a package is left, so that a subject is told by the words alone."""
    paths = re.compile(r"\b(numpy|np|scipy|sklearn|pandas|pd|torch)\.\w")
    assert [one.name for one in (*demo_documents(), *other_documents()) if paths.search(one.text)] == []


def test_a_document_tells_where_it_is_from() -> None:
    """The group is the module, the name lies in it, and every package gives texts to the demo."""
    documents = demo_documents()
    assert all(one.name.startswith(f"{one.group}.") for one in documents)
    assert {one.group.split(".")[0] for one in documents} == set(DOCUMENTED_PACKAGES)
    for subject in SUBJECTS:
        assert len({one.group for one in documents if one.label == subject}) >= 3, subject


def test_the_documents_are_read_without_importing_what_they_describe() -> None:
    """A fresh interpreter gives the same digest and has loaded none of the packages but NumPy."""
    code = (
        "import json, sys\n"
        "from ptmrank_core.data.builtin.docstrings import documents_digest\n"
        "before = set(sys.modules)\n"
        "digest = documents_digest()\n"
        "print(json.dumps([digest, sorted(set(sys.modules) - before)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    digest, loaded = json.loads(done.stdout)
    assert digest == documents_digest()
    assert not {name.split(".")[0] for name in loaded} & set(DOCUMENTED_PACKAGES)


@needs_versions_on_record
def test_the_truth_is_about_these_documents() -> None:
    """Under the versions on record the digest is the recorded one."""
    truth = json.loads(DOCSTRINGS_TRUTH.read_text(encoding="utf-8"))
    assert truth["samples_digest"] == documents_digest()


def test_a_changed_text_changes_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded results do not pass for those on documents of another version."""
    before, documents = documents_digest(), demo_documents()
    changed = docstrings.Document("a.b", documents[0].text + " More.", documents[0].label, "a")
    monkeypatch.setattr(docstrings, "demo_documents", lambda: (changed, *documents[1:]))
    assert documents_digest() != before


def test_a_package_that_lacks_a_module_gives_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another version has moved a file, the rest is read and the digest differs."""
    (tmp_path / "linalg").mkdir()
    text = "Solve a linear system of equations with many unknowns by a method that is written down here only."
    source = f'def solve():\n    """{text}\n\n    It is short, but it has the twenty words.\n    """\n'
    (tmp_path / "linalg" / "solvers.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(docstrings, "package_folder", lambda _: tmp_path)
    monkeypatch.setattr(docstrings, "SUBJECTS", {"algebra": ("some/linalg", "some/gone.py")})
    docstrings._documents.cache_clear()
    try:
        (document,) = demo_documents()
    finally:
        docstrings._documents.cache_clear()
    assert document.name == "some.linalg.solvers.solve"
    assert document.text == f"{text} It is short, but it has the twenty words."
