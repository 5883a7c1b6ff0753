"""What a reader is told of how a model's features came about, whether the model ran or all was cached."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features import FeatureCache, extract, extract_cached, forward_pass, load_cached
from ptmrank_core.features.cache.vectors import SampleVectors
from ptmrank_core.features.encoders import load_encoder
from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples
from tests.features.readings import samples_of, spec_of
from tests.language_checkpoints import save_language_model
from tests.sound_checkpoints import save_sound_model

CPU = ExtractionOptions(device="cpu", dtype="float32", batch_size=4)
LONG = "the cat sat on the mat and the dog ran fast " * 9
TEXTS = ("dog", LONG, "cat sat", LONG + "goal", "red blue", LONG + "song", "a song", "slow fox")
OWN_CODE = "The model brings its own code, which is not run here: scores may not be its own."


def cut(number: int, end: str = "end") -> str:
    """The note on samples that are longer than the model reads."""
    return f"Samples longer than the model reads, so that their {end}s were cut: {number}."


def part(samples: Samples, *rows: int) -> Samples:
    """Some of the samples."""
    chosen = {name: tuple(getattr(samples, name)[i] for i in rows) for name in ("names", "items", "digests")}
    return replace(samples, labels=samples.labels[list(rows)], **chosen)


@pytest.mark.parametrize(("side", "end"), [("right", "end"), ("left", "start")])
@pytest.mark.parametrize("family", ["bert", "gpt2"])
def test_the_note_on_long_texts_does_not_shrink(
    family: str, side: str, end: str, tmp_path: Path, settings: Settings
) -> None:
    """Some, then all, of the features come from the cache: the samples are the same, and so is the note."""
    folder = save_language_model(tmp_path / family, family, truncation_side=side)
    spec, samples = spec_of(folder, "text"), samples_of(TEXTS, "text")
    with FeatureCache(settings) as cache:
        first = extract(part(samples, 0, 1, 2), spec, options=CPU, cache=cache)
        assert first.report.notes == (cut(1, end),)
        for n_cached in (3, 8):
            features = extract(samples, spec, options=CPU, cache=cache)
            assert features.report.cache_hits == n_cached
            assert features.report.notes == (cut(3, end),)
        for cached in (extract_cached, load_cached):
            again = cached(samples, spec, options=CPU, cache=cache)
            assert again is not None
            assert again.report.notes == (cut(3, end),)
        assert extract(part(samples, 0, 2), spec, options=CPU, cache=cache).report.notes == ()


def test_equal_texts_are_counted_each(tmp_path: Path, settings: Settings) -> None:
    """The model runs once on a content; its samples are as many as they are."""
    spec = spec_of(save_language_model(tmp_path / "bert", "bert"), "text")
    samples = part(samples_of(TEXTS, "text"), 0, 1, 1, 1)
    with FeatureCache(settings) as cache:
        features = extract(samples, spec, options=CPU, cache=cache)
    assert (features.report.n_run, features.report.notes) == (2, (cut(3),))


@pytest.mark.parametrize("end", ["", "end", "start"])
@pytest.mark.parametrize("n_classes", [0, 3])
def test_an_entry_of_the_cache_remembers_what_was_cut(end: str, n_classes: int) -> None:
    """It comes back beside the vectors; an entry of earlier releases knows nothing of it."""
    logits = np.arange(n_classes, dtype=np.float32) if n_classes else None
    vectors = SampleVectors(np.arange(4, dtype=np.float32), logits, cut=end)
    read = SampleVectors.from_bytes(vectors.to_bytes())
    assert read is not None
    assert read.cut == end
    np.testing.assert_array_equal(read.embedding, vectors.embedding)
    assert vectors.to_bytes()[:4] == {"": b"PTMF", "end": b"PTME", "start": b"PTMS"}[end]
    assert SampleVectors.from_bytes(b"PTMX" + vectors.to_bytes()[4:]) is None


def test_notes_of_the_encoder_stay_with_the_cache(tmp_path: Path, settings: Settings) -> None:
    """What only the loaded model knows is told again when all of its features are cached."""
    spec = spec_of(save_language_model(tmp_path / "t5", "t5"), "text")
    samples = samples_of(TEXTS[:2], "text")
    told = "'t5' states no longest text: 512 tokens are read."
    with FeatureCache(settings) as cache:
        assert extract(samples, spec, options=CPU, cache=cache).report.notes == (told,)
        again = extract_cached(samples, spec, options=CPU, cache=cache)
    assert again is not None
    assert again.report.notes == (told,)


@pytest.mark.parametrize("family", ["bert", "gpt2"])
def test_code_of_its_own_is_told_and_never_run(family: str, tmp_path: Path, settings: Settings) -> None:
    """A family that transformers knows runs on its class there, with a note, also from the cache."""
    folder = save_language_model(tmp_path / "model", family)
    plain = local_models(folder, wanted="text")[0]
    code = "from pathlib import Path\nPath(__file__).with_name('it_ran').touch()\n"
    for name in ("modeling_own", "configuration_own"):
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["auto_map"] = {"AutoModel": "modeling_own.Own", "AutoConfig": "configuration_own.OwnConfig"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    own = local_models(folder, wanted="text")[0]
    assert (plain.own_code, own.own_code) == (False, True)
    assert own.revision != plain.revision
    samples = samples_of(TEXTS[:3], "text")
    with FeatureCache(settings) as cache:
        features = extract(samples, own, options=CPU, cache=cache)
        again = load_cached(samples, own, options=CPU, cache=cache)
    assert not (folder / "it_ran").exists()
    assert again is not None
    assert features.report.notes[0] == again.report.notes[0] == OWN_CODE


def test_a_tokenizer_that_needs_code_is_refused(tmp_path: Path) -> None:
    """Nothing of transformers can stand in for it."""
    folder = save_language_model(tmp_path / "model", "bert")
    (folder / "tokenizer.json").unlink()
    own = {"tokenizer_class": "OwnTokenizer", "auto_map": {"AutoTokenizer": ["tokenization_own.Own", None]}}
    (folder / "tokenizer_config.json").write_text(json.dumps(own), encoding="utf-8")
    with pytest.raises(UnsupportedModelError, match="needs the checkpoint's own code, which is never run"):
        load_encoder(replace(spec_of(folder, "text"), own_code=True), CPU)


def test_a_feature_extractor_that_needs_code_is_refused(tmp_path: Path) -> None:
    """Sound is read by its extractor alone."""
    folder = save_sound_model(tmp_path / "model", "wav2vec2")
    own = {"feature_extractor_type": "OwnExtractor", "auto_map": {"AutoFeatureExtractor": "own.Own"}}
    (folder / "preprocessor_config.json").write_text(json.dumps(own), encoding="utf-8")
    with pytest.raises(UnsupportedModelError, match=r"feature extractor .* own code, which is never run"):
        load_encoder(replace(spec_of(folder, "audio"), own_code=True), CPU)


@pytest.mark.parametrize("n_rows", [10, 44])
def test_a_tokenizer_of_another_model_is_refused(n_rows: int, tmp_path: Path) -> None:
    """The message names the ids of the tokenizer and those that the model knows."""
    folder = save_language_model(tmp_path / "bert", "bert", values={"vocab_size": n_rows - 1})
    with pytest.raises(UnsupportedModelError) as caught:
        load_encoder(spec_of(folder, "text"), CPU)
    message = str(caught.value)
    assert f"knows {n_rows - 1} (0 to {n_rows - 2})" in message
    assert "The tokenizer has 44 ids" in message
    assert "from one and the same model" in message


def test_an_added_token_matters_only_where_a_text_has_it(tmp_path: Path) -> None:
    """Padding beyond the model's table is common and harmless; a token that is read there is not."""
    folder = save_language_model(tmp_path / "bert", "bert", values={"vocab_size": 44})
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    added = {"id": 44, "content": "[EXTRA]", "special": True}
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    tokenizer["added_tokens"].append(added | flags)
    path.write_text(json.dumps(tokenizer), encoding="utf-8")
    encoder: Any = load_encoder(spec_of(folder, "text"), CPU)
    assert encoder.preparer(["the cat"])[0].length == 4
    with pytest.raises(UnsupportedModelError, match=r"gave the id 44, and the model knows 44 \(0 to 43\)"):
        encoder.preparer(["the [EXTRA] cat"])


class SlowAtFirst:
    """A model whose first pass in a process takes long, as imports and kernels make it."""

    device = "cpu"
    padding_invariant = True
    notes = ()
    n_calls = 0
    late = 0.0
    """Seconds that the clock of the test is fast."""

    def preparer(self, items: Any) -> list[Prepared]:
        """One number for each text."""
        return [Prepared(({"n": np.array([len(item)])},), length=1) for item in items]

    def collate(self, samples: Any) -> list[int]:
        """The numbers."""
        return [int(sample.rows[0]["n"][0]) for sample in samples]

    def forward(self, batch: list[int]) -> list[SampleVectors]:
        """Take a quarter of an hour for the first call."""
        SlowAtFirst.n_calls += 1
        if SlowAtFirst.n_calls == 1:
            SlowAtFirst.late = 900.0
        return [SampleVectors(np.array([number, 1], dtype=np.float32), None) for number in batch]

    def is_out_of_memory(self, _error: BaseException) -> bool:
        """Never."""
        return False

    def free_memory(self) -> None:
        """Nothing is held."""

    def peak_memory_bytes(self) -> None:
        """Not known."""


@pytest.mark.parametrize("family", ["slow-one", "slow-other"])
def test_the_first_model_does_not_pay_for_warming_up(
    family: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal models have like seconds: what happens once in a process is on no model's clock."""
    clock = time.perf_counter
    monkeypatch.setattr(SlowAtFirst, "n_calls", 0)
    monkeypatch.setattr(SlowAtFirst, "late", 0.0)
    monkeypatch.setattr(time, "perf_counter", lambda: clock() + SlowAtFirst.late)
    monkeypatch.setattr(forward_pass, "load_encoder", lambda _spec, _options: SlowAtFirst())
    seconds = []
    for name in ("a", "b"):
        spec = ModelSpec(id=name, source="local", modality="text", revision=name, model_type=family)
        with FeatureCache(settings) as cache:
            report = extract(samples_of(TEXTS, "text"), spec, options=CPU, cache=cache).report
        seconds.append(report.seconds["preprocess"] + report.seconds["forward"])
        assert report.n_run == len(TEXTS)
    assert SlowAtFirst.n_calls == 1 + 2 * 2  # batches of four, and once to warm up
    assert SlowAtFirst.late > 0
    assert max(seconds) < 450
