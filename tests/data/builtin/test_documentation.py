"""Documentation strings become plain prose, read from sources without importing them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core.data.builtin.documentation import (
    module_documentation,
    opening,
    package_folder,
    plain_text,
    without_wrappers,
)
from ptmrank_core.errors import SamplesError

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


def test_a_missing_package_is_named() -> None:
    """Without one of the packages the error says which and what to do."""
    with pytest.raises(SamplesError, match="no_such_package") as caught:
        package_folder("no_such_package")
    assert "requirements.txt" in caught.value.hint
