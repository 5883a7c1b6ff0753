"""Audio models of every family: the documented vector, whatever the batch and the recording's length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.signal import resample_poly
from transformers import AutoFeatureExtractor, AutoModel, AutoModelForAudioClassification

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.encoders import load_encoder
from ptmrank_core.features.encoders.audio import cut_windows
from ptmrank_core.features.pooling import FAMILIES as ROWS
from ptmrank_core.records import ExtractionOptions, Features, Waveform
from tests.features.readings import CPU, Door, samples_of, spec_of
from tests.sound_checkpoints import MODELS, RATE, save_sound_model

# In frames; none is longer than the second that the tiny Whisper and CLAP hear at once.
LENGTHS = (9000, 1600, 12345, 6400, 9000, 3000, 10000, 2222)
WITHOUT_HEAD = {"clap", "clap-fusion"}
Extractor = Callable[..., Features]


def recording(n_frames: int, rate: int = RATE, seed: int = 0) -> Waveform:
    """A recording of noise under a tone."""
    rng = np.random.default_rng(seed + n_frames)
    tone = np.sin(np.arange(n_frames) * rng.uniform(0.05, 0.3))
    return Waveform((0.3 * tone + 0.1 * rng.normal(size=n_frames)).astype(np.float32), rate)


RECORDINGS = tuple(recording(length, seed=i) for i, length in enumerate(LENGTHS))


@pytest.fixture
def run(door: Door) -> Extractor:
    """Extract the features of recordings under the checkpoint of a folder."""

    def extract_fresh(folder: Path, values: Any = RECORDINGS, options: ExtractionOptions = CPU) -> Features:
        return door(samples_of(values, "audio"), spec_of(folder, "audio"), options)

    return extract_fresh


def vector_by_hand(folder: Path, name: str, samples: Any) -> Any:
    """Pool the frames of one recording, alone, as the table says."""
    extractor = AutoFeatureExtractor.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    inputs = extractor(samples, sampling_rate=RATE, return_tensors="pt")
    with torch.inference_mode():
        if name.startswith("clap"):
            longer = torch.zeros((1, 1), dtype=torch.bool)
            return (
                model.get_audio_features(inputs["input_features"], is_longer=longer).pooler_output[0].numpy()
            )
        if name == "ast":
            return model(**inputs).pooler_output[0].numpy()
        if name == "whisper":
            hidden = model.encoder(inputs["input_features"]).last_hidden_state[0]
            n_mel_frames = -(-len(samples) // 160)
            return hidden[: -(-n_mel_frames // 2)].mean(0).numpy()
        if name == "wav2vec2-bert":  # its last frame may be half silence, which its mask tells
            hidden = model(**inputs).last_hidden_state[0]
            return hidden[inputs["attention_mask"][0].bool()].mean(0).numpy()
        return model(inputs["input_values"]).last_hidden_state[0].mean(0).numpy()


def test_every_row_of_the_table_is_tried() -> None:
    """Each family of audio models in the pooling table has a checkpoint here."""
    assert set(ROWS["audio"]) == {family for family, _, _, _ in MODELS.values()}


@pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask")
@pytest.mark.parametrize("name", MODELS)
def test_a_recording_has_the_documented_vector_whatever_the_batch(
    name: str, tmp_path: Path, run: Extractor
) -> None:
    """Alone, among others, and after a second load a recording has its family's documented vector."""
    folder = save_sound_model(tmp_path / name, name)
    together = run(folder).embeddings
    by_hand = np.stack([vector_by_hand(folder, name, item.samples) for item in RECORDINGS[:4]])
    others = run(folder, RECORDINGS[::-1][:5], options=replace(CPU, batch_size=2)).embeddings
    np.testing.assert_allclose(together[:4], by_hand, atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(others, together[::-1][:5], atol=1e-5, rtol=1e-5)
    assert np.ptp(together, axis=0).max() > 1e-3


@pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask")
@pytest.mark.parametrize("name", sorted(set(MODELS) - WITHOUT_HEAD - {"wav2vec2-adapter"}))
def test_logits_are_the_head_s_own(name: str, tmp_path: Path, run: Extractor) -> None:
    """In the same pass come the logits of the classification head, as the model gives them alone."""
    folder = save_sound_model(tmp_path / name, name, head=True)
    features = run(folder, RECORDINGS[:4])
    extractor = AutoFeatureExtractor.from_pretrained(folder)
    model = AutoModelForAudioClassification.from_pretrained(folder, dtype=torch.float32).eval()
    by_hand = []
    with torch.inference_mode():
        for item in RECORDINGS[:4]:
            inputs = extractor(item.samples, sampling_rate=RATE, return_tensors="pt")
            by_hand.append(model(**inputs).logits[0].numpy())
    assert features.source_logits is not None
    np.testing.assert_allclose(features.source_logits, np.stack(by_hand), atol=1e-5, rtol=1e-5)
    headless = vector_by_hand(folder, name, RECORDINGS[0].samples)
    np.testing.assert_allclose(features.embeddings[0], headless, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("rate", [8000, 22050, 44100])
def test_a_recording_is_brought_to_the_model_s_rate(rate: int, tmp_path: Path, run: Extractor) -> None:
    """Another rate gives the vector of the recording resampled with a polyphase filter."""
    folder = save_sound_model(tmp_path / "model", "wav2vec2")
    item = recording(rate // 2, rate)
    features = run(folder, [item, item]).embeddings
    common = np.gcd(rate, RATE)
    samples = resample_poly(item.samples, RATE // common, rate // common).astype(np.float32)
    by_hand = vector_by_hand(folder, "wav2vec2", samples)
    np.testing.assert_allclose(features[0], by_hand, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", ["whisper", "clap", "ast"])
def test_a_long_recording_is_the_average_of_its_windows(name: str, tmp_path: Path, run: Extractor) -> None:
    """A recording longer than the model hears at once is read in windows that cover it evenly."""
    folder = save_sound_model(tmp_path / name, name)
    size = 80 * RATE // 100 if name == "ast" else RATE
    item = recording(2 * size + size // 2)
    features = run(folder, [item, RECORDINGS[0]]).embeddings
    starts = (0, round(0.75 * size), len(item.samples) - size)
    windows = [item.samples[start : start + size] for start in starts]
    by_hand = np.mean([vector_by_hand(folder, name, window) for window in windows], axis=0)
    np.testing.assert_allclose(features[0], by_hand, atol=1e-5, rtol=1e-5)


def test_windows_cover_a_recording_with_none_left_over() -> None:
    """Windows have one size, begin with the recording and end with it, and leave no gap."""
    samples = np.arange(25, dtype=np.float32)
    windows = cut_windows(samples, 10)
    assert {len(window) for window in windows} == {10}
    assert (windows[0][0], windows[-1][-1]) == (0, 24)
    assert len(windows) == 3
    assert set(np.concatenate(windows)) == set(samples)
    assert [len(window) for window in cut_windows(samples, 25)] == [25]
    assert len(cut_windows(np.arange(31, dtype=np.float32), 10)) == 4


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_very_short_recording_has_a_vector(name: str, tmp_path: Path, run: Extractor) -> None:
    """A recording of fewer frames than a feature encoder needs is followed by silence."""
    folder = save_sound_model(tmp_path / name, name)
    features = run(folder, [recording(37), RECORDINGS[0]]).embeddings
    assert np.isfinite(features).all()
    extended = Waveform(np.pad(recording(37).samples, (0, 1563)), RATE)
    np.testing.assert_array_equal(
        run(folder, [extended]).embeddings[0], run(folder, [recording(37)]).embeddings[0]
    )


def test_padding_is_judged_by_the_checkpoint(tmp_path: Path) -> None:
    """Two checkpoints of one family differ: a group norm over time must not see padding."""
    plain = save_sound_model(tmp_path / "layer", "wav2vec2")
    group = save_sound_model(tmp_path / "group", "wav2vec2-group")
    assert load_encoder(spec_of(plain, "audio"), CPU).padding_invariant
    assert not load_encoder(spec_of(group, "audio"), CPU).padding_invariant


def test_a_missing_feature_extractor_is_told(tmp_path: Path, run: Extractor) -> None:
    """Without preprocessor_config.json it is not known how a model hears."""
    folder = save_sound_model(tmp_path / "model", "hubert")
    (folder / "preprocessor_config.json").unlink()
    with pytest.raises(UnsupportedModelError, match=r"Expected preprocessor_config\.json"):
        run(folder)
