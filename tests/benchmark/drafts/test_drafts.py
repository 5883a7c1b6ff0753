"""Drafts: kept for their owner alone, within bounds; what they name is used for as long as they are kept."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.benchmark.drafts import (
    RunDraft,
    draft_files,
    find_draft,
    keep_draft,
    list_drafts,
    new_draft_id,
    read_draft,
)
from ptmrank_core.benchmark.drafts.store import MAX_BYTES, MOST_DRAFTS
from ptmrank_core.benchmark.housekeeping import discard, find_leftovers, list_kept, sweep
from ptmrank_core.cli import main
from ptmrank_core.config import Settings
from ptmrank_core.data import store_upload
from ptmrank_core.errors import InputError
from ptmrank_core.records import LOCAL_OWNER, Reading

DAY = 86_400.0
TABLE = b"text,label\n" + b"".join(b"line %d,%d\n" % (row, row % 2) for row in range(40))
FULL = RunDraft(
    samples_source="demo:digits",
    reading=Reading(label_columns=("label",), max_samples=50, parts=("train",)),
    task="image-classification",
    ticks={"demo:a": False},
    hub_ids="org/a, org/b",
    selected_models={"image-classification": {"org/c": {"id": "org/c", "n_parameters": 3}}},
    metrics=("logme",),
    dtype="float32",
    layers=True,
    label_encoder=None,
)


def age(path: Path, days: float) -> None:
    """Make a file or a folder as old as that."""
    moment = time.time() - days * DAY
    for one in (path, *path.rglob("*")):
        os.utime(one, (moment, moment))


def drafted(settings: Settings) -> tuple[Path, Path]:
    """An upload, and a draft that uses it."""
    upload = store_upload([("t.csv", TABLE)], settings.uploads_dir)
    draft = keep_draft(settings, LOCAL_OWNER, new_draft_id(), RunDraft(samples_source=str(upload)))
    folder = next(part for part in (upload, *upload.parents) if part.parent == settings.uploads_dir)
    return folder, draft


def test_a_draft_comes_back_to_its_owner_alone(settings: Settings) -> None:
    """What was kept is what is read; to anybody else the id does not exist, nor does what is no id."""
    draft_id = new_draft_id()
    keep_draft(settings, "owner", draft_id, FULL)
    path = find_draft(settings, "owner", draft_id)
    assert path is not None
    assert read_draft(path) == FULL
    assert [(one.draft_id, one.draft) for one in list_drafts(settings, "owner")] == [(draft_id, FULL)]
    assert find_draft(settings, "other", draft_id) is None
    assert list_drafts(settings, "other") == ()
    for odd in ("", "../x", f"../{path.parent.name}/{draft_id}", draft_id.upper(), f"{draft_id}\n"):
        assert find_draft(settings, "owner", odd) is None
    with pytest.raises(InputError, match="is no id of a draft"):
        keep_draft(settings, "owner", "../x", FULL)


def test_an_owner_has_a_few_drafts_of_bounded_size(settings: Settings) -> None:
    """The one that was left alone the longest gives way, of this owner alone; one too large is not kept."""
    others = keep_draft(settings, "other", new_draft_id(), FULL)
    kept = []
    for number in range(MOST_DRAFTS + 2):
        kept.append(keep_draft(settings, "owner", new_draft_id(), FULL))
        age(kept[-1], 5 - number / 100)
    assert set(draft_files(settings, owner="owner")) == set(kept[2:])
    assert others.exists()
    former = kept[-1].read_bytes()
    with pytest.raises(InputError, match="is kept"):
        keep_draft(settings, "owner", kept[-1].stem, RunDraft(hub_ids="x" * MAX_BYTES))
    assert kept[-1].read_bytes() == former


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"reading": {"modality": "smell"}}',
        b'{"metrics": "logme"}',
        b'{"ticks": {"a": 1}}',
        b'{"from the future": 1}',
        b'{"task": "a", "task": "b"}',
        b'{"layers": NaN}',
        b'{"hub_ids": "' + b"x" * MAX_BYTES + b'"}',
        json.dumps({"selected_models": {"a": {"b": "c"}}}).encode(),
    ],
)
def test_a_damaged_draft_is_an_error_in_words(settings: Settings, content: bytes) -> None:
    """Whatever stands in the file, reading it raises one kind of error, and lists name it all the same."""
    path = keep_draft(settings, LOCAL_OWNER, new_draft_id(), FULL)
    path.write_bytes(content)
    with pytest.raises(InputError, match="This draft cannot be read"):
        read_draft(path)
    assert [one.draft for one in list_drafts(settings, LOCAL_OWNER)] == [None]
    assert [kept.title for kept in list_kept(settings)] == ["what cannot be read"]


def test_texts_of_a_draft_can_be_shown(settings: Settings) -> None:
    """Half a surrogate pair or a control character would break the page: they come back as escapes."""
    path = keep_draft(settings, LOCAL_OWNER, new_draft_id(), FULL)
    fields: dict[str, Any] = json.loads(path.read_text()) | {
        "hub_ids": "a\ud800\x1b",
        "ticks": {"\u202e": True},
    }
    path.write_text(json.dumps(fields))
    assert read_draft(path).hub_ids == r"a\ud800\x1b"
    assert read_draft(path).ticks == {r"\u202e": True}


def test_what_a_draft_uses_is_kept_as_long_as_the_draft(settings: Settings) -> None:
    """An old upload of a fresh draft stays; both go once nobody has gone on with the draft for a week."""
    upload, draft = drafted(settings)
    age(upload, 30)
    assert find_leftovers(settings) == ()
    assert [kept.used_by for kept in list_kept(settings) if kept.path == upload] == ["a draft"]
    age(draft, 6)
    assert sweep(settings).removed == ()
    age(draft, 8)
    assert {found.path for found in sweep(settings).removed} == {upload, draft}
    assert not draft.parent.exists()


def test_a_draft_that_is_changed_while_it_is_swept_stays(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody goes on with it at the last moment: neither the draft nor its upload is removed."""
    upload, draft = drafted(settings)
    age(upload, 30)
    age(draft, 30)
    found = find_leftovers(settings)
    assert len(found) == 2

    def and_change(*_: Any, **__: Any) -> Any:
        os.utime(draft)
        return found

    monkeypatch.setattr("ptmrank_core.benchmark.housekeeping.sweeping.find_leftovers", and_change)
    assert sweep(settings).removed == ()
    assert upload.is_dir()
    assert draft.is_file()


def test_an_upload_is_deleted_by_hand_although_a_draft_uses_it(settings: Settings) -> None:
    """Whoever deletes samples means it; visitors delete drafts of their own alone."""
    upload, draft = drafted(settings)
    others = keep_draft(settings, "other", new_draft_id(), FULL)
    assert [kept.path for kept in list_kept(settings, owner="other")] == [others]
    assert discard(settings, {draft, others}, owner="other")[0].path == others
    assert (draft.exists(), others.exists()) == (True, False)
    assert [kept.path for kept in discard(settings, {upload})] == [upload]
    assert not upload.exists()


def test_the_command_line_lists_drafts_and_sweeps_them(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """``sweep --list`` names a draft by its samples, and ``--days 0`` removes even one of today."""
    upload, draft = drafted(settings)
    assert main(["sweep", "--list"]) == 0
    assert " t.csv " in capsys.readouterr().out
    age(upload, 1)
    age(draft, 1)
    assert main(["sweep", "--days", "0"]) == 0
    assert "removed: draft t.csv" in capsys.readouterr().out
    assert not draft.exists()
