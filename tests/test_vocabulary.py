"""The vocabulary: errors that say what to do, settings, and records that cannot be changed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core import errors
from ptmrank_core.config import child_environment, load_settings
from ptmrank_core.errors import ARGUMENTS, InputError, InputField, SamplesError, UnknownNameError
from ptmrank_core.records import ExtractionReport, Features, RunState, Samples

CORE = Path(errors.__file__).parent


def drawn_tree(picture: str) -> dict[str, str]:
    """Read a tree drawn with box characters: name -> name of its parent, empty for the root."""
    parents: dict[str, str] = {}
    open_branches: list[tuple[int, str]] = []
    for line in picture.splitlines():
        found = re.match(r"([ │├└─]*)(\w*Error)\b", line)
        if found is None:
            continue
        depth = len(found[1])
        while open_branches and open_branches[-1][0] >= depth:
            open_branches.pop()
        parents[found[2]] = open_branches[-1][1] if open_branches else ""
        open_branches.append((depth, found[2]))
    return parents


def test_the_drawn_tree_of_errors_is_that_of_the_classes() -> None:
    """Every error class of the module is drawn at its top below its own base, and is public."""
    classes = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, Exception)
    }
    parents = {name: kind.__base__.__name__ for name, kind in classes.items()}
    assert drawn_tree(errors.__doc__ or "") == parents | {"PTMRankError": ""}
    assert {name for name in errors.__all__ if name.endswith("Error")} == set(classes)


def test_the_reader_of_a_drawn_tree_sees_parents() -> None:
    """A class that is drawn below another base is read as that base's."""
    picture = "    A_Error\n    ├── B_Error  text\n    │   └── C_Error  text\n    └── D_Error"
    tree = {"A_Error": "", "B_Error": "A_Error", "C_Error": "B_Error", "D_Error": "A_Error"}
    assert drawn_tree(picture) == tree


def test_a_script_is_told_the_argument() -> None:
    """The text of an error ends with what to set for each input it is about; every input has such words."""
    assert set(ARGUMENTS) == set(InputField)
    assert all(re.search(rf"\b{field}\b", words) for field, words in ARGUMENTS.items())
    error = SamplesError(
        "No label.", hint="Look again.", fields=[InputField.LABEL_COLUMNS, InputField.TARGET_KIND]
    )
    assert str(error) == (
        "No label. Look again. Name the label column in label_columns, or set target_kind to "
        "classification, regression or multilabel."
    )
    assert str(SamplesError("No label.", hint="Look again.")) == "No label. Look again."


def strings_of(path: Path) -> Iterator[str]:
    """Every text in the code of a module, docstrings left out; the parts of an f-string one by one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


def test_only_the_command_line_names_its_options() -> None:
    """No sentence of the core outside cli/ names an option; a command that is written out is no sentence."""
    for path in CORE.rglob("*.py"):
        if CORE / "cli" not in path.parents:
            texts = [re.sub(r"`[^`]*`", "", text) for text in strings_of(path)]
            sentences = [text for text in texts if " " in text.strip()]
            assert not [text for text in sentences if re.search(r"(?<!\w)--[a-z]", text)], path


def test_every_input_is_the_subject_of_an_error() -> None:
    """Each input that the fronts have words for is named by an error of the core."""
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in CORE.rglob("*.py")
        if path.name not in {"errors.py", "wording.py"}
    )
    assert {field for field in InputField if f"InputField.{field.name}" in code} == set(InputField)


def test_an_unknown_name_gets_its_nearest() -> None:
    """The message carries the name, the nearest ones and all that exist."""
    error = UnknownNameError("metric", "logm", ["logme", "leep", "hscore"])
    assert str(error) == "Unknown metric 'logm'. Did you mean 'logme'? Known: hscore, leep, logme."
    assert "Did you mean" not in str(UnknownNameError("metric", "zzz", ["logme"]))


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    """PTMRANK_HOME and PTMRANK_CACHE_GB are read; everything kept lies under the home."""
    settings = load_settings({"PTMRANK_HOME": str(tmp_path), "PTMRANK_CACHE_GB": "0.5"})
    assert settings.cache_limit_bytes == 500_000_000
    for folder in (settings.features_dir, settings.runs_dir, settings.uploads_dir):
        assert folder.parent == tmp_path
    assert not list(tmp_path.iterdir())


def test_without_a_home_the_platforms_folder_is_used() -> None:
    """The default home is absolute and carries the product's name."""
    home = load_settings({"XDG_DATA_HOME": "/data", "LOCALAPPDATA": "/data"}).home
    assert home.is_absolute()
    assert home.name.lower() == "ptmrank"


@pytest.mark.parametrize("value", ["0", "-1", "much", "nan"])
def test_a_cache_limit_that_is_none_is_refused(value: str) -> None:
    """A limit that cannot be understood is bad input, named as it was written."""
    with pytest.raises(InputError, match=re.escape(f"PTMRANK_CACHE_GB is '{value}'")):
        load_settings({"PTMRANK_CACHE_GB": value})


def test_a_child_keeps_its_things_at_the_same_place(tmp_path: Path) -> None:
    """A worker process reads back the settings of its parent."""
    settings = load_settings({"PTMRANK_HOME": str(tmp_path), "PTMRANK_CACHE_GB": "0.25"})
    assert load_settings(child_environment(settings)) == settings
    with_models = load_settings({"PTMRANK_MODELS": str(tmp_path / "models")})
    assert with_models.models_dir == tmp_path / "models"
    with_peatmoss = load_settings({"PTMRANK_PEATMOSS": str(tmp_path / "PeaTMOSS.db")})
    assert with_peatmoss.peatmoss == tmp_path / "PeaTMOSS.db"
    assert load_settings(child_environment(with_peatmoss)) == with_peatmoss
    assert load_settings(child_environment(with_models)) == with_models


def test_libraries_are_told_once_and_the_user_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads are bounded, the Hub's client is quiet and can be stopped, unless a variable says otherwise."""
    for name in ("OMP_NUM_THREADS", "HF_HUB_DISABLE_TELEMETRY", "TORCHINDUCTOR_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "0")
    environ = child_environment(load_settings({}))
    assert environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert environ["HF_HUB_DISABLE_XET"] == "0"
    assert environ["TORCHINDUCTOR_CACHE_DIR"] == str(load_settings({}).features_dir)
    assert int(environ["OMP_NUM_THREADS"]) >= 1


def test_arrays_of_records_are_read_only(samples: Samples) -> None:
    """Nobody downstream can change labels or embeddings."""
    with pytest.raises(ValueError, match="read-only"):
        samples.labels[0] = 9
    with pytest.raises(FrozenInstanceError):
        samples.source = "other"  # type: ignore[misc]
    features = Features(np.ones((2, 3), np.float32), None, np.array([0, 1]), ExtractionReport("float32"))
    with pytest.raises(ValueError, match="read-only"):
        features.embeddings *= 2


def test_samples_of_unequal_lengths_are_refused(samples: Samples) -> None:
    """Names, items, labels and digests belong together."""
    with pytest.raises(ValueError, match="of one length"):
        replace(samples, names=samples.names[1:])


def test_the_fingerprint_follows_content_and_labels(samples: Samples) -> None:
    """Other labels, names of classes or samples are other samples; names of files are not."""
    relabelled = replace(samples, labels=np.roll(samples.labels, 1))
    renamed_class = replace(samples, class_names=("a", *samples.class_names[1:]))
    renamed_file = replace(samples, names=("x", *samples.names[1:]))
    assert relabelled.fingerprint != samples.fingerprint
    assert renamed_class.fingerprint != samples.fingerprint
    assert renamed_file.fingerprint == samples.fingerprint


def test_a_state_knows_whether_work_is_left() -> None:
    """Queued and running runs need a worker; the others do not."""
    assert [state for state in RunState if not state.is_finished()] == [RunState.QUEUED, RunState.RUNNING]
