"""The command line, the Samples page and a script say the same of a source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.data.layouts import LAYOUTS
from tests.data.layouts.fronts import UPLOADED_AS, Said, ask_all, ask_frame, differ
from tests.data.layouts.layout import Layout, Read, Refused, make

BY_TITLE = {layout.title: layout for layout in LAYOUTS}
SOME = (
    "class folders",
    "breeds below kinds, in train and test",
    "train and test without classes",
    "labels.csv beside pictures",
    "ImageFolder: metadata.parquet in each part",
    "two columns that could be labels",
    "ESC-50",
    "two tables of the same columns",
    "Parquet shards of two parts",
    "a spreadsheet of texts",
    "texts and labels of Label Studio",
    "labels of -1",
)
# pandas takes the first line for the header, whatever stands there; a data frame lies in no folder.
NOT_AS_PANDAS_READS = {
    "Excel's line sep=; before the header",
    "a table without a header",
    "a table of names of files that are not there",
    "a comma in every text, without quotation marks",
    "JSON that is called .csv",
}
# No column can be named on the page that is not there.
NOT_ON_THE_PAGE = {"a column of files that is not there"}
# A script says what its samples are, which is what is asked.
NOT_IN_A_SCRIPT = {"GTZAN: a spectrogram for each recording"}
# A folder around pictures without any is a class.
NOT_AS_A_FOLDER = {"pictures without any folder"}


def ask(layout: Layout, source: Path, uploads: Sequence[str]) -> dict[str, Said]:
    """What the fronts say that the layout can be brought to."""
    said = ask_all(layout, source, uploads)
    if layout.title in NOT_AS_PANDAS_READS:
        del said["script, data frame"]
    if layout.title in NOT_ON_THE_PAGE:
        said = {front: own for front, own in said.items() if not front.startswith("page")}
    if layout.title in NOT_IN_A_SCRIPT:
        del said["script"]
    if layout.title in NOT_AS_A_FOLDER:
        said.pop("page, a folder", None)
    return {front: own for front, own in said.items() if own is not None}


@pytest.mark.parametrize("title", SOME)
def test_the_fronts_agree(home: Path, tmp_path: Path, title: str) -> None:
    """Some layouts of every kind: the same counts, the same question and answers, the same refusal."""
    del home
    check(BY_TITLE[title], tmp_path)


OTHERS = [title for title in BY_TITLE if title not in SOME]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("title", "upload"), [(title, UPLOADED_AS[n % len(UPLOADED_AS)]) for n, title in enumerate(OTHERS)]
)
def test_the_fronts_agree_on_every_other(home: Path, tmp_path: Path, title: str, upload: str) -> None:
    """The same of all the other layouts, folders in one kind of upload each, by turns."""
    del home
    check(BY_TITLE[title], tmp_path, (upload,))


def check(layout: Layout, folder: Path, uploads: Sequence[str] = UPLOADED_AS) -> None:
    """Bring a layout in every way, and compare."""
    said = ask(layout, make(layout, folder / "source"), uploads)
    told = {front: (own.in_words(), dict(own.answered)) for front, own in said.items()}
    wanted = {Read: "read", Refused: "refused"}.get(type(layout.expected), "asked")
    assert {own.outcome for own in said.values()} == {wanted}, (layout.title, told)
    assert not differ(said), (layout.title, told)
    assert wanted != "asked" or all(own.answered and own.n_options > 1 for own in said.values()), told


def test_fronts_that_disagree_are_noticed(home: Path, tmp_path: Path) -> None:
    """Another number of samples, another question or no question at all is a difference."""
    del home
    read = ask_frame(make(BY_TITLE["a spreadsheet of texts"], tmp_path / "source"))
    assert read is not None
    assert not differ({"one": read, "other": read})
    assert differ({"one": read, "other": Said("read", counts=dict(read.counts) | {"samples": 5})})
    assert differ({"one": Said("asked", "One?", n_options=2), "other": Said("asked", "Two?", n_options=2)})
    assert differ({"one": read, "other": Said("refused", "No.")})
