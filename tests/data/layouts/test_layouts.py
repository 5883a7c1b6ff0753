"""Every layout is read, asked about or refused as the table says; none is read as another question."""

from __future__ import annotations

import dataclasses
import re
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ptmrank_core.data import load_samples, preview
from ptmrank_core.data.sources.entries import suffix_of
from ptmrank_core.data.tables import TABLE_SUFFIXES
from ptmrank_core.errors import PTMRankError, UnclearReadingError
from ptmrank_core.records import Samples
from ptmrank_core.reports import reading_payload
from tests.data.layouts import LAYOUTS
from tests.data.layouts.layout import Asked, Layout, Read, Refused, make, outcome, say

BY_TITLE = {layout.title: layout for layout in LAYOUTS}


@dataclass(frozen=True)
class Brought:
    """A layout whose files are made, below a folder of their own, and what comes of it."""

    layout: Layout
    source: Path
    found: Samples | PTMRankError


@pytest.fixture(scope="module", params=BY_TITLE)
def brought(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Brought:
    """Each layout, made and read once for all tests of it."""
    layout = BY_TITLE[request.param]
    source = make(layout, tmp_path_factory.mktemp("layout") / "above" / "source")
    return Brought(layout, source, outcome(source, layout.reading))


def test_there_are_many() -> None:
    """At least sixty layouts, each with a title of its own."""
    assert len(BY_TITLE) == len(LAYOUTS) >= 60


def test_a_layout_is_read_as_expected(brought: Brought) -> None:
    """It is read, asked about or refused, with what is said of it."""
    source, found, expected = brought.source, brought.found, brought.layout.expected
    if isinstance(expected, Read):
        assert isinstance(found, Samples), str(found)
        _check_samples(found, expected)
    elif isinstance(expected, Refused):
        assert isinstance(found, PTMRankError), say(found, str(source))
        assert not isinstance(found, UnclearReadingError), found.options
        assert expected.says in str(found)
    else:
        assert isinstance(found, UnclearReadingError), say(found, str(source))
        _check_question(found, expected)


def _check_samples(found: Samples, expected: Read) -> None:
    report = reading_payload(found)
    assert report["modality"] == expected.modality
    assert report["target_kind"] == expected.target_kind
    assert report["classes"] == expected.classes
    assert report["parts"] == expected.parts
    assert (len(set(found.groups)) or None) == expected.n_groups
    assert {role: report["roles"][role] for role in expected.roles} == expected.roles
    for sentence in expected.says:
        assert any(sentence in note for note in found.notes), found.notes
    reasons = {entry.name: entry.reason for entry in found.left_out}
    for name, reason in expected.left_out.items():
        assert reason in reasons.get(name, ""), reasons
    assert [offer.changes for offer in found.offers] == list(expected.offers)


def _check_question(found: UnclearReadingError, expected: Asked) -> None:
    assert expected.says in str(found)
    assert [option.changes for option in found.options] == list(expected.changes)
    assert len({option.text for option in found.options}) == len(found.options) > 1


def test_every_option_answers_the_question(brought: Brought) -> None:
    """Read again with the changes of an option, the samples are what its text says."""
    found = brought.found
    options = getattr(found, "options", ()) or getattr(found, "offers", ())
    for option in options:
        samples = load_samples(brought.source, dataclasses.replace(brought.layout.reading, **option.changes))
        listed = re.findall(r"([^ ,:(][^,:(]*) \(([0-9,]+)\)", option.text.replace("classes ", ""))
        counts = {name: int(count.replace(",", "")) for name, count in listed}
        assert counts.items() <= samples.summary().class_counts.items(), option.text


def _pack_zip(brought: Brought, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as opened:
        for name, data in brought.layout.files().items():
            opened.writestr(name, data)


def _pack_tar(brought: Brought, archive: Path) -> None:
    with tarfile.open(archive, "w") as opened:
        opened.add(brought.source, ".")


@pytest.mark.parametrize("pack", [_pack_zip, _pack_tar], ids=["zip", "tar"])
def test_an_archive_is_read_like_the_folder(
    brought: Brought, pack: Callable[[Brought, Path], None], tmp_path: Path
) -> None:
    """A zip of the files, or an archive that is packed as a whole, comes to the same."""
    if brought.layout.place:
        pytest.skip("a single file")
    archive = tmp_path / f"source.{pack.__name__[-3:]}"
    pack(brought, archive)
    one, other = brought.found, outcome(archive, brought.layout.reading)
    assert say(one, str(brought.source)) == say(other, str(archive))
    if isinstance(one, Samples) and isinstance(other, Samples):
        assert one.fingerprint == other.fingerprint


def test_a_folder_around_everything_changes_nothing(brought: Brought) -> None:
    """The folder above is read like the folder, and so is what a browser sends of it."""
    if brought.layout.place:
        pytest.skip("a single file")
    above = brought.source.parent
    one, other = brought.found, outcome(above, brought.layout.reading)
    assert type(one) is type(other), say(other, str(above))
    if isinstance(one, Samples) and isinstance(other, Samples):
        assert other.summary().class_counts == one.summary().class_counts
        assert other.parts == one.parts
        assert len(set(other.groups)) == len(set(one.groups))
        assert len(other.left_out) == len(one.left_out)
    if isinstance(one, UnclearReadingError) and isinstance(other, UnclearReadingError):
        assert [option.changes for option in other.options] == [option.changes for option in one.options]


def test_every_entry_is_a_sample_or_left_out(brought: Brought) -> None:
    """No file disappears: each is a sample, left out with a reason, or a table that was read."""
    found, layout = brought.found, brought.layout
    if not isinstance(found, Samples) or layout.place:
        return
    told = {name.partition(":")[0] for name in (*found.names, *(entry.name for entry in found.left_out))}
    lost = [name for name in layout.files() if name not in told and suffix_of(name) not in TABLE_SUFFIXES]
    assert lost == []
    assert len(set(found.names)) == len(found.names)


def test_the_preview_agrees(brought: Brought) -> None:
    """What is shown before reading names the modality and the parts that reading finds."""
    found = brought.found
    if isinstance(found, Samples):
        overview = preview(brought.source, brought.layout.reading)
        assert overview.modality == found.modality
        assert set(found.parts) <= set(overview.parts)
        said = next((note for note in found.notes if "folders are the classes" in note), "")
        if overview.class_folders is None:
            assert said == "" or said.startswith("The middle")
        else:
            assert said.startswith(f"The {overview.class_folders}")
