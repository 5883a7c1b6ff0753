"""The demo documents are short, plain, balanced, apart from those for testing, and always the same."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import pytest

from ptmrank_core.data import docstrings
from ptmrank_core.data.docstrings import (
    DOCUMENTED_PACKAGES,
    SUBJECTS,
    demo_documents,
    documents_digest,
    module_documentation,
    opening,
    other_documents,
    package_folder,
    plain_text,
    without_wrappers,
)
from ptmrank_core.errors import SamplesError

TRUTH = Path(__file__).parents[2] / "assets" / "demo" / "docstrings" / "truth.json"


def trigrams(text: str) -> set[tuple[str, ...]]:
    """All sequences of three words."""
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


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
    """One line of 20 to 100 words, without examples, roles, double quotes of code or templates."""
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
        "from ptmrank_core.data.docstrings import documents_digest\n"
        "before = set(sys.modules)\n"
        "digest = documents_digest()\n"
        "print(json.dumps([digest, sorted(set(sys.modules) - before)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    digest, loaded = json.loads(done.stdout)
    assert digest == documents_digest()
    assert not {name.split(".")[0] for name in loaded} & set(DOCUMENTED_PACKAGES)


def test_the_truth_is_about_these_documents() -> None:
    """Under the versions on record the digest is the recorded one."""
    truth = json.loads(TRUTH.read_text(encoding="utf-8"))
    packages = ("numpy", "pandas", "scipy", "scikit-learn", "torch")
    if any(version(name).split("+")[0] != truth["made_with"][name].split("+")[0] for name in packages):
        pytest.skip("other versions of the packages are installed than the truth was recorded with")
    assert truth["samples_digest"] == documents_digest()


def test_a_changed_text_changes_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded results do not pass for those on documents of another version."""
    before, documents = documents_digest(), demo_documents()
    changed = docstrings.Document("a.b", documents[0].text + " More.", documents[0].label, "a")
    monkeypatch.setattr(docstrings, "demo_documents", lambda: (changed, *documents[1:]))
    assert documents_digest() != before


def test_a_missing_package_is_named() -> None:
    """Without one of the packages the error says which and what to do."""
    with pytest.raises(SamplesError, match="no_such_package") as caught:
        package_folder("no_such_package")
    assert "requirements.txt" in caught.value.hint


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


DOCUMENTATION = """
    solve(a, b, *, lower=False)

    Solve the equation :math:`A x = b` for ``x``

    This calls :func:`numpy.linalg.solve <solve>`, see [1]_ and `a page
    <https://example.org>`_. It is equal to:

        x = inv(a) @ b

    where the inverse is not formed. Read more in the :ref:`User Guide <guide>`.

    .. versionadded:: 1.0

    Works for `scipy.sparse.csr_array`, too. Read more in the :ref:`User Guide <guide>`.

    Parameters
    ----------
    a : array
        Not part of the text.
"""


def test_the_opening_of_a_documentation_string_is_plain_prose() -> None:
    """Signature, formula with its announcement, directive, mark-up and sections are left out."""
    assert opening(DOCUMENTATION) == (
        "Solve the equation A x = b for x. This calls solve, see [1] and a page. Works for csr_array, too."
    )


@pytest.mark.parametrize("heading", ["Args:", "Returns:", "Example::", "Shape:"])
def test_the_opening_ends_at_a_section_of_any_style(heading: str) -> None:
    """Google's headings end it as NumPy's do, also right below a line of text."""
    assert opening(f"Apply a layer.\n\nIt is thin.\n{heading}\n    x: input\n\nMore.").startswith(
        "Apply a layer. It is thin."
    )
    assert opening(f"Apply a layer.\n\n{heading}\n    x: input\n\nMore.") == "Apply a layer."


def test_the_opening_keeps_whole_paragraphs_up_to_a_hundred_words() -> None:
    """A paragraph that would go beyond is left out with all that follow."""
    paragraph = " ".join(["Word"] * 60) + "."
    assert opening(f"{paragraph}\n\n{paragraph}\n\nShort.") == paragraph
    assert opening(" ".join(["word"] * 101) + ".") == ""


SOURCE = '''
class Public:
    """A."""
    def method(self):
        """B."""
    def _hidden(self):
        """C."""

class _Private:
    def method(self):
        """D."""

add_newdoc("gamma", """E.""")
solve = _add_docstr(_linalg.solve, """F.""")
other("x", """G.""")
'''


def test_only_public_names_are_documented(tmp_path: Path) -> None:
    """Private functions and what is inside them are passed over; C functions documented by a call are not."""
    module = tmp_path / "module.py"
    module.write_text(SOURCE, encoding="utf-8")
    assert list(module_documentation(module)) == [
        ("Public", "A."),
        ("Public.method", "B."),
        ("gamma", "E."),
        ("solve", "F."),
    ]


def test_a_stray_backslash_in_a_source_gives_no_warning(tmp_path: Path) -> None:
    """Sources of other packages may hold escapes that Python warns about."""
    module = tmp_path / "module.py"
    module.write_text('def f():\n    """Sum \\_ of all."""\n', encoding="utf-8")
    assert [text for _, text in module_documentation(module)] == ["Sum \\_ of all."]


def test_of_near_identical_texts_the_first_is_kept() -> None:
    """Two wrappers that differ in a name are one text; unrelated texts are both kept."""
    first = "Add one Chebyshev series to another and return the sum of the two as a series of that kind."
    second = first.replace("Chebyshev", "Hermite")
    third = "Read a table from a file that has been written by the function of the opposite name before."
    assert without_wrappers([first, second, third]) == [first, third]
    assert without_wrappers([third, second, first]) == [third, second]


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("See :class:`~scipy.sparse.csr_array`.", "See csr_array."),
        ("Use ``numpy.fft.fft`` or\n   `fft` .", "Use fft or fft."),
        (r"Weight :math:`\mathrm{exp}(x)` \* 2", "Weight exp(x) * 2"),
        ("Good. See the :ref:`User Guide <x.y>` for more. Bad.", "Good. Bad."),
    ],
)
def test_mark_up_is_taken_out(marked: str, plain: str) -> None:
    """Roles, quotes of code, package paths, LaTeX commands and pointers to a guide are gone."""
    assert plain_text(marked) == plain
