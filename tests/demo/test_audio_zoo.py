"""The audio part of the demo is what its files say: clips, checkpoints that hear them, a recorded truth."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from transformers import AutoModel, AutoModelForAudioClassification

from assets.demo.scripts.audio import speech
from assets.demo.scripts.audio.listening import Heard, pooled_features, preprocess
from assets.demo.scripts.audio.recipes import RECIPES, Recipe
from ptmrank_core.catalogue import DEMO_ZOO
from ptmrank_core.data.builtin.spoken_digits import SPOKEN_DIGITS, Clip, spoken_clips
from ptmrank_core.errors import SamplesError

SPOKEN = DEMO_ZOO.parent / "spoken-digits"
CLIPS = SPOKEN / "clips"
BY_NAME = {recipe.name: recipe for recipe in RECIPES}
ON_WAVEFORMS = sorted(name for name, one in BY_NAME.items() if one.family in {"wav2vec2", "hubert"})


def read(name: str) -> dict[str, Any]:
    """One of the JSON files about the audio models."""
    content: dict[str, Any] = json.loads((SPOKEN / name).read_text(encoding="utf-8"))
    return content


@cache
def clips() -> tuple[Clip, ...]:
    """All clips of the demo."""
    return spoken_clips(CLIPS)


@cache
def waves() -> list[NDArray[np.int16]]:
    """All clips, decoded."""
    return [soundfile.read(io.BytesIO(clip.data), dtype="int16")[0] for clip in clips()]


def classifier(recipe: Recipe) -> Any:
    """A checkpoint as an audio classifier; one without a head gets a random one."""
    return AutoModelForAudioClassification.from_pretrained(recipe.folder, dtype=torch.float32).eval()


def test_the_clips_are_balanced_over_digits_and_speakers() -> None:
    """Each of ten speakers says each of ten digits four times, in at most 2.5 MB."""
    counts = Counter((clip.label, clip.group) for clip in clips())
    speakers = {speaker.name for speaker in speech.DEMO_SPEAKERS}
    assert set(counts) == {(digit, speaker) for digit in SPOKEN_DIGITS for speaker in speakers}
    assert set(counts.values()) == {4}
    assert len({clip.data for clip in clips()}) == len(clips()) == 400
    assert sum(len(clip.data) for clip in clips()) <= 2_500_000
    assert [clip.name for clip in clips()] == sorted(clip.name for clip in clips())


def test_a_clip_is_a_short_audible_recording() -> None:
    """Each file decodes to 0.2 to 1 s of one channel at 8 kHz, neither silent nor clipped."""
    for clip, wave in zip(clips(), waves(), strict=True):
        facts = soundfile.info(io.BytesIO(clip.data))
        assert (facts.format, facts.samplerate, facts.channels) == ("FLAC", speech.SAMPLING_RATE, 1), (
            clip.name
        )
        assert 0.2 <= facts.duration <= 1, clip.name
        assert 1_000 < np.abs(wave.astype(int)).max() < 32_767, clip.name


def test_a_file_name_tells_digit_and_speaker(tmp_path: Path) -> None:
    """The folder is the label; what stands before the number of the take is the group."""
    for digit in SPOKEN_DIGITS:
        (tmp_path / digit).mkdir()
        (tmp_path / digit / "en-gb-scotland-f2-07.flac").write_bytes(digit.encode())
    (tmp_path / "LICENCE.txt").write_text("not a clip", encoding="utf-8")
    found = spoken_clips(tmp_path)
    assert found[0] == Clip("eight/en-gb-scotland-f2-07.flac", b"eight", "eight", "en-gb-scotland-f2")
    assert len(found) == 10


def test_a_clip_without_a_speaker_is_refused(tmp_path: Path) -> None:
    """A file whose name tells no speaker is named in the error, never put into a group of its own."""
    (tmp_path / "zero").mkdir()
    (tmp_path / "zero" / "07.flac").write_bytes(b"")
    with pytest.raises(SamplesError, match=r"07\.flac .* SPEAKER-TAKE\.flac"):
        spoken_clips(tmp_path)


def test_a_digit_without_clips_is_refused(tmp_path: Path) -> None:
    """A folder that lacks a digit gives an error that names it, not nine classes."""
    with pytest.raises(SamplesError, match="digit 'zero'"):
        spoken_clips(tmp_path)


def test_no_voice_stands_on_two_sides() -> None:
    """The demo, its test and the source tasks have different voices: nothing is known beforehand."""
    groups = (speech.DEMO_SPEAKERS, speech.TEST_SPEAKERS, speech.SOURCE_SPEAKERS)
    variants = [speaker.variant for group in groups for speaker in group]
    assert len(set(variants)) == len(variants)
    facts = read("truth.json")["protocol"]
    assert facts["demo_speakers"] == [speaker.name for speaker in speech.DEMO_SPEAKERS]
    assert facts["test_speakers"] == [speaker.name for speaker in speech.TEST_SPEAKERS]


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng makes the clips")
def test_the_script_makes_these_clips() -> None:
    """Synthesised again, a clip is the one on file, to the last bit but one."""
    if speech.espeak_version() != read("zoo.json")["made_with"]["espeak-ng"]:
        pytest.skip("another version of espeak-ng speaks differently")
    stored = {clip.name: wave for clip, wave in zip(clips(), waves(), strict=True)}
    for digit, speaker in zip(SPOKEN_DIGITS, speech.DEMO_SPEAKERS, strict=True):
        again = speech.spoken_digit(digit, speaker, 2, seed=speech.DEMO_SEED).astype(int)
        on_file = stored[f"{digit}/{speaker.name}-03.flac"]
        assert len(again) == len(on_file)
        assert np.abs(again - on_file).max() <= 1


def test_the_truth_is_about_these_clips() -> None:
    """The recorded digest is that of the files; where it differs no truth may be shown."""
    digests = [hashlib.sha256(clip.data).hexdigest() for clip in clips()]
    assert read("truth.json")["samples_digest"] == hashlib.sha256("".join(digests).encode()).hexdigest()


def test_the_audio_zoo_is_wide_enough() -> None:
    """Seven or more models of four or more families and five or more source tasks, in 6 MB."""
    facts = read("zoo.json")["models"]
    assert sorted(facts) == sorted(BY_NAME)
    assert len(facts) >= 7
    assert len({fact["family"] for fact in facts.values()}) >= 4
    assert len({fact["source_task"] for fact in facts.values()}) >= 5
    assert sum(fact["family"] == "whisper" for fact in facts.values()) >= 6
    files = [path for recipe in RECIPES for path in recipe.folder.iterdir()]
    assert sum(path.stat().st_size for path in files) <= 6_000_000


def test_the_truth_tells_the_audio_models_apart() -> None:
    """Range, gaps, the family's range and the flags follow from the recorded accuracies."""
    records = read("truth.json")["models"]
    assert sorted(records) == sorted(BY_NAME)
    accuracies = {name: np.array(record["accuracies"]) for name, record in records.items()}
    assert {len(values) for values in accuracies.values()} == {len(read("truth.json")["protocol"]["seeds"])}
    means = {name: values.mean() for name, values in accuracies.items()}
    order = sorted(means, key=lambda name: -means[name])
    assert means[order[0]] - means[order[-1]] >= 0.20
    family = [mean for name, mean in means.items() if name.startswith("whisper")]
    assert max(family) - min(family) >= 0.10
    for (better, worse), gap in zip(pairwise(order), read("truth.json")["gaps"], strict=True):
        assert (gap["better"], gap["worse"]) == (better, worse)
        assert gap["difference"] == pytest.approx(means[better] - means[worse], abs=1e-5)
    for name, record in records.items():
        assert record["mean"] == pytest.approx(means[name], abs=1e-5)
        assert record["std"] == pytest.approx(accuracies[name].std(ddof=1), abs=1e-5)
        assert record["unstable"] == (np.ptp(accuracies[name]) > 0.03)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_folder_is_an_audio_checkpoint_with_a_card(name: str) -> None:
    """Config, weights, preprocessing and a card with the facts on record, and no foreign path."""
    folder, fact = BY_NAME[name].folder, read("zoo.json")["models"][name]
    names = {path.name for path in folder.iterdir()}
    assert names == {"README.md", "config.json", "model.safetensors", "preprocessor_config.json"}
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlicense: mit\n")
    assert f"{fact['n_parameters']:,}" in card
    if fact["source_accuracy"] is not None:
        assert f"{fact['source_accuracy']:.4f}" in card
    assert fact["size_bytes"] == (folder / "model.safetensors").stat().st_size
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert "_name_or_path" not in config
    if fact["n_source_classes"] is not None:
        assert len(config["id2label"]) == fact["n_source_classes"]


@pytest.mark.parametrize("name", BY_NAME)
def test_a_checkpoint_hears_a_clip(name: str) -> None:
    """All weights it needs are on file; the features of a clip are finite and of the width on record."""
    recipe, fact = BY_NAME[name], read("zoo.json")["models"][name]
    kind = AutoModelForAudioClassification if recipe.is_trained else AutoModel
    model, loading = kind.from_pretrained(recipe.folder, dtype=torch.float32, output_loading_info=True)
    assert not any(loading[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    assert model.num_parameters() == fact["n_parameters"]
    features = pooled_features(classifier(recipe), preprocess(recipe.folder, waves()[:2]))
    assert features.shape == (2, fact["width"])
    assert torch.isfinite(features).all()
    assert not torch.allclose(features[0], features[1], atol=1e-3)


@pytest.mark.parametrize("name", ON_WAVEFORMS)
def test_no_other_clip_of_a_batch_changes_the_features(name: str) -> None:
    """A short clip alone and beside the longest clip has the same features: padding is masked."""
    recipe = BY_NAME[name]
    by_length = sorted(waves(), key=len)
    heard = preprocess(recipe.folder, [by_length[0], by_length[-1]])
    assert heard.lengths is not None
    assert heard.lengths.tolist() == [len(by_length[0]), len(by_length[-1])]
    alone = preprocess(recipe.folder, [by_length[0]])
    short = Heard(alone.values[:, : len(by_length[0])], alone.lengths)
    together = pooled_features(classifier(recipe), heard)[0]
    torch.testing.assert_close(pooled_features(classifier(recipe), short)[0], together, atol=1e-4, rtol=1e-3)


def test_a_model_that_learned_words_tells_digits_of_unknown_speakers() -> None:
    """A linear probe over half of the speakers names the others' digits; that of raw weights does worse."""
    digits = np.array([SPOKEN_DIGITS.index(clip.label) for clip in clips()])
    speakers = sorted({clip.group for clip in clips()})
    known = np.isin([clip.group for clip in clips()], speakers[:5])
    scores = {}
    for name in ("whisper-words", "whisper-untrained"):
        recipe = BY_NAME[name]
        features = pooled_features(classifier(recipe), preprocess(recipe.folder, waves())).double().numpy()
        probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
        scores[name] = probe.fit(features[known], digits[known]).score(features[~known], digits[~known])
    assert scores["whisper-words"] > 0.6
    assert scores["whisper-words"] > scores["whisper-untrained"] + 0.1
